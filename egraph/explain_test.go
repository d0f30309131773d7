package egraph

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// ringRules are what random saturations are run with.
var ringRules = MustRules(
	"(+ ?a ?b) => (+ ?b ?a)",
	"(* ?a ?b) => (* ?b ?a)",
	"(+ ?a (+ ?b ?c)) => (+ (+ ?a ?b) ?c)",
	"(* ?a (+ ?b ?c)) <=> (+ (* ?a ?b) (* ?a ?c))",
	"(- ?a ?b) => (+ ?a (* -1 ?b))",
	"(- ?a ?a) => 0",
	"(+ ?a 0) => ?a",
	"(* ?a 0) => 0",
	"(* ?a 1) => ?a",
	"(^ ?x ?n:integer) => (* ?x (^ ?x (- ?n 1))) if ?n > 1",
	"(^ ?x 1) => ?x",
	"(f ?x ?y) => (g ?y ?x ?x)",
)

// randomTerm is the text of a random term.
func randomTerm(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(5) == 0 {
		return []string{"x", "y", "z", "0", "1", "2", "-1", "1/2"}[r.IntN(8)]
	}
	a := func() string { return randomTerm(r, depth-1) }
	switch r.IntN(7) {
	case 0, 1:
		return fmt.Sprintf("(+ %s %s)", a(), a())
	case 2, 3:
		return fmt.Sprintf("(* %s %s)", a(), a())
	case 4:
		return fmt.Sprintf("(- %s %s)", a(), a())
	case 5:
		return fmt.Sprintf("(^ %s %d)", a(), 1+r.IntN(3))
	}
	return fmt.Sprintf("(f %s %s)", a(), a())
}

// checkAll explains, of each class, why the terms that IDs were made for are
// equal, and checks the proofs.
func checkAll(t *testing.T, g *Graph, rules []*Rule) (proofs []*Proof) {
	t.Helper()
	first := map[ID]ID{}
	for id := range len(g.up) {
		if g.why.first[id] == 0 {
			continue
		}
		root := g.Find(ID(id))
		other, ok := first[root]
		if !ok {
			first[root] = ID(id)
			continue
		}
		p, err := g.Explain(other, ID(id))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Check(rules); err != nil {
			t.Fatalf("%v\n%v", err, p)
		}
		proofs = append(proofs, p)
	}
	return proofs
}

func TestExplainRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	steps := 0
	for i := range 30 {
		opts := []Option{Explained()}
		if i%2 == 1 {
			opts = append(opts, Commutative("+", "*"))
		}
		if i%3 > 0 {
			opts = append(opts, Folding(rewrite.Rounding))
		}
		g := New(opts...)
		for range 2 {
			text := randomTerm(r, 4)
			if _, err := g.AddSExpr(text); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := g.Run(context.Background(), ringRules, Iterations(4), Nodes(400)); err != nil {
			t.Fatal(err)
		}
		for _, p := range checkAll(t, g, ringRules) {
			if a := p.Assumptions(); len(a) > 0 {
				t.Fatalf("assumptions %q\n%v", a, p)
			}
			if p.Len() > 1000 {
				continue
			}
			n, at := 0, p.Left()
			c := newChecker(nil)
			for s := range p.Steps() {
				if c.number(s.Before) != c.number(at) {
					t.Fatalf("step %d begins with %v, not with %v", n, s.Before, at)
				}
				at = s.After
				n++
				checkStep(t, s, c)
			}
			if n != p.Len() || c.number(at) != c.number(p.Right()) {
				t.Fatalf("%d steps of %d, to %v\n%v", n, p.Len(), at, p)
			}
			steps += n
		}
	}
	if steps == 0 {
		t.Error("no steps")
	}
}

// checkStep looks for the sides of the rule where the step says they are.
func checkStep(t *testing.T, s Step, c *checker) {
	t.Helper()
	x, y := s.Before, s.After
	for _, i := range s.Position {
		x, y = x.Args[i], y.Args[i]
	}
	if s.Reverse {
		x, y = y, x
	}
	slots := map[string]*rewrite.Pattern{}
	for _, b := range s.Substitution {
		slots[b.Slot] = b.Term
	}
	for _, r := range ringRules {
		if r.name != s.Rule {
			continue
		}
		left, right := substitute(r.left[0].pattern, slots), substitute(r.right[0].right, slots)
		if c.number(left) != c.number(x) || c.number(right) != c.number(y) {
			t.Fatalf("%v = %v is not %v = %v at %v", x, y, left, right, s.Position)
		}
	}
}

