package bigmath

import (
	"math"
	"math/big"
	"math/bits"
)

// maxAngle is the exponent up to which angles are reduced, which takes as many
// digits of pi.
const maxAngle = 1 << 18

// Sin is the sine of x, in radians. ok is false for |x| >= 2^262144 too.
func Sin(prec uint, x *big.Float) (*big.Float, bool) {
	return trigonometric(prec, x, false, func(w uint, x *big.Float) *big.Float {
		s, _ := sincos(w, x)
		return s
	})
}

// Cos is the cosine of x, in radians. ok is false for |x| >= 2^262144 too.
func Cos(prec uint, x *big.Float) (*big.Float, bool) {
	if x.Sign() == 0 {
		return number(prec).SetInt64(1), true
	}
	if x.IsInf() || exponent(x) > maxAngle {
		return nil, false
	}
	return round(prec, func(w uint) *big.Float {
		_, c := sincos(w, x)
		return c
	}), true
}

// Tan is the tangent of x, in radians. ok is false for |x| >= 2^262144 too.
func Tan(prec uint, x *big.Float) (*big.Float, bool) {
	return trigonometric(prec, x, true, func(w uint, x *big.Float) *big.Float {
		s, c := sincos(w+3, x)
		return s.Quo(s, c)
	})
}

func trigonometric(prec uint, x *big.Float, grows bool, f func(w uint, x *big.Float) *big.Float) (*big.Float, bool) {
	switch {
	case x.Sign() == 0:
		return number(prec).Set(x), true
	case x.IsInf() || exponent(x) > maxAngle:
		return nil, false
	case nearSquare(prec, x):
		return beside(prec, x, grows), true
	}
	return round(prec, func(w uint) *big.Float { return f(w, x) }), true
}

// sincos is the sine and the cosine of x.
func sincos(w uint, x *big.Float) (sin, cos *big.Float) {
	r, quarter := reduce(w+6, x)
	if r.Sign() == 0 {
		return number(w), number(w).SetInt64(1)
	}
	if exponent(r) < -int(w)/2-5 {
		sin, cos = r, number(w).SetInt64(1)
	} else {
		v := versine(w+6, r)
		cos = number(w+8).Sub(integer(1), v) // at least 1/2
		// sin^2 = (1 - cos)*(1 + cos)
		sin = number(w+8).Sub(integer(2), v)
		sin.Mul(sin, v).Sqrt(sin)
		if r.Signbit() {
			sin.Neg(sin)
		}
	}
	if quarter&1 == 1 {
		sin, cos = cos, sin.Neg(sin)
	}
	if quarter&2 == 2 {
		sin.Neg(sin)
		cos.Neg(cos)
	}
	return sin, cos
}

// reduce is r = x - k*pi/2 for an integer k such that |r| <= pi/4 or barely more,
// and k modulo 4. As many digits of pi are taken as the exponent of x and the
// cancellation ask for.
func reduce(w uint, x *big.Float) (r *big.Float, quarter int) {
	e := exponent(x)
	if e < 0 {
		return number(w + 4).Set(x), 0
	}
	p := w + uint(e) + 64
	for {
		half := shift(piConst.to(p), -1)
		n := nearest(number(uint(e)+16).Quo(x, half))
		multiple := number(p + uint(n.BitLen()) + 8)
		multiple.Mul(half, number(uint(n.BitLen())+1).SetInt(n))
		r = number(w+4).Sub(x, multiple)
		if missing := int(w) + 4 + e - int(p) - exponent(r); r.Sign() != 0 && missing <= 0 {
			return r, int(new(big.Int).And(n, big.NewInt(3)).Int64())
		}
		if n.Sign() == 0 {
			return number(w + 4).Set(x), 0
		}
		p += uint(max(-exponent(r), 0)) + w/2 + 64
	}
}

// versine is 1 - cos(r) for 0 < |r| < 1: the series at r/2^s, and s times
// 1 - cos(2t) = 2*v*(2 - v), which makes the relative error no larger.
func versine(w uint, r *big.Float) *big.Float {
	s := int(math.Sqrt(float64(w))) + 1
	s = max(0, s+min(exponent(r), 0))
	p := w + uint(bits.Len(uint(s))+bits.Len(w)) + 16
	square := number(p).Set(r)
	shift(square, -s)
	square.Mul(square, square)
	term := shift(number(p).Set(square), -1)
	v := number(p).Set(term)
	square.Neg(square)
	for n := int64(3); term.Sign() != 0; n += 2 {
		term.Mul(term, square)
		term.Quo(term, integer(n*(n+1)))
		if exponent(term) < exponent(v)-int(p) {
			break
		}
		v.Add(v, term)
	}
	for range s {
		t := number(p).Sub(integer(2), v)
		shift(v.Mul(v, t), 1)
	}
	return v
}

// sincosPi is the sine and the cosine of pi*x, for which x is reduced exactly.
func sincosPi(w uint, x *big.Float) (sin, cos *big.Float) {
	n := nearest(x)
	f := number(x.MinPrec() + 4)
	if n.Sign() == 0 {
		f.Set(x)
	} else {
		f.Sub(x, number(uint(n.BitLen())).SetInt(n))
	}
	minus := f.Signbit()
	f.Abs(f)
	if exponent(f) < -1 || f.Cmp(big.NewFloat(0.25)) == 0 {
		sin, cos = sincos(w+4, piTimes(w+6, f))
	} else {
		cos, sin = sincos(w+4, piTimes(w+6, f.Sub(big.NewFloat(0.5), f)))
	}
	if minus {
		sin.Neg(sin)
	}
	if n.Bit(0) == 1 {
		sin.Neg(sin)
		cos.Neg(cos)
	}
	return sin, cos
}

func piTimes(w uint, x *big.Float) *big.Float {
	v := piConst.to(w)
	return v.Mul(v, x)
}
