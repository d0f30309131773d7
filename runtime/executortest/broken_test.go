package executortest

import (
	"context"
	"fmt"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// recorder is a testing.TB that notes failures and does not pass them on.
type recorder struct {
	testing.TB // for what is not here; nil
	failed     atomic.Bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Error(...any)          { r.failed.Store(true) }
func (r *recorder) Errorf(string, ...any) { r.failed.Store(true) }
func (r *recorder) FailNow()              { r.failed.Store(true); goruntime.Goexit() }
func (r *recorder) Fatal(...any)          { r.FailNow() }
func (r *recorder) Fatalf(string, ...any) { r.FailNow() }
func (r *recorder) Skip(...any)           { goruntime.Goexit() }

// failures returns the names of the checks that an executor fails, among those
// named, or among all if none is.
func failures(open func(testing.TB) runtime.Executor, names []string) []string {
	var failed []string
	for _, c := range checks {
		if names != nil && !slices.Contains(names, c.name) {
			continue
		}
		r := &recorder{}
		done := make(chan struct{})
		go func() {
			defer close(done)
			c.run(r, open)
		}()
		<-done
		if r.failed.Load() {
			failed = append(failed, c.name)
		}
	}
	return failed
}

// custom is an executor as a user would write it, on the interpreter. What is
// wrong with it is what its fields say.
type custom struct {
	launch func(ctx context.Context, b *runtime.Binding) error
	bind   func(k *kernels.Kernel, args runtime.Args) (*runtime.Binding, error)
	loop   func(ctx context.Context, n int, body func(lo, hi int), policies ...runtime.Policy) error
	stay   bool // open after Close

	mu     sync.RWMutex // held for reading while something runs
	closed bool
}

func (c *custom) Name() string           { return "custom" }
func (c *custom) Target() runtime.Target { return runtime.Target{Name: "here"} }

func (c *custom) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = !c.stay
	return nil
}

func (c *custom) Bind(k *kernels.Kernel, args runtime.Args, policies ...runtime.Policy) (*runtime.Call, error) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.closed {
		return nil, runtime.ErrClosed
	}
	if _, err := runtime.DefaultPlan().With(policies...); err != nil {
		return nil, err
	}
	check := c.bind
	if check == nil {
		check = runtime.Check
	}
	b, err := check(k, args)
	if err != nil {
		return nil, err
	}
	return runtime.NewCall(b, runtime.LaunchInfo{Executor: c.Name(), Workers: 1, NonTemporalWhy: "interpreted"}, &customLaunch{c, b.Program.NewInterpreter(b.Frame)}), nil
}

type customLaunch struct {
	*custom
	interpreter *kernels.Interpreter
}

func (c *customLaunch) Launch(ctx, _ context.Context, b *runtime.Binding) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.closed {
		return runtime.ErrClosed
	}
	if c.launch != nil {
		return c.launch(ctx, b)
	}
	c.interpreter.Run(0, b.Frame.N)
	return nil
}

// customLooper is a custom that runs Go functions too.
type customLooper struct{ custom }

func (c *customLooper) Range(ctx context.Context, n int, body func(lo, hi int), policies ...runtime.Policy) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.closed {
		return runtime.ErrClosed
	}
	return c.loop(ctx, n, body, policies...)
}

