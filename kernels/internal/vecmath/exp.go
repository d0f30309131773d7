package vecmath

import "math"

// The exponential functions reduce x = n*ln(2) + r with |r| <= ln(2)/2 (Cody and
// Waite, "Software Manual for the Elementary Functions", 1980; Muller, "Elementary
// Functions", 3rd ed., 2016, chapter 11): n is rounded by adding a number so
// large that its units are 1, and stays in the low bits of that sum t, from
// where a shift moves it to the place of an exponent. e^r is a minimax polynomial.

func init() {
	unary("exp", 1, 1, byType(exp64, exp32))
	unary("exp2", 1, 1, byType(exp264, exp232))
	unary("exp10", 1, 1, byType(exp1064, exp1032))
	unary("expm1", 1, 1, byType(expm164, expm132))
}

const magic64 = 0x1.8p52 // units of 1, and low bits of 0

// bits64 is an int64 constant of a float's bits.
func (w writer) bits64(x float64) Value { return w.Const(Int64, math.Float64bits(x)) }

// int64 is an int64 constant.
func (w writer) int64(x int64) Value { return w.Const(Int64, uint64(x)) }

// outside reports whether |x| is not in [lo, hi]: NaN is outside. Both are
// positive.
func (w writer) outside(x Value, lo, hi float64) Value { return w.outsidePositive(w.Abs(x), lo, hi) }

// outsidePositive reports whether x is not in [lo, hi]: NaN is outside. lo is
// positive, or 0 if x is never negative.
func (w writer) outsidePositive(x Value, lo, hi float64) Value {
	// As integers, moved so that numbers from lo on follow the least integer.
	l, h := math.Float64bits(lo), math.Float64bits(hi)
	b := w.Bits(Int64, x)
	if lo == 0 {
		return w.Lt(w.Const(Int64, h), b)
	}
	b = w.Add(b, w.Const(Int64, 1<<63-l))
	return w.Lt(w.Const(Int64, 1<<63+h-l), b)
}

// reduceExp64 is n and r = rh + rl, where x = n*ln(2) + r: n as a float and in the
// low bits of t. rh is exact, for |x| < 1500.
func (w writer) reduceExp64(x Value) (t, n, rh, rl Value) {
	t = w.FMA(x, w.c(invLn2), w.c(magic64))
	n = w.Sub(t, w.c(magic64))
	return t, n, w.FMA(n, w.c(-ln2Hi), x), w.Mul(n, w.c(-ln2Lo))
}

// expPoly64 is e^r for |r| <= ln(2)/2.
func (w writer) expPoly64(r Value) Value {
	p := w.evenOdd(r, w.Mul(r, r), expC64[:])
	p = w.FMA(p, r, w.c(1))
	return w.FMA(p, r, w.c(1))
}

// scale64 is p*2^n, where p is in [1/4, 4) and neither it nor the result is
// subnormal or beyond numbers. n is in the low bits of t.
func (w writer) scale64(p, t Value) Value {
	return w.Bits(Float64, w.Add(w.Bits(Int64, p), w.power64(t)))
}

// power64 is n, from the low bits of t, at the place of the exponent.
func (w writer) power64(t Value) Value { return w.Shl(w.Bits(Int64, t), w.int64(52)) }

// scaleFar64 is p*2^n, in two steps so that there is one rounding to a subnormal,
// for |n| < 2040.
func (w writer) scaleFar64(p, t Value) Value {
	k := w.Sub(w.Bits(Int64, t), w.bits64(magic64))
	half := w.Shr(k, w.int64(1))
	return w.Mul(w.Mul(p, w.twoTo64(half)), w.twoTo64(w.Sub(k, half)))
}

// twoTo64 is 2^k for an integer from -1022 to 1023.
func (w writer) twoTo64(k Value) Value {
	return w.Bits(Float64, w.Add(w.Shl(k, w.int64(52)), w.bits64(1)))
}

// expCore64 is e^(hi + lo), for a lo that is below 2^-10 and |hi| < 745.
func (w writer) expCore64(hi, lo Value) (p, t Value) {
	t, n, rh, _ := w.reduceExp64(hi)
	return w.expPoly64(w.Add(rh, w.FMA(n, w.c(-ln2Lo), lo))), t
}

