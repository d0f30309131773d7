package vecmath

// circle is what the functions of angles have for each type.
type circle struct {
	nearest              float64 // x + nearest has the nearest integer to x in its low bits
	twoOverPi            float64
	halfPiHi, halfPiLo   float64
	piHi, piLo           float64
	eighthHi, eighthLo   float64
	smallTail            float64 // see huge
	sin, cos, tan        []float64
	asin, atan           []float64
	mantissa, mask, bias int64 // of the exponent, in the bits of a number
	step                 int64 // the windows' exponents are multiples of 2^step
	windows              [4][]uint64
	inverseBits          int64   // see about
	least, most, scale   float64 // see atan2
}

var circles = map[Type]*circle{
	Float64: {
		nearest: 0x1.8p52, twoOverPi: twoOverPi64,
		halfPiHi: halfPiHi64, halfPiLo: halfPiLo64, piHi: piHi64, piLo: piLo64, eighthHi: eighthHi64, eighthLo: eighthLo64,
		smallTail: 0x1p-45,
		sin:       sinC64[:], cos: cosC64[:], asin: asinC64[:], atan: atanC64[:],
		mantissa: 52, mask: 0x7ff, bias: 1023,
		step: 4, windows: [4][]uint64{inversePi0_64, inversePi1_64, inversePi2_64, inversePi3_64},
		inverseBits: 0x7fde6000_00000000,
		least:       0x1p-900, most: 0x1p1000, scale: 0x1p200,
	},
	Float32: {
		nearest: 0x1.8p23, twoOverPi: twoOverPi32,
		halfPiHi: halfPiHi32, halfPiLo: halfPiLo32, piHi: piHi32, piLo: piLo32, eighthHi: eighthHi32, eighthLo: eighthLo32,
		smallTail: 0x1p-20,
		sin:       sinC32[:], cos: cosC32[:], tan: tanC32[:], asin: asinC32[:], atan: atanC32[:],
		mantissa: 23, mask: 0xff, bias: 127,
		step: 2, windows: [4][]uint64{inversePi0_32, inversePi1_32, inversePi2_32, inversePi3_32},
		inverseBits: 0x7ef30000,
		least:       0x1p-100, most: 0x1p100, scale: 0x1p60,
	},
}

func (w writer) circle() *circle { return circles[w.t] }

// An angle of |x| <= pi/4, and a little more, as head - tail; quadrant is the
// number of quarters of the circle that were taken from it, of which the low two
// bits count.
type angle struct {
	head, tail, quadrant Value
}

// reduce takes quarters of the circle from x, in four operations: n is the nearest
// integer to x*(2/pi), head = x - n*halfPiHi is exact (it is a multiple of the last
// place of halfPiHi or of x, and less than 2), and tail = n*halfPiLo. (This is
// Cody and Waite's reduction, "Software Manual for the Elementary Functions", 1980,
// in the form that a fused multiply-add allows.)
//
// That is right to 2^-60 of head - tail, 2^-27 in float32, as long as that is not
// much smaller than tail, which is seldom: see [writer.huge].
func (w writer) reduce(x Value) angle {
	c := w.circle()
	t := w.FMA(x, w.c(c.twoOverPi), w.c(c.nearest))
	n := w.Sub(t, w.c(c.nearest))
	return angle{
		head:     w.FMA(n, w.c(-c.halfPiHi), x),
		tail:     w.Mul(n, w.c(c.halfPiLo)),
		quadrant: w.Bits(w.signed(), t),
	}
}

// rounded is the angle as one number.
func (w writer) rounded(a angle) Value { return w.Sub(a.head, a.tail) }

// square is the square of the angle: that of head is too large by tail*(head + r).
func (w writer) square(a angle) Value {
	return w.FMA(a.head, a.head, w.Neg(w.Mul(a.tail, w.Add(a.head, w.rounded(a)))))
}

