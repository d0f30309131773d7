package symbolic_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	. "github.com/triad-go/triad/symbolic"
)

// sameBits compares two float64 bit by bit, NaN payloads excepted.
func sameBits(a, b float64) bool {
	return math.Float64bits(a) == math.Float64bits(b) || a != a && b != b
}

// An Evaluator gives the bits of the interpreter of package kernels.
func TestEvaluatorBits(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	const n = 40
	kernelCount := 1500
	if testing.Short() || slow {
		kernelCount = 200
	}
	for range kernelCount {
		k := randkernel.New(r, randkernel.Options{Arrays: 4, Scalars: 3, Ops: 24, Outputs: 3, InPlace: false})
		p := k.Program(kernels.Float64)
		f := p.NewFrame(n)
		var vars, exprs []Expr
		columns := map[Expr][]float64{}
		var results [][]float64
		for _, par := range k.Params() {
			column := make([]float64, n)
			for i := range column {
				column[i] = randkernel.Number(r)
			}
			switch {
			case par.Kind == kernels.ScalarParam:
				f.Scalars[par.Slot] = math.Float64bits(column[0])
				for i := range column {
					column[i] = column[0]
				}
			case par.Out:
				f.Arrays[par.Slot] = unsafe.Pointer(unsafe.SliceData(column))
				results = append(results, column)
				continue
			default:
				f.Arrays[par.Slot] = unsafe.Pointer(unsafe.SliceData(column))
			}
			v := Var(par.Name)
			vars = append(vars, v)
			columns[v] = column
		}
		p.EvalUniforms(f)
		p.Interpret(f, 0, n)
		for _, o := range k.Outputs() {
			exprs = append(exprs, o.Expr)
		}
		ev, err := NewEvaluator(vars, exprs...)
		if err != nil {
			t.Fatalf("%v: %v", k, err)
		}
		values, dst := make([]float64, len(vars)), make([]float64, len(exprs))
		for i := range n {
			for j, v := range vars {
				values[j] = columns[v][i]
			}
			if err := ev.Eval(dst, values); err != nil {
				t.Fatal(err)
			}
			for j := range dst {
				if !sameBits(dst[j], results[j][i]) {
					t.Fatalf("%v at %v: output %d is %v, the interpreter says %v", k, values, j, dst[j], results[j][i])
				}
			}
		}
	}
}

// Exact numbers and constants of every kind have the bits that the interpreter
// gives them.
func TestEvaluatorLeaves(t *testing.T) {
	x := Var("x")
	for _, e := range leaves() {
		if e.Op() == OpVar {
			continue
		}
		e = FMA(e, e, e).Div(x)
		k := kernels.Must(kernels.New("k", []kernels.Output{kernels.Assign("y", e)}, kernels.Unoptimized()))
		p := k.Program(kernels.Float64)
		f := p.NewFrame(1)
		y, one := []float64{0}, []float64{1}
		f.Arrays[0], f.Arrays[1] = unsafe.Pointer(&y[0]), unsafe.Pointer(&one[0])
		p.EvalUniforms(f)
		p.Interpret(f, 0, 1)
		if got, err := Eval(e, map[Expr]float64{x: 1}); err != nil || !sameBits(got, y[0]) {
			t.Errorf("%v: %v, %v, want %v", e, got, err, y[0])
		}
	}
}

