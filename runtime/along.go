package runtime

import (
	"fmt"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
)

// along folds values along one axis of a space, row by row: see kernels.Along.
type along interface {
	// take folds the values of elements lo … hi-1 of a row, which come in order.
	take(worker, z, y, lo, hi int, values unsafe.Pointer)
}

// alongAxis is the along of values of type T. Axes are those of three.
type alongAxis[T kernels.Number] struct {
	op      kernels.Reduction
	axis    int
	n       int // elements along it
	out     []T
	strides [3]int              // of the output; 0 along the axis
	open    []column.Segment[T] // by worker: of the row at hand, for the last axis
}

// makeAlongs finds what is folded along axes, and the columns for it.
func (s *sweep) makeAlongs(workers int) error {
	b := s.binding
	for _, c := range b.Kernel.Columns() {
		a := b.arrays[b.Kernel.Params()[c.Param].Slot]
		fail := func(format string, args ...any) error {
			return &ArgError{Kernel: b.Kernel.Name(), Name: a.name, Reason: ArgShape, Detail: fmt.Sprintf(format, args...)}
		}
		// Axes count from the first of the space, but neighbours and indices count theirs from the last.
		counts := b.Program.Axes > 0 || len(b.Kernel.Neighbours()) > 0
		if have := b.Kernel.Axes(); b.space.axes == 1 || b.space.axes < have || b.space.axes > have && counts {
			return fail("a fold along axis %d of %d in a space of %d", c.Axis, b.Kernel.Axes(), b.space.axes)
		}
		var want []int
		var strides [3]int
		shift := 3 - b.space.axes
		for axis := range b.space.axes {
			if axis == c.Axis {
				continue
			}
			if len(want) < a.axes {
				strides[shift+axis] = a.strides[len(want)]
			}
			want = append(want, b.space.shape[axis])
		}
		if have := a.shape[:a.axes]; fmt.Sprint(have) != fmt.Sprint(want) {
			return fail("its shape is %v, and what is left of the space %v", have, want)
		}
		if detail := a.folds(); detail != "" {
			return &ArgError{Kernel: b.Kernel.Name(), Name: a.name, Reason: ArgOverlap, Detail: detail}
		}
		f := fold{shift + c.Axis, s.shape[shift+c.Axis], strides, workers}
		var made along
		switch b.Program.Arrays[c.Value].Type {
		case kernels.Float64:
			made = newAlong[float64](a, c, f)
		case kernels.Float32:
			made = newAlong[float32](a, c, f)
		case kernels.Int64:
			made = newAlong[int64](a, c, f)
		case kernels.Int32:
			made = newAlong[int32](a, c, f)
		case kernels.Uint64:
			made = newAlong[uint64](a, c, f)
		default:
			made = newAlong[uint32](a, c, f)
		}
		s.alongs = append(s.alongs, made)
		s.columns = append(s.columns, c.Value)
		s.whole[f.axis] = true
	}
	return nil
}

// fold is what newAlong is told of a space.
type fold struct {
	axis, n int
	strides [3]int
	workers int
}

func newAlong[T kernels.Number](a array, c kernels.Column, f fold) along {
	l := &alongAxis[T]{op: c.Output.Reduce, axis: f.axis, n: f.n, out: unsafe.Slice((*T)(a.data), a.n), strides: f.strides,
		open: make([]column.Segment[T], f.workers)}
	if f.n == 0 { // nothing will be taken
		for i := range l.out {
			l.out[i] = kernels.Identity[T](l.op)
		}
	}
	return l
}

func (l *alongAxis[T]) take(worker, z, y, lo, hi int, values unsafe.Pointer) {
	v := unsafe.Slice((*T)(values), hi-lo)
	at := z*l.strides[0] + y*l.strides[1]
	if l.axis == 2 {
		s := &l.open[worker]
		if lo == 0 {
			s.Start(l.op)
		}
		if s.Take(l.op, v); hi == l.n {
			l.out[at] = s.Value(l.op)
		}
		return
	}
	first := l.axis == 0 && z == 0 || l.axis == 1 && y == 0
	step := l.strides[2]
	if step == 1 && !first {
		column.FoldInto(l.op, l.out[at+lo:at+hi], v)
		return
	}
	identity := kernels.Identity[T](l.op)
	for i, x := range v {
		o := &l.out[at+(lo+i)*step]
		if first {
			*o = identity
		}
		*o = kernels.Fold(l.op, *o, x)
	}
}
