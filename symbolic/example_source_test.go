package symbolic_test

import (
	"fmt"

	. "github.com/triad-go/triad/symbolic"
)

func ExampleGoFunc() {
	d := MustParse("x - y")
	text, err := GoFunc(Func{Name: "energy"}, d.Mul(d).Add(MustParse("k*x^3/3")), Min(d, Const(2)))
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(text)
	// Output:
	// func energy(x, y, k float64) (float64, float64) {
	// 	t1 := x - y
	// 	t2 := 2.0
	// 	if t1 < 2.0 {
	// 		t2 = t1
	// 	}
	// 	return float64(t1 * t1) + k * (x * x * x) / 3.0, t2
	// }
}

// The right side of a differential equation, over slices.
func ExampleGoFunc_slices() {
	u := Array("u", 2)
	text, err := GoFunc(Func{
		Package: "pendulum",
		Name:    "Slope",
		Out:     "du",
		Params:  []Param{{Name: "u", Vars: u}, {Name: "g"}},
	}, u[1], Var("g").Neg().Mul(Sin(u[0])))
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(text)
	// Output:
	// package pendulum
	//
	// import "math"
	//
	// func Slope(du []float64, u []float64, g float64) {
	// 	du[0] = u[1]
	// 	du[1] = float64(-g * math.Sin(u[0]))
	// }
}

func ExampleCFunc() {
	d := MustParse("x - y")
	text, err := CFunc(Func{Name: "energy"}, d.Mul(d).Add(MustParse("0.1*max(x, k)")))
	if err != nil {
		fmt.Println(err)
	}
	fmt.Print(text)
	// Output:
	// double energy(double x, double y, double k)
	// {
	// #pragma STDC FP_CONTRACT OFF
	// 	const double t1 = x - y;
	// 	return t1 * t1 + 0x1.999999999999ap-04 * (x > k ? x : k);
	// }
}

func ExampleLaTeX() {
	fmt.Println(LaTeX(MustParse("select(x1 < 0, -x1^2, sqrt(x1)/3)*sin(alpha)")))
	// Output: \left(\begin{cases} -x_{1}^{2} & \text{if } x_{1} < 0 \\ \frac{\sqrt{x_{1}}}{3} & \text{otherwise} \end{cases}\right) \sin\left(\alpha\right)
}

func ExampleGraphviz() {
	d := MustParse("x - 1")
	fmt.Print(Graphviz(Plus(Times(Int(2), Power(d, Int(3)), Var("y")), Sin(d))))
	// Output:
	// digraph {
	// 	node [fontname="Helvetica"];
	// 	n0 [label="y", shape=box];
	// 	n1 [label="x", shape=box];
	// 	n2 [label="1", shape=box];
	// 	n3 [label="-"];
	// 	n3 -> n1;
	// 	n3 -> n2;
	// 	n4 [label="*"];
	// 	n4 -> n0;
	// 	n4 -> n3 [label="3"];
	// 	n5 [label="sin"];
	// 	n5 -> n3;
	// 	n6 [label="+", peripheries=2];
	// 	n6 -> n4 [label="2"];
	// 	n6 -> n5;
	// }
}
