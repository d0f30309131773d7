package bigmath

import "math/big"

// Sinpi is the sine of pi*x: 0 with the sign of x for the integers. ok is false for
// infinite x.
func Sinpi(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.IsInf():
		return nil, false
	case x.IsInt():
		return zero(prec, x.Signbit()), true
	}
	f, half := turned(x)
	if f.IsInt() {
		return number(prec).SetInt64(int64(half)), true
	}
	return round(prec, func(w uint) *big.Float {
		s, _ := sincosPi(w, x)
		return s
	}), true
}

// Cospi is the cosine of pi*x: 0 halfway between the integers. ok is false for
// infinite x.
func Cospi(prec uint, x *big.Float) (*big.Float, bool) {
	if x.IsInf() {
		return nil, false
	}
	if x.IsInt() {
		if isOdd(x) {
			return number(prec).SetInt64(-1), true
		}
		return number(prec).SetInt64(1), true
	}
	if f, _ := turned(x); f.IsInt() {
		return zero(prec, false), true
	}
	return round(prec, func(w uint) *big.Float {
		_, c := sincosPi(w, x)
		return c
	}), true
}

// turned is x - 1/2, exactly, for an x that is no integer, and the sine of pi*x if
// that is an integer.
func turned(x *big.Float) (f *big.Float, sine int) {
	if exponent(x) < 0 { // |x| < 1/2
		return number(1).SetFloat64(0.5), 0
	}
	f = number(x.MinPrec()+uint(exponent(x))+4).Sub(x, big.NewFloat(0.5))
	if sine = 1; isOdd(f) {
		sine = -1
	}
	return f, sine
}
