package main

import (
	"fmt"
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["pow32"] = pow32Fits }

func pow32Fits() []minimax.Set {
	var c, lnHi, lnLo []*big.Float
	lo, hi := 0.0, 0.0
	for _, x := range cells() {
		lo, hi = min(lo, x.lo*x.c-1), max(hi, x.hi*x.c-1)
		l := call(bigmath.Log, float(x.c))
		l.Neg(l)
		h, r := multiple(l, -16)
		c, lnHi, lnLo = append(c, float(x.c)), append(lnHi, h), append(lnLo, minimax.Split(r, 24)[0])
	}
	ln2Hi, rest := multiple(ln2, -16)
	table := func(name, doc string, v []*big.Float) minimax.Set {
		return minimax.Set{Name: name, Doc: doc, C: v, Bits: same(24, len(v)), Kind: minimax.Table}
	}
	return []minimax.Set{
		constants("ln 2 in two parts, the first a multiple of 2^-16.",
			[]string{"powLn2Hi32", "powLn2Lo32"}, []*big.Float{ln2Hi, minimax.Split(rest, 24)[0]}),
		table("powC32", "powC32: the numbers of logC64.", c),
		table("powLnHi32", "powLnHi32: -ln(c), to a multiple of 2^-16.", lnHi),
		table("powLnLo32", "powLnLo32: the rest of that.", lnLo),
		fit("powLnP32", fmt.Sprintf("(ln(1+x) - x + x^2/2)/x^3 for %.4f <= x <= %.4f, degree 3, error relative to ln(1+x)", lo, hi),
			logOver3, powerOverLog(3), float(lo), float(hi), upTo(0, 1, 4), same(24, 4)),
	}
}

// multiple is x in two parts, the first the nearest multiple of 2^e.
func multiple(x *big.Float, e int) (hi, lo *big.Float) {
	t := new(big.Float).SetPrec(prec).SetMantExp(x, -e)
	half := float(0.5)
	if t.Sign() < 0 {
		half.Neg(half)
	}
	n, _ := add(t, half).Int(nil)
	hi = new(big.Float).SetPrec(prec).SetInt(n)
	hi.SetMantExp(hi, e)
	return hi, sub(x, hi)
}
