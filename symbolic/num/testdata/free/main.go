// Command free holds functions twice, over num.Num and over float64, for
// TestFree, which compares the machine code.
package main

import (
	"fmt"
	"math"

	. "github.com/triad-go/triad/symbolic/num"
)

//go:noinline
func lorenz[T Real](x, y, z Num[T]) (dx, dy, dz Num[T]) {
	c := Const[T]
	dx = c(10).Mul(y.Sub(x))
	dy = x.Mul(c(28).Sub(z)).Sub(y)
	dz = x.Mul(y).Sub(c(8.0 / 3).Mul(z))
	return
}

//go:noinline
func plainLorenz[F float64 | float32](x, y, z F) (dx, dy, dz F) {
	dx = 10 * (y - x)
	dy = F(x*(28-z)) - y
	dz = F(x*y) - F(8.0/3*z)
	return
}

//go:noinline
func dot[T Real](x, y []Num[T]) (s Num[T]) {
	for i := range x {
		s = s.Add(x[i].Mul(y[i]))
	}
	return s
}

//go:noinline
func plainDot[F float64 | float32](x, y []F) (s F) {
	for i := range x {
		s += F(x[i] * y[i])
	}
	return s
}

//go:noinline
func norm[T Real](dst, x, y []Num[T]) {
	for i := range x {
		a, b := x[i].Abs(), y[i].Neg()
		dst[i] = a.Mul(a).Add(b.Mul(b)).Sqrt().Div(Max(a, Min(b, Const[T](1))))
	}
}

//go:noinline
func plainNorm[F float64 | float32](dst, x, y []F) {
	for i := range x {
		a, b := F(math.Abs(float64(x[i]))), -y[i]
		m := F(1)
		if b < 1 {
			m = b
		}
		if a > m {
			m = a
		}
		dst[i] = F(math.Sqrt(float64(F(a*a)+F(b*b)))) / m
	}
}

//go:noinline
func huber[T Real](dst, x []Num[T]) {
	half, one := Const[T](0.5), Const[T](1)
	for i, a := range x {
		flat := And(Ge(a, one.Neg()), Not(Gt(a, one)))
		dst[i] = Select(flat, half.Mul(a).Mul(a), a.Sub(half))
	}
}

//go:noinline
func plainHuber[F float64 | float32](dst, x []F) {
	for i, a := range x {
		q, l := F(F(0.5*a)*a), a-0.5
		if a >= -1 && !(a > 1) {
			dst[i] = q
		} else {
			dst[i] = l
		}
	}
}

func main() {
	x, y := []float64{1, 2}, []float32{1, 2}
	norm(Slice(x), Slice(x), Slice(x))
	norm(Slice(y), Slice(y), Slice(y))
	plainNorm(x, x, x)
	plainNorm(y, y, y)
	huber(Slice(x), Slice(x))
	huber(Slice(y), Slice(y))
	plainHuber(x, x)
	plainHuber(y, y)
	fmt.Println(dot(Slice(x), Slice(x)), dot(Slice(y), Slice(y)), plainDot(x, x), plainDot(y, y))
	fmt.Println(lorenz(Of(x[0]), Of(x[0]), Of(x[1])))
	fmt.Println(lorenz(Of(y[0]), Of(y[0]), Of(y[1])))
	fmt.Println(plainLorenz(x[0], x[0], x[1]))
	fmt.Println(plainLorenz(y[0], y[0], y[1]))
}
