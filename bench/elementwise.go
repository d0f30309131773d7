package bench

import (
	"fmt"
	"math"
	"strings"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
)

// elementwise is an expression of the arrays a, b, c and d, as each side writes
// it.
type elementwise struct {
	name   string
	text   string // of symbolic.Parse; or else
	build  func() symbolic.Expr
	c      string // of C: the right side, or statements that set y
	python string // of NumPy, numexpr and Numba; "" where they have no such thing
	ranges [][2]float64

	loop func(y []float64, x [][]float64) // a loop over Go's math; nil for none
}

func (e *elementwise) arrays() int { return len(e.ranges) }

// kernel compiles the expression.
func (e *elementwise) kernel() (*kernels.Kernel, error) {
	if e.build != nil {
		return kernels.New(e.name, []kernels.Output{kernels.Assign("y", e.build())})
	}
	return kernels.Parse(e.name, "y = "+e.text)
}

// functions are the elementary functions, over the range in which people use
// them.
func functions() []*elementwise {
	var list []*elementwise
	unary := func(name, c string, lo, hi float64, f func(float64) float64) {
		if c == "" {
			c = name
		}
		list = append(list, &elementwise{
			name: name, text: name + "(a)", c: c + "(a)", ranges: [][2]float64{{lo, hi}},
			loop: func(y []float64, x [][]float64) {
				a := x[0][:len(y)]
				for i := range y {
					y[i] = f(a[i])
				}
			},
		})
	}
	binary := func(name, c string, lo, hi float64, f func(x, y float64) float64) {
		list = append(list, &elementwise{
			name: name, text: name + "(a, b)", c: c + "(a, b)", ranges: [][2]float64{{lo, hi}, {lo, hi}},
			loop: func(y []float64, x [][]float64) {
				a, b := x[0][:len(y)], x[1][:len(y)]
				for i := range y {
					y[i] = f(a[i], b[i])
				}
			},
		})
	}
	unary("exp", "", -20, 20, math.Exp)
	unary("exp2", "", -20, 20, math.Exp2)
	unary("exp10", "", -20, 20, func(x float64) float64 { return math.Pow(10, x) })
	unary("expm1", "", -5, 5, math.Expm1)
	unary("log", "", 0.01, 100, math.Log)
	unary("log2", "", 0.01, 100, math.Log2)
	unary("log10", "", 0.01, 100, math.Log10)
	unary("log1p", "", -0.9, 10, math.Log1p)
	unary("cbrt", "", -100, 100, math.Cbrt)
	unary("sin", "", -20, 20, math.Sin)
	unary("cos", "", -20, 20, math.Cos)
	unary("tan", "", -20, 20, math.Tan)
	unary("sinpi", "", -20, 20, func(x float64) float64 { return math.Sin(math.Pi * x) })
	unary("cospi", "", -20, 20, func(x float64) float64 { return math.Cos(math.Pi * x) })
	unary("asin", "", -1, 1, math.Asin)
	unary("acos", "", -1, 1, math.Acos)
	unary("atan", "", -20, 20, math.Atan)
	unary("sinh", "", -10, 10, math.Sinh)
	unary("cosh", "", -10, 10, math.Cosh)
	unary("tanh", "", -10, 10, math.Tanh)
	unary("asinh", "", -20, 20, math.Asinh)
	unary("acosh", "", 1, 20, math.Acosh)
	unary("atanh", "", -0.99, 0.99, math.Atanh)
	unary("erf", "", -4, 4, math.Erf)
	unary("erfc", "", -4, 10, math.Erfc)
	unary("gamma", "tgamma", 0.1, 20, math.Gamma)
	unary("lgamma", "", 0.1, 50, func(x float64) float64 { v, _ := math.Lgamma(x); return v })
	unary("floor", "", -100, 100, math.Floor)
	unary("round", "", -100, 100, math.Round)
	unary("roundeven", "rint", -100, 100, math.RoundToEven)
	binary("pow", "pow", 0.1, 10, math.Pow)
	binary("atan2", "atan2", -10, 10, math.Atan2)
	binary("hypot", "hypot", -10, 10, math.Hypot)
	binary("mod", "fmod", 0.1, 100, math.Mod)
	binary("remainder", "remainder", 0.1, 100, math.Remainder)
	binary("copysign", "copysign", -10, 10, math.Copysign)
	for _, e := range list {
		switch e.name {
		case "pow":
			e.text = "a^b"
		case "sinpi", "cospi": // C23's are not in every C library
			e.c = strings.TrimSuffix(e.name, "pi") + "((REAL)3.14159265358979323846*a)"
		}
	}
	return list
}

// mandelbrotSteps is how often z = z^2 + c is taken for each point.
const mandelbrotSteps = 16

