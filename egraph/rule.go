package egraph

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// Rule says that what its left side finds is equal to its right side. It is not
// bound to a graph, never changes, and can be used by any number of goroutines.
// It is made by [ParseRule], [NewRule], [NewFunc] or [FromRule].
type Rule struct {
	name  string
	class rewrite.Class
	left  []part
	right []equation              // empty if build is given
	when  *rewrite.Pattern        // the condition in the text, nil if there is none
	tests []func(*Match) bool     // further conditions
	build func(*Match) (ID, bool) // the right side, if it is a function
	eager bool                    // to be searched for everywhere in each iteration
}

// part is one of the terms of a left side: the class that root stands for has a
// term like pattern. root is "" if no slot stands for it.
type part struct {
	root    string
	pattern *rewrite.Pattern
}

// equation says what is made equal: left, nil if it is the root of the first
// part, and right.
type equation struct{ left, right *rewrite.Pattern }

// RuleOption is an option of [ParseRule], [NewRule] and [NewFunc].
type RuleOption func(*Rule)

// Named gives a rule its name, which is its text otherwise.
func Named(name string) RuleOption { return func(r *Rule) { r.name = name } }

// Class gives a rule its floating-point class. A rule without claims the least,
// [rewrite.Domain].
func Class(c rewrite.Class) RuleOption { return func(r *Rule) { r.class = c } }

// When adds a condition to a rule: it applies only where f holds. f is asked
// when the match is about to be applied and may depend on what the slots are
// bound to: the constants in their classes, what analyses say of them, and
// whether they are equal. It may not change the graph. A rule whose condition
// depends on more needs the option [Eager] too.
func When(f func(*Match) bool) RuleOption {
	return func(r *Rule) { r.tests = append(r.tests, f) }
}

// Eager has all matches of a rule looked for in every iteration, not only those
// that are new. That is needed if a condition or a right side depends on more
// than what the slots are bound to.
func Eager() RuleOption { return func(r *Rule) { r.eager = true } }

// Name is the rule's name, or its text.
func (r *Rule) Name() string { return r.name }

// Class is the rule's floating-point class.
func (r *Rule) Class() rewrite.Class { return r.class }

func (r *Rule) String() string { return r.name }

// NewRule makes a rule of two patterns. Default slots and segments are none that
// it can have. The error is a *[RuleError].
func NewRule(left, right *rewrite.Pattern, opts ...RuleOption) (*Rule, error) {
	r := &Rule{class: rewrite.Domain, left: []part{{pattern: left}}, right: []equation{{right: right}}}
	return r.finish(fmt.Sprint(left, " => ", right), opts)
}

// NewFunc makes a rule whose right side is a Go function: it returns a class
// that is equal to the root of the match, or false if there is none. It may add
// to the graph, and may depend on what a condition may depend on, see [When].
// The error is a *[RuleError].
func NewFunc(left *rewrite.Pattern, f func(*Match) (ID, bool), opts ...RuleOption) (*Rule, error) {
	r := &Rule{class: rewrite.Domain, left: []part{{pattern: left}}, build: f}
	return r.finish(fmt.Sprint(left, " => func"), opts)
}

func (r *Rule) finish(text string, opts []RuleOption) (*Rule, error) {
	r.name = text
	for _, o := range opts {
		o(r)
	}
	if msg := r.check(); msg != "" {
		return nil, &RuleError{Rule: r.name, Offset: -1, Msg: msg}
	}
	// That a class has a call now too is not noted.
	r.eager = r.eager || r.when != nil && asksForCall(r.when) || slices.ContainsFunc(r.left, func(p part) bool { return asksForCall(p.pattern) })
	return r, nil
}

func asksForCall(p *rewrite.Pattern) bool {
	return p.Predicate == "call" || p.Kind == rewrite.CallKind && p.Head == "call" && len(p.Args) == 1 || slices.ContainsFunc(p.Args, asksForCall)
}

