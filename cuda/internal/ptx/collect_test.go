package ptx

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/ptxsim"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// lengths are around the bounds of rows, blocks and chunks.
func lengths(more ...int) []int {
	if testing.Short() {
		return append([]int{0, 1, 9, 65, 300, 1025, 4097}, more...)
	}
	return append([]int{0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 129, 255, 300, 511, 512, 513, 1023, 1024, 1025, 2047, 2049, 4097, 9000}, more...)
}

func typeOfNumber[T kernels.Number]() kernels.Type {
	switch any(T(0)).(type) {
	case float64:
		return kernels.Float64
	case float32:
		return kernels.Float32
	case int64:
		return kernels.Int64
	case int32:
		return kernels.Int32
	case uint64:
		return kernels.Uint64
	}
	return kernels.Uint32
}

// awkward are values of all kinds, some of which are NaN, infinite or -0 if they may be.
func awkward[T kernels.Number](r *rand.Rand, n int, odd bool) []T {
	x := make([]T, n)
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, -5e-324, math.MaxFloat64, 1e-40}
	for i := range x {
		v := math.Round(r.NormFloat64()*1000) / 8
		switch p := any(&x[i]).(type) {
		case *float64:
			if *p = v * (1 + r.Float64()); odd && r.IntN(40) == 0 {
				*p = special[r.IntN(len(special))]
			}
		case *float32:
			if *p = float32(v * (1 + r.Float64())); odd && r.IntN(40) == 0 {
				*p = float32(special[r.IntN(len(special))])
			}
		default:
			if x[i] = T(int64(v)); odd {
				x[i] = T(r.Uint64())
			}
		}
	}
	return x
}

// sameNumbers says where arrays differ; NaNs are equal.
func sameNumbers[T kernels.Number](have, want []T) string {
	if len(have) != len(want) {
		return fmt.Sprintf("%d elements, want %d", len(have), len(want))
	}
	for i, w := range want {
		h := have[i]
		if h != w && (h == h || w == w) || 1/float64(h) != 1/float64(w) && h == 0 {
			return fmt.Sprintf("element %d of %d is %v, want %v", i, len(want), h, w)
		}
	}
	return ""
}

func bytesOf[T any](x []T) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(*new(T))))
}

// collectRun is what a collective is tried on.
type collectRun struct {
	values, by, rows, out []byte // out comes back
	args                  CollectArgs
	inPlace               bool // the output is the column
}

// simulated is memory of a device that there is none of.
type simulated struct {
	ptxsim.Regions
	arrays [][]uint64
}

// array is memory that holds something, as device memory does.
func (m *simulated) array(bytes int) []byte {
	a := make([]uint64, bytes/8+1)
	for i := range a {
		a[i] = 0xa5a5a5a5a5a5a5a5
	}
	m.arrays = append(m.arrays, a)
	m.Add(unsafe.Pointer(unsafe.SliceData(a)), bytes)
	return bytesOf(a)[:bytes]
}

func addressOf(b []byte) uint64 { return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(b)))) }

// launch runs a pass.
func (m *simulated) launch(t *testing.T, code *ptxsim.Module, p Pass, block []uint64) {
	t.Helper()
	if err := code.Launch(p.Entry, [3]uint32{uint32(p.Grid), 1, 1}, [3]uint32{uint32(p.Block), 1, 1}, 0, bytesOf(block), m); err != nil {
		t.Fatal(err)
	}
}

// onDevice runs the passes of a collective.
func (r *collectRun) onDevice(t *testing.T, c *Collective, code *ptxsim.Module) Outcome {
	t.Helper()
	m := &simulated{}
	put := func(b []byte) uint64 {
		to := m.array(len(b))
		copy(to, b)
		return addressOf(to)
	}
	a := r.args
	out, results, scratch := m.array(len(r.out)), m.array(8*c.Results()), m.array(c.ScratchBytes(&a))
	copy(out, r.out)
	a.Values, a.By, a.Rows, a.Out = put(r.values), put(r.by), put(r.rows), addressOf(out)
	a.Result, a.Scratch = addressOf(results), addressOf(scratch)
	if r.inPlace {
		copy(out, r.values)
		a.Values = a.Out
	}
	block := make([]uint64, c.Words())
	c.Arguments(block, &a)
	for _, p := range c.Passes(nil, &a) {
		m.launch(t, code, p, block)
	}
	copy(r.out, out)
	words := make([]uint64, c.Results())
	copy(bytesOf(words), results)
	return c.Outcome(words)
}

