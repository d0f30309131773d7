package poly

import "math"

// cellsPerTerm bounds the cells of an array for each term of a dividend; for divisors of few terms, whose heap is small,
// there may be cellsPerPair times their number.
const (
	cellsPerTerm = 64
	cellsPerPair = 2
)

// runDense divides one-word monomials in an array that holds what is left of the dividend, each monomial of its bounding
// box at a place of its own. It reports done if the box was small enough and no coefficient grew beyond the array's
// width.
func (d *division) runDense() (exact, done bool, err error) {
	x := dense{product: &product{lay: d.lay}}
	size := 1.0
	low := make([]int, len(d.lay.fields)) // least fields of a quotient
	for i, f := range d.lay.fields {
		lo, hi := span(d.pe, f)
		qlo, _ := span(d.qe, f)
		low[i] = lo - qlo
		x.dims = append(x.dims, dim{field: f, lo: [2]int{lo, 0}, size: hi - lo + 1})
		size *= float64(hi - lo + 1)
	}
	if size > denseCells || size > float64(min(cellsPerTerm, cellsPerPair*len(d.qe)))*float64(len(d.pe)) {
		return false, false, nil
	}
	base := x.place(int(size))
	pi, qi := x.index(d.pe, 0), x.index(d.qe, 1)
	for _, bits := range []float64{63, 127} {
		exact, done, err = d.sweep(&x, base, pi, qi, low, bits)
		if done || err != nil {
			break
		}
		d.exps, d.num = nil, coefs{}
	}
	return exact, done, err
}

// sweep goes through the array from the largest monomial to the least, subtracting multiples of the divisor.
func (d *division) sweep(x *dense, base uint64, pi, qi []int32, low []int, bits float64) (exact, done bool, err error) {
	if d.pn.b != nil || d.qn.b != nil || bits == 63 && (d.pn.m != nil || d.qn.m != nil) {
		return false, false, nil
	}
	var get func(k int) integer
	var subtract func(k int, c integer)
	if bits == 63 {
		acc := make([]int64, x.size)
		for i, at := range pi {
			acc[at] = d.pn.s[i]
		}
		cells := make([]cell64, len(qi))
		for i, at := range qi {
			cells[i] = cell64{int(at - qi[0]), d.qn.s[i]}
		}
		get = func(k int) integer { return small(acc[k]) }
		subtract = func(k int, c integer) {
			f := int64(c.v.lo)
			for _, y := range cells {
				acc[k+y.at] -= f * y.c
			}
		}
	} else {
		acc := make([]int128, x.size)
		for i, c := range d.pn.widened() {
			acc[pi[i]] = c
		}
		cells := make([]cell128, len(qi))
		for i, c := range d.qn.widened() {
			cells[i] = cell128{int(qi[i] - qi[0]), c}
		}
		get = func(k int) integer { return integer{v: acc[k]} }
		subtract = func(k int, c integer) {
			f := c.v.negated()
			for _, y := range cells {
				acc[k+y.at] = acc[k+y.at].plus(f.times(y.c))
			}
		}
	}
	exact, done = true, true
	work := meter{limit: d.limit}
	pTop, qNorms := d.pn.norms().top, d.qn.norms()
	e := make([]int, d.lay.n)
	sum, top := 0.0, 0.0 // of the quotient's coefficients
	x.rows(0, x.size-1, base, func(from, to int, key, unit uint64) {
		if !exact || !done || err != nil {
			return
		}
		for k := to; k >= from; k-- {
			c := get(k)
			if c.isZero() {
				continue
			}
			m := key + uint64(k-from)*unit
			if !d.quotient(d.one(m), c, e) {
				exact = false
				return
			}
			at := d.num.len() - 1
			for i, f := range d.lay.fields {
				// A product with a term below these would leave the box.
				if f.of(d.exps[at:]) < low[i] {
					exact = false
					return
				}
			}
			f := d.num.at(at)
			size := math.Abs(f.v.float())
			sum += size
			top = max(top, size)
			product := min(math.Log2(sum)+qNorms.top, math.Log2(top)+qNorms.sum)
			if f.b != nil || max(pTop, product)+1+slack > bits {
				done = false
				return
			}
			subtract(k, f)
			if err = work.spend(len(qi)); err != nil {
				return
			}
			if at >= d.limit.maxTerms() {
				err = d.limit.allow("div", uint64(at+1), 1)
				return
			}
		}
		err = work.spend(to - from)
	})
	return exact, done, err
}

// one returns a slice of the word m that holds until the next call.
func (d *division) one(m uint64) []uint64 {
	d.word[0] = m
	return d.word[:]
}
