package symbolic

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/internal/bionet"
	"github.com/triad-go/triad/internal/bionet/bcr"
)

// bcrRates is the right-hand sides of the reaction network of internal/bionet.
func bcrRates(t testing.TB) (rhs, species []Expr) {
	net, err := bionet.Parse(bcr.Text)
	if err != nil {
		t.Fatal(err)
	}
	species = Array("s", len(net.Species))
	rate := Array("k", len(net.Rates))
	sums := make([]Accumulator, len(species))
	for _, r := range net.Reactions {
		factors := []Expr{rate[r.Rate]}
		for _, i := range r.Reactants {
			factors = append(factors, species[i])
		}
		v := Times(factors...)
		for _, i := range r.Reactants {
			sums[i].AddScaled(Int(-1), v)
		}
		for _, i := range r.Products {
			sums[i].Add(v)
		}
	}
	for i := range sums {
		rhs = append(rhs, sums[i].Sum())
	}
	return rhs, species
}

func BenchmarkSparseJacobian(b *testing.B) {
	rhs, species := bcrRates(b)
	b.ReportAllocs()
	for b.Loop() {
		m, err := SparseJacobian(rhs, species)
		if err != nil || m.Len() != 31369 {
			b.Fatal(m.Len(), err)
		}
	}
}

// powers is expand((x^y + y^z + z^x)^50).
func powers() Expr {
	x, y, z := Var("x"), Var("y"), Var("z")
	var a Accumulator
	for i := range 51 {
		for j := range 51 - i {
			k := 50 - i - j
			c := Int(1)
			for n := 1; n <= 50; n++ {
				c = c.Mul(Int(int64(n)))
			}
			for _, m := range []int{i, j, k} {
				for n := 1; n <= m; n++ {
					c = c.Div(Int(int64(n)))
				}
			}
			p := func(a, b Expr, n int) Expr { return Power(a, Times(Int(int64(n)), b)) }
			a.Add(Times(c, p(x, y, i), p(y, z, j), p(z, x, k)))
		}
	}
	return a.Sum()
}

func BenchmarkDiffPowers(b *testing.B) {
	e, x := powers(), Var("x")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Diff(e, x); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDiffSines(b *testing.B) {
	e, x := Var("x"), Var("x")
	for range 7 {
		e = Sin(e)
	}
	b.ReportAllocs()
	for b.Loop() {
		d, err := DiffN(e, x, 10)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(d.NumArgs()), "terms")
	}
}

func randomSum(n int) (e Expr, vars []Expr) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for i := range 10 {
		vars = append(vars, Var(fmt.Sprint("x", i)))
	}
	var a Accumulator
	for range n {
		t := []Expr{Int(rnd.Int64N(999) + 1)}
		for range 3 {
			t = append(t, Power(vars[rnd.IntN(10)], Int(rnd.Int64N(4)+1)))
		}
		a.Add(Times(t...))
	}
	return a.Sum(), vars
}

func BenchmarkGradientSum(b *testing.B) {
	e, vars := randomSum(1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Gradient(e, vars); err != nil {
			b.Fatal(err)
		}
	}
}
