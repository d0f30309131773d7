package runtime

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
)

// Binding is a kernel with arguments that fit it: what an executor works on.
// Check makes it.
type Binding struct {
	Kernel  *kernels.Kernel
	Program *kernels.Program // the kernel's, for the float type that the arrays have
	Frame   *kernels.Frame   // the arguments; it keeps the caller's slices alive

	buffers []lease
	results []result // by slot
	arrays  []array  // by slot
	space   space
	plain   bool // the elements of all arrays follow each other, and rows do not matter
}

// lease is a buffer that the arrays of a binding lie in.
type lease struct {
	name   string
	buffer anyBuffer
}

// anyBuffer is a *Buffer of any element type. Memory that is acquired is not
// freed before it is released.
type anyBuffer interface {
	acquire() bool // false if closed
	release()
	outside() Memory
}

// result is where a reduction's value goes; one pointer is not nil.
type result struct {
	f64   *float64
	f32   *float32
	index *int
	truth *bool

	integer unsafe.Pointer // to an integer of the result's type

	collect kernels.Collective // how the value is made of what the program folds
}

func (r result) addr() unsafe.Pointer {
	switch {
	case r.f64 != nil:
		return unsafe.Pointer(r.f64)
	case r.f32 != nil:
		return unsafe.Pointer(r.f32)
	case r.truth != nil:
		return unsafe.Pointer(r.truth)
	case r.integer != nil:
		return r.integer
	}
	return unsafe.Pointer(r.index)
}

func (r result) set(v float64) {
	if r.f64 != nil {
		*r.f64 = v
	} else {
		*r.f32 = float32(v)
	}
}

// acquire holds the memory of all buffers for a launch. Where one is closed it
// holds none and says which.
func (b *Binding) acquire() error {
	for i, l := range b.buffers {
		if !l.buffer.acquire() {
			for _, held := range b.buffers[:i] {
				held.buffer.release()
			}
			return &ArgError{Kernel: b.Kernel.Name(), Name: l.name, Reason: ArgClosed, Detail: "the buffer is closed"}
		}
	}
	return nil
}

func (b *Binding) release() {
	for _, l := range b.buffers {
		l.buffer.release()
	}
}

// setResults publishes the values of the reductions.
func (b *Binding) setResults() {
	if len(b.results) == 0 {
		return
	}
	b.Program.Combine(b.Frame)
	for i, v := range b.Frame.Results {
		switch r := b.results[i]; r.collect {
		case kernels.Mean:
			r.set(v / float64(b.Frame.N))
		case kernels.Norm:
			r.set(math.Sqrt(v))
		case kernels.Count:
			*r.index = int(v)
		case kernels.Any, kernels.All:
			*r.truth = v > 0
		default:
			r.set(v)
		}
	}
}

// resultType is the type of the result of a reduction.
func (b *Binding) resultType(p kernels.Param) kernels.Type {
	if p.Slot < len(b.Program.Reductions) {
		return b.Program.TypeOf(b.Program.Reductions[p.Slot].Value)
	}
	for _, c := range b.Kernel.Columns() {
		if c.Output.Name == p.Name {
			return b.Program.Arrays[c.Value].Type
		}
	}
	return b.Program.Elem
}

// setScalar changes a scalar for the launches to come.
func (b *Binding) setScalar(name string, v any) error {
	for _, p := range b.Kernel.Params() {
		if p.Name != name {
			continue
		}
		if p.Kind != kernels.ScalarParam {
			return &ArgError{Kernel: b.Kernel.Name(), Name: name, Reason: ArgType, Detail: fmt.Sprintf("an %s cannot be set as a scalar", p.Kind)}
		}
		if err := b.putScalar(p, v); err != nil {
			return err
		}
		b.Program.EvalUniforms(b.Frame)
		return nil
	}
	return &ArgError{Kernel: b.Kernel.Name(), Name: name, Reason: ArgUnknown, Detail: "the kernel has no such scalar"}
}

// putScalar puts a value into the frame as what the program has the scalar p for.
func (b *Binding) putScalar(p kernels.Param, v any) error {
	bits, reason, detail := scalarBits(v, b.Program.Scalars[p.Slot])
	if reason != 0 {
		return &ArgError{Kernel: b.Kernel.Name(), Name: p.Name, Reason: reason, Detail: detail}
	}
	b.Frame.Scalars[p.Slot] = bits
	return nil
}

// fault is the error of a launch that came upon the condition of a trap: that of the
// least element.
func (b *Binding) fault() error {
	first, at := -1, int64(kernels.NoFault)
	for trap, i := range b.Frame.Faults {
		if i < at {
			first, at = trap, i
		}
	}
	if first < 0 {
		return nil
	}
	term := b.Kernel.Divisions()[first]
	text := symbolic.Brief(term, 100)
	if b.Program.Traps[first].Kind == kernels.TrapDivide {
		return &DivideError{Kernel: b.Kernel.Name(), Index: int(at), Term: text}
	}
	e := &IndexError{Kernel: b.Kernel.Name(), Array: term.Arg(0).Name(), Index: int(at), Term: text}
	for _, a := range b.arrays {
		if a.name == e.Array {
			e.Len = a.n
		}
	}
	return e
}
