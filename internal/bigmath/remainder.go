package bigmath

import "math/big"

// RoundEven is the integer nearest to x, of two the even one, with the sign of x
// if it is 0.
func RoundEven(prec uint, x *big.Float) (*big.Float, bool) {
	if x.IsInt() || x.IsInf() {
		return number(prec).Set(x), true
	}
	n := nearestEven(x)
	if n.Sign() == 0 {
		return zero(prec, x.Signbit()), true
	}
	return number(prec).SetInt(n), true
}

// nearestEven is the integer nearest to x, of two the even one.
func nearestEven(x *big.Float) *big.Int {
	if exponent(x) < 0 { // |x| < 1/2
		return new(big.Int)
	}
	n, _ := x.Int(nil)
	twice, accuracy := number(x.MinPrec()).SetMantExp(x, 1).Int(nil)
	if twice.Bit(0) == 1 && (accuracy != big.Exact || n.Bit(0) == 1) { // |x - n| > 1/2, or = 1/2
		n.Add(n, big.NewInt(int64(x.Sign())))
	}
	return n
}

// Remainder is x - y*n for the integer n nearest to x/y, of two the even one: the
// exact value rounded once. A result of 0 has the sign of x. ok is false for y = 0
// and for infinite x.
func Remainder(prec uint, x, y *big.Float) (*big.Float, bool) {
	switch {
	case y.Sign() == 0 || x.IsInf():
		return nil, false
	case x.Sign() == 0 || y.IsInf() || exponent(x) < exponent(y)-1: // |x| < |y|/2
		return number(prec).Set(x), true
	}
	a, ea := parts(number(0).Abs(x))
	b, eb := parts(number(0).Abs(y))
	// |x| modulo 2*|y|, in units of 2^e; where the exponents are far apart, the
	// power of 2 between them is taken modulo.
	e := min(ea, eb)
	b.Lsh(b, uint(eb-e))
	double := new(big.Int).Lsh(b, 1)
	a.Mul(a, new(big.Int).Exp(big.NewInt(2), big.NewInt(int64(ea)-int64(e)), double))
	a.Rem(a, double)
	twice := new(big.Int).Lsh(a, 1)
	switch c := twice.Cmp(b); {
	case c <= 0: // n is even: 0, and a half goes to it
	case twice.Cmp(new(big.Int).Mul(b, big.NewInt(3))) < 0:
		a.Sub(a, b)
	default:
		a.Sub(a, double)
	}
	if a.Sign() == 0 {
		return zero(prec, x.Signbit()), true
	}
	v := number(uint(a.BitLen())).SetInt(a)
	shift(v, e)
	if x.Signbit() {
		v.Neg(v)
	}
	return v.SetPrec(prec), true
}
