package column_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
	"github.com/triad-go/triad/simd"
)

// BenchmarkColumn is one chunk of 16384 elements in the second-level cache.
func BenchmarkColumn(b *testing.B) {
	const n = 16384
	x, y, totals := make([]float64, n), make([]float64, n), make([]float64, n/column.ScanBlock)
	keep := make([]float64, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range x {
		x[i] = r.NormFloat64()
		keep[i] = float64(r.IntN(2))
	}
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(8 * n)
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
		})
	}
	run("scan", func() { column.Scan(simd.Best(), kernels.Sum, y, x, totals, false, 0) })
	run("keep", func() { column.Keep(simd.Best(), y, x, keep, 0) })
	var ragged []int64
	for at := 0; at < n; at += r.IntN(20) {
		ragged = append(ragged, int64(at))
	}
	run("fold/ragged", func() { column.FoldAll(simd.Best(), kernels.Sum, y[:len(ragged)-1], x, 0, ragged, 20, 0) })
	for _, length := range []int{3, 5, 10, 100} {
		var bounds []int64
		for i := 0; i <= n; i += length {
			bounds = append(bounds, int64(i))
		}
		run(fmt.Sprintf("fold/%d", length), func() {
			column.FoldAll(simd.Best(), kernels.Sum, y[:len(bounds)-1], x, 0, bounds, length, 0)
		})
	}
}
