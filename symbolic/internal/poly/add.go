package poly

import (
	"math/big"
	"slices"
)

// Add returns p+q.
func (p *Poly) Add(q *Poly) *Poly { return p.combine(q, 1) }

// Sub returns p-q.
func (p *Poly) Sub(q *Poly) *Poly { return p.combine(q, -1) }

// Sum returns the sum of polynomials in n variables, added pairwise, so that long sums cost little more than their terms.
func Sum(n int, ps ...*Poly) *Poly {
	switch len(ps) {
	case 0:
		return Zero(n)
	case 1:
		same(ps[0], Zero(n))
		return ps[0]
	}
	ps = slices.Clone(ps)
	for len(ps) > 1 {
		half := ps[:0]
		for i := 0; i < len(ps); i += 2 {
			if i+1 < len(ps) {
				half = append(half, ps[i].Add(ps[i+1]))
			} else {
				half = append(half, ps[i])
			}
		}
		ps = half
	}
	same(ps[0], Zero(n))
	return ps[0]
}

// combine returns p + sign*q.
func (p *Poly) combine(q *Poly, sign int64) *Poly {
	same(p, q)
	if q.IsZero() {
		return p
	}
	if p.IsZero() {
		if sign < 0 {
			return q.Neg()
		}
		return q
	}
	lay := p.lay
	if lay != q.lay {
		lay = layoutFor(p.n, max(p.TotalDegree(), q.TotalDegree()))
	}
	pe, qe := p.lay.repack(p.exps, lay), q.lay.repack(q.exps, lay)
	pn, qn := p.num, q.num
	den := one
	if p.den != nil || q.den != nil {
		dp, dq := p.denominator(), q.denominator()
		den = lcm(dp, dq)
		pn = pn.scaled(fromBig(new(big.Int).Quo(den, dp)))
		qn = qn.scaled(fromBig(new(big.Int).Quo(den, dq)))
	}
	r := &Poly{n: p.n, lay: lay}
	if lay.words == 1 && pn.s != nil && qn.s != nil {
		var ok bool
		if r.exps, r.num.s, ok = addSmall(pe, pn.s, qe, qn.s, sign); ok {
			return r.over(den)
		}
	}
	r.exps, r.num = addAny(lay.words, pe, &pn, qe, &qn, sign)
	return r.over(den)
}

// addSmall merges lists of one-word terms; it reports false if a coefficient overflows.
func addSmall(pe []uint64, pn []int64, qe []uint64, qn []int64, sign int64) ([]uint64, []int64, bool) {
	exps := make([]uint64, len(pe)+len(qe))
	num := make([]int64, len(pe)+len(qe))
	k, i, j := 0, 0, 0
	for i < len(pe) && j < len(qe) {
		x, y := pe[i], qe[j]
		switch {
		case x > y:
			exps[k], num[k] = x, pn[i]
			i++
			k++
		case x < y:
			c := qn[j] * sign
			if c == -c { // the least int64 negated
				return nil, nil, false
			}
			exps[k], num[k] = y, c
			j++
			k++
		default:
			a, b := pn[i], qn[j]*sign
			s := a + b
			if (a^s)&(b^s) < 0 || b == -b {
				return nil, nil, false
			}
			if s != 0 {
				exps[k], num[k] = x, s
				k++
			}
			i++
			j++
		}
	}
	copy(exps[k:], pe[i:])
	k += copy(num[k:], pn[i:])
	for ; j < len(qe); j++ {
		c := qn[j] * sign
		if c == -c {
			return nil, nil, false
		}
		exps[k], num[k] = qe[j], c
		k++
	}
	return exps[:k:k], num[:k:k], true
}

// addAny merges any lists of terms.
func addAny(w int, pe []uint64, pn *coefs, qe []uint64, qn *coefs, sign int64) ([]uint64, coefs) {
	exps := make([]uint64, 0, len(pe)+len(qe))
	num := makeCoefs(pn.len() + qn.len())
	np, nq := pn.len(), qn.len()
	for i, j := 0, 0; i < np || j < nq; {
		order := 0
		switch {
		case j == nq:
			order = 1
		case i == np:
			order = -1
		default:
			order = compareWords(pe[i*w:i*w+w], qe[j*w:j*w+w])
		}
		var c integer
		m := pe
		at := i
		if order < 0 {
			m, at = qe, j
		}
		if order >= 0 {
			c = pn.at(i)
			i++
		}
		if order <= 0 {
			x := qn.at(j)
			if sign < 0 {
				x = x.neg()
			}
			c = c.add(x)
			j++
		}
		if !c.isZero() {
			exps = append(exps, m[at*w:at*w+w]...)
			num.push(c)
		}
	}
	return exps, num
}
