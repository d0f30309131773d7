package runtime

import (
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
)

// scanning makes a scan: of each block from left to right, and the blocks' folds in a
// chain.
type scanning[T kernels.Number] struct {
	slot   int
	op     kernels.Reduction
	before bool
	out    []T
	carry  T     // of the chunks handed on
	totals [][]T // by worker: the folds of its blocks, and then what is carried into them
}

func newScan[T kernels.Number](b *Binding, col kernels.Column, workers int) *scanning[T] {
	s := &scanning[T]{
		slot: col.Value, op: col.Output.Reduce, before: col.Output.Collect == kernels.ScanBefore,
		out: values[T](b, b.Kernel.Params()[col.Param].Slot),
	}
	for range workers {
		s.totals = append(s.totals, make([]T, collectChunk/column.ScanBlock))
	}
	return s
}

func (s *scanning[T]) begin() { s.carry = kernels.Identity[T](s.op) }

func (s *scanning[T]) local(w *collecting, c chunk) {
	column.Scan(s.op, columnOf[T](w, s.slot, c), s.totals[w.worker])
}

func (s *scanning[T]) hand(w *collecting, c chunk) {
	t := s.totals[w.worker]
	for b := range (c.hi - c.lo + column.ScanBlock - 1) / column.ScanBlock {
		t[b], s.carry = s.carry, kernels.Fold(s.op, s.carry, t[b])
	}
}

func (s *scanning[T]) finish(w *collecting, c chunk) {
	column.Carry(s.op, s.out[c.lo:c.hi], columnOf[T](w, s.slot, c), s.totals[w.worker], s.before)
}

func (s *scanning[T]) end() error { return nil }