// A graph that explains finds the same as one that does not.
func TestExplainedAgrees(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		text := randomTerm(r, 4)
		var nodes, classes [2]int
		for i, opts := range [][]Option{{Commutative("*"), Folding(rewrite.Rounding)}, {Commutative("*"), Folding(rewrite.Rounding), Explained()}} {
			g := New(opts...)
			if _, err := g.AddSExpr(text); err != nil {
				t.Fatal(err)
			}
			if _, err := g.Run(context.Background(), ringRules, Iterations(3), Nodes(1e6)); err != nil {
				t.Fatal(err)
			}
			nodes[i], classes[i] = g.NumNodes(), g.NumClasses()
		}
		if nodes[0] != nodes[1] || classes[0] != classes[1] {
			t.Fatalf("%s: %d nodes and %d classes, explained %d and %d", text, nodes[0], classes[0], nodes[1], classes[1])
		}
	}
}

func explained(t *testing.T, rules []*Rule, a, b string, opts ...Option) (*Graph, *Proof) {
	t.Helper()
	g := New(append(opts, Explained())...)
	x, err := g.AddSExpr(a)
	if err != nil {
		t.Fatal(err)
	}
	y, err := g.AddSExpr(b)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Run(context.Background(), rules); err != nil {
		t.Fatal(err)
	}
	p, err := g.Explain(x, y)
	if err != nil {
		t.Fatal(err)
	}
	if got := termText(p.Left(), 1000); got != a {
		t.Errorf("the proof begins with %s, not with %s", got, a)
	}
	if got := termText(p.Right(), 1000); got != b {
		t.Errorf("the proof ends with %s, not with %s", got, b)
	}
	if err := p.Check(rules); err != nil {
		t.Fatalf("%v\n%v", err, p)
	}
	return g, p
}

func TestCorruptedProof(t *testing.T) {
	_, p := explained(t, ringRules, "(+ (* x (- y y)) (^ x 2))", "(* x x)", Folding(rewrite.Rounding))
	// Every term and binding is exchanged for another, one at a time.
	wrong := rewrite.Symbol("wrong")
	seen := map[*Proof]bool{}
	n := 0
	var corrupt func(q *Proof)
	try := func(what string, at **rewrite.Pattern) {
		t.Helper()
		old := *at
		*at = wrong
		if err := p.Check(ringRules); err == nil {
			t.Errorf("a wrong %s is not found in\n%v", what, p)
		} else if e := new(ProofError); !errors.As(err, &e) {
			t.Errorf("%T", err)
		}
		*at = old
		n++
	}
	corrupt = func(q *Proof) {
		if seen[q] || len(q.links) == 0 {
			return
		}
		seen[q] = true
		try("left side", &q.left)
		try("right side", &q.right)
		for i := range q.links {
			l := &q.links[i]
			try("term before", &l.before)
			try("term after", &l.after)
			for j := range l.slots {
				try("binding", &l.slots[j].Term)
			}
			if l.rule != nil {
				old := l.rule
				if l.rule = ringRules[0]; old != l.rule && p.Check(ringRules) == nil {
					t.Error("a wrong rule is not found")
				}
				l.rule = old
				l.reverse = !l.reverse
				if p.Check(ringRules) == nil && old != ringRules[0] && old != ringRules[1] {
					t.Errorf("a wrong direction of %v is not found", old)
				}
				l.reverse = !l.reverse
			}
			for j, a := range l.args {
				if a == nil || len(a.links) == 0 {
					continue
				}
				l.args[j] = nil
				if p.Check(ringRules) == nil {
					t.Error("a missing proof is not found")
				}
				l.args[j] = q
				if p.Check(ringRules) == nil {
					t.Error("a proof that rests on itself is not found")
				}
				l.args[j] = a
				corrupt(a)
			}
		}
	}
	corrupt(p)
	if err := p.Check(ringRules); err != nil {
		t.Fatal(err)
	}
	if err := p.Check(ringRules[1:]); err == nil && strings.Contains(p.String(), ringRules[0].name) {
		t.Error("a missing rule is not found")
	}
	if n < 20 {
		t.Errorf("only %d corruptions", n)
	}
}

