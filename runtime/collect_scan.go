package runtime

import (
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
	"github.com/triad-go/triad/simd"
)

// scanning makes a scan: of each block on its own, and the blocks' folds in a chain.
type scanning[T kernels.Number] struct {
	tier   simd.Tier
	slot   int
	op     kernels.Reduction
	before bool
	out    []T
	alone  bool // one worker, which needs no totals before it writes
	memory column.Memory
	carry  T                 // of the chunks handed on
	work   []scanningWork[T] // by worker
}

// scanningWork is what a worker scans a chunk with.
type scanningWork[T kernels.Number] struct {
	scans  []T // of each block on its own
	totals []T // the folds of the blocks, and then what is carried into them
	frame  *kernels.Frame
	view   view // folds scans with what is carried into their block
}

// carryText is a kernel that folds a scalar with values, as kernels.Fold does.
var carryText = map[kernels.Reduction]string{
	kernels.Sum:  "y = c + x",
	kernels.Min:  "y = min(x, c)",
	kernels.Max:  "y = max(x, c)",
	kernels.Prod: "y = c*x",
}

func newScan[T kernels.Number](e engine, b *Binding, col kernels.Column, workers int, plan Plan) (*scanning[T], error) {
	s := &scanning[T]{
		tier: e.code(), slot: col.Value, op: col.Output.Reduce, before: col.Output.Collect == kernels.ScanBefore,
		out: values[T](b, b.Kernel.Params()[col.Param].Slot),
	}
	t := elementType[T]()
	opts := []kernels.Option{kernels.Scalars("c"), kernels.Unoptimized()}
	own := t
	if !t.IsFloat() {
		opts, own = append(opts, kernels.Typed(t, "c", "x", "y")), kernels.Float64
	}
	k, err := kernels.Parse("carry", carryText[s.op], opts...)
	if err != nil {
		return nil, err
	}
	p := k.Program(own)
	stream := streams(e, b, plan)
	s.memory.Stream = stream
	s.alone = workers == 1 && !(stream && s.tier == simd.AVX2) // of which the scans' own code does not stream
	for range workers {
		w := scanningWork[T]{scans: make([]T, collectChunk), totals: make([]T, collectChunk/column.ScanBlock), frame: p.NewFrame(collectChunk)}
		w.frame.Arrays[1] = unsafe.Pointer(unsafe.SliceData(w.scans))
		if w.view, err = e.view(p, w.frame, simd.Options{NonTemporal: stream}); err != nil {
			return nil, err
		}
		s.work = append(s.work, w)
	}
	return s, nil
}

func (s *scanning[T]) begin() { s.carry = kernels.Identity[T](s.op) }

func (s *scanning[T]) local(w *collecting, c chunk) {
	if s.alone {
		m := s.memory
		m.Ahead = w.columns[s.slot].ahead
		s.carry = column.ScanFrom(s.tier, s.op, s.out[c.lo:c.hi], columnOf[T](w, s.slot, c), s.carry, s.before, m)
		return
	}
	k := &s.work[w.worker]
	column.Scan(s.tier, s.op, k.scans, columnOf[T](w, s.slot, c), k.totals, s.before, w.columns[s.slot].ahead)
}

func (s *scanning[T]) hand(w *collecting, c chunk) {
	if s.alone {
		return
	}
	t := s.work[w.worker].totals
	for b := range (c.hi - c.lo + column.ScanBlock - 1) / column.ScanBlock {
		t[b], s.carry = s.carry, kernels.Fold(s.op, s.carry, t[b])
	}
}

func (s *scanning[T]) finish(w *collecting, c chunk) {
	if s.alone {
		if s.memory.Stream {
			column.Fence()
		}
		return
	}
	if c.lo == c.hi {
		return
	}
	k := &s.work[w.worker]
	f := k.frame
	f.N = c.hi - c.lo
	f.Arrays[0] = unsafe.Pointer(&s.out[c.lo])
	k.view.Reload()
	for lo := 0; lo < f.N; lo += column.ScanBlock {
		f.Uniforms[0] = bitsOf(k.totals[lo/column.ScanBlock]) // c is all that is uniform
		k.view.RunUnordered(lo, min(lo+column.ScanBlock, f.N))
	}
	k.view.Publish()
}

func (s *scanning[T]) end() error { return nil }
