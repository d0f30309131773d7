package kernels_test

import (
	"testing"

	"github.com/triad-go/triad/kernels"
)

// BenchmarkCombine folds the blocks of 640 MB of float64.
func BenchmarkCombine(b *testing.B) {
	p := kernels.Must(kernels.Parse("sum", "s = sum(a)")).Program(kernels.Float64)
	f := p.NewFrame(80_000_000)
	for b.Loop() {
		p.Combine(f)
	}
}
