package poly

import (
	"math/big"
	"slices"
)

// GCD returns the greatest common divisor of p and q over the rationals: primitive, with a positive first coefficient;
// 0 if both are 0. Images modulo a prime bound its degrees. It first tries integer evaluation and interpolation (Char, Geddes and Gonnet, "GCDHEU", 1989), whose
// answers it checks, and then the subresultant remainder sequence (Brown and Traub, 1971). The limit holds for the
// polynomials on the way too.
func (p *Poly) GCD(q *Poly, limit Limit) (*Poly, error) {
	same(p, q)
	g := gcder{limit: limit}
	r, err := g.gcd(p.Primitive(), q.Primitive())
	if err != nil {
		if e, ok := err.(*LimitError); ok {
			e.Op = "gcd"
		}
		return nil, err
	}
	return limit.accept("gcd", r)
}

// gcder computes greatest common divisors. After an error, what its arithmetic returns has no meaning.
type gcder struct {
	limit Limit
	err   error
}

// gcd is GCD for primitive polynomials. It recurs on polynomials in fewer variables.
func (g *gcder) gcd(p, q *Poly) (*Poly, error) {
	switch {
	case p.IsZero():
		return q, nil
	case q.IsZero() || p.Equal(q):
		return p, nil
	case p.TotalDegree() == 0 || q.TotalDegree() == 0:
		return Int(p.n, 1), nil
	}
	plo, phi := p.degrees()
	qlo, qhi := q.degrees()
	common := make([]int, p.n) // monomial
	strip := false
	for i := range common {
		common[i] = min(plo[i], qlo[i])
		strip = strip || plo[i] > 0 || qlo[i] > 0
	}
	if strip {
		r, err := g.gcd(p.shifted(plo, -1), q.shifted(qlo, -1))
		if err != nil {
			return nil, err
		}
		return r.shifted(common, 1), nil
	}
	x := -1
	for i := range phi {
		switch {
		case phi[i] == 0 && qhi[i] == 0:
		case qhi[i] == 0:
			return g.withContent(q, p, i)
		case phi[i] == 0:
			return g.withContent(p, q, i)
		case x < 0 || min(phi[i], qhi[i]) < min(phi[x], qhi[x]):
			x = i
		}
	}
	top := gcdDegrees(p, q, phi, qhi)
	for i, d := range top {
		if d == 0 && phi[i] > 0 {
			// The divisor does not contain the variable, so it divides the coefficients of both.
			r, err := g.withContent(Zero(p.n), p, i)
			if err != nil || r.TotalDegree() == 0 {
				return r, err
			}
			return g.withContent(r, q, i)
		}
	}
	if slices.Equal(top, phi) && g.divides(p, q) {
		return p, nil
	}
	if slices.Equal(top, qhi) && g.divides(q, p) {
		return q, nil
	}
	if r, ok, err := g.heuristic(p, q); ok || err != nil {
		return r, err
	}
	return g.remainders(p, q, x)
}

// shifted returns p times the monomial e to the power sign, 1 or -1.
func (p *Poly) shifted(e []int, sign int) *Poly {
	b := NewBuilder(p.n)
	f := make([]int, p.n)
	for t := range p.Len() {
		p.Exponents(t, f)
		for i := range f {
			f[i] += sign * e[i]
		}
		if err := b.add(f, p.num.at(t), nil); err != nil {
			panic(err) // a divisor of a polynomial that there is
		}
	}
	return b.Poly()
}

// withContent returns the greatest common divisor of a and the coefficients of b in variable i.
func (g *gcder) withContent(a, b *Poly, i int) (*Poly, error) {
	var err error
	for _, c := range b.Collect(i) {
		if a, err = g.gcd(a, c.Coef.Primitive()); err != nil || a.TotalDegree() == 0 {
			break
		}
	}
	return a, err
}

// Bounds of the heuristic: bits of the integers that polynomials are evaluated to, and attempts.
const (
	heuristicBits  = 1 << 20
	heuristicTries = 6
)

// heuristic tries to find the greatest common divisor of integer polynomials that are not 0.
func (g *gcder) heuristic(p, q *Poly) (*Poly, bool, error) {
	pc, qc := p.num.content(), q.num.content()
	content := new(big.Rat).SetInt(pc.gcd(qc).big())
	p, q = p.Primitive(), q.Primitive()
	if p.TotalDegree() == 0 || q.TotalDegree() == 0 {
		return Const(p.n, content), true, nil
	}
	_, phi := p.degrees()
	_, qhi := q.degrees()
	x := len(phi) - 1
	for phi[x] == 0 && qhi[x] == 0 {
		x--
	}
	// The point has to be above twice the smaller of the heights.
	h := height(p)
	if k := height(q); k.Cmp(h) < 0 {
		h = k
	}
	at := new(big.Int).Lsh(h, 1)
	at.Add(at, big.NewInt(29))
	for range heuristicTries {
		if at.BitLen()*(max(phi[x], qhi[x])+1) > heuristicBits {
			return nil, false, nil
		}
		if g.limit.Check != nil {
			if err := g.limit.Check(); err != nil {
				return nil, false, err
			}
		}
		pv, qv := p.at(x, at), q.at(x, at)
		if !pv.IsZero() && !qv.IsZero() {
			d, ok, err := g.heuristic(pv, qv)
			if err != nil || !ok {
				return nil, false, err
			}
			d = d.digits(x, at).Primitive()
			if g.divides(d, p) && g.divides(d, q) {
				return d.Scale(content), true, nil
			}
		}
		at.Mul(at, big.NewInt(73794))
		at.Quo(at, big.NewInt(27011))
	}
	return nil, false, nil
}

