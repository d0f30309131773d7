package executortest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// testClosed uses an executor and a buffer after Close.
func testClosed(tb testing.TB, ex runtime.Executor) {
	ctx := context.Background()
	buffer, err := runtime.NewBuffer[float64](ex, 10)
	if err != nil {
		tb.Fatal(err)
	}
	var r float64
	k := parse("sum", "r = sum(x)")
	held := bind(tb, ex, k, runtime.Args{"x": buffer, "r": &r})
	if err := held.Run(ctx); err != nil {
		tb.Error(err)
	}
	if err := buffer.Close(); err != nil {
		tb.Error(err)
	}
	r = 5
	if err := held.Run(ctx); !errors.Is(err, runtime.ErrClosed) {
		tb.Errorf("a run with a closed buffer: %v, want ErrClosed", err)
	} else {
		wantArg(tb, err, "x", runtime.ArgClosed)
	}
	_, err = ex.Bind(k, runtime.Args{"x": buffer, "r": &r})
	if wantArg(tb, err, "x", runtime.ArgClosed); !errors.Is(err, runtime.ErrClosed) {
		tb.Errorf("a bind of a closed buffer: %v, want ErrClosed", err)
	}

	args := runtime.Args{"x": []float64{1, 2}, "r": &r}
	call := bind(tb, ex, k, args)
	empty := bind(tb, ex, k, runtime.Args{"x": []float64{}, "r": &r})
	if err := ex.Close(); err != nil {
		tb.Errorf("close: %v", err)
	}
	for name, err := range map[string]error{
		"run":                call.Run(ctx),
		"run of no elements": empty.Run(ctx),
		"start":              call.Start(ctx).Wait(),
		"bind":               second(ex.Bind(k, args)),
	} {
		if !errors.Is(err, runtime.ErrClosed) {
			tb.Errorf("%s after close: %v, want ErrClosed", name, err)
		}
	}
	if r != 5 {
		tb.Errorf("runs that failed wrote the result %v", r)
	}
	if l, ok := ex.(runtime.Looper); ok {
		called := false
		if err := l.Range(ctx, 3, func(lo, hi int) { called = true }); !errors.Is(err, runtime.ErrClosed) || called {
			tb.Errorf("a loop after close: %v, body called: %v; want ErrClosed and no call", err, called)
		}
	}
	if err := ex.Close(); err != nil {
		tb.Errorf("a second close: %v, want nil", err)
	}
}

func second[A any](_ A, err error) error { return err }

// testCloseWaits closes an executor while a loop runs.
func testCloseWaits(tb testing.TB, ex runtime.Executor) {
	l, ok := ex.(runtime.Looper)
	if !ok {
		tb.Skip("the executor runs no Go functions, which could be held up")
	}
	var ended atomic.Bool
	begun := make(chan struct{})
	loop := make(chan error, 1)
	go func() {
		var once sync.Once
		loop <- l.Range(context.Background(), 2, func(lo, hi int) {
			once.Do(func() { close(begun) })
			time.Sleep(5 * time.Millisecond) // time for Close to go wrong
			if hi == 2 {
				ended.Store(true)
			}
		})
	}()
	<-begun
	if err := ex.Close(); err != nil {
		tb.Errorf("close: %v", err)
	}
	if !ended.Load() {
		tb.Error("Close returned while a loop ran")
	}
	if err := <-loop; err != nil {
		tb.Errorf("a loop during Close: %v", err)
	}
}

// counted is a context that is cancelled after some looks at it.
type counted struct {
	context.Context
	looks atomic.Int64
	done  chan struct{}
	once  sync.Once
}

func newCounted(looks int) *counted {
	c := &counted{Context: context.Background(), done: make(chan struct{})}
	c.looks.Store(int64(looks))
	return c
}

func (c *counted) Done() <-chan struct{} { return c.done }

func (c *counted) Err() error {
	if c.looks.Add(-1) >= 0 {
		return nil
	}
	c.once.Do(func() { close(c.done) })
	return context.Canceled
}