func TestContradictionExplained(t *testing.T) {
	g := New(Explained(), Folding(rewrite.Rounding))
	for _, s := range []string{"(+ x 1)", "(+ x 2)"} {
		if _, err := g.AddSExpr(s); err != nil {
			t.Fatal(err)
		}
	}
	wrong := append(MustRules("(+ ?a ?b) => ?b"), ringRules...)
	_, err := g.Run(context.Background(), append(wrong, MustRules("(+ ?a 2) => (+ ?a 1)")...))
	var c *ContradictionError
	if !errors.As(err, &c) {
		t.Fatalf("%v", err)
	}
	if c.Proof == nil {
		t.Fatal("no proof")
	}
	if err := c.Proof.Check(append(wrong, MustRules("(+ ?a 2) => (+ ?a 1)")...)); err != nil {
		t.Fatalf("%v\n%v", err, c.Proof)
	}
	l, r := c.Proof.Left(), c.Proof.Right()
	if l.Kind != rewrite.NumberKind || r.Kind != rewrite.NumberKind || l.Number.Cmp(r.Number) == 0 {
		t.Errorf("a proof of %v = %v", l, r)
	}
	one, _ := g.AddSExpr("1")
	two, _ := g.AddSExpr("2")
	if g.Find(one) == g.Find(two) {
		t.Error("1 and 2 are one class")
	}

	g = New(Explained())
	one, _ = g.AddSExpr("1")
	two, _ = g.AddSExpr("2")
	if _, err := g.Union(one, two); !errors.As(err, &c) || c.Proof == nil || c.Proof.Len() != 1 || g.Find(one) == g.Find(two) {
		t.Fatalf("%v", err)
	}
	if err := c.Proof.Check(nil); err != nil {
		t.Fatal(err)
	}
	if a := c.Proof.Assumptions(); len(a) != 1 || a[0] != "given: 1 = 2" {
		t.Errorf("%q", a)
	}
}

