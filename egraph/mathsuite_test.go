package egraph

import (
	"context"
	"fmt"
	"math/big"
	"testing"
)

// The rules and start terms of egglog's math-microbenchmark (tests of
// github.com/egraphs-good/egglog), with which egg is measured too.
var microRules = []string{
	"(+ ?a ?b) => (+ ?b ?a)",
	"(* ?a ?b) => (* ?b ?a)",
	"(+ ?a (+ ?b ?c)) => (+ (+ ?a ?b) ?c)",
	"(* ?a (* ?b ?c)) => (* (* ?a ?b) ?c)",
	"(- ?a ?b) => (+ ?a (* -1 ?b))",
	"(+ ?a 0) => ?a",
	"(* ?a 0) => 0",
	"(* ?a 1) => ?a",
	"(- ?a ?a) => 0",
	"(* ?a (+ ?b ?c)) => (+ (* ?a ?b) (* ?a ?c))",
	"(+ (* ?a ?b) (* ?a ?c)) => (* ?a (+ ?b ?c))",
	"(* (pow ?a ?b) (pow ?a ?c)) => (pow ?a (+ ?b ?c))",
	"(pow ?x 1) => ?x",
	"(pow ?x 2) => (* ?x ?x)",
	"(d ?x (+ ?a ?b)) => (+ (d ?x ?a) (d ?x ?b))",
	"(d ?x (* ?a ?b)) => (+ (* ?a (d ?x ?b)) (* ?b (d ?x ?a)))",
	"(d ?x (sin ?x)) => (cos ?x)",
	"(d ?x (cos ?x)) => (* -1 (sin ?x))",
	"(i 1 ?x) => ?x",
	"(i (cos ?x) ?x) => (sin ?x)",
	"(i (sin ?x) ?x) => (* -1 (cos ?x))",
	"(i (+ ?f ?g) ?x) => (+ (i ?f ?x) (i ?g ?x))",
	"(i (- ?f ?g) ?x) => (- (i ?f ?x) (i ?g ?x))",
	"(i (* ?a ?b) ?x) => (- (* ?a (i ?b ?x)) (i (* (d ?x ?a) (i ?b ?x)) ?x))",
}

var microTerms = []string{
	"(i (ln x) x)",
	"(i (+ x (cos x)) x)",
	"(i (* (cos x) x) x)",
	"(d x (+ 1 (* 2 x)))",
	"(d x (- (pow x 3) (* 7 (pow x 2))))",
	"(+ (* y (+ x y)) (- (+ x 2) (+ x x)))",
	"(/ 1 (- (/ (+ 1 (sqrt five)) 2) (/ (- 1 (sqrt five)) 2)))",
}

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
	want := []int{69, 118, 208, 389, 784, 1576, 3160, 8113, 28303, 136446, 1047896}
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
	rules := MustRules("(+ ?a ?b) => (+ ?b ?a)", "(+ ?a (+ ?b ?c)) => (+ (+ ?a ?b) ?c)")
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
		three := 1
		for range k {
			three *= 3
		}
		classes, nodes := 1<<k-1, three-1<<(k+1)+1+k
		if report.Reason != Saturated || g.NumClasses() != classes || g.NumNodes() != nodes {
			t.Errorf("%d: %v with %d classes and %d nodes, want %d and %d", k, report.Reason, g.NumClasses(), g.NumNodes(), classes, nodes)
		}
		checkInvariants(t, g)
	}
}

// folding are rules that compute with exact numbers.
func folding(t testing.TB) []*Rule {
	var rules []*Rule
	for _, head := range []string{"+", "-", "*", "/", "pow"} {
		f := arithmetic(head)
		if f == nil {
			f = power
		}
		left := mustRule(t, fmt.Sprintf("(%s ?a:exact ?b:exact) => ?a", head))[0].left[0].pattern
		r, err := NewFunc(left, func(m *Match) (ID, bool) {
			v := new(big.Rat).Set(m.Number("a"))
			if !f(v, m.Number("b")) {
				return 0, false
			}
			return m.Graph().Number(v), true
		}, Named("fold "+head))
		if err != nil {
			t.Fatal(err)
		}
		rules = append(rules, r)
	}
	return rules
}

