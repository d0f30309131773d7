package symbolic

import (
	"math"
	"math/big"
	"strings"
)

// The built-in functions. On float64 they are those of package math.
var (
	sinFunc, cosFunc, tanFunc, asinFunc, acosFunc, atanFunc, sinhFunc, coshFunc, tanhFunc, asinhFunc, acoshFunc, atanhFunc, expFunc, exp2Func, expm1Func, logFunc, log2Func, log10Func, log1pFunc, cbrtFunc, erfFunc, erfcFunc, gammaFunc, lgammaFunc, digammaFunc, floorFunc, ceilFunc, truncFunc, roundFunc, signFunc, atan2Func, hypotFunc, modFunc, copysignFunc, polygammaFunc, piFunc *Function
)

func init() {
	none := func([]Expr, int) (Expr, bool) { return Expr{}, true }
	// unary is a function of one argument with the derivative d and the exact
	// values that are given as pairs of argument and value.
	unary := func(name, latex, c string, eval func(float64) float64, d func(x Expr) Expr, exact ...int64) Function {
		f := Function{Name: name, Arity: 1, LaTeX: latex, Go: inMath(name), C: c}
		f.Eval = func(args []float64) float64 { return eval(args[0]) }
		if f.Derivative = none; d != nil {
			f.Derivative = func(args []Expr, _ int) (Expr, bool) { return d(args[0]), true }
		}
		if exact != nil {
			f.Fold = func(args []Expr) (Expr, bool) {
				for i := 0; i < len(exact); i += 2 {
					if args[0] == Int(exact[i]) {
						return Int(exact[i+1]), true
					}
				}
				return Expr{}, false
			}
		}
		return f
	}
	odd := func(f Function) *Function { f.Odd = true; return builtin(f) }
	even := func(f Function) *Function { f.Even = true; return builtin(f) }
	neg := func(e Expr) Expr { return Times(Int(-1), e) }
	square := func(e Expr) Expr { return Power(e, Int(2)) }
	oneMinus := func(e Expr) Expr { return Plus(Int(1), neg(e)) }
	onePlus := func(e Expr) Expr { return Plus(Int(1), e) }
	inverse := func(e Expr) Expr { return Power(e, Int(-1)) }
	inverseRoot := func(e Expr) Expr { return Power(e, Rat(-1, 2)) }

	sinFunc = odd(unary("sin", "\\sin", "", math.Sin, func(x Expr) Expr { return Apply(cosFunc, x) }, 0, 0))
	cosFunc = even(unary("cos", "\\cos", "", math.Cos, func(x Expr) Expr { return neg(Apply(sinFunc, x)) }, 0, 1))
	tanFunc = odd(unary("tan", "\\tan", "", math.Tan, func(x Expr) Expr { return onePlus(square(Apply(tanFunc, x))) }, 0, 0))
	asinFunc = odd(unary("asin", "\\arcsin", "", math.Asin, func(x Expr) Expr { return inverseRoot(oneMinus(square(x))) }, 0, 0))
	acosFunc = builtin(unary("acos", "\\arccos", "", math.Acos, func(x Expr) Expr { return neg(inverseRoot(oneMinus(square(x)))) }, 1, 0))
	atanFunc = odd(unary("atan", "\\arctan", "", math.Atan, func(x Expr) Expr { return inverse(onePlus(square(x))) }, 0, 0))
	sinhFunc = odd(unary("sinh", "\\sinh", "", math.Sinh, func(x Expr) Expr { return Apply(coshFunc, x) }, 0, 0))
	coshFunc = even(unary("cosh", "\\cosh", "", math.Cosh, func(x Expr) Expr { return Apply(sinhFunc, x) }, 0, 1))
	tanhFunc = odd(unary("tanh", "\\tanh", "", math.Tanh, func(x Expr) Expr { return oneMinus(square(Apply(tanhFunc, x))) }, 0, 0))
	asinhFunc = odd(unary("asinh", "\\operatorname{arsinh}", "", math.Asinh, func(x Expr) Expr { return inverseRoot(onePlus(square(x))) }, 0, 0))
	acoshFunc = builtin(unary("acosh", "\\operatorname{arcosh}", "", math.Acosh, func(x Expr) Expr { return Times(inverseRoot(Plus(x, Int(-1))), inverseRoot(onePlus(x))) }, 1, 0))
	atanhFunc = odd(unary("atanh", "\\operatorname{artanh}", "", math.Atanh, func(x Expr) Expr { return inverse(oneMinus(square(x))) }, 0, 0))
	expFunc = builtin(unary("exp", "\\exp", "", math.Exp, func(x Expr) Expr { return Apply(expFunc, x) }, 0, 1))
	exp2Func = builtin(unary("exp2", "2^{#1}", "", math.Exp2, func(x Expr) Expr { return Times(Apply(logFunc, Int(2)), Apply(exp2Func, x)) }, 0, 1))
	expm1Func = builtin(unary("expm1", "", "", math.Expm1, func(x Expr) Expr { return Apply(expFunc, x) }, 0, 0))
	logFunc = builtin(unary("log", "\\log", "", math.Log, func(x Expr) Expr { return inverse(x) }, 1, 0))
	log2Func = builtin(unary("log2", "\\log_2", "", math.Log2, func(x Expr) Expr { return inverse(Times(x, Apply(logFunc, Int(2)))) }, 1, 0))
	log10Func = builtin(unary("log10", "\\log_{10}", "", math.Log10, func(x Expr) Expr { return inverse(Times(x, Apply(logFunc, Int(10)))) }, 1, 0))
	log1pFunc = builtin(unary("log1p", "", "", math.Log1p, func(x Expr) Expr { return inverse(onePlus(x)) }, 0, 0))
	cbrtFunc = odd(unary("cbrt", "\\sqrt[3]{#1}", "", math.Cbrt, func(x Expr) Expr { return Times(Rat(1, 3), Power(Apply(cbrtFunc, x), Int(-2))) }, 0, 0, 1, 1))
	erfFunc = odd(unary("erf", "\\operatorname{erf}", "", math.Erf, func(x Expr) Expr { return Times(Int(2), inverseRoot(Call(piFunc)), Apply(expFunc, neg(square(x)))) }, 0, 0))
	erfcFunc = builtin(unary("erfc", "\\operatorname{erfc}", "", math.Erfc, func(x Expr) Expr { return Times(Int(-2), inverseRoot(Call(piFunc)), Apply(expFunc, neg(square(x)))) }, 0, 1))
	gammaFunc = builtin(unary("gamma", "\\Gamma", "tgamma", math.Gamma, func(x Expr) Expr { return Times(Apply(gammaFunc, x), Apply(digammaFunc, x)) }, 1, 1, 2, 1))
	lgammaFunc = builtin(unary("lgamma", "\\ln\\Gamma", "", lgamma, func(x Expr) Expr { return Apply(digammaFunc, x) }, 1, 0, 2, 0))
	digammaFunc = builtin(unary("digamma", "\\psi", "", digamma, func(x Expr) Expr { return Apply(polygammaFunc, Int(1), x) }))
	// whole is a function of which all values at exact numbers are integers.
	whole := func(f Function, exact func(x *big.Rat) *big.Int) Function {
		f.Fold = func(args []Expr) (Expr, bool) { return exactInt(exact(rat(args[0].n))), true }
		return f
	}
	floorFunc = builtin(whole(unary("floor", "\\left\\lfloor #1 \\right\\rfloor", "", math.Floor, nil), floorInt))
	ceilFunc = builtin(whole(unary("ceil", "\\left\\lceil #1 \\right\\rceil", "", math.Ceil, nil), ceilInt))
	truncFunc = odd(whole(unary("trunc", "", "", math.Trunc, nil), truncInt))
	roundFunc = odd(whole(unary("round", "", "", math.Round, nil), roundInt))
	signFunc = odd(whole(unary("sign", "\\operatorname{sgn}", "", signOf, nil), func(x *big.Rat) *big.Int { return big.NewInt(int64(x.Sign())) }))

	binary := func(name, c string, eval func(x, y float64) float64, d func(x, y Expr, i int) (Expr, bool)) *Function {
		return builtin(Function{
			Name: name, Arity: 2, Go: inMath(name), C: c,
			Eval:       func(args []float64) float64 { return eval(args[0], args[1]) },
			Derivative: func(args []Expr, i int) (Expr, bool) { return d(args[0], args[1], i) },
		})
	}
	atan2Func = binary("atan2", "", math.Atan2, func(y, x Expr, i int) (Expr, bool) {
		r := inverse(Plus(square(x), square(y)))
		if i == 0 {
			return Times(x, r), true
		}
		return Times(Int(-1), y, r), true
	})
	hypotFunc = binary("hypot", "", math.Hypot, func(x, y Expr, i int) (Expr, bool) {
		r := inverse(Apply(hypotFunc, x, y))
		if i == 0 {
			return Times(x, r), true
		}
		return Times(y, r), true
	})
	// x - y*trunc(x/y): its slope is that of the piece between two jumps.
	modFunc = binary("mod", "fmod", math.Mod, func(x, y Expr, i int) (Expr, bool) {
		if i == 0 {
			return Int(1), true
		}
		return neg(Apply(truncFunc, Times(x, inverse(y)))), true
	})
	copysignFunc = binary("copysign", "", math.Copysign, func(x, y Expr, i int) (Expr, bool) {
		if i == 0 {
			return Times(Apply(signFunc, x), Call(copysignFunc, Int(1), y)), true
		}
		return Expr{}, true
	})
	polygammaFunc = binary("polygamma", "", polygamma, func(n, x Expr, i int) (Expr, bool) {
		if i == 0 {
			return Expr{}, false
		}
		return Apply(polygammaFunc, Plus(n, Int(1)), x), true
	})
	piFunc = builtin(Function{
		Name: "pi", LaTeX: "\\pi", Go: "math.Pi", C: "0x1.921fb54442d18p+1",
		Eval:       func([]float64) float64 { return math.Pi },
		Derivative: none,
	})
}

