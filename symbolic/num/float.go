package num

import (
	"math"
	"math/bits"
	"unsafe"

	"github.com/triad-go/triad/internal/ieee"
)

// The operations on floats. They work in place, through pointers to the
// operands: in the code of a Num[T] the compiler holds a float64 as a "float64 of
// the shape of T", and only code that is itself generic, as these functions
// are, loads and stores that very type. Then the compiler sees that what is
// loaded is what was stored, and neither remains. Loads as a plain float64 would
// stay, at some five cycles each.
//
// Conversions to F round, which forbids Go to fuse the operation with another.

// set subtracts 0, which changes no c, since a constant that is only converted
// keeps its first type.
func set[F ieee.Float](a unsafe.Pointer, c float64) { *(*F)(a) = F(c) - 0 }

func add[F ieee.Float](a, b unsafe.Pointer) { *(*F)(a) = F(*(*F)(a) + *(*F)(b)) }

func sub[F ieee.Float](a, b unsafe.Pointer) { *(*F)(a) = F(*(*F)(a) - *(*F)(b)) }

func mul[F ieee.Float](a, b unsafe.Pointer) { *(*F)(a) = F(*(*F)(a) * *(*F)(b)) }

func div[F ieee.Float](a, b unsafe.Pointer) { *(*F)(a) = F(*(*F)(a) / *(*F)(b)) }

func neg[F ieee.Float](a unsafe.Pointer) { *(*F)(a) = -*(*F)(a) }

func root[F ieee.Float](a unsafe.Pointer) { *(*F)(a) = F(sqrt64(float64(*(*F)(a)))) }

func abs[F ieee.Float](a unsafe.Pointer) { *(*F)(a) = F(abs64(float64(*(*F)(a)))) }

func fma[F ieee.Float](a, b, c unsafe.Pointer) {
	*(*F)(a) = F(fma64(float64(*(*F)(a)), float64(*(*F)(b)), float64(*(*F)(c))))
}

// abs32 costs the inliner less than abs, and the processor nothing.
func abs32(a unsafe.Pointer) { *(*uint32)(a) &^= 1 << 31 }

// What generic code calls is inlined in other packages only if ordinary code of
// this package inlines it too; so these are not called directly.

func sqrt64(x float64) float64 { return math.Sqrt(x) }

func abs64(x float64) float64 { return math.Abs(x) }

func fma64(x, y, z float64) float64 { return math.FMA(x, y, z) }

// power is left-to-right binary powering, as kernels lowers it.
func power[F ieee.Float](a unsafe.Pointer, n int) {
	x, m := *(*F)(a), uint64(n)
	if n < 0 {
		m = -m
	}
	r := x
	if m == 0 {
		r = 1
	}
	for b := bits.Len64(m) - 2; b >= 0; b-- {
		r = F(r * r)
		if m>>b&1 == 1 {
			r = F(r * x)
		}
	}
	if n < 0 {
		r = F(1 / r)
	}
	*(*F)(a) = r
}

func lt[F ieee.Float](a, b unsafe.Pointer) bool { return *(*F)(a) < *(*F)(b) }

func le[F ieee.Float](a, b unsafe.Pointer) bool { return *(*F)(a) <= *(*F)(b) }

func eq[F ieee.Float](a, b unsafe.Pointer) bool { return *(*F)(a) == *(*F)(b) }

// call1 is f of a number.
func call1[F ieee.Float](f func(float64) float64, a unsafe.Pointer) {
	*(*F)(a) = F(f(float64(*(*F)(a))))
}

// call2 is f of two numbers.
func call2[F ieee.Float](f func(x, y float64) float64, a, b unsafe.Pointer) {
	*(*F)(a) = F(f(float64(*(*F)(a)), float64(*(*F)(b))))
}
