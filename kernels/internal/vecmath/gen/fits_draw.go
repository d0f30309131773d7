package main

import (
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["draw"] = drawFits }

// sinPiOver is sin(pi*x)/x as a function of x^2.
func sinPiOver(z *big.Float) *big.Float {
	pi := bigmath.Pi(prec)
	if z.Sign() == 0 {
		return pi
	}
	x := root(z)
	return quo(call(bigmath.Sin, mul(pi, x)), x)
}

func drawFits() []minimax.Set {
	return []minimax.Set{
		fit("sinHalfC64", "sin(pi*x)/x in x^2 for |x| <= 1/2, degree 8, relative error",
			sinPiOver, inverse(sinPiOver), float(0), float(0.25), upTo(0, 1, 9), same(53, 9)),
	}
}
