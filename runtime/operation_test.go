package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
)

// ownOperations are of users: two that do not commute, and one with functions.
var ownOperations = func() (ops []*kernels.Operation) {
	for _, o := range [][]string{
		{"latest", "select(b == b, b, a)", "nan"},
		{"lse", "select(a == b, a + log(2), max(a, b) + log1p(exp(-abs(a - b))))", "-inf"},
		{"compound", "a + b + a*b", "0"},
		{"nonzero", "select(b == 0, a, b)", "0"},
	} {
		op, err := kernels.ParseOperation(o[0], "a", "b", o[1], o[2])
		if err != nil {
			panic(err)
		}
		ops = append(ops, op)
	}
	return ops
}()

// combining combines two numbers with the interpreter.
func combining[T kernels.Float](op *kernels.Operation, own kernels.Type) func(a, b T) T {
	k := op.Kernel()
	p := k.Program(own)
	f := p.NewFrame(1)
	v := map[string]*T{"a": new(T), "b": new(T), "c": new(T)}
	for _, par := range k.Params() {
		f.Arrays[par.Slot] = unsafe.Pointer(v[par.Name])
	}
	p.EvalUniforms(f)
	in := p.NewInterpreter(f)
	return func(a, b T) T {
		*v["a"], *v["b"] = a, b
		in.Run(0, 1)
		return *v["c"]
	}
}

// raggedRows are the bounds of segments of n elements, of which some are empty and some longer than a chunk.
func raggedRows(r *rand.Rand, n int) []int32 {
	rows := []int32{0}
	for at := 0; at < n; {
		step := r.IntN(12) * r.IntN(8)
		if r.IntN(60) == 0 {
			step = r.IntN(30000)
		}
		at = min(at+step, n)
		rows = append(rows, int32(at))
	}
	for range r.IntN(3) {
		rows = append(rows, int32(n))
	}
	return rows
}

// sixFolds is what the six ways of folding are to give.
type sixFolds[T any] struct {
	x, scan, before, segscan, segbefore, segments []T
	fold                                          T
	rows                                          []int32
}

func wantFolds[T kernels.Float](r *rand.Rand, id T, combine func(a, b T) T, n int, nans bool) (w sixFolds[T]) {
	for _, v := range awkward(r, n, nans) {
		w.x = append(w.x, T(v))
	}
	w.rows = raggedRows(r, n)
	begins := map[int]bool{}
	for _, at := range w.rows {
		begins[int(at)] = true
	}
	w.scan, w.before, w.fold = scanned(w.x, id, combine, func(int) bool { return false })
	w.segscan, w.segbefore, _ = scanned(w.x, id, combine, func(i int) bool { return begins[i] })
	for s, hi := range w.rows[1:] {
		v := id
		if hi > w.rows[s] {
			v = w.segscan[hi-1]
		}
		w.segments = append(w.segments, v)
	}
	return w
}

func sameNumbers[T kernels.Float](a, b []T) (int, bool) {
	for i, v := range a {
		if v != b[i] && (v == v || b[i] == b[i]) || math.Signbit(float64(v)) != math.Signbit(float64(b[i])) && v == v {
			return i, false
		}
	}
	return 0, len(a) == len(b)
}

// compareFolds runs a kernel of all six ways, twice, of values that are elements of an input or not.
func compareFolds[T kernels.Float](t *testing.T, ex runtime.Executor, op string, w sixFolds[T], opts ...kernels.Option) {
	t.Helper()
	opts = append(opts, kernels.Typed(kernels.Int32, "rows"), kernels.Unoptimized())
	k := kernels.Must(kernels.Parse("six", strings.ReplaceAll(`y = scan(OP, x)
		z = scanbefore(OP, x*1)
		r = fold(OP, x)
		s = segments(OP, x*1, rows)
		p = segscan(OP, x, rows)
		q = segscanbefore(OP, x, rows)`, "OP", op), opts...))
	n := len(w.x)
	y, z, s, p, q := make([]T, n), make([]T, n), make([]T, len(w.segments)), make([]T, n), make([]T, n)
	r := new(T)
	call, err := ex.Bind(k, runtime.Args{"x": w.x, "rows": w.rows, "y": y, "z": z, "r": r, "s": s, "p": p, "q": q}, runtime.InlineBelow(0))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := call.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name      string
			got, want []T
		}{{"scan", y, w.scan}, {"scanbefore", z, w.before}, {"fold", []T{*r}, []T{w.fold}}, {"segments", s, w.segments},
			{"segscan", p, w.segscan}, {"segscanbefore", q, w.segbefore}} {
			if i, ok := sameNumbers(c.got, c.want); !ok {
				t.Fatalf("%T %s of %s, n = %d: element %d is %v, want %v", w.fold, c.name, op, n, i, c.got[i], c.want[i])
			}
			clear(c.got)
		}
	}
}

