package symbolic

// Canonical sums and products are taken term by term and factor by factor, so
// that no term is made of what is only on the way: of a monomial, of a power of a
// number. A product is a sum of one term here.

const powerHeads = 1<<OpPow | 1<<OpPower | 1<<OpSqrt

// keyTerm is the key that a term of a sum is, with the coefficient that is left
// of it, nil if it is none.
func (s *substitution) keyTerm(t pair) (key *node, c num) {
	if t.n == one {
		return nil, t.c
	}
	if s.heads>>OpProduct&1 != 0 && !t.c.isOne() {
		if scaled := scale(t.c, t.n); s.isKey(scaled) {
			return scaled, num{v: 1}
		}
	}
	if s.isKey(t.n) {
		return t.n, t.c
	}
	return nil, t.c
}

// keyFactor is the key that a factor is, nil if it is none; leaves aside.
func (s *substitution) keyFactor(f pair) *node {
	if s.heads&powerHeads != 0 && !f.c.isOne() {
		if p := powerTerm(f.n, f.c); s.isKey(p) {
			return p
		}
	}
	return nil
}

func (s *substitution) isKey(n *node) bool {
	_, ok := s.key(n)
	return ok
}

// pendingTerm is pending for a term of a sum.
func (s *substitution) pendingTerm(t pair, todo []vertex) []vertex {
	if t.n == one {
		return todo
	}
	if s.compound {
		if key, _ := s.keyTerm(t); key != nil {
			return s.need(key, false, todo)
		}
	}
	for i := range t.n.numFactors() {
		f := t.n.factor(i)
		if s.compound {
			if key := s.keyFactor(f); key != nil {
				todo = s.need(key, false, todo)
				continue
			}
		}
		if todo = s.need(f.n, false, todo); !f.c.number() {
			todo = s.need(f.c.x, false, todo)
		}
	}
	return todo
}

// sum is what a canonical sum or product becomes.
func (s *substitution) sum(n *node) *node {
	b := sumBuilder{substitution: s, terms: s.terms[:0]}
	if n.op == OpProduct {
		rest, c := n.coefficient()
		b.term(rest, c)
	} else if p := n.far.packed; p != nil && p.poly != nil && !s.compound {
		if !b.polynomial(p) {
			return n
		}
	} else {
		for _, t := range n.pairs() {
			b.term(t.n, t.c)
		}
	}
	s.terms = b.terms
	if !b.changed {
		return n
	}
	if !b.exact.isZero() {
		b.terms = append(b.terms, pair{one, b.exact})
	}
	if b.float.float() {
		b.terms = append(b.terms, pair{one, b.float})
	}
	s.terms = b.terms
	return makeSum(collect(b.terms))
}

type sumBuilder struct {
	*substitution
	terms        []pair
	exact, float num // the constant
	changed      bool
}

// constant adds to the constant.
func (b *sumBuilder) constant(c num) {
	switch {
	case !c.float():
		b.exact = addNum(b.exact, c)
	case b.float.float():
		b.float = addNum(b.float, c)
	default:
		b.float = c
	}
}

// add adds c*t.
func (b *sumBuilder) add(c num, t *node) {
	if t == nil || t.op == OpNumber || t.op == OpFloat {
		b.constant(mulNum(c, numOf(t)))
		return
	}
	b.terms = appendScaled(b.terms, c, t)
}

// term adds what c times a monomial becomes.
func (b *sumBuilder) term(n *node, c num) {
	if n == one {
		b.constant(c)
		return
	}
	if b.compound {
		if key, c := b.keyTerm(pair{n, c}); key != nil {
			b.changed = true
			b.add(c, b.get(key, false))
			return
		}
	}
	k := num{v: 1}
	factors, changed := b.factors[:0], false
	for i := range n.numFactors() {
		f := n.factor(i)
		if b.compound {
			if key := b.keyFactor(f); key != nil {
				changed = true
				factors = appendPower(factors, &k, b.get(key, false), num{v: 1})
				continue
			}
		}
		g := pair{b.get(f.n, false), f.c}
		if !f.c.number() {
			g.c = numOf(b.get(f.c.x, false))
		}
		if g == f {
			factors = append(factors, f)
			continue
		}
		changed = true
		factors = appendPower(factors, &k, g.n, g.c)
	}
	b.factors = factors
	if !changed {
		b.terms = append(b.terms, pair{n, c})
		return
	}
	b.changed = true
	b.product(mulNum(c, k), factors)
}

// product adds c times the product of factors in any order.
func (b *sumBuilder) product(c num, factors []pair) {
	if len(factors) == 0 {
		b.constant(c)
		return
	}
	b.add(c, makeProduct(num{v: 1}, sortFactors(factors)))
}

// polynomial adds what a polynomial becomes, without making its monomials; not
// if it stays the same.
func (b *sumBuilder) polynomial(p *packed) bool {
	for _, n := range p.bases {
		b.changed = b.changed || b.get(n, false) != n
	}
	if !b.changed {
		return false
	}
	values := make([]*node, len(p.bases))
	for i, n := range p.bases {
		values[i] = b.get(n, false)
	}
	for exps, c := range p.poly.Terms() {
		k, factors := coefNum(c), b.factors[:0]
		for i, e := range exps {
			switch f := (pair{values[i], num{v: int64(e)}}); {
			case e == 0:
			case f.n == p.bases[i]:
				factors = append(factors, f)
			default:
				factors = appendPower(factors, &k, f.n, f.c)
			}
		}
		b.factors = factors
		b.product(k, factors)
	}
	return true
}

// appendPower appends the factors of base^e, and multiplies c by its numbers.
// Numbers to int64 powers are not made terms.
func appendPower(factors []pair, c *num, base *node, e num) []pair {
	if v, ok := powerNum(base, e); ok {
		*c = mulNum(*c, v)
		return factors
	}
	rest, d := power(base, e).coefficient()
	if rest.op == OpSum && rest.flag(hasContent) {
		content, primitive := rest.primitive()
		d, rest = mulNum(d, content), primitive
	}
	*c = mulNum(*c, d)
	if rest == one {
		return factors
	}
	return appendFactors(factors, rest)
}

// powerNum is a number to an int64 power, where that is a number of little size.
func powerNum(base *node, e num) (v num, ok bool) {
	if !e.isInt() || base != nil && base.op != OpNumber && base.op != OpFloat {
		return num{}, false
	}
	b := numOf(base)
	switch {
	case e.isOne():
		return b, true
	case b.float():
		if e.v == 0 || e.v < -maxFloatPower || e.v > maxFloatPower {
			return num{}, false
		}
		return numOfFloat(powFloat(b.floatValue(), e.v)), true
	case e.v <= 0 || !b.isInt():
		return num{}, false
	}
	r := num{v: 1}
	if -1 <= b.v && b.v <= 1 {
		e.v = 2 - e.v&1 // as good, and short
	}
	for range e.v {
		if r.v, ok = fold64(OpMul, r.v, b.v); !ok {
			return num{}, false
		}
	}
	return r, true
}
