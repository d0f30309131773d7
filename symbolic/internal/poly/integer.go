package poly

import (
	"math"
	"math/big"
	"math/bits"
)

// integer is an exact integer: b if it is not nil, else v. It is in lowest form: b is nil whenever the value has fewer
// than 128 bits. The big.Int is never written to.
type integer struct {
	v int128
	b *big.Int
}

func small(x int64) integer { return integer{v: wide(x)} }

// fromBig takes ownership of b.
func fromBig(b *big.Int) integer {
	if v, ok := toInt128(b); ok {
		return integer{v: v}
	}
	return integer{b: b}
}

// big returns x as a big.Int that must not be written to.
func (x integer) big() *big.Int {
	if x.b != nil {
		return x.b
	}
	return setInt128(new(big.Int), x.v)
}

func (x integer) isZero() bool { return x.b == nil && x.v.isZero() }

func (x integer) isOne() bool { return x.b == nil && x.v == int128{0, 1} }

func (x integer) sign() int {
	switch {
	case x.b != nil:
		return x.b.Sign()
	case x.v.hi < 0:
		return -1
	case x.v.isZero():
		return 0
	}
	return 1
}

func (x integer) neg() integer {
	if x.b != nil {
		return integer{b: new(big.Int).Neg(x.b)}
	}
	return integer{v: x.v.negated()}
}

func (x integer) add(y integer) integer {
	if x.b == nil && y.b == nil {
		v := x.v.plus(y.v)
		// No sum of numbers below 2^127 in size reaches -2^127 without changing sign, but -2^127 has 128 bits.
		if (x.v.hi^v.hi)&(y.v.hi^v.hi) >= 0 && v != (int128{math.MinInt64, 0}) {
			return integer{v: v}
		}
	}
	return fromBig(new(big.Int).Add(x.big(), y.big()))
}

func (x integer) mul(y integer) integer {
	if x.b == nil && y.b == nil {
		if x.v.isInt64() && y.v.isInt64() {
			return integer{v: mul64(int64(x.v.lo), int64(y.v.lo))}
		}
		xh, xl := x.v.abs()
		yh, yl := y.v.abs()
		if xh == 0 || yh == 0 {
			hi, lo := bits.Mul64(xl, yl)
			over, mid := bits.Mul64(xh|yh, pick(xh == 0, xl, yl))
			sum, carry := bits.Add64(hi, mid, 0)
			if over|carry == 0 && sum < 1<<63 {
				v := int128{int64(sum), lo}
				if x.v.hi^y.v.hi < 0 {
					v = v.negated()
				}
				return integer{v: v}
			}
		}
	}
	return fromBig(new(big.Int).Mul(x.big(), y.big()))
}

func pick(c bool, a, b uint64) uint64 {
	if c {
		return a
	}
	return b
}

// quo returns x/y and whether it is exact; y is not zero.
func (x integer) quo(y integer) (integer, bool) {
	if x.b == nil && y.b == nil && x.v.isInt64() && y.v.isInt64() {
		a, b := int64(x.v.lo), int64(y.v.lo)
		if b != -1 {
			q := a / b
			return small(q), q*b == a
		}
		return x.neg(), true
	}
	q, r := new(big.Int).QuoRem(x.big(), y.big(), new(big.Int))
	return fromBig(q), r.Sign() == 0
}

// gcd is the greatest common divisor, not negative.
func (x integer) gcd(y integer) integer {
	if x.b == nil && y.b == nil {
		xh, a := x.v.abs()
		yh, b := y.v.abs()
		if xh|yh == 0 {
			for b != 0 {
				a, b = b, a%b
			}
			return integer{v: int128{0, a}}
		}
	}
	a, b := x.big(), y.big()
	return fromBig(new(big.Int).GCD(nil, nil, new(big.Int).Abs(a), new(big.Int).Abs(b)))
}

// bitLen is the length of |x| in bits.
func (x integer) bitLen() int {
	if x.b != nil {
		return x.b.BitLen()
	}
	hi, lo := x.v.abs()
	if hi != 0 {
		return 64 + bits.Len64(hi)
	}
	return bits.Len64(lo)
}

// log2 is an approximation of the logarithm of |x|, x not zero.
func (x integer) log2() float64 {
	if x.b == nil {
		return math.Log2(math.Abs(x.v.float()))
	}
	shift := max(x.b.BitLen()-64, 0)
	top := new(big.Int).Rsh(new(big.Int).Abs(x.b), uint(shift))
	return math.Log2(float64(top.Uint64())) + float64(shift)
}

func (x integer) equal(y integer) bool {
	if x.b == nil || y.b == nil {
		return x.b == y.b && x.v == y.v
	}
	return x.b.Cmp(y.b) == 0
}

// pow is x to the power k >= 0.
func (x integer) pow(k int) integer {
	switch {
	case x.isOne() || k == 0:
		return small(1)
	case x.b == nil && x.v == wide(-1):
		return small(1 - 2*int64(k&1))
	}
	return fromBig(new(big.Int).Exp(x.big(), big.NewInt(int64(k)), nil))
}