// Proofs that no graph makes.
func TestForgedProofs(t *testing.T) {
	term := func(text string) *rewrite.Pattern {
		r := &reader{text: text}
		p, err := r.pattern()
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	step := func(r *Rule, before, after string, slots ...string) *Proof {
		l := link{kind: ruleEdge, rule: r, before: term(before), after: term(after)}
		for i := 0; i < len(slots); i += 2 {
			l.slots = append(l.slots, Binding{slots[i], term(slots[i+1])})
		}
		return &Proof{left: l.before, right: l.after, links: []link{l}}
	}
	rules := MustRules(
		"(^ ?x ?n:integer) => (* ?x (^ ?x (- ?n 1))) if ?n > 1",
		"?x = (f ?a) => ?x = (f ?a)",
		"(k ?x) => (l ?x) if ?x > 0",
	)
	if err := step(rules[0], "(^ a 3)", "(* a (^ a (- 3 1)))", "x", "a", "n", "3").Check(rules); err != nil {
		t.Error(err)
	}
	if step(rules[0], "(^ a 1)", "(* a (^ a (- 1 1)))", "x", "a", "n", "1").Check(rules) == nil {
		t.Error("a condition that does not hold is not found")
	}
	if step(rules[0], "(^ a 3/2)", "(* a (^ a (- 3/2 1)))", "x", "a", "n", "3/2").Check(rules) == nil {
		t.Error("a predicate that does not hold is not found")
	}
	// What the condition says is known of a square, and not of b.
	p := step(rules[2], "(k (+ 1 (* a a)))", "(l (+ 1 (* a a)))", "x", "(+ 1 (* a a))")
	if err := p.Check(rules); err != nil || len(p.Assumptions()) != 0 {
		t.Errorf("%v %v", err, p.Assumptions())
	}
	p = step(rules[2], "(k b)", "(l b)", "x", "b")
	if err := p.Check(rules); err != nil || fmt.Sprint(p.Assumptions()) != "[the condition of (k ?x) => (l ?x) if ?x > 0: (> b 0)]" {
		t.Errorf("%v %v", err, p.Assumptions())
	}
	// A proof that rests on itself.
	p = step(rules[1], "b", "(f c)", "x", "b", "a", "c")
	p.links[0].premises = []*Proof{p}
	if p.Check(rules) == nil {
		t.Error("a circle is not found")
	}
	// What was given is no assumption if it can be seen to be true.
	given := func(a, b string) []string {
		p := &Proof{left: term(a), right: term(b)}
		p.links = []link{{kind: givenEdge, name: "given", before: p.left, after: p.right}}
		return p.Assumptions()
	}
	if a := given("(* (+ a b) (- a b))", "(- (^ a 2) (^ b 2))"); a != nil {
		t.Errorf("%q", a)
	}
	if a := given("(* (+ a b) (- a b))", "(- (^ a 2) (^ b 3))"); len(a) != 1 {
		t.Errorf("%q", a)
	}
	// A change of order where the order matters.
	swap := func(kind edgeKind, a, b string) *Proof {
		p := &Proof{left: term(a), right: term(b), sorts: map[string]sorting{"+": multiset, "c": commutative}}
		p.links = []link{{kind: kind, before: p.left, after: p.right}}
		return p
	}
	for _, c := range []struct {
		kind edgeKind
		a, b string
		ok   bool
	}{
		{regroupEdge, "(+ a (+ b c))", "(+ c a b)", true},
		{regroupEdge, "(+ a (+ b c))", "(+ c a)", false},
		{regroupEdge, "(c a b)", "(c b a)", true},
		{regroupEdge, "(c a b x)", "(c b a x)", false},
		{regroupEdge, "(f a b)", "(f b a)", false},
		{foldEdge, "(- 3 5)", "-2", true},
		{foldEdge, "(- 3 5)", "2", false},
		{foldEdge, "(+ 3 x 5)", "(+ x 8)", true},
		{foldEdge, "(+ 3 x -3)", "x", true},
		{foldEdge, "(+ 3 x 5)", "(+ x 7)", false},
		{foldEdge, "(/ 3 0)", "0", false},
		{identityEdge, "(+ (* a b) (* a c) (* d a))", "(* a (+ b c d))", true},
		{identityEdge, "(+ (* a b) (* a c) (* d a))", "(* a (+ b c c))", false},
		{identityEdge, "(+ (/ a c) (/ b c))", "(/ (+ a b) c)", true},
		{identityEdge, "(* (f x) (^ x 3))", "(* x (f x) (^ x 2))", true},
		{identityEdge, "(* (f x) (^ x 3))", "(* x (f y) (^ x 2))", false},
		{identityEdge, "(/ a (- a a))", "(/ b (- b b))", false},
	} {
		if err := swap(c.kind, c.a, c.b).Check(nil); (err == nil) != c.ok {
			t.Errorf("%s = %s: %v", c.a, c.b, err)
		}
	}
}

// The shipped rules, with their conditions, and with analyses.
func TestExplainShippedRules(t *testing.T) {
	var rules []*Rule
	for _, set := range symbolic.RuleSets() {
		for _, s := range set.Rules() {
			if more, err := FromRule(s); err == nil && s.Class() <= rewrite.Rounding {
				rules = append(rules, more...)
			}
		}
	}
	rules = append(rules, MustRules("(abs ?x) => ?x if ?x >= 0", "(/ ?x ?x:nonzero) => 1")...)
	theory, err := NewTheory(rules, Explained(), Ranges(rangesTested), Folding(rewrite.Rounding), Commutative("+", "*"))
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(11, 12))
	n := 0
	for range 80 {
		g := theory.New()
		AddTerm(g, symbolic.Terms, randomExpr(r, testLeaves(), 3))
		if _, err := g.Run(context.Background(), theory.Rules(), Iterations(3), Nodes(300)); err != nil {
			t.Fatal(err)
		}
		n += len(checkAll(t, g, rules))
	}
	if n < 1000 {
		t.Errorf("only %d proofs", n)
	}
}

