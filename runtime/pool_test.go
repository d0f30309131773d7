package runtime

import (
	"context"
	"errors"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"

	"github.com/triad-go/triad/runtime/internal/topology"
)

func openTest(t *testing.T, name string, opts ...Option) Executor {
	t.Helper()
	ex, err := Open(name, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ex.Close() })
	return ex
}

func bindTest(t *testing.T, ex Executor, text string, args Args, policies ...Policy) *Call {
	t.Helper()
	call, err := ex.Bind(kernels.Must(kernels.Parse("test", text)), args, policies...)
	if err != nil {
		t.Fatal(err)
	}
	return call
}

// No goroutine outlives Close.
func TestPoolLeavesNothing(t *testing.T) {
	before := goruntime.NumGoroutine()
	for range 20 {
		ex, err := Open("pool", Workers(7))
		if err != nil {
			t.Fatal(err)
		}
		err = ForRange(context.Background(), ex, 100, func(lo, hi int) {})
		if err != nil {
			t.Error(err)
		}
		ex.Close()
	}
	eventually(t, "the goroutines ended", func() bool { return goruntime.NumGoroutine() <= before })
}

// Small launches stay with the caller, large ones do not, and a policy decides
// otherwise.
func TestPoolInline(t *testing.T) {
	ex := openTest(t, "pool", Workers(4))
	for _, c := range []struct {
		n       int
		policy  []Policy
		inline  bool
		workers int
	}{
		{16, nil, true, 1},
		{1 << 20, nil, false, 4},
		{1 << 20, []Policy{InlineBelow(1<<20 + 1)}, true, 1},
		{1 << 20, []Policy{InlineBelow(1 << 20)}, false, 4},
		{16, []Policy{InlineBelow(0)}, false, 1},
		{3 * staticUnit, []Policy{InlineBelow(0)}, false, 3},
		{1 << 20, []Policy{Dynamic(1 << 19)}, false, 2},
		{1 << 20, []Policy{Guided(1 << 21)}, false, 1},
	} {
		x := make([]float32, c.n)
		info := bindTest(t, ex, "x = x + 1", Args{"x": x}, c.policy...).Info()
		if info.Inline != c.inline || info.Workers != c.workers {
			t.Errorf("%d elements: inline %v, %d workers; want %v, %d", c.n, info.Inline, info.Workers, c.inline, c.workers)
		}
	}
}

func TestPoolInfo(t *testing.T) {
	for _, tier := range simd.Tiers() {
		ex := openTest(t, "pool", Workers(2), Tier(tier), Policies(NonTemporal(NTOn), Guided(5000)))
		x, y := make([]float64, 10_000), make([]float64, 10_000)
		info := bindTest(t, ex, "y = x", Args{"x": x, "y": y}).Info()
		if info.Fallback == nil && info.Tier != tier || info.Schedule != ScheduleGuided {
			t.Errorf("%v: %+v", tier, info)
		}
		if info.NonTemporal != info.Tier.Streams() {
			t.Errorf("%v: non-temporal %v, since %s", tier, info.NonTemporal, info.NonTemporalWhy)
		}
		if !info.Tier.Streams() && !strings.Contains(info.NonTemporalWhy, info.Tier.String()) {
			t.Errorf("%v: since %s", tier, info.NonTemporalWhy)
		}
		if info := bindTest(t, ex, "y = x", Args{"x": x, "y": y}, Static(), NonTemporal(NTOff)).Info(); info.NonTemporal || info.Schedule != ScheduleStatic {
			t.Errorf("%v: a launch's own policies leave %+v", tier, info)
		}
	}
}

// All workers stop between pieces when a context ends.
func TestPoolCancel(t *testing.T) {
	const n = 1 << 22
	x := make([]float32, n)
	for _, policy := range []Policy{Static(), Dynamic(10_000), Guided(1000)} {
		ex := openTest(t, "pool", Workers(2))
		clear(x)
		call := bindTest(t, ex, "x = x + 1", Args{"x": x}, policy)
		ctx := &limited{Context: context.Background()}
		ctx.looks.Store(2)
		if err := call.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("the error is %v", err)
		}
		done := 0
		for _, v := range x {
			done += int(v)
		}
		if done == 0 || done > n*9/10 {
			t.Errorf("%d of %d elements are done after a few looks at the context", done, n)
		}
		if err := call.Run(context.Background()); err != nil {
			t.Error(err)
		}
	}
}

