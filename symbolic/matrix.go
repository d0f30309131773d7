package symbolic

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"math/bits"
	"slices"

	"github.com/triad-go/triad/symbolic/internal/poly"
)

// MatrixError says why a matrix has no determinant, or why it was not worked out.
type MatrixError struct {
	Rows int // of the matrix
	Row  int // the row that is wrong, or -1
	Msg  string
	Err  error // the reason, if that is another error: a *[LimitError]
}

func (e *MatrixError) Unwrap() error { return e.Err }

func (e *MatrixError) Error() string {
	if e.Row >= 0 {
		return fmt.Sprintf("symbolic: matrix of %d rows: row %d %s", e.Rows, e.Row, e.Msg)
	}
	return fmt.Sprintf("symbolic: matrix of %d rows: %s", e.Rows, e.Msg)
}

// SingularError says that a system of equations has not exactly one solution:
// the determinant of its matrix is 0, which showed in this column.
type SingularError struct{ Rows, Column int }

func (e *SingularError) Error() string {
	return fmt.Sprintf("symbolic: singular matrix of %d rows: column %d depends on those before it", e.Rows, e.Column)
}

// maxMinors is up to how many rows a determinant is expanded by minors: that
// takes 2^n of them, but makes no term that is not in the result.
const maxMinors = 10

// Det is the determinant of a square matrix, given by rows: canonical, expanded
// into a sum of products of what the elements are made of. The elements are taken
// in canonical form. The determinant of the matrix without rows is 1.
//
// Small matrices are expanded by minors, each worked out once; larger ones, and
// matrices of numbers, are eliminated without fractions (Bareiss, 1968). The
// error is a *[MatrixError]: the matrix is not square, an element
// divides by the exact number 0, or the work would break the default [Limits].
func Det(m [][]Expr) (Expr, error) {
	r, err := newRationals(m, nil)
	if err != nil {
		return Expr{}, err
	}
	var det *poly.Poly
	if r.n <= maxMinors && len(r.bases) > 0 {
		det, err = r.minors()
	} else {
		det, err = r.eliminate()
		if _, ok := err.(*SingularError); ok {
			return Expr{}, nil
		}
	}
	if err != nil {
		return Expr{}, r.error(err)
	}
	return Times(Expr{packedSum(det, r.bases)}, Power(Times(r.scales...), Int(-1))), nil
}

// Solve is the solution x of the equations a*x = b, with a given by rows: each
// a quotient of two canonical sums in lowest terms, or one sum. The elements are
// taken in canonical form. It is worked out by elimination without fractions
// (Bareiss, 1968), so it is exact, and holds wherever the determinant is not 0.
//
// The error is a *[SingularError] if the determinant is 0 for all values of the
// variables and of the calls in a, each taken as a variable of its own: that
// sin(x)^2 + cos(x)^2 is 1 is not known here. It is a *[MatrixError] if the
// matrix is not square, b has another length, an element divides by the exact number 0, or the work would break
// the default [Limits].
func Solve(a [][]Expr, b []Expr) ([]Expr, error) {
	if len(a) != len(b) {
		return nil, &MatrixError{Rows: len(a), Row: -1, Msg: fmt.Sprintf("a right-hand side of %d", len(b))}
	}
	r, err := newRationals(a, b)
	if err != nil {
		return nil, err
	}
	det, err := r.eliminate()
	if err != nil {
		return nil, r.error(err)
	}
	x := make([]Expr, r.n)
	for i, row := range r.rows {
		x[i] = r.quotient(row[r.n], det)
	}
	return x, nil
}

// rationals is a matrix of polynomials: of rational functions, each row
// multiplied by its denominators.
type rationals struct {
	n      int
	rows   [][]*poly.Poly
	scales []Expr // by what each row was multiplied

	bases []*node // the variables of the polynomials
	index map[*node]int
	limit poly.Limit
}

