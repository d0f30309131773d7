package symbolic

import (
	"math"
	"math/rand/v2"
	"testing"
)

// A canonical term is computed as Faithful writes it.
func TestCompileCanonical(t *testing.T) {
	rnd := rand.New(rand.NewPCG(71, 72))
	names := []string{"a", "b", "c", "d"}
	var vars []Expr
	for _, n := range names {
		vars = append(vars, Var(n))
	}
	leaves := append(vars, Const(0.1), Const(-2.5), Rat(1, 3), Rat(-7, 2), Rat(-1, 5), Int(-1), Int(math.MaxInt64), Rat(math.MinInt64, 3), Power(Int(2), Rat(1, 2)))
	exponents := []Expr{Int(2), Int(-1), Int(-3), Rat(1, 2), Rat(-3, 2), Rat(2, 3), Rat(-1, 3), Var("a"), Const(1.5), Plus(Var("b"), Int(1))}
	for range 3000 {
		terms := leaves
		for range 2 + rnd.IntN(12) {
			pick := func() Expr { return terms[len(terms)-1-rnd.IntN(min(len(terms), 9))] }
			e := Plus(pick(), pick(), leaves[rnd.IntN(len(leaves))])
			switch rnd.IntN(5) {
			case 0, 1:
				e = Times(pick(), pick(), leaves[rnd.IntN(len(leaves))])
			case 2:
				e = Power(pick(), exponents[rnd.IntN(len(exponents))])
			case 3:
				e = Apply(sinFunc, pick())
			}
			if rnd.IntN(12) == 0 {
				e = pick().Add(e) // an atom
			}
			terms = append(terms[:len(terms):len(terms)], e)
		}
		exprs := terms[len(terms)-2:]
		if p, err := Expand(exprs[1]); err == nil {
			exprs = append(exprs[:2:2], p)
		}
		got, err := NewEvaluator(vars, exprs...)
		if err != nil {
			t.Fatal(err)
		}
		want, err := NewEvaluator(vars, FaithfulAll(exprs...)...)
		if err != nil {
			t.Fatal(err)
		}
		a, b, values := make([]float64, len(exprs)), make([]float64, len(exprs)), make([]float64, len(vars))
		for range 3 {
			for i := range values {
				values[i] = rnd.NormFloat64() * 3
			}
			if got.Eval(a, values) != nil || want.Eval(b, values) != nil {
				t.Fatal("an error")
			}
			for i := range a {
				if math.Float64bits(a[i]) != math.Float64bits(b[i]) && (a[i] == a[i] || b[i] == b[i]) {
					t.Fatalf("%v at %v is %v, but written out %v", exprs[i], values, a[i], b[i])
				}
			}
		}
	}
}

func BenchmarkNewEvaluator(b *testing.B) {
	rnd := rand.New(rand.NewPCG(1, 2))
	vars := Array("x", 100)
	var sums []Expr
	for range 1000 {
		var terms []Expr
		for range 3 {
			terms = append(terms, Times(Int(rnd.Int64N(9)-4), vars[rnd.IntN(100)], Power(vars[rnd.IntN(100)], Int(1+rnd.Int64N(3)))))
		}
		sums = append(sums, Plus(terms...))
	}
	for b.Loop() {
		if _, err := NewEvaluator(vars, sums...); err != nil {
			b.Fatal(err)
		}
	}
}
