package symbolic_test

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/triad-go/triad/symbolic"
)

// An Evaluator is made once, and evaluates without allocating.
func ExampleEvaluator() {
	x, y := symbolic.Var("x"), symbolic.Var("y")
	e := symbolic.MustParse("x^2 + sin(y)")
	slope, err := symbolic.Gradient(e, []symbolic.Expr{x, y})
	if err != nil {
		fmt.Println(err)
		return
	}
	ev, err := symbolic.NewEvaluator([]symbolic.Expr{x, y}, e, slope[0], slope[1])
	if err != nil {
		fmt.Println(err)
		return
	}
	dst := make([]float64, 3)
	for _, v := range []float64{1, 2, 3} {
		if err := ev.Eval(dst, []float64{v, 0}); err != nil {
			fmt.Println(err)
		}
		fmt.Println(dst)
	}
	// Output:
	// [1 2 1]
	// [4 4 1]
	// [9 6 1]
}

func ExampleEvalBig() {
	// Nearly an integer.
	v, err := symbolic.EvalBig(symbolic.MustParse("exp(pi()*sqrt(163))"), 200, nil)
	fmt.Printf("%.15f %v\n", v, err)

	_, err = symbolic.EvalBig(symbolic.MustParse("log(x)"), 200, map[symbolic.Expr]*big.Float{symbolic.Var("x"): big.NewFloat(-1)})
	fmt.Println(err)
	// Output:
	// 262537412640768743.999999999999250 <nil>
	// symbolic: evaluate: function log has no value at its arguments
}

func ExampleEvalRat() {
	x := symbolic.Var("x")
	at := map[symbolic.Expr]*big.Rat{x: big.NewRat(9, 4)}
	v, err := symbolic.EvalRat(symbolic.MustParse("sqrt(x) + x^-1"), at)
	fmt.Println(v, err)

	_, err = symbolic.EvalRat(symbolic.MustParse("sqrt(x + 1)"), at)
	fmt.Println(err)
	var e *symbolic.EvalError
	if errors.As(err, &e) {
		fmt.Println(e.Term)
	}
	// Output:
	// 35/18 <nil>
	// symbolic: evaluate: a term with operation sqrt is not rational
	// sqrt(x + 1)
}
