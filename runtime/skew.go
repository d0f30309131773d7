package runtime

import (
	"context"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// skewBytes is what the rows between steps may take of a second-level cache.
const skewBytes = 512 << 10

// skew takes several steps in one pass through the arrays of a space of two axes. Each worker
// goes down its rows; with each row of step 1 it takes, as far behind as neighbours
// reach, a row of step 2, and so on. Only the rows that the next step still wants are kept,
// in a ring. At the borders between workers, rows of the first steps are computed by
// both.
type skew struct {
	sweep    *sweep
	fed      []Fed
	reach    int  // of neighbours along axis 1
	periodic bool // along axis 1
	most     int  // steps in one pass
	rings    []skewRings
	between  []view // by worker: of the steps but the last, whose rows are to stay in cache
	task     teamwork

	ctx   context.Context
	steps int
}

// skewRings are a worker's rows: by step but the last, by pair, 2*reach+1 of them.
type skewRings [][][][]uint64

// newSkew returns nil where one step at a time is better, or all that can be done: where launches
// reduce or may fail, where rows are not contiguous, or where little fits into cache.
func newSkew(s *sweep, pairs []Fed) *skew {
	p := s.binding.Program
	if s.shape[0] != 1 || s.shape[1] < 2 || s.shape[2] > 2*segmentMost || len(p.Reductions) > 0 || len(p.Traps) > 0 {
		return nil
	}
	k := &skew{sweep: s, fed: pairs}
	rowBytes, periodic, other := 0, false, false
	for i := range s.sources {
		src := &s.sources[i]
		in, out := k.pair(src)
		if in < 0 && out < 0 {
			continue
		}
		if src.strides[2] != 1 {
			return nil
		}
		if out >= 0 {
			rowBytes += src.size * s.shape[2]
		}
		d := src.offset[1]
		k.reach = max(k.reach, d, -d)
		for _, e := range src.edges[1] {
			if d != 0 && e.Kind == kernels.Periodic {
				periodic = true
			} else if d != 0 {
				other = true
			}
		}
	}
	if periodic && other || rowBytes == 0 {
		return nil
	}
	k.periodic = periodic
	depth := 2*k.reach + 1
	workers := s.engine.size()
	if s.deal.workers == 1 {
		workers = 1
	}
	share := s.shape[1] / workers
	k.most = min(skewBytes/(depth*rowBytes)+1, 16, share/(8*max(k.reach, 1)))
	if k.most < 2 {
		return nil
	}
	for range workers {
		var r skewRings
		for range k.most - 1 {
			var pairsOf [][][]uint64
			for range pairs {
				var rows [][]uint64
				for range depth {
					rows = append(rows, make([]uint64, s.shape[2]))
				}
				pairsOf = append(pairsOf, rows)
			}
			r = append(r, pairsOf)
		}
		k.rings = append(k.rings, r)
	}
	for len(s.workers) < workers {
		return nil
	}
	for _, w := range s.workers[:workers] {
		v, err := s.engine.view(p, w.frame, simd.Options{})
		if err != nil {
			return nil
		}
		k.between = append(k.between, v)
	}
	k.task.part = k.part
	return k
}

// pair is which pair a source is the input of, and which the output of; -1 for none.
func (k *skew) pair(src *source) (in, out int) {
	in, out = -1, -1
	for i, f := range k.fed {
		if src.array == f.In {
			in = i
		}
		if src.array == f.Out {
			out = i
		}
	}
	return in, out
}

func (k *skew) launch(ctx, labels context.Context, steps int) error {
	k.ctx, k.steps = ctx, steps
	k.sweep.stopped.Store(false)
	err := k.sweep.engine.team(labels, &k.task, len(k.rings))
	k.ctx = nil
	if err == nil && k.sweep.stopped.Load() {
		err = context.Cause(ctx)
	}
	return err
}

func (k *skew) part(worker, workers int) {
	if workers < len(k.rings) { // the caller does the work of all
		for w := range k.rings {
			k.rows(worker, w)
		}
		return
	}
	k.rows(worker, worker)
}

// rows takes all steps for the share of a worker.
func (k *skew) rows(worker, share int) {
	s := k.sweep
	w := s.workers[worker]
	n, shares := s.shape[1], len(k.rings)
	lo, hi := n*share/shares, n*(share+1)/shares
	within := func(step int) (from, to int) {
		more := (k.steps - step) * k.reach
		if from, to = lo-more, hi+more; !k.periodic {
			from, to = max(from, 0), min(to, n)
		}
		return from, to
	}
	last := w.view
	defer func() { w.view = last }()
	first, _ := within(1)
	for at := first; at < hi+(k.steps-1)*k.reach; at++ {
		if k.ctx.Err() != nil {
			s.stopped.Store(true)
			break
		}
		for step := 1; step <= k.steps; step++ {
			y := at - (step-1)*k.reach
			if from, to := within(step); y >= from && y < to {
				if w.view = last; step < k.steps {
					w.view = k.between[worker]
				}
				k.point(w, k.rings[worker], step, y)
				w.run((y%n+n)%n, 1, 0, s.shape[2])
			}
		}
	}
	last.Publish()
}

// point finds the rows that the sources are for row y of a step; y may be beyond the ends of a
// periodic axis.
func (k *skew) point(w *sweeper, rings skewRings, step, y int) {
	s := k.sweep
	n := s.shape[1]
	depth := 2*k.reach + 1
	for i := range s.sources {
		src, row := &s.sources[i], &w.rows[i]
		row.constant = false
		in, out := k.pair(src)
		d := src.offset[1]
		switch {
		case out >= 0 && step < k.steps:
			row.data = ringRow(rings[step-1][out], y, depth)
			continue
		case src.written && step < k.steps: // of no use yet
			row.data = unsafe.Pointer(unsafe.SliceData(w.scratch[i]))
			continue
		case in >= 0 && step > 1 && k.periodic:
			row.data = ringRow(rings[step-2][in], y+d, depth)
			continue
		}
		at := y
		if k.periodic {
			at = (y%n + n) % n
		}
		if d != 0 {
			var ok bool
			if at, ok = kernels.Resolve(at+d, n, src.edges[1][0], src.edges[1][1]); !ok {
				row.constant, row.value = true, src.edge(1, y+d).Value
				continue
			}
		}
		if in >= 0 && step > 1 {
			row.data = ringRow(rings[step-2][in], at, depth)
			continue
		}
		row.data = unsafe.Add(src.data, at*src.strides[1]*src.size)
	}
}

// ringRow is the row of a ring for row y.
func ringRow(rows [][]uint64, y, depth int) unsafe.Pointer {
	return unsafe.Pointer(unsafe.SliceData(rows[(y%depth+depth)%depth]))
}
