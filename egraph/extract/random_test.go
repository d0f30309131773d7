package extract

import "math/rand/v2"

// shape says what random problems are like.
type shape struct {
	classes, nodes int     // nodes beyond the one that each class has for certain
	kids           int     // at most, of a node
	roots          int     // at most
	back           float64 // of the children that may lead anywhere, cycles included
	near           int     // the others are among so many classes below
	costs          int     // whole costs from 0 on, so that sums are exact
}

// random returns a problem in which each class has a finite term.
func random(r *rand.Rand, s shape) *Problem {
	p := &Problem{Classes: s.classes}
	node := func(c, kids int) {
		n := Node{Op: "f", Class: int32(c), Cost: float64(r.IntN(s.costs))}
		for range kids {
			switch {
			case r.Float64() < s.back:
				n.Children = append(n.Children, int32(r.IntN(s.classes)))
			case c > 0:
				n.Children = append(n.Children, int32(c-1-r.IntN(min(c, s.near))))
			}
		}
		p.Nodes = append(p.Nodes, n)
	}
	back := s.back
	s.back = 0
	for c := range s.classes {
		node(c, r.IntN(s.kids+1))
	}
	s.back = back
	for range s.nodes {
		node(r.IntN(s.classes), r.IntN(s.kids+1))
	}
	r.Shuffle(len(p.Nodes), func(i, j int) { p.Nodes[i], p.Nodes[j] = p.Nodes[j], p.Nodes[i] })
	for range 1 + r.IntN(s.roots) {
		p.Roots = append(p.Roots, int32(s.classes-1-r.IntN(min(s.classes, 2*s.roots))))
	}
	return p
}

// shapes are of problems small enough for brute force.
var shapes = []shape{
	{classes: 4, nodes: 6, kids: 2, roots: 2, back: 0.3, near: 3, costs: 4},
	{classes: 7, nodes: 8, kids: 3, roots: 3, back: 0.2, near: 5, costs: 10},
	{classes: 10, nodes: 12, kids: 2, roots: 4, back: 0.5, near: 4, costs: 3},
	{classes: 12, nodes: 10, kids: 4, roots: 2, back: 0.1, near: 8, costs: 100},
	{classes: 9, nodes: 9, kids: 2, roots: 3, back: 0.9, near: 2, costs: 2},
	{classes: 14, nodes: 10, kids: 3, roots: 6, back: 0, near: 3, costs: 6},
}

// deep returns a problem with long terms, whose trees are many times as large as
// their DAGs: binary nodes of classes just below, up to so many a class, and a
// part of them that lead anywhere.
func deep(r *rand.Rand, classes, alternatives, window, roots int, back float64) *Problem {
	p := &Problem{Classes: classes}
	for c := range classes {
		if c < 10 {
			p.Nodes = append(p.Nodes, Node{Op: "x", Class: int32(c), Cost: 1})
			continue
		}
		for i := range 1 + r.IntN(alternatives+1) {
			kid := func() int32 {
				if i > 0 && r.Float64() < back {
					return int32(r.IntN(classes))
				}
				return int32(c - 1 - r.IntN(min(c, window)))
			}
			p.Nodes = append(p.Nodes, Node{Op: "f", Class: int32(c), Children: []int32{kid(), kid()}, Cost: float64(1 + r.IntN(8))})
		}
	}
	for i := range roots {
		p.Roots = append(p.Roots, int32(classes-1-i))
	}
	return p
}
