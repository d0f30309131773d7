package symbolic_test

import (
	"fmt"

	. "github.com/triad-go/triad/symbolic"
)

// What a term is written as is read back exactly: a faithful term by Parse, a
// canonical one by ParseCanonical.
func ExampleExpr_String() {
	x, y := Var("x"), Var("y")
	faithful := x.Add(y).Add(x).Div(Int(3))
	canonical := Canonical(faithful)
	fmt.Println(faithful)
	fmt.Println(canonical)
	fmt.Println(canonical.Add(x)) // of both forms
	// Output:
	// (x + y + x)/3
	// 2*x/3 + y/3
	// canonical(2*x/3 + y/3) + x
}

func ExampleParseCanonical() {
	e, err := ParseCanonical("(x + y)*(x + y)/x - sin(-x) + 2*sin(x)")
	fmt.Println(e, err)
	_, err = ParseCanonical("2*sinus(x)")
	fmt.Println(err)
	// Output:
	// (x + y)^2/x + 3*sin(x) <nil>
	// symbolic: offset 2 of "2*sinus(x)": expected the name of a function, found "sinus"
}

func ExampleSExpr() {
	e := MustParse("sqrt(x[1,2]) - 3*y^2")
	fmt.Println(SExpr(e))
	back, err := ParseSExpr("(- (sqrt x[1,2]) (* 3 (^ y 2)))")
	fmt.Println(back == e, err)
	// Output:
	// (- (sqrt x[1,2]) (* 3 (^ y 2)))
	// true <nil>
}

// A term that shares its parts is short with names for them, and may be longer
// than any memory without.
func ExampleLet() {
	e := MustParse("x + y")
	for range 3 {
		e = e.Mul(e)
	}
	fmt.Println(Let(e, e.Neg()))
	back, err := ParseLet(Let(e, e.Neg()))
	fmt.Println(back[0] == e, len(back), err)
	fmt.Println(Brief(e, 30))
	// Output:
	// t1 = x + y;
	// t2 = t1*t1;
	// t3 = t2*t2;
	// t4 = t3*t3;
	// t4;
	// -t4
	// true 2 <nil>
	// (x + y)*(x + y)*((x + y)*(x + …
}
