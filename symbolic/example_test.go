package symbolic_test

import (
	"errors"
	"fmt"

	"github.com/triad-go/triad/symbolic"
)

func Example() {
	s, b, c := symbolic.Var("s"), symbolic.Var("b"), symbolic.Var("c")
	triad := b.Add(s.Mul(c))
	fmt.Println(triad)
	fmt.Println(triad == symbolic.MustParse("b + s * c"))
	fmt.Println(triad == symbolic.MustParse("s*c + b")) // another order, another term
	fmt.Println(symbolic.Vars(triad))
	// Output:
	// b + s*c
	// true
	// false
	// [b s c]
}

// Exact numbers are computed with at once, float64 constants never.
func Example_numbers() {
	x := symbolic.Var("x")
	fmt.Println(symbolic.Rat(1, 3).Add(symbolic.Rat(1, 6)).Mul(x))
	fmt.Println(symbolic.MustParse("2^100 + 1"))
	fmt.Println(symbolic.MustParse("0.5 + 0.25"))
	fmt.Println(symbolic.MustParse("x + 0"))
	// Output:
	// 1/2*x
	// 1267650600228229401496703205377
	// 0.5 + 0.25
	// x + 0
}

func ExampleParse() {
	e, err := symbolic.Parse("select(x < 0, -x^2, sqrt(x)/3)")
	fmt.Println(e, err)

	_, err = symbolic.Parse("a + (b*c")
	fmt.Println(err)
	var syntax *symbolic.SyntaxError
	if errors.As(err, &syntax) {
		fmt.Println(syntax.Offset)
	}
	// Output:
	// select(x < 0, -x^2, sqrt(x)/3) <nil>
	// symbolic: offset 8 of "a + (b*c": expected ")" for the "(" 4 bytes before, found the end
	// 8
}

func ExampleSelect() {
	x := symbolic.Var("x")
	zero := symbolic.Const(0)
	fmt.Println(symbolic.Select(symbolic.And(symbolic.Ge(x, zero), symbolic.Not(symbolic.Gt(x, symbolic.Const(1)))), x, zero))
	// Output: select(x >= 0.0 && !(x > 1.0), x, 0.0)
}

// A term is taken apart by its operation and arguments.
func ExampleExpr_Op() {
	e := symbolic.MustParse("a^3 - 2.5")
	fmt.Println(e.Op(), e.NumArgs())
	p, v := e.Arg(0), e.Arg(1)
	fmt.Println(p.Op(), p.Arg(0).Name(), p.Exponent())
	f, ok := v.Float64()
	fmt.Println(v.Op(), f, ok)
	// Output:
	// sub 2
	// pow a 3
	// float 2.5 true
}

// A shared subterm is visited once, after what it is made of.
func ExamplePostorder() {
	d := symbolic.MustParse("a - b")
	for e := range symbolic.Postorder(d.Mul(d), d.Sqrt()) {
		fmt.Println(e)
	}
	// Output:
	// a
	// b
	// a - b
	// (a - b)*(a - b)
	// sqrt(a - b)
}
