package symbolic_test

import (
	"fmt"
	"math"
	"testing"

	. "github.com/triad-go/triad/symbolic"
)

func TestZZ(t *testing.T) {
	x := Var("x")
	fmt.Println(GoFunc(Func{}, Select(Eq(Pi(), Const(math.Pi)), x, Int(7))))
	f, _ := Register(Function{Name: "f", Arity: 1, Eval: func(a []float64) float64 { return a[0] }})
	fmt.Println(GoFunc(Func{}, Call(f, x.Mul(x)).Add(x)))
	g, _ := Register(Function{Name: "gg", Arity: 1, Go: "special.G"})
	fmt.Println(GoFunc(Func{}, Call(g, x).Add(Var("special"))))
	fmt.Println(CFunc(Func{}, Var("_Bool").Add(Var("M_PI")).Add(Var("__x"))))
	fmt.Println(GoFunc(Func{Name: "type"}, x))
	fmt.Println(GoFunc(Func{Package: "p", Imports: []string{"math"}}, Sin(x)))
	fmt.Println(GoFunc(Func{}, Digamma(x)))
	fmt.Println(LaTeX(MustParse("a + -b")), LaTeX(MustParse("a - -b")), LaTeX(MustParse("x_ + _x + x__y")), LaTeX(MustParse("a - -2*b")))
}