func TestExplainErrors(t *testing.T) {
	g := New()
	a, _ := g.AddSExpr("a")
	b, _ := g.AddSExpr("b")
	var e *ProofError
	if _, err := g.Explain(a, b); !errors.As(err, &e) {
		t.Errorf("%v", err)
	}
	g = New(Explained())
	a, _ = g.AddSExpr("a")
	b, _ = g.AddSExpr("b")
	if _, err := g.Explain(a, b); !errors.As(err, &e) {
		t.Errorf("%v", err)
	}
	if _, err := g.Explain(a, 77); !errors.As(err, &e) {
		t.Errorf("%v", err)
	}
	q := newProver(g)
	q.limit = 3
	x, _ := g.AddSExpr("(f (f (f (f a))))")
	y, _ := g.AddSExpr("(f (f (f (f b))))")
	g.Union(a, b)
	g.Rebuild()
	if _, err := q.prove(g.why.termOf(uint32(x)), g.why.termOf(uint32(y))); !errors.As(err, &e) {
		t.Errorf("%v", err)
	}

	g = New(Explained())
	a, _ = g.AddSExpr("a")
	b, _ = g.AddSExpr("b")
	p, err := g.Explain(a, a)
	if err != nil || p.Len() != 0 || p.Check(nil) != nil {
		t.Errorf("%v %v", p, err)
	}
	g.Union(a, b)
	if p, err = g.Explain(a, b); err != nil || p.Len() != 1 || len(p.Assumptions()) != 1 {
		t.Errorf("%v %v", p, err)
	}
}

