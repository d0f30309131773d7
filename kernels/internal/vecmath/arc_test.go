package vecmath

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestArcAccuracy(t *testing.T) {
	for _, typ := range []Type{Float64, Float32} {
		for i, name := range []string{"asin", "acos"} {
			in := newInputs(typ, uint64(i)).any(500).uniform(8000, -1, 1).powers(2000, -60, 0, true).near(-1, -0.875, -0.5, 0.5, 0.875, 1)
			checkULP(t, typ, name, in.x)
		}
		in := newInputs(typ, 3).any(3000).uniform(6000, -4, 4).powers(4000, -60, 70, true).near(-2, -1, -0.5, 0.5, 1, 2)
		checkULP(t, typ, "atan", in.x)
	}
}

func TestAtan2Accuracy(t *testing.T) {
	for _, typ := range []Type{Float64, Float32} {
		in := func(seed uint64) *inputs {
			return newInputs(typ, seed).any(1000).uniform(3000, -2, 2).powers(3000, -2, 2, true)
		}
		p := in(4).pairs(in(5))

		// Quotients of all sizes, and about the limits 1/2, 1 and 2, for divisors of
		// all sizes: subnormal ones and results, the largest.
		rng := rand.New(rand.NewPCG(7, 7))
		_, least, most := extent(typ)
		for range 12000 {
			d := math.Ldexp(1+rng.Float64(), least+rng.IntN(most-least))
			n := d
			switch rng.IntN(3) {
			case 0:
				n *= math.Ldexp(1, rng.IntN(3)-1) * (1 + math.Ldexp(rng.Float64()-0.5, -rng.IntN(25)))
			case 1:
				n = math.Ldexp(1+rng.Float64(), least+rng.IntN(most-least))
			case 2:
				n *= math.Ldexp(rng.Float64(), -rng.IntN(60))
			}
			if rng.IntN(2) == 0 {
				d = -d
			}
			if rng.IntN(2) == 0 {
				n = -n
			}
			if typ == Float32 {
				n, d = float64(float32(n)), float64(float32(d))
			}
			p = append(p, [2]float64{n, d})
		}
		checkULP2(t, typ, "atan2", p)
	}
}

func TestArcSpecials(t *testing.T) {
	zero, inf, nan := math.Copysign(0, -1), math.Inf(1), math.NaN()
	round := func(typ Type, x float64) float64 {
		if typ == Float32 {
			return float64(float32(x))
		}
		return x
	}
	all := []float64{0, zero, 1, -1, 2, -2, 0x1p-140, -0x1p-140, 0x1p127, -0x1p127, inf, -inf, nan}
	for _, typ := range []Type{Float64, Float32} {
		for _, x := range all {
			for name, f := range map[string]func(float64) float64{"asin": math.Asin, "acos": math.Acos, "atan": math.Atan} {
				if got, want := eval1(Lookup(name, 1), typ, x), round(typ, f(x)); !same(got, want) {
					t.Errorf("%s %s(%v) = %v, want %v", typeName(typ), name, x, got, want)
				}
			}
		}
		least := math.Ldexp(1, -1074)
		if typ == Float32 {
			least = math.Ldexp(1, -149)
		}
		// What math.Atan2 rounds itself is compared above with what is exact.
		special := func(x float64) bool { return x-x != 0 || x == 0 }
		for _, y := range append(all, least, -least) {
			for _, x := range append(all, least, -least) {
				if !special(x) && !special(y) {
					continue
				}
				if got, want := eval(Lookup("atan2", 2), typ, y, x), round(typ, math.Atan2(y, x)); !same(got, want) {
					t.Errorf("%s atan2(%v, %v) = %v, want %v", typeName(typ), y, x, got, want)
				}
			}
		}
	}
}
