package vecmath

// The error function is x times a polynomial of x^2 up to 7/8, and from there on 1 -
// 2^P(x): the binary logarithm of erfc is smooth, and so small a part of the result
// needs few bits. erfc itself is e^(-x^2), with x^2 in two parts, times a polynomial in
// 1/(3+x), or 1/(2+x) for float32, which maps all x >= 0 to a short interval
// (Shepherd and Laframboise, "Chebyshev approximation of (1+2x)exp(x^2)erfc(x) in
// 0<=x<inf", Mathematics of Computation 36, 1981).

const (
	erfSplit   = 0.875
	erfcMiddle = 0.1875  // of erfc32
	erfcCentre = 0.15625 // of erfc64
)

func init() {
	unary("erf", 1, 1, byType(erf64, erf32))
	unary("erfc", 2, 2, byType(erfc64, erfc32))
}

// lateEvenOdd is evenOdd, but with the first two coefficients added one after the other,
// which rounds less.
func (w writer) lateEvenOdd(x Value, c []float64) Value {
	p := w.evenOdd(x, w.Mul(x, x), c[2:])
	return w.FMA(w.FMA(p, x, w.c(c[1])), x, w.c(c[0]))
}

// oneOf is the polynomial of x with the coefficients c where first is true, and
// otherwise that with d, of which there are more. It is computed as by evenOdd: one
// polynomial with coefficients that are selected costs less than two.
func (w writer) oneOf(first, x Value, c, d []float64) Value {
	square := w.Mul(x, x)
	sum := func(from int) Value {
		last := from + (len(d)-1-from)/2*2
		p := w.c(d[last])
		for i := last - 2; i >= from; i -= 2 {
			switch {
			case i >= len(c):
				p = w.FMA(p, square, w.c(d[i]))
				continue
			case i+2 >= len(c):
				p = w.Select(first, w.c(0), p)
			}
			p = w.FMA(p, square, w.Select(first, w.c(c[i]), w.c(d[i])))
		}
		return p
	}
	return w.FMA(w.FMA(sum(2), x, sum(1)), x, w.Select(first, w.c(c[0]), w.c(d[0])))
}

func erf64(w writer, x Value) Value {
	const end = 6
	size := w.Abs(x)
	small := w.Lt(size, w.c(erfSplit))
	// P(h) or what erf(x)/x is beyond 1: the first coefficient is added last.
	h := w.Sub(w.Min(w.c(end), size), w.c(erfSplit))
	u := w.Select(small, w.Mul(size, size), h)
	rest := w.oneOf(small, u, erfC64[1:], erfTail64[1:])
	first := w.Select(small, w.c(erfC64[0]), w.c(erfTail64[0]))
	p := w.FMA(u, rest, first)

	// P(h) = n + r, with the first coefficient added to what n leaves of it, so
	// that where erfc is large little is rounded.
	m := w.Add(p, w.c(magic64))
	n := w.Sub(m, w.c(magic64))
	r := w.FMA(u, rest, w.Sub(first, n))
	power := w.Bits(Float64, w.Add(w.power64(m), w.bits64(1)))
	e := w.FMA(w.evenOdd(r, w.Mul(r, r), exp2C64[:]), r, w.c(1))
	far := w.FMA(w.Neg(power), e, w.c(1))
	return w.withSign(w.Select(small, w.FMA(size, p, size), far), x)
}

