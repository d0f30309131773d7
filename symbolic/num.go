package symbolic

import (
	"math"
	"math/big"
)

// one is the term of which the constant of a sum is a multiple. pole is 1/0, in
// canonical form 0^-1: what is added to it or multiplied by it is undefined too,
// so that it swallows the rest of any canonical sum or product.
var one, half, pole *node

func init() { one, half, pole = Int(1).n, Rat(1, 2).n, Int(0).pow(-1).n }

// numOf is the number or term n as a num.
func numOf(n *node) num {
	if n == nil {
		return num{}
	}
	if n.op == OpNumber && n.far == nil {
		return num{v: int64(n.bits)}
	}
	return num{x: n}
}

// expr is the term that c stands for.
func (c num) expr() Expr {
	if c.x != nil {
		return Expr{c.x}
	}
	return Int(c.v)
}

func (c num) float() bool  { return c.x != nil && c.x.op == OpFloat }
func (c num) number() bool { return c.x == nil || c.x.op == OpNumber || c.x.op == OpFloat }
func (c num) isZero() bool { return c == num{} }
func (c num) isOne() bool  { return c == num{v: 1} }

// negative reports whether a coefficient is written with a minus.
func (c num) negative() bool {
	if c.float() {
		return math.Signbit(math.Float64frombits(c.x.bits))
	}
	return negative(c)
}

// exact is the value of an exact number, to be read only.
func (c num) exact() *big.Rat {
	if c.x != nil {
		return rat(c.x)
	}
	return new(big.Rat).SetInt64(c.v)
}

func ratSign(n *node) int {
	if v, ok := small(n); ok {
		switch {
		case v > 0:
			return 1
		case v < 0:
			return -1
		}
		return 0
	}
	return n.far.rat.Sign()
}

func numOfRat(r *big.Rat) num { return numOf(Exact(r).n) }

// addNum is c + d of two exact numbers or of two floats.
func addNum(c, d num) num {
	if c.x == nil && d.x == nil {
		if v, ok := fold64(OpAdd, c.v, d.v); ok {
			return num{v: v}
		}
	}
	if c.float() {
		return numOf(Const(math.Float64frombits(c.x.bits) + math.Float64frombits(d.x.bits)).n)
	}
	return numOfRat(new(big.Rat).Add(c.exact(), d.exact()))
}

// mulNum is c * d of two numbers. An exact number times a float is a float: the
// product of the exact values, rounded once. The exact number 0 times a finite
// float is the exact number 0.
func mulNum(c, d num) num {
	if c.x == nil && d.x == nil {
		if v, ok := fold64(OpMul, c.v, d.v); ok {
			return num{v: v}
		}
	}
	switch {
	case c.isOne():
		return d
	case d.isOne():
		return c
	case c.float() && d.float():
		return numOf(Const(math.Float64frombits(c.x.bits) * math.Float64frombits(d.x.bits)).n)
	case c.float():
		return mulFloat(math.Float64frombits(c.x.bits), d)
	case d.float():
		return mulFloat(math.Float64frombits(d.x.bits), c)
	}
	return numOfRat(new(big.Rat).Mul(c.exact(), d.exact()))
}

// mulFloat is f times the exact number c.
func mulFloat(f float64, c num) num {
	if c.isZero() {
		if math.IsInf(f, 0) || f != f {
			return numOf(Const(math.NaN()).n)
		}
		return num{}
	}
	if f == 0 || math.IsInf(f, 0) || f != f {
		if negative(c) {
			f = -f
		}
		return numOf(Const(f).n)
	}
	r := new(big.Rat).SetFloat64(f)
	v, _ := r.Mul(r, c.exact()).Float64()
	return numOf(Const(v).n)
}

// maxFloatPower bounds the integer powers of floats that are computed: exactly,
// and rounded once.
const maxFloatPower = 64

func powFloat(f float64, n int) float64 {
	if f == 0 || math.IsInf(f, 0) || f != f {
		return math.Pow(f, float64(n))
	}
	r := new(big.Rat).SetFloat64(f)
	m := int64(n)
	if m < 0 {
		r.Inv(r)
		m = -m
	}
	e := big.NewInt(m)
	num := new(big.Int).Exp(r.Num(), e, nil)
	den := new(big.Int).Exp(r.Denom(), e, nil)
	v, _ := new(big.Rat).SetFrac(num, den).Float64()
	return v
}