func TestEvalFunctions(t *testing.T) {
	x, y, z := Var("x"), Var("y"), Var("z")
	for text, want := range map[string]float64{
		"sin(x) + cos(y)":             math.Sin(0.5) + math.Cos(-1.25),
		"x^y":                         math.Pow(0.5, -1.25),
		"x^(1/3)":                     math.Pow(0.5, 1./3),
		"atan2(x, y) - hypot(x, y)":   math.Atan2(0.5, -1.25) - math.Hypot(0.5, -1.25),
		"pi()*gamma(z)":               math.Pi * math.Gamma(3),
		"lgamma(y)":                   lgammaOf(-1.25),
		"mod(z, y)":                   math.Mod(3, -1.25),
		"copysign(z, y) + sign(y)":    -4,
		"(x < y) + (y < x)*2 + (!x)":  2,
		"(x && 0) + 2*(0 || y)":       2,
		"select(x - 1/2, y, z)":       3,
		"select(y, x, z)":             0.5,
		"1/0":                         math.Inf(1),
		"0^-1 - 0^-1":                 math.NaN(),
		"floor(y) + 10*ceil(y)":       -12,
		"trunc(y) + 10*round(x)":      9,
		"digamma(1)":                  -0.57721566490153286061,
		"polygamma(1, 1)":             math.Pi * math.Pi / 6,
		"(2/3)*x + 10^400*0.0 + 7^-2": math.NaN(),
	} {
		e := MustParse(text)
		got, err := Eval(e, map[Expr]float64{x: 0.5, y: -1.25, z: 3})
		if err != nil || !near(got, want, 4) {
			t.Errorf("%s: %v, %v, want %v", text, got, err, want)
		}
	}
}

// In float64 the polygamma functions are good to some 13 digits, but near zeros.
func TestPolygamma(t *testing.T) {
	r := rand.New(rand.NewPCG(61, 62))
	n, x := Var("n"), Var("x")
	e := Polygamma(n, x)
	for i := range 2000 {
		fn := float64([]int{0, 1, 2, 3, 7, 20, 50, 100}[i%8])
		fx := r.NormFloat64() * 10
		got, err := Eval(e, map[Expr]float64{n: fn, x: fx})
		if err != nil {
			t.Fatal(err)
		}
		v, err := EvalBig(e, 80, map[Expr]*big.Float{n: big.NewFloat(fn), x: big.NewFloat(fx)})
		if err != nil {
			t.Fatal(err)
		}
		want, _ := v.Float64()
		size := math.Abs(want)
		if fx < 2 { // there are zeros, where terms as large as that of the next pole cancel
			size += math.Gamma(fn+1) / math.Pow(math.Abs(fx-min(math.Round(fx), 0)), fn+1)
		}
		if math.Abs(got-want) > 1e-12*size && got != want {
			t.Errorf("polygamma(%v, %v) = %v, want %v", fn, fx, got, want)
		}
	}
	for _, c := range [][2]float64{{1, -1e-320}, {2, -1e-320}, {1, 1e-320}, {100, 1e-300}, {100, -1e-300}} {
		if got, _ := Eval(e, map[Expr]float64{n: c[0], x: c[1]}); !math.IsInf(got, 0) {
			t.Errorf("polygamma(%v, %v) = %v", c[0], c[1], got)
		}
	}
	for _, c := range [][2]float64{{0, 0}, {0, -3}, {1, 0}, {1, -3}, {-1, 2}, {0.5, 2}, {1001, 2}, {1, math.NaN()}, {math.NaN(), 1}} {
		if got, _ := Eval(e, map[Expr]float64{n: c[0], x: c[1]}); got == got {
			t.Errorf("polygamma(%v, %v) = %v", c[0], c[1], got)
		}
	}
}

func lgammaOf(x float64) float64 {
	v, _ := math.Lgamma(x)
	return v
}

// near reports whether two float64 are the same, or at most so many units in the
// last place apart.
func near(a, b float64, ulps float64) bool {
	if sameBits(a, b) {
		return true
	}
	m := max(math.Abs(a), math.Abs(b))
	return math.Abs(a-b) <= ulps*(math.Nextafter(m, math.Inf(1))-m)
}