// someExecutors is everyExecutor with few workers.
func someExecutors(t *testing.T, f func(t *testing.T, ex runtime.Executor)) {
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
	for _, tier := range simd.Tiers() {
		open("simd/"+tier.String(), "simd", runtime.Tier(tier))
	}
	for _, workers := range []int{1, 2, 3} {
		open(fmt.Sprintf("pool/%d", workers), "pool", runtime.Workers(workers))
	}
}

// TestOperations compares the six ways of folding with an operation with plain loops.
func TestOperations(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 1))
	lengths := []int{0, 1, 2, 63, 64, 65, 127, 128, 129, 511, 512, 513, 600, 1000, 4095, 4096, 4097, 9000, 16383, 16384, 16385, 40000}
	if testing.Short() {
		lengths = []int{0, 1, 65, 4097}
	} else {
		for range 10 {
			lengths = append(lengths, r.IntN(700))
		}
	}
	ops := ownOperations
	var wide []map[string]sixFolds[float64]
	var narrow []map[string]sixFolds[float32]
	for i, n := range lengths {
		w, s := map[string]sixFolds[float64]{}, map[string]sixFolds[float32]{}
		for _, op := range ops {
			w[op.Name()] = wantFolds(r, op.Identity(), combining[float64](op, kernels.Float64), n, i%2 == 0)
			s[op.Name()] = wantFolds(r, float32(op.Identity()), combining[float32](op, kernels.Float32), n, i%2 == 1)
		}
		wide, narrow = append(wide, w), append(narrow, s)
	}
	someExecutors(t, func(t *testing.T, ex runtime.Executor) {
		for i := range lengths {
			for _, op := range ops {
				compareFolds(t, ex, op.Name(), wide[i][op.Name()], kernels.Operations(ops...))
				compareFolds(t, ex, op.Name(), narrow[i][op.Name()], kernels.Operations(ops...))
			}
		}
	})
}

// TestOperationInPlace scans an array into itself.
func TestOperationInPlace(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 3))
	for _, op := range ownOperations {
		w := wantFolds(r, op.Identity(), combining[float64](op, kernels.Float64), 20000, false)
		for text, want := range map[string][]float64{"x = scan(OP, x)": w.scan, "x = segscan(OP, x, rows)": w.segscan, "x = scanbefore(OP, x)": w.before} {
			args := runtime.Args{"x": slices.Clone(w.x)}
			opts := []kernels.Option{kernels.Operations(op), kernels.Unoptimized()}
			if strings.Contains(text, "rows") {
				args["rows"] = w.rows
				opts = append(opts, kernels.Typed(kernels.Int32, "rows"))
			}
			k := kernels.Must(kernels.Parse("k", strings.ReplaceAll(text, "OP", op.Name()), opts...))
			ex, err := runtime.Open("pool", runtime.Workers(2))
			if err != nil {
				t.Fatal(err)
			}
			defer ex.Close()
			call, err := ex.Bind(k, args)
			if err != nil {
				t.Fatal(err)
			}
			if err := call.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			if i, ok := sameNumbers(args["x"].([]float64), want); !ok {
				t.Errorf("%s of %s: element %d is %v, want %v", text, op.Name(), i, args["x"].([]float64)[i], want[i])
			}
		}
	}
}

