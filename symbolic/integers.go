package symbolic

import (
	"math"
	"math/big"
)

// Conversions between the types of package kernels, and operations on its
// integers. There they mean what is said at each; here, where a value is a
// float64 or a big.Float, they come as near to that as such values can.
var (
	toFloatFunc, toFloat64Func, toFloat32Func, toInt64Func, toInt32Func, toUint64Func, toUint32Func *Function

	remFunc, bitAndFunc, bitOrFunc, bitXorFunc, bitNotFunc, shlFunc, shrFunc *Function

	float64BitsFunc, float32BitsFunc, float64FromBitsFunc, float32FromBitsFunc *Function
)

func init() {
	one := func([]Expr, int) (Expr, bool) { return Int(1), true }

	// toFloat is a conversion to a float type: its slope is 1.
	toFloat := func(name, golang, c string, eval func(float64) float64, exact func(uint, *big.Float) (*big.Float, bool)) *Function {
		f := unaryFunc(name, eval, exact)
		f.Go, f.C, f.Odd, f.Derivative = golang, c, true, one
		return mustRegister(f)
	}
	toFloatFunc = toFloat("float", "asFloat", "as_float", func(x float64) float64 { return x }, func(prec uint, x *big.Float) (*big.Float, bool) {
		return new(big.Float).SetPrec(prec).Set(x), true
	})
	toFloat64Func = toFloat("float64", "float64", "(double)", func(x float64) float64 { return x }, func(prec uint, x *big.Float) (*big.Float, bool) {
		v, _ := x.Float64()
		return new(big.Float).SetPrec(prec).SetFloat64(v), true
	})
	toFloat32Func = toFloat("float32", "asFloat32", "(double)(float)", func(x float64) float64 { return float64(float32(x)) }, func(prec uint, x *big.Float) (*big.Float, bool) {
		v, _ := x.Float32()
		return new(big.Float).SetPrec(prec).SetFloat64(float64(v)), true
	})

	toInteger := func(name, golang, c string, least int64, most uint64) *Function {
		f := unaryFunc(name, func(x float64) float64 {
			switch {
			case x != x:
				return 0
			case x <= float64(least):
				return float64(least)
			case x >= float64(most):
				return float64(most)
			}
			return math.Trunc(x) + 0 // an integer has no -0
		}, func(prec uint, x *big.Float) (*big.Float, bool) {
			return new(big.Float).SetPrec(prec).SetInt(saturated(x, least, most)), true
		})
		f.Go, f.C, f.Derivative = golang, c, flat
		return mustRegister(f)
	}
	toInt64Func = toInteger("int64", "asInt64", "as_int64", math.MinInt64, math.MaxInt64)
	toInt32Func = toInteger("int32", "asInt32", "as_int32", math.MinInt32, math.MaxInt32)
	toUint64Func = toInteger("uint64", "asUint64", "as_uint64", 0, math.MaxUint64)
	toUint32Func = toInteger("uint32", "asUint32", "as_uint32", 0, math.MaxUint32)

	f := binaryFunc("rem", func(x, y float64) float64 { return math.Mod(math.Trunc(x), math.Trunc(y)) }, func(prec uint, x, y *big.Float) (*big.Float, bool) {
		x, _ = bigTrunc(x.MinPrec(), x)
		y, _ = bigTrunc(y.MinPrec(), y)
		return bigMod(prec, x, y)
	})
	f.Derivative = flat
	remFunc = mustRegister(f)

	// words is a function of two integers of 64 bits.
	words := func(name string, op func(x, y word) word) *Function {
		return mustRegister(binaryFunc(name,
			func(x, y float64) float64 { return op(wordOf(x), wordOf(y)).float() },
			func(prec uint, x, y *big.Float) (*big.Float, bool) {
				return op(bigWordOf(x), bigWordOf(y)).bigFloat(prec), true
			}))
	}
	bitAndFunc = words("band", func(x, y word) word { return word{x.bits & y.bits, x.unsigned || y.unsigned} })
	bitOrFunc = words("bor", func(x, y word) word { return word{x.bits | y.bits, x.unsigned || y.unsigned} })
	bitXorFunc = words("bxor", func(x, y word) word { return word{x.bits ^ y.bits, x.unsigned || y.unsigned} })
	shlFunc = words("shl", func(x, n word) word { return word{x.bits << n.bits, x.unsigned} })
	shrFunc = words("shr", func(x, n word) word {
		if x.unsigned {
			return word{x.bits >> n.bits, true}
		}
		return word{uint64(int64(x.bits) >> n.bits), false}
	})
	not := func(x word) word { return word{^x.bits, x.unsigned} }
	bitNotFunc = mustRegister(unaryFunc("bnot",
		func(x float64) float64 { return not(wordOf(x)).float() },
		func(prec uint, x *big.Float) (*big.Float, bool) { return not(bigWordOf(x)).bigFloat(prec), true }))

	bits := func(name string, bits func(x float64) uint64) *Function {
		return mustRegister(unaryFunc(name,
			func(x float64) float64 { return float64(bits(x)) },
			func(prec uint, x *big.Float) (*big.Float, bool) {
				v, _ := x.Float64()
				return new(big.Float).SetPrec(prec).SetInt(new(big.Int).SetUint64(bits(v))), true
			}))
	}
	float64BitsFunc = bits("float64bits", func(x float64) uint64 {
		if x != x {
			return 0x7ff8 << 48
		}
		return math.Float64bits(x)
	})
	float32BitsFunc = bits("float32bits", func(x float64) uint64 {
		if x != x {
			return 0x7fc0 << 16
		}
		return uint64(math.Float32bits(float32(x)))
	})

	fromBits := func(name string, from func(bits uint64) float64) *Function {
		return mustRegister(unaryFunc(name,
			func(x float64) float64 { return from(wordOf(x).bits) },
			func(prec uint, x *big.Float) (*big.Float, bool) {
				v := from(bigWordOf(x).bits)
				if v != v {
					return nil, false
				}
				return new(big.Float).SetPrec(prec).SetFloat64(v), true
			}))
	}
	float64FromBitsFunc = fromBits("float64frombits", math.Float64frombits)
	float32FromBitsFunc = fromBits("float32frombits", func(bits uint64) float64 { return float64(math.Float32frombits(uint32(bits))) })
}

