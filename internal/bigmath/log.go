package bigmath

import (
	"math"
	"math/big"
	"math/bits"
)

// Log is the natural logarithm.
func Log(prec uint, x *big.Float) (*big.Float, bool) { return logarithm(prec, x, log) }

// Log2 is the logarithm to base 2.
func Log2(prec uint, x *big.Float) (*big.Float, bool) { return logarithm(prec, x, log2) }

// Log10 is the logarithm to base 10.
func Log10(prec uint, x *big.Float) (*big.Float, bool) {
	return logarithm(prec, x, func(w uint, x *big.Float) *big.Float {
		v := log(w+4, x)
		return v.Quo(v, ln10Const.to(w+4))
	})
}

func logarithm(prec uint, x *big.Float, f func(w uint, x *big.Float) *big.Float) (*big.Float, bool) {
	switch {
	case x.Sign() == 0:
		return inf(prec, true), true
	case x.Signbit():
		return nil, false
	case x.IsInf():
		return inf(prec, false), true
	case x.Cmp(integer(1)) == 0:
		return zero(prec, false), true
	}
	return round(prec, func(w uint) *big.Float { return f(w, x) }), true
}

// Log1p is the natural logarithm of 1 + x.
func Log1p(prec uint, x *big.Float) (*big.Float, bool) {
	switch c := x.Cmp(integer(-1)); {
	case x.Sign() == 0:
		return number(prec).Set(x), true
	case c == 0:
		return inf(prec, true), true
	case c < 0:
		return nil, false
	case x.IsInf():
		return inf(prec, false), true
	case near(prec, x):
		return beside(prec, x, x.Signbit()), true
	}
	return round(prec, func(w uint) *big.Float { return log1p(w, x) }), true
}

// log is the logarithm of a positive x that is not 1. Of x = m*2^k with m near 1
// the float64 logarithm y is taken, and mended by the logarithm of m*e^-y, which
// is within 2^-45 of 1.
func log(w uint, x *big.Float) *big.Float {
	if e := exponent(x); e == 0 || e == 1 {
		d := number(x.MinPrec()+2).Sub(x, integer(1))
		if exponent(d) < -16 {
			return logNear1(w, d)
		}
	}
	m := new(big.Float)
	k := x.MantExp(m)
	f, _ := m.Float64()
	if f < 2./3 {
		k--
		f *= 2
		shift(m, 1)
	}
	// |log(x)| > 2^-18, so that absolute errors serve.
	p := w + 64
	y := number(64).SetFloat64(math.Log(f))
	t := exp(p, number(64).Neg(y))
	t.SetPrec(p).Mul(t, m)
	sum := number(p)
	if d := t.Sub(t, integer(1)); d.Sign() != 0 {
		sum = logNear1(p, d)
	}
	sum.Add(sum, y)
	if k != 0 {
		c := ln2Const.to(p)
		sum.Add(sum, c.Mul(c, integer(int64(k))))
	}
	return sum
}

// logNear1 is log(1 + d) for 0 < |d| < 1/16: twice the series of atanh(d/(2+d)).
func logNear1(w uint, d *big.Float) *big.Float {
	p := w + uint(bits.Len(w)) + 16
	z := number(p).Add(d, integer(2))
	z.Quo(d, z)
	square := number(p).Mul(z, z)
	sum, power, term := number(p).Set(z), number(p).Set(z), number(p)
	for n := int64(3); ; n += 2 {
		power.Mul(power, square)
		term.Quo(power, integer(n))
		if term.Sign() == 0 || exponent(term) < exponent(z)-int(p) {
			return shift(sum, 1)
		}
		sum.Add(sum, term)
	}
}

func log2(w uint, x *big.Float) *big.Float {
	v := log(w+4, x)
	return v.Quo(v, ln2Const.to(w+4))
}

// log1p is log(1 + x) for any x > -1 that is not 0.
func log1p(w uint, x *big.Float) *big.Float {
	switch e := exponent(x); {
	case e < -16:
		return logNear1(w, x)
	case e > int(w)+8: // the logarithm is above 1, and that of x as near as that
		return log(w+2, x)
	}
	return log(w, number(x.MinPrec()+uint(max(exponent(x), -exponent(x)))+8).Add(x, integer(1)))
}
