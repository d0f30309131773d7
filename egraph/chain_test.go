package egraph_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

func ExampleOptimizer_Optimize() {
	e := symbolic.MustParse("1 + 2*x + 3*x^2 + 4*x^3")
	var o egraph.Optimizer
	r, err := o.Optimize(context.Background(), e)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Exprs[0])
	fmt.Println(r.Before)
	fmt.Println(r.After)
	// Output:
	// fma(x, fma(x, fma(x, 4, 3), 2), 1)
	// 9 operations (6 mul, 3 add), 5.2 cycles
	// 3 operations (3 fma), 2.2 cycles
}

func TestChains(t *testing.T) {
	for _, c := range []struct {
		text  string
		class rewrite.Class
		steps bool
	}{
		{"1 + 2*x + 3*x^2", rewrite.Rounding, true},
		{"a/b + c/b", rewrite.Rounding, true},
		{"(s/r)^12 - (s/r)^6", rewrite.Rounding, true},
		{"b + s*c", rewrite.Rounding, false}, // to fuse is no step
		{"-(-x)*2", rewrite.Exact, true},
		{"log(exp(x)) + y", rewrite.Domain, true},
		{"x", rewrite.Rounding, false},
	} {
		o := egraph.Optimizer{Class: c.class}
		r, chains, err := o.Explain(context.Background(), symbolic.MustParse(c.text))
		if err != nil {
			t.Fatal(c.text, err)
		}
		if len(chains) != 1 || chains[0].Reason != "" || len(chains[0].Steps) > 0 != c.steps {
			t.Errorf("%s: %v in %d steps: %s", c.text, r.Exprs, len(chains[0].Steps), chains[0].Reason)
		}
		for _, s := range chains[0].Steps {
			if s.Class > c.class || s.Class == 0 || s.Rule == "" {
				t.Errorf("%s: a step %+v of class %v", c.text, s, s.Class)
			}
		}
	}
}

// A sine and a cosine of one argument cost one operation, whichever outputs they
// are in.
func TestPairs(t *testing.T) {
	x, y := symbolic.Var("x"), symbolic.Var("y")
	a := x.Mul(y)
	var o egraph.Optimizer
	both, err := o.Optimize(context.Background(), symbolic.Sin(a).Mul(y), symbolic.Cos(a).Add(x))
	if err != nil {
		t.Fatal(err)
	}
	if n := both.After.ByOp; n["sincos"] != 1 || n["sin"]+n["cos"] != 0 {
		t.Errorf("%v of %v", both.After, both.Exprs)
	}
	one, err := o.Optimize(context.Background(), symbolic.Sin(a).Mul(symbolic.Cos(y)))
	if err != nil {
		t.Fatal(err)
	}
	if n := one.After.ByOp; n["sin"] != 1 || n["cos"] != 1 {
		t.Errorf("%v of %v", one.After, one.Exprs)
	}
}
