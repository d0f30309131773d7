package kernels

import (
	"slices"

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

// check finds, in outputs of the kernel, truth values where numbers belong and
// the reverse, operations that a kernel cannot compute, and variables that are
// no parameters.
func (k *Kernel) check(outputs []Output) error {
	fail := func(o Output, reason string, term symbolic.Expr) error {
		return &Error{Kernel: k.name, Output: o.Name, Term: brief(term), Reason: reason}
	}
	// Each term comes once, with the first output that holds it.
	roots := exprsOf(outputs)
	inputs := map[string]bool{}
	for _, p := range k.params {
		inputs[p.Name] = p.In
	}
	at, done := 0, map[symbolic.Expr]bool{}
	for e := range symbolic.Postorder(roots...) {
		for done[roots[at]] {
			at++
		}
		done[e] = true
		switch e.Op() {
		case symbolic.OpVar:
			if !inputs[e.Name()] {
				return fail(outputs[at], "unknown variable", e)
			}
		case symbolic.OpCall:
			if _, ok := typedFunctions[e.Func()]; ok {
				k.converts = true
			} else if !hasInstructions(e.Func()) {
				return fail(outputs[at], "no instructions for the function "+e.Func().Name, e)
			}
		}
		wantBool := false
		switch e.Op() {
		case symbolic.OpAnd, symbolic.OpOr, symbolic.OpNot:
			wantBool = true
		}
		for i := range e.NumArgs() {
			want := wantBool || i == 0 && e.Op() == symbolic.OpSelect
			switch have := e.Arg(i).Bool(); {
			case have && !want:
				return fail(outputs[at], "a truth value where "+operation(e)+" needs a number", e.Arg(i))
			case want && !have:
				return fail(outputs[at], "a number where "+e.Op().String()+" needs a truth value", e.Arg(i))
			}
		}
	}
	for _, o := range outputs {
		if o.Expr.Bool() {
			return fail(o, "a truth value, and arrays hold numbers", o.Expr)
		}
	}
	return nil
}

// exprs are the expressions of the outputs as they were written.
func (k *Kernel) exprs() []symbolic.Expr { return exprsOf(k.outputs) }

func exprsOf(outputs []Output) []symbolic.Expr {
	es := make([]symbolic.Expr, len(outputs))
	for i, o := range outputs {
		es[i] = o.Expr
	}
	return es
}

// brief is the text of a term, and of a long one its operation alone: the text
// of a term that shares subterms can be exponentially longer than the term is
// large.
func brief(e symbolic.Expr) string {
	const most = 100
	size := map[symbolic.Expr]int{} // operations and leaves in the text
	for t := range symbolic.Postorder(e) {
		n := 1
		for i := range t.NumArgs() {
			n = min(n+size[t.Arg(i)], most)
		}
		size[t] = n
	}
	if size[e] < most {
		return e.String()
	}
	return e.Op().String() + "(…)"
}

// lowering turns terms into instructions. While it runs, values of the body
// carry a flag, since their numbers depend on how many uniforms there will be, and
// a select of which the second argument is rarely taken has 1 as its Imm.
type lowering struct {
	*Program
	values map[symbolic.Expr]Value
	open   map[typedTerm]Value    // of terms that take their type from where they stand
	known  map[Instr]Value        // value numbering: each computation once
	tables map[string]uint64      // their numbers, by content
	both   map[symbolic.Expr]bool // arguments of which the sine and the cosine are wanted
}

const inBody Value = 1 << 31

// lower makes a program of outputs that are checked.
func lower(outputs []Output, declared []Param, t Type, ty *typing) *Program {
	p, _ := write(outputs, declared, t, ty, nil)
	return intern(p)
}

// write makes the program that lower interns. ty has the types of the terms if the
// kernel has other types than t. If seen is given, it is called after each term. The value n of the program was the order[n]-th before all were
// numbered, uniforms first.
func write(outputs []Output, declared []Param, t Type, ty *typing, seen func(symbolic.Expr, *lowering)) (p *Program, order []int) {
	l := &lowering{
		Program: &Program{Elem: t},
		values:  map[symbolic.Expr]Value{},
		known:   map[Instr]Value{},
		tables:  map[string]uint64{},
		both:    bothOf(outputs),
	}
	collected := map[string]bool{}
	for _, o := range outputs {
		collected[o.Name] = collected[o.Name] || o.column != 0
	}
	params := map[string]Param{}
	for _, p := range declared {
		params[p.Name] = p
		switch p.Kind {
		case ArrayParam:
			l.Arrays = append(l.Arrays, Array{Type: p.elem(t), Written: p.Out && !collected[p.Name]})
		case ScalarParam:
			l.Program.Scalars = append(l.Program.Scalars, p.elem(t))
		}
	}
	if ty != nil {
		l.Axes = ty.axes
		l.typed(ty, params, seen)
	} else {
		for e := range symbolic.Postorder(exprsOf(outputs)...) {
			l.values[e] = l.term(e, params)
			if seen != nil {
				seen(e, l)
			}
		}
	}
	for _, o := range outputs {
		v := l.values[o.Expr]
		if ty != nil {
			want := params[o.Name].Type
			if o.column == columnIndex {
				want = Int64
			}
			v = l.at(ty, o.Expr, want)
		}
		switch {
		case o.input:
		case o.column != 0:
			l.Stores = append(l.Stores, Store{len(l.Arrays), v})
			l.Arrays = append(l.Arrays, Array{Type: l.typeOf(v), Written: true})
		case o.Reduce == None:
			l.Stores = append(l.Stores, Store{params[o.Name].Slot, v})
		default:
			l.Reductions = append(l.Reductions, Reduce{o.Reduce, v})
		}
	}
	order = l.number()
	return l.Program, order
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
			return l.emit(Instr{Op: OpScalar, Type: l.Program.Scalars[p.Slot], Imm: uint64(p.Slot)})
		}
		return l.emit(Instr{Op: OpLoad, Type: l.Arrays[p.Slot].Type, Imm: uint64(p.Slot)})
	case symbolic.OpPow:
		return l.power(arg(0), e.Exponent())
	case symbolic.OpPower:
		return l.call("pow", arg(0), arg(1))
	case symbolic.OpCall:
		args := make([]Value, e.NumArgs())
		for i := range args {
			args[i] = arg(i)
		}
		return l.function(e, args)
	case symbolic.OpGt:
		return l.op(OpLt, arg(1), arg(0))
	case symbolic.OpGe:
		return l.op(OpLe, arg(1), arg(0))
	default:
		args := make([]Value, e.NumArgs())
		for i := range args {
			args[i] = arg(i)
		}
		return l.op(operations[op], args...)
	}
}

