package egraph

// plan is a compiled left side: atoms that are matched one after the other, each
// in a class that one before it has found.
type plan struct {
	atoms  []atom
	leaves []leaf
	regs   int
}

// atom is a node to be found.
type atom struct {
	op     Op
	any    bool    // no node, but any class
	class  int32   // the register of the class in which to look; -1: everywhere
	out    []int32 // the registers that get its class if it was looked for everywhere
	args   []arg
	either bool // the two arguments can stand in either order
	tests  []test
}

// arg is a register of an argument, and whether the argument is put there or
// compared with what is there.
type arg struct {
	reg  int32
	bind bool
}

type test struct {
	reg       int32
	predicate string
}

type leaf struct {
	op  Op
	reg int32
}

// search implements searcher.
func (p *plan) search(g *Graph, since uint32, out *matches, stop func() bool) {
	s := &g.searching
	s.g, s.plan, s.since, s.out, s.stop = g, p, since, out, stop
	s.steps, s.stopped = stepsBetween, false
	if cap(s.regs) < p.regs {
		s.regs = make([]uint32, 2*p.regs)
	}
	s.regs = s.regs[:p.regs]
	fresh := false
	for _, l := range p.leaves {
		nodes := g.byOp[l.op]
		if len(nodes) == 0 {
			return
		}
		s.regs[l.reg] = g.classOf(nodes[0])
		fresh = fresh || g.words[nodes[0]+wordStamp] > since
	}
	s.hope = s.hope[:0]
	for i := range p.atoms {
		a := &p.atoms[i]
		if !a.any && len(g.byOp[a.op]) == 0 {
			return
		}
		s.hope = append(s.hope, false)
	}
	// Whether one of the atoms from i on can be new.
	s.hope = append(s.hope, false)
	for i := len(p.atoms) - 1; i >= 0; i-- {
		a := &p.atoms[i]
		s.hope[i] = s.hope[i+1] || a.any || g.newest[a.op] > since
	}
	if !fresh && !s.hope[0] {
		return
	}
	if !g.indexed && len(p.atoms) > 1 {
		g.buildIndex()
		g.indexed = true
	}
	s.step(0, fresh)
}

// stepsBetween is how many nodes are looked at between two questions whether to
// stop.
const stepsBetween = 1 << 12

// searching is the state of a search. A graph keeps it for the next one.
type searching struct {
	g       *Graph
	plan    *plan
	since   uint32
	out     *matches
	stop    func() bool
	steps   int
	stopped bool
	regs    []uint32
	hope    []bool // by atom: one from there on can be new
}

// step matches the atoms from i on. fresh says that one before was new.
func (s *searching) step(i int, fresh bool) {
	a := &s.plan.atoms[i]
	g := s.g
	hope := fresh || s.hope[i+1]
	if a.any {
		s.anyClass(a, i, fresh)
		return
	}
	n := len(a.args)
	if a.class >= 0 {
		rows := g.index.rows(s.regs[a.class], uint32(a.op))
		for ; len(rows) > 0; rows = rows[1+n:] {
			isNew := rows[0] > s.since
			if hope || isNew {
				s.node(a, i, rows[1:1+n], fresh || isNew)
			}
		}
		return
	}
	if !hope && g.newest[a.op] <= s.since {
		return
	}
	words := g.words
	for _, node := range g.byOp[a.op] {
		w := words[node : int(node)+wordArgs+n]
		if isNew := w[wordStamp] > s.since; (hope || isNew) && w[wordOp]&dead == 0 && !(i == 0 && g.settled(w[wordClass])) {
			for _, r := range a.out {
				s.regs[r] = w[wordClass]
			}
			s.node(a, i, w[wordArgs:], fresh || isNew)
		}
	}
}

// node matches the arguments of a node, and then the atoms after i.
func (s *searching) node(a *atom, i int, args []uint32, fresh bool) {
	if s.steps--; s.steps <= 0 {
		s.steps = stepsBetween
		s.stopped = s.stopped || s.stop() || s.out.full()
	}
	if s.stopped {
		return
	}
	s.order(a, i, args, fresh)
	if a.either && args[0] != args[1] {
		swapped := [2]uint32{args[1], args[0]}
		s.order(a, i, swapped[:], fresh)
	}
}

