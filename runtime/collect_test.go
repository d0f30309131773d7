package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
)

// everyExecutor calls f for executors of all kinds, of several numbers of workers and
// of all tiers of this machine.
func everyExecutor(t *testing.T, f func(t *testing.T, ex runtime.Executor)) {
	open := func(label, name string, opts ...runtime.Option) {
		t.Run(label, func(t *testing.T) {
			ex, err := runtime.Open(name, opts...)
			if err != nil {
				t.Fatal(err)
			}
			defer ex.Close()
			f(t, ex)
		})
	}
	open("sequential", "sequential")
	workers := []int{1, 2, 3, 7, 64}
	if testing.Short() {
		workers = []int{2, 64}
	}
	for _, tier := range simd.Tiers() {
		open("simd/"+tier.String(), "simd", runtime.Tier(tier))
	}
	for _, workers := range workers {
		open(fmt.Sprintf("pool/%d", workers), "pool", runtime.Workers(workers))
	}
}

// collectLengths are around the bounds of vectors, blocks and chunks.
func collectLengths(long bool) []int {
	ns := []int{0, 1, 2, 7, 8, 9, 31, 64, 65, 1000, 1023, 1024, 1025, 2048, 4099, 16383, 16384, 16385, 40000}
	if testing.Short() {
		return []int{0, 1, 9, 65, 1023, 1024, 1025, 4099, 16385, 40000}
	}
	if long {
		ns = append(ns, 150001)
	}
	return ns
}

func awkward(r *rand.Rand, n int, nans bool) []float64 {
	x := make([]float64, n)
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, -5e-324, math.MaxFloat64}
	for i := range x {
		x[i] = math.Round(r.NormFloat64()*1000) / 8
		if nans && r.IntN(50) == 0 {
			x[i] = special[r.IntN(len(special))]
		}
	}
	return x
}

func sameFloats(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(v, w float64) bool {
		return math.Float64bits(v) == math.Float64bits(w) || v != v && w != w
	})
}

// TestCollect compares all collectives, in one kernel with an array and a reduction,
// with loops that do what is documented.
func TestCollect(t *testing.T) {
	k := kernels.Must(kernels.Parse("all", `
		y = 2*x
		t = sum(x)
		c = scan(sum, x)
		d = scanbefore(max, x)
		p = keep(x, x > 1)
		h = histogram(k)
		q = scatter(x, k)
		a = scatteradd(x, k)
		s = segments(sum, x, rows)
		lo = argmin(x)
		hi = argmax(x)
		m = mean(x)
		v = variance(x)
		g = prod(1 + x*0x1p-20)
		cn = count(x > 3)
		an = any(x > 3)
		al = all(x < 1000)
		e = norm(x)`, kernels.Typed(kernels.Int32, "k"), kernels.Typed(kernels.Int64, "rows", "h"), kernels.Unoptimized()))
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		r := rand.New(rand.NewPCG(6, 1))
		for _, n := range collectLengths(ex.Name() != "sequential") {
			for _, nans := range []bool{false, true} {
				x := awkward(r, n, nans)
				idx := make([]int32, n)
				const bins = 37
				for i := range idx {
					idx[i] = int32(r.IntN(bins))
				}
				rows := []int64{0}
				for at := 0; at < n; {
					step := r.IntN(12)
					if r.IntN(40) == 0 {
						step = r.IntN(30000)
					}
					at = min(at+step, n)
					rows = append(rows, int64(at))
				}
				rows = append(rows, int64(n))
				fill := func(n int) []float64 {
					s := make([]float64, n)
					for i := range s {
						s[i] = float64(-i)
					}
					return s
				}
				y, c, d := fill(n), fill(n), fill(n)
				p, q, a, s := fill(n+3), fill(bins), fill(bins), fill(len(rows)-1)
				h := make([]int64, bins)
				var sum, mean, variance, norm float64
				var lo, hi, count int
				var product float64
				var any, all bool
				call, err := ex.Bind(k, runtime.Args{"x": x, "k": idx, "rows": rows, "y": y, "t": &sum, "c": c, "d": d, "p": p, "h": h,
					"q": q, "a": a, "s": s, "lo": &lo, "hi": &hi, "m": &mean, "v": &variance, "e": &norm,
					"g": &product, "cn": &count, "an": &any, "al": &all})
				if err != nil {
					t.Fatal(err)
				}
				for range 2 { // the second launch is as the first
					copy(p, fill(n+3))
					copy(q, fill(bins))
					copy(a, fill(bins))
					if err := call.Run(context.Background()); err != nil {
						t.Fatal(n, err)
					}
				}

				wc, wd := fill(n), fill(n)
				carry, carried := 0.0, math.Inf(-1)
				for b := 0; b < n; b += 1024 {
					acc, most := 0.0, math.Inf(-1)
					for i := b; i < min(b+1024, n); i++ {
						wd[i] = kernels.Fold(kernels.Max, carried, most)
						acc, most = acc+x[i], kernels.Fold(kernels.Max, most, x[i])
						wc[i] = carry + acc
					}
					carry, carried = carry+acc, kernels.Fold(kernels.Max, carried, most)
				}
				wp, kept := fill(n+3), 0
				wh, wq, wa, ws := make([]int64, bins), fill(bins), fill(bins), fill(len(rows)-1)
				wlo, whi := -1, -1
				squares := 0.0
				wn, wall := 0, true
				for i, v := range x {
					if v > 3 {
						wn++
					}
					wall = wall && v < 1000
					if v > 1 {
						wp[kept] = v
						kept++
					}
					wh[idx[i]]++
					wq[idx[i]] = v
					wa[idx[i]] += v
					if v == v && (wlo < 0 || v < x[wlo]) {
						wlo = i
					}
					if v == v && (whi < 0 || v > x[whi]) {
						whi = i
					}
					squares += v * v
					if y[i] != 2*v && v == v {
						t.Fatalf("y[%d] is %v", i, y[i])
					}
				}
				for i := range ws {
					var l [8]float64
					for j, v := range x[rows[i]:rows[i+1]] {
						l[j%8] += v
					}
					ws[i] = kernels.FoldLanes(kernels.Sum, l[:])
				}
				for name, pair := range map[string][2][]float64{"scan": {c, wc}, "scanbefore": {d, wd}, "keep": {p, wp}, "scatter": {q, wq},
					"scatteradd": {a, wa}, "segments": {s, ws}} {
					if !sameFloats(pair[0], pair[1]) {
						t.Fatalf("n=%d %s: %v, want %v", n, name, head(pair[0]), head(pair[1]))
					}
				}
				if count != wn || any != (wn > 0) || all != wall {
					t.Fatalf("n=%d: %d, want %d; any %v, all %v, want %v", n, count, wn, any, all, wall)
				}
				if !slices.Equal(h, wh) || lo != wlo || hi != whi {
					t.Fatalf("n=%d: %v, want %v; least at %d, want %d; greatest at %d, want %d", n, h, wh, lo, wlo, hi, whi)
				}
				if n > 0 && !nans {
					wm := sum / float64(n)
					wv := 0.0
					for _, v := range x {
						wv += (v - wm) * (v - wm)
					}
					wv /= float64(n)
					if mean != wm || math.Abs(variance-wv) > 1e-12*wv || math.Abs(norm-math.Sqrt(squares)) > 1e-12*norm {
						t.Fatalf("n=%d: mean %v, want %v; variance %v, want %v; norm %v, want %v", n, mean, wm, variance, wv, norm, math.Sqrt(squares))
					}
				}
			}
		}
	})
}

