package extract

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Exact returns a solution of the least DAG cost, if Options.Steps suffice to
// prove that; then Solution.Optimal is true. Otherwise it returns the best that
// it found, which costs at most what [Greedy] finds with the same options. Costs
// are compared in float64: a solution counts as optimal if none is cheaper by
// more than a part in 10^9.
//
// It branches on the node of a class that is needed, and bounds the cost from
// below by cuts: sets of nodes of which every solution has one at least. In the
// worst case the work grows exponentially. Thirty classes in which nearly all
// is shared, or thousands in which little is, take milliseconds; beyond that the
// budget decides. Errors are those of [Greedy].
//
// Source of the bound: M. Helmert, C. Domshlak, Landmarks, critical paths and
// abstractions: what's the difference anyway?, ICAPS 2009 (LM-cut). An
// extraction is a plan in which nothing that was made is lost again.
func Exact(ctx context.Context, p *Problem, o Options) (*Solution, error) {
	m, err := o.meter(ctx)
	if err != nil {
		return nil, err
	}
	best, im, err := greedy(ctx, p, m)
	if err != nil {
		return nil, err
	}
	e := newProver(im, best)
	e.search()
	if m.err != nil {
		return nil, m.err
	}
	if best, err = e.solution(); err != nil {
		return nil, err
	}
	best.Optimal = !e.open
	best.Steps = m.steps
	return best, nil
}

// prover is a search by branch and bound.
//
// What is decided lies in rest: what of the cost of a node is not in bound yet,
// or +Inf if the node is ruled out. Every solution that is left costs at least
// bound and the rest of each of its nodes. Changes are noted in trail, and taken back.
type prover struct {
	*meter
	g      *graph
	im     *improver
	best   *Solution // the best solution of the problem when the search began
	cost   float64   // of the best solution now
	choice []int32   // that solution, if it is not best
	open   bool      // some solutions were not looked at

	bound float64
	rest  []float64 // by node
	left  []int32   // by class: how many nodes are not ruled out
	trail []undo

	// By class, in queue.key, what its dearest path costs: that of a node is its
	// rest and the dearest of its children, which is its support; that of a class
	// the least of its nodes'. It is +Inf if there is no finite term.
	queue   *queue
	support []int32 // by node; -1 for none
	pending []int32 // by node: children that are not known yet

	mark  []int32 // by class: zone or near, offset by what earlier searches used
	marks int32
	stack []int32
	cut   []int32
	nodes []int32
}

type undo struct {
	node int32
	rest float64
}

func newProver(im *improver, best *Solution) *prover {
	g := im.g
	e := &prover{
		meter: im.meter, g: g, im: im, best: best, cost: best.Cost,
		rest:    slices.Clone(g.cost),
		left:    make([]int32, g.classes()),
		queue:   newQueue(g.classes()),
		support: make([]int32, g.nodes()),
		pending: make([]int32, g.nodes()),
		mark:    make([]int32, g.classes()),
	}
	for c := range e.left {
		e.left[c] = g.first[c+1] - g.first[c]
	}
	return e
}

// worse says that a solution of at least a cost need not be looked at.
func (e *prover) worse(cost float64) bool { return cost >= e.cost*(1-1e-9) }

// set changes the rest of a node.
func (e *prover) set(n int32, rest float64) {
	e.trail = append(e.trail, undo{n, e.rest[n]})
	e.rest[n] = rest
	if math.IsInf(rest, 1) {
		e.left[e.g.of[n]]--
	}
}

// back takes back all changes after the first so many.
func (e *prover) back(trail int) {
	for len(e.trail) > trail {
		u := e.trail[len(e.trail)-1]
		e.trail = e.trail[:len(e.trail)-1]
		if math.IsInf(e.rest[u.node], 1) {
			e.left[e.g.of[u.node]]++
		}
		e.rest[u.node] = u.rest
	}
}

// search looks at everything.
func (e *prover) search() {
	if !e.tighten() {
		return
	}
	// A good solution is worth more now than later: what is cheap in rest is what
	// the proof wants, and then the more starts the better.
	im := e.im
	for n, x := range e.rest {
		im.cost[n] = min(x, e.cost)
	}
	im.t.find(im.cost, nil)
	im.adopt()
	im.improve()
	e.offer(im.choice)
	end := im.steps + (im.limit-im.steps)/4
	for fails := 0; fails < 16 && im.steps < end && !e.over(); fails++ {
		before := e.cost
		im.restart()
		im.improve()
		if e.offer(im.choice); e.cost < before {
			fails = -1
		}
	}
	if !e.tighten() {
		return
	}
	left := 0
	for _, n := range e.left {
		left += int(n)
	}
	if left > e.g.nodes()/2 {
		e.branch()
		return
	}
	// Begin again with the nodes that are left.
	dropped := make([]bool, len(e.g.p.Nodes))
	for n := range dropped {
		dropped[n] = true
	}
	for n, x := range e.rest {
		dropped[e.g.node[n]] = math.IsInf(x, 1)
	}
	best, err := e.solution()
	if err != nil {
		e.err = err
		return
	}
	g := e.g.p.graph(dropped)
	t := g.newTrees()
	t.find(g.cost, nil)
	e.spend(g.size() + len(dropped))
	*e = *newProver(newImprover(g, t, e.meter), best)
	e.search()
}