// inMath is how package math calls the function, "" if it has none of the kind.
func inMath(name string) string {
	switch name {
	case "digamma", "polygamma", "lgamma", "sign":
		return ""
	}
	return "math." + strings.ToUpper(name[:1]) + name[1:]
}

func builtin(f Function) *Function {
	f.EvalBig = bigFunction(f.Name)
	g, err := Register(f)
	if err != nil {
		panic(err)
	}
	return g
}

// Pi is the constant pi().
func Pi() Expr { return Call(piFunc) }

// Sin is the sine of x.
func Sin(x Expr) Expr { return Call(sinFunc, x) }

// Cos is the cosine of x.
func Cos(x Expr) Expr { return Call(cosFunc, x) }

// Tan is the tangent of x.
func Tan(x Expr) Expr { return Call(tanFunc, x) }

// Asin is the arc sine of x.
func Asin(x Expr) Expr { return Call(asinFunc, x) }

// Acos is the arc cosine of x.
func Acos(x Expr) Expr { return Call(acosFunc, x) }

// Atan is the arc tangent of x.
func Atan(x Expr) Expr { return Call(atanFunc, x) }

// Sinh is the hyperbolic sine of x.
func Sinh(x Expr) Expr { return Call(sinhFunc, x) }

// Cosh is the hyperbolic cosine of x.
func Cosh(x Expr) Expr { return Call(coshFunc, x) }

