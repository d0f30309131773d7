package num

import (
	"math"
	"unsafe"

	"github.com/triad-go/triad/symbolic"
)

// unary is f(x) on floats, and g(x) on expressions.
func unary[T Real](x Num[T], f real1, g expr1) Num[T] {
	if unsafe.Sizeof(x) == 8 {
		call1[float64](f, unsafe.Pointer(&x.v))
	} else {
		viaOther1(other1, f, g, unsafe.Pointer(&x.v), unsafe.Sizeof(x))
	}
	return x
}

// Sin is the sine of x.
func Sin[T Real](x Num[T]) Num[T] { return unary(x, math.Sin, symbolic.Sin) }

// Cos is the cosine of x.
func Cos[T Real](x Num[T]) Num[T] { return unary(x, math.Cos, symbolic.Cos) }

// Tan is the tangent of x.
func Tan[T Real](x Num[T]) Num[T] { return unary(x, math.Tan, symbolic.Tan) }

// Asin is the arc sine of x.
func Asin[T Real](x Num[T]) Num[T] { return unary(x, math.Asin, symbolic.Asin) }

// Acos is the arc cosine of x.
func Acos[T Real](x Num[T]) Num[T] { return unary(x, math.Acos, symbolic.Acos) }

// Atan is the arc tangent of x.
func Atan[T Real](x Num[T]) Num[T] { return unary(x, math.Atan, symbolic.Atan) }

// Sinh is the hyperbolic sine of x.
func Sinh[T Real](x Num[T]) Num[T] { return unary(x, math.Sinh, symbolic.Sinh) }

// Cosh is the hyperbolic cosine of x.
func Cosh[T Real](x Num[T]) Num[T] { return unary(x, math.Cosh, symbolic.Cosh) }

// Tanh is the hyperbolic tangent of x.
func Tanh[T Real](x Num[T]) Num[T] { return unary(x, math.Tanh, symbolic.Tanh) }

// Asinh is the inverse hyperbolic sine of x.
func Asinh[T Real](x Num[T]) Num[T] { return unary(x, math.Asinh, symbolic.Asinh) }

// Acosh is the inverse hyperbolic cosine of x.
func Acosh[T Real](x Num[T]) Num[T] { return unary(x, math.Acosh, symbolic.Acosh) }

// Atanh is the inverse hyperbolic tangent of x.
func Atanh[T Real](x Num[T]) Num[T] { return unary(x, math.Atanh, symbolic.Atanh) }

// Exp is e to the x.
func Exp[T Real](x Num[T]) Num[T] { return unary(x, math.Exp, symbolic.Exp) }

// Exp2 is 2 to the x.
func Exp2[T Real](x Num[T]) Num[T] { return unary(x, math.Exp2, symbolic.Exp2) }

// Expm1 is e to the x, minus 1.
func Expm1[T Real](x Num[T]) Num[T] { return unary(x, math.Expm1, symbolic.Expm1) }

// Log is the natural logarithm of x.
func Log[T Real](x Num[T]) Num[T] { return unary(x, math.Log, symbolic.Log) }

// Log2 is the logarithm of x to base 2.
func Log2[T Real](x Num[T]) Num[T] { return unary(x, math.Log2, symbolic.Log2) }

// Log10 is the logarithm of x to base 10.
func Log10[T Real](x Num[T]) Num[T] { return unary(x, math.Log10, symbolic.Log10) }

// Log1p is the natural logarithm of 1 + x.
func Log1p[T Real](x Num[T]) Num[T] { return unary(x, math.Log1p, symbolic.Log1p) }

// Cbrt is the cube root of x.
func Cbrt[T Real](x Num[T]) Num[T] { return unary(x, math.Cbrt, symbolic.Cbrt) }

// Erf is the error function of x.
func Erf[T Real](x Num[T]) Num[T] { return unary(x, math.Erf, symbolic.Erf) }

// Erfc is 1 minus the error function of x.
func Erfc[T Real](x Num[T]) Num[T] { return unary(x, math.Erfc, symbolic.Erfc) }

// Gamma is the gamma function of x.
func Gamma[T Real](x Num[T]) Num[T] { return unary(x, math.Gamma, symbolic.Gamma) }

// Floor is the greatest integer not above x.
func Floor[T Real](x Num[T]) Num[T] { return unary(x, math.Floor, symbolic.Floor) }

// Ceil is the least integer not below x.
func Ceil[T Real](x Num[T]) Num[T] { return unary(x, math.Ceil, symbolic.Ceil) }

