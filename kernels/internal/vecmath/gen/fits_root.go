package main

import (
	"math"
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["root"] = rootFits }

// inverseRoots is how far numbers made of bits, shift of the lowest left out, are
// from being x^(-1/3): where the bits are taken as an integer b, it is that
// of the bits origin - b/3. The result is origin, in units of 2^shift, for which the
// least and the largest 1 - x*y^3 are of one size, and that size.
func inverseRoots(bits, bias int) (origin, reach float64) {
	// With x = 2^k*(1+m) as k + m, y has the logarithm c - (k+m)/3.
	errors := func(c float64) (lo, hi float64) {
		lo, hi = math.Inf(1), math.Inf(-1)
		const steps = 3000
		for i := range 3*steps + 1 {
			l := float64(i) / steps
			k, m := math.Modf(l)
			n, f := math.Floor(c-l/3), c-l/3-math.Floor(c-l/3)
			y := math.Ldexp(1+f, int(n))
			e := 1 - math.Ldexp(1+m, int(k))*y*y*y
			lo, hi = min(lo, e), max(hi, e)
		}
		return lo, hi
	}
	least, most := -0.3, 0.1
	for range 60 {
		c := (least + most) / 2
		lo, hi := errors(c)
		if hi > -lo {
			least = c
		} else {
			most = c
		}
		reach = max(-lo, hi)
	}
	unit := math.Ldexp(1, bits)
	return math.Round(unit * (float64(bias)*4/3 + least)), reach
}

func rootFits() []minimax.Set {
	// Of float64 the 12 lowest bits are left out, and of float32 8.
	origin64, reach := inverseRoots(40, 1023)
	origin32, _ := inverseRoots(15, 127)
	reach *= 1 + 0x1p-10
	third := ratio(1, 3)
	// ((1-e)^(-1/3) - 1)/e
	f := func(e *big.Float) *big.Float {
		if e.Sign() == 0 {
			return third
		}
		l := call(bigmath.Log1p, new(big.Float).SetPrec(prec).Neg(e))
		return quo(call(bigmath.Expm1, mul(new(big.Float).SetPrec(prec).Neg(l), third)), e)
	}
	weight := func(e *big.Float) *big.Float {
		v := new(big.Float).SetPrec(prec).Abs(e)
		if least := float(0x1p-12); v.Cmp(least) < 0 {
			v = least
		}
		return v
	}
	return []minimax.Set{
		constants("What the bits of numbers, less the lowest 12 (8), and a third of them are taken from to get those of about x^(-1/3).",
			[]string{"rootOrigin64", "rootOrigin32"}, []*big.Float{float(origin64), float(origin32)}),
		fit("rootC", "((1-e)^(-1/3) - 1)/e where x^(-1/3) is known so well that e = 1 - x*y^3 is small, degree 2, error relative to the root",
			f, weight, float(-reach), float(reach), upTo(0, 1, 3), same(24, 3)),
	}
}
