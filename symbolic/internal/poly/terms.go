package poly

import (
	"iter"
	"math/big"
)

// Coef is a coefficient: an exact rational number.
type Coef struct {
	num integer
	den *big.Int
}

// Int64 returns the coefficient if it is an integer that fits.
func (c Coef) Int64() (int64, bool) {
	if c.den != nil || c.num.b != nil || !c.num.v.isInt64() {
		return 0, false
	}
	return int64(c.num.v.lo), true
}

// Rat returns the coefficient, newly allocated.
func (c Coef) Rat() *big.Rat {
	r := new(big.Rat)
	if c.den == nil {
		return r.SetInt(c.num.big())
	}
	return r.SetFrac(c.num.big(), c.den)
}

// Sign returns -1, 0 or 1.
func (c Coef) Sign() int { return c.num.sign() }

// Coef returns the coefficient of term t, 0 <= t < p.Len(), in the order of Terms.
func (p *Poly) Coef(t int) Coef { return Coef{p.num.at(t), p.den} }

// Exponents writes the exponents of term t into dst, which has room for all variables, and returns it.
func (p *Poly) Exponents(t int, dst []int) []int {
	dst = dst[:p.n]
	p.lay.unpack(p.mono(t), dst)
	return dst
}

// Terms yields the exponents and the coefficient of each term in descending graded lexicographic order: a higher total
// degree first, then a higher exponent of variable 0, and so on. The slice of exponents is reused.
func (p *Poly) Terms() iter.Seq2[[]int, Coef] {
	return func(yield func([]int, Coef) bool) {
		e := make([]int, p.n)
		for t := range p.Len() {
			if !yield(p.Exponents(t, e), p.Coef(t)) {
				return
			}
		}
	}
}
