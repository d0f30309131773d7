package runtime

import (
	"context"
	"runtime/debug"
	"runtime/pprof"
	"sync/atomic"
)

// For calls body for every i in [0,n), on all workers of the executor at once
// and in no order, and returns when all calls have. Errors are those of
// ForRange.
func For(ctx context.Context, ex Executor, n int, body func(i int), policies ...Policy) error {
	if body == nil {
		return errNilBody
	}
	return ForRange(ctx, ex, n, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			body(i)
		}
	}, policies...)
}

// ForRange calls body for sub-ranges [lo,hi) that together are [0,n), as
// Looper.Range does. Body may launch kernels and loops on the same executor:
// they then run on the goroutine that launches them.
//
// Errors are *UnsupportedError for an executor that runs no Go functions,
// *ValueError for a nil executor, a negative n or a nil body, context.Cause(ctx), *PanicError,
// and ErrClosed.
func ForRange(ctx context.Context, ex Executor, n int, body func(lo, hi int), policies ...Policy) error {
	if ex == nil {
		return &ValueError{Name: "Executor", Value: nil, Want: "an executor"}
	}
	l, ok := ex.(Looper)
	if !ok {
		return &UnsupportedError{Executor: ex.Name(), Feature: "running Go functions"}
	}
	return l.Range(ctx, n, body, policies...)
}

var errNilBody = &ValueError{Name: "body", Value: nil, Want: "a function"}

// loop is one Range: the same body, on each worker, over what the deal gives
// it.
type loop struct {
	ctx     context.Context
	body    func(lo, hi int)
	deal    *deal
	stopped atomic.Bool // elements may have been left out
	failure atomic.Pointer[PanicError]
}

// newLoop checks the arguments of a Range.
func newLoop(ctx context.Context, n int, body func(lo, hi int), workers int, plan Plan) (*loop, error) {
	if n < 0 {
		return nil, &ValueError{Name: "n", Value: n, Want: "at least 0"}
	}
	if body == nil {
		return nil, errNilBody
	}
	unit := 1
	if plan.Schedule == ScheduleStatic && n/workers >= staticUnit {
		unit = staticUnit
	}
	return &loop{ctx: ctx, body: body, deal: newDeal(n, unit, workers, plan)}, nil
}

// loopPieces is the number of calls that a worker makes for its range, so that
// it can look between them whether the loop is to end.
const loopPieces = 64

// do is the work of one worker. It lets no panic through; a Goexit of body goes
// on when do has noted it.
func (l *loop) do(worker int) {
	returned := false
	defer func() {
		if returned {
			return
		}
		value := recover()
		if value == nil {
			value = ErrGoexit
		}
		l.stopped.Store(true)
		l.failure.CompareAndSwap(nil, &PanicError{Value: value, Stack: debug.Stack()})
	}()
	for turn := 0; ; turn++ {
		lo, hi, ok := l.deal.next(worker, turn)
		if !ok {
			break
		}
		piece := max((hi-lo)/loopPieces, 1)
		if l.deal.schedule != ScheduleStatic {
			piece = hi - lo
		}
		for lo < hi && !l.stop() {
			end := lo + min(piece, hi-lo)
			l.body(lo, end)
			lo = end
		}
		if lo < hi {
			break
		}
	}
	returned = true
}

// stop reports whether no more calls are to begin.
func (l *loop) stop() bool {
	if !l.stopped.Load() && l.ctx.Err() != nil {
		l.stopped.Store(true)
	}
	return l.stopped.Load()
}

// result is the error of a loop that has ended.
func (l *loop) result() error {
	if f := l.failure.Load(); f != nil {
		return f
	}
	if l.stopped.Load() {
		return context.Cause(l.ctx)
	}
	return nil
}

// loopKernel stands for the kernel in the pprof labels of a loop.
const loopKernel = "func"

// labelled calls f with the labels of a loop set, as Run does for a kernel.
func labelled(ctx context.Context, executor string, f func(labels context.Context)) {
	pprof.Do(ctx, pprof.Labels("executor", executor, "kernel", loopKernel), f)
}
