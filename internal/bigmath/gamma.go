package bigmath

import (
	"math"
	"math/big"
	"math/bits"
)

// Gamma is the gamma function. ok is false for negative integers.
func Gamma(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.Sign() == 0:
		return inf(prec, x.Signbit()), true
	case x.IsInf() && !x.Signbit():
		return inf(prec, false), true
	case x.IsInf() || x.Signbit() && x.IsInt():
		return nil, false
	case exponent(x) > 27 && !x.Signbit():
		return inf(prec, false), true
	case exponent(x) > 27: // between two integers the sign changes
		n, _ := x.Int(nil)
		return zero(prec, n.Bit(0) == 0), true
	case x.IsInt() && exponent(x) < 14: // a factorial
		n, _ := x.Int64()
		f := new(big.Int).MulRange(1, n-1)
		return number(prec).SetInt(f), true
	}
	return round(prec, func(w uint) *big.Float {
		if !x.Signbit() {
			return gamma(w, x)
		}
		// pi / (sin(pi*x) * gamma(1 - x))
		s, _ := sincosPi(w+6, x)
		p := w + 16 + uint(max(exponent(x), 0))
		s.Mul(s, gamma(w+6, oneMinus(p, x)))
		return s.Quo(piConst.to(w+6), s)
	}), true
}

// Lgamma is the logarithm of the absolute value of the gamma function.
func Lgamma(prec uint, x *big.Float) (*big.Float, bool) {
	switch {
	case x.IsInf() || x.Sign() == 0 || x.Signbit() && x.IsInt():
		return inf(prec, x.IsInf() && x.Signbit()), true
	case x.Cmp(integer(1)) == 0 || x.Cmp(integer(2)) == 0:
		return zero(prec, false), true
	case exponent(x) > 1<<31-64:
		return inf(prec, false), true
	case exponent(x) < -2*int(prec)-170:
		// gamma(x) is 1/x - 0.577…
		return round(prec, func(w uint) *big.Float {
			v := log(w+2, number(0).Abs(x))
			return v.Neg(v)
		}), true
	}
	return round(prec, func(w uint) *big.Float {
		return relative(w, func(p uint) (*big.Float, int) {
			if !x.Signbit() {
				return lgamma(p, x)
			}
			s, _ := sincosPi(p, x)
			t := piConst.to(p)
			t = log(p, t.Quo(t, s.Abs(s)))
			v, e := lgamma(p, oneMinus(p+uint(max(exponent(x), 0)), x))
			return t.Sub(t, v), max(e, exponent(t)-int(p)) + 4
		})
	}), true
}

func oneMinus(w uint, x *big.Float) *big.Float { return sub(number(w), integer(1), x) }

// relative is a value with a relative error below 2^-w, from a function that
// computes it with p bits on the way, to an error below 2^bound.
func relative(w uint, f func(p uint) (v *big.Float, bound int)) *big.Float {
	for p := w + 32; ; {
		v, bound := f(p)
		missing := int(p)
		if v.Sign() != 0 {
			missing = int(w) + 1 + bound - exponent(v)
		}
		if missing <= 0 {
			return v
		}
		p += uint(missing) + 16
	}
}

// Stirling's series is used from z(p) on: its terms shrink as far as
// e^(-2*pi*z), which is 2^(-9z).
func stirlingFrom(p uint) int64 { return int64(p/6) + 8 }

// steps is how often 1 is added to x > 0 before Stirling's series is used.
func steps(p uint, x *big.Float) int64 {
	from := stirlingFrom(p)
	if exponent(x) > bits.Len64(uint64(from)) {
		return 0
	}
	n, _ := x.Int64()
	return max(0, from-n)
}

// stirling is the sum of B(2k) * c(k) / z^(2k-1) until it is exact to p bits of z;
// the error is less than the first term left out (Abramowitz and Stegun, 6.1.42).
// c takes k.
func stirling(p uint, z *big.Float, c func(k int64) *big.Rat) *big.Float {
	sum, power := number(p), number(p).Quo(integer(1), z)
	square := number(p).Mul(power, power)
	var b []*big.Rat
	for k := 1; ; k++ {
		if k > len(b) {
			b = bernoulli(k)
		}
		t := number(p).SetRat(new(big.Rat).Mul(b[k-1], c(int64(k))))
		t.Mul(t, power)
		if t.Sign() == 0 || exponent(t) < -int(p)-4 {
			return sum
		}
		sum.Add(sum, t)
		power.Mul(power, square)
	}
}

// lgammaFar is the logarithm of gamma(z) for z >= z(p), to an error below
// 2^bound: (z - 1/2)*log(z) - z + log(2*pi)/2 + sum of B(2k) / (2k*(2k-1)*z^(2k-1)).
func lgammaFar(p uint, z *big.Float) (v *big.Float, bound int) {
	q := p + 8
	v = sub(number(q), z, big.NewFloat(0.5))
	v.Mul(v, log(q, z))
	bound = exponent(v) - int(p)
	v.Sub(v, z)
	t := shift(piConst.to(q), 1)
	add(v, v, shift(log(q, t), -1))
	add(v, v, stirling(q, z, func(k int64) *big.Rat { return big.NewRat(1, 2*k*(2*k-1)) }))
	return v, bound
}

// rising is x*(x+1)*…*(x+n-1), and x+n.
func rising(p uint, x *big.Float, n int64) (product, z *big.Float) {
	product = number(p).SetInt64(1)
	for i := range n {
		product.Mul(product, add(number(p), x, integer(i)))
	}
	return product, add(number(p), x, integer(n))
}

// lgamma is the logarithm of gamma(x) for x > 0, to an error below 2^bound.
func lgamma(p uint, x *big.Float) (v *big.Float, bound int) {
	n := steps(p, x)
	q := p + uint(bits.Len64(uint64(n))) + 8
	product, z := rising(q, x, n)
	v, bound = lgammaFar(q, z)
	// An error of z counts log(z) times.
	bound = max(bound, exponent(z)+bits.Len(uint(max(exponent(z), 1)))-int(q))
	if n > 0 && product.Cmp(integer(1)) != 0 {
		t := log(q, product)
		bound = max(bound, exponent(t)-int(p))
		v.Sub(v, t)
	}
	return v, bound + 3
}

// gamma is the gamma function of x > 0, x < 2^28.
func gamma(w uint, x *big.Float) *big.Float {
	n := steps(w, x)
	p := w + uint(bits.Len64(uint64(n))) + 16
	size := 8 + uint(max(exponent(x), int(math.Log2(float64(stirlingFrom(w))))))*2 // of z*log(z), in bits
	product, z := rising(p+size, x, n)
	v, _ := lgammaFar(p+size, z)
	return v.Quo(exp(p, v), product)
}
