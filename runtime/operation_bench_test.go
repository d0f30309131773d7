package runtime_test

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// BenchmarkOperation is one launch over 2^20 elements of float64, and the plain loops beside.
func BenchmarkOperation(b *testing.B) {
	const n = 1 << 20
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
	perElement := func(b *testing.B) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/element")
	}
	lse, err := kernels.ParseOperation("lse", "a", "b", "select(a == b, a + log(2), max(a, b) + log1p(exp(-abs(a - b))))", "-inf")
	if err != nil {
		b.Fatal(err)
	}
	add, err := kernels.ParseOperation("add", "a", "b", "a + b", "0")
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		args       runtime.Args
	}{
		{"add", "y = scan(add, x)", runtime.Args{"y": y}},
		{"add/fold", "y = fold(add, x)", runtime.Args{"y": new(float64)}},
		{"add/segscan", "y = segscan(add, x, rows)", runtime.Args{"y": y, "rows": rows}},
		{"add/segments", "y = segments(add, x, rows)", runtime.Args{"y": make([]float64, len(rows)-1), "rows": rows}},
		{"lse", "y = scan(lse, x)", runtime.Args{"y": y}},
		{"lse/fold", "y = fold(lse, x)", runtime.Args{"y": new(float64)}},
		{"lse/segscan", "y = segscan(lse, x, rows)", runtime.Args{"y": y, "rows": rows}},
		{"sum/segscan", "y = segscan(sum, x, rows)", runtime.Args{"y": y, "rows": rows}},
		{"sum", "y = scan(sum, x)", runtime.Args{"y": y}},
	} {
		opts := []kernels.Option{kernels.Operations(lse, add)}
		if c.args["rows"] != nil {
			opts = append(opts, kernels.Typed(kernels.Int64, "rows"))
		}
		k := kernels.Must(kernels.Parse("k", c.text, opts...))
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
				for b.Loop() {
					if err := call.Run(context.Background()); err != nil {
						b.Fatal(err)
					}
				}
				perElement(b)
			})
		}
	}
	b.Run("lse/go", func(b *testing.B) {
		for b.Loop() {
			acc := math.Inf(-1)
			for i, v := range x {
				acc = max(acc, v) + math.Log1p(math.Exp(-math.Abs(acc-v)))
				y[i] = acc
			}
		}
		perElement(b)
	})
	b.Run("add/go", func(b *testing.B) {
		for b.Loop() {
			acc := 0.0
			for i, v := range x {
				acc += v
				y[i] = acc
			}
		}
		perElement(b)
	})
}
