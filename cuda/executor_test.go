//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/cuda/internal/fake"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/runtime/executortest"
)

// openStaged opens one of which the ring has slots of a few KiB, so that short arrays are several chunks.
func openStaged(l *fake.Library, bytes int64) (runtime.Executor, error) {
	if l.Driver == nil {
		if err := l.Open(); err != nil {
			return nil, err
		}
	}
	c := runtime.Config{Plan: runtime.DefaultPlan()}
	for _, o := range []runtime.Option{CacheDir(""), Staging(bytes)} {
		if err := o(&c); err != nil {
			return nil, err
		}
	}
	return open(l.Driver, c)
}

// TestConformanceStaged: the same through a ring so small that most arrays are several chunks.
func TestConformanceStaged(t *testing.T) {
	if testing.Short() {
		t.Skip("TestConformance again, with chunks that are smaller")
	}
	executortest.Run(t, func(tb testing.TB) runtime.Executor {
		ex, err := openStaged(fake.New(tb, fake.Config{Idle: strings.HasSuffix(tb.Name(), "/allocations")}), 64<<10)
		if err != nil {
			tb.Fatal(err)
		}
		return ex
	})
}

// pair runs a kernel on the fake's device and on the processor, and compares.
type pair struct {
	gpu, cpu runtime.Executor
}

func newPair(t *testing.T, staging int64) pair {
	t.Helper()
	l := fake.New(t, fake.Config{})
	gpu, err := openStaged(l, staging)
	if err != nil {
		t.Fatal(err)
	}
	cpu, err := runtime.Open("sequential")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, ex := range []runtime.Executor{gpu, cpu} {
			if err := ex.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	return pair{gpu, cpu}
}

// numbers are random, with some that break code.
func numbers(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		switch x[i] = r.NormFloat64(); r.IntN(30) {
		case 0:
			x[i] = math.Copysign(0, -1)
		case 1:
			x[i] = math.Inf(1 - 2*r.IntN(2))
		case 2:
			x[i] = math.NaN()
		case 3:
			x[i] = 0
		}
	}
	return x
}

func sameFloats(a, b []float64) int {
	for i := range a {
		if math.Float64bits(a[i]) != math.Float64bits(b[i]) && !(a[i] != a[i] && b[i] != b[i]) {
			return i
		}
	}
	return -1
}

// TestGrids: stencils with all edges, on grids with strides and of broadcasts.
func TestGrids(t *testing.T) {
	p := newPair(t, stagingMost)
	r := rand.New(rand.NewPCG(1, 2))
	ctx := context.Background()
	for _, text := range []string{
		"y = at(x, -1, 0) + at(x, 1, 0) + at(x, 0, -1) + at(x, 0, 1) - 4*x + w",
		"y = at(x, -2, 1)*at(x, 1, -2) + float(index(0)*100 + index(1)); r = sum(at(x, 1, 1)*w); m = min(x)",
	} {
		for kind := kernels.Periodic; kind <= kernels.Constant; kind++ {
			k := kernels.Must(kernels.Parse("stencil", text, kernels.Edges(kernels.Edge{Kind: kind, Value: 0.5}, "x"),
				kernels.EdgeAt("x", 1, kernels.High, kernels.Edge{Kind: kernels.Clamp})))
			for _, shape := range [][2]int{{3, 4}, {5, 33}, {40, 7}, {3, 1030}} {
				rows, cols := shape[0], shape[1]
				pad := r.IntN(3)
				x := numbers(r, rows*(cols+pad)+5)
				w := numbers(r, cols)
				run := func(ex runtime.Executor) ([]float64, [2]float64) {
					y := make([]float64, rows*(cols+2))
					for i := range y {
						y[i] = 7
					}
					var sum, least float64
					args := runtime.Args{
						"x": runtime.Grid[float64]{Data: x, Shape: []int{rows, cols}, Strides: []int{cols + pad, 1}},
						"w": runtime.NewGrid(w, cols),
						"y": runtime.Grid[float64]{Data: y, Shape: []int{rows, cols}, Strides: []int{cols + 2, 1}},
					}
					for _, p := range k.Params() {
						switch p.Name {
						case "r":
							args["r"] = &sum
						case "m":
							args["m"] = &least
						}
					}
					call, err := ex.Bind(k, args)
					if err != nil {
						t.Fatal(err)
					}
					if err := call.Run(ctx); err != nil {
						t.Fatal(err)
					}
					return y, [2]float64{sum, least}
				}
				got, results := run(p.gpu)
				want, wantResults := run(p.cpu)
				if i := sameFloats(got, want); i >= 0 {
					t.Fatalf("%s, %v, %v: element %d is %v, want %v", text, kind, shape, i, got[i], want[i])
				}
				if sameFloats(results[:], wantResults[:]) >= 0 {
					t.Fatalf("%s, %v, %v: results %v, want %v", text, kind, shape, results, wantResults)
				}
			}
		}
	}
}

