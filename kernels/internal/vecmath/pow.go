package vecmath

import "math"

// x^y is e^(y*ln(x)), with the logarithm and the product in twice the precision.

func init() {
	binary("pow", 2, 2, func(w writer, x, y Value) Value {
		if w.t == Float32 {
			return pow32(w, x, y)
		}
		return pow64(w, x, y)
	})
}

// powReduce64 is e^r and n, in the low bits of t, of x^y = 2^n*e^r, and y*ln(x), for
// the parts of a positive x.
func (w writer) powReduce64(x logarithm, y Value) (p, t, product Value) {
	hi, lo := x.accurate()
	ph, pl := w.ddMul1(hi, lo, y)
	p, t = w.expCore64(ph, pl)
	return p, t, ph
}

func pow64(w writer, x, y Value) Value {
	l := w.reduceLog64(x, 0)
	p, t, product := w.powReduce64(l, y)
	return w.Rarely(w.Or(l.unusual(), w.outside(product, 0, expNear)), w.powFar64(x, y), w.scale64(p, t))
}

// powFar64 is for any x and y.
func (w writer) powFar64(x, y Value) Value {
	zero, one, inf := w.c(0), w.c(1), w.c(math.Inf(1))
	size := w.Abs(x)
	subnormal := w.Lt(size, w.c(normal64))
	normal := w.Select(subnormal, w.Mul(size, w.c(0x1p54)), size)
	bias := w.Select(subnormal, w.logBias64(54), w.logBias64(0))
	p, t, product := w.powReduce64(w.partsLog64(normal, bias), y)

	// What y times the logarithm is where one is 0 or Inf, or 1 has it 0.
	ln := w.Select(w.Eq(size, zero), w.c(math.Inf(-1)), inf)
	product = w.Select(w.Or(w.Eq(size, zero), w.Eq(size, inf)), w.Mul(ln, y), product)
	product = w.Select(w.Eq(size, one), w.Mul(y, zero), product)
	r := w.scaleFar64(p, t)
	r = w.Select(w.Lt(w.c(expTop), product), inf, r)
	r = w.Select(w.Lt(product, w.c(expBottom)), zero, r)
	r = w.Select(w.Eq(size, one), one, r)

	integer := w.Eq(w.RoundEven(y), y)
	half := w.Mul(y, w.c(0.5))
	odd := w.And(integer, w.Ne(w.RoundEven(half), half))
	r = w.Select(odd, w.Bits(Float64, w.Or(w.Bits(Int64, r), w.signBit(x))), r)
	root := w.And(w.Lt(x, zero), w.And(w.Not(integer), w.Lt(size, inf)))
	r = w.Select(w.Or(root, w.Or(w.Ne(x, x), w.Ne(y, y))), w.c(math.NaN()), r)
	return w.Select(w.Or(w.Eq(y, zero), w.Eq(x, one)), one, r)
}
