package vecmath

import (
	"math"
	"testing"
)

func TestHyperbolic(t *testing.T) {
	n := samples(8000)
	for _, name := range []string{"sinh", "cosh", "tanh", "asinh", "acosh", "atanh"} {
		in := newInputs(Float64, 4).any(n/2).powers(n/8, -1074, -1, true).powers(n, -30, 4, true).uniform(n, -3, 3).uniform(n/2, -1, 1).uniform(n/4, -720, 720).uniform(n/4, 1, 2).uniform(n/2, 16, 23).
			powers(n/8, 490, 520, true).near(1, -1, 0x1p-27, 700, 710.4758600739439, 22, 0.5, math.Ln2/2, 3*math.Ln2/2)
		checkULP(t, Float64, name, in.x)
	}
}
