package main

import (
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["arc"] = arc }

// arc is for asin, acos, atan and atan2.
func arc() []minimax.Set {
	least := float(0x1p-24) // the weights are 0 at 0
	root := func(z *big.Float) *big.Float { return new(big.Float).SetPrec(prec).Sqrt(z) }
	over := func(f func(uint, *big.Float) (*big.Float, bool)) func(z *big.Float) *big.Float {
		return func(z *big.Float) *big.Float { return quo(call(f, root(z)), root(z)) }
	}
	asin, atan := over(bigmath.Asin), over(bigmath.Atan)
	var sets []minimax.Set
	for _, f := range []struct {
		suffix     string
		bits       int
		asin, atan int // numbers of coefficients
	}{{"64", 53, 12, 12}, {"32", 24, 5, 5}} {
		sets = append(sets,
			fit("asinC"+f.suffix, "(asin(x)/x - 1)/x^2 in powers of x^2, for |x| <= 1/2; the error is relative, of asin(x)",
				func(z *big.Float) *big.Float { return quo(sub(asin(z), float(1)), z) },
				func(z *big.Float) *big.Float { return quo(z, asin(z)) },
				least, ratio(1, 4), upTo(0, 1, f.asin), same(f.bits, f.asin)),
			fit("atanC"+f.suffix, "(atan(x)/x - 1)/x^2 in powers of x^2, for |x| <= 1/2; the error is relative, of atan(x)",
				func(z *big.Float) *big.Float { return quo(sub(atan(z), float(1)), z) },
				func(z *big.Float) *big.Float { return quo(z, atan(z)) },
				least, ratio(1, 4), upTo(0, 1, f.atan), same(f.bits, f.atan)))
	}
	return sets
}
