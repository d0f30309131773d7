package symbolic_test

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/triad-go/triad/symbolic"
)

var sink symbolic.Expr

func BenchmarkExisting(b *testing.B) {
	x, y, z := symbolic.Var("x"), symbolic.Var("y"), symbolic.Var("z")
	e := x.Add(y)
	b.Run("add", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = x.Add(y)
		}
	})
	f := symbolic.FMA(x, y, z)
	b.Run("fma", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = symbolic.FMA(x, y, z)
		}
	})
	b.Run("var", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = symbolic.Var("x")
		}
	})
	one := symbolic.Int(1)
	b.Run("int", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink = symbolic.Int(1)
		}
	})
	b.Run("add-parallel", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if x.Add(y) != e {
					panic("not the same term")
				}
			}
		})
	})
	_, _ = f, one // held, so that they exist
}

// many is more terms than the caches hold, to look up in no order.
func BenchmarkExistingMany(b *testing.B) {
	const n = 1 << 18
	x := symbolic.Var("x")
	nums, terms := make([]symbolic.Expr, n), make([]symbolic.Expr, n)
	for i := range nums {
		nums[i] = symbolic.Int(int64(i + 1))
		terms[i] = x.Add(nums[i])
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i = (i + 7919) % n
		sink = x.Add(nums[i])
	}
	_ = terms
}

// Each term is new, in chains of 100,000: longer ones held would measure the
// collector.
func BenchmarkNew(b *testing.B) {
	var names atomic.Int64
	chain := func(i int, e *symbolic.Expr, x *symbolic.Expr) {
		if i%100_000 == 0 {
			*x = symbolic.Var(fmt.Sprintf("x%d", names.Add(1)))
			*e = *x
		}
		*e = e.Mul(*x)
	}
	b.Run("serial", func(b *testing.B) {
		b.ReportAllocs()
		var e, x symbolic.Expr
		for i := 0; b.Loop(); i++ {
			chain(i, &e, &x)
		}
	})
	b.Run("parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			var e, x symbolic.Expr
			for i := 0; pb.Next(); i++ {
				chain(i, &e, &x)
			}
		})
	})
}

func BenchmarkParse(b *testing.B) {
	long := strings.TrimSuffix(strings.Repeat("(a*x^2 - 3/7*b)/c + ", 5000), " + ")
	for _, c := range []struct{ name, text string }{
		{"triad", "b + s*c"},
		{"100kB", long},
		{"nested100kB", strings.Repeat("(", 50_000) + "x" + strings.Repeat(")", 50_000)},
		{"number100kB", strings.Repeat("7", 100_000)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				sink = symbolic.MustParse(c.text)
			}
		})
	}
}

func BenchmarkString(b *testing.B) {
	e := symbolic.MustParse("(a*x^2 - 3/7*b)/c + sqrt(1.5*d)")
	sum := e
	for range 2500 {
		sum = sum.Add(e)
	}
	for _, c := range []struct {
		name string
		e    symbolic.Expr
	}{{"small", e}, {"100kB", sum}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(c.e.String())))
			for b.Loop() {
				_ = c.e.String()
			}
		})
	}
}

func BenchmarkVars(b *testing.B) {
	e := symbolic.MustParse("(a*x^2 - 3/7*b)/c + sqrt(1.5*d)")
	b.ReportAllocs()
	for b.Loop() {
		_ = symbolic.Vars(e)
	}
}