// The arguments beyond which results are not all normal numbers, and those beyond
// which all are Inf or 0.
const (
	expNear, expTop, expBottom       = 708, 710, -746
	exp2Near, exp2Top, exp2Bottom    = 1021.5, 1025, -1076
	exp10Near, exp10Top, exp10Bottom = 307.5, 309, -324
)

// ends64 is p*2^n where that is common, and else, too, Inf or 0 where x is beyond
// top or bottom.
func (w writer) ends64(x, p, t Value, near, top, bottom float64) Value {
	far := w.scaleFar64(p, t)
	far = w.Select(w.Lt(w.c(top), x), w.c(math.Inf(1)), far)
	far = w.Select(w.Lt(x, w.c(bottom)), w.c(0), far)
	return w.Rarely(w.outside(x, 0, near), far, w.scale64(p, t))
}

func exp64(w writer, x Value) Value {
	t, n, rh, _ := w.reduceExp64(x)
	p := w.expPoly64(w.FMA(n, w.c(-ln2Lo), rh))
	return w.ends64(x, p, t, expNear, expTop, expBottom)
}

func exp264(w writer, x Value) Value {
	t := w.Add(x, w.c(magic64))
	r := w.Sub(x, w.Sub(t, w.c(magic64)))
	p := w.FMA(w.evenOdd(r, w.Mul(r, r), exp2C64[:]), r, w.c(1))
	return w.ends64(x, p, t, exp2Near, exp2Top, exp2Bottom)
}

func exp1064(w writer, x Value) Value {
	t := w.FMA(x, w.c(log2of10), w.c(magic64))
	n := w.Sub(t, w.c(magic64))
	// What is left of x, times ln(10).
	r := w.FMA(n, w.c(-log10of2Hi), x)
	r = w.FMA(r, w.c(ln10Hi), w.FMA(r, w.c(ln10Lo), w.Mul(n, w.c(-log10of2Lo*ln10Hi))))
	return w.ends64(x, w.expPoly64(r), t, exp10Near, exp10Top, exp10Bottom)
}

// expm1Parts64 is e^x - 1 = hi + lo, |lo| below 2^-2 of hi, for -708 < x < 709. Both
// are 0 without a sign for x = 0. lost is what hi + lo lacks where x > 36; it is
// too little to matter below.
func (w writer) expm1Parts64(x Value) (hi, lo, lost Value) {
	t, _, rh, rl := w.reduceExp64(x)
	r := w.Add(rh, rl)
	dr := w.Add(w.Sub(rh, r), rl) // rounded off
	square := w.Mul(r, r)
	// e^(rh+rl) - 1 = rh + s
	s := w.FMA(square, w.evenOdd(r, square, expm1C64[:]), w.FMA(dr, r, rl))
	power := w.Bits(Float64, w.Add(w.power64(t), w.bits64(1)))
	// 2^n*(1 + rh) - 1, its rounding error regained: |2^n - 1| > |2^n*rh| or n = 0.
	less := w.Sub(power, w.c(1))
	hi = w.FMA(power, rh, less)
	lo = w.FMA(power, s, w.FMA(power, rh, w.Sub(less, hi)))
	return hi, lo, w.Sub(w.Sub(power, less), w.c(1))
}

func expm164(w writer, x Value) Value {
	// Up to 2^-54 the result is x, and below -40 it is -1.
	const tiny, near, top = 0x1p-54, 36, 700
	hi, lo, lost := w.expm1Parts64(x)
	t, n, rh, _ := w.reduceExp64(x)
	far := w.scaleFar64(w.expPoly64(w.FMA(n, w.c(-ln2Lo), rh)), t)
	far = w.Select(w.Lt(w.c(expTop), x), w.c(math.Inf(1)), far)
	far = w.Select(w.Lt(x, w.c(top)), w.Add(hi, w.Add(lo, lost)), far)
	far = w.Select(w.Lt(x, w.c(-near-4)), w.c(-1), far)
	far = w.Select(w.Lt(w.Abs(x), w.c(tiny)), x, far)
	return w.Rarely(w.outside(x, tiny, near), far, w.Add(hi, lo))
}
