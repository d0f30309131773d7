package poly

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
)

// Pow returns p^k, or an error if it breaks the limit. It panics if k is negative. Pow(0) is 1, of 0 too.
func (p *Poly) Pow(k int, limit Limit) (*Poly, error) {
	if k < 0 {
		panic(fmt.Sprintf("poly: power %d", k))
	}
	switch {
	case k == 0:
		return Int(p.n, 1), nil
	case k == 1:
		return limit.accept("pow", p)
	case p.IsZero():
		return p, nil
	}
	if k == 2 && p.Len() <= 8 {
		r, err := p.Mul(p, limit)
		return r, asPow(err)
	}
	hi, degree := bits.Mul64(uint64(p.TotalDegree()), uint64(k))
	if hi != 0 {
		degree = math.MaxUint64
	}
	if err := degreeAllowed("pow", degree); err != nil {
		return nil, err
	}
	g := growth{p: p, k: k}
	g.estimate()
	if err := limit.allow("pow", g.terms, g.bits); err != nil {
		return nil, err
	}
	if g.terms > maxLen {
		return nil, &LimitError{"pow", "terms", g.terms, maxLen}
	}
	// By Gauss's lemma the content of p^k is that of p to the power k, so numerator and denominator stay in lowest terms.
	var r *Poly
	switch {
	case p.Len() == 1:
		r = &Poly{n: p.n, lay: p.lay.fit(int(degree))}
		r.exps = p.lay.repack(p.exps, r.lay)
		if p.lay == r.lay {
			r.exps = append([]uint64(nil), p.exps...)
		}
		for i := range r.exps {
			r.exps[i] *= uint64(k)
		}
		r.num.push(p.num.at(0).pow(k))
	case g.independent:
		lay := p.lay.fit(int(degree))
		m := multinomial{lay: lay, exps: p.lay.repack(p.exps, lay), num: &p.num, k: k, terms: int(g.terms), top: g.top,
			work: meter{limit: &limit}}
		var err error
		if r, err = m.expand(p.n); err != nil {
			return nil, err
		}
	default:
		base := &Poly{n: p.n, lay: p.lay, exps: p.exps, num: p.num}
		var err error
		if r, err = base.repeated(k, limit); err != nil {
			return nil, err
		}
	}
	if p.den != nil {
		r.den = new(big.Int).Exp(p.den, big.NewInt(int64(k)), nil)
	}
	return limit.accept("pow", r)
}

// maxLen is the number of terms past which no power is tried, whatever the limit.
const maxLen = 1<<31 - 1

// growth is what can be said about a power before it is computed.
type growth struct {
	p           *Poly
	k           int
	independent bool    // distinct choices of factors have distinct monomials
	terms       uint64  // number of terms; exact if independent, else a lower bound
	bits        uint64  // lower bound of the widest numerator
	top         float64 // upper bound of the base-2 logarithm of a numerator
}

func (g *growth) estimate() {
	p, k := g.p, float64(g.k)
	m := p.Len()
	g.independent = p.independent()
	if g.independent {
		g.terms = binomial(uint64(g.k)+uint64(m)-1, uint64(m)-1)
	} else {
		g.terms = uint64(g.k) + 1 // a nonzero root of multiplicity k needs as many
	}
	n := p.num.norms()
	g.top = k*n.sum + slack
	// A multinomial coefficient is at most the one of the most even split.
	lg := func(x float64) float64 { v, _ := math.Lgamma(x + 1); return v }
	q, rest := g.k/m, g.k%m
	even := (lg(k) - float64(m-rest)*lg(float64(q)) - float64(rest)*lg(float64(q+1))) / math.Ln2
	g.top = min(g.top, k*n.top+even*(1+slack)+slack)
	lower := math.Max(p.num.at(0).log2(), p.num.at(m-1).log2()) * k
	if g.independent && g.terms < math.MaxUint64 {
		// The absolute values of the coefficients sum to the power of the sum of those of p.
		sum := n.sum
		if p.num.b != nil {
			sum = n.top
		}
		lower = math.Max(lower, k*sum-math.Log2(float64(g.terms)))
	}
	if at1 := p.num.sum(); !g.independent && !at1.isZero() {
		// The coefficients of the power sum to its value at the point of all ones.
		lo, hi := p.degrees()
		box := 0.0 // base-2 logarithm of a bound of the number of terms
		for i := range lo {
			box += math.Log2(float64(hi[i]-lo[i])*k + 1)
		}
		lower = math.Max(lower, k*at1.log2()-box)
	}
	if p.den != nil {
		lower = math.Max(lower, integer{b: p.den}.log2()*k)
	}
	g.bits = uint64(math.Max(lower*(1-2*slack)-2, 0))
}