// solution returns the best solution.
func (e *prover) solution() (*Solution, error) {
	if e.choice == nil {
		return e.best, nil
	}
	s, err := e.g.solution(e.choice)
	if err != nil || s.Cost >= e.best.Cost {
		return e.best, err
	}
	return s, nil
}

// branch searches all that is left, after tighten.
func (e *prover) branch() {
	c := e.pick()
	if c < 0 {
		// All that is needed is decided.
		choice := make([]int32, e.g.classes())
		for c := range choice {
			choice[c] = -1
			for n := e.g.first[c]; n < e.g.first[c+1]; n++ {
				if !math.IsInf(e.rest[n], 1) {
					choice[c] = n
				}
			}
		}
		e.offer(choice)
		return
	}
	type option struct {
		node int32
		cost float64
	}
	var options []option
	for n := e.g.first[c]; n < e.g.first[c+1]; n++ {
		if x := e.value(n); !math.IsInf(x, 1) {
			options = append(options, option{n, x})
		}
	}
	slices.SortStableFunc(options, func(a, b option) int { return cmp.Compare(a.cost, b.cost) })
	bound, trail := e.bound, len(e.trail)
	for _, o := range options {
		if e.over() {
			e.open = true
			return
		}
		if e.worse(bound + o.cost) {
			return // and so are the others
		}
		e.bound += e.rest[o.node]
		e.set(o.node, 0)
		for n := e.g.first[c]; n < e.g.first[c+1]; n++ {
			if n != o.node && !math.IsInf(e.rest[n], 1) {
				e.set(n, math.Inf(1))
			}
		}
		if e.tighten() {
			e.im.t.find(e.rest, nil)
			e.spend(e.g.size())
			e.offer(e.im.t.choice)
			e.branch()
		}
		e.back(trail)
		e.bound = bound
	}
}

// newMark returns a mark that no class has; nor has one the mark below it.
func (e *prover) newMark() int32 {
	if e.marks > math.MaxInt32-2 {
		clear(e.mark)
		e.marks = 0
	}
	e.marks += 2
	return e.marks
}

// offer keeps a choice if it is the best so far.
func (e *prover) offer(choice []int32) {
	mark := e.newMark()
	sum := 0.0
	e.stack = e.stack[:0]
	see := func(classes []int32) {
		for _, k := range classes {
			if e.mark[k] != mark {
				e.mark[k] = mark
				e.stack = append(e.stack, k)
			}
		}
	}
	see(e.g.roots)
	for len(e.stack) > 0 {
		n := choice[e.stack[len(e.stack)-1]]
		e.stack = e.stack[:len(e.stack)-1]
		sum += e.g.cost[n]
		see(e.g.children(n))
	}
	if sum < e.cost {
		e.cost = sum
		e.choice = append(e.choice[:0], choice...)
	}
}

// pick returns the needed class whose node matters most: where the second best
// is the dearest. It returns -1 if all needed classes are decided.
func (e *prover) pick() int32 {
	mark := e.newMark()
	e.stack = e.stack[:0]
	best, regret := int32(-1), -1.0
	see := func(classes []int32) {
		for _, k := range classes {
			if e.mark[k] != mark {
				e.mark[k] = mark
				e.stack = append(e.stack, k)
			}
		}
	}
	see(e.g.roots)
	for len(e.stack) > 0 {
		c := e.stack[len(e.stack)-1]
		e.stack = e.stack[:len(e.stack)-1]
		least, second := math.Inf(1), math.Inf(1)
		for n := e.g.first[c]; n < e.g.first[c+1]; n++ {
			if math.IsInf(e.rest[n], 1) {
				continue
			}
			if e.left[c] == 1 {
				see(e.g.children(n))
				break
			}
			x := e.value(n)
			least, second = min(least, x), min(max(least, x), second)
		}
		if e.left[c] > 1 && (best < 0 || second > regret) {
			best, regret = c, second
		}
	}
	return best
}

// value is the cost of a node's dearest path.
func (e *prover) value(n int32) float64 {
	if math.IsInf(e.rest[n], 1) || e.pending[n] != 0 {
		return math.Inf(1)
	}
	if k := e.support[n]; k >= 0 {
		return e.rest[n] + e.queue.key[k]
	}
	return e.rest[n]
}

