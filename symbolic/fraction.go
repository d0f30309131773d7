package symbolic

import (
	"context"
	"errors"
	"math/big"

	"github.com/triad-go/triad/symbolic/internal/poly"
)

// Cancel is e as one quotient of two expanded sums in lowest terms, as [Fraction]
// gives them: 1/(x - 1) - 2/(x^2 - 1) is 1/(x + 1). The arguments of all that is
// in e are in this form too. It is equal to e wherever e is defined, and may be
// defined where e is not; but where the base of a power with a symbolic exponent
// is 0, it may be undefined itself (x^-y is taken as 1/x^y).
func Cancel(e Expr) (Expr, error) {
	num, den, err := Fraction(e)
	return Times(num, Power(den, Int(-1))), err
}

// Fraction is e as num/den, both expanded, without a common factor, den with
// integer coefficients that have no common factor and the first of them positive
// (if there is no float among them). For rational functions with exact
// coefficients this is a normal form: two that are equal have the same num and
// den. What is no sum, product or integer power is taken as a variable of its
// own: that sin(x)^2 + cos(x)^2 is 1, or that the square of a root is what is
// under it, is not known when common factors are looked for.
//
// A term with an exact division by 0 in it is left as it is, also if that shows
// only on the way. The error is a *[LimitError], as for [Expand].
func Fraction(e Expr) (num, den Expr, err error) {
	return Limits{}.Fraction(context.Background(), e)
}

// IsZero reports whether e is 0 for all values of its variables, as far as
// [Fraction] can tell: if not, e may still be 0, such as
// sin(x)^2 + cos(x)^2 - 1, but not if it is a rational function with exact
// coefficients.
func IsZero(e Expr) (bool, error) {
	num, _, err := Fraction(e)
	return err == nil && num == Expr{}, err
}

// Fraction is the function [Fraction] with other limits. The error is a
// *[LimitError], or the cause for which the context is done.
func (l Limits) Fraction(ctx context.Context, e Expr) (num, den Expr, err error) {
	e = Canonical(e)
	if e.n.flag(hasPole) {
		return e, Int(1), nil
	}
	f := fractions{work: newWork(ctx, l)}
	q := quotient{e.n, one}
	for passes := 0; err == nil; passes++ {
		if q, err = f.fraction(q.node()); err != nil {
			break
		}
		// Once more if the square of the root of a sum has come up, or the like.
		if !f.holdsSums(q.num) && !f.holdsSums(q.den) {
			return Expr{q.num}, Expr{q.den}, nil
		}
		err = again(passes, q.num)
	}
	if err == errDivision {
		return e, Int(1), nil
	}
	return Expr{}, Expr{}, err
}

// errDivision says that a denominator is 0.
var errDivision = errors.New("division by 0")

// quotient is a term as a quotient of two.
type quotient struct{ num, den *node }

func (q quotient) node() *node {
	return Times(Expr{q.num}, Expr{power(q.den, num{v: -1})}).n
}

// ratio is a quotient of polynomials in lowest terms.
type ratio struct{ p, q *poly.Poly }

type fractions struct {
	*work
	quotients map[*node]bool // terms with a negative power, or a power of a sum, in them
	value     map[*node]quotient
}

func (f *fractions) fraction(root *node) (quotient, error) {
	f.quotients, f.value = map[*node]bool{}, map[*node]quotient{}
	f.find(root)
	if !f.open(root) {
		return quotient{root, one}, nil
	}
	for _, g := range regionsOf(f, root) {
		q, err := f.region(g)
		switch {
		case err == errDivision || q.num.flag(hasPole):
			return quotient{}, errDivision
		case err == nil:
			err = f.spend(64)
		}
		if err != nil {
			return quotient{}, errorIn(g.head(), err)
		}
		f.value[g.head()] = q
	}
	return f.value[root], nil
}

func (f *fractions) open(n *node) bool { return f.quotients[n] }

func (f *fractions) multiplies(base *node, e num) bool {
	return base != nil && base.op == OpSum && e.isInteger()
}

// holdsSums reports whether a sum is a factor in a term of n.
func (f *fractions) holdsSums(n *node) bool {
	if n == nil || packedPoly(n) != nil {
		return false
	}
	var buf, one [1]pair
	for _, t := range n.addends(&buf) {
		for _, p := range t.n.factors(&one) {
			if f.multiplies(p.n, p.c) {
				return true
			}
		}
	}
	return false
}

func (f *fractions) get(n *node) *node {
	if f.open(n) {
		return f.value[n].node()
	}
	return n
}

// find finds the terms with quotients or products to multiply out.
func (f *fractions) find(root *node) {
	todo := []*node{root}
	var buf []*node
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		if _, ok := f.quotients[n]; ok || n == nil {
			todo = todo[:len(todo)-1]
			continue
		}
		if p := packedPoly(n); p != nil {
			buf = append(buf[:0], p.bases...)
		} else {
			buf = kids(n, buf[:0])
		}
		open, ready := false, true
		for _, k := range buf {
			o, ok := f.quotients[k]
			if !ok && k != nil {
				todo = append(todo, k)
				ready = false
			}
			open = open || o
		}
		if !ready {
			continue
		}
		todo = todo[:len(todo)-1]
		if !open && n.op != OpSum && isAlgebraic(n) && !n.isScaled() {
			var one [1]pair
			for _, t := range n.factors(&one) {
				_, k := generatorOf(t)
				open = open || k < 0 || f.multiplies(t.n, t.c)
			}
		}
		f.quotients[n] = open
	}
}

