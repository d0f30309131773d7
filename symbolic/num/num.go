package num

import (
	"fmt"
	"unsafe"

	"github.com/triad-go/triad/symbolic"
)

// Real is what a [Num] can hold: a number, or an expression.
//
// It is closed. Code for a type parameter is shared by all types of one shape,
// and the compiler knows of a shape little but its size: 8 and 4 bytes are
// float64 and float32, anything larger is Term. Every operation asks for that
// size, which is a constant, so that no trace of the question remains.
type Real interface{ float64 | float32 | Term }

// Num is a number on which generic code computes. The zero Num is 0.0. It is
// laid out in memory as a T is.
type Num[T Real] struct{ v T }

// Of is v as a Num.
func Of[T Real](v T) Num[T] { return Num[T]{v} }

// Value is the number or the expression.
func (a Num[T]) Value() T { return a.v }

func (a Num[T]) String() string { return fmt.Sprint(a.v) }

// Slice is v as Nums. The two share their memory.
func Slice[T Real](v []T) []Num[T] {
	return unsafe.Slice((*Num[T])(unsafe.Pointer(unsafe.SliceData(v))), cap(v))[:len(v)]
}

// Values is x as plain values. The two share their memory.
func Values[T Real](x []Num[T]) []T {
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(x))), cap(x))[:len(x)]
}

// Const is the constant c, rounded to float32 if T is float32. In an expression
// it is the float64 constant c, and never an exact number: those would be
// computed with, exactly, where the function rounds.
func Const[T Real](c float64) Num[T] {
	var a Num[T]
	if unsafe.Sizeof(a) == 8 {
		set[float64](unsafe.Pointer(&a.v), c)
	} else if unsafe.Sizeof(a) == 4 {
		set[float32](unsafe.Pointer(&a.v), c)
	} else {
		viaConst(termConst, unsafe.Pointer(&a.v), c)
	}
	return a
}

// Add is a + b.
func (a Num[T]) Add(b Num[T]) Num[T] {
	if unsafe.Sizeof(a) == 8 {
		add[float64](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else if unsafe.Sizeof(a) == 4 {
		add[float32](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else {
		via2(term2, symbolic.Expr.Add, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	}
	return a
}

// Sub is a - b.
func (a Num[T]) Sub(b Num[T]) Num[T] {
	if unsafe.Sizeof(a) == 8 {
		sub[float64](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else if unsafe.Sizeof(a) == 4 {
		sub[float32](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else {
		via2(term2, symbolic.Expr.Sub, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	}
	return a
}

// Mul is a * b.
func (a Num[T]) Mul(b Num[T]) Num[T] {
	if unsafe.Sizeof(a) == 8 {
		mul[float64](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else if unsafe.Sizeof(a) == 4 {
		mul[float32](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else {
		via2(term2, symbolic.Expr.Mul, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	}
	return a
}

// Div is a / b.
func (a Num[T]) Div(b Num[T]) Num[T] {
	if unsafe.Sizeof(a) == 8 {
		div[float64](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else if unsafe.Sizeof(a) == 4 {
		div[float32](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else {
		via2(term2, symbolic.Expr.Div, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	}
	return a
}

// Neg is -a: a with its sign flipped.
func (a Num[T]) Neg() Num[T] {
	if unsafe.Sizeof(a) == 8 {
		neg[float64](unsafe.Pointer(&a.v))
	} else if unsafe.Sizeof(a) == 4 {
		neg[float32](unsafe.Pointer(&a.v))
	} else {
		via1(term1, symbolic.Expr.Neg, unsafe.Pointer(&a.v))
	}
	return a
}

// Sqrt is the square root of a, correctly rounded; NaN below zero.
func (a Num[T]) Sqrt() Num[T] {
	if unsafe.Sizeof(a) == 8 {
		root[float64](unsafe.Pointer(&a.v))
	} else if unsafe.Sizeof(a) == 4 {
		root[float32](unsafe.Pointer(&a.v))
	} else {
		via1(term1, symbolic.Expr.Sqrt, unsafe.Pointer(&a.v))
	}
	return a
}

// Abs is a with its sign cleared.
func (a Num[T]) Abs() Num[T] {
	if unsafe.Sizeof(a) == 8 {
		abs[float64](unsafe.Pointer(&a.v))
	} else if unsafe.Sizeof(a) == 4 {
		abs32(unsafe.Pointer(&a.v))
	} else {
		via1(term1, symbolic.Expr.Abs, unsafe.Pointer(&a.v))
	}
	return a
}

// Pow is a^n by binary powering, each product rounded; see symbolic.Expr.Pow.
// It is a call with a loop: where n is 2 or 3, Mul is faster.
func (a Num[T]) Pow(n int) Num[T] {
	if unsafe.Sizeof(a) == 8 {
		power[float64](unsafe.Pointer(&a.v), n)
	} else if unsafe.Sizeof(a) == 4 {
		power[float32](unsafe.Pointer(&a.v), n)
	} else {
		t := (*Term)(unsafe.Pointer(&a.v))
		*t = termOf(t.Expr().Pow(n))
	}
	return a
}

// FMA is a*b + c with a single rounding.
func FMA[T Real](a, b, c Num[T]) Num[T] {
	if unsafe.Sizeof(a) == 8 {
		fma[float64](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v), unsafe.Pointer(&c.v))
	} else {
		viaFMA(otherFMA, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v), unsafe.Pointer(&c.v), unsafe.Sizeof(a))
	}
	return a
}

// Min is a < b ? a : b. So it is b if either is NaN, and if they are zeros of
// any sign.
func Min[T Real](a, b Num[T]) Num[T] {
	var first bool
	if unsafe.Sizeof(a) == 8 {
		first = lt[float64](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else if unsafe.Sizeof(a) == 4 {
		first = lt[float32](unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
	} else {
		via2(term2, symbolic.Min, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
		return a
	}
	if first {
		return a
	}
	return b
}

// Max is a > b ? a : b. So it is b if either is NaN, and if they are zeros of
// any sign.
func Max[T Real](a, b Num[T]) Num[T] {
	var first bool
	if unsafe.Sizeof(a) == 8 {
		first = lt[float64](unsafe.Pointer(&b.v), unsafe.Pointer(&a.v))
	} else if unsafe.Sizeof(a) == 4 {
		first = lt[float32](unsafe.Pointer(&b.v), unsafe.Pointer(&a.v))
	} else {
		via2(term2, symbolic.Max, unsafe.Pointer(&a.v), unsafe.Pointer(&b.v))
		return a
	}
	if first {
		return a
	}
	return b
}