func collectOf(t *testing.T, s CollectSpec) (*Collective, *ptxsim.Module) {
	t.Helper()
	c, err := Collect(s)
	if err != nil {
		t.Fatal(err)
	}
	code, err := ptxsim.Parse(c.Text)
	if err != nil {
		t.Fatal(err)
	}
	return c, code
}

// launchKernel runs a kernel on the host.
func launchKernel(t *testing.T, text string, args runtime.Args, opts ...kernels.Option) error {
	t.Helper()
	ex, err := runtime.Open("sequential")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	call, err := ex.Bind(kernels.Must(kernels.Parse("k", text, append(opts, kernels.Unoptimized())...)), args)
	if err != nil {
		t.Fatal(err)
	}
	return call.Run(context.Background())
}

var allReductions = []kernels.Reduction{kernels.Sum, kernels.Min, kernels.Max, kernels.Prod}

func random() *rand.Rand { return rand.New(rand.NewPCG(6, 1)) }

// typedOf is the types of arrays.
func typedOf(t kernels.Type, names ...string) kernels.Option { return kernels.Typed(t, names...) }

func TestScan(t *testing.T) {
	t.Run("float64", testScan[float64])
	t.Run("float32", testScan[float32])
	t.Run("int64", testScan[int64])
	t.Run("int32", testScan[int32])
	t.Run("uint64", testScan[uint64])
	t.Run("uint32", testScan[uint32])
}

func testScan[T kernels.Number](t *testing.T) {
	v, r := typeOfNumber[T](), random()
	for _, kind := range []kernels.Collective{kernels.Scan, kernels.ScanBefore} {
		for _, op := range allReductions {
			c, code := collectOf(t, CollectSpec{Kind: kind, Reduce: op, Value: v})
			for _, n := range lengths() {
				x := awkward[T](r, n, n%2 == 1)
				want, have := make([]T, n), make([]T, n)
				if err := launchKernel(t, fmt.Sprintf("y = %v(%v, x)", kind, op), runtime.Args{"x": x, "y": want}, typedOf(v, "x", "y")); err != nil {
					t.Fatal(err)
				}
				run := collectRun{values: bytesOf(x), out: bytesOf(have), args: CollectArgs{N: n}, inPlace: c.InPlace && n%4 == 1}
				run.onDevice(t, c, code)
				if d := sameNumbers(have, want); d != "" {
					t.Errorf("%v(%v) of %d: %s", kind, op, n, d)
				}
			}
		}
	}
}

func TestIntegral(t *testing.T) {
	t.Run("int64", testIntegral[int64])
	t.Run("int32", testIntegral[int32])
	t.Run("uint64", testIntegral[uint64])
	t.Run("uint32", testIntegral[uint32])
}

func testIntegral[T kernels.Number](t *testing.T) {
	v, r := typeOfNumber[T](), random()
	for _, op := range allReductions {
		c, code := collectOf(t, CollectSpec{Reduce: op, Value: v})
		for _, n := range lengths() {
			x := awkward[T](r, n, n%2 == 1)
			var want T
			if err := launchKernel(t, fmt.Sprintf("y = %v(x)", op), runtime.Args{"x": x, "y": &want}, typedOf(v, "x", "y")); err != nil {
				t.Fatal(err)
			}
			run := collectRun{values: bytesOf(x), args: CollectArgs{N: n}}
			o := run.onDevice(t, c, code)
			if have := T(o.Integer); have != want || o.FaultAt != -1 {
				t.Errorf("%v of %d: %v, want %v", op, n, have, want)
			}
		}
	}
}

func TestExtreme(t *testing.T) {
	t.Run("float64", testExtreme[float64])
	t.Run("float32", testExtreme[float32])
	t.Run("int64", testExtreme[int64])
	t.Run("int32", testExtreme[int32])
	t.Run("uint64", testExtreme[uint64])
	t.Run("uint32", testExtreme[uint32])
}

