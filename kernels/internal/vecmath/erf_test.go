package vecmath

import (
	"math"
	"testing"
)

func TestErf(t *testing.T) {
	const n = 6000
	for _, typ := range floatTypes {
		in := newInputs(typ, 50).any(n).uniform(n, -6, 6).uniform(2*n, 0, 2).powers(n/4, -1074, -1, true).near(0.875, -0.875, 3.92, 4, 5.92, 6)
		checkULP(t, typ, "erf", in.x)
		in = newInputs(typ, 51).any(n).uniform(n, -6, 6).uniform(2*n, 0, 28).uniform(n, 25, 27.3).uniform(n/2, 9, 10.2).uniform(n/2, 0, 0.01).powers(n/4, -60, -1, true).
			near(0.5, 1, 4, 10.05, 11, 26, 26.55, 27.22, 28, -5.8, -5.9, -6)
		checkULP(t, typ, "erfc", in.x)
		specials := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 30, -30, 1e300, -1e300}
		checkExact(t, typ, "erf", specials, math.Erf)
		checkExact(t, typ, "erfc", specials, math.Erfc)
	}
}
