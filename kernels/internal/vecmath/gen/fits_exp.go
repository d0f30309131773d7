package main

import (
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["exp"] = expFits }

var ln2 = call(bigmath.Log, float(2))
var ln10 = call(bigmath.Log, float(10))

// remainder2 is (base^x - 1 - l*x) / x^2, where l is the logarithm of the base, to be
// multiplied by x^2 and added to l*x.
func remainder2(l *big.Float) minimax.Function {
	return func(x *big.Float) *big.Float {
		if x.Sign() == 0 {
			return quo(mul(l, l), float(2))
		}
		v := call(bigmath.Expm1, mul(l, x))
		return quo(sub(v, mul(l, x)), mul(x, x))
	}
}

// relative2 is the weight of an error of that relative to (base^x - 1).
func relative2(l *big.Float) minimax.Function {
	return func(x *big.Float) *big.Float {
		y := new(big.Float).SetPrec(prec).Abs(x)
		if least := float(0x1p-12); y.Cmp(least) < 0 {
			return least
		}
		v := call(bigmath.Expm1, mul(l, x))
		return quo(mul(x, x), v.Abs(v))
	}
}

func expFits() []minimax.Set {
	const margin = 1 + 0x1p-20 // for how n is rounded
	half := mul(ln2, float(0.5*margin))
	parts := minimax.Split(ln2, 42, 53)
	log10of2 := quo(ln2, ln10)
	whole10 := minimax.Split(ln10, 53, 53)
	parts10 := minimax.Split(log10of2, 42, 53)
	minus := func(x *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Neg(x) }
	return []minimax.Set{
		constants("1/ln 2, ln 2 in two parts, the first of which can be multiplied by 11 bits exactly.",
			[]string{"invLn2", "ln2Hi", "ln2Lo"}, []*big.Float{quo(float(1), ln2), parts[0], parts[1]}),
		constants("log2(10), log10(2) in two such parts, and ln 10.",
			[]string{"log2of10", "log10of2Hi", "log10of2Lo", "ln10Hi", "ln10Lo"},
			[]*big.Float{quo(ln10, ln2), parts10[0], parts10[1], whole10[0], whole10[1]}),
		fit("expC64", "(e^x - 1 - x)/x^2 for |x| <= ln(2)/2, degree 9, error relative to e^x - 1",
			remainder2(float(1)), relative2(float(1)), minus(half), half, upTo(0, 1, 10), same(53, 10)),
		fit("expm1C64", "(e^x - 1 - x)/x^2 for |x| <= ln(2)/2, degree 10, error relative to e^x - 1",
			remainder2(float(1)), relative2(float(1)), minus(half), half, upTo(0, 1, 11), same(53, 11)),
		fit("exp2C64", "(2^x - 1)/x for |x| <= 1/2, degree 10, error relative to 2^x - 1",
			func(x *big.Float) *big.Float {
				if x.Sign() == 0 {
					return ln2
				}
				return quo(call(bigmath.Expm1, mul(ln2, x)), x)
			}, func(x *big.Float) *big.Float {
				if x.Sign() == 0 {
					return quo(float(1), ln2)
				}
				v := quo(x, call(bigmath.Expm1, mul(ln2, x)))
				return v
			}, float(-0.5*margin), float(0.5*margin), upTo(0, 1, 11), same(53, 11)),
	}
}
