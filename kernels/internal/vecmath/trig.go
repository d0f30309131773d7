package vecmath

func init() {
	unary("sin", 1, 1, func(w writer, x Value) Value { s, _ := sinCos(w, x); return s })
	unary("cos", 1, 1, func(w writer, x Value) Value { _, c := sinCos(w, x); return c })
	for _, name := range []string{"sin", "cos"} {
		both[name] = functions[name]
	}
	unary("sin", 1, 1, byType(sine64, sin))
	unary("cos", 1, 1, cos)
	unary("tan", 1, 1, tan)
	unary("sinpi", 1, 1, sinpi)
	unary("cospi", 1, 1, cospi)
}

// byType is the function that fits w's type.
func byType(f64, f32 func(w writer, x Value) Value) func(w writer, x Value) Value {
	return func(w writer, x Value) Value {
		if w.t == Float32 {
			return f32(w, x)
		}
		return f64(w, x)
	}
}

// sinCos is the sine and the cosine of x, which have the reduction, both polynomials
// and the sign in common. What is rarely taken comes last, as Lanes asks for.
func sinCos(w writer, x Value) (s, c Value) {
	a := w.reduce(x)
	s, c = w.sineOf(a), w.cosineOf(a)
	h := w.reduceHuge(x)
	hs, hc := w.sineOf(h), w.cosineOf(h)
	huge := w.huge(a)
	return w.Rarely(huge, hs, s), w.Rarely(huge, hc, c)
}

func sin(w writer, x Value) Value { return trig(w, x, w.sineOf) }
func cos(w writer, x Value) Value { return trig(w, x, w.cosineOf) }

// The tangent's rare path is that of -x, so that a program with the sine of x too does
// not have it in common, and each stays behind its own condition.
func tan(w writer, x Value) Value {
	a := w.reduce(x)
	common := w.tangentOf(a)
	return w.Rarely(w.huge(a), w.Neg(w.tangentOf(w.reduceHuge(w.Neg(x)))), common)
}

// trig is f of the angle that x leaves.
func trig(w writer, x Value, f func(a angle) Value) Value {
	a := w.reduce(x)
	common := f(a)
	return w.Rarely(w.huge(a), f(w.reduceHuge(x)), common)
}

// sineOf is the sine of an angle and the quarters taken from it: ±s or ±c.
func (w writer) sineOf(a angle) Value {
	s := w.Sub(a.head, w.beyond(a, w.square(a), w.circle().sin))
	return w.flip(w.Select(w.even(a), s, w.cosine(a)), w.halfTurn(a))
}

// cosineOf is the cosine: ±c or ±s, with the minus in s where the sine would not
// have it.
func (w writer) cosineOf(a angle) Value {
	s := w.Sub(w.beyond(a, w.square(a), w.circle().sin), a.head)
	return w.flip(w.Select(w.even(a), w.cosine(a), s), w.halfTurn(a))
}

// beyond is what is to be subtracted from head for an odd function of r = head -
// tail: r^3*c(z) + tail, for the square z. Of zeros it is +0, so that a
// difference keeps the sign of a head of 0.
func (w writer) beyond(a angle, z Value, c []float64) Value {
	return w.FMA(w.Mul(w.rounded(a), z), w.horner2(z, c), a.tail)
}

// cosine is the cosine of the angle without the quarters.
func (w writer) cosine(a angle) Value {
	z := w.square(a)
	return w.FMA(z, w.FMA(z, w.horner(z, w.circle().cos), w.c(-0.5)), w.c(1))
}

// width is the number of bits of the type.
func (w writer) width() int64 {
	if w.t == Float32 {
		return 32
	}
	return 64
}

// even says whether the number of quarters is.
func (w writer) even(a angle) Value { return w.Eq(w.And(a.quadrant, w.i(1)), w.i(0)) }

// halfTurn is the sign bit, set if the number of quarters is 2 or 3 modulo 4.
func (w writer) halfTurn(a angle) Value {
	return w.And(w.Shl(a.quadrant, w.i(w.width()-2)), w.i(-1<<(w.width()-1)))
}

// flip changes the sign of x where that of the bits is set.
func (w writer) flip(x, sign Value) Value {
	return w.Bits(w.t, w.Xor(w.Bits(w.signed(), x), sign))
}

// tangentOf is tan(r) or -1/tan(r).
func (w writer) tangentOf(a angle) Value {
	if w.t == Float32 {
		return w.tangent32(a)
	}
	return w.tangent64(a)
}

