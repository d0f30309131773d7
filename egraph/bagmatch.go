package egraph

import (
	"fmt"
	"slices"
	"strings"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// bagMatcher searches for a left side with multisets. If the left side is a
// multiset, its arguments are looked for anywhere in one, and what is left over
// stays. Everywhere else the last plain slot of a multiset takes all that is left
// over; without one nothing may be left. So it is at the root too if the rule has
// a name for it, or says that something else is equal: what these say would not
// be of what was found, but of that and the rest. A multiset in one of the same
// head is a part of it.
//
// A slot that takes several elements stands for the multiset of them, which need
// not be in the graph.
type bagMatcher struct {
	parts []bagPart
	slots int
	rest  bool // what is left over at the root stays
	idle  bool // the sides are the same multisets, which nobody needs to be told
}

// bagPart is a part of a left side, see part.
type bagPart struct {
	root    int // the slot of its class, -1 if there is none
	pattern *bagPattern
	levels  int // how many calls and leaves are above each other, see stale
}

// bagPattern is a compiled pattern.
type bagPattern struct {
	kind      rewrite.Kind // SlotKind, CallKind, or else a leaf
	slot      int
	predicate string
	op        Op // of a leaf or an ordered call
	head      int32
	mask      uint64 // of the head, see freshness
	sorted    bool   // two arguments in either order
	bag       bool
	root      bool // what is left over stays
	absorb    int  // the slot that takes what is left over, -1 if none does
	args      []*bagPattern
}

// newBagMatcher compiles the left side of a rule. rest tells that rows have what
// is left over at their end.
func newBagMatcher(g *Graph, r *Rule) (find searcher, slots []string, rest bool, err error) {
	m := &bagMatcher{}
	slot := func(name string) int {
		if i := slices.Index(slots, name); i >= 0 {
			return i
		}
		slots = append(slots, name)
		return len(slots) - 1
	}
	absorbed := map[int]bool{} // slots that take what is left over
	times := map[int]int{}     // how often each slot occurs
	var compile func(p *rewrite.Pattern, root bool) *bagPattern
	compile = func(p *rewrite.Pattern, root bool) *bagPattern {
		q := &bagPattern{kind: p.Kind, absorb: -1, root: root}
		switch p.Kind {
		case rewrite.SlotKind:
			q.slot, q.predicate = slot(p.Name), p.Predicate
			times[q.slot]++
		case rewrite.NumberKind:
			q.op = g.numberOp(p.Number)
		case rewrite.FloatKind:
			q.op = g.floatOp(p.Float)
		case rewrite.SymbolKind:
			q.op = g.symbolOp(p.Name)
		case rewrite.CallKind:
			if e := g.checkHead(r, p); e != nil {
				err = e
				return q
			}
			q.bag = g.sortOf(p.Head) == multiset
			q.head = g.headNumber(p.Head)
			q.mask = 1 << (q.head & 63)
			args := p.Args
			if q.bag {
				args = flat(p.Head, p.Args, nil)
				// What fits fewest is looked for first.
				slices.SortStableFunc(args, func(a, b *rewrite.Pattern) int { return bagRank(a) - bagRank(b) })
			} else {
				q.op = g.Op(p.Head, len(p.Args))
				q.sorted = g.ops[q.op].sorted
			}
			for _, a := range args {
				q.args = append(q.args, compile(a, false))
			}
			if q.bag && !root {
				for i, a := range q.args {
					if a.kind == rewrite.SlotKind && a.predicate == "" {
						q.absorb = i
					}
				}
				if i := q.absorb; i >= 0 { // last of all
					a := q.args[i]
					q.args = append(slices.Delete(q.args, i, i+1), a)
					q.absorb = len(q.args) - 1
					absorbed[a.slot] = true
				}
			}
		default:
			err = &RuleError{Rule: r.name, Offset: -1, Msg: fmt.Sprintf("expected a term or a slot, found %v", p)}
		}
		return q
	}
	open := r.left[0].root == "" && !slices.ContainsFunc(r.right, func(e equation) bool { return e.left != nil })
	for i, p := range r.left {
		root := -1
		if p.root != "" {
			root = slot(p.root)
			times[root]++
		}
		q := compile(p.pattern, i == 0 && open)
		m.parts = append(m.parts, bagPart{root, q, q.levels()})
	}
	if err != nil {
		return nil, nil, false, err
	}
	for s := range absorbed {
		if times[s] > 1 { // a multiset and a class are compared, which looks at nodes elsewhere
			m.parts[0].levels = manyLevels
		}
	}
	if r.build == nil && open && len(r.left) == 1 {
		left := g.bagText(r.left[0].pattern)
		m.idle = !slices.ContainsFunc(r.right, func(e equation) bool { return g.bagText(e.right) != left })
	}
	m.slots = len(slots)
	m.rest = m.parts[0].pattern.bag && open
	return m, slots, m.rest, nil
}

const manyLevels = 1 << 20

// bagText is a text of a pattern that is the same however its multisets are
// nested and ordered.
func (g *Graph) bagText(p *rewrite.Pattern) string {
	if p.Kind != rewrite.CallKind {
		return p.Where("").String()
	}
	args := p.Args
	bag := g.sortOf(p.Head) == multiset
	if bag {
		args = flat(p.Head, args, nil)
	}
	var texts []string
	for _, a := range args {
		texts = append(texts, g.bagText(a))
	}
	if bag {
		slices.Sort(texts)
	}
	return p.Head + "(" + strings.Join(texts, ", ") + ")"
}

func bagRank(p *rewrite.Pattern) int {
	switch {
	case p.Kind == rewrite.CallKind:
		return 1
	case p.Kind == rewrite.SlotKind && p.Predicate != "":
		return 2
	case p.Kind == rewrite.SlotKind:
		return 3
	}
	return 0
}

// bagGoal is what is yet to be matched: a class by a pattern, the rest of a
// multiset, or a further part of the left side.
type bagGoal struct {
	p     *bagPattern
	class uint32
	elems uint32 // the node of the multiset that is being matched; else 0
	next  int32  // the goal after this, -1 if there is none
	arg   int32  // the argument of p that is looked for in elems; or the part, if p is nil
	prev  int32  // the goal of the argument before, -1 if arg is the first
	taken uint32 // the element that the argument before has taken
}

// bagSearch is a search under way.
type bagSearch struct {
	g     *Graph
	m     *bagMatcher
	since uint32
	out   *matches
	stop  func() bool

	root  uint32
	bound []uint32 // by slot; noClass if free
	goals []bagGoal
	fresh int    // nodes of the match that are new
	rest  uint32 // what is left over at the root
	steps int
	limit int
	over  bool

	fresher *freshness
}

// search implements searcher.
func (m *bagMatcher) search(g *Graph, since uint32, out *matches, stop func() bool) {
	if m.idle || !m.worth(g, since) {
		return
	}
	s := &g.bagSearch // its scratch is kept from one search to the next
	*s = bagSearch{
		g: g, m: m, since: since, out: out, stop: stop,
		limit: max(g.patience/8, 256), fresher: g.freshness(),
		bound: append(s.bound[:0], make([]uint32, m.slots)...), goals: s.goals[:0],
	}
	for i := range s.bound {
		s.bound[i] = noClass
	}
	if len(out.bags) == 0 {
		out.bags = append(out.bags, 0)
	}
	s.solve(s.push(bagGoal{next: -1}))
	g.patience -= s.steps
	g.cut = g.cut || s.steps > s.limit
}

// worth reports whether there can be a new match: all heads of the pattern have
// nodes, and one of them has a new one.
func (m *bagMatcher) worth(g *Graph, since uint32) bool {
	isNew := since == 0
	var in func(p *bagPattern) bool
	in = func(p *bagPattern) bool {
		newest := uint32(0)
		switch {
		case p.kind == rewrite.SlotKind:
			return true
		case p.bag:
			for _, op := range g.ofHead[p.head] {
				newest = max(newest, g.newest[op])
			}
		default:
			newest = g.newest[p.op]
		}
		if newest == 0 {
			return false
		}
		isNew = isNew || newest > since
		for _, a := range p.args {
			if !in(a) {
				return false
			}
		}
		return true
	}
	for _, p := range m.parts {
		if p.pattern.kind == rewrite.SlotKind {
			isNew = true
		}
		if !in(p.pattern) {
			return false
		}
	}
	return isNew
}

// levels is how many calls and leaves are above each other in a pattern.
func (p *bagPattern) levels() int {
	if p.kind == rewrite.SlotKind {
		return 0
	}
	n := 0
	for _, a := range p.args {
		n = max(n, a.levels())
	}
	return n + 1
}

// freshness has, by class, the newest stamp of its nodes, and that of them and the
// nodes of their arguments: where nothing below a node is new, no match is.
type freshness struct {
	changes  uint64 // of the graph that it is about
	one, two []uint32
	heads    []uint64 // and which heads its nodes have, by bits; several can share one
}

func (g *Graph) freshness() *freshness {
	f := &g.fresh
	if f.changes == g.changes && len(f.one) == len(g.up) {
		return f
	}
	f.changes = g.changes
	f.one = append(f.one[:0], make([]uint32, len(g.up))...)
	f.two = append(f.two[:0], make([]uint32, len(g.up))...)
	f.heads = append(f.heads[:0], make([]uint64, len(g.up))...)
	for n := uint32(1); int(n) < len(g.words); n += wordArgs + uint32(g.ops[g.words[n]&^dead].arity) {
		if !g.isDead(n) {
			c := g.classOf(n)
			f.one[c] = max(f.one[c], g.words[n+wordStamp])
			if o := &g.ops[g.op(n)]; o.kind == callKind {
				f.heads[c] |= 1 << (o.head & 63)
			}
		}
	}
	for n := uint32(1); int(n) < len(g.words); n += wordArgs + uint32(g.ops[g.words[n]&^dead].arity) {
		if g.isDead(n) {
			continue
		}
		c := g.classOf(n)
		newest := f.one[c]
		for _, a := range g.args(n) {
			newest = max(newest, f.one[g.find(a)])
		}
		f.two[c] = max(f.two[c], newest)
	}
	return f
}

// stale reports whether nothing that a pattern of so many levels could look at
// below a node is new.
func (s *bagSearch) stale(n uint32, levels int) bool {
	g := s.g
	if s.since == 0 || levels > 3 || g.words[n+wordStamp] > s.since {
		return false
	}
	if levels == 1 {
		return true
	}
	by := s.fresher.one
	if levels == 3 {
		by = s.fresher.two
	}
	for _, a := range g.args(n) {
		if by[g.find(a)] > s.since {
			return false
		}
	}
	return true
}

func (s *bagSearch) push(g bagGoal) int32 {
	s.goals = append(s.goals, g)
	return int32(len(s.goals) - 1)
}

// solve goes through all ways to reach a goal and those after it.
func (s *bagSearch) solve(top int32) {
	if s.steps++; s.steps > s.limit || s.steps&1023 == 0 && s.stop != nil && s.stop() {
		s.over = true
	}
	if s.over {
		return
	}
	if top < 0 {
		s.emit()
		return
	}
	mark := len(s.goals)
	goal := s.goals[top]
	switch {
	case goal.p == nil:
		s.part(int(goal.arg), goal.next)
	case goal.elems != 0:
		s.elements(top)
	default:
		s.term(goal)
	}
	s.goals = s.goals[:mark]
}

func (s *bagSearch) emit() {
	if s.fresh == 0 && s.since > 0 {
		return
	}
	s.out.rows = append(s.out.rows, s.root)
	s.out.rows = append(s.out.rows, s.bound...)
	if s.m.rest {
		s.out.rows = append(s.out.rows, s.rest)
	}
	s.over = s.over || s.out.full()
}

// part begins with a part of the left side: at its class if that is known, and
// everywhere else.
func (s *bagSearch) part(i int, next int32) {
	if i+1 < len(s.m.parts) {
		next = s.push(bagGoal{arg: int32(i + 1), next: next})
	}
	p := &s.m.parts[i]
	g := s.g
	if p.root >= 0 && s.bound[p.root] != noClass {
		c, isNew := s.made(s.bound[p.root])
		if c == noClass {
			return
		}
		if isNew {
			s.fresh++
		}
		s.solve(s.push(bagGoal{p: p.pattern, class: c, next: next}))
		if isNew {
			s.fresh--
		}
		return
	}
	skip := len(s.m.parts) == 1
	each := func(op Op) {
		for _, n := range g.byOp[op] {
			if g.isDead(n) || s.over {
				continue
			}
			if skip && s.stale(n, p.levels) {
				continue
			}
			c := g.classOf(n)
			if i == 0 {
				if g.settled(c) {
					continue
				}
				s.root = c
			}
			if p.root >= 0 {
				s.bound[p.root] = c
			}
			s.node(p.pattern, n, next)
			if p.root >= 0 {
				s.bound[p.root] = noClass
			}
		}
	}
	switch q := p.pattern; {
	case q.kind == rewrite.SlotKind:
		for c := range uint32(len(g.up)) {
			if g.up[c] != c || s.over {
				continue
			}
			if i == 0 {
				s.root = c
			}
			if p.root >= 0 {
				s.bound[p.root] = c
			}
			isNew := s.fresher.one[c] > s.since
			if isNew {
				s.fresh++
			}
			s.solve(s.push(bagGoal{p: q, class: c, next: next}))
			if isNew {
				s.fresh--
			}
			if p.root >= 0 {
				s.bound[p.root] = noClass
			}
		}
	case q.bag:
		for _, op := range g.ofHead[q.head] {
			each(op)
		}
	default:
		each(q.op)
	}
}

// term matches a class.
func (s *bagSearch) term(goal bagGoal) {
	g, p := s.g, goal.p
	switch {
	case p.kind == rewrite.SlotKind:
		if p.predicate != "" && !g.satisfies(p.predicate, goal.class) {
			return
		}
		s.bind(p.slot, goal.class, goal.next)
		return
	case p.kind != rewrite.CallKind:
		if n, _ := g.lookup(p.op, nil); n != 0 && g.classOf(n) == goal.class {
			s.node(p, n, goal.next)
		}
		return
	}
	first := g.members[goal.class]
	if first == 0 {
		return
	}
	for n := first; ; {
		if !g.isDead(n) {
			if op := g.op(n); op == p.op && !p.bag || p.bag && g.ops[op].kind == callKind && g.ops[op].head == p.head {
				s.node(p, n, goal.next)
			}
		}
		if n = g.words[n+wordNext]; n == first {
			return
		}
	}
}

// node matches a node whose head is the pattern's.
func (s *bagSearch) node(p *bagPattern, n uint32, next int32) {
	mark := len(s.goals)
	args := s.g.args(n)
	isNew := s.g.words[n+wordStamp] > s.since
	if isNew {
		s.fresh++
	}
	switch {
	case p.bag:
		if len(args) >= len(p.args) {
			s.solve(s.push(bagGoal{p: p, elems: n, next: next, prev: -1}))
		}
	case p.sorted && len(args) == 2:
		s.both(p, args[0], args[1], next)
		if args[0] != args[1] {
			s.both(p, args[1], args[0], next)
		}
	default:
		for i := len(args) - 1; i >= 0; i-- {
			next = s.push(bagGoal{p: p.args[i], class: args[i], next: next})
		}
		s.solve(next)
	}
	if isNew {
		s.fresh--
	}
	s.goals = s.goals[:mark]
}

func (s *bagSearch) both(p *bagPattern, a, b uint32, next int32) {
	mark := len(s.goals)
	next = s.push(bagGoal{p: p.args[1], class: b, next: next})
	s.solve(s.push(bagGoal{p: p.args[0], class: a, next: next}))
	s.goals = s.goals[:mark]
}

// elements looks for the next argument of a pattern in a multiset.
func (s *bagSearch) elements(top int32) {
	goal := s.goals[top]
	p := goal.p
	var buf [8]uint32
	used := buf[:0]
	for at := top; s.goals[at].prev >= 0; at = s.goals[at].prev {
		used = append(used, s.goals[at].taken)
	}
	if int(goal.arg) == len(p.args) || int(goal.arg) == p.absorb {
		s.leftOver(goal, used)
		return
	}
	q := p.args[goal.arg]
	leaf := q.kind != rewrite.SlotKind && q.kind != rewrite.CallKind
	var class uint32
	if leaf {
		nodes := s.g.byOp[q.op]
		if len(nodes) == 0 {
			return
		}
		class = s.g.classOf(nodes[0])
	}
	elems := s.g.args(goal.elems)
	for i, c := range elems {
		switch {
		case leaf && c != class, q.kind == rewrite.CallKind && s.fresher.heads[c]&q.mask == 0:
			continue
		case slices.Contains(used, uint32(i)), i > 0 && elems[i-1] == c && !slices.Contains(used, uint32(i-1)):
			continue // of equal ones the first that is free
		}
		mark := len(s.goals)
		after := s.push(bagGoal{p: p, elems: goal.elems, next: goal.next, arg: goal.arg + 1, prev: top, taken: uint32(i)})
		s.solve(s.push(bagGoal{p: q, class: c, next: after}))
		s.goals = s.goals[:mark]
	}
}

// leftOver deals with the elements that no argument of the pattern has taken:
// all but those used.
func (s *bagSearch) leftOver(goal bagGoal, used []uint32) {
	p := goal.p
	out := s.out
	mark := len(out.bags)
	out.bags = append(out.bags, uint32(p.head), 0)
	for i, c := range s.g.args(goal.elems) {
		if !slices.Contains(used, uint32(i)) {
			out.bags = append(out.bags, c)
		}
	}
	n := len(out.bags) - mark - 2
	out.bags[mark+1] = uint32(n)
	found := len(out.rows)
	value := uint32(mark) | pending
	switch {
	case p.root:
		rest := s.rest
		if s.rest = value; n == 0 {
			s.rest = 0
		}
		s.solve(goal.next)
		s.rest = rest
	case p.absorb < 0:
		if n == 0 {
			s.solve(goal.next)
		}
	case n == 0:
	default:
		if n == 1 {
			value = out.bags[mark+2]
		}
		s.bind(p.args[p.absorb].slot, value, goal.next)
	}
	if len(out.rows) == found {
		out.bags = out.bags[:mark] // nobody refers to it
	}
}

// bind gives a slot its value, or compares it with the one that it has.
func (s *bagSearch) bind(slot int, value uint32, next int32) {
	have := s.bound[slot]
	if have == noClass {
		s.bound[slot] = value
		s.solve(next)
		s.bound[slot] = noClass
		return
	}
	same, isNew := s.same(have, value)
	if !same {
		return
	}
	if isNew {
		s.fresh++
	}
	s.solve(next)
	if isNew {
		s.fresh--
	}
}

// same reports whether two values are one class, or would be if they were made;
// and whether that depends on a node that is new.
func (s *bagSearch) same(a, b uint32) (same, isNew bool) {
	switch {
	case a == b:
		return true, false
	case (a|b)&pending == 0:
		return false, false
	case a&b&pending != 0:
		ha, ea := s.out.bag(a)
		hb, eb := s.out.bag(b)
		if ha == hb && slices.Equal(ea, eb) {
			return true, false
		}
	}
	a, newA := s.made(a)
	b, newB := s.made(b)
	return a == b && a != noClass, newA || newB
}

// made is the class of a value, noClass if it has none, and whether a new node
// says so.
func (s *bagSearch) made(value uint32) (class uint32, isNew bool) {
	if value&pending == 0 {
		return value, false
	}
	g := s.g
	head, elements := s.out.bag(value)
	for _, op := range g.ofHead[head] {
		if int(g.ops[op].arity) != len(elements) {
			continue
		}
		if n, _ := g.lookup(op, elements); n != 0 {
			return g.classOf(n), g.words[n+wordStamp] > s.since
		}
	}
	return noClass, false
}
