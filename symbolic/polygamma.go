package symbolic

import "math"

// bernoulli holds B(2), B(4) … of the Euler-Maclaurin formula.
var bernoulli = [...]float64{1. / 6, -1. / 30, 1. / 42, -1. / 30, 5. / 66, -691. / 2730, 7. / 6, -3617. / 510}

// digamma is the derivative of the logarithm of gamma: reflection below 0,
// recurrence up to 12, and the asymptotic series (Abramowitz and Stegun,
// 6.3.5, 6.3.7 and 6.3.18).
func digamma(x float64) float64 {
	if x <= 0 {
		if x == math.Floor(x) {
			return math.NaN()
		}
		return digamma(1-x) - math.Pi/math.Tan(math.Pi*x)
	}
	v := 0.0
	for ; x < 12; x++ {
		v -= 1 / x
	}
	v += math.Log(x) - 1/(2*x)
	p := 1.0
	for i, b := range bernoulli {
		p /= x * x
		v -= b * p / float64(2*i+2)
	}
	return v
}

// polygamma is the n-th derivative of digamma, for n a small natural number and
// x > 0: recurrence and the asymptotic series (Abramowitz and Stegun, 6.4.6
// and 6.4.11). NaN elsewhere.
func polygamma(n, x float64) float64 {
	switch {
	case n == 0:
		return digamma(x)
	case n != math.Floor(n) || n < 0 || n > 100 || !(x > 0):
		return math.NaN()
	}
	factorial := math.Gamma(n + 1)
	v := 0.0
	for ; x < 12+n; x++ {
		v += factorial / math.Pow(x, n+1)
	}
	v += math.Gamma(n)/math.Pow(x, n) + factorial/(2*math.Pow(x, n+1))
	for i, b := range bernoulli {
		k := float64(2*i + 2)
		v += b * math.Gamma(k+n) / (math.Gamma(k+1) * math.Pow(x, k+n))
	}
	if math.Mod(n, 2) == 0 {
		v = -v
	}
	return v
}
