package runtime

import (
	"fmt"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
	"github.com/triad-go/triad/simd"
)

// keeping makes a compaction that keeps the order.
type keeping[T kernels.Number] struct {
	tier     simd.Tier
	stream   bool
	buffers  [][]T // by worker
	kernel   string
	name     string
	slot, by int
	narrow   bool // the test is of float32
	out      []T
	kept     int   // by the chunks handed on
	count    []int // by worker: how many of its chunk
	offset   []int
}

func newKeep[T kernels.Number](e engine, b *Binding, col kernels.Column, workers int, plan Plan) *keeping[T] {
	return &keeping[T]{
		tier: e.code(), stream: streams(e, b, plan), kernel: b.Kernel.Name(), name: col.Output.Name, slot: col.Value, by: col.By,
		narrow: b.Program.Arrays[col.By].Type == kernels.Float32,
		out:    values[T](b, b.Kernel.Params()[col.Param].Slot),
		count:  make([]int, workers), offset: make([]int, workers), buffers: buffers[T](workers),
	}
}

func (k *keeping[T]) begin() { k.kept = 0 }

func (k *keeping[T]) piecewise() {}

func (k *keeping[T]) local(w *collecting, c chunk) {
	if c.lo == c.begin {
		k.count[w.worker] = 0
	}
	x, kept := columnOf[T](w, k.slot, c), k.buffers[w.worker][k.count[w.worker]:]
	ahead := w.columns[k.slot].ahead
	if k.narrow {
		k.count[w.worker] += column.Keep(k.tier, kept, x, columnOf[float32](w, k.by, c), ahead)
	} else {
		k.count[w.worker] += column.Keep(k.tier, kept, x, columnOf[float64](w, k.by, c), ahead)
	}
}

func (k *keeping[T]) hand(w *collecting, _ chunk) {
	k.offset[w.worker] = k.kept
	k.kept += k.count[w.worker]
}

func (k *keeping[T]) finish(w *collecting, _ chunk) {
	at := k.offset[w.worker]
	if at >= len(k.out) {
		return
	}
	kept := k.buffers[w.worker][:k.count[w.worker]]
	if k.stream {
		column.Stream(k.tier, k.out[at:], kept)
	} else {
		copy(k.out[at:], kept)
	}
}

func (k *keeping[T]) end() error {
	if k.kept > len(k.out) {
		return &ArgError{Kernel: k.kernel, Name: k.name, Reason: ArgLength, Detail: fmt.Sprintf("%d values are kept, and there is room for %d", k.kept, len(k.out))}
	}
	return nil
}
