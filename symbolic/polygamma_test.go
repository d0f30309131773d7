package symbolic

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/internal/bigmath"
)

func TestPolygammaBits(t *testing.T) {
	rnd := rand.New(rand.NewPCG(61, 62))
	check := func(n int, x float64, got float64) {
		t.Helper()
		want := math.NaN()
		if v, ok := bigmath.Polygamma(53, n, big.NewFloat(x)); ok {
			want, _ = v.Float64()
		}
		if got == want || got != got && want != want {
			return
		}
		if !(math.Abs(got-want) <= 24*0x1p-52*math.Abs(want)) {
			t.Errorf("psi_%d(%v) = %v, want %v", n, x, got, want)
		}
	}
	xs := []float64{1, 2, 0.5, 1.4616321449683622, 1.4616321449683625, 1.46, -0.504083008264455, -0.5, -1, 0, math.Copysign(0, -1), 12, 1e10, 1e300,
		0x1p-1000, -0x1p-60, -1e6 + 0.25, math.Inf(1), -9.7026725400018}
	for range 200 {
		xs = append(xs, rnd.NormFloat64()*8)
	}
	for _, x := range xs {
		check(0, x, digamma(x))
		for _, n := range []int{0, 1, 2, 5, 8, 9, 30} {
			check(n, x, polygamma(float64(n), x))
		}
	}
	for _, c := range [][2]float64{{0.5, 1}, {-1, 1}, {maxPolygamma + 1, 1}, {1, math.NaN()}, {1, math.Inf(-1)}, {0, math.Inf(-1)}, {2, -3}, {math.NaN(), 1}} {
		if v := polygamma(c[0], c[1]); v == v {
			t.Errorf("polygamma(%v, %v) = %v", c[0], c[1], v)
		}
	}
}
