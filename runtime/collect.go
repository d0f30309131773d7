package runtime

import (
	"context"
	"slices"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// A launch with collective outputs goes through the elements chunk by chunk. The
// worker that has a chunk runs the program over it, which leaves the values in columns
// of the worker's own that stay in its second-level cache, and has each collector take
// them from there: first what needs nothing of other chunks, then, in the order of
// the chunks, what does, and then the rest. So each array is read and written once,
// and what is computed depends on no number of workers.

// collectChunk is the number of elements of a chunk: whole blocks of reductions and of
// scans. Two columns of float64 take a quarter of a second-level cache.
const collectChunk = 16 << 10

// collectPiece is the number of elements of a piece of a chunk: whole blocks, too, of which the
// columns stay in a first-level cache.
const collectPiece = 2 << 10

// chunk is one of a launch, or a piece of one.
type chunk struct {
	lo, hi int // its elements
	index  int
	begin  int // where the chunk begins
}

// piecewise is a collector of which local may be called for the pieces of a chunk one after
// the other, each when the columns hold no more than it. Its hand and finish look at no column.
type piecewise interface{ piecewise() }

// collector makes one output of the values in a column. A launch calls begin, then for each
// chunk, on the worker that has it, local, hand and finish, and then end. Hand is called
// for one chunk after the other, in order; the others at the same time as those of
// other chunks.
type collector interface {
	begin()
	local(w *collecting, c chunk)
	hand(w *collecting, c chunk)
	finish(w *collecting, c chunk)
	end() error
}

// collected is the launches of one call.
type collected struct {
	engine     engine
	binding    *Binding
	collectors []collector
	piece      int // elements that are computed at once
	workers    []*collecting
	task       teamwork

	ctx     context.Context
	next    atomic.Int64 // chunk that nobody has yet
	turn    atomic.Int64 // chunk that may hand on
	stopped atomic.Bool
}

// collecting is what a worker has.
type collecting struct {
	worker  int
	spin    spin
	frame   *kernels.Frame
	view    view
	piece   int
	columns []columnMemory // by array slot
}

// columnMemory is where a column lies: in memory of the worker, or in an array of the
// caller, which is copied there first if the program writes the same memory.
type columnMemory struct {
	own    []uint64
	caller unsafe.Pointer
	ahead  int // bytes from what a collector reads to what it is to fetch into cache meanwhile
}

// readAhead is how far ahead of the element at hand memory is read, in bytes.
const readAhead = 8 << 10

// columnOf is the values of a slot for a chunk.
func columnOf[T any](w *collecting, slot int, c chunk) []T {
	m := &w.columns[slot]
	if m.own == nil {
		return unsafe.Slice((*T)(m.caller), c.hi)[c.lo:]
	}
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(m.own))), c.hi-c.lo)
}

// buffers is room for the values of a chunk for each worker.
func buffers[T any](workers int) [][]T {
	b := make([][]T, workers)
	for w := range b {
		b[w] = make([]T, collectChunk)
	}
	return b
}

// values is an array of the caller.
func values[T kernels.Number](b *Binding, slot int) []T {
	return unsafe.Slice((*T)(b.arrays[slot].data), b.arrays[slot].n)
}

