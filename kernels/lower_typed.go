package kernels

import (
	"math"
	"math/big"

	"github.com/triad-go/triad/symbolic"
)

// typedTerm is an open term and the type at which it is needed.
type typedTerm struct {
	e symbolic.Expr
	t Type
}

// typed lowers the terms of a kernel that has types, each at the types at which it
// is needed, and the traps.
func (l *lowering) typed(ty *typing, params map[string]Param, seen func(symbolic.Expr, *lowering)) {
	l.open = map[typedTerm]Value{}
	for _, e := range ty.order {
		for t := range ty.typesOf(e) {
			v := l.typedTerm(ty, e, t, params)
			if ty.own[e].isOpen() {
				l.open[typedTerm{e, t}] = v
			} else {
				l.values[e] = v
			}
		}
		if seen != nil {
			seen(e, l)
		}
	}
	for i, e := range ty.truths {
		l.Traps = append(l.Traps, Trap{l.values[e], ty.kinds[i]})
	}
}

// at is the value of a term where it is needed at type t.
func (l *lowering) at(ty *typing, e symbolic.Expr, t Type) Value {
	if ty.own[e].isOpen() {
		return l.open[typedTerm{e, t}]
	}
	return l.values[e]
}

// elem is a type in this program.
func (l *lowering) elem(t Type) Type {
	if t == ownFloat {
		return l.Elem
	}
	return t
}

// typedTerm lowers one term, whose arguments are lowered, at type t.
func (l *lowering) typedTerm(ty *typing, e symbolic.Expr, t Type, params map[string]Param) Value {
	args := make([]Value, e.NumArgs())
	for i := range args {
		args[i] = l.at(ty, e.Arg(i), ty.argType(e, i, t))
	}
	to := l.elem(t)
	switch op := e.Op(); op {
	case symbolic.OpNumber, symbolic.OpFloat:
		return l.emit(Instr{Op: OpConst, Type: to, Imm: literal(e, to)})
	case symbolic.OpVar:
		return l.term(e, params)
	case symbolic.OpPow:
		return l.power(args[0], e.Exponent())
	case symbolic.OpPower:
		return l.call("pow", args...)
	case symbolic.OpGt:
		return l.op(OpLt, args[1], args[0])
	case symbolic.OpGe:
		return l.op(OpLe, args[1], args[0])
	case symbolic.OpCall:
		f, ok := typedFunctions[e.Func()]
		switch {
		case f.draw:
			return l.draw(e.Func().Name, args)
		case f.op == OpIndex:
			axis := max(l.Axes, 1) - 1
			if len(args) == 1 {
				axis = int(integerOf(e.Arg(0)).Int64())
			}
			return l.emit(Instr{Op: OpIndex, Type: Int64, Imm: uint64(axis)})
		case f.op == OpGather:
			return l.gather(e.Arg(0).Name(), args[1], params, ty)
		case !ok && len(args) == 0:
			return l.emit(Instr{Op: OpConst, Type: to, Imm: to.Bits(e.Func().Eval(nil))})
		case !ok:
			return l.function(e, args)
		case f.op == OpConvert && l.typeOf(args[0]) == to:
			return args[0]
		case f.op == OpBits && f.from.IsFloat():
			return l.bits(args[0], to)
		case f.op == OpConvert || f.op == OpBits:
			return l.emit(Instr{Op: f.op, Type: to, Args: [3]Value{args[0]}})
		}
		return l.op(f.op, args...)
	default:
		return l.op(operations[op], args...)
	}
}

// bits is the bits of the float x, as a t. Of a NaN they are always the same, since
// which NaN an operation gives is the machine's choice.
func (l *lowering) bits(x Value, t Type) Value {
	from := l.typeOf(x)
	nan := l.emit(Instr{Op: OpConst, Type: t, Imm: quietNaN[from]})
	bits := l.emit(Instr{Op: OpBits, Type: t, Args: [3]Value{x}})
	return l.op(OpSelect, l.op(OpNe, x, x), nan, bits)
}

// quietNaN has the bits of the NaN without a sign and a payload.
var quietNaN = map[Type]uint64{Float64: 0x7ff8 << 48, Float32: 0x7fc0 << 16}

// literal is the bits of a number in a type that it fits.
func literal(e symbolic.Expr, t Type) uint64 {
	if n := integerOf(e); n != nil && t.IsInt() {
		bits := new(big.Int).And(n, new(big.Int).SetUint64(math.MaxUint64>>(64-8*t.Size())))
		return bits.Uint64()
	}
	if r, ok := e.Rat(); ok {
		if t == Float32 { // rounded once
			x, _ := r.Float32()
			return t.Bits(float64(x))
		}
		x, _ := r.Float64()
		return t.Bits(x)
	}
	x, _ := e.Float64()
	return t.Bits(x)
}