// register makes a function that no other test has.
func register(t *testing.T, f Function) *Function {
	t.Helper()
	g, err := Register(f)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestEvaluatorAllocs(t *testing.T) {
	if slow {
		t.Skip("the race detector makes pools forget")
	}
	four := register(t, Function{Name: "evalAllocs4", Arity: 4, Eval: func(a []float64) float64 { return a[0] - a[1]*a[2] - a[3] }})
	x, y := Var("x"), Var("y")
	ev, err := NewEvaluator([]Expr{x, y}, MustParse("sin(x)*exp(y) + atan2(x, y)^3 - x^y"), Call(four, x, y, Int(3), Sin(x)))
	if err != nil {
		t.Fatal(err)
	}
	dst := make([]float64, 2)
	values := []float64{1, 2}
	if n := testing.AllocsPerRun(200, func() {
		if err := ev.Eval(dst, values); err != nil {
			t.Error(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if want := 1 - 2*3 - math.Sin(1); dst[1] != want {
		t.Errorf("%v, want %v", dst[1], want)
	}
}

func TestEvaluatorConcurrent(t *testing.T) {
	x, y := Var("x"), Var("y")
	e := MustParse("sin(x)*y + x^3/y - hypot(x, y)")
	ev, err := NewEvaluator([]Expr{x, y}, e)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 7))
			dst := make([]float64, 1)
			for range 300 {
				a, b := r.NormFloat64(), r.NormFloat64()
				if err := ev.Eval(dst, []float64{a, b}); err != nil {
					t.Error(err)
				}
				want, err := Eval(e, map[Expr]float64{x: a, y: b})
				if err != nil || !sameBits(dst[0], want) {
					t.Errorf("%v, want %v, %v", dst[0], want, err)
				}
			}
		})
	}
	wg.Wait()
}

// Evaluators may evaluate within functions.
func TestEvaluatorReentrant(t *testing.T) {
	x := Var("x")
	inner, err := NewEvaluator([]Expr{x}, MustParse("x*x"))
	if err != nil {
		t.Fatal(err)
	}
	f := register(t, Function{Name: "evalReentrant", Arity: 1, Eval: func(a []float64) float64 {
		var dst [1]float64
		if err := inner.Eval(dst[:], a); err != nil {
			panic(err)
		}
		a[0] = math.NaN() // its own
		return dst[0]
	}})
	if v, err := Eval(Call(f, x).Add(x), map[Expr]float64{x: 3}); v != 12 || err != nil {
		t.Errorf("%v, %v", v, err)
	}
}

