package main

import (
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["erf"] = erfFits }

func root(x *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Sqrt(x) }

// erfOver is erf(x)/x - 1 as a function of x^2.
func erfOver(z *big.Float) *big.Float {
	if z.Sign() == 0 {
		return sub(quo(float(2), root(bigmath.Pi(prec))), float(1))
	}
	x := root(z)
	return sub(quo(call(bigmath.Erf, x), x), float(1))
}

// log2Erfc is the binary logarithm of erfc(7/8 + h).
func log2Erfc(h *big.Float) *big.Float {
	return quo(call(bigmath.Log, call(bigmath.Erfc, add(h, float(0.875)))), ln2)
}

// erfcScaled is, of v = s - 3/16 where s = 1/(2 + x), e^(x^2)*erfc(x)/s.
func erfcScaled(v *big.Float) *big.Float { return scaledErfc(2, add(v, float(0.1875))) }

// erfcWide is, of v = s - 5/32 where s = 1/(3 + x), e^(x^2)*erfc(x)/s.
func erfcWide(v *big.Float) *big.Float { return scaledErfc(3, add(v, float(0.15625))) }

// scaledErfc is e^(x^2)*erfc(x)/s for x = 1/s - by.
func scaledErfc(by float64, s *big.Float) *big.Float {
	x := sub(quo(float(1), s), float(by))
	return quo(mul(call(bigmath.Exp, mul(x, x)), call(bigmath.Erfc, x)), s)
}

func erfFits() []minimax.Set {
	weight := func(z *big.Float) *big.Float { return quo(float(1), add(erfOver(z), float(1))) }
	tail := func(h *big.Float) *big.Float {
		return mul(call(bigmath.Erfc, add(h, float(0.875))), ln2)
	}
	inverse2 := func(x float64) *big.Float { return sub(quo(float(1), float(2+x)), float(0.1875)) }
	inverse3 := func(x float64) *big.Float { return sub(quo(float(1), float(3+x)), float(0.15625)) }
	pow2 := func(f *big.Float) *big.Float {
		if f.Sign() == 0 {
			return ln2
		}
		return quo(call(bigmath.Expm1, mul(ln2, f)), f)
	}
	powWeight := func(f *big.Float) *big.Float {
		v := new(big.Float).SetPrec(prec).Abs(f)
		if least := float(0x1p-12); v.Cmp(least) < 0 {
			v = least
		}
		return v
	}
	half := float(0.5 + 0x1p-20)
	minus := new(big.Float).SetPrec(prec).Neg(half)
	return []minimax.Set{
		fit("erfC64", "erf(x)/x - 1 in x^2 for x <= 7/8, degree 11, error relative to erf(x)/x",
			erfOver, weight, float(0), float(0.7657), upTo(0, 1, 12), same(53, 12)),
		fit("erfTail64", "log2(erfc(7/8+h)) for 0 <= h <= 5.125, degree 17, error that of erf",
			log2Erfc, tail, float(0), float(5.125), upTo(0, 1, 18), same(53, 18)),
		fit("erfcC64", "e^(x^2)*erfc(x)*(3+x) in 1/(3+x) - 5/32 for 0 <= x <= 28, degree 22, relative error",
			erfcWide, inverse(erfcWide), inverse3(28), inverse3(0), upTo(0, 1, 23), append([]int{106}, same(53, 22)...)),
		fit("erfC32", "erf(x)/x - 1 in x^2 for x <= 7/8, degree 6, error relative to erf(x)/x",
			erfOver, weight, float(0), float(0.7657), upTo(0, 1, 7), same(24, 7)),
		fit("erfTail32", "log2(erfc(7/8+h)) for 0 <= h <= 3.125, degree 7, error that of erf",
			log2Erfc, tail, float(0), float(3.125), upTo(0, 1, 8), same(24, 8)),
		fit("erfPow32", "(2^f - 1)/f for |f| <= 1/2, degree 5, error that of 2^f",
			pow2, powWeight, minus, half, upTo(0, 1, 6), same(24, 6)),
		fit("erfcC32", "e^(x^2)*erfc(x)*(2+x) in 1/(2+x) - 3/16 for 0 <= x <= 11, degree 10, relative error",
			erfcScaled, inverse(erfcScaled), inverse2(11), inverse2(0), upTo(0, 1, 11), same(53, 11)),
		fit("erfcPow32", "(2^f - 1)/f for |f| <= 1/2, degree 5, error that of 2^f",
			pow2, powWeight, minus, half, upTo(0, 1, 6), same(53, 6)),
	}
}
