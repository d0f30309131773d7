package executortest

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

var (
	axpy = parse("axpy", "y = x*s + y0", "s")
	dot  = parse("dot", "r = sum(x*y)")
	many = parse("many", "y = x + s*w; z = select(x < w, sqrt(abs(x)), x/w); total = sum(x*w); least = min(x - w); most = max(fma(x, w, s))", "s")
)

func parse(name, text string, scalars ...string) *kernels.Kernel {
	return kernels.Must(kernels.Parse(name, text, kernels.Scalars(scalars...)))
}

// both runs a test for both element types.
func both(tb testing.TB, f64 func() bool, f32 func() bool) {
	tb.Helper()
	if !f64() || !f32() {
		tb.FailNow()
	}
}

// testLengths runs all small lengths.
func testLengths(tb testing.TB, ex runtime.Executor) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 0; n <= 300; n++ {
		fixed := axpy
		if n/32%2 == 1 {
			fixed = many
		}
		for _, k := range []*kernels.Kernel{fixed, randkernel.New(r, randkernel.Small)} {
			both(tb,
				func() bool { return newTrial[float64](r, k, n).run(tb, ex, policySets(n)[n%5]...) },
				func() bool { return newTrial[float32](r, k, n).run(tb, ex, policySets(n)[n%5]...) })
		}
	}
}

// testLarge runs lengths around blocks, and some that are many blocks, in all
// schedules.
func testLarge(tb testing.TB, ex runtime.Executor) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1023, 1024, 1025, 2047, 2048, 2049, 4096, 6145, 14_011, 140_001} {
		k := many
		if n > 100_000 {
			k = dot
		}
		t64, t32 := newTrial[float64](r, k, n), newTrial[float32](r, k, n)
		for _, policies := range policySets(n) {
			both(tb,
				func() bool { return t64.run(tb, ex, policies...) },
				func() bool { return t32.run(tb, ex, policies...) })
		}
	}
}

// testInPlace passes one memory as an output and as inputs.
func testInPlace(tb testing.TB, ex runtime.Executor) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{1, 2, 3, 31, 100, 300, 2048, 9000} {
		for _, same := range [][]string{{"y", "x"}, {"z", "w"}, {"y", "x", "w"}} {
			t64, t32 := newTrial[float64](r, many, n, same...), newTrial[float32](r, many, n, same...)
			for _, policies := range policySets(n) {
				both(tb,
					func() bool { return t64.run(tb, ex, policies...) },
					func() bool { return t32.run(tb, ex, policies...) })
			}
		}
	}
}

// testReductions sums numbers whose sum depends on the order, again and again:
// it must be the same each time.
func testReductions(tb testing.TB, ex runtime.Executor) {
	x := make([]float64, 50_000)
	r := rand.New(rand.NewPCG(7, 8))
	for i := range x {
		x[i] = math.Ldexp(r.Float64()-0.5, r.IntN(60))
	}
	k := parse("sum", "r = sum(x)")
	for _, n := range []int{1000, 3000, len(x)} {
		p := k.Program(kernels.Float64)
		b, err := runtime.Check(k, runtime.Args{"x": x[:n], "r": new(float64)})
		if err != nil {
			tb.Fatal(err)
		}
		p.Interpret(b.Frame, 0, n)
		p.Combine(b.Frame)
		want := b.Frame.Results[0]
		for _, policies := range policySets(n) {
			var got float64
			call := bind(tb, ex, k, runtime.Args{"x": x[:n], "r": &got}, policies...)
			for range 3 {
				got = 0
				if err := call.Run(context.Background()); err != nil {
					tb.Fatal(err)
				}
				if got != want {
					tb.Fatalf("the sum of %d elements is %v, in the one order of reductions it is %v", n, got, want)
				}
			}
		}
	}
}

// testEmpty runs over no elements.
func testEmpty(tb testing.TB, ex runtime.Executor) {
	sum, least, most := 7.0, 7.0, 7.0
	call := bind(tb, ex, parse("empty", "y = x; sum = sum(x); least = min(x); most = max(x)"),
		runtime.Args{"x": []float64{}, "y": []float64(nil), "sum": &sum, "least": &least, "most": &most})
	if err := call.Run(context.Background()); err != nil {
		tb.Fatal(err)
	}
	if sum != 0 || !math.IsInf(least, 1) || !math.IsInf(most, -1) {
		tb.Errorf("of no elements, the sum is %v, the minimum %v, the maximum %v; want 0, +Inf, -Inf", sum, least, most)
	}
}

// testShapes runs a kernel without arrays, of which elements know their indices alone.
func testShapes(tb testing.TB, ex runtime.Executor) {
	k := parse("hits", `hits = sum(select(uniform(7, index(), 0)^2 + uniform(7, index(), 1)^2 < s, 1, 0));
		total = sum(normal(7, index(), 2)); most = max(float(index()))`, "s")
	r := rand.New(rand.NewPCG(8, 4))
	for _, n := range []int{0, 1, 2, 33, 300, 1024, 5000, 14_011} {
		t := newTrial[float64](r, k, n)
		for _, policies := range policySets(n) {
			if !t.run(tb, ex, policies...) {
				tb.FailNow()
			}
		}
	}
}

