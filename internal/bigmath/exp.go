package bigmath

import (
	"math"
	"math/big"
	"math/bits"
)

// Exp is e^x.
func Exp(prec uint, x *big.Float) (*big.Float, bool) {
	if v := extreme(prec, x); v != nil {
		return v, true
	}
	return round(prec, func(w uint) *big.Float { return exp(w, x) }), true
}

// Exp2 is 2^x.
func Exp2(prec uint, x *big.Float) (*big.Float, bool) {
	if v := extreme(prec, x); v != nil {
		return v, true
	}
	return round(prec, func(w uint) *big.Float { return exp2(w, x) }), true
}

// Expm1 is e^x - 1.
func Expm1(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.Sign() == 0:
		return number(prec).Set(x), true
	case x.IsInf() && x.Signbit():
		return number(prec).SetInt64(-1), true
	case x.IsInf():
		return inf(prec, false), true
	case near(prec, x):
		return beside(prec, x, !x.Signbit()), true
	}
	return round(prec, func(w uint) *big.Float { return expm1(w, x) }), true
}

// extreme is e^x, or 2^x, where that is 1, 0 or infinite; nil elsewhere.
func extreme(prec uint, x *big.Float) *big.Float {
	switch {
	case x.Sign() == 0:
		return number(prec).SetInt64(1)
	case x.IsInf() || exponent(x) > 32:
		if x.Signbit() {
			return zero(prec, false)
		}
		return inf(prec, false)
	}
	return nil
}

// exp is e^x for |x| < 2^32: x is reduced to r = (x - k*log(2)) / 2^s, and the
// Taylor series of e^r squared s times (Brent, "Fast multiple-precision
// evaluation of elementary functions", JACM 23(2), 1976). s is near the root of
// the precision, which makes the number of terms and of squarings about equal.
func exp(w uint, x *big.Float) *big.Float {
	if x.Sign() == 0 || exponent(x) < -int(w)-2 {
		return number(w).SetInt64(1)
	}
	s := uint(math.Sqrt(float64(w))) + 1
	p := w + s + 2*uint(bits.Len(w)) + 16 // a squaring doubles the error
	f, _ := x.Float64()
	k := math.Round(f / math.Ln2)
	if k > math.MaxInt32 || k < math.MinInt32 {
		return beyond(w, k)
	}
	r := number(p).Set(x)
	if k != 0 {
		t := ln2Const.to(p + 36)
		t.SetPrec(p+72).Mul(t, number(64).SetFloat64(k))
		r.Sub(x, t)
	}
	e := exponent(r)
	s = uint(max(0, int(s)+min(e, 0)))
	shift(r, -int(s))
	sum, term := number(p).SetInt64(1), number(p).SetInt64(1)
	for n := int64(1); ; n++ {
		term.Mul(term, r)
		term.Quo(term, integer(n))
		if term.Sign() == 0 || exponent(term) < -int(p) {
			break
		}
		sum.Add(sum, term)
	}
	for range s {
		sum.Mul(sum, sum)
	}
	return shift(sum, int(k))
}

func exp2(w uint, x *big.Float) *big.Float {
	if exponent(x) < -int(w)-2 {
		return number(w).SetInt64(1)
	}
	k := nearest(x)
	r := number(w+8).Sub(x, number(64).SetInt(k))
	if r.Sign() != 0 {
		r.Mul(r, ln2Const.to(w+8))
	}
	if f, _ := x.Float64(); f > math.MaxInt32 || f < math.MinInt32 {
		return beyond(w, f)
	}
	return shift(exp(w+2, r), int(k.Int64()))
}

// beyond is 2^k where that is no finite big.Float, or 0.
func beyond(w uint, k float64) *big.Float {
	if k < 0 {
		return number(w)
	}
	return inf(w, false)
}

// expm1 is e^x - 1 for any x that is not 0.
func expm1(w uint, x *big.Float) *big.Float {
	switch {
	case exponent(x) > 32:
		if x.Signbit() {
			return number(w).SetInt64(-1)
		}
		return inf(w, false)
	case exponent(x) > -16:
		v := exp(w+20, x)
		return v.Sub(v, integer(1))
	}
	p := w + 16
	sum, term := number(p).Set(x), number(p).Set(x)
	for n := int64(2); ; n++ {
		term.Mul(term, x)
		term.Quo(term, integer(n))
		if exponent(term) < exponent(x)-int(p) || term.Sign() == 0 {
			return sum
		}
		sum.Add(sum, term)
	}
}

// nearest is the integer nearest to x.
func nearest(x *big.Float) *big.Int {
	if exponent(x) < -1 {
		return new(big.Int)
	}
	h := big.NewFloat(0.5)
	if x.Signbit() {
		h.Neg(h)
	}
	n, _ := number(x.MinPrec()+uint(exponent(x)+4)).Add(x, h).Int(nil)
	return n
}
