package runtime_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// seeded is a kernel of random numbers as it is written, with a seed.
func seeded(text string, opts ...kernels.Option) *kernels.Kernel {
	opts = append(opts, kernels.Unoptimized(), kernels.Scalars("seed"), kernels.Typed(kernels.Int64, "seed"))
	return kernels.Must(kernels.Parse("k", text, opts...))
}

// shaped binds a kernel twice, over a shape alone and with an array y, which the longer text has
// besides, and compares results, by name, after a run of each. Outputs with lengths of their own are compared too.
func shaped(t *testing.T, ex runtime.Executor, text, y string, shape runtime.Shape, outputs func() runtime.Args) {
	t.Helper()
	n := 1
	for _, extent := range shape {
		n *= extent
	}
	results := map[string]runtime.Args{}
	for _, how := range []string{"shape", "array", "both"} {
		k, args := seeded(text), outputs()
		args["seed"] = 12
		if how != "shape" {
			k = seeded(text + "; y = " + y)
			args["y"] = runtime.NewGrid(make([]float64, n), shape...)
		}
		if how != "array" {
			args["index"] = shape
		}
		call, err := ex.Bind(k, args)
		if err != nil {
			t.Fatalf("%v, %s: %v", shape, how, err)
		}
		if have := call.Info().N; have != n {
			t.Errorf("%v, %s: a launch over %d elements", shape, how, have)
		}
		if err := call.Run(context.Background()); err != nil {
			t.Fatalf("%v, %s: %v", shape, how, err)
		}
		results[how] = args
	}
	for name := range outputs() {
		for _, how := range []string{"array", "both"} {
			same := false
			switch v := results["shape"][name].(type) {
			case *float64:
				same = sameFloats([]float64{*v}, []float64{*results[how][name].(*float64)})
			case *int:
				same = *v == *results[how][name].(*int)
			case []float64:
				same = sameFloats(v, results[how][name].([]float64))
			}
			if !same {
				t.Errorf("%v: %s over a shape differs from that with an %s", shape, name, how)
			}
		}
	}
}

// TestShape: without an array a kernel has the bits that it has with one, in launches of
// every kind.
func TestShape(t *testing.T) {
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		lengths := []int{0, 1, 7, 64, 1000, 1025, 16385}
		if testing.Short() {
			lengths = []int{0, 1, 1025}
		} else if ex.Name() != "sequential" {
			lengths = append(lengths, 70_003)
		}
		for _, n := range lengths {
			shaped(t, ex, `
				hits = count(uniform(seed, index(), 0)^2 + uniform(seed, index(), 1)^2 < 1)
				s = sum(select(uniform(seed, index(), 0) < 0.25, 1, 0) + float(index()))
				z = sum(normal(seed, index(), 3))
				most = max(exponential(seed, index(), 4))
				m = mean(uniform(seed, index(), 5))`, "float(index())", runtime.Shape{n}, func() runtime.Args {
				return runtime.Args{"hits": new(int), "s": new(float64), "z": new(float64), "most": new(float64), "m": new(float64)}
			})
			shaped(t, ex, `
				kept = keep(uniform(seed, index(), 6), uniform(seed, index(), 7) < 0.3)
				h = histogram(int64(8*uniform(seed, index(), 8)))
				added = scatteradd(normal(seed, index(), 9), int64(5*uniform(seed, index(), 10)))
				v = variance(uniform(seed, index(), 11))
				s = sum(uniform(seed, index(), 12))
				lo = argmin(uniform(seed, index(), 13))`, "float(index())", runtime.Shape{n}, func() runtime.Args {
				return runtime.Args{"kept": make([]float64, n), "h": make([]float64, 8), "added": make([]float64, 5), "v": new(float64), "s": new(float64), "lo": new(int)}
			})
		}
		shapes := []runtime.Shape{{0, 3}, {1, 1}, {3, 1025}, {70, 33}, {300, 1}, {2, 3, 5}, {3, 0, 2}, {4, 1, 7}}
		if !testing.Short() {
			shapes = append(shapes, runtime.Shape{2, 20_000}, runtime.Shape{5, 40, 300})
		}
		for _, shape := range shapes {
			inner, flat := shape[len(shape)-1], "float(index(0)*1000 + index(1))"
			text := `
				s = sum(uniform(seed, index(0)*100000 + index(1)))
				hits = count(normal(seed, index(1), 1) + float(index(0)) < 1.5)`
			if len(shape) == 3 {
				flat = "float(index(0)*1000000 + index(1)*1000 + index(2))"
				text = strings.ReplaceAll(text, "index(1)", "index(1)*10000 + index(2)")
			}
			others := 1
			for _, extent := range shape[:len(shape)-1] {
				others *= extent
			}
			shaped(t, ex, text, flat, shape, func() runtime.Args {
				return runtime.Args{"s": new(float64), "hits": new(int)}
			})
			if len(shape) == 2 {
				shaped(t, ex, text+"; rows = along(sum, uniform(seed, index(0)*100000 + index(1)), 1)", flat, shape, func() runtime.Args {
					return runtime.Args{"s": new(float64), "hits": new(int), "rows": make([]float64, others)}
				})
				shaped(t, ex, "cols = along(max, uniform(seed, index(0)*100000 + index(1)), 0)", flat, shape, func() runtime.Args {
					return runtime.Args{"cols": make([]float64, inner)}
				})
			}
			// Without indices along axes, elements are one after the other.
			shaped(t, ex, "s = sum(0.5 + float(seed))", "1", shape, func() runtime.Args { return runtime.Args{"s": new(float64)} })
		}
	})
}

