package poly

import (
	"math/big"
)

// multinomial expands a power of a sum of two or more terms whose monomials are independent by the multinomial theorem. Exponents of the
// summands are enumerated in lexicographic order, which for a sum of variables is the order of the terms.
type multinomial struct {
	lay   *layout
	exps  []uint64
	num   *coefs
	k     int
	terms int
	top   float64 // bound of the base-2 logarithm of the coefficients
	work  meter

	outExps []uint64
	small   []int64
	mid     []int128
	large   []*big.Int
}

// expand returns the power; its denominator is left to the caller.
func (x *multinomial) expand(n int) (*Poly, error) {
	r := &Poly{n: n, lay: x.lay}
	m, w := x.num.len(), x.lay.words
	x.outExps = make([]uint64, 0, x.terms*w)
	// With a constant term first, in ascending powers, terms come by descending degree.
	order := make([]int, m)
	for i := range order {
		order[i] = i
	}
	ascending := m > 2 && x.lay.fields[0].of(x.exps[(m-1)*w:]) == 0
	if ascending {
		copy(order[1:], order)
		order[0] = m - 1
	}
	var err error
	switch {
	case x.top < 63 && x.num.s != nil:
		x.small = make([]int64, 0, x.terms)
		err = x.enumerate(order, ascending, newSmallLevels(x, order))
		r.num.s = x.small
	case x.top < 127 && x.num.b == nil:
		x.mid = make([]int128, 0, x.terms)
		err = x.enumerate(order, ascending, newMidLevels(x, order))
		r.num = shrunk(x.mid)
	default:
		x.large = make([]*big.Int, 0, x.terms)
		err = x.enumerate(order, ascending, newBigLevels(x, order))
		r.num = shrunkBig(x.large)
	}
	if err != nil {
		return nil, err
	}
	r.exps = x.outExps
	r.sortTerms()
	return r, nil
}

// levels computes coefficients during an enumeration of exponents k[0], …, k[m-1] with the sum x.k.
type levels interface {
	// enter sets the factor of level l to that of exponent j out of r. Levels before l are set.
	enter(l, r, j int)
	// row appends the coefficients for exponents r, r-1, …, 0 of the last level but one; the last level has the rest.
	row(r int)
}

// enumerate runs through all exponents and appends the monomials; lv appends the coefficients.
func (x *multinomial) enumerate(order []int, ascending bool, lv levels) error {
	m, w := len(order), x.lay.words
	mono := func(l int) []uint64 { return x.exps[order[l]*w : order[l]*w+w] }
	rest := make([]int, m) // rest[l] is what levels l and up share out
	at := make([]int, m)   // exponent of level l
	keys := make([]uint64, m*w)
	step := make([]uint64, w)
	for i := range step {
		step[i] = mono(m - 1)[i] - mono(m - 2)[i]
	}
	rest[0] = x.k
	l := 0
	fresh := true
	for {
		if l == m-2 {
			r := rest[l]
			a := mono(l)
			if w == 1 {
				key := keys[l] + a[0]*uint64(r)
				for range r + 1 {
					x.outExps = append(x.outExps, key)
					key += step[0]
				}
			} else {
				base := len(x.outExps)
				for i := range w {
					x.outExps = append(x.outExps, keys[l*w+i]+a[i]*uint64(r))
				}
				for range r {
					for i := range w {
						x.outExps = append(x.outExps, x.outExps[base+i]+step[i])
					}
					base += w
				}
			}
			lv.row(r)
			if err := x.work.spend(8 * (r + 1)); err != nil {
				return err
			}
			if l == 0 {
				return nil
			}
			l--
			fresh = false
			continue
		}
		up := l == 0 && ascending
		switch {
		case fresh && up:
			at[l] = 0
		case fresh:
			at[l] = rest[l]
		case up && at[l] < rest[l]:
			at[l]++
		case !up && at[l] > 0:
			at[l]--
		case l == 0:
			return nil
		default:
			l--
			continue
		}
		lv.enter(l, rest[l], at[l])
		for i := range w {
			keys[(l+1)*w+i] = keys[l*w+i] + mono(l)[i]*uint64(at[l])
		}
		rest[l+1] = rest[l] - at[l]
		l++
		fresh = true
	}
}

