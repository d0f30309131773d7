package poly

import (
	"math"
	"math/big"
)

// coefs is a list of integers at the narrowest width that holds them all: s, else m, else b. At most one is in use.
type coefs struct {
	s []int64
	m []int128
	b []*big.Int
}

func makeCoefs(capacity int) coefs { return coefs{s: make([]int64, 0, capacity)} }

func (c *coefs) len() int { return len(c.s) + len(c.m) + len(c.b) }

func (c *coefs) at(i int) integer {
	switch {
	case c.b != nil:
		return fromBig(c.b[i])
	case c.m != nil:
		return integer{v: c.m[i]}
	}
	return small(c.s[i])
}

// push appends x, widening the list if need be.
func (c *coefs) push(x integer) {
	if c.b == nil && x.b == nil {
		if c.m == nil {
			if x.v.isInt64() {
				c.s = append(c.s, int64(x.v.lo))
				return
			}
			c.m = c.widened()
			c.s = nil
		}
		c.m = append(c.m, x.v)
		return
	}
	if c.b == nil {
		c.b = c.bigs()
		c.s, c.m = nil, nil
	}
	c.b = append(c.b, x.big())
}

// widened returns the list as 128-bit integers; c.b is not in use.
func (c *coefs) widened() []int128 {
	if c.m != nil {
		return c.m
	}
	m := make([]int128, len(c.s), cap(c.s)+1)
	for i, x := range c.s {
		m[i] = wide(x)
	}
	return m
}

// bigs returns the list as big integers that must not be written to.
func (c *coefs) bigs() []*big.Int {
	if c.b != nil {
		return c.b
	}
	b := make([]*big.Int, c.len(), c.len()+1)
	for i := range b {
		b[i] = c.at(i).big()
	}
	return b
}

// shrunk returns the list m of integers of fewer than 128 bits at its narrowest width.
func shrunk(m []int128) coefs {
	for _, x := range m {
		if !x.isInt64() {
			return coefs{m: m}
		}
	}
	s := make([]int64, len(m))
	for i, x := range m {
		s[i] = int64(x.lo)
	}
	return coefs{s: s}
}

// shrunkBig does the same for big integers.
func shrunkBig(b []*big.Int) coefs {
	for _, x := range b {
		if x.BitLen() > 127 {
			return coefs{b: b}
		}
	}
	c := makeCoefs(len(b))
	for _, x := range b {
		c.push(fromBig(x))
	}
	return c
}

// norms holds base-2 logarithms of the sum and of the maximum of the absolute values of a list, rounded up a little.
type norms struct{ sum, top float64 }

const slack = 1e-9

func (c *coefs) norms() norms {
	var sum, top float64
	switch {
	case c.b != nil:
		for _, x := range c.b {
			top = max(top, integer{b: x}.log2())
		}
		top += slack * (1 + top)
		return norms{top + math.Log2(float64(len(c.b))), top}
	case c.m != nil:
		for _, x := range c.m {
			f := math.Abs(x.float())
			sum += f
			top = max(top, f)
		}
	default:
		for _, x := range c.s {
			f := math.Abs(float64(x))
			sum += f
			top = max(top, f)
		}
	}
	return norms{math.Log2(sum) + slack, math.Log2(top) + slack}
}

// productBits bounds the base-2 logarithm of the coefficients of a product of lists with na and nb terms.
func productBits(a, b norms, na, nb int) float64 {
	return min(a.sum+b.top, a.top+b.sum, a.top+b.top+math.Log2(float64(min(na, nb)))+slack)
}

// bitLen is the length of the widest coefficient in bits.
func (c *coefs) bitLen() int {
	w := 0
	for i := range c.len() {
		w = max(w, c.at(i).bitLen())
	}
	return w
}

// sum is the sum of the list.
func (c *coefs) sum() integer {
	var s integer
	for i := range c.len() {
		s = s.add(c.at(i))
	}
	return s
}
