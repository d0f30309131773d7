package main

import (
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["gamma"] = gammaFits }

// stirlingRest is, of v = 1/(z + 1/2) - 1/2, ln(gamma(z)) - (z - 1/2)*ln(z) + z.
func stirlingRest(v *big.Float) *big.Float {
	half := float(0.5)
	s := add(v, half)
	if s.Sign() == 0 {
		return mul(half, call(bigmath.Log, mul(float(2), bigmath.Pi(prec))))
	}
	z := sub(quo(float(1), s), half)
	return add(sub(call(bigmath.Lgamma, z), mul(sub(z, half), call(bigmath.Log, z))), z)
}

// lgammaOver is ln(gamma(x))/((x-1)*(x-2)) for x = 3/2 + u.
func lgammaOver(u *big.Float) *big.Float {
	x := add(u, float(1.5))
	over := func(x *big.Float) *big.Float {
		return quo(call(bigmath.Lgamma, x), mul(sub(x, float(1)), sub(x, float(2))))
	}
	if x.IsInt() { // a removable singularity
		x = add(x, float(0x1p-100))
	}
	return over(x)
}

// sincOver is (sin(pi*r)/(pi*r) - 1)/r^2 as a function of r^2.
func sincOver(w *big.Float) *big.Float {
	if w.Sign() == 0 {
		w = float(0x1p-80)
	}
	return quo(sub(sinc(w), float(1)), w)
}

func sinc(w *big.Float) *big.Float {
	x := mul(root(w), bigmath.Pi(prec))
	return quo(call(bigmath.Sin, x), x)
}

func gammaFits() []minimax.Set {
	weight := func(w *big.Float) *big.Float {
		if least := float(0x1p-12); w.Cmp(least) < 0 {
			w = least
		}
		return quo(w, sinc(w))
	}
	return []minimax.Set{
		fit("gammaC64", "ln(gamma(z)) - (z-1/2)*ln(z) + z in 1/(z + 1/2) - 1/2 for z >= 1/2, degree 22",
			stirlingRest, one, float(-0.5), float(0.5), upTo(0, 1, 23), append([]int{106}, same(53, 22)...)),
		fit("lgammaC64", "ln(gamma(x))/((x-1)(x-2)) in x - 3/2 for 1 <= x <= 2, degree 21, relative error",
			lgammaOver, inverse(lgammaOver), float(-0.5), float(0.5), upTo(0, 1, 22), append([]int{106}, same(53, 21)...)),
		fit("gammaSincC64", "(sin(pi*r)/(pi*r) - 1)/r^2 in r^2 for |r| <= 1/2, degree 7, error relative to sin(pi*r)",
			sincOver, weight, float(0), float(0.25), upTo(0, 1, 8), same(53, 8)),
	}
}