// check tells what is wrong with a rule.
func (r *Rule) check() string {
	bound := map[string]bool{}
	for _, p := range r.left {
		if p.root != "" && p.pattern != nil && p.pattern.Kind == rewrite.SlotKind {
			return fmt.Sprintf("expected a term that ?%s has, found the slot %v", p.root, p.pattern)
		}
		if p.root != "" {
			bound[p.root] = true
		}
		if msg := checkPattern(p.pattern, 0, func(s *rewrite.Pattern) string {
			if s.Predicate != "" && !isPredicate(s.Predicate) {
				return fmt.Sprintf("expected a predicate that e-graphs know, found %q", s.Predicate)
			}
			bound[s.Name] = true
			return ""
		}); msg != "" {
			return msg
		}
	}
	known := func(s *rewrite.Pattern) string {
		if !bound[s.Name] {
			return fmt.Sprintf("expected a slot that the left side binds, found ?%s", s.Name)
		}
		return ""
	}
	if r.build == nil && len(r.right) == 0 {
		return "expected a right side"
	}
	for _, e := range r.right {
		if e.left != nil {
			if msg := checkPattern(e.left, 0, known); msg != "" {
				return msg
			}
		}
		if msg := checkPattern(e.right, 0, known); msg != "" {
			return msg
		}
	}
	if r.when != nil {
		c := conditions{slot: func(name string) int {
			if !bound[name] {
				return -1
			}
			return 0
		}}
		c.condition(r.when)
		return c.err
	}
	return ""
}

// checkPattern tells what is wrong with a side of a rule, or with one of its
// slots.
func checkPattern(p *rewrite.Pattern, depth int, slot func(*rewrite.Pattern) string) string {
	if p == nil {
		return "expected a pattern, found nil"
	}
	if depth > maxDepth {
		return fmt.Sprintf("expected at most %d levels", maxDepth)
	}
	switch p.Kind {
	case rewrite.NumberKind:
		if p.Number == nil {
			return "expected a number, found nil"
		}
	case rewrite.FloatKind:
	case rewrite.SymbolKind:
		if p.Name == "" {
			return "expected a symbol's name"
		}
	case rewrite.SlotKind:
		if p.Name == "" {
			return "expected a slot's name"
		}
		return slot(p)
	case rewrite.CallKind:
		if p.Head == "" {
			return "expected a head of a call"
		}
		if len(p.Args) > maxArgs {
			return fmt.Sprintf("expected at most %d arguments", maxArgs)
		}
		for _, a := range p.Args {
			if msg := checkPattern(a, depth+1, slot); msg != "" {
				return msg
			}
		}
	case rewrite.SegmentKind:
		return fmt.Sprintf("expected a pattern without segments, which e-graphs do not match, found %v", p)
	case rewrite.DefaultKind:
		return fmt.Sprintf("expected a pattern without default slots, found %v", p)
	default:
		return fmt.Sprintf("expected a kind of pattern, found %d", p.Kind)
	}
	return ""
}

// ParseRule makes a rule of a text, or two if the text says that it goes both
// ways. The sides are S-expressions as [Graph.AddSExpr] reads them, with slots:
//
//	(+ ?a (+ ?b ?c)) => (+ (+ ?a ?b) ?c)
//	(* ?a (+ ?b ?c)) <=> (+ (* ?a ?b) (* ?a ?c))
//	(pow ?x ?n:integer) => (* ?x (pow ?x (- ?n 1))) if ?n > 1
//	?x = (f ?a ?b), ?y = (g ?a) => ?x = ?y
//
// A slot ?x matches any class, the same wherever the name occurs, and ?x:even
// one that satisfies a predicate. The predicates are those of [rewrite.Parse]:
// of what numbers are (number exact float integer even odd pow2), which hold if
// there is such a constant in the class; of signs (positive negative nonzero),
// which hold if there is such a constant or analyses say so; and symbol, leaf
// and call, which hold if there is such a term in the class.
//
// The condition after "if" is one as in [rewrite.Parse], or an S-expression:
// (&& (integer ?n) (> ?n 1)). It holds if it is known to hold: ?x > 0 if x is a
// number or the analyses know the sign; ?x != ?y if both are numbers.
//
// There may be several left sides, of which each says what a class has to have,
// and several right sides, which say what is to be equal. If the right side is
// one term, it becomes equal to the first term on the left.
//
// The error is a *[RuleError].
func ParseRule(text string, opts ...RuleOption) ([]*Rule, error) {
	p := ruleParser{reader: reader{text: text}}
	r, back, err := p.parse()
	if err != nil {
		return nil, &RuleError{Rule: text, Offset: err.Offset, Msg: err.Msg, Err: err}
	}
	r, e := r.finish(strings.TrimSpace(text), opts)
	if e != nil {
		return nil, e
	}
	if back == nil {
		return []*Rule{r}, nil
	}
	if back, e = back.finish(strings.TrimSpace(text), opts); e != nil {
		return nil, e
	}
	back.name += reversed
	return []*Rule{r, back}, nil
}

