package symbolic

import (
	"math"
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
)

// Functions that IEEE 754-2019 recommends or requires (clauses 5.3, 5.4, 9.2 and
// 9.6) and package math has not, or has under another name.
var (
	exp10Func, sinpiFunc, cospiFunc, roundEvenFunc, mantissaFunc, exponentFunc *Function

	remainderFunc, ldexpFunc, minimumFunc, maximumFunc, minimumNumberFunc, maximumNumberFunc *Function
)

// unaryFunc and binaryFunc are what is common to the functions of one and of two
// arguments.
func unaryFunc(name string, eval func(x float64) float64, exact func(prec uint, x *big.Float) (*big.Float, bool)) Function {
	return Function{
		Name: name, Arity: 1,
		Eval:    func(args []float64) float64 { return eval(args[0]) },
		EvalBig: func(prec uint, args []*big.Float) (*big.Float, bool) { return exact(prec, args[0]) },
	}
}

func binaryFunc(name string, eval func(x, y float64) float64, exact func(prec uint, x, y *big.Float) (*big.Float, bool)) Function {
	return Function{
		Name: name, Arity: 2,
		Eval:    func(args []float64) float64 { return eval(args[0], args[1]) },
		EvalBig: func(prec uint, args []*big.Float) (*big.Float, bool) { return exact(prec, args[0], args[1]) },
	}
}

// flat is the derivative of a function of steps, taken as 0.
func flat([]Expr, int) (Expr, bool) { return Expr{}, true }

func mustRegister(f Function) *Function {
	g, err := Register(f)
	if err != nil {
		panic(err)
	}
	return g
}

func init() {
	piTimes := func(e Expr) Expr { return Times(Call(piFunc), e) }

	f := unaryFunc("exp10", exp10, bigmath.Exp10)
	f.LaTeX = "10^{#1}"
	f.Derivative = func(a []Expr, _ int) (Expr, bool) {
		return Times(Apply(logFunc, Int(10)), Apply(exp10Func, a[0])), true
	}
	f.Fold = func(a []Expr) (Expr, bool) {
		switch a[0] {
		case Int(0):
			return Int(1), true
		case Int(1):
			return Int(10), true
		}
		return Expr{}, false
	}
	exp10Func = mustRegister(f)

	f = unaryFunc("sinpi", sinpi, bigmath.Sinpi)
	f.LaTeX, f.Odd = `\operatorname{sinpi}`, true
	f.Derivative = func(a []Expr, _ int) (Expr, bool) { return piTimes(Apply(cospiFunc, a[0])), true }
	f.Fold = func(a []Expr) (Expr, bool) { return quarterTurns(rat(a[0].n), 0) }
	sinpiFunc = mustRegister(f)

	f = unaryFunc("cospi", cospi, bigmath.Cospi)
	f.LaTeX, f.Even = `\operatorname{cospi}`, true
	f.Derivative = func(a []Expr, _ int) (Expr, bool) {
		return Times(Int(-1), piTimes(Apply(sinpiFunc, a[0]))), true
	}
	f.Fold = func(a []Expr) (Expr, bool) { return quarterTurns(rat(a[0].n), 1) }
	cospiFunc = mustRegister(f)

	f = unaryFunc("roundeven", math.RoundToEven, bigmath.RoundEven)
	f.Go, f.C, f.Odd, f.Derivative = "math.RoundToEven", "nearbyint", true, flat
	f.Fold = func(a []Expr) (Expr, bool) { return exactInt(roundEvenInt(rat(a[0].n))), true }
	roundEvenFunc = mustRegister(f)

	f = unaryFunc("mantissa", mantissa, bigMantissa)
	f.Odd = true
	f.Derivative = func(a []Expr, _ int) (Expr, bool) {
		return Apply(ldexpFunc, Int(1), Times(Int(-1), Apply(exponentFunc, a[0]))), true
	}
	mantissaFunc = mustRegister(f)

	f = unaryFunc("exponent", exponentOf, bigExponent)
	f.Even, f.Derivative = true, flat
	exponentFunc = mustRegister(f)

	f = binaryFunc("remainder", math.Remainder, bigmath.Remainder)
	f.Go = "math.Remainder"
	f.Derivative = func(a []Expr, i int) (Expr, bool) {
		if i == 0 {
			return Int(1), true
		}
		return Times(Int(-1), Apply(roundEvenFunc, Times(a[0], Power(a[1], Int(-1))))), true
	}
	remainderFunc = mustRegister(f)

	f = binaryFunc("ldexp", ldexp, bigLdexp)
	f.Derivative = func(a []Expr, i int) (Expr, bool) {
		if i == 0 {
			return Apply(ldexpFunc, Int(1), a[1]), true
		}
		return Expr{}, true
	}
	ldexpFunc = mustRegister(f)

	// The derivative is that of the argument taken, as of Min and Max.
	extreme := func(name, golang, c string, compare func(a, b Expr) Expr, eval func(x, y float64) float64, sign int) *Function {
		f := binaryFunc(name, eval, func(prec uint, x, y *big.Float) (*big.Float, bool) { return bigExtreme(prec, x, y, sign), true })
		f.Go, f.C = golang, c
		f.Derivative = func(a []Expr, i int) (Expr, bool) {
			return Select(compare(a[0], a[1]), Int(int64(1-i)), Int(int64(i))), true
		}
		return mustRegister(f)
	}
	// Go's own min and max are these; fminimum and fmaximum came with C23.
	minimumFunc = extreme("minimum", "min", "fminimum", Lt, minimum, -1)
	maximumFunc = extreme("maximum", "max", "fmaximum", Gt, maximum, 1)
	minimumNumberFunc = extreme("minimumnumber", "", "fmin", Lt, minimumNumber, -1)
	maximumNumberFunc = extreme("maximumnumber", "", "fmax", Gt, maximumNumber, 1)
}

