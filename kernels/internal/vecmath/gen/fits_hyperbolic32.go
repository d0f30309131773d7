package main

import (
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["hyperbolic32"] = hyperbolic32Fits }

// oddRest is (f(x) - x)/x^3 for an odd f about x, where at is that for x = 0.
func oddRest(f minimax.Function, at *big.Float) minimax.Function {
	return func(x *big.Float) *big.Float {
		if x.Sign() == 0 {
			return at
		}
		return quo(sub(f(x), x), mul(x, mul(x, x)))
	}
}

func hyperbolic32Fits() []minimax.Set {
	half := mul(ln2, float(0.5*(1+0x1p-18)))
	square := mul(half, half)
	sinh := func(x *big.Float) *big.Float { return call(bigmath.Sinh, x) }
	tanh := func(x *big.Float) *big.Float { return call(bigmath.Tanh, x) }
	coshRest := func(x *big.Float) *big.Float {
		if x.Sign() == 0 {
			return float(0.5)
		}
		v := sinh(quo(x, float(2))) // cosh(x) - 1 = 2*sinh(x/2)^2
		return quo(mul(float(2), mul(v, v)), mul(x, x))
	}
	weight := func(x *big.Float) *big.Float { return atLeast(x, 0x1p-12) }
	return []minimax.Set{
		constants("2/ln 2 in two parts.", []string{"twoInvLn2Hi32", "twoInvLn2Lo32"}, minimax.Split(quo(float(2), ln2), 24, 24)),
		fit("sinhC32", "(sinh(x) - x)/x^3 as a polynomial in x^2 for |x| <= ln(2)/2, degree 1, error relative to x",
			ofSquare(oddRest(sinh, ratio(1, 6))), weight, float(0), square, upTo(0, 1, 2), same(24, 2)),
		fit("coshC32", "(cosh(x) - 1)/x^2 as a polynomial in x^2 for |x| <= ln(2)/2, degree 2, error relative to 1",
			ofSquare(coshRest), weight, float(0), square, upTo(0, 1, 3), same(24, 3)),
		fit("tanhC32", "(tanh(x) - x)/x^3 as a polynomial in x^2 for |x| <= 0.85, degree 5, error relative to x",
			ofSquare(oddRest(tanh, ratio(-1, 3))), weight, float(0), float(0.85*0.85), upTo(0, 1, 6), same(24, 6)),
	}
}
