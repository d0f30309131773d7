package egraph

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

func TestParseRuleErrors(t *testing.T) {
	for _, test := range []struct {
		text   string
		offset int
		msg    string
	}{
		{"", 0, "found the end"},
		{"(+ ?a ?b)", 9, `expected "=>"`},
		{"(+ ?a ?b => ?a", 9, ""},
		{"(+ ?a ?b) => (+ ?b", 18, `expected ")" for the "(" at offset 13`},
		{"(+ ?a ?b) => )", 13, "expected a term"},
		{"() => 1", 1, "expected a head"},
		{"((f) x) => 1", 1, "expected a head"},
		{"(f ?) => 1", 3, "expected a slot's name"},
		{"(f ??x) => 1", 3, "expected a slot's name"},
		{"(f ?x:nice) => 1", 3, "expected a predicate"},
		{"(f 1..2) => 1", 3, "expected a number"},
		{"(f 1/0) => 1", 3, "expected a number"},
		{"(f ?x) => ?y", -1, "?y"},
		{"(f ?x) <=> (g ?x ?y)", -1, "?y"},
		{"(f ?x) => ?x if ?y > 0", -1, "?y"},
		{"(f ?x) => ?x if nice(?x)", -1, "expected a condition"},
		{"(f ?x) => ?x if", 15, ""},
		{"(f ?x) => ?x if ?x >", 20, ""},
		{"(f ?x) => ?x but", 13, `expected "if" or the end`},
		{"?x = ?y => ?x = ?y", -1, "found the slot"},
		{"f = (g ?x) => ?x", 0, "expected a slot before"},
		{"?y = (g ?x) <=> ?x", 12, `expected "=>"`},
		{"(f ?x), (g ?x) <=> ?x", 15, `expected "=>"`},
		{"(f ?x) => = ?x", 10, "expected a term"},
		{"(f ?x) => \xff", 0, "UTF-8"},
	} {
		_, err := ParseRule(test.text)
		var e *RuleError
		if !errors.As(err, &e) {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		if test.msg == "" && e.Offset >= 0 {
			continue
		}
		if e.Offset != test.offset || !strings.Contains(e.Error(), test.msg) {
			t.Errorf("%q: offset %d: %v", test.text, e.Offset, err)
		}
	}
	if _, err := ParseRule(strings.Repeat("(f ", 2000) + "?x" + strings.Repeat(")", 2000) + " => ?x"); err == nil {
		t.Error("a pattern that is too deep was read")
	}
}

func TestRuleErrors(t *testing.T) {
	x, f := rewrite.Slot("x"), rewrite.Call("f", rewrite.Slot("x"))
	for _, test := range []struct{ left, right *rewrite.Pattern }{
		{nil, x}, {f, nil}, {f, rewrite.Slot("y")}, {f, rewrite.Call("")}, {f, rewrite.Segment("x")},
		{rewrite.Call("f", rewrite.Segment("x")), x}, {rewrite.Call("+", rewrite.Default("x"), f), x},
		{rewrite.Call("f", nil), x}, {rewrite.Number(nil), x}, {f, &rewrite.Pattern{Kind: 99}}, {x.Where("nice"), x},
	} {
		var e *RuleError
		if _, err := NewRule(test.left, test.right); !errors.As(err, &e) {
			t.Errorf("%v => %v: %v", test.left, test.right, err)
		}
	}
	if _, err := NewFunc(nil, func(*Match) (ID, bool) { return 0, false }); err == nil {
		t.Error("a rule without a left side was made")
	}
}

func TestLanguage(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		text string
		opt  Option
		msg  string
	}{
		{"(+ ?a ?b) => (sinn ?a)", Language(symbolic.Terms.(rewrite.Checker)), "a function"},
		{"(min ?a) => ?a", Language(symbolic.Terms.(rewrite.Checker)), "of min"},
		{"(f ?a ?b) => ?a", Heads(map[string]int{"f": 1}), "1 argument(s) of f"},
		{"(f (g ?a)) => ?a", Heads(map[string]int{"f": 1}), "a head of the language"},
	} {
		rules := mustRule(t, test.text)
		var e *RuleError
		if _, err := New(test.opt).Run(ctx, rules); !errors.As(err, &e) || !strings.Contains(err.Error(), test.msg) {
			t.Errorf("%s: %v", test.text, err)
		}
		if _, err := NewTheory(rules, test.opt); !errors.As(err, &e) {
			t.Errorf("%s: %v", test.text, err)
		}
	}
}

