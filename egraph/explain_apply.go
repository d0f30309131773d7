package egraph

import (
	"slices"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// applyExplained is apply in a graph that explains: it makes the terms that the
// two sides stand for, and merges their classes because of the rule.
func (g *Graph) applyExplained(p *program, row []uint32, m *matches) error {
	g.congruence() // so that what is there is found
	w := g.why
	x := &instances{g: g, w: w, p: p, slots: make([]instance, len(p.slots))}
	v := make([]uint32, max(p.regs, p.width))
	v[0] = g.find(row[0])
	for i := range p.slots {
		value := row[1+i]
		if value&pending == 0 {
			x.slots[i] = instance{term: w.repOf(g, value)}
		} else {
			head, classes := m.bag(value)
			name, elements := g.headName(head), x.reps(classes)
			x.slots[i] = instance{w.written(g, name, elements), name, elements}
		}
		if len(p.rule.tests) > 0 || p.rule.build != nil {
			x.slots[i].term = x.made(x.slots[i])
			v[1+i] = w.classOf(g, x.slots[i].term)
		}
	}
	match := Match{g, p.rule, p, v}
	for _, t := range p.rule.tests {
		if !t(&match) {
			return nil
		}
	}
	var rest []uint32
	var head string
	if p.rest && row[p.width-1] != 0 {
		h, classes := m.bag(row[p.width-1])
		head, rest = g.headName(h), x.reps(classes)
	}

	data := []uint32{uint32(len(x.slots))}
	for _, s := range x.slots {
		data = append(data, s.term)
	}
	data = append(data, uint32(len(rest)))
	data = append(data, rest...)
	var root uint32
	var premises []uint32
	for i, part := range p.rule.left {
		t := x.of(part.pattern)
		if i == 0 && rest != nil {
			t = x.with(head, t, rest)
		}
		if part.root != "" {
			s := x.slots[slices.Index(p.slots, part.root)]
			premises = append(premises, x.made(s), x.made(t))
			t = s
		}
		if i == 0 {
			root = x.made(t)
		}
	}
	data = append(data, uint32(len(premises)/2))
	data = append(data, premises...)

	unite := func(left, right uint32) {
		if w.classOf(g, left) == w.classOf(g, right) {
			return
		}
		at := uint32(len(w.data))
		w.data = append(w.data, data...)
		w.reason(edge{from: left, to: right, kind: ruleEdge, p: p, data: at})
		g.merge(w.terms[left].class, w.terms[right].class)
	}
	if p.rule.build != nil {
		id, ok := p.rule.build(&match)
		if !ok {
			return nil
		}
		right := instance{term: w.termOf(uint32(id))}
		if rest != nil {
			right = x.with(head, right, rest)
		}
		unite(root, x.made(right))
		return nil
	}
	for _, e := range p.rule.right {
		left := root
		if e.left != nil {
			left = x.made(x.of(e.left))
		}
		right := x.of(e.right)
		if e.left == nil && rest != nil {
			right = x.with(head, right, rest)
		}
		unite(left, x.made(right))
	}
	return nil
}

// instances makes the terms that patterns stand for in a match.
type instances struct {
	g     *Graph
	w     *forest
	p     *program
	slots []instance
}

// instance is a term; of a multiset also its head and elements, with nested ones
// dissolved.
type instance struct {
	term     uint32
	head     string
	elements []uint32
}

func (x *instances) reps(classes []uint32) []uint32 {
	terms := make([]uint32, len(classes))
	for i, c := range classes {
		terms[i] = x.w.repOf(x.g, c)
	}
	return terms
}

// of is the term of a pattern, as it is written.
func (x *instances) of(p *rewrite.Pattern) instance {
	g := x.g
	switch p.Kind {
	case rewrite.SlotKind, rewrite.DefaultKind, rewrite.SegmentKind:
		return x.slots[slices.Index(x.p.slots, p.Name)]
	case rewrite.CallKind:
	default:
		return instance{term: x.w.leaf(g, g.patternLeaf(p))}
	}
	args := make([]instance, len(p.Args))
	for i, a := range p.Args {
		args[i] = x.of(a)
	}
	if g.sortOf(p.Head) != multiset {
		terms := make([]uint32, len(p.Args))
		for i, a := range args {
			terms[i] = x.made(a)
		}
		return instance{term: x.w.call(g, g.Op(p.Head, len(terms)), terms)}
	}
	return x.group(p.Head, args)
}

// with is the multiset of what a rule takes or makes of a part of one, and the
// rest. If that is a multiset too, its elements are those of the new one.
func (x *instances) with(head string, t instance, rest []uint32) instance {
	args := []instance{t}
	if t.head == head {
		args = args[:0]
		for _, e := range t.elements {
			args = append(args, instance{term: e})
		}
	}
	for _, r := range rest {
		args = append(args, instance{term: r})
	}
	return x.group(head, args)
}

// group is the multiset of args, which is equal to that of all elements of those
// that are multisets with the same head.
func (x *instances) group(head string, args []instance) instance {
	var terms, elements []uint32
	for _, a := range args {
		if a.head == head {
			terms = append(terms, a.term)
			elements = append(elements, a.elements...)
		} else {
			t := x.made(a)
			terms = append(terms, t)
			elements = append(elements, t)
		}
	}
	return instance{x.w.written(x.g, head, terms), head, elements}
}

// made is the term of an instance, which is in the graph then.
func (x *instances) made(t instance) uint32 {
	g, w := x.g, x.w
	if w.terms[t.term].class != noClass {
		return t.term
	}
	flat := w.multiset(g, t.head, t.elements)
	if args := slices.Clone(w.argsOf(g, t.term)); len(args) != len(t.elements) {
		return w.ghost(g, w.terms[t.term].op, args, flat, regroupEdge, "regroup")
	}
	return flat
}