// newRationals is the square matrix m, with the column b if that is not nil.
func newRationals(m [][]Expr, b []Expr) (*rationals, error) {
	r := &rationals{n: len(m), index: map[*node]int{}, limit: newWork(context.Background(), Limits{}).limit}
	elements := make([][]Expr, len(m))
	for i, row := range m {
		if len(row) != len(m) {
			return nil, &MatrixError{Rows: len(m), Row: i, Msg: fmt.Sprintf("has length %d", len(row))}
		}
		elements[i] = make([]Expr, len(row), len(row)+1)
		for j, e := range row {
			elements[i][j] = Canonical(e)
		}
		if b != nil {
			elements[i] = append(elements[i], Canonical(b[i]))
		}
		if slices.Contains(elements[i], Expr{pole}) {
			return nil, &MatrixError{Rows: len(m), Row: i, Msg: "divides by the exact number 0"}
		}
		scale, err := clearDenominators(elements[i])
		if err != nil {
			return nil, r.error(err)
		}
		r.scales = append(r.scales, scale)
	}
	for _, row := range elements {
		for _, e := range row {
			r.addBases(e.n)
		}
	}
	for _, row := range elements {
		polys := make([]*poly.Poly, len(row))
		for j, e := range row {
			var err error
			if polys[j], err = r.poly(e.n); err != nil {
				return nil, r.error(err)
			}
		}
		r.rows = append(r.rows, polys)
	}
	return r, nil
}

func (r *rationals) error(err error) error {
	switch err.(type) {
	case *SingularError, *MatrixError:
		return err
	}
	err = errorIn(nil, err)
	return &MatrixError{Rows: r.n, Row: -1, Msg: err.Error(), Err: err}
}

// clearDenominators multiplies the terms by what makes them polynomials, and
// expands them.
func clearDenominators(row []Expr) (scale Expr, err error) {
	scale = Int(1)
	for range maxDenominators {
		lowest := map[*node]int64{}
		var order []*node
		for i, e := range row {
			if row[i], err = Expand(e); err != nil {
				return Expr{}, err
			}
			if row[i].n == nil {
				continue
			}
			var buf, one [1]pair
			for _, t := range row[i].n.addends(&buf) {
				for _, f := range t.n.factors(&one) {
					if f.c.isInt() && f.c.v < min(0, lowest[f.n]) && f.c.v > -maxDenominators {
						if lowest[f.n] == 0 {
							order = append(order, f.n)
						}
						lowest[f.n] = f.c.v
					}
				}
			}
		}
		if len(order) == 0 {
			break
		}
		factors := make([]Expr, 0, len(order)+1)
		for _, base := range order {
			factors = append(factors, Expr{power(base, num{v: -lowest[base]})})
		}
		by := Times(factors...)
		scale = Times(scale, by)
		for i, e := range row {
			row[i] = timesEach(e, by)
		}
	}
	return scale, nil
}

// maxDenominators bounds the powers of which denominators are cleared, and how
// deep they are nested.
const maxDenominators = 1 << 10

// timesEach is the sum of the terms of a, each times b.
func timesEach(a, b Expr) Expr {
	if a.n == nil {
		return a
	}
	var buf [1]pair
	var sum []pair
	for _, t := range a.n.addends(&buf) {
		sum = appendScaled(sum, t.c, Times(Expr{t.n}, b).n)
	}
	return Expr{makeSum(sortTerms(sum))}
}

// polyBase is what stands for a factor in a polynomial, and its exponent there: the
// base of a natural power, any other power as a whole.
func polyBase(f pair) (*node, int) {
	if f.c.isInt() && f.c.v > 0 && f.c.v <= poly.MaxDegree/2 {
		return f.n, int(f.c.v)
	}
	return powerTerm(f.n, f.c), 1
}

func (r *rationals) addBase(n *node) {
	if _, ok := r.index[n]; !ok {
		r.index[n] = len(r.bases)
		r.bases = append(r.bases, n)
	}
}

func (r *rationals) addBases(n *node) {
	if n == nil {
		return
	}
	var buf, single [1]pair
	for _, t := range n.addends(&buf) {
		if t.c.float() {
			r.addBase(t.c.expr().n)
		}
		if t.n == one {
			continue
		}
		for _, f := range t.n.factors(&single) {
			b, _ := polyBase(f)
			r.addBase(b)
		}
	}
}

func (r *rationals) poly(n *node) (*poly.Poly, error) {
	b := poly.NewBuilder(len(r.bases))
	if n == nil {
		return b.Poly(), nil
	}
	exps := make([]int, len(r.bases))
	var buf, single [1]pair
	for _, t := range n.addends(&buf) {
		clear(exps)
		c := t.c
		if c.float() {
			exps[r.index[c.expr().n]]++
			c = num{v: 1}
		}
		if t.n != one {
			for _, f := range t.n.factors(&single) {
				base, e := polyBase(f)
				exps[r.index[base]] += e
			}
		}
		var err error
		if c.isInt() {
			err = b.Add(exps, c.v)
		} else {
			err = b.AddRat(exps, c.exact())
		}
		if err != nil {
			return nil, err
		}
	}
	return b.Poly(), nil
}

