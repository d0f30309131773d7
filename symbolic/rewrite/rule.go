package rewrite

import (
	"fmt"
	"runtime/debug"
	"slices"
)

// Rule says that terms that look like its left side may be replaced by its
// right side. It is compiled when it is made, never changes, and can be used by
// any number of goroutines. As a [Rewriter] it replaces the term that it is
// given, not what is inside it.
type Rule[T comparable] struct {
	name    string
	class   Class
	left    *Pattern
	right   *Pattern // nil if build is given
	when    *Pattern // the condition in the text, or nil
	reverse *Rule[T]

	terms  Terms[T]
	floats Floats[T]
	match  *node[T]
	result *node[T]
	slots  []slot
	heads  []string // of the terms that can match, in no order that matters; nil if any can
	test   condition[T]
	guards []func(*Bindings[T]) bool
	build  func(*Bindings[T]) (T, bool)
	asks   bool // a predicate that is a Go function
}

// Option is an option of a rule: a [Class], a [Matching], [Named], [Predicate],
// [When], [Canonical].
type Option interface{ set(*options) }

type options struct {
	name       string
	class      Class
	matching   Matching
	canonical  bool
	predicates map[string]any // func(T) bool
	guards     []any          // func(*Bindings[T]) bool
}

type optionFunc func(*options)

func (f optionFunc) set(o *options) { f(o) }

func (c Class) set(o *options) { o.class = c }

// Named gives a rule its name, which is its text otherwise.
func Named(name string) Option { return optionFunc(func(o *options) { o.name = name }) }

// Predicate makes a predicate known to the rule's text and patterns: ?x:name,
// and name(?x) in conditions. It takes the place of a built-in one of that name.
// f may be called from any number of goroutines at once.
func Predicate[T comparable](name string, f func(t T) bool) Option {
	return optionFunc(func(o *options) {
		if o.predicates == nil {
			o.predicates = map[string]any{}
		}
		o.predicates[name] = f
	})
}

// When adds a condition: the rule applies only where f holds. It is asked after
// the condition in the text. f may be called from any number of goroutines at
// once.
func When[T comparable](f func(*Bindings[T]) bool) Option {
	return optionFunc(func(o *options) { o.guards = append(o.guards, f) })
}

// Matching says how a rule's sums and products are matched. It is an option of
// a rule.
type Matching uint8

const (
	// AC, what rules have that are not [Exact]: modulo associativity and
	// commutativity. Nested sums are one sum, and the parts of the pattern are
	// looked for anywhere in it. What is left over when the whole left side is
	// such a sum or product stays: sin(?x)^2 + cos(?x)^2 => 1 makes 1 + a of
	// sin(y)^2 + a + cos(y)^2. Inside the left side the last plain slot of a sum
	// takes all that is left over: sqrt(?a*?b) matches sqrt(x*y*z), with y*z for
	// ?b.
	AC Matching = 1 + iota

	// Commutative, what Exact rules have: sums and products of two arguments are
	// matched in both orders, others as they stand.
	Commutative

	// Ordered: arguments are matched as they stand.
	Ordered
)

func (m Matching) set(o *options) { o.matching = m }

