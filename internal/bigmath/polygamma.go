package bigmath

import (
	"math/big"
	"math/bits"
)

// Digamma is the derivative of the logarithm of the gamma function. ok is false
// for 0 and negative integers.
func Digamma(prec uint, x *big.Float) (*big.Float, bool) { return Polygamma(prec, 0, x) }

// Polygamma is the n-th derivative of Digamma. ok is false where x is 0 or a
// negative integer, and for n < 0 or n > 10000.
func Polygamma(prec uint, n int, x *big.Float) (*big.Float, bool) {
	switch {
	case n < 0 || n > 10000 || x.Sign() == 0 || x.Signbit() && (x.IsInf() || x.IsInt()):
		return nil, false
	case x.IsInf() && n == 0:
		return inf(prec, false), true
	case x.IsInf():
		return zero(prec, n%2 == 0), true
	}
	return round(prec, func(w uint) *big.Float {
		switch {
		case !x.Signbit() && n > 0:
			return polygamma(w, n, x)
		case !x.Signbit():
			return relative(w, func(p uint) (*big.Float, int) { return digamma(p, x) })
		}
		return relative(w, func(p uint) (*big.Float, int) { return reflected(p, n, x) })
	}), true
}

// digamma is that of x > 0, to an error below 2^bound: the recurrence
// psi(x) = psi(x+1) - 1/x, and far from 0 the series
// log(z) - 1/(2z) - sum of B(2k) / (2k*z^(2k)) (Abramowitz and Stegun, 6.3.5
// and 6.3.18).
func digamma(p uint, x *big.Float) (v *big.Float, bound int) {
	n := steps(p, x)
	q := p + uint(bits.Len64(uint64(n))) + 8
	recurrence := number(q)
	for i := range n {
		t := add(number(q), x, integer(i))
		add(recurrence, recurrence, t.Quo(integer(1), t))
	}
	z := add(number(q), x, integer(n))
	v = log(q, z)
	bound = max(exponent(v), exponent(recurrence)) - int(p)
	sub(v, v, recurrence)
	t := number(q).Quo(big.NewFloat(0.5), z)
	sub(v, v, t)
	t = stirling(q, z, func(k int64) *big.Rat { return big.NewRat(1, 2*k) })
	return sub(v, v, t.Quo(t, z)), bound + 2
}

// polygamma is that of n > 0 and x > 0, where all terms have one sign: the
// recurrence, and far from 0 the series (n-1)!/z^n + n!/(2*z^(n+1)) +
// sum of B(2k)*(2k+n-1)! / ((2k)!*z^(2k+n)) (Abramowitz and Stegun, 6.4.6 and
// 6.4.11).
func polygamma(w uint, n int, x *big.Float) *big.Float {
	p := w + 2*uint(bits.Len(uint(n))) + 24
	// The series' terms grow by n, and so must z.
	far := add(number(p), x, integer(int64(-n)))
	count := stirlingFrom(p) + int64(n)
	if far.Sign() > 0 {
		count = steps(p, far)
	}
	p += uint(bits.Len64(uint64(count)))
	factorial := new(big.Int).MulRange(1, int64(n))
	sum := number(p)
	for i := range count {
		t := powerOf(add(number(p), x, integer(i)), n+1)
		add(sum, sum, t.Quo(integer(1), t))
	}
	sum.Mul(sum, number(p).SetInt(factorial))
	z := add(number(p), x, integer(count))
	// n! / z^n * (1/n + 1/(2z) + sum of B(2k) * ((2k+n-1)! / ((2k)! * n!)) / z^(2k))
	c := big.NewRat(1, 2) // (2k+n-1)! / ((2k)! * n!), from k = 1 on
	c.Mul(c, big.NewRat(int64(n+1), 1))
	tail := stirling(p, z, func(k int64) *big.Rat {
		if k > 1 {
			c.Mul(c, big.NewRat((2*k+int64(n)-2)*(2*k+int64(n)-1), (2*k-1)*2*k))
		}
		return c
	})
	tail.Quo(tail, z)
	t := number(p).Quo(big.NewFloat(0.5), z)
	add(tail, tail, t)
	add(tail, tail, t.Quo(integer(1), integer(int64(n))))
	tail.Mul(tail, number(p).SetInt(factorial))
	add(sum, sum, tail.Quo(tail, powerOf(z, n)))
	if n%2 == 0 {
		sum.Neg(sum)
	}
	return sum
}

// powerOf is x^n for n > 0 at the precision of x.
func powerOf(x *big.Float, n int) *big.Float {
	v := number(x.Prec()).Set(x)
	for b := bits.Len(uint(n)) - 2; b >= 0; b-- {
		v.Mul(v, v)
		if n>>b&1 == 1 {
			v.Mul(v, x)
		}
	}
	return v
}

// reflected is the n-th derivative of digamma at x < 0, to an error below
// 2^bound: (-1)^n * psi_n(1-x) - pi * d^n/dx^n cot(pi*x) (Abramowitz and Stegun,
// 6.4.7).
func reflected(p uint, n int, x *big.Float) (v *big.Float, bound int) {
	q := p + 16 + uint(max(exponent(x), 0))
	if n == 0 {
		v, bound = digamma(q, oneMinus(q, x))
	} else {
		v = polygamma(q, n, oneMinus(q, x))
		bound = exponent(v) - int(q) + 2*bits.Len(uint(n)) // the error of 1-x counts n times
	}
	if n%2 == 1 {
		v.Neg(v)
	}
	s, c := sincosPi(q+uint(2*bits.Len(uint(n))), x)
	c.Quo(c, s)
	t := cotDerivative(q+uint(4*bits.Len(uint(n))), n, c)
	t.Mul(t, powerOf(piConst.to(q+uint(bits.Len(uint(n)))), n+1))
	return sub(v, v, t), max(bound, exponent(t)-int(p), exponent(v)-int(p)) + 2
}

// cotDerivative is the n-th derivative of cot as a polynomial in c, the
// cotangent: that of P(c) is -(1 + c^2)*P'(c). All its terms have one sign.
func cotDerivative(w uint, n int, c *big.Float) *big.Float {
	poly := []*big.Int{new(big.Int), big.NewInt(1)}
	for range n {
		next := make([]*big.Int, len(poly)+1)
		for i := range next {
			next[i] = new(big.Int)
		}
		for i := 1; i < len(poly); i++ {
			t := new(big.Int).Mul(poly[i], big.NewInt(int64(-i)))
			next[i-1].Add(next[i-1], t)
			next[i+1].Add(next[i+1], t)
		}
		poly = next
	}
	v := number(w)
	for i := len(poly) - 1; i >= 0; i-- {
		v.Mul(v, c)
		add(v, v, number(w).SetInt(poly[i]))
	}
	return v
}