// TestOperationFaults: bounds that do not rise, arrays that do not fit.
func TestOperationFaults(t *testing.T) {
	ops := ownOperations
	const n = 50000
	x := make([]float64, n)
	someExecutors(t, func(t *testing.T, ex runtime.Executor) {
		for _, text := range []string{"y = segscan(sum, x, rows)", "y = segscanbefore(max, x, rows)", "y = segscan(compound, x, rows)", "y = segments(compound, x, rows)"} {
			k := kernels.Must(kernels.Parse("k", text, kernels.Operations(ops...), kernels.Typed(kernels.Int32, "rows")))
			for _, c := range []struct {
				rows []int32
				at   int
				want string
			}{
				{[]int32{0, 50, 40, n}, 2, "50 to 50000"}, {[]int32{1, n}, 0, "0"}, {[]int32{0, n - 1}, 1, "50000, the number of elements"},
				{[]int32{0, 60000, n}, 1, "0 to 50000"}, {[]int32{0, -1, n}, 1, "0 to 50000"}, {[]int32{0}, 0, "50000, the number of elements"},
				{[]int32{0, 45000, 20000, 45000, n}, 2, "45000 to 50000"}, {[]int32{0, 20000, 45000, 100, n}, 3, "45000 to 50000"}, {[]int32{0, n, 0, n}, 2, "50000 to 50000"},
			} {
				if text[4:9] == "segme" && len(c.rows) < 2 {
					continue
				}
				y := make([]float64, n)
				if text[4:9] == "segme" {
					y = y[:len(c.rows)-1]
				}
				call, err := ex.Bind(k, runtime.Args{"x": x, "y": y, "rows": c.rows})
				if err != nil {
					t.Fatal(err)
				}
				var bad *runtime.SegmentError
				if err := call.Run(context.Background()); !errors.As(err, &bad) || bad.At != c.at || bad.Want != c.want || bad.Bound != int64(c.rows[c.at]) {
					t.Errorf("%s with %v: %v", text, c.rows, err)
				}
			}
			var arg *runtime.ArgError
			if _, err := ex.Bind(k, runtime.Args{"x": x, "y": x[:3], "rows": []int32{0, n}}); !errors.As(err, &arg) {
				t.Errorf("%s into 3 elements: %v", text, err)
			}
			if _, err := ex.Bind(k, runtime.Args{"x": x, "y": make([]float64, n), "rows": []int32{}}); !errors.As(err, &arg) || arg.Reason != runtime.ArgLength {
				t.Errorf("%s without bounds: %v", text, err)
			}
			k = kernels.Must(kernels.Parse("k", text, kernels.Operations(ops...)))
			if _, err := ex.Bind(k, runtime.Args{"x": x, "y": make([]float64, n), "rows": []float64{0, n}}); !errors.As(err, &arg) || arg.Reason != runtime.ArgElement {
				t.Errorf("%s with bounds that are floats: %v", text, err)
			}
		}
	})
}

