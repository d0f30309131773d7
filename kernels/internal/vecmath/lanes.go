package vecmath

import "math"

// Type is the type of a value on a lane.
type Type uint8

const (
	Float64 Type = iota + 1
	Float32
	Int64
	Int32
	Uint64
	Uint32
	Bool
)

// Value names a value of the program that a function is written into.
type Value uint32

// Lanes is the program that functions are written into: each method adds one
// operation on all lanes and returns its result. What the operations mean, to the
// last bit, is said at the operations of package kernels. Operands have one
// type, and the result has it too, but where a method says otherwise. What was
// computed before is not computed twice, so functions need not share by hand.
type Lanes interface {
	Const(t Type, bits uint64) Value // the same on all lanes

	Add(x, y Value) Value // integers wrap, here and below
	Sub(x, y Value) Value
	Mul(x, y Value) Value
	Div(x, y Value) Value // floats only
	Neg(x Value) Value    // floats: the sign flipped
	Abs(x Value) Value    // floats: the sign cleared
	Min(x, y Value) Value // x < y ? x : y
	Max(x, y Value) Value // x > y ? x : y

	// On floats. FMA is x*y + z rounded once; the next four round to an integer.
	Sqrt(x Value) Value
	FMA(x, y, z Value) Value
	Floor(x Value) Value
	Ceil(x Value) Value
	Trunc(x Value) Value
	RoundEven(x Value) Value

	// To Bool; with NaN only Ne is true.
	Lt(x, y Value) Value
	Le(x, y Value) Value
	Eq(x, y Value) Value
	Ne(x, y Value) Value

	// On Bool, and on integers bit by bit.
	And(x, y Value) Value
	Or(x, y Value) Value
	Xor(x, y Value) Value
	Not(x Value) Value

	// On integers. A shift by the width or more leaves zeros, or copies of the sign
	// for Shr of a signed integer.
	Shl(x, by Value) Value
	Shr(x, by Value) Value

	Select(c, x, y Value) Value // c ? x : y

	// Rarely is Select for a c that is seldom true: what only x needs is skipped
	// where c holds on no lane at hand. Where several results depend on one c, ask
	// for them one after the other, with all they need computed before.
	Rarely(c, x, y Value) Value

	// Bits is x's bits as a t of the same size.
	Bits(t Type, x Value) Value

	// Convert is x as a t: to an integer truncated, saturated, NaN to 0; from an
	// integer to nearest even; between integers by sign or zero extension, or the
	// low bits; between floats to nearest even.
	Convert(t Type, x Value) Value

	// Table is the entry at index, an integer, modulo the number of entries, which is
	// a power of two, 1024 at most.
	Table(t Type, entries []uint64, index Value) Value
}

// writer is what functions are written with: the lanes, and constants of the
// type that the function is of.
type writer struct {
	Lanes
	t Type
}

// c is a constant of the function's type, rounded to it.
func (w writer) c(x float64) Value {
	if w.t == Float32 {
		return w.Const(Float32, uint64(math.Float32bits(float32(x))))
	}
	return w.Const(Float64, math.Float64bits(x))
}

// signed and unsigned are the integer types as wide as the function's type.
func (w writer) signed() Type {
	if w.t == Float32 {
		return Int32
	}
	return Int64
}

func (w writer) unsigned() Type {
	if w.t == Float32 {
		return Uint32
	}
	return Uint64
}

// i is a constant of the signed integer type as wide as the function's type.
func (w writer) i(x int64) Value {
	if w.t == Float32 {
		return w.Const(Int32, uint64(uint32(int32(x))))
	}
	return w.Const(Int64, uint64(x))
}