// tangent64 is, with p/q quotients of polynomials of r^2, one for each of the two,
//
//	tan(r) = r + r^3*share + r^3*p/q
//	-1/tan(r) = -1/r + r*share + r^2*p/(r*q)
//
// so that there is one division, and what it gives is a small part of the result, or of
// 1/r that which can be corrected: its rounding errors, and those of the polynomials,
// count for little.
func (w writer) tangent64(a angle) Value {
	r := w.rounded(a)
	low := w.Sub(a.tail, w.Sub(a.head, r)) // the angle is r - low; +0 for zeros
	z := w.Mul(r, r)
	cube := w.Mul(r, z)
	even := w.even(a)
	c := func(tan, cot float64) Value { return w.Select(even, w.c(tan), w.c(cot)) }
	q := w.Add(z, c(tanQ64[2], cotQ64[2]))
	for i := 1; i >= 0; i-- {
		q = w.FMA(q, z, c(tanQ64[i], cotQ64[i]))
	}
	p := c(tanP64[3], cotP64[3])
	for i := 2; i >= 0; i-- {
		p = w.FMA(p, z, c(tanP64[i], cotP64[i]))
	}

	i := w.Div(w.c(1), w.Select(even, q, w.Mul(q, r)))
	// 1/r = inverse + inverse*miss, and the derivative of the tangent is slope.
	inverse := w.Mul(q, i)
	miss := w.FMA(inverse, low, w.FMA(w.Neg(inverse), r, w.c(1)))
	slope := w.FMA(z, w.c(1.57), w.c(1))
	rest := w.Mul(w.Select(even, slope, inverse), w.Select(even, low, miss))
	rest = w.FMA(w.Neg(w.Mul(w.Select(even, cube, z), p)), i, rest)
	rest = w.FMA(w.Select(even, cube, r), w.c(-tanShare64), rest)
	// What r^2 lost when it was rounded counts where the result is just below 1.
	lost := w.Select(even, w.FMA(r, r, w.Neg(z)), w.c(0))
	rest = w.FMA(w.Mul(r, w.c(-tanShare64)), lost, rest) // +0 for zeros
	return w.Sub(w.Select(even, r, w.Neg(inverse)), rest)
}

// tangent32 is the same for float32. With t = 2*tan(r/2), for which a shorter
// polynomial does than for tan(r), tan(r) = t/(1 - t^2/4). Both are sums of two
// numbers: the quotient of the first ones is corrected by what the second ones
// and its own rounding leave of the remainder.
func (w writer) tangent32(a angle) Value {
	r := w.rounded(a)
	rest := w.beyond(a, w.Mul(r, r), w.circle().tan)
	t := w.Sub(a.head, rest)
	tl := w.Sub(w.Sub(a.head, t), rest)
	quarter := w.Mul(t, w.c(-0.25))
	d := w.FMA(quarter, t, w.c(1))
	dl := w.FMA(w.Mul(tl, w.c(-0.5)), t, w.FMA(quarter, t, w.Sub(w.c(1), d)))

	even := w.even(a)
	n, nl := w.Select(even, t, d), w.Select(even, tl, dl)
	d, dl = w.Select(even, d, t), w.Select(even, dl, tl)
	inverse := w.Div(w.c(1), d)
	y := w.Mul(n, inverse)
	rem := w.Add(w.FMA(y, d, w.Neg(n)), w.FMA(y, dl, w.Neg(nl))) // +0 for zeros
	return w.flip(w.FMA(w.Neg(rem), inverse, y), w.Shl(a.quadrant, w.i(w.width()-1)))
}

// sine64 is the sine alone, by one polynomial: what is left of x after n halves of
// the circle are taken from it is r - low, |r| <= pi/2 and a little more, with r
// rounded, and
//
//	sin(r) = r*3/4 + r*(sin(r)/r - 3/4)
//
// in which the second term is never more than a third of the first, so that its
// rounding errors count for little: in powers of y = r^2 - 3/2, which is less than
// r^2 where that is large. The derivative, by which low is multiplied, need not be exact.
func sine64(w writer, x Value) Value {
	c := w.circle()
	t := w.FMA(x, w.c(c.twoOverPi/2), w.c(c.nearest))
	n := w.Sub(t, w.c(c.nearest))
	a := angle{head: w.FMA(n, w.c(-c.piHi), x), tail: w.Mul(n, w.c(c.piLo))} // as in reduce
	r := w.rounded(a)
	low := w.Sub(a.tail, w.Sub(a.head, r)) // +0 for zeros
	y := w.FMA(r, r, w.c(-1.5))
	cos := w.FMA(y, w.c(-0.41), w.c(0.385)) // to 0.04

	y2 := w.Mul(y, y)
	rest := w.FMA(w.Mul(r, y2), w.horner2By(y, y2, sincC64[2:]), w.Neg(w.Mul(low, cos)))
	rest = w.FMA(r, w.horner(y, sincC64[:2]), rest)
	common := w.flip(w.FMA(r, w.c(0.75), rest), w.Shl(w.Bits(Int64, t), w.i(63)))
	return w.Rarely(w.huge(a), w.sineOf(w.reduceHuge(x)), common)
}

// whole takes even integers from x, which leaves |x| <= 1, and half integers from
// that; the result is pi times what is left, as an angle. All but the last is exact.
func (w writer) whole(x Value) angle {
	c := w.circle()
	x = w.FMA(w.RoundEven(w.Mul(x, w.c(0.5))), w.c(-2), x)
	t := w.FMA(x, w.c(2), w.c(c.nearest))
	r := w.FMA(w.Sub(t, w.c(c.nearest)), w.c(-0.5), x)
	head := w.Mul(r, w.c(c.piHi))
	return angle{
		head:     head,
		tail:     w.FMA(r, w.c(-c.piLo), w.FMA(r, w.c(-c.piHi), head)),
		quadrant: w.Bits(w.signed(), t),
	}
}

// The sine of pi*x is 0 with the sign of x for all integers.
func sinpi(w writer, x Value) Value {
	y := w.sineOf(w.whole(x))
	return w.Select(w.Eq(y, w.c(0)), w.Mul(x, w.c(0)), y)
}

// The cosine of pi*x is +0 halfway between integers.
func cospi(w writer, x Value) Value {
	return w.Add(w.cosineOf(w.whole(x)), w.c(0))
}