// TestCollectives: outputs that are more than elements.
func TestCollectives(t *testing.T) {
	p := newPair(t, stagingMost)
	r := rand.New(rand.NewPCG(3, 4))
	ctx := context.Background()
	for _, text := range []string{
		"y = scan(sum, x*2)", "y = scan(max, x)", "y = scanbefore(sum, x)", "y = x + 1; z = scan(sum, x)", "y = keep(x, x > 0)", "i = argmin(x); j = argmax(x*x)",
		"v = variance(select(abs(x) < 9, x, 0))", "m = mean(x); n = norm(x); c = count(x > 0)", "e = exactsum(x)", "e = compsum(x)",
	} {
		k, err := kernels.Parse("collective", text)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 2, 7, 33, 100, 1000, 5000} {
			x := numbers(r, n)
			run := func(ex runtime.Executor) (out [][]float64) {
				args := runtime.Args{"x": x}
				var ints []*int
				var floats []*float64
				for _, p := range k.Params() {
					switch {
					case p.Kind == kernels.ArrayParam && p.Out:
						y := make([]float64, n)
						args[p.Name] = y
						out = append(out, y)
					case p.Kind == kernels.ResultParam && (p.Name == "i" || p.Name == "j" || p.Name == "c"):
						ints = append(ints, new(int))
						args[p.Name] = ints[len(ints)-1]
					case p.Kind == kernels.ResultParam:
						floats = append(floats, new(float64))
						args[p.Name] = floats[len(floats)-1]
					}
				}
				call, err := ex.Bind(k, args)
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
				for range 2 {
					if err := call.Run(ctx); err != nil {
						t.Fatalf("%s, n = %d: %v", text, n, err)
					}
				}
				results := []float64{}
				for _, v := range ints {
					results = append(results, float64(*v))
				}
				for _, v := range floats {
					results = append(results, *v)
				}
				return append(out, results)
			}
			got, want := run(p.gpu), run(p.cpu)
			for o := range got {
				if i := sameFloats(got[o], want[o]); i >= 0 {
					t.Fatalf("%s, n = %d: output %d, element %d is %v, want %v", text, n, o, i, got[o][i], want[o][i])
				}
			}
		}
	}
}

