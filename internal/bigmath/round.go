package bigmath

import (
	"math"
	"math/big"
)

// Inside the package, functions of lower-case names have a result with a relative
// error below 2^-w, for arguments that need no special care. So errors are
// followed through a formula by its condition numbers alone: a product or a
// quotient adds those of its operands, a root halves that of its operand, and a
// sum of positive terms has that of the worst.

// number is a new big.Float of this precision.
func number(w uint) *big.Float { return new(big.Float).SetPrec(w) }

func integer(v int64) *big.Float { return number(64).SetInt64(v) }

// exponent is e for 2^(e-1) <= |x| < 2^e, and 0 for 0.
func exponent(x *big.Float) int { return x.MantExp(nil) }

// shift is x * 2^n, exactly, in place.
func shift(x *big.Float, n int) *big.Float { return x.SetMantExp(x, n) }

// round is the value that f computes with a relative error below 2^-w, correctly
// rounded: with more and more bits until the rounding is certain (Ziv, "Fast
// evaluation of elementary mathematical functions with correctly rounded last
// bit", ACM TOMS 17(3), 1991).
func round(prec uint, f func(w uint) *big.Float) *big.Float {
	last := 2*prec + 160
	for _, w := range [...]uint{prec + 24, prec + prec/2 + 72, last} {
		y := f(w)
		if y.Sign() == 0 || y.IsInf() || exponent(y) < math.MinInt32+int(w)+8 {
			return y.SetPrec(prec)
		}
		slack := shift(number(8).SetInt64(1), exponent(y)-int(w)+1)
		exact := max(y.Prec(), w) + 8
		low, high := number(exact).Sub(y, slack), number(exact).Add(y, slack)
		if low.SetPrec(prec).Cmp(high.SetPrec(prec)) == 0 {
			return low
		}
		if w == last {
			// A number of fewer bits, in the middle of two.
			return y.SetPrec(w - 3).SetPrec(prec)
		}
	}
	panic("unreachable")
}

// beside is x, rounded as a value that is a little nearer to 0 than x, or farther
// from it: by less than the last place of x.
func beside(prec uint, x *big.Float, farther bool) *big.Float {
	w := max(x.MinPrec(), prec) + 3
	step := shift(number(8).SetInt64(1), exponent(x)-int(w))
	if farther == x.Signbit() {
		step.Neg(step)
	}
	return number(w+1).Add(x, step).SetPrec(prec)
}

// near reports whether x is so small that x*(1 + x) is to be rounded as a number
// beside x.
func near(prec uint, x *big.Float) bool {
	return exponent(x) < -int(max(x.MinPrec(), prec))-4
}

// nearSquare is the same for x*(1 + x^2).
func nearSquare(prec uint, x *big.Float) bool {
	return exponent(x) < -int(max(x.MinPrec(), prec))/2-3
}

// add is z = x + y for finite numbers. Where one is less than what z can hold of
// the other it is left out: big.Float would write all the digits between them.
func add(z, x, y *big.Float) *big.Float {
	if x.Sign() != 0 && y.Sign() != 0 {
		gap := int64(exponent(x)) - int64(exponent(y))
		if most := int64(z.Prec()) + 8; gap > most {
			return z.Set(x)
		} else if -gap > most {
			return z.Set(y)
		}
	}
	return z.Add(x, y)
}

// sub is z = x - y likewise.
func sub(z, x, y *big.Float) *big.Float { return add(z, x, number(0).Neg(y)) }

func zero(prec uint, negative bool) *big.Float {
	z := number(prec)
	if negative {
		z.Neg(z)
	}
	return z
}

func inf(prec uint, negative bool) *big.Float { return number(prec).SetInf(negative) }

// isOdd reports whether the integer x is odd.
func isOdd(x *big.Float) bool { return x.Sign() != 0 && int(x.MinPrec()) == exponent(x) }
