package bigmath

import "math/big"

// Sinh is the hyperbolic sine.
func Sinh(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.Sign() == 0 || x.IsInf():
		return number(prec).Set(x), true
	case nearSquare(prec, x):
		return beside(prec, x, true), true
	}
	return round(prec, func(w uint) *big.Float {
		u := expm1(w+8, number(0).Abs(x))
		if !u.IsInf() { // (u + u/(u + 1)) / 2
			t := number(w+8).Add(u, integer(1))
			shift(u.Add(u, t.Quo(u, t)), -1)
		}
		return withSign(u, x)
	}), true
}

// Cosh is the hyperbolic cosine.
func Cosh(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.IsInf():
		return inf(prec, false), true
	case x.Sign() == 0 || exponent(x) < -int(prec)/2-3:
		return number(prec).SetInt64(1), true
	case exponent(x) > 32:
		return inf(prec, false), true
	}
	return round(prec, func(w uint) *big.Float {
		u := exp(w+8, number(0).Abs(x))
		if u.IsInf() {
			return u
		}
		if exponent(u) < int(w)+8 {
			u.Add(u, number(w+8).Quo(integer(1), u))
		}
		return shift(u, -1)
	}), true
}

// Tanh is the hyperbolic tangent.
func Tanh(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.Sign() == 0:
		return number(prec).Set(x), true
	case x.IsInf() || number(0).Abs(x).Cmp(integer(int64(prec)+8)) > 0:
		return withSign(number(prec).SetInt64(1), x), true
	case nearSquare(prec, x):
		return beside(prec, x, false), true
	}
	return round(prec, func(w uint) *big.Float {
		a := number(0).Abs(x)
		u := expm1(w+8, shift(a, 1))
		t := number(w+8).Add(u, integer(2))
		return withSign(u.Quo(u, t), x)
	}), true
}

// Asinh is the inverse of the hyperbolic sine.
func Asinh(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.Sign() == 0 || x.IsInf():
		return number(prec).Set(x), true
	case nearSquare(prec, x):
		return beside(prec, x, false), true
	}
	return round(prec, func(w uint) *big.Float {
		a := number(0).Abs(x)
		if exponent(a) > int(w)/2+4 {
			return withSign(logTwice(w, a), x)
		}
		// log(1 + (a + a^2/(1 + sqrt(1 + a^2))))
		p := w + 8
		square := number(p).Mul(a, a)
		root := number(p).Add(square, integer(1))
		root.Sqrt(root).Add(root, integer(1))
		square.Quo(square, root)
		return withSign(log1p(p, square.Add(square, a)), x)
	}), true
}

// Acosh is the inverse of the hyperbolic cosine, not negative.
func Acosh(prec uint, x *big.Float) (*big.Float, bool) {
	switch c := x.Cmp(integer(1)); {
	case c < 0:
		return nil, false
	case c == 0:
		return zero(prec, false), true
	case x.IsInf():
		return inf(prec, false), true
	}
	return round(prec, func(w uint) *big.Float {
		if exponent(x) > int(w)/2+4 {
			return logTwice(w, x)
		}
		// log(1 + ((x - 1) + sqrt((x - 1)*(x + 1))))
		p := w + 8
		below, root := number(p).Sub(x, integer(1)), number(p).Add(x, integer(1))
		root.Mul(root, below).Sqrt(root)
		return log1p(p, root.Add(root, below))
	}), true
}

// logTwice is log(2*x) for a large x.
func logTwice(w uint, x *big.Float) *big.Float {
	v := log(w+4, x)
	return v.Add(v, ln2Const.to(w+4))
}

// Atanh is the inverse of the hyperbolic tangent.
func Atanh(prec uint, x *big.Float) (*big.Float, bool) {
	switch c := number(0).Abs(x).Cmp(integer(1)); {
	case x.Sign() == 0:
		return number(prec).Set(x), true
	case c > 0:
		return nil, false
	case c == 0:
		return inf(prec, x.Signbit()), true
	case nearSquare(prec, x):
		return beside(prec, x, true), true
	}
	return round(prec, func(w uint) *big.Float {
		// log(1 + 2*a/(1 - a)) / 2
		a := number(0).Abs(x)
		below := number(w+8).Sub(integer(1), a)
		q := below.Quo(shift(a, 1), below)
		return withSign(shift(log1p(w+4, q), -1), x)
	}), true
}

// withSign is v >= 0 with the sign of x, in place.
func withSign(v, x *big.Float) *big.Float {
	if x.Signbit() {
		v.Neg(v)
	}
	return v
}
