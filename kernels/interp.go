package kernels

import (
	"fmt"

	"github.com/triad-go/triad/internal/ieee"
)

// machine holds the values of one element in the interpreter: numbers and truth
// values by Value.
type machine[T Float] struct {
	p     *Program
	f     *Frame
	num   []T
	truth []bool
	acc   []T // lanes, by reduction
}

func newMachine[T Float](p *Program, f *Frame) *machine[T] {
	n := len(p.Uniform) + len(p.Body)
	return &machine[T]{p, f, make([]T, n), make([]bool, n), make([]T, p.Lanes()*len(p.Reductions))}
}

// step evaluates one instruction. It is the meaning of every operation; each
// multiplication is converted explicitly, which forbids Go to fuse it.
func (m *machine[T]) step(v Value, in Instr, f *Frame, i int) {
	x, y, z := in.Args[0], in.Args[1], in.Args[2]
	n, t := m.num, m.truth
	switch in.Op {
	case OpConst:
		n[v] = ieee.FromBits[T](in.Imm)
	case OpScalar:
		n[v] = T(f.Scalars[in.Imm])
	case OpLoad:
		n[v] = slice[T](f, int(in.Imm))[i]
	case OpAdd:
		n[v] = T(n[x] + n[y])
	case OpSub:
		n[v] = T(n[x] - n[y])
	case OpMul:
		n[v] = T(n[x] * n[y])
	case OpDiv:
		n[v] = T(n[x] / n[y])
	case OpNeg:
		n[v] = -n[x]
	case OpAbs:
		n[v] = ieee.Abs(n[x])
	case OpSqrt:
		n[v] = ieee.Sqrt(n[x])
	case OpMin:
		if n[x] < n[y] {
			n[v] = n[x]
		} else {
			n[v] = n[y]
		}
	case OpMax:
		if n[x] > n[y] {
			n[v] = n[x]
		} else {
			n[v] = n[y]
		}
	case OpFMA:
		n[v] = ieee.FMA(n[x], n[y], n[z])
	case OpLt:
		t[v] = n[x] < n[y]
	case OpLe:
		t[v] = n[x] <= n[y]
	case OpEq:
		t[v] = n[x] == n[y]
	case OpNe:
		t[v] = n[x] != n[y]
	case OpAnd:
		t[v] = t[x] && t[y]
	case OpOr:
		t[v] = t[x] || t[y]
	case OpNot:
		t[v] = !t[x]
	case OpSelect:
		if t[x] {
			n[v] = n[y]
		} else {
			n[v] = n[z]
		}
	default:
		panic(fmt.Sprintf("kernels: no meaning for %v", in.Op))
	}
}

// EvalUniforms computes f.Uniforms from f.Scalars: once after the scalars are
// set, before any element is run.
func (p *Program) EvalUniforms(f *Frame) {
	if p.Elem == Float32 {
		evalUniforms[float32](p, f)
	} else {
		evalUniforms[float64](p, f)
	}
}

func evalUniforms[T Float](p *Program, f *Frame) {
	m := machine[T]{num: make([]T, len(p.Uniform)), truth: make([]bool, len(p.Uniform))}
	for i, in := range p.Uniform {
		m.step(Value(i), in, f, 0)
		if in.Op.IsBool() {
			f.Uniforms[i] = ieee.BoolBits[T](m.truth[i])
		} else {
			f.Uniforms[i] = ieee.Bits(m.num[i])
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
	if p.Elem == Float32 {
		return &Interpreter{newMachine[float32](p, f).run}
	}
	return &Interpreter{newMachine[float64](p, f).run}
}

// Run is Program.Interpret; it allocates nothing.
func (in *Interpreter) Run(lo, hi int) { in.run(lo, hi) }

func (m *machine[T]) run(lo, hi int) {
	p, f := m.p, m.f
	p.checkRange(f, lo, hi)
	nu := len(p.Uniform)
	for i, in := range p.Uniform {
		m.num[i] = ieee.FromBits[T](f.Uniforms[i])
		if in.Op.IsBool() {
			m.truth[i] = f.Uniforms[i] != 0
		}
	}
	lanes, blockLen := p.Lanes(), p.BlockLen()
	lane := func(r int) []T { return m.acc[r*lanes : (r+1)*lanes] }
	for i := lo; i < hi; i++ {
		if i%blockLen == 0 {
			for r, red := range p.Reductions {
				for l := range lane(r) {
					lane(r)[l] = Identity[T](red.Op)
				}
			}
		}
		for j, in := range p.Body {
			m.step(Value(nu+j), in, f, i)
		}
		for _, s := range p.Stores {
			slice[T](f, s.Slot)[i] = m.num[s.Value]
		}
		for r, red := range p.Reductions {
			a := &lane(r)[i%lanes]
			*a = Fold(red.Op, *a, m.num[red.Value])
		}
		if i%blockLen == blockLen-1 || i == hi-1 {
			for r, red := range p.Reductions {
				f.Partials[r][i/blockLen] = ieee.Bits(FoldLanes(red.Op, lane(r)))
			}
		}
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
