package rewrite

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/triad-go/triad/symbolic/internal/syntax"
)

// node is a part of a compiled side of a rule.
type node[T comparable] struct {
	kind  Kind // constants have one of the leaves' kinds, and value
	value T
	slot  int
	test  *test[T] // of a slot, nil if any term will do

	head string
	args []*node[T] // of a bag in the order in which they are looked for
	root bool       // the whole side

	// Of a call on the left side.
	bag      bool // its arguments are looked for in any order
	pair     bool // its two arguments are tried in both orders
	required int  // the arguments that must be there
	segments int
	absorb   int  // in a bag, the slot that takes what is left; -1 if none does
	missing  bool // the call can be missing, and one argument be there instead of it
	absent   int  // no bag: the default slot that is then absent; -1 if there is none
	identity T    // what a default slot then is
}

// slot is a name in a rule's left side.
type slot struct {
	name    string
	segment bool
}

// compile checks a rule and makes it ready. text is what it was read from, ""
// if from none.
func (r *Rule[T]) compile(terms Terms[T], text string, o *options) error {
	fail := func(at *Pattern, format string, args ...any) error {
		e := &RuleError{Rule: text, Offset: -1, Msg: fmt.Sprintf(format, args...)}
		if text == "" {
			e.Rule = o.name
		} else {
			e.Offset = at.offset()
		}
		return e
	}
	r.name, r.class, r.terms = o.name, o.class, terms
	r.floats, _ = terms.(Floats[T])
	if r.left == nil || r.right == nil && r.build == nil {
		return fail(&Pattern{}, "expected two sides, found nil")
	}
	if at, msg := r.left.check(false); msg != "" {
		return fail(at, "%s", msg)
	}
	if o.canonical {
		r.left = r.left.Canonical()
	}
	c := compiler[T]{rule: r, o: o, fail: fail}
	for _, g := range o.guards {
		f, ok := g.(func(*Bindings[T]) bool)
		if !ok {
			return fail(r.left, "expected a condition of type %T, found %T", f, g)
		}
		r.guards = append(r.guards, f)
	}
	if check, ok := terms.(Checker); ok && text == "" { // the texts' readers have asked
		c.calls(r.left, check)
	}
	r.match = c.pattern(r.left, true)
	if c.err == nil && r.right != nil {
		if at, msg := r.right.check(true); msg != "" {
			return fail(at, "%s", msg)
		}
		if check, ok := terms.(Checker); ok && text == "" {
			c.calls(r.right, check)
		}
		if o.canonical {
			r.right = r.right.Canonical()
		}
		r.result = c.template(r.right)
	}
	if c.err == nil && r.when != nil {
		if at, msg := r.when.check(true); msg != "" {
			return fail(at, "%s", msg)
		}
		r.test = c.condition(r.when)
	}
	if c.err == nil {
		r.heads = heads(r.match)
	}
	return c.err
}

type compiler[T comparable] struct {
	rule *Rule[T]
	o    *options
	fail func(at *Pattern, format string, args ...any) error
	err  error // the first
}

func (c *compiler[T]) failed(at *Pattern, format string, args ...any) {
	if c.err == nil {
		c.err = c.fail(at, format, args...)
	}
}

// calls asks for each function whether it can be called.
func (c *compiler[T]) calls(p *Pattern, check Checker) {
	if p.Kind != CallKind {
		return
	}
	if syntax.IsName(p.Head) && p.Head != syntax.Neg.String() {
		n := len(p.Args)
		if slices.ContainsFunc(p.Args, func(a *Pattern) bool { return a.Kind == SegmentKind }) {
			n = -1
		}
		if expected := check.Check(p.Head, n); expected != "" {
			c.failed(p, "expected %s, found %v", expected, p)
		}
	}
	for _, a := range p.Args {
		c.calls(a, check)
	}
}

// find is the slot of p's name, -1 if there is none.
func (c *compiler[T]) find(p *Pattern) int {
	return slices.IndexFunc(c.rule.slots, func(s slot) bool { return s.name == p.Name })
}

func (c *compiler[T]) constant(p *Pattern) *node[T] {
	n := &node[T]{kind: p.Kind}
	switch {
	case p.Kind == NumberKind:
		n.value = c.rule.terms.FromNumber(p.Number)
	case p.Kind == SymbolKind:
		n.value = c.rule.terms.FromSymbol(p.Name)
	case c.rule.floats == nil:
		c.failed(p, "expected an exact number, since these terms have no floats, found %v", p)
	default:
		n.value = c.rule.floats.FromFloat(p.Float)
	}
	return n
}

func (c *compiler[T]) test(p *Pattern, name string) *test[T] {
	if name == "" {
		return nil
	}
	if u, ok := c.o.predicates[name]; ok {
		f, ok := u.(func(T) bool)
		if !ok {
			c.failed(p, "expected a predicate %s of type %T, found %T", name, f, u)
		}
		c.rule.asks = true
		return &test[T]{name: name, user: f}
	}
	f := predicates[name]
	if f == nil {
		c.failed(p, "expected a predicate, found %q", name)
	}
	return &test[T]{name: name, builtin: f}
}

