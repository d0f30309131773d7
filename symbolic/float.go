package symbolic

import (
	"math"
	"math/big"
)

// maxFloatPower bounds the integer powers of floats that are computed: exactly,
// and rounded once.
const maxFloatPower = 64

// powFloat is f^n, correctly rounded, for |n| <= maxFloatPower.
func powFloat(f float64, n int64) float64 {
	switch {
	case f == 0 || math.IsInf(f, 0) || f != f:
		return math.Pow(f, float64(n))
	case n == 1:
		return f
	case n == 2:
		return f * f
	}
	if n > 0 {
		if v, ok := powDouble(f, n); ok {
			return v
		}
	}
	r := new(big.Rat).SetFloat64(f)
	m := n
	if m < 0 {
		r.Inv(r)
		m = -m
	}
	e := big.NewInt(m)
	num := new(big.Int).Exp(r.Num(), e, nil)
	den := new(big.Int).Exp(r.Denom(), e, nil)
	v, _ := new(big.Rat).SetFrac(num, den).Float64()
	return v
}

// powDouble computes with unevaluated sums of two float64 (Dekker, "A
// floating-point technique for extending the available precision", 1971). Each
// of the at most 12 products adds a relative error below 2^-100, and squaring
// doubles what there is, so that the whole is below 2^-92: where that cannot
// change the rounding, the result is the correctly rounded one.
func powDouble(f float64, n int64) (v float64, ok bool) {
	hi, lo := 1.0, 0.0
	for bit := int64(maxFloatPower); bit > 0; bit /= 2 {
		hi, lo = mulDouble(hi, lo, hi, lo)
		if n&bit != 0 {
			hi, lo = mulDouble(hi, lo, f, 0)
		}
	}
	// Also not for what overflows, or is so small that lo was rounded.
	if a := math.Abs(hi); !(a > 0x1p-900 && a < 0x1p1000) {
		return 0, false
	}
	e := float64(hi * 0x1p-90)
	if float64(hi+float64(lo+e)) != hi || float64(hi+float64(lo-e)) != hi {
		return 0, false
	}
	return hi, true
}

func mulDouble(ah, al, bh, bl float64) (hi, lo float64) {
	p := float64(ah * bh)
	e := math.FMA(ah, bh, -p)
	e = float64(e + float64(float64(ah*bl)+float64(al*bh)))
	hi = float64(p + e)
	return hi, float64(e - float64(hi-p))
}
