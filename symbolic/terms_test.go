package symbolic

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// rewritten is a text's term after a rule was tried everywhere in it.
func rewritten(t *testing.T, terms rewrite.Terms[Expr], rule, term string, opts ...rewrite.Option) string {
	t.Helper()
	r, err := rewrite.Parse(terms, rule, opts...)
	if err != nil {
		t.Fatal(err)
	}
	e := MustParse(term)
	if terms == CanonicalTerms {
		e = Canonical(e)
	}
	e, err = rewrite.Run(context.Background(), terms, rewrite.Fixpoint(rewrite.Postwalk[Expr](r)), e)
	if err != nil {
		t.Fatal(err)
	}
	if terms == CanonicalTerms && !e.IsCanonical() {
		t.Errorf("%s: %v is not canonical", rule, e)
	}
	return e.String()
}

func TestTerms(t *testing.T) {
	for _, tt := range []struct{ rule, term, want string }{
		{"?a*(?b + ?c) => ?a*?b + ?a*?c", "x*(y + 2)/z", "(x*y + x*2)/z"},
		{"?a - ?b => ?a + -1*?b", "x - sin(y - 1)", "x + -1*sin(y + -1*1)"},
		{"f => g", "f + x[1,2]*f", "g + x[1,2]*g"},
		{"x[1,2] => y[-3]", "x[1,2]^2 + x[1]", "y[-3]^2 + x[1]"},
		{"?x^2 => ?x*?x", "(x + 1)^2 + y^3", "(x + 1)*(x + 1) + y^3"},
		{"?x^?n => exp(?n*log(?x)) if ?n > 2", "x^2 + x^3 + x^y", "x^2 + exp(3*log(x)) + x^y"},
		{"?x^?y:symbol => exp(?y*log(?x))", "x^2 + x^y", "x^2 + exp(y*log(x))"},
		{"2.5 => 5/2", "x*2.5", "x*(5/2)"},
		{"?x:float => 0", "x*2.5 + 1", "x*0 + 1"},
		{"select(?a < ?b, ?a, ?b) => min(?a, ?b)", "select(x < 1, x, 1)", "min(x, 1)"},
		{"!(?a && ?b) => !?a || !?b", "!(x < 1 && y < 1)", "!(x < 1) || !(y < 1)"},
		{"fma(?a, ?b, ?c) => ?a*?b + ?c", "fma(x, y, z)", "x*y + z"},
		{"atan2(?y, ?x) => atan(?y/?x)", "atan2(a, b)", "atan(a/b)"},
		{"pi() => 22/7", "2*pi()", "2*(22/7)"},
		{"polygamma(0, ?x) => digamma(?x)", "polygamma(0, x)", "digamma(x)"},
		{"-(-?x) => ?x", "-(-x)", "x"},
		{"neg(?x) => 0 - ?x", "-x", "0 - x"},
	} {
		want := MustParse(tt.want).String()
		if got := rewritten(t, Terms, tt.rule, tt.term); got != want {
			t.Errorf("%s: %s becomes %s, want %s", tt.rule, tt.term, got, want)
		}
	}
}

func TestCanonicalTerms(t *testing.T) {
	for _, tt := range []struct{ rule, term, want string }{
		{"f => g", "f + f*x + 2*f*x^2 + sin(-f)", "g + g*x + 2*g*x^2 - sin(g)"},
		{"?a/?b => ?a*h_test(?b)", "x/y + 1/z", "x*h_test(y) + 1/z"},
		{"sin(?x)^2 + cos(?x)^2 => 1", "a - sin(b)^2*2 + cos(c)^2 + sin(c)^2", "a + 1 - 2*sin(b)^2"},
		{"log(?a/?b) => log(?a) - log(?b)", "log(x/y)", "log(x) - log(y)"},
		{"?x - 1 => m_test(?x)", "x - 1", "m_test(x)"},
		{"?c:number*?x => k_test(?c, ?x)", "3*x*y + z", "y*k_test(3, x) + z"},
		{"x => 0", "y/x + 1", "0^-1"},
		{"sqrt(?x) => ?x^(1/3)", "sqrt(x)", "x^(1/3)"},
		{"fma(x, y, z) => 1", "fma(x, y, z)", "x*y + z"},
		{"x => -(y - fma(y, 2, 1))/4", "x", "y/4 + 1/4"},
	} {
		want := Canonical(MustParse(tt.want)).String()
		if got := rewritten(t, CanonicalTerms, tt.rule, tt.term, rewrite.Canonical()); got != want {
			t.Errorf("%s: %s becomes %s, want %s", tt.rule, tt.term, got, want)
		}
	}
}