func head(x []float64) []float64 { return x[:min(len(x), 12)] }

// TestVarianceIsStable takes values of which the mean is large beside their distances.
func TestVarianceIsStable(t *testing.T) {
	k := kernels.Must(kernels.Parse("v", "v = variance(x)"))
	ex, err := runtime.Open("pool")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	x := make([]float64, 100001)
	for i := range x {
		x[i] = 1e9 + float64(i%3)
	}
	var v float64
	call, err := ex.Bind(k, runtime.Args{"x": x, "v": &v})
	if err != nil {
		t.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if want := 2.0 / 3; math.Abs(v-want) > 1e-5 {
		t.Errorf("%v, want %v", v, want)
	}
}

func TestCollectFaults(t *testing.T) {
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		run := func(text string, args runtime.Args, opts ...kernels.Option) error {
			t.Helper()
			k, err := kernels.Parse("k", text, opts...)
			if err != nil {
				t.Fatal(err)
			}
			call, err := ex.Bind(k, args)
			if err != nil {
				return err
			}
			return call.Run(context.Background())
		}
		x := make([]float64, 50000)
		idx := make([]int64, len(x))
		idx[40000], idx[20000] = -1, 5
		var at *runtime.IndexError
		err := run("y = scatter(x, k)", runtime.Args{"x": x, "k": idx, "y": make([]float64, 5)}, kernels.Typed(kernels.Int64, "k"))
		if !errors.As(err, &at) || at.Index != 20000 || at.Position != 5 || at.Len != 5 || at.Array != "y" {
			t.Errorf("scatter out of range: %v", err)
		}
		for _, rows := range [][]int32{{0, 50, 40, 50000}, {1, 50000}, {0, 49999}, {0, 60000, 50000}, {0, -1, 50000}} {
			var bad *runtime.SegmentError
			err := run("s = segments(min, x, rows)", runtime.Args{"x": x, "rows": rows, "s": make([]float64, len(rows)-1)}, kernels.Typed(kernels.Int32, "rows"))
			if !errors.As(err, &bad) {
				t.Errorf("segments %v: %v", rows, err)
			}
		}
		var arg *runtime.ArgError
		if err := run("y = keep(x, x == 0)", runtime.Args{"x": x, "y": make([]float64, 10)}); !errors.As(err, &arg) || arg.Reason != runtime.ArgLength {
			t.Errorf("too many kept: %v", err)
		}
		if err := run("s = segments(sum, x, rows)", runtime.Args{"x": x, "rows": []int64{0, 50000}, "s": x[:3]}, kernels.Typed(kernels.Int64, "rows")); !errors.As(err, &arg) {
			t.Errorf("segments of another number: %v", err)
		}
	})
}

func TestCollectCancels(t *testing.T) {
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		k := kernels.Must(kernels.Parse("k", "y = scan(sum, x)"))
		x := make([]float64, 100000)
		call, err := ex.Bind(k, runtime.Args{"x": x, "y": make([]float64, len(x))})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := call.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if err := call.Run(context.Background()); err != nil {
			t.Error(err)
		}
		if n := testing.AllocsPerRun(10, func() { call.Run(context.Background()) }); n > 0 {
			t.Errorf("%v allocations a launch", n)
		}
	})
}