// A proof whose steps are exponentially many is small, and so is its text.
func TestExplainShared(t *testing.T) {
	const levels = 80
	g := New(Explained())
	tower := func(leaf ID) ID {
		for range levels {
			leaf = g.Add("f", leaf, leaf)
		}
		return leaf
	}
	x, _ := g.AddSExpr("x")
	y, _ := g.AddSExpr("y")
	a, b := tower(x), tower(y)
	rules := MustRules("x => y")
	if _, err := g.Run(context.Background(), rules); err != nil {
		t.Fatal(err)
	}
	p, err := g.Explain(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(rules); err != nil {
		t.Fatal(err)
	}
	if p.Len() != math.MaxInt {
		t.Errorf("%d steps", p.Len())
	}
	if n := len(p.String()); n > 1e6 {
		t.Errorf("a text of %d bytes", n)
	}
}

// Terms may be deeper than functions can be nested.
func TestExplainDeep(t *testing.T) {
	g := New(Explained())
	a, _ := g.AddSExpr("x")
	b, _ := g.AddSExpr("y")
	const levels = 50_000
	for range levels {
		a, b = g.Add("f", a), g.Add("f", b)
	}
	rules := MustRules("x => y")
	if _, err := g.Run(context.Background(), rules); err != nil {
		t.Fatal(err)
	}
	p, err := g.Explain(a, b)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(rules); err != nil {
		t.Fatal(err)
	}
	n := 0
	for s := range p.Steps() {
		n += len(s.Position)
	}
	if p.Len() != 1 || n != levels {
		t.Errorf("%d steps at depth %d", p.Len(), n)
	}
	if n := len(p.String()); n > 1_000_000 {
		t.Errorf("a text of %d bytes", n)
	}
}

// Rules with several left sides, functions and conditions that are functions.
func TestExplainKinds(t *testing.T) {
	double, err := NewFunc(rewrite.MustPattern("double(?x)"), func(m *Match) (ID, bool) {
		return m.Graph().Add("+", m.Get("x"), m.Get("x")), true
	}, Named("double"))
	if err != nil {
		t.Fatal(err)
	}
	careful, err := ParseRule("(h ?x) => ?x", When(func(m *Match) bool { return true }), Named("careful"))
	if err != nil {
		t.Fatal(err)
	}
	rules := append(MustRules("(+ ?x 0) => ?x", "?x = (f ?a ?b), ?y = (g ?a) => ?x = ?y"), double, careful[0])
	_, p := explained(t, rules, "(f (+ a 0) b)", "(+ 0 (g a))", Commutative("+"))
	if a := p.Assumptions(); a != nil {
		t.Errorf("%q", a)
	}
	for _, l := range p.links {
		for i, q := range l.premises {
			if q.Len() == 0 {
				continue
			}
			l.premises[i] = &Proof{left: q.left, right: q.left}
			if p.Check(rules) == nil {
				t.Error("a wrong premise is not found")
			}
			l.premises[i] = q
		}
	}
	_, p = explained(t, rules, "(double (h a))", "(+ a a)")
	if a := p.Assumptions(); fmt.Sprintf("%q", a) != `["the right side of double is a Go function" "a condition of careful is a Go function"]` {
		t.Errorf("%q", a)
	}
}

func ExampleGraph_Explain() {
	rules := MustRules("(+ ?a 0) => ?a", "(* ?a (+ ?b ?c)) <=> (+ (* ?a ?b) (* ?a ?c))", "(* ?a 1) => ?a", "(- ?a ?a) => 0")
	g := New(Explained(), Commutative("+", "*"))
	a, _ := g.AddSExpr("(+ (* x y) (+ x (- z z)))")
	b, _ := g.AddSExpr("(* x (+ 1 y))")
	if _, err := g.Run(context.Background(), rules); err != nil {
		fmt.Println(err)
	}
	proof, err := g.Explain(a, b)
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(proof)
	fmt.Println(proof.Len(), "steps,", proof.Check(rules))
	// Output:
	// (+ (* x y) (+ x (- z z)))
	// = (+ (* x y) (+ x 0))   by (- ?a ?a) => 0, at 1.1, with ?a = z
	// = (+ (* x y) x)   by (+ ?a 0) => ?a, at 1, with ?a = x
	// = (+ (* x y) (* x 1))   by (* ?a 1) => ?a, backwards, at 1, with ?a = x
	// = (* x (+ y 1))   by (* ?a (+ ?b ?c)) <=> (+ (* ?a ?b) (* ?a ?c)), backwards, with ?a = x, ?b = y, ?c = 1
	// = (* x (+ 1 y))   by reorder, at 1
	// 5 steps, <nil>
}

// Congruence of calls whose arguments are in no order, without rules.
func TestExplainUnions(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for range 200 {
		g := New(Explained())
		Commutative("c")(g)
		Multiset("+")(g)
		ids := []ID{g.Symbol("a"), g.Symbol("b"), g.Symbol("d"), g.Symbol("e"), g.Number(big.NewRat(2, 1))}
		for range 40 {
			args := make([]ID, 2+r.IntN(3))
			for i := range args {
				args[i] = ids[r.IntN(min(len(ids), 5+r.IntN(4)))] // often the same
			}
			switch r.IntN(3) {
			case 0:
				ids = append(ids, g.Add("f", args...))
			case 1:
				ids = append(ids, g.Add("c", args[:2]...))
			default:
				ids = append(ids, g.Add("+", args...))
			}
		}
		for range 6 {
			a, b := ids[r.IntN(len(ids))], ids[r.IntN(len(ids))]
			if g.NumberOf(a) == nil && g.NumberOf(b) == nil {
				g.Union(a, b)
			}
			if r.IntN(2) == 0 {
				g.Rebuild()
			}
		}
		if err := g.Rebuild(); err != nil {
			t.Fatal(err)
		}
		checkAll(t, g, nil)
	}
}

// Numbers that come to be elements of multisets are added up.
func TestFoldingMultisets(t *testing.T) {
	for _, explain := range []bool{true, false} {
		g := New(Multiset("+", "*"), Folding(rewrite.Rounding))
		if explain {
			Explained()(g)
		}
		e, _ := g.AddSExpr("(+ a b x)")
		want, _ := g.AddSExpr("(+ x 5)")
		one, _ := g.AddSExpr("(* a c)")
		c, _ := g.AddSExpr("c")
		g.Union(g.Symbol("a"), g.Number(big.NewRat(2, 1)))
		g.Union(g.Symbol("b"), g.Number(big.NewRat(3, 1)))
		half, _ := g.AddSExpr("(* 1/2 a c)")
		if err := g.Rebuild(); err != nil {
			t.Fatal(err)
		}
		if g.Find(e) != g.Find(want) || g.Find(half) != g.Find(c) || g.Find(one) == g.Find(c) {
			t.Errorf("explained %v: the numbers were not added up", explain)
		}
		if explain {
			checkAll(t, g, nil)
		}
	}
}

// Matches of multisets, as a searcher would find them: with a rest at the root,
// and with a slot that stands for several elements.
func TestExplainMultisetMatches(t *testing.T) {
	type found struct {
		slot     string
		elements []string // one: that class; more: a multiset to be made
		head     string
	}
	for _, c := range []struct {
		rule, term, want string
		slots            []found
		rest             []string
		restHead         string
	}{
		{rule: "(+ (^ (sin ?x) 2) (^ (cos ?x) 2)) => 1", term: "(+ a (^ (cos y) 2) b (^ (sin y) 2))", want: "(+ 1 a b)",
			slots: []found{{"x", []string{"y"}, ""}}, rest: []string{"a", "b"}, restHead: "+"},
		{rule: "(sqrt (* ?a ?b)) => (* (sqrt ?a) (sqrt ?b))", term: "(sqrt (* x y z))", want: "(* (sqrt y) (sqrt (* x z)))",
			slots: []found{{"a", []string{"y"}, ""}, {"b", []string{"x", "z"}, "*"}}},
		{rule: "(+ (* ?a ?b) (* ?a ?c)) => (* ?a (+ ?b ?c))", term: "(+ (* 2 x) u (* x y z))", want: "(+ u (* x (+ 2 (* y z))))",
			slots: []found{{"a", []string{"x"}, ""}, {"b", []string{"2"}, ""}, {"c", []string{"y", "z"}, "*"}}, rest: []string{"u"}, restHead: "+"},
		{rule: "(+ ?a ?b) => (+ ?b (+ ?a 3))", term: "(+ 2 x y)", want: "(+ x 5 y)", // numbers of the result are added up
			slots: []found{{"a", []string{"2"}, ""}, {"b", []string{"x"}, ""}}, rest: []string{"y"}, restHead: "+"},
		{rule: "(* ?a ?b) => (* ?b ?a 1)", term: "(* 1/2 x y)", want: "(* 1/2 x y)",
			slots: []found{{"a", []string{"1/2"}, ""}, {"b", []string{"x", "y"}, "*"}}},
	} {
		rules := MustRules(c.rule)
		g := New(Explained(), Multiset("+", "*"))
		a, _ := g.AddSExpr(c.term)
		class := func(text string) uint32 {
			id, err := g.AddSExpr(text)
			if err != nil {
				t.Fatal(err)
			}
			return uint32(g.Find(id))
		}
		m := &matches{bags: []uint32{0}}
		bag := func(head string, elements []string) uint32 {
			at := uint32(len(m.bags))
			m.bags = append(m.bags, uint32(g.headNumber(head)), uint32(len(elements)))
			for _, e := range elements {
				m.bags = append(m.bags, class(e))
			}
			return at | pending
		}
		p := &program{rule: rules[0], rest: c.rest != nil}
		row := []uint32{uint32(g.Find(a))}
		for _, s := range c.slots {
			p.slots = append(p.slots, s.slot)
			if s.head == "" {
				row = append(row, class(s.elements[0]))
			} else {
				row = append(row, bag(s.head, s.elements))
			}
		}
		if p.rest {
			row = append(row, bag(c.restHead, c.rest))
		}
		p.width = len(row)
		if err := g.applyExplained(p, row, m); err != nil {
			t.Fatal(err)
		}
		if err := g.Rebuild(); err != nil {
			t.Fatal(err)
		}
		b, _ := g.AddSExpr(c.want)
		if err := g.Rebuild(); err != nil {
			t.Fatal(err)
		}
		proof, err := g.Explain(a, b)
		if err != nil {
			t.Errorf("%s: %v", c.rule, err)
			continue
		}
		if err := proof.Check(rules); err != nil {
			t.Errorf("%v\n%v", err, proof)
		}
		if as := proof.Assumptions(); as != nil {
			t.Errorf("%q", as)
		}
		checkAll(t, g, rules)
		for i := range proof.links {
			l := &proof.links[i]
			if len(l.rest) > 0 {
				l.rest[0] = rewrite.Symbol("wrong")
				if proof.Check(rules) == nil {
					t.Errorf("%s: a wrong rest is not found", c.rule)
				}
			}
		}
	}
}
