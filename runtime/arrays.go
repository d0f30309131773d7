package runtime

import (
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

// Place is the strides, in elements, of an array by axis of the space: 0 where it is broadcast.
func (b *Binding) Place(slot int) [3]int { return b.space.place(b.arrays[slot]) }
