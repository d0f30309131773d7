package symbolic

import (
	"slices"
	"sync/atomic"

	"github.com/triad-go/triad/symbolic/internal/poly"
)

// packed is a sum whose pairs are made when somebody looks at them. It is one of
// two: a polynomial, since an expansion has thousands of monomials, and making a
// term of each takes longer than all the arithmetic; or another sum with a few
// terms more, since a sum is often built one by one. The hash of the sum is that
// of its pairs in any case.
type packed struct {
	poly  *poly.Poly // a polynomial in
	bases []*node    // these, in the order of compare

	sum   *node  // or a sum that is not packed like this
	added []pair // and terms that are not in it, in order

	terms atomic.Pointer[[]pair]
}

const (
	minPatched = 64 // terms of a sum to which terms are added without a copy
	maxAdded   = 32
)

// patchedSum is the sum a with a term more, or !ok if it must be made of pairs:
// the flags of what is left in such a sum have to be known without a look at it.
func patchedSum(a *node, t pair) (sum *node, ok bool) {
	if a.op != OpSum || a.flags&^(hasContent|compact) != 0 || t.n.flags&^(hasContent|compact) != 0 || t.n == pole || !t.c.isInt() {
		return nil, false
	}
	base, added := a, []pair(nil)
	if p := a.far.packed; p != nil {
		if p.sum == nil {
			return nil, false
		}
		base, added = p.sum, p.added
	}
	terms := base.pairs()
	if len(terms) < minPatched {
		return nil, false
	}
	// The content is 1, or -1 where the first coefficient is negative, and stays so.
	if base == a && a.flag(hasContent) && a.content() != (num{v: -1}) {
		return nil, false
	}
	_, found := slices.BinarySearchFunc(terms, t, orderTerms)
	at, twice := slices.BinarySearchFunc(added, t, orderTerms)
	if found || twice {
		return nil, false
	}
	more := make([]pair, len(added)+1)
	copy(more, added[:at])
	more[at] = t
	copy(more[at+1:], added[at:])
	hash := a.bits + t.hash()
	if len(more) > maxAdded {
		return ownSum(mergeNew(terms, more), hash), true
	}
	k := key{op: OpSum, bits: hash, packed: &packed{sum: base, added: more}}
	return intern(&k), true
}

// mergeNew merges terms that are all different.
func mergeNew(terms, added []pair) []pair {
	sum := make([]pair, 0, len(terms)+len(added))
	for _, t := range added {
		i, _ := slices.BinarySearchFunc(terms, t, orderTerms)
		sum = append(append(sum, terms[:i]...), t)
		terms = terms[i:]
	}
	return append(sum, terms...)
}

// maxPackedDegree keeps to the degrees that compareTerms tells apart.
const maxPackedDegree = 1 << 14

// packedSum is the canonical form of a polynomial in these bases.
func packedSum(p *poly.Poly, bases []*node) *node {
	if p.Len() < 2 {
		return unpackedSum(p, bases)
	}
	// The variables that occur, in order.
	var used []int
	for i := range bases {
		if p.Degree(i) > 0 {
			used = append(used, i)
		}
	}
	slices.SortFunc(used, func(i, j int) int { return compare(bases[i], bases[j], 0) })
	for at, i := range used {
		again := at > 0 && bases[i] == bases[used[at-1]]
		// A sum is no term of a sum, and the others are no bases.
		if again || bases[i].op == OpSum || !isFactor(bases[i], num{v: 1}) || bases[i].flag(hasPole) {
			return unpackedSum(p, bases)
		}
	}
	if p.TotalDegree() > maxPackedDegree {
		return unpackedSum(p, bases)
	}
	to := make([]int, len(bases))
	s := &packed{bases: make([]*node, len(used))}
	same := len(used) == len(bases)
	for at, i := range used {
		to[i] = at
		s.bases[at] = bases[i]
		same = same && i == at
	}
	if s.poly = p; !same {
		s.poly = p.Rename(len(used), to)
	}
	k := key{op: OpSum, packed: s, bits: s.hash()}
	return intern(&k)
}

// unpackedSum is packedSum for any bases, which may be numbers or powers.
func unpackedSum(p *poly.Poly, bases []*node) *node {
	terms := make([]pair, 0, p.Len())
	factors := make([]Expr, 0, len(bases)+1)
	for exps, c := range p.Terms() {
		factors = factors[:0]
		for i, e := range exps {
			if e != 0 {
				factors = append(factors, Expr{power(bases[i], num{v: int64(e)})})
			}
		}
		terms = appendScaled(terms, coefNum(c), Times(factors...).n)
	}
	return makeSum(sortTerms(terms))
}

