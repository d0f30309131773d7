package egraph

// Add is the class of the call of head with these arguments. A multiset of one
// element is that element.
func (g *Graph) Add(head string, args ...ID) ID {
	classes := make([]uint32, len(args))
	for i, a := range args {
		classes[i] = uint32(a)
	}
	return ID(g.addCall(head, classes))
}

// addCall is Add. It changes args.
func (g *Graph) addCall(head string, args []uint32) uint32 {
	if g.why != nil {
		return g.why.added(g, head, args)
	}
	if g.sortOf(head) == multiset {
		return g.makeBag(g.headNumber(head), args, noClass)
	}
	return g.add(g.Op(head, len(args)), args)
}

// Union makes one class of two, and reports whether they were two. It is for what
// is known beside the rules. That two different numbers would become one is a
// *[ContradictionError], and they do not.
func (g *Graph) Union(a, b ID) (bool, error) {
	merged := g.merge(uint32(a), uint32(b))
	return merged, g.err
}

// Rebuild makes the graph congruent, which it may not be after [Graph.Union]:
// calls with equal arguments become equal. [Graph.Run] does it too. The error is
// a *[ContradictionError], or that of an analysis.
func (g *Graph) Rebuild() error { return g.rebuild() }