// Exp10 is 10 to the x.
func Exp10(x Expr) Expr { return Call(exp10Func, x) }

// Sinpi is the sine of pi*x: a zero with the sign of x at the integers.
func Sinpi(x Expr) Expr { return Call(sinpiFunc, x) }

// Cospi is the cosine of pi*x: 0 halfway between the integers.
func Cospi(x Expr) Expr { return Call(cospiFunc, x) }

// RoundEven is the integer nearest to x, of two the even one; its derivative is
// taken as 0.
func RoundEven(x Expr) Expr { return Call(roundEvenFunc, x) }

// Remainder is x - y*n, exactly, for the integer n nearest to x/y, of two the even
// one: the remainder of IEEE 754. [Mod] truncates.
func Remainder(x, y Expr) Expr { return Call(remainderFunc, x, y) }

// Ldexp is x * 2^n, rounded once; of an n that is no integer the fraction is cut
// off. The derivative by n is taken as 0.
func Ldexp(x, n Expr) Expr { return Call(ldexpFunc, x, n) }

// Mantissa is x / 2^[Exponent](x), of a magnitude from 1/2 up to below 1; zeros,
// infinities and NaN are their own mantissas.
func Mantissa(x Expr) Expr { return Call(mantissaFunc, x) }

// Exponent is the integer n for which 2^(n-1) <= |x| < 2^n, and 0 for zeros,
// infinities and NaN; its derivative is taken as 0.
func Exponent(x Expr) Expr { return Call(exponentFunc, x) }

// Minimum is the lesser of x and y: NaN if either is, and -0 of two zeros if
// either is (minimum of IEEE 754-2019). [Min] is x < y ? x : y.
func Minimum(x, y Expr) Expr { return Call(minimumFunc, x, y) }

// Maximum is the greater of x and y: NaN if either is, and +0 of two zeros if
// either is.
func Maximum(x, y Expr) Expr { return Call(maximumFunc, x, y) }

// MinimumNumber is as [Minimum], but the other one where one is NaN.
func MinimumNumber(x, y Expr) Expr { return Call(minimumNumberFunc, x, y) }

// MaximumNumber is as [Maximum], but the other one where one is NaN.
func MaximumNumber(x, y Expr) Expr { return Call(maximumNumberFunc, x, y) }

// exp10 is e^(x*ln(10)), the product taken with twice the digits: at an argument of
// 700 its rounding alone would cost ten bits.
func exp10(x float64) float64 {
	if x == math.Trunc(x) && 0 <= x && x <= 22 {
		v := 1.0 // exact
		for range int(x) {
			v *= 10
		}
		return v
	}
	const tail = -0x1.f48ad494ea3e9p-53 // ln(10) = math.Ln10 + tail
	hi := float64(x * math.Ln10)
	lo := math.FMA(x, math.Ln10, -hi) + x*tail
	v := math.Exp(hi)
	if v == 0 || math.IsInf(hi, 0) || math.IsInf(v, 0) {
		return v
	}
	return math.FMA(v, lo, v)
}