// TestStaged: arrays that are many chunks, beside buffers on the device and in pinned memory, give the same bits.
func TestStaged(t *testing.T) {
	const n = 20_000
	p := newPair(t, 32<<10)
	ctx := context.Background()
	r := rand.New(rand.NewPCG(5, 6))
	k := kernels.Must(kernels.Parse("staged", "y = exp(-x*x) + s*w; z = x + float(index()); r = sum(x*w)", kernels.Scalars("s")))
	x, w := numbers(r, n), numbers(r, n)
	run := func(ex runtime.Executor, place func([]float64) any) (y, z []float64, sum float64) {
		y, z = make([]float64, n), make([]float64, n)
		call, err := ex.Bind(k, runtime.Args{"x": place(x), "w": w, "y": y, "z": z, "s": 2.5, "r": &sum})
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			clear(y)
			if err := call.Run(ctx); err != nil {
				t.Fatal(err)
			}
		}
		return y, z, sum
	}
	slice := func(x []float64) any { return x }
	wantY, wantZ, wantSum := run(p.cpu, slice)
	var kept []*runtime.Buffer[float64]
	for name, place := range map[string]func([]float64) any{
		"slices": slice,
		"a buffer": func(x []float64) any {
			b, err := runtime.NewBuffer[float64](p.gpu, n)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.CopyFrom(ctx, x); err != nil {
				t.Fatal(err)
			}
			kept = append(kept, b)
			return b
		},
		"pinned memory": func(x []float64) any {
			b, err := NewPinned[float64](p.gpu, n)
			if err != nil {
				t.Fatal(err)
			}
			copy(b.Slice(), x)
			kept = append(kept, b)
			return b
		},
	} {
		y, z, sum := run(p.gpu, place)
		if i := sameFloats(y, wantY); i >= 0 {
			t.Errorf("%s: y[%d] is %v, want %v", name, i, y[i], wantY[i])
		}
		if i := sameFloats(z, wantZ); i >= 0 {
			t.Errorf("%s: z[%d] is %v, want %v", name, i, z[i], wantZ[i])
		}
		if sameFloats([]float64{sum}, []float64{wantSum}) >= 0 {
			t.Errorf("%s: the sum is %v, want %v", name, sum, wantSum)
		}
	}
	for _, b := range kept {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestPinned: what lies in pinned memory is not staged, neither by Copy nor by launches and steps that need whole arrays.
func TestPinned(t *testing.T) {
	ctx := context.Background()
	l := fake.New(t, fake.Config{})
	ex, err := openStaged(l, 64<<10)
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	const rows, cols = 100, 1001
	var pinned, device []*runtime.Buffer[float64]
	for range 2 {
		b, err := NewPinned[float64](ex, rows*cols)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Close()
		d, err := runtime.NewBuffer[float64](ex, rows*cols)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		pinned, device = append(pinned, b), append(device, d)
	}
	x, y := pinned[0].Slice(), pinned[1].Slice()
	for i := range x {
		x[i] = float64(i%999) / 8
	}
	copies := func(what string, want int, f func() error) {
		t.Helper()
		before := l.Count("cuMemcpyHtoDAsync_v2") + l.Count("cuMemcpyDtoHAsync_v2")
		if err := f(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if n := l.Count("cuMemcpyHtoDAsync_v2") + l.Count("cuMemcpyDtoHAsync_v2") - before; n != want {
			t.Errorf("%s: %d copies, want %d", what, n, want)
		}
	}
	copies("in", 1, func() error { return Copy(ctx, device[0], pinned[0]) })
	copies("out", 1, func() error { return Copy(ctx, pinned[1], device[0]) })
	if i := sameFloats(y, x); i >= 0 {
		t.Errorf("element %d is %v, want %v", i, y[i], x[i])
	}
	k := kernels.Must(kernels.Parse("right", "v = at(u, 0, 1)", kernels.Edges(kernels.Edge{Kind: kernels.Clamp}, "u")))
	for _, width := range []int{cols, cols - 2} { // rows one after the other, and apart
		for i := range y {
			y[i] = -1
		}
		u, v := runtime.GridOf(pinned[0], rows, cols), runtime.GridOf(pinned[1], rows, cols)
		if width < cols {
			u.Shape, u.Strides = []int{rows, width}, []int{cols, 1}
			v.Shape, v.Strides = u.Shape, u.Strides
		}
		call, err := ex.Bind(k, runtime.Args{"u": u, "v": v})
		if err != nil {
			t.Fatal(err)
		}
		if width == cols {
			copies("a launch", 2, func() error { return call.Run(ctx) })
		} else if err := call.Run(ctx); err != nil {
			t.Fatal(err)
		}
		for i := range y {
			want := -1.0
			if column := i % cols; column < width {
				want = x[i/cols*cols+min(column+1, width-1)]
			}
			if y[i] != want {
				t.Fatalf("%d columns: element %d is %v, want %v", width, i, y[i], want)
			}
		}
	}
}

// TestChunks: arrays of middle size go in so many chunks that copies both ways overlap, small ones in one.
func TestChunks(t *testing.T) {
	l := fake.New(t, fake.Config{Idle: true})
	ex, err := openStaged(l, stagingMost)
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	k := kernels.Must(kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s")))
	for n, most := range map[int]uint64{1000: 1, 30_000: 1, 100_000: 3, 1_000_000: 8, 6_000_000: 20} {
		a, b, c := make([]float64, n), make([]float64, n), make([]float64, n)
		call, err := ex.Bind(k, runtime.Args{"a": a, "b": b, "c": c, "s": 3.0})
		if err != nil {
			t.Fatal(err)
		}
		before := l.Stats().Launches
		if err := call.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if launches := l.Stats().Launches - before; launches > most || launches < min(most, leastChunks) {
			t.Errorf("%d elements: %d chunks, want %d", n, launches, most)
		}
	}
}

// TestSteps: steps with and without a graph are those of the processor, on slices and on buffers.
func TestSteps(t *testing.T) {
	p := newPair(t, stagingMost)
	ctx := context.Background()
	r := rand.New(rand.NewPCG(7, 8))
	k := kernels.Must(kernels.Parse("heat", "v = u + s*(at(u, -1, 0) + at(u, 1, 0) + at(u, 0, -1) + at(u, 0, 1) - 4*u); most = max(v)", kernels.Scalars("s"),
		kernels.Edges(kernels.Edge{Kind: kernels.Clamp}, "u")))
	const rows, cols = 6, 40
	start := make([]float64, rows*cols)
	for i := range start {
		start[i] = r.Float64()
	}
	for _, n := range []int{0, 1, 2, 3, 64, 65, 200} {
		run := func(ex runtime.Executor, onDevice bool) (u, v []float64, most float64) {
			u, v = append([]float64(nil), start...), make([]float64, rows*cols)
			args := runtime.Args{"u": runtime.NewGrid(u, rows, cols), "v": runtime.NewGrid(v, rows, cols), "s": 0.1, "most": &most}
			var bu, bv *runtime.Buffer[float64]
			if onDevice {
				var err error
				if bu, err = runtime.NewBuffer[float64](ex, rows*cols); err != nil {
					t.Fatal(err)
				}
				defer bu.Close()
				if bv, err = runtime.NewBuffer[float64](ex, rows*cols); err != nil {
					t.Fatal(err)
				}
				defer bv.Close()
				if err := bu.CopyFrom(ctx, start); err != nil {
					t.Fatal(err)
				}
				args["u"], args["v"] = runtime.GridOf(bu, rows, cols), runtime.GridOf(bv, rows, cols)
			}
			call, err := ex.Bind(k, args)
			if err != nil {
				t.Fatal(err)
			}
			steps, err := call.Steps(map[string]string{"v": "u"})
			if err != nil {
				t.Fatal(err)
			}
			if err := steps.Run(ctx, n); err != nil {
				t.Fatal(err)
			}
			if err := call.SetScalar("s", 0.2); err != nil {
				t.Fatal(err)
			}
			if err := steps.Run(ctx, n); err != nil {
				t.Fatal(err)
			}
			if onDevice {
				if err := bu.CopyTo(ctx, u); err != nil {
					t.Fatal(err)
				}
				if err := bv.CopyTo(ctx, v); err != nil {
					t.Fatal(err)
				}
			}
			return u, v, most
		}
		wantU, wantV, wantMost := run(p.cpu, false)
		for _, onDevice := range []bool{false, true} {
			u, v, most := run(p.gpu, onDevice)
			if i := sameFloats(u, wantU); i >= 0 {
				t.Fatalf("%d steps, on the device %v: u[%d] is %v, want %v", n, onDevice, i, u[i], wantU[i])
			}
			if i := sameFloats(v, wantV); i >= 0 {
				t.Fatalf("%d steps, on the device %v: v[%d] is %v, want %v", n, onDevice, i, v[i], wantV[i])
			}
			if most != wantMost {
				t.Fatalf("%d steps, on the device %v: the result is %v, want %v", n, onDevice, most, wantMost)
			}
		}
	}
}

// TestStepsAhead: while the processor waits for a batch of steps, the device has the next one.
func TestStepsAhead(t *testing.T) {
	ctx := context.Background()
	l := fake.New(t, fake.Config{Idle: true})
	ex, err := openStaged(l, stagingMost)
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	u, err := runtime.NewBuffer[float64](ex, 500)
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	v, err := runtime.NewBuffer[float64](ex, 500)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	call, err := ex.Bind(kernels.Must(kernels.Parse("k", "v = 0.5*u")), runtime.Args{"u": u, "v": v})
	if err != nil {
		t.Fatal(err)
	}
	steps, err := call.Steps(map[string]string{"v": "u"})
	if err != nil {
		t.Fatal(err)
	}
	n := len(l.Calls())
	const all = 10 * batchSteps
	before := l.Stats().Launches
	if err := steps.Run(ctx, all); err != nil {
		t.Fatal(err)
	}
	if got := l.Stats().Launches - before; got != all {
		t.Errorf("%d launches, want %d", got, all)
	}
	graphs, waits, last := 0, 0, ""
	for _, c := range l.Calls()[n:] {
		switch c {
		case "cuGraphLaunch":
			graphs++
		case "cuEventQuery":
			if graphs == 0 || c == last || graphs >= all/(2*graphPairs)-2 {
				break
			}
			if waits++; graphs < (waits+1)*batchSteps/(2*graphPairs)-1 {
				t.Errorf("wait %d, when %d graphs were launched", waits, graphs)
			}
		}
		last = c
	}
	if waits < 3 {
		t.Errorf("%d waits", waits)
	}
}

// TestCopy: from buffer to buffer, on one device, on two, and in pinned memory.
func TestCopy(t *testing.T) {
	testCopy(t, fake.Device{})
	testCopy(t, fake.Device{Attributes: map[driver.Attribute]int{driver.MemoryPools: 0}})
}

func testCopy(t *testing.T, d fake.Device) {
	ctx := context.Background()
	l := fake.New(t, fake.Config{Devices: []fake.Device{d, d}})
	if err := l.Open(); err != nil && l.Driver == nil {
		t.Fatal(err)
	}
	var ex [2]runtime.Executor
	for i := range ex {
		c := runtime.Config{Plan: runtime.DefaultPlan(), Device: string(rune('0' + i))}
		if err := CacheDir("")(&c); err != nil {
			t.Fatal(err)
		}
		var err error
		if ex[i], err = open(l.Driver, c); err != nil {
			t.Fatal(err)
		}
		defer ex[i].Close()
	}
	const n = 1000
	x := numbers(rand.New(rand.NewPCG(9, 1)), n)
	a, err := runtime.NewBuffer[float64](ex[0], n)
	if err != nil {
		t.Fatal(err)
	}
	b, err := runtime.NewBuffer[float64](ex[0], n)
	if err != nil {
		t.Fatal(err)
	}
	c, err := runtime.NewBuffer[float64](ex[1], n)
	if err != nil {
		t.Fatal(err)
	}
	pinned, err := NewPinned[float64](ex[1], n)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.CopyFrom(ctx, x); err != nil {
		t.Fatal(err)
	}
	for _, way := range [][2]*runtime.Buffer[float64]{{b, a}, {c, b}, {pinned, c}, {b, pinned}} {
		if err := Copy(ctx, way[0], way[1]); err != nil {
			t.Fatal(err)
		}
		got := make([]float64, n)
		if err := way[0].CopyTo(ctx, got); err != nil {
			t.Fatal(err)
		}
		if i := sameFloats(got, x); i >= 0 {
			t.Errorf("element %d is %v, want %v", i, got[i], x[i])
		}
		if err := way[0].CopyFrom(ctx, x); err != nil {
			t.Fatal(err)
		}
	}
	if s := l.Stats(); s.Peer == 0 || s.Near != s.Peer {
		t.Errorf("of %d bytes from device to device, %d went by themselves", s.Peer, s.Near)
	}
	// A kernel takes no buffer of another device.
	k := kernels.Must(kernels.Parse("k", "y = x"))
	_, err = ex[0].Bind(k, runtime.Args{"x": c, "y": a})
	var arg *runtime.ArgError
	if !errors.As(err, &arg) || arg.Reason != runtime.ArgTarget || arg.Name != "x" {
		t.Errorf("a buffer of another device: %v", err)
	}
	short, err := runtime.NewBuffer[float64](ex[0], 3)
	if err != nil {
		t.Fatal(err)
	}
	var value *runtime.ValueError
	if err := Copy(ctx, short, a); !errors.As(err, &value) {
		t.Errorf("a copy to a buffer that is too short: %v", err)
	}
	for _, buf := range []*runtime.Buffer[float64]{a, b, c, short, pinned} {
		if err := buf.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := Copy(ctx, b, a); !errors.Is(err, runtime.ErrClosed) {
		t.Errorf("a copy of a closed buffer: %v", err)
	}
}

// TestAll: launches that several devices share have the bits of one's.
func TestAll(t *testing.T) {
	ctx := context.Background()
	l := fake.New(t, fake.Config{Devices: make([]fake.Device, 3)})
	c := runtime.Config{Plan: runtime.DefaultPlan(), Device: "all"}
	for _, o := range []runtime.Option{CacheDir(""), Staging(64 << 10), runtime.Assume(runtime.Rates{CopyBoth: 1e9, Bytes: 1e12})} {
		if err := o(&c); err != nil {
			t.Fatal(err)
		}
	}
	gpus, err := open(l.Driver, c)
	if err != nil {
		t.Fatal(err)
	}
	defer gpus.Close()
	cpu, err := runtime.Open("sequential")
	if err != nil {
		t.Fatal(err)
	}
	defer cpu.Close()
	r := rand.New(rand.NewPCG(11, 12))
	for _, text := range []string{"y = x*x + float(index()); r = sum(x*w); m = max(x)", "y = float(int64(1000)/int64(w)) + x", "y = scan(sum, x + w)",
		"y = gather(w, int64(x*x)) + x", "r = sum(uniform(1, index())); m = max(normal(2, index()))"} {
		k, err := kernels.Parse("k", text)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{1, 1000, 1025, 5000, 20_000} {
			x, w := make([]float64, n), make([]float64, n)
			for i := range x {
				x[i], w[i] = r.NormFloat64(), 2+r.Float64()
			}
			w[n*2/3] = 0
			run := func(ex runtime.Executor) (y []float64, results [2]float64, failed error) {
				y = make([]float64, n)
				args := runtime.Args{}
				have := map[string]any{"x": x, "w": w, "y": y, "r": &results[0], "m": &results[1]}
				for _, p := range k.Params() {
					args[p.Name] = have[p.Name]
				}
				if strings.Contains(text, "uniform") {
					args["index"] = runtime.Shape{n}
				}
				call, err := ex.Bind(k, args)
				if err != nil {
					t.Fatal(err)
				}
				info := call.Info()
				if info.Executor != ex.Name() {
					t.Errorf("the executor of a call is %s, want %s", info.Executor, ex.Name())
				}
				if all := info.Workers == 12; ex == gpus && all == strings.Contains(text, "scan") {
					t.Errorf("%s: %d multiprocessors take part", text, info.Workers)
				}
				for range 2 {
					failed = call.Run(ctx)
				}
				return y, results, failed
			}
			y, results, failed := run(gpus)
			wantY, wantResults, wantFailed := run(cpu)
			if i := sameFloats(y, wantY); i >= 0 {
				t.Fatalf("%s: y[%d] of %d is %v, want %v", text, i, n, y[i], wantY[i])
			}
			if results != wantResults || (failed == nil) != (wantFailed == nil) || failed != nil && failed.Error() != wantFailed.Error() {
				t.Fatalf("%s: results %v and %v, want %v and %v", text, results, failed, wantResults, wantFailed)
			}
		}
	}
}

// TestLargerThanMemory: slices that the device has no room for stream through it; a kernel that needs them whole says that
// there is no memory, after which the executor works on.
func TestLargerThanMemory(t *testing.T) {
	ctx := context.Background()
	l := fake.New(t, fake.Config{Devices: []fake.Device{{Memory: 1 << 20}}})
	ex, err := openStaged(l, 256<<10)
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	const n = 150_000
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = float64(i)
	}
	sum := 0.0
	stream, err := ex.Bind(kernels.Must(kernels.Parse("k", "y = 2*x; r = sum(x)")), runtime.Args{"x": x, "y": y, "r": &sum})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		clear(y)
		if err := stream.Run(ctx); err != nil {
			t.Fatal(err)
		}
		if y[1] != 2 || y[n-1] != 2*(n-1) || sum != n*(n-1)/2 {
			t.Fatalf("y ends with %v, the sum is %v", y[n-1], sum)
		}
		whole := kernels.Must(kernels.Parse("k", "y = at(x, 1)", kernels.Edges(kernels.Edge{Kind: kernels.Periodic}, "x")))
		var memory *MemoryError
		if _, err := ex.Bind(whole, runtime.Args{"x": x, "y": y}); !errors.As(err, &memory) || memory.Bytes != 8*n {
			t.Fatalf("neighbours in arrays that the device has no room for: %v", err)
		}
		var alloc *runtime.AllocError
		if _, err := runtime.NewBuffer[float64](ex, n); !errors.As(err, &alloc) || !errors.As(err, &memory) {
			t.Fatalf("a buffer that the device has no room for: %v", err)
		}
	}
}
