package runtime_test

import (
	"context"
	"fmt"
	"math"
	goruntime "runtime"
	"runtime/metrics"
	"slices"
	"testing"
	"time"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

func open(tb testing.TB, name string, opts ...runtime.Option) runtime.Executor {
	tb.Helper()
	ex, err := runtime.Open(name, opts...)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := ex.Close(); err != nil {
			tb.Error(err)
		}
	})
	return ex
}

func suiteKernel(tb testing.TB, name string) *kernels.Kernel {
	tb.Helper()
	k, ok := kernels.Lookup(name)
	if !ok {
		tb.Fatalf("the suite has no kernel %s", name)
	}
	return k
}

func triad(tb testing.TB, ex runtime.Executor, n int, policies ...runtime.Policy) *runtime.Call {
	tb.Helper()
	args := runtime.Args{"a": make([]float64, n), "b": make([]float64, n), "c": make([]float64, n), "s": 3.0}
	call, err := ex.Bind(suiteKernel(tb, "triad"), args, policies...)
	if err != nil {
		tb.Fatal(err)
	}
	return call
}

func run(b *testing.B, call *runtime.Call) {
	b.Helper()
	ctx := context.Background()
	b.ReportAllocs()
	b.SetBytes(call.Info().Bytes)
	for b.Loop() {
		if err := call.Run(ctx); err != nil {
			b.Fatal(err)
		}
	}
}

// What Run adds to a kernel of 16 elements.
func BenchmarkLaunchSimd16(b *testing.B) {
	run(b, triad(b, open(b, "simd"), 16))
}

// A fork and join of all workers, each of which has some 2048 elements at the
// most: beside libgomp's parallel for, whose loop has nothing to do.
func BenchmarkLaunchPool(b *testing.B) {
	ex := open(b, "pool")
	run(b, triad(b, ex, 4096, runtime.InlineBelow(0)))
}

// A fork and join for a loop whose body does nothing.
func BenchmarkLoopPool(b *testing.B) {
	ex := open(b, "pool")
	ctx := context.Background()
	body := func(lo, hi int) {}
	for b.Loop() {
		if err := runtime.ForRange(ctx, ex, 2, body); err != nil {
			b.Fatal(err)
		}
	}
}

// Arrays in memory, on each executor of machine code.
func BenchmarkTriadMemory(b *testing.B) {
	for _, name := range []string{"simd", "pool"} {
		b.Run(name, func(b *testing.B) { run(b, memoryTriad(b, open(b, name))) })
	}
}

// memoryTriad is a triad of buffers that no cache holds.
func memoryTriad(b *testing.B, ex runtime.Executor) *runtime.Call {
	b.Helper()
	args := runtime.Args{"s": 3.0}
	for _, name := range []string{"a", "b", "c"} {
		array, err := runtime.NewBuffer[float64](ex, 8<<20)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { array.Close() })
		args[name] = array
	}
	call, err := ex.Bind(suiteKernel(b, "triad"), args)
	if err != nil {
		b.Fatal(err)
	}
	return call
}

// The crossover between the caller alone and the crew.
func BenchmarkCrossover(b *testing.B) {
	ex := open(b, "pool")
	for _, name := range []string{"copy", "triad", "dot"} {
		for n := 4096; n <= 65536; n *= 2 {
			for _, mode := range []struct {
				name  string
				below int
			}{{"alone", math.MaxInt}, {"crew", 0}} {
				b.Run(fmt.Sprintf("%s/%d/%s", name, n, mode.name), func(b *testing.B) {
					k := suiteKernel(b, name)
					args := runtime.Args{}
					for _, p := range k.Params() {
						switch p.Kind {
						case kernels.ArrayParam:
							args[p.Name] = make([]float64, n)
						case kernels.ScalarParam:
							args[p.Name] = 3.0
						case kernels.ResultParam:
							args[p.Name] = new(float64)
						}
					}
					call, err := ex.Bind(k, args, runtime.InlineBelow(mode.below))
					if err != nil {
						b.Fatal(err)
					}
					run(b, call)
				})
			}
		}
	}
}

// Garbage collections while a pool works through memory without pause: how long
// they had to wait for it to stop.
func BenchmarkGCStop(b *testing.B) {
	call := memoryTriad(b, open(b, "pool"))
	stops := []metrics.Sample{{Name: "/sched/pauses/stopping/gc:seconds"}}
	metrics.Read(stops)
	before := slices.Clone(stops[0].Value.Float64Histogram().Counts)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				goruntime.GC()
				time.Sleep(time.Millisecond)
			}
		}
	}()
	run(b, call)
	close(stop)
	<-stopped
	metrics.Read(stops)
	h := stops[0].Value.Float64Histogram()
	for i := range before {
		h.Counts[i] -= before[i]
	}
	b.ReportMetric(quantile(h, 0.99)*1e6, "p99-µs")
	b.ReportMetric(quantile(h, 0.5)*1e6, "p50-µs")
}

// quantile is an upper bound of the histogram's q-quantile.
func quantile(h *metrics.Float64Histogram, q float64) float64 {
	var total, seen uint64
	for _, c := range h.Counts {
		total += c
	}
	for i, c := range h.Counts {
		if seen += c; float64(seen) >= q*float64(total) {
			return h.Buckets[i+1]
		}
	}
	return math.Inf(1)
}

// Open, which asks the system for the target, and Close.
func BenchmarkOpen(b *testing.B) {
	for _, name := range []string{"simd", "pool"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				ex, err := runtime.Open(name)
				if err != nil {
					b.Fatal(err)
				}
				ex.Close()
			}
		})
	}
}

// Bind, with the machine code made already.
func BenchmarkBind(b *testing.B) {
	ex := open(b, "pool")
	k := suiteKernel(b, "triad")
	x := make([]float64, 3000)
	args := runtime.Args{"a": x[:1000], "b": x[1000:2000], "c": x[2000:], "s": 3.0}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ex.Bind(k, args); err != nil {
			b.Fatal(err)
		}
	}
}
