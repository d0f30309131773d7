package vecmath

import "math"

// The exponential functions of float32, as those of float64 are: n is in the low
// bits of t = n + magic32. What is left of an argument once a multiple of the upper
// part of ln(2) is taken away is a float32, since it is below 1/2 and a multiple of
// 2^-25: so that part may have all 24 bits. The same holds for log10(2).

const magic32 = 0x1.8p23 // units of 1, and low bits of 0

// bits32 is an int32 constant of a float's bits.
func (w writer) bits32(x float32) Value { return w.Const(Int32, uint64(math.Float32bits(x))) }

// outside32 reports whether |x| is not in [lo, hi]: NaN is outside. Both are
// positive, or lo is 0.
func (w writer) outside32(x Value, lo, hi float32) Value {
	return w.outsidePositive32(w.Abs(x), lo, hi)
}

// outsidePositive32 reports whether x is not in [lo, hi]: NaN is outside. lo is
// positive, or 0 if x is never negative.
func (w writer) outsidePositive32(x Value, lo, hi float32) Value {
	l, h := math.Float32bits(lo), math.Float32bits(hi)
	b := w.Bits(Int32, x)
	if lo == 0 {
		return w.Lt(w.Const(Int32, uint64(h)), b)
	}
	b = w.Add(b, w.Const(Int32, uint64(1<<31-l)))
	return w.Lt(w.Const(Int32, uint64(1<<31+h-l)), b)
}

// reduceExp32 is n, as a float and in the low bits of t, and x - n*ln2Hi32, which is
// exact.
func (w writer) reduceExp32(x Value) (t, n, rh Value) {
	t = w.FMA(x, w.c(invLn2For32), w.c(magic32))
	n = w.Sub(t, w.c(magic32))
	return t, n, w.FMA(n, w.c(-ln2Hi32), x)
}

// expPoly32 is e^r for |r| <= ln(2)/2.
func (w writer) expPoly32(r Value) Value {
	p := w.evenOdd(r, w.Mul(r, r), expC32[:])
	p = w.FMA(p, r, w.c(1))
	return w.FMA(p, r, w.c(1))
}

// scale32 is p*2^n, where neither p nor the result is subnormal or beyond numbers. n
// is in the low bits of t.
func (w writer) scale32(p, t Value) Value {
	return w.Bits(Float32, w.Add(w.Bits(Int32, p), w.power32(t)))
}

// power32 is n, from the low bits of t, at the place of the exponent.
func (w writer) power32(t Value) Value {
	return w.Shl(w.Bits(Int32, t), w.Const(Int32, 23))
}

// scaleFar32 is p*2^n in two steps, so that there is one rounding to a subnormal,
// for |n| < 250.
func (w writer) scaleFar32(p, t Value) Value {
	k := w.Sub(w.Bits(Int32, t), w.bits32(magic32))
	half := w.Shr(k, w.Const(Int32, 1))
	return w.Mul(w.Mul(p, w.twoTo32(half)), w.twoTo32(w.Sub(k, half)))
}

// twoTo32 is 2^k for an integer from -126 to 127.
func (w writer) twoTo32(k Value) Value {
	return w.Bits(Float32, w.Add(w.Shl(k, w.Const(Int32, 23)), w.bits32(1)))
}

// The arguments beyond which results are not all normal numbers, and those beyond
// which all are Inf or 0.
const (
	expNear32, expTop32, expBottom32       = 87.3, 89, -104
	exp2Near32, exp2Top32, exp2Bottom32    = 126, 129, -151
	exp10Near32, exp10Top32, exp10Bottom32 = 37.9, 39, -46
)

// ends32 is p*2^n where that is common, and else, too, Inf or 0 where x is beyond
// top or bottom.
func (w writer) ends32(x, p, t Value, near, top, bottom float64) Value {
	far := w.scaleFar32(p, t)
	far = w.Select(w.Lt(w.c(top), x), w.c(math.Inf(1)), far)
	far = w.Select(w.Lt(x, w.c(bottom)), w.c(0), far)
	return w.Rarely(w.outside32(x, 0, float32(near)), far, w.scale32(p, t))
}

func exp32(w writer, x Value) Value {
	t, n, rh := w.reduceExp32(x)
	p := w.expPoly32(w.FMA(n, w.c(-ln2Lo32), rh))
	return w.ends32(x, p, t, expNear32, expTop32, expBottom32)
}

func exp232(w writer, x Value) Value {
	t := w.Add(x, w.c(magic32))
	r := w.Sub(x, w.Sub(t, w.c(magic32)))
	p := w.FMA(w.evenOdd(r, w.Mul(r, r), exp2C32[:]), r, w.c(1))
	return w.ends32(x, p, t, exp2Near32, exp2Top32, exp2Bottom32)
}

func exp1032(w writer, x Value) Value {
	t := w.FMA(x, w.c(log2of10For32), w.c(magic32))
	n := w.Sub(t, w.c(magic32))
	r := w.FMA(n, w.c(-log10of2Hi32), x) // exact; times ln(10)
	r = w.FMA(r, w.c(ln10For32), w.Mul(n, w.c(-ln2Rest32)))
	return w.ends32(x, w.expPoly32(r), t, exp10Near32, exp10Top32, exp10Bottom32)
}

// expm132 is 2^n*(e^r - 1) + (2^n - 1), where the part of r that is exact is added
// first, and what is lost regained. The sign is that of x, for -0.
func expm132(w writer, x Value) Value {
	const near = 16
	t, n, rh := w.reduceExp32(x)
	rl := w.Mul(n, w.c(-ln2Lo32))
	square := w.Mul(rh, rh)
	// e^(rh+rl) - 1 = rh + s
	s := w.FMA(square, w.evenOdd(rh, square, expm1C32[:]), w.FMA(rl, rh, rl))
	power := w.Bits(Float32, w.Add(w.power32(t), w.bits32(1)))
	less := w.Sub(power, w.c(1))
	hi := w.FMA(power, rh, less)
	lo := w.FMA(power, s, w.FMA(power, rh, w.Sub(less, hi)))

	p := w.expPoly32(w.FMA(n, w.c(-ln2Lo32), rh))
	far := w.scaleFar32(p, t)
	far = w.Select(w.Lt(w.c(expTop32), x), w.c(math.Inf(1)), far)
	lost := w.Sub(w.Sub(power, less), w.c(1))
	far = w.Select(w.Lt(x, w.c(60)), w.Add(hi, w.Add(lo, lost)), far)
	far = w.Select(w.Lt(x, w.c(-near-2)), w.c(-1), far)
	far = w.Select(w.Ne(x, x), x, far)
	return w.Rarely(w.outside32(x, 0, near), far, w.withSign(w.Abs(w.Add(hi, lo)), x))
}
