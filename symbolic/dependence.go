package symbolic

import "slices"

// dependence is the DAG of some terms, by numbers, with the edges from each term
// to those that are made of it: what depends on a variable is found from the
// variable upwards, and the rest is never looked at.
type dependence struct {
	vertices []vertex
	places   map[vertex]int32
	roots    []int32
	poles    []int32 // exact divisions by 0
	polysums map[int32]*polysum

	// The kids of vertex v are kids[kidAt[v]:kidAt[v+1]], none for one that has
	// no variable. What they are depends on the operation, see appendKids.
	kidAt, kids []int32
	// The edges up from v are those numbered upAt[v] to upAt[v+1]: to the
	// parent, whose kid it is at this position.
	upAt, parent, position []int32

	order, rank []int32 // kids before parents; the place of each in it
	first       []int32 // the first root that holds it
}

// vertex is a term and whether its derivative is to be of faithful operations.
// That is the form of the term, but for variables, calls and the like, which are
// of both forms: they go with what they are part of.
type vertex struct {
	n        *node
	faithful bool
}

const none = -1

func vertexOf(n *node, faithful bool) vertex {
	switch n.op {
	case OpSum, OpProduct, OpVar:
		return vertex{n, false}
	}
	return vertex{n, faithful || n.flag(notCanonical)}
}

func newDependence(roots []Expr) *dependence {
	g := &dependence{places: map[vertex]int32{}, polysums: map[int32]*polysum{}}
	for _, r := range roots {
		g.roots = append(g.roots, g.place(r.n, false))
	}
	var buf []*node
	for v := 0; v < len(g.vertices); v++ {
		t := g.vertices[v]
		g.kidAt = append(g.kidAt, int32(len(g.kids)))
		if t.n.isPole() {
			g.poles = append(g.poles, int32(v))
			continue
		}
		if p := polysumOf(t.n); p != nil {
			g.polysums[int32(v)] = p
			buf = append(buf[:0], p.bases...)
		} else {
			buf = appendKids(buf[:0], t.n)
		}
		for _, k := range buf {
			g.kids = append(g.kids, g.place(k, t.faithful))
		}
	}
	g.kidAt = append(g.kidAt, int32(len(g.kids)))
	g.link()
	g.sort()
	return g
}

func (g *dependence) place(n *node, faithful bool) int32 {
	if n == nil || n.op == OpNumber || n.op == OpFloat {
		return none
	}
	t := vertexOf(n, faithful)
	v, ok := g.places[t]
	if !ok {
		v = int32(len(g.vertices))
		g.places[t] = v
		g.vertices = append(g.vertices, t)
	}
	return v
}

// isPole reports whether n is an exact division by 0 itself.
func (n *node) isPole() bool {
	switch n.op {
	case OpDiv:
		return n.args[1] == nil
	case OpPow:
		return n.args[0] == nil && int64(n.bits) < 0
	case OpPower:
		return n.args[0] == nil && isNumber(n.args[1]) && ratSign(n.args[1]) < 0
	}
	return false
}

// appendKids appends the terms through which n depends on its variables: of a
// sum its monomials (of a polysum the bases instead), of a product a base and an exponent for each factor (nil if
// that is a number), of select the two branches, of other operations the
// arguments.
func appendKids(kids []*node, n *node) []*node {
	switch n.op {
	case OpVar:
	case OpSum:
		for i := range n.pairs() {
			kids = append(kids, n.pairs()[i].n)
		}
	case OpProduct:
		if n.isScaled() {
			return append(kids, n.args[0])
		}
		for _, p := range n.pairs() {
			var e *node
			if !p.c.number() {
				e = p.c.x
			}
			kids = append(kids, p.n, e)
		}
	case OpSelect:
		kids = append(kids, n.args[1], n.args[2])
	case OpCall:
		for i := range functionAt(n.fn).Arity {
			kids = append(kids, Expr{n}.arg(i).n)
		}
	default:
		kids = append(kids, n.args[:ops[n.op].args]...)
	}
	return kids
}

func (g *dependence) link() {
	g.upAt = make([]int32, len(g.vertices)+1)
	for _, k := range g.kids {
		if k != none {
			g.upAt[k+1]++
		}
	}
	for v := range g.vertices {
		g.upAt[v+1] += g.upAt[v]
	}
	edges := g.upAt[len(g.vertices)]
	g.parent, g.position = make([]int32, edges), make([]int32, edges)
	next := slices.Clone(g.upAt)
	for v := range g.vertices {
		for i, k := range g.kidsOf(int32(v)) {
			if k != none {
				g.parent[next[k]], g.position[next[k]] = int32(v), int32(i)
				next[k]++
			}
		}
	}
}

func (g *dependence) kidsOf(v int32) []int32 { return g.kids[g.kidAt[v]:g.kidAt[v+1]] }

// sort is Kahn's topological sort, from the roots down.
func (g *dependence) sort() {
	n := len(g.vertices)
	g.order, g.rank, g.first = make([]int32, 0, n), make([]int32, n), make([]int32, n)
	above := make([]int32, n) // edges from parents that are not in order yet
	for v := range g.vertices {
		above[v] = g.upAt[v+1] - g.upAt[v]
		g.first[v] = int32(len(g.roots))
		if above[v] == 0 {
			g.order = append(g.order, int32(v))
		}
	}
	for i, r := range slices.Backward(g.roots) {
		if r != none {
			g.first[r] = int32(i)
		}
	}
	for i := 0; i < len(g.order); i++ {
		v := g.order[i]
		for _, k := range g.kidsOf(v) {
			if k == none {
				continue
			}
			g.first[k] = min(g.first[k], g.first[v])
			if above[k]--; above[k] == 0 {
				g.order = append(g.order, k)
			}
		}
	}
	slices.Reverse(g.order)
	for i, v := range g.order {
		g.rank[v] = int32(i)
	}
}