func (f *fractions) region(g region) (quotient, error) {
	head := g.head()
	if !isAlgebraic(head) {
		return quotient{rebuild(head, f.get), one}, nil
	}
	e := quotients{fractions: f, ring: f.newRing(), inner: map[*node]ratio{}}
	for _, n := range g {
		e.addGenerators(n)
	}
	e.start()
	for _, n := range g {
		v, err := e.evaluate(n)
		if err != nil {
			return quotient{}, err
		}
		e.inner[n] = v
	}
	return e.finished(e.inner[head])
}

// quotients works out the terms of a region in a ring.
type quotients struct {
	*fractions
	*ring
	inner map[*node]ratio
}

// inside reports whether a term is in the region, and not only its value.
func (e *quotients) inside(n *node) bool {
	_, known := e.value[n]
	return e.open(n) && !known
}

// addPart adds the generators of what is part of a term of the region.
func (e *quotients) addPart(n *node) {
	switch {
	case e.inside(n):
	case e.open(n):
		e.addTerm(e.value[n].num)
		e.addTerm(e.value[n].den)
	default:
		e.addTerm(n)
	}
}

func (e *quotients) addGenerators(n *node) {
	if n.op == OpSum {
		for _, t := range n.pairs() {
			if t.c.float() {
				e.add(coefGenerator(t.c))
			}
			e.addPart(t.n)
		}
		return
	}
	rest, c := n.coefficient()
	if c.float() {
		e.add(coefGenerator(c))
	}
	if rest != n {
		e.addPart(rest)
		return
	}
	var buf [1]pair
	for _, f := range n.factors(&buf) {
		if e.multiplies(f.n, f.c) {
			e.addPart(f.n)
		} else {
			e.addTerm(e.factor(f))
		}
	}
}

// factor is a factor that is a generator.
func (e *quotients) factor(f pair) *node {
	exponent := f.c
	if !f.c.number() {
		exponent = numOf(e.get(f.c.x))
	}
	return power(e.get(f.n), exponent)
}

func (e *quotients) evaluate(n *node) (ratio, error) {
	if n.op == OpSum {
		var leaves []pair
		var parts []ratio
		for _, t := range n.pairs() {
			if !e.open(t.n) {
				leaves = append(leaves, t)
				continue
			}
			v, err := e.scaledPart(t.n, t.c)
			if err != nil {
				return ratio{}, err
			}
			parts = append(parts, v)
		}
		v, err := e.ratioOf(e.terms(leaves))
		if err != nil {
			return ratio{}, err
		}
		return e.addAll(append(parts, v))
	}
	if rest, c := n.coefficient(); rest != n {
		return e.scaledPart(rest, c)
	}
	product := ratio{poly.Int(len(e.gens), 1), poly.Int(len(e.gens), 1)}
	var buf [1]pair
	for _, f := range n.factors(&buf) {
		var v ratio
		var err error
		if e.multiplies(f.n, f.c) {
			if v, err = e.part(f.n); err == nil {
				v, err = e.pow(v, f.c)
			}
		} else {
			v, err = e.ratioOf(e.of(e.factor(f)))
		}
		if err == nil {
			product, err = e.mul(product, v)
		}
		if err != nil {
			return ratio{}, err
		}
	}
	return product, nil
}

// part is the value of what is part of a term of the region.
func (e *quotients) part(n *node) (ratio, error) {
	switch {
	case e.inside(n):
		return e.inner[n], nil
	case !e.open(n):
		return e.ratioOf(e.of(n))
	}
	p, err := e.ratioOf(e.of(e.value[n].num))
	if err != nil {
		return ratio{}, err
	}
	q, err := e.ratioOf(e.of(e.value[n].den))
	if err != nil {
		return ratio{}, err
	}
	return e.mul(p, ratio{q.q, q.p})
}

func (e *quotients) scaledPart(n *node, c num) (ratio, error) {
	v, err := e.part(n)
	if err != nil || c.isOne() {
		return v, err
	}
	by, err := e.ratioOf(e.scaled(c, e.constant(1)), nil)
	if err != nil {
		return ratio{}, err
	}
	return e.mul(v, by)
}

// ratioOf is a polynomial with negative exponents as a quotient.
func (e *quotients) ratioOf(a laurent, err error) (ratio, error) {
	if err != nil {
		return ratio{}, err
	}
	above, below := make([]int64, len(e.gens)), make([]int64, len(e.gens))
	for i, k := range a.by {
		above[i], below[i] = max(k, 0), max(-k, 0)
	}
	p, err := e.shifted(laurent{a.p, above}, nil)
	if err != nil {
		return ratio{}, err
	}
	q, err := e.shifted(laurent{poly.Int(len(e.gens), 1), below}, nil)
	if err != nil {
		return ratio{}, err
	}
	return e.reduced(p, q)
}

