package bigmath

import "math/big"

// Exp10 is 10^x.
func Exp10(prec uint, x *big.Float) (*big.Float, bool) {
	if v := extreme(prec, x); v != nil {
		return v, true
	}
	return power(prec, integer(10), x), true
}
