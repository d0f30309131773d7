package vecmath

import "math"

func init() {
	unary("asin", 1, 1, asin)
	unary("acos", 1, 1, acos)
	unary("atan", 1, 1, atan)
	binary("atan2", 1, 1, atan2)
}

// about is 2^k/x to 13%, for x > 0 where that is a normal number. That is good enough to make a
// correction of half a unit in the last place from a remainder. The bits of a number
// are about its logarithm.
func (w writer) about(x Value, k int64) Value {
	c := w.circle()
	return w.Bits(w.t, w.Sub(w.i(c.inverseBits+k<<c.mantissa), w.Bits(w.signed(), x)))
}

// arcSine is the arc sine of base - tail, to which rest is to be added: for |x| <=
// 1/2 base is x, and elsewhere, where half is true, the root of (1 - |x|)/2:
// asin(x) = pi/2 - 2*asin(sqrt((1-x)/2)).
func (w writer) arcSine(x Value) (base, rest, half Value) {
	a := w.Abs(x)
	half = w.Lt(w.c(0.5), a)
	v := w.FMA(a, w.c(-0.5), w.c(0.5)) // exact where it is used
	s := w.Sqrt(v)
	low := w.Mul(w.FMA(s, w.Neg(s), v), w.about(s, -1))
	base = w.Select(half, s, x)
	z := w.Select(half, v, w.Mul(x, x))
	rest = w.FMA(w.Mul(base, z), w.horner2(z, w.circle().asin), w.Select(half, low, w.c(0)))
	return base, rest, half
}

// turned is h + low + k*(base + rest), for a low much smaller than h, h 0 or larger
// than k*base, and k a power of two or the negative of one; low is the product of
// two factors.
func (w writer) turned(h, low0, low1, k, base, rest Value) Value {
	s := w.FMA(k, base, h)
	e := w.FMA(k, base, w.Sub(h, s)) // exact
	return w.Add(s, w.FMA(k, rest, w.FMA(low0, low1, e)))
}

func asin(w writer, x Value) Value {
	c := w.circle()
	base, rest, half := w.arcSine(w.Abs(x))
	h := w.Select(half, w.c(c.halfPiHi), w.c(0))
	k := w.Select(half, w.c(-2), w.c(1))
	return w.withSign(w.turned(h, h, w.c(c.halfPiLo/c.halfPiHi), k, base, rest), x)
}

func acos(w writer, x Value) Value {
	c := w.circle()
	base, rest, half := w.arcSine(x)
	negative := w.Lt(x, w.c(0))
	h := w.Select(half, w.Select(negative, w.c(c.piHi), w.c(0)), w.c(c.halfPiHi))
	k := w.Select(half, w.Select(negative, w.c(-2), w.c(2)), w.c(-1))
	return w.turned(h, h, w.c(c.halfPiLo/c.halfPiHi), k, base, rest)
}

// arcTangent is k*atan(n/(d + low)) + eighths*pi/4, for a quotient of at most 1/2
// and a sum of at least 0.
func (w writer) arcTangent(n, d, low, eighths, k Value) Value {
	r := w.Div(n, d)
	rem := w.FMA(w.Neg(r), low, w.FMA(w.Neg(r), d, n))
	z := w.Mul(r, r)
	rest := w.FMA(w.Mul(r, z), w.horner2(z, w.circle().atan), w.Mul(rem, w.about(d, 0)))
	return w.turned(w.Mul(eighths, w.c(w.circle().eighthHi)), eighths, w.c(w.circle().eighthLo), k, r, rest)
}

// atan is one of atan(x), pi/4 + atan((x-1)/(x+1)) from 1/2 on, and pi/2 +
// atan(-1/x) from 2 on, all of the form (p*x - q)/(q*x + p).
func atan(w writer, x Value) Value {
	a := w.Abs(x)
	p := w.Select(w.Lt(a, w.c(2)), w.c(1), w.c(0))
	q := w.Select(w.Lt(a, w.c(0.5)), w.c(0), w.c(1))
	a = w.Min(w.c(0x1p60), a) // from where it is pi/2
	n := w.FMA(p, a, w.Neg(q))
	d := w.FMA(q, a, p)
	low := w.FMA(q, a, w.Sub(p, d))
	return w.withSign(w.arcTangent(n, d, low, w.Add(w.Sub(q, p), w.c(1)), w.c(1)), x)
}

// bitsOf is the bits of a constant of w's type.
func (w writer) bitsOf(x float64) uint64 {
	if w.t == Float32 {
		return uint64(math.Float32bits(float32(x)))
	}
	return math.Float64bits(x)
}

// atan2 divides the smaller of |x| and |y| by the larger. Zeros, infinities and
// divisors with which the remainder or the inverse might not be exact enough are
// replaced.
func atan2(w writer, y, x Value) Value {
	a, b := w.Abs(y), w.Abs(x)
	steep := w.Lt(b, a)
	n, d := w.Select(steep, b, a), w.Select(steep, a, b) // NaN if y is, or if x is

	c, u := w.circle(), w.unsigned()
	least, most := w.bitsOf(c.least), w.bitsOf(c.most)
	odd := w.Lt(w.Const(u, most-least), w.Sub(w.Bits(u, d), w.Const(u, least)))
	infinite, zero := w.Eq(d, w.c(math.Inf(1))), w.Eq(d, w.c(0))
	scale := w.Select(w.Lt(d, w.c(1)), w.c(c.scale), w.c(1/c.scale))
	n2 := w.Select(infinite, w.Select(w.Eq(n, d), w.c(1), w.Mul(n, w.c(0))), w.Mul(n, scale))
	d2 := w.Select(w.Or(infinite, zero), w.c(1), w.Mul(d, scale))
	n, d = w.Rarely(odd, n2, n), w.Rarely(odd, d2, d)

	// atan(n/d) = pi/4 + atan((n-d)/(n+d)) from 1/2 on.
	q := w.Select(w.Lt(w.Mul(d, w.c(0.5)), n), w.c(1), w.c(0))
	sum := w.FMA(q, n, d)
	low := w.FMA(q, n, w.Sub(d, sum))

	left := w.Lt(w.Bits(w.signed(), x), w.i(0))
	k := w.Select(w.Xor(steep, left), w.c(-1), w.c(1))
	axis := w.Select(steep, w.c(2), w.Select(left, w.c(4), w.c(0)))
	angle := w.arcTangent(w.FMA(w.Neg(q), d, n), sum, low, w.FMA(k, q, axis), k)
	return w.flip(angle, w.signBit(y))
}