const reversed = " (reversed)"

// ParseRules makes rules of several texts, see [ParseRule].
func ParseRules(texts ...string) ([]*Rule, error) {
	var rules []*Rule
	for _, t := range texts {
		r, err := ParseRule(t)
		if err != nil {
			return nil, err
		}
		rules = append(rules, r...)
	}
	return rules, nil
}

// MustRules is [ParseRules] for texts known to be right: it panics on an error.
func MustRules(texts ...string) []*Rule {
	rules, err := ParseRules(texts...)
	if err != nil {
		panic(err)
	}
	return rules
}

type ruleParser struct{ reader }

func (p *ruleParser) parse() (r, back *Rule, err *SyntaxError) {
	if !utf8.ValidString(p.text) {
		return nil, nil, p.fail(0, "expected text in UTF-8")
	}
	r = &Rule{class: rewrite.Domain}
	for {
		root, pattern, err := p.term()
		if err != nil {
			return nil, nil, err
		}
		r.left = append(r.left, part{root, pattern})
		if !p.comma() {
			break
		}
	}
	arrow, arrowAt := p.token()
	if arrow != "=>" && arrow != "<=>" {
		return nil, nil, p.fail(arrowAt, "expected \"=>\" or \"<=>\", found %s", found(arrow))
	}
	for {
		if p.skip(); p.peek() == "=" {
			return nil, nil, p.fail(p.at, "expected a term, found \"=\"")
		}
		left, err := p.pattern()
		if err != nil {
			return nil, nil, err
		}
		e := equation{right: left}
		if p.peek() == "=" {
			p.token()
			if e.right, err = p.pattern(); err != nil {
				return nil, nil, err
			}
			e.left = left
		}
		r.right = append(r.right, e)
		if !p.comma() {
			break
		}
	}
	token, at := p.token()
	if token == "if" {
		if r.when, err = p.condition(); err != nil {
			return nil, nil, err
		}
	} else if token != "" {
		return nil, nil, p.fail(at, "expected \"if\" or the end, found %s", found(token))
	}
	if arrow == "<=>" {
		if len(r.left) > 1 || r.left[0].root != "" || len(r.right) > 1 || r.right[0].left != nil {
			return nil, nil, p.fail(arrowAt, "expected \"=>\" between several terms, found \"<=>\"")
		}
		back = &Rule{class: r.class, when: r.when, left: []part{{pattern: r.right[0].right}}, right: []equation{{right: r.left[0].pattern}}}
	}
	return r, back, nil
}

// comma takes a comma, if one comes next.
func (p *ruleParser) comma() bool {
	if p.skip(); strings.HasPrefix(p.text[p.at:], ",") {
		p.at++
		return true
	}
	return false
}

// term takes a pattern, or ?x = pattern.
func (p *ruleParser) term() (root string, pattern *rewrite.Pattern, err *SyntaxError) {
	p.skip()
	at := p.at
	if pattern, err = p.pattern(); err != nil {
		return "", nil, err
	}
	if p.peek() != "=" {
		return "", pattern, nil
	}
	if pattern.Kind != rewrite.SlotKind || pattern.Predicate != "" {
		return "", nil, p.fail(at, "expected a slot before \"=\", found %v", pattern)
	}
	p.token()
	root = pattern.Name
	pattern, err = p.pattern()
	return root, pattern, err
}

// condition takes the rest of the text.
func (p *ruleParser) condition() (*rewrite.Pattern, *SyntaxError) {
	p.skip()
	at := p.at
	if strings.HasPrefix(p.text[at:], "(") {
		if c, err := p.pattern(); err == nil && p.peek() == "" {
			return c, nil
		}
		p.at = at
	}
	c, err := rewrite.ParsePattern(p.text[at:])
	if err != nil {
		var e *rewrite.RuleError
		if errors.As(err, &e) {
			return nil, p.fail(at+max(e.Offset, 0), "%s", e.Msg)
		}
		return nil, p.fail(at, "%v", err)
	}
	return c, nil
}