func testExtreme[T kernels.Number](t *testing.T) {
	v, r := typeOfNumber[T](), random()
	for _, kind := range []kernels.Collective{kernels.ArgMin, kernels.ArgMax} {
		c, code := collectOf(t, CollectSpec{Kind: kind, Value: v})
		for _, n := range lengths() {
			for _, same := range []bool{false, true} {
				x := awkward[T](r, n, n%2 == 1)
				if same && n > 0 { // the greatest and the least of a type, or NaNs
					for i := range x {
						x[i] = x[n/2]
					}
					if v.IsFloat() {
						for i := range x {
							x[i] = T(math.NaN())
						}
					}
				}
				var want int
				if err := launchKernel(t, fmt.Sprintf("y = %v(x)", kind), runtime.Args{"x": x, "y": &want}, typedOf(v, "x")); err != nil {
					t.Fatal(err)
				}
				run := collectRun{values: bytesOf(x), args: CollectArgs{N: n}}
				if have := int64(run.onDevice(t, c, code).Integer); have != int64(want) {
					t.Errorf("%v of %d: %v, want %v", kind, n, have, want)
				}
			}
		}
	}
}

func TestFloatResults(t *testing.T) {
	t.Run("float64", testFloatResults[float64])
	t.Run("float32", testFloatResults[float32])
}

func testFloatResults[T kernels.Float](t *testing.T) {
	v, r := typeOfNumber[T](), random()
	for _, kind := range []kernels.Collective{kernels.Variance, kernels.CompensatedSum, kernels.ExactSum} {
		c, code := collectOf(t, CollectSpec{Kind: kind, Value: v})
		for _, n := range lengths(16384, 16385, 70000) {
			for _, odd := range []bool{false, true} {
				x := awkward[T](r, n, odd && n < 200)
				if odd && n >= 200 {
					for i := range x {
						x[i] = T(math.Ldexp(r.Float64()-0.5, r.IntN(200)-100))
					}
				}
				var want T
				if err := launchKernel(t, fmt.Sprintf("y = %v(x)", kind), runtime.Args{"x": x, "y": &want}); err != nil {
					t.Fatal(err)
				}
				run := collectRun{values: bytesOf(x), args: CollectArgs{N: n}}
				o := run.onDevice(t, c, code)
				if d := sameNumbers([]T{T(o.Float)}, []T{want}); d != "" {
					t.Errorf("%v of %d: %s", kind, n, d)
				}
			}
		}
	}
}

// TestExactSumEnds tries sums that are ties, subnormal, too great or not finite.
func TestExactSumEnds(t *testing.T) {
	t.Run("float64", testExactSumEnds[float64])
	t.Run("float32", testExactSumEnds[float32])
}

func testExactSumEnds[T kernels.Float](t *testing.T) {
	v := typeOfNumber[T]()
	c, code := collectOf(t, CollectSpec{Kind: kernels.ExactSum, Value: v})
	ends := [3]float64{math.MaxFloat64, math.SmallestNonzeroFloat64, 0x1p-52}
	if v == kernels.Float32 {
		ends = [3]float64{math.MaxFloat32, math.SmallestNonzeroFloat32, 0x1p-23}
	}
	most, least, ulp := T(ends[0]), T(ends[1]), T(ends[2])
	inf, nan, zero := T(math.Inf(1)), T(math.NaN()), T(math.Copysign(0, -1))
	for _, x := range [][]T{
		{1, ulp / 2}, {1, ulp / 2, least}, {1 + ulp, ulp / 2}, {-1, -ulp / 2, -least}, {1, -ulp / 4}, {1, ulp / 2, -least},
		{most, most}, {-most, -most}, {most, most, -most}, {most, most * ulp / 8}, {most, most * ulp / 2}, {most, most * ulp / 4},
		{least, least}, {-least}, {least, -least}, {zero}, {zero, zero}, {least * 3, most, -most},
		{inf, most}, {-inf, 1}, {inf, -inf}, {nan, 1}, {nan, inf}, {},
	} {
		var want T
		if err := launchKernel(t, "y = exactsum(x)", runtime.Args{"x": x, "y": &want}); err != nil {
			t.Fatal(err)
		}
		run := collectRun{values: bytesOf(x), args: CollectArgs{N: len(x)}}
		if d := sameNumbers([]T{T(run.onDevice(t, c, code).Float)}, []T{want}); d != "" {
			t.Errorf("of %v: %s", x, d)
		}
	}
}

func TestKeep(t *testing.T) {
	t.Run("float64", testKeep[float64])
	t.Run("float32", testKeep[float32])
	t.Run("int64", testKeep[int64])
	t.Run("uint32", testKeep[uint32])
}