func TestEvalErrors(t *testing.T) {
	x, y := Var("x"), Var("y")
	none := register(t, Function{Name: "evalNone", Arity: 1})
	boom := register(t, Function{
		Name: "evalBoom", Arity: 1,
		Eval:    func([]float64) float64 { panic("bang") },
		EvalBig: func(uint, []*big.Float) (*big.Float, bool) { panic(errors.New("big bang")) },
		Fold: func(args []Expr) (Expr, bool) {
			if args[0] == Int(17) {
				var none []int
				return Int(int64(none[3])), true
			}
			return Expr{}, false
		},
	})
	fails := func(err error, want string) *EvalError {
		t.Helper()
		var ee *EvalError
		if !errors.As(err, &ee) || !strings.Contains(err.Error(), want) {
			t.Fatalf("%v, want %q", err, want)
		}
		return ee
	}
	_, err := Eval(x.Add(y), map[Expr]float64{x: 1})
	if ee := fails(err, "y has no value"); ee.Term != y {
		t.Errorf("the term is %v", ee.Term)
	}
	_, err = NewEvaluator([]Expr{x}, x.Mul(x), x.Add(y))
	fails(err, "y has no value")
	_, err = Eval(Call(none, x), map[Expr]float64{x: 1})
	fails(err, "evalNone cannot be evaluated")
	_, err = EvalBig(Call(none, x), 100, map[Expr]*big.Float{x: big.NewFloat(1)})
	fails(err, "evalNone cannot be evaluated")
	_, err = EvalRat(Call(none, x), map[Expr]*big.Rat{x: big.NewRat(1, 1)})
	fails(err, "evalNone is not rational")

	ev, err := NewEvaluator([]Expr{x}, x.Add(x), Call(boom, x), x)
	if err != nil {
		t.Fatal(err)
	}
	dst := []float64{7, 8, 9}
	for range 2 {
		fails(ev.Eval(dst, []float64{1}), "evalBoom panicked: bang")
		if dst[0] != 7 || dst[1] != 8 || dst[2] != 9 {
			t.Errorf("dst was changed to %v", dst)
		}
	}
	_, err = EvalBig(Call(boom, x), 100, map[Expr]*big.Float{x: big.NewFloat(1)})
	if ee := fails(err, "evalBoom panicked: big bang"); ee.Err == nil || ee.Term.Func() != boom {
		t.Errorf("%#v", ee)
	}
	_, err = EvalRat(Call(boom, x), map[Expr]*big.Rat{x: big.NewRat(17, 1)})
	fails(err, "evalBoom panicked: runtime error")

	for _, f := range []func(){
		func() { NewEvaluator([]Expr{x.Add(y)}, x) },
		func() { ev.Eval(dst, nil) },
		func() { ev.Eval(nil, []float64{1}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		}()
	}
}

func TestEvalBigErrors(t *testing.T) {
	x, y := Var("x"), Var("y")
	at := map[Expr]*big.Float{x: big.NewFloat(-2), Var("inf_"): big.NewFloat(math.Inf(1)), Var("nil_"): nil}
	for text, want := range map[string]string{
		"x + y":                   "y has no value",
		"x*nil_":                  "nil_ has no value",
		"x*inf_":                  "inf_ is infinite",
		"x*nan":                   "nan is no number",
		"x - inf":                 "inf is infinite",
		"sqrt(x)":                 "operation sqrt takes the root of a negative number",
		"x^(1/2)":                 "operation power takes the root of a negative number",
		"x^0.5":                   "operation power takes the root of a negative number",
		"1/(x + 2)":               "operation div divides by zero",
		"(x + 2)^-3":              "operation pow divides by zero",
		"(x + 2)^(x + 1/2)":       "operation power divides by zero",
		"log(x)":                  "function log has no value",
		"log(x + 2)":              "function log is infinite",
		"gamma(x)":                "function gamma has no value",
		"polygamma(1/2, 3)":       "function polygamma has no value",
		"exp(10^30)":              "function exp is infinite",
		"mod(1, x + 2)":           "function mod has no value",
		"(x^1000000000)^1000":     "operation pow is infinite",
		"exp(x^1000000000)*0":     "function exp is infinite",
		"select(x < 0, 1/0, 2)":   "operation div divides by zero",
		"(x < 0) && (1/0 < 1)":    "operation div divides by zero",
		"select(1/0 < 1, 1, 2)":   "operation div divides by zero",
		"sin(2^(2^30 + 1) + 0.5)": "",
	} {
		if want == "" {
			continue
		}
		_, err := EvalBig(MustParse(text), 100, at)
		var ee *EvalError
		if !errors.As(err, &ee) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	for _, prec := range []uint{0, 1<<24 + 1, math.MaxUint32} {
		if _, err := EvalBig(x, prec, at); err == nil {
			t.Errorf("precision %d: no error", prec)
		}
	}
	// A variable without a value is one wherever it stands.
	if _, err := EvalBig(Select(Lt(x, Int(0)), x, y), 53, at); err == nil {
		t.Error("no error of y")
	}
}

func TestEvalBigValues(t *testing.T) {
	x := Var("x")
	for text, want := range map[string]string{
		"1/3":     "0.33333333333333333333333333333333333333",
		"sqrt(2)": "1.41421356237309504880168872420969807857",
		"pi()":    "3.14159265358979323846264338327950288420",
		"exp(1)":  "2.71828182845904523536028747135266249776",
		"exp(pi()*sqrt(163)) - 262537412640768744": "-7.4992740280181431112064614366622348652e-13",
		"sin(10^22)":                         "-0.85220084976718880177270589375302936826",
		"gamma(1/2)^2 - pi()":                "0",
		"2^(1/2)":                            "1.41421356237309504880168872420969807857",
		"(1/3)^-2":                           "9",
		"select(1 < 2, 3, 1/0)":              "3",
		"select(2 < 1, log(-1), 3)":          "3",
		"((1 < 2) || (1/0 < 1)) + (2 < 1)":   "1",
		"(2 < 1) && (1/0 < 1)":               "0",
		"min(3, 2) + 10*max(3, 2)":           "32",
		"fma(0.1, 10, -1)":                   "5.551115123125782702118158340454101562500e-17",
		"0.1 - 1/10":                         "5.551115123125782702118158340454101562500e-18",
		"abs(-x) + !x + (x == 2) + (x != 2)": "3",
		"floor(-5/2) + 10*ceil(-5/2)":        "-23",
		"round(5/2) + 10*round(-1/2)":        "-7",
		"trunc(-5/2) + sign(-7)":             "-3",
		"mod(2^(2^20), 10)":                  "6",
		"mod(-7, 1/2)":                       "0",
		"mod(-29/4, 2)":                      "-1.25",
		"copysign(x, -3)":                    "-2",
		"x + 2^1000000 - 2^1000000":          "0",
		"x^(10^30)/x^(10^30)":                "",
	} {
		if want == "" {
			continue
		}
		got, err := EvalBig(MustParse(text), 200, map[Expr]*big.Float{x: big.NewFloat(2)})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		w, _, _ := big.ParseFloat(want, 10, 200, big.ToNearestEven)
		d := new(big.Float).Sub(got, w)
		// As many digits as are given, or the error of the cancellation.
		if e := new(big.Float).SetMantExp(big.NewFloat(1), w.MantExp(nil)-115); d.Abs(d).Cmp(e) > 0 && !(strings.Contains(text, " - ") && d.Cmp(big.NewFloat(1e-40)) < 0) {
			t.Errorf("%s = %.45g, want %s", text, got, want)
		}
		if got.Prec() != 200 {
			t.Errorf("%s: precision %d", text, got.Prec())
		}
	}
	// The value of a variable is taken as it is, and not given away.
	v := new(big.Float).SetPrec(300).Quo(big.NewFloat(1), big.NewFloat(3))
	got, err := EvalBig(x, 50, map[Expr]*big.Float{x: v})
	if err != nil || got == v || got.Prec() != 50 || v.Prec() != 300 {
		t.Errorf("%v %v", got, err)
	}
}

// randomReal is a random term of operations and functions on two variables.
func randomReal(r *rand.Rand, depth int) Expr {
	if depth == 0 || r.IntN(8) == 0 {
		switch r.IntN(5) {
		case 0:
			return Rat(r.Int64N(19)-9, 1+r.Int64N(6))
		case 1:
			return Const(math.Round(r.NormFloat64()*1000) / 256)
		case 2:
			return Var("x")
		}
		return Var("y")
	}
	a := func() Expr { return randomReal(r, depth-1) }
	unary := []func(Expr) Expr{
		Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Asinh, Acosh, Atanh, Exp, Exp2, Expm1, Log, Log2, Log10,
		Log1p, Cbrt, Erf, Erfc, Gamma, Lgamma, Digamma, Floor, Ceil, Trunc, Round, Sign, Expr.Sqrt, Expr.Abs, Expr.Neg,
		Exp10, Sinpi, Cospi, RoundEven, Mantissa, Exponent, ToFloat32, ToInt64, ToInt32, ToUint64, ToUint32,
	}
	binary := []func(a, b Expr) Expr{
		Expr.Add, Expr.Sub, Expr.Mul, Expr.Div, Expr.PowExpr, Min, Max, Atan2, Hypot, Mod, Copysign, Lt, Le, Gt, Ge, Eq, Ne,
		Remainder, Minimum, Maximum, MinimumNumber, MaximumNumber, Rem, BitAnd, BitOr, BitXor, Shl, Shr,
	}
	switch r.IntN(8) {
	case 0, 1, 2:
		return unary[r.IntN(len(unary))](a())
	case 3:
		return FMA(a(), a(), a())
	case 4:
		return a().Pow(r.IntN(9) - 4)
	case 5:
		return Select(Lt(a(), a()), a(), a())
	}
	return binary[r.IntN(len(binary))](a(), a())
}

// The value of every subterm in big.Float agrees with the float64 function at
// the arguments that big.Float gives: rounded to float64, so that the errors of
// the arguments do not count.
func TestEvalBigAgainstEval(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	x, y := Var("x"), Var("y")
	rounds := 3000
	if testing.Short() || slow {
		rounds = 300
	}
	checked := 0
	for range rounds {
		e := randomReal(r, 4)
		fx, fy := r.NormFloat64()*3, r.NormFloat64()*3
		at := map[Expr]*big.Float{x: big.NewFloat(fx), y: big.NewFloat(fy)}
		for s := range Postorder(e) {
			// One operation on variables that stand for its arguments.
			vars := []Expr{}
			args := map[Expr]*big.Float{}
			floats := map[Expr]float64{}
			ok := s.NumArgs() > 0
			for i := range s.NumArgs() {
				v, err := EvalBig(s.Arg(i), 90, at)
				if err != nil {
					ok = false
					break
				}
				f, _ := v.Float64()
				if math.IsInf(f, 0) || f != 0 && math.Abs(f) < 1e-300 {
					ok = false
					break
				}
				p := Var(fmt.Sprintf("p%d", i))
				vars = append(vars, p)
				args[p], floats[p] = big.NewFloat(f), f
			}
			if !ok {
				continue
			}
			one := withArgs(s, vars)
			got, err := EvalBig(one, 90, args)
			want, err2 := Eval(one, floats)
			if err2 != nil {
				t.Fatal(err2)
			}
			if math.IsInf(want, 0) || math.Abs(want) < 1e-300 {
				continue // past float64, or at a pole
			}
			if (err != nil) != (want != want) {
				t.Fatalf("%v at %v: %v, and in float64 %v", one, floats, err, want)
			}
			if err != nil {
				continue
			}
			checked++
			f, _ := got.Float64()
			ulps := 8.0
			switch {
			case s.Op() == OpPow || s.Op() == OpPower:
				ulps = 256
			case s.Func() == nil:
			case s.Func().Name == "gamma" || s.Func().Name == "lgamma" || s.Func().Name == "digamma":
				ulps = 1 << 14 // near zeros and poles
			}
			if !near(f, want, ulps) && math.Abs(f-want) > 1e-14 {
				t.Fatalf("%v at %v: %v, and in float64 %v", one, floats, f, want)
			}
		}
	}
	if checked < rounds {
		t.Errorf("only %d checked", checked)
	}
}

// withArgs is the operation at the head of e, on other arguments.
func withArgs(e Expr, a []Expr) Expr {
	switch e.Op() {
	case OpAdd:
		return a[0].Add(a[1])
	case OpSub:
		return a[0].Sub(a[1])
	case OpMul:
		return a[0].Mul(a[1])
	case OpDiv:
		return a[0].Div(a[1])
	case OpNeg:
		return a[0].Neg()
	case OpPow:
		return a[0].Pow(int(e.Exponent()))
	case OpPower:
		return a[0].PowExpr(a[1])
	case OpFMA:
		return FMA(a[0], a[1], a[2])
	case OpSqrt:
		return a[0].Sqrt()
	case OpAbs:
		return a[0].Abs()
	case OpMin:
		return Min(a[0], a[1])
	case OpMax:
		return Max(a[0], a[1])
	case OpLt:
		return Lt(a[0], a[1])
	case OpLe:
		return Le(a[0], a[1])
	case OpGt:
		return Gt(a[0], a[1])
	case OpGe:
		return Ge(a[0], a[1])
	case OpEq:
		return Eq(a[0], a[1])
	case OpNe:
		return Ne(a[0], a[1])
	case OpSelect:
		return Select(a[0], a[1], a[2])
	case OpCall:
		return Call(e.Func(), a...)
	}
	panic(e.Op().String())
}

func TestEvalRatValues(t *testing.T) {
	at := map[Expr]*big.Rat{Var("x"): big.NewRat(9, 4), Var("y"): big.NewRat(-2, 3), Var("z"): new(big.Rat), Var("nil_"): nil}
	for text, want := range map[string]string{
		"x + y":                             "19/12",
		"0.1":                               "3602879701896397/36028797018963968",
		"-0.0 + x":                          "9/4",
		"sqrt(x)":                           "3/2",
		"sqrt(x)^3":                         "27/8",
		"x^(3/2)":                           "27/8",
		"x^(-1/2)":                          "2/3",
		"x^0.5":                             "3/2",
		"(-8*y^3*27)^(2/3)":                 "16",
		"fma(x, y, 1)":                      "-1/2",
		"min(x, y) - max(x, y)":             "-35/12",
		"abs(y)*(y < 0)":                    "2/3",
		"select(x > 2, y, 1/z)":             "-2/3",
		"select(x < 2 && 1/z > 1, 1/z, 5)":  "5",
		"((x >= 9/4) || (1/z > 1)) + !z":    "2",
		"cos(z) + sin(z) + exp(z)":          "2",
		"1^(10^30) + (-1)^(10^30)":          "2",
		"(-1)^(10^30 + 1)":                  "-1",
		"z^(1/3) + z^(10^40)":               "0",
		"1^(1/10^40)":                       "1",
		"1^1000000000000 + (-1)^-999999999": "0",
		"2^-3":                              "1/8",
		"z^0":                               "1",
	} {
		got, err := EvalRat(MustParse(text), at)
		if err != nil || got.RatString() != want {
			t.Errorf("%s: %v, %v, want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"x + w":                   "w has no value",
		"nil_":                    "nil_ has no value",
		"1/z":                     "divides by zero",
		"z^-2":                    "divides by zero",
		"z^(-1/2)":                "divides by zero",
		"x/(x - 2.25)":            "divides by zero",
		"sqrt(y)":                 "takes the root of a negative number",
		"y^(1/3)":                 "takes the root of a negative number",
		"sqrt(x + 1)":             "is not rational",
		"x^(1/3)":                 "is not rational",
		"2^(1/10^30)":             "is not rational",
		"sin(x)":                  "is not rational",
		"pi()":                    "is not rational",
		"x*nan":                   "nan is no number",
		"x*inf":                   "inf is infinite",
		"x^1000000000":            "needs numbers of more than",
		"x^-9223372036854775808":  "needs numbers of more than",
		"x^(10^30)":               "needs numbers of more than",
		"x^(10^30/2^1)":           "needs numbers of more than",
		"(x^100000*x^100000)*x^3": "needs numbers of more than",
		"x^(10^30 + 1/2)":         "needs numbers of more than",
	} {
		_, err := EvalRat(MustParse(text), at)
		var ee *EvalError
		if !errors.As(err, &ee) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	// The result is the caller's.
	for _, e := range []Expr{Var("x"), Int(3), MustParse("x < 1"), MustParse("2^100")} {
		v, err := EvalRat(e, at)
		if err != nil {
			t.Fatal(err)
		}
		before := v.RatString()
		v.Add(v, big.NewRat(1, 1))
		if again, _ := EvalRat(e, at); again.RatString() != before {
			t.Errorf("%v was changed", e)
		}
	}
}

// Terms are evaluated without a stack, and what is shared is evaluated once.
func TestEvalDeep(t *testing.T) {
	levels := 500_000 // of two operations
	if testing.Short() || slow {
		levels = 50_000
	}
	x := Var("x")
	e := x
	for range levels {
		e = e.Add(x).Mul(Const(0.5))
	}
	got, err := Eval(e, map[Expr]float64{x: 1})
	if err != nil || got != 1 {
		t.Errorf("%v, %v", got, err)
	}
	v, err := EvalBig(e, 53, map[Expr]*big.Float{x: big.NewFloat(1)})
	if f, _ := v.Float64(); err != nil || f != 1 {
		t.Errorf("%v, %v", v, err)
	}
	w, err := EvalRat(e, map[Expr]*big.Rat{x: big.NewRat(1, 1)})
	if err != nil || w.RatString() != "1" {
		t.Errorf("%v, %v", w, err)
	}

	shared := x
	for range 60 {
		shared = shared.Add(shared)
	}
	calls := 0
	count := register(t, Function{Name: "evalCount", Arity: 1, Eval: func(a []float64) float64 { calls++; return a[0] }})
	shared = Call(count, shared)
	shared = shared.Add(shared)
	if got, err := Eval(shared, map[Expr]float64{x: 1}); err != nil || got != 0x1p61 || calls != 1 {
		t.Errorf("%v, %v, %d calls", got, err, calls)
	}
	pow := Canonical(Sin(x))
	for range 60 {
		pow = Plus(Times(pow, pow), Sin(pow))
	}
	if got, err := Eval(pow, map[Expr]float64{x: 1. / 128}); err != nil || !(got > 0 && got < 1) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := EvalBig(pow, 64, map[Expr]*big.Float{x: big.NewFloat(1. / 128)}); err != nil {
		t.Error(err)
	}
}
