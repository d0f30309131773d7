package rewrite_test

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/triad-go/triad/symbolic/rewrite"
)

func Example() {
	simplify := rewrite.Fixpoint(rewrite.Postwalk(rewrite.Rules(
		rewrite.MustParse(rewrite.Trees, "?x + 0 => ?x"),
		rewrite.MustParse(rewrite.Trees, "?x*1 => ?x"),
		rewrite.MustParse(rewrite.Trees, "sin(?x)^2 + cos(?x)^2 => 1"),
	)))
	term := rewrite.MustTree("f(a*(cos(b)^2 + 0 + sin(b)^2))")
	term, err := rewrite.Run(context.Background(), rewrite.Trees, simplify, term)
	fmt.Println(term, err)
	// Output: (f a) <nil>
}

// node is a user's own term: a node of a syntax tree that knows the line where
// it was written.
type node struct {
	op   string // of a call, the name of a symbol, or a number
	kids []*node
	line int
}

// syntaxTree has nodes rewritten.
type syntaxTree struct{}

func (syntaxTree) Head(n *node) string {
	if n.kids == nil {
		return ""
	}
	return n.op
}

func (syntaxTree) NumArgs(n *node) int          { return len(n.kids) }
func (syntaxTree) Arg(n *node, i int) *node     { return n.kids[i] }
func (syntaxTree) FromSymbol(name string) *node { return &node{op: name} }
func (syntaxTree) FromNumber(v *big.Rat) *node  { return &node{op: v.RatString()} }

// Make keeps the line.
func (syntaxTree) Make(like *node, head string, args []*node) *node {
	n := &node{op: head, kids: slices.Clone(args)}
	if like != nil {
		n.line = like.line
	}
	return n
}

func (syntaxTree) Number(n *node, v *big.Rat) bool {
	if n.kids != nil {
		return false
	}
	_, ok := v.SetString(n.op)
	return ok
}

// Equal recurses, since the trees of this example are never deep.
func (s syntaxTree) Equal(a, b *node) bool {
	return a.op == b.op && slices.EqualFunc(a.kids, b.kids, s.Equal)
}

func (n *node) String() string {
	if n.kids == nil {
		return n.op
	}
	var kids []string
	for _, k := range n.kids {
		kids = append(kids, k.String())
	}
	return fmt.Sprintf("%s@%d(%s)", n.op, n.line, strings.Join(kids, ", "))
}

// The same rules for plain trees, and for terms of a user's own.
func ExampleTerms() {
	texts := []string{"?x*2^?n:positive => shift(?x, ?n)", "max(??a, ?x, ??b, ?x, ??c) => max(??a, ?x, ??b, ??c)", "?a - ?a => 0"}
	term := "max(b*2^3, c - c, b*2^3)"

	tree, err := rewrite.Run(context.Background(), rewrite.Trees, rewrite.Postwalk(rules(rewrite.Trees, texts)), rewrite.MustTree(term))
	fmt.Println(tree, err)

	mine, err := rewrite.ParseTerm(syntaxTree{}, term)
	if err != nil {
		fmt.Println(err)
	}
	mine.kids[0].line = 7
	mine, err = rewrite.Run(context.Background(), syntaxTree{}, rewrite.Postwalk(rules(syntaxTree{}, texts)), mine)
	fmt.Println(mine, err)
	// Output:
	// (max (shift b 3) 0) <nil>
	// max@0(shift@7(b, 3), 0) <nil>
}

func rules[T comparable](terms rewrite.Terms[T], texts []string) rewrite.Rewriter[T] {
	var rs []*rewrite.Rule[T]
	for _, text := range texts {
		rs = append(rs, rewrite.MustParse(terms, text))
	}
	return rewrite.Rules(rs...)
}

func ExampleParse() {
	for _, text := range []string{
		"?c:number*?x + ?d:number*?x => (?c + ?d)*?x",
		"?!c:number*?x + ?!d:number*?x => (?c + ?d)*?x",
		"log(?x^?n) => ?n*log(?x) if ?n > 1",
		"f(??before, 0, ??after) => f(??after, ??before)",
		"?a*?b => ?c",
	} {
		rule, err := rewrite.Parse(rewrite.Trees, text)
		if err != nil {
			fmt.Println(err)
			continue
		}
		for _, term := range []string{"a + 2*a", "log(x^3)", "f(1, 0, 2)"} {
			u, err := rewrite.Run(context.Background(), rewrite.Trees, rule, rewrite.MustTree(term))
			if err == nil && u.String() != rewrite.MustTree(term).String() {
				fmt.Println(u)
			}
		}
	}
	// Output:
	// (* (+ 1 2) a)
	// (* 3 (log x))
	// (f 2 1)
	// rewrite: rule "?a*?b => ?c": offset 9: expected a slot that the left side binds, found "?"
}

// A right side that computes, with a condition.
func ExampleNewFunc() {
	fold, err := rewrite.NewFunc(rewrite.Trees, rewrite.MustPattern("?a:number + ?b:number"),
		func(b *rewrite.Bindings[*rewrite.Tree]) (*rewrite.Tree, bool) {
			sum := new(big.Rat).Add(b.Get("a").Number, b.Get("b").Number)
			return rewrite.Trees.FromNumber(sum), true
		}, rewrite.Named("fold"), rewrite.Rounding)
	if err != nil {
		fmt.Println(err)
		return
	}
	term, err := rewrite.Run(context.Background(), rewrite.Trees, rewrite.Fixpoint[*rewrite.Tree](fold), rewrite.MustTree("1 + x + 1/2 + y"))
	fmt.Println(term, err)
	// Output: (+ 3/2 x y) <nil>
}

// Rules that do not end are stopped.
func ExampleBudgetError() {
	swap := rewrite.MustParse(rewrite.Trees, "f(?x, ?y) => f(?y, ?x)", rewrite.Named("swap"))
	_, err := rewrite.Run(context.Background(), rewrite.Trees, rewrite.Fixpoint[*rewrite.Tree](swap), rewrite.MustTree("f(a, b)"), rewrite.Limits{Firings: 3})
	fmt.Println(err)
	var budget *rewrite.BudgetError
	fmt.Println(errors.As(err, &budget))
	// Output:
	// rewrite: stopped after 3 firings; last rules: swap, swap, swap, swap
	// true
}

func ExampleTrace() {
	r := rewrite.Postwalk[*rewrite.Tree](rewrite.MustParse(rewrite.Trees, "?x + 0 => ?x", rewrite.Named("zero")))
	trace := rewrite.Trace(func(s rewrite.Step[*rewrite.Tree]) {
		fmt.Printf("%v: %v becomes %v\n", s.Rule, s.Before, s.After)
	})
	_, err := rewrite.Run(context.Background(), rewrite.Trees, r, rewrite.MustTree("f(a + 0)*(0 + b)"), trace)
	fmt.Println(err)
	// Output:
	// zero: (+ a 0) becomes a
	// zero: (+ 0 b) becomes b
	// <nil>
}

func ExampleRule_Matches() {
	r := rewrite.MustParse(rewrite.Trees, "?x + g(?y) => 0")
	err := r.Matches(rewrite.MustTree("a + g(b) + g(c)"), func(b *rewrite.Bindings[*rewrite.Tree]) bool {
		fmt.Println(b.Get("x"), b.Get("y"), b.Rest())
		return true
	})
	fmt.Println(err)
	// Output:
	// a b [(g c)]
	// (g c) b [a]
	// a c [(g b)]
	// (g b) c [a]
	// <nil>
}
