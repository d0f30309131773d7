package vecmath

import (
	"math"
	"slices"
	"testing"
)

func TestGamma(t *testing.T) {
	const n = 800
	for _, typ := range floatTypes {
		_, least, _ := extent(typ)
		in := newInputs(typ, 60).any(n).uniform(n, -8, 8).uniform(n, 0, 3).uniform(n, -190, 172).uniform(n/2, -190, -165).powers(n, least, 3, true).
			near(0.5, 1, 2, 3, -0.5, -1, -2, -3, -20, -150, 171.62437695630272, 35.040096, -42, -170.5, -177.5, -184.5, 0x1p-1024, 0x1p-128)
		checkULP(t, typ, "gamma", in.x)
		specials := []float64{0, math.Copysign(0, -1), 0x1p-1074, -0x1p-1074, math.Inf(1), math.Inf(-1), math.NaN(), -1, -2, -1e10, -1e300, 172, 1000, 1e300}
		checkExact(t, typ, "gamma", specials, math.Gamma)
		for i, want := 1.0, 1.0; want < 1<<20; i, want = i+1, want*i {
			if got := eval1(Lookup("gamma", 1), typ, i); math.Abs(got-want) > want*0x1p-52 && typ == Float64 {
				t.Errorf("gamma(%v) = %v", i, got)
			}
		}
	}
}

// Where lgamma has zeros between -2 and -20, its error is small only against 1.
func TestLgamma(t *testing.T) {
	const n = 800
	f := Lookup("lgamma", 1)
	for _, typ := range floatTypes {
		_, least, most := extent(typ)
		in := newInputs(typ, 61).any(n).uniform(n, 0, 4).uniform(n, -2, 0).powers(n, least, most-1, false).powers(n/4, -70, 2, false).
			near(0.5, 1, 2, 3, 0x1p-60, 0x1p126, 2.5e305, 4.08e36, -0.5, -1, -2)
		if typ == Float64 {
			in.near(0x1p1000, 0x1p1014)
		}
		xs := slices.DeleteFunc(slices.Clone(in.x), func(x float64) bool { return typ == Float64 && -20 < x && x < -2 })
		if typ == Float32 { // float64 inside has enough bits there
			for _, x := range zerosOfLgamma {
				in.near(x)
			}
			xs = in.uniform(n, -30, -2).x
		}
		checkULP(t, typ, "lgamma", xs)
		checkExact(t, typ, "lgamma", []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), -1, -2, -1e10, -1e30, 1e308, math.MaxFloat64, 1, 2},
			func(x float64) float64 { v, _ := math.Lgamma(x); return v })
	}

	in := newInputs(Float64, 62).uniform(2*n, -20, -2).uniform(n/4, -1e6, -20).near(zerosOfLgamma...)
	most := 0.0
	for _, x := range in.x[31:] {
		if x == math.Trunc(x) {
			continue
		}
		want, _ := exact1["lgamma"](resultBits, exactFloat(x))
		got := eval1(f, Float64, x)
		w, _ := want.Float64()
		e := ulps(got, want, Float64) * (math.Nextafter(math.Abs(w), math.Inf(1)) - math.Abs(w)) / max(math.Abs(w), 1)
		if most = max(most, e); e > 0x1p-52 {
			t.Errorf("lgamma(%v) = %v, want %v: off by %.3g of %v", x, got, want, e, max(math.Abs(w), 1))
		}
	}
	t.Logf("float64 lgamma from -2 down: at most 2^%.2f*max(1, |lgamma|) from it", math.Log2(most))
}

// The first zeros on the negative side.
var zerosOfLgamma = []float64{-2.4570247382208006, -2.7476826467274127, -3.143580888349980, -3.9552942848585980, -4.0393618397405360, -4.9915446405600470, -5.0082181680000000, -5.9986, -6.0014}