// Trunc is x without its fraction.
func Trunc[T Real](x Num[T]) Num[T] { return unary(x, math.Trunc, symbolic.Trunc) }

// Round is the integer nearest to x, halves away from 0.
func Round[T Real](x Num[T]) Num[T] { return unary(x, math.Round, symbolic.Round) }

// RoundEven is the integer nearest to x, of two the even one.
func RoundEven[T Real](x Num[T]) Num[T] { return unary(x, math.RoundToEven, symbolic.RoundEven) }

// Pow is x to the y.
func Pow[T Real](x, y Num[T]) Num[T] {
	if unsafe.Sizeof(x) == 8 {
		call2[float64](math.Pow, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v))
	} else {
		viaOther2(other2, math.Pow, symbolic.Expr.PowExpr, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v), unsafe.Sizeof(x))
	}
	return x
}

// Atan2 is the angle of the point (x, y).
func Atan2[T Real](y, x Num[T]) Num[T] {
	if unsafe.Sizeof(y) == 8 {
		call2[float64](math.Atan2, unsafe.Pointer(&y.v), unsafe.Pointer(&x.v))
	} else {
		viaOther2(other2, math.Atan2, symbolic.Atan2, unsafe.Pointer(&y.v), unsafe.Pointer(&x.v), unsafe.Sizeof(y))
	}
	return y
}

// Hypot is the length of (x, y).
func Hypot[T Real](x, y Num[T]) Num[T] {
	if unsafe.Sizeof(x) == 8 {
		call2[float64](math.Hypot, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v))
	} else {
		viaOther2(other2, math.Hypot, symbolic.Hypot, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v), unsafe.Sizeof(x))
	}
	return x
}

// Mod is x - y*trunc(x/y), exactly; its sign is that of x.
func Mod[T Real](x, y Num[T]) Num[T] {
	if unsafe.Sizeof(x) == 8 {
		call2[float64](math.Mod, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v))
	} else {
		viaOther2(other2, math.Mod, symbolic.Mod, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v), unsafe.Sizeof(x))
	}
	return x
}

// Remainder is x - y*n, exactly, for the integer n nearest to x/y, of two the even
// one.
func Remainder[T Real](x, y Num[T]) Num[T] {
	if unsafe.Sizeof(x) == 8 {
		call2[float64](math.Remainder, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v))
	} else {
		viaOther2(other2, math.Remainder, symbolic.Remainder, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v), unsafe.Sizeof(x))
	}
	return x
}

// Minimum is the lesser of x and y: NaN if either is, and -0 of two zeros if either
// is. [Min] is x < y ? x : y.
func Minimum[T Real](x, y Num[T]) Num[T] {
	if unsafe.Sizeof(x) == 8 {
		call2[float64](minimum, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v))
	} else {
		viaOther2(other2, minimum, symbolic.Minimum, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v), unsafe.Sizeof(x))
	}
	return x
}

// Maximum is the greater of x and y: NaN if either is, and +0 of two zeros if either
// is.
func Maximum[T Real](x, y Num[T]) Num[T] {
	if unsafe.Sizeof(x) == 8 {
		call2[float64](maximum, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v))
	} else {
		viaOther2(other2, maximum, symbolic.Maximum, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v), unsafe.Sizeof(x))
	}
	return x
}

func minimum(x, y float64) float64 { return min(x, y) }

func maximum(x, y float64) float64 { return max(x, y) }

// Copysign is the magnitude of x with the sign of y.
func Copysign[T Real](x, y Num[T]) Num[T] {
	if unsafe.Sizeof(x) == 8 {
		call2[float64](math.Copysign, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v))
	} else {
		viaOther2(other2, math.Copysign, symbolic.Copysign, unsafe.Pointer(&x.v), unsafe.Pointer(&y.v), unsafe.Sizeof(x))
	}
	return x
}

// Call is f of as many arguments as it takes: its Eval on floats, where it
// panics if f has none. It panics if f was not registered or has another arity.
func Call[T Real](f *symbolic.Function, args ...Num[T]) (r Num[T]) {
	terms, values := make([]symbolic.Expr, len(args)), make([]float64, len(args))
	for i, a := range args {
		switch v := any(a.v).(type) {
		case float64:
			values[i] = v
		case float32:
			values[i] = float64(v)
		case Term:
			terms[i] = v.Expr()
		}
	}
	e := symbolic.Call(f, terms...)
	switch v := any(&r.v).(type) {
	case *float64:
		*v = f.Eval(values)
	case *float32:
		*v = float32(f.Eval(values))
	case *Term:
		*v = termOf(e)
	}
	return r
}