func mustRule(t testing.TB, text string, opts ...RuleOption) []*Rule {
	t.Helper()
	r, err := ParseRule(text, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// eggRules are those of egg's tests of mathematics (tests/math.rs of
// github.com/egraphs-good/egg).
func eggRules(t testing.TB) []*Rule {
	notZero := func(name string) RuleOption {
		return When(func(m *Match) bool {
			v := m.Number(name)
			return v == nil || v.Sign() != 0
		})
	}
	isSymbol := func(name string) RuleOption {
		return When(func(m *Match) bool { return m.Graph().satisfies("symbol", uint32(m.Get(name))) })
	}
	differ := func(a, b string) RuleOption {
		return When(func(m *Match) bool {
			return m.Get(a) != m.Get(b) && (m.Number(b) != nil || m.Graph().satisfies("symbol", uint32(m.Get(b))))
		})
	}
	rules := folding(t)
	add := func(text string, opts ...RuleOption) { rules = append(rules, mustRule(t, text, opts...)...) }
	for _, text := range microRules[:5] {
		add(text)
	}
	add("(/ ?a ?b) => (* ?a (pow ?b -1))", notZero("b"))
	add("(+ ?a 0) => ?a")
	add("(* ?a 0) => 0")
	add("(* ?a 1) => ?a")
	add("?a => (+ ?a 0)")
	add("?a => (* ?a 1)")
	add("(- ?a ?a) => 0")
	add("(/ ?a ?a) => 1", notZero("a"))
	add("(* ?a (+ ?b ?c)) => (+ (* ?a ?b) (* ?a ?c))")
	add("(+ (* ?a ?b) (* ?a ?c)) => (* ?a (+ ?b ?c))")
	add("(* (pow ?a ?b) (pow ?a ?c)) => (pow ?a (+ ?b ?c))")
	add("(pow ?x 0) => 1", notZero("x"))
	add("(pow ?x 1) => ?x")
	add("(pow ?x 2) => (* ?x ?x)")
	add("(pow ?x -1) => (/ 1 ?x)", notZero("x"))
	add("(* ?x (/ 1 ?x)) => 1", notZero("x"))
	add("(d ?x ?x) => 1", isSymbol("x"))
	add("(d ?x ?c) => 0", isSymbol("x"), differ("x", "c"))
	for _, text := range microRules[14:18] {
		add(text)
	}
	add("(d ?x (ln ?x)) => (/ 1 ?x)", notZero("x"))
	add("(d ?x (pow ?f ?g)) => (* (pow ?f ?g) (+ (* (d ?x ?f) (/ ?g ?f)) (* (d ?x ?g) (ln ?f))))", notZero("f"), notZero("g"))
	for _, text := range microRules[18:] {
		add(text)
	}
	add("(i (pow ?x ?c) ?x) => (/ (pow ?x (+ ?c 1)) (+ ?c 1)) if number(?c)")
	return rules
}

// smallProofs are egg's tests of mathematics: what is to be found equal. Those
// that egg finds because it drops the other nodes of a class with a number are
// not among them.
var smallProofs = []struct{ name, from, to string }{
	{"simplify_add", "(+ x (+ x (+ x x)))", "(* 4 x)"},
	{"simplify_const", "(+ 1 (- a (* (- 2 1) a)))", "1"},
	{"simplify_factor", "(* (+ x 3) (+ x 1))", "(+ (+ (* x x) (* 4 x)) 3)"},
	{"powers", "(* (pow 2 x) (pow 2 y))", "(pow 2 (+ x y))"},
	{"diff_same", "(d x x)", "1"},
	{"diff_different", "(d x y)", "0"},
	{"diff_simple1", "(d x (+ 1 (* 2 x)))", "2"},
	{"diff_simple2", "(d x (+ 1 (* y x)))", "y"},
	{"diff_ln", "(d x (ln x))", "(/ 1 x)"},
	{"diff_power_simple", "(d x (pow x 3))", "(* 3 (pow x 2))"},
	{"integ_one", "(i 1 x)", "x"},
	{"integ_sin", "(i (cos x) x)", "(sin x)"},
	{"integ_x", "(i (pow x 1) x)", "(/ (pow x 2) 2)"},
	{"integ_part1", "(i (* x (cos x)) x)", "(+ (* x (sin x)) (cos x))"},
	{"integ_part3", "(i (ln x) x)", "(- (* x (ln x)) x)"},
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
	theory, err := NewTheory(eggRules(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range smallProofs {
		t.Run(p.name, func(t *testing.T) {
			g := theory.New()
			report := prove(t, g, theory.Rules(), p.from, p.to)
			t.Logf("%d iterations, %d nodes, %d classes", len(report.Iterations), g.NumNodes(), g.NumClasses())
			checkInvariants(t, g)
		})
	}
}

func BenchmarkSmallProofs(b *testing.B) {
	theory, err := NewTheory(eggRules(b))
	if err != nil {
		b.Fatal(err)
	}
	rules := theory.Rules()
	for _, p := range smallProofs {
		b.Run(p.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				prove(b, theory.New(), rules, p.from, p.to)
			}
		})
	}
}
