package kernels

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/triad-go/triad/internal/ieee"
)

// machine holds the values of one element in the interpreter, by Value: their
// bits, as [Evaluate] takes them.
type machine struct {
	p     *Program
	f     *Frame
	bits  []uint64
	from  []Type      // by value: the type that Evaluate asks for
	acc64 [][]float64 // lanes, by reduction: of float64
	acc32 [][]float32 // … or of float32
}

func newMachine(p *Program, f *Frame) *machine {
	m := &machine{p: p, f: f, bits: make([]uint64, len(p.Uniform)+len(p.Body)), from: argTypes(make([]Type, 0, len(p.Uniform)+len(p.Body)), p)}
	m.acc64, m.acc32 = make([][]float64, len(p.Reductions)), make([][]float32, len(p.Reductions))
	for r, red := range p.Reductions {
		if p.TypeOf(red.Value) == Float32 {
			m.acc32[r] = make([]float32, p.Lanes())
		} else {
			m.acc64[r] = make([]float64, p.Lanes())
		}
	}
	return m
}

// argTypes returns for each value the type of the arguments that its operation
// computes on: what Evaluate calls from. It appends them to from.
func argTypes(from []Type, p *Program) []Type {
	for _, list := range [][]Instr{p.Uniform, p.Body} {
		for _, in := range list {
			t := in.Type
			if in.Op.NumArgs() > 0 && in.Op != OpSelect {
				t = p.TypeOf(in.Args[0])
			}
			from = append(from, t)
		}
	}
	return from
}

// step evaluates one instruction.
func (m *machine) step(v Value, in *Instr, f *Frame, i int) {
	b := m.bits
	switch in.Op {
	case OpConst:
		b[v] = in.Imm
	case OpScalar:
		b[v] = f.Scalars[in.Imm]
	case OpLoad:
		if a := f.Arrays[in.Imm]; in.Type.Size() == 8 {
			b[v] = unsafe.Slice((*uint64)(a), f.N)[i]
		} else {
			b[v] = uint64(unsafe.Slice((*uint32)(a), f.N)[i])
		}
	case OpIndex:
		b[v] = uint64(f.IndexOf(int(in.Imm), m.p.Axes, i))
	case OpGather:
		b[v] = 0
		if at := uintptr(b[in.Args[0]]); b[in.Args[1]] != 0 {
			if a := f.Arrays[in.Imm]; in.Type.Size() == 8 {
				b[v] = *(*uint64)(unsafe.Add(a, 8*at))
			} else {
				b[v] = uint64(*(*uint32)(unsafe.Add(a, 4*at)))
			}
		}
	case OpTable:
		t := m.p.Tables[in.Imm]
		b[v] = t[b[in.Args[0]]&uint64(len(t)-1)]
	default:
		b[v] = Evaluate(in.Op, in.Type, m.from[v], b[in.Args[0]], b[in.Args[1]], b[in.Args[2]])
	}
}

// EvalUniforms computes f.Uniforms from f.Scalars: once after the scalars are
// set, before any element is run.
func (p *Program) EvalUniforms(f *Frame) {
	var room [16]Type // launches come by here, which do not allocate
	m := machine{p: p, bits: f.Uniforms, from: argTypes(room[:0], &Program{Uniform: p.Uniform})}
	for i := range p.Uniform {
		m.step(Value(i), &p.Uniform[i], f, 0)
	}
	for i, in := range p.Uniform { // truth values last: the steps take them as 0 or 1
		if in.Type == Bool {
			f.Uniforms[i] = -f.Uniforms[i]
		}
	}
}

// Interpret runs the program over elements lo … hi-1 of f, one after the other.
// It is the reference: what it computes is what the program means, and every
// backend gives its bits (NaN payloads excepted).
//
// Where the program reduces, lo must be a multiple of BlockLen, and hi too
// unless it is f.N; the values of those blocks are left in f.Partials for
// Combine. EvalUniforms comes first. Frames that break these rules are a
// programmer error and panic.
func (p *Program) Interpret(f *Frame, lo, hi int) { p.NewInterpreter(f).Run(lo, hi) }

// Interpreter interprets a program over one frame. It is not for concurrent
// use.
type Interpreter struct{ run func(lo, hi int) }

// NewInterpreter returns an Interpreter of the program over f.
func (p *Program) NewInterpreter(f *Frame) *Interpreter {
	return &Interpreter{newMachine(p, f).run}
}

// Run is Program.Interpret; it allocates nothing.
func (in *Interpreter) Run(lo, hi int) { in.run(lo, hi) }

func (m *machine) run(lo, hi int) {
	p, f := m.p, m.f
	p.checkRange(f, lo, hi)
	nu := len(p.Uniform)
	for i, in := range p.Uniform {
		m.bits[i] = f.Uniforms[i]
		if in.Type == Bool {
			m.bits[i] &= 1
		}
	}
	lanes, blockLen := p.Lanes(), p.BlockLen()
	for i := lo; i < hi; i++ {
		if i%blockLen == 0 {
			for r, red := range p.Reductions {
				fill(m.acc64[r], Identity[float64](red.Op))
				fill(m.acc32[r], Identity[float32](red.Op))
			}
		}
		m.element(nu, i)
		for _, s := range p.Stores {
			if a := f.Arrays[s.Slot]; p.Arrays[s.Slot].Type.Size() == 8 {
				unsafe.Slice((*uint64)(a), f.N)[i] = m.bits[s.Value]
			} else {
				unsafe.Slice((*uint32)(a), f.N)[i] = uint32(m.bits[s.Value])
			}
		}
		for t, trap := range p.Traps {
			if m.bits[trap.Cond] != 0 {
				f.Fault(t, i)
			}
		}
		last := i%blockLen == blockLen-1 || i == hi-1
		for r, red := range p.Reductions {
			if a := m.acc32[r]; a != nil {
				a[i%lanes] = Fold(red.Op, a[i%lanes], math.Float32frombits(uint32(m.bits[red.Value])))
				if last {
					f.Partials[r][i/blockLen] = ieee.Bits(FoldLanes(red.Op, a))
				}
				continue
			}
			a := m.acc64[r]
			a[i%lanes] = Fold(red.Op, a[i%lanes], math.Float64frombits(m.bits[red.Value]))
			if last {
				f.Partials[r][i/blockLen] = ieee.Bits(FoldLanes(red.Op, a))
			}
		}
	}
}

// element evaluates the body for element i.
func (m *machine) element(nu, i int) {
	guards := m.p.Guards
	for j := 0; j < len(m.p.Body); j++ {
		if len(guards) > 0 && j == guards[0].Lo {
			g := guards[0]
			guards = guards[1:]
			if m.bits[g.Cond] == 0 {
				j = g.Hi - 1
				continue
			}
		}
		m.step(Value(nu+j), &m.p.Body[j], m.f, i)
	}
}

func fill[T any](s []T, v T) {
	for i := range s {
		s[i] = v
	}
}

func (p *Program) checkRange(f *Frame, lo, hi int) {
	if lo < 0 || hi < lo || hi > f.N {
		panic(fmt.Sprintf("kernels: elements %d to %d of %d", lo, hi, f.N))
	}
	if b := p.BlockLen(); len(p.Reductions) > 0 && (lo%b != 0 || hi%b != 0 && hi != f.N) {
		panic(fmt.Sprintf("kernels: a reduction over elements %d to %d, which are not whole blocks of %d", lo, hi, b))
	}
}
