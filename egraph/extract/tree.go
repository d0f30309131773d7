package extract

import (
	"math"
	"slices"
)

// Tree returns the solution in which each root, as a tree, costs the least. The
// time is that of one look at each node and child and of a heap of the classes.
//
// Source: D. E. Knuth, A generalization of Dijkstra's algorithm, Information
// Processing Letters 6 (1977).
func Tree(p *Problem) (*Solution, error) {
	g, err := newGraph(p)
	if err != nil {
		return nil, err
	}
	t, err := g.leastTrees()
	if err != nil {
		return nil, err
	}
	s, err := g.solution(t.choice)
	if err != nil {
		return nil, err
	}
	s.Steps = g.size()
	return s, nil
}

// trees finds terms by class from the cheap to the dear, so that the children of
// a node chosen are always found before its class: there are no cycles, and
// classes without a finite term are not found.
type trees struct {
	g       *graph
	choice  []int32 // by class: the node, or -1
	order   []int32 // the classes found, children first
	pending []int32 // by node: how many children are not found yet
	sum     []float64
	queue   *queue
}

func (g *graph) newTrees() *trees {
	return &trees{
		g:       g,
		choice:  make([]int32, g.classes()),
		order:   make([]int32, 0, g.classes()),
		pending: make([]int32, g.nodes()),
		sum:     make([]float64, g.nodes()),
		queue:   newQueue(g.classes()),
	}
}

// find fills choice and order. A node whose cost is infinite is not chosen. If
// share is not nil, a class whose term costs x costs those that use it
// x*share[class].
func (t *trees) find(cost, share []float64) {
	g, q := t.g, t.queue
	t.order = t.order[:0]
	q.clear()
	for c := range t.choice {
		t.choice[c] = -1
	}
	offer := func(n int32) {
		c := g.of[n]
		x := t.sum[n]
		if share != nil {
			x = float64(x * share[c]) // rounded: see slack
		}
		if m := t.choice[c]; m < 0 || q.at[c] != 0 && x < q.key[c] {
			t.choice[c] = n
			q.push(c, x)
		}
	}
	copy(t.sum, cost)
	for n := range t.pending {
		t.pending[n] = g.kidAt[n+1] - g.kidAt[n]
		if math.IsInf(cost[n], 1) {
			t.pending[n] = -1
		} else if t.pending[n] == 0 {
			offer(int32(n))
		}
	}
	for len(q.heap) > 0 {
		c := q.pop()
		t.order = append(t.order, c)
		x := q.key[c]
		for _, n := range g.parents(c) {
			if t.pending[n] <= 0 {
				continue
			}
			t.sum[n] += x
			if t.pending[n]--; t.pending[n] == 0 {
				offer(n)
			}
		}
	}
}

// leastTrees returns the least trees of all classes, or a *[CycleError].
func (g *graph) leastTrees() (*trees, error) {
	t := g.newTrees()
	t.find(g.cost, nil)
	for _, r := range g.roots {
		if t.choice[r] < 0 {
			return nil, g.infinite(r, t.choice)
		}
	}
	return t, nil
}

// infinite returns the error for a root for which no node could be chosen.
func (g *graph) infinite(root int32, choice []int32) error {
	// Every node of a class without a term has a child without one.
	var path []int32
	at := make([]int32, g.classes()) // 1 + the place in path
	for c := root; ; {
		if at[c] > 0 {
			return g.p.cycleError(g.class[root], path[at[c]-1:], true)
		}
		path = append(path, g.class[c])
		at[c] = int32(len(path))
		n := g.first[c]
		if n == g.first[c+1] {
			// All nodes of the class need the class itself and are not in the graph.
			return g.p.cycleError(g.class[root], path[len(path)-1:], true)
		}
		kids := g.children(n)
		c = kids[slices.IndexFunc(kids, func(k int32) bool { return choice[k] < 0 })]
	}
}