// huge says where what reduce left, rounded, is not good enough: where the tail is
// not below about 2^-8 of it (2^-4 in float32), so that 2^-45 (2^-20) of the tail
// changes r. For |x| < 2^30 that is one of 2^15 arguments, for |x| <= 2^45 not all of
// them; it is all above 2^46, and NaN. In float32 it is one of 2^20 near 1, one of 200
// near 10^4, and all above 2^22.
func (w writer) huge(a angle) Value {
	r := w.rounded(a)
	return w.Ne(w.FMA(a.tail, w.c(w.circle().smallTail), r), r)
}

// reduceHuge does for any finite |x| >= 1/2 what reduce does, after Payne and Hanek,
// "Radian Reduction for Trigonometric Functions", SIGNUM Newsletter 18, 1983: of
// the bits of 2/pi, those that give multiples of 4 are left out, so that four
// windows of them are enough for any x. head and tail are together right to 2^-60
// (2^-29) of what they stand for, which is never less than 2^-62 (2^-33). NaN and
// the infinities give NaN.
func (w writer) reduceHuge(x Value) angle {
	c := w.circle()
	b, i := w.Bits(w.signed(), x), w.i
	// x = m*2^(step*j), 1/2 <= |m| < 2^step, for a step that is a power of 2.
	exponent := w.Sub(w.And(w.Shr(b, i(c.mantissa)), i(c.mask)), i(c.bias))
	j := w.Shr(w.Max(exponent, i(0)), i(c.step))
	m := w.Mul(x, w.Bits(w.t, w.Shl(w.Sub(i(c.bias), w.Shl(j, i(c.step))), i(c.mantissa))))

	// m*(2/pi*2^(step*j)), in four products of which all but the last are exact.
	p0, l0 := w.twoProd(m, w.Table(w.t, c.windows[0], j))
	p1, l1 := w.twoProd(m, w.Table(w.t, c.windows[1], j))
	p2, l2 := w.twoProd(m, w.Table(w.t, c.windows[2], j))
	p3 := w.Mul(m, w.Table(w.t, c.windows[3], j))

	// Its integer part modulo 4, and what is left: p0 and l0 are multiples of 2^-46
	// (2^-21), so that up to the first twoSum all is exact.
	modulo4 := func(v Value) Value {
		return w.FMA(w.RoundEven(w.Mul(v, w.c(0.25))), w.c(-4), v)
	}
	p0, p1 = w.Add(modulo4(p0), modulo4(l0)), modulo4(p1)
	n := w.RoundEven(w.Add(p0, p1))
	h, e0 := w.twoSum(w.Sub(p0, n), p1) // |h| <= 1/2
	u, e1 := w.twoSum(l1, p2)           // < 2^-25 (2^-16)
	h, e2 := w.twoSum(h, u)
	rest := w.Add(e2, w.Add(e0, w.Add(e1, w.Add(l2, p3))))
	h, rest = w.fastTwoSum(h, rest)

	// Times pi/2.
	head, low := w.ddMul(h, rest, w.c(c.halfPiHi), w.c(c.halfPiLo))
	return angle{
		head:     head,
		tail:     w.Neg(low),
		quadrant: w.Bits(w.signed(), w.Add(n, w.c(c.nearest))),
	}
}

// horner2 is the sum of c[i]*x^i as pairs by horner in x^2: one multiplication more,
// and half as many steps that wait for each other.
func (w writer) horner2(x Value, c []float64) Value {
	if len(c) < 8 {
		return w.horner(x, c)
	}
	return w.horner2By(x, w.Mul(x, x), c)
}

func (w writer) horner2By(x, x2 Value, c []float64) Value {
	pair := func(i int) Value {
		if i+1 == len(c) {
			return w.c(c[i])
		}
		return w.FMA(x, w.c(c[i+1]), w.c(c[i]))
	}
	i := (len(c) - 1) / 2 * 2
	p := pair(i)
	for i -= 2; i >= 0; i -= 2 {
		p = w.FMA(p, x2, pair(i))
	}
	return p
}