// testScalars passes scalars of all types and changes one.
func testScalars(tb testing.TB, ex runtime.Executor) {
	ctx := context.Background()
	k := parse("scalars", "y = x*s + t*u", "s", "t", "u")
	x, y := []float64{1, 2, 3}, make([]float64, 3)
	call := bind(tb, ex, k, runtime.Args{"x": x, "y": y, "s": 10.0, "t": float32(0.5), "u": 4})
	for _, s := range []float64{10, -3, 0.25} {
		if err := call.SetScalar("s", s); err != nil {
			tb.Fatal(err)
		}
		if err := call.Run(ctx); err != nil {
			tb.Fatal(err)
		}
		for i := range x {
			if want := x[i]*s + 2; y[i] != want {
				tb.Fatalf("with s = %v, y[%d] is %v, want %v", s, i, y[i], want)
			}
		}
	}
	wantArg(tb, call.SetScalar("v", 1), "v", runtime.ArgUnknown)
	wantArg(tb, call.SetScalar("x", 1), "x", runtime.ArgType)

	// 0.1 is rounded to the element type first.
	x32, y32 := []float32{3}, make([]float32, 1)
	call = bind(tb, ex, parse("round", "y = x*s", "s"), runtime.Args{"x": x32, "y": y32, "s": 0.1})
	if err := call.Run(ctx); err != nil {
		tb.Fatal(err)
	}
	if want := x32[0] * float32(0.1); y32[0] != want {
		tb.Errorf("3*0.1 in float32 is %v, want %v", y32[0], want)
	}
}

// testResults passes results of both types.
func testResults(tb testing.TB, ex runtime.Executor) {
	x := []float32{1.5, 2.25, -1}
	var wide float64
	var narrow float32
	call := bind(tb, ex, parse("results", "p = sum(x); q = max(x)"), runtime.Args{"x": x, "p": &wide, "q": &narrow})
	if err := call.Run(context.Background()); err != nil {
		tb.Fatal(err)
	}
	if wide != 2.75 || narrow != 2.25 {
		tb.Errorf("the sum is %v and the maximum %v, want 2.75 and 2.25", wide, narrow)
	}
}

// testBuffers mixes buffers of the executor's target with slices.
func testBuffers(tb testing.TB, ex runtime.Executor) {
	const n = 5000
	b, err := runtime.NewBuffer[float64](ex, n)
	if err != nil {
		tb.Fatal(err)
	}
	defer b.Close()
	x := make([]float64, n)
	for i := range x {
		x[i] = float64(i)
	}
	call := bind(tb, ex, parse("double", "y = x + x"), runtime.Args{"x": x, "y": b})
	if err := call.Run(context.Background()); err != nil {
		tb.Fatal(err)
	}
	got := make([]float64, n)
	if err := b.CopyTo(context.Background(), got); err != nil {
		tb.Fatal(err)
	}
	for i, v := range got {
		if v != float64(2*i) {
			tb.Fatalf("y[%d] is %v, want %v", i, v, float64(2*i))
		}
	}
	if s := b.Slice(); s != nil && (len(s) != n || &s[0] == &got[0] || s[1] != 2) {
		tb.Errorf("the buffer's slice has %d elements, of which the second is %v", len(s), s[1])
	}
	// In place, from a buffer to itself, after CopyFrom.
	if err := b.CopyFrom(context.Background(), x); err != nil {
		tb.Fatal(err)
	}
	sum := 0.0
	call = bind(tb, ex, parse("again", "y = x + 1; r = sum(x)"), runtime.Args{"x": b, "y": b, "r": &sum})
	for range 2 {
		if err := call.Run(context.Background()); err != nil {
			tb.Fatal(err)
		}
	}
	if err := b.CopyTo(context.Background(), got); err != nil {
		tb.Fatal(err)
	}
	if want := float64(n * (n + 1) / 2); sum != want || got[n-1] != n+1 {
		tb.Errorf("after two launches the sum is %v, want %v, and the last element %v, want %v", sum, want, got[n-1], n+1)
	}
	var value *runtime.ValueError
	if err := b.CopyTo(context.Background(), got[1:]); !errors.As(err, &value) {
		tb.Errorf("CopyTo of too short a slice: %v, want a *ValueError", err)
	}
	if err := b.Close(); err != nil {
		tb.Fatal(err)
	}
	if err := b.CopyFrom(context.Background(), x); !errors.Is(err, runtime.ErrClosed) {
		tb.Errorf("CopyFrom after Close: %v, want ErrClosed", err)
	}
	if err := call.Run(context.Background()); !errors.Is(err, runtime.ErrClosed) {
		tb.Errorf("a launch over a closed buffer: %v, want ErrClosed", err)
	}
}

func testInfo(tb testing.TB, ex runtime.Executor) {
	call := bind(tb, ex, axpy, runtime.Args{"y": make([]float32, 10), "y0": make([]float32, 10), "x": make([]float32, 10), "s": 1})
	info := call.Info()
	if info.Executor != ex.Name() || info.Kernel != "axpy" || info.Elem != kernels.Float32 || info.N != 10 ||
		info.Bytes != 120 || info.Flops != 20 || info.Workers < 1 || info.NonTemporalWhy == "" || info.Code == "" {
		tb.Errorf("executor %q: info is %+v", ex.Name(), info)
	}
}

// bind binds arguments that fit.
func bind(tb testing.TB, ex runtime.Executor, k *kernels.Kernel, args runtime.Args, policies ...runtime.Policy) *runtime.Call {
	tb.Helper()
	call, err := ex.Bind(k, args, policies...)
	if err != nil {
		tb.Fatalf("bind %s: %v", k, err)
	}
	return call
}
