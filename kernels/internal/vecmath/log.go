package vecmath

import (
	"math"
	"slices"
)

// The logarithms take x = m*2^e with m from 0.70 to 1.40, by arithmetic on the bits,
// and a number c about 1/m, one of 16, with which r = m*c - 1 is exact and at most
// 0.036: log(x) = e*log(2) - log(c) + log(1+r) (Tang, "Table-driven implementation
// of the logarithm function in IEEE floating-point arithmetic", ACM TOMS 16(4),
// 1990). About x = 1, c is 1 and the first two terms are 0. Their leading parts
// are multiples of 2^-42, so that their sum is exact.

func init() {
	unary("log", 1, 1, byType(log64, log32))
	unary("log2", 1, 1, byType(log264, log232))
	unary("log10", 1, 1, byType(log1064, log1032))
	unary("log1p", 1, 1, byType(log1p64, log1p32))
}

const (
	logOrigin64 = 0x3fe6840000000000 // the least m's bits
	normal64    = 0x1p-1022          // the least normal number
	mantissa64  = 1<<52 - 1

	// What is added to the bits of x, so that those of the mantissa are those of m less
	// its least, and the exponent is e and logRaise64. It is so large that numbers from
	// about 2^991 on, Inf, NaN and negative numbers become negative integers or ones
	// that are below those of all normal numbers.
	logOffset64 = logRaise64<<52 - logOrigin64
	logRaise64  = 1023 + 32
)

// logarithm is an argument in parts: x = m*2^e, and r = m*c - 1.
type logarithm struct {
	w       writer
	x, m    Value
	e, r, c Value
	index   Value // of c, and of its logarithm
	b       Value // the bits of x, and logOffset64
}

// logBias64 is what stands for the exponents of the logarithm of x*2^-shift.
func (w writer) logBias64(shift float64) Value { return w.c(0x1p52 + logRaise64 + shift) }

// reduceLog64 is x*2^-shift in parts, for a positive normal x.
func (w writer) reduceLog64(x Value, shift float64) logarithm {
	return w.partsLog64(x, w.logBias64(shift))
}

func (w writer) partsLog64(x, bias Value) logarithm {
	l := logarithm{w: w, x: x}
	u := func(b uint64) Value { return w.Const(Uint64, b) }
	b := w.Add(w.Bits(Uint64, x), u(logOffset64))
	l.b = b
	// The exponent's bits below those of 2^52 are a number 2^52 + logRaise64 + e.
	e := w.Or(w.Shr(b, u(52)), u(math.Float64bits(0x1p52)))
	l.e = w.Sub(w.Bits(Float64, e), bias)
	l.index = w.Shr(b, u(48))
	l.m = w.Bits(Float64, w.Add(w.And(b, u(mantissa64)), u(logOrigin64)))
	l.c = w.Table(Float64, logC64, l.index)
	l.r = w.FMA(l.m, l.c, w.c(-1))
	return l
}

// unusual reports whether x is not a positive normal number below 2^991.
func (l *logarithm) unusual() Value {
	w := l.w
	return w.Lt(w.Bits(Int64, l.b), w.Const(Int64, 1<<52+logOffset64))
}

// logUnit64 is logC64 with logRaise64 added at the place of the exponents: that less
// the upper bits of b is c*2^-e.
var logUnit64 = func() []uint64 {
	up := slices.Clone(logC64)
	for i := range up {
		up[i] += logRaise64 << 52
	}
	return up
}()

// unit is c*2^-e, for x < 2^991, so that r is x*unit - 1, to which what was left out of
// x is added times unit.
func (l *logarithm) unit() Value {
	w := l.w
	u := func(b uint64) Value { return w.Const(Uint64, b) }
	up := w.And(l.b, u(^uint64(mantissa64)))
	return w.Bits(Float64, w.Sub(w.Table(Uint64, logUnit64, l.index), up))
}

// product is rest*unit: what was left out of x, at most two units in its last place,
// on the scale of r.
type product struct{ rest, unit Value }

// ln is the natural logarithm as hi + lo, |lo| at most about 0.02*|hi|. Its relative
// error is about 2^-55. left is nil, or what was left out of x.
func (l *logarithm) ln(left *product) (hi, lo Value) {
	w := l.w
	hi, lo = w.fastTwoSum(w.FMA(l.e, w.c(ln2Hi), w.Table(Float64, lnHi64, l.index)), l.r)
	small := w.FMA(l.e, w.c(ln2Lo), w.Table(Float64, lnLo64, l.index))
	r := l.r
	if left != nil {
		lo = w.FMA(left.rest, left.unit, lo)
		r = w.FMA(left.rest, left.unit, r)
	}
	square := w.Mul(r, r)
	small = w.FMA(square, w.evenOdd(r, square, lnP64[:]), small)
	return hi, w.Add(lo, small)
}

