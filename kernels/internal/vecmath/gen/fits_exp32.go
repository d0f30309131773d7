package main

import (
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["exp32"] = exp32Fits }

// power1 is (e^(l*x) - 1)/x.
func power1(l *big.Float) minimax.Function {
	return func(x *big.Float) *big.Float {
		if x.Sign() == 0 {
			return l
		}
		return quo(call(bigmath.Expm1, mul(l, x)), x)
	}
}

func exp32Fits() []minimax.Set {
	const margin = 1 + 0x1p-18
	half := mul(ln2, float(0.5*margin))
	log10of2 := quo(ln2, ln10)
	minus := func(x *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Neg(x) }
	parts, parts10 := minimax.Split(ln2, 24, 24), minimax.Split(log10of2, 24)
	round := func(x *big.Float) *big.Float { return minimax.Split(x, 24)[0] }
	return []minimax.Set{
		constants("1/ln 2 in float32, and ln 2 in two parts.", []string{"invLn2For32", "ln2Hi32", "ln2Lo32"},
			[]*big.Float{round(quo(float(1), ln2)), parts[0], parts[1]}),
		constants("log2(10) and ln 10 in float32, log10(2), and the rest of it times ln 10.", []string{"log2of10For32", "ln10For32", "log10of2Hi32", "ln2Rest32"},
			[]*big.Float{round(quo(ln10, ln2)), round(ln10), parts10[0], round(mul(sub(log10of2, parts10[0]), ln10))}),
		fit("expC32", "(e^x - 1 - x)/x^2 for |x| <= ln(2)/2, degree 4, error relative to e^x - 1",
			remainder2(float(1)), relative2(float(1)), minus(half), half, upTo(0, 1, 5), same(24, 5)),
		fit("expm1C32", "(e^x - 1 - x)/x^2 for |x| <= ln(2)/2, degree 5, error relative to e^x - 1",
			remainder2(float(1)), relative2(float(1)), minus(half), half, upTo(0, 1, 6), same(24, 6)),
		fit("exp2C32", "(2^x - 1)/x for |x| <= 1/2, degree 5, error relative to 2^x - 1",
			power1(ln2), inverse(power1(ln2)), float(-0.5), float(0.5), upTo(0, 1, 6), same(24, 6)),
	}
}
