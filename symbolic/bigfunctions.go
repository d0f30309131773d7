package symbolic

import (
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
)

// bigFunction is EvalBig of the built-in functions, each rounded once; nil for
// other names.
func bigFunction(name string) func(prec uint, args []*big.Float) (*big.Float, bool) {
	if f := bigUnary(name); f != nil {
		return func(prec uint, args []*big.Float) (*big.Float, bool) { return f(prec, args[0]) }
	}
	if f := bigBinary(name); f != nil {
		return func(prec uint, args []*big.Float) (*big.Float, bool) { return f(prec, args[0], args[1]) }
	}
	if name == "pi" {
		return func(prec uint, _ []*big.Float) (*big.Float, bool) { return bigmath.Pi(prec), true }
	}
	return nil
}

func bigUnary(name string) func(prec uint, x *big.Float) (*big.Float, bool) {
	switch name {
	case "sin":
		return bigmath.Sin
	case "cos":
		return bigmath.Cos
	case "tan":
		return bigmath.Tan
	case "asin":
		return bigmath.Asin
	case "acos":
		return bigmath.Acos
	case "atan":
		return bigmath.Atan
	case "sinh":
		return bigmath.Sinh
	case "cosh":
		return bigmath.Cosh
	case "tanh":
		return bigmath.Tanh
	case "asinh":
		return bigmath.Asinh
	case "acosh":
		return bigmath.Acosh
	case "atanh":
		return bigmath.Atanh
	case "exp":
		return bigmath.Exp
	case "exp2":
		return bigmath.Exp2
	case "expm1":
		return bigmath.Expm1
	case "log":
		return bigmath.Log
	case "log2":
		return bigmath.Log2
	case "log10":
		return bigmath.Log10
	case "log1p":
		return bigmath.Log1p
	case "cbrt":
		return bigmath.Cbrt
	case "erf":
		return bigmath.Erf
	case "erfc":
		return bigmath.Erfc
	case "gamma":
		return bigmath.Gamma
	case "lgamma":
		return bigmath.Lgamma
	case "digamma":
		return bigmath.Digamma
	case "floor":
		return bigFloor
	case "ceil":
		return bigCeil
	case "trunc":
		return bigTrunc
	case "round":
		return bigRound
	case "sign":
		return bigSign
	}
	return nil
}

func bigBinary(name string) func(prec uint, x, y *big.Float) (*big.Float, bool) {
	switch name {
	case "atan2":
		return bigmath.Atan2
	case "hypot":
		return bigmath.Hypot
	case "mod":
		return bigMod
	case "copysign":
		return bigCopysign
	case "polygamma":
		return bigPolygamma
	}
	return nil
}

// integral is the integer that at gives for x, with the sign of x if it is 0. A
// number without a fraction is itself, however large.
func integral(prec uint, x *big.Float, at func(n *big.Int, exact *big.Float)) (*big.Float, bool) {
	v := new(big.Float).SetPrec(prec)
	if x.IsInt() || x.IsInf() {
		return v.Set(x), true
	}
	n, _ := x.Int(nil)
	at(n, x)
	if v.SetInt(n); n.Sign() == 0 && x.Signbit() {
		v.Neg(v)
	}
	return v, true
}

func bigFloor(prec uint, x *big.Float) (*big.Float, bool) {
	return integral(prec, x, func(n *big.Int, x *big.Float) {
		if x.Signbit() {
			n.Sub(n, big.NewInt(1))
		}
	})
}

func bigCeil(prec uint, x *big.Float) (*big.Float, bool) {
	return integral(prec, x, func(n *big.Int, x *big.Float) {
		if !x.Signbit() {
			n.Add(n, big.NewInt(1))
		}
	})
}

func bigTrunc(prec uint, x *big.Float) (*big.Float, bool) {
	return integral(prec, x, func(*big.Int, *big.Float) {})
}

func bigRound(prec uint, x *big.Float) (*big.Float, bool) {
	return integral(prec, x, func(n *big.Int, x *big.Float) {
		if x.MantExp(nil) < 0 { // |x| < 1/2
			return
		}
		// The first bit of the fraction.
		twice, _ := new(big.Float).SetMantExp(x, 1).Int(nil)
		if twice.Bit(0) == 1 {
			n.Add(n, big.NewInt(int64(x.Sign())))
		}
	})
}

func bigSign(prec uint, x *big.Float) (*big.Float, bool) {
	v := new(big.Float).SetPrec(prec)
	if x.Sign() == 0 {
		return v.Set(x), true
	}
	return v.SetInt64(int64(x.Sign())), true
}

func bigCopysign(prec uint, x, y *big.Float) (*big.Float, bool) {
	v := new(big.Float).SetPrec(prec).Abs(x)
	if y.Signbit() {
		v.Neg(v)
	}
	return v, true
}

// bigMod is x - y*trunc(x/y), the exact value rounded once. Where the exponents
// are far apart, the power of 2 between them is taken modulo y.
func bigMod(prec uint, x, y *big.Float) (*big.Float, bool) {
	switch {
	case y.Sign() == 0 || x.IsInf():
		return nil, false
	case x.Sign() == 0 || y.IsInf() || new(big.Float).Abs(x).Cmp(new(big.Float).Abs(y)) < 0:
		return new(big.Float).SetPrec(prec).Set(x), true
	}
	a, ea := wholeParts(x)
	b, eb := wholeParts(y)
	e := eb
	if ea < eb { // by less than the length of a, since |x| >= |y|
		b.Lsh(b, uint(eb-ea))
		e = ea
	} else {
		power := new(big.Int).Exp(big.NewInt(2), big.NewInt(int64(ea)-int64(eb)), b)
		a.Mul(a, power)
	}
	a.Rem(a, b)
	v := new(big.Float).SetMantExp(new(big.Float).SetInt(a), e)
	v.SetPrec(prec)
	if x.Signbit() {
		v.Neg(v)
	}
	return v, true
}

// wholeParts is |x| = m * 2^e.
func wholeParts(x *big.Float) (m *big.Int, e int) {
	mant := new(big.Float)
	e = x.MantExp(mant)
	p := int(x.MinPrec())
	m, _ = mant.Abs(mant).SetMantExp(mant, p).Int(nil)
	return m, e - p
}

// bigPolygamma has a value for n from 0 to 1000.
func bigPolygamma(prec uint, n, x *big.Float) (*big.Float, bool) {
	k, exact := n.Int64()
	if exact != big.Exact || k < 0 || k > 1000 {
		return nil, false
	}
	return bigmath.Polygamma(prec, int(k), x)
}