func testKeep[T kernels.Number](t *testing.T) {
	v, r := typeOfNumber[T](), random()
	for _, by := range []kernels.Type{kernels.Float64, kernels.Float32} {
		c, code := collectOf(t, CollectSpec{Kind: kernels.Keep, Value: v, By: by})
		for _, n := range lengths(20000) {
			x := awkward[T](r, n, true)
			wide, narrow := make([]float64, n), make([]float32, n)
			var want []T
			for i, p := 0, r.IntN(4); i < n; i++ {
				if r.IntN(4) <= p {
					wide[i], narrow[i] = 1, 1
					want = append(want, x[i])
				}
			}
			for _, room := range []int{n, len(want), len(want) / 2} {
				have := make([]T, room+1)
				have[room] = 77
				run := collectRun{values: bytesOf(x), by: bytesOf(wide), out: bytesOf(have), args: CollectArgs{N: n, OutLen: room}}
				if by == kernels.Float32 {
					run.by = bytesOf(narrow)
				}
				o := run.onDevice(t, c, code)
				if int(o.Integer) != len(want) {
					t.Errorf("%d of %d are kept, want %d", o.Integer, n, len(want))
				}
				k := min(room, len(want))
				if d := sameNumbers(have[:k], want[:k]); d != "" || have[room] != 77 {
					t.Errorf("keep of %d: %s", n, d)
				}
			}
		}
	}
}

func TestHistogram(t *testing.T) {
	t.Run("float64", testHistogram[float64])
	t.Run("float32", testHistogram[float32])
	t.Run("int64", testHistogram[int64])
	t.Run("int32", testHistogram[int32])
	t.Run("uint64", testHistogram[uint64])
	t.Run("uint32", testHistogram[uint32])
}

func testHistogram[T kernels.Number](t *testing.T) {
	v, r := typeOfNumber[T](), random()
	c, code := collectOf(t, CollectSpec{Kind: kernels.Histogram, Value: kernels.Int64, Out: v})
	for _, n := range []int{0, 1, 100, 3000} {
		for _, bins := range []int{0, 1, 37, 4096, 4097} {
			x := make([]int64, n)
			for i := range x {
				x[i] = r.Int64N(int64(bins)+4) - 2
			}
			want, have := make([]T, bins), make([]T, bins)
			if err := launchKernel(t, "y = histogram(x)", runtime.Args{"x": x, "y": want}, typedOf(kernels.Int64, "x"), typedOf(v, "y")); err != nil {
				t.Fatal(err)
			}
			run := collectRun{values: bytesOf(x), out: bytesOf(have), args: CollectArgs{N: n, OutLen: bins}}
			run.onDevice(t, c, code)
			if d := sameNumbers(have, want); d != "" {
				t.Errorf("%d in %d bins: %s", n, bins, d)
			}
		}
	}
}

func TestScatter(t *testing.T) {
	t.Run("float64", testScatter[float64])
	t.Run("float32", testScatter[float32])
	t.Run("int64", testScatter[int64])
	t.Run("int32", testScatter[int32])
	t.Run("uint64", testScatter[uint64])
	t.Run("uint32", testScatter[uint32])
}

func testScatter[T kernels.Number](t *testing.T) {
	v, r := typeOfNumber[T](), random()
	for _, kind := range []kernels.Collective{kernels.Scatter, kernels.ScatterAdd} {
		c, code := collectOf(t, CollectSpec{Kind: kind, Value: v})
		for _, n := range []int{0, 1, 2, 33, 300, 1025, 3000} {
			if testing.Short() && n > 300 {
				break
			}
			for _, room := range []int{0, 1, 7, 255, 256, 3000, 70000} {
				for _, wrong := range []bool{false, true} {
					x, at := awkward[T](r, n, n == 33), make([]int64, n)
					for i := range at {
						if at[i] = int64(r.IntN(room + 1)); !wrong && room > 0 {
							at[i] %= int64(room)
						} else if r.IntN(100) == 0 {
							at[i] = -at[i]
						}
					}
					want := awkward[T](r, room, false)
					have := append([]T(nil), want...)
					err := launchKernel(t, fmt.Sprintf("y = %v(x, k)", kind), runtime.Args{"x": x, "k": at, "y": want}, typedOf(v, "x", "y"), typedOf(kernels.Int64, "k"))
					run := collectRun{values: bytesOf(x), by: bytesOf(at), out: bytesOf(have), args: CollectArgs{N: n, OutLen: room}}
					o := run.onDevice(t, c, code)
					if d := sameNumbers(have, want); d != "" {
						t.Errorf("%v of %d in %d: %s", kind, n, room, d)
					}
					var fault *runtime.IndexError
					if errors.As(err, &fault) {
						if o.FaultAt != int64(fault.Index) || o.Fault != fault.Position {
							t.Errorf("%v of %d in %d: %+v, want %v", kind, n, room, o, err)
						}
					} else if err != nil || o.FaultAt != -1 {
						t.Errorf("%v of %d in %d: %+v, want %v", kind, n, room, o, err)
					}
				}
			}
		}
	}
}