// Parse makes a rule of a text. The error is a *[RuleError].
//
//	?x*1 => ?x                              one way
//	?a*(?b + ?c) <=> ?a*?b + ?a*?c          two ways: see [Rule.Reverse]
//	?x^?a*?x^?b => ?x^(?a + ?b) if ?a > 0 && ?b > 0
//	min(??a, ?x:number, ??b) => …           segments, and a slot with a predicate
//	?!c*?x + ?!d*?x => (?c + ?d)*?x         slots with defaults
//
// Terms are written as symbolic.Parse reads them. Names are symbols, which match
// themselves; any function can be called, if the terms do not know better
// ([Checker]). A slot ?x matches one term, which is the same in all places where
// the name occurs. A segment ??x matches any number of arguments of a function,
// a sum or a product. A default slot ?!x, which can stand in a sum, in a product
// and as an exponent, matches a term, or nothing, and is then 0, 1 and 1: so
// ?!c*?x matches y, with c = 1. Only left of the arrow has a default slot its
// mark, and a slot its predicate: one that was given by [Predicate], or one of
//
//	number exact float integer even odd positive negative nonzero pow2 symbol leaf call
//
// where pow2 is a power of two, from 2^-100 to 2^100.
//
// The condition is made of && || ! and parentheses, of predicates as
// integer(?x), and of comparisons. These compare numbers, slots and what + - * /
// and ^ make of them; an order of what is no number does not hold, and == and !=
// ask then whether the terms are equal.
func Parse[T comparable](terms Terms[T], text string, opts ...Option) (*Rule[T], error) {
	o := gather(text, opts)
	check, _ := terms.(Checker)
	parsed, err := parseRule(text, o.knows, check)
	if err != nil {
		return nil, err
	}
	r := &Rule[T]{left: parsed.left, right: parsed.right, when: parsed.when}
	if err := r.compile(terms, text, &o); err != nil {
		return nil, err
	}
	if parsed.twoWay {
		o.name += " (reversed)"
		r.reverse = &Rule[T]{left: parsed.right, right: parsed.left, when: parsed.when, reverse: r}
		if err := r.reverse.compile(terms, text, &o); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// MustParse is [Parse] for texts known to be right: it panics on an error.
func MustParse[T comparable](terms Terms[T], text string, opts ...Option) *Rule[T] {
	r, err := Parse(terms, text, opts...)
	if err != nil {
		panic(err)
	}
	return r
}

// Text is a rule that is not bound to a type of terms, and its class.
type Text struct {
	Class Class
	Text  string // see [Parse]
}

// ParseAll makes rules of texts for one type of terms. The error is that of
// the first text that is no rule.
func ParseAll[T comparable](terms Terms[T], texts []Text, opts ...Option) ([]*Rule[T], error) {
	rules := make([]*Rule[T], len(texts))
	for i, t := range texts {
		r, err := Parse(terms, t.Text, append([]Option{t.Class}, opts...)...)
		if err != nil {
			return nil, err
		}
		rules[i] = r
	}
	return rules, nil
}

// New makes a rule of two patterns. The error is a *[RuleError].
func New[T comparable](terms Terms[T], left, right *Pattern, opts ...Option) (*Rule[T], error) {
	return newRule(terms, &Rule[T]{left: left, right: right}, opts)
}

// NewFunc makes a rule whose right side is a function of what the slots are
// bound to. Where it returns false, the rule goes on as if the terms had not
// matched. f may be called from any number of goroutines at once.
func NewFunc[T comparable](terms Terms[T], left *Pattern, f func(*Bindings[T]) (T, bool), opts ...Option) (*Rule[T], error) {
	return newRule(terms, &Rule[T]{left: left, build: f}, opts)
}

func newRule[T comparable](terms Terms[T], r *Rule[T], opts []Option) (*Rule[T], error) {
	text := fmt.Sprint(r.left, " => ", r.right)
	if r.build != nil {
		text = fmt.Sprint(r.left, " => func")
	}
	o := gather(text, opts)
	if err := r.compile(terms, "", &o); err != nil {
		return nil, err
	}
	return r, nil
}

func gather(name string, opts []Option) options {
	o := options{name: name, class: Domain}
	for _, opt := range opts {
		opt.set(&o)
	}
	if o.matching == 0 {
		o.matching = AC
		if o.class == Exact {
			o.matching = Commutative
		}
	}
	return o
}

func (o *options) knows(predicate string) bool {
	_, ok := o.predicates[predicate]
	return ok || predicates[predicate] != nil
}

// Name is the rule's name, or its text.
func (r *Rule[T]) Name() string { return r.name }

// Class is the rule's floating-point class.
func (r *Rule[T]) Class() Class { return r.class }

// Left is the left side.
func (r *Rule[T]) Left() *Pattern { return r.left }

// Right is the right side, nil if it is a function.
func (r *Rule[T]) Right() *Pattern { return r.right }

// Condition is the condition in the rule's text, nil if there is none: operators
// on slots and numbers, and calls of predicates.
func (r *Rule[T]) Condition() *Pattern { return r.when }

// Conditional reports whether the rule has a condition of any kind, or a right
// side that can refuse.
func (r *Rule[T]) Conditional() bool {
	return r.when != nil || len(r.guards) > 0 || r.build != nil
}

// Portable reports whether the rule is told by its sides, the condition in its
// text and the built-in predicates alone, so that these say of other terms what
// they say of T. A rule with [When], with a right side that is a function, or
// with a [Predicate] that is asked for is not.
func (r *Rule[T]) Portable() bool { return r.build == nil && len(r.guards) == 0 && !r.asks }

// Reverse is the rule from right to left; nil of a rule that goes one way. As a
// Rewriter, a rule goes from left to right alone.
func (r *Rule[T]) Reverse() *Rule[T] { return r.reverse }

func (r *Rule[T]) String() string { return r.name }

// fits reports whether terms of this head can match.
func (r *Rule[T]) fits(head string) bool { return r.heads == nil || slices.Contains(r.heads, head) }

// Rewrite applies the rule to t itself.
func (r *Rule[T]) Rewrite(s *State[T], t T) (T, bool, error) {
	if !r.fits(s.terms.Head(t)) {
		return t, false, nil
	}
	return r.try(s, t)
}

// try is Rewrite for a term whose head fits.
func (r *Rule[T]) try(s *State[T], t T) (T, bool, error) {
	if r.class > s.class || r.match.bag && s.inside != "" && r.match.head == s.inside {
		return t, false, nil
	}
	if err := s.tick(); err != nil {
		return t, false, err
	}
	m := &s.match
	m.limit = s.shared.limits.Steps
	m.accepts = s.accept
	m.start(r, t)
	matched, err := r.run(m)
	if err != nil || !matched {
		return t, false, err
	}
	return m.result, true, s.fired(r, t, m.result)
}

// run looks for the first match that the rule takes.
func (r *Rule[T]) run(m *matcher[T]) (matched bool, err error) {
	defer catch(r.name, &err) // Terms is a user's too, and a segment may give a function too many arguments
	matched = m.run(m.push(goal[T]{kind: goalTerm, p: r.match, t: m.t, next: none}))
	if m.over {
		return false, &BudgetError{What: "steps of matching", Limit: m.limit, Rules: []string{r.name}}
	}
	return matched, nil
}

// catch makes an error of a panic.
func catch(where string, err *error) {
	if v := recover(); v != nil {
		*err = &PanicError{Where: where, Value: v, Stack: debug.Stack()}
	}
}

// Matches calls yield with the ways in which the left side and the conditions
// match t, in a fixed order, until it returns false. The bindings are those of
// the moment. The right side is not looked at. Errors are *[BudgetError] and
// *[PanicError].
func (r *Rule[T]) Matches(t T, yield func(*Bindings[T]) bool) (err error) {
	if !r.fits(r.terms.Head(t)) {
		return nil
	}
	defer catch(r.name, &err)
	m := &matcher[T]{yield: yield, limit: DefaultSteps}
	m.start(r, t)
	_, err = r.run(m)
	return err
}
