package column_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
	"github.com/triad-go/triad/simd"
)

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
		}
	}
	return x
}

func same(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

var reductions = []kernels.Reduction{kernels.Sum, kernels.Prod, kernels.Min, kernels.Max}

// row is the number of elements of a row of a scan of sums.
func row[T kernels.Number]() int { return 64 / int(unsafe.Sizeof(T(0))) }

// scanOf is what Scan is said to be for a block, and its fold.
func scanOf[T kernels.Number](op kernels.Reduction, x []T) (before, upto []T) {
	if op != kernels.Sum {
		acc := kernels.Identity[T](op)
		for _, v := range x {
			before = append(before, acc)
			acc = kernels.Fold(op, acc, v)
			upto = append(upto, acc)
		}
		return before, upto
	}
	var carry T
	for len(x) > 0 {
		n := min(len(x), row[T]())
		tree := treeOf(x[:n], row[T]())
		before = append(before, carry)
		for i, v := range tree {
			upto = append(upto, carry+v)
			if i+1 < n {
				before = append(before, carry+v)
			}
		}
		carry += tree[n-1]
		x = x[n:]
	}
	return before, upto
}

// treeOf is Sklansky's tree, from the halves down.
func treeOf[T kernels.Number](x []T, width int) []T {
	if width == 1 || len(x) == 0 {
		return slices.Clone(x)
	}
	half := width / 2
	low := treeOf(x[:min(half, len(x))], half)
	for _, v := range treeOf(x[len(low):], half) {
		low = append(low, v+low[half-1])
	}
	return low
}

func testScan[T kernels.Number](t *testing.T, number func(r *rand.Rand) T) {
	r := rand.New(rand.NewPCG(1, 1))
	lengths := []int{1023, 1024, 1025, 4096, 4097}
	for n := range 100 {
		lengths = append(lengths, n)
	}
	for _, tier := range simd.Tiers() {
		for _, n := range lengths {
			for _, op := range reductions {
				for _, before := range []bool{false, true} {
					x, dst, totals := make([]T, n), make([]T, n+1), make([]T, n/column.ScanBlock+1)
					for i := range x {
						x[i] = number(r)
					}
					dst[n] = 99
					column.Scan(tier, op, dst[:n], x, totals, before, 0)
					var want []T
					for lo := 0; lo < n; lo += column.ScanBlock {
						a, b := scanOf(op, x[lo:min(lo+column.ScanBlock, n)])
						if !sameOf(totals[lo/column.ScanBlock], b[len(b)-1]) {
							t.Fatalf("%v %v of %d: block %d is %v, want %v", tier, op, n, lo/column.ScanBlock, totals[lo/column.ScanBlock], b[len(b)-1])
						}
						if want = append(want, b...); before {
							want = append(want[:lo], a...)
						}
					}
					for i := range x {
						if !sameOf(dst[i], want[i]) {
							t.Fatalf("%v %v of %d, before %v: element %d is %v, want %v", tier, op, n, before, i, dst[i], want[i])
						}
					}
					if dst[n] != 99 {
						t.Fatalf("%v %v of %d writes beyond the end", tier, op, n)
					}
					testScanFrom(t, tier, op, x, dst[:n], totals, before)
					column.Scan(tier, op, x, x, totals, before, 0)
					for i := range x {
						if !sameOf(x[i], want[i]) {
							t.Fatalf("in place, element %d is %v, want %v", i, x[i], want[i])
						}
					}
				}
			}
		}
	}
}

// testScanFrom: ScanFrom is what Scan writes, with the folds of the blocks before.
func testScanFrom[T kernels.Number](t *testing.T, tier simd.Tier, op kernels.Reduction, x, scanned, totals []T, before bool) {
	for _, stream := range []bool{false, true} {
		room := make([]T, len(x)+64)
		lo := 0
		for stream && uintptr(unsafe.Pointer(&room[lo]))%64 != 0 {
			lo++
		}
		got := room[lo:][:len(x)]
		carry := x0(op, x)
		end := column.ScanFrom(tier, op, got, x, carry, before, column.Memory{Stream: stream})
		for i, v := range scanned {
			if want := kernels.Fold(op, carry, v); !sameOf(got[i], want) {
				t.Fatalf("%v %v from %v, before %v: element %d is %v, want %v", tier, op, carry, before, i, got[i], want)
			}
			if i%column.ScanBlock == column.ScanBlock-1 || i == len(x)-1 {
				carry = kernels.Fold(op, carry, totals[i/column.ScanBlock])
			}
		}
		if !sameOf(end, carry) {
			t.Fatalf("%v %v: the fold at the end is %v, want %v", tier, op, end, carry)
		}
	}
}

// x0 is a value to scan from.
func x0[T kernels.Number](op kernels.Reduction, x []T) T {
	if len(x)%2 == 0 {
		return kernels.Identity[T](op)
	}
	return 3
}

func sameOf[T kernels.Number](a, b T) bool {
	return same(float64(a), float64(b)) && (a == b || a != a && b != b)
}

// TestScan: every tier scans as is said, in all types.
func TestScan(t *testing.T) {
	t.Run("float64", func(t *testing.T) { testScan(t, func(r *rand.Rand) float64 { return numbers(r, 1)[0] }) })
	t.Run("float32", func(t *testing.T) { testScan(t, func(r *rand.Rand) float32 { return float32(numbers(r, 1)[0]) }) })
	t.Run("int64", func(t *testing.T) { testScan(t, func(r *rand.Rand) int64 { return int64(r.Uint64()) }) })
	t.Run("uint64", func(t *testing.T) { testScan(t, func(r *rand.Rand) uint64 { return r.Uint64() }) })
	t.Run("int32", func(t *testing.T) { testScan(t, func(r *rand.Rand) int32 { return int32(r.Uint64()) }) })
	t.Run("uint32", func(t *testing.T) { testScan(t, func(r *rand.Rand) uint32 { return uint32(r.Uint64()) }) })
}

// TestFold: segments of all short lengths, whole and piece by piece, are folds over lanes.
func TestFold(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 100 {
		for range 20 {
			x := numbers(r, n)
			if r.IntN(4) == 0 {
				for i := range x {
					x[i] = math.Copysign(0, -1)
				}
			}
			for _, op := range reductions {
				lanes := make([]float64, column.Lanes)
				for j := range lanes {
					lanes[j] = kernels.Identity[float64](op)
				}
				for i, v := range x {
					lanes[i%column.Lanes] = kernels.Fold(op, lanes[i%column.Lanes], v)
				}
				want := kernels.FoldLanes(op, lanes)
				if got := column.Fold(op, x); !same(got, want) {
					t.Fatalf("%v of %v: %v, want %v", op, x, got, want)
				}
				var s column.Segment[float64]
				s.Start(op)
				for rest := x; len(rest) > 0; {
					k := 1 + r.IntN(len(rest))
					s.Take(op, rest[:k])
					rest = rest[k:]
				}
				if got := s.Value(op); !same(got, want) {
					t.Fatalf("%v of %v in pieces: %v, want %v", op, x, got, want)
				}
			}
		}
	}
}

// TestFoldAll: every tier folds segments of all lengths as one by one, and writes nothing else.
func TestFoldAll(t *testing.T) {
	t.Run("float64", testFoldAll[float64])
	t.Run("float32", testFoldAll[float32])
	t.Run("int64", testFoldAll[int64])
}

func testFoldAll[T kernels.Number](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 4))
	for _, tier := range simd.Tiers() {
		for most := range 80 {
			const base = 1000
			rows := []int64{base + int64(r.IntN(5))}
			for range 1 + r.IntN(40) {
				rows = append(rows, rows[len(rows)-1]+int64(r.IntN(most+1)))
			}
			x := make([]T, rows[len(rows)-1]-base)
			for i, v := range numbers(r, len(x)) {
				if x[i] = T(v); r.IntN(3) == 0 {
					x[i] = T(math.Copysign(0, -1))
				}
			}
			for _, op := range reductions {
				dst := make([]T, len(rows)+1)
				for i := range dst {
					dst[i] = 99
				}
				column.FoldAll(tier, op, dst[1:len(rows)], x, base, rows, most, 0)
				for s := range rows[1:] {
					if want := column.Fold(op, x[rows[s]-base:rows[s+1]-base]); !sameOf(dst[s+1], want) {
						t.Fatalf("%v %v of elements %d to %d is %v, want %v", tier, op, rows[s], rows[s+1], dst[s+1], want)
					}
				}
				if dst[0] != 99 || dst[len(rows)] != 99 {
					t.Fatalf("%v writes beyond the ends", tier)
				}
			}
		}
	}
}

