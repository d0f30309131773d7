package vecmath

import "math"

// Draw is a function that makes a random number of half a block. A block's halves are
// independent of each other.
type Draw struct {
	Name string

	// Write adds the number to l. It is a Uint64 for random, and for the others of
	// type t, Float64 or Float32.
	Write func(l Lanes, t Type, b Block, half int) Value
}

var draws = map[string]*Draw{}

// LookupDraw returns the draw of that name, nil if there is none.
func LookupDraw(name string) *Draw { return draws[name] }

func init() {
	draw := func(name string, write func(w writer, b Block, half int) Value) {
		draws[name] = &Draw{name, func(l Lanes, t Type, b Block, half int) Value { return write(writer{l, t}, b, half) }}
	}
	draw("random", func(w writer, b Block, half int) Value { return w.philox(b)[half] })
	draw("uniform", uniform)
	draw("normal", byFloat64(normal))
	draw("exponential", byFloat64(exponential))
}

// byFloat64 is a draw in float64, in float32 that rounded.
func byFloat64(write func(w writer, b Block, half int) Value) func(w writer, b Block, half int) Value {
	return func(w writer, b Block, half int) Value {
		return w.Convert(w.t, write(writer{w.Lanes, Float64}, b, half))
	}
}

// uniform has the upper bits, as many as a float takes.
func uniform(w writer, b Block, half int) Value {
	bits := w.philox(b)[half]
	if w.t == Float32 {
		top := w.Shr(bits, w.Const(Uint64, 40))
		return w.Mul(w.Convert(Float32, w.Convert(Int32, top)), w.c(0x1p-24))
	}
	return w.Mul(w.Convert(Float64, w.Shr(bits, w.Const(Uint64, 11))), w.c(0x1p-53))
}

// share is (bits | 1)*2^-64 as a float64 in (0, 1], times 2^64.
func (w writer) share(bits Value) Value {
	return w.Convert(Float64, w.Or(bits, w.Const(Uint64, 1)))
}

// The logarithms of shares, by which 2 log(x) and -log(x) are multiplied exactly.
var (
	lnShare  = scaledLog(-1)
	lnShare2 = scaledLog(-2)
)

type logTable struct {
	by    float64
	table []uint64 // -ln(c), times by
	p     []float64
}

func scaledLog(by float64) *logTable {
	t := &logTable{by: by}
	for i := range lnHi64 {
		t.table = append(t.table, math.Float64bits(by*(math.Float64frombits(lnHi64[i])+math.Float64frombits(lnLo64[i]))))
	}
	for _, c := range lnP64 {
		t.p = append(t.p, by*c)
	}
	return t
}

// logShare is the logarithm of x*2^-64, times what t says, for x from 1 to 2^64:
// as log64, but without the terms that make up for the roundings of the others.
func (w writer) logShare(x Value, t *logTable) Value {
	l := w.reduceLog64(x, 64)
	y := w.FMA(l.e, w.c(t.by*math.Ln2), w.Table(Float64, t.table, l.index))
	square := w.Mul(l.r, l.r)
	return w.FMA(square, w.evenOdd(l.r, square, t.p), w.FMA(l.r, w.c(t.by), y))
}

// exponential is -log of a share that is below 1.
func exponential(w writer, b Block, half int) Value {
	x := w.Min(w.share(w.philox(b)[half]), w.c(0x1p64-0x1p11))
	return w.logShare(x, lnShare)
}

// normal is one coordinate of a point by Box and Muller ("A note on the generation of
// random normal deviates", Annals of Mathematical Statistics 29(2), 1958): the first
// half of the block gives the radius, the second the angle. That is pi*x on the right
// side, -1/2 <= x < 1/2, from the upper 52 bits; the lowest bit says which side it is.
// The sine, of half 0, is the same on both.
func normal(w writer, b Block, half int) Value {
	bits := w.philox(b)
	radius := w.Sqrt(w.logShare(w.share(bits[0]), lnShare2))
	u := func(x uint64) Value { return w.Const(Uint64, x) }
	above1 := w.Or(w.Shr(bits[1], u(12)), u(math.Float64bits(1)))
	x := w.Sub(w.Bits(Float64, above1), w.c(1.5))
	if half == 0 {
		return w.Mul(radius, w.sinHalf(x))
	}
	side := w.Shl(bits[1], u(63))
	cos := w.sinHalf(w.Sub(w.c(0.5), w.Abs(x)))
	return w.Mul(radius, w.Bits(Float64, w.Xor(w.Bits(Uint64, cos), side)))
}

// sinHalf is the sine of pi*x for |x| <= 1/2.
func (w writer) sinHalf(x Value) Value {
	y := w.Mul(x, x)
	return w.Mul(x, w.evenOdd(y, w.Mul(y, y), sinHalfC64[:]))
}
