package symbolic

import (
	"errors"
	"math/big"
)

// series is a power series in t, the sum of c[k]*t^(v+k). What comes after is 0
// if the series is exact, and not known otherwise. v may be negative.
type series struct {
	v     int
	c     []*node // canonical and expanded
	exact bool
}

// What can be wrong with a series; Taylor makes errors of them.
var (
	errPrecision = errors.New("cannot tell whether the denominator is 0")
	errPole      = errors.New("has a pole there")
	errSingular  = errors.New("has no power series there")
)

// maxSeriesPower bounds the powers of t that are looked at.
const maxSeriesPower = 1 << 24

// algebra is arithmetic of series that are cut after n coefficients.
type algebra struct {
	n     int
	m     multiplier
	terms []pair
}

func constantSeries(n *node) *series {
	if n == nil {
		return &series{exact: true}
	}
	return &series{c: []*node{n}, exact: true}
}

// end is the first power that is not known.
func (s *series) end() int {
	if s.exact {
		return 2 * maxSeriesPower
	}
	return s.v + len(s.c)
}

// at is the coefficient of t^k.
func (s *series) at(k int) *node {
	if i := k - s.v; 0 <= i && i < len(s.c) {
		return s.c[i]
	}
	return nil
}

// isConstant reports whether the series has no t in it, for certain.
func (s *series) isConstant() bool { return s.exact && (len(s.c) == 0 || len(s.c) == 1 && s.v == 0) }

// normal drops leading zeros, and zeros at the end of an exact series.
func (s *series) normal() *series {
	i, n := 0, len(s.c)
	for i < n && s.c[i] == nil {
		i++
	}
	for s.exact && n > i && s.c[n-1] == nil {
		n--
	}
	if i == 0 && n == len(s.c) {
		return s
	}
	if i == n && s.exact {
		return &series{exact: true}
	}
	return &series{s.v + i, s.c[i:n], s.exact}
}

// constant is the value at t = 0.
func (s *series) constant() (*node, error) {
	s = s.normal()
	switch {
	case len(s.c) > 0 && s.v < 0:
		return nil, errPole
	case s.end() <= 0:
		return nil, errPrecision
	}
	return s.at(0), nil
}

// cut keeps n coefficients.
func (a *algebra) cut(s *series) *series {
	s = s.normal()
	if len(s.c) > a.n {
		return &series{s.v, s.c[:a.n], false}
	}
	return s
}

// sum is the sum of the terms so far; they are used up.
func (a *algebra) sum(terms []pair) *node {
	if cap(terms) > cap(a.terms) {
		a.terms = terms[:0]
	}
	return makeSum(collect(terms))
}

// add is s + c*t.
func (a *algebra) add(s *series, c num, t *series) *series {
	end := min(s.end(), t.end())
	r := &series{v: min(s.v, t.v), exact: s.exact && t.exact}
	switch {
	case len(s.c) == 0 && s.exact:
		r.v = t.v
	case len(t.c) == 0 && t.exact:
		r.v = s.v
	}
	end = min(end, max(s.v+len(s.c), t.v+len(t.c)))
	for k := r.v; k < end; k++ {
		x := s.at(k)
		if y := t.at(k); y != nil {
			x = makeSum(sortTerms(appendScaled(appendScaled(nil, num{v: 1}, x), c, y)))
		}
		r.c = append(r.c, x)
	}
	return a.cut(r)
}

func (a *algebra) mul(s, t *series) *series {
	s, t = s.normal(), t.normal()
	if s.exact && len(s.c) == 0 || t.exact && len(t.c) == 0 {
		return constantSeries(nil)
	}
	n := len(s.c) + len(t.c) - 1
	r := &series{v: s.v + t.v, exact: s.exact && t.exact && n <= a.n}
	if !r.exact {
		n = min(n, a.n)
		if !s.exact {
			n = min(n, len(s.c))
		}
		if !t.exact {
			n = min(n, len(t.c))
		}
	}
	for k := range max(n, 0) {
		terms := a.terms[:0]
		for i := range min(k+1, len(s.c)) {
			if j := k - i; j < len(t.c) {
				terms = a.m.distribute(terms, num{v: 1}, s.c[i], t.c[j])
			}
		}
		r.c = append(r.c, a.sum(terms))
	}
	return r
}

