package poly

// denseSums is the array of a dense product, at one of several widths.
type denseSums interface {
	// add adds a[k] times b[from:to].
	add(k, from, to int)
	// drain takes out the sums in lo..hi, from high to low, and returns the number of terms so far.
	drain(lo, hi int, base uint64) int
	// result returns the terms taken out.
	result() ([]uint64, coefs)
}

// newSums returns an array wide enough for the plan.
func (d *dense) newSums() denseSums {
	if d.a.num.s == nil || d.b.num.s == nil {
		b := make([]cell128, len(d.bi))
		for i, c := range d.b.num.widened() {
			b[i] = cell128{int(d.bi[i]), c}
		}
		return &mixedSums{sums128{d: d, acc: make([]int128, d.size)}, d.a.num.widened(), b}
	}
	b := make([]cell64, len(d.bi))
	for i, c := range d.b.num.s {
		b[i] = cell64{int(d.bi[i]), c}
	}
	if d.bits < 63 {
		return &sums64{d: d, b: b, acc: make([]int64, d.size)}
	}
	return &wideSums{sums128{d: d, acc: make([]int128, d.size)}, b}
}

// cell64 and cell128 are terms: a place in the array and a coefficient.
type cell64 struct {
	at int
	c  int64
}

type cell128 struct {
	at int
	c  int128
}

// sums64 has int64 factors and sums.
type sums64 struct {
	d    *dense
	b    []cell64
	acc  []int64
	exps []uint64
	num  []int64
}

func (s *sums64) add(k, from, to int) {
	c := s.d.a.num.s[k]
	acc := s.acc[s.d.ai[k]:]
	for _, x := range s.b[from:to] {
		acc[x.at] += c * x.c
	}
}

func (s *sums64) drain(lo, hi int, base uint64) int {
	s.d.rows(lo, hi, base, func(from, to int, key, unit uint64) {
		row := s.acc[from : to+1]
		for i := len(row) - 1; i >= 0; i-- {
			if c := row[i]; c != 0 {
				s.exps = append(s.exps, key+uint64(i)*unit)
				s.num = append(s.num, c)
				row[i] = 0
			}
		}
	})
	return len(s.num)
}

func (s *sums64) result() ([]uint64, coefs) { return s.exps, coefs{s: s.num} }

// sums128 is what arrays of 128-bit sums share.
type sums128 struct {
	d    *dense
	acc  []int128
	exps []uint64
	num  []int128
}

func (s *sums128) drain(lo, hi int, base uint64) int {
	s.d.rows(lo, hi, base, func(from, to int, key, unit uint64) {
		row := s.acc[from : to+1]
		for i := len(row) - 1; i >= 0; i-- {
			if c := row[i]; !c.isZero() {
				s.exps = append(s.exps, key+uint64(i)*unit)
				s.num = append(s.num, c)
				row[i] = int128{}
			}
		}
	})
	return len(s.num)
}

func (s *sums128) result() ([]uint64, coefs) { return s.exps, shrunk(s.num) }

// wideSums has int64 factors and 128-bit sums.
type wideSums struct {
	sums128
	b []cell64
}

func (s *wideSums) add(k, from, to int) {
	c := s.d.a.num.s[k]
	acc := s.acc[s.d.ai[k]:]
	for _, x := range s.b[from:to] {
		p := &acc[x.at]
		*p = p.plus(mul64(c, x.c))
	}
}

// mixedSums has factors of up to 128 bits.
type mixedSums struct {
	sums128
	a []int128
	b []cell128
}

func (s *mixedSums) add(k, from, to int) {
	c := s.a[k]
	acc := s.acc[s.d.ai[k]:]
	for _, x := range s.b[from:to] {
		p := &acc[x.at]
		*p = p.plus(c.times(x.c))
	}
}