func TestSegments(t *testing.T) {
	t.Run("float64", testSegments[float64])
	t.Run("float32", testSegments[float32])
	t.Run("int64", testSegments[int64])
	t.Run("int32", testSegments[int32])
	t.Run("uint64", testSegments[uint64])
	t.Run("uint32", testSegments[uint32])
}

// someRows are the bounds of segments of n elements, the empty and the long among them.
func someRows(r *rand.Rand, n int) []int64 {
	rows := []int64{0}
	for at := 0; at < n; {
		step := r.IntN(12)
		if r.IntN(20) == 0 {
			step = r.IntN(6000)
		}
		at = min(at+step, n)
		rows = append(rows, int64(at))
	}
	if n > 0 && rows[len(rows)-1] != int64(n) || r.IntN(2) == 0 {
		rows = append(rows, int64(n))
	}
	return rows
}

// rowsAs are rows of a type.
func rowsAs(t kernels.Type, rows []int64) (any, []byte) {
	switch t {
	case kernels.Int64:
		return rows, bytesOf(rows)
	case kernels.Uint64:
		s := make([]uint64, len(rows))
		for i, v := range rows {
			s[i] = uint64(v)
		}
		return s, bytesOf(s)
	case kernels.Int32:
		s := make([]int32, len(rows))
		for i, v := range rows {
			s[i] = int32(v)
		}
		return s, bytesOf(s)
	}
	s := make([]uint32, len(rows))
	for i, v := range rows {
		s[i] = uint32(v)
	}
	return s, bytesOf(s)
}

func testSegments[T kernels.Number](t *testing.T) {
	v, r := typeOfNumber[T](), random()
	rowTypes := []kernels.Type{kernels.Int64, kernels.Int32, kernels.Uint32, kernels.Uint64}
	for _, kind := range []kernels.Collective{kernels.Segments, kernels.SegmentScan, kernels.SegmentScanBefore} {
		for o, op := range allReductions {
			rt := rowTypes[o]
			c, code := collectOf(t, CollectSpec{Kind: kind, Reduce: op, Value: v, Rows: rt})
			for i, n := range lengths(20000) {
				if n > 5000 && (i%4 != o || testing.Short()) {
					continue
				}
				testRows(t, c, code, kind, op.String(), awkward[T](r, n, n%2 == 1), someRows(r, n), rt, v)
			}
			for range 30 { // wrong ones
				n := r.IntN(50)
				rows := someRows(r, n)
				rows[r.IntN(len(rows))] += int64(r.IntN(5) - 2)
				if !rt.IsSigned() && rt.Size() == 4 {
					for i := range rows {
						rows[i] = max(0, rows[i])
					}
				}
				testRows(t, c, code, kind, op.String(), awkward[T](r, n, false), rows, rt, v)
			}
		}
	}
}

func testRows[T kernels.Number](t *testing.T, c *Collective, code *ptxsim.Module, kind kernels.Collective, op string, x []T, rows []int64, rt, v kernels.Type, opts ...kernels.Option) {
	t.Helper()
	n := len(x)
	out := n
	if kind == kernels.Segments {
		out = len(rows) - 1
	}
	want, have := make([]T, out), make([]T, out)
	array, bytes := rowsAs(rt, rows)
	err := launchKernel(t, fmt.Sprintf("y = %v(%v, x, rows)", kind, op), runtime.Args{"x": x, "y": want, "rows": array}, append(opts, typedOf(v, "x", "y"), typedOf(rt, "rows"))...)
	run := collectRun{values: bytesOf(x), rows: bytes, out: bytesOf(have), args: CollectArgs{N: n, OutLen: out, RowsLen: len(rows)}, inPlace: c.InPlace && n%4 == 1}
	o := run.onDevice(t, c, code)
	if err != nil {
		var fault *runtime.SegmentError
		if !errors.As(err, &fault) {
			t.Fatal(err)
		}
		before := int64(0)
		if fault.At > 0 {
			before = rows[fault.At-1]
		}
		if o.FaultAt != int64(fault.At) || o.Fault != fault.Bound || o.Before != before {
			t.Errorf("%v(%v) of %d: %+v, want %v", kind, op, n, o, err)
		}
		return
	}
	if d := sameNumbers(have, want); d != "" || o.FaultAt != -1 {
		t.Errorf("%v(%v) of %d in %d: %s, %+v", kind, op, n, len(rows)-1, d, o)
	}
}

