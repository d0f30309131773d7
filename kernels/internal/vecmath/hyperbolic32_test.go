package vecmath

import "testing"

func TestHyperbolic32(t *testing.T) {
	// The arguments of the largest errors, of all there are, and those about which a
	// function goes from one form to another.
	for name, xs := range map[string][]float64{
		"sinh":  {0x1.fe3bccp+02, hyperbolicNear32, expTop32 + 1},
		"cosh":  {0x1.647496p+06, hyperbolicNear32, expTop32 + 1},
		"tanh":  {0x1.c16f4cp-01, tanhMiddle32, 0x1.f1814ep-01, 0x1.04c04cp+00, 10},
		"asinh": {0x1.fab704p-03, 0x1p-12, 1, 0x1p12, 0x1p24, inverseHuge32},
		"acosh": {0x1.0e8b72p+00, 1, 0x1p12, 0x1p24, inverseHuge32},
		"atanh": {0x1.f07de4p-04, 0x1p-12, 0.5, 1},
	} {
		in := newInputs(Float32, 11).near(xs...)
		if name != "cosh" && name != "acosh" {
			for _, x := range xs {
				in.near(-x)
			}
		}
		checkULP(t, Float32, name, in.x)
	}
}

// From |x| to |-x| only the sign changes.
func TestHyperbolic32Odd(t *testing.T) {
	for _, name := range []string{"sinh", "tanh", "asinh", "atanh"} {
		f := Lookup(name, 1)
		for _, x := range newInputs(Float32, 12).any(500).powers(500, -149, 7, false).x {
			y, z := eval1(f, Float32, x), eval1(f, Float32, -x)
			if y == y && z != -y {
				t.Errorf("%s(%v) = %v, %s(%v) = %v", name, x, y, name, -x, z)
			}
		}
	}
}