// mandelbrot counts the steps before |z| > 2, of a fixed number; z stays where it is
// then.
func mandelbrot() *elementwise {
	return &elementwise{
		name:   fmt.Sprintf("Mandelbrot, %d steps", mandelbrotSteps),
		ranges: [][2]float64{{-2, 0.5}, {-1.2, 1.2}},
		c: fmt.Sprintf("REAL u = a, v = b; y = 0; for (int k = 0; k < %d; k++) { REAL uu = u*u, vv = v*v; int in = uu + vv <= 4; y += in ? (REAL)1 : (REAL)0; v = in ? 2*u*v + b : v; u = in ? uu - vv + a : u; }",
			mandelbrotSteps),
		build: func() symbolic.Expr {
			a, b := symbolic.Var("a"), symbolic.Var("b")
			u, v, n := a, b, symbolic.Int(0)
			for range mandelbrotSteps {
				uu, vv := u.Mul(u), v.Mul(v)
				inside := symbolic.Le(uu.Add(vv), symbolic.Int(4))
				n = n.Add(symbolic.Select(inside, symbolic.Int(1), symbolic.Int(0)))
				u, v = symbolic.Select(inside, uu.Sub(vv).Add(a), u), symbolic.Select(inside, symbolic.Int(2).Mul(u).Mul(v).Add(b), v)
			}
			return n
		},
	}
}

// expressions are numexpr's published set and others that people compute.
func expressions() []*elementwise {
	one := [][2]float64{{-2, 2}}
	two := [][2]float64{{-2, 2}, {-2, 2}}
	// Black-Scholes: a is the price, b the strike, c the time; rate and volatility
	// are constants.
	const d1 = "(log(a/b) + (0.02 + 0.3*0.3/2)*c)/(0.3*sqrt(c))"
	option := func(name, phi, cPhi, pyPhi string) *elementwise {
		d2 := "(" + d1 + " - 0.3*sqrt(c))"
		on := func(phi, d string) string { return strings.ReplaceAll(phi, "$", d) }
		price := func(phi string) string {
			return "a*" + on(phi, d1) + " - b*exp(-0.02*c)*" + on(phi, d2)
		}
		e := &elementwise{name: name, text: price(phi), c: price(cPhi), ranges: [][2]float64{{50, 150}, {50, 150}, {0.1, 2}}}
		if pyPhi != "" {
			e.python = price(pyPhi)
		}
		return e
	}
	const tanhPhi = "(0.5 + 0.5*tanh(0.7978845608*($ + 0.044715*$*$*$)))"
	return []*elementwise{
		{name: ".25x³+.75x²-1.5x-2", text: "0.25*a^3 + 0.75*a^2 - 1.5*a - 2", c: ".25*a*a*a + .75*a*a - 1.5*a - 2", python: ".25*a*a*a + .75*a*a - 1.5*a - 2", ranges: one},
		{name: "sin(x)²+cos(y)²", text: "sin(a)^2 + cos(b)^2", c: "sin(a)*sin(a) + cos(b)*cos(b)", python: "sin(a)**2 + cos(b)**2", ranges: two},
		{name: "sin(x)²+cos(x)²", text: "sin(a)^2 + cos(a)^2", c: "sin(a)*sin(a) + cos(a)*cos(a)", python: "sin(a)**2 + cos(a)**2", ranges: two[:1]},
		{name: "sqrt(x²+y²)>1", text: "select(sqrt(a^2 + b^2) > 1, 1, 0)", c: "sqrt(a*a + b*b) > 1", python: "where(sqrt(a**2 + b**2) > 1, 1., 0.)", ranges: two},
		{name: "x^y", text: "a^b", c: "pow(a, b)", python: "a**b", ranges: [][2]float64{{0.1, 10}, {-3, 3}}},
		{name: "exp(-x²)cos(y)/(1+x²)", text: "exp(-a*a)*cos(b)/(1 + a*a)", c: "exp(-a*a)*cos(b)/(1 + a*a)", python: "exp(-a*a)*cos(b)/(1 + a*a)", ranges: two},
		{name: "softplus", text: "log(1 + exp(a))", c: "log(1 + exp(a))", python: "log(1 + exp(a))", ranges: one},
		{name: "Lennard-Jones", text: "4*((1/a)^12 - (1/a)^6)", c: "4*(pow(1/a, 12) - pow(1/a, 6))", python: "4*((1/a)**12 - (1/a)**6)", ranges: [][2]float64{{0.8, 3}}},
		option("Black-Scholes, tanh", tanhPhi, tanhPhi, tanhPhi),
		option("Black-Scholes, erf", "(0.5 + 0.5*erf(0.7071067811865476*$))", "(0.5 + 0.5*erf(0.7071067811865476*$))", ""),
		mandelbrot(),
	}
}

// fillInput sets x to numbers from lo to hi that no order favours: the fractions
// of multiples of an irrational number, another for each array (Weyl). The C
// and Python sides do the same.
func fillInput[T float](x []T, k int, between [2]float64) {
	step := math.Sqrt([]float64{5, 2, 3, 7}[k])
	for i := range x {
		_, f := math.Modf(float64(i+1) * step)
		x[i] = T(between[0] + (between[1]-between[0])*f)
	}
}