// The shipped rules are rules for e-graphs, without exception.
func TestShippedRules(t *testing.T) {
	var all []*Rule
	for _, set := range symbolic.RuleSets() {
		for _, r := range set.Rules() {
			rules, err := FromRule(r)
			if err != nil {
				t.Errorf("%v: %v", set, err)
			}
			all = append(all, rules...)
		}
	}
	theory, err := NewTheory(all, Commutative("+", "*"), Language(symbolic.Terms.(rewrite.Checker)))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rules", len(theory.Rules()))
	g := theory.New()
	x := symbolic.MustParse("exp(log(a)) - 2*sin(b)*cos(b)/2 + sqrt(c^2)")
	root := AddTerm(g, symbolic.Terms, x)
	if _, err := g.Run(context.Background(), theory.Rules(), Iterations(6), Nodes(5000)); err != nil {
		t.Fatal(err)
	}
	got, err := Term(g, symbolic.Terms, root, g.Smallest())
	if err != nil {
		t.Fatal(err)
	}
	if want := symbolic.MustParse("abs(c) + (a - cos(b)*sin(b))"); len(got.String()) > len(want.String()) {
		t.Errorf("found %v, which is longer than %v", got, want)
	}
}

func TestFromRule(t *testing.T) {
	names := func(rules []*Rule) (s []string) {
		for _, r := range rules {
			s = append(s, r.Name()+": "+r.left[0].pattern.String()+" => "+r.right[0].right.String())
		}
		return s
	}
	rules, err := FromRule(rewrite.MustParse(rewrite.Trees, "?!c*?x + ?!d*?x <=> (?c + ?d)*?x", rewrite.Named("collect"), rewrite.Rounding))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"collect: (+ (* ?c ?x) (* ?d ?x)) => (* (+ ?c ?d) ?x)",
		"collect (without ?c): (+ ?x (* ?d ?x)) => (* (+ 1 ?d) ?x)",
		"collect (without ?d): (+ (* ?c ?x) ?x) => (* (+ ?c 1) ?x)",
		"collect (without ?c) (without ?d): (+ ?x ?x) => (* (+ 1 1) ?x)",
		"collect (reversed): (* (+ ?c ?d) ?x) => (+ (* ?c ?x) (* ?d ?x))",
	}
	if !slices.Equal(names(rules), want) {
		t.Errorf("%q", names(rules))
	}
	if rules[0].Class() != rewrite.Rounding {
		t.Errorf("class %v", rules[0].Class())
	}
	rules, err = FromRule(rewrite.MustParse(rewrite.Trees, "?x*(?y + 1) <=> ?x*?y + ?x"))
	if err != nil || len(rules) != 2 || rules[1].left[0].pattern.String() != rules[0].right[0].right.String() {
		t.Errorf("%q, %v", names(rules), err)
	}
	yes := func(*rewrite.Bindings[*rewrite.Tree]) bool { return true }
	for _, r := range []*rewrite.Rule[*rewrite.Tree]{
		rewrite.MustParse(rewrite.Trees, "min(??a) => 1"),
		rewrite.MustParse(rewrite.Trees, "f(?a) => 1", rewrite.When(yes)),
		rewrite.MustParse(rewrite.Trees, "f(?a:nice) => 1", rewrite.Predicate("nice", func(*rewrite.Tree) bool { return true })),
	} {
		var e *RuleError
		if _, err := FromRule(r); !errors.As(err, &e) {
			t.Errorf("%v: %v", r, err)
		}
	}
}