// newCollected prepares the launches of a kernel with collective outputs.
func newCollected(e engine, b *Binding, plan Plan) (*Call, error) {
	chunks := (b.Frame.N + collectChunk - 1) / collectChunk
	l := &collected{engine: e, binding: b, piece: collectPiece}
	workers := max(1, min(e.size(), chunks))
	if b.Frame.N < plan.InlineBelow {
		workers = 1
	}
	l.task.part = l.part
	columns := b.Kernel.Columns()
	for _, col := range columns {
		c, err := newCollector(e, b, col, workers, plan)
		if err != nil {
			return nil, err
		}
		l.collectors = append(l.collectors, c)
		if _, ok := c.(piecewise); !ok {
			l.piece = collectChunk
		}
	}
	outgrown := outgrows(b, e.Target())
	// What code fetches ahead goes past the second-level cache, where collectors would look for it.
	prefetch := outgrown && !slices.ContainsFunc(columns, func(c kernels.Column) bool {
		return c.Value < len(b.arrays) && b.Program.Arrays[c.Value].Read
	})
	for w := range workers {
		c := &collecting{worker: w, piece: pieceLen(b.Program, e.rates()), columns: make([]columnMemory, len(b.Program.Arrays))}
		f := *b.Frame
		f.Arrays = make([]unsafe.Pointer, len(b.Program.Arrays))
		copy(f.Arrays, b.Frame.Arrays)
		f.N = min(collectChunk, b.Frame.N)
		f.Index = make([]int64, 1)
		f.Faults = make([]int64, len(b.Frame.Faults))
		f.Partials = append([][]uint64(nil), b.Frame.Partials...)
		for slot := range c.columns {
			m := &c.columns[slot]
			if b.Program.Arrays[slot].Gathered {
				continue
			}
			if slot < len(b.arrays) {
				m.caller = b.arrays[slot].data
				if !b.overwrites(slot) {
					switch read := b.Program.Arrays[slot].Read; { // by the program, before the collectors
					case outgrown && !read:
						m.ahead = readAhead
					case outgrown && l.piece == collectPiece: // for the next piece
						m.ahead = collectPiece * b.arrays[slot].elem.Size()
					}
					continue
				}
			}
			m.own = make([]uint64, f.N)
			if slot >= len(b.arrays) {
				f.Arrays[slot] = unsafe.Pointer(unsafe.SliceData(m.own))
			}
		}
		f.ClearFaults()
		c.frame = &f
		var err error
		if c.view, err = e.view(b.Program, c.frame, simd.Options{Prefetch: prefetch}); err != nil {
			return nil, err
		}
		l.workers = append(l.workers, c)
	}
	info := LaunchInfo{Executor: e.Name(), Workers: workers, Inline: workers == 1, Schedule: ScheduleDynamic,
		NonTemporalWhy: "columns stay in cache"}
	info.Tier, info.Fallback = tierOf(l.workers[0].view)
	return NewCall(b, info, l), nil
}

// Launch implements Launcher.
func (l *collected) Launch(ctx, labels context.Context, b *Binding) error {
	l.ctx = ctx
	l.next.Store(0)
	l.turn.Store(0)
	l.stopped.Store(false)
	for _, c := range l.collectors {
		c.begin()
	}
	err := l.engine.team(labels, &l.task, len(l.workers))
	l.ctx = nil
	if err != nil {
		return err
	}
	if l.stopped.Load() {
		return context.Cause(ctx)
	}
	for _, c := range l.collectors {
		if e := c.end(); e != nil && err == nil {
			err = e
		}
	}
	return err
}

// part is what one worker does. If there are no elements, there is one chunk all the same.
func (l *collected) part(worker, _ int) {
	w := l.workers[worker]
	n := l.binding.Frame.N
	for {
		i := int(l.next.Add(1) - 1)
		lo := i * collectChunk
		if lo >= n && i > 0 {
			return
		}
		c := chunk{lo, min(lo+collectChunk, n), i, lo}
		if l.ctx.Err() != nil {
			l.stopped.Store(true)
			return
		}
		for piece := c; ; piece.lo = piece.hi {
			piece.hi = min(piece.lo+l.piece, c.hi)
			l.compute(w, piece)
			for _, col := range l.collectors {
				col.local(w, piece)
			}
			if piece.hi == c.hi {
				break
			}
		}
		if !l.await(w, i) {
			return
		}
		for _, col := range l.collectors {
			col.hand(w, c)
		}
		l.turn.Store(int64(i + 1))
		for _, col := range l.collectors {
			col.finish(w, c)
		}
	}
}

// await waits for the turn of a chunk, which was taken in order, so that the worker that has the
// one before is at work. It reports false if that one gave up.
func (l *collected) await(w *collecting, i int) bool {
	if l.turn.Load() == int64(i) {
		return true
	}
	w.spin.begin()
	for l.turn.Load() != int64(i) {
		if l.stopped.Load() {
			return false
		}
		if !w.spin.again(true) { // the other may wait for this processor
			time.Sleep(spinFor / 2)
			w.spin.begin()
		}
	}
	w.spin.end()
	return true
}

