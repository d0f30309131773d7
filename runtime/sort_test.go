package runtime

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// before is the order of Sort.
func before[T Element](a, b T) int {
	if c := cmp.Compare(a, b); c != 0 || a != 0 {
		return c
	}
	sign := func(x T) int {
		if math.Signbit(float64(x)) {
			return 0
		}
		return 1
	}
	return sign(a) - sign(b)
}

// sameBits compares with NaNs' payloads.
func sameBits[T Element](a, b []T) bool {
	if unsafe.Sizeof(T(0)) == 8 {
		return slices.Equal(wordsOf[uint64](a), wordsOf[uint64](b))
	}
	return slices.Equal(wordsOf[uint32](a), wordsOf[uint32](b))
}

// sortInputs makes n elements in the ways that sorts like or do not like. Of the bits
// that it draws, those of a float are a NaN now and then.
var sortInputs = []struct {
	name string
	word func(r *rand.Rand, i, n int) uint64
}{
	{"bits", func(r *rand.Rand, i, n int) uint64 { return r.Uint64() }},
	{"uniform", func(r *rand.Rand, i, n int) uint64 { return math.Float64bits(r.Float64()) }},
	{"normal", func(r *rand.Rand, i, n int) uint64 { return math.Float64bits(r.NormFloat64()) }},
	{"rising", func(r *rand.Rand, i, n int) uint64 { return math.Float64bits(float64(i/3 - n/7)) }},
	{"falling", func(r *rand.Rand, i, n int) uint64 { return math.Float64bits(float64(n/7 - i)) }},
	{"nearly", func(r *rand.Rand, i, n int) uint64 {
		if r.IntN(50) == 0 {
			i = r.IntN(n)
		}
		return math.Float64bits(float64(i))
	}},
	{"few", func(r *rand.Rand, i, n int) uint64 { return math.Float64bits(math.Sin(float64(r.IntN(9)))) }},
	{"one", func(r *rand.Rand, i, n int) uint64 { return math.Float64bits(-3) }},
	{"zeros", func(r *rand.Rand, i, n int) uint64 { return r.Uint64N(2) << 63 }},
	{"NaNs", func(r *rand.Rand, i, n int) uint64 { return r.Uint64() | 0x7ff<<52 }},
	{"half NaNs", func(r *rand.Rand, i, n int) uint64 {
		if r.IntN(2) == 0 {
			return r.Uint64() | 0x7ff<<52
		}
		return math.Float64bits(r.NormFloat64())
	}},
	{"falling, then NaNs", func(r *rand.Rand, i, n int) uint64 {
		if i >= n-3 {
			return math.Float64bits(math.NaN()) + uint64(n-i)
		}
		return math.Float64bits(float64(-i))
	}},
	{"special", func(r *rand.Rand, i, n int) uint64 {
		list := []uint64{0, 1 << 63, 1, 1<<63 | 1, 0x7ff << 52, 0xfff << 52, 0x7ff<<52 | 1, 0xfff<<52 | 1, ^uint64(0), math.MaxInt64, 0x7fe<<52 | 1<<52 - 1, 0xfff<<52 - 1}
		return list[r.IntN(len(list))]
	}},
	{"outliers", func(r *rand.Rand, i, n int) uint64 {
		if i%(n/2+1) == 1 {
			return math.Float64bits(1e300)
		}
		return math.Float64bits(r.Float64())
	}},
	// Evenly spread in the first digit, and in the last ones, and in none between.
	{"comb", func(r *rand.Rand, i, n int) uint64 { return r.Uint64N(128)<<56 | r.Uint64N(1<<30) }},
	{"combs", func(r *rand.Rand, i, n int) uint64 {
		return r.Uint64N(8)<<60 | r.Uint64N(8)<<40 | r.Uint64N(8)<<20 | r.Uint64N(8)
	}},
	{"organ pipe", func(r *rand.Rand, i, n int) uint64 { return math.Float64bits(float64(min(i, n-i))) }},
}

// makeSortInput makes elements of which the words are the bits, or for floats of the
// other size and integers what comes of them.
func makeSortInput[T Element](word func(r *rand.Rand, i, n int) uint64, n int, seed uint64) []T {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	x := make([]T, n)
	for i := range x {
		w := word(r, i, n)
		switch x := any(x).(type) {
		case []float64:
			x[i] = math.Float64frombits(w)
		case []float32:
			x[i] = math.Float32frombits(uint32(w>>32) | uint32(w)&0xff)
		case []int64:
			x[i] = int64(w)
		case []uint64:
			x[i] = w
		case []int32:
			x[i] = int32(w >> 32)
		case []uint32:
			x[i] = uint32(w >> 40)
		}
	}
	return x
}

