package runtime_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// BenchmarkCollect is one launch over 2^24 elements of float64 that lie in memory.
func BenchmarkCollect(b *testing.B) {
	const n = 1 << 24
	r := rand.New(rand.NewPCG(1, 2))
	x, y := make([]float64, n), make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	rows := []int64{0}
	for at := 0; at < n; {
		at = min(at+r.IntN(20), n)
		rows = append(rows, int64(at))
	}
	segments := make([]float64, len(rows)-1)
	var at int
	var v float64
	for _, c := range []struct {
		name, text string
		args       runtime.Args
		bytes      int64
	}{
		{"scan", "y = scan(sum, x)", runtime.Args{"y": y}, 16 * n},
		{"keep", "y = keep(x, x > 0)", runtime.Args{"y": y}, 12 * n},
		{"argmin", "i = argmin(x)", runtime.Args{"i": &at}, 8 * n},
		{"variance", "v = variance(x)", runtime.Args{"v": &v}, 8 * n},
		{"sum", "v = sum(x)", runtime.Args{"v": &v}, 8 * n},
		{"copy", "y = x", runtime.Args{"y": y}, 16 * n},
		{"segments", "s = segments(sum, x, rows)", runtime.Args{"s": segments, "rows": rows}, 8*n + 16*int64(len(segments))},
	} {
		var opts []kernels.Option
		if c.name == "segments" {
			opts = append(opts, kernels.Typed(kernels.Int64, "rows"))
		}
		k := kernels.Must(kernels.Parse(c.name, c.text, opts...))
		for _, name := range []string{"simd", "pool"} {
			b.Run(c.name+"/"+name, func(b *testing.B) {
				ex, err := runtime.Open(name)
				if err != nil {
					b.Fatal(err)
				}
				defer ex.Close()
				c.args["x"] = x
				call, err := ex.Bind(k, c.args)
				if err != nil {
					b.Fatal(err)
				}
				b.SetBytes(c.bytes)
				for b.Loop() {
					if err := call.Run(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