// FromRule makes rules for e-graphs of a rule for terms: of what it says from
// left to right, and if it goes both ways, from right to left. A default slot
// gives a rule with it and one without. A rule that has Go functions over terms
// (predicates, conditions, a right side), or segments, has no counterpart, and is
// a *[RuleError].
//
// How sums and products match is the graph's concern, see [Commutative] and
// [Multiset], not that of the rule's [rewrite.Matching].
func FromRule[T comparable](r *rewrite.Rule[T]) ([]*Rule, error) {
	rules, err := fromRule(r)
	if err != nil {
		return nil, err
	}
	if back := r.Reverse(); back != nil {
		more, err := fromRule(back)
		if err != nil {
			return nil, err
		}
		rules = append(rules, more...)
	}
	return rules, nil
}

// FromRules is [FromRule] of several.
func FromRules[T comparable](rules ...*rewrite.Rule[T]) ([]*Rule, error) {
	var all []*Rule
	for _, r := range rules {
		more, err := FromRule(r)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

func fromRule[T comparable](r *rewrite.Rule[T]) ([]*Rule, error) {
	fail := func(msg string) error { return &RuleError{Rule: r.Name(), Offset: -1, Msg: msg} }
	if r.Right() == nil {
		return nil, fail("expected a pattern for a right side, found a Go function over terms")
	}
	if !r.Portable() {
		return nil, fail("expected conditions and built-in predicates in the rule's text, found a Go function over terms")
	}
	names := defaults(r.Left(), nil)
	if len(names) > maxDefaults {
		return nil, fail(fmt.Sprintf("expected at most %d default slots, found %d", maxDefaults, len(names)))
	}
	var rules []*Rule
	for absent := range 1 << len(names) {
		v := variant{value: map[string]*rewrite.Pattern{}}
		for i, name := range names {
			if absent>>i&1 != 0 {
				v.value[name] = nil
			}
		}
		left := v.left(r.Left())
		e := &Rule{class: r.Class(), left: []part{{pattern: left}}, right: []equation{{right: v.right(r.Right())}}}
		if c := r.Condition(); c != nil {
			e.when = v.right(c)
		}
		name := r.Name()
		for i, n := range names {
			if absent>>i&1 != 0 {
				name += fmt.Sprintf(" (without ?%s)", n)
			}
		}
		e, err := e.finish(name, nil)
		if err != nil {
			return nil, err
		}
		rules = append(rules, e)
	}
	return rules, nil
}

// maxDefaults bounds the default slots of a rule, of which each doubles the
// number of rules.
const maxDefaults = 5

// defaults are the names of the default slots.
func defaults(p *rewrite.Pattern, names []string) []string {
	if p.Kind == rewrite.DefaultKind && !slices.Contains(names, p.Name) {
		names = append(names, p.Name)
	}
	for _, a := range p.Args {
		names = defaults(a, names)
	}
	return names
}

// variant is a rule without some of its default slots: value has those, and the
// number that each is then.
type variant struct{ value map[string]*rewrite.Pattern }

// left is a left side with the default slots as plain slots, or gone.
func (v variant) left(p *rewrite.Pattern) *rewrite.Pattern {
	if p.Kind != rewrite.CallKind {
		return v.right(p)
	}
	q := *p
	q.Args = nil
	identity := rewrite.Integer(1)
	if p.Head == "+" {
		identity = rewrite.Integer(0)
	}
	for _, a := range p.Args {
		if a.Kind == rewrite.DefaultKind {
			if _, absent := v.value[a.Name]; absent {
				v.value[a.Name] = identity
				continue
			}
		}
		q.Args = append(q.Args, v.left(a))
	}
	switch {
	case len(q.Args) == len(p.Args):
	case len(q.Args) == 0:
		return identity
	case len(q.Args) == 1:
		return q.Args[0]
	}
	return &q
}

// right is a right side or a condition for a left side.
func (v variant) right(p *rewrite.Pattern) *rewrite.Pattern {
	switch p.Kind {
	case rewrite.SlotKind, rewrite.DefaultKind:
		if number, absent := v.value[p.Name]; absent && number != nil {
			return number
		}
		q := *p
		q.Kind = rewrite.SlotKind
		return &q
	case rewrite.CallKind:
		q := *p
		q.Args = make([]*rewrite.Pattern, len(p.Args))
		for i, a := range p.Args {
			q.Args[i] = v.right(a)
		}
		return &q
	}
	return p
}
