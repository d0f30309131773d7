package egraph

import (
	"slices"
)

// Explained is an option of [New]: the graph remembers why classes were merged,
// so that [Graph.Explain] can tell. Rules are applied more slowly then, and each
// term that is asked about, or that a rule was applied to, is kept.
func Explained() Option { return func(g *Graph) { g.why = newForest() } }

// forest remembers why terms are equal: a tree for each class, in which the terms
// are the vertices, and each edge is a reason why its ends are equal. Two terms
// of a class are equal because of the edges on the path between them; an edge of
// congruence, because their arguments are, by edges that are older. See
// Nieuwenhuis and Oliveras, Proof-Producing Congruence Closure, RTA 2005, and
// Flatt et al., Small Proofs from Congruence Closure, FMCAD 2022.
//
// Terms are not nodes: the arguments of a term are terms, not classes, and do
// not change. There are those for which nodes were made, and those to which
// rules were applied, which may have no node of their own.
type forest struct {
	terms []vertex // the first is not used
	args  []uint32
	table table // of terms by op and arguments

	// By class, of those too that were merged into others.
	first []uint32 // the term for which the class was made
	rep   []uint32 // a small term of the class, if it is a root
	count []uint32 // the terms of the class, if it is a root

	ofNode []uint32 // by node/wordArgs, the term for which it was made
	edges  []edge   // the first is not used
	data   []uint32 // of edges

	next     edge // the reason for the merge that comes next
	has      bool
	nextArgs []uint32 // the terms that are arguments of the node that is made next
}

// vertex is a term.
type vertex struct {
	op    Op
	args  uint32 // where its arguments begin
	class uint32 // in which it is, see Graph.find; noClass of a term that occurs in others only
	up    uint32 // the term beside it on the way to the root of its tree; 0 if it is that
	edge  uint32 // the reason why the two are equal
	mark  uint32 // scratch
	size  uint32 // how many terms there are in it, as a tree; at most maxSize
}

const maxSize = 1 << 30

type edgeKind uint8

const (
	congruenceEdge edgeKind = iota // equal arguments
	ruleEdge
	foldEdge     // arithmetic of exact numbers
	regroupEdge  // nested multisets, and the order of arguments
	identityEdge // rational functions that are the same
	givenEdge    // said from outside
)

// edge is a reason why two terms are equal.
type edge struct {
	from, to uint32 // the terms; a rule goes in this direction
	kind     edgeKind
	p        *program // of a rule
	name     string   // of others
	data     uint32   // where in data there is more; 0 if there is not
}

func newForest() *forest {
	w := &forest{terms: make([]vertex, 1), edges: make([]edge, 1), data: make([]uint32, 1)}
	w.table.init(64)
	return w
}

func (w *forest) argsOf(g *Graph, t uint32) []uint32 {
	v := &w.terms[t]
	return w.args[v.args : int(v.args)+int(g.ops[v.op].arity)]
}

// termOf is the term for which a class was made.
func (w *forest) termOf(class uint32) uint32 { return w.first[class] }

// repOf is a term that stands for a class: a constant if there is one.
func (w *forest) repOf(g *Graph, class uint32) uint32 {
	class = g.find(class)
	if k := g.constant[class]; k != 0 {
		if t, _ := w.lookup(g, Op(k-1), nil); t != 0 {
			return t
		}
	}
	return w.rep[class]
}

// nodeTerm is the term for which a node was made.
func (w *forest) nodeTerm(node uint32) uint32 { return w.ofNode[node/wordArgs] }

// classOf is the class of a term.
func (w *forest) classOf(g *Graph, t uint32) uint32 { return g.find(w.terms[t].class) }

// lookup finds a term; 0 if there is none.
func (w *forest) lookup(g *Graph, op Op, args []uint32) (t, hash uint32) {
	hash = hashOf(op, args)
	for i := w.table.home(hash); ; i = (i + 1) & w.table.mask {
		e := w.table.entries[i]
		if e == 0 {
			return 0, hash
		}
		if t = uint32(e); uint32(e>>32) == hash && w.terms[t].op == op && slices.Equal(w.argsOf(g, t), args) {
			return t, hash
		}
	}
}

// seek is lookup for terms that have a class.
func (w *forest) seek(g *Graph, op Op, args []uint32) uint32 {
	if t, _ := w.lookup(g, op, args); t != 0 && w.terms[t].class != noClass {
		return t
	}
	return 0
}

