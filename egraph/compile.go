package egraph

import (
	"fmt"
	"slices"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// program is a rule compiled for the symbols of a graph.
type program struct {
	rule  *Rule
	slots []string // the names; a row of matches has their values from 1
	width int      // of a row
	rest  bool     // the last word of a row is what a multiset at the root leaves over
	find  searcher
	when  condition // nil if there is none
	build []step    // the right side
	equal []pair    // what is made equal when it is built
	regs  int       // registers that build needs
	plain bool      // there are no multisets and no functions
}

// pair is a pair of registers, see step.
type pair struct{ a, b int32 }

// step makes a node of what is in registers: the first registers are the row of
// the match, and each step has one more, in order. The node of the last step is
// put into the root's class at once, if top says so.
type step struct {
	op   Op
	args []int32
	bag  int32 // of a multiset its head, whose op depends on the match; else -1
	top  bool
}

// compile makes a program of a rule.
func (g *Graph) compile(r *Rule) (*program, error) {
	p := &program{rule: r}
	var err error
	if g.hasBags(r) {
		p.find, p.slots, p.rest, err = newBagMatcher(g, r)
	} else {
		p.find, p.slots, err = g.plan(r)
	}
	if err != nil {
		return nil, err
	}
	p.width = 1 + len(p.slots)
	if p.rest {
		p.width++
	}
	if r.when != nil {
		c := conditions{slot: p.register}
		p.when = c.condition(r.when)
		if c.err != "" {
			return nil, &RuleError{Rule: r.name, Offset: -1, Msg: c.err}
		}
	}
	b := builder{g: g, p: p}
	p.regs = p.width
	for _, e := range r.right {
		left := int32(0)
		if e.left != nil {
			left = b.add(e.left)
		}
		p.equal = append(p.equal, pair{left, b.add(e.right)})
	}
	if b.err != nil {
		return nil, b.err
	}
	// One equation with the root, whose right side is not a leaf and was not
	// built for something else.
	if n := len(p.build); len(r.right) == 1 && r.right[0].left == nil && n > 0 && p.equal[0].b == int32(p.regs-1) && (len(p.build[n-1].args) > 0 || g.ops[p.build[n-1].op].kind == callKind) {
		p.build[n-1].top = true
	}
	_, ordered := p.find.(*plan)
	p.plain = ordered && len(r.tests) == 0 && r.build == nil && !slices.ContainsFunc(p.build, func(s step) bool { return s.bag >= 0 })
	return p, nil
}

// register is where a row has the value of a slot, -1 if there is none.
func (p *program) register(slot string) int {
	if i := slices.Index(p.slots, slot); i >= 0 {
		return 1 + i
	}
	return -1
}

// hasBags reports whether a rule's left side mentions a head whose nodes are
// multisets.
func (g *Graph) hasBags(r *Rule) bool {
	return slices.ContainsFunc(r.left, func(p part) bool { return g.mentionsBag(p.pattern) })
}

func (g *Graph) mentionsBag(p *rewrite.Pattern) bool {
	return p.Kind == rewrite.CallKind && g.sortOf(p.Head) == multiset || slices.ContainsFunc(p.Args, g.mentionsBag)
}

// builder compiles right sides. What occurs twice is built once.
type builder struct {
	g    *Graph
	p    *program
	seen []seen
	err  error
}

type seen struct {
	step step
	reg  int32
}

// add is the register in which pattern's class will be.
func (b *builder) add(pattern *rewrite.Pattern) int32 {
	if b.err != nil {
		return 0
	}
	s := step{bag: -1}
	switch pattern.Kind {
	case rewrite.SlotKind, rewrite.DefaultKind, rewrite.SegmentKind:
		i := b.p.register(pattern.Name)
		if i < 0 {
			b.err = &RuleError{Rule: b.p.rule.name, Offset: -1, Msg: fmt.Sprintf("expected a slot that the left side binds, found ?%s", pattern.Name)}
		}
		return int32(i)
	case rewrite.CallKind:
		if err := b.g.checkHead(b.p.rule, pattern); err != nil {
			b.err = err
			return 0
		}
		bag := b.g.sortOf(pattern.Head) == multiset
		args := pattern.Args
		if bag {
			args = flat(pattern.Head, args, nil)
			b.g.Op(pattern.Head, 2)
			s.bag = b.g.headNumber(pattern.Head)
		} else {
			s.op = b.g.Op(pattern.Head, len(args))
		}
		for _, a := range args {
			s.args = append(s.args, b.add(a))
		}
	default:
		s.op = b.g.patternLeaf(pattern)
	}
	for _, o := range b.seen {
		if o.step.op == s.op && o.step.bag == s.bag && slices.Equal(o.step.args, s.args) {
			return o.reg
		}
	}
	reg := int32(b.p.regs)
	b.p.regs++
	b.p.build = append(b.p.build, s)
	b.seen = append(b.seen, seen{s, reg})
	return reg
}

// flat are the elements of a multiset that is written as calls in calls.
func flat(head string, args, to []*rewrite.Pattern) []*rewrite.Pattern {
	for _, a := range args {
		if a.Kind == rewrite.CallKind && a.Head == head {
			to = flat(head, a.Args, to)
		} else {
			to = append(to, a)
		}
	}
	return to
}

// patternLeaf is the op of a leaf in a pattern.
func (g *Graph) patternLeaf(p *rewrite.Pattern) Op {
	switch p.Kind {
	case rewrite.NumberKind:
		return g.numberOp(p.Number)
	case rewrite.FloatKind:
		return g.floatOp(p.Float)
	}
	return g.symbolOp(p.Name)
}

// plan compiles a left side without multisets.
func (g *Graph) plan(r *Rule) (searcher, []string, error) {
	pl := planner{g: g, r: r, reg: map[string]int32{}}
	// The slots have the first registers, in the order in which they come.
	for _, p := range r.left {
		if p.root != "" {
			pl.slot(p.root)
		}
		pl.collect(p.pattern)
	}
	pl.regs = int32(1 + len(pl.slots))
	for i, p := range r.left {
		class := int32(-1)
		switch {
		case p.root != "":
			class = pl.reg[p.root]
		case i == 0:
			class = 0
		}
		if err := pl.part(p, class, i == 0); err != nil {
			return nil, nil, err
		}
	}
	pl.plan.regs = int(pl.regs)
	return &pl.plan, pl.slots, nil
}

type planner struct {
	g     *Graph
	r     *Rule
	plan  plan
	slots []string
	reg   map[string]int32
	bound []bool // by register
	regs  int32
}

func (pl *planner) slot(name string) {
	if _, ok := pl.reg[name]; !ok {
		pl.slots = append(pl.slots, name)
		pl.reg[name] = int32(len(pl.slots))
	}
}

func (pl *planner) collect(p *rewrite.Pattern) {
	if p.Kind == rewrite.SlotKind {
		pl.slot(p.Name)
	}
	for _, a := range p.Args {
		pl.collect(a)
	}
}

func (pl *planner) isBound(reg int32) bool { return int(reg) < len(pl.bound) && pl.bound[reg] }

func (pl *planner) bind(reg int32) {
	for int(reg) >= len(pl.bound) {
		pl.bound = append(pl.bound, false)
	}
	pl.bound[reg] = true
}

func (pl *planner) fresh() int32 {
	pl.regs++
	return pl.regs - 1
}

// part adds the atoms of a term whose class is in a register, -1 if in none.
func (pl *planner) part(p part, class int32, first bool) error {
	if p.pattern.Kind == rewrite.SlotKind { // any class
		a := atom{any: true, class: -1, out: []int32{pl.reg[p.pattern.Name]}}
		if first {
			a.out = append(a.out, 0)
		}
		for _, r := range a.out {
			pl.bind(r)
		}
		if p.pattern.Predicate != "" {
			a.tests = append(a.tests, test{a.out[0], p.pattern.Predicate})
		}
		pl.plan.atoms = append(pl.plan.atoms, a)
		return nil
	}
	if class < 0 {
		class = pl.fresh()
	}
	var out []int32
	if !pl.isBound(class) {
		pl.bind(class)
		out = []int32{class}
		class = -1
	}
	if first && class != 0 && (out == nil || out[0] != 0) { // the root is a slot too
		out = append(out, 0)
		pl.bind(0)
	}
	return pl.atom(p.pattern, class, out)
}

// atom adds the atom of a call or leaf, and those of its arguments. class is the
// register of the class in which it is looked for, -1 for all; out are those
// that get its class.
func (pl *planner) atom(p *rewrite.Pattern, class int32, out []int32) error {
	a := atom{class: class, out: out}
	type child struct {
		p   *rewrite.Pattern
		reg int32
	}
	var children []child
	if p.Kind == rewrite.CallKind {
		if err := pl.g.checkHead(pl.r, p); err != nil {
			return err
		}
		a.op = pl.g.Op(p.Head, len(p.Args))
		a.either = pl.g.ops[a.op].sorted && len(p.Args) == 2
		local := map[int32]bool{}
		for _, q := range p.Args {
			switch q.Kind {
			case rewrite.SlotKind:
				reg := pl.reg[q.Name]
				if pl.isBound(reg) || local[reg] {
					a.args = append(a.args, arg{reg, false})
				} else {
					a.args = append(a.args, arg{reg, true})
					local[reg] = true
				}
				if q.Predicate != "" {
					a.tests = append(a.tests, test{reg, q.Predicate})
				}
			case rewrite.CallKind:
				reg := pl.fresh()
				a.args = append(a.args, arg{reg, true})
				local[reg] = true
				children = append(children, child{q, reg})
			default:
				reg := pl.leaf(pl.g.patternLeaf(q))
				a.args = append(a.args, arg{reg, false})
			}
		}
		for reg := range local {
			pl.bind(reg)
		}
	} else {
		a.op = pl.g.patternLeaf(p)
	}
	if class >= 0 {
		pl.g.lookInside(a.op)
	}
	pl.plan.atoms = append(pl.plan.atoms, a)
	for _, c := range children {
		if err := pl.atom(c.p, c.reg, nil); err != nil {
			return err
		}
	}
	return nil
}

// leaf is the register that has the class of a leaf from the start.
func (pl *planner) leaf(op Op) int32 {
	for _, l := range pl.plan.leaves {
		if l.op == op {
			return l.reg
		}
	}
	reg := pl.fresh()
	pl.bind(reg)
	pl.plan.leaves = append(pl.plan.leaves, leaf{op, reg})
	return reg
}

// checkHead asks whether there is such a call in the graph's language.
func (g *Graph) checkHead(r *Rule, p *rewrite.Pattern) error {
	if g.language == nil {
		return nil
	}
	if expected := g.language(p.Head, len(p.Args)); expected != "" {
		return &RuleError{Rule: r.name, Offset: -1, Msg: fmt.Sprintf("expected %s, found %v", expected, p)}
	}
	return nil
}
