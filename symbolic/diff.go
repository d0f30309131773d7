package symbolic

import "fmt"

// DiffError says why a term has no derivative.
type DiffError struct {
	Term Expr      // the subterm
	Func *Function // of which Term is a call, or nil
	Msg  string
}

func (e *DiffError) Error() string {
	switch {
	case e.Func != nil:
		return fmt.Sprintf("symbolic: derivative: %s of %d argument(s) %s", e.Func.Name, e.Func.Arity, e.Msg)
	case e.Term.NumArgs() == 0:
		return fmt.Sprintf("symbolic: derivative: %v %s", e.Term, e.Msg)
	}
	return fmt.Sprintf("symbolic: derivative: a term with operation %v %s", e.Term.Op(), e.Msg)
}

// Diff is the derivative of e by the variable x.
//
// Of a canonical e it is canonical: products are differentiated into sums of
// products, but a product with a sum in it stays one. Of faithful operations it
// is faithful, of a size linear in that of the DAG of e, with nothing left out
// but derivatives that are exactly 0 or 1 as terms and factors, and a choice
// between two equal ones:
//
//	(a*b)'         a'*b + a*b'
//	(a/b)'         (a' - (a/b)*b')/b
//	(a^n)'         n*a^(n-1)*a'
//	(a^b)'         a^b*(b*a'/a + log(a)*b'), and b*a^(b-1)*a' where b' is 0
//	fma(a, b, c)'  fma(a', b, fma(a, b', c'))
//	sqrt(a)'       a'/(2*sqrt(a))
//
// What has a kink or a jump has the derivative of the branch that is taken:
//
//	min(a, b)'        select(a < b, a', b')
//	max(a, b)'        select(a > b, a', b')
//	select(c, a, b)'  select(c, a', b')
//	abs(a)'           sign(a)*a', so 0 at 0
//	floor and the like, and sign: 0, also where they jump
//
// An exact division by 0 is undefined, and so is its derivative: it is the term
// 0^-1, whatever x is.
//
// The error is a *[DiffError]: x is no variable, e (or what stands in it for a
// number) is a truth value, or a function of which the derivative is needed has
// none.
func Diff(e, x Expr) (Expr, error) {
	d, err := Gradient(e, []Expr{x})
	if err != nil {
		return Expr{}, err
	}
	return d[0], nil
}

// DiffN is the n-th derivative of e by x: Diff n times. It panics if n is
// negative.
func DiffN(e, x Expr, n int) (Expr, error) {
	if n < 0 {
		panic(fmt.Sprintf("symbolic: DiffN: derivative number %d", n))
	}
	err := checkDiff([]Expr{e}, []Expr{x})
	for ; n > 0 && err == nil && e != (Expr{}); n-- {
		e, err = Diff(e, x)
	}
	if err != nil {
		return Expr{}, err
	}
	return e, nil
}

// Gradient is the derivatives of e by each of the variables, as by [Diff].
func Gradient(e Expr, vars []Expr) ([]Expr, error) {
	if err := checkDiff([]Expr{e}, vars); err != nil {
		return nil, err
	}
	s := newSlopes([]Expr{e})
	d := make([]Expr, len(vars))
	for i, x := range vars {
		if err := s.direction(1, seed{x, Expr{one}}); err != nil {
			return nil, err
		}
		d[i] = s.root(0)
	}
	return d, nil
}

// Directional is the derivative of e in a direction: the sum of the derivatives
// by the variables, each times the term in dirs, worked out at once. The
// directions are not differentiated, so they may hold the variables. It panics if
// there are not as many directions as variables, or a variable occurs twice.
func Directional(e Expr, vars, dirs []Expr) (Expr, error) {
	if len(vars) != len(dirs) {
		panic(fmt.Sprintf("symbolic: Directional: %d variables and %d directions", len(vars), len(dirs)))
	}
	if err := checkDiff([]Expr{e}, vars); err != nil {
		return Expr{}, err
	}
	seeds := make([]seed, len(vars))
	seen := map[Expr]bool{}
	for i, x := range vars {
		if seen[x] {
			panic(fmt.Sprintf("symbolic: Directional: %v occurs twice", x))
		}
		seen[x] = true
		seeds[i] = seed{x, dirs[i]}
	}
	s := newSlopes([]Expr{e})
	if err := s.direction(1, seeds...); err != nil {
		return Expr{}, err
	}
	return s.root(0), nil
}

func checkDiff(es, vars []Expr) error {
	for _, x := range vars {
		if x.Op() != OpVar {
			return &DiffError{Term: x, Msg: "is not a variable"}
		}
	}
	for _, e := range es {
		if e.Bool() {
			return &DiffError{Term: e, Msg: "is a truth value"}
		}
	}
	return nil
}
