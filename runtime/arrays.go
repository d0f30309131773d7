package runtime

import (
	"slices"
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// Array is an argument for an array parameter, as an executor of another package sees it.
type Array struct {
	Name string
	Elem kernels.Type
	Data unsafe.Pointer // element 0
	Len  int            // elements from there on, those between rows included

	// Memory is where a Buffer lies that an executor gave the memory of; nil for the host's own.
	Memory Memory

	In, Out bool // read and written by the kernel

	// Own says that the array has a length of its own, and not the shape of the index space: what is
	// kept, counted or scattered, and what is gathered from.
	Own bool

	// Shape and Strides, in elements, are by axis of the array. Those of the space are as many or
	// more: the array's are the last of them, and an extent of 1 or a stride of 0 is the same element for all.
	Axes           int
	Shape, Strides [3]int
}

// Arrays returns the arguments for array parameters by their slots.
func (b *Binding) Arrays() []Array {
	arrays := make([]Array, len(b.arrays))
	for i, a := range b.arrays {
		arrays[i] = Array{Name: a.name, Elem: a.elem, Data: a.data, Len: a.n, Memory: a.memory, In: true, Out: a.out, Own: a.own,
			Axes: a.axes, Shape: a.shape, Strides: a.strides}
	}
	for _, p := range b.Kernel.Params() {
		if p.Kind == kernels.ArrayParam {
			arrays[p.Slot].In = p.In
		}
	}
	return arrays
}

// Plain reports whether the launch is over arrays of Frame.N elements that follow each other, so that a range of
// elements is a range of each array, but for those that are gathered from. What is not plain
// has a Space, of which elements are computed row by row.
func (b *Binding) Plain() bool { return b.plain }

// Space is the index space: its number of axes, and its extents. Elements are numbered along the last
// axis, then along the one before.
func (b *Binding) Space() (axes int, shape [3]int) { return b.space.axes, b.space.shape }

// Source is what an array slot of a program stands for in a launch: the element of an argument at an offset. Axes are
// always three; what a space has less of them are its first ones, of extent 1.
type Source struct {
	Slot    int                // of the program
	Of      int                // the slot of the parameter
	Offset  [3]int             // from the element at hand to the one that is read
	Edges   [3][2]kernels.Edge // what lies beyond each end
	Strides [3]int             // in elements; 0 where the array is broadcast
	Extents [3]int             // of the array; 1 where it is broadcast
}

// Sources returns what the program reads and writes element by element, by its slots; columns and what is gathered from are not
// among them. The error is an *[ArgError]: neighbours reach beyond what the edges tell of, or along an axis along which the array is broadcast.
func (b *Binding) Sources() ([]Source, error) {
	shift := 3 - b.space.axes
	of := map[int]kernels.Neighbour{}
	for _, n := range b.Kernel.Neighbours() {
		of[n.Slot] = n
	}
	var all []Source
	for slot, a := range b.Program.Arrays {
		if !a.Read && !a.Written {
			continue
		}
		if slices.ContainsFunc(b.Kernel.Columns(), func(c kernels.Column) bool { return c.Value == slot }) {
			continue
		}
		n, isNeighbour := of[slot]
		if !isNeighbour {
			n.Of = slot
		}
		arg := b.arrays[n.Of]
		src := Source{Slot: slot, Of: n.Of, Extents: [3]int{1, 1, 1}}
		strides := b.space.place(arg)
		for axis := range b.space.axes {
			src.Strides[shift+axis] = strides[axis]
			if mine := axis - (b.space.axes - arg.axes); mine >= 0 {
				src.Extents[shift+axis] = arg.shape[mine]
			}
		}
		for axis := range b.Kernel.Axes() {
			low, high := b.Kernel.Edges(arg.name, axis)
			src.Edges[axis+3-b.Kernel.Axes()] = [2]kernels.Edge{low, high}
		}
		for axis, d := range n.Offset {
			at := axis + 3 - len(n.Offset)
			src.Offset[at] = d
			low, high := src.Edges[at][0], src.Edges[at][1]
			extent := 1
			if at >= shift {
				extent = b.space.shape[at-shift]
			}
			fail := func(detail string) ([]Source, error) {
				return nil, &ArgError{Kernel: b.Kernel.Name(), Name: arg.name, Reason: ArgShape, Detail: detail}
			}
			if have := src.Extents[at]; d != 0 && have != extent {
				return fail("neighbours along an axis along which it is broadcast")
			} else if have > 0 && (-d > low.Reach(have) || d > high.Reach(have)) {
				return fail("an offset reaches beyond what its edges tell of an axis so short")
			}
		}
		all = append(all, src)
	}
	return all, nil
}