func testKeep[T kernels.Number, K float64 | float32](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	for _, tier := range simd.Tiers() {
		for n := range 70 {
			x, dst, keep := make([]T, n), make([]T, n+1), make([]K, n)
			dst[n] = 99
			var want []T
			for i := range keep {
				x[i] = T(i)
				if keep[i] = K(r.IntN(2)); keep[i] == 1 {
					want = append(want, x[i])
				}
			}
			k := column.Keep(tier, dst, x, keep, 0)
			if k != len(want) || dst[n] != 99 {
				t.Fatalf("%v: %d kept, want %d; what is beyond is %v", tier, k, len(want), dst[n])
			}
			for i := range want {
				if dst[i] != want[i] {
					t.Fatalf("%v: element %d is %v, want %v", tier, i, dst[i], want[i])
				}
			}
		}
	}
}

func TestKeep(t *testing.T) {
	t.Run("float64 by float64", testKeep[float64, float64])
	t.Run("int64 by float32", testKeep[int64, float32])
	t.Run("float32 by float32", testKeep[float32, float32])
	t.Run("uint32 by float64", testKeep[uint32, float64])
}

// TestStream: copies of all lengths and misalignments, and nothing beside.
func TestStream(t *testing.T) {
	for _, tier := range simd.Tiers() {
		for n := range 150 {
			for lo := range 20 {
				src, dst := make([]uint32, n+lo), make([]uint32, n+lo+1)
				for i := range src {
					src[i] = uint32(i + 1)
				}
				column.Stream(tier, dst[lo:], src[lo:])
				for i, v := range dst {
					if want := uint32(i + 1); (i < lo || i == n+lo) && v != 0 || i >= lo && i < n+lo && v != want {
						t.Fatalf("%v: %d from %d on: element %d is %d", tier, n, lo, i, v)
					}
				}
			}
		}
	}
}

func TestRising(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 5))
	for _, tier := range simd.Tiers() {
		for n := 1; n < 60; n++ {
			for range 10 {
				rows := make([]int64, n)
				rows[0] = r.Int64N(1000)
				want, rises := int64(0), true
				for i := range rows[1:] {
					d := r.Int64N(20)
					if r.IntN(n) == 0 {
						d = -1 - r.Int64N(5)
					}
					rows[i+1] = rows[i] + d
					want, rises = max(want, d), rises && d >= 0
				}
				if most, ok := column.Rising(tier, rows); most != want || ok != rises {
					t.Fatalf("%v: %v rise by at most %d: %v; want %d, %v", tier, rows, most, ok, want, rises)
				}
			}
		}
	}
}
