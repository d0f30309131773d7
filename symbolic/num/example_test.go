package num_test

import (
	"fmt"

	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/num"
)

// lorenz is the right-hand side of Lorenz's equations.
func lorenz[T num.Real](x, y, z num.Num[T]) (dx, dy, dz num.Num[T]) {
	c := num.Const[T]
	dx = c(10).Mul(y.Sub(x))
	dy = x.Mul(c(28).Sub(z)).Sub(y)
	dz = x.Mul(y).Sub(c(8.0 / 3).Mul(z))
	return
}

// One function, on float64, on float32 and on expressions.
func Example() {
	fmt.Println(lorenz(num.Of(1.0), num.Of(2.0), num.Of(3.0)))
	fmt.Println(lorenz(num.Of[float32](1), num.Of[float32](2), num.Of[float32](3)))
	fmt.Println(lorenz(num.FromExpr(symbolic.Var("x")), num.FromExpr(symbolic.Var("y")), num.FromExpr(symbolic.Var("z"))))
	// Output:
	// 10 23 -6
	// 10 23 -6
	// 10.0*(y - x) x*(28.0 - z) - y x*y - 2.6666666666666665*z
}

// dot is the inner product of two slices of one length.
func dot[T num.Real](x, y []num.Num[T]) (s num.Num[T]) {
	for i := range x {
		s = s.Add(x[i].Mul(y[i]))
	}
	return s
}

// Slices of floats need no copy.
func ExampleSlice() {
	x, y := []float64{1, 2, 3}, []float64{4, 5, 6}
	fmt.Println(dot(num.Slice(x), num.Slice(y)))
	// Output:
	// 32
}

// A function with other parameters is traced through a closure.
func ExampleTrace() {
	e, err := num.Trace(func(v []num.Num[num.Term]) num.Num[num.Term] {
		return dot(v[:2], v[2:])
	}, append(symbolic.Array("x", 2), symbolic.Array("y", 2)...)...)
	fmt.Println(e, err)

	_, err = num.Trace(dot[num.Term], symbolic.Var("x"))
	fmt.Println(err)
	// Output:
	// [0.0 + x[0]*y[0] + x[1]*y[1]] <nil>
	// num: tracing func([]num.Num[num.Term], []num.Num[num.Term]) num.Num[num.Term]: parameter 0 is []num.Num[num.Term], not num.Num[num.Term] or, as the last one, a slice of it
}

// A comparison gives no bool, so a choice is made with Select.
func ExampleSelect() {
	fmt.Println(relu(num.Of(-2.0)), relu(num.Of(3.0)), relu(num.FromExpr(symbolic.Var("x"))))
	// Output:
	// 0 3 select(x > 0.0, x, 0.0)
}

func relu[T num.Real](x num.Num[T]) num.Num[T] {
	zero := num.Const[T](0)
	return num.Select(num.Gt(x, zero), x, zero)
}
