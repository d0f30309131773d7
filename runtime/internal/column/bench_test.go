package column_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
)

// BenchmarkColumn is one chunk of 16384 elements in the second-level cache.
func BenchmarkColumn(b *testing.B) {
	const n = 16384
	x, y, totals := make([]float64, n), make([]float64, n), make([]float64, n/column.ScanBlock)
	keep := make([]uint64, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range x {
		x[i] = r.NormFloat64()
		keep[i] = r.Uint64N(2)
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
	run("scan", func() { column.Scan(kernels.Sum, y, x, totals, false) })
	run("keep", func() { column.Keep(y, x, keep, 0) })
	var ragged []int32
	for at := 0; at < n; at += r.IntN(20) {
		ragged = append(ragged, int32(at))
	}
	run("fold/ragged", func() { column.FoldAll(kernels.Sum, y[:len(ragged)-1], x, ragged) })
	for _, length := range []int{3, 5, 10, 100} {
		var bounds []int32
		for i := 0; i <= n; i += length {
			bounds = append(bounds, int32(i))
		}
		run(fmt.Sprintf("fold/%d", length), func() {
			column.FoldAll(kernels.Sum, y[:len(bounds)-1], x, bounds)
		})
	}
}
