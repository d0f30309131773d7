package main

import (
	"math"
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["log32"] = log32Fits }

// logOver1 is log1p(x)/(l*x) - less: the logarithm to the base e^l.
func logOver1(l, less *big.Float) minimax.Function {
	return func(x *big.Float) *big.Float {
		v := float(1)
		if x.Sign() != 0 {
			v = quo(call(bigmath.Log1p, x), x)
		}
		return sub(quo(v, l), less)
	}
}

// overLog is the weight of an error that is multiplied by x^n and relative to log1p(x).
func overLog(n int) minimax.Function {
	return func(x *big.Float) *big.Float {
		v := logOver1(float(1), float(0))(x)
		p := quo(float(1), v)
		for range n - 1 {
			p = mul(p, atLeast(x, 0x1p-12))
		}
		return p
	}
}

func log32Fits() []minimax.Set {
	const interval = "for sqrt(1/2) <= 1+x <= sqrt(2)"
	lo, hi := float(math.Sqrt(0.5)*(1-0x1p-22)-1), float(math.Sqrt2*(1+0x1p-22)-1)
	// The upper parts can be multiplied by 8 bits, and by less than these are multiples
	// of 2^-24 still.
	parts := minimax.Split(ln2, 16, 24)
	parts10 := minimax.Split(quo(ln2, ln10), 15, 24)
	return []minimax.Set{
		constants("ln 2 and log10(2) in two parts, the first of which can be multiplied by 8 bits exactly.",
			[]string{"logLn2Hi32", "logLn2Lo32", "logLog10of2Hi32", "logLog10of2Lo32"},
			[]*big.Float{parts[0], parts[1], parts10[0], parts10[1]}),
		fit("lnP32", "(ln(1+x) - x)/x^2 "+interval+", degree 8, error relative to ln(1+x)",
			logOver2, overLog(2), lo, hi, upTo(0, 1, 9), same(24, 9)),
		fit("log2P32", "log2(1+x)/x - 3/2 for 2/3 <= 1+x <= 4/3, degree 9, error relative to ln(1+x)",
			logOver1(ln2, float(1.5)), overLog(1), float(-1.0/3-0x1p-22), float(1.0/3+0x1p-22), upTo(0, 1, 10), same(24, 10)),
		fit("log10P32", "log10(1+x)/x - 3/8 "+interval+", degree 9, error relative to ln(1+x)",
			logOver1(ln10, float(0.375)), overLog(1), lo, hi, upTo(0, 1, 10), same(24, 10)),
	}
}
