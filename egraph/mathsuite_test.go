package egraph

import (
	"context"
	"fmt"
	"math/big"
	"testing"

	"github.com/triad-go/triad/internal/mathsuite"
	"github.com/triad-go/triad/symbolic/rewrite"
)

var (
	microRules = mathsuite.Growth
	microTerms = mathsuite.GrowthTerms
)

func microGraph(t testing.TB) *Graph {
	g := New()
	for _, s := range microTerms {
		if _, err := g.AddSExpr(s); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

// The numbers of nodes after 10 and 11 iterations are those that are published
// for egg and egglog.
func TestMicrobenchmarkCounts(t *testing.T) {
	want := mathsuite.GrowthNodes
	if testing.Short() {
		want = want[:10]
	}
	g := microGraph(t)
	report, err := g.Run(context.Background(), MustRules(microRules...), Iterations(len(want)), Nodes(2_000_000))
	if err != nil {
		t.Fatal(err)
	}
	if report.Reason != IterationLimit {
		t.Errorf("stopped for %v", report.Reason)
	}
	for i, it := range report.Iterations {
		if it.Nodes != want[i] {
			t.Errorf("iteration %d: %d nodes, want %d", i+1, it.Nodes, want[i])
		}
	}
	checkInvariants(t, g)
}

func BenchmarkMicro(b *testing.B) {
	rules := MustRules(microRules...)
	for _, n := range []int{10, 11} {
		b.Run(fmt.Sprintf("iterations=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			nodes := 0
			for b.Loop() {
				g := microGraph(b)
				if _, err := g.Run(context.Background(), rules, Iterations(n), Nodes(2_000_000)); err != nil {
					b.Fatal(err)
				}
				nodes += g.NumNodes()
			}
			b.ReportMetric(float64(nodes)/b.Elapsed().Seconds()/1e6, "Mnodes/s")
		})
	}
}

// With associativity and commutativity alone, a sum of k different symbols
// saturates with a class for each set of them that is not empty, and a node for
// each way to part such a set in two.
func TestAssociativityCounts(t *testing.T) {
	rules := MustRules(mathsuite.Regroup...)
	last := 8
	if testing.Short() {
		last = 6
	}
	for k := 2; k <= last; k++ {
		g := New()
		sum := g.Number(big.NewRat(1, 1))
		for i := 2; i <= k; i++ {
			sum = g.Add("+", sum, g.Number(big.NewRat(int64(i), 1)))
		}
		report, err := g.Run(context.Background(), rules, Nodes(100_000))
		if err != nil {
			t.Fatal(err)
		}
		classes, nodes := mathsuite.Regrouped(k)
		if report.Reason != Saturated || g.NumClasses() != classes || g.NumNodes() != nodes {
			t.Errorf("%d: %v with %d classes and %d nodes, want %d and %d", k, report.Reason, g.NumClasses(), g.NumNodes(), classes, nodes)
		}
		checkInvariants(t, g)
	}
}

func mustRule(t testing.TB, text string, opts ...RuleOption) []*Rule {
	t.Helper()
	r, err := ParseRule(text, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// laws are a graph's maker for the proofs of the suite.
func laws(t testing.TB) *Theory {
	var rules []*Rule
	for _, law := range mathsuite.Laws {
		var opts []RuleOption
		if a, b := law.Differ[0], law.Differ[1]; a != "" {
			opts = append(opts, When(func(m *Match) bool { return m.Get(a) != m.Get(b) }))
		}
		rules = append(rules, mustRule(t, law.Text, opts...)...)
	}
	theory, err := NewTheory(rules, Folding(rewrite.Domain))
	if err != nil {
		t.Fatal(err)
	}
	return theory
}

// prove runs the rules until two terms are equal.
func prove(t testing.TB, g *Graph, rules []*Rule, from, to string) *Report {
	a, err := g.AddSExpr(from)
	if err != nil {
		t.Fatal(err)
	}
	b, err := g.AddSExpr(to)
	if err != nil {
		t.Fatal(err)
	}
	report, err := g.Run(context.Background(), rules, Iterations(35), Nodes(60_000), Schedule(&Backoff{}), EachIteration(func(g *Graph, _ *Iteration) bool {
		return g.Find(a) != g.Find(b)
	}))
	if err != nil {
		t.Fatal(err)
	}
	if g.Find(a) != g.Find(b) {
		t.Fatalf("%s = %s not found: %v, %d nodes", from, to, report.Reason, g.NumNodes())
	}
	return report
}

func TestSmallProofs(t *testing.T) {
	theory := laws(t)
	for _, p := range mathsuite.Proofs {
		t.Run(p.Name, func(t *testing.T) {
			g := theory.New()
			report := prove(t, g, theory.Rules(), p.From, p.To)
			t.Logf("%d iterations, %d nodes, %d classes", len(report.Iterations), g.NumNodes(), g.NumClasses())
			checkInvariants(t, g)
		})
	}
}

func BenchmarkSmallProofs(b *testing.B) {
	theory := laws(b)
	rules := theory.Rules()
	for _, p := range mathsuite.Proofs {
		b.Run(p.Name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				prove(b, theory.New(), rules, p.From, p.To)
			}
		})
	}
}