// halfTurns is x modulo 2, exactly, and the nearest multiple n of 1/2 to it: |r| <= 1/4
// for r = x - n/2.
func halfTurns(x float64) (r float64, n int) {
	x = math.Mod(x, 2)
	k := math.RoundToEven(2 * x)
	return x - k/2, int(k)
}

func sinpi(x float64) float64 {
	switch {
	case math.IsInf(x, 0):
		return math.NaN()
	case x == math.Trunc(x):
		return math.Copysign(0, x)
	}
	r, n := halfTurns(x)
	return quarter(math.Pi*r, n)
}

func cospi(x float64) float64 {
	if math.IsInf(x, 0) {
		return math.NaN()
	}
	r, n := halfTurns(x)
	if r == 0 && n&1 == 1 {
		return 0
	}
	return quarter(math.Pi*r, n+1)
}

// quarter is sin(x + n*pi/2).
func quarter(x float64, n int) float64 {
	v := math.Sin(x)
	if n&1 == 1 {
		v = math.Cos(x)
	}
	if n&2 == 2 {
		return -v
	}
	return v
}

// quarterTurns is sin(pi*x + n*pi/2) where that is an integer.
func quarterTurns(x *big.Rat, n int64) (Expr, bool) {
	twice := new(big.Rat).Mul(x, big.NewRat(2, 1))
	if !twice.IsInt() {
		return Expr{}, false
	}
	m := new(big.Int).Add(twice.Num(), big.NewInt(n))
	return Int([...]int64{0, 1, 0, -1}[m.And(m, big.NewInt(3)).Int64()]), true
}

func roundEvenInt(x *big.Rat) *big.Int {
	n := floorInt(x)
	rest := new(big.Rat).Sub(x, new(big.Rat).SetInt(n))
	if c := rest.Cmp(big.NewRat(1, 2)); c > 0 || c == 0 && n.Bit(0) == 1 {
		n.Add(n, big.NewInt(1))
	}
	return n
}

func mantissa(x float64) float64 {
	m, _ := math.Frexp(x)
	return m
}

func exponentOf(x float64) float64 {
	_, n := math.Frexp(x)
	return float64(n)
}

func bigMantissa(prec uint, x *big.Float) (*big.Float, bool) {
	v := new(big.Float).SetPrec(prec)
	x.MantExp(v) // which gives v the precision of x
	return new(big.Float).SetPrec(prec).Set(v), true
}

func bigExponent(prec uint, x *big.Float) (*big.Float, bool) {
	if x.IsInf() {
		return new(big.Float).SetPrec(prec), true
	}
	return new(big.Float).SetPrec(prec).SetInt64(int64(x.MantExp(nil))), true
}

func ldexp(x, n float64) float64 {
	switch {
	case n != n:
		return n
	case n > 5000: // past all exponents there are
		n = 5000
	case n < -5000:
		n = -5000
	}
	return math.Ldexp(x, int(n))
}

func bigLdexp(prec uint, x, n *big.Float) (*big.Float, bool) {
	k, _ := n.Int64()
	// More than the range of exponents, and less than an int of 32 bits.
	k = max(math.MinInt32, min(k, math.MaxInt32))
	v := new(big.Float).SetMantExp(x, int(k))
	return v.SetPrec(prec), true
}

func minimum(x, y float64) float64 { return min(x, y) }

func maximum(x, y float64) float64 { return max(x, y) }

func minimumNumber(x, y float64) float64 {
	switch {
	case x != x:
		return y
	case y != y:
		return x
	}
	return min(x, y)
}

func maximumNumber(x, y float64) float64 {
	switch {
	case x != x:
		return y
	case y != y:
		return x
	}
	return max(x, y)
}

// bigExtreme is the greater of x and y for sign = 1, the lesser for -1.
func bigExtreme(prec uint, x, y *big.Float, sign int) *big.Float {
	c := x.Cmp(y)
	if c == 0 && x.Sign() == 0 { // -0 is below +0
		switch {
		case x.Signbit() && !y.Signbit():
			c = -1
		case y.Signbit() && !x.Signbit():
			c = 1
		}
	}
	if c*sign < 0 {
		x = y
	}
	return new(big.Float).SetPrec(prec).Set(x)
}
