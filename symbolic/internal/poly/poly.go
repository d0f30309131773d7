package poly

import (
	"fmt"
	"math/big"
	"slices"
)

// Poly is a polynomial in a fixed number of variables with rational coefficients. It is immutable and safe for
// concurrent use. Operations on two polynomials panic if their numbers of variables differ.
type Poly struct {
	n    int
	lay  *layout
	exps []uint64 // lay.words for each term, in descending order
	num  coefs    // no zeros
	den  *big.Int // nil for 1, else above 1 and prime to the content of num
}

// Zero returns the polynomial 0 in n variables.
func Zero(n int) *Poly { return &Poly{n: n, lay: layoutFor(n, 0)} }

// Int returns the constant c in n variables.
func Int(n int, c int64) *Poly {
	p := Zero(n)
	if c != 0 {
		p.exps = make([]uint64, p.lay.words)
		p.num = coefs{s: []int64{c}}
	}
	return p
}

// Const returns the constant c in n variables. It keeps no reference to c.
func Const(n int, c *big.Rat) *Poly {
	p := Zero(n)
	if c.Sign() != 0 {
		p.exps = make([]uint64, p.lay.words)
		p.num.push(fromBig(new(big.Int).Set(c.Num())))
		if !c.IsInt() {
			p.den = new(big.Int).Set(c.Denom())
		}
	}
	return p
}

// Var returns variable i of n.
func Var(n, i int) *Poly {
	if i < 0 || i >= n {
		panic(fmt.Sprintf("poly: variable %d of %d", i, n))
	}
	lay := layoutFor(n, 1)
	return &Poly{n: n, lay: lay, exps: lay.unit(i), num: coefs{s: []int64{1}}}
}

// NumVars returns the number of variables.
func (p *Poly) NumVars() int { return p.n }

// Len returns the number of terms.
func (p *Poly) Len() int { return p.num.len() }

// IsZero reports whether p is 0.
func (p *Poly) IsZero() bool { return p.Len() == 0 }

// IsConst returns the value of p, newly allocated, if p is a constant.
func (p *Poly) IsConst() (*big.Rat, bool) {
	if p.TotalDegree() > 0 {
		return nil, false
	}
	if p.IsZero() {
		return new(big.Rat), true
	}
	return p.Coef(0).Rat(), true
}

// TotalDegree returns the largest total degree of a term, -1 for the polynomial 0.
func (p *Poly) TotalDegree() int {
	if p.IsZero() {
		return -1
	}
	return p.lay.fields[0].of(p.exps)
}

// Degree returns the largest exponent of variable i, -1 for the polynomial 0.
func (p *Poly) Degree(i int) int {
	d := -1
	if p.lay.words == 1 && i < p.lay.n-1 {
		f := p.lay.fields[i+1]
		for _, m := range p.exps {
			d = max(d, int(m>>f.shift&f.mask))
		}
		return d
	}
	for t := range p.Len() {
		d = max(d, p.lay.exponent(p.mono(t), i))
	}
	return d
}

// degrees returns the least and the largest exponents of each variable; p is not 0.
func (p *Poly) degrees() (lo, hi []int) {
	e := make([]int, p.lay.n)
	lo, hi = make([]int, p.lay.n), make([]int, p.lay.n)
	for t := range p.Len() {
		p.lay.unpack(p.mono(t), e)
		for i, x := range e {
			if t == 0 || x < lo[i] {
				lo[i] = x
			}
			hi[i] = max(hi[i], x)
		}
	}
	return lo, hi
}

// mono returns the words of term t.
func (p *Poly) mono(t int) []uint64 {
	w := p.lay.words
	return p.exps[t*w : t*w+w]
}

// Equal reports whether p and q are the same polynomial.
func (p *Poly) Equal(q *Poly) bool {
	same(p, q)
	if p == q {
		return true
	}
	if p.Len() != q.Len() || p.denominator().Cmp(q.denominator()) != 0 {
		return false
	}
	lay := layoutFor(p.n, max(p.TotalDegree(), q.TotalDegree(), 0))
	if !slices.Equal(p.lay.repack(p.exps, lay), q.lay.repack(q.exps, lay)) {
		return false
	}
	for i := range p.Len() {
		if !p.num.at(i).equal(q.num.at(i)) {
			return false
		}
	}
	return true
}

func same(p, q *Poly) {
	if p.n != q.n {
		panic(fmt.Sprintf("poly: polynomials in %d and in %d variables", p.n, q.n))
	}
}

var one = big.NewInt(1)

// denominator returns the denominator, not to be written to.
func (p *Poly) denominator() *big.Int {
	if p.den == nil {
		return one
	}
	return p.den
}

// over returns p divided by den, which is positive, in lowest terms. p has no other denominator and is not yet shared.
func (p *Poly) over(den *big.Int) *Poly {
	if p.IsZero() || den.Cmp(one) == 0 {
		return p
	}
	d := fromBig(den)
	g := d
	for i := 0; i < p.Len() && !g.isOne(); i++ {
		g = g.gcd(p.num.at(i))
	}
	if !g.isOne() {
		p.num = p.num.divided(g)
		d, _ = d.quo(g)
	}
	if !d.isOne() {
		p.den = d.big()
	}
	return p
}

// divided returns the list divided by g, which divides each element.
func (c *coefs) divided(g integer) coefs {
	out := makeCoefs(c.len())
	for i := range c.len() {
		q, _ := c.at(i).quo(g)
		out.push(q)
	}
	return out
}

// scaled returns the list times f, which is not zero.
func (c *coefs) scaled(f integer) coefs {
	if f.isOne() {
		return *c
	}
	out := makeCoefs(c.len())
	for i := range c.len() {
		out.push(c.at(i).mul(f))
	}
	return out
}

// Neg returns -p.
func (p *Poly) Neg() *Poly {
	q := *p
	q.num = p.num.scaled(small(-1))
	return &q
}

// Scale returns c*p. It keeps no reference to c.
func (p *Poly) Scale(c *big.Rat) *Poly {
	if c.Sign() == 0 || p.IsZero() {
		return Zero(p.n)
	}
	q := &Poly{n: p.n, lay: p.lay, exps: p.exps, num: p.num.scaled(fromBig(new(big.Int).Set(c.Num())))}
	return q.over(new(big.Int).Mul(p.denominator(), c.Denom()))
}

// Content returns the largest positive rational c such that p/c has integer coefficients; 0 for the polynomial 0.
func (p *Poly) Content() *big.Rat {
	if p.IsZero() {
		return new(big.Rat)
	}
	return new(big.Rat).SetFrac(p.num.content().big(), p.denominator())
}

// content is the greatest common divisor of the list.
func (c *coefs) content() integer {
	var g integer
	for i := 0; i < c.len() && !g.isOne(); i++ {
		g = g.gcd(c.at(i))
	}
	return g
}

// Primitive returns p over its content and the sign of its first coefficient, so that the coefficients are integers
// without a common factor and the first one is positive. Primitive of 0 is 0.
func (p *Poly) Primitive() *Poly {
	if p.IsZero() {
		return p
	}
	g := p.num.content()
	if p.num.at(0).sign() < 0 {
		g = g.neg()
	}
	if g.isOne() && p.den == nil {
		return p
	}
	return &Poly{n: p.n, lay: p.lay, exps: p.exps, num: p.num.divided(g)}
}
