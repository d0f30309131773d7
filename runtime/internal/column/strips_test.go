package column_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
)

func TestStrips(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 1))
	for _, n := range []int{0, 1, 63, 64, 65, 511, 512, 513, 1000, 1024, 2047, 2048, 2049, 4096, 5000} {
		stride := (n+column.StripLen-1)/column.StripLen + r.IntN(3) + 8
		x, rows, back, room := numbers(r, n), make([]float64, stride*column.StripLen), make([]float64, n), make([]float64, column.StripRoom)
		column.ToStrips(rows, x, stride, room)
		for i, v := range x {
			if got := rows[i%column.StripLen*stride+i/column.StripLen]; !same(got, v) {
				t.Fatalf("of %d, element %d is %v, want %v", n, i, got, v)
			}
		}
		column.FromStrips(back, rows, stride, room)
		if !slices.EqualFunc(back, x, same) {
			t.Fatalf("%d elements came back as others", n)
		}
	}
}

func TestScanSegments(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for n := range 60 {
		x, dst := numbers(r, n), make([]float64, n)
		var heads []int32
		for range r.IntN(6) {
			heads = append(heads, int32(r.IntN(n+1)))
		}
		slices.Sort(heads)
		for _, op := range reductions {
			id := kernels.Identity[float64](op)
			total, want := column.ScanSegments(op, dst, x, heads), id
			for i := range n + 1 {
				if slices.Contains(heads, int32(i)) {
					want = id
				}
				if i == n {
					break
				}
				if want = kernels.Fold(op, want, x[i]); !same(dst[i], want) {
					t.Fatalf("%v with heads %v: element %d is %v, want %v", op, heads, i, dst[i], want)
				}
			}
			if !same(total, want) {
				t.Fatalf("%v with heads %v: the fold is %v, want %v", op, heads, total, want)
			}
			column.ScanSegments(op, x, x, heads)
			if !slices.EqualFunc(x, dst, same) {
				t.Fatalf("%v with heads %v differs in place", op, heads)
			}
		}
	}
}
