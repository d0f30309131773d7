package num

import (
	"unsafe"

	"github.com/triad-go/triad/internal/ieee"
	"github.com/triad-go/triad/symbolic"
)

// Term is the expression in a [Num]. The zero Term is the constant 0.0.
type Term struct {
	_     [0]func() // not comparable: == on terms would mean another thing than on floats
	e     symbolic.Expr
	given uint64 // 1 if e is not the zero value; also, it makes Term larger than a float64 everywhere
}

const _ = uint(unsafe.Sizeof(Term{}) - 9) // see Real

// FromExpr is e as a Num. An exact number stays exact; see package symbolic for
// what that means.
func FromExpr(e symbolic.Expr) Num[Term] { return Of(termOf(e)) }

// Exprs are the expressions of some Nums.
func Exprs(x ...Num[Term]) []symbolic.Expr {
	es := make([]symbolic.Expr, len(x))
	for i, n := range x {
		es[i] = n.v.Expr()
	}
	return es
}

// Expr is the expression.
func (t Term) Expr() symbolic.Expr {
	if t.given == 0 {
		return symbolic.Const(0)
	}
	return t.e
}

func (t Term) String() string { return t.Expr().String() }

func termOf(e symbolic.Expr) Term { return Term{e: e, given: 1} }

// The operations on terms, in place as those on floats.

func termConst(a unsafe.Pointer, c float64) { *(*Term)(a) = termOf(symbolic.Const(c)) }

func term1(f expr1, a unsafe.Pointer) {
	t := (*Term)(a)
	*t = termOf(f(t.Expr()))
}

func term2(f expr2, a, b unsafe.Pointer) {
	t := (*Term)(a)
	*t = termOf(f(t.Expr(), (*Term)(b).Expr()))
}

// otherFMA is FMA where it is not one of float64.
func otherFMA(a, b, c unsafe.Pointer, size uintptr) {
	if size == 4 {
		*(*float32)(a) = ieee.FMA(*(*float32)(a), *(*float32)(b), *(*float32)(c))
		return
	}
	t := (*Term)(a)
	*t = termOf(symbolic.FMA(t.Expr(), (*Term)(b).Expr(), (*Term)(c).Expr()))
}

// other1 is a function of one argument where that is not a float64.
func other1(f real1, g expr1, a unsafe.Pointer, size uintptr) {
	if size == 4 {
		call1[float32](f, a)
		return
	}
	term1(g, a)
}

// other2 is a function of two arguments where they are not float64.
func other2(f real2, g expr2, a, b unsafe.Pointer, size uintptr) {
	if size == 4 {
		call2[float32](f, a, b)
		return
	}
	term2(g, a, b)
}
