package poly

import (
	"math/big"
)

// operand is a factor of a product: its terms in the layout of the product.
type operand struct {
	exps []uint64
	num  *coefs
}

// product is a multiplication under way.
type product struct {
	lay   *layout
	a, b  operand // a has no more terms than b
	bits  float64 // bound of the base-2 logarithm of each coefficient
	limit *Limit
}

// Mul returns p*q, or an error if it breaks the limit.
func (p *Poly) Mul(q *Poly, limit Limit) (*Poly, error) {
	same(p, q)
	if p.IsZero() || q.IsZero() {
		return Zero(p.n), nil
	}
	if p.Len() > q.Len() {
		p, q = q, p
	}
	degree := uint64(p.TotalDegree()) + uint64(q.TotalDegree())
	if err := degreeAllowed("mul", degree); err != nil {
		return nil, err
	}
	// The product has the products of the first terms and of the last terms.
	first := p.num.at(0).bitLen() + q.num.at(0).bitLen() - 1
	last := p.num.at(p.Len()-1).bitLen() + q.num.at(q.Len()-1).bitLen() - 1
	if p.den != nil || q.den != nil {
		first, last = 0, 0 // they may cancel
	}
	if err := limit.allow("mul", uint64(min(q.Len(), 2)), uint64(max(first, last))); err != nil {
		return nil, err
	}
	lay := p.lay
	if lay != q.lay || degree > uint64(lay.max) || lay.words > 1 {
		lay = layoutFor(p.n, int(degree))
	}
	a := operand{p.lay.repack(p.exps, lay), &p.num}
	b := operand{q.lay.repack(q.exps, lay), &q.num}
	r := &Poly{n: p.n, lay: lay}
	var err error
	if p.Len() == 1 {
		r.exps, r.num = mulTerm(lay, a.exps, p.num.at(0), b)
	} else {
		x := product{lay: lay, a: a, b: b, limit: &limit}
		x.bits = productBits(p.num.norms(), q.num.norms(), p.Len(), q.Len())
		if lay.words == 1 {
			r.exps, r.num, err = x.run()
		} else {
			r.exps, r.num, err = x.runWide(p, q, int(degree))
		}
		if err != nil {
			return nil, err
		}
	}
	return limit.accept("mul", r.over(mulDen(p.den, q.den)))
}

// mulDen multiplies denominators, nil for 1.
func mulDen(a, b *big.Int) *big.Int {
	switch {
	case a == nil && b == nil:
		return one
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return new(big.Int).Mul(a, b)
}

// mulTerm multiplies b by the single term m with coefficient c.
func mulTerm(lay *layout, m []uint64, c integer, b operand) ([]uint64, coefs) {
	exps := make([]uint64, len(b.exps))
	w := lay.words
	for i, x := range b.exps {
		exps[i] = x + m[i%w]
	}
	return exps, b.num.scaled(c)
}

// runWide multiplies where the layout needs several words: in one word after all if the degrees that occur allow it.
func (x *product) runWide(p, q *Poly, degree int) ([]uint64, coefs, error) {
	_, top := p.degrees()
	_, qtop := q.degrees()
	for i := range top {
		top[i] += qtop[i]
	}
	tight, ok := tightLayout(top, degree)
	if !ok {
		return x.hash()
	}
	lay := x.lay
	x.lay = tight
	x.a.exps = lay.repack(x.a.exps, tight)
	x.b.exps = lay.repack(x.b.exps, tight)
	exps, num, err := x.run()
	if err != nil {
		return nil, coefs{}, err
	}
	return tight.repack(exps, lay), num, nil
}

// run multiplies one-word monomials by the method that the sizes favour.
func (x *product) run() ([]uint64, coefs, error) {
	na, nb := x.a.num.len(), x.b.num.len()
	products := uint64(na) * uint64(nb)
	if products <= 128 && x.bits < 63 && x.a.num.s != nil && x.b.num.s != nil {
		return x.tiny()
	}
	if x.bits < 127 {
		if d, ok := x.planDense(products); ok {
			return d.run()
		}
	}
	return x.hash()
}

// tiny multiplies short lists: all products, sorted.
func (x *product) tiny() ([]uint64, coefs, error) {
	var buf, spare [128]term64
	t := buf[:0]
	for i, m := range x.a.exps {
		c := x.a.num.s[i]
		for j, n := range x.b.exps {
			t = append(t, term64{m + n, c * x.b.num.s[j]})
		}
	}
	t = mergeRuns(t, spare[:len(t)], len(x.b.exps))
	exps := make([]uint64, 0, len(t))
	num := make([]int64, 0, len(t))
	for i := 0; i < len(t); {
		key, sum := t[i].key, int64(0)
		for ; i < len(t) && t[i].key == key; i++ {
			sum += t[i].c
		}
		if sum != 0 {
			exps = append(exps, key)
			num = append(num, sum)
		}
	}
	if len(num) == 0 {
		return nil, coefs{}, nil
	}
	return exps, coefs{s: num}, nil
}

type term64 struct {
	key uint64
	c   int64
}

// mergeRuns sorts t, terms in descending runs of length run, in descending order. The result is in t or
// in out, which is as long.
func mergeRuns(t, out []term64, run int) []term64 {
	for ; run < len(t); run *= 2 {
		for lo := 0; lo < len(t); lo += 2 * run {
			mid, hi := min(lo+run, len(t)), min(lo+2*run, len(t))
			i, j := lo, mid
			for k := lo; k < hi; k++ {
				if j == hi || i < mid && t[i].key >= t[j].key {
					out[k] = t[i]
					i++
				} else {
					out[k] = t[j]
					j++
				}
			}
		}
		t, out = out, t
	}
	return t
}
