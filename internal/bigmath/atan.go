package bigmath

import (
	"math"
	"math/big"
	"math/bits"
)

// Atan is the arc tangent.
func Atan(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.Sign() == 0:
		return number(prec).Set(x), true
	case x.IsInf():
		return piParts(prec, 1, 2, x.Signbit()), true
	case nearSquare(prec, x):
		return beside(prec, x, false), true
	}
	return round(prec, func(w uint) *big.Float { return atan(w, x) }), true
}

// Asin is the arc sine.
func Asin(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.Sign() == 0:
		return number(prec).Set(x), true
	case exponent(x) > 1 || x.IsInf() || number(0).Abs(x).Cmp(integer(1)) > 0:
		return nil, false
	case nearSquare(prec, x):
		return beside(prec, x, true), true
	}
	return round(prec, func(w uint) *big.Float { return atan2(w+6, x, otherSide(w+6, x)) }), true
}

// Acos is the arc cosine.
func Acos(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case exponent(x) > 1 || x.IsInf() || number(0).Abs(x).Cmp(integer(1)) > 0:
		return nil, false
	case x.Cmp(integer(1)) == 0:
		return zero(prec, false), true
	case x.Sign() == 0:
		return piParts(prec, 1, 2, false), true
	}
	return round(prec, func(w uint) *big.Float { return atan2(w+6, otherSide(w+6, x), x) }), true
}

// otherSide is sqrt(1 - x^2).
func otherSide(w uint, x *big.Float) *big.Float {
	v := sub(number(w+4), integer(1), x)
	return v.Mul(v, add(number(w+4), integer(1), x)).Sqrt(v)
}

// Atan2 is the angle of the point (x, y).
func Atan2(prec uint, y, x *big.Float) (*big.Float, bool) {
	switch {
	case y.Sign() == 0 && x.Signbit():
		return piParts(prec, 1, 1, y.Signbit()), true
	case y.Sign() == 0:
		return number(prec).Set(y), true
	case x.IsInf() && y.IsInf() && x.Signbit():
		return piParts(prec, 3, 4, y.Signbit()), true
	case x.IsInf() && y.IsInf():
		return piParts(prec, 1, 4, y.Signbit()), true
	case x.IsInf() && x.Signbit():
		return piParts(prec, 1, 1, y.Signbit()), true
	case x.IsInf():
		return zero(prec, y.Signbit()), true
	case y.IsInf() || x.Sign() == 0:
		return piParts(prec, 1, 2, y.Signbit()), true
	}
	return round(prec, func(w uint) *big.Float { return atan2(w, y, x) }), true
}

// piParts is pi*p/q, or minus that.
func piParts(prec uint, p, q int64, negative bool) *big.Float {
	v := round(prec, func(w uint) *big.Float {
		v := piConst.to(w + 4)
		return v.Quo(v.Mul(v, integer(p)), integer(q))
	})
	if negative {
		v.Neg(v)
	}
	return v
}

// atan is the arc tangent of any x that is not 0. The float64 arc tangent y is
// mended by that of (x - tan(y)) / (1 + x*tan(y)).
func atan(w uint, x *big.Float) *big.Float {
	e := exponent(x)
	switch {
	case e < -16:
		return atanNear0(w, x)
	case e > 0 && number(0).Abs(x).Cmp(integer(1)) > 0:
		v := shift(piConst.to(w+4), -1)
		if x.Signbit() {
			v.Neg(v)
		}
		if e > int(w)+8 {
			return v
		}
		return v.Sub(v, atan(w+4, number(w+8).Quo(integer(1), x)))
	}
	p := w + 32 // the result is above 2^-18
	f, _ := x.Float64()
	y := number(64).SetFloat64(math.Atan(f))
	s, c := sincos(p, y)
	num := number(p).Mul(x, c)
	num.Sub(num, s)
	den := number(p).Mul(x, s)
	den.Add(den, c)
	num.Quo(num, den)
	if num.Sign() == 0 {
		return y
	}
	t := atanNear0(p, num)
	return t.Add(t, y)
}

// atanNear0 is the series of atan(x) for |x| < 1/16.
func atanNear0(w uint, x *big.Float) *big.Float {
	p := w + uint(bits.Len(w)) + 16
	square := number(p).Mul(x, x)
	square.Neg(square)
	sum, power, term := number(p).Set(x), number(p).Set(x), number(p)
	for n := int64(3); ; n += 2 {
		power.Mul(power, square)
		term.Quo(power, integer(n))
		if term.Sign() == 0 || exponent(term) < exponent(x)-int(p) {
			return sum
		}
		sum.Add(sum, term)
	}
}

// atan2 is the angle of (x, y), neither 0.
func atan2(w uint, y, x *big.Float) *big.Float {
	a, b := number(0).Abs(y), number(0).Abs(x)
	var v *big.Float
	if a.Cmp(b) <= 0 {
		v = angle(w+6, a, b)
		if x.Signbit() {
			sub(v, piConst.to(w+6), v)
		}
	} else {
		v = angle(w+6, b, a)
		if !x.Signbit() {
			v.Neg(v)
		}
		add(v, v, shift(piConst.to(w+6), -1))
	}
	if y.Signbit() {
		v.Neg(v)
	}
	return v
}

// angle is atan(a/b) for 0 < a <= b, 0 if the quotient is not a big.Float.
func angle(w uint, a, b *big.Float) *big.Float {
	q := number(w+8).Quo(a, b)
	if q.Sign() == 0 {
		return q
	}
	if exponent(q) < -int(w)/2-5 {
		return q
	}
	return atan(w+4, q)
}