// pattern compiles the left side.
func (c *compiler[T]) pattern(p *Pattern, root bool) *node[T] {
	switch p.Kind {
	case CallKind:
	case SlotKind, SegmentKind, DefaultKind:
		segment := p.Kind == SegmentKind
		i := c.find(p)
		if i < 0 {
			i = len(c.rule.slots)
			c.rule.slots = append(c.rule.slots, slot{p.Name, segment})
		} else if c.rule.slots[i].segment != segment {
			c.failed(p, "expected one kind of slot in all places, found %v", p)
		}
		return &node[T]{kind: p.Kind, slot: i, test: c.test(p, p.Predicate)}
	default:
		return c.constant(p)
	}
	ac := isAC(p.Head)
	n := &node[T]{kind: CallKind, head: p.Head, root: root, absorb: -1, absent: -1}
	n.bag = ac && c.o.matching == AC
	defaults := 0
	for _, a := range p.Args {
		if n.bag && a.Kind == CallKind && a.Head == p.Head {
			n.args = append(n.args, c.pattern(a, false).args...)
			continue
		}
		n.args = append(n.args, c.pattern(a, false))
	}
	for i, a := range n.args {
		switch a.kind {
		case SegmentKind:
			n.segments++
		case DefaultKind:
			defaults++
			n.absent = i
		default:
			n.required++
		}
	}
	n.pair = ac && c.o.matching == Commutative && len(n.args) == 2 && n.segments == 0
	if defaults > 0 {
		n.identity = c.rule.terms.FromNumber(identity(p.Head))
		n.missing = n.required <= 1
	}
	if n.bag {
		c.order(n)
		return n
	}
	n.required = len(n.args) - n.segments
	if n.missing = defaults > 0 && len(n.args) == 2 && n.segments == 0; !n.missing {
		n.absent = -1
	}
	return n
}

// order puts the arguments of a bag into the order in which they are looked
// for: those that fit the fewest terms first.
func (c *compiler[T]) order(n *node[T]) {
	if !n.root && n.segments == 0 {
		for i, a := range n.args {
			if a.kind == SlotKind && (n.absorb < 0 || a.test == nil || n.args[n.absorb].test != nil) {
				n.absorb = i
			}
		}
	}
	var absorb *node[T]
	if n.absorb >= 0 {
		absorb = n.args[n.absorb]
	}
	rank := func(a *node[T]) int {
		switch {
		case a == absorb:
			return 5
		case a.kind == CallKind:
			return 1
		case a.kind == SlotKind && a.test != nil:
			return 2
		case a.kind == SlotKind:
			return 3
		case a.kind == DefaultKind:
			return 4
		case a.kind == SegmentKind:
			return 6
		}
		return 0
	}
	n.args = slices.Clone(n.args)
	slices.SortStableFunc(n.args, func(a, b *node[T]) int { return cmp.Compare(rank(a), rank(b)) })
	if absorb != nil {
		n.absorb = slices.Index(n.args, absorb)
	}
}

// template compiles what is built.
func (c *compiler[T]) template(p *Pattern) *node[T] {
	switch p.Kind {
	case CallKind:
		n := &node[T]{kind: CallKind, head: p.Head}
		if isAC(p.Head) {
			n.identity = c.rule.terms.FromNumber(identity(p.Head))
		}
		for _, a := range p.Args {
			n.args = append(n.args, c.template(a))
		}
		return n
	case SlotKind, SegmentKind, DefaultKind:
		i := c.find(p)
		switch {
		case i < 0:
			c.failed(p, "expected a slot that the other side binds, found %v", p)
		case c.rule.slots[i].segment != (p.Kind == SegmentKind):
			c.failed(p, "expected one kind of slot in all places, found %v", p)
		}
		n := &node[T]{kind: SlotKind, slot: i}
		if p.Kind == SegmentKind {
			n.kind = SegmentKind
		}
		return n
	}
	return c.constant(p)
}

// heads are the heads of the terms that n can match, "" for leaves; nil if any.
func heads[T comparable](n *node[T]) []string {
	switch n.kind {
	case CallKind:
	case SlotKind, SegmentKind, DefaultKind:
		return nil
	default:
		return []string{""}
	}
	h := []string{n.head}
	if !n.missing {
		return h
	}
	if n.bag && n.required == 0 {
		return nil
	}
	for i, a := range n.args {
		if n.bag && (a.kind == DefaultKind || a.kind == SegmentKind) || !n.bag && i == n.absent {
			continue
		}
		other := heads(a)
		if other == nil {
			return nil
		}
		h = append(h, other...)
	}
	slices.Sort(h)
	return slices.Compact(h)
}
