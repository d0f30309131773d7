package kernels

import (
	"fmt"
	"slices"

	"github.com/triad-go/triad/symbolic"
)

// Gather is an array that a program reads at positions which it computes.
type Gather struct {
	Of     int // the slot of the parameter
	Array  int // the array slot of the program: another one where the array's elements are read in turn too
	Length int // the scalar slot of the program in which it has the array's length

	name, array, length string
}

// Gathers returns the arrays that are read by gather.
func (k *Kernel) Gathers() []Gather { return slices.Clone(k.gathers) }

// isGather and isIndex recognise the functions.
func isGather(e symbolic.Expr) bool {
	return e.Op() == symbolic.OpCall && typedFunctions[e.Func()].op == OpGather
}

func isIndex(e symbolic.Expr) bool {
	return e.Op() == symbolic.OpCall && typedFunctions[e.Func()].op == OpIndex
}

// takeGathers finds the arrays that are gathered from, gives each a scalar for its length, and
// checks the axes of indices.
func (k *Kernel) takeGathers() error {
	fail := func(e symbolic.Expr, format string, args ...any) error {
		return &Error{Kernel: k.name, Term: brief(e), Reason: fmt.Sprintf(format, args...)}
	}
	taken := map[string]bool{}
	for _, v := range symbolic.Vars(k.exprs()...) {
		taken[v.Name()] = true
	}
	outputs := map[string]bool{}
	for _, o := range k.written {
		outputs[o.Name] = true
	}
	most, at := 0, symbolic.Expr{}
	plain := elementwise(k.exprs())
	for e := range symbolic.Postorder(k.exprs()...) {
		switch {
		case isIndex(e) && e.NumArgs() == 1:
			n := integerOf(e.Arg(0))
			if n == nil || !n.IsInt64() || n.Int64() < 0 || n.Int64() >= int64(symbolic.AxesMost) {
				return fail(e, "an axis that is no integer from 0 to %d", symbolic.AxesMost-1)
			}
			if axis := int(n.Int64()); axis >= most {
				most, at = axis+1, e
			}
		case isGather(e):
			x := e.Arg(0)
			if x.Op() != symbolic.OpVar {
				return fail(e, "a gather from what is no array")
			}
			if outputs[x.Name()] {
				return fail(e, "a gather from an output, which the launch writes")
			}
			if slices.ContainsFunc(k.gathers, func(g Gather) bool { return g.name == x.Name() }) {
				continue
			}
			fresh := func(name string) string {
				for taken[name] {
					name += "_"
				}
				taken[name] = true
				return name
			}
			g := Gather{name: x.Name(), array: x.Name(), length: fresh(x.Name() + "_len")}
			if plain[g.name] {
				g.array = fresh(x.Name() + "_all")
			}
			k.gathers = append(k.gathers, g)
		}
	}
	if most > 0 {
		if k.fixed && most > k.axes {
			return fail(at, "an index along axis %d where there are %d axes", most-1, k.axes)
		}
		k.axes = max(k.axes, most)
	}
	return nil
}

// elementwise are the names of variables that stand elsewhere than as what a gather reads.
func elementwise(terms []symbolic.Expr) map[string]bool {
	found := map[string]bool{}
	note := func(e symbolic.Expr) {
		if e.Op() == symbolic.OpVar {
			found[e.Name()] = true
		}
	}
	for _, e := range terms {
		note(e)
	}
	for e := range symbolic.Postorder(terms...) {
		for i := range e.NumArgs() {
			if !isGather(e) || i > 0 {
				note(e.Arg(i))
			}
		}
	}
	return found
}

// within is the truth value of a gather's position being one of the array's.
func (ty *typing) within(e symbolic.Expr) symbolic.Expr {
	length := symbolic.Var(ty.gathers[e.Arg(0).Name()].length)
	return symbolic.Lt(symbolic.ToUint64(symbolic.ToInt64(e.Arg(1))), symbolic.ToUint64(length))
}

// gather lowers a gather of type t at a position.
func (l *lowering) gather(name string, position Value, params map[string]Param, ty *typing) Value {
	to := func(t Type, v Value) Value {
		if l.typeOf(v) == t {
			return v
		}
		return l.emit(Instr{Op: OpConvert, Type: t, Args: [3]Value{v}})
	}
	x, n := params[ty.gathers[name].array], params[ty.gathers[name].length]
	position = to(Int64, position)
	length := l.emit(Instr{Op: OpScalar, Type: Int64, Imm: uint64(n.Slot)})
	within := l.op(OpLt, to(Uint64, position), to(Uint64, length))
	return l.emit(Instr{Op: OpGather, Type: l.Arrays[x.Slot].Type, Imm: uint64(x.Slot), Args: [3]Value{position, within}})
}
