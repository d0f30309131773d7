package main

import (
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["hyperbolic"] = hyperbolicFits }

// ofSquare is f of the root of its argument: polynomials in x^2.
func ofSquare(f minimax.Function) minimax.Function {
	return func(x *big.Float) *big.Float { return f(new(big.Float).SetPrec(prec).Sqrt(x)) }
}

// atLeast is |x|, or least where that is more.
func atLeast(x *big.Float, least float64) *big.Float {
	v := new(big.Float).SetPrec(prec).Abs(x)
	if l := float(least); v.Cmp(l) < 0 {
		return l
	}
	return v
}

func hyperbolicFits() []minimax.Set {
	half := mul(ln2, float(0.5*(1+0x1p-20)))
	square := mul(half, half)
	sinhRest := func(x *big.Float) *big.Float {
		if x.Sign() == 0 {
			return ratio(1, 6)
		}
		return quo(sub(call(bigmath.Sinh, x), x), mul(x, mul(x, x)))
	}
	coshRest := func(x *big.Float) *big.Float {
		if x.Sign() == 0 {
			return float(0.5)
		}
		v := call(bigmath.Sinh, quo(x, float(2))) // cosh(x) - 1 = 2*sinh(x/2)^2
		return quo(mul(float(2), mul(v, v)), mul(x, x))
	}
	// Errors are to be small beside sinh(x), both, since that may be the result.
	return []minimax.Set{
		fit("sinhC64", "(sinh(x) - x)/x^3 as a polynomial in x^2 for |x| <= ln(2)/2, degree 4, error relative to x",
			ofSquare(sinhRest), func(x *big.Float) *big.Float { return atLeast(x, 0x1p-12) }, float(0), square, upTo(0, 1, 5), same(53, 5)),
		fit("coshC64", "(cosh(x) - 1)/x^2 as a polynomial in x^2 for |x| <= ln(2)/2, degree 4, error relative to 1",
			ofSquare(coshRest), func(x *big.Float) *big.Float { return atLeast(x, 0x1p-12) }, float(0), square, upTo(0, 1, 5), same(53, 5)),
	}
}
