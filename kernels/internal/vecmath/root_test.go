package vecmath

import (
	"math"
	"testing"
)

func TestCbrt(t *testing.T) {
	const n = 20000
	for _, typ := range floatTypes {
		_, least, _ := extent(typ)
		in := newInputs(typ, 40).any(n).powers(n, -1, 3, true).powers(n/8, least, least+120, true).near(1, 8, 0x1p-960, 0x1p-90)
		checkULP(t, typ, "cbrt", in.x)
		checkExact(t, typ, "cbrt", []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN()}, math.Cbrt)
		for i := -100.0; i < 100; i++ { // cubes
			if got := eval1(Lookup("cbrt", 1), typ, i*i*i); got != i {
				t.Errorf("%s cbrt(%v^3) = %v", typeName(typ), i, got)
			}
		}
	}
}

func TestHypot(t *testing.T) {
	const n = 8000
	for _, typ := range floatTypes {
		mantissa, least, most := extent(typ)
		in := newInputs(typ, 41)
		xs := newInputs(typ, 42).any(n).pairs(newInputs(typ, 43).any(n))
		for range 2 * n { // of about one size
			e := least + in.rng.IntN(most-least)
			x := math.Ldexp(in.rng.Float64()+0.5, e)
			y := math.Ldexp(in.rng.Float64()+0.5, e+in.rng.IntN(mantissa+6)-mantissa/2)
			xs = append(xs, [2]float64{rounded(typ, x), rounded(typ, -y)})
		}
		for _, x := range []float64{0x1p-450, 0x1p511, 0x1p-50, 0x1p63} { // where scaling begins
			for _, x := range newInputs(typ, 44).near(x).x {
				xs = append(xs, [2]float64{x, rounded(typ, x*in.rng.Float64())})
			}
		}
		checkULP2(t, typ, "hypot", xs)
		specials := newInputs(typ, 45)
		checkExact2(t, typ, "hypot", specials.pairs(specials), func(x, y float64) float64 {
			if v := math.Hypot(x, y); v != v || math.IsInf(v, 0) || v == 0 {
				return v
			}
			return eval(Lookup("hypot", 2), typ, x, y)
		})
		for _, x := range [][3]float64{{3, 4, 5}, {5, 12, 13}, {8, 15, 17}, {math.MaxFloat32, 0, math.MaxFloat32}, {math.Ldexp(3, least), math.Ldexp(4, least), math.Ldexp(5, least)}} {
			if got := eval(Lookup("hypot", 2), typ, x[0], x[1]); got != x[2] {
				t.Errorf("%s hypot(%v, %v) = %v", typeName(typ), x[0], x[1], got)
			}
		}
	}
}
