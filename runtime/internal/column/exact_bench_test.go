package column_test

import (
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/runtime/internal/column"
)

// BenchmarkExact is one chunk of 16384 elements in the second-level cache.
func BenchmarkExact(b *testing.B) {
	const n = 16384
	x := make([]float64, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range x {
		x[i] = r.NormFloat64()
	}
	var s column.Exact
	b.SetBytes(8 * n)
	for b.Loop() {
		column.AddExact(&s, x)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
}