func init() {
	for name, arity := range map[string]int{"h": 1, "m": 1, "k": 2} {
		if _, err := Register(Function{Name: name + "_test", Arity: arity}); err != nil {
			panic(err)
		}
	}
}

func TestBadRules(t *testing.T) {
	for _, tt := range []struct{ rule, want string }{
		{"foo(?x) => ?x", `rewrite: rule "foo(?x) => ?x": offset 0: expected a function, found "foo"`},
		{"?x => foo(?x)", `rewrite: rule "?x => foo(?x)": offset 6: expected a function, found "foo"`},
		{"sin(?x, ?y) => ?x", `rewrite: rule "sin(?x, ?y) => ?x": offset 10: expected 1 argument(s) of sin, found 2`},
		{"?x => min(?x)", `rewrite: rule "?x => min(?x)": offset 12: expected 2 argument(s) of min, found 1`},
		{"pow(?x, 2) => ?x", `rewrite: rule "pow(?x, 2) => ?x": offset 0: expected ^ instead of pow, found "pow"`},
		{"sin(?x) => ?y", `rewrite: rule "sin(?x) => ?y": offset 11: expected a slot that the left side binds, found "?"`},
		{"sin(?x) => cos(?x", `rewrite: rule "sin(?x) => cos(?x": offset 17: expected ")" for the "(" 3 bytes before, found the end`},
	} {
		_, err := rewrite.Parse(Terms, tt.rule)
		var e *rewrite.RuleError
		if !errors.As(err, &e) || err.Error() != tt.want {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
	for _, p := range []*rewrite.Pattern{
		rewrite.Call("foo", rewrite.Slot("x")), rewrite.Call("sin", rewrite.Slot("x"), rewrite.Slot("x")),
	} {
		var e *rewrite.RuleError
		if _, err := rewrite.New(Terms, p, rewrite.Slot("x")); !errors.As(err, &e) {
			t.Errorf("%v: error %v", p, err)
		}
	}
}

// Rules without end are stopped, over expressions of either form.
func TestLoopingRules(t *testing.T) {
	for _, terms := range []rewrite.Terms[Expr]{Terms, CanonicalTerms} {
		for _, texts := range [][]string{
			{"?x:symbol => sin(?x)"}, // a symbol is in what it makes of it
			{"sin(?x) => cos(?x)", "tan(?x) => sin(?x)", "cos(?x) => tan(?x)"},
			{"atan2(?x, ?y) => atan2(?y, ?x)"},
		} {
			var rules []rewrite.Rewriter[Expr]
			for _, text := range texts {
				rules = append(rules, rewrite.MustParse(terms, text))
			}
			for _, r := range []rewrite.Rewriter[Expr]{
				rewrite.Fixpoint(rewrite.Postwalk(rewrite.RestartedChain(rules...))),
				rewrite.Fixpoint(rewrite.Prewalk(rewrite.Fixpoint(rewrite.Chain(rules...)))),
			} {
				_, err := rewrite.Run(context.Background(), terms, r, MustParse("sin(x) + atan2(x, y)"), rewrite.Limits{Firings: 1000})
				var e *rewrite.BudgetError
				if !errors.As(err, &e) || len(e.Rules) == 0 {
					t.Errorf("%v: error %v", texts, err)
				}
			}
		}
	}
}

// tree is a term of another type, with a mark that rewriting is to keep.
type tree struct {
	head string // of a call, the name of a symbol, or a number
	args []*tree
	mark int
}

type treeTerms struct{}

func (treeTerms) Head(t *tree) string {
	if t.args == nil {
		return ""
	}
	return t.head
}
func (treeTerms) NumArgs(t *tree) int          { return len(t.args) }
func (treeTerms) Arg(t *tree, i int) *tree     { return t.args[i] }
func (treeTerms) FromSymbol(name string) *tree { return &tree{head: name} }
func (treeTerms) FromNumber(v *big.Rat) *tree  { return &tree{head: v.RatString()} }
func (treeTerms) Make(like *tree, head string, args []*tree) *tree {
	return &tree{head, slices.Clone(args), like.mark}
}
func (s treeTerms) Equal(a, b *tree) bool {
	return a.head == b.head && slices.EqualFunc(a.args, b.args, s.Equal)
}
func (treeTerms) Number(t *tree, v *big.Rat) bool {
	if t.args != nil {
		return false
	}
	_, ok := v.SetString(t.head)
	return ok
}

// The shipped rules can be had for terms of any type, and one term is rewritten
// alike in all of them.
func TestRulesForAllTerms(t *testing.T) {
	ctx := context.Background()
	for s := range ruleSets {
		texts := RuleSet(s).Texts()
		plain, err := rewrite.ParseAll(rewrite.Trees, texts)
		if err != nil {
			t.Fatal(err)
		}
		own, err := rewrite.ParseAll(treeTerms{}, texts)
		if err != nil {
			t.Fatal(err)
		}
		exprs := RuleSet(s).Rules()
		for i, r := range exprs {
			left := instanceOf(r.Left())
			e, err := rewrite.Run(ctx, Terms, rewrite.Rewriter[Expr](r), left)
			if err != nil {
				t.Fatal(err)
			}
			p, err := rewrite.Run(ctx, rewrite.Trees, rewrite.Rewriter[*rewrite.Tree](plain[i]), copied(left, rewrite.Trees))
			if err != nil {
				t.Fatal(err)
			}
			o, err := rewrite.Run(ctx, treeTerms{}, rewrite.Rewriter[*tree](own[i]), copied(left, treeTerms{}))
			if err != nil {
				t.Fatal(err)
			}
			// Arithmetic of numbers is done when an Expr is made.
			if got := exprOf(p, rewrite.Trees); got != e {
				t.Errorf("%s: %v becomes %v as a tree, and %v as an expression", r.Name(), left, got, e)
			}
			if got := exprOf(o, treeTerms{}); got != e {
				t.Errorf("%s: %v becomes %v as a tree of another type, and %v as an expression", r.Name(), left, got, e)
			}
		}
	}
}

// instanceOf is a faithful term that looks like a pattern.
func instanceOf(p *rewrite.Pattern) Expr {
	switch p.Kind {
	case rewrite.NumberKind:
		return Exact(p.Number)
	case rewrite.CallKind:
		args := make([]Expr, len(p.Args))
		for i, a := range p.Args {
			args[i] = instanceOf(a)
		}
		return Terms.Make(Expr{}, p.Head, args)
	}
	if p.Predicate != "" {
		return Int(4)
	}
	return Var(p.Name)
}

// copied is e as a term of another type.
func copied[T comparable](e Expr, terms rewrite.Terms[T]) T {
	var like T
	if v, ok := e.Rat(); ok {
		return terms.FromNumber(v)
	}
	if e.Op() == OpVar {
		return terms.FromSymbol(e.Name())
	}
	var args []T
	for i := range Terms.NumArgs(e) {
		args = append(args, copied(Terms.Arg(e, i), terms))
	}
	if len(args) > 0 {
		like = args[0]
	}
	return terms.Make(like, Terms.Head(e), args)
}

func exprOf[T comparable](t T, terms rewrite.Terms[T]) Expr {
	var v big.Rat
	if terms.Number(t, &v) {
		return Exact(&v)
	}
	if terms.Head(t) == "" {
		switch u := any(t).(type) {
		case *rewrite.Tree:
			return Var(u.Name)
		case *tree:
			return Var(u.head)
		}
	}
	var args []Expr
	for i := range terms.NumArgs(t) {
		args = append(args, exprOf(terms.Arg(t, i), terms))
	}
	return Terms.Make(Expr{}, terms.Head(t), args)
}