// binomial is n over k, or MaxUint64 if it is larger.
func binomial(n, k uint64) uint64 {
	k = min(k, n-k)
	c := uint64(1)
	for i := uint64(1); i <= k; i++ {
		hi, lo := bits.Mul64(c, n-k+i)
		if hi >= i {
			return math.MaxUint64
		}
		c, _ = bits.Div64(hi, lo, i)
	}
	return c
}

// independent reports whether the exponent vectors of p, each with a 1 added in front, are linearly independent, so that
// the products of k of its terms have different monomials unless they take the same terms.
func (p *Poly) independent() bool {
	m, n := p.Len(), p.n
	if m <= 2 {
		return true
	}
	if m > n+1 {
		return false
	}
	// Independence modulo a prime implies it over the rationals; the prime is beyond unlucky cases of small exponents,
	// and an unlucky large one only costs time.
	rows := make([][]uint64, 0, m)
	pivots := make([]int, 0, m)
	e := make([]int, n)
	if p.distinctVars(e) {
		return true
	}
	for t := range m {
		row := make([]uint64, n+1)
		row[0] = 1
		for i, x := range p.Exponents(t, e) {
			row[i+1] = uint64(x) % prime
		}
		for r, pivot := range pivots {
			if f := row[pivot]; f != 0 {
				for c, x := range rows[r] {
					row[c] = (row[c] + (prime-f)*x) % prime
				}
			}
		}
		pivot := 0
		for pivot <= n && row[pivot] == 0 {
			pivot++
		}
		if pivot > n {
			return false
		}
		inv := invMod(row[pivot])
		for c := range row {
			row[c] = row[c] * inv % prime
		}
		rows = append(rows, row)
		pivots = append(pivots, pivot)
	}
	return true
}

// distinctVars reports whether each term of p is a constant or a power of a variable of its own. It overwrites e.
func (p *Poly) distinctVars(e []int) bool {
	seen := make([]bool, p.n)
	for t := range p.Len() {
		vars := 0
		for i, x := range p.Exponents(t, e) {
			if x != 0 {
				if vars++; seen[i] || vars > 1 {
					return false
				}
				seen[i] = true
			}
		}
	}
	return true
}

// repeated raises p to the power k >= 2 by products: with p each time for few terms, which costs less than squaring
// because the factors stay sparse, else by squaring.
func (p *Poly) repeated(k int, limit Limit) (*Poly, error) {
	step := limit
	step.Bits *= 2 // a power on the way may be a little wider
	r := p
	var err error
	if p.byMultiplying(k) {
		for range k - 1 {
			if r, err = r.Mul(p, step); err != nil {
				return nil, asPow(err)
			}
		}
		return r, nil
	}
	for i := bits.Len(uint(k)) - 2; i >= 0; i-- {
		if r, err = r.Mul(r, step); err != nil {
			return nil, asPow(err)
		}
		if k>>i&1 != 0 {
			if r, err = r.Mul(p, step); err != nil {
				return nil, asPow(err)
			}
		}
	}
	return r, nil
}

func asPow(err error) error {
	if e, ok := err.(*LimitError); ok {
		e.Op = "pow"
	}
	return err
}

// byMultiplying estimates whether k-1 products with p cost less than squaring. A power p^j is taken to have the terms
// of a dense polynomial of its degrees in as many variables as p uses, or all products if they are fewer.
func (p *Poly) byMultiplying(k int) bool {
	lo, hi := p.degrees()
	terms := func(j float64) float64 {
		box, all := 1.0, 1.0
		for i := range lo {
			box *= float64(hi[i]-lo[i])*j + 1
		}
		m := float64(p.Len())
		for i := 1.0; i < m; i++ {
			if all *= (j + i) / i; all > box {
				return box
			}
		}
		return all
	}
	multiply, square := 0.0, 0.0
	steps := float64(min(k, 64))
	for i := range int(steps) {
		multiply += terms(1+float64(i)*float64(k-1)/steps) * float64(p.Len()) * float64(k) / steps
	}
	for i := bits.Len(uint(k)) - 1; i > 0; i-- {
		t := terms(float64(k >> i))
		square += t * t
		if k>>(i-1)&1 != 0 {
			square += terms(float64(k>>i*2)) * float64(p.Len())
		}
	}
	return multiply <= square
}