func (s *searching) order(a *atom, i int, args []uint32, fresh bool) {
	regs := s.regs
	for j, x := range a.args {
		if x.bind {
			regs[x.reg] = args[j]
		} else if regs[x.reg] != args[j] {
			return
		}
	}
	for _, t := range a.tests {
		if !s.g.satisfies(t.predicate, regs[t.reg]) {
			return
		}
	}
	if i++; i < len(s.plan.atoms) {
		s.step(i, fresh)
		return
	}
	s.out.add(regs)
}

// anyClass matches the atom i, any class.
func (s *searching) anyClass(a *atom, i int, fresh bool) {
	g := s.g
	for c, up := range g.up {
		if uint32(c) != up || g.members[c] == 0 {
			continue
		}
		isNew := false
		for m := g.members[c]; ; {
			if isNew = isNew || g.words[m+wordStamp] > s.since; isNew {
				break
			}
			if m = g.words[m+wordNext]; m == g.members[c] {
				break
			}
		}
		if fresh || isNew || s.hope[i+1] {
			for _, r := range a.out {
				s.regs[r] = up
			}
			s.node(a, i, nil, fresh || isNew)
		}
	}
}

// index finds nodes by class and op. It has the nodes of those ops that patterns
// look for in a class, and is built anew for each iteration.
//
// A class has a run for each op: the op, how many words follow, and for each node
// its stamp and arguments.
type index struct {
	start []uint32 // by class, where its runs begin in words; those of the next class begin where they end
	words []uint32
	last  []uint32 // by class, scratch
}

// rows are the stamps and arguments of the nodes of an op in a class.
func (x *index) rows(class, op uint32) []uint32 {
	words := x.words[x.start[class]:x.start[class+1]]
	for len(words) > 0 {
		n := 2 + words[1]
		if words[0] == op {
			return words[2:n]
		}
		words = words[n:]
	}
	return nil
}

// buildIndex makes the index of the graph as it is.
func (g *Graph) buildIndex() {
	x := &g.index
	n := len(g.up) + 1
	if cap(x.start) < n {
		x.start = make([]uint32, n+n/4)
		x.last = make([]uint32, n+n/4)
	}
	x.start, x.last = x.start[:n], x.last[:n]
	clear(x.start)
	clear(x.last)
	// How many words each class needs.
	for _, op := range g.inner {
		size := uint32(1 + g.ops[op].arity)
		live := g.byOp[op][:0] // the dead ones leave the list on this occasion
		for _, node := range g.byOp[op] {
			w := g.words[node : node+wordArgs : node+wordArgs]
			if w[wordOp]&dead != 0 {
				continue
			}
			live = append(live, node)
			c := w[wordClass]
			x.start[c] += size
			if x.last[c] != uint32(op)+1 {
				x.last[c] = uint32(op) + 1
				x.start[c] += 2
			}
		}
		g.byOp[op] = live
	}
	total := uint32(0)
	for c, size := range x.start {
		x.start[c] = total
		total += size
	}
	if cap(x.words) < int(total) {
		x.words = make([]uint32, total+total/4)
	}
	x.words = x.words[:total]
	// Each class's start runs ahead while it is filled, and is put back after it.
	clear(x.last)
	for _, op := range g.inner {
		size := uint32(1 + g.ops[op].arity)
		for _, node := range g.byOp[op] {
			w := g.words[node : node+wordArgs+size-1]
			c := w[wordClass]
			at := x.start[c]
			// last is where the class's run of this op begins, if it has begun.
			if run := x.last[c]; run == 0 || x.words[run-1] != uint32(op) {
				x.words[at], x.words[at+1] = uint32(op), 0
				x.last[c] = at + 1
				at += 2
			}
			x.words[x.last[c]] += size
			x.words[at] = w[wordStamp]
			copy(x.words[at+1:at+size], w[wordArgs:])
			x.start[c] = at + size
		}
	}
	copy(x.start[1:], x.start[:n-1])
	x.start[0] = 0
}