// checkSort sorts x, and x with values of both sizes, and compares with a stable sort.
func checkSort[T Element](t *testing.T, ex Executor, x []T, what string) {
	t.Helper()
	ctx := context.Background()
	order := make([]int32, len(x))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(i, j int32) int { return before(x[i], x[j]) })
	want := make([]T, len(x))
	for i, j := range order {
		want[i] = x[j]
	}
	got := slices.Clone(x)
	if err := Sort(ctx, ex, got); err != nil || !sameBits(got, want) {
		t.Fatalf("%s: Sort of %d elements of %T is wrong (%v)", what, len(x), x, err)
	}
	got, narrow := slices.Clone(x), make([]int32, len(x))
	for i := range narrow {
		narrow[i] = int32(i)
	}
	if err := SortBy(ctx, ex, got, narrow); err != nil || !sameBits(got, want) || !slices.Equal(narrow, order) {
		t.Fatalf("%s: SortBy of %d elements of %T and int32 is wrong (%v)", what, len(x), x, err)
	}
	got, wide := slices.Clone(x), make([]float64, len(x))
	for i := range wide {
		wide[i] = float64(i)
	}
	err := SortBy(ctx, ex, got, wide)
	if err != nil || !sameBits(got, want) || !slices.EqualFunc(wide, order, func(f float64, i int32) bool { return f == float64(i) }) {
		t.Fatalf("%s: SortBy of %d elements of %T and float64 is wrong (%v)", what, len(x), x, err)
	}
}

func checkSorts[T Element](t *testing.T, ex Executor, sizes []int) {
	for _, n := range sizes {
		for i, in := range sortInputs {
			checkSort(t, ex, makeSortInput[T](in.word, n, uint64(i)), in.name)
		}
	}
}

func TestSortShort(t *testing.T) {
	ex := openTest(t, "simd")
	var sizes []int
	for n := range 301 {
		sizes = append(sizes, n)
	}
	checkSorts[float64](t, ex, sizes)
	var some []int
	for n := 0; n < 301; n += 7 {
		some = append(some, n)
	}
	checkSorts[float32](t, ex, some)
	checkSorts[int64](t, ex, some)
	checkSorts[int32](t, ex, some)
	checkSorts[uint64](t, ex, some)
	checkSorts[uint32](t, ex, some)
}

func TestSortLong(t *testing.T) {
	ex := openTest(t, "pool")
	sizes := []int{1000, 5000, sortAlone, sortAlone + 1}
	if testing.Short() {
		checkSorts[float64](t, ex, sizes[3:])
		checkSorts[int32](t, openTest(t, "sequential"), sizes[1:2])
		return
	}
	checkSorts[float64](t, ex, append(sizes, 100_003))
	checkSorts[float32](t, ex, sizes)
	sizes = sizes[len(sizes)-1:]
	checkSorts[int64](t, ex, sizes)
	checkSorts[int32](t, ex, sizes)
	checkSorts[uint64](t, ex, sizes)
	checkSorts[uint32](t, ex, sizes)
	checkSorts[float64](t, openTest(t, "sequential"), sizes)
}

// Parts longer than a worker's cache are divided more than once, and scratch lies
// outside the Go heap.
func TestSortVeryLong(t *testing.T) {
	if testing.Short() {
		t.Skip("long")
	}
	ex := openTest(t, "pool", Workers(3))
	for _, i := range []int{0, 2, 10, 13} {
		checkSort(t, ex, makeSortInput[float64](sortInputs[i].word, 1_500_000, 1), sortInputs[i].name)
	}
}

func TestSortWorkers(t *testing.T) {
	for w := 1; w <= 64; w++ {
		ex := openTest(t, "pool", Workers(w))
		in := sortInputs[w%len(sortInputs)]
		checkSort(t, ex, makeSortInput[float64](in.word, sortAlone+1+w*100, uint64(w)), in.name)
		ex.Close()
	}
}

// stopping is a context that is done when Err has been called so many times.
type stopping struct {
	context.Context
	left *int
}

var errStopped = errors.New("stopped")

func (c stopping) Err() error {
	if *c.left--; *c.left < 0 {
		return errStopped
	}
	return nil
}