// TestShapeBeside: arrays of a length of their own and broadcast ones tell no space, and faults name
// elements of the one that is told.
func TestShapeBeside(t *testing.T) {
	run := func(t *testing.T, ex runtime.Executor, k *kernels.Kernel, args runtime.Args) error {
		t.Helper()
		call, err := ex.Bind(k, args)
		if err != nil {
			t.Fatal(err)
		}
		return call.Run(context.Background())
	}
	typed := kernels.Typed(kernels.Int64, "d")
	gathered := kernels.Must(kernels.Parse("gathered", "s = sum(gather(x, index()/3))"))
	row := kernels.Must(kernels.Parse("row", "s = sum(x*float(index(0)))"))
	divided := kernels.Must(kernels.Parse("divided", "s = sum(float(1000/(d - index())))", typed, kernels.Scalars("d")))
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		var s float64
		x := []float64{1, 10, 100}
		if err := run(t, ex, gathered, runtime.Args{"x": x, "s": &s, "index": runtime.Shape{8}}); err != nil || s != 3+30+200 {
			t.Errorf("gathered: %v, %v", s, err)
		}
		var fault *runtime.IndexError
		if err := run(t, ex, gathered, runtime.Args{"x": x, "s": &s, "index": runtime.Shape{5000}}); !errors.As(err, &fault) || fault.Index != 9 || fault.Len != 3 {
			t.Errorf("gathered beyond the end: %v", err)
		}
		var divide *runtime.DivideError
		if err := run(t, ex, divided, runtime.Args{"d": 4321, "s": &s, "index": runtime.Shape{5000}}); !errors.As(err, &divide) || divide.Index != 4321 {
			t.Errorf("divided by zero: %v", err)
		}
		// A row, for each of four, and a column of one.
		for _, arg := range []any{x, runtime.NewGrid(x, 1, 3), runtime.NewGrid(x, 3)} {
			if err := run(t, ex, row, runtime.Args{"x": arg, "s": &s, "index": runtime.Shape{4, 3}}); err != nil || s != 4*(10+200) {
				t.Errorf("a row four times: %v, %v", s, err)
			}
		}
		if err := run(t, ex, row, runtime.Args{"x": runtime.NewGrid(x[1:2], 1), "s": &s, "index": runtime.Shape{3}}); err != nil || s != 10*3 {
			t.Errorf("one element three times: %v, %v", s, err)
		}
	})
}

