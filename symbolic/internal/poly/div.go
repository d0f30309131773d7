package poly

import (
	"math/big"
	"slices"
)

// DivExact returns p/q and true if it is a polynomial, else nil and false. It returns an error if it would need more
// terms than the limit. It panics if q is 0.
func (p *Poly) DivExact(q *Poly, limit Limit) (*Poly, bool, error) {
	same(p, q)
	if q.IsZero() {
		panic("poly: division by zero")
	}
	if p.IsZero() {
		return p, true, nil
	}
	if p.Len() < 1 || p.TotalDegree() < q.TotalDegree() {
		return nil, false, nil
	}
	plo, phi := p.degrees()
	qlo, qhi := q.degrees()
	for i := range plo {
		if plo[i] < qlo[i] || phi[i] < qhi[i] {
			return nil, false, nil
		}
	}
	lay := p.lay
	if lay.words > 1 {
		if tight, ok := tightLayout(phi, p.TotalDegree()); ok {
			lay = tight
		}
	}
	content := q.num.content()
	d := division{
		lay: lay,
		pe:  p.lay.repack(p.exps, lay), pn: &p.num,
		qe: q.lay.repack(q.exps, lay), qn: q.num,
		top:   make([]int, len(phi)),
		limit: &limit,
	}
	if !content.isOne() {
		d.qn = q.num.divided(content)
	}
	for i := range phi {
		d.top[i] = phi[i] - qhi[i]
	}
	var exact bool
	var err error
	switch {
	case q.Len() == 1:
		exact = d.byTerm()
	case lay.words == 1:
		var done bool
		if exact, done, err = d.runDense(); !done && err == nil {
			exact, err = d.run()
		}
	default:
		exact, err = d.runWide()
	}
	if err != nil || !exact {
		return nil, false, err
	}
	degree := p.TotalDegree() - q.TotalDegree()
	r := &Poly{n: p.n, lay: p.lay.fit(degree), num: d.num}
	r.exps = lay.repack(d.exps, r.lay)
	if p.den != nil || q.den != nil || !content.isOne() {
		f := new(big.Rat).SetFrac(q.denominator(), content.big())
		r = r.Scale(f.Mul(f, new(big.Rat).SetFrac(one, p.denominator())))
	}
	if r, err = limit.accept("div", r); err != nil {
		return nil, false, err
	}
	return r, true, nil
}

// division divides integer polynomials, the divisor a primitive one, so that by Gauss's lemma the quotient, if there is
// one, has integer coefficients.
type division struct {
	lay    *layout
	pe, qe []uint64
	pn     *coefs
	qn     coefs
	top    []int // degrees of a quotient
	limit  *Limit

	exps []uint64
	num  coefs
	word [1]uint64
}

// quotient appends the quotient of the term m with coefficient c by the divisor's first term.
func (d *division) quotient(m []uint64, c integer, e []int) bool {
	first := d.qe[:d.lay.words]
	if !d.lay.divides(first, m) {
		return false
	}
	k, exact := c.quo(d.qn.at(0))
	if !exact {
		return false
	}
	at := len(d.exps)
	for i, x := range m {
		d.exps = append(d.exps, x-first[i])
	}
	// Products with a term beyond the degrees of the quotient might not fit the layout.
	d.lay.unpack(d.exps[at:], e)
	for i, x := range e {
		if x > d.top[i] {
			return false
		}
	}
	d.num.push(k)
	return true
}

func (d *division) byTerm() bool {
	e := make([]int, d.lay.n)
	w := d.lay.words
	d.num = makeCoefs(d.pn.len())
	for i := range d.pn.len() {
		if !d.quotient(d.pe[i*w:i*w+w], d.pn.at(i), e) {
			return false
		}
	}
	return true
}

// run divides one-word monomials. The products of the divisor's terms with the quotient's terms are merged with a heap
// of streams, one for each term of the divisor but the first; a stream that has met all quotient terms found so far is
// parked.
func (d *division) run() (bool, error) {
	e := make([]int, d.lay.n)
	np, nq := len(d.pe), len(d.qe)
	var h []stream // i counts terms of the quotient, j of the divisor
	parked := []int32{1}
	started := int32(1)
	k := 0
	work := meter{limit: d.limit}
	for k < np || len(h) > 0 {
		var key uint64
		if k < np {
			key = d.pe[k]
		}
		if len(h) > 0 {
			key = max(key, h[0].key)
		}
		var sum integer
		if k < np && d.pe[k] == key {
			sum = d.pn.at(k)
			k++
		}
		steps := 1
		start := false
		for len(h) > 0 && h[0].key == key {
			s := &h[0]
			sum = sum.add(d.num.at(int(s.i)).mul(d.qn.at(int(s.j))).neg())
			start = start || s.j == started
			if s.i++; int(s.i) < len(d.exps) {
				s.key = d.exps[s.i] + d.qe[s.j]
			} else {
				parked = append(parked, s.j)
				h[0] = h[len(h)-1]
				h = h[:len(h)-1]
			}
			siftDown(h)
			steps++
		}
		// The next stream's first product is below that of the last one started.
		if start && int(started)+1 < nq {
			started++
			h = append(h, stream{d.exps[0] + d.qe[started], 0, started})
			siftUp(h)
		}
		if err := work.spend(16 * steps); err != nil {
			return false, err
		}
		if sum.isZero() {
			continue
		}
		if !d.quotient(d.one(key), sum, e) {
			return false, nil
		}
		last := len(d.exps) - 1
		if last >= d.limit.maxTerms() {
			return false, d.limit.allow("div", uint64(last+1), 1)
		}
		for _, j := range parked {
			h = append(h, stream{d.exps[last] + d.qe[j], int32(last), j})
			siftUp(h)
		}
		parked = parked[:0]
	}
	return true, nil
}

// runWide divides monomials of several words by subtracting multiples of the divisor.
func (d *division) runWide() (bool, error) {
	e := make([]int, d.lay.n)
	w := d.lay.words
	rest, num := d.pe, *d.pn
	work := meter{limit: d.limit}
	q := operand{d.qe, &d.qn}
	for len(rest) > 0 {
		if !d.quotient(rest[:w], num.at(0), e) {
			return false, nil
		}
		last := d.num.len() - 1
		if last >= d.limit.maxTerms() {
			return false, d.limit.allow("div", uint64(last+1), 1)
		}
		te, tn := mulTerm(d.lay, d.exps[last*w:], d.num.at(last), q)
		rest, num = addAny(w, rest, &num, te, &tn, -1)
		if err := work.spend(8 * len(rest)); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Collect returns p as a polynomial in variable i: its nonzero coefficients, which do not contain the variable, by
// descending powers.
func (p *Poly) Collect(i int) []PowerCoef {
	p.checkVar(i)
	var out []PowerCoef
	at := map[int]int{}
	unit := p.lay.unit(i)
	for t := range p.Len() {
		m := p.mono(t)
		k := p.lay.exponent(m, i)
		j, ok := at[k]
		if !ok {
			j = len(out)
			at[k] = j
			out = append(out, PowerCoef{k, &Poly{n: p.n, lay: p.lay}})
		}
		c := out[j].Coef
		for w, x := range m {
			c.exps = append(c.exps, x-uint64(k)*unit[w])
		}
		c.num.push(p.num.at(t))
	}
	slices.SortFunc(out, func(a, b PowerCoef) int { return b.Power - a.Power })
	for j := range out {
		out[j].Coef = out[j].Coef.over(p.denominator())
	}
	return out
}

// PowerCoef is a power of a variable and the polynomial that it is multiplied by.
type PowerCoef struct {
	Power int
	Coef  *Poly
}
