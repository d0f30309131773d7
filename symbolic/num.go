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

// floatMark tells a num that is a float from others. It is no term.
var floatMark = &node{op: OpFloat, hash: mixFar}

// numOf is the number or term n as a num.
func numOf(n *node) num {
	switch {
	case n == nil:
		return num{}
	case n.op == OpNumber && n.far == nil:
		return num{v: int64(n.bits)}
	case n.op == OpFloat:
		return num{v: int64(n.bits), x: floatMark}
	}
	return num{x: n}
}

func numOfFloat(v float64) num {
	if v != v {
		v = math.NaN() // all are one
	}
	return num{v: int64(math.Float64bits(v)), x: floatMark}
}

// numOfRat is the exact number r, which the caller gives away.
func numOfRat(r *big.Rat) num {
	if r.IsInt() && r.Num().IsInt64() {
		return num{v: r.Num().Int64()}
	}
	return num{x: Exact(r).n}
}

// expr is the term that c stands for.
func (c num) expr() Expr {
	switch c.x {
	case nil:
		return Int(c.v)
	case floatMark:
		return Const(c.floatValue())
	}
	return Expr{c.x}
}

func (c num) isInt() bool         { return c.x == nil } // an int64
func (c num) float() bool         { return c.x == floatMark }
func (c num) floatValue() float64 { return math.Float64frombits(uint64(c.v)) }
func (c num) isExact() bool       { return c.x == nil || c.x.op == OpNumber }
func (c num) number() bool        { return c.x == nil || c.x == floatMark || c.x.op == OpNumber }
func (c num) isZero() bool        { return c == num{} }
func (c num) isOne() bool         { return c == num{v: 1} }

// negative reports whether a number is written with a minus; no other term is.
func (c num) negative() bool {
	switch {
	case c.isInt():
		return c.v < 0
	case c.float():
		return math.Signbit(c.floatValue())
	}
	return c.x.op == OpNumber && ratSign(c.x) < 0
}

// exact is the value of an exact number, to be read only.
func (c num) exact() *big.Rat {
	if c.x != nil {
		return rat(c.x)
	}
	return new(big.Rat).SetInt64(c.v)
}

// isInteger reports whether c is an exact integer of any size.
func (c num) isInteger() bool { return c.isInt() || c.isExact() && c.x.far.rat.IsInt() }

func (c num) hash() uint64 {
	switch c.x {
	case nil:
		return uint64(c.v) * mixArg1
	case floatMark:
		return mix(uint64(c.v), mixFar)
	}
	return c.x.hash
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

// addNum is c + d of two exact numbers or of two floats.
func addNum(c, d num) num {
	if c.isInt() && d.isInt() {
		if v, ok := fold64(OpAdd, c.v, d.v); ok {
			return num{v: v}
		}
	}
	if c.float() {
		return numOfFloat(c.floatValue() + d.floatValue())
	}
	return numOfRat(new(big.Rat).Add(c.exact(), d.exact()))
}

// mulNum is c * d of two numbers. An exact number times a float is a float: the
// product of the exact values, rounded once. The exact number 0 times a finite
// float is the exact number 0.
func mulNum(c, d num) num {
	if c.isInt() && d.isInt() {
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
		return numOfFloat(c.floatValue() * d.floatValue())
	case c.float():
		return mulFloat(c.floatValue(), d)
	case d.float():
		return mulFloat(d.floatValue(), c)
	}
	return numOfRat(new(big.Rat).Mul(c.exact(), d.exact()))
}

// mulFloat is f times the exact number c.
func mulFloat(f float64, c num) num {
	if c.isZero() {
		if math.IsInf(f, 0) || f != f {
			return numOfFloat(math.NaN())
		}
		return num{}
	}
	if f == 0 || math.IsInf(f, 0) || f != f {
		if c.negative() {
			f = -f
		}
		return numOfFloat(f)
	}
	if c.isInt() && magnitude(c.v) <= 1<<53 {
		return numOfFloat(f * float64(c.v))
	}
	r := new(big.Rat).SetFloat64(f)
	v, _ := r.Mul(r, c.exact()).Float64()
	return numOfFloat(v)
}