// Tanh is the hyperbolic tangent of x.
func Tanh(x Expr) Expr { return Call(tanhFunc, x) }

// Asinh is the inverse hyperbolic sine of x.
func Asinh(x Expr) Expr { return Call(asinhFunc, x) }

// Acosh is the inverse hyperbolic cosine of x.
func Acosh(x Expr) Expr { return Call(acoshFunc, x) }

// Atanh is the inverse hyperbolic tangent of x.
func Atanh(x Expr) Expr { return Call(atanhFunc, x) }

// Exp is e to the x.
func Exp(x Expr) Expr { return Call(expFunc, x) }

// Exp2 is 2 to the x.
func Exp2(x Expr) Expr { return Call(exp2Func, x) }

// Expm1 is e to the x, minus 1.
func Expm1(x Expr) Expr { return Call(expm1Func, x) }

// Log is the natural logarithm of x.
func Log(x Expr) Expr { return Call(logFunc, x) }

// Log2 is the logarithm of x to base 2.
func Log2(x Expr) Expr { return Call(log2Func, x) }

// Log10 is the logarithm of x to base 10.
func Log10(x Expr) Expr { return Call(log10Func, x) }

// Log1p is the natural logarithm of 1 + x.
func Log1p(x Expr) Expr { return Call(log1pFunc, x) }