func coefNum(c poly.Coef) num {
	if v, ok := c.Int64(); ok {
		return num{v: v}
	}
	return numOfRat(c.Rat())
}

// coefHash is the hash of a coefficient, without making a term of it.
func coefHash(c poly.Coef) uint64 {
	if v, ok := c.Int64(); ok {
		return num{v: v}.hash()
	}
	r := c.Rat()
	if r.IsInt() && r.Num().IsInt64() {
		return num{v: r.Num().Int64()}.hash()
	}
	k := key{op: OpNumber, rat: r}
	return k.hash(nil)
}

// hash is hashPairs of the terms.
func (s *packed) hash() (h uint64) {
	powers := make([][]uint64, len(s.bases)) // pair.hash of base i to the power e
	for i := range powers {
		powers[i] = make([]uint64, s.poly.Degree(i)+1)
		for e := 1; e < len(powers[i]); e++ {
			powers[i][e] = pair{s.bases[i], num{v: int64(e)}}.hash()
		}
	}
	for exps, c := range s.poly.Terms() {
		k := key{op: OpProduct}
		factors, last := 0, 0
		for i, e := range exps {
			if e != 0 {
				k.bits += powers[i][e]
				factors++
				last = i
			}
		}
		var term uint64
		switch {
		case factors == 0:
			term = one.hash
		case factors > 1:
			term = k.hash(nil)
		case exps[last] == 1:
			term = s.bases[last].hash
		default:
			k = key{op: OpPow, bits: uint64(exps[last]), args: [3]*node{s.bases[last]}}
			term = k.hash(nil)
		}
		h += mix(term^mixArg0, coefHash(c)^mixArg2)
	}
	return h
}

// pairs are the terms of the sum.
func (s *packed) pairs() []pair {
	if p := s.terms.Load(); p != nil {
		return *p
	}
	return unpack(s)
}

// unpack is (*packed).unpack. Called like this it is unknown to the compiler's
// escape analysis, which otherwise finds that everything here calls everything
// else, and puts the buffers of Plus and Times on the heap.
var unpack func(s *packed) []pair

func init() { unpack = (*packed).unpack }

// unpack makes the terms. They are in order as they come.
func (s *packed) unpack() []pair {
	if s.sum != nil {
		terms := mergeNew(s.sum.pairs(), s.added)
		s.terms.Store(&terms)
		return terms
	}
	terms := make([]pair, 0, s.poly.Len())
	var buf [16]pair
	for exps, c := range s.poly.Terms() {
		factors := buf[:0]
		for i, e := range exps {
			if e != 0 {
				factors = append(factors, pair{s.bases[i], num{v: int64(e)}})
			}
		}
		terms = append(terms, pair{makeProduct(num{v: 1}, factors), coefNum(c)})
	}
	s.terms.Store(&terms)
	return terms
}

// equal reports whether the terms are these, without making them.
func (s *packed) equal(terms []pair) bool {
	if len(terms) != s.poly.Len() {
		return false
	}
	at := 0
	for exps, c := range s.poly.Terms() {
		t := terms[at]
		at++
		if v, ok := c.Int64(); ok && t.c.isInt() {
			if t.c.v != v {
				return false
			}
		} else if !t.c.isExact() || t.c.exact().Cmp(c.Rat()) != 0 {
			return false
		}
		var buf [1]pair
		factors := t.n.factors(&buf)
		if t.n == one {
			factors = nil
		}
		for i, e := range exps {
			if e == 0 {
				continue
			}
			if len(factors) == 0 || factors[0] != (pair{s.bases[i], num{v: int64(e)}}) {
				return false
			}
			factors = factors[1:]
		}
		if len(factors) > 0 {
			return false
		}
	}
	return true
}

// samePairs reports whether f has the pairs that are given, as they are or
// packed. It makes no terms: the table is locked.
func (f *far) samePairs(pairs []pair, p *packed) bool {
	if p != nil && p.sum != nil {
		pairs, p = p.pairs(), nil
	}
	own, q := f.pairs, f.packed
	if q != nil && q.sum != nil {
		own, q = q.pairs(), nil
	}
	switch {
	case p == nil && q == nil:
		return slices.Equal(own, pairs)
	case p == nil:
		return q.equal(pairs)
	case q == nil:
		return p.equal(own)
	}
	return slices.Equal(p.bases, q.bases) && p.poly.Equal(q.poly)
}
