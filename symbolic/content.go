package symbolic

import (
	"math/big"
	"math/bits"
)

// content is the number by which all coefficients of a sum can be divided: then
// they are integers without a common factor, and the first is positive. It is 1
// for a sum with a float, and where it would be longer than 4096 bits: squaring a
// sum again and again would double its length each time.
//
// Sums are bases of integer powers without their content, so that a product
// does not depend on how its factors were grouped: (2*x + 2*y)*z is
// 2*z*(x + y).
func (n *node) content() num {
	terms := n.pairs()
	var gcd uint64
	for _, t := range terms {
		if !t.c.isInt() {
			return contentRat(terms)
		}
		if gcd = gcd64(gcd, magnitude(t.c.v)); gcd == 1 {
			break
		}
	}
	if gcd == 1 {
		for _, t := range terms { // a float or a fraction may come later
			if !t.c.isInt() {
				return contentRat(terms)
			}
		}
	}
	if gcd > 1<<62 || gcd == 0 { // no int64
		return contentRat(terms)
	}
	if terms[0].c.v < 0 {
		return num{v: -int64(gcd)}
	}
	return num{v: int64(gcd)}
}

func gcd64(a, b uint64) uint64 {
	if a == 0 || b == 0 {
		return a | b
	}
	shift := bits.TrailingZeros64(a | b)
	a >>= bits.TrailingZeros64(a)
	for b != 0 {
		b >>= bits.TrailingZeros64(b)
		if a > b {
			a, b = b, a
		}
		b -= a
	}
	return a << shift
}

func contentRat(terms []pair) num {
	gcd, lcm := new(big.Int), big.NewInt(1)
	for _, t := range terms {
		if t.c.float() {
			return num{v: 1}
		}
		r := t.c.exact()
		gcd.GCD(nil, nil, gcd, new(big.Int).Abs(r.Num()))
		d := new(big.Int).GCD(nil, nil, lcm, r.Denom())
		lcm.Mul(lcm, d.Quo(r.Denom(), d))
	}
	if gcd.Sign() == 0 {
		return num{v: 1}
	}
	r := new(big.Rat).SetFrac(gcd, lcm)
	if r.Num().BitLen()+r.Denom().BitLen() > maxBits {
		return num{v: 1}
	}
	if terms[0].c.negative() {
		r.Neg(r)
	}
	return numOfRat(r)
}

// primitive is a sum divided by its content.
func (n *node) primitive() (content num, rest *node) {
	c := n.content()
	if c.isOne() {
		return c, n
	}
	return c, scaleSum(numOfRat(new(big.Rat).Inv(c.exact())), n)
}