// TestOperationLaunch: a launch allocates nothing, gives up with its context, and may come again.
func TestOperationLaunch(t *testing.T) {
	ops := ownOperations
	someExecutors(t, func(t *testing.T, ex runtime.Executor) {
		n := 100000
		if ex.Name() == "sequential" {
			n = 20000
		}
		x, y, z := make([]float64, n), make([]float64, n), make([]float64, n)
		for i := range x {
			x[i] = 1e-3
		}
		var r float64
		k := kernels.Must(kernels.Parse("k", "y = segscan(compound, x, rows); z = segscan(sum, x, rows); r = fold(compound, x)", kernels.Operations(ops...), kernels.Typed(kernels.Int32, "rows")))
		call, err := ex.Bind(k, runtime.Args{"x": x, "y": y, "z": z, "r": &r, "rows": []int32{0, 10, 10, int32(n)}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if err := call.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if a := testing.AllocsPerRun(3, func() { err = call.Run(context.Background()) }); a > 0 || err != nil {
			t.Errorf("%v allocations a launch, %v", a, err)
		}
		if want := math.Expm1(float64(n) * math.Log1p(1e-3)); math.Abs(r-want) > 1e-9*want {
			t.Errorf("%v, want %v", r, want)
		}
	})
}

// TestSegmentScan compares scans of segments with built-in reductions with plain loops, of floats and integers.
func TestSegmentScan(t *testing.T) {
	someExecutors(t, func(t *testing.T, ex runtime.Executor) {
		r := rand.New(rand.NewPCG(7, 2))
		for _, n := range collectLengths(false) {
			x := awkward(r, n, n%2 == 0)
			ints := make([]int64, n)
			for i := range ints {
				ints[i] = r.Int64N(1000) - 500
			}
			rows := raggedRows(r, n)
			for op := kernels.Sum; op <= kernels.Prod; op++ {
				compareSegmentScan(t, ex, op, x, rows)
				compareSegmentScan(t, ex, op, ints, rows, kernels.Typed(kernels.Int64, "x", "y", "z"))
			}
		}
	})
}

func compareSegmentScan[T kernels.Number](t *testing.T, ex runtime.Executor, op kernels.Reduction, x []T, rows []int32, opts ...kernels.Option) {
	t.Helper()
	y, z := make([]T, len(x)), make([]T, len(x))
	k := kernels.Must(kernels.Parse("k", fmt.Sprintf("y = segscan(%v, x, rows); z = segscanbefore(%v, x*1, rows)", op, op),
		append(opts, kernels.Typed(kernels.Int32, "rows"), kernels.Unoptimized())...))
	call, err := ex.Bind(k, runtime.Args{"x": x, "y": y, "z": z, "rows": rows}, runtime.InlineBelow(0))
	if err != nil {
		t.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	for s, hi := range rows[1:] {
		lo := int(rows[s])
		open := lo < int(hi) // in the block that it begins in, nothing is carried
		id := kernels.Identity[T](op)
		carry, acc := id, id
		for i := lo; i < int(hi); i++ {
			if i%4096 == 0 && i > lo {
				if carry = kernels.Fold(op, carry, acc); open {
					carry = acc
				}
				open, acc = false, id
			}
			before := acc
			acc = kernels.Fold(op, acc, x[i])
			with := acc
			if !open {
				if with = kernels.Fold(op, carry, with); i%4096 == 0 {
					before = carry
				} else {
					before = kernels.Fold(op, carry, before)
				}
			}
			if y[i] != with && (with == with || y[i] == y[i]) || z[i] != before && (before == before || z[i] == z[i]) {
				t.Fatalf("%T %v, n = %d, element %d of the segment from %d to %d: %v and %v, want %v and %v", x, op, len(x), i, lo, hi, y[i], z[i], with, before)
			}
		}
	}
}

// scanned is what the scan of n values is to be, in the order that is documented: element i of the first and
// the second result are with and without it; begins says where segments begin.
func scanned[T any](x []T, id T, combine func(a, b T) T, begins func(i int) bool) (with, before []T, total T) {
	const chunk, strip = 4096, 64 // of blocks
	type flagged struct {
		v    T
		flag bool
	}
	join := func(a, b flagged) flagged {
		if b.flag {
			return b
		}
		return flagged{combine(a.v, b.v), a.flag}
	}
	carry := flagged{v: id}
	for lo := 0; lo < len(x); lo += chunk {
		c := make([]flagged, 0, chunk)
		for i := lo; i < min(lo+chunk, len(x)); i++ {
			v := flagged{x[i], begins(i)}
			if i%strip > 0 {
				v = join(c[i-lo-1], v)
			}
			c = append(c, v)
		}
		var totals []flagged
		for i := 0; i < len(c); i += strip {
			totals = append(totals, c[min(i+strip, len(c))-1])
		}
		for d := 1; d < len(totals); d *= 2 {
			for s := len(totals) - 1; s >= d; s-- {
				totals[s] = join(totals[s-d], totals[s])
			}
		}
		for i, v := range c {
			into := carry
			if i >= strip {
				into = join(carry, totals[i/strip-1])
			}
			b := into.v
			if i%strip > 0 {
				b = join(into, c[i-1]).v
			}
			if begins(lo + i) {
				b = id
			}
			before = append(before, b)
			with = append(with, join(into, v).v)
		}
		carry = join(carry, totals[len(totals)-1])
	}
	return with, before, carry.v
}
