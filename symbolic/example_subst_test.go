package symbolic_test

import (
	"fmt"

	"github.com/triad-go/triad/symbolic"
)

func ExampleSubst() {
	x, y := symbolic.Var("x"), symbolic.Var("y")
	e, _ := symbolic.ParseCanonical("x^2 + 2*x*y + sin(x)")
	// All at once: x and y change places.
	fmt.Println(symbolic.Subst(e, map[symbolic.Expr]symbolic.Expr{x: y, y: x}))
	fmt.Println(symbolic.Subst(e, map[symbolic.Expr]symbolic.Expr{x: symbolic.Rat(1, 2), symbolic.Sin(x): y}))
	// Output:
	// 2*x*y + y^2 + sin(y)
	// 2*y + 1/4
}

func ExampleSubstAll() {
	define := func(defs map[string]string) map[symbolic.Expr]symbolic.Expr {
		to := map[symbolic.Expr]symbolic.Expr{}
		for name, text := range defs {
			to[symbolic.Var(name)] = symbolic.MustParse(text)
		}
		return to
	}
	e := symbolic.MustParse("force/mass")
	fmt.Println(symbolic.SubstAll(e, define(map[string]string{"force": "charge*field", "field": "voltage/distance"})))
	_, err := symbolic.SubstAll(e, define(map[string]string{"force": "mass*a", "a": "force/mass"}))
	fmt.Println(err)
	// Output:
	// charge*(voltage/distance)/mass <nil>
	// symbolic: substitution: a cycle: force -> a -> force
}