// tighten raises the bound by cuts, and then rules out nodes that no better
// solution can have. It says whether there may be a better one.
func (e *prover) tighten() bool {
	e.paths()
	for {
		goal := e.goal()
		if goal < 0 {
			break
		}
		if math.IsInf(e.queue.key[goal], 1) || e.worse(e.bound+e.queue.key[goal]) {
			return false
		}
		if e.over() {
			e.open = true
			return false
		}
		e.findCut(goal)
		least := math.Inf(1)
		for _, n := range e.cut {
			least = min(least, e.rest[n])
		}
		for _, n := range e.cut {
			e.set(n, e.rest[n]-least)
		}
		e.bound += least
		e.lower()
	}
	if e.worse(e.bound) {
		return false
	}
	for n := range e.rest {
		if x := e.value(int32(n)); e.worse(e.bound+x) && !math.IsInf(e.rest[n], 1) {
			e.set(int32(n), math.Inf(1))
		}
	}
	e.spend(len(e.rest))
	return true
}

// goal returns the root with the dearest path, or -1 if it costs nothing.
func (e *prover) goal() int32 {
	goal, x := int32(-1), 0.0
	for _, r := range e.g.roots {
		if e.queue.key[r] > x {
			goal, x = r, e.queue.key[r]
		}
	}
	return goal
}

// paths finds what the dearest paths cost.
func (e *prover) paths() {
	g, q := e.g, e.queue
	q.clear()
	for c := range q.key {
		q.key[c] = math.Inf(1)
	}
	for n, x := range e.rest {
		e.support[n] = -1
		e.pending[n] = g.kidAt[n+1] - g.kidAt[n]
		if e.pending[n] == 0 && x < q.key[g.of[n]] {
			q.push(g.of[n], x)
		}
	}
	for len(q.heap) > 0 {
		c := q.pop()
		for _, n := range g.parents(c) {
			if e.pending[n]--; e.pending[n] > 0 {
				continue
			}
			// The last child found is the dearest.
			e.support[n] = c
			if x := e.rest[n] + q.key[c]; x < q.key[g.of[n]] {
				q.push(g.of[n], x)
			}
		}
	}
	e.spend(g.size())
}

// lower renews what paths found after rest fell for the nodes of the cut.
func (e *prover) lower() {
	g, q := e.g, e.queue
	for _, n := range e.cut {
		if x := e.value(n); x < q.key[g.of[n]] {
			q.push(g.of[n], x)
		}
	}
	for len(q.heap) > 0 {
		c := q.pop()
		parents := g.parents(c)
		e.spend(len(parents))
		for _, n := range parents {
			if e.support[n] != c || e.pending[n] != 0 {
				continue
			}
			kids := g.children(n)
			for _, k := range kids {
				if q.key[k] > q.key[e.support[n]] {
					e.support[n] = k
				}
			}
			e.spend(len(kids))
			if x := e.value(n); x < q.key[g.of[n]] {
				q.push(g.of[n], x)
			}
		}
	}
}

// findCut fills cut with nodes of which every solution has one. The zone is the
// classes from which the goal costs nothing more, along supports; the cut is the nodes
// that lead into it from leaves and classes outside.
func (e *prover) findCut(goal int32) {
	g := e.g
	zone := e.newMark()
	near := zone - 1
	e.cut = e.cut[:0]
	e.stack = append(e.stack[:0], goal)
	e.mark[goal] = zone
	steps := 0
	for len(e.stack) > 0 {
		c := e.stack[len(e.stack)-1]
		e.stack = e.stack[:len(e.stack)-1]
		steps += int(g.first[c+1] - g.first[c])
		for n := g.first[c]; n < g.first[c+1]; n++ {
			if e.rest[n] != 0 || e.pending[n] != 0 {
				continue
			}
			if k := e.support[n]; e.mark[k] != zone {
				e.mark[k] = zone
				e.stack = append(e.stack, k)
			}
		}
	}
	reach := func(n int32) {
		c := g.of[n]
		switch {
		case math.IsInf(e.rest[n], 1):
		case e.mark[c] == zone:
			e.cut = append(e.cut, n)
		case e.mark[c] != near:
			e.mark[c] = near
			e.stack = append(e.stack, c)
		}
	}
	for n := range int32(g.nodes()) {
		if g.kidAt[n] == g.kidAt[n+1] {
			reach(n)
		}
	}
	for len(e.stack) > 0 {
		c := e.stack[len(e.stack)-1]
		e.stack = e.stack[:len(e.stack)-1]
		parents := g.parents(c)
		steps += len(parents)
		for i, n := range parents {
			again := i > 0 && n == parents[i-1] // has the child twice
			if e.support[n] == c && e.pending[n] == 0 && !again {
				reach(n)
			}
		}
	}
	e.spend(g.nodes() + steps)
}