// The suite passes an executor that knows nothing but the interpreter, and
// finds what is wrong with the others.
func TestFindsFaults(t *testing.T) {
	interpret := func(b *runtime.Binding, hi int) {
		p, f := b.Program, b.Frame
		if len(p.Reductions) > 0 {
			hi = f.N
		}
		p.Interpret(f, 0, max(hi, 0))
	}
	for _, c := range []struct {
		name string
		make func() runtime.Executor
		want []string // checks that must fail, in the order of checks; nil for none of all that concern it
	}{
		{"nothing", func() runtime.Executor { return &custom{} }, nil},
		{"drops the last element", func() runtime.Executor {
			return &custom{launch: func(_ context.Context, b *runtime.Binding) error {
				interpret(b, b.Frame.N-1)
				return nil
			}}
		}, []string{"lengths", "scalars", "buffers", "concurrent", "events"}},
		{"writes one element more", func() runtime.Executor {
			return &custom{launch: func(_ context.Context, b *runtime.Binding) error {
				interpret(b, b.Frame.N)
				for slot, a := range b.Program.Arrays {
					if a.Written && b.Frame.N%64 == 7 {
						*(*byte)(unsafe.Add(b.Frame.Arrays[slot], b.Frame.N*b.Program.Elem.Size())) ^= 1
					}
				}
				return nil
			}}
		}, []string{"lengths"}},
		{"sums in another order", func() runtime.Executor {
			return &custom{launch: func(_ context.Context, b *runtime.Binding) error {
				interpret(b, b.Frame.N)
				p, f := b.Program, b.Frame
				if p.Elem == kernels.Float64 && p.Cost().Loads == 1 && len(p.Reductions) == 1 && f.N > 0 {
					// One after the other, all in the first block.
					sum := 0.0
					for _, x := range unsafe.Slice((*float64)(f.Arrays[0]), f.N) {
						sum += x
					}
					clear(f.Partials[0])
					f.Partials[0][0] = *(*uint64)(unsafe.Pointer(&sum))
				}
				return nil
			}}
		}, []string{"reductions"}},
		{"passes over divisions by zero", func() runtime.Executor {
			return &custom{launch: func(_ context.Context, b *runtime.Binding) error {
				interpret(b, b.Frame.N)
				b.Frame.ClearFaults()
				return nil
			}}
		}, []string{"types", "divisions"}},
		{"tells of any division by zero", func() runtime.Executor {
			return &custom{launch: func(_ context.Context, b *runtime.Binding) error {
				interpret(b, b.Frame.N)
				for i := range b.Frame.Faults {
					if b.Frame.Faults[i] == 17 {
						b.Frame.Faults[i] = 20_000
					}
				}
				return nil
			}}
		}, []string{"divisions"}},
		{"loses what stands in place", func() runtime.Executor {
			return &custom{bind: func(k *kernels.Kernel, args runtime.Args) (*runtime.Binding, error) {
				b, err := runtime.Check(k, args)
				if err == nil && k == many && b.Frame.Arrays[0] == b.Frame.Arrays[2] && b.Frame.N > 1 {
					b.Frame.Arrays[0] = unsafe.Pointer(unsafe.SliceData(make([]float64, b.Frame.N)))
				}
				return b, err
			}}
		}, []string{"inplace"}},
		{"takes any arguments", func() runtime.Executor {
			return &custom{bind: func(k *kernels.Kernel, args runtime.Args) (*runtime.Binding, error) {
				b, err := runtime.Check(k, args)
				if err != nil {
					k := parse("other", "y = x")
					return runtime.Check(k, runtime.Args{"x": []float64{1}, "y": []float64{1}})
				}
				return b, nil
			}}
		}, []string{"arguments", "closed"}},
		{"never closes", func() runtime.Executor { return &custom{stay: true} }, []string{"closed"}},
		{"forgets the rest when cancelled", func() runtime.Executor {
			return &custom{launch: func(ctx context.Context, b *runtime.Binding) error {
				if ctx.Err() == nil {
					interpret(b, b.Frame.N)
				}
				return nil
			}}
		}, []string{"cancelled"}},
		{"a good loop", func() runtime.Executor {
			return &customLooper{custom{loop: goodLoop}}
		}, nil},
		{"a loop that misses elements", func() runtime.Executor {
			return &customLooper{custom{loop: func(ctx context.Context, n int, body func(lo, hi int), policies ...runtime.Policy) error {
				return goodLoop(ctx, n, func(lo, hi int) {
					if hi != 10_000 {
						body(lo, hi)
					}
				}, policies...)
			}}}
		}, []string{"loops"}},
		{"a loop that lets panics through", func() runtime.Executor {
			return &customLooper{custom{loop: func(ctx context.Context, n int, body func(lo, hi int), policies ...runtime.Policy) error {
				err := goodLoop(ctx, n, body, policies...)
				if p, ok := err.(*runtime.PanicError); ok {
					return fmt.Errorf("some panic: %v", p.Value)
				}
				return err
			}}}
		}, []string{"loop panics"}},
		{"a loop that hears of no context", func() runtime.Executor {
			return &customLooper{custom{loop: func(_ context.Context, n int, body func(lo, hi int), policies ...runtime.Policy) error {
				return goodLoop(context.Background(), n, body, policies...)
			}}}
		}, []string{"loop cancelled"}},
	} {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			if testing.Short() && c.name == "nothing" {
				t.Skip("as TestSequential is")
			}
			run := c.want
			if c.name == "a good loop" {
				run = []string{"close waits", "loops", "loop cancelled", "loop panics", "loop nested"}
			}
			failed := failures(func(testing.TB) runtime.Executor { return c.make() }, run)
			if !slices.Equal(failed, c.want) {
				t.Errorf("the checks that fail are %q, want %q", failed, c.want)
			}
		})
	}
}

// goodLoop runs loops on the sequential executor.
func goodLoop(ctx context.Context, n int, body func(lo, hi int), policies ...runtime.Policy) error {
	ex, err := runtime.Open("sequential")
	if err != nil {
		return err
	}
	defer ex.Close()
	return ex.(runtime.Looper).Range(ctx, n, body, policies...)
}
