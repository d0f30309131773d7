package egraph

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// normal is a rule for graphs in which sums and products are multisets, and
// differences, quotients, negatives and fused operations are written with them.
// It is nil if the rule says nothing there: because both sides are the same node,
// or are made equal by the distributive law and common denominators, which are
// applied to whole sums (see factoring), if that law is among the rules.
func (r *Rule) normal(distributes bool) *Rule {
	n := *r
	n.left, n.right = nil, nil
	for _, p := range r.left {
		n.left = append(n.left, part{p.root, normalPattern(p.pattern.Canonical())})
	}
	for _, e := range r.right {
		if e.left != nil {
			e.left = normalPattern(e.left.Canonical())
		}
		e.right = normalPattern(e.right.Canonical())
		n.right = append(n.right, e)
	}
	if n.saysNothing() {
		return nil
	}
	if distributes && len(n.left) == 1 && len(n.right) == 1 && n.right[0].left == nil {
		l, r := n.left[0].pattern, n.right[0].right
		if expanded(l) == expanded(r) || n.when == nil && isRational(l) && isRational(r) && quotientOfSums(l, r) {
			return nil
		}
	}
	if len(n.left) == 1 && len(n.right) == 1 && spellsOut(n.left[0].pattern, n.right[0].right) {
		return nil
	}
	if len(n.left) == 1 && n.left[0].pattern.Kind == rewrite.SlotKind {
		return nil // what matches everything makes nothing cheaper
	}
	return &n
}

// turn is a rule with < and <= in place of > and >=, as graphs of expressions have
// them; nil if it says nothing then.
func (r *Rule) turn() *Rule {
	n := *r
	n.left, n.right = nil, nil
	for _, p := range r.left {
		n.left = append(n.left, part{p.root, turnPattern(p.pattern)})
	}
	for _, e := range r.right {
		if e.left != nil {
			e.left = turnPattern(e.left)
		}
		e.right = turnPattern(e.right)
		n.right = append(n.right, e)
	}
	if n.saysNothing() {
		return nil
	}
	return &n
}

// saysNothing reports whether both sides are the same.
func (r *Rule) saysNothing() bool {
	return len(r.left) == 1 && len(r.right) == 1 && r.right[0].left == nil && r.left[0].pattern.String() == r.right[0].right.String()
}

func turnPattern(p *rewrite.Pattern) *rewrite.Pattern {
	if p.Kind != rewrite.CallKind {
		return p
	}
	q := *p
	q.Args = make([]*rewrite.Pattern, len(p.Args))
	for i, a := range p.Args {
		q.Args[i] = turnPattern(a)
	}
	if head, ok := turned[q.Head]; ok && len(q.Args) == 2 {
		q.Head = head
		slices.Reverse(q.Args)
	}
	return &q
}

// normalPattern is a pattern as nodes with multisets are made: flat, with one
// number, without 0 in sums and 1 in products.
func normalPattern(p *rewrite.Pattern) *rewrite.Pattern {
	if p.Kind != rewrite.CallKind {
		return p
	}
	if p.Head == "fma" && len(p.Args) == 3 {
		p = rewrite.Call("+", rewrite.Call("*", p.Args[0], p.Args[1]), p.Args[2])
	}
	q := *p
	q.Args = nil
	bag := p.Head == "+" || p.Head == "*"
	for _, a := range p.Args {
		a = normalPattern(a)
		if bag && a.Kind == rewrite.CallKind && a.Head == p.Head {
			q.Args = append(q.Args, a.Args...)
		} else {
			q.Args = append(q.Args, a)
		}
	}
	switch {
	case bag:
		return normalBag(&q)
	case q.Head == "^" && len(q.Args) == 2 && q.Args[1].Kind == rewrite.NumberKind:
		switch n := q.Args[1].Number; {
		case n.Cmp(big.NewRat(1, 1)) == 0:
			return q.Args[0]
		case n.Sign() == 0:
			return rewrite.Integer(1)
		}
	}
	return &q
}

func normalBag(q *rewrite.Pattern) *rewrite.Pattern {
	identity := big.NewRat(0, 1)
	fold := (*big.Rat).Add
	if q.Head == "*" {
		identity, fold = big.NewRat(1, 1), (*big.Rat).Mul
	}
	v := new(big.Rat).Set(identity)
	q.Args = slices.DeleteFunc(q.Args, func(a *rewrite.Pattern) bool {
		if a.Kind != rewrite.NumberKind {
			return false
		}
		fold(v, v, a.Number)
		return true
	})
	if v.Cmp(identity) != 0 || len(q.Args) == 0 {
		q.Args = append(q.Args, rewrite.Number(v))
	}
	if len(q.Args) == 1 {
		return q.Args[0]
	}
	return q
}