// A sort that is cancelled at any point loses nothing and says why.
func TestSortCancelled(t *testing.T) {
	ex := openTest(t, "simd")
	inputs := []int{0, 2, 4, 6, 9, 10, 13}
	if testing.Short() {
		inputs = []int{0, 9}
	}
	for _, i := range inputs {
		in := sortInputs[i]
		x := makeSortInput[float64](in.word, 3*sortAlone, 5)
		want := slices.Clone(x)
		if err := Sort(context.Background(), ex, want); err != nil {
			t.Fatal(err)
		}
		for looks := 0; ; looks++ {
			keys, index := slices.Clone(x), make([]int64, len(x))
			for i := range index {
				index[i] = int64(i)
			}
			left := looks
			err := SortBy(stopping{context.Background(), &left}, ex, keys, index)
			for i, j := range index {
				if math.Float64bits(keys[i]) != math.Float64bits(x[j]) {
					t.Fatalf("%s: cancelled at look %d: element %d has another's value", in.name, looks, i)
				}
			}
			slices.Sort(index)
			for i, j := range index {
				if j != int64(i) {
					t.Fatalf("%s: cancelled at look %d: element %d is lost", in.name, looks, i)
				}
			}
			if err == nil {
				if !sameBits(keys, want) {
					t.Errorf("%s: not cancelled, and wrong", in.name)
				}
				if looks < 2 {
					t.Errorf("%s: the context was looked at %d times", in.name, looks)
				}
				break
			}
			if !errors.Is(err, errStopped) {
				t.Fatalf("%s: the error is %v", in.name, err)
			}
		}
	}
}

func TestSortErrors(t *testing.T) {
	ctx := context.Background()
	open, closed := openTest(t, "pool"), openTest(t, "pool")
	closed.Close()
	cancelled, cancel := context.WithCancelCause(ctx)
	cancel(errStopped)
	long := make([]float64, 2*sortAlone)
	for i := range long {
		long[i] = float64(i * 7 % 1000)
	}
	was := slices.Clone(long)
	for _, x := range [][]float64{nil, {2, 1}, long} {
		if err := Sort(ctx, closed, x); !errors.Is(err, ErrClosed) {
			t.Errorf("closed, %d elements: %v", len(x), err)
		}
		if err := Sort(cancelled, open, x); len(x) > 0 && !errors.Is(err, errStopped) {
			t.Errorf("cancelled, %d elements: %v", len(x), err)
		}
		if _, err := Unique(ctx, closed, x); !errors.Is(err, ErrClosed) {
			t.Errorf("closed, Unique of %d elements: %v", len(x), err)
		}
		if _, err := Unique(cancelled, open, x); len(x) > 0 && !errors.Is(err, errStopped) {
			t.Errorf("cancelled, Unique of %d elements: %v", len(x), err)
		}
		if _, _, err := RunLengths(cancelled, open, x); len(x) > 0 && !errors.Is(err, errStopped) {
			t.Errorf("cancelled, RunLengths of %d elements: %v", len(x), err)
		}
		var unsupported *UnsupportedError
		if err := Sort(ctx, &custom{}, x); !errors.As(err, &unsupported) {
			t.Errorf("no Looper, %d elements: %v", len(x), err)
		}
		var value *ValueError
		if err := Sort(ctx, nil, x); !errors.As(err, &value) {
			t.Errorf("no executor, %d elements: %v", len(x), err)
		}
	}
	if !slices.Equal(long, was) {
		t.Error("what was refused is not as it was")
	}
	var arg *ArgError
	if err := SortBy(ctx, open, []float64{1}, []int32{1, 2}); !errors.As(err, &arg) || arg.Reason != ArgLength {
		t.Errorf("different lengths: %v", err)
	}
	if err := SortBy(ctx, open, long[1:], long[:len(long)-1]); !errors.As(err, &arg) || arg.Reason != ArgOverlap {
		t.Errorf("shared memory: %v", err)
	}
	if err := SortBy(ctx, open, []int32{}, []float64(nil)); err != nil {
		t.Errorf("nothing: %v", err)
	}
}

// looper is an executor of somebody else.
type looper struct{ custom }

func (*looper) Range(ctx context.Context, n int, body func(lo, hi int), _ ...Policy) error {
	for i := range n {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		body(i, i+1)
	}
	return nil
}

func TestSortLooper(t *testing.T) {
	checkSorts[float64](t, &looper{}, []int{0, 1, 100, 3000, 2*sortAlone + 1})
}

func TestSortAllocates(t *testing.T) {
	ex := openTest(t, "pool")
	x := make([]float64, 200)
	for _, n := range []int{20, 60, 200} {
		got := testing.AllocsPerRun(20, func() {
			for i := range x {
				x[i] = float64(i * 37 % 101)
			}
			if err := Sort(context.Background(), ex, x[:n]); err != nil {
				t.Fatal(err)
			}
		})
		if got > 3 {
			t.Errorf("%d elements: %v allocations", n, got)
		}
	}
}

func checkRuns[T Element](t *testing.T, ex Executor, x []T, what string) {
	t.Helper()
	var values []T
	var lengths []int64
	for i, v := range x {
		if i == 0 || x[i-1] != v && (x[i-1] == x[i-1] || v == v) {
			values, lengths = append(values, v), append(lengths, 0)
		}
		lengths[len(lengths)-1]++
	}
	ctx := context.Background()
	gotValues, gotLengths, err := RunLengths(ctx, ex, x)
	if err != nil || !sameBits(gotValues, values) || !slices.Equal(gotLengths, lengths) {
		t.Fatalf("%s: RunLengths of %d elements of %T is wrong (%v)", what, len(x), x, err)
	}
	got := slices.Clone(x)
	n, err := Unique(ctx, ex, got)
	if err != nil || !sameBits(got[:n], values) {
		t.Fatalf("%s: Unique of %d elements of %T is wrong (%v)", what, len(x), x, err)
	}
}

