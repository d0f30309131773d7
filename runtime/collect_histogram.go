package runtime

import (
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// counting makes a histogram: each worker counts for itself, and integers add up to the
// same whatever the order.
type counting struct {
	slot   int
	out    array
	counts [][]int64 // by worker
}

func newHistogram(b *Binding, col kernels.Column, workers int) *counting {
	h := &counting{slot: col.Value, out: b.arrays[b.Kernel.Params()[col.Param].Slot]}
	for range workers {
		h.counts = append(h.counts, make([]int64, h.out.n))
	}
	return h
}

func (h *counting) begin() {
	for _, c := range h.counts {
		clear(c)
	}
}

func (h *counting) local(w *collecting, c chunk) {
	counts := h.counts[w.worker]
	for _, k := range columnOf[int64](w, h.slot, c) {
		if uint64(k) < uint64(len(counts)) {
			counts[k]++
		}
	}
}

func (h *counting) hand(*collecting, chunk)   {}
func (h *counting) finish(*collecting, chunk) {}

func (h *counting) end() error {
	sum := h.counts[0]
	for _, c := range h.counts[1:] {
		for k, n := range c {
			sum[k] += n
		}
	}
	switch h.out.elem {
	case kernels.Float64:
		convert[float64](h.out, sum)
	case kernels.Float32:
		convert[float32](h.out, sum)
	case kernels.Int64:
		convert[int64](h.out, sum)
	case kernels.Int32:
		convert[int32](h.out, sum)
	case kernels.Uint64:
		convert[uint64](h.out, sum)
	default:
		convert[uint32](h.out, sum)
	}
	return nil
}

// convert writes counts to an array.
func convert[T kernels.Number](a array, counts []int64) {
	out := unsafe.Slice((*T)(a.data), a.n)
	for k, n := range counts {
		out[k] = T(n)
	}
}
