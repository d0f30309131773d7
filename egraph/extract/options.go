package extract

import "context"

// DefaultSteps is the budget of steps if Options does not give one.
const DefaultSteps = 20_000_000

// Options bounds the search of [Greedy] and [Exact].
type Options struct {
	// Steps is how much work the search may be: a step is one look at a node, a
	// class or a child, which takes some nanoseconds, or some tens of them in large
	// problems. 0 means DefaultSteps, less is an *[Error]. Reading the problem and
	// finding the least trees is done in any case, and a look at the whole problem
	// that was begun is ended.
	Steps int
}

// meter counts steps and ends a search.
type meter struct {
	ctx   context.Context
	steps int
	limit int
	poll  int // at how many steps to look at ctx again
	err   error
}

func (o Options) meter(ctx context.Context) (*meter, error) {
	m := &meter{ctx: ctx, limit: o.Steps}
	switch {
	case o.Steps < 0:
		return nil, problemError("a budget of %d steps", o.Steps)
	case o.Steps == 0:
		m.limit = DefaultSteps
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return m, nil
}

// spend counts n steps, and says whether the search may go on.
func (m *meter) spend(n int) bool {
	m.steps += n
	if m.steps >= m.poll {
		m.poll = m.steps + 1<<15
		if m.err == nil && m.ctx.Err() != nil {
			m.err = context.Cause(m.ctx)
		}
	}
	return m.steps < m.limit && m.err == nil
}

// over says that the search is to end.
func (m *meter) over() bool { return m.steps >= m.limit || m.err != nil }
