package main

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

// The windows are together (2/pi)*2^(step*j) but for what is above the first and below
// the last.
func TestInversePi(t *testing.T) {
	const prec = 1400
	q := new(big.Float).SetPrec(prec).Quo(big.NewFloat(2), bigmath.Pi(prec))
	sets := map[string]minimax.Set{}
	for _, s := range trig() {
		sets[s.Name] = s
	}
	for _, c := range []struct {
		suffix             string
		step, n, top, last int
	}{{"64", 16, 64, 54, -143}, {"32", 4, 32, 25, -68}} {
		for j := range c.n {
			rest := new(big.Float).SetMantExp(q, c.step*j)
			for i := range 4 {
				s := sets[fmt.Sprintf("inversePi%d_%s", i, c.suffix)]
				if len(s.C) != c.n {
					t.Fatalf("%s has %d entries", s.Name, len(s.C))
				}
				rest.Sub(rest, s.C[j])
			}
			rest.SetMantExp(rest, -c.top)
			n, _ := rest.Int(nil)
			rest.Sub(rest, new(big.Float).SetPrec(prec).SetInt(n))
			if rest.Sign() < 0 || rest.Sign() > 0 && rest.MantExp(nil) > c.last-c.top {
				t.Errorf("float%s, window %d: what is left is %.5g*2^%d", c.suffix, j, rest, c.top)
			}
		}
	}
}
