package vecmath

import "math"

func init() {
	unary("sinh", 1, 1, byType(sinh64, sinh32))
	unary("cosh", 1, 1, byType(cosh64, cosh32))
	unary("tanh", 1, 1, byType(tanh64, tanh32))
	unary("asinh", 1, 1, byType(asinh64, asinh32))
	unary("acosh", 1, 1, byType(acosh64, acosh32))
	unary("atanh", 1, 1, byType(atanh64, atanh32))
}

// hyperbolic64 is the hyperbolic cosine, or for sign -1 the sine, of x from 0 to 708:
// with x = n*ln(2) + r, and a and b half the sum and half the difference of 2^n and
// 2^-n, a*cosh(r) + b*sinh(r), or the other way round.
func (w writer) hyperbolic64(x Value, sine bool) Value {
	t, _, rh, rl := w.reduceExp64(x)
	r := w.Add(rh, rl)
	square := w.Mul(r, r)
	s := w.FMA(w.Mul(square, r), w.horner(square, sinhC64[:]), rl) // sinh(r) - rh
	c := w.Mul(square, w.horner(square, coshC64[:]))               // cosh(r) - 1
	n := w.power64(t)
	up := w.Bits(Float64, w.Add(n, w.bits64(0.5)))
	down := w.Bits(Float64, w.Sub(w.bits64(0.5), n))
	a, b := w.Add(up, down), w.Sub(up, down)
	lost := w.Sub(down, w.Sub(a, up)) // when a was rounded
	if sine {
		a, b = b, a
		lost = w.Sub(w.Sub(up, a), down)
	}
	// a + b*r with its rounding error, and then the rest of a*(1 + c) + b*(rh + s):
	// |a| > |b*r|, or a is 0.
	hi := w.FMA(b, rh, a)
	lo := w.Add(w.FMA(b, rh, w.Sub(a, hi)), lost)
	return w.Add(hi, w.FMA(a, c, w.FMA(b, s, lo)))
}

// hyperbolicEnds64 is half of e^x for x > 1, Inf where it is too large; NaN stays.
func (w writer) hyperbolicEnds64(x Value) Value {
	t, n, rh, _ := w.reduceExp64(x)
	p := w.expPoly64(w.FMA(n, w.c(-ln2Lo), rh))
	far := w.scaleFar64(w.Mul(p, w.c(0.5)), t)
	return w.Select(w.Lt(w.c(expTop+1), x), w.c(math.Inf(1)), far)
}

const hyperbolicNear = 700

func sinh64(w writer, x Value) Value {
	size := w.Abs(x)
	y := w.Rarely(w.outsidePositive(size, 0, hyperbolicNear), w.hyperbolicEnds64(size), w.hyperbolic64(size, true))
	return w.withSign(y, x)
}

func cosh64(w writer, x Value) Value {
	x = w.Abs(x)
	return w.Rarely(w.outsidePositive(x, 0, hyperbolicNear), w.hyperbolicEnds64(x), w.hyperbolic64(x, false))
}

// tanh64 is (e^(2x) - 1)/(e^(2x) + 1), which is 1 to all places from 22 on.
func tanh64(w writer, x Value) Value {
	size := w.Min(w.c(22), w.Abs(x))
	nh, nl, _ := w.expm1Parts64(w.Add(size, size))
	nh, nl = w.fastTwoSum(nh, nl)
	dh, dl := w.fastTwoSum(w.Max(w.c(2), nh), w.Min(w.c(2), nh))
	dl = w.Add(dl, nl)
	r := w.Div(w.c(1), dh)
	q, rest := w.ddDiv(nh, nl, dh, dl, r)
	return w.withSign(w.FMA(rest, r, q), x)
}

// The inverse functions are logarithms of sums of two floats. Up to 2^-27 they are
// x, for asinh and atanh; from 2^500 on ln(2x), for asinh and acosh.
const (
	inverseTiny = 0x1p-27
	inverseHuge = 0x1p500
)

// lnTwice64 is ln(2x) for a positive normal x.
func (w writer) lnTwice64(x Value) Value {
	l := w.reduceLog64(x, -1)
	return w.Add(l.ln(nil))
}

// rootRest64 is about e/(2*root), for what e a root's square lacks. A difference of
// bits is a reciprocal to 1/8, too large between powers of two and else exact; off
// is taken from the bits.
func (w writer) rootRest64(root, e Value, off float64) Value {
	half := math.Float64bits(0.5) + math.Float64bits(1) - uint64(off*0x1p52)
	return w.Mul(e, w.Bits(Float64, w.Sub(w.Const(Int64, half), w.Bits(Int64, root))))
}

func asinh64(w writer, x Value) Value {
	size := w.Abs(x)
	// 1 + x^2 in two parts, its root and what that lacks, and |x| added to it. About
	// x = 0, where the most is asked of the root, it is about 1.
	p, p1 := w.twoProd(size, size)
	h := w.Add(p, w.c(1))
	p1 = w.Add(p1, w.Sub(p, w.Sub(h, w.c(1))))
	root := w.Sqrt(h)
	rest := w.rootRest64(root, w.Add(w.FMA(w.Neg(root), root, h), p1), 0)
	hi, lo := w.fastTwoSum(root, size)
	y := w.Add(w.lnSum64(hi, w.Add(lo, rest)))
	far := w.Select(w.Lt(size, w.c(math.Inf(1))), w.lnTwice64(size), size)
	far = w.Select(w.Lt(size, w.c(1)), size, far)
	return w.withSign(w.Rarely(w.outsidePositive(size, inverseTiny, inverseHuge), far, y), x)
}

func acosh64(w writer, x Value) Value {
	p, p1 := w.twoProd(x, x)
	h, h1 := w.fastTwoSum(w.Sub(p, w.c(1)), p1) // the difference is exact, up to 2^53
	root := w.Sqrt(h)
	rest := w.rootRest64(root, w.Add(w.FMA(w.Neg(root), root, h), h1), 0.06)
	hi, lo := w.fastTwoSum(x, root)
	y := w.Add(w.lnSum64(hi, w.Add(lo, rest)))
	far := w.Select(w.Lt(x, w.c(math.Inf(1))), w.lnTwice64(x), w.Add(x, x))
	far = w.Select(w.Eq(x, w.c(1)), w.c(0), far)
	far = w.Select(w.Lt(x, w.c(1)), w.c(math.NaN()), far)
	return w.Rarely(w.outsidePositive(x, 1+0x1p-52, inverseHuge), far, y)
}

func atanh64(w writer, x Value) Value {
	size := w.Abs(x)
	// (1 + x)/(1 - x)
	nh, nl := w.fastTwoSum(w.c(1), size)
	dh := w.Sub(w.c(1), size)
	dl := w.Sub(w.Sub(w.c(1), dh), size)
	r := w.Div(w.c(1), dh)
	q, rest := w.ddDiv(nh, nl, dh, dl, r)
	half := w.withSign(w.c(0.5), x)
	l := w.reduceLog64(q, 0)
	y := w.Mul(w.Add(l.lnWith(w.Mul(rest, r))), half)
	far := w.Select(w.Lt(size, w.c(0.5)), x, w.Select(w.Eq(size, w.c(1)), w.Mul(half, w.c(math.Inf(1))), w.c(math.NaN())))
	return w.Rarely(w.outsidePositive(size, inverseTiny, 1-0x1p-53), far, y)
}
