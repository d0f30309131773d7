package poly

import (
	"math/big"
	"slices"
)

// table numbers monomials in the order of their first appearance, by open addressing.
type table struct {
	words int
	slots []slot
	shift uint
	keys  []uint64 // words for each number
	count int
}

// slot holds a key, or its hash where keys have several words, and one more than its number; 0 if it is empty.
type slot struct {
	key uint64
	at  int
}

func newTable(words, capacity int) *table {
	t := &table{words: words, shift: 60}
	for 1<<(64-t.shift) < 2*capacity && t.shift > 34 {
		t.shift--
	}
	t.slots = make([]slot, 1<<(64-t.shift))
	t.keys = make([]uint64, 0, words*capacity)
	return t
}

const hashFactor = 0x9e3779b97f4a7c15

// number returns the number of the one-word monomial m and whether it is new.
func (t *table) number(m uint64) (int, bool) {
	i := m * hashFactor >> t.shift
	for {
		s := &t.slots[i]
		if s.at == 0 {
			break
		}
		if s.key == m {
			return s.at - 1, false
		}
		i = (i + 1) & uint64(len(t.slots)-1)
	}
	t.keys = append(t.keys, m)
	t.count++
	t.slots[i] = slot{m, t.count}
	if 2*t.count > len(t.slots) {
		t.grow()
	}
	return t.count - 1, true
}

// numberWide is number for monomials of several words.
func (t *table) numberWide(m []uint64) (int, bool) {
	h := uint64(0)
	for _, x := range m {
		h = (h ^ x ^ h>>29) * hashFactor
	}
	i := h >> t.shift
	for {
		s := &t.slots[i]
		if s.at == 0 {
			break
		}
		if at := (s.at - 1) * t.words; s.key == h && slices.Equal(m, t.keys[at:at+t.words]) {
			return s.at - 1, false
		}
		i = (i + 1) & uint64(len(t.slots)-1)
	}
	t.keys = append(t.keys, m...)
	t.count++
	t.slots[i] = slot{h, t.count}
	if 2*t.count > len(t.slots) {
		t.grow()
	}
	return t.count - 1, true
}

// reset empties the table and keeps its space.
func (t *table) reset() {
	clear(t.slots)
	t.keys = t.keys[:0]
	t.count = 0
}

func (t *table) grow() {
	old := t.slots
	t.shift -= 2
	t.slots = make([]slot, 1<<(64-t.shift))
	factor := uint64(hashFactor)
	if t.words > 1 {
		factor = 1
	}
	for _, s := range old {
		if s.at == 0 {
			continue
		}
		i := s.key * factor >> t.shift
		for t.slots[i].at != 0 {
			i = (i + 1) & uint64(len(t.slots)-1)
		}
		t.slots[i] = s
	}
}

// Sizes of the stretches of a product that are accumulated and sorted at a time, so that table and terms stay in the
// cache: so many products, and so many for each stream of them.
const (
	stretchProducts  = 1 << 14
	stretchPerStream = 4
	maxStretches     = 1 << 10
)

// hashing accumulates a product in a hash table.
type hashing struct {
	*product
	t    *table
	tier int
	sort sorter

	// Factors and sums at the width of the tier.
	am, bm []int128
	ab, bb []*big.Int
	sum64  []int64
	sum128 []int128
	sumBig []*big.Int
	tmp    big.Int

	exps []uint64
	out  coefs
}

const (
	narrow = iota
	middle
	full
)

// hash multiplies by accumulation in a hash table: stretch by stretch of descending monomials for one-word monomials,
// else all at once.
func (x *product) hash() ([]uint64, coefs, error) {
	h := hashing{product: x, tier: full}
	na, nb := x.a.num.len(), x.b.num.len()
	cost := 4
	switch {
	case x.bits < 63 && x.a.num.s != nil && x.b.num.s != nil:
		h.tier = narrow
	case x.bits < 127:
		h.tier = middle
		h.am, h.bm = x.a.num.widened(), x.b.num.widened()
	default:
		h.ab, h.bb = x.a.num.bigs(), x.b.num.bigs()
		cost = 64
	}
	// Products that meet often mostly go into a dense array, so expect as many terms as products.
	expect := int(min(uint64(na)*uint64(nb), stretchProducts))
	h.t = newTable(x.lay.words, expect)
	if h.tier == narrow {
		h.sum64 = make([]int64, 0, expect)
	}
	work := meter{limit: x.limit}
	most := x.limit.maxTerms()
	if x.lay.words > 1 {
		for i := range na {
			h.rowWide(i)
			// Terms may still cancel, but so many at once need too much space all the same.
			if h.t.count/4 > most {
				return nil, coefs{}, x.limit.allow("mul", uint64(h.t.count), 1)
			}
			if err := work.spend(cost * nb); err != nil {
				return nil, coefs{}, err
			}
		}
		h.drain()
	} else {
		at := make([]int, na)
		bounds := x.stretches()
		for k, bound := range bounds {
			for i, m := range x.a.exps {
				from, to := at[i], at[i]
				for to < nb && m+x.b.exps[to] >= bound {
					to++
				}
				if from == to {
					continue
				}
				h.row(i, from, to)
				at[i] = to
				if err := work.spend(cost * (to - from)); err != nil {
					return nil, coefs{}, err
				}
			}
			// Space for as many terms as in this stretch in each to come.
			h.reserve(min(h.t.count*(len(bounds)-k), most))
			h.drain()
			if terms := len(h.exps); terms > most {
				return nil, coefs{}, x.limit.allow("mul", uint64(terms), 1)
			}
		}
	}
	switch h.tier {
	case middle:
		h.out = shrunk(h.out.m)
	case full:
		h.out = shrunkBig(h.out.b)
	}
	return h.exps, h.out, nil
}

