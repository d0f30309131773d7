package kernels

import (
	"github.com/triad-go/triad/kernels/internal/vecmath"
	"github.com/triad-go/triad/symbolic"
)

// draws are the functions that give random numbers, of two arguments or three, and
// of which type those are.
var draws = map[string]Type{"random": Uint64, "uniform": ownFloat, "normal": ownFloat, "exponential": ownFloat}

// draw lowers a random number: args are the seed, the index and maybe the stream,
// integers.
func (l *lowering) draw(name string, args []Value) Value {
	w := lanes{l}
	var words [3]vecmath.Value
	words[2] = w.Const(vecmath.Uint64, 0)
	for i, a := range args {
		if in, ok := l.constantOf(a); ok {
			words[i] = w.Const(vecmath.Uint64, Evaluate(OpConvert, Uint64, in.Type, in.Imm, 0, 0))
		} else {
			words[i] = w.Convert(vecmath.Uint64, vecmath.Value(a))
		}
	}
	block := vecmath.Block{Seed: words[0], Index: words[1]}
	half := func(n int) vecmath.Value {
		return vecmath.LookupDraw(name).Write(w, vecmath.Type(l.Elem), block, n)
	}
	one, stream := w.Const(vecmath.Uint64, 1), words[2]
	if in, ok := l.constantOf(Value(stream)); ok { // of 2k and 2k+1 the same block
		block.Stream = w.Const(vecmath.Uint64, in.Imm>>1)
		return Value(half(int(in.Imm & 1)))
	}
	block.Stream = w.Shr(stream, one)
	odd := w.Ne(w.And(stream, one), w.Const(vecmath.Uint64, 0))
	return Value(w.Select(odd, half(1), half(0)))
}

// constantOf is the instruction of a value that is a constant.
func (l *lowering) constantOf(v Value) (in Instr, ok bool) {
	if v&inBody != 0 {
		return in, false
	}
	return l.Uniform[v], l.Uniform[v].Op == OpConst
}

// drawArgType is the type at which a draw takes an argument that has none of its own: as 64 bits.
func drawArgType(e symbolic.Expr) Type {
	if n := integerOf(e); n != nil && n.Sign() > 0 && !n.IsInt64() {
		return Uint64
	}
	return Int64
}