func TestAlong(t *testing.T) {
	t.Run("float64", testAlong[float64])
	t.Run("float32", testAlong[float32])
	t.Run("int32", testAlong[int32])
	t.Run("uint64", testAlong[uint64])
}

func testAlong[T kernels.Number](t *testing.T) {
	v, r := typeOfNumber[T](), random()
	for axis := range 3 {
		for _, op := range allReductions {
			c, code := collectOf(t, CollectSpec{Kind: kernels.Along, Reduce: op, Value: v, Last: axis == 2})
			for _, shape := range [][3]int{{1, 1, 1}, {2, 3, 4}, {3, 1, 70}, {70, 3, 5}, {1, 70, 9}, {5, 7, 300}, {0, 3, 4}, {3, 0, 4}, {3, 4, 0}} {
				n := shape[0] * shape[1] * shape[2]
				x := awkward[T](r, n, true)
				var left []int
				for k, e := range shape {
					if k != axis {
						left = append(left, e)
					}
				}
				out := left[0] * left[1]
				want, have := make([]T, out), make([]T, 2*out+1)
				// The definition, as kernels.AlongOf states it.
				pitches := [3]int{shape[1] * shape[2], shape[2], 1}
				for j := range left[0] {
					for k := range left[1] {
						at := [3]int{}
						rest := []int{j, k}
						for a := range at {
							if a != axis {
								at[a], rest = rest[0], rest[1:]
							}
						}
						lanes := make([]T, 8)
						for l := range lanes {
							lanes[l] = kernels.Identity[T](op)
						}
						for e := range shape[axis] {
							at[axis] = e
							l := 0
							if axis == 2 {
								l = e % 8
							}
							lanes[l] = kernels.Fold(op, lanes[l], x[at[0]*pitches[0]+at[1]*pitches[1]+at[2]])
						}
						want[j*left[1]+k] = lanes[0]
						if axis == 2 {
							want[j*left[1]+k] = kernels.FoldLanes(op, lanes)
						}
					}
				}
				// The output has room between its elements.
				run := collectRun{values: bytesOf(x), out: bytesOf(have), args: CollectArgs{N: n, OutLen: len(have), Axis: axis, Shape: shape}}
				strides := []int{2 * left[1], 2}
				for a := range 3 {
					if a != axis {
						run.args.Strides[a], strides = strides[0], strides[1:]
					}
				}
				run.onDevice(t, c, code)
				for i := range want {
					have[i] = have[2*i]
				}
				if d := sameNumbers(have[:out], want); d != "" {
					t.Errorf("%v along axis %d of %v: %s", op, axis, shape, d)
				}
			}
		}
	}
}

func TestOperations(t *testing.T) {
	t.Run("float64", testOperations[float64])
	t.Run("float32", testOperations[float32])
}

func testOperations[T kernels.Float](t *testing.T) {
	v, r := typeOfNumber[T](), random()
	// Those that a rounding tells the order of, and that do not commute.
	both, err := kernels.ParseOperation("both", "a", "b", "a + b + a*b", "0", 0, 1, 2, -0.5)
	if err != nil {
		t.Fatal(err)
	}
	latest, err := kernels.ParseOperation("latest", "a", "b", "select(b == b, b, a)", "0/0", 0, 1, 2, -0.5)
	if err != nil {
		t.Fatal(err)
	}
	lse, err := kernels.ParseOperation("lse", "a", "b", "select(a == b, a + log(2), max(a, b) + log1p(exp(-abs(a - b))))", "-inf")
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range []*kernels.Operation{both, latest, lse} {
		testOperation[T](t, v, r, op)
	}
}