// stretches returns the least monomials of stretches that hold about as many products each, from a sample of products.
func (x *product) stretches() []uint64 {
	na, nb := len(x.a.exps), len(x.b.exps)
	n := min(uint64(na)*uint64(nb)/uint64(max(stretchProducts, stretchPerStream*na)), maxStretches)
	if n <= 1 {
		return []uint64{0}
	}
	sample := make([]uint64, 0, 1<<12)
	sa, sb := min(na, 1<<6), min(nb, 1<<6)
	for i := range sa {
		for j := range sb {
			sample = append(sample, x.a.exps[i*na/sa]+x.b.exps[j*nb/sb])
		}
	}
	slices.Sort(sample)
	bounds := make([]uint64, 0, n)
	for i := int(n) - 1; i > 0; i-- {
		bounds = append(bounds, sample[i*len(sample)/int(n)])
	}
	return append(bounds, 0)
}

// row adds a[i] times b[from:to].
func (h *hashing) row(i, from, to int) {
	m, t := h.a.exps[i], h.t
	for j := from; j < to; j++ {
		at, fresh := t.number(m + h.b.exps[j])
		if h.tier != narrow {
			h.add(i, j, at, fresh)
			continue
		}
		c := h.a.num.s[i] * h.b.num.s[j]
		if fresh {
			h.sum64 = append(h.sum64, c)
		} else {
			h.sum64[at] += c
		}
	}
}

// rowWide adds a[i] times b for monomials of several words.
func (h *hashing) rowWide(i int) {
	w := h.lay.words
	m := make([]uint64, w)
	for j := range h.b.num.len() {
		for k := range m {
			m[k] = h.a.exps[i*w+k] + h.b.exps[j*w+k]
		}
		at, fresh := h.t.numberWide(m)
		h.add(i, j, at, fresh)
	}
}

// add adds the product of the coefficients a[i] and b[j] to sum at, a fresh one or not.
func (h *hashing) add(i, j, at int, fresh bool) {
	switch h.tier {
	case narrow:
		c := h.a.num.s[i] * h.b.num.s[j]
		if fresh {
			h.sum64 = append(h.sum64, c)
		} else {
			h.sum64[at] += c
		}
	case middle:
		c := h.am[i].times(h.bm[j])
		if fresh {
			h.sum128 = append(h.sum128, c)
		} else {
			h.sum128[at] = h.sum128[at].plus(c)
		}
	default:
		if fresh {
			h.sumBig = append(h.sumBig, new(big.Int).Mul(h.ab[i], h.bb[j]))
		} else {
			h.sumBig[at].Add(h.sumBig[at], h.tmp.Mul(h.ab[i], h.bb[j]))
		}
	}
}

// reserve makes space for so many terms if there is none for those in the table.
func (h *hashing) reserve(terms int) {
	if len(h.exps)+h.t.count <= cap(h.exps) {
		return
	}
	h.exps = slices.Grow(h.exps, terms)
	switch h.tier {
	case narrow:
		h.out.s = slices.Grow(h.out.s, terms)
	case middle:
		h.out.m = slices.Grow(h.out.m, terms)
	default:
		h.out.b = slices.Grow(h.out.b, terms)
	}
}

// drain appends the terms in the table to the product and empties the table.
func (h *hashing) drain() {
	w := h.lay.words
	for _, at := range h.sort.order(h.t.keys, w) {
		switch h.tier {
		case narrow:
			if h.sum64[at] == 0 {
				continue
			}
			h.out.s = append(h.out.s, h.sum64[at])
		case middle:
			if h.sum128[at].isZero() {
				continue
			}
			h.out.m = append(h.out.m, h.sum128[at])
		default:
			if h.sumBig[at].Sign() == 0 {
				continue
			}
			h.out.b = append(h.out.b, h.sumBig[at])
		}
		h.exps = append(h.exps, h.t.keys[at*w:at*w+w]...)
	}
	h.t.reset()
	h.sum64, h.sum128, h.sumBig = h.sum64[:0], h.sum128[:0], h.sumBig[:0]
}