// overwrites reports whether the values of a collective are elements of an array that the program
// writes too, since two arguments are the same memory.
func (b *Binding) overwrites(slot int) bool {
	for _, c := range b.Kernel.Columns() {
		if c.Value != slot {
			continue
		}
		for _, s := range b.Program.Stores {
			if s.Slot < len(b.arrays) && b.arrays[s.Slot].data == b.arrays[slot].data {
				return true
			}
		}
	}
	return false
}

// compute runs the program over a chunk.
func (l *collected) compute(w *collecting, c chunk) {
	b, f := l.binding, w.frame
	if c.lo == c.hi {
		return
	}
	f.N, f.Index[0] = c.hi-c.lo, int64(c.lo)
	for slot, a := range b.arrays {
		if !a.own {
			f.Arrays[slot] = unsafe.Add(a.data, c.lo*a.elem.Size())
		}
	}
	for r, parts := range b.Frame.Partials {
		f.Partials[r] = parts[c.lo/b.Program.BlockLen():]
	}
	for slot, a := range b.arrays {
		if m := &w.columns[slot]; m.own != nil {
			own := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(m.own))), f.N*a.elem.Size())
			copy(own, unsafe.Slice((*byte)(f.Arrays[slot]), len(own)))
		}
	}
	if len(b.Program.Body) == 0 && len(b.Program.Stores) == 0 {
		return
	}
	w.view.Reload()
	for lo := 0; lo < f.N; lo += w.piece {
		w.view.Run(lo, min(lo+w.piece, f.N))
	}
	for trap, at := range f.Faults {
		if at != kernels.NoFault {
			b.Frame.Fault(trap, c.lo+int(at))
			f.Faults[trap] = kernels.NoFault
		}
	}
}

// streams reports whether what a collector writes is to go past the caches.
func streams(e engine, b *Binding, plan Plan) bool {
	return plan.NonTemporal == NTOn || plan.NonTemporal == NTAuto && outgrows(b, e.Target())
}

// newCollector makes the collector of a column's output.
func newCollector(e engine, b *Binding, col kernels.Column, workers int, plan Plan) (collector, error) {
	switch b.Program.Arrays[col.Value].Type {
	case kernels.Float64:
		return newTypedCollector[float64](e, b, col, workers, plan)
	case kernels.Float32:
		return newTypedCollector[float32](e, b, col, workers, plan)
	case kernels.Int64:
		return newTypedCollector[int64](e, b, col, workers, plan)
	case kernels.Int32:
		return newTypedCollector[int32](e, b, col, workers, plan)
	case kernels.Uint64:
		return newTypedCollector[uint64](e, b, col, workers, plan)
	}
	return newTypedCollector[uint32](e, b, col, workers, plan)
}

func newTypedCollector[T kernels.Number](e engine, b *Binding, col kernels.Column, workers int, plan Plan) (collector, error) {
	if col.Output.Op != nil {
		return newOperating[T](e, b, col, workers)
	}
	switch col.Output.Collect {
	case kernels.Elementwise:
		return newIntegral[T](b, col, workers), nil
	case kernels.Scan, kernels.ScanBefore:
		return newScan[T](e, b, col, workers, plan)
	case kernels.Keep:
		return newKeep[T](e, b, col, workers, plan), nil
	case kernels.Scatter, kernels.ScatterAdd:
		return newScatter[T](b, col), nil
	case kernels.SegmentScan, kernels.SegmentScanBefore:
		return newSegmentScan[T](b, col, workers)
	case kernels.Histogram:
		return newHistogram(b, col, workers), nil
	case kernels.Segments:
		return newSegments[T](e, b, col, workers)
	case kernels.ArgMin, kernels.ArgMax:
		return newExtreme[T](e, b, col, workers)
	case kernels.CompensatedSum:
		return newCompensated[T](e, b, col, workers)
	case kernels.ExactSum:
		return newExactSum[T](e, b, col, workers)
	}
	return newVariance[T](e, b, col, workers)
}
