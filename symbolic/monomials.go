package symbolic

import (
	"math"
	"math/bits"
	"slices"

	"github.com/triad-go/triad/symbolic/internal/poly"
)

// node is the canonical form of a.
func (r *ring) node(a laurent) (*node, error) {
	if n, ok, err := r.packed(a); ok || err != nil {
		return n, err
	}
	exact, inexact := a, r.constant(0)
	if i, ok := r.index[floats]; ok {
		exact, inexact = r.parted(a, i)
	}
	m := monomials{ring: r}
	if m.prepare(exact, inexact) {
		terms := make([]entry, 0, a.p.Len())
		terms = m.appendTerms(terms, exact, false)
		return m.sum(m.appendTerms(terms, inexact, true)), nil
	}
	pairs := r.appendPairs(nil, exact, false)
	return makeSum(sortTerms(r.appendPairs(pairs, inexact, true))), nil
}

// packed makes a sum in packed form, if it can have that.
func (r *ring) packed(a laurent) (n *node, ok bool, err error) {
	if _, ok := r.index[floats]; ok {
		return nil, false, nil
	}
	for _, e := range a.by {
		if e < 0 {
			return nil, false, nil
		}
	}
	bases := make([]*node, len(r.gens))
	for i, g := range r.gens {
		if !g.unit.isOne() || !isFactor(g.base, g.unit) || g.base.op == OpSum {
			return nil, false, nil
		}
		bases[i] = g.base
	}
	p, err := r.shifted(a, nil)
	if err != nil {
		return nil, false, err
	}
	return packedSum(p, bases), true, nil
}

// parted separates the exact coefficients from those with a float in them, of
// which generator i is a factor.
func (r *ring) parted(a laurent, i int) (exact, inexact laurent) {
	var marked []*poly.Poly
	exact = laurent{poly.Zero(len(r.gens)), a.by}
	inexact.by = a.by
	for _, c := range a.p.Collect(i) {
		if c.Power == 0 && (a.by == nil || a.by[i] == 0) {
			exact.p = c.Coef
		} else {
			marked = append(marked, c.Coef)
		}
	}
	inexact.p = poly.Sum(len(r.gens), marked...)
	return exact, inexact
}

// appendPairs appends the terms of a, made one by one and in no order: the way
// for generators that are no factors of their own, such as the square root of 2.
func (r *ring) appendPairs(pairs []pair, a laurent, float bool) []pair {
	factors := make([]Expr, 0, len(r.gens))
	for exps, c := range a.p.Terms() {
		factors = factors[:0]
		for i, g := range r.gens {
			e := int64(exps[i])
			if a.by != nil {
				e += a.by[i]
			}
			if e != 0 && g != floats {
				factors = append(factors, Expr{power(g.base, g.exponent(e))})
			}
		}
		pairs = appendScaled(pairs, coefficientOf(c, float), Times(factors...).n)
	}
	return pairs
}

// exponent is that of the k-th power of a generator.
func (g generator) exponent(k int64) num {
	switch {
	case g.unit.isOne():
		return num{v: k}
	case k == 1:
		return g.unit
	case g.unit.number():
		return mulNum(num{v: k}, g.unit)
	}
	return numOf(Times(Int(k), g.unit.expr()).n)
}

func coefficientOf(c poly.Coef, float bool) num {
	if !float {
		return coefNum(c)
	}
	v, _ := c.Rat().Float64()
	return numOfFloat(v)
}

// monomials makes the terms of sums when each generator is a factor of its own,
// with a base that no other has. Then the terms differ, and the order in which
// compareTerms puts them is known from their exponents.
type monomials struct {
	*ring
	by    []int64
	used  []powersOf // in the order of their bases
	width int        // of a rank in bits; all ones is that of the exponent 0
	buf   []pair
}

// powersOf is the powers of generator i, by their exponents in a polynomial.
type powersOf struct {
	i       int
	factors []factor
}

// factor is a power of a generator.
type factor struct {
	pair
	hash uint64
	term *node  // nil if the exponent is 0
	rank uint64 // among all of the generator, in the order of compareTerms
	used bool
}

// entry is a term with a key by which terms are sorted.
type entry struct {
	key uint64
	pair
}

const maxTabled = 1 << 12 // powers of one generator

