package vecmath

import (
	"math"
	"testing"
)

func TestPow32(t *testing.T) {
	n := samples(6000)
	check := func(a, b *inputs) { checkULP2(t, Float32, "pow", a.pairs(b)) }
	check(newInputs(Float32, 5).any(n), newInputs(Float32, 6).uniform(n, -5, 5))
	check(newInputs(Float32, 7).uniform(n, 0, 4), newInputs(Float32, 8).uniform(n, -90, 90))
	check(newInputs(Float32, 9).powers(n/4, -149, -120, false), newInputs(Float32, 10).uniform(n/4, -2, 2))
	// Products of y and the logarithm up to the ends, from bases at all distances of 1.
	in := newInputs(Float32, 11)
	var xs [][2]float64
	for range 2 * n {
		x := float64(float32(1 + math.Ldexp(in.rng.Float64()*2-1, -in.rng.IntN(23)-1)))
		y := float64(float32((in.rng.Float64()*196 - 106) / math.Log1p(x-1)))
		xs = append(xs, [2]float64{x, y})
	}
	// 1.016 units off, the most that a search near such ends has found.
	xs = append(xs, [2]float64{0x1.087c26p+00, 0x1.43024p+11})
	// Negative bases, integers.
	for range n / 2 {
		xs = append(xs, [2]float64{float64(float32(in.rng.Float64() * -20)), float64(in.rng.IntN(80) - 40)})
	}
	checkULP2(t, Float32, "pow", xs)
}

// Powers that are floats come out so.
func TestPow32Exact(t *testing.T) {
	f := Lookup("pow", 2)
	exact := func(x, y, want float64) {
		if float64(float32(want)) != want {
			return // too large or too small
		}
		if got := eval(f, Float32, x, y); got != want {
			t.Errorf("%v^%v = %v, want %v", x, y, got, want)
		}
	}
	for x := 2.0; x < 1<<12; x++ {
		for y, want := 0.0, 1.0; want < 1<<24; y, want = y+1, want*x {
			for e := -6.0; e <= 6; e++ { // of x*2^e
				exact(x*math.Exp2(e), y, want*math.Exp2(e*y))
				exact(-x*math.Exp2(e), y, math.Pow(-1, y)*want*math.Exp2(e*y))
			}
			if want < 1<<12 {
				exact(want*want, 0.5, want)
			}
			if want < 1<<8 {
				exact(want*want, 1.5, want*want*want)
			}
		}
	}
	for e := -149; e < 128; e++ {
		exact(2, float64(e), math.Ldexp(1, e))
	}
}

func TestPow32Special(t *testing.T) {
	f := Lookup("pow", 2)
	vs := []float64{0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 1e38, 1<<24 - 1, 1 << 24, 1<<24 + 2, 0x1p-149, 0x1p-126, math.MaxFloat32, math.Inf(1), math.NaN(), 1 - 0x1p-24, 1 + 0x1p-23}
	for _, x := range vs {
		for _, y := range vs {
			for s := range 4 {
				x, y := math.Copysign(x, float64(1-s&1*2)), math.Copysign(y, float64(1-s&2))
				x, y = float64(float32(x)), float64(float32(y))
				got, like := eval(f, Float32, x, y), float64(float32(math.Pow(x, y)))
				if math.Signbit(got) != math.Signbit(like) && like == like || (got != got) != (like != like) || math.IsInf(got, 0) != math.IsInf(like, 0) {
					t.Errorf("pow(%v, %v) = %v, want %v", x, y, got, like)
				}
				if x != x || y != y {
					continue
				}
				want, _ := exact2["pow"](resultBits, exactFloat(x), exactFloat(y))
				if u := ulps(got, want, Float32); u > 1 {
					t.Errorf("pow(%v, %v) = %v: %v ulps", x, y, got, u)
				}
			}
		}
	}
}
