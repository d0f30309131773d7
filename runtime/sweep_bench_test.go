package runtime_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

const (
	heatText  = "v = u + k*(at(u,-1,0) + at(u,1,0) + at(u,0,-1) + at(u,0,1) - 4*u)"
	heat3Text = "v = u + k*(at(u,-1,0,0) + at(u,1,0,0) + at(u,0,-1,0) + at(u,0,1,0) + at(u,0,0,-1) + at(u,0,0,1) - 6*u)"
)

// BenchmarkSweep is one step of the heat equation.
func BenchmarkSweep(b *testing.B) {
	for _, shape := range [][]int{{100, 100}, {1000, 1000}, {4096, 4096}, {40, 40, 40}, {128, 128, 128}, {400, 400, 400}} {
		text, n := heatText, 1
		if len(shape) == 3 {
			text = heat3Text
		}
		for _, s := range shape {
			n *= s
		}
		k := kernels.Must(kernels.Parse("heat", text, kernels.Scalars("k"), kernels.Edges(kernels.Edge{Kind: kernels.Clamp}, "u")))
		u, v := make([]float64, n), make([]float64, n)
		for i := range u {
			u[i] = float64(i % 17)
		}
		for _, name := range []string{"simd", "pool"} {
			b.Run(fmt.Sprintf("%v/%s", shape, name), func(b *testing.B) {
				ex, err := runtime.Open(name)
				if err != nil {
					b.Fatal(err)
				}
				defer ex.Close()
				call, err := ex.Bind(k, runtime.Args{"u": runtime.NewGrid(u, shape...), "v": runtime.NewGrid(v, shape...), "k": 0.1})
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(int64(16 * n))
				for b.Loop() {
					if err := call.Run(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
			})
		}
	}
}
