package symbolic_test

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

func ExampleSimplify() {
	for _, text := range []string{
		"y*sin(x)^2 + y*cos(x)^2 + z",
		"exp(x)*exp(y)/exp(x + y)",
		"log(exp(x)*y) + sqrt(z^2)",
		"select(x < y && 1 < 2, x, y)",
	} {
		e, err := symbolic.Simplify(symbolic.MustParse(text))
		fmt.Println(e, err)
	}
	// Output:
	// y + z <nil>
	// 1 <nil>
	// x + log(y) + abs(z) <nil>
	// min(x, y) <nil>
}

// Under Exact, not a bit of the result changes. A trace tells what was done.
func ExampleSimplifier() {
	e := symbolic.MustParse("abs(-x)*1 + (y + 0)")
	s := symbolic.Simplifier{
		Class: rewrite.Exact,
		Trace: func(s rewrite.Step[symbolic.Expr]) {
			fmt.Printf("%s: %v becomes %v\n", s.Rule.Name(), s.Before, s.After)
		},
	}
	exact, err := s.Simplify(context.Background(), e)
	fmt.Println(exact, err)

	s = symbolic.Simplifier{Class: rewrite.Rounding} // which takes no care of -0
	rounding, err := s.Simplify(context.Background(), e)
	fmt.Println(rounding, err)
	// Output:
	// abs(-?x) => abs(?x): abs(-x) becomes abs(x)
	// ?x*1 => ?x: abs(x)*1 becomes abs(x)
	// abs(x) + (y + 0) <nil>
	// abs(x) + y <nil>
}

// item is a term of a user's own: a line of a bill of materials, with a remark
// that rewriting is to keep.
type item struct {
	name   string // of a symbol or a call, or a number
	parts  []*item
	remark string
}

// bill is how package rewrite sees items.
type bill struct{}

func (bill) Head(t *item) string {
	if t.parts == nil {
		return ""
	}
	return t.name
}

func (bill) NumArgs(t *item) int          { return len(t.parts) }
func (bill) Arg(t *item, i int) *item     { return t.parts[i] }
func (bill) FromSymbol(name string) *item { return &item{name: name} }
func (bill) FromNumber(v *big.Rat) *item  { return &item{name: v.RatString()} }

func (bill) Make(like *item, head string, args []*item) *item {
	t := &item{name: head, parts: slices.Clone(args)}
	if like != nil {
		t.remark = like.remark
	}
	return t
}

func (bill) Number(t *item, v *big.Rat) bool {
	if t.parts != nil {
		return false
	}
	_, ok := v.SetString(t.name)
	return ok
}

func (b bill) Equal(s, t *item) bool {
	return s.name == t.name && slices.EqualFunc(s.parts, t.parts, b.Equal)
}

func (t *item) String() string {
	if t.parts == nil {
		return t.name
	}
	var parts []string
	for _, p := range t.parts {
		parts = append(parts, p.String())
	}
	return fmt.Sprintf("%s(%s)%s", t.name, strings.Join(parts, ", "), t.remark)
}

// apply rewrites a term of any type by rules in text.
func apply[T comparable](terms rewrite.Terms[T], rules []rewrite.Text, t T) (T, error) {
	compiled, err := rewrite.ParseAll(terms, rules)
	if err != nil {
		return t, err
	}
	return rewrite.Run(context.Background(), terms, rewrite.Fixpoint(rewrite.Postwalk(rewrite.Rules(compiled...))), t)
}

// The same rules, of the package's and of one's own, over expressions, over
// plain trees, and over terms of a type of one's own.
func Example_rulesOverAnyTerms() {
	rules := append(symbolic.TrigRules.Texts(),
		rewrite.Text{Class: rewrite.Exact, Text: "max(?x, max(?y, ?z)) => max(max(?x, ?y), ?z)"},
		rewrite.Text{Class: rewrite.Domain, Text: "?!c:number*?x + ?!d:number*?x => (?c + ?d)*?x"},
	)
	const text = "max(a, max(sin(b)^2 + cos(b)^2, c + 3*c))"

	e, err := apply(symbolic.Terms, rules, symbolic.MustParse(text))
	fmt.Println(e, err)

	tree, err := apply(rewrite.Trees, rules, rewrite.MustTree(text))
	fmt.Println(tree, err)

	mine, err := rewrite.ParseTerm(bill{}, text)
	if err != nil {
		fmt.Println(err)
		return
	}
	mine.parts[1].parts[1].remark = " #7"
	mine, err = apply(bill{}, rules, mine)
	fmt.Println(mine, err)
	// Output:
	// max(max(a, 1), 4*c) <nil>
	// (max (max a 1) (* (+ 1 3) c)) <nil>
	// max(max(a, 1), *(+(1, 3) #7, c) #7) <nil>
}

func ExampleRuleSet() {
	for _, s := range symbolic.RuleSets() {
		exact := 0
		for _, r := range s.Rules() {
			if r.Class() == rewrite.Exact {
				exact++
			}
		}
		if exact > 0 && exact == len(s.Rules()) {
			fmt.Println("all exact:", s)
		}
	}
	fmt.Println(symbolic.FMARules.Rules()[4].Name())
	// Output:
	// all exact: round
	// ?a*?b + ?c <=> fma(?a, ?b, ?c)
}
