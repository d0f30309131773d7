package egraph

import (
	"errors"
	"strings"
	"testing"

	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

func TestTerms(t *testing.T) {
	for _, text := range []string{"x", "3", "-2/3", "a + b*sin(c)^2", "a + b + c + d", "fma(a, b, c) - min(a, 0.25)", "select(a < b, x[1,2], -y)", "x^3 + x^y"} {
		e := symbolic.MustParse(text)
		g := New()
		id := AddTerm(g, symbolic.Terms, e)
		back, err := Term(g, symbolic.Terms, id, g.Smallest())
		if err != nil || back != e {
			t.Errorf("%s: %v, %v", text, back, err)
		}
	}
	tree := rewrite.MustTree("a + b + f(c*d, 2)")
	g := New()
	id := AddTerm(g, rewrite.Trees, tree)
	back, err := Term(g, rewrite.Trees, id, g.Smallest())
	if err != nil || !rewrite.Trees.Equal(back, tree) {
		t.Errorf("%v, %v", back, err)
	}
}

// Terms that are exponentially large as trees, or deep, take no more than their
// subterms.
func TestLargeTerms(t *testing.T) {
	x := &rewrite.Tree{Name: "x"}
	shared, deep := x, x
	for range 1000 {
		shared = &rewrite.Tree{Head: "f", Args: []*rewrite.Tree{shared, shared}}
	}
	for range 100_000 {
		deep = &rewrite.Tree{Head: "g", Args: []*rewrite.Tree{deep}}
	}
	g := New()
	a := AddTerm(g, rewrite.Trees, shared)
	b := AddTerm(g, rewrite.Trees, deep)
	if g.NumNodes() != 101_001 {
		t.Errorf("%d nodes", g.NumNodes())
	}
	best := g.Smallest()
	for id, want := range map[ID]*rewrite.Tree{a: shared, b: deep} {
		got, err := Term(g, rewrite.Trees, id, best)
		if err != nil || !rewrite.Trees.Equal(got, want) {
			t.Errorf("another term: %v", err)
		}
	}
	if text := strings.Repeat("(g ", 50_000) + "x" + strings.Repeat(")", 50_000); true {
		id, err := g.AddSExpr(text)
		if err != nil {
			t.Fatal(err)
		}
		back, err := g.SExpr(id, g.Smallest())
		if err != nil || back != text {
			t.Errorf("%v", err)
		}
	}
}

func TestTermErrors(t *testing.T) {
	g := New()
	id, err := g.AddSExpr("(f (g x))")
	if err != nil {
		t.Fatal(err)
	}
	x := g.Symbol("x")
	if _, err := g.Union(id, x); err != nil {
		t.Fatal(err)
	}
	g.Rebuild()
	var e *ExtractError
	if _, err := g.SExpr(id, func(ID) (Node, bool) { return Node{}, false }); !errors.As(err, &e) {
		t.Error(err)
	}
	calls := func(c ID) (n Node, ok bool) {
		for n = range g.Nodes(c) {
			if n.Head() != "" {
				return n, true
			}
		}
		return n, true
	}
	if _, err := g.SExpr(id, calls); !errors.As(err, &e) || !strings.Contains(err.Error(), "each other") {
		t.Error(err)
	}
	if text, err := g.SExpr(id, g.Smallest()); err != nil || text != "x" {
		t.Error(text, err)
	}
	f, err := g.AddSExpr("(f 0.5)")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Term(g, rewrite.Trees, f, g.Smallest()); !errors.As(err, &e) {
		t.Error(err)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, test := range []struct {
		text   string
		offset int
		msg    string
	}{
		{"", 0, "expected a term, found the end"},
		{"(+ a", 4, `expected ")" for the "(" at offset 0`},
		{"(+ a b) c", 8, `expected the end, found "c"`},
		{")", 0, "expected a term"},
		{"(f 1e999)", 3, "range of float64"},
		{"(f 12a)", 3, "expected a number"},
		{"(f 1/2/3)", 3, "expected a number"},
		{"(f \xff)", 0, "UTF-8"},
	} {
		_, err := New().AddSExpr(test.text)
		var e *SyntaxError
		if !errors.As(err, &e) || e.Offset != test.offset || !strings.Contains(err.Error(), test.msg) {
			t.Errorf("%q: %v", test.text, err)
		}
	}
}
