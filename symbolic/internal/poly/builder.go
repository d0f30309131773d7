package poly

import (
	"fmt"
	"math/big"
	"slices"
)

// Builder collects terms in any order, equal monomials included, and makes a polynomial of their sum. It is not safe
// for concurrent use.
type Builder struct {
	n    int
	exps []int32
	deg  []int32
	num  []integer
	den  []*big.Int // parallel to num; empty while all denominators are 1
	top  int
}

// NewBuilder returns a builder of a polynomial in n variables.
func NewBuilder(n int) *Builder { return &Builder{n: n} }

// Add adds c times the monomial with the exponents e. It is an error if an exponent is negative or their sum is above
// MaxDegree. It panics if len(e) is not the number of variables.
func (b *Builder) Add(e []int, c int64) error { return b.add(e, small(c), nil) }

// AddRat is Add for a rational coefficient; it keeps no reference to c.
func (b *Builder) AddRat(e []int, c *big.Rat) error {
	num := fromBig(new(big.Int).Set(c.Num()))
	if c.IsInt() {
		return b.add(e, num, nil)
	}
	return b.add(e, num, new(big.Int).Set(c.Denom()))
}

func (b *Builder) add(e []int, num integer, den *big.Int) error {
	if len(e) != b.n {
		panic(fmt.Sprintf("poly: %d exponents for %d variables", len(e), b.n))
	}
	deg := uint64(0)
	for i, x := range e {
		if x < 0 {
			return fmt.Errorf("poly: exponent %d of variable %d is negative", x, i)
		}
		deg += uint64(x)
		if err := degreeAllowed("add", deg); err != nil {
			return err
		}
	}
	for _, x := range e {
		b.exps = append(b.exps, int32(x))
	}
	b.deg = append(b.deg, int32(deg))
	b.top = max(b.top, int(deg))
	b.num = append(b.num, num)
	if den != nil || b.den != nil {
		b.den = append(b.den, make([]*big.Int, len(b.num)-1-len(b.den))...)
		b.den = append(b.den, den)
	}
	return nil
}

// Poly returns the sum of the terms so far. The builder may be used further.
func (b *Builder) Poly() *Poly {
	lay := layoutFor(b.n, b.top)
	w := lay.words
	keys := make([]uint64, len(b.num)*w)
	e := make([]int, b.n)
	for t := range b.num {
		for i := range e {
			e[i] = int(b.exps[t*b.n+i])
		}
		lay.pack(keys[t*w:t*w+w], e, int(b.deg[t]))
	}
	num := b.num
	den := one
	if b.den != nil {
		for _, d := range b.den {
			if d != nil {
				den = lcm(den, d)
			}
		}
		num = slices.Clone(num)
		for t, d := range b.den {
			f := den
			if d != nil {
				f = new(big.Int).Quo(den, d)
			}
			num[t] = num[t].mul(fromBig(f))
		}
	}
	p := &Poly{n: b.n, lay: lay, exps: make([]uint64, 0, len(keys)), num: makeCoefs(len(num))}
	order := sortedOrder(keys, w)
	for i := 0; i < len(order); {
		m := keys[order[i]*w : order[i]*w+w]
		var sum integer
		for ; i < len(order) && slices.Equal(m, keys[order[i]*w:order[i]*w+w]); i++ {
			sum = sum.add(num[order[i]])
		}
		if !sum.isZero() {
			p.exps = append(p.exps, m...)
			p.num.push(sum)
		}
	}
	return p.over(den)
}

// FromTerms returns the sum of coefs[i] times the monomial with exponents exps[i]. Errors are those of Builder.Add.
func FromTerms(n int, exps [][]int, coefs []*big.Rat) (*Poly, error) {
	b := NewBuilder(n)
	for i, e := range exps {
		if err := b.AddRat(e, coefs[i]); err != nil {
			return nil, err
		}
	}
	return b.Poly(), nil
}

// lcm is the least common multiple of positive numbers.
func lcm(a, b *big.Int) *big.Int {
	g := new(big.Int).GCD(nil, nil, a, b)
	return g.Mul(new(big.Int).Quo(a, g), b)
}
