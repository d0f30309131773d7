package extract

// graph is the part of a problem that its roots can reach, in flat arrays.
// Classes are numbered anew, those that are near each other close together, and
// the nodes of a class follow each other. Nodes that need their own class, which
// nobody wants, are left out.
type graph struct {
	p     *Problem
	class []int32   // by class: its number in the problem
	node  []int32   // by node: its number in the problem
	of    []int32   // by node: its class
	cost  []float64 // by node
	roots []int32   // each once

	first []int32 // the nodes of class c are first[c] to first[c+1]
	kidAt []int32 // the children of node n are kids[kidAt[n]:kidAt[n+1]], repeats and all
	kids  []int32
	useAt []int32 // class c is a child of the nodes uses[useAt[c]:useAt[c+1]]
	uses  []int32
}

func (g *graph) classes() int             { return len(g.class) }
func (g *graph) nodes() int               { return len(g.node) }
func (g *graph) children(n int32) []int32 { return g.kids[g.kidAt[n]:g.kidAt[n+1]] }
func (g *graph) parents(c int32) []int32  { return g.uses[g.useAt[c]:g.useAt[c+1]] }

// size is about the work that one look at all of the graph is, in steps.
func (g *graph) size() int { return g.classes() + g.nodes() + len(g.kids) }

// newGraph returns the graph of a problem, after checking it.
func newGraph(p *Problem) (*graph, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	return p.graph(nil), nil
}

// graph returns the graph of a problem without the nodes dropped.
func (p *Problem) graph(dropped []bool) *graph {
	// The problem's nodes by class.
	at := make([]int32, p.Classes+1)
	for i := range p.Nodes {
		at[p.Nodes[i].Class]++
	}
	edges, sum := 0, int32(0)
	for c, n := range at {
		sum += n
		at[c] = sum
	}
	byClass := make([]int32, len(p.Nodes))
	for i := len(p.Nodes) - 1; i >= 0; i-- {
		c := p.Nodes[i].Class
		at[c]--
		byClass[at[c]] = int32(i)
		edges += len(p.Nodes[i].Children)
	}

	n := len(p.Nodes)
	words := make([]int32, 2*p.Classes+1+3*n+1+edges)
	cut := func(n int) []int32 {
		s := words[:0:n]
		words = words[n:]
		return s
	}
	g := &graph{
		p:     p,
		class: cut(p.Classes), first: cut(p.Classes + 1),
		node: cut(n), of: cut(n), kidAt: cut(n + 1), kids: cut(edges),
		cost: make([]float64, 0, n),
	}
	number := make([]int32, p.Classes) // 1 + the new number, 0 for none
	visit := func(c int32) int32 {
		if number[c] == 0 {
			g.class = append(g.class, c)
			number[c] = int32(len(g.class))
		}
		return number[c] - 1
	}
	for _, c := range p.Roots {
		if number[c] == 0 {
			g.roots = append(g.roots, visit(c))
		}
	}
	g.kidAt = append(g.kidAt, 0)
	for c := 0; c < len(g.class); c++ {
		old := g.class[c]
		g.first = append(g.first, int32(len(g.node)))
	nodes:
		for _, i := range byClass[at[old]:at[old+1]] {
			if dropped != nil && dropped[i] {
				continue
			}
			n := &p.Nodes[i]
			for _, k := range n.Children {
				if k == old {
					continue nodes
				}
			}
			for _, k := range n.Children {
				g.kids = append(g.kids, visit(k))
			}
			g.node = append(g.node, i)
			g.of = append(g.of, int32(c))
			g.cost = append(g.cost, n.Cost)
			g.kidAt = append(g.kidAt, int32(len(g.kids)))
		}
	}
	g.first = append(g.first, int32(len(g.node)))
	g.index()
	return g
}

// index makes useAt and uses of kids.
func (g *graph) index() {
	g.useAt = make([]int32, g.classes()+1)
	g.uses = make([]int32, len(g.kids))
	for _, k := range g.kids {
		g.useAt[k]++
	}
	sum := int32(0)
	for c, n := range g.useAt {
		sum += n
		g.useAt[c] = sum
	}
	for n := int32(g.nodes()) - 1; n >= 0; n-- {
		for _, k := range g.children(n) {
			g.useAt[k]--
			g.uses[g.useAt[k]] = n
		}
	}
}

// solution returns a choice by class of the graph as one of the problem.
func (g *graph) solution(choice []int32) (*Solution, error) {
	all := make([]int32, g.p.Classes)
	for c := range all {
		all[c] = -1
	}
	for c, n := range choice {
		if n >= 0 {
			all[g.class[c]] = g.node[n]
		}
	}
	return g.p.solution(all)
}