// add makes a term of a class, which is not in the class's tree yet. Of several
// that are the same, the first is the one that is found; if that has no class
// yet, it gets this one.
func (w *forest) add(g *Graph, op Op, args []uint32, class uint32) uint32 {
	old, hash := w.lookup(g, op, args)
	if old != 0 && w.terms[old].class == noClass {
		w.terms[old].class = class
		return old
	}
	t := uint32(len(w.terms))
	size := uint32(1)
	for _, a := range args {
		size = min(size+w.terms[a].size, maxSize)
	}
	w.terms = append(w.terms, vertex{op: op, args: uint32(len(w.args)), class: class, size: size})
	w.args = append(w.args, args...)
	if old == 0 {
		w.table.insert(hash, t)
	}
	return t
}

// made is told of a new node.
func (w *forest) made(g *Graph, n, class uint32) {
	op := g.op(n)
	args := w.nextArgs
	if w.nextArgs = nil; args == nil {
		for _, a := range g.args(n) {
			args = append(args, w.repOf(g, a))
		}
	}
	t := w.add(g, op, args, class)
	for int(n/wordArgs) >= len(w.ofNode) {
		w.ofNode = append(w.ofNode, 0)
	}
	w.ofNode[n/wordArgs] = t
	w.grow(len(g.up))
	if w.first[class] == 0 {
		w.first[class], w.rep[class], w.count[class] = t, t, 1
		return
	}
	w.hang(g, t, edge{from: t, to: w.first[class], kind: givenEdge, name: "given"})
}

func (w *forest) grow(classes int) {
	for len(w.first) < classes {
		w.first = append(w.first, 0)
		w.rep = append(w.rep, 0)
		w.count = append(w.count, 0)
	}
}

// hang puts t, which is in no tree, into one: e is its reason, from t to another
// term.
func (w *forest) hang(g *Graph, t uint32, e edge) {
	w.terms[t].up = e.to
	w.terms[t].edge = w.newEdge(e)
	c := g.find(w.terms[t].class)
	w.count[c]++
	if w.terms[t].size < w.terms[w.rep[c]].size {
		w.rep[c] = t
	}
}

func (w *forest) newEdge(e edge) uint32 {
	w.edges = append(w.edges, e)
	return uint32(len(w.edges) - 1)
}

// reason says why the merge that comes next is right.
func (w *forest) reason(e edge) { w.next, w.has = e, true }

// merged is told that the classes of x and y are about to be one: loser is to be
// part of winner.
func (w *forest) merged(g *Graph, x, y, winner, loser uint32) {
	e := w.take(x, y)
	a, b := e.from, e.to
	if ca, cb := w.classOf(g, a), w.classOf(g, b); w.count[ca] > w.count[cb] {
		a, b = b, a
	}
	w.reroot(a)
	w.terms[a].up = b
	w.terms[a].edge = w.newEdge(e)
	w.count[winner] += w.count[loser]
	if w.terms[w.rep[loser]].size < w.terms[w.rep[winner]].size {
		w.rep[winner] = w.rep[loser]
	}
}

// take is the reason of a merge, which is used up.
func (w *forest) take(x, y uint32) edge {
	if w.has {
		w.has = false
		return w.next
	}
	return edge{from: w.first[x], to: w.first[y], kind: givenEdge, name: "given"}
}

// refused is told of a merge that did not come to be.
func (w *forest) refused(g *Graph, x, y uint32) {
	e := w.take(x, y)
	c, ok := g.err.(*ContradictionError)
	if !ok || c.Proof != nil || w.classOf(g, e.from) == w.classOf(g, e.to) {
		return
	}
	a, b := g.constant[w.classOf(g, e.from)], g.constant[w.classOf(g, e.to)]
	if a == 0 || b == 0 {
		return
	}
	p := newProver(g)
	c.Proof, _ = p.through(w.leaf(g, Op(a-1)), e, w.leaf(g, Op(b-1)))
}

// mergeNode merges the class of a node with another, which is equal for a reason
// that has a name, but is no rule.
func (g *Graph) mergeNode(n, class uint32, name string) bool {
	if w := g.why; w != nil {
		w.reason(edge{from: w.nodeTerm(n), to: w.first[class], kind: givenEdge, name: name})
	}
	return g.merge(g.words[n+wordClass], class)
}

// reroot makes t the root of its tree.
func (w *forest) reroot(t uint32) {
	up, e := uint32(0), uint32(0)
	for t != 0 {
		v := &w.terms[t]
		t, v.up, up, e, v.edge = v.up, up, t, v.edge, e
	}
}

