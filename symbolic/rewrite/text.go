package rewrite

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/triad-go/triad/symbolic/internal/syntax"
)

// ParsePattern reads a side of a rule, in the notation of [Parse]. The error is
// a *[RuleError].
func ParsePattern(text string) (*Pattern, error) {
	p, err := syntax.Parse(text, &patternBuilder{})
	if err != nil {
		return nil, textError(err)
	}
	if at, msg := p.check(true); msg != "" {
		return nil, &RuleError{Rule: text, Offset: at.offset(), Msg: msg}
	}
	return p, nil
}

// MustPattern is [ParsePattern] for texts known to be right: it panics on an
// error.
func MustPattern(text string) *Pattern {
	p, err := ParsePattern(text)
	if err != nil {
		panic(err)
	}
	return p
}

func textError(err *syntax.Error) error {
	return &RuleError{Rule: err.Text, Offset: err.Offset, Msg: err.Msg}
}

func (p *Pattern) offset() int { return max(p.at-1, 0) }

// ruleText is what a rule's text says.
type ruleText struct {
	left, right, when *Pattern // when is nil without a condition
	twoWay            bool
}

// parseRule reads left => right, left <=> right, and a condition after them.
// knows tells which predicates there are; check is that of the terms.
func parseRule(text string, knows func(string) bool, check Checker) (r ruleText, err error) {
	b := &patternBuilder{knows: knows, check: check}
	var at int
	side := func(stops ...string) (p *Pattern) {
		if err != nil {
			return nil
		}
		p, end, e := syntax.ParseUntil[*Pattern](text, at, b, stops...)
		if e != nil {
			err = textError(e)
			return nil
		}
		at = end
		return p
	}
	r.left = side("<=>", "=>")
	if err != nil {
		return r, err
	}
	switch {
	case strings.HasPrefix(text[at:], "<=>"):
		r.twoWay = true
		at += len("<=>")
	case strings.HasPrefix(text[at:], "=>"):
		at += len("=>")
	default:
		return r, &RuleError{Rule: text, Offset: at, Msg: `expected "=>" or "<=>", found the end`}
	}
	if !r.twoWay {
		b.bound = names(r.left)
	}
	r.right = side("if")
	if err == nil && at < len(text) {
		at += len("if")
		b.bound = names(r.left)
		b.condition = true
		r.when = side()
	}
	return r, err
}

// names are the names of the slots in p, with their kinds.
func names(p *Pattern) map[string]Kind {
	m := map[string]Kind{}
	p.slots(func(s *Pattern) bool {
		m[s.Name] = s.Kind
		return true
	})
	return m
}

// patternBuilder makes patterns of what package syntax reads.
type patternBuilder struct {
	knows     func(predicate string) bool // nil if any may come
	check     Checker                     // nil if any call may come
	bound     map[string]Kind             // the slots that may come; nil if any may
	condition bool
}

func (*patternBuilder) Number(n int64, v *big.Int) *Pattern {
	if v != nil {
		return Number(new(big.Rat).SetInt(v))
	}
	return Integer(n)
}

func (*patternBuilder) Float(v float64) (*Pattern, string) { return Float(v), "" }

func (*patternBuilder) Variable(name string, index []int) (*Pattern, string) {
	return Symbol(symbolName(name, index)), ""
}

// symbolName is the name of an element of a variable, x[1,2].
func symbolName(name string, index []int) string {
	if index != nil {
		name += strings.ReplaceAll(fmt.Sprint(index), " ", ",")
	}
	return name
}

func (*patternBuilder) Unary(op syntax.Operator, a *Pattern) *Pattern {
	if op == syntax.Neg && a.Kind == NumberKind {
		return Number(new(big.Rat).Neg(a.Number))
	}
	return Call(op.String(), a)
}

func (*patternBuilder) Binary(op syntax.Operator, a, b *Pattern) *Pattern {
	if op == syntax.Div && a.Kind == NumberKind && b.Kind == NumberKind && b.Number.Sign() != 0 {
		return Number(new(big.Rat).Quo(a.Number, b.Number))
	}
	return Call(op.String(), a, b)
}

func (*patternBuilder) Power(a, b *Pattern) (*Pattern, string) { return Call("^", a, b), "" }

