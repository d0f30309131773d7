package egraph

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// randomExprs are some expressions with shared terms, as kernels have them.
// rational ones have no jumps and no functions.
func randomExprs(r *rand.Rand, size int, rational bool) []symbolic.Expr {
	terms := []symbolic.Expr{symbolic.Var("x"), symbolic.Var("y"), symbolic.Var("z"), symbolic.Var("w")}
	arg := func() symbolic.Expr {
		if r.IntN(6) == 0 {
			n := []symbolic.Expr{symbolic.Int(2), symbolic.Int(-1), symbolic.Int(3), symbolic.Rat(1, 2), symbolic.Rat(-5, 7), symbolic.Int(1), symbolic.Int(0)}
			return n[r.IntN(len(n))]
		}
		return terms[max(r.IntN(len(terms)), r.IntN(len(terms)))]
	}
	kinds := 20
	if rational {
		kinds = 12
	}
	for range size {
		a, b := arg(), arg()
		var e symbolic.Expr
		switch r.IntN(kinds) {
		case 0, 1, 2:
			e = a.Add(b)
		case 3:
			e = a.Sub(b)
		case 4, 5, 6:
			e = a.Mul(b)
		case 7:
			e = a.Div(b)
		case 8:
			e = a.Pow([]int{2, 3, 4, -1, -2, 5}[r.IntN(6)])
		case 9:
			e = symbolic.FMA(a, b, arg())
		case 10:
			e = a.Mul(b).Add(a.Mul(arg()))
		case 11:
			e = a.Div(arg()).Add(b.Div(arg()))
		case 12:
			e = a.Abs()
		case 13:
			e = a.Abs().Sqrt()
		case 14:
			e = symbolic.Min(a, b)
		case 15:
			e = symbolic.Max(a, b)
		case 16:
			e = symbolic.Select(symbolic.Lt(a, b), a, arg())
		case 17:
			e = symbolic.Select(symbolic.Not(symbolic.Le(a, arg())), b, a)
		case 18:
			e = a.Mul(a).Add(symbolic.Int(1)).Sqrt()
		default:
			e = a.Neg()
		}
		terms = append(terms, e)
	}
	return symbolic.FaithfulAll(terms[len(terms)-1], terms[len(terms)-2])
}

// Whatever factoring, the rules and lowering put into a class has its value.
func TestClassesAreSound(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 2))
	theory, err := newTheory(DefaultRules(), rewrite.Rounding)
	if err != nil {
		t.Fatal(err)
	}
	runs := 600
	if testing.Short() {
		runs = 100
	}
	var added, compared [4]int
	for i := range runs {
		exprs := randomExprs(r, 3+r.IntN(9), i%2 == 0)
		step := i % 4
		g := theory.rules.New()
		roots := newLoader(g, true).load(exprs)
		if err := g.rebuild(); err != nil {
			t.Fatalf("%v: %v", exprs, err)
		}
		was := g.NumNodes()
		switch step {
		case 0:
			newFactoring(g).best()
		case 1:
			err = newFactoring(g).every(300)
		case 2:
			err = newLowering(g).lower(roots)
		case 3:
			f := newFactoring(g)
			_, err = g.Run(context.Background(), theory.rulesFor(g), Nodes(400), Iterations(5), Schedule(&Backoff{}), EachIteration(func(*Graph, *Iteration) bool {
				return f.every(400) == nil
			}))
			if err == nil {
				err = newLowering(g).lower(roots)
			}
		}
		if err == nil {
			err = g.rebuild()
		}
		if err != nil {
			t.Fatalf("%d: %v: %v", i, exprs, err)
		}
		added[step] += g.NumNodes() - was
		t.Run("", func(t *testing.T) {
			defer func() {
				if t.Failed() {
					t.Logf("%d: %v", i, exprs)
				}
			}()
			checkInvariants(t, g)
			n, _ := sameValues(t, g, r, 2)
			compared[step] += n
		})
	}
	for step, n := range compared {
		if added[step] < runs/4 || n < runs/4 {
			t.Errorf("step %d: %d nodes added, %d compared", step, added[step], n)
		}
	}
	t.Logf("nodes added %v, compared %v", added, compared)
}

// Every step of factoring is explained, and verified as an identity.
func TestFactoringIsExplained(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 3))
	steps := map[string]int{}
	proofs := 0
	for i := range 100 {
		exprs := randomExprs(r, 3+r.IntN(7), true)
		g := New(Multiset("+", "*"), Commutative(commutes...), Folding(rewrite.Rounding), Explained())
		for _, e := range exprs {
			p, ok := patternOf(e, true)
			if !ok {
				continue
			}
			AddTerm(g, patterns, p)
		}
		if err := g.Rebuild(); err != nil {
			t.Fatalf("%v: %v", exprs, err)
		}
		f := newFactoring(g)
		if i%3 == 0 {
			f.best()
			if err := g.Rebuild(); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.every(120); err != nil {
			t.Fatalf("%v: %v", exprs, err)
		}
		_, pole := sameValues(t, g, r, 1)
		for _, p := range checkAll(t, g, nil) {
			for s := range p.Steps() {
				steps[s.Rule]++
			}
			proofs++
			if pole {
				continue // a term without a value does not say whether a step is right
			}
			if a := p.Assumptions(); a != nil {
				t.Fatalf("%d: %v: assumptions %q\n%v", i, exprs, a, p)
			}
		}
	}
	if proofs < 300 {
		t.Errorf("only %d proofs", proofs)
	}
	for _, name := range []string{"factoring", "distribution", "flatten", "common denominator"} {
		if steps[name] == 0 {
			t.Errorf("no step is called %q: %v", name, steps)
		}
	}
	t.Log(proofs, "proofs", steps)
}
