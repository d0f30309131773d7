package poly

import (
	"fmt"
	"math/big"
)

func (p *Poly) checkVar(i int) {
	if i < 0 || i >= p.n {
		panic(fmt.Sprintf("poly: variable %d of %d", i, p.n))
	}
}

// Diff returns the derivative with respect to variable i.
func (p *Poly) Diff(i int) *Poly {
	p.checkVar(i)
	r := &Poly{n: p.n, lay: p.lay, exps: make([]uint64, 0, len(p.exps)), num: makeCoefs(p.Len())}
	unit := p.lay.unit(i)
	for t := range p.Len() {
		m := p.mono(t)
		k := p.lay.exponent(m, i)
		if k == 0 {
			continue
		}
		for w, x := range m {
			r.exps = append(r.exps, x-unit[w])
		}
		r.num.push(p.num.at(t).mul(small(int64(k))))
	}
	return r.over(p.denominator())
}

// Coeff returns the coefficient of the power k of variable i, a polynomial without that variable.
func (p *Poly) Coeff(i, k int) *Poly {
	p.checkVar(i)
	r := &Poly{n: p.n, lay: p.lay}
	unit := p.lay.unit(i)
	for t := range p.Len() {
		m := p.mono(t)
		if p.lay.exponent(m, i) != k {
			continue
		}
		for w, x := range m {
			r.exps = append(r.exps, x-uint64(k)*unit[w])
		}
		r.num.push(p.num.at(t))
	}
	return r.over(p.denominator())
}

// Subst returns p with q in place of variable i, or an error if it breaks the limit.
func (p *Poly) Subst(i int, q *Poly, limit Limit) (*Poly, error) {
	same(p, q)
	p.checkVar(i)
	step := Limit{Terms: limit.Terms, Words: limit.Words, Bits: limit.Bits, Check: limit.Check}
	r := Zero(p.n)
	cs := p.Collect(i)
	for j, c := range cs {
		r = r.Add(c.Coef)
		gap := c.Power
		if j+1 < len(cs) {
			gap -= cs[j+1].Power
		}
		if gap == 0 {
			continue
		}
		f, err := q.Pow(gap, step)
		if err == nil {
			r, err = r.Mul(f, step)
		}
		if err != nil {
			if e, ok := err.(*LimitError); ok {
				e.Op = "subst"
			}
			return nil, err
		}
	}
	return limit.accept("subst", r)
}

// Eval returns the value of p at a point, newly allocated. Only Bits and Check of the limit count; the bits are those of
// the widest power of a coordinate. It panics if the point does not have one coordinate for each variable.
func (p *Poly) Eval(at []*big.Rat, limit Limit) (*big.Rat, error) {
	if len(at) != p.n {
		panic(fmt.Sprintf("poly: %d coordinates for %d variables", len(at), p.n))
	}
	if p.IsZero() {
		return new(big.Rat), nil
	}
	// With x[i] = a[i]/b[i] and b[i]^d[i] for the denominator, all powers are integers.
	_, d := p.degrees()
	den := new(big.Int).Set(p.denominator())
	powers := make([]map[int]*big.Int, p.n)
	for i, x := range at {
		if need := uint64(d[i]) * uint64(max(x.Num().BitLen(), x.Denom().BitLen())-1); limit.Bits > 0 && need > uint64(limit.Bits) {
			return nil, &LimitError{"eval", "bits", need, uint64(limit.Bits)}
		}
		powers[i] = map[int]*big.Int{}
		if !x.IsInt() {
			den.Mul(den, new(big.Int).Exp(x.Denom(), big.NewInt(int64(d[i])), nil))
		}
	}
	sum, f := new(big.Int), new(big.Int)
	work := meter{limit: &limit}
	e := make([]int, p.n)
	for t := range p.Len() {
		p.Exponents(t, e)
		f.Set(p.num.at(t).big())
		for i, k := range e {
			w, ok := powers[i][k]
			if !ok {
				w = new(big.Int).Exp(at[i].Num(), big.NewInt(int64(k)), nil)
				if !at[i].IsInt() {
					w.Mul(w, new(big.Int).Exp(at[i].Denom(), big.NewInt(int64(d[i]-k)), nil))
				}
				powers[i][k] = w
			}
			f.Mul(f, w)
		}
		sum.Add(sum, f)
		if err := work.spend(64 * (p.n + 1)); err != nil {
			return nil, err
		}
	}
	return new(big.Rat).SetFrac(sum, den), nil
}

// Rename returns p as a polynomial in n variables, with variable to[i] in place of variable i. Variables may be merged.
func (p *Poly) Rename(n int, to []int) *Poly {
	if len(to) != p.n {
		panic(fmt.Sprintf("poly: %d names for %d variables", len(to), p.n))
	}
	b := NewBuilder(n)
	e, f := make([]int, p.n), make([]int, n)
	for t := range p.Len() {
		clear(f)
		for i, k := range p.Exponents(t, e) {
			f[to[i]] += k
		}
		if err := b.add(f, p.num.at(t), nil); err != nil {
			panic(err) // the degree has not changed
		}
	}
	return b.Poly().over(p.denominator())
}
