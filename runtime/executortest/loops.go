package executortest

import (
	"context"
	"errors"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/triad-go/triad/runtime"
)

// looper returns the executor as one that runs Go functions.
func looper(tb testing.TB, ex runtime.Executor) runtime.Looper {
	tb.Helper()
	l, ok := ex.(runtime.Looper)
	if !ok {
		tb.Skip("the executor runs no Go functions")
	}
	return l
}

// testLoops visits elements.
func testLoops(tb testing.TB, ex runtime.Executor) {
	l := looper(tb, ex)
	ctx := context.Background()
	for _, n := range []int{0, 1, 2, 3, 10, 64, 65, 1000, 4096, 10_000, 100_001} {
		for _, policies := range policySets(n) {
			visits := make([]atomic.Int32, n)
			err := l.Range(ctx, n, func(lo, hi int) {
				if lo < 0 || lo >= hi || hi > n {
					tb.Errorf("body is called for [%d,%d) of %d elements", lo, hi, n)
					return
				}
				for i := lo; i < hi; i++ {
					visits[i].Add(1)
				}
			}, policies...)
			if err != nil {
				tb.Fatal(err)
			}
			for i := range visits {
				if v := visits[i].Load(); v != 1 {
					tb.Fatalf("element %d of %d is visited %d times", i, n, v)
				}
			}
		}
	}
	var sum atomic.Int64
	if err := runtime.For(ctx, ex, 1000, func(i int) { sum.Add(int64(i)) }); err != nil || sum.Load() != 499_500 {
		tb.Errorf("the sum of 0 to 999 in a For is %d, error %v", sum.Load(), err)
	}
	var value *runtime.ValueError
	for name, err := range map[string]error{
		"-1 elements":         l.Range(ctx, -1, func(lo, hi int) {}),
		"a nil body":          l.Range(ctx, 5, nil),
		"a nil body of For":   runtime.For(ctx, ex, 5, nil),
		"chunks of nothing":   l.Range(ctx, 5, func(lo, hi int) {}, runtime.Dynamic(0)),
		"a policy that isn't": l.Range(ctx, 5, func(lo, hi int) {}, nil),
	} {
		if !errors.As(err, &value) {
			tb.Errorf("the error for %s is %v, want a *ValueError", name, err)
		}
	}
}

// testLoopCancelled cancels loops before and in them.
func testLoopCancelled(tb testing.TB, ex runtime.Executor) {
	l := looper(tb, ex)
	reason := errors.New("the reason")
	for _, policies := range policySets(100_000) {
		ctx, cancel := context.WithCancelCause(context.Background())
		var calls atomic.Int64
		err := l.Range(ctx, 1_000_000, func(lo, hi int) {
			calls.Add(1)
			cancel(reason)
		}, policies...)
		if err != reason && err != nil {
			tb.Errorf("a loop that cancels its context: %v, want the cause", err)
		}
		if calls.Load() == 0 {
			tb.Error("the loop called nothing")
		}
		called := false
		if err := l.Range(ctx, 5, func(lo, hi int) { called = true }, policies...); err != reason || called {
			tb.Errorf("a loop under a context that is done: %v, body called: %v; want the cause and no call", err, called)
		}
	}
}

// testLoopPanics panics in the body, wherever it runs.
func testLoopPanics(tb testing.TB, ex runtime.Executor) {
	l := looper(tb, ex)
	ctx := context.Background()
	reason := errors.New("the reason")
	const n = 10_000
	for _, policies := range policySets(n) {
		for _, at := range []int{0, n / 2, n - 1} {
			err := l.Range(ctx, n, func(lo, hi int) {
				if lo <= at && at < hi {
					panic(reason)
				}
			}, policies...)
			var p *runtime.PanicError
			if !errors.As(err, &p) || p.Value != any(reason) || len(p.Stack) == 0 || !errors.Is(err, reason) {
				tb.Fatalf("a panic at element %d: %v, want a *PanicError with the value and a stack", at, err)
			}
		}
		// A body that ends its goroutine ends the caller's, or makes an error.
		for _, at := range []int{0, n - 1} {
			var wg sync.WaitGroup
			wg.Go(func() {
				err := l.Range(ctx, n, func(lo, hi int) {
					if lo <= at && at < hi {
						goruntime.Goexit()
					}
				}, policies...)
				if !errors.Is(err, runtime.ErrGoexit) {
					tb.Errorf("a body that ended a worker: %v, want ErrGoexit", err)
				}
			})
			wg.Wait()
		}
	}
	var sum atomic.Int64
	err := l.Range(ctx, n, func(lo, hi int) { sum.Add(int64(hi - lo)) })
	if err != nil || sum.Load() != n {
		tb.Errorf("a loop after panics visits %d of %d elements, error %v", sum.Load(), n, err)
	}
}

// testLoopNested launches from a loop's body.
func testLoopNested(tb testing.TB, ex runtime.Executor) {
	l := looper(tb, ex)
	ctx := context.Background()
	k := parse("count", "y = y + 1")
	const outer, n = 20, 20_000
	arrays := make([][]float64, outer)
	var inner atomic.Int64
	err := l.Range(ctx, outer, func(lo, hi int) {
		for i := lo; i < hi; i++ {
			arrays[i] = make([]float64, n)
			call, err := ex.Bind(k, runtime.Args{"y": arrays[i]}, runtime.InlineBelow(0))
			if err == nil {
				err = call.Run(ctx)
			}
			if err == nil {
				err = l.Range(ctx, n, func(lo, hi int) { inner.Add(int64(hi - lo)) })
			}
			if err != nil {
				tb.Error(err)
			}
		}
	}, runtime.Dynamic(1))
	if err != nil {
		tb.Fatal(err)
	}
	if inner.Load() != outer*n {
		tb.Errorf("loops in a loop visit %d elements, want %d", inner.Load(), outer*n)
	}
	for i, a := range arrays {
		for j, v := range a {
			if v != 1 {
				tb.Fatalf("launch %d in a loop left element %d at %v", i, j, v)
			}
		}
	}
}