func (g *gcder) divides(d, p *Poly) bool {
	_, ok, err := p.DivExact(d, Limit{Terms: p.Len() * 16, Check: g.limit.Check})
	return ok && err == nil
}

// height is the largest absolute value of a numerator.
func height(p *Poly) *big.Int {
	h := new(big.Int)
	for i := range p.Len() {
		if c := p.num.at(i).big(); c.CmpAbs(h) > 0 {
			h.Abs(c)
		}
	}
	return h
}

// at returns the value of an integer polynomial at an integer for variable i.
func (p *Poly) at(i int, x *big.Int) *Poly {
	r := Zero(p.n)
	cs := p.Collect(i)
	for j, c := range cs {
		r = r.Add(c.Coef)
		gap := c.Power
		if j+1 < len(cs) {
			gap -= cs[j+1].Power
		}
		if gap > 0 && !r.IsZero() {
			r = &Poly{n: p.n, lay: r.lay, exps: r.exps, num: r.num.scaled(fromBig(new(big.Int).Exp(x, big.NewInt(int64(gap)), nil)))}
		}
	}
	return r
}

// digits writes each coefficient in base x, with digits between -x/2 and x/2, and puts variable i for x.
func (p *Poly) digits(i int, x *big.Int) *Poly {
	b := NewBuilder(p.n)
	e := make([]int, p.n)
	half := new(big.Int).Rsh(x, 1)
	for t := range p.Len() {
		p.Exponents(t, e)
		rest := new(big.Int).Set(p.num.at(t).big())
		for ; rest.Sign() != 0; e[i]++ {
			d := new(big.Int)
			rest.DivMod(rest, x, d)
			if d.Cmp(half) > 0 {
				d.Sub(d, x)
				rest.Add(rest, one)
			}
			if err := b.add(e, fromBig(d), nil); err != nil {
				panic(err) // far fewer digits than the coefficient has bits
			}
		}
	}
	return b.Poly()
}

// remainders finds the greatest common divisor of primitive polynomials that both contain variable x.
func (g *gcder) remainders(p, q *Poly, x int) (*Poly, error) {
	pc, err := g.withContent(Zero(p.n), p, x)
	if err != nil {
		return nil, err
	}
	qc, err := g.withContent(Zero(p.n), q, x)
	if err != nil {
		return nil, err
	}
	content, err := g.gcd(pc, qc)
	if err != nil {
		return nil, err
	}
	a, b := g.quo(p, pc), g.quo(q, qc)
	if a.Degree(x) < b.Degree(x) {
		a, b = b, a
	}
	lead, h := Int(p.n, 1), Int(p.n, 1)
	for {
		d := a.Degree(x) - b.Degree(x)
		r := g.pseudoRemainder(a, b, x)
		divisor := g.mul(lead, g.pow(h, d))
		if g.err != nil {
			return nil, g.err
		}
		if r.IsZero() {
			break
		}
		if r.Degree(x) == 0 {
			return content, nil
		}
		a, b = b, g.quo(r, divisor)
		lead = a.Coeff(x, a.Degree(x))
		if d > 0 {
			h = g.quo(g.pow(lead, d), g.pow(h, d-1))
		}
		if g.err != nil {
			return nil, g.err
		}
	}
	bc, err := g.withContent(Zero(p.n), b.Primitive(), x)
	if err != nil {
		return nil, err
	}
	r := g.mul(content, g.quo(b.Primitive(), bc))
	if g.err != nil {
		return nil, g.err
	}
	return r.Primitive(), nil
}

// pseudoRemainder is the remainder of a times a power of b's first coefficient in x, the power that keeps it integral.
func (g *gcder) pseudoRemainder(a, b *Poly, x int) *Poly {
	db := b.Degree(x)
	lead := b.Coeff(x, db)
	e := a.Degree(x) - db + 1
	unit := Var(a.n, x)
	for g.err == nil && a.Degree(x) >= db {
		k := a.Degree(x)
		f := g.mul(a.Coeff(x, k), g.pow(unit, k-db))
		a = g.mul(lead, a).Sub(g.mul(f, b))
		e--
	}
	return g.mul(a, g.pow(lead, e))
}

func (g *gcder) mul(p, q *Poly) *Poly {
	r, err := p.Mul(q, g.limit)
	return g.kept(p, r, err)
}

func (g *gcder) pow(p *Poly, k int) *Poly {
	r, err := p.Pow(k, g.limit)
	return g.kept(p, r, err)
}

// quo is a quotient that is known to be exact.
func (g *gcder) quo(p, q *Poly) *Poly {
	if g.err != nil {
		return p
	}
	r, _, err := p.DivExact(q, g.limit)
	return g.kept(p, r, err)
}

func (g *gcder) kept(p, r *Poly, err error) *Poly {
	if err != nil {
		if g.err == nil {
			g.err = err
		}
		return p
	}
	return r
}
