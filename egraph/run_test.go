package egraph

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"
)

func microRun(t *testing.T, opts ...RunOption) (*Graph, *Report, error) {
	g := microGraph(t)
	report, err := g.Run(context.Background(), MustRules(microRules...), opts...)
	return g, report, err
}

func TestLimits(t *testing.T) {
	for _, test := range []struct {
		opts []RunOption
		want StopReason
		iter int
	}{
		{[]RunOption{Iterations(3)}, IterationLimit, 3},
		{[]RunOption{Nodes(1000)}, NodeLimit, 6},
		{[]RunOption{Classes(300)}, ClassLimit, 5},
		{[]RunOption{Time(1)}, TimeLimit, 1},
		{[]RunOption{WithLimits(Limits{Iterations: 2, Nodes: 5000})}, IterationLimit, 2},
		{nil, NodeLimit, 9},
		{[]RunOption{EachIteration(func(_ *Graph, i *Iteration) bool { return i.Nodes < 300 })}, Stopped, 4},
	} {
		g, report, err := microRun(t, test.opts...)
		if err != nil {
			t.Fatal(err)
		}
		if report.Reason != test.want || len(report.Iterations) != test.iter {
			t.Errorf("%v after %d iterations, want %v after %d", report.Reason, len(report.Iterations), test.want, test.iter)
		}
		if report.Reason == NodeLimit && g.NumNodes() > DefaultNodes+8 {
			t.Errorf("%d nodes", g.NumNodes())
		}
		checkInvariants(t, g)
	}
	for n := range 200 {
		g, report, err := microRun(t, Nodes(300+n))
		if err != nil {
			t.Fatal(err)
		}
		// The longest right side makes 6 nodes; rebuilding takes some away.
		if report.Reason != NodeLimit || g.NumNodes() > 300+n+6 {
			t.Errorf("limit %d: %v with %d nodes", 300+n, report.Reason, g.NumNodes())
		}
	}
}

func TestNoLimits(t *testing.T) {
	for _, test := range []struct {
		opt  RunOption
		what string
	}{
		{Iterations(0), "iterations"}, {Nodes(0), "nodes"}, {Classes(-1), "classes"}, {Time(0), "time"}, {Time(-time.Second), "time"},
		{WithLimits(Limits{Nodes: 5}), "iterations"}, {WithLimits(Limits{Iterations: 5}), "nodes"},
	} {
		_, _, err := microRun(t, test.opt)
		var e *LimitError
		if !errors.As(err, &e) || e.What != test.what || !strings.Contains(err.Error(), test.what) {
			t.Errorf("%v, want %s", err, test.what)
		}
	}
}

// A run that was stopped by a limit goes on in the next as if it had not been.
func TestResume(t *testing.T) {
	rules := MustRules(microRules...)
	ctx := context.Background()
	whole := microGraph(t)
	if _, err := whole.Run(ctx, rules, Iterations(8)); err != nil {
		t.Fatal(err)
	}
	parts := microGraph(t)
	for range 8 {
		if _, err := parts.Run(ctx, rules, Iterations(1)); err != nil {
			t.Fatal(err)
		}
	}
	if whole.Dot() != parts.Dot() {
		t.Error("eight runs of an iteration differ from one of eight")
	}
	// Cut in the middle of an iteration, it finds again what it had not applied.
	sum := func() *Graph {
		g := New()
		if _, err := g.AddSExpr("(+ a (+ b (+ c (+ d e))))"); err != nil {
			t.Fatal(err)
		}
		return g
	}
	ac := MustRules("(+ ?a ?b) => (+ ?b ?a)", "(+ ?a (+ ?b ?c)) => (+ (+ ?a ?b) ?c)")
	g := sum()
	var reason StopReason
	for limit := 12; reason != Saturated; limit++ {
		report, err := g.Run(ctx, ac, Nodes(limit))
		if err != nil || limit > 1000 {
			t.Fatal(err, limit)
		}
		reason = report.Reason
	}
	if g.NumClasses() != 31 || g.NumNodes() != 243-64+1+5 {
		t.Errorf("%d classes, %d nodes", g.NumClasses(), g.NumNodes())
	}
	checkInvariants(t, g)
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	g := microGraph(t)
	report, err := g.Run(ctx, MustRules(microRules...), Nodes(1_000_000), EachIteration(func(_ *Graph, i *Iteration) bool {
		if i.Nodes > 1000 {
			cancel()
		}
		return true
	}))
	if err != nil || report.Reason != Cancelled || len(report.Iterations) != 6 {
		t.Errorf("%v after %d iterations, %v", report.Reason, len(report.Iterations), err)
	}
	checkInvariants(t, g)
}

func TestContradiction(t *testing.T) {
	g := New()
	if _, err := g.Union(g.Number(big.NewRat(1, 1)), g.Number(big.NewRat(2, 1))); err == nil {
		t.Fatal("1 and 2 are one")
	}
	if g.NumClasses() != 2 {
		t.Errorf("%d classes", g.NumClasses())
	}
	g = New()
	if _, err := g.AddSExpr("(f 2)"); err != nil {
		t.Fatal(err)
	}
	report, err := g.Run(context.Background(), MustRules("(f ?x) => 1", "(f ?x) => ?x"))
	var e *ContradictionError
	if !errors.As(err, &e) || report.Reason != Failed {
		t.Fatal(err)
	}
	if e.A+e.B != "12" && e.A+e.B != "21" {
		t.Errorf("%v", e)
	}
	// An exact number and the float that is it are no contradiction.
	g = New()
	if _, err := g.Union(g.Number(big.NewRat(1, 2)), g.Float(0.5)); err != nil {
		t.Error(err)
	}
}