func TestRuns(t *testing.T) {
	workers, lengths := []int{1, 3, 64}, []int{0, 1, 2, 17, 300, 8192, 8193, 70_001}
	if testing.Short() {
		workers, lengths = workers[1:2], []int{0, 1, 300, 8193, 20_000}
	}
	for _, w := range workers {
		ex := openTest(t, "pool", Workers(w))
		for _, n := range lengths {
			for i, in := range sortInputs {
				x := makeSortInput[float64](in.word, n, uint64(i))
				checkRuns(t, ex, x, in.name)
				slices.SortStableFunc(x, before)
				checkRuns(t, ex, x, in.name+", sorted")
				checkRuns(t, ex, makeSortInput[int32](in.word, n, uint64(i)), in.name)
			}
			// Runs of many lengths, some over many chunks.
			r := rand.New(rand.NewPCG(uint64(n), 3))
			x := make([]float32, 0, n)
			for v := float32(0); len(x) < n; v++ {
				for range min(1<<r.IntN(17), n-len(x)) {
					x = append(x, v)
				}
			}
			checkRuns(t, ex, x, "runs")
		}
	}
}

func TestUniqueCancelled(t *testing.T) {
	ex := openTest(t, "simd")
	x := makeSortInput[float64](sortInputs[6].word, 50_000, 1)
	for looks := 0; ; looks++ {
		got, left := slices.Clone(x), looks
		n, err := Unique(stopping{context.Background(), &left}, ex, got)
		if err == nil {
			if n == 0 || looks < 2 {
				t.Errorf("%d elements after %d looks", n, looks)
			}
			break
		}
		if !errors.Is(err, errStopped) || n != 0 || !slices.Equal(got, x) {
			t.Fatalf("look %d: %d elements, %v, or the array is not as it was", looks, n, err)
		}
	}
}

// FuzzSort sorts the words of data over and over, each time changed by mix.
func FuzzSort(f *testing.F) {
	f.Add([]byte("words of eight bytes, more or less"), uint16(3), uint64(1))
	f.Add(make([]byte, 64), uint16(5000), uint64(1<<52))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0xf0, 0x7f, 1, 0, 0, 0, 0, 0, 0xf8, 0xff}, uint16(20000), uint64(0x9e3779b97f4a7c15))
	f.Fuzz(func(t *testing.T, data []byte, times uint16, mix uint64) {
		words := len(data) / 8
		n := min(words*max(int(times), 1), sortAlone+5000)
		x := make([]float64, n)
		for i := range x {
			w := binary.LittleEndian.Uint64(data[i%words*8:])
			x[i] = math.Float64frombits(w + uint64(i/words)*mix)
		}
		ex := openTest(t, "pool", Workers(1+len(data)%4))
		checkSort(t, ex, x, "fuzz")
		checkSort(t, ex, wordsOf[uint64](x), "fuzz")
		checkSort(t, ex, floats32(x), "fuzz")
		checkRuns(t, ex, x, "fuzz")
	})
}

func floats32(x []float64) []float32 {
	y := make([]float32, 2*len(x))
	for i, v := range x {
		w := math.Float64bits(v)
		y[2*i], y[2*i+1] = math.Float32frombits(uint32(w)), math.Float32frombits(uint32(w>>32))
	}
	return y
}

func BenchmarkSort(b *testing.B) {
	ctx := context.Background()
	for _, n := range []int{1e3, 1e4, 1e5, 1e6, 1e7} {
		for _, i := range []int{1, 2, 3, 4, 6, 10} {
			in := sortInputs[i]
			x := makeSortInput[float64](in.word, n, 1)
			y := make([]float64, n)
			sorts := []struct {
				name string
				sort func(y []float64) error
			}{{"slices.Sort", func(y []float64) error { slices.Sort(y); return nil }}}
			for _, name := range []string{"simd", "pool"} {
				ex, err := Open(name)
				if err != nil {
					b.Fatal(err)
				}
				defer ex.Close()
				sorts = append(sorts, struct {
					name string
					sort func(y []float64) error
				}{name, func(y []float64) error { return Sort(ctx, ex, y) }})
			}
			for _, s := range sorts {
				b.Run(fmt.Sprintf("%d/%s/%s", n, in.name, s.name), func(b *testing.B) {
					b.SetBytes(int64(8 * n))
					for b.Loop() {
						b.StopTimer()
						copy(y, x)
						b.StartTimer()
						if err := s.sort(y); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}
