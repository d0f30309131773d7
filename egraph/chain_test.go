package egraph_test

import (
	"context"
	"errors"
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

func TestOptimizerErrors(t *testing.T) {
	x := symbolic.Var("x")
	_, err := (&egraph.Optimizer{Nodes: -1}).Optimize(context.Background(), x)
	var limit *egraph.LimitError
	if !errors.As(err, &limit) || limit.Limit != -1 {
		t.Errorf("a budget below 0: %v", err)
	}
	_, err = (&egraph.Optimizer{Class: 9}).Optimize(context.Background(), x)
	var rule *egraph.RuleError
	if !errors.As(err, &rule) {
		t.Errorf("an unknown class: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = (&egraph.Optimizer{}).Optimize(ctx, x.Mul(x).Add(x)); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled context: %v", err)
	}
	wrong := rewrite.MustParse(symbolic.Terms, "?x*1 => 2*?x", rewrite.Rounding)
	two := rewrite.MustParse(symbolic.Terms, "sqrt(?x) => ?x*0 + 2", rewrite.Rounding)
	three := rewrite.MustParse(symbolic.Terms, "sqrt(?x) => ?x*0 + 3", rewrite.Rounding)
	zero := rewrite.MustParse(symbolic.Terms, "?x*0 => 0", rewrite.Rounding)
	_, err = (&egraph.Optimizer{Rules: []*rewrite.Rule[symbolic.Expr]{wrong, two, three, zero}}).Optimize(context.Background(), x.Sqrt())
	var contradiction *egraph.ContradictionError
	if !errors.As(err, &contradiction) {
		t.Errorf("rules that contradict each other: %v", err)
	}
}