// sortTerms puts the terms of a polynomial under construction in order; their monomials differ.
func (p *Poly) sortTerms() {
	w := p.lay.words
	sorted := true
	for i := w; i < len(p.exps) && sorted; i += w {
		sorted = compareWords(p.exps[i-w:i], p.exps[i:i+w]) > 0
	}
	if sorted {
		return
	}
	exps := make([]uint64, 0, len(p.exps))
	num := makeCoefs(p.Len())
	for _, at := range sortedOrder(p.exps, w) {
		exps = append(exps, p.exps[at*w:at*w+w]...)
		num.push(p.num.at(at))
	}
	p.exps, p.num = exps, num
}

// smallLevels computes in int64, with tables of binomials and powers. Overflow of a factor does no harm, since the
// arithmetic is modulo 2^64 and the coefficients fit.
type smallLevels struct {
	x      *multinomial
	choose [][]int64
	powers [][]int64 // by level; nil if the coefficient is 1
	prefix []int64
}

func newSmallLevels(x *multinomial, order []int) *smallLevels {
	lv := &smallLevels{x: x, powers: make([][]int64, len(order)), prefix: make([]int64, len(order)+1)}
	lv.prefix[0] = 1
	lv.choose = make([][]int64, x.k+1)
	table := make([]int64, (x.k+1)*(x.k+2)/2)
	for i := range lv.choose {
		row := table[: i+1 : i+1]
		table = table[i+1:]
		row[0], row[i] = 1, 1
		for j := 1; j < i; j++ {
			row[j] = lv.choose[i-1][j-1] + lv.choose[i-1][j]
		}
		lv.choose[i] = row
	}
	for l, t := range order {
		if c := x.num.s[t]; c != 1 {
			lv.powers[l] = make([]int64, x.k+1)
			lv.powers[l][0] = 1
			for i := range x.k {
				lv.powers[l][i+1] = lv.powers[l][i] * c
			}
		}
	}
	return lv
}

func (lv *smallLevels) enter(l, r, j int) {
	c := lv.prefix[l] * lv.choose[r][j]
	if p := lv.powers[l]; p != nil {
		c *= p[j]
	}
	lv.prefix[l+1] = c
}

func (lv *smallLevels) row(r int) {
	m := len(lv.powers)
	c := lv.prefix[m-2]
	a, b := lv.powers[m-2], lv.powers[m-1]
	from := len(lv.x.small)
	for _, f := range lv.choose[r] { // rows are symmetric
		lv.x.small = append(lv.x.small, c*f)
	}
	out := lv.x.small[from:]
	if a != nil {
		for i := range out {
			out[i] *= a[r-i]
		}
	}
	if b != nil {
		for i := range out {
			out[i] *= b[i]
		}
	}
}

// midLevels does the same in 128 bits.
type midLevels struct {
	x      *multinomial
	choose [][]int128
	powers [][]int128
	prefix []int128
}

func newMidLevels(x *multinomial, order []int) *midLevels {
	lv := &midLevels{x: x, powers: make([][]int128, len(order)), prefix: make([]int128, len(order)+1)}
	lv.prefix[0] = wide(1)
	lv.choose = make([][]int128, x.k+1)
	table := make([]int128, (x.k+1)*(x.k+2)/2)
	for i := range lv.choose {
		row := table[: i+1 : i+1]
		table = table[i+1:]
		row[0], row[i] = wide(1), wide(1)
		for j := 1; j < i; j++ {
			row[j] = lv.choose[i-1][j-1].plus(lv.choose[i-1][j])
		}
		lv.choose[i] = row
	}
	num := x.num.widened()
	for l, t := range order {
		if c := num[t]; c != wide(1) {
			lv.powers[l] = make([]int128, x.k+1)
			lv.powers[l][0] = wide(1)
			for i := range x.k {
				lv.powers[l][i+1] = lv.powers[l][i].times(c)
			}
		}
	}
	return lv
}

