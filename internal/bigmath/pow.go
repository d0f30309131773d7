package bigmath

import (
	"math/big"
)

// Pow is x^y, with the special cases of math.Pow.
func Pow(prec uint, x, y *big.Float) (*big.Float, bool) {
	unit := integer(1)
	odd := y.IsInt() && isOdd(y)
	switch {
	case y.Sign() == 0 || x.Cmp(unit) == 0:
		return number(prec).SetInt64(1), true
	case y.Cmp(unit) == 0:
		return number(prec).Set(x), true
	case x.Sign() == 0 && y.Signbit():
		return inf(prec, x.Signbit() && odd), true
	case x.Sign() == 0:
		return zero(prec, x.Signbit() && odd), true
	case y.IsInf():
		switch c := number(0).Abs(x).Cmp(unit); {
		case c == 0:
			return number(prec).SetInt64(1), true
		case c > 0 == y.Signbit():
			return zero(prec, false), true
		}
		return inf(prec, false), true
	case x.IsInf() && y.Signbit():
		return zero(prec, x.Signbit() && odd), true
	case x.IsInf():
		return inf(prec, x.Signbit() && odd), true
	case x.Signbit() && !y.IsInt():
		return nil, false
	}
	a := number(0).Abs(x)
	v := power(prec, a, y)
	if x.Signbit() && odd {
		v.Neg(v)
	}
	return v, true
}

// maxExact bounds the length of powers that are computed exactly.
const maxExact = 1 << 14

// power is x^y for finite x > 0 and y that is not 0.
func power(prec uint, x, y *big.Float) *big.Float {
	if x.Cmp(integer(1)) == 0 {
		return number(prec).SetInt64(1)
	}
	if n, _ := number(0).Abs(y).Int64(); y.IsInt() && exponent(y) <= 32 && uint64(n)*uint64(x.MinPrec()) <= maxExact {
		// 2^e is taken out, lest it overflow on the way.
		m, e := parts(x)
		m.Exp(m, big.NewInt(n), nil)
		v := number(uint(m.BitLen())).SetInt(m)
		if y.Signbit() {
			v = number(prec).Quo(integer(1), v)
			n = -n
		}
		return scale(v.SetPrec(prec), int64(e)*n)
	}
	return round(prec, func(w uint) *big.Float { return pow(w, x, y) })
}

// scale is v * 2^n in place.
func scale(v *big.Float, n int64) *big.Float {
	const most = 1 << 30
	for n > most {
		shift(v, most)
		n -= most
		if v.IsInf() {
			return v
		}
	}
	for n < -most {
		shift(v, -most)
		n += most
		if v.Sign() == 0 {
			return v
		}
	}
	return shift(v, int(n))
}

// pow is x^y for x > 0 other than 1, as e^(y*log(x)).
func pow(w uint, x, y *big.Float) *big.Float {
	t := log(32, x)
	t.Mul(t, y)
	if exponent(t) > 32 {
		return beyond(w, float64(t.Sign()))
	}
	p := w + 8 + uint(max(exponent(t), 0))
	t = log(p, x)
	t.SetPrec(p+8).Mul(t, y)
	return exp(w+4, t)
}
