package symbolic

import (
	"fmt"
	"iter"
	"slices"

	"github.com/triad-go/triad/symbolic/internal/poly"
)

// Polynomial is a term as a polynomial in some variables: a coefficient for each
// monomial that has one. It is immutable.
type Polynomial struct {
	vars  []Expr
	terms []monomial
}

type monomial struct {
	exps   []int
	degree int
	coef   Expr
}

// PolynomialOf is e, expanded, as a polynomial in the variables, or in all the
// variables that occur in e if none are given. A variable may also be a call, or
// whatever [Collect] takes. The coefficients are terms without the variables,
// often numbers.
//
// The error is a *[PolynomialError] if e is no polynomial in them, or one of them
// cannot be a variable or is given twice, or it is a *[LimitError].
func PolynomialOf(e Expr, vars ...Expr) (*Polynomial, error) {
	e, err := Expand(e)
	if err != nil {
		return nil, err
	}
	if len(vars) == 0 {
		vars = variablesIn(e)
	}
	p := &Polynomial{}
	s := splitter{}
	for _, x := range vars {
		if x, err = Expand(x); err != nil {
			return nil, err
		}
		if !isGenerator(x.n) {
			return nil, &PolynomialError{Var: x, Msg: "is nothing that a polynomial can be in"}
		}
		if slices.Contains(p.vars, x) {
			return nil, &PolynomialError{Var: x, Msg: "is given twice"}
		}
		p.vars = append(p.vars, x)
		s.vars = append(s.vars, x.n)
	}
	groups := s.split(e.n)
	if s.other != nil {
		return nil, s.other
	}
	for _, g := range groups {
		t := monomial{exps: make([]int, len(vars)), coef: Expr{g.sum()}}
		for i, k := range g.exps {
			switch {
			case k < 0:
				return nil, notPolynomial(p.vars[i], Expr{power(s.vars[i], num{v: k})})
			case k > poly.MaxDegree-int64(t.degree):
				return nil, errorIn(e.n, tooHigh())
			}
			t.exps[i] = int(k)
			t.degree += int(k)
		}
		p.terms = append(p.terms, t)
	}
	slices.SortFunc(p.terms, func(a, b monomial) int {
		if a.degree != b.degree {
			return b.degree - a.degree
		}
		return slices.Compare(b.exps, a.exps)
	})
	return p, nil
}

// variablesIn is Vars of a term whose monomials need not be made.
func variablesIn(e Expr) []Expr {
	if p := packedPoly(e.n); p != nil {
		bases := make([]Expr, len(p.bases))
		for i, b := range p.bases {
			bases[i] = Expr{b}
		}
		return Vars(bases...)
	}
	return Vars(e)
}

// Vars is the variables.
func (p *Polynomial) Vars() []Expr { return slices.Clone(p.vars) }

// Len is the number of terms.
func (p *Polynomial) Len() int { return len(p.terms) }

// Terms yields the exponents of the variables and the coefficient of each term, a
// higher total degree first, then a higher exponent of the first variable, and so
// on. The exponents must not be changed.
func (p *Polynomial) Terms() iter.Seq2[[]int, Expr] {
	return func(yield func([]int, Expr) bool) {
		for _, t := range p.terms {
			if !yield(t.exps, t.coef) {
				return
			}
		}
	}
}

// Coefficient is the coefficient of the monomial with these exponents, one for
// each variable; otherwise it panics.
func (p *Polynomial) Coefficient(exps ...int) Expr {
	if len(exps) != len(p.vars) {
		panic(fmt.Sprintf("symbolic: Coefficient with %d exponents of %d variables", len(exps), len(p.vars)))
	}
	degree := 0
	for _, k := range exps {
		degree += k
	}
	i, ok := slices.BinarySearchFunc(p.terms, exps, func(t monomial, exps []int) int {
		if t.degree != degree {
			return degree - t.degree
		}
		return slices.Compare(exps, t.exps)
	})
	if !ok {
		return Expr{}
	}
	return p.terms[i].coef
}

// Degree is the highest total degree of a term, -1 for the polynomial 0.
func (p *Polynomial) Degree() int {
	if len(p.terms) == 0 {
		return -1
	}
	return p.terms[0].degree
}

// DegreeIn is the highest exponent of x, -1 for the polynomial 0, and 0 for what is
// none of the variables.
func (p *Polynomial) DegreeIn(x Expr) int {
	if len(p.terms) == 0 {
		return -1
	}
	degree, i := 0, slices.Index(p.vars, x)
	for _, t := range p.terms {
		if i >= 0 {
			degree = max(degree, t.exps[i])
		}
	}
	return degree
}

// Expr is the polynomial as a canonical term: a sum of coefficients times
// monomials, each coefficient left as it is.
func (p *Polynomial) Expr() Expr {
	var sum Accumulator
	factors := make([]Expr, len(p.vars)+1)
	for _, t := range p.terms {
		factors[0] = t.coef
		for i, x := range p.vars {
			factors[i+1] = Expr{power(x.n, num{v: int64(t.exps[i])})}
		}
		sum.Add(Times(factors...))
	}
	return sum.Sum()
}

// Horner is the polynomial in Horner's form in the first variable, with
// coefficients that are in Horner's form in the next, and so on, as a faithful
// term: 3*x^2 + x*y + 2 is (3*x + y)*x + 2. It takes the fewest multiplications
// for a dense polynomial in one variable, and rounds less than the sum of the
// terms does.
func (p *Polynomial) Horner() Expr {
	terms := slices.Clone(p.terms)
	slices.SortFunc(terms, func(a, b monomial) int { return slices.Compare(b.exps, a.exps) })
	return p.horner(terms, 0)
}

// horner is for terms, the highest powers first, of which the exponents of the
// variables before i are the same. It descends as many levels as there are
// variables.
func (p *Polynomial) horner(terms []monomial, i int) Expr {
	switch {
	case len(terms) == 0:
		return Expr{}
	case i == len(p.vars):
		return Faithful(terms[0].coef)
	}
	var value Expr
	for at := 0; at < len(terms); {
		k, from := terms[at].exps[i], at
		for at < len(terms) && terms[at].exps[i] == k {
			at++
		}
		c := p.horner(terms[from:at], i+1)
		if from > 0 {
			c = value.Add(c)
		}
		down := k
		if at < len(terms) {
			down -= terms[at].exps[i]
		}
		value = c
		if down > 0 {
			value = timesPower(c, Faithful(p.vars[i]), down)
		}
	}
	return value
}

func timesPower(c, x Expr, k int) Expr {
	if k > 1 {
		x = x.Pow(k)
	}
	if c == Int(1) {
		return x
	}
	return c.Mul(x)
}