// Cbrt is the cube root of x.
func Cbrt(x Expr) Expr { return Call(cbrtFunc, x) }

// Erf is the error function of x.
func Erf(x Expr) Expr { return Call(erfFunc, x) }

// Erfc is 1 minus the error function of x.
func Erfc(x Expr) Expr { return Call(erfcFunc, x) }

// Gamma is the gamma function of x.
func Gamma(x Expr) Expr { return Call(gammaFunc, x) }

// Lgamma is the logarithm of the absolute value of the gamma function of x.
func Lgamma(x Expr) Expr { return Call(lgammaFunc, x) }

// Digamma is the logarithmic derivative of the gamma function at x.
func Digamma(x Expr) Expr { return Call(digammaFunc, x) }

// Floor is the greatest integer not above x; its derivative is taken as 0.
func Floor(x Expr) Expr { return Call(floorFunc, x) }

// Ceil is the least integer not below x; its derivative is taken as 0.
func Ceil(x Expr) Expr { return Call(ceilFunc, x) }

// Trunc is x without its fraction; its derivative is taken as 0.
func Trunc(x Expr) Expr { return Call(truncFunc, x) }

// Round is the integer nearest to x, halves away from 0; its derivative is taken as 0.
func Round(x Expr) Expr { return Call(roundFunc, x) }

// Sign is -1, 0 or 1 as x is below, at or above 0, and x if that is a zero or NaN; its derivative is taken as 0.
func Sign(x Expr) Expr { return Call(signFunc, x) }

// Atan2 is the angle of the point (x, y).
func Atan2(y, x Expr) Expr { return Call(atan2Func, y, x) }

// Hypot is the length of (x, y).
func Hypot(x, y Expr) Expr { return Call(hypotFunc, x, y) }

// Mod is x - y*trunc(x/y), exactly; its sign is that of x.
func Mod(x, y Expr) Expr { return Call(modFunc, x, y) }

// Copysign is the magnitude of x with the sign of y; its derivative by y is
// taken as 0.
func Copysign(x, y Expr) Expr { return Call(copysignFunc, x, y) }

// Polygamma is the n-th derivative of [Digamma] at x.
func Polygamma(n, x Expr) Expr { return Call(polygammaFunc, n, x) }

func floorInt(x *big.Rat) *big.Int {
	return new(big.Int).Div(x.Num(), x.Denom()) // Euclid's, for a positive divisor
}

func ceilInt(x *big.Rat) *big.Int {
	v := floorInt(new(big.Rat).Neg(x))
	return v.Neg(v)
}

func truncInt(x *big.Rat) *big.Int { return new(big.Int).Quo(x.Num(), x.Denom()) }

func roundInt(x *big.Rat) *big.Int {
	half := big.NewRat(int64(x.Sign()), 2)
	return truncInt(half.Add(half, x))
}

func signOf(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return x
}

func lgamma(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}
