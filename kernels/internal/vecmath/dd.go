package vecmath

// Numbers as an unevaluated sum hi + lo of two floats, |lo| at most half a unit in
// the last place of hi where hi is the rounded sum ("normalised"). The algorithms
// are Dekker's, Knuth's and those with a fused multiply-add, as in Muller et al.,
// "Handbook of Floating-Point Arithmetic" (2nd ed., 2018), chapters 4 and 14. They
// are exact where nothing overflows and no product is subnormal.

// fastTwoSum is a + b exactly, for |a| >= |b| or a = 0.
func (w writer) fastTwoSum(a, b Value) (hi, lo Value) {
	hi = w.Add(a, b)
	return hi, w.Add(w.Sub(a, hi), b)
}

// twoSum is a + b exactly.
func (w writer) twoSum(a, b Value) (hi, lo Value) {
	hi = w.Add(a, b)
	v := w.Sub(hi, a)
	return hi, w.Add(w.Sub(a, w.Sub(hi, v)), w.Sub(b, v))
}

// twoProd is a*b exactly.
func (w writer) twoProd(a, b Value) (hi, lo Value) {
	hi = w.Mul(a, b)
	return hi, w.FMA(a, b, w.Neg(hi))
}

// ddMul is (ah + al)*(bh + bl), to a few units of 2^-106 (2^-48); not normalised.
func (w writer) ddMul(ah, al, bh, bl Value) (hi, lo Value) {
	hi, lo = w.twoProd(ah, bh)
	return hi, w.FMA(ah, bl, w.FMA(al, bh, lo))
}

// ddMul1 is (ah + al)*b; not normalised.
func (w writer) ddMul1(ah, al, b Value) (hi, lo Value) {
	hi, lo = w.twoProd(ah, b)
	return hi, w.FMA(al, b, lo)
}

// ddAdd is (ah + al) + (bh + bl), to a few units of 2^-106 of the larger operand;
// not normalised.
func (w writer) ddAdd(ah, al, bh, bl Value) (hi, lo Value) {
	hi, lo = w.twoSum(ah, bh)
	return hi, w.Add(lo, w.Add(al, bl))
}

// ddDiv is (ah + al)/(bh + bl), to a few units of 2^-106: hi + rest*r, |rest*r| at
// most about a unit in the last place of hi. r must be about 1/bh: it is
// computed once where several quotients have one divisor.
func (w writer) ddDiv(ah, al, bh, bl, r Value) (hi, rest Value) {
	hi = w.Mul(ah, r)
	minus := w.Neg(hi)
	return hi, w.Add(w.FMA(minus, bh, ah), w.FMA(minus, bl, al))
}

// ddSqrt is the root of ah + al > 0, to a few units of 2^-106; not normalised.
func (w writer) ddSqrt(ah, al Value) (hi, lo Value) {
	hi = w.Sqrt(ah)
	e := w.Add(w.FMA(w.Neg(hi), hi, ah), al)
	return hi, w.Div(w.Mul(e, w.c(0.5)), hi)
}

// horner is the sum of c[i]*x^i.
func (w writer) horner(x Value, c []float64) Value {
	p := w.c(c[len(c)-1])
	for i := len(c) - 2; i >= 0; i-- {
		p = w.FMA(p, x, w.c(c[i]))
	}
	return p
}

// evenOdd is the same: c[0] and x times the rest, which is two sums in the square of
// x, that half as long a chain of operations has.
func (w writer) evenOdd(x, square Value, c []float64) Value {
	rest := c[1:]
	sum := func(from int) Value {
		last := from + (len(rest)-1-from)/2*2
		p := w.c(rest[last])
		for i := last - 2; i >= 0; i -= 2 {
			p = w.FMA(p, square, w.c(rest[i]))
		}
		return p
	}
	return w.FMA(w.FMA(sum(1), x, sum(0)), x, w.c(c[0]))
}

// withSign is |x|, which must not have its sign set, with the sign of s.
func (w writer) withSign(x, s Value) Value {
	t := w.signed()
	return w.Bits(w.t, w.Or(w.Bits(t, x), w.signBit(s)))
}

// signBit is the sign of x alone, as an integer.
func (w writer) signBit(x Value) Value {
	t, top := w.signed(), uint64(1)<<63
	if w.t == Float32 {
		top = 1 << 31
	}
	return w.And(w.Bits(t, x), w.Const(t, top))
}
