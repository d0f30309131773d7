package kernels

import "unsafe"

// Frame is the memory of one launch as an executor sees it. Runtimes make it
// from a caller's checked arguments; whoever fills Arrays vouches for N
// elements of the program's element type behind each pointer, at any address,
// and for outputs that overlap no other output, and an input only where they
// are exactly that input.
type Frame struct {
	N        int
	Arrays   []unsafe.Pointer // element 0 of each array slot
	Scalars  []float64        // by scalar slot; rounded to the element type when evaluated
	Uniforms []uint64         // by uniform value: its bits, as EvalUniforms leaves them
	Partials [][]uint64       // by reduction, by block: the bits of the block's value in the low end
	Results  []float64        // by reduction, as Combine leaves them (a float32 result is exact in it)
}

// NewFrame returns a frame for n elements with every slice made and Arrays
// still empty pointers.
func (p *Program) NewFrame(n int) *Frame {
	f := &Frame{
		N:        n,
		Arrays:   make([]unsafe.Pointer, len(p.Arrays)),
		Scalars:  make([]float64, p.Scalars),
		Uniforms: make([]uint64, len(p.Uniform)),
		Partials: make([][]uint64, len(p.Reductions)),
		Results:  make([]float64, len(p.Reductions)),
	}
	for i := range f.Partials {
		f.Partials[i] = make([]uint64, p.Blocks(n))
	}
	return f
}

func slice[T Float](f *Frame, slot int) []T {
	return unsafe.Slice((*T)(f.Arrays[slot]), f.N)
}
