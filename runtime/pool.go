package runtime

import (
	"context"
	"sync/atomic"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// pool is the executor "pool": compiled code and Go functions on a crew of
// workers, one launch at a time.
type pool struct {
	target  Target
	tier    simd.Tier
	plan    Plan
	workers int
	gate    *gate
	figures figures

	turn *turn // whose launch the crew works for
	crew *crew
}

func openPool(c Config) (Executor, error) {
	target := hostTarget()
	p := &pool{target: target, tier: c.tier(), plan: c.Plan, workers: c.Workers, gate: newGate(), figures: figuresOf(c), turn: newTurn()}
	if p.workers == 0 {
		p.workers = min(target.Workers(), maxWorkers)
	}
	var cpus []int
	if c.Pin {
		if cpus = target.CPUs; len(cpus) == 0 {
			return nil, &UnsupportedError{Executor: "pool", Feature: "pinning"}
		}
	}
	crew, err := newCrew(p.workers, cpus)
	if err != nil {
		return nil, &UnsupportedError{Executor: "pool", Feature: "pinning", Err: err}
	}
	p.crew = crew
	return p, nil
}

func (p *pool) Name() string   { return "pool" }
func (p *pool) Target() Target { return p.target }

func (p *pool) Close() error {
	if p.gate.close() {
		p.crew.close()
	}
	return nil
}

// inlineNanos is what launches are left to the caller for, by the estimate of
// fast, if one core does them in that time. By BenchmarkCrossover, two workers
// beat one from 0.6 µs on if they are awake; if they sleep, it takes 15 µs.
// Launches that follow each other closely count more. Bound workers always have
// to be woken, and the caller sleeps meanwhile.
const (
	inlineNanos      = 3e3
	inlineNanosBound = 60e3
)

func (p *pool) Bind(k *kernels.Kernel, args Args, policies ...Policy) (*Call, error) {
	if p.gate.closed() {
		return nil, ErrClosed
	}
	plan, err := p.plan.With(policies...)
	if err != nil {
		return nil, err
	}
	b, err := Check(k, args)
	if err != nil {
		return nil, err
	}
	if !b.plain || len(k.Columns()) > 0 {
		return newPhased(p, b, plan)
	}
	n := b.Frame.N
	unit := staticUnit
	if plan.Schedule != ScheduleStatic {
		unit = b.Program.BlockLen()
	}
	below := p.below(b, plan)
	l := &poolLaunch{pool: p, deal: newDeal(n, unit, p.workers, plan)}
	l.alone = p.alone(n, below, l.deal.workers)
	if l.alone {
		l.deal.workers = 1
	}
	runners, info, err := compile(b, p.tier, plan, p.target, l.deal.workers)
	if err != nil {
		return nil, err
	}
	l.runners, l.piece = runners, pieceLen(b.Program, slow(info.Tier))
	info.Executor, info.Workers, info.Inline = p.Name(), l.deal.workers, n < below
	return NewCall(b, info, l).of(p, plan), nil
}

// below is the number of elements from which on a launch is worth other workers.
func (p *pool) below(b *Binding, plan Plan) int {
	if plan.InlineBelow >= 0 {
		return plan.InlineBelow
	}
	nanos := inlineNanos
	if p.crew.bound() {
		nanos = inlineNanosBound
	}
	return int(nanos / fast(p.tier).nanos(b.Program))
}

// alone reports whether n elements, for which there are that many workers, are
// the caller's business.
func (p *pool) alone(n, below, workers int) bool {
	return n < below || workers == 1 && !p.crew.bound()
}

// poolLaunch is the launches of one call, one after the other.
type poolLaunch struct {
	pool    *pool
	alone   bool
	runners []*simd.Runner // by worker
	piece   int
	deal    *deal

	ctx     context.Context
	stopped atomic.Bool // elements were left out
}

func (l *poolLaunch) Launch(ctx, labels context.Context, b *Binding) error {
	p := l.pool
	if !p.gate.enter() {
		return ErrClosed
	}
	defer p.gate.leave()
	if l.alone || !p.turn.take(false) {
		if !runPieces(ctx, l.runners[0], 0, b.Frame.N, l.piece) {
			return context.Cause(ctx)
		}
		return nil
	}
	defer p.turn.give()
	l.ctx = ctx
	l.deal.reset()
	p.crew.run(l, l.deal.workers, labels)
	l.ctx = nil
	if l.stopped.Load() {
		l.stopped.Store(false)
		return context.Cause(ctx)
	}
	return nil
}

// do is the part of one worker.
func (l *poolLaunch) do(worker int) {
	for turn := 0; ; turn++ {
		lo, hi, ok := l.deal.next(worker, turn)
		if !ok {
			return
		}
		if turn > 0 && l.ctx.Err() != nil || !runPieces(l.ctx, l.runners[worker], lo, hi, l.piece) {
			l.stopped.Store(true)
			return
		}
	}
}

// Range implements Looper.
func (p *pool) Range(ctx context.Context, n int, body func(lo, hi int), policies ...Policy) error {
	plan, err := p.plan.With(policies...)
	if err != nil {
		return err
	}
	l, err := newLoop(ctx, n, body, p.workers, plan)
	if err != nil {
		return err
	}
	if !p.gate.enter() {
		return ErrClosed
	}
	defer p.gate.leave()
	labelled(ctx, p.Name(), func(labels context.Context) {
		if p.alone(n, plan.InlineBelow, l.deal.workers) || !p.turn.take(true) {
			l.deal.workers = 1
			l.do(0)
			return
		}
		defer p.turn.give()
		p.crew.run(l, l.deal.workers, labels)
	})
	return l.result()
}
