package symbolic

import (
	"math"
	"math/big"
	"math/bits"
)

// Int is the exact number v.
func Int(v int64) Expr {
	if v == 0 {
		return Expr{}
	}
	k := key{op: OpNumber, bits: uint64(v)}
	return Expr{intern(&k)}
}

// Rat is num / den, in lowest terms; with den 0 it is the term Int(num).Div(Int(0)).
func Rat(num, den int64) Expr { return Int(num).Div(Int(den)) }

// Exact is the exact number r, of any size. r is copied.
//
// Arithmetic of exact numbers is done when the term is made as long as they are
// not longer than 4096 bits together (numerators and denominators; a power
// counts its base as often as it takes it). Past that the operation stays a
// term, so that no short text makes a number that fills the memory. Three
// operations are done at any size: the reciprocal, and those that write a number
// in text, the negation of a positive number and the quotient in lowest terms of
// an integer by an integer greater than 1.
func Exact(r *big.Rat) Expr {
	if r.IsInt() && r.Num().IsInt64() {
		return Int(r.Num().Int64())
	}
	k := key{op: OpNumber, rat: r}
	return Expr{intern(&k)}
}

const maxBits = 4096

func isNumber(n *node) bool { return n == nil || n.op == OpNumber }

// small returns the value of a number that is an int64.
func small(n *node) (v int64, ok bool) {
	if n == nil {
		return 0, true
	}
	return int64(n.bits), n.far == nil
}

// rat is the value of a number, to be read only.
func rat(n *node) *big.Rat {
	if v, ok := small(n); ok {
		return new(big.Rat).SetInt64(v)
	}
	return n.far.rat
}

// size is the length of a number in bits.
func size(n *node) int {
	if v, ok := small(n); ok {
		return bits.Len64(magnitude(v))
	}
	r := n.far.rat
	if r.IsInt() {
		return r.Num().BitLen()
	}
	return r.Num().BitLen() + r.Denom().BitLen()
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

// fold computes a op b of two numbers; !ok if it stays a term.
func fold(op Op, a, b *node) (r Expr, ok bool) {
	x, okX := small(a)
	y, okY := small(b)
	if okX && okY {
		if v, ok := fold64(op, x, y); ok {
			return Int(v), true
		}
	}
	if op == OpDiv && b == nil {
		return Expr{}, false
	}
	if size(a)+size(b) > maxBits && !(op == OpDiv && lowest(a, b)) {
		return Expr{}, false
	}
	v := new(big.Rat)
	switch op {
	case OpAdd:
		v.Add(rat(a), rat(b))
	case OpSub:
		v.Sub(rat(a), rat(b))
	case OpMul:
		v.Mul(rat(a), rat(b))
	case OpDiv:
		v.Quo(rat(a), rat(b))
	}
	return Exact(v), true
}

// fold64 is fold where the result is an int64.
func fold64(op Op, x, y int64) (v int64, ok bool) {
	switch op {
	case OpAdd:
		v = x + y
		return v, (v > x) == (y > 0)
	case OpSub:
		v = x - y
		return v, (v < x) == (y > 0)
	case OpMul:
		hi, lo := bits.Mul64(magnitude(x), magnitude(y))
		if hi != 0 || lo > math.MaxInt64 {
			return 0, false
		}
		return x * y, true
	default: // OpDiv
		if y == 0 || x == math.MinInt64 && y == -1 || x%y != 0 {
			return 0, false
		}
		return x / y, true
	}
}

// lowest reports whether a/b is how a number that is not an integer is written.
func lowest(a, b *node) bool {
	x, y := rat(a), rat(b)
	if !x.IsInt() || !y.IsInt() || y.Sign() <= 0 || y.Num().BitLen() == 1 {
		return false
	}
	gcd := new(big.Int).GCD(nil, nil, new(big.Int).Abs(x.Num()), y.Num())
	return gcd.BitLen() == 1
}

func foldNeg(a *node) (r Expr, ok bool) {
	if v, ok := small(a); ok && v != math.MinInt64 {
		return Int(-v), true
	}
	x := rat(a)
	if x.Sign() < 0 && size(a) > maxBits {
		return Expr{}, false
	}
	return Exact(new(big.Rat).Neg(x)), true
}

func foldPow(a *node, n int64) (r Expr, ok bool) {
	if v, ok := small(a); ok {
		switch {
		case n == 0 || v == 1:
			return Int(1), true
		case v == 0:
			return Expr{}, n > 0
		case v == -1:
			return Int(1 - n&1*2), true
		}
	}
	if n == -1 { // no longer than a
		return Exact(new(big.Rat).Inv(rat(a))), true
	}
	m := magnitude(n)
	if m > maxBits || m*uint64(size(a)) > maxBits {
		return Expr{}, false
	}
	x := rat(a)
	e := new(big.Int).SetUint64(m)
	num := new(big.Int).Exp(x.Num(), e, nil)
	den := new(big.Int).Exp(x.Denom(), e, nil)
	if n < 0 {
		num, den = den, num
	}
	return Exact(new(big.Rat).SetFrac(num, den)), true
}
