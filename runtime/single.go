package runtime

import (
	"context"

	"github.com/triad-go/triad/kernels"
)

// single is what the executors that run on the caller's goroutine share.
type single struct {
	name   string
	target Target
	plan   Plan
	gate   *gate

	figures figures
}

func newSingle(name string, c Config) single {
	return single{name: name, target: hostTarget(), plan: c.Plan, gate: newGate(), figures: figuresOf(c)}
}

func (s *single) Name() string   { return s.name }
func (s *single) Target() Target { return s.target }

func (s *single) Close() error {
	s.gate.close()
	return nil
}

// check is the beginning of every Bind.
func (s *single) check(k *kernels.Kernel, args Args, policies []Policy) (*Binding, Plan, error) {
	if s.gate.closed() {
		return nil, Plan{}, ErrClosed
	}
	plan, err := s.plan.With(policies...)
	if err != nil {
		return nil, Plan{}, err
	}
	b, err := Check(k, args)
	return b, plan, err
}

// singleLaunch runs a binding on the caller's goroutine.
type singleLaunch struct {
	gate   *gate
	runner runner
	piece  int
}

func (l *singleLaunch) Launch(ctx, _ context.Context, b *Binding) error {
	if !l.gate.enter() {
		return ErrClosed
	}
	defer l.gate.leave()
	if !runPieces(ctx, l.runner, 0, b.Frame.N, l.piece) {
		return context.Cause(ctx)
	}
	return nil
}

// Range implements Looper, on the caller's goroutine.
func (s *single) Range(ctx context.Context, n int, body func(lo, hi int), policies ...Policy) error {
	plan, err := s.plan.With(policies...)
	if err != nil {
		return err
	}
	l, err := newLoop(ctx, n, body, 1, plan)
	if err != nil {
		return err
	}
	if !s.gate.enter() {
		return ErrClosed
	}
	defer s.gate.leave()
	labelled(ctx, s.name, func(context.Context) { l.do(0) })
	return l.result()
}