func (lv *midLevels) enter(l, r, j int) {
	c := lv.prefix[l].times(lv.choose[r][j])
	if p := lv.powers[l]; p != nil {
		c = c.times(p[j])
	}
	lv.prefix[l+1] = c
}

func (lv *midLevels) row(r int) {
	m := len(lv.powers)
	c := lv.prefix[m-2]
	a, b := lv.powers[m-2], lv.powers[m-1]
	from := len(lv.x.mid)
	for _, f := range lv.choose[r] {
		lv.x.mid = append(lv.x.mid, c.times(f))
	}
	out := lv.x.mid[from:]
	if a != nil {
		for i := range out {
			out[i] = out[i].times(a[r-i])
		}
	}
	if b != nil {
		for i := range out {
			out[i] = out[i].times(b[i])
		}
	}
}

// bigLevels goes from each coefficient to the next by a multiplication and an exact division by small numbers.
type bigLevels struct {
	x       *multinomial
	coef    []*big.Int // by level
	prefix  []*big.Int // product of the factors of the levels before
	current []*big.Int // prefix times the factor of the level
	last    []int      // exponent that current is for
	f, g, q big.Int
}

func newBigLevels(x *multinomial, order []int) *bigLevels {
	n := len(order)
	lv := &bigLevels{x: x, prefix: make([]*big.Int, n+1), current: make([]*big.Int, n), last: make([]int, n)}
	num := x.num.bigs()
	for l, t := range order {
		lv.coef = append(lv.coef, num[t])
		lv.current[l] = new(big.Int)
		lv.last[l] = -2
	}
	lv.prefix[0] = big.NewInt(1)
	return lv
}

func (lv *bigLevels) enter(l, r, j int) {
	cur := lv.current[l]
	switch {
	case j == lv.last[l]+1 && j > 0: // ascending: C(r,j) = C(r,j-1) (r-j+1)/j
		cur.Mul(cur, lv.f.Mul(lv.f.SetInt64(int64(r-j+1)), lv.coef[l]))
		cur.Quo(cur, lv.g.SetInt64(int64(j)))
	case j < r && j == lv.last[l]-1: // descending: C(r,j) = C(r,j+1) (j+1)/(r-j)
		cur.Mul(cur, lv.f.SetInt64(int64(j+1)))
		cur.Quo(cur, lv.g.Mul(lv.g.SetInt64(int64(r-j)), lv.coef[l]))
	default: // j is 0 or r
		cur.Exp(lv.coef[l], lv.f.SetInt64(int64(j)), nil)
		cur.Mul(cur, lv.prefix[l])
	}
	lv.last[l] = j
	lv.prefix[l+1] = cur
	if l+1 < len(lv.last) {
		lv.last[l+1] = -2
	}
}

func (lv *bigLevels) row(r int) {
	m := len(lv.coef)
	a, b := lv.coef[m-2], lv.coef[m-1]
	c := new(big.Int).Exp(a, lv.f.SetInt64(int64(r)), nil)
	c.Mul(c, lv.prefix[m-2])
	for j := r; ; j-- {
		lv.x.large = append(lv.x.large, c)
		if j == 0 {
			return
		}
		next := new(big.Int).Mul(c, lv.f.Mul(lv.f.SetInt64(int64(j)), b))
		lv.g.Mul(lv.g.SetInt64(int64(r-j+1)), a)
		// Quo reuses the space of next.
		c = next.Quo(next, &lv.g)
	}
}
