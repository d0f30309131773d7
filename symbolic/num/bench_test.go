package num_test

import (
	"testing"

	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/num"
)

func plainLorenz[F float](x, y, z F) (dx, dy, dz F) {
	dx = 10 * (y - x)
	dy = F(x*(28-z)) - y
	dz = F(x*y) - F(8.0/3*z)
	return
}

func plainDot[F float](x, y []F) (s F) {
	for i := range x {
		s += F(x[i] * y[i])
	}
	return s
}

const step = 1.0 / 1024

func euler[T num.Real](n int, x, y, z num.Num[T]) num.Num[T] {
	h := num.Const[T](step)
	for range n {
		dx, dy, dz := lorenz(x, y, z)
		x, y, z = x.Add(h.Mul(dx)), y.Add(h.Mul(dy)), z.Add(h.Mul(dz))
	}
	return x.Add(y).Add(z)
}

func plainEuler[F float](n int, x, y, z F) F {
	for range n {
		dx, dy, dz := plainLorenz(x, y, z)
		x, y, z = x+F(step*dx), y+F(step*dy), z+F(step*dz)
	}
	return x + y + z
}

func BenchmarkLorenz(b *testing.B) {
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			plainEuler(1000, 1.0, 1.0, 1.0)
		}
	})
	b.Run("num", func(b *testing.B) {
		for b.Loop() {
			euler(1000, num.Of(1.0), num.Of(1.0), num.Of(1.0))
		}
	})
	b.Run("trace", func(b *testing.B) {
		x, y, z := num.FromExpr(symbolic.Var("x")), num.FromExpr(symbolic.Var("y")), num.FromExpr(symbolic.Var("z"))
		b.ReportAllocs()
		for b.Loop() {
			lorenz(x, y, z)
		}
	})
}

func BenchmarkDot(b *testing.B) {
	b.Run("float64", benchmarkDot[float64])
	b.Run("float32", benchmarkDot[float32])
}

func benchmarkDot[F float](b *testing.B) {
	x, y := make([]F, 1000), make([]F, 1000)
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			plainDot(x, y)
		}
	})
	b.Run("num", func(b *testing.B) {
		for b.Loop() {
			dot(num.Slice(x), num.Slice(y))
		}
	})
}
