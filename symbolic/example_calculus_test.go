package symbolic_test

import (
	"fmt"

	"github.com/triad-go/triad/symbolic"
)

func ExampleDiff() {
	x := symbolic.Var("x")
	e := symbolic.MustParse("x*x*y/(x + 1)")
	d, _ := symbolic.Diff(e, x)
	fmt.Println(d)
	d, _ = symbolic.Diff(symbolic.Canonical(e), x)
	fmt.Println(symbolic.Faithful(d))
	// Output:
	// ((x + x)*y - x*x*y/(x + 1))/(x + 1)
	// -x^2*y/(x + 1)^2 + 2*x*y/(x + 1)
}

// Columns of one colour have no row in common, so two directional derivatives
// are enough for this matrix, whatever its size.
func ExampleSparseJacobian() {
	u := symbolic.Array("u", 6)
	rates := make([]symbolic.Expr, 5)
	for i := range rates {
		rates[i] = symbolic.Times(u[i], u[i+1])
	}
	m, _ := symbolic.SparseJacobian(rates, u)
	colour, colours := m.Colouring()
	fmt.Println(m.Len(), "elements, columns of", colours, "colours:", colour)
	// Output:
	// 10 elements, columns of 2 colours: [1 0 1 0 1 0]
}

func ExampleTaylor() {
	x := symbolic.Var("x")
	p, _ := symbolic.Taylor(symbolic.MustParse("1/(x - x^2) - 1/x"), x, symbolic.Int(0), 3)
	fmt.Println(symbolic.Faithful(p))
	// Output:
	// x^3 + x^2 + x + 1
}

func ExampleSolve() {
	parse := symbolic.MustParse
	x, _ := symbolic.Solve([][]symbolic.Expr{
		{parse("a"), parse("1")},
		{parse("1"), parse("a")},
	}, []symbolic.Expr{parse("1"), parse("b")})
	fmt.Println(symbolic.Faithful(x[0]))
	fmt.Println(symbolic.Faithful(x[1]))
	// Output:
	// (a - b)/(a^2 - 1)
	// (a*b - 1)/(a^2 - 1)
}

func ExamplePiecewise() {
	x := symbolic.Var("x")
	ramp := symbolic.Piecewise(symbolic.Int(1),
		symbolic.Case{Cond: symbolic.MustParse("x < 0"), Value: symbolic.Int(0)},
		symbolic.Case{Cond: symbolic.MustParse("x < 1"), Value: x})
	fmt.Println(ramp)
	// Output:
	// select(x < 0, 0, select(x < 1, x, 1))
}
