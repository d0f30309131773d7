package vecmath

import "math"

func init() {
	unary("cbrt", 1, 1, writeCbrt)
	binary("hypot", 1, 1, writeHypot)
}

// inverseRootGuess is x^(-1/3) to 4%, for a positive normal x: a third of the bits, which
// stand for the logarithm, taken from a constant. The bits, without the lowest, are made a
// float below those of 2^52 (2^23), where units are 1.
func (w writer) inverseRootGuess(x Value) Value {
	f, t := w.layout(), w.signed()
	drop, origin := int64(12), rootOrigin64
	if w.t == Float32 {
		drop, origin = 8, rootOrigin32
	}
	top := math.Ldexp(1, int(f.bits))
	b := w.Bits(w.t, w.Or(w.Shr(w.Bits(t, x), w.i(drop)), w.Bits(t, w.c(top))))
	b = w.FMA(b, w.c(-1.0/3), w.c(math.RoundToEven(top+top/3+origin)))
	return w.Bits(w.t, w.Shl(w.Bits(t, b), w.i(drop)))
}

// cbrtNormal is the cube root of an x from 2^-960 (2^-90) on. With y = x^(-1/3) to 2^-18
// and c = x*y^2, the cube root is c*(1-e)^(-1/3) where x*e = x - c^3, which is computed
// with twice the precision; c*e is y^2*(x - c^3).
func (w writer) cbrtNormal(x Value) Value {
	y := w.inverseRootGuess(x)
	e := w.FMA(w.Neg(w.Mul(x, y)), w.Mul(y, y), w.c(1))
	y = w.FMA(w.Mul(y, e), w.horner(e, rootC[:]), y)

	square := w.Mul(y, y)
	c := w.Mul(x, square)
	ch, cl := w.twoProd(c, c)
	rest := w.FMA(w.Neg(c), cl, w.FMA(w.Neg(c), ch, x))
	ce := w.Mul(rest, square)
	if w.t == Float32 {
		return w.FMA(ce, w.c(1.0/3), c)
	}
	// e = s*(1-e)^(-1/2) for s = rest*y^3.
	s := w.Mul(ce, y)
	return w.FMA(ce, w.horner(s, []float64{1.0 / 3, 2.0 / 9, 14.0/81 + 1.0/9}), c)
}

func writeCbrt(w writer, x Value) Value {
	f := w.layout()
	least, up := 0x1p-960, 123.0
	if w.t == Float32 {
		least, up = 0x1p-90, 60
	}
	size := w.Abs(x)
	y := w.cbrtNormal(size)
	far := w.Mul(w.cbrtNormal(w.Mul(size, w.c(math.Exp2(up)))), w.c(math.Exp2(-up/3)))
	common := w.And(w.Lt(w.c(0), size), w.Lt(size, w.c(least)))
	far = w.Select(common, far, size)
	return w.withSign(w.Rarely(w.apart(size, least, f.most), far, y), x)
}

// writeHypot needs scaling only where the larger square, or its sum with the other,
// is beyond numbers or so small that the other one's is inexact. Without that, the
// error is 7/8 of a unit in the last place at most.
func writeHypot(w writer, x, y Value) Value {
	least, most, scale := 0x1p-450, 0x1p511, 0x1p600
	if w.t == Float32 {
		least, most, scale = 0x1p-50, 0x1p63, 0x1p80
	}
	x, y = w.Abs(x), w.Abs(y)
	a, b := w.Max(x, y), w.Min(y, x) // of a NaN one, at least
	root := func(a, b Value) Value { return w.Sqrt(w.FMA(a, a, w.Mul(b, b))) }
	large := w.Lt(w.c(1), a)
	down := w.Select(large, w.c(1/scale), w.c(scale))
	up := w.Select(large, w.c(scale), w.c(1/scale))
	far := w.Mul(root(w.Mul(a, down), w.Mul(b, down)), up)
	inf := w.c(math.Inf(1))
	far = w.Select(w.Or(w.Eq(x, inf), w.Eq(y, inf)), inf, far)
	return w.Rarely(w.apart(a, least, most), far, root(a, b))
}