func TestBackoff(t *testing.T) {
	g := microGraph(t)
	report, err := g.Run(context.Background(), MustRules(microRules...), Nodes(50_000), Schedule(&Backoff{MatchLimit: 100, BanLength: 2}))
	if err != nil {
		t.Fatal(err)
	}
	banned := 0
	for i, it := range report.Iterations {
		for j, r := range it.Rules {
			if !r.Banned {
				continue
			}
			banned++
			if r.Applied > 0 {
				t.Errorf("iteration %d: the banned rule %v was applied", i, report.Rules[j])
			}
			if r.Matches > 100<<min(i, 20)+1 {
				t.Errorf("iteration %d: %d matches of %v", i, r.Matches, report.Rules[j])
			}
		}
	}
	if banned < 10 {
		t.Errorf("%d bans", banned)
	}
	// A system that saturates does so with bans too.
	g = New()
	if _, err := g.AddSExpr("(+ a (+ b (+ c (+ d (+ e f)))))"); err != nil {
		t.Fatal(err)
	}
	ac := MustRules("(+ ?a ?b) => (+ ?b ?a)", "(+ ?a (+ ?b ?c)) => (+ (+ ?a ?b) ?c)")
	report, err = g.Run(context.Background(), ac, Iterations(200), Schedule(&Backoff{MatchLimit: 10}))
	if err != nil || report.Reason != Saturated || g.NumClasses() != 63 {
		t.Errorf("%v, %d classes, %v", report.Reason, g.NumClasses(), err)
	}
}

func TestReport(t *testing.T) {
	g := New()
	if _, err := g.AddSExpr("(+ a b)"); err != nil {
		t.Fatal(err)
	}
	report, err := g.Run(context.Background(), MustRules("(+ ?a ?b) => (+ ?b ?a)", "(* ?a ?b) => ?a"), Timed())
	if err != nil {
		t.Fatal(err)
	}
	if report.Reason.String() != "saturated" || len(report.Iterations) != 2 {
		t.Errorf("%v, %d iterations", report.Reason, len(report.Iterations))
	}
	if r := report.Iterations[0].Rules; r[0] != (RuleStats{Matches: 1, Applied: 1}) || r[1] != (RuleStats{}) {
		t.Errorf("%+v", r)
	}
	if r := report.Iterations[1].Rules; r[0] != (RuleStats{Matches: 1}) {
		t.Errorf("%+v", r)
	}
	if report.Total(0) != (RuleStats{Matches: 2, Applied: 1}) || report.Rules[1].Name() != "(* ?a ?b) => ?a" {
		t.Errorf("%+v", report.Total(0))
	}
}

// Graphs of one theory do not disturb each other.
func TestTheory(t *testing.T) {
	rules := MustRules(microRules...)
	theory, err := NewTheory(rules)
	if err != nil {
		t.Fatal(err)
	}
	want := microGraph(t)
	if _, err := want.Run(context.Background(), rules, Iterations(8)); err != nil {
		t.Fatal(err)
	}
	more := MustRules("(own ?x) => (+ ?x mine)", "(+ ?x (own2 ?y)) => ?y")
	done := make(chan string)
	for range 4 {
		go func() {
			g := theory.New()
			for _, s := range microTerms {
				g.AddSExpr(s)
			}
			g.AddSExpr("(own z)")
			g.Run(context.Background(), append(theory.Rules(), more...), Iterations(1))
			h := theory.New()
			for _, s := range microTerms {
				h.AddSExpr(s)
			}
			h.Run(context.Background(), theory.Rules(), Iterations(8))
			checkInvariants(t, g)
			done <- h.Dot()
		}()
	}
	for range 4 {
		if got := <-done; strings.Count(got, "\n") != strings.Count(want.Dot(), "\n") {
			t.Error("the graph differs from one without a theory")
		}
	}
}

// Commutative heads find what rules of commutativity find, with fewer nodes.
func TestCommutative(t *testing.T) {
	plain, sorted := New(), New(Commutative("+", "*"))
	for _, g := range []*Graph{plain, sorted} {
		if _, err := g.AddSExpr("(+ (* a b) (+ (* a c) (* d a)))"); err != nil {
			t.Fatal(err)
		}
	}
	rules := MustRules("(+ ?a (+ ?b ?c)) => (+ (+ ?a ?b) ?c)", "(+ (* ?a ?b) (* ?a ?c)) => (* ?a (+ ?b ?c))")
	comm := MustRules("(+ ?a ?b) => (+ ?b ?a)", "(* ?a ?b) => (* ?b ?a)")
	a, err := plain.Run(context.Background(), append(comm, rules...))
	if err != nil {
		t.Fatal(err)
	}
	b, err := sorted.Run(context.Background(), rules)
	if err != nil {
		t.Fatal(err)
	}
	if a.Reason != Saturated || b.Reason != Saturated || plain.NumClasses() != sorted.NumClasses() || plain.NumNodes() <= sorted.NumNodes() {
		t.Errorf("%v, %v; %d and %d classes, %d and %d nodes", a.Reason, b.Reason, plain.NumClasses(), sorted.NumClasses(), plain.NumNodes(), sorted.NumNodes())
	}
	checkInvariants(t, sorted)
}
