package vecmath

import "math"

// hyperbolic32 is the hyperbolic cosine or sine of x from 0 to 87, as hyperbolic64 is.
func (w writer) hyperbolic32(x Value, sine bool) Value {
	t, n, rh := w.reduceExp32(x)
	rl := w.Mul(n, w.c(-ln2Lo32))
	r := w.Add(rh, rl)
	square := w.Mul(r, r)
	s := w.FMA(w.Mul(square, r), w.horner(square, sinhC32[:]), rl) // sinh(r) - rh
	c := w.Mul(square, w.horner(square, coshC32[:]))               // cosh(r) - 1
	k := w.power32(t)
	up := w.Bits(Float32, w.Add(k, w.bits32(0.5)))
	down := w.Bits(Float32, w.Sub(w.bits32(0.5), k))
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

// hyperbolicEnds32 is half of e^x for x > 1, Inf where it is too large; NaN stays.
func (w writer) hyperbolicEnds32(x Value) Value {
	t, n, rh := w.reduceExp32(x)
	p := w.expPoly32(w.FMA(n, w.c(-ln2Lo32), rh))
	far := w.scaleFar32(w.Mul(p, w.c(0.5)), t)
	return w.Select(w.Lt(w.c(expTop32+1), x), w.c(math.Inf(1)), far)
}

const hyperbolicNear32 = 87

func sinh32(w writer, x Value) Value {
	size := w.Abs(x)
	y := w.Rarely(w.outsidePositive32(size, 0, hyperbolicNear32), w.hyperbolicEnds32(size), w.hyperbolic32(size, true))
	return w.withSign(y, x)
}

func cosh32(w writer, x Value) Value {
	x = w.Abs(x)
	return w.Rarely(w.outsidePositive32(x, 0, hyperbolicNear32), w.hyperbolicEnds32(x), w.hyperbolic32(x, false))
}

const tanhMiddle32 = 0.85

// tanh32 is an odd polynomial up to 0.85, and above 1 - 2/(e^(2x) + 1), which is 1
// to all places from 10 on. There the divisor has two parts, and the quotient is made
// good for the second and for its own rounding.
func tanh32(w writer, x Value) Value {
	const middle, top = tanhMiddle32, 10
	square := w.Mul(x, x)
	near := w.FMA(w.Mul(x, square), w.evenOdd(square, w.Mul(square, square), tanhC32[:]), x)

	size := w.Abs(x)
	y := w.Min(w.c(top), size)
	t := w.FMA(y, w.c(twoInvLn2Hi32), w.c(magic32))
	r := w.FMA(y, w.c(twoInvLn2Hi32), w.Sub(w.c(magic32), t))
	r = w.FMA(y, w.c(twoInvLn2Lo32), r)
	p := w.Mul(w.evenOdd(r, w.Mul(r, r), exp2C32[:]), r) // 2^r - 1
	power := w.Bits(Float32, w.Add(w.power32(t), w.bits32(1)))
	whole := w.Add(power, w.c(1)) // rounded from 2^24 on, where it does not matter
	d := w.FMA(power, p, whole)
	rest := w.FMA(power, p, w.Sub(whole, d))
	q := w.Div(w.c(2), d)
	lacks := w.FMA(w.Neg(q), rest, w.FMA(w.Neg(q), d, w.c(2)))
	far := w.Sub(w.c(1), w.FMA(w.Mul(q, w.c(0.5)), lacks, q))
	return w.withSign(w.Select(w.Lt(w.c(middle), size), far, w.Abs(near)), x)
}

// The inverse functions are logarithms of sums of two floats; from 2^60 on asinh
// and acosh are ln(2x).
const inverseHuge32 = 0x1p60

// lnTwice32 is ln(2x) for a positive normal x.
func (w writer) lnTwice32(x Value) Value {
	e, f := w.reduceLog32(x)
	return w.ln32(w.Add(e, w.c(1)), f, nil)
}

// rootRest32 is about e/(2*root), for what e a root's square lacks; see rootRest64.
func (w writer) rootRest32(root, e Value, off float64) Value {
	half := math.Float32bits(0.5) + math.Float32bits(1) - uint32(off*0x1p23)
	return w.Mul(e, w.Bits(Float32, w.Sub(w.Const(Int32, uint64(half)), w.Bits(Int32, root))))
}

func asinh32(w writer, x Value) Value {
	size := w.Abs(x)
	// 1 + x^2 in two parts, its root and what that lacks, and |x| added to it.
	p, p1 := w.twoProd(size, size)
	h := w.Add(p, w.c(1))
	p1 = w.Add(p1, w.Sub(p, w.Sub(h, w.c(1))))
	root := w.Sqrt(h)
	rest := w.rootRest32(root, w.Add(w.FMA(w.Neg(root), root, h), p1), 0)
	hi, lo := w.fastTwoSum(root, size)
	y := w.lnSum32(hi, w.Add(lo, rest))
	far := w.Select(w.Lt(size, w.c(math.Inf(1))), w.lnTwice32(size), size)
	return w.withSign(w.Rarely(w.outsidePositive32(size, 0, inverseHuge32), w.Abs(far), w.Abs(y)), x)
}

func acosh32(w writer, x Value) Value {
	p, p1 := w.twoProd(x, x)
	h, h1 := w.fastTwoSum(w.Sub(p, w.c(1)), p1) // the difference is exact, up to 2^24
	root := w.Sqrt(h)
	rest := w.rootRest32(root, w.Add(w.FMA(w.Neg(root), root, h), h1), 0.06)
	hi, lo := w.fastTwoSum(x, root)
	y := w.lnSum32(hi, w.Add(lo, rest))
	far := w.Select(w.Lt(x, w.c(math.Inf(1))), w.lnTwice32(x), w.Add(x, x))
	far = w.Select(w.Eq(x, w.c(1)), w.c(0), far)
	far = w.Select(w.Lt(x, w.c(1)), w.c(math.NaN()), far)
	return w.Rarely(w.outsidePositive32(x, 1+0x1p-23, inverseHuge32), far, y)
}

func atanh32(w writer, x Value) Value {
	size := w.Abs(x)
	// (1 + x)/(1 - x) = 1 + 2x/(1 - x)
	dh := w.Sub(w.c(1), size)
	dl := w.Sub(w.Sub(w.c(1), dh), size)
	r := w.Div(w.c(1), dh)
	twice := w.Add(size, size)
	u := w.Mul(twice, r)
	rest := w.FMA(w.Neg(u), dl, w.FMA(w.Neg(u), dh, twice))
	hi, lo := w.fastTwoSum(w.Max(w.c(1), u), w.Min(w.c(1), u))
	y := w.Mul(w.lnSum32(hi, w.FMA(rest, r, lo)), w.c(0.5))
	far := w.Select(w.Eq(size, w.c(1)), w.c(math.Inf(1)), w.c(math.NaN()))
	return w.withSign(w.Rarely(w.outsidePositive32(size, 0, 1-0x1p-24), far, w.Abs(y)), x)
}