// withEnds is the logarithm f of x.
func (w writer) withEnds(x Value, f func(l *logarithm) Value) Value {
	l := w.reduceLog64(x, 0)
	subnormal := w.Lt(x, w.c(normal64))
	scaled := w.Select(subnormal, w.Mul(x, w.c(0x1p54)), x)
	any := w.partsLog64(scaled, w.Select(subnormal, w.logBias64(54), w.logBias64(0)))
	far := f(&any)
	far = w.Select(w.Lt(x, w.c(0)), w.c(math.NaN()), far)
	far = w.Select(w.Eq(x, w.c(0)), w.c(math.Inf(-1)), far)
	far = w.Select(w.Lt(x, w.c(math.Inf(1))), far, w.Add(x, x)) // Inf and NaN
	return w.Rarely(l.unusual(), far, f(&l))
}

func log64(w writer, x Value) Value {
	return w.withEnds(x, func(l *logarithm) Value { return w.Add(l.ln(nil)) })
}

func log264(w writer, x Value) Value {
	return w.withEnds(x, func(l *logarithm) Value {
		hi := w.Add(l.e, w.Table(Float64, log2Hi64, l.index))
		return l.toBase(hi, w.Table(Float64, log2Lo64, l.index), invLn2Hi, invLn2Lo, log2P64[:])
	})
}

func log1064(w writer, x Value) Value {
	return w.withEnds(x, func(l *logarithm) Value {
		hi := w.FMA(l.e, w.c(log10of2Hi), w.Table(Float64, log10Hi64, l.index))
		lo := w.FMA(l.e, w.c(log10of2Lo), w.Table(Float64, log10Lo64, l.index))
		return l.toBase(hi, lo, invLn10Hi, invLn10Lo, log10P64[:])
	})
}

// toBase is the logarithm to a base: hi + lo is that of 2^e/c, scaleHi + scaleLo
// of e, and p the polynomial.
func (l *logarithm) toBase(hi, lo Value, scaleHi, scaleLo float64, p []float64) Value {
	w := l.w
	rh := w.Mul(l.r, w.c(scaleHi))
	lo = w.Sub(w.FMA(l.r, w.c(scaleLo), lo), w.FMA(l.r, w.c(-scaleHi), rh))
	sum, rest := w.fastTwoSum(hi, rh)
	square := w.Mul(l.r, l.r)
	small := w.FMA(square, w.evenOdd(l.r, square, p), lo)
	return w.Add(sum, w.Add(rest, small))
}

// lnSum64 is the natural logarithm of hi + lo as a sum of two, for a positive
// normal hi < 2^991, and |lo| at most two units in its last place. About hi = 1 the
// relative error is small, too, while hi - 1 + lo has one of 2^-53.
func (w writer) lnSum64(hi, lo Value) (Value, Value) {
	l := w.reduceLog64(hi, 0)
	return l.lnWith(lo)
}

// lnWith is the natural logarithm of x + rest as a sum of two: see lnSum64.
func (l *logarithm) lnWith(rest Value) (hi, lo Value) {
	w := l.w
	unit := l.unit()
	sum := *l
	sum.r = w.FMA(l.x, unit, w.c(-1)) // which needs no m
	return sum.ln(&product{rest, unit})
}

func log1p64(w writer, x Value) Value {
	// 1 + x exactly; from 2^53 on the 1 is of no account.
	hi := w.Add(x, w.c(1))
	lo := w.Sub(x, w.Sub(hi, w.c(1)))
	l := w.reduceLog64(hi, 0)
	y := w.Add(l.lnWith(lo))
	y = w.Bits(Float64, w.Or(w.Bits(Int64, y), w.signBit(x))) // for -0
	far := w.Add(l.ln(nil))
	far = w.Select(w.Lt(x, w.c(math.Inf(1))), far, w.Add(x, x))
	far = w.Select(w.Lt(x, w.c(-1)), w.c(math.NaN()), far)
	far = w.Select(w.Eq(x, w.c(-1)), w.c(math.Inf(-1)), far)
	return w.Rarely(l.unusual(), far, y)
}

// lnAccurate64 is the natural logarithm of x*2^-shift as hi + lo, normalised, with a
// relative error of about 2^-64, for a positive normal x.
func (w writer) lnAccurate64(x Value, shift float64) (hi, lo Value) {
	l := w.reduceLog64(x, shift)
	return l.accurate()
}

func (l *logarithm) accurate() (hi, lo Value) {
	w := l.w
	s, s1 := w.fastTwoSum(w.FMA(l.e, w.c(ln2Hi), w.Table(Float64, lnHi64, l.index)), l.r)
	q, q1 := w.twoProd(l.r, w.Mul(l.r, w.c(-0.5))) // -r^2/2
	s, s2 := w.fastTwoSum(s, q)
	small := w.Add(s1, w.FMA(l.e, w.c(ln2Lo), w.Table(Float64, lnLo64, l.index)))
	small = w.FMA(w.Mul(l.r, q), w.evenOdd(l.r, q, lnPow64[:]), small)
	return w.fastTwoSum(s, w.Add(small, w.Add(q1, s2)))
}
