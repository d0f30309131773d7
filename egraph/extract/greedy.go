package extract

import "context"

// Greedy returns a solution whose DAG cost is at most that of [Tree], where it
// starts. It changes the node of one class at a time, if that frees more, by
// cost, than it asks for anew. Then it finds new least trees for the classes that
// are not in use, with those in use for nothing, and begins again, until nothing
// is gained. So it goes on from other choices, in which a class with several
// uses costs each of them a part only, until four in a row were in vain or the
// budget is spent.
//
// The error is that of [Problem.Check], or an *[Error] for a negative budget, or
// the cause of ctx if that ends before Greedy does.
//
// Source: "area flow" and "exact area" of technology mapping, in A. Mishchenko,
// S. Chatterjee, R. Brayton, Improvements to technology mapping for LUT-based
// FPGAs, FPGA 2006.
func Greedy(ctx context.Context, p *Problem, o Options) (*Solution, error) {
	m, err := o.meter(ctx)
	if err != nil {
		return nil, err
	}
	s, _, err := greedy(ctx, p, m)
	return s, err
}

// greedy returns also what it worked with, for those who go on.
func greedy(ctx context.Context, p *Problem, m *meter) (*Solution, *improver, error) {
	g, err := newGraph(p)
	if err != nil {
		return nil, nil, err
	}
	t, err := g.leastTrees()
	if err != nil {
		return nil, nil, err
	}
	best, err := g.solution(t.choice)
	if err != nil {
		return nil, nil, err
	}
	m.spend(g.size())
	if h := g.prune(t.choice, m); h != g {
		g, t = h, h.newTrees()
		t.find(g.cost, nil)
		m.spend(g.size())
	}
	im := newImprover(g, t, m)
	keep := func() error {
		s, err := g.solution(im.choice)
		if err == nil && s.Cost < best.Cost {
			best = s
		}
		return err
	}
	im.improve()
	if err := keep(); err != nil {
		return nil, nil, err
	}
	for fails := 0; fails < 4 && !m.over(); fails++ {
		before := best
		im.restart()
		im.improve()
		if err := keep(); err != nil {
			return nil, nil, err
		}
		if best != before {
			fails = -1
		}
	}
	if m.err != nil {
		return nil, nil, m.err
	}
	best.Steps = m.steps
	return best, im, nil
}