// TestShapeCancelled: a launch over many elements, none of which is in memory, ends with its context.
func TestShapeCancelled(t *testing.T) {
	k := seeded("s = sum(normal(seed, index()))")
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		ctx, cancel := context.WithCancel(context.Background())
		s := 7.0
		call, err := ex.Bind(k, runtime.Args{"seed": 1, "s": &s, "index": runtime.Shape{1 << 29}})
		if err != nil {
			t.Fatal(err)
		}
		event := call.Start(ctx)
		cancel()
		if err := event.Wait(); !errors.Is(err, context.Canceled) || s != 7 {
			t.Errorf("%v, and the sum is %v", err, s)
		}
	})
}

// TestShapeFaults: what cannot be a shape, or the shape of the launch, is refused.
func TestShapeFaults(t *testing.T) {
	ex, err := runtime.Open("simd")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	const text = "s = sum(uniform(1, index()))"
	flat, two := seeded(text+"; t = sum(float(seed))"), seeded("s = sum(uniform(seed, index(0)*9 + index(1)))")
	array := seeded("y = float(index() + seed)")
	input := seeded("s = sum(x*float(index() + seed))")
	gather := seeded("s = sum(gather(x, index() + seed))")
	own := kernels.Must(kernels.Parse("own", "s = sum(index*uniform(1, index()))", kernels.Scalars("index")))
	taken := kernels.Must(kernels.Parse("taken", "y = index*float(index())"))
	data := make([]float64, 12)
	grid := func(shape ...int) any { return runtime.NewGrid(data, shape...) }
	for name, c := range map[string]struct {
		k      *kernels.Kernel
		args   runtime.Args
		reason runtime.ArgReason
		name   string
		other  string
		want   string
	}{
		"nothing":             {flat, runtime.Args{"t": new(float64)}, runtime.ArgMissing, "index", "", "runtime.Shape{n}"},
		"nothing of two axes": {two, runtime.Args{}, runtime.ArgMissing, "index", "", "runtime.Shape{rows, n}"},
		"an array of its own": {gather, runtime.Args{"x": data}, runtime.ArgMissing, "index", "", "runtime.Shape{n}"},
		"a number":            {flat, runtime.Args{"t": new(float64), "index": 12}, runtime.ArgType, "index", "", "runtime.Shape, not int"},
		"a slice of ints":     {flat, runtime.Args{"t": new(float64), "index": []int{12}}, runtime.ArgType, "index", "", "not []int"},
		"an array":            {array, runtime.Args{"y": data, "index": data}, runtime.ArgType, "index", "", "no parameter of that name"},
		"nil":                 {flat, runtime.Args{"t": new(float64), "index": nil}, runtime.ArgType, "index", "", "<nil>"},
		"no axes":             {flat, runtime.Args{"t": new(float64), "index": runtime.Shape{}}, runtime.ArgShape, "index", "", "0 axes"},
		"four axes":           {flat, runtime.Args{"t": new(float64), "index": runtime.Shape{1, 1, 1, 1}}, runtime.ArgShape, "index", "", "4 axes"},
		"negative":            {two, runtime.Args{"index": runtime.Shape{3, -1}}, runtime.ArgShape, "index", "", "negative"},
		"too many":            {flat, runtime.Args{"t": new(float64), "index": runtime.Shape{math.MaxInt}}, runtime.ArgShape, "index", "", "too many"},
		"too many rows":       {two, runtime.Args{"index": runtime.Shape{math.MaxInt / 4, 1}}, runtime.ArgShape, "index", "", "too many"},
		"too many together":   {flat, runtime.Args{"t": new(float64), "index": runtime.Shape{1 << 20, 1 << 20, 1 << 11}}, runtime.ArgShape, "index", "", "too many"},
		"one axis of two":     {two, runtime.Args{"index": runtime.Shape{3}}, runtime.ArgShape, "index", "", "1 axes where there are 2"},
		"three axes of two":   {two, runtime.Args{"index": runtime.Shape{3, 4, 5}}, runtime.ArgShape, "index", "", "3 axes where there are 2"},
		"another length":      {array, runtime.Args{"y": data, "index": runtime.Shape{11}}, runtime.ArgLength, "index", "y", "11 and 12"},
		"an input's length":   {input, runtime.Args{"x": data, "index": runtime.Shape{11}}, runtime.ArgLength, "index", "x", "11 and 12"},
		"one of many":         {input, runtime.Args{"x": data, "index": runtime.Shape{1}}, runtime.ArgLength, "index", "x", "1 and 12"},
		"many of one":         {input, runtime.Args{"x": data[:1], "index": runtime.Shape{12}}, runtime.ArgLength, "index", "x", "12 and 1"},
		"another extent":      {array, runtime.Args{"y": grid(3, 4), "index": runtime.Shape{3, 3}}, runtime.ArgLength, "index", "y", "axis 1 are 3 and 4"},
		"a larger extent":     {input, runtime.Args{"x": grid(3, 4), "index": runtime.Shape{1, 4}}, runtime.ArgLength, "index", "x", "axis 0 are 1 and 3"},
		"one axis less":       {array, runtime.Args{"y": grid(3, 4), "index": runtime.Shape{12}}, runtime.ArgShape, "index", "y", "1 axes where there are 2"},
		"one axis more":       {array, runtime.Args{"y": data, "index": runtime.Shape{1, 12}}, runtime.ArgShape, "y", "index", "an output of 1 axes"},
		"a parameter":         {own, runtime.Args{"index": 3}, runtime.ArgMissing, "index", "", "rename it"},
		"a shape for one":     {own, runtime.Args{"index": runtime.Shape{3}}, runtime.ArgMissing, "index", "", "rename it"},
		"a shape for arrays":  {taken, runtime.Args{"y": data, "index": runtime.Shape{12}}, runtime.ArgType, "index", "", "not runtime.Shape"},
	} {
		for _, p := range c.k.Params() {
			switch _, given := c.args[p.Name]; {
			case given:
			case p.Kind == kernels.ResultParam:
				c.args[p.Name] = new(float64)
			case p.Name == "seed":
				c.args[p.Name] = 1
			}
		}
		call, err := ex.Bind(c.k, c.args)
		var arg *runtime.ArgError
		if !errors.As(err, &arg) || arg.Reason != c.reason || arg.Name != c.name || arg.Other != c.other || !strings.Contains(err.Error(), c.want) || call != nil {
			t.Errorf("%s: %v, want %v of %s %s with %q", name, err, c.reason, c.name, c.other, c.want)
		}
	}
	// A parameter of the name is a parameter.
	y := make([]float64, 3)
	call, err := ex.Bind(taken, runtime.Args{"y": y, "index": []float64{5, 6, 7}})
	if err != nil {
		t.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil || !slices.Equal(y, []float64{0, 6, 14}) {
		t.Errorf("%v, %v", y, err)
	}
	// A launch keeps the extents that Bind was told.
	shape, s := runtime.Shape{3}, 0.0
	if call, err = ex.Bind(seeded("s = sum(float(index() + seed))"), runtime.Args{"seed": 1, "s": &s, "index": shape}); err != nil {
		t.Fatal(err)
	}
	shape[0] = 2
	if err := call.Run(context.Background()); err != nil || s != 1+2+3 {
		t.Errorf("%v, %v", s, err)
	}
	if n := testing.AllocsPerRun(10, func() { call.Run(context.Background()) }); n != 0 {
		t.Errorf("a launch allocates %v times", n)
	}
}