// word is an integer of 64 bits: unsigned if it is past those of int64.
type word struct {
	bits     uint64
	unsigned bool
}

// wordOf is x without its fraction, the nearest word if it is none.
func wordOf(x float64) word {
	switch {
	case x != x:
		return word{}
	case x >= 0x1p64:
		return word{math.MaxUint64, true}
	case x >= 0x1p63:
		return word{uint64(x-0x1p63) + 1<<63, true}
	case x < -0x1p63:
		return word{1 << 63, false}
	}
	return word{uint64(int64(x)), false}
}

func (w word) float() float64 {
	if w.unsigned {
		return float64(w.bits)
	}
	return float64(int64(w.bits))
}

func bigWordOf(x *big.Float) word {
	n := saturated(x, math.MinInt64, math.MaxUint64)
	if n.IsInt64() {
		return word{uint64(n.Int64()), false}
	}
	return word{n.Uint64(), true}
}

func (w word) bigFloat(prec uint) *big.Float {
	v := new(big.Float).SetPrec(prec)
	if w.unsigned {
		return v.SetInt(new(big.Int).SetUint64(w.bits))
	}
	return v.SetInt(big.NewInt(int64(w.bits)))
}

// saturated is x without its fraction, or the nearer of the bounds beyond them.
func saturated(x *big.Float, least int64, most uint64) *big.Int {
	lo, hi := big.NewInt(least), new(big.Int).SetUint64(most)
	switch {
	case x.Cmp(new(big.Float).SetInt(lo)) <= 0:
		return lo
	case x.Cmp(new(big.Float).SetInt(hi)) >= 0:
		return hi
	}
	n, _ := x.Int(nil)
	return n
}

