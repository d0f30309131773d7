package egraph

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// oneClass reports whether terms are in one class, once they are added and the
// graph is congruent.
func oneClass(t *testing.T, g *Graph, texts ...string) bool {
	t.Helper()
	var ids []ID
	for _, s := range texts {
		id, err := g.AddSExpr(s)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if err := g.Rebuild(); err != nil {
		t.Fatal(err)
	}
	checkInvariants(t, g)
	for _, id := range ids {
		if g.Find(id) != g.Find(ids[0]) {
			return false
		}
	}
	return true
}

func TestMakeBag(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"(+ x y z)", "(+ z x y)", true},
		{"(+ x x y)", "(+ x y)", false},
		{"(+ x)", "x", true},
		{"(* x)", "x", true},
		{"(u x)", "x", true},
		{"(+ 2)", "2", true},
		{"(+ x 0)", "x", true},
		{"(* x 1)", "x", true},
		{"(* x 0)", "(* 0 x)", true},
		{"(* x 0)", "0", false}, // where x is infinite
		{"(* 3 0)", "0", true},
		{"(+ 1 x 2 y -3)", "(+ y x)", true},
		{"(+ 1/2 x 1/3)", "(+ x 5/6)", true},
		{"(* 2 x 1/2)", "x", true},
		{"(* 2 x 3)", "(* x 6)", true},
		{"(+ 1 -1)", "0", true},
		{"(* 2 1/2)", "1", true},
		{"(u 1 1)", "(u 1 1 1)", false}, // nothing is known of it
		{"(u 0 x)", "x", false},
		{"(+ x 0.5)", "(+ x 1/2)", false}, // a float is no exact number
		{"(+ 0.5 0.5 x)", "(+ x 1)", false},
		{"(+ 1 0.5 2 x)", "(+ 3 x 0.5)", true},
		{"(+ (+ x y) z)", "(+ x y z)", false}, // nested ones stay
		{"(+ (+ x 1) 2)", "(+ x 3)", false},
		{"(f (+ y x) x)", "(f (+ x y) x)", true},
		{"(f x y)", "(f y x)", false},
	} {
		if tt.same != oneClass(t, New(Multiset("+", "*", "u")), tt.a, tt.b) {
			t.Errorf("%s = %s is %v", tt.a, tt.b, !tt.same)
		}
	}
}

// bag is what it is whatever the order of its arguments, also of none and of
// very many.
func TestBagOfClasses(t *testing.T) {
	g := New(Multiset("+", "*"))
	if c := g.bag("+", nil); g.numberOf(c) == nil || g.numberOf(c).Sign() != 0 {
		t.Errorf("the sum of nothing is class %d", c)
	}
	if c := g.bag("*", nil); g.numberOf(c) == nil || !g.numberOf(c).IsInt() || g.numberOf(c).Num().Int64() != 1 {
		t.Errorf("the product of nothing is class %d", c)
	}
	var args []uint32
	for i := range 300 {
		args = append(args, uint32(g.Symbol(fmt.Sprint("x", i%100))))
	}
	want := g.bag("+", slices.Clone(args))
	r := rand.New(rand.NewPCG(8, 4))
	nodes := g.NumNodes()
	for range 10 {
		r.Shuffle(len(args), func(i, j int) { args[i], args[j] = args[j], args[i] })
		if c := g.bag("+", slices.Clone(args)); c != want {
			t.Fatalf("the sum in another order is class %d, expected %d", c, want)
		}
	}
	if g.NumNodes() != nodes {
		t.Errorf("%d nodes, expected %d", g.NumNodes(), nodes)
	}

	// A new node goes into the class that is given; one that is there stays.
	x, y := uint32(g.Symbol("x")), uint32(g.Symbol("y"))
	top := uint32(g.Symbol("top"))
	h := g.headNumber("*")
	if c := g.makeBag(h, []uint32{y, x}, top); c != g.find(top) {
		t.Errorf("the product is in class %d, expected %d", c, top)
	}
	if c := g.makeBag(h, []uint32{x, y}, uint32(g.Symbol("other"))); c != g.find(top) {
		t.Errorf("the product is in class %d, expected %d", c, top)
	}
	checkInvariants(t, g)
}

// When elements become equal, multisets of them do.
func TestBagsMerge(t *testing.T) {
	g := New(Multiset("+", "*"))
	id := map[string]ID{}
	for _, s := range []string{"a", "b", "c", "(+ a b c)", "(+ a a c)", "(+ c b b)", "(+ a a a)", "(f (+ a c) (* a b))", "(f (+ b c) (* a a))"} {
		var err error
		if id[s], err = g.AddSExpr(s); err != nil {
			t.Fatal(err)
		}
	}
	same := func(a, b string, want bool) {
		t.Helper()
		if got := g.Find(id[a]) == g.Find(id[b]); got != want {
			t.Errorf("%s = %s is %v", a, b, got)
		}
	}
	union := func(a, b string) {
		t.Helper()
		g.Union(id[a], id[b])
		if err := g.Rebuild(); err != nil {
			t.Fatal(err)
		}
		checkInvariants(t, g)
	}
	same("(+ a b c)", "(+ a a c)", false)
	union("a", "b")
	same("(+ a b c)", "(+ a a c)", true)
	same("(+ a b c)", "(+ c b b)", true)
	same("(+ a b c)", "(+ a a a)", false)
	same("(f (+ a c) (* a b))", "(f (+ b c) (* a a))", true)
	union("b", "c")
	same("(+ a b c)", "(+ a a a)", true)
	// The dead ones are not found again.
	n := g.NumNodes()
	if again, err := g.AddSExpr("(+ c c c)"); err != nil || g.Find(again) != g.Find(id["(+ a a a)"]) || g.NumNodes() != n {
		t.Errorf("(+ c c c): class %d, %v, %d nodes, expected class %d, %d nodes", again, err, g.NumNodes(), g.Find(id["(+ a a a)"]), n)
	}
}

