package vecmath

import (
	"math"
	"testing"
)

// The arguments with the largest errors of some 10^8 that were tried, of each range.
func TestWorst(t *testing.T) {
	for name, xs := range map[string][]float64{
		"exp":   {0x1.74710fbddbcb8p-2, -0x1.636a78c484ecbp-2, -0x1.f6ce6a977afecp-1},
		"exp2":  {0x1.800a06cf10486p+0, 0x1.86208f4ac65e4p+0},
		"exp10": {-0x1.cb6ca9b8602c8p-2, -0x1.c46feb0646ad6p+7, -0x1.2ba0e6caa8dp-3},
		"expm1": {0x1.6d5356496ed8p-2, 0x1.6b52d0e2fb342p-2, 0x1.649d36907926cp-2, -0x1.5f09e2c5940ap-2, 0x1.3ee8af094d93ep+5, 0x1.293a900ffbfbdp+5},
		"log":   {0x1.07b8a35653976p+0, 0x1.03f9a819243ccp+0},
		"log2":  {0x1.fd3e81d37ce07p-1, 0x1.083f81caa6355p+0},
		"log10": {0x1.087a6d27891efp+0, 0x1.087e45f1a4ff3p+0},
		"log1p": {0x1.066b71cd78f99p-53, 0x1.f5c8a81d14d2p-6, -0x1.f046ceac3935ep-7},
		"sinh":  {0x1.630fc4b2254c8p-2, 0x1.63aea4fcd654ap-2, 0x1.2609ed9294873p+4},
		"cosh":  {0x1.0b8d173990fb3p+0, 0x1.266949f6c532ap+4},
		"tanh":  {0x1.00f48bdc5b57bp-3, 0x1.669f79f1ab59bp-3, 0x1.2bd78efacef07p+4},
		"asinh": {0x1.e916918a177c6p-6, 0x1.fc51ce039a18p-7},
		"acosh": {0x1.001d7e980f18ep+0, 0x1.0007f17a1948ep+0},
		"atanh": {-0x1.ebe35d57e9068p-7, 0x1.e8dd9dad357a2p-7},
	} {
		checkULP(t, Float64, name, xs)
	}
	checkULP2(t, Float64, "pow", [][2]float64{{0x1.080738023872bp+0, -0x1.5a8db48b97338p14}, {0x1.08807a05485ep+0, -0x1.4cac4c5a4dc6fp+14}})
}

// Where package math gives NaN, Inf, a zero or an exact argument back, so do these.
func TestSpecials(t *testing.T) {
	like := map[string]func(float64) float64{
		"exp": math.Exp, "exp2": math.Exp2, "expm1": math.Expm1, "log": math.Log, "log2": math.Log2, "log10": math.Log10, "log1p": math.Log1p,
		"sinh": math.Sinh, "cosh": math.Cosh, "tanh": math.Tanh, "asinh": math.Asinh, "acosh": math.Acosh, "atanh": math.Atanh,
	}
	xs := []float64{0, 0x1p-1074, 1, 2, 1000, 2000, 1e19, 1e300, math.MaxFloat64, math.Inf(1), math.NaN(), 1 + 0x1p-52, 1 - 0x1p-53}
	for name, f := range like {
		for _, typ := range []Type{Float64, Float32} {
			for _, x := range xs {
				for _, x := range []float64{x, -x} {
					if typ == Float32 {
						x = float64(float32(x))
					}
					got, want := eval1(Lookup(name, 1), typ, x), f(x)
					if typ == Float32 {
						want = float64(float32(want))
					}
					special := want == 0 || want != want || math.IsInf(want, 0) || want == 1 && name != "exp2"
					if special && math.Float64bits(got) != math.Float64bits(want) && (got == got || want == want) {
						t.Errorf("%s %s(%v) = %v, want %v", typeName(typ), name, x, got, want)
					}
				}
			}
		}
	}
}