func (a *algebra) scale(c *node, s *series) *series {
	if c == nil {
		return constantSeries(nil)
	}
	r := &series{s.v, make([]*node, len(s.c)), s.exact}
	for k, x := range s.c {
		if x != nil {
			r.c[k] = a.m.expanded(x, c)
		}
	}
	return r
}

// timesNum is c*n.
func timesNum(c num, n *node) *node {
	rest, d := n.coefficient()
	return scale(mulNum(c, d), rest)
}

func inverseNum(c num) num { return numOfRat(new(big.Rat).Inv(c.exact())) }

func fractionNum(p, q int) num {
	if p%q == 0 {
		return num{v: int64(p / q)}
	}
	return numOfRat(big.NewRat(int64(p), int64(q)))
}

// split is s as f0 * t^v * (1 + u): u has no constant term.
func (a *algebra) split(s *series) (f0 *node, v int, u *series, err error) {
	s = s.normal()
	switch {
	case len(s.c) == 0 && s.exact:
		return nil, 0, nil, errPole
	case len(s.c) == 0:
		return nil, 0, nil, errPrecision
	}
	f0 = s.c[0]
	u = &series{c: append([]*node{nil}, s.c[1:]...), exact: s.exact}
	if f0 != one {
		u = a.scale(power(f0, num{v: -1}), u)
		u.c[0] = nil
	}
	return f0, s.v, u, nil
}

// pow is s to a power without t: f0^e * t^(v*e) * (1+u)^e, where h = (1+u)^e
// comes from h'*(1+u) = e*u'*h (Miller's recurrence; Knuth, The Art of
// Computer Programming, volume 2, section 4.7).
func (a *algebra) pow(s *series, e num) (*series, error) {
	if e.isZero() {
		return constantSeries(one), nil
	}
	f0, v, u, err := a.split(s)
	positive := e.isExact() && !e.negative()
	switch {
	case err == errPole && positive:
		return constantSeries(nil), nil
	case err == errPrecision && positive && e.isInt() && e.v < maxSeriesPower:
		return &series{v: int(min(int64(s.end())*e.v, maxSeriesPower))}, nil
	}
	if err != nil {
		return nil, err
	}
	if v != 0 && (!e.isInt() || magnitude(e.v) > 1<<32) {
		return nil, errSingular
	}
	h := &series{c: []*node{one}, exact: true}
	if !u.exact || len(u.c) > 1 {
		h.exact = u.exact && e.isInt() && e.v > 0 && e.v < maxSeriesPower && e.v*int64(len(u.c)-1) < int64(a.n)
		n := a.n
		switch {
		case h.exact:
			n = int(e.v)*(len(u.c)-1) + 1
		case !u.exact:
			n = min(n, len(u.c))
		}
		for k := 1; k < n; k++ {
			terms := a.terms[:0]
			for i := 1; i <= k && i < len(u.c); i++ {
				// (e*i - (k - i))/k
				if e.isExact() {
					c := addNum(mulNum(e, num{v: int64(i)}), num{v: int64(i - k)})
					terms = a.m.distribute(terms, mulNum(c, fractionNum(1, k)), u.c[i], h.c[k-i])
					continue
				}
				p := a.m.expanded(u.c[i], h.c[k-i])
				terms = a.m.distribute(terms, fractionNum(i, k), e.expr().n, p)
				terms = appendScaled(terms, fractionNum(i-k, k), p)
			}
			h.c = append(h.c, a.sum(terms))
		}
	}
	if f0 != one {
		h = a.scale(power(f0, e), h)
	}
	if v != 0 {
		w := int64(v) * e.v
		switch {
		case w > maxSeriesPower:
			return &series{v: maxSeriesPower}, nil
		case w < -maxSeriesPower:
			return nil, errPole
		}
		h = &series{int(w), h.c, h.exact}
	}
	return h, nil
}

// exp is e to a series.
func (a *algebra) exp(s *series) (*series, error) {
	f0, err := s.constant()
	if err != nil {
		return nil, errSingularOr(err)
	}
	n := min(a.n, s.end())
	d := derivatives(s, n)
	h := []*node{one}
	var binomial []num
	for k := 1; k < n; k++ {
		binomial = nextBinomials(binomial)
		terms := a.terms[:0]
		for i := 1; i <= k; i++ {
			terms = a.m.distribute(terms, binomial[i-1], d[i], h[k-i])
		}
		h = append(h, a.sum(terms))
	}
	return a.scale(Apply(expFunc, Expr{f0}).n, fromDerivatives(h)), nil
}

