package column_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
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

// TestScan: what is done four blocks at a time is what is done one by one.
func TestScan(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{0, 1, 5, 1023, 1024, 1025, 4096, 4097, 9000, 16384} {
		for _, op := range reductions {
			for _, before := range []bool{false, true} {
				x, dst, totals := numbers(r, n), make([]float64, n), make([]float64, n/column.ScanBlock+1)
				column.Scan(op, dst, x, totals, before)
				acc := 0.0
				for i, v := range x {
					if i%column.ScanBlock == 0 {
						acc = kernels.Identity[float64](op)
					}
					want := acc
					if acc = kernels.Fold(op, acc, v); !before {
						want = acc
					}
					if !same(dst[i], want) || i == n-1 && !same(totals[i/column.ScanBlock], acc) {
						t.Fatalf("%v of %d, before %v: element %d is %v, want %v", op, n, before, i, dst[i], want)
					}
				}
				column.Scan(op, x, x, totals, before)
				for i := range x {
					if !same(x[i], dst[i]) {
						t.Fatalf("in place, element %d is %v, want %v", i, x[i], dst[i])
					}
				}
			}
		}
	}
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

func TestKeep(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 3))
	for n := range 70 {
		x, dst, keep := numbers(r, n), make([]float64, n), make([]uint64, n)
		var want []float64
		for i := range keep {
			if keep[i] = r.Uint64(); keep[i]>>7&1 == 1 {
				want = append(want, x[i])
			}
		}
		k := column.Keep(dst, x, keep, 7)
		if k != len(want) {
			t.Fatalf("%d kept, want %d", k, len(want))
		}
		for i := range want {
			if !same(dst[i], want[i]) {
				t.Fatalf("element %d is %v, want %v", i, dst[i], want[i])
			}
		}
	}
}
