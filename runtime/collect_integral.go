package runtime

import (
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
)

// integral makes a reduction of integers. They wrap around, so that no order matters.
type integral[T kernels.Number] struct {
	slot   int
	op     kernels.Reduction
	result *T
	folds  []T // by worker
}

func newIntegral[T kernels.Number](b *Binding, col kernels.Column, workers int) *integral[T] {
	return &integral[T]{slot: col.Value, op: col.Output.Reduce, folds: make([]T, workers),
		result: (*T)(b.results[b.Kernel.Params()[col.Param].Slot].integer)}
}

func (s *integral[T]) begin() {
	for w := range s.folds {
		s.folds[w] = kernels.Identity[T](s.op)
	}
}

func (s *integral[T]) local(w *collecting, c chunk) {
	fold := &s.folds[w.worker]
	*fold = kernels.Fold(s.op, *fold, column.FoldIntegers(s.op, columnOf[T](w, s.slot, c)))
}

func (s *integral[T]) hand(*collecting, chunk)   {}
func (s *integral[T]) finish(*collecting, chunk) {}

func (s *integral[T]) end() error {
	all := s.folds[0]
	for _, v := range s.folds[1:] {
		all = kernels.Fold(s.op, all, v)
	}
	*s.result = all
	return nil
}

// takeInteger is where a result of integers goes.
func (c *checker) takeInteger(p kernels.Param, t kernels.Type, r *result) error {
	var to unsafe.Pointer
	var have kernels.Type
	switch v := c.args[p.Name].(type) {
	case *int64:
		to, have = unsafe.Pointer(v), kernels.Int64
	case *int:
		if to = unsafe.Pointer(v); unsafe.Sizeof(*v) == 8 {
			have = kernels.Int64
		}
	case *int32:
		to, have = unsafe.Pointer(v), kernels.Int32
	case *uint64:
		to, have = unsafe.Pointer(v), kernels.Uint64
	case *uint32:
		to, have = unsafe.Pointer(v), kernels.Uint32
	}
	switch {
	case have != t:
		return c.fail(ArgType, p.Name, "", "a result of %[1]v goes to a *%[1]v, not %[2]T", t, c.args[p.Name])
	case to == nil:
		return c.fail(ArgNil, p.Name, "", "a nil %T", c.args[p.Name])
	}
	r.integer = to
	return nil
}
