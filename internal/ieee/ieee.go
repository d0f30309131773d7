// Package ieee holds the operations of IEEE 754 arithmetic that Go's operators do
// not spell, for both formats under one type parameter.
package ieee

import (
	"math"
	"unsafe"
)

// Float is an element type.
type Float interface{ float32 | float64 }

// FMA is x*y + z with one rounding.
func FMA[T Float](x, y, z T) T {
	if unsafe.Sizeof(x) == 8 {
		return T(math.FMA(float64(x), float64(y), float64(z)))
	}
	return T(fma32(float32(x), float32(y), float32(z)))
}

// fma32 forms the sum in float64, rounded to odd, and rounds that to float32.
// The product of two float32 is exact in float64, and rounding to odd with at
// least two extra bits makes the second rounding innocuous (Boldo and
// Melquiond, "Emulation of FMA and correctly rounded sums: proved algorithms
// using rounding to odd", IEEE Trans. Computers 57(4), 2008).
func fma32(x, y, z float32) float32 {
	p := float64(float64(x) * float64(y))
	c := float64(z)
	s := p + c
	// Knuth's TwoSum: the error of p + c, exactly. It is NaN where the sum is
	// not finite, and then there is nothing to mend.
	t := s - p
	e := (p - (s - t)) + (c - t)
	if bits := math.Float64bits(s); e != 0 && e == e && bits&1 == 0 && !math.IsInf(s, 0) {
		if (e > 0) == (s > 0) {
			bits++
		} else {
			bits--
		}
		s = math.Float64frombits(bits)
	}
	return float32(s)
}

// Sqrt is correctly rounded; for float32, rounding the float64 root again is
// innocuous since 53 >= 2*24+2 (Figueroa, "When is double rounding innocuous?",
// SIGNUM 30(3), 1995).
func Sqrt[T Float](x T) T { return T(math.Sqrt(float64(x))) }

// Abs clears the sign bit.
func Abs[T Float](x T) T { return T(math.Float64frombits(math.Float64bits(float64(x)) &^ (1 << 63))) }

// Bits is the value's bits in the low end of a uint64.
func Bits[T Float](x T) uint64 {
	if unsafe.Sizeof(x) == 8 {
		return math.Float64bits(float64(x))
	}
	return uint64(math.Float32bits(float32(x)))
}

// FromBits is the value whose bits Bits gives.
func FromBits[T Float](b uint64) T {
	var x T
	if unsafe.Sizeof(x) == 8 {
		return T(math.Float64frombits(b))
	}
	return T(math.Float32frombits(uint32(b)))
}

// BoolBits is how a uniform truth value is held: all ones or all zeros over the
// width of an element, which is also its mask on a lane.
func BoolBits[T Float](b bool) uint64 {
	var x T
	switch {
	case !b:
		return 0
	case unsafe.Sizeof(x) == 8:
		return ^uint64(0)
	}
	return uint64(^uint32(0))
}