// text is what a rule says, whatever its name.
func (r *Rule) text() string {
	var b strings.Builder
	for _, p := range r.left {
		fmt.Fprint(&b, p.root, "=", p.pattern, ", ")
	}
	for _, e := range r.right {
		fmt.Fprint(&b, "=> ", e.left, "=", e.right)
	}
	if r.when != nil {
		fmt.Fprint(&b, " if ", r.when)
	}
	return b.String()
}

// expanded is a pattern with all products of sums multiplied out, as a text in
// which the order of terms and factors does not matter.
func expanded(p *rewrite.Pattern) string {
	var terms []string
	for _, t := range multiplied(p) {
		v := big.NewRat(1, 1)
		factors := slices.DeleteFunc(t, func(f *rewrite.Pattern) bool {
			if f.Kind != rewrite.NumberKind {
				return false
			}
			v.Mul(v, f.Number)
			return true
		})
		texts := []string{v.RatString()}
		for _, f := range factors {
			texts = append(texts, f.Where("").String())
		}
		slices.Sort(texts)
		terms = append(terms, strings.Join(texts, "*"))
	}
	slices.Sort(terms)
	return strings.Join(terms, "+")
}

// multiplied is a pattern as a sum of products: the factors of each term.
func multiplied(p *rewrite.Pattern) [][]*rewrite.Pattern {
	switch {
	case p.Kind == rewrite.CallKind && p.Head == "+":
		var terms [][]*rewrite.Pattern
		for _, a := range p.Args {
			terms = append(terms, multiplied(a)...)
		}
		return terms
	case p.Kind == rewrite.CallKind && p.Head == "*":
		terms := [][]*rewrite.Pattern{{}}
		for _, a := range p.Args {
			var next [][]*rewrite.Pattern
			for _, more := range multiplied(a) {
				for _, t := range terms {
					next = append(next, append(slices.Clone(t), more...))
				}
			}
			if terms = next; len(terms) > 1000 {
				return [][]*rewrite.Pattern{{p}}
			}
		}
		return terms
	}
	return [][]*rewrite.Pattern{{p}}
}

// isRational reports whether a pattern is made of sums, products and powers with
// numbers as exponents alone.
func isRational(p *rewrite.Pattern) bool {
	switch {
	case p.Kind == rewrite.SlotKind:
		return p.Predicate == ""
	case p.Kind == rewrite.NumberKind:
		return true
	case p.Kind != rewrite.CallKind:
		return false
	case p.Head == "^":
		return isRational(p.Args[0]) && p.Args[1].Kind == rewrite.NumberKind && p.Args[1].Number.IsInt()
	}
	return (p.Head == "+" || p.Head == "*") && !slices.ContainsFunc(p.Args, func(a *rewrite.Pattern) bool { return !isRational(a) })
}

// quotientOfSums reports whether there is a sum and a quotient in patterns.
func quotientOfSums(patterns ...*rewrite.Pattern) bool {
	sum, quotient := false, false
	var in func(p *rewrite.Pattern)
	in = func(p *rewrite.Pattern) {
		sum = sum || p.Kind == rewrite.CallKind && p.Head == "+"
		quotient = quotient || p.Kind == rewrite.CallKind && p.Head == "^" && p.Args[1].Kind == rewrite.NumberKind && p.Args[1].Number.Sign() < 0
		for _, a := range p.Args {
			in(a)
		}
	}
	for _, p := range patterns {
		in(p)
	}
	return sum && quotient
}

// spellsOut reports whether a rule makes powers and products of the power of a
// slot: how a power is computed is found when it is lowered.
func spellsOut(left, right *rewrite.Pattern) bool {
	if left.Kind != rewrite.CallKind || left.Head != "^" || left.Args[0].Kind != rewrite.SlotKind {
		return false
	}
	var in func(p *rewrite.Pattern) bool
	in = func(p *rewrite.Pattern) bool {
		switch {
		case p.Kind == rewrite.SlotKind:
			return p.Name == left.Args[0].Name
		case p.Kind == rewrite.CallKind && p.Head == "^":
			return in(p.Args[0])
		}
		return p.Kind == rewrite.CallKind && p.Head == "*" && !slices.ContainsFunc(p.Args, func(a *rewrite.Pattern) bool { return !in(a) })
	}
	return in(right)
}
