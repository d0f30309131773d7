package symbolic

import (
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

func read(t testing.TB, text string) Expr {
	t.Helper()
	e, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// dual is a value and its derivative in a direction.
type dual struct{ v, d float64 }

// duals evaluates a term and its derivative by rules of its own.
func duals(e Expr, env map[Expr]dual) dual {
	e = Faithful(e)
	at := map[Expr]dual{}
	truth := map[Expr]bool{}
	for t := range Postorder(e) {
		arg := func(i int) dual { return at[t.Arg(i)] }
		var r dual
		switch t.Op() {
		case OpNumber:
			q, _ := t.Rat()
			r.v, _ = q.Float64()
		case OpFloat:
			r.v, _ = t.Float64()
		case OpVar:
			r = env[t]
		case OpAdd:
			r = arg(0).add(arg(1), 1)
		case OpSub:
			r = arg(0).add(arg(1), -1)
		case OpNeg:
			r = dual{}.add(arg(0), -1)
		case OpMul:
			r = arg(0).mul(arg(1))
		case OpDiv:
			b := arg(1)
			r = arg(0).mul(dual{1 / b.v, -b.d / (b.v * b.v)})
		case OpFMA:
			r = arg(0).mul(arg(1)).add(arg(2), 1)
		case OpPow:
			n := float64(t.Exponent())
			a := arg(0)
			r = dual{math.Pow(a.v, n), n * math.Pow(a.v, n-1) * a.d}
		case OpPower:
			a, b := arg(0), arg(1)
			r.v = math.Pow(a.v, b.v)
			r.d = r.v * b.v * a.d / a.v
			if b.d != 0 {
				r.d += r.v * math.Log(a.v) * b.d
			}
		case OpSqrt:
			a := arg(0)
			r = dual{math.Sqrt(a.v), a.d / (2 * math.Sqrt(a.v))}
		case OpAbs:
			if r = arg(0); r.v < 0 {
				r = dual{-r.v, -r.d}
			}
		case OpMin:
			if r = arg(1); arg(0).v < r.v {
				r = arg(0)
			}
		case OpMax:
			if r = arg(1); arg(0).v > r.v {
				r = arg(0)
			}
		case OpLt:
			truth[t] = arg(0).v < arg(1).v
		case OpGt:
			truth[t] = arg(0).v > arg(1).v
		case OpGe:
			truth[t] = arg(0).v >= arg(1).v
		case OpAnd:
			truth[t] = truth[t.Arg(0)] && truth[t.Arg(1)]
		case OpNot:
			truth[t] = !truth[t.Arg(0)]
		case OpSelect:
			if r = arg(2); truth[t.Arg(0)] {
				r = arg(1)
			}
		case OpCall:
			f := t.Func()
			args := make([]float64, f.Arity)
			for i := range args {
				args[i] = arg(i).v
			}
			r.v = f.Eval(args)
			for i := range args {
				if d := arg(i).d; d != 0 {
					r.d += slopeOf(f.Name, i, args) * d
				}
			}
		default:
			panic(t.Op().String())
		}
		at[t] = r
	}
	return at[e]
}

func (a dual) add(b dual, sign float64) dual { return dual{a.v + sign*b.v, a.d + sign*b.d} }
func (a dual) mul(b dual) dual               { return dual{a.v * b.v, a.v*b.d + a.d*b.v} }

// slopeOf is the derivative of a function by its i-th argument.
func slopeOf(name string, i int, x []float64) float64 {
	sq := func(x float64) float64 { return x * x }
	// What has no short formula: by differences, of fourth order.
	difference := func(f func(float64) float64, x float64) float64 {
		const h = 1e-3
		return (8*(f(x+h)-f(x-h)) - (f(x+2*h) - f(x-2*h))) / (12 * h)
	}
	switch name {
	case "sin":
		return math.Cos(x[0])
	case "cos":
		return -math.Sin(x[0])
	case "tan":
		return 1 / sq(math.Cos(x[0]))
	case "asin":
		return 1 / math.Sqrt(1-sq(x[0]))
	case "acos":
		return -1 / math.Sqrt(1-sq(x[0]))
	case "atan":
		return 1 / (1 + sq(x[0]))
	case "sinh":
		return math.Cosh(x[0])
	case "cosh":
		return math.Sinh(x[0])
	case "tanh":
		return 1 / sq(math.Cosh(x[0]))
	case "asinh":
		return 1 / math.Sqrt(sq(x[0])+1)
	case "acosh":
		return 1 / math.Sqrt(sq(x[0])-1)
	case "atanh":
		return 1 / (1 - sq(x[0]))
	case "exp", "expm1":
		return math.Exp(x[0])
	case "exp2":
		return math.Exp2(x[0]) * math.Ln2
	case "log":
		return 1 / x[0]
	case "log2":
		return 1 / (x[0] * math.Ln2)
	case "log10":
		return 1 / (x[0] * math.Ln10)
	case "log1p":
		return 1 / (1 + x[0])
	case "cbrt":
		return 1 / (3 * sq(math.Cbrt(x[0])))
	case "erf":
		return 2 / math.Sqrt(math.Pi) * math.Exp(-sq(x[0]))
	case "erfc":
		return -2 / math.Sqrt(math.Pi) * math.Exp(-sq(x[0]))
	case "gamma":
		return difference(math.Gamma, x[0])
	case "lgamma":
		return difference(lgamma, x[0])
	case "digamma":
		return difference(digamma, x[0])
	case "floor", "ceil", "trunc", "round", "sign":
		return 0
	case "atan2":
		return [...]float64{x[1], -x[0]}[i] / (sq(x[0]) + sq(x[1]))
	case "hypot":
		return x[i] / math.Hypot(x[0], x[1])
	case "mod":
		return [...]float64{1, -math.Trunc(x[0] / x[1])}[i]
	case "copysign":
		if i == 1 {
			return 0
		}
		return signOf(x[0]) * math.Copysign(1, x[1])
	case "polygamma":
		return difference(func(v float64) float64 { return polygamma(x[0], v) }, x[1])
	}
	panic(name)
}

// differentiable holds a call of each function, at arguments in its domain for x
// and y between 0 and 1.
var differentiable = []string{
	"sin(x*y)", "cos(x - y)", "tan(x)", "asin(x*y)", "acos(x*y)", "atan(x/y)", "sinh(x + y)", "cosh(x)", "tanh(y*x)",
	"asinh(x)", "acosh(1 + x)", "atanh(x*y)", "exp(x*y)", "exp2(x - y)", "expm1(x^2)", "log(x + y)", "log2(x)",
	"log10(x*y)", "log1p(x)", "cbrt(x/y)", "erf(x)", "erfc(x*x)", "gamma(1 + x)", "lgamma(x + y + 1)", "digamma(1 + x)",
	"floor(3*x)*x", "ceil(x)", "trunc(x*5)+x", "round(x*y*7)", "sign(x - y)*x", "atan2(x, y)", "atan2(y, 2*x)",
	"hypot(x, y)", "mod(7*x, y + 1)", "mod(y + 7, x)", "copysign(x - 1, y - x)", "polygamma(2, x + 1)", "x*pi()",
	"x^y", "x^(x + 1)", "y^x", "2^x", "x^(1/3)", "x^-2", "x^(5/2)", "sqrt(x*y)", "sqrt(1 + x)^3", "abs(x - y)", "min(x, y)",
	"max(x^2, y)", "fma(x, y, x)", "fma(x, 2, y)", "select(x < y, x*y, x^2)", "select(!(x >= y && x < 2), x, y/x)",
	"0.5*x^2 - 3.25*x", "x - (y - x)", "-(x/(x + y))", "(x + 2*y)^7/(x - 3)^2", "sin(cos(x)*y)/exp(x)^2", "x*y*(x + y)*(x - 2*y)",
}

func TestDiffOperations(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	x, y := Var("x"), Var("y")
	for _, text := range differentiable {
		written := read(t, text)
		for _, e := range []Expr{written, Canonical(written)} {
			d, err := Diff(e, x)
			if err != nil {
				t.Errorf("%s: %v", text, err)
				continue
			}
			if e.IsCanonical() && !d.IsCanonical() {
				t.Errorf("%s: the derivative %v of a canonical term is none", text, d)
			}
			for range 20 {
				env := map[Expr]dual{x: {0.05 + 0.9*rnd.Float64(), 1}, y: {v: 0.05 + 0.9*rnd.Float64()}}
				want, got := duals(e, env).d, duals(d, env).v
				if math.Abs(got-want) > 1e-8*(1+math.Abs(want)) {
					t.Errorf("%s: %v at %v, want %v", text, got, env, want)
					break
				}
			}
		}
	}
}

// Random terms, against exact arithmetic.
func TestDiffExact(t *testing.T) {
	rnd := rand.New(rand.NewPCG(13, 14))
	checked := 0
	for range 10_000 {
		written := randomAlgebra(rnd, 1+rnd.IntN(14))
		env := map[Expr]*big.Rat{}
		for _, v := range []string{"a", "b", "c", "d"} {
			env[Var(v)] = big.NewRat(rnd.Int64N(39)-19, 1+rnd.Int64N(7))
		}
		x := Var("a")
		want, ok := exactSlope(written, x, env)
		if !ok {
			continue
		}
		for _, e := range []Expr{written, Canonical(written)} {
			if e.n.flag(hasPole) {
				continue
			}
			d, err := Diff(e, x)
			if err != nil {
				t.Fatal(err)
			}
			if e.IsCanonical() != d.IsCanonical() && (e.IsCanonical() || d.NumArgs() > 1) {
				t.Fatalf("derivative of %v in another form", e)
			}
			got, ok := exactValue(Faithful(d), env)
			if !ok || got.Cmp(want) != 0 {
				t.Fatalf("%v at %v: derivative %v is %v, want %v", e, env, Faithful(d), got, want)
			}
			checked++
		}
	}
	if checked < 5000 {
		t.Errorf("only %d values", checked)
	}
}

// exactSlope is the value of the derivative, by exact dual numbers: a pair
// (v, d) is the matrix of v and d.
func exactSlope(e, x Expr, env map[Expr]*big.Rat) (*big.Rat, bool) {
	type pair struct{ v, d *big.Rat }
	at := map[Expr]pair{}
	mul := func(a, b pair) pair {
		d := new(big.Rat).Mul(a.v, b.d)
		return pair{new(big.Rat).Mul(a.v, b.v), d.Add(d, new(big.Rat).Mul(a.d, b.v))}
	}
	inv := func(a pair) (pair, bool) {
		if a.v.Sign() == 0 {
			return a, false
		}
		v := new(big.Rat).Inv(a.v)
		d := new(big.Rat).Mul(v, v)
		return pair{v, d.Mul(d, a.d).Neg(d)}, true
	}
	for t := range Postorder(e) {
		r := pair{new(big.Rat), new(big.Rat)}
		arg := func(i int) pair { return at[t.Arg(i)] }
		ok := true
		switch t.Op() {
		case OpNumber:
			r.v, _ = t.Rat()
		case OpVar:
			r.v.Set(env[t])
			if t == x {
				r.d.SetInt64(1)
			}
		case OpAdd:
			r.v.Add(arg(0).v, arg(1).v)
			r.d.Add(arg(0).d, arg(1).d)
		case OpSub:
			r.v.Sub(arg(0).v, arg(1).v)
			r.d.Sub(arg(0).d, arg(1).d)
		case OpNeg:
			r.v.Neg(arg(0).v)
			r.d.Neg(arg(0).d)
		case OpMul:
			r = mul(arg(0), arg(1))
		case OpDiv:
			if r, ok = inv(arg(1)); ok {
				r = mul(arg(0), r)
			}
		case OpPow:
			r.v.SetInt64(1)
			for range max(t.Exponent(), -t.Exponent()) {
				r = mul(r, arg(0))
			}
			if t.Exponent() < 0 {
				r, ok = inv(r)
			}
		}
		if !ok {
			return nil, false
		}
		at[t] = r
	}
	return at[e].d, true
}

func TestDiffForms(t *testing.T) {
	for text, want := range map[string]string{
		"x":                          "1",
		"y":                          "0",
		"x + y":                      "1",
		"y - x":                      "-1",
		"-x":                         "-1",
		"2*x":                        "2",
		"x*x":                        "x + x",
		"sin(x)*y":                   "cos(x)*y",
		"cos(x)*(y*1)":               "-sin(x)*(y*1)",
		"x/y":                        "1/y",
		"y/x":                        "-(y/x)/x",
		"(x*2)^3":                    "3*(x*2)^2*2",
		"(x*2)^2":                    "2*(x*2)^1*2",
		"(2*x)^y":                    "y*(2*x)^(y - 1)*2",
		"y^(2*x)":                    "y^(2*x)*(log(y)*2)",
		"(2*x)^x":                    "(2*x)^x*(x*2/(2*x) + log(2*x))",
		"sqrt(x*y)":                  "y/(2*sqrt(x*y))",
		"fma(x, y, z)":               "y",
		"fma(x*y, x, x*z)":           "fma(y, x, x*y + z)",
		"fma(sin(x), x*y, x*z)":      "fma(cos(x), x*y, fma(sin(x), y, z))",
		"abs(x*y)":                   "sign(x*y)*y",
		"min(x*2, y)":                "select(x*2 < y, 2, 0)",
		"max(x*2, y)":                "select(x*2 > y, 2, 0)",
		"min(x + 1, x)":              "1",
		"select(x*2 < y, x, y*x)":    "select(x*2 < y, 1, y)",
		"select(x*2 < y, 3, z*y)":    "0",
		"floor(x*2)":                 "0",
		"atan2(x*2, y)":              "y/((x*2)^2 + y^2)*2",
		"x + y/0":                    "1 + 0^-1",
		"select(0 < x, x*y, 1/0)":    "select(0 < x, y, 0^-1)",
		"sin(x*y*z)*sin(x*y*z)":      "cos(x*y*z)*(y*z)*sin(x*y*z) + sin(x*y*z)*(cos(x*y*z)*(y*z))",
		"sin(x*2)^-1":                "-1*sin(x*2)^-2*(cos(x*2)*2)",
		"x^9223372036854775807 + -x": "9223372036854775807*x^9223372036854775806 - 1",
	} {
		e := read(t, text)
		d, err := Diff(e, Var("x"))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if w := read(t, want); d != w {
			t.Errorf("(%s)' is %v, want %v", text, d, w)
		}
	}
	for text, want := range map[string]string{
		"x*x":                    "2*x",
		"(x + y)^2*z":            "2*(x + y)*z",
		"x*(x + y)*(x + z)":      "(x + y)*(x + z) + x*(x + z) + x*(x + y)",
		"x^y":                    "y*x^(y - 1)",
		"x^(17*y)*y^(2*x)":       "17*y^(2*x+1)*x^(17*y - 1) + 2*log(y)*x^(17*y)*y^(2*x)",
		"sin(x)^2 + cos(x)^2":    "0",
		"sqrt(x)":                "1/2/sqrt(x)",
		"x^(1/3)":                "1/3*x^(-2/3)",
		"0.5*x^3":                "1.5*x^2",
		"1/(2*x + 2*y)":          "-1/(2*(x + y)^2)",
		"sin(sin(sin(x)))":       "cos(x)*cos(sin(x))*cos(sin(sin(x)))",
		"1/0 + x":                "1/0",
		"x^9223372036854775807":  "9223372036854775807*x^9223372036854775806",
		"x^-9223372036854775808": "-9223372036854775808*x^-9223372036854775809",
		"hypot(x, x)":            "2*x/hypot(x, x)",
	} {
		e := Canonical(read(t, text))
		d, err := Diff(e, Var("x"))
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if w := Canonical(read(t, want)); d != w {
			t.Errorf("(%s)' is %v, want %v", text, Faithful(d), Faithful(w))
		}
	}
}

// At a kink, the derivative is that of the branch that is taken.
func TestDiffKinks(t *testing.T) {
	x := Var("x")
	for text, want := range map[string]float64{
		"abs(x)":               0,
		"min(x, 2*x)":          2,
		"max(x, 2*x)":          2,
		"select(x < 0, -x, x)": 1,
		"floor(x)":             0,
		"sign(x)":              0,
	} {
		d, err := Diff(read(t, text), x)
		if got := duals(d, map[Expr]dual{x: {}}).v; err != nil || got != want {
			t.Errorf("%s: %v at 0, want %v; %v", text, got, want, err)
		}
	}
}

func TestDiffErrors(t *testing.T) {
	f, err := Register(Function{Name: "without_derivative", Arity: 1})
	if err != nil {
		t.Fatal(err)
	}
	x, y := Var("x"), Var("y")
	for _, c := range []struct {
		e, x Expr
		f    *Function
	}{
		{x, Int(1), nil},
		{x, x.Add(y), nil},
		{x, Sin(x), nil},
		{Lt(x, y), x, nil},
		{And(Lt(x, y), Lt(x, Int(2))), x, nil},
		{Lt(x, y).Add(Int(1)), x, nil},
		{Call(f, x.Mul(y)), x, f},
		{Plus(Call(f, x), x), x, f},
		{Polygamma(x, y), x, LookupFunction("polygamma", 2)},
	} {
		_, err := Diff(c.e, c.x)
		var d *DiffError
		if !errors.As(err, &d) || d.Func != c.f || d.Error() == "" {
			t.Errorf("%v by %v: %v", c.e, c.x, err)
		}
		if _, err := DiffN(c.e, c.x, 0); (err == nil) != (c.x == x && !c.e.Bool()) {
			t.Errorf("0 derivatives of %v by %v: %v", c.e, c.x, err)
		}
		if _, err := SparseJacobian([]Expr{y, c.e}, []Expr{y, c.x}); !errors.As(err, &d) {
			t.Errorf("Jacobian of %v by %v: %v", c.e, c.x, err)
		}
	}
	if d, err := Diff(Call(f, y).Add(x), x); err != nil || d != Int(1) {
		t.Errorf("a function without a derivative that is not needed: %v, %v", d, err)
	}
}

func TestRegisteredDerivative(t *testing.T) {
	var g *Function
	g, err := Register(Function{Name: "with_derivative", Arity: 4, Derivative: func(args []Expr, i int) (Expr, bool) {
		return Times(Int(int64(i+1)), Call(g, args...)), true
	}})
	if err != nil {
		t.Fatal(err)
	}
	x, y := Var("x"), Var("y")
	d, err := Diff(Call(g, x, y, x, Int(3)), x)
	if want := Times(Int(4), Call(g, x, y, x, Int(3))); err != nil || d != want {
		t.Errorf("%v, want %v; %v", d, want, err)
	}
	deep := x.Mul(y)
	d, err = Diff(Call(g, y, deep, y, deep.Neg()), x)
	c := Call(g, y, deep, y, deep.Neg())
	if want := Int(2).Mul(c).Mul(y).Add(Int(4).Mul(c).Mul(y.Neg())); err != nil || d != want {
		t.Errorf("%v, want %v; %v", d, want, err)
	}
}

// The derivative of a DAG is one of linear size.
func TestDiffSharing(t *testing.T) {
	x, y := Var("x"), Var("y")
	count := func(e Expr) (n int) {
		for range Postorder(e) {
			n++
		}
		return n
	}
	for name, step := range map[string]func(Expr) Expr{
		"square":  func(e Expr) Expr { return e.Mul(e) },
		"sin":     func(e Expr) Expr { return Sin(e).Mul(Cos(e)).Neg() },
		"div":     func(e Expr) Expr { return e.Div(e.Add(y)) },
		"fma":     func(e Expr) Expr { return FMA(e, e, Sqrt(e)) },
		"select":  func(e Expr) Expr { return Select(Lt(e, y), e.Pow(3), Max(e, y)) },
		"power":   func(e Expr) Expr { return e.Neg().PowExpr(e) },
		"horner":  func(e Expr) Expr { return Plus(Times(e, x, Power(Plus(e, y), Int(3))), y) },
		"product": func(e Expr) Expr { return Plus(Times(Sin(e), Cos(e)), Times(e, e)) },
	} {
		e := x
		for range 500 {
			e = step(e)
		}
		d, err := Diff(e, x)
		if err != nil {
			t.Fatal(err)
		}
		if n, m := count(e), count(d); m > 20*n {
			t.Errorf("%s: %d terms became %d", name, n, m)
		}
	}
}

func Sqrt(e Expr) Expr { return e.Sqrt() }

func TestDiffDeep(t *testing.T) {
	x, y := Var("x"), Var("y")
	steps := 250_000 // of four levels
	if testing.Short() {
		steps /= 10
	}
	e := x.Add(y)
	for range steps {
		e = Sin(y.Mul(e.Add(y).Neg()))
	}
	if _, err := Diff(e, x); err != nil {
		t.Error(err)
	}
	e = x // without a faithful operation: the derivative is one product
	for range 20_000 {
		e = Sin(e)
	}
	d, err := Diff(e, x)
	if err != nil || d.NumArgs() != 20_000 {
		t.Errorf("a product of %d factors, %v", d.NumArgs(), err)
	}
}

// randomSmooth is a random term of many operations.
func randomSmooth(rnd *rand.Rand, vars []Expr, depth int) Expr {
	if depth == 0 || rnd.IntN(8) == 0 {
		if rnd.IntN(4) == 0 {
			return Rat(rnd.Int64N(9)-4, 1+rnd.Int64N(3))
		}
		return vars[rnd.IntN(len(vars))]
	}
	arg := func() Expr { return randomSmooth(rnd, vars, depth-1) }
	switch rnd.IntN(10) {
	case 0, 1:
		return arg().Add(arg())
	case 2:
		return arg().Sub(arg())
	case 3, 4:
		return arg().Mul(arg())
	case 5:
		return Sin(arg())
	case 6:
		return Atan(arg())
	case 7:
		return arg().Pow(1 + rnd.IntN(3))
	case 8:
		return arg().Div(Plus(Power(arg(), Int(2)), Int(1)))
	}
	return Cos(arg())
}

func TestJacobian(t *testing.T) {
	rnd := rand.New(rand.NewPCG(15, 16))
	vars := Array("x", 5)
	for range 300 {
		es := make([]Expr, 1+rnd.IntN(5))
		for i := range es {
			if i > 0 && rnd.IntN(3) == 0 {
				es[i] = es[i-1].Mul(randomSmooth(rnd, vars, 2))
			} else {
				es[i] = randomSmooth(rnd, vars, 5)
			}
			if rnd.IntN(2) == 0 {
				es[i] = Canonical(es[i])
			}
		}
		m, err := Jacobian(es, vars)
		if err != nil {
			t.Fatal(err)
		}
		s, err := SparseJacobian(es, vars)
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range es {
			g, err := Gradient(e, vars)
			if err != nil {
				t.Fatal(err)
			}
			for j, x := range vars {
				d, err := Diff(e, x)
				if err != nil || m[i][j] != d || g[j] != d || s.At(i, j) != d {
					t.Fatalf("%v by %v: %v, Jacobian %v, gradient %v, sparse %v; %v", e, x, d, m[i][j], g[j], s.At(i, j), err)
				}
			}
		}
		checkPattern(t, &s.Pattern)
		for _, v := range s.Value {
			if v == (Expr{}) {
				t.Fatal("a sparse matrix holds a zero")
			}
		}
	}
}

func checkPattern(t *testing.T, p *Pattern) {
	t.Helper()
	if len(p.RowStart) != p.Rows+1 || p.RowStart[0] != 0 || p.RowStart[p.Rows] != p.Len() {
		t.Fatalf("a pattern of %d rows that start at %v", p.Rows, p.RowStart)
	}
	for i := range p.Rows {
		for k, j := range p.Row(i) {
			if j < 0 || j >= p.Cols || k > 0 && p.Row(i)[k-1] >= j {
				t.Fatalf("row %d has columns %v of %d", i, p.Row(i), p.Cols)
			}
		}
	}
}

func TestHessian(t *testing.T) {
	rnd := rand.New(rand.NewPCG(17, 18))
	vars := Array("x", 4)
	for range 200 {
		e := randomSmooth(rnd, vars, 5)
		if rnd.IntN(2) == 0 {
			e = Canonical(e)
		}
		m, err := Hessian(e, vars)
		if err != nil {
			t.Fatal(err)
		}
		s, err := SparseHessian(e, vars)
		if err != nil {
			t.Fatal(err)
		}
		checkPattern(t, &s.Pattern)
		g, _ := Gradient(e, vars)
		env := map[Expr]dual{}
		for _, x := range vars {
			env[x] = dual{v: rnd.Float64()}
		}
		for i := range vars {
			for j := range vars {
				d, err := Diff(g[min(i, j)], vars[max(i, j)])
				if err != nil || m[i][j] != d || m[j][i] != d || s.At(i, j) != d {
					t.Fatalf("%v: element %d,%d: %v, want %v; %v", e, i, j, m[i][j], d, err)
				}
				// Schwarz: the other order has the same value.
				d, err = Diff(g[max(i, j)], vars[min(i, j)])
				a, b := duals(m[i][j], env).v, duals(d, env).v
				if err != nil || math.Abs(a-b) > 1e-7*(1+math.Abs(a)) {
					t.Fatalf("%v: element %d,%d: %v and %v", e, i, j, a, b)
				}
			}
		}
	}
}

func TestDirectional(t *testing.T) {
	rnd := rand.New(rand.NewPCG(19, 20))
	vars := Array("x", 4)
	for range 200 {
		e := Canonical(randomSmooth(rnd, vars, 5))
		dirs := make([]Expr, len(vars))
		env := map[Expr]dual{}
		for i, x := range vars {
			dirs[i] = Times(vars[rnd.IntN(len(vars))], Int(rnd.Int64N(3)))
			env[x] = dual{v: rnd.Float64()}
		}
		d, err := Directional(e, vars, dirs)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range vars {
			env[x] = dual{env[x].v, duals(dirs[i], env).v}
		}
		if got, want := duals(d, env).v, duals(e, env).d; math.Abs(got-want) > 1e-8*(1+math.Abs(want)) {
			t.Fatalf("%v along %v: %v, want %v", Faithful(e), dirs, got, want)
		}
	}
}

// One directional derivative for each colour gives the whole matrix.
func TestColouring(t *testing.T) {
	rnd := rand.New(rand.NewPCG(21, 22))
	for range 200 {
		rows, cols := 1+rnd.IntN(30), 1+rnd.IntN(30)
		vars := Array("x", cols)
		es := make([]Expr, rows)
		for i := range es {
			for range rnd.IntN(5) {
				x := vars[rnd.IntN(cols)]
				es[i] = Plus(es[i], Times(x, x, vars[rnd.IntN(cols)]))
			}
		}
		m, err := SparseJacobian(es, vars)
		if err != nil {
			t.Fatal(err)
		}
		colour, colours := m.Colouring()
		fullest := 0
		for i := range rows {
			seen := map[int]bool{}
			for _, j := range m.Row(i) {
				if seen[colour[j]] {
					t.Fatalf("row %d: two columns of colour %d", i, colour[j])
				}
				seen[colour[j]] = true
			}
			fullest = max(fullest, len(seen))
		}
		if colours < fullest || colours > cols || len(colour) != cols {
			t.Fatalf("%d colours for %d columns, %d in a row", colours, cols, fullest)
		}
		for c := range colours {
			dirs := make([]Expr, cols)
			for j := range dirs {
				if colour[j] == c {
					dirs[j] = Int(1)
				}
			}
			for i, e := range es {
				d, err := Directional(e, vars, dirs)
				if err != nil {
					t.Fatal(err)
				}
				var want Expr
				for _, j := range m.Row(i) {
					if colour[j] == c {
						want = m.At(i, j)
					}
				}
				if d != want {
					t.Fatalf("row %d, colour %d: %v, want %v", i, c, Faithful(d), Faithful(want))
				}
			}
		}
	}
	var empty Pattern
	if _, colours := (&Pattern{RowStart: []int{0}}).Colouring(); colours != 0 || empty.Len() != 0 {
		t.Error("colours of nothing")
	}
}

func TestBCRJacobian(t *testing.T) {
	rhs, species := bcrRates(t)
	m, err := SparseJacobian(rhs, species)
	if err != nil {
		t.Fatal(err)
	}
	monomials := 0
	for _, v := range m.Value {
		if v.Op() == OpSum {
			monomials += v.NumArgs()
		} else {
			monomials++
		}
	}
	if m.Len() != 31369 || monomials != 90164 {
		t.Errorf("%d elements of %d monomials, want 31369 of 90164", m.Len(), monomials)
	}
	rnd := rand.New(rand.NewPCG(23, 24))
	for range 50 {
		i, j := rnd.IntN(m.Rows), rnd.IntN(m.Cols)
		if row := m.Row(i); rnd.IntN(2) == 0 && len(row) > 0 {
			j = row[rnd.IntN(len(row))]
		}
		if d, err := Diff(rhs[i], species[j]); err != nil || d != m.At(i, j) {
			t.Fatalf("element %d,%d: %v, want %v; %v", i, j, Faithful(m.At(i, j)), Faithful(d), err)
		}
	}
}

func TestDiffN(t *testing.T) {
	x := Var("x")
	e := x
	for range 7 {
		e = Sin(e)
	}
	d := e
	for range 5 {
		var err error
		if d, err = Diff(d, x); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := DiffN(e, x, 5); err != nil || got != d {
		t.Errorf("five derivatives at once differ; %v", err)
	}
	// The sixth derivative by the slope of the fifth.
	at := map[Expr]dual{x: {0.3, 1}}
	d6, err := DiffN(e, x, 6)
	if got, want := duals(d6, at).v, duals(d, at).d; err != nil || math.Abs(got-want) > 1e-9*math.Abs(want) {
		t.Errorf("%v, want %v; %v", got, want, err)
	}
}

// Terms of both forms, each inside the other.
func TestDiffMixed(t *testing.T) {
	rnd := rand.New(rand.NewPCG(25, 26))
	vars := []Expr{Var("x"), Var("y")}
	for range 2000 {
		terms := []Expr{vars[0], vars[1], vars[0].Mul(vars[1]), Rat(1, 3)}
		for range 1 + rnd.IntN(8) {
			a, b := terms[rnd.IntN(len(terms))], terms[rnd.IntN(len(terms))]
			var e Expr
			switch rnd.IntN(10) {
			case 0, 1:
				e = Plus(a, b)
			case 2:
				e = Times(a, b)
			case 3:
				e = Power(a, Int(2))
			case 4:
				e = a.Add(b)
			case 5:
				e = a.Mul(b)
			case 6:
				e = Sin(a)
			case 7:
				e = Apply(cosFunc, a)
			case 8:
				e = Max(a, b).Neg()
			case 9:
				e = Select(Lt(a, vars[0]), a, b)
			}
			terms = append(terms, e)
		}
		e := terms[len(terms)-1]
		d, err := Diff(e, vars[0])
		if err != nil {
			t.Fatal(err)
		}
		if e.IsCanonical() && !d.IsCanonical() {
			t.Fatalf("the derivative %v of the canonical %v is none", d, e)
		}
		env := map[Expr]dual{vars[0]: {rnd.Float64() + 0.1, 1}, vars[1]: {v: rnd.Float64() + 0.1}}
		want, got := duals(e, env).d, duals(d, env).v
		if math.Abs(got-want) > 1e-9*(1+math.Abs(want)) {
			t.Fatalf("%v: derivative %v is %v at %v, want %v", e, d, got, env, want)
		}
	}
}

// Large sums are differentiated as polynomials. The result is that of their
// terms one by one.
func TestDiffPolysum(t *testing.T) {
	rnd := rand.New(rand.NewPCG(27, 28))
	x, y := Var("x"), Var("y")
	for name, bases := range map[string][]Expr{
		"variables": {x, y, Var("z")},
		"functions": {x, y, Sin(x), Cos(x), Exp(Times(x, y))},
		"sums":      {x, Plus(x, y), Plus(Times(x, x), y), Sin(Plus(Times(x, x), x)), y},
		"roots":     {x, x.Sqrt(), y},
		"inverses":  {x, Log(x), y, Atan(x)},
		"faithful":  {x, x.Mul(y), y},
		"constants": {y, Sin(y)},
		"floats":    {x, y, Const(0.1)},
	} {
		for range 10 {
			var sum, want Accumulator
			for range 200 {
				m := Rat(rnd.Int64N(99)-49, 1+rnd.Int64N(3))
				for _, b := range bases {
					m = Times(m, Power(b, Int(rnd.Int64N(5))))
				}
				sum.Add(m)
				d, err := Diff(m, x)
				if err != nil {
					t.Fatal(err)
				}
				want.Add(d)
			}
			e := sum.Sum()
			got, err := Diff(e, x)
			if err != nil {
				t.Fatal(err)
			}
			if name == "floats" || name == "faithful" { // rounded in another order; sums in faithful atoms
				env := map[Expr]dual{x: {v: 0.7}, y: {v: 0.4}}
				a, b := duals(got, env).v, duals(want.Sum(), env).v
				if math.Abs(a-b) > 1e-9*(1+math.Abs(b)) {
					t.Fatalf("%s: %v, want %v", name, a, b)
				}
			} else if got != want.Sum() {
				t.Fatalf("%s: (%v)' is %v, want %v", name, Faithful(e), Faithful(got), Faithful(want.Sum()))
			}
		}
	}
	p, err := Expand(Power(Plus(x, y, Int(1)), Int(30)))
	if err != nil {
		t.Fatal(err)
	}
	d, err := Diff(p, x)
	if err != nil {
		t.Fatal(err)
	}
	if want, err := Expand(Times(Int(30), Power(Plus(x, y, Int(1)), Int(29)))); err != nil || d != want {
		t.Errorf("derivative of an expansion: %v, want %v; %v", d, want, err)
	}
}

// A function may give its derivative in any form.
func TestRegisteredFaithful(t *testing.T) {
	f, err := Register(Function{Name: "faithful_derivative", Arity: 1, Derivative: func(args []Expr, i int) (Expr, bool) {
		return args[0].Add(args[0]).Neg(), true
	}})
	if err != nil {
		t.Fatal(err)
	}
	x := Var("x")
	d, err := Diff(Plus(Call(f, Times(x, x)), x), x)
	if want := Plus(Times(Int(-4), Power(x, Int(3))), Int(1)); err != nil || d != want {
		t.Errorf("%v, want %v; %v", Faithful(d), Faithful(want), err)
	}
}
