package vecmath

import "math"

// The logarithms of float32 take x = m*2^e with m from sqrt(1/2) to sqrt(2), that to the base 2 from
// 2/3 to 4/3, by arithmetic on the bits, and one polynomial in f = m - 1, which is exact. What is
// lost when f is added to e*log(2) is regained.

const (
	rootHalfBits32 = 0x3f3504f3 // of sqrt(1/2)
	twoThirds32    = 0x3f2aaaab // of 2/3
	normal32       = 0x1p-126   // the least normal number
	mostNormal32   = math.MaxFloat32
)

// splitLog32 is e, and m's bits, from those of least on, for a positive normal x.
func (w writer) splitLog32(x Value, from uint64) (e, m Value) {
	least := w.Const(Int32, from)
	b := w.Sub(w.Bits(Int32, x), least)
	e = w.Convert(Float32, w.Shr(b, w.Const(Int32, 23)))
	return e, w.Add(w.And(b, w.Const(Int32, 1<<23-1)), least)
}

// reduceLog32 is e and f for a positive normal x.
func (w writer) reduceLog32(x Value) (e, f Value) { return w.reduceLogFrom32(x, rootHalfBits32) }

func (w writer) reduceLogFrom32(x Value, least uint64) (e, f Value) {
	e, m := w.splitLog32(x, least)
	return e, w.Sub(w.Bits(Float32, m), w.c(1))
}

// withEnds32 is the logarithm log of x, of which log has the parts, those of the mantissa from least on.
func (w writer) withEnds32(x Value, least uint64, log func(e, f Value) Value) Value {
	e, f := w.reduceLogFrom32(x, least)
	subnormal := w.Lt(x, w.c(normal32))
	fe, ff := w.reduceLogFrom32(w.Select(subnormal, w.Mul(x, w.c(0x1p24)), x), least)
	far := log(w.Select(subnormal, w.Sub(fe, w.c(24)), fe), ff)
	far = w.Select(w.Lt(x, w.c(0)), w.c(math.NaN()), far)
	far = w.Select(w.Eq(x, w.c(0)), w.c(math.Inf(-1)), far)
	far = w.Select(w.Lt(x, w.c(math.Inf(1))), far, w.Add(x, x)) // Inf and NaN
	return w.Rarely(w.outsidePositive32(x, normal32, mostNormal32), far, log(e, f))
}

func log32(w writer, x Value) Value {
	return w.withEnds32(x, rootHalfBits32, func(e, f Value) Value { return w.ln32(e, f, nil) })
}

// ln32 is the logarithm of 2^e*(1 + f + rest), where rest, which may be nil, is at
// most half a unit in the last place of f.
func (w writer) ln32(e, f Value, rest *Value) Value {
	hi, lo := w.raise32(e, f, logLn2Hi32, logLn2Lo32)
	if rest != nil { // over 1 + f
		lo = w.Add(w.FMA(w.Neg(f), *rest, lo), *rest)
	}
	square := w.Mul(f, f)
	return w.Add(hi, w.FMA(square, w.evenOdd(f, square, lnP32[:]), lo))
}

// raise32 is e*(scaleHi + scaleLo) + f in two parts.
func (w writer) raise32(e, f Value, scaleHi, scaleLo float64) (hi, lo Value) {
	hi = w.FMA(e, w.c(scaleHi), f)
	back := w.FMA(e, w.c(-scaleHi), hi) // f as it was added
	return hi, w.FMA(e, w.c(scaleLo), w.Sub(f, back))
}

// For the other bases, f times a number of two bits, which is exact as f has a bit to
// spare, is taken from what the polynomial is of, so that all it gives is small.
const log2Lead32, log10Lead32 = 1.5, 0.375

func log232(w writer, x Value) Value {
	return w.withEnds32(x, twoThirds32, func(e, f Value) Value {
		hi, lo := w.raiseBy32(e, f, log2Lead32)
		// hi + lo + f*p(f), with one rounding for each of the first coefficients.
		p := w.evenOdd(f, w.Mul(f, f), log2P32[2:])
		p = w.FMA(f, w.FMA(f, p, w.c(log2P32[1])), w.c(log2P32[0]))
		return w.Add(hi, w.FMA(f, p, lo))
	})
}

func log1032(w writer, x Value) Value {
	return w.withEnds32(x, rootHalfBits32, func(e, f Value) Value {
		hi, lo := w.raiseBy32(w.Mul(e, w.c(logLog10of2Hi32)), f, log10Lead32)
		return w.times32(hi, w.FMA(e, w.c(logLog10of2Lo32), lo), f, log10P32[:])
	})
}

// raiseBy32 is base + f*lead in two parts: the base is 0 or larger than the product.
func (w writer) raiseBy32(base, f Value, lead float64) (hi, lo Value) {
	hi = w.FMA(f, w.c(lead), base)
	return hi, w.FMA(f, w.c(lead), w.Sub(base, hi))
}

// times32 is hi + lo + f*p(f), the least summed first. The second coefficient is
// added last, so that its sum has one rounding: what is lost there counts most.
func (w writer) times32(hi, lo, f Value, p []float64) Value {
	square := w.Mul(f, f)
	small := w.FMA(square, w.FMA(f, w.evenOdd(f, square, p[2:]), w.c(p[1])), lo)
	return w.Add(hi, w.FMA(f, w.c(p[0]), small))
}

// lnSum32 is the natural logarithm of hi + lo, for a positive normal hi below 2^126
// and |lo| at most two units in its last place. About hi = 1 the relative error is
// small, too, where that of hi - 1 + lo is.
func (w writer) lnSum32(hi, lo Value) Value {
	e, m := w.splitLog32(hi, rootHalfBits32)
	// The bits of hi and of m differ by e at the place of the exponent.
	unit := w.Bits(Float32, w.Add(w.bits32(1), w.Sub(m, w.Bits(Int32, hi))))
	left := w.Mul(lo, unit)
	whole := w.Sub(w.Bits(Float32, m), w.c(1))
	f := w.Add(whole, left)
	rest := w.Sub(left, w.Sub(f, whole))
	return w.ln32(e, f, &rest)
}

func log1p32(w writer, x Value) Value {
	// 1 + x exactly; from 2^24 on the 1 is of no account.
	hi := w.Add(x, w.c(1))
	lo := w.Sub(x, w.Sub(hi, w.c(1)))
	y := w.withSign(w.Abs(w.lnSum32(hi, lo)), x) // for -0
	e, f := w.reduceLog32(hi)
	far := w.ln32(e, f, nil)
	far = w.Select(w.Lt(x, w.c(math.Inf(1))), far, w.Add(x, x))
	far = w.Select(w.Lt(x, w.c(-1)), w.c(math.NaN()), far)
	far = w.Select(w.Eq(x, w.c(-1)), w.c(math.Inf(-1)), far)
	return w.Rarely(w.outsidePositive32(hi, normal32, 0x1p126), far, y)
}
