package kernels

import (
	"math"
	"sync/atomic"
	"unsafe"
)

// Frame is the memory of one launch as an executor sees it. Runtimes make it
// from a caller's checked arguments; whoever fills Arrays vouches for N
// elements of the array's type behind each pointer, at any address,
// and for outputs that overlap no other output, and an input only where they
// are exactly that input.
type Frame struct {
	N        int
	Arrays   []unsafe.Pointer // element 0 of each array slot
	Index    []int64          // by axis: of the place of element 0 in the index space; missing ones are 0
	Scalars  []uint64         // by scalar slot: the bits of its type, see Type.Bits
	Uniforms []uint64         // by uniform value: its bits, as EvalUniforms leaves them; a Bool is all ones or 0
	Faults   []int64          // by trap: the least element for which it holds, NoFault if none
	Partials [][]uint64       // by reduction, by block: the bits of the block's value in the low end
	Results  []float64        // by reduction, as Combine leaves them (a float32 result is exact in it)
}

// IndexOf is the place of element i along an axis of a space of so many: elements lie along
// the last.
func (f *Frame) IndexOf(axis, axes, i int) int64 {
	at := int64(0)
	if axis < len(f.Index) {
		at = f.Index[axis]
	}
	if axis == max(axes, 1)-1 {
		at += int64(i)
	}
	return at
}

// NoFault stands in Frame.Faults where no element has a trap's condition.
const NoFault = math.MaxInt64

// NewFrame returns a frame for n elements with every slice made and Arrays
// still empty pointers.
func (p *Program) NewFrame(n int) *Frame {
	f := &Frame{
		N:        n,
		Arrays:   make([]unsafe.Pointer, len(p.Arrays)),
		Scalars:  make([]uint64, len(p.Scalars)),
		Uniforms: make([]uint64, len(p.Uniform)),
		Faults:   make([]int64, len(p.Traps)),
		Partials: make([][]uint64, len(p.Reductions)),
		Results:  make([]float64, len(p.Reductions)),
	}
	for i := range f.Partials {
		f.Partials[i] = make([]uint64, p.Blocks(n))
	}
	f.ClearFaults()
	return f
}

// Fault notes that element i has the condition of a trap. Several workers may do
// so at once.
func (f *Frame) Fault(trap, i int) {
	at := &f.Faults[trap]
	for {
		old := atomic.LoadInt64(at)
		if old <= int64(i) || atomic.CompareAndSwapInt64(at, old, int64(i)) {
			return
		}
	}
}

// ClearFaults forgets all faults: a launch begins with it.
func (f *Frame) ClearFaults() {
	for i := range f.Faults {
		f.Faults[i] = NoFault
	}
}
