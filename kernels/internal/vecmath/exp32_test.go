package vecmath

import (
	"math"
	"testing"
)

// All arguments are taken by the tests of package simd, on compiled code.
func TestFloat32Sampled(t *testing.T) {
	n := samples(2000)
	for _, name := range []string{"exp", "exp2", "exp10", "expm1", "log", "log2", "log10", "log1p", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"} {
		in := newInputs(Float32, 7).any(n/4).powers(n/4, -149, 4, true).uniform(n, -2, 2).uniform(n/2, -160, 140).powers(n/4, -126, 127, false).
			near(1, -1, math.Ln2/2, -math.Ln2/2, math.Sqrt2, math.Sqrt2/2, expNear32, -expNear32, exp10Near32, -exp10Near32, 88.722839, -103.97208, -149, 128, 38.53184, -44.853448)
		checkULP(t, Float32, name, in.x)
	}
}

// Arguments of large errors, of all there are.
func TestWorst32(t *testing.T) {
	for name, xs := range map[string][]float64{
		"exp": {-0x1.dfa646p+05}, "exp2": {-0x1.f9ff92p+06}, "exp10": {0x1.e4e6ecp+01}, "tanh": {0x1.f1814ep-01},
		"sinh": {0x1.632174p-02}, "log2": {0x1.7475fap-01}, "atanh": {0x1.3669fep-24}, "expm1": {0x1.6412c4p-02},
	} {
		checkULP(t, Float32, name, xs)
	}
}

// Powers that are floats are exact.
func TestFloat32Exact(t *testing.T) {
	for i := -149; i < 128; i++ {
		if got := eval1(Lookup("exp2", 1), Float32, float64(i)); got != math.Ldexp(1, i) {
			t.Errorf("exp2(%d) = %v", i, got)
		}
		if got := eval1(Lookup("log2", 1), Float32, math.Ldexp(1, i)); got != float64(i) {
			t.Errorf("log2(2^%d) = %v", i, got)
		}
	}
	for i := 0; i <= 10; i++ {
		if got := eval1(Lookup("exp10", 1), Float32, float64(i)); got != math.Pow10(i) {
			t.Errorf("exp10(%d) = %v", i, got)
		}
		if got := eval1(Lookup("log10", 1), Float32, math.Pow10(i)); got != float64(i) {
			t.Errorf("log10(10^%d) = %v", i, got)
		}
	}
}