func testOperation[T kernels.Float](t *testing.T, v kernels.Type, r *rand.Rand, op *kernels.Operation) {
	some := func(n int) []T {
		x := awkward[T](r, n, false)
		for i := range x {
			if x[i] /= 1000; op.Name() == "latest" && i%5 < 4 {
				x[i] = T(math.NaN())
			}
		}
		return x
	}
	with := kernels.Operations(op)
	for _, kind := range []kernels.Collective{kernels.Scan, kernels.ScanBefore, kernels.Folded, kernels.SegmentScan, kernels.SegmentScanBefore, kernels.Segments} {
		c, code := collectOf(t, CollectSpec{Kind: kind, Op: op, Value: v, Rows: kernels.Int64})
		for _, n := range lengths(4096, 8192, 20000) {
			if op.Name() == "lse" && (n > 4200 || testing.Short() && n > 1000) {
				continue // which takes long
			}
			x := some(n)
			switch kind {
			case kernels.Scan, kernels.ScanBefore:
				want, have := make([]T, n), make([]T, n)
				if err := launchKernel(t, fmt.Sprintf("y = %v(%v, x)", kind, op.Name()), runtime.Args{"x": x, "y": want}, with); err != nil {
					t.Fatal(err)
				}
				run := collectRun{values: bytesOf(x), out: bytesOf(have), args: CollectArgs{N: n, OutLen: n}}
				run.onDevice(t, c, code)
				if d := sameNumbers(have, want); d != "" {
					t.Errorf("%v of %d: %s", kind, n, d)
				}
			case kernels.Folded:
				var want T
				if err := launchKernel(t, fmt.Sprintf("y = fold(%v, x)", op.Name()), runtime.Args{"x": x, "y": &want}, with); err != nil {
					t.Fatal(err)
				}
				run := collectRun{values: bytesOf(x), args: CollectArgs{N: n}}
				if d := sameNumbers([]T{T(run.onDevice(t, c, code).Float)}, []T{want}); d != "" {
					t.Errorf("%v of %d: %s", kind, n, d)
				}
			default:
				testRows(t, c, code, kind, op.Name(), x, someRows(r, n), kernels.Int64, v, with)
			}
		}
	}
}

// TestChains tries the chains of more blocks than there are in the arrays of other tests.
func TestChains(t *testing.T) {
	r := random()
	for _, blocks := range []int{2, 15, 16, 17, 2047, 2048, 2049, 5000} {
		testChain[float64](t, kernels.Scan, kernels.Sum, awkward[float64](r, blocks, false), nil)
		testChain[float32](t, kernels.Scan, kernels.Prod, awkward[float32](r, blocks, false), nil)
		testChain[float32](t, kernels.Scan, kernels.Max, awkward[float32](r, blocks, false), nil)
		heads := make([]uint32, blocks)
		for i := range heads {
			heads[i] = uint32(r.IntN(40) / 39)
		}
		testChain[float64](t, kernels.SegmentScan, kernels.Sum, awkward[float64](r, blocks, false), heads)
		testChain[int32](t, kernels.SegmentScan, kernels.Min, awkward[int32](r, blocks, true), heads)
	}
	testChain[int64](t, kernels.Scan, kernels.Sum, awkward[int64](r, 20000, true), nil)
	testChain[uint32](t, kernels.Scan, kernels.Min, awkward[uint32](r, 20000, true), nil)
	testChain[float64](t, kernels.Scan, kernels.Min, awkward[float64](r, 20000, false), nil)
}

func testChain[T kernels.Number](t *testing.T, kind kernels.Collective, op kernels.Reduction, folds []T, heads []uint32) {
	t.Helper()
	c, code := collectOf(t, CollectSpec{Kind: kind, Reduce: op, Value: typeOfNumber[T](), Rows: kernels.Int64})
	block := 1024
	if heads != nil {
		block = 4096
	}
	m := &simulated{}
	a := CollectArgs{N: len(folds)*block - 5}
	scratch := m.array(c.ScratchBytes(&a))
	a.Scratch = addressOf(scratch)
	args := make([]uint64, c.Words())
	c.Arguments(args, &a)
	copy(scratch, bytesOf(folds))
	if heads != nil {
		copy(scratch[args[wordScratch+1]-a.Scratch:], bytesOf(heads))
	}
	for _, p := range c.Passes(nil, &a) {
		if p.Entry == c.spec.Name+"_chain" {
			m.launch(t, code, p, args)
		}
	}
	want, carry := make([]T, len(folds)), kernels.Identity[T](op)
	for i, v := range folds {
		want[i] = carry
		if carry = kernels.Fold(op, carry, v); heads != nil && heads[i] != 0 {
			carry = v
		}
	}
	have := make([]T, len(folds))
	copy(bytesOf(have), scratch)
	if d := sameNumbers(have, want); d != "" {
		t.Errorf("%v(%v): %s", kind, op, d)
	}
}

