package symbolic

import (
	"math"
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
)

// bernoulli holds B(2), B(4) … of the Euler-Maclaurin formula.
var bernoulli = [...]float64{1. / 6, -1. / 30, 1. / 42, -1. / 30, 5. / 66, -691. / 2730, 7. / 6, -3617. / 510}

// maxPolygamma bounds the order of a polygamma function that is evaluated.
const maxPolygamma = 1000

// digamma is the derivative of the logarithm of gamma, NaN at 0 and negative
// integers: reflection below 0, recurrence up to 12, and the asymptotic series
// (Abramowitz and Stegun, 6.3.5, 6.3.7 and 6.3.18). Near its zeros the digits
// that cancel are computed.
func digamma(x float64) float64 {
	switch {
	case x != x || math.IsInf(x, -1) || x <= 0 && x == math.Floor(x):
		return math.NaN()
	case math.IsInf(x, 1):
		return x
	}
	v, size := 0.0, 0.0
	add := func(t float64) {
		v += t
		size = max(size, math.Abs(t))
	}
	z := x
	if x < 0 {
		// pi*cot(pi*x), for which x is reduced exactly.
		f := x - math.Round(x)
		add(-math.Pi / math.Tan(float64(math.Pi*f)))
		z = 1 - x
	}
	for ; z < 12; z++ {
		add(-1 / z)
	}
	add(math.Log(z))
	add(-0.5 / z)
	square, p := float64(z*z), 1.0
	for i, b := range bernoulli {
		p /= square
		v -= float64(b*p) / float64(2*i+2)
	}
	if math.Abs(v) < size/4 {
		return bigDigamma(0, x)
	}
	return v
}

// polygamma is the n-th derivative of digamma, for n a natural number up to
// maxPolygamma; NaN elsewhere. Small orders above 0 are computed by recurrence
// and the asymptotic series (Abramowitz and Stegun, 6.4.6 and 6.4.11), others
// with more bits.
func polygamma(n, x float64) float64 {
	switch {
	case n == 0:
		return digamma(x)
	case n != math.Floor(n) || !(0 < n && n <= maxPolygamma) || x != x || math.IsInf(x, -1):
		return math.NaN()
	case n > 8 || x <= 0:
		return bigDigamma(int(n), x)
	}
	factorial := math.Gamma(n + 1)
	v := 0.0
	for ; x < 12+n; x++ {
		v += factorial / math.Pow(x, n+1)
	}
	v += float64(math.Gamma(n)/math.Pow(x, n)) + factorial/float64(2*math.Pow(x, n+1))
	for i, b := range bernoulli {
		k := float64(2*i + 2)
		v += float64(b*math.Gamma(k+n)) / float64(math.Gamma(k+1)*math.Pow(x, k+n))
	}
	if math.Mod(n, 2) == 0 {
		v = -v
	}
	return v
}

func bigDigamma(n int, x float64) float64 {
	v, ok := bigmath.Polygamma(53, n, new(big.Float).SetFloat64(x))
	if !ok {
		return math.NaN()
	}
	f, _ := v.Float64()
	return f
}
