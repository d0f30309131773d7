package egraph_test

import (
	"context"
	"testing"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/symbolic"
)

// Everyday kernels have some twenty operations at most; each should take less
// than 3 ms.
func BenchmarkOptimizeEveryday(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"poly8", "1 + 2*x + 3*x^2 + 4*x^3 + 5*x^4 + 6*x^5 + 7*x^6 + 8*x^7 + 9*x^8"},
		{"lj", "4*e*((s/r)^12 - (s/r)^6)"},
		{"rk", "y + h/6*(k1 + 2*k2 + 2*k3 + k4)"},
		{"quad", "(-b + sqrt(b^2 - 4*a*c))/(2*a)"},
		{"norm", "x/sqrt(x*x + y*y + z*z)"},
		{"det3", "a*(e*i - f*h) - b*(d*i - f*g) + c*(d*h - e*g)"},
		{"triad", "b + s*c"},
		{"var", "(x - m)*(x - m)/n + (y - m)*(y - m)/n + (z - m)*(z - m)/n"},
	} {
		b.Run(c.name, func(b *testing.B) {
			e := symbolic.MustParse(c.text)
			var o egraph.Optimizer
			var r *egraph.Result
			for b.Loop() {
				var err error
				if r, err = o.Optimize(context.Background(), e); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(r.Nodes), "nodes")
			b.ReportMetric(float64(r.Before.Ops), "before")
			b.ReportMetric(float64(r.After.Ops), "after")
		})
	}
}
