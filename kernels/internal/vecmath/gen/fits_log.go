package main

import (
	"fmt"
	"math"
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["log"] = logFits }

const (
	// Mantissas are taken from that of this number, about 0.7036, up to twice as much. It
	// is such that 1 is well inside one of the 16 pieces, that the products m*c - 1 are
	// floats, see cells, and that they are small beside ln(m).
	logOrigin = 0x3fe6840000000000
	cellBits  = 48 // of the mantissa, those that do not tell the piece
)

type cell struct {
	lo, hi, c float64 // of mantissas m, and about their reciprocal
}

// cells are the pieces of the interval of mantissas. Each c is so short that m*c - 1
// is exact for every float64 m of its piece: m is a multiple of 2^-53 below 1 and of
// 2^-52 from 1 on.
func cells() []cell {
	var cs []cell
	for j := range uint64(16) {
		lo := math.Float64frombits(logOrigin + j<<cellBits)
		hi := math.Float64frombits(logOrigin + (j+1)<<cellBits)
		unit := 53
		if lo >= 1 {
			unit = 52
		}
		best := cell{}
		for k := 0; k <= 8; k++ {
			c := math.RoundToEven(2/(lo+hi)*math.Ldexp(1, k)) / math.Ldexp(1, k)
			if lo < 1 && hi > 1 {
				c = 1
			}
			reach := max(math.Abs(lo*c-1), math.Abs(hi*c-1))
			if reach < math.Ldexp(1, 53-unit-k) && (best.c == 0 || reach < max(math.Abs(lo*best.c-1), math.Abs(hi*best.c-1))) {
				best = cell{lo, hi, c}
			}
		}
		if best.c == 0 {
			panic(fmt.Sprintf("gen: no reciprocal for [%v, %v)", lo, hi))
		}
		cs = append(cs, best)
	}
	return cs
}

// grain is x in two parts, the first a multiple of 2^-42, so that sums of such and
// of integers up to 1100, and of 11 bits times such, are exact.
func grain(x *big.Float) (hi, lo *big.Float) {
	t := new(big.Float).SetMantExp(x, 42)
	half := float(0.5)
	if t.Sign() < 0 {
		half.Neg(half)
	}
	n, _ := add(t, half).Int(nil)
	hi = new(big.Float).SetPrec(prec).SetInt(n)
	hi.SetMantExp(hi, -42)
	return hi, sub(x, hi)
}

// logOver2 is (log1p(x) - x)/x^2.
func logOver2(x *big.Float) *big.Float {
	if x.Sign() == 0 {
		return float(-0.5)
	}
	return quo(sub(call(bigmath.Log1p, x), x), mul(x, x))
}

// logOver3 is (log1p(x) - x + x^2/2)/x^3.
func logOver3(x *big.Float) *big.Float {
	if x.Sign() == 0 {
		return ratio(1, 3)
	}
	return quo(sub(logOver2(x), float(-0.5)), x)
}

// powerOverLog is the weight of an error that is multiplied by x^n and relative to
// log1p(x).
func powerOverLog(n int) minimax.Function {
	return func(x *big.Float) *big.Float {
		v := new(big.Float).SetPrec(prec).Abs(x)
		if least := float(0x1p-12); v.Cmp(least) < 0 {
			v = least
		}
		p := float(1)
		for range n - 1 {
			p.Mul(p, v)
		}
		return p
	}
}

// scaled is f times a number.
func scaled(f minimax.Function, by *big.Float) minimax.Function {
	return func(x *big.Float) *big.Float { return mul(f(x), by) }
}

// inHalfSquares makes all coefficients but the first those of 1, x, and the products of
// these two with the powers of -x^2/2.
func inHalfSquares(s minimax.Set) minimax.Set {
	by := float(1)
	for i := range s.C {
		if i > 1 && i%2 == 1 {
			by = mul(by, float(-2))
		}
		s.C[i] = mul(s.C[i], by)
	}
	s.Doc += " Coefficients 2i+1 and 2i+2 are multiplied by (-2)^i: for powers of -x^2/2."
	return s
}

func logFits() []minimax.Set {
	var c, lnHi, lnLo, l2Hi, l2Lo, l10Hi, l10Lo []*big.Float
	lo, hi := 0.0, 0.0
	for _, x := range cells() {
		lo, hi = min(lo, x.lo*x.c-1), max(hi, x.hi*x.c-1)
		l := call(bigmath.Log, float(x.c))
		l.Neg(l)
		c = append(c, float(x.c))
		h, r := grain(l)
		lnHi, lnLo = append(lnHi, h), append(lnLo, r)
		h, r = grain(quo(l, ln2))
		l2Hi, l2Lo = append(l2Hi, h), append(l2Lo, r)
		h, r = grain(quo(l, ln10))
		l10Hi, l10Lo = append(l10Hi, h), append(l10Lo, r)
	}
	table := func(name, doc string, v []*big.Float) minimax.Set {
		for i := range v {
			v[i] = minimax.Split(v[i], 53)[0]
		}
		return minimax.Set{Name: name, Doc: doc, C: v, Kind: minimax.Table}
	}
	interval := fmt.Sprintf("for %.4f <= x <= %.4f", lo, hi)
	invLn2, invLn10 := quo(float(1), ln2), quo(float(1), ln10)
	l2, l10 := minimax.Split(invLn2, 53, 53), minimax.Split(invLn10, 53, 53)
	return []minimax.Set{
		constants("1/ln 2 and 1/ln 10 in two parts.", []string{"invLn2Hi", "invLn2Lo", "invLn10Hi", "invLn10Lo"},
			[]*big.Float{l2[0], l2[1], l10[0], l10[1]}),
		table("logC64", "logC64: numbers c about 1/m for the 16 pieces of mantissas m.", c),
		table("lnHi64", "lnHi64: -ln(c), to a multiple of 2^-42.", lnHi),
		table("lnLo64", "lnLo64: the rest of that.", lnLo),
		table("log2Hi64", "log2Hi64: -log2(c), to a multiple of 2^-42.", l2Hi),
		table("log2Lo64", "log2Lo64: the rest of that.", l2Lo),
		table("log10Hi64", "log10Hi64: -log10(c), to a multiple of 2^-42.", l10Hi),
		table("log10Lo64", "log10Lo64: the rest of that.", l10Lo),
		fit("lnP64", "(ln(1+x) - x)/x^2 "+interval+", degree 7, error relative to ln(1+x)",
			logOver2, powerOverLog(2), float(lo), float(hi), upTo(0, 1, 8), same(53, 8)),
		fit("log2P64", "(log2(1+x) - x/ln 2)/x^2 "+interval+", degree 7, error relative to ln(1+x)",
			scaled(logOver2, invLn2), powerOverLog(2), float(lo), float(hi), upTo(0, 1, 8), same(53, 8)),
		fit("log10P64", "(log10(1+x) - x/ln 10)/x^2 "+interval+", degree 7, error relative to ln(1+x)",
			scaled(logOver2, invLn10), powerOverLog(2), float(lo), float(hi), upTo(0, 1, 8), same(53, 8)),
		inHalfSquares(fit("lnPow64", "-2*(ln(1+x) - x + x^2/2)/x^3 "+interval+", degree 9, error relative to -2*ln(1+x)",
			scaled(logOver3, float(-2)), scaled(powerOverLog(3), float(0.5)), float(lo), float(hi), upTo(0, 1, 10), same(53, 10))),
	}
}
