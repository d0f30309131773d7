package vecmath

import "math"

// Rounding, the parts of numbers, and remainders: all but the remainders' quotients
// are bit operations and exact.

func init() {
	unary("floor", 0, 0, func(w writer, x Value) Value { return w.Floor(x) })
	unary("ceil", 0, 0, func(w writer, x Value) Value { return w.Ceil(x) })
	unary("trunc", 0, 0, func(w writer, x Value) Value { return w.Trunc(x) })
	unary("roundeven", 0, 0, func(w writer, x Value) Value { return w.RoundEven(x) })
	unary("round", 0, 0, writeRound)
	unary("sign", 0, 0, writeSign)
	unary("mantissa", 0, 0, writeMantissa)
	unary("exponent", 0, 0, writeExponent)
	// The sign of a NaN that was computed is not the same on all machines: it counts
	// as +.
	binary("copysign", 0, 0, func(w writer, x, y Value) Value {
		return w.withSign(w.Abs(x), w.Select(w.Ne(y, y), w.c(0), y))
	})
	binary("ldexp", 0.5, 0.5, writeLdexp)
	binary("mod", 0, 0, writeMod)
	binary("remainder", 0, 0, writeRemainder)
}

// layout is where the parts of a float of the function's type are.
type layout struct {
	bits int64   // of the mantissa, without the hidden one
	bias int64   // the exponent 2^0 is stored as
	most float64 // the largest number
}

func (w writer) layout() layout {
	if w.t == Float32 {
		return layout{23, 127, math.MaxFloat32}
	}
	return layout{52, 1023, math.MaxFloat64}
}

// least is the least normal number.
func (f layout) least() float64 { return math.Ldexp(1, int(1-f.bias)) }

// magic is a number with units of 1 whose lowest bits are 0: what is added to it is
// rounded to an integer, in the lowest bits of the sum.
func (f layout) magic() float64 { return math.Ldexp(1.5, int(f.bits)) }

// apart reports whether x, without a sign, is not in [lo, hi], positive numbers of the
// function's type; NaN is not.
func (w writer) apart(x Value, lo, hi float64) Value {
	// As signed integers, moved so that lo's bits are the least of all.
	bits := func(x float64) int64 {
		if w.t == Float32 {
			return int64(int32(math.Float32bits(float32(x))))
		}
		return int64(math.Float64bits(x))
	}
	least := int64(math.MinInt64)
	if w.t == Float32 {
		least = math.MinInt32
	}
	moved := w.Add(w.Bits(w.signed(), x), w.i(least-bits(lo)))
	return w.Lt(w.i(bits(hi)-bits(lo)+least), moved)
}

// writeRound adds almost a half: the largest number below it, so that the sum
// with what is itself just below a half stays below 1, and that with a half is
// rounded to 1.
func writeRound(w writer, x Value) Value {
	half := 0.5 - 0x1p-54
	if w.t == Float32 {
		half = 0.5 - 0x1p-25
	}
	return w.Trunc(w.Add(x, w.withSign(w.c(half), x)))
}

func writeSign(w writer, x Value) Value {
	negative := w.Select(w.Lt(x, w.c(0)), w.c(-1), x)
	return w.Select(w.Lt(w.c(0), x), w.c(1), negative)
}

// subnormal reports whether size, without a sign, is a subnormal number and not 0.
func (w writer) subnormal(size Value) Value {
	return w.And(w.Lt(w.c(0), size), w.Lt(size, w.c(w.layout().least())))
}

func writeMantissa(w writer, x Value) Value {
	f, t := w.layout(), w.signed()
	part := func(x Value) Value {
		field := (2*f.bias + 1) << f.bits
		rest := w.And(w.Bits(t, x), w.i(^field))
		return w.Bits(w.t, w.Or(rest, w.i((f.bias-1)<<f.bits)))
	}
	size := w.Abs(x)
	// Zeros, infinities and NaN as they are; subnormals made normal.
	far := part(w.Mul(x, w.c(math.Ldexp(1, int(f.bits+1)))))
	far = w.Select(w.subnormal(size), far, x)
	return w.Rarely(w.apart(size, f.least(), f.most), far, part(x))
}

