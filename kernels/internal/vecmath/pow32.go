package vecmath

import "math"

// x^y in float32 is e^(y*ln(x)), with the logarithm and the product as sums of two
// float32. The logarithm is taken as those of float64 are, with the same table of
// numbers c: m*c - 1 is exact for a float32 m, too. It is right to about 2^-34, so
// that times y it is right to 2^-27 up to the ends of the range.

const (
	logOrigin32 = 0x3f342000 // logOrigin64 in float32

	powNear32 = 87 // up to there y*ln(x) gives normal numbers
)

// powParts32 is an argument in parts: x = m*2^e, and r = m*c - 1.
type powParts32 struct {
	e, r, index Value
}

// powReduce32 is the parts of a positive normal x.
func (w writer) powReduce32(x Value) powParts32 {
	b := w.Sub(w.Bits(Int32, x), w.i(logOrigin32))
	m := w.Bits(Float32, w.Add(w.And(b, w.i(1<<23-1)), w.i(logOrigin32)))
	index := w.Shr(b, w.i(19))
	return powParts32{
		e:     w.Convert(Float32, w.Shr(b, w.i(23))),
		r:     w.FMA(m, w.Table(Float32, powC32, index), w.c(-1)),
		index: index,
	}
}

// powLn32 is ln(x) = hi + lo, |lo| at most about 2^-10 of hi.
func (w writer) powLn32(x powParts32) (hi, lo Value) {
	base := w.FMA(x.e, w.c(powLn2Hi32), w.Table(Float32, powLnHi32, x.index)) // exact
	small := w.FMA(x.e, w.c(powLn2Lo32), w.Table(Float32, powLnLo32, x.index))
	// r - r^2/2, and what it was rounded by.
	r, half := x.r, w.Mul(x.r, w.c(-0.5))
	s := w.FMA(r, half, r)
	rest := w.FMA(r, half, w.Sub(r, s))
	hi, lost := w.fastTwoSum(base, s)
	square := w.Mul(r, r)
	p := w.evenOdd(r, square, powLnP32[:])
	return hi, w.FMA(w.Mul(square, r), p, w.Add(small, w.Add(rest, lost)))
}

// powExp32 is e^(hi + lo) = p*2^n, with n in the low bits of t. p is within half a
// unit in the last place but for a little, so that powers that are float32 come
// out so.
func (w writer) powExp32(hi, lo Value) (p, t Value) {
	t, n, _ := w.reduceExp32(w.Add(hi, lo))
	rh := w.FMA(n, w.c(-ln2Hi32), hi)
	rl := w.FMA(n, w.c(-ln2Lo32), lo)
	r := w.Add(rh, rl)
	square := w.Mul(r, r)
	return w.Add(w.c(1), w.Add(rh, w.FMA(square, w.evenOdd(r, square, expC32[:]), rl))), t
}

// powProduct32 is x^y = p*2^n, and about y*ln(x).
func (w writer) powProduct32(x powParts32, y Value) (p, t, product Value) {
	hi, lo := w.powLn32(x)
	ph, pl := w.ddMul1(hi, lo, y)
	p, t = w.powExp32(ph, pl)
	return p, t, ph
}

func pow32(w writer, x, y Value) Value {
	p, t, product := w.powProduct32(w.powReduce32(x), y)
	unusual := w.Or(w.outsidePositive32(x, normal32, mostNormal32), w.outside32(product, 0, powNear32))
	return w.Rarely(unusual, w.powFar32(x, y), w.scale32(p, t))
}

// powFar32 is for any x and y.
func (w writer) powFar32(x, y Value) Value {
	zero, one, inf := w.c(0), w.c(1), w.c(math.Inf(1))
	size := w.Abs(x)
	subnormal := w.Lt(size, w.c(normal32))
	parts := w.powReduce32(w.Select(subnormal, w.Mul(size, w.c(0x1p24)), size))
	parts.e = w.Select(subnormal, w.Sub(parts.e, w.c(24)), parts.e)
	p, t, product := w.powProduct32(parts, y)

	// What y times the logarithm is where one is 0 or Inf, or 1 has it 0.
	ln := w.Select(w.Eq(size, zero), w.c(math.Inf(-1)), inf)
	product = w.Select(w.Or(w.Eq(size, zero), w.Eq(size, inf)), w.Mul(ln, y), product)
	product = w.Select(w.Eq(size, one), w.Mul(y, zero), product)
	r := w.scaleFar32(p, t)
	r = w.Select(w.Lt(w.c(expTop32), product), inf, r)
	r = w.Select(w.Lt(product, w.c(expBottom32)), zero, r)
	r = w.Select(w.Eq(size, one), one, r)

	integer := w.Eq(w.RoundEven(y), y)
	half := w.Mul(y, w.c(0.5))
	odd := w.And(integer, w.Ne(w.RoundEven(half), half))
	r = w.Select(odd, w.Bits(Float32, w.Or(w.Bits(Int32, r), w.signBit(x))), r)
	root := w.And(w.Lt(x, zero), w.And(w.Not(integer), w.Lt(size, inf)))
	r = w.Select(w.Or(root, w.Or(w.Ne(x, x), w.Ne(y, y))), w.c(math.NaN()), r)
	return w.Select(w.Or(w.Eq(y, zero), w.Eq(x, one)), one, r)
}
