package egraph

import (
	"strconv"

	"github.com/triad-go/triad/egraph/extract"
)

// Problem is what there is to choose from for the roots: the classes that they
// can need, with their nodes at the prices that cost says. It can be solved, and
// written as JSON ([extract.Problem.WriteJSON]), and read by [FromProblem].
//
// The second result has the graph's node for each node of the problem: see
// [Chosen]. The graph is to be congruent ([Graph.Rebuild]). The error is an
// *[extract.Error]: no roots, or a price that is negative or NaN.
func (g *Graph) Problem(cost func(Node) float64, roots ...ID) (*extract.Problem, []Node, error) {
	p := &extract.Problem{}
	var nodes []Node
	number := map[ID]int32{}
	var classes []ID
	visit := func(c ID) int32 {
		c = g.Find(c)
		n, ok := number[c]
		if !ok {
			n = int32(len(classes))
			number[c] = n
			classes = append(classes, c)
			p.ClassNames = append(p.ClassNames, strconv.Itoa(int(c)))
		}
		return n
	}
	for _, r := range roots {
		p.Roots = append(p.Roots, visit(r))
	}
	for i := 0; i < len(classes); i++ {
		k := 0
		for n := range g.Nodes(classes[i]) {
			op := n.Head()
			if op == "" {
				op = n.String()
			}
			m := extract.Node{Op: op, Class: int32(i), Cost: cost(n)}
			for a := range n.NumArgs() {
				m.Children = append(m.Children, visit(n.Arg(a)))
			}
			p.Nodes = append(p.Nodes, m)
			p.NodeNames = append(p.NodeNames, p.ClassNames[i]+"."+strconv.Itoa(k))
			nodes = append(nodes, n)
			k++
		}
	}
	p.Classes = len(classes)
	if err := p.Check(); err != nil {
		return nil, nil, err
	}
	return p, nodes, nil
}

// Chosen is what a solution of a graph's Problem has chosen, for [Term] and
// [Graph.SExpr]. nodes are those that [Graph.Problem] returned.
func Chosen(s *extract.Solution, nodes []Node) Choice {
	of := map[ID]Node{}
	for _, n := range s.Choice {
		if n >= 0 {
			of[nodes[n].Class()] = nodes[n]
		}
	}
	return func(class ID) (Node, bool) {
		n, ok := of[class]
		if !ok && len(nodes) > 0 {
			n, ok = of[nodes[0].g.Find(class)]
		}
		return n, ok
	}
}

// FromProblem makes a graph of a problem, which may come from JSON, and returns
// the classes of its roots. Ops without children are read as the atoms of
// S-expressions: numbers, floats, symbols. Nodes that are equal make one class of
// theirs. The prices are not kept. Errors are an *[extract.Error] or
// *[extract.CycleError] of a problem that is none, a *[SyntaxError] of an op that
// cannot be one, and a *[ContradictionError].
func FromProblem(p *extract.Problem, opts ...Option) (*Graph, []ID, error) {
	if err := p.Check(); err != nil {
		return nil, nil, err
	}
	g := New(opts...)
	// Classes begin without nodes, since nodes can refer to what comes later.
	class := make([]uint32, p.Classes)
	for i := range class {
		class[i] = g.newClass()
	}
	for _, n := range p.Nodes {
		var made uint32
		if len(n.Children) == 0 {
			id, err := g.AddSExpr(n.Op)
			if err != nil {
				return nil, nil, err
			}
			made = uint32(id)
		} else {
			if n.Op == "" {
				return nil, nil, &SyntaxError{Text: n.Op, Msg: "expected a head, found nothing"}
			}
			args := make([]uint32, len(n.Children))
			for i, c := range n.Children {
				args[i] = class[c]
			}
			made = g.addCall(n.Op, args)
		}
		g.merge(class[n.Class], made)
	}
	if err := g.Rebuild(); err != nil {
		return nil, nil, err
	}
	roots := make([]ID, len(p.Roots))
	for i, r := range p.Roots {
		roots[i] = g.Find(ID(class[r]))
	}
	return g, roots, nil
}