func writeExponent(w writer, x Value) Value {
	f, t := w.layout(), w.signed()
	size := w.Abs(x)
	// The exponent as stored, below the bits of 2^52 (2^23), makes a number of it.
	top := math.Ldexp(1, int(f.bits))
	part := func(size Value, shift int64) Value {
		b := w.Or(w.Shr(w.Bits(t, size), w.i(f.bits)), w.Bits(t, w.c(top)))
		return w.Sub(w.Bits(w.t, b), w.c(top+float64(f.bias-1+shift)))
	}
	far := part(w.Mul(size, w.c(math.Ldexp(1, int(f.bits+1)))), f.bits+1)
	far = w.Select(w.subnormal(size), far, w.c(0))
	return w.Rarely(w.apart(size, f.least(), f.most), far, part(size, 0))
}

// power is 2^n, for an n that is an integer and such that this is a normal number.
func (w writer) power(n Value) Value {
	f, t := w.layout(), w.signed()
	low := w.Bits(t, w.Add(n, w.c(f.magic())))
	return w.Bits(w.t, w.Add(w.Shl(low, w.i(f.bits)), w.Bits(t, w.c(1))))
}

// writeLdexp multiplies by 2^n, of a large n three times by about a third: only the
// last product can be subnormal, if it is not 0, so that there is one rounding.
func writeLdexp(w writer, x, n Value) Value {
	f := w.layout()
	whole := w.Trunc(n)
	y := w.Mul(x, w.power(whole))

	// Beyond the range of all exponents, with those of subnormals.
	limit := float64(2*f.bias + 2*f.bits + 50)
	far := w.Max(w.c(-limit), w.Min(w.c(limit), whole))
	third := w.Trunc(w.Mul(far, w.c(1.0/3)))
	step := w.power(third)
	rest := w.power(w.Sub(far, w.Add(third, third)))
	far = w.Mul(w.Mul(w.Mul(x, step), step), rest)
	far = w.Select(w.Eq(n, n), far, n)
	return w.Rarely(w.Not(w.Le(w.Abs(n), w.c(float64(f.bias-1)))), far, y)
}

// nearestRemainder is |x| - n*|y| for an integer n, exactly, and at most slightly
// more than half of |y|. If it is exactly half, n is even. Of y = Inf and a finite x it
// is |x|; of y = 0, x = Inf or a NaN it is NaN.
//
// A quotient is rounded, and to an integer, and its product with y taken from x: all
// that is left then is a multiple of the last place of y times that of the quotient,
// few enough of them to be exact (Muller et al., "Handbook of Floating-Point
// Arithmetic", 2nd ed., 2018, section 4.6). Where the quotient has more bits than
// a float this is done again and again, 53 (24) bits each time, first with multiples of
// y that keep the quotients in range.
func (w writer) nearestRemainder(a, b Value) Value {
	f := w.layout()
	most := w.c(f.most)
	step := func(w writer, r, b, minus Value) (rest, q Value) {
		q = w.RoundEven(w.Div(r, b))
		return w.FMA(q, minus, r), q
	}
	minus := w.Neg(w.Min(most, b)) // 0*Inf would be NaN
	r, q := step(w, a, b, minus)
	large := w.Not(w.Lt(q, w.c(math.Ldexp(1, int(f.bits+1)))))

	if w.t == Float32 { // quotients below 2^277
		d := writer{w.Lanes, Float64}
		far, b := w.Convert(Float64, a), w.Convert(Float64, b)
		minus := d.Neg(b)
		for range 6 {
			far, _ = step(d, far, b, minus)
		}
		return w.Rarely(large, w.Convert(Float32, far), r)
	}
	// First with 2^1400*y, then with 2^700*y, where these are not beyond numbers: each
	// time quotients are below 2^730.
	times := func(k float64) Value {
		half := w.c(math.Exp2(k / 2))
		return w.Mul(w.Mul(b, half), half)
	}
	second := w.Select(w.Lt(b, w.c(0x1p300)), times(700), b)
	first := w.Select(w.Lt(b, w.c(0x1p-400)), times(1400), second)
	far := a
	for _, by := range []Value{first, second, b} {
		minus := w.Neg(by)
		for range 14 {
			far, _ = step(w, far, by, minus)
		}
	}
	return w.Rarely(large, far, r)
}

func writeMod(w writer, x, y Value) Value {
	b := w.Abs(y)
	r := w.nearestRemainder(w.Abs(x), b)
	r = w.Select(w.Lt(r, w.c(0)), w.Add(r, b), r)
	return w.withSign(r, x)
}

func writeRemainder(w writer, x, y Value) Value {
	b := w.Abs(y)
	r := w.nearestRemainder(w.Abs(x), b)
	size := w.Abs(r)
	r = w.Select(w.Lt(b, w.Add(size, size)), w.Sub(r, w.withSign(b, r)), r)
	return w.flip(r, w.signBit(x))
}
