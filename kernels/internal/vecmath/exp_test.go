package vecmath

import (
	"math"
	"testing"
)

func TestExp(t *testing.T) {
	n := samples(8000)
	for _, x := range []struct {
		name           string
		near, top, bot float64
		points         []float64
	}{
		{"exp", expNear, 709.782712893384, -745.1332191019411, []float64{math.Ln2 / 2, -math.Ln2 / 2, -708.3964185322641}},
		{"exp2", exp2Near, 1024, -1074, []float64{0.5, -0.5, -1022}},
		{"exp10", exp10Near, 308.25471555991674, -323.3062153431158, []float64{0.1505, -0.1505, -307.6526555685887}},
		{"expm1", 700, 709.782712893384, -37.4, []float64{math.Ln2 / 2, -math.Ln2 / 2, 3 * math.Ln2 / 2, 0x1p-54, -0x1p-54, -700}},
	} {
		in := newInputs(Float64, 1).any(n/8).powers(n/2, -60, 4, true).powers(n/8, -1074, -1, true).uniform(n, -2, 2).
			uniform(n, 2*x.bot, 1.5*x.top).uniform(n/4, x.near, x.top+1).uniform(n/4, x.bot-1, -x.near).near(x.points...).near(x.top, x.bot, x.near, -x.near)
		checkULP(t, Float64, x.name, in.x)
	}
	for i := -1074; i < 1024; i++ {
		if got := eval1(Lookup("exp2", 1), Float64, float64(i)); got != math.Ldexp(1, i) {
			t.Errorf("exp2(%d) = %v", i, got)
		}
	}
	for i := 0; i <= 22; i++ {
		if got := eval1(Lookup("exp10", 1), Float64, float64(i)); got != math.Pow10(i) {
			t.Errorf("exp10(%d) = %v", i, got)
		}
	}
}
