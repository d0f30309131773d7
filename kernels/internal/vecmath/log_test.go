package vecmath

import (
	"math"
	"testing"
)

func TestLog(t *testing.T) {
	n := samples(8000)
	for _, name := range []string{"log", "log2", "log10"} {
		in := newInputs(Float64, 2).any(n).powers(n/4, -1074, -1022, false).powers(n/2, -3, 3, false).uniform(2*n, 0.7, 1.41).uniform(n, 0.94, 1.1).near(1, 0x1p-1022, 0x1p991, 0x1.68p991, 0x1p992, math.MaxFloat64)
		for j := range uint64(17) {
			in.near(math.Float64frombits(logOrigin64 + j<<48))
		}
		checkULP(t, Float64, name, in.x)
	}
	in := newInputs(Float64, 3).any(n).powers(n, -60, 0, true).powers(n, -4, 60, false).powers(n/8, -1074, -1, true).uniform(n, -1, 0).uniform(n, -0.3, 0.45).near(-1, 1, 0x1p53, 0x1p991, math.MaxFloat64)
	checkULP(t, Float64, "log1p", in.x)
	for i := -1074; i < 1024; i++ {
		if got := eval1(Lookup("log2", 1), Float64, math.Ldexp(1, i)); got != float64(i) {
			t.Errorf("log2(2^%d) = %v", i, got)
		}
	}
	for i := range 23 {
		if got := eval1(Lookup("log10", 1), Float64, math.Pow10(i)); got != float64(i) {
			t.Errorf("log10(10^%d) = %v", i, got)
		}
	}
}
