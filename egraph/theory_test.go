package egraph

import (
	"context"
	"testing"

	"github.com/triad-go/triad/symbolic"
)

func shippedTheory(tb testing.TB) *Theory {
	var all []*Rule
	for _, set := range symbolic.RuleSets() {
		rules, err := FromRules(set.Rules()...)
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, rules...)
	}
	theory, err := NewTheory(all, Commutative("+", "*"))
	if err != nil {
		tb.Fatal(err)
	}
	return theory
}

// What a graph of ten nodes costs with all shipped rules, most of which find no
// node of theirs.
func BenchmarkTheory(b *testing.B) {
	theory := shippedTheory(b)
	rules := theory.Rules()
	e := symbolic.MustParse("(a + b*c)*d - a*b/c")
	ctx := context.Background()
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			AddTerm(theory.New(), symbolic.Terms, e)
		}
	})
	b.Run("iteration", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			g := theory.New()
			AddTerm(g, symbolic.Terms, e)
			if _, err := g.Run(ctx, rules, Iterations(1)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("idle", func(b *testing.B) { // an iteration that finds nothing new
		g := theory.New()
		AddTerm(g, symbolic.Terms, symbolic.MustParse("a"))
		for b.Loop() {
			if _, err := g.Run(ctx, rules, Iterations(1)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
