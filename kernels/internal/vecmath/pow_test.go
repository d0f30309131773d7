package vecmath

import (
	"math"
	"testing"
)

func TestPow(t *testing.T) {
	n := samples(6000)
	check := func(a, b *inputs) { checkULP2(t, Float64, "pow", a.pairs(b)) }
	check(newInputs(Float64, 5).any(n), newInputs(Float64, 6).uniform(n, -5, 5))
	check(newInputs(Float64, 7).uniform(n, 0, 4), newInputs(Float64, 8).uniform(n, -600, 600))
	check(newInputs(Float64, 9).powers(n/4, -1074, -1000, false), newInputs(Float64, 10).uniform(n/4, -2, 2))
	// Products of y and the logarithm up to the ends, from bases at all distances of 1.
	in := newInputs(Float64, 11)
	var xs [][2]float64
	for range 2 * n {
		x := 1 + math.Ldexp(in.rng.Float64()*2-1, -in.rng.IntN(50)-1)
		y := (in.rng.Float64()*1460 - 750) / math.Log1p(x-1)
		xs = append(xs, [2]float64{x, y})
	}
	// Negative bases, integers.
	for range n / 2 {
		xs = append(xs, [2]float64{in.rng.Float64() * -20, float64(in.rng.IntN(200) - 100)})
	}
	checkULP2(t, Float64, "pow", xs)
}

// Powers that are floats come out so.
func TestPowExact(t *testing.T) {
	f := Lookup("pow", 2)
	for x := 2.0; x < 60; x++ {
		for y, want := 0.0, 1.0; want < 1<<53; y, want = y+1, want*x {
			if got := eval(f, Float64, x, y); got != want {
				t.Errorf("%v^%v = %v, want %v", x, y, got, want)
			}
			if got := eval(f, Float64, -x, y); got != math.Pow(-x, y) {
				t.Errorf("%v^%v = %v, want %v", -x, y, got, math.Pow(-x, y))
			}
			if root := eval(f, Float64, want*want, 0.5); want < 1<<26 && root != want {
				t.Errorf("%v^0.5 = %v, want %v", want*want, root, want)
			}
		}
	}
	for e := -1074; e < 1024; e++ {
		if got := eval(f, Float64, 2, float64(e)); got != math.Ldexp(1, e) {
			t.Errorf("2^%d = %v", e, got)
		}
	}
}

func TestPowSpecial(t *testing.T) {
	f := Lookup("pow", 2)
	vs := []float64{0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 1e300, 1<<53 - 1, 1 << 53, 1<<53 + 2, 0x1p-1074, 0x1p-1022, math.MaxFloat64, math.Inf(1), math.NaN(), 1 - 0x1p-53, 1 + 0x1p-52}
	for _, x := range vs {
		for _, y := range vs {
			for s := range 4 {
				x, y := math.Copysign(x, float64(1-s&1*2)), math.Copysign(y, float64(1-s&2))
				got, like := eval(f, Float64, x, y), math.Pow(x, y)
				if math.Signbit(got) != math.Signbit(like) && like == like || (got != got) != (like != like) {
					t.Errorf("pow(%v, %v) = %v, want %v", x, y, got, like)
				}
				if x != x || y != y {
					continue
				}
				want, _ := exact2["pow"](resultBits, exactFloat(x), exactFloat(y))
				if u := ulps(got, want, Float64); u > 1 {
					t.Errorf("pow(%v, %v) = %v: %v ulps", x, y, got, u)
				}
			}
		}
	}
}
