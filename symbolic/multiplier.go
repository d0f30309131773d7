package symbolic

import "slices"

// multiplier multiplies terms of sums. It is not safe for concurrent use.
type multiplier struct {
	product []pair         // scratch
	sums    map[[2]num]num // of exponents that are terms
}

// multiply appends the terms of c times the product times the factors to a sum.
// The product is in order, and overwritten.
func (m *multiplier) multiply(terms []pair, c num, product []pair, factors ...*node) []pair {
	for _, t := range factors {
		rest, d := t.coefficient()
		if rest.op == OpSum && rest.flag(hasContent) {
			d, rest = rest.primitive()
		}
		c = mulNum(c, d)
		if rest == one {
			continue
		}
		var buf [1]pair
		at := 0
		for _, f := range rest.factors(&buf) {
			for at < len(product) && product[at].n != f.n && orderFactors(product[at], f) < 0 {
				at++
			}
			if at < len(product) && product[at].n == f.n {
				product[at].c = m.addExponents(product[at].c, f.c)
			} else {
				product = slices.Insert(product, at, f)
			}
			at++
		}
	}
	m.product = product[:0]
	return appendScaled(terms, c, makeProduct(num{v: 1}, product))
}

// distribute appends the terms of c*a*b, each term of a with each of b.
func (m *multiplier) distribute(terms []pair, c num, a, b *node) []pair {
	if a == nil || b == nil || c.isZero() {
		return terms
	}
	var bufA, bufB, buf [1]pair
	for _, p := range a.addends(&bufA) {
		d := mulNum(c, p.c)
		for _, q := range b.addends(&bufB) {
			switch {
			case p.n == one:
				terms = appendScaled(terms, mulNum(d, q.c), q.n)
			case q.n == one:
				terms = appendScaled(terms, mulNum(d, q.c), p.n)
			default:
				terms = m.multiply(terms, mulNum(d, q.c), append(m.product[:0], p.n.factors(&buf)...), q.n)
			}
		}
	}
	return terms
}

// expanded is a*b with each term of a multiplied by each of b.
func (m *multiplier) expanded(a, b *node) *node {
	switch {
	case a == one:
		return b
	case b == one:
		return a
	}
	return makeSum(collect(m.distribute(nil, num{v: 1}, a, b)))
}

func (m *multiplier) addExponents(c, d num) num {
	if c.x == nil && d.x == nil {
		return addExponents(c, d)
	}
	sum, ok := m.sums[[2]num{c, d}]
	if !ok {
		if m.sums == nil {
			m.sums = map[[2]num]num{}
		}
		sum = addExponents(c, d)
		m.sums[[2]num{c, d}] = sum
	}
	return sum
}

// addends are the terms of a sum, or buf with the one term that another is.
func (n *node) addends(buf *[1]pair) []pair {
	if n.op == OpSum {
		return n.pairs()
	}
	buf[0].n, buf[0].c = n.coefficient()
	return buf[:]
}

// collect is sortTerms for terms that are often in order, or often alike.
func collect(terms []pair) []pair {
	sorted := true
	for i := 1; i < len(terms) && sorted; i++ {
		sorted = orderTerms(terms[i-1], terms[i]) < 0
	}
	if sorted && !slices.ContainsFunc(terms, func(t pair) bool { return t.n == pole || t.c.isZero() }) {
		return terms
	}
	return sortTerms(terms)
}