// An element that turns out to be a number is added to the others, if the graph
// folds.
func TestBagsFoldLater(t *testing.T) {
	g := New(Multiset("+", "*"), Folding(rewrite.Rounding))
	sum, err := g.AddSExpr("(+ x 1 y)")
	if err != nil {
		t.Fatal(err)
	}
	want, err := g.AddSExpr("(+ 3 y)")
	if err != nil {
		t.Fatal(err)
	}
	two, err := g.AddSExpr("2")
	if err != nil {
		t.Fatal(err)
	}
	g.Union(g.Symbol("x"), two)
	if err := g.Rebuild(); err != nil {
		t.Fatal(err)
	}
	checkInvariants(t, g)
	if g.Find(sum) != g.Find(want) {
		t.Error("(+ x 1 y) with x = 2 is not (+ 3 y)")
	}
}

// Rules for associativity and commutativity add nothing to a multiset, and a sum
// of k terms stays one node.
func TestBagsDoNotGrow(t *testing.T) {
	rules := MustRules("(+ ?a ?b) => (+ ?b ?a)", "(+ ?a (+ ?b ?c)) <=> (+ (+ ?a ?b) ?c)")
	for _, k := range []int{2, 3, 8, 20, 60} {
		g := New(Multiset("+"))
		text := "(+"
		for i := range k {
			text += fmt.Sprint(" x", i)
		}
		if _, err := g.AddSExpr(text + ")"); err != nil {
			t.Fatal(err)
		}
		report, err := g.Run(context.Background(), rules, Steps(1_000_000))
		if err != nil {
			t.Fatal(err)
		}
		if report.Reason != Saturated || g.NumNodes() != k+1 || g.NumClasses() != k+1 {
			t.Errorf("%d terms: %v with %d nodes in %d classes, expected %d", k, report.Reason, g.NumNodes(), g.NumClasses(), k+1)
		}
	}
}

// The searchers of a theory are shared by its graphs, which may run at once.
func TestBagsOfTheoryAtOnce(t *testing.T) {
	theory, err := NewTheory(bagRules, Multiset("+", "*"), Folding(rewrite.Rounding))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(8, 5))
	texts := make([]string, 16)
	for i := range texts {
		texts[i] = randomBagTerm(r, 3)
	}
	run := func(text string) string {
		g := theory.New()
		id, err := g.AddSExpr(text)
		if err != nil {
			return err.Error()
		}
		report, err := g.Run(context.Background(), theory.Rules(), Iterations(4), Nodes(200))
		if err != nil {
			return err.Error()
		}
		s := fmt.Sprint(g.Find(id), report.Reason, g.NumNodes(), g.NumClasses())
		for _, it := range report.Iterations {
			s += fmt.Sprint(" ", it.Rules)
		}
		return s
	}
	want := make([]string, len(texts))
	for i, s := range texts {
		want[i] = run(s)
	}
	var wg sync.WaitGroup
	got := make([]string, len(texts))
	for i, s := range texts {
		wg.Go(func() { got[i] = run(s) })
	}
	wg.Wait()
	for i := range texts {
		if got[i] != want[i] || strings.Contains(got[i], "error") {
			t.Errorf("%s: %s beside others, alone %s", texts[i], got[i], want[i])
		}
	}
}

// A search returns at once where a head of the pattern has no nodes, or nothing
// is new.
func TestBagSearchIsSkipped(t *testing.T) {
	g := New(Multiset("+", "*"))
	if _, err := g.AddSExpr("(+ (* a b) (* a c) (sin x))"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		rule string
		want bool // it has something to look for at first
	}{
		{"(+ (* ?a ?b) (* ?a ?c)) => (* ?a (+ ?b ?c))", true},
		{"(+ (cos ?x) ?y) => ?y", false},
		{"(+ (sin ?x ?z) ?y) => ?y", false},
		{"(+ (sin ?x) 7) => ?x", false},
		{"(u ?x ?y) => (* ?x ?y)", false},
	} {
		rules := MustRules(tt.rule)
		m, _, _, err := newBagMatcher(g, rules[0])
		if err != nil {
			t.Fatal(err)
		}
		if got := m.(*bagMatcher).worth(g, 0); got != tt.want {
			t.Errorf("%s: %v at first", tt.rule, got)
		}
		if m.(*bagMatcher).worth(g, g.now) {
			t.Errorf("%s: to be searched for though nothing is new", tt.rule)
		}
	}
}
