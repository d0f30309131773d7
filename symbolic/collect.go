package symbolic

import (
	"fmt"
	"slices"

	"github.com/triad-go/triad/symbolic/internal/poly"
)

// PolynomialError says why a term is not a polynomial in some variables.
type PolynomialError struct {
	Var  Expr // that the term is no polynomial in, or that is none
	Term Expr // the factor where Var occurs in another way than as a natural power
	Msg  string
}

func (e *PolynomialError) Error() string {
	if e.Var.NumArgs() == 0 {
		return fmt.Sprintf("symbolic: %v %s", e.Var, e.Msg)
	}
	return fmt.Sprintf("symbolic: a term with operation %v %s", e.Var.Op(), e.Msg)
}

// Collect is e, expanded, as a sum of powers of x with a coefficient each:
// Collect of a*x^2 + x*(b + x) by x is x^2*(a + 1) + b*x. The coefficients do not
// hold x but in other ways than as an integer power: that of x^2 in x^2*sin(x) is
// sin(x).
//
// x is a variable, a call, or another term that is neither a number, a sum, a
// product nor a power. The error is a *[PolynomialError] for any other x, or a
// *[LimitError] from [Expand].
func Collect(e, x Expr) (Expr, error) {
	c, _, err := collection(e, x)
	if err != nil {
		return Expr{}, err
	}
	terms := make([]Expr, len(c))
	for i, t := range c {
		terms[i] = Times(t.coef, Expr{power(t.x.n, num{v: t.k})})
	}
	return Plus(terms...), nil
}

// Degree is the degree of e, expanded, as a polynomial in x, and -1 if e is 0.
// x is as for [Collect]. The error is a *[PolynomialError] if e is no polynomial
// in x, or a *[LimitError].
func Degree(e, x Expr) (int, error) {
	c, err := natural(collection(e, x))
	if err != nil || len(c) == 0 {
		return -1, err
	}
	if k := c[0].k; k <= poly.MaxDegree {
		return int(k), nil
	}
	return -1, errorIn(e.n, tooHigh())
}

// Coefficients is the coefficients of e, expanded, as a polynomial in x, by the
// power of x: none for 0, otherwise as many as the degree and one. x and errors
// are as for [Degree].
func Coefficients(e, x Expr) ([]Expr, error) {
	c, err := natural(collection(e, x))
	if err != nil || len(c) == 0 {
		return nil, err
	}
	if most := int64(1) << 20; c[0].k >= most {
		return nil, errorIn(e.n, &poly.LimitError{Op: "coefficients", What: "terms", Need: uint64(c[0].k) + 1, Max: uint64(most)})
	}
	list := make([]Expr, c[0].k+1)
	for _, t := range c {
		list[t.k] = t.coef
	}
	return list, nil
}

// multiple is the power x^k with its coefficient.
type multiple struct {
	x    Expr
	k    int64
	coef Expr
}

// collection is the powers of x in e, expanded, the highest first. other is a
// factor in which x occurs as something else than an integer power.
func collection(e, x Expr) (c []multiple, other *PolynomialError, err error) {
	if e, err = Expand(e); err != nil {
		return nil, nil, err
	}
	if x, err = Expand(x); err != nil {
		return nil, nil, err
	}
	if !isGenerator(x.n) {
		return nil, nil, &PolynomialError{Var: x, Msg: "is nothing that a polynomial can be in"}
	}
	s := splitter{vars: []*node{x.n}}
	for _, g := range s.split(e.n) {
		c = append(c, multiple{x, g.exps[0], Expr{g.sum()}})
	}
	slices.SortFunc(c, func(a, b multiple) int { return sign(a.k > b.k) })
	return c, s.other, nil
}

// natural is for a collection without negative powers, and with x nowhere else.
func natural(c []multiple, other *PolynomialError, err error) ([]multiple, error) {
	switch {
	case err != nil:
		return nil, err
	case other != nil:
		return nil, other
	case len(c) > 0 && c[len(c)-1].k < 0:
		t := c[len(c)-1]
		return nil, notPolynomial(t.x, Expr{power(t.x.n, num{v: t.k})})
	}
	return c, nil
}

func notPolynomial(x, in Expr) *PolynomialError {
	return &PolynomialError{x, in, "does not occur as in a polynomial"}
}

// isGenerator reports whether a term is a base that occurs in products as its
// integer powers.
func isGenerator(n *node) bool {
	if n == nil {
		return false
	}
	switch n.op {
	case OpNumber, OpFloat, OpSum, OpProduct, OpPow, OpPower, OpSqrt:
		return false
	}
	return true
}