// testCancelled runs with contexts that are done, and with some that get done
// on the way.
func testCancelled(tb testing.TB, ex runtime.Executor) {
	const n = 1 << 19
	x, y := make([]float32, n), make([]float32, n)
	for i := range x {
		x[i] = 1
	}
	var sum float64
	call := bind(tb, ex, parse("both", "y = x + x; r = sum(x)"), runtime.Args{"x": x, "y": y, "r": &sum})

	reason := errors.New("the reason")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(reason)
	if err := call.Run(ctx); err != reason {
		tb.Errorf("a run under a context that is done: %v, want its cause", err)
	}
	if err := call.Start(ctx).Wait(); err != reason {
		tb.Errorf("an event under a context that is done: %v, want its cause", err)
	}
	for i, v := range y {
		if v != 0 {
			tb.Fatalf("a cancelled run wrote y[%d]", i)
		}
	}
	for _, looks := range []int{1, 2, 3, 7, 20} {
		clear(y)
		sum = -1
		err := call.Run(newCounted(looks))
		written := 0
		for i, v := range y {
			if v == 2 {
				written++
			} else if v != 0 {
				tb.Fatalf("y[%d] is %v, which is neither its old value nor its new one", i, v)
			}
		}
		switch {
		case err == nil && (written != n || sum != n):
			tb.Errorf("no error, but %d of %d elements written and a sum of %v", written, n, sum)
		case err != nil && !errors.Is(err, context.Canceled):
			tb.Errorf("a cancelled run: %v, want context.Canceled", err)
		case err != nil && sum != -1:
			tb.Errorf("a cancelled run wrote the result %v", sum)
		}
	}
	if err := call.Run(context.Background()); err != nil || sum != n {
		tb.Errorf("a run after one that was cancelled: %v, sum %v, want %d", err, sum, n)
	}
}

// testConcurrent launches from many goroutines, on calls of their own and on
// one that they share.
func testConcurrent(tb testing.TB, ex runtime.Executor) {
	const goroutines, runs, n = 8, 20, 5000
	ctx := context.Background()
	k := parse("count", "y = y + 1")
	shared := make([]float64, n)
	common := bind(tb, ex, k, runtime.Args{"y": shared}, runtime.InlineBelow(0))
	var wg sync.WaitGroup
	own := make([][]float64, goroutines)
	for g := range own {
		own[g] = make([]float64, n)
		policies := policySets(n)
		wg.Go(func() {
			call, err := ex.Bind(k, runtime.Args{"y": own[g]}, policies[g%len(policies)]...)
			if err != nil {
				tb.Error(err)
				return
			}
			for range runs {
				if err := call.Run(ctx); err != nil {
					tb.Error(err)
				}
				if err := common.Run(ctx); err != nil {
					tb.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for i, v := range shared {
		if v != goroutines*runs {
			tb.Fatalf("element %d of the shared array was counted up %v times, want %d", i, v, goroutines*runs)
		}
	}
	for g := range own {
		for i, v := range own[g] {
			if v != runs {
				tb.Fatalf("element %d of array %d was counted up %v times, want %d", i, g, v, runs)
			}
		}
	}
}

// testEvents starts launches and waits.
func testEvents(tb testing.TB, ex runtime.Executor) {
	y := make([]float64, 10_000)
	call := bind(tb, ex, parse("count", "y = y + 1"), runtime.Args{"y": y})
	var events []*runtime.Event
	for range 5 {
		events = append(events, call.Start(context.Background()))
	}
	for _, e := range events {
		if err := e.Wait(); err != nil {
			tb.Fatal(err)
		}
		select {
		case <-e.Done():
		default:
			tb.Error("Done is open after Wait")
		}
		if err := e.Err(); err != nil {
			tb.Errorf("Err after Wait: %v", err)
		}
	}
	for i, v := range y {
		if v != 5 {
			tb.Fatalf("element %d was counted up %v times in 5 launches", i, v)
		}
	}
}

// testAllocations runs without allocating.
func testAllocations(tb testing.TB, ex runtime.Executor) {
	if raceDetector {
		tb.Skip("the race detector makes sync.Pool forget")
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, n := range []int{16, 20_000} {
		for _, k := range []*kernels.Kernel{axpy, many} {
			for _, policies := range policySets(n) {
				args := runtime.Args{}
				for _, p := range k.Params() {
					switch p.Kind {
					case kernels.ArrayParam:
						args[p.Name] = make([]float64, n)
					case kernels.ScalarParam:
						args[p.Name] = 2.0
					case kernels.ResultParam:
						args[p.Name] = new(float64)
					}
				}
				call := bind(tb, ex, k, args, policies...)
				var failed error
				allocs := testing.AllocsPerRun(20, func() {
					if err := call.Run(ctx); err != nil {
						failed = err
					}
				})
				if allocs != 0 || failed != nil {
					tb.Errorf("a run of %s over %d elements allocates %v times, error %v", k.Name(), n, allocs, failed)
				}
			}
		}
	}
}