// ToFloat is x in the float type that a kernel has of its own: that of the
// arrays which its option Typed does not name. From a float it rounds to nearest even, and so it
// does from an integer. It is written float(x).
func ToFloat(x Expr) Expr { return Call(toFloatFunc, x) }

// ToFloat64 is x as a float64, rounded to nearest even, written float64(x).
func ToFloat64(x Expr) Expr { return Call(toFloat64Func, x) }

// ToFloat32 is x as a float32, rounded to nearest even, written float32(x).
func ToFloat32(x Expr) Expr { return Call(toFloat32Func, x) }

// ToInt64 is x as an int64, written int64(x). A float is cut off behind the point;
// beyond the range it gives the end of the range that is nearer, and NaN gives 0.
// An integer keeps its low bits, and a narrower one is extended by the sign of
// its type.
func ToInt64(x Expr) Expr { return Call(toInt64Func, x) }

// ToInt32 is x as an int32; see [ToInt64].
func ToInt32(x Expr) Expr { return Call(toInt32Func, x) }

// ToUint64 is x as a uint64; see [ToInt64].
func ToUint64(x Expr) Expr { return Call(toUint64Func, x) }

// ToUint32 is x as a uint32; see [ToInt64].
func ToUint32(x Expr) Expr { return Call(toUint32Func, x) }

// Rem is x - y*(x/y) of integers, their quotient truncated, written rem(x, y); its
// sign is that of x. Its derivatives are taken as 0, as those of the other
// functions to integers are.
func Rem(x, y Expr) Expr { return Call(remFunc, x, y) }

// BitAnd is x and y bit by bit, of integers of one type, written band(x, y). In
// float64 it is that of the int64 nearest to x and y, or the uint64 past those. It
// has no derivative, nor have the functions of bits that follow.
func BitAnd(x, y Expr) Expr { return Call(bitAndFunc, x, y) }

// BitOr is x or y bit by bit, written bor(x, y); see [BitAnd].
func BitOr(x, y Expr) Expr { return Call(bitOrFunc, x, y) }

// BitXor has the bits that x and y have different, written bxor(x, y); see [BitAnd].
func BitXor(x, y Expr) Expr { return Call(bitXorFunc, x, y) }

// BitNot has the bits that x has not, written bnot(x); see [BitAnd].
func BitNot(x Expr) Expr { return Call(bitNotFunc, x) }

// Shl is x shifted left by n bits, written shl(x, n). n is of the type of x and
// taken without a sign; from the width of the type on nothing is left.
func Shl(x, n Expr) Expr { return Call(shlFunc, x, n) }

// Shr is x shifted right by n bits, written shr(x, n), and filled up with zeros, or
// with copies of the sign of a signed x; n is as in [Shl].
func Shr(x, n Expr) Expr { return Call(shrFunc, x, n) }

// Float64Bits are the bits of a float64, as a uint64, written float64bits(x). All
// NaNs have those of the one without a sign and a payload, since which NaN an
// operation gives is not the same on all machines.
func Float64Bits(x Expr) Expr { return Call(float64BitsFunc, x) }

// Float32Bits are the bits of a float32, as a uint32, written float32bits(x); see
// [Float64Bits].
func Float32Bits(x Expr) Expr { return Call(float32BitsFunc, x) }

// Float64FromBits is the float64 of the bits of a uint64, written float64frombits(x).
func Float64FromBits(x Expr) Expr { return Call(float64FromBitsFunc, x) }

// Float32FromBits is the float32 of the bits of a uint32, written float32frombits(x).
func Float32FromBits(x Expr) Expr { return Call(float32FromBitsFunc, x) }