// reduced is p/q in lowest terms.
func (e *quotients) reduced(p, q *poly.Poly) (ratio, error) {
	g, err := p.GCD(q, e.limit)
	if err != nil {
		return ratio{}, err
	}
	if g.TotalDegree() <= 0 {
		return ratio{p, q}, nil
	}
	if p, err = e.divided(p, g); err != nil {
		return ratio{}, err
	}
	q, err = e.divided(q, g)
	return ratio{p, q}, err
}

func (e *quotients) divided(p, g *poly.Poly) (*poly.Poly, error) {
	q, exact, err := p.DivExact(g, e.limit)
	if err == nil && !exact {
		panic("symbolic: a greatest common divisor that does not divide")
	}
	return q, err
}

// mul multiplies; only factors across can be common.
func (e *quotients) mul(a, b ratio) (ratio, error) {
	if a.p.IsZero() || b.p.IsZero() {
		return ratio{poly.Zero(len(e.gens)), poly.Int(len(e.gens), 1)}, nil
	}
	x, err := e.reduced(a.p, b.q)
	if err != nil {
		return ratio{}, err
	}
	y, err := e.reduced(b.p, a.q)
	if err != nil {
		return ratio{}, err
	}
	p, err := x.p.Mul(y.p, e.limit)
	if err != nil {
		return ratio{}, err
	}
	q, err := x.q.Mul(y.q, e.limit)
	if err != nil {
		return ratio{}, err
	}
	return ratio{p, q}, e.spend(p.Len() + q.Len() + 64)
}

func (e *quotients) pow(a ratio, k num) (ratio, error) {
	if k.negative() {
		if a.p.IsZero() {
			return ratio{}, errDivision
		}
		a = ratio{a.q, a.p}
		k = mulNum(num{v: -1}, k)
	}
	if !k.isInt() || k.v > poly.MaxDegree {
		return ratio{}, tooHigh()
	}
	p, err := a.p.Pow(int(k.v), e.limit)
	if err != nil {
		return ratio{}, err
	}
	q, err := a.q.Pow(int(k.v), e.limit)
	if err != nil {
		return ratio{}, err
	}
	return ratio{p, q}, e.spend(p.Len() + q.Len() + 64)
}

// addAll adds pairwise; it overwrites the slice.
func (e *quotients) addAll(as []ratio) (ratio, error) {
	for len(as) > 1 {
		half := as[:0]
		for i := 0; i < len(as); i += 2 {
			a := as[i]
			if i+1 < len(as) {
				var err error
				if a, err = e.addRatio(a, as[i+1]); err != nil {
					return ratio{}, err
				}
			}
			half = append(half, a)
		}
		as = half
	}
	return as[0], nil
}

// addRatio adds as Henrici does: what the sum has in common with its denominator
// is in the common divisor of the denominators (Knuth, volume 2, 4.5.1).
func (e *quotients) addRatio(a, b ratio) (ratio, error) {
	if a.q.Equal(b.q) {
		return e.reduced(a.p.Add(b.p), a.q)
	}
	g, err := a.q.GCD(b.q, e.limit)
	if err != nil {
		return ratio{}, err
	}
	aq, err := e.divided(a.q, g)
	if err != nil {
		return ratio{}, err
	}
	bq, err := e.divided(b.q, g)
	if err != nil {
		return ratio{}, err
	}
	left, err := a.p.Mul(bq, e.limit)
	if err != nil {
		return ratio{}, err
	}
	right, err := b.p.Mul(aq, e.limit)
	if err != nil {
		return ratio{}, err
	}
	p := left.Add(right)
	if p.IsZero() {
		return ratio{p, poly.Int(len(e.gens), 1)}, nil
	}
	x, err := e.reduced(p, g)
	if err != nil {
		return ratio{}, err
	}
	q, err := x.q.Mul(aq, e.limit)
	if err != nil {
		return ratio{}, err
	}
	if q, err = q.Mul(bq, e.limit); err != nil {
		return ratio{}, err
	}
	return ratio{x.p, q}, e.spend(8*(left.Len()+right.Len()) + 64)
}

// finished is a in terms, the numbers of the denominator made as small as can be.
func (e *quotients) finished(a ratio) (quotient, error) {
	p, err := e.node(laurent{p: a.p})
	if err != nil {
		return quotient{}, err
	}
	q, err := e.node(laurent{p: a.q})
	if err != nil {
		return quotient{}, err
	}
	if q == nil {
		return quotient{}, errDivision
	}
	rest, c := q.coefficient()
	if q.op == OpSum {
		c, rest = q.primitive()
	}
	if !c.isOne() && c.isExact() {
		p = Times(Exact(new(big.Rat).Inv(c.exact())), Expr{p}).n
		q = rest
	}
	return quotient{p, q}, nil
}
