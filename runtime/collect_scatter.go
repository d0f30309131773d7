package runtime

import (
	"github.com/triad-go/triad/kernels"
)

// scattering writes values to, or adds them to, elements of an array, in order.
type scattering[T kernels.Number] struct {
	kernel, name string
	slot, by     int
	add          bool
	out          []T
	fault        *IndexError
}

func newScatter[T kernels.Number](b *Binding, col kernels.Column) *scattering[T] {
	return &scattering[T]{
		kernel: b.Kernel.Name(), name: col.Output.Name, slot: col.Value, by: col.By,
		add: col.Output.Collect == kernels.ScatterAdd,
		out: values[T](b, b.Kernel.Params()[col.Param].Slot),
	}
}

func (s *scattering[T]) begin() { s.fault = nil }

func (s *scattering[T]) local(*collecting, chunk) {}

func (s *scattering[T]) hand(w *collecting, c chunk) {
	x, at := columnOf[T](w, s.slot, c), columnOf[int64](w, s.by, c)
	at = at[:len(x)]
	out := s.out
	if s.add {
		for i, v := range x {
			if j := at[i]; uint64(j) < uint64(len(out)) {
				out[j] += v
			} else {
				s.fail(c.lo+i, j)
			}
		}
		return
	}
	for i, v := range x {
		if j := at[i]; uint64(j) < uint64(len(out)) {
			out[j] = v
		} else {
			s.fail(c.lo+i, j)
		}
	}
}

func (s *scattering[T]) fail(i int, at int64) {
	if s.fault == nil {
		s.fault = &IndexError{Kernel: s.kernel, Array: s.name, Index: i, Position: at, Len: len(s.out)}
	}
}

func (s *scattering[T]) finish(*collecting, chunk) {}

func (s *scattering[T]) end() error {
	if s.fault != nil {
		return s.fault
	}
	return nil
}
