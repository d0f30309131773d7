package runtime_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// BenchmarkSums is one launch over 2^17 elements of float64, which lie in cache.
func BenchmarkSums(b *testing.B) {
	const n = 1 << 17
	r := rand.New(rand.NewPCG(1, 2))
	x, wide, whole := make([]float64, n), make([]float64, n), make([]int64, n)
	for i := range x {
		x[i] = r.NormFloat64()
		whole[i] = r.Int64()
		wide[i] = math.Ldexp(x[i], r.IntN(400)-200)
	}
	var v float64
	var w int64
	for _, c := range []struct {
		name, text string
		x, v       any
	}{
		{"sum", "v = sum(x)", x, &v},
		{"exact", "v = exactsum(x)", x, &v},
		{"exact/wide", "v = exactsum(x)", wide, &v},
		{"compensated", "v = compsum(x)", x, &v},
		{"int64", "v = sum(x)", whole, &w},
		{"int64/min", "v = min(x)", whole, &w},
	} {
		var opts []kernels.Option
		if c.v == &w {
			opts = append(opts, kernels.Typed(kernels.Int64, "x"))
		}
		k := kernels.Must(kernels.Parse("k", c.text, opts...))
		for _, name := range []string{"sequential", "simd"} {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				ex, err := runtime.Open(name)
				if err != nil {
					b.Fatal(err)
				}
				defer ex.Close()
				call, err := ex.Bind(k, runtime.Args{"x": c.x, "v": c.v})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(8 * n)
				for b.Loop() {
					if err := call.Run(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
			})
		}
	}
}