// congruent merges the classes of two nodes that have equal arguments.
func (w *forest) congruent(g *Graph, n, m uint32) {
	a, b := g.words[n+wordClass], g.words[m+wordClass]
	if g.find(a) != g.find(b) {
		w.reason(w.congruence(g, w.nodeTerm(n), w.nodeTerm(m)))
	}
	g.merge(a, b)
}

// congruence is the reason why two terms are equal whose arguments are. If their
// order does not matter, data says which is equal to which: of each argument of
// from, its place in to. This is to be noted at once, since later more may be
// equal, and because of this very edge.
func (w *forest) congruence(g *Graph, from, to uint32) edge {
	e := edge{from: from, to: to, kind: congruenceEdge}
	if !g.ops[w.terms[from].op].sorted {
		return e
	}
	e.data = uint32(len(w.data))
	x, y := w.argsOf(g, from), w.argsOf(g, to)
	used := make([]bool, len(y))
	for range x {
		w.data = append(w.data, unpaired)
	}
	place := w.data[e.data:]
	pair := func(same func(a, b uint32) bool) {
		for i, a := range x {
			for j := 0; place[i] == unpaired && j < len(y); j++ {
				if !used[j] && same(a, y[j]) {
					used[j] = true
					place[i] = uint32(j)
				}
			}
		}
	}
	pair(func(a, b uint32) bool { return a == b })
	pair(func(a, b uint32) bool { return w.classOf(g, a) == w.classOf(g, b) })
	return e
}

const unpaired = ^uint32(0)

// leaf is the term of a leaf, which is added to the graph.
func (w *forest) leaf(g *Graph, op Op) uint32 { return w.call(g, op, nil) }

// call is the term of op and terms, for which there will be a node, or an equal
// one.
func (w *forest) call(g *Graph, op Op, args []uint32) uint32 {
	t := w.seek(g, op, args)
	if t != 0 {
		return t
	}
	classes := make([]uint32, len(args))
	for i, a := range args {
		classes[i] = w.classOf(g, a)
	}
	g.canon(op, classes)
	n, hash := g.lookup(op, classes)
	if n == 0 {
		w.nextArgs = append([]uint32{}, args...)
		return w.nodeTerm(g.insert(op, classes, hash, noClass))
	}
	t = w.add(g, op, args, g.words[n+wordClass])
	w.hang(g, t, w.congruence(g, t, w.nodeTerm(n)))
	return t
}

// ghost is the term of op and terms, which has no node but is equal to another,
// for the reason of this kind and name.
func (w *forest) ghost(g *Graph, op Op, args []uint32, equal uint32, kind edgeKind, name string) uint32 {
	t := w.seek(g, op, args)
	if t != 0 {
		if w.classOf(g, t) != w.classOf(g, equal) { // it was there before
			w.unite(g, t, equal, kind, name)
		}
		return t
	}
	t = w.add(g, op, args, w.terms[equal].class)
	e := edge{from: t, to: equal, kind: kind, name: name}
	if kind == congruenceEdge {
		e = w.congruence(g, t, equal)
	}
	w.hang(g, t, e)
	return t
}

// unite merges the classes of two terms.
func (w *forest) unite(g *Graph, t, s uint32, kind edgeKind, name string) {
	e := edge{from: t, to: s, kind: kind, name: name}
	if kind == congruenceEdge {
		e = w.congruence(g, t, s)
	}
	w.reason(e)
	g.merge(w.terms[t].class, w.terms[s].class)
}

// id is a class that was made for a term: such an ID means this very term when
// it is asked about.
func (w *forest) id(g *Graph, t uint32) uint32 {
	c := w.terms[t].class
	if w.first[c] == t {
		return c
	}
	id := g.newClass()
	g.classes--
	g.up[id] = g.find(c)
	w.grow(len(g.up))
	w.first[id] = t
	w.terms[t].class = id
	return id
}

// added is the class that is made for a call, whose arguments are those for which
// the classes args were made.
func (w *forest) added(g *Graph, head string, args []uint32) uint32 {
	terms := make([]uint32, len(args))
	for i, a := range args {
		terms[i] = w.first[a]
	}
	if g.sortOf(head) == multiset {
		return w.id(g, w.multiset(g, head, terms))
	}
	return w.id(g, w.call(g, g.Op(head, len(terms)), terms))
}
