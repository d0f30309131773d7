package vecmath

import "math"

// The gamma function is e^(ln(gamma)), the logarithm with half as many bits again:
// Stirling's form (z - 1/2)*ln(z) - z + M(z), for z >= 1/2, where M is a polynomial in
// 1/(z + 1/2). For x < 1/2 it is reflected (Abramowitz and Stegun, 6.1.17): with
// the integer n nearest to x, and r = x - n,
//
//	gamma(x) = (-1)^n / (r * sinc(pi*r) * gamma(1-x)).

func init() {
	unary("gamma", 2, 2, func(w writer, x Value) Value {
		if w.t == Float32 {
			return w.wide(gamma64, x)
		}
		return gamma64(w, x)
	})
	unary("lgamma", 2, 2, func(w writer, x Value) Value {
		if w.t == Float32 {
			return w.wide(lgamma64, x)
		}
		return lgamma64(w, x)
	})
}

// stirling64 is ln(gamma(z + zl)) in two parts, for z from 1/2 to 2^1000 and |zl| at most half a
// unit in its last place. The absolute error is about 2^-56 and 2^-63 of z*ln(z).
func (w writer) stirling64(z, zl Value) (hi, lo Value) {
	half := w.c(0.5)
	l := w.reduceLog64(z, 0)
	lh, ll := l.accurate()
	s := w.Div(w.c(1), w.Add(z, half))
	v := w.Sub(s, half)
	m := w.FMA(v, w.evenOdd(v, w.Mul(v, v), gammaC64Hi[1:]), w.c(gammaC64Lo[0]))

	a := w.Sub(z, half)
	al := w.Add(w.Sub(w.Sub(z, a), half), zl)
	p, pl := w.ddMul(lh, ll, a, al)
	// What zl does else: the derivative but ln(z), which is about -1/(2z) - 1/(12z^2).
	rest := w.Mul(zl, w.Mul(s, w.FMA(s, w.c(-0.5), w.c(-0.5))))
	hi, e1 := w.twoSum(p, w.Neg(z))
	hi, e2 := w.twoSum(hi, w.c(gammaC64Hi[0]))
	return w.twoSum(hi, w.Add(w.Add(w.Add(pl, rest), e1), w.Add(e2, m)))
}

// reflected64 is r, and r*sinc(pi*r) in two parts, of the nearest integer n.
func (w writer) reflected64(x Value) (n, r, d, dl Value) {
	n = w.RoundEven(x)
	r = w.Sub(x, n)
	square := w.Mul(r, r)
	low := w.FMA(r, r, w.Neg(square))
	c, rest := w.c(gammaSincC64[0]), w.horner(square, gammaSincC64[1:])
	p := w.FMA(square, rest, c)
	pl := w.FMA(square, rest, w.Sub(c, p))
	sinc := w.FMA(square, p, w.c(1))
	low = w.FMA(square, p, w.FMA(low, c, w.Sub(w.c(1), sinc)))
	low = w.FMA(square, pl, low)
	d, dl = w.ddMul1(sinc, low, r)
	return n, r, d, dl
}

func gamma64(w writer, x Value) Value {
	one, end := w.c(1), w.c(200) // from where results are Inf, or 0 for 1 - x
	reflect := w.Not(w.Le(w.c(0.5), x))
	zh, zl := w.twoSum(one, w.Neg(x))
	z := w.Rarely(reflect, w.Min(end, zh), w.Min(end, x))
	hi, lo := w.stirling64(z, w.Rarely(reflect, zl, w.c(0)))

	n, _, d, dl := w.reflected64(x)
	tiny := w.Lt(w.Abs(x), w.c(0x1p-1000)) // then d is x, but for its sign if it is -0
	q := w.Div(one, w.Select(tiny, x, d))
	half := w.Mul(n, w.c(0.5))
	signed := w.Select(w.Ne(w.RoundEven(half), half), w.Neg(q), q)
	// The relative error of q; at poles this is NaN.
	miss := w.FMA(w.Neg(q), dl, w.FMA(w.Neg(q), d, one))

	hi = w.Rarely(reflect, w.Neg(hi), hi)
	lo = w.Rarely(reflect, w.Sub(miss, lo), lo)
	t, k, rh, _ := w.reduceExp64(hi)
	e := w.Add(rh, w.FMA(k, w.c(-ln2Lo), lo))
	e = w.FMA(w.Mul(e, e), w.evenOdd(e, w.Mul(e, e), expC64[:]), e)
	factor := w.Rarely(reflect, signed, one)
	y := w.scaleFar64(w.FMA(factor, e, factor), t)
	return w.Rarely(reflect, w.Select(tiny, q, y), y)
}

