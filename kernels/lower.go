package kernels

import (
	"math"

	"github.com/triad-go/triad/internal/ieee"
	"github.com/triad-go/triad/symbolic"
)

// operations says which instruction a term becomes, where it is one with the
// same arguments in the same order.
var operations = map[symbolic.Op]Op{
	symbolic.OpAdd: OpAdd, symbolic.OpSub: OpSub, symbolic.OpMul: OpMul, symbolic.OpDiv: OpDiv,
	symbolic.OpNeg: OpNeg, symbolic.OpAbs: OpAbs, symbolic.OpSqrt: OpSqrt,
	symbolic.OpMin: OpMin, symbolic.OpMax: OpMax, symbolic.OpFMA: OpFMA,
	symbolic.OpLt: OpLt, symbolic.OpLe: OpLe, symbolic.OpEq: OpEq, symbolic.OpNe: OpNe,
	symbolic.OpAnd: OpAnd, symbolic.OpOr: OpOr, symbolic.OpNot: OpNot, symbolic.OpSelect: OpSelect,
}

// check finds truth values where numbers belong and the reverse, and
// operations that a kernel cannot compute.
func (k *Kernel) check() error {
	for _, o := range k.outputs {
		fail := func(reason string, term symbolic.Expr) error {
			return &Error{Kernel: k.name, Output: o.Name, Term: term.String(), Reason: reason}
		}
		for e := range symbolic.Postorder(o.Expr) {
			wantBool := false
			switch e.Op() {
			case symbolic.OpAnd, symbolic.OpOr, symbolic.OpNot:
				wantBool = true
			}
			for i := range e.NumArgs() {
				want := wantBool || i == 0 && e.Op() == symbolic.OpSelect
				switch have := e.Arg(i).Bool(); {
				case have && !want:
					return fail("a truth value where "+e.Op().String()+" needs a number", e.Arg(i))
				case want && !have:
					return fail("a number where "+e.Op().String()+" needs a truth value", e.Arg(i))
				}
			}
		}
		if o.Expr.Bool() {
			return fail("a truth value, and arrays hold numbers", o.Expr)
		}
	}
	return nil
}

// lowering turns terms into instructions. While it runs, values of the body
// carry a flag, since their numbers depend on how many uniforms there will be.
type lowering struct {
	*Program
	values map[symbolic.Expr]Value
	known  map[Instr]Value // value numbering: each computation once
}

const inBody Value = 1 << 31

func (k *Kernel) lower(t Type) *Program {
	l := &lowering{
		Program: &Program{Elem: t},
		values:  map[symbolic.Expr]Value{},
		known:   map[Instr]Value{},
	}
	params := map[string]Param{}
	for _, p := range k.params {
		params[p.Name] = p
		switch p.Kind {
		case ArrayParam:
			l.Arrays = append(l.Arrays, Array{Read: p.In, Written: p.Out})
		case ScalarParam:
			l.Program.Scalars++
		}
	}
	for _, o := range k.outputs {
		for e := range symbolic.Postorder(o.Expr) {
			if _, done := l.values[e]; !done {
				l.values[e] = l.term(e, params)
			}
		}
		v := l.values[o.Expr]
		if o.Reduce == None {
			l.Stores = append(l.Stores, Store{params[o.Name].Slot, v})
		} else {
			l.Reductions = append(l.Reductions, Reduce{o.Reduce, v})
		}
	}
	l.number()
	return intern(l.Program)
}

// term lowers one term whose arguments are lowered.
func (l *lowering) term(e symbolic.Expr, params map[string]Param) Value {
	arg := func(i int) Value { return l.values[e.Arg(i)] }
	switch op := e.Op(); op {
	case symbolic.OpNumber:
		r, _ := e.Rat()
		if l.Elem == Float32 {
			x, _ := r.Float32()
			return l.constant(float64(x))
		}
		x, _ := r.Float64()
		return l.constant(x)
	case symbolic.OpFloat:
		x, _ := e.Float64()
		return l.constant(x)
	case symbolic.OpVar:
		p := params[e.Name()]
		if p.Kind == ScalarParam {
			return l.emit(Instr{Op: OpScalar, Imm: uint64(p.Slot)})
		}
		return l.emit(Instr{Op: OpLoad, Imm: uint64(p.Slot)})
	case symbolic.OpPow:
		return l.power(arg(0), e.Exponent())
	case symbolic.OpGt:
		return l.emit(Instr{Op: OpLt, Args: [3]Value{arg(1), arg(0)}})
	case symbolic.OpGe:
		return l.emit(Instr{Op: OpLe, Args: [3]Value{arg(1), arg(0)}})
	default:
		in := Instr{Op: operations[op]}
		for i := range e.NumArgs() {
			in.Args[i] = arg(i)
		}
		return l.emit(in)
	}
}

func (l *lowering) constant(x float64) Value {
	if l.Elem == Float32 {
		return l.emit(Instr{Op: OpConst, Imm: ieee.Bits(float32(x))})
	}
	return l.emit(Instr{Op: OpConst, Imm: math.Float64bits(x)})
}

// power is x to the n by left-to-right binary powering (Knuth, The Art of
// Computer Programming 2, 4.6.3): the exponent's bits from the second highest
// down, a squaring for each and a multiplication by x where it is set. x^0 is 1
// for every x, and x^-n is 1/(x^n).
func (l *lowering) power(x Value, n int) Value {
	m := uint64(n)
	if n < 0 {
		m = -m
	}
	if m == 0 {
		return l.constant(1)
	}
	r := x
	top := 63
	for m>>top == 0 {
		top--
	}
	for b := top - 1; b >= 0; b-- {
		r = l.emit(Instr{Op: OpMul, Args: [3]Value{r, r}})
		if m>>b&1 == 1 {
			r = l.emit(Instr{Op: OpMul, Args: [3]Value{r, x}})
		}
	}
	if n < 0 {
		r = l.emit(Instr{Op: OpDiv, Args: [3]Value{l.constant(1), r}})
	}
	return r
}

// emit returns the value of in, which it appends to the uniforms if it depends
// on no array and to the body otherwise, unless it is known already.
func (l *lowering) emit(in Instr) Value {
	key := in
	if in.Op.Commutes() && key.Args[0] > key.Args[1] {
		key.Args[0], key.Args[1] = key.Args[1], key.Args[0]
	}
	if v, ok := l.known[key]; ok {
		return v
	}
	body := in.Op == OpLoad
	for _, a := range in.Args[:in.Op.NumArgs()] {
		body = body || a&inBody != 0
	}
	var v Value
	if body {
		v = Value(len(l.Body)) | inBody
		l.Body = append(l.Body, in)
	} else {
		v = Value(len(l.Uniform))
		l.Uniform = append(l.Uniform, in)
	}
	l.known[key] = v
	return v
}

// number gives the values of the body their places after the uniforms, and
// drops what value numbering made needless: nothing but what an output needs
// is left.
func (l *lowering) number() {
	nu := Value(len(l.Uniform))
	final := func(v *Value) {
		if *v&inBody != 0 {
			*v = *v&^inBody + nu
		}
	}
	for i := range l.Body {
		for j := range l.Body[i].Op.NumArgs() {
			final(&l.Body[i].Args[j])
		}
	}
	for i := range l.Stores {
		final(&l.Stores[i].Value)
	}
	for i := range l.Reductions {
		final(&l.Reductions[i].Value)
	}
}