func (b *patternBuilder) Function(name string) string {
	switch {
	case b.condition && b.knows != nil && !b.knows(name):
		return "a predicate"
	case !b.condition && b.check != nil:
		return b.check.Check(name, -1)
	}
	return ""
}

func (b *patternBuilder) Call(name string, args []*Pattern) (*Pattern, string) {
	n := len(args)
	for _, a := range args {
		if a.Kind == SegmentKind {
			n = -1
		}
	}
	if b.condition && len(args) != 1 {
		return nil, "1 argument of a predicate"
	}
	if !b.condition && b.check != nil {
		if expected := b.check.Check(name, n); expected != "" {
			return nil, expected
		}
	}
	return Call(name, append([]*Pattern(nil), args...)...), ""
}

func (b *patternBuilder) Slot(at int, kind syntax.SlotKind, name, predicate string) (*Pattern, string) {
	k := [...]Kind{syntax.One: SlotKind, syntax.Segment: SegmentKind, syntax.Default: DefaultKind}[kind]
	if b.bound != nil {
		left, ok := b.bound[name]
		if !ok {
			return nil, "a slot that the left side binds"
		}
		if (left == SegmentKind) != (k == SegmentKind) {
			return nil, "a slot of the kind that it has on the left side"
		}
	}
	return &Pattern{Kind: k, Name: name, Predicate: predicate, at: at + 1}, ""
}

func (b *patternBuilder) Predicate(name string) string {
	switch {
	case b.bound != nil:
		return "no predicate right of the arrow"
	case b.knows != nil && !b.knows(name):
		return "a predicate"
	}
	return ""
}

// ParseTerm reads a term of any type in ordinary notation; errors are
// *[RuleError]s. The operators make the heads of [Terms], those between operands
// with two arguments. Arithmetic is not done, except that a literal with a minus
// and a quotient of two are numbers.
func ParseTerm[T comparable](terms Terms[T], text string) (T, error) {
	b := termBuilder[T]{terms: terms}
	b.floats, _ = terms.(Floats[T])
	b.check, _ = terms.(Checker)
	t, err := syntax.Parse(text, b)
	if err != nil {
		var none T
		return none, textError(err)
	}
	return t, nil
}

type termBuilder[T comparable] struct {
	terms  Terms[T]
	floats Floats[T]
	check  Checker
}

func (b termBuilder[T]) Number(n int64, v *big.Int) T {
	if v != nil {
		return b.terms.FromNumber(new(big.Rat).SetInt(v))
	}
	return b.terms.FromNumber(new(big.Rat).SetInt64(n))
}

func (b termBuilder[T]) Float(v float64) (t T, expected string) {
	if b.floats == nil {
		return t, "an exact number, since these terms have no floats"
	}
	return b.floats.FromFloat(v), ""
}

func (b termBuilder[T]) Variable(name string, index []int) (T, string) {
	return b.terms.FromSymbol(symbolName(name, index)), ""
}

func (b termBuilder[T]) Unary(op syntax.Operator, a T) T {
	var v big.Rat
	if op == syntax.Neg && b.terms.Number(a, &v) {
		return b.terms.FromNumber(v.Neg(&v))
	}
	return b.terms.Make(a, op.String(), []T{a})
}

func (b termBuilder[T]) Binary(op syntax.Operator, x, y T) T {
	var v, w big.Rat
	if op == syntax.Div && b.terms.Number(x, &v) && b.terms.Number(y, &w) && w.Sign() != 0 {
		return b.terms.FromNumber(v.Quo(&v, &w))
	}
	return b.terms.Make(x, op.String(), []T{x, y})
}

func (b termBuilder[T]) Power(x, y T) (T, string) { return b.terms.Make(x, "^", []T{x, y}), "" }

func (b termBuilder[T]) Function(name string) string {
	if b.check == nil {
		return ""
	}
	return b.check.Check(name, -1)
}

func (b termBuilder[T]) Call(name string, args []T) (t T, expected string) {
	if b.check != nil {
		if expected := b.check.Check(name, len(args)); expected != "" {
			return t, expected
		}
	}
	var like T
	if len(args) > 0 {
		like = args[0]
	}
	return b.terms.Make(like, name, args), ""
}