func erf32(w writer, x Value) Value {
	const end = 4
	f, t := w.layout(), w.signed()
	size := w.Abs(x)
	small := w.Lt(size, w.c(erfSplit))
	nearly := w.FMA(size, w.lateEvenOdd(w.Mul(size, size), erfC32[:]), size)

	// As in erf64.
	h := w.Sub(w.Min(w.c(end), size), w.c(erfSplit))
	rest := w.evenOdd(h, w.Mul(h, h), erfTail32[1:])
	m := w.Add(w.FMA(h, rest, w.c(erfTail32[0])), w.c(f.magic()))
	n := w.Sub(m, w.c(f.magic()))
	r := w.FMA(h, rest, w.Sub(w.c(erfTail32[0]), n))
	power := w.Bits(w.t, w.Add(w.Shl(w.Bits(t, m), w.i(f.bits)), w.Bits(t, w.c(1))))
	p := w.FMA(w.evenOdd(r, w.Mul(r, r), erfPow32[:]), r, w.c(1))
	return w.withSign(w.Select(small, nearly, w.FMA(w.Neg(power), p, w.c(1))), x)
}

// erfc64 is e^(-x^2)*s*g, where s = 1/(3+x) and g is a polynomial of it, and 2 less that of
// -x. All but the last product is done with what is rounded on the way, or that goes into the
// small part of the exponent: e^d is 1 + d.
func erfc64(w writer, x Value) Value {
	const end = 28 // from where it is 0, or 2
	size := w.Min(w.c(end), w.Abs(x))
	d := w.Add(size, w.c(3))
	dl := w.Sub(size, w.Sub(d, w.c(3)))
	s := w.Div(w.c(1), d)
	// The relative error of s, times about that of s*g which it causes.
	miss := w.FMA(w.Neg(s), dl, w.FMA(w.Neg(s), d, w.c(1)))
	miss = w.Mul(miss, w.FMA(s, w.c(7), w.c(1)))

	// s*g in two parts.
	v := w.Sub(s, w.c(erfcCentre))
	rest, c := w.lateEvenOdd(v, erfcC64Hi[1:]), w.c(erfcC64Hi[0])
	g := w.FMA(v, rest, c)
	gl := w.FMA(v, rest, w.Sub(c, g))
	sg, sgl := w.twoProd(s, g)
	sgl = w.FMA(s, w.Add(gl, w.c(erfcC64Lo[0])), sgl)

	q, ql := w.twoProd(size, size)
	t, n, rh, _ := w.reduceExp64(w.Neg(q))
	// e^r = 1 + r + p, of which 1 + r will do for the small part.
	r, rl := w.fastTwoSum(rh, w.FMA(n, w.c(-ln2Lo), w.Sub(miss, ql)))
	square := w.Mul(r, r)
	p := w.FMA(w.evenOdd(r, square, expC64[:]), square, rl)
	p = w.Add(sg, w.FMA(sg, r, w.FMA(sg, p, w.FMA(sgl, r, sgl))))
	// Up to 26 results are normal numbers.
	y := w.Rarely(w.Not(w.Le(size, w.c(26))), w.scaleFar64(p, t), w.scale64(p, t))
	return w.Select(w.Lt(x, w.c(0)), w.Sub(w.c(2), y), y)
}

// erfc32 is the same in float64, with 1/(2+x) and the accuracy that float32 needs.
func erfc32(w writer, x Value) Value {
	const end = 11
	w = writer{w.Lanes, Float64}
	x = w.Convert(Float64, x)
	size := w.Min(w.c(end), w.Abs(x))
	s := w.Div(w.c(1), w.Add(size, w.c(2)))
	v := w.Sub(s, w.c(erfcMiddle))
	g := w.Mul(s, w.evenOdd(v, w.Mul(v, v), erfcC32[:]))

	l := w.Mul(w.Mul(size, size), w.c(-invLn2))
	t := w.Add(l, w.c(magic64))
	r := w.Sub(l, w.Sub(t, w.c(magic64)))
	p := w.FMA(w.evenOdd(r, w.Mul(r, r), erfcPow32[:]), r, w.c(1))
	power := w.Bits(Float64, w.Add(w.power64(t), w.bits64(1)))
	y := w.Mul(w.Mul(p, g), power)
	return w.Convert(Float32, w.Select(w.Lt(x, w.c(0)), w.Sub(w.c(2), y), y))
}