// log is the logarithm of a series.
func (a *algebra) log(s *series) (*series, error) {
	f0, v, u, err := a.split(s)
	if err == nil && v != 0 {
		err = errSingular
	}
	if err != nil {
		return nil, err
	}
	n := min(a.n, u.end())
	d := derivatives(u, n)
	h := []*node{Apply(logFunc, Expr{f0}).n}
	var binomial []num
	for k := 1; k < n; k++ {
		binomial = nextBinomials(binomial)
		terms := appendScaled(a.terms[:0], num{v: 1}, d[k])
		for i := 1; i < k; i++ {
			terms = a.m.distribute(terms, mulNum(num{v: -1}, binomial[i-1]), h[i], d[k-i])
		}
		h = append(h, a.sum(terms))
	}
	return fromDerivatives(h), nil
}

// sincos is sine and cosine of a series, or with sign 1 the hyperbolic ones.
func (a *algebra) sincos(s *series, sin, cos *Function, sign int) (*series, *series, error) {
	f0, err := s.constant()
	if err != nil {
		return nil, nil, errSingularOr(err)
	}
	n := min(a.n, s.end())
	d := derivatives(s, n)
	x, y := []*node{Apply(sin, Expr{f0}).n}, []*node{Apply(cos, Expr{f0}).n}
	var binomial []num
	for k := 1; k < n; k++ {
		binomial = nextBinomials(binomial)
		terms := a.terms[:0]
		for i := 1; i <= k; i++ {
			terms = a.m.distribute(terms, binomial[i-1], d[i], y[k-i])
		}
		xk := a.sum(terms)
		terms = a.terms[:0]
		for i := 1; i <= k; i++ {
			terms = a.m.distribute(terms, mulNum(num{v: int64(sign)}, binomial[i-1]), d[i], x[k-i])
		}
		x, y = append(x, xk), append(y, a.sum(terms))
	}
	return fromDerivatives(x), fromDerivatives(y), nil
}

// derivatives is the first n derivatives at t = 0: their sums of products have
// integer coefficients where those of the series have fractions.
func derivatives(s *series, n int) []*node {
	d := make([]*node, n)
	factorial := num{v: 1}
	for k := range d {
		if k > 1 {
			factorial = mulNum(factorial, num{v: int64(k)})
		}
		if x := s.at(k); x != nil {
			d[k] = timesNum(factorial, x)
		}
	}
	return d
}

// fromDerivatives is the series with these derivatives, which it overwrites.
func fromDerivatives(d []*node) *series {
	factorial := num{v: 1}
	for k, x := range d {
		if k > 1 {
			factorial = mulNum(factorial, num{v: int64(k)})
		}
		if x != nil && k > 1 {
			d[k] = timesNum(inverseNum(factorial), x)
		}
	}
	return &series{c: d}
}

// nextBinomials is the next row of Pascal's triangle, in the same place.
func nextBinomials(row []num) []num {
	row = append(row, num{v: 1})
	for i := len(row) - 2; i > 0; i-- {
		row[i] = addNum(row[i], row[i-1])
	}
	return row
}

// A function at a pole of its argument has an essential singularity there, or
// none of a kind that is known.
func errSingularOr(err error) error {
	if err == errPole {
		return errSingular
	}
	return err
}

// integral is c plus the integral of s.
func (a *algebra) integral(c *node, s *series) (*series, error) {
	if s = s.normal(); len(s.c) > 0 && s.v < 0 {
		return nil, errPole
	}
	r := &series{c: []*node{c}, exact: s.exact}
	for k := range min(a.n-1, s.end()) {
		if s.exact && k >= s.v+len(s.c) {
			break
		}
		var x *node
		if y := s.at(k); y != nil {
			x = timesNum(fractionNum(1, k+1), y)
		}
		r.c = append(r.c, x)
	}
	if s.exact && s.v+len(s.c) >= a.n {
		r.exact = false
	}
	return a.cut(r), nil
}

// slopeOf is the derivative of s.
func (a *algebra) slopeOf(s *series) *series {
	r := &series{v: s.v - 1, c: make([]*node, len(s.c)), exact: s.exact}
	for i, x := range s.c {
		if x != nil && s.v+i != 0 {
			r.c[i] = timesNum(num{v: int64(s.v + i)}, x)
		}
	}
	return r.normal()
}
