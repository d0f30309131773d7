package kernels

import (
	"fmt"
	"math"

	"github.com/triad-go/triad/internal/ieee"
)

// Evaluate is the meaning of every operation but Const, Scalar, Load and Table: the
// bits of op of x, y and z, as many as it takes, in the type t of the result. from is the
// type of x, or for a select that of y, which is t. Values of fewer than 64 bits
// stand in the low end, and above them are zeros; a Bool is 0 or 1. An operation
// that has no meaning for its types is a programmer error and panics.
func Evaluate(op Op, t, from Type, x, y, z uint64) uint64 {
	switch op {
	case OpSelect:
		if x != 0 {
			return y
		}
		return z
	case OpConvert:
		return convert(t, from, x)
	case OpBits:
		if t.Size() == from.Size() && t != Bool {
			return x
		}
	}
	switch from {
	case Float64:
		if t == Bool {
			return truth(compare(op, math.Float64frombits(x), math.Float64frombits(y)))
		}
		return math.Float64bits(float(op, math.Float64frombits(x), math.Float64frombits(y), math.Float64frombits(z)))
	case Float32:
		a, b, c := math.Float32frombits(uint32(x)), math.Float32frombits(uint32(y)), math.Float32frombits(uint32(z))
		if t == Bool {
			return truth(compare(op, a, b))
		}
		return uint64(math.Float32bits(float(op, a, b, c)))
	case Int64:
		if t == Bool {
			return truth(compare(op, int64(x), int64(y)))
		}
		return uint64(integer(op, int64(x), int64(y), y, 64))
	case Int32:
		if t == Bool {
			return truth(compare(op, int32(x), int32(y)))
		}
		return uint64(uint32(integer(op, int32(x), int32(y), y, 32)))
	case Uint64:
		if t == Bool {
			return truth(compare(op, x, y))
		}
		return integer(op, x, y, y, 64)
	case Uint32:
		if t == Bool {
			return truth(compare(op, uint32(x), uint32(y)))
		}
		return uint64(integer(op, uint32(x), uint32(y), y, 32))
	case Bool:
		switch op {
		case OpAnd:
			return x & y
		case OpOr:
			return x | y
		case OpXor:
			return x ^ y
		case OpNot:
			return x ^ 1
		}
	}
	panic(fmt.Sprintf("kernels: no meaning for %v of %v to %v", op, from, t))
}

func truth(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

func compare[T ieee.Float | int64 | int32 | uint64 | uint32](op Op, x, y T) bool {
	switch op {
	case OpLt:
		return x < y
	case OpLe:
		return x <= y
	case OpEq:
		return x == y
	case OpNe:
		return x != y
	}
	panic(fmt.Sprintf("kernels: %v is no comparison", op))
}

// float is an operation on floats. Each multiplication is converted explicitly,
// which forbids Go to fuse it.
func float[T Float](op Op, x, y, z T) T {
	switch op {
	case OpAdd:
		return T(x + y)
	case OpSub:
		return T(x - y)
	case OpMul:
		return T(x * y)
	case OpDiv:
		return T(x / y)
	case OpNeg:
		return -x
	case OpAbs:
		return ieee.Abs(x)
	case OpMin:
		if x < y {
			return x
		}
		return y
	case OpMax:
		if x > y {
			return x
		}
		return y
	case OpSqrt:
		return ieee.Sqrt(x)
	case OpFMA:
		return ieee.FMA(x, y, z)
	case OpFloor: // exact in float64, here and below
		return T(math.Floor(float64(x)))
	case OpCeil:
		return T(math.Ceil(float64(x)))
	case OpTrunc:
		return T(math.Trunc(float64(x)))
	case OpRoundEven:
		return T(math.RoundToEven(float64(x)))
	}
	panic(fmt.Sprintf("kernels: no meaning for %v of floats", op))
}

// integer is an operation on integers of that many bits; count is y without its
// sign.
func integer[T int64 | int32 | uint64 | uint32](op Op, x, y T, count uint64, width uint64) T {
	switch op {
	case OpAdd:
		return x + y
	case OpSub:
		return x - y
	case OpMul:
		return x * y
	case OpDiv:
		if y == 0 {
			return 0
		}
		return x / y
	case OpRem:
		if y == 0 {
			return 0
		}
		return x % y
	case OpNeg:
		return -x
	case OpAbs:
		if x < 0 {
			return -x
		}
		return x
	case OpMin:
		return min(x, y)
	case OpMax:
		return max(x, y)
	case OpAnd:
		return x & y
	case OpOr:
		return x | y
	case OpXor:
		return x ^ y
	case OpNot:
		return ^x
	case OpShl:
		return x << count
	case OpShr:
		return x >> count
	}
	panic(fmt.Sprintf("kernels: no meaning for %v of %d-bit integers", op, width))
}

// convert is OpConvert.
func convert(t, from Type, x uint64) uint64 {
	switch from {
	case Float32, Float64:
		f := math.Float64frombits(x)
		if from == Float32 {
			f = float64(math.Float32frombits(uint32(x)))
		}
		switch t {
		case Float64:
			return math.Float64bits(f)
		case Float32:
			return uint64(math.Float32bits(float32(f)))
		case Int64:
			return uint64(saturate(f, -0x1p63, 0x1p63, math.MinInt64, math.MaxInt64))
		case Int32:
			return uint64(uint32(saturate(f, -0x1p31, 0x1p31, math.MinInt32, math.MaxInt32)))
		case Uint32:
			return uint64(saturate(f, 0, 0x1p32, 0, math.MaxUint32))
		case Uint64:
			if f >= 0x1p63 {
				if f >= 0x1p64 {
					return math.MaxUint64
				}
				return uint64(f-0x1p63) + 1<<63
			}
			return uint64(saturate(f, 0, 0x1p63, 0, math.MaxInt64))
		}
	case Int64, Int32, Uint64, Uint32:
		if from == Int32 {
			x = uint64(int64(int32(x)))
		}
		switch t {
		case Float64:
			if from.IsSigned() {
				return math.Float64bits(float64(int64(x)))
			}
			return math.Float64bits(float64(x))
		case Float32:
			if from.IsSigned() {
				return uint64(math.Float32bits(float32(int64(x))))
			}
			return uint64(math.Float32bits(float32(x)))
		case Int64, Uint64:
			return x
		case Int32, Uint32:
			return uint64(uint32(x))
		}
	}
	panic(fmt.Sprintf("kernels: no conversion of %v to %v", from, t))
}

// saturate truncates x, where it is from lo up to below hi, and gives the least or
// the most elsewhere; NaN gives 0. What Go converts outside of that is the
// machine's choice.
func saturate(x, lo, hi float64, least, most int64) int64 {
	switch {
	case x != x:
		return 0
	case x < lo:
		return least
	case x >= hi:
		return most
	}
	return int64(x)
}
