package bigmath

import (
	"math"
	"math/big"
	"math/bits"
)

// Erf is the error function.
func Erf(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.Sign() == 0:
		return number(prec).Set(x), true
	case beyondErf(prec, x):
		return withSign(number(prec).SetInt64(1), x), true
	}
	return round(prec, func(w uint) *big.Float { return withSign(erf(w, number(0).Abs(x)), x) }), true
}

// Erfc is 1 minus the error function.
func Erfc(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.Sign() == 0 || exponent(x) < -int(prec)-4:
		return number(prec).SetInt64(1), true
	case x.Signbit() && beyondErf(prec, x):
		return number(prec).SetInt64(2), true
	case x.IsInf() || exponent(x) > 17:
		return zero(prec, false), true
	}
	return round(prec, func(w uint) *big.Float {
		if x.Signbit() {
			v := erf(w+2, number(0).Abs(x))
			return v.Add(v, integer(1))
		}
		f, _ := x.Float64()
		digits := f * f / math.Ln2 // of 1 before the result's first, and some
		if digits > float64(w)+32 {
			return erfcFar(w, x)
		}
		v := erf(w+uint(digits+math.Log2(1+f))+8, x)
		return v.Sub(integer(1), v)
	}), true
}

// beyondErf reports whether erf(|x|) is to be rounded as 1: its distance from 1
// is less than e^(-x^2) for |x| >= 1.
func beyondErf(prec uint, x *big.Float) bool {
	if x.IsInf() || exponent(x) > 32 {
		return true
	}
	f, _ := x.Float64()
	return math.Abs(f) >= 1 && f*f/math.Ln2 > float64(prec)+4
}

// erf is the error function of x > 0 by the series of positive terms
// 2/sqrt(pi) * e^(-x^2) * sum of 2^n * x^(2n+1) / (1*3*…*(2n+1))
// (Abramowitz and Stegun, 7.1.6).
func erf(w uint, x *big.Float) *big.Float {
	p := w + 2*uint(bits.Len(w)) + 16
	if exponent(x) < -int(p)/2-3 { // the first term
		return shift(number(p).Quo(x, number(p).Sqrt(piConst.to(p))), 1)
	}
	square := number(2*x.MinPrec()).Mul(x, x)
	double := shift(number(p).Set(square), 1)
	sum, term := number(p).Set(x), number(p).Set(x)
	for n := int64(3); ; n += 2 {
		term.Mul(term, double)
		term.Quo(term, integer(n))
		if exponent(term) < exponent(sum)-int(p) && double.Cmp(integer(n/2)) < 0 {
			break
		}
		sum.Add(sum, term)
	}
	sum.Mul(sum, exp(p, square.Neg(square)))
	return shift(sum.Quo(sum, number(p).Sqrt(piConst.to(p))), 1)
}

// erfcFar is erfc of x with x^2 > w*log(2), by the asymptotic series
// e^(-x^2) / (x*sqrt(pi)) * sum of (-1)^n * 1*3*…*(2n-1) / (2*x^2)^n
// (Abramowitz and Stegun, 7.1.23), whose error is less than the first term left
// out; the terms shrink as far as about e^(-x^2).
func erfcFar(w uint, x *big.Float) *big.Float {
	p := w + uint(bits.Len(w)) + 16
	square := number(2*x.MinPrec()).Mul(x, x)
	double := shift(number(p).Set(square), 1)
	sum, term := number(p).SetInt64(1), number(p).SetInt64(1)
	for n := int64(1); exponent(term) >= -int(w)-8; n += 2 {
		term.Mul(term, integer(-n))
		term.Quo(term, double)
		sum.Add(sum, term)
	}
	sum.Mul(sum, exp(p, square.Neg(square)))
	sum.Quo(sum, x)
	return sum.Quo(sum, number(p).Sqrt(piConst.to(p)))
}
