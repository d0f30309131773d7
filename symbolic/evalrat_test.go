package symbolic

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// Four operations on float64 with enough bits are exact.
func TestEvalBigAgainstRat(t *testing.T) {
	rnd := rand.New(rand.NewPCG(51, 52))
	for range 2000 {
		e := randomAlgebra(rnd, 1+rnd.IntN(8))
		rats, floats := map[Expr]*big.Rat{}, map[Expr]*big.Float{}
		for _, name := range []string{"a", "b", "c", "d"} {
			v := rnd.Int64N(39) - 19
			rats[Var(name)] = big.NewRat(v, 16)
			floats[Var(name)] = big.NewFloat(float64(v) / 16)
		}
		want, ok := exactValue(e, rats)
		got, err := EvalRat(e, rats)
		if ok != (err == nil) || ok && got.Cmp(want) != 0 {
			t.Fatalf("%v at %v: %v, %v, want %v", e, rats, got, err, want)
		}
		if c := Canonical(e); ok {
			if got, err := EvalRat(c, rats); err != nil || got.Cmp(want) != 0 {
				t.Fatalf("canonical %v at %v: %v, %v, want %v", c, rats, got, err, want)
			}
		}
		v, err := EvalBig(e, 400, floats)
		if !ok {
			continue // rounding may have hidden the division by zero
		}
		if err != nil {
			t.Fatalf("%v at %v: %v", e, rats, err)
		}
		d, _ := v.Rat(nil)
		d.Sub(d, want)
		if tolerance := big.NewRat(1, 1<<62); d.Abs(d).Cmp(tolerance.Mul(tolerance, tolerance)) > 0 {
			t.Fatalf("%v at %v: %v, want %v", e, rats, v, want)
		}
	}
}
