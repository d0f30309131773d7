package kernels

import (
	"encoding/binary"

	"github.com/triad-go/triad/kernels/internal/vecmath"
	"github.com/triad-go/triad/symbolic"
)

// hasInstructions reports whether a kernel can compute the function.
func hasInstructions(f *symbolic.Function) bool {
	return f.Arity == 0 && f.Eval != nil || vecmath.Lookup(f.Name, f.Arity) != nil
}

// bothOf finds the terms of which the sine and the cosine are wanted.
func bothOf(outputs []Output) map[symbolic.Expr]bool {
	const sine, cosine = 1, 2
	found := map[symbolic.Expr]int{}
	for e := range symbolic.Postorder(exprsOf(outputs)...) {
		if e.Op() != symbolic.OpCall {
			continue
		}
		switch e.Func().Name {
		case "sin":
			found[e.Arg(0)] |= sine
		case "cos":
			found[e.Arg(0)] |= cosine
		}
	}
	both := map[symbolic.Expr]bool{}
	for x, which := range found {
		if which == sine|cosine {
			both[x] = true
		}
	}
	return both
}

// function writes the instructions of a call, of which these are the arguments.
func (l *lowering) function(e symbolic.Expr, args []Value) Value {
	name := e.Func().Name
	if len(args) == 1 && l.both[e.Arg(0)] {
		if f := vecmath.LookupBoth(name); f != nil {
			return l.write(f, args)
		}
	}
	return l.call(name, args...)
}

// call writes the instructions of the function of a name.
func (l *lowering) call(name string, args ...Value) Value {
	if len(args) == 0 {
		return l.constant(symbolic.LookupFunction(name, 0).Eval(nil))
	}
	return l.write(vecmath.Lookup(name, len(args)), args)
}

func (l *lowering) write(f *vecmath.Func, args []Value) Value {
	in := make([]vecmath.Value, len(args))
	for i, a := range args {
		in[i] = vecmath.Value(a)
	}
	return Value(f.Write(lanes{l}, vecmath.Type(l.typeOf(args[0])), in))
}

// lanes is a lowering as package vecmath writes into it. The numbers of types and
// of values are the same in both.
type lanes struct{ l *lowering }

var _ = [1]struct{}{}[Bool-Type(vecmath.Bool)]

func (w lanes) op(op Op, args ...vecmath.Value) vecmath.Value {
	vs := make([]Value, len(args))
	for i, a := range args {
		vs[i] = Value(a)
	}
	return vecmath.Value(w.l.op(op, vs...))
}

func (w lanes) Const(t vecmath.Type, bits uint64) vecmath.Value {
	return vecmath.Value(w.l.emit(Instr{Op: OpConst, Type: Type(t), Imm: bits}))
}

func (w lanes) Add(x, y vecmath.Value) vecmath.Value       { return w.op(OpAdd, x, y) }
func (w lanes) Sub(x, y vecmath.Value) vecmath.Value       { return w.op(OpSub, x, y) }
func (w lanes) Mul(x, y vecmath.Value) vecmath.Value       { return w.op(OpMul, x, y) }
func (w lanes) Div(x, y vecmath.Value) vecmath.Value       { return w.op(OpDiv, x, y) }
func (w lanes) Neg(x vecmath.Value) vecmath.Value          { return w.op(OpNeg, x) }
func (w lanes) Abs(x vecmath.Value) vecmath.Value          { return w.op(OpAbs, x) }
func (w lanes) Min(x, y vecmath.Value) vecmath.Value       { return w.op(OpMin, x, y) }
func (w lanes) Max(x, y vecmath.Value) vecmath.Value       { return w.op(OpMax, x, y) }
func (w lanes) Sqrt(x vecmath.Value) vecmath.Value         { return w.op(OpSqrt, x) }
func (w lanes) FMA(x, y, z vecmath.Value) vecmath.Value    { return w.op(OpFMA, x, y, z) }
func (w lanes) Floor(x vecmath.Value) vecmath.Value        { return w.op(OpFloor, x) }
func (w lanes) Ceil(x vecmath.Value) vecmath.Value         { return w.op(OpCeil, x) }
func (w lanes) Trunc(x vecmath.Value) vecmath.Value        { return w.op(OpTrunc, x) }
func (w lanes) RoundEven(x vecmath.Value) vecmath.Value    { return w.op(OpRoundEven, x) }
func (w lanes) Lt(x, y vecmath.Value) vecmath.Value        { return w.op(OpLt, x, y) }
func (w lanes) Le(x, y vecmath.Value) vecmath.Value        { return w.op(OpLe, x, y) }
func (w lanes) Eq(x, y vecmath.Value) vecmath.Value        { return w.op(OpEq, x, y) }
func (w lanes) Ne(x, y vecmath.Value) vecmath.Value        { return w.op(OpNe, x, y) }
func (w lanes) And(x, y vecmath.Value) vecmath.Value       { return w.op(OpAnd, x, y) }
func (w lanes) Or(x, y vecmath.Value) vecmath.Value        { return w.op(OpOr, x, y) }
func (w lanes) Xor(x, y vecmath.Value) vecmath.Value       { return w.op(OpXor, x, y) }
func (w lanes) Not(x vecmath.Value) vecmath.Value          { return w.op(OpNot, x) }
func (w lanes) Shl(x, by vecmath.Value) vecmath.Value      { return w.op(OpShl, x, by) }
func (w lanes) Shr(x, by vecmath.Value) vecmath.Value      { return w.op(OpShr, x, by) }
func (w lanes) Select(c, x, y vecmath.Value) vecmath.Value { return w.op(OpSelect, c, x, y) }

func (w lanes) Rarely(c, x, y vecmath.Value) vecmath.Value {
	return vecmath.Value(w.l.emit(Instr{Op: OpSelect, Type: w.l.typeOf(Value(y)), Args: [3]Value{Value(c), Value(x), Value(y)}, Imm: 1}))
}

func (w lanes) Bits(t vecmath.Type, x vecmath.Value) vecmath.Value { return w.to(OpBits, t, x) }

func (w lanes) Convert(t vecmath.Type, x vecmath.Value) vecmath.Value {
	return w.to(OpConvert, t, x)
}

func (w lanes) to(op Op, t vecmath.Type, x vecmath.Value) vecmath.Value {
	if w.l.typeOf(Value(x)) == Type(t) {
		return x
	}
	return vecmath.Value(w.l.emit(Instr{Op: op, Type: Type(t), Args: [3]Value{Value(x)}}))
}

func (w lanes) Table(t vecmath.Type, entries []uint64, index vecmath.Value) vecmath.Value {
	l := w.l
	key := make([]byte, 0, 8*len(entries))
	for _, e := range entries {
		key = binary.LittleEndian.AppendUint64(key, e)
	}
	n, ok := l.tables[string(key)]
	if !ok {
		n = uint64(len(l.Tables))
		l.tables[string(key)] = n
		l.Tables = append(l.Tables, entries)
	}
	return vecmath.Value(l.emit(Instr{Op: OpTable, Type: Type(t), Args: [3]Value{Value(index)}, Imm: n}))
}