// prepare tables the powers that occur in the polynomials, which have the same
// exponents in front; !ok if the terms cannot be made like this.
func (m *monomials) prepare(as ...laurent) bool {
	for i, g := range m.gens {
		top := 0
		for _, a := range as {
			top = max(top, a.p.Degree(i))
			if a.by != nil && a.by[i] != 0 {
				m.by = a.by
			}
		}
		switch {
		case g == floats || top == 0 && (m.by == nil || m.by[i] == 0):
			continue
		case top > maxTabled:
			return false
		}
		m.used = append(m.used, powersOf{i, make([]factor, top+1)})
	}
	slices.SortFunc(m.used, func(p, q powersOf) int { return compare(m.gens[p.i].base, m.gens[q.i].base, 0) })
	for at := range m.used {
		if at > 0 && m.gens[m.used[at].i].base == m.gens[m.used[at-1].i].base {
			return false
		}
	}
	for _, a := range as {
		for exps := range a.p.Terms() {
			for _, p := range m.used {
				p.factors[exps[p.i]].used = true
			}
		}
	}
	most := 0
	for _, p := range m.used {
		n, ok := m.rank(p)
		if !ok {
			return false
		}
		most = max(most, n)
	}
	m.width = bits.Len(uint(most))
	return m.width*len(m.used)+17 <= 64
}

// rank works out the powers of a generator that are used, and returns how many
// there are.
func (m *monomials) rank(p powersOf) (n int, ok bool) {
	g := m.gens[p.i]
	var order []*factor
	for k := range p.factors {
		f := &p.factors[k]
		e := int64(k)
		if m.by != nil {
			e += m.by[p.i]
		}
		if !f.used || e == 0 {
			f.rank = math.MaxUint64 // a factor less comes last
			continue
		}
		f.pair = pair{g.base, g.exponent(e)}
		f.hash = f.pair.hash()
		f.term = power(f.n, f.c)
		base, e1 := baseOf(f.term)
		if base != f.n || e1 != f.c || !isGenerator(f.term) && !isPower(f.term) {
			return 0, false // it has become a number, a sum or a product
		}
		order = append(order, f)
	}
	slices.SortFunc(order, func(f, g *factor) int { return orderExponents(f.c, g.c) })
	for rank, f := range order {
		if rank > 0 && f.c == order[rank-1].c {
			return 0, false // multiples of a float, such as 0.0
		}
		f.rank = uint64(rank)
	}
	return len(order), true
}

func (m *monomials) appendTerms(terms []entry, a laurent, float bool) []entry {
	mark := uint64(0)
	if float {
		mark = 1
	}
	for exps, c := range a.p.Terms() {
		k := key{op: OpProduct}
		m.buf = m.buf[:0]
		rank := uint64(0)
		term := one
		for _, p := range m.used {
			f := &p.factors[exps[p.i]]
			rank = rank<<m.width | f.rank&(1<<m.width-1)
			if f.term != nil {
				m.buf = append(m.buf, f.pair)
				k.bits += f.hash
				term = f.term
			}
		}
		if len(m.buf) > 1 {
			term = internPairs(&k, m.buf)
		}
		order := uint64(math.MaxInt16 - int(term.degreeIn()))
		key := (order<<(m.width*len(m.used))|rank)<<1 | mark
		terms = append(terms, entry{key, pair{term, coefficientOf(c, float)}})
	}
	return terms
}

func isPower(n *node) bool {
	return n != nil && (n.op == OpPow || n.op == OpPower || n.op == OpSqrt)
}

// orderExponents is the order of compareTerms for two powers of one base.
func orderExponents(c, d num) int {
	switch {
	case c.isInt() && d.isInt():
		return sign(c.v > d.v)
	case c.number() && d.number():
		return compare(d.expr().n, c.expr().n, 0)
	}
	return compare(c.expr().n, d.expr().n, 0)
}

func (m *monomials) sum(terms []entry) *node {
	slices.SortFunc(terms, func(a, b entry) int {
		switch {
		case a.key < b.key:
			return -1
		case a.key > b.key:
			return 1
		}
		return 0
	})
	pairs := make([]pair, len(terms))
	for i, t := range terms {
		pairs[i] = t.pair
	}
	return ownSum(pairs, hashPairs(pairs))
}