// holds tells whether a condition holds of a term in the place of ?x.
func TestConditions(t *testing.T) {
	for _, test := range []struct {
		condition string
		yes, no   string // terms, apart by commas
	}{
		{"number(?x)", "1,0.5,1/2", "a,(g 1)"},
		{"exact(?x)", "1,1/2", "0.5,a"},
		{"float(?x)", "0.5,inf", "1,a"},
		{"integer(?x)", "-3,0", "1/2,2.0,a"},
		{"even(?x)", "0,-2", "1,1/2,2.0,a"},
		{"odd(?x)", "1,-1", "2,1/2,a"},
		{"positive(?x)", "1,0.5,inf", "0,-1,-0.5,a,nan"},
		{"negative(?x)", "-1,-0.5", "0,1,a"},
		{"nonzero(?x)", "1,-0.5", "0,0.0,a"},
		{"pow2(?x)", "1,2,1/4", "3,-2,0,a"},
		{"symbol(?x)", "a", "1,(g a)"},
		{"leaf(?x)", "a,1,0.5", "(g a)"},
		{"call(?x)", "(g a)", "a,1"},
		{"?x > 0", "1,0.25", "0,-1,a,nan"},
		{"?x + 1 < 2*?x", "2,1.5", "1,0,a"},
		{"?x^2 == 4", "2,-2,2.0", "3,a"},
		{"1/?x == 1/2", "2", "0,a"},
		{"?x != 0", "1,-1", "0,a"},
		{"?x == ?x", "a,1,(g a)", ""},
		{"?x != ?x", "", "a,1,(g a)"},
		{"!even(?x)", "1,1/2", "2,a"},
		{"!(?x > 0 && ?x < 2)", "0,2", "1,a"},
		{"!(?x <= 0 || ?x >= 2)", "1", "0,2,a"},
		{"!(!(?x > 0))", "1", "0,a"},
		{"(&& (integer ?x) (> ?x 1))", "2", "1,3/2,a"},
		{"?x < 0 || even(?x)", "-1,2", "1,a"},
	} {
		rule := mustRule(t, "(f ?x) => yes if "+test.condition)
		for i, terms := range []string{test.yes, test.no} {
			if terms == "" {
				continue
			}
			for _, term := range strings.Split(terms, ",") {
				g := New()
				id, err := g.AddSExpr("(f " + term + ")")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := g.Run(context.Background(), rule); err != nil {
					t.Fatal(err)
				}
				if got := g.Find(id) == g.Symbol("yes"); got != (i == 0) {
					t.Errorf("%s of %s: %v", test.condition, term, got)
				}
			}
		}
	}
}

func TestMultiPattern(t *testing.T) {
	g := New()
	add := func(s string) ID {
		id, err := g.AddSExpr(s)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	one, two, three := add("(f a b)"), add("(g a)"), add("(g b)")
	rules := mustRule(t, "?x = (f ?a ?b), ?y = (g ?a) => ?x = ?y, (h ?b) = ?b")
	report, err := g.Run(context.Background(), rules)
	if err != nil {
		t.Fatal(err)
	}
	if g.Find(one) != g.Find(two) || g.Find(two) == g.Find(three) || g.Find(add("(h b)")) != g.Find(add("b")) {
		t.Errorf("wrong classes:\n%s", g.Dot())
	}
	if report.Reason != Saturated || report.Total(0).Applied != 1 {
		t.Errorf("%v, %+v", report.Reason, report.Total(0))
	}
	checkInvariants(t, g)
}

func FuzzParseRule(f *testing.F) {
	for _, s := range append(slices.Clone(microRules),
		"(* ?a (+ ?b ?c)) <=> (+ (* ?a ?b) (* ?a ?c))",
		"?x = (f ?a ?b), ?y = (g ?a) => ?x = ?y",
		"(pow ?x ?n:integer) => (* ?x (pow ?x (- ?n 1))) if ?n > 1 && !even(?n)",
		"(f ?x) => 1e-3 if (> ?x 1/2)",
		"?x => (neg (- -inf))", "(f ?x) => ?x if ?x ^", "((", "(f (f (f", "?a, ?b => ?a = ?b, ?b = 1",
	) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := ParseRule(text)
		if err != nil {
			var e *RuleError
			if !errors.As(err, &e) || e.Offset > len(text) || e.Error() == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		g := New(Commutative("+"))
		if _, err := g.AddSExpr("(+ (* a 2) (f (g a) 0.5))"); err != nil {
			t.Fatal(err)
		}
		for _, r := range rules { // what is a rule can be run
			if _, err := g.Run(context.Background(), []*Rule{r}, Iterations(2), Nodes(200)); err != nil {
				var c *ContradictionError
				if !errors.As(err, &c) {
					t.Fatal(err)
				}
				return
			}
		}
		checkInvariants(t, g)
	})
}

func FuzzAddSExpr(f *testing.F) {
	for _, s := range append(slices.Clone(microTerms), "(f -1/2 0.5 inf -inf nan)", "(- x)", "((f) x)", "(f x[1,2])", "(f", ")", "1/0", "1e999", "0x10", "--1", "\xff", "(-,(+ x 2) x)") {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		g := New()
		id, err := g.AddSExpr(text)
		if err != nil {
			var e *SyntaxError
			if !errors.As(err, &e) || e.Offset > len(text) {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		if len(text) > 1000 {
			return
		}
		back, err := g.SExpr(id, g.Smallest())
		if err != nil {
			t.Fatal(err)
		}
		if again, err := g.AddSExpr(back); err != nil || again != id {
			t.Fatalf("%q is written as %q, which is read as another term: %v", text, back, err)
		}
	})
}