// op is an operation whose result has the type of its last argument, or is a
// comparison.
func (l *lowering) op(op Op, args ...Value) Value {
	in := Instr{Op: op, Type: l.typeOf(args[len(args)-1])}
	if op.Compares() {
		in.Type = Bool
	}
	copy(in.Args[:], args)
	return l.emit(in)
}

// typeOf is TypeOf while values of the body carry their flag.
func (l *lowering) typeOf(v Value) Type {
	if v&inBody != 0 {
		return l.Body[v&^inBody].Type
	}
	return l.Uniform[v].Type
}

func (l *lowering) constant(x float64) Value {
	return l.emit(Instr{Op: OpConst, Type: l.Elem, Imm: l.Elem.Bits(x)})
}

// power is x to the n by left-to-right binary powering (Knuth, The Art of
// Computer Programming 2, 4.6.3): the exponent's bits from the second highest
// down, a squaring for each and a multiplication by x where it is set. x^0 is 1
// for every x, and x^-n is 1/(x^n).
func (l *lowering) power(x Value, n int64) Value {
	m := uint64(n)
	if n < 0 {
		m = -m
	}
	one := Instr{Op: OpConst, Type: l.typeOf(x), Imm: l.typeOf(x).Bits(1)}
	if m == 0 {
		return l.emit(one)
	}
	r := x
	top := 63
	for m>>top == 0 {
		top--
	}
	for b := top - 1; b >= 0; b-- {
		r = l.op(OpMul, r, r)
		if m>>b&1 == 1 {
			r = l.op(OpMul, r, x)
		}
	}
	if n < 0 {
		r = l.op(OpDiv, l.emit(one), r)
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
	body := in.Op == OpLoad || in.Op == OpIndex || in.Op == OpGather
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

// number drops what no output needs, such as the x of x^0, puts what is rarely
// needed behind guards, and gives the values that are left their numbers, those of
// the body after the uniforms. It returns where each value stood before.
func (l *lowering) number() []int {
	nu := len(l.Uniform)
	place := func(v Value) int {
		if v&inBody != 0 {
			return nu + int(v&^inBody)
		}
		return int(v)
	}
	all := slices.Concat(l.Uniform, l.Body)
	needed := make([]bool, len(all))
	for _, s := range l.Stores {
		needed[place(s.Value)] = true
	}
	for _, r := range l.Reductions {
		needed[place(r.Value)] = true
	}
	for _, t := range l.Traps {
		needed[place(t.Cond)] = true
	}
	kept := outside(l.Program, place) // what is used by more than instructions
	for i := len(all) - 1; i >= 0; i-- {
		in := &all[i]
		for j, a := range in.Args[:in.Op.NumArgs()] {
			in.Args[j] = Value(place(a))
			needed[place(a)] = needed[place(a)] || needed[i]
		}
	}
	all, needed = guardSides(all, nu, needed, kept)
	order, guards := guard(all, nu, needed, kept)
	final := make([]Value, len(all))
	l.Uniform, l.Body = l.Uniform[:0], l.Body[:0]
	for n, i := range order {
		in := all[i]
		final[i] = Value(n)
		for j, a := range in.Args[:in.Op.NumArgs()] {
			in.Args[j] = final[a]
		}
		switch in.Op {
		case OpLoad:
			l.Arrays[in.Imm].Read = true
		case OpGather:
			l.Arrays[in.Imm].Gathered = true
		case OpSelect:
			in.Imm = 0
		}
		if i < nu {
			l.Uniform = append(l.Uniform, in)
		} else {
			l.Body = append(l.Body, in)
		}
	}
	for _, g := range guards {
		g.Cond = final[g.Cond]
		g.Lo, g.Hi = g.Lo-len(l.Uniform), g.Hi-len(l.Uniform)
		l.Guards = append(l.Guards, g)
	}
	for i, s := range l.Stores {
		l.Stores[i].Value = final[place(s.Value)]
	}
	for i, r := range l.Reductions {
		l.Reductions[i].Value = final[place(r.Value)]
	}
	for i, t := range l.Traps {
		l.Traps[i].Cond = final[place(t.Cond)]
	}
	return order
}