// minors expands the determinant: the minors of the first rows, by the set of
// their columns.
func (r *rationals) minors() (*poly.Poly, error) {
	minors := map[uint]*poly.Poly{0: poly.Int(len(r.bases), 1)}
	for _, row := range r.rows {
		next := map[uint][]*poly.Poly{} // the terms of each minor
		terms := 0
		for _, columns := range slices.Sorted(maps.Keys(minors)) {
			for j, e := range row {
				if columns>>j&1 != 0 || e.IsZero() {
					continue
				}
				if terms += minors[columns].Len() * e.Len(); terms > r.limit.Terms {
					return nil, &poly.LimitError{Op: "det", What: "terms", Need: uint64(terms), Max: uint64(r.limit.Terms)}
				}
				t, err := minors[columns].Mul(e, r.limit)
				if err != nil {
					return nil, err
				}
				if bits.OnesCount(columns>>j)&1 != 0 {
					t = t.Neg()
				}
				next[columns|1<<j] = append(next[columns|1<<j], t)
			}
		}
		minors = make(map[uint]*poly.Poly, len(next))
		for columns, terms := range next {
			if m := poly.Sum(len(r.bases), terms...); !m.IsZero() {
				minors[columns] = m
			}
		}
	}
	if det := minors[1<<r.n-1]; det != nil {
		return det, nil
	}
	return poly.Zero(len(r.bases)), nil
}

// eliminate makes the matrix diagonal, with the determinant in each place of the
// diagonal but the last rows' sign, which it returns.
func (r *rationals) eliminate() (*poly.Poly, error) {
	det := poly.Int(len(r.bases), 1)
	for k := range r.n {
		pivot := -1
		for i := k; i < r.n; i++ {
			if e := r.rows[i][k]; !e.IsZero() && (pivot < 0 || e.Len() < r.rows[pivot][k].Len()) {
				pivot = i
			}
		}
		if pivot < 0 {
			return nil, &SingularError{r.n, k}
		}
		if pivot != k {
			// The sign goes with the row, so that the determinant stays what it is.
			a, b := r.rows[k], r.rows[pivot]
			for j := range a {
				a[j], b[j] = b[j], a[j].Neg()
			}
		}
		for i := range r.n {
			if i == k {
				continue
			}
			if err := r.reduce(i, k, det); err != nil {
				return nil, err
			}
		}
		det = r.rows[k][k]
	}
	return det, nil
}

// reduce makes the element of row i in column k zero.
func (r *rationals) reduce(i, k int, previous *poly.Poly) error {
	row, by := r.rows[i], r.rows[k]
	factor := row[k]
	for j := range row {
		if j < k && j != i {
			continue // is zero, and stays so
		}
		e, err := row[j].Mul(by[k], r.limit)
		if err != nil {
			return err
		}
		if !factor.IsZero() && !by[j].IsZero() {
			t, err := factor.Mul(by[j], r.limit)
			if err != nil {
				return err
			}
			e = e.Sub(t)
		}
		q, exact, err := e.DivExact(previous, r.limit)
		if err != nil {
			return err
		}
		if !exact {
			panic("symbolic: a division in Bareiss' elimination left a remainder")
		}
		row[j] = q
	}
	return nil
}

// quotient is p/q in lowest terms.
func (r *rationals) quotient(p, q *poly.Poly) Expr {
	if p.IsZero() {
		return Expr{}
	}
	if g, err := p.GCD(q, r.limit); err == nil {
		p1, ok1, err1 := p.DivExact(g, r.limit)
		q1, ok2, err2 := q.DivExact(g, r.limit)
		if ok1 && ok2 && err1 == nil && err2 == nil {
			p, q = p1, q1
		}
	}
	c := q.Content()
	if q.Coef(0).Sign() < 0 {
		c.Neg(c)
	}
	c.Inv(c)
	p, q = p.Scale(c), q.Scale(c)
	if v, ok := q.IsConst(); ok {
		return Expr{packedSum(p.Scale(new(big.Rat).Inv(v)), r.bases)}
	}
	return Times(Expr{packedSum(p, r.bases)}, Power(Expr{packedSum(q, r.bases)}, Int(-1)))
}