// limited is a context that ends after some looks at it.
type limited struct {
	context.Context
	looks atomic.Int64
}

func (l *limited) Err() error {
	if l.looks.Add(-1) < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// A launch by a goroutine that a loop's body waits for does not wait for the
// loop, even if it came first.
func TestPoolLoopWaitsForLaunch(t *testing.T) {
	ctx := context.Background()
	ex := openTest(t, "pool", Workers(2))
	p := ex.(*pool)
	x := make([]float64, 50_000)
	call := bindTest(t, ex, "x = x + 1", Args{"x": x}, InlineBelow(0))

	// Somebody's launch holds the crew, and ours waits for it.
	if !p.turn.take(false) {
		t.Fatal("the crew is taken")
	}
	launched := call.Start(ctx)
	loop := make(chan error)
	go func() {
		loop <- ForRange(ctx, ex, 2, func(lo, hi int) { launched.Wait() })
	}()
	time.Sleep(time.Millisecond) // let both wait, if they can
	p.turn.give()
	if err := <-loop; err != nil {
		t.Error(err)
	}
	if err := launched.Wait(); err != nil || x[0] != 1 {
		t.Error(err, x[0])
	}
}

// Close waits for launches and lets later ones fail, whoever is first.
func TestPoolCloseRace(t *testing.T) {
	for range 50 {
		ex := openTest(t, "pool", Workers(3))
		x := make([]float64, 20_000)
		call := bindTest(t, ex, "x = x + 1", Args{"x": x}, InlineBelow(0))
		var wg sync.WaitGroup
		var runs atomic.Int64
		for range 3 {
			wg.Go(func() {
				for {
					err := call.Run(context.Background())
					if errors.Is(err, ErrClosed) {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
					runs.Add(1)
				}
			})
		}
		ex.Close()
		wg.Wait()
		for i, v := range x {
			if v != float64(runs.Load()) {
				t.Fatalf("element %d was counted up %v times in %d runs", i, v, runs.Load())
			}
		}
	}
}

// Pinned workers run on one CPU each, and the threads of the process are free
// again after Close.
func TestPoolPin(t *testing.T) {
	target := hostTarget()
	ex, err := Open("pool", Workers(3), Pin(true))
	if err != nil {
		var unsupported *UnsupportedError
		if !errors.As(err, &unsupported) || unsupported.Executor != "pool" {
			t.Fatalf("the error is %v, want an *UnsupportedError", err)
		}
		t.Skip(err)
	}
	x := make([]float64, 100_000)
	if err := bindTest(t, ex, "x = x + 1", Args{"x": x}).Run(context.Background()); err != nil {
		t.Error(err)
	}
	for i, v := range x {
		if v != 1 {
			t.Fatalf("element %d is %v", i, v)
		}
	}
	var mu sync.Mutex
	var cpus []int
	for range 3 {
		err := ForRange(context.Background(), ex, 3, func(lo, hi int) {
			on, ok := threadCPUs()
			mu.Lock()
			defer mu.Unlock()
			if ok && len(on) != 1 {
				t.Errorf("element %d runs on a thread that may use CPUs %v", lo, on)
			}
			cpus = append(cpus, on...)
		})
		if err != nil {
			t.Error(err)
		}
	}
	slices.Sort(cpus)
	if got := slices.Compact(cpus); len(got) > 0 && len(got) != min(3, len(target.CPUs)) {
		t.Errorf("three workers ran on CPUs %v of %v", got, target.CPUs)
	}
	// A worker that ends its goroutine leaves one that is pinned as well.
	var wg sync.WaitGroup
	wg.Go(func() {
		err := ForRange(context.Background(), ex, 3, func(lo, hi int) { goruntime.Goexit() })
		if !errors.Is(err, ErrGoexit) {
			t.Errorf("the error is %v", err)
		}
	})
	wg.Wait()
	err = ForRange(context.Background(), ex, 3, func(lo, hi int) {
		if on, ok := threadCPUs(); ok && len(on) != 1 {
			t.Errorf("element %d then runs on a thread that may use CPUs %v", lo, on)
		}
	})
	if err != nil {
		t.Error(err)
	}
	if err := ex.Close(); err != nil {
		t.Error(err)
	}
	eventually(t, "all threads were free", func() bool {
		return slices.Equal(topology.Host().CPUs, target.CPUs) && allThreadsFree(target.CPUs)
	})
}