// everyCollective calls f with specs of all kinds, reductions and types.
func everyCollective(t *testing.T, f func(s CollectSpec, c *Collective)) {
	op, err := kernels.ParseOperation("lse", "a", "b", "select(a == b, a + log(2), max(a, b) + log1p(exp(-abs(a - b))))", "-inf")
	if err != nil {
		t.Fatal(err)
	}
	for kind := kernels.Elementwise; kind <= kernels.CompensatedSum; kind++ {
		for v := kernels.Float64; v <= kernels.Uint32; v++ {
			s := CollectSpec{Kind: kind, Value: v, By: kernels.Float64, Rows: kernels.Int32, Out: v, Last: v.Size() == 8}
			for r := kernels.None; r <= kernels.Prod; r++ {
				s.Reduce = r
				if c, err := Collect(s); err == nil {
					f(s, c)
					if kind != kernels.Scan && r != kernels.Sum { // which do not differ as much
						break
					}
				}
			}
			s.Reduce, s.Op = kernels.None, op
			if c, err := Collect(s); err == nil {
				f(s, c)
			}
		}
	}
}

func TestCollectAssembles(t *testing.T) {
	assembler, err := exec.LookPath(cmp.Or(os.Getenv("TRIAD_PTXAS"), "ptxas"))
	if err != nil {
		t.Skip("no ptxas on this machine; TRIAD_PTXAS may name it:", err)
	}
	file := filepath.Join(t.TempDir(), "collect.ptx")
	everyCollective(t, func(s CollectSpec, c *Collective) {
		if testing.Short() && s.Value != kernels.Float64 {
			return
		}
		if err := os.WriteFile(file, []byte(c.Text), 0o666); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(assembler, "-arch=sm_70", "-O0", "-o", file+".cubin", file).CombinedOutput(); err != nil {
			t.Errorf("%v(%v) of %v: %v\n%s", s.Kind, s.Reduce, s.Value, err, out)
		}
	})
}

// TestCollectPasses asks for no entry that there is not, for no thread too many, and for what no arguments have.
func TestCollectPasses(t *testing.T) {
	everyCollective(t, func(s CollectSpec, c *Collective) {
		code, err := ptxsim.Parse(c.Text)
		if err != nil {
			t.Fatalf("%v(%v) of %v: %v", s.Kind, s.Reduce, s.Value, err)
		}
		for _, n := range []int{0, 1, 1024, 100000, 1 << 30} {
			a := CollectArgs{N: n, OutLen: n, RowsLen: n + 1, Shape: [3]int{1, n, 1}, Axis: 1}
			for _, p := range c.Passes(nil, &a) {
				bytes, ok := code.ParamBytes(p.Entry)
				if !ok || bytes != 8*c.Words() || p.Grid < 1 || p.Grid > 1<<31-1 || p.Block < 1 || p.Block > 1024 {
					t.Errorf("%v(%v) of %v, %d elements: %+v", s.Kind, s.Reduce, s.Value, n, p)
				}
			}
		}
		if again, err := Collect(s); err != nil || again.Text != c.Text {
			t.Errorf("%v(%v) of %v: another text, %v", s.Kind, s.Reduce, s.Value, err)
		}
	})
}

func TestCollectErrors(t *testing.T) {
	for _, s := range []CollectSpec{
		{Kind: kernels.Scan, Value: kernels.Float64}, // no reduction
		{Kind: kernels.Scan, Reduce: kernels.Sum},    // no type
		{Kind: kernels.Scan, Reduce: kernels.Sum, Value: kernels.Bool},
		{Kind: kernels.Elementwise, Reduce: kernels.Sum, Value: kernels.Float64},
		{Kind: kernels.Mean, Value: kernels.Float64},
		{Kind: kernels.Variance, Value: kernels.Int64},
		{Kind: kernels.Segments, Reduce: kernels.Sum, Value: kernels.Float64, Rows: kernels.Float64},
		{Kind: kernels.Keep, Value: kernels.Float64},
		{Kind: kernels.Histogram, Value: kernels.Float64, Out: kernels.Int64},
		{Kind: kernels.CompensatedSum + 1, Value: kernels.Float64},
	} {
		c, err := Collect(s)
		var wrong *CollectError
		if c != nil || !errors.As(err, &wrong) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}