// lgamma64 has polynomials about the zeros at 1 and 2, for arguments from 1 to 2; those
// from 1/2 and up to 3 are brought there with gamma(x+1) = x*gamma(x).
//
// Between -20 and -2 there are 36 more zeros, where large terms cancel that are known to
// 2^-54 or so: there it is the error relative to max(1, |lgamma|) that is small, at
// most 2^-52, and the promise of units in the last place does not hold. float32 has so
// few bits that it holds everywhere.
func lgamma64(w writer, x Value) Value {
	const tiny, huge = 0x1p-60, 0x1p1000
	zero, one := w.c(0), w.c(1)
	size := w.Abs(x)
	reflect := w.Not(w.Le(w.c(0.5), x))
	zh, zl := w.twoSum(one, w.Neg(x))
	hi, lo := w.stirling64(w.Rarely(reflect, zh, x), w.Rarely(reflect, zl, zero))

	// From 1/2 to 3: ln(gamma(x)) - ln(a)*up is near 1 times near 2 times a polynomial.
	below, above := w.Lt(x, one), w.Le(w.c(2), x)
	near1 := w.Sub(x, w.Select(below, zero, w.Select(above, w.c(2), one)))
	near2 := w.Sub(near1, one)
	v := w.Sub(near1, w.c(0.5))
	f, fl := w.twoProd(near1, near2)
	c, rest := w.c(lgammaC64Hi[0]), w.evenOdd(v, w.Mul(v, v), lgammaC64Hi[1:])
	poly := w.FMA(v, rest, c)
	f, fl = w.ddMul(f, fl, poly, w.Add(w.FMA(v, rest, w.Sub(c, poly)), w.c(lgammaC64Lo[0])))
	a := w.Select(below, x, w.Select(above, w.Sub(x, one), one))

	_, r, d, dl := w.reflected64(x)
	ln := w.reduceLog64(w.Rarely(reflect, w.Abs(d), a), 0)
	lh, ll := ln.accurate()
	up := w.Select(below, w.c(-1), one)
	s, sl := w.fastTwoSum(w.Mul(lh, up), f)
	y := w.Add(s, w.Add(sl, w.FMA(ll, up, fl)))
	y = w.Select(w.Lt(x, w.c(3)), y, w.Add(hi, lo))

	sum, left := w.twoSum(lh, hi)
	far := w.Neg(w.Add(sum, w.Add(left, w.Add(w.Div(dl, d), w.Add(ll, lo)))))
	far = w.Select(w.Eq(r, zero), w.c(math.Inf(1)), far)
	y = w.Rarely(reflect, far, y)

	// -ln|x|, and x*(ln(x) - 1) where ln(x)/2 is no part of the result.
	small := w.reduceLog64(w.Mul(size, w.c(0x1p600)), 600)
	ends := w.Neg(w.Add(small.ln(nil)))
	ends = w.Select(w.Eq(x, zero), w.c(math.Inf(1)), ends)
	large := w.reduceLog64(x, 0)
	hi, lo = large.ln(nil)
	large2 := w.Mul(x, w.Add(w.Sub(hi, one), lo))
	large2 = w.Select(w.Lt(x, zero), w.Select(w.Eq(size, w.c(math.Inf(1))), x, w.c(math.Inf(1))), large2)
	ends = w.Select(w.Lt(size, one), ends, large2)
	return w.Rarely(w.apart(size, tiny, huge), ends, y)
}
