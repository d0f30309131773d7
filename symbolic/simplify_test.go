package symbolic

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/triad-go/triad/symbolic/rewrite"
)

func TestSimplify(t *testing.T) {
	for _, tt := range []struct{ term, want string }{
		{"0", "0"},
		{"x", "x"},
		{"x*1 + 0*y", "x"},

		// Identities of sums, with any factor beside them.
		{"sin(x)^2 + cos(x)^2", "1"},
		{"a + 3*y*sin(x)^2 + 3*y*cos(x)^2", "a + 3*y"},
		{"2*sin(x)^2 + 3*cos(x)^2", "cos(x)^2 + 2"},
		{"1 - sin(x)^2", "cos(x)^2"},
		{"z - z*cos(x)^2 + y", "z*sin(x)^2 + y"},
		{"sin(x)^2 - 1", "-cos(x)^2"},
		{"1 - 2*sin(x)^2", "cos(2*x)"},
		{"2*cos(x)^2 - 1", "cos(2*x)"},
		{"cos(x)^2 + 2", "cos(x)^2 + 2"},
		{"cos(x)^2 - sin(x)^2", "cos(2*x)"},
		{"1 + tan(x)^2", "1/cos(x)^2"},
		{"1/cos(x)^2 - tan(x)^2", "1"},
		{"sin(x)^4 + 2*sin(x)^2*cos(x)^2 + cos(x)^4", "1"},
		{"sin(x)^3 + sin(x)*cos(x)^2", "sin(x)"},
		{"sin(x)^2*cos(y)^2 + cos(x)^2*cos(y)^2 + sin(y)^2", "1"},
		{"0.5*sin(x)^2 + 0.5*cos(x)^2", "0.5*sin(x)^2 + 0.5*cos(x)^2"}, // floats are left alone
		{"0.5*x + sin(x)^2/3 + cos(x)^2/3", "0.5*x + 1/3"},
		{"cosh(x)^2 - sinh(x)^2", "1"},
		{"1 + sinh(x)^2", "cosh(x)^2"},
		{"1 - tanh(x)^2", "1/cosh(x)^2"},
		{"exp(x) + exp(-x)", "2*cosh(x)"},
		{"exp(x) - exp(-x)", "2*sinh(x)"},
		{"y*exp(2*x)/2 - y*exp(-2*x)/2", "y*sinh(2*x)"},
		{"cosh(x) + sinh(x)", "exp(x)"},

		// Products.
		{"sin(x)/cos(x)", "tan(x)"},
		{"sin(x)^2/cos(x)^2", "tan(x)^2"},
		{"cos(x)/sin(x)", "cos(x)/sin(x)"}, // 1/tan(x) is not defined where cos(x) is 0
		{"y*tan(x)*cos(x)*2", "2*y*sin(x)"},
		{"tan(x)^2*cos(x)^3", "cos(x)*sin(x)^2"},
		{"2*y*sin(x)*cos(x)", "y*sin(2*x)"},
		{"sinh(x)/cosh(x)", "tanh(x)"},
		{"exp(x)*exp(y)/exp(x + y)", "1"},
		{"exp(x)^2*exp(y)^(1/2)", "exp(2*x + y/2)"},
		{"exp2(x)*exp2(-x)", "1"},
		{"abs(x)*abs(y)/abs(z)", "abs(x*y/z)"},
		{"sign(x)*abs(x)", "x"},
		{"x*sign(x)", "abs(x)"},

		// Functions of functions.
		{"exp(log(x))", "x"},
		{"log(exp(x))", "x"},
		{"log(exp(x)*y)", "x + log(y)"},
		{"exp(log(x)/2)", "sqrt(x)"},
		{"exp(y + 3*log(x))", "exp(y + 3*log(x))"},
		{"exp(y*z - log(x))", "exp(y*z)/x"},
		{"log(x^3)", "3*log(x)"},
		{"log(1/x)", "-log(x)"},
		{"log(x^2)", "log(x^2)"},
		{"log(sqrt(x))", "log(x)/2"},
		{"sqrt(x^2)", "abs(x)"},
		{"sqrt(x^4)", "x^2"},
		{"sqrt(x^6)", "abs(x)^3"},
		{"(x^3)^(1/3)", "x"},
		{"(x^2)^(3/2)", "abs(x)^3"},
		{"sqrt(x)^2", "x"},
		{"sqrt(exp(2*x))", "exp(x)"},
		{"sin(asin(x)) + tanh(atanh(y))", "x + y"},
		{"acosh(cosh(x))", "abs(x)"},
		{"abs(abs(x))", "abs(x)"},
		{"abs(-3*x)", "3*abs(x)"},
		{"abs(-7/2)", "7/2"},
		{"abs(x)^2", "x^2"},
		{"sin(sin(x)^2 + cos(x)^2)", "sin(1)"},
		{"(sin(x)^2 + cos(x)^2)^5*(a + b)", "a + b"},
		{"floor(floor(x))", "floor(x)"},
		{"floor(-x)", "-ceil(x)"},
		{"ceil(round(x)) + floor(3)", "round(x) + 3"},
		{"floor(7/2) + ceil(-7/2) + round(5/2) + trunc(-1/2)", "3"},

		// Comparisons and choices.
		{"min(x, x)", "x"},
		{"min(2, 3) + max(2, 3)", "5"},
		{"min(x, min(x, y))", "min(x, y)"},
		{"min(min(x, 3), 2)", "min(x, 2)"},
		{"max(1, max(x, 2))", "max(x, 2)"},
		{"max(x, -x)", "abs(x)"},
		{"select(1 < 2, a, b)", "a"},
		{"select(x < x, a, b)", "b"},
		{"select(x == x, a, b)", "a"},
		{"select(x < y, a, a)", "a"},
		{"select(x < y, x, y)", "min(x, y)"},
		{"select(!(x < y), a, b)", "select(x >= y, a, b)"},
		{"select(x < y && 1 < 2, a, b)", "select(x < y, a, b)"},
		{"x < y || y < y", "x < y"},
		{"x <= y && 2 > 3", "0 != 0"},
		{"1/3 < 0.5", "0 == 0"},
		{"!(!(x < y))", "x < y"},
	} {
		got, err := Simplify(MustParse(tt.term))
		if want := Canonical(MustParse(tt.want)); err != nil || got != want {
			t.Errorf("Simplify(%s) is %v, %v, want %v", tt.term, got, err, want)
		}
	}
}

// A division by an exact 0 stays one.
func TestSimplifyUndefined(t *testing.T) {
	for _, text := range []string{"1/0", "sin(x)^2 + cos(x)^2 + 1/0", "sin(1/0)^2 + cos(1/0)^2", "abs(0*(1/(y - y)))", "exp(log(1/0))"} {
		got, err := Simplify(MustParse(text))
		if err != nil || !got.n.flag(hasPole) {
			t.Errorf("Simplify(%s) is %v, %v", text, got, err)
		}
	}
}

func TestSimplifyClass(t *testing.T) {
	for _, tt := range []struct{ term, exact, rounding string }{
		{"x*1 + 0", "x + 0", "x"},
		{"-(-x) - 0", "x", "x"},
		{"x/x", "x/x", "x/x"},
		{"x + y - y", "x + y - y", "x + y - y"},
		{"x*y + x*z", "x*y + x*z", "x*(y + z)"},
		{"sqrt(x^2)", "sqrt(x^2)", "abs(x)"},
		{"log(exp(x))", "log(exp(x))", "log(exp(x))"},
		{"1 - sin(x)^2", "1 - sin(x)^2", "cos(x)^2"},
		{"sin(x)^2 + cos(x)^2", "sin(x)^2 + cos(x)^2", "sin(x)^2 + cos(x)^2"}, // NaN where x is
		{"select(x < y, x, y)", "min(x, y)", "min(x, y)"},
		{"select(!(x < y), x, y)", "max(y, x)", "max(y, x)"},
		{"min(x, min(y, x))", "min(y, x)", "min(y, x)"},
		{"min(x, max(x, y))", "min(x, max(x, y))", "min(x, max(x, y))"},
		{"abs(-x)*abs(y)", "abs(x*y)", "abs(x*y)"},
		{"(x + 1)^1*(-y)", "(x + 1)*(-y)", "(x + 1)*(-y)"},
	} {
		e := MustParse(tt.term)
		for class, want := range map[rewrite.Class]string{rewrite.Exact: tt.exact, rewrite.Rounding: tt.rounding} {
			got, err := Simplifier{Class: class}.Simplify(context.Background(), e)
			if err != nil || got.String() != want {
				t.Errorf("%v: %s becomes %v, %v, want %s", class, tt.term, got, err, want)
			}
		}
	}
	// A canonical term is computed as it is written.
	e := Canonical(MustParse("x - y + abs(abs(x))"))
	got, err := Simplifier{Class: rewrite.Exact}.Simplify(context.Background(), e)
	if want := Faithful(Canonical(MustParse("x - y + abs(x)"))); err != nil || got != MustParse("x - y + abs(x)") && got != want {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
}

func TestSimplifyRules(t *testing.T) {
	ctx := context.Background()
	rule := func(text string, opts ...rewrite.Option) *rewrite.Rule[Expr] {
		return rewrite.MustParse(CanonicalTerms, text, append(opts, rewrite.Canonical())...)
	}
	var trace []string
	s := Simplifier{
		Rules: []*rewrite.Rule[Expr]{rule("log(?a*?b) => log(?a) + log(?b)", rewrite.Named("split"))},
		Trace: func(s rewrite.Step[Expr]) { trace = append(trace, fmt.Sprint(s.Rule.Name(), ": ", s.Before)) },
	}
	got, err := s.Simplify(ctx, MustParse("log(x*y*exp(z))"))
	if want := Canonical(MustParse("log(x) + log(y) + z")); err != nil || got != want {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	if len(trace) == 0 || !strings.HasPrefix(trace[0], "split: log(") {
		t.Errorf("trace %q", trace)
	}
	// A class keeps rules of the user's out too.
	s = Simplifier{Class: rewrite.Rounding, Rules: []*rewrite.Rule[Expr]{rewrite.MustParse(Terms, "?x - ?x => 0")}}
	if got, err := s.Simplify(ctx, MustParse("x - x")); err != nil || got != MustParse("x - x") {
		t.Errorf("%v, %v", got, err)
	}

	for _, rules := range [][]*rewrite.Rule[Expr]{
		{rule("tan(?x) => tan(tan(?x))")},
		{rule("?x:symbol => ?x + f_test()")},
	} {
		var budget *rewrite.BudgetError
		_, err := Simplifier{Rules: rules, Limits: rewrite.Limits{Firings: 500}}.Simplify(ctx, MustParse("tan(x)"))
		if !errors.As(err, &budget) || len(budget.Rules) == 0 {
			t.Errorf("error %v", err)
		}
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := (Simplifier{}).Simplify(cancelled, MustParse("tan(x)")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func init() {
	if _, err := Register(Function{Name: "f_test", Arity: 0}); err != nil {
		panic(err)
	}
}

// Sums of any length take about linear time, and depth takes no stack. (The
// time is bounded by what the tests may take.)
func TestSimplifyLarge(t *testing.T) {
	const n = 10_000
	var plain, trig, want Accumulator
	for i := range n {
		x, y := Index("x", i), Index("y", i)
		plain.Add(Times(Int(int64(i+2)), x, Power(y, Int(int64(i%5+2)))))
		if i%4 != 0 {
			continue
		}
		trig.Add(Times(y, Power(Apply(sinFunc, x), Int(2))))
		trig.Add(Times(y, Power(Apply(cosFunc, x), Int(2))))
		trig.Add(Apply(expFunc, Times(x, y)))
		want.Add(y)
		want.Add(Apply(expFunc, Times(x, y)))
	}
	for _, tt := range []struct{ e, want Expr }{{plain.Sum(), plain.Sum()}, {trig.Sum(), want.Sum()}} {
		if got, err := Simplify(tt.e); err != nil || got != tt.want {
			t.Errorf("a sum of %d terms: %v", n, err)
		}
	}
	deep, deepWant := Var("x"), Var("x")
	for range 30_000 {
		deep = Call(sinFunc, Call(expFunc, Call(logFunc, deep)).Abs())
		deepWant = Call(sinFunc, deepWant.Abs())
	}
	if got, err := Simplify(deep); err != nil || got != deepWant {
		t.Errorf("a deep term: %v", err)
	}
	var product []Expr
	for i := range 1000 {
		product = append(product, Apply(sinFunc, Index("x", i)))
	}
	if got, err := Simplify(Times(product...)); err != nil || got != Times(product...) {
		t.Errorf("a long product: %v", err)
	}
	shared := Var("x") // 2^1000 leaves
	for range 1000 {
		shared = Call(atan2Func, shared, shared)
	}
	if got, err := Simplify(Power(Power(shared, Int(2)), Rat(1, 2))); err != nil || got != shared.Abs() {
		t.Errorf("a shared term: %v", err)
	}
}

// randomFunctions is a random term of functions of x, y and z with an exact
// value almost everywhere.
func randomFunctions(rnd *rand.Rand, size int) Expr {
	if size <= 1 {
		switch rnd.IntN(4) {
		case 0:
			return Rat(rnd.Int64N(9)-4, 1+rnd.Int64N(3))
		}
		return Var(string(rune('x' + rnd.IntN(3))))
	}
	arg := func() Expr { return randomFunctions(rnd, size-1) }
	left := 1 + rnd.IntN(size-1)
	a := func() Expr { return randomFunctions(rnd, left) }
	b := func() Expr { return randomFunctions(rnd, size-left) }
	square := func(f *Function, x Expr) Expr { return Call(f, x).Pow(2) }
	switch rnd.IntN(16) {
	case 0, 1:
		return a().Add(b())
	case 2:
		return a().Sub(b())
	case 3, 4:
		return a().Mul(b())
	case 5:
		return a().Div(b())
	case 6:
		return arg().Pow(rnd.IntN(7) - 3)
	case 7:
		return arg().Sqrt()
	case 8:
		return arg().Abs()
	case 9:
		return Min(a(), b())
	case 10:
		return Max(a(), b())
	case 11:
		x, y := a(), b()
		return Select(Lt(x, y), x, y)
	case 12:
		x, y := a(), b()
		return square(sinFunc, x).Mul(y).Add(y.Mul(square(cosFunc, x)))
	case 13:
		x := arg()
		return square(coshFunc, x).Sub(square(sinhFunc, x))
	case 14:
		x := arg()
		return Call(sinFunc, x).Div(Call(cosFunc, x))
	}
	fs := []*Function{sinFunc, cosFunc, tanFunc, sinhFunc, coshFunc, tanhFunc, expFunc, logFunc, exp2Func, asinFunc, atanFunc, asinhFunc}
	return Call(fs[rnd.IntN(len(fs))], arg())
}

// What is simplified has the value of the term wherever that has one, is
// canonical, is not larger, and is its own.
func TestSimplifyValue(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	checked, simpler := 0, 0
	m := measure{of: map[*node]extent{}}
	for range 2000 {
		e := randomFunctions(rnd, 1+rnd.IntN(9))
		s, err := Simplify(e)
		if err != nil {
			t.Fatalf("%v: %v", e, err)
		}
		c := Canonical(e)
		if !s.IsCanonical() || m.size(c.n).less(m.size(s.n)) {
			t.Fatalf("%v becomes %v, canonical %v", e, s, s.IsCanonical())
		}
		if again, err := Simplify(s); err != nil || again != s {
			t.Fatalf("%v becomes %v, and that %v, %v", e, s, again, err)
		}
		if s == c {
			continue
		}
		simpler++
		at := map[Expr]*big.Float{}
		for _, v := range []string{"x", "y", "z"} {
			at[Var(v)] = big.NewFloat(math.Round(rnd.NormFloat64()*16) / 8)
		}
		want, ok := smallValue(e, at)
		if !ok {
			continue
		}
		checked++
		got, err := EvalBig(s, 1000, at)
		if err != nil || !close2(got, want, 300) {
			t.Fatalf("%v is %.20g at %v, but %v is %.20g, %v", e, want, at, s, got, err)
		}
	}
	if simpler < 400 || checked < 150 {
		t.Errorf("only %d of %d values", checked, simpler)
	}
}

// smallValue is the value of e to some 500 bits; !ok where it has none, or
// something in it is so large that what is subtracted from it would be lost.
func smallValue(e Expr, at map[Expr]*big.Float) (v *big.Float, ok bool) {
	for t := range Postorder(e) {
		if t.Bool() {
			continue
		}
		var err error
		if v, err = EvalBig(t, 1000, at); err != nil || v.MantExp(nil) > 100 || v.Sign() != 0 && v.MantExp(nil) < -100 {
			return nil, false
		}
	}
	return v, true
}

// close2 reports whether two numbers differ by less than 2^-bits, relatively
// above 1.
func close2(a, b *big.Float, bits int) bool {
	d := new(big.Float).Sub(a, b)
	scale := max(a.MantExp(nil), b.MantExp(nil), 0)
	return d.Sign() == 0 || d.MantExp(nil) < scale-bits
}

// randomFloats is a random faithful term that Exact and Rounding rules find much
// to do in.
func randomFloats(rnd *rand.Rand, size int) Expr {
	if size <= 1 {
		leaves := []Expr{Int(0), Int(1), Int(-1), Int(2), Rat(1, 4), Int(3), Const(0), Const(1.5), Var("x"), Var("y"), Var("z")}
		return leaves[rnd.IntN(len(leaves))]
	}
	arg := func() Expr { return randomFloats(rnd, size-1) }
	left := 1 + rnd.IntN(size-1)
	a, b := randomFloats(rnd, left), randomFloats(rnd, size-left)
	truth := func() Expr {
		t := []func(a, b Expr) Expr{Lt, Le, Gt, Ge, Eq, Ne}[rnd.IntN(6)](a, b)
		for rnd.IntN(3) == 0 {
			t = []Expr{Not(t), And(t, t), Or(t, Lt(b, a)), And(Lt(a, a), t), Or(t, Ge(a, b))}[rnd.IntN(5)]
		}
		return t
	}
	switch rnd.IntN(15) {
	case 0:
		return a.Add(b)
	case 1:
		return a.Sub(b)
	case 2:
		return a.Mul(b)
	case 3:
		return a.Div(b)
	case 4, 5:
		return arg().Neg()
	case 6:
		return arg().Pow([]int{0, 1, -1, 2, 3, -2}[rnd.IntN(6)])
	case 7:
		return arg().Abs()
	case 8:
		return Min(a, Min(a, b))
	case 9:
		return Max(Max(a, b), b)
	case 10:
		return Select(truth(), a, b)
	case 11:
		return Select(truth(), a, a.Neg())
	case 12:
		return FMA(a, b, arg())
	case 13:
		return arg().Sqrt()
	}
	fs := []*Function{floorFunc, ceilFunc, truncFunc, roundFunc, signFunc, sinFunc, coshFunc}
	return Call(fs[rnd.IntN(len(fs))], arg())
}

// Under Exact not a bit changes, and under Rounding the value does not, nor
// where there is one.
func TestSimplifyClassValue(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	ctx := context.Background()
	vars := []Expr{Var("x"), Var("y"), Var("z")}
	simpler, checked := [3]int{}, 0
	for range 4000 {
		e := randomFloats(rnd, 1+rnd.IntN(8))
		for _, class := range []rewrite.Class{rewrite.Exact, rewrite.Rounding} {
			s, err := Simplifier{Class: class}.Simplify(ctx, e)
			if err != nil {
				t.Fatalf("%v: %v", e, err)
			}
			if again, err := (Simplifier{Class: class}).Simplify(ctx, s); err != nil || again != s {
				t.Fatalf("%v: %v becomes %v, and that %v, %v", class, e, s, again, err)
			}
			if s == e {
				continue
			}
			simpler[class]++
			if class == rewrite.Rounding {
				values := []float64{float64(rnd.IntN(9)-4) / 2, float64(rnd.IntN(9)-4) / 2, rnd.NormFloat64()}
				want, ok := realValue(e, vars, values)
				got, is := realValue(s, vars, values)
				if ok && want.MantExp(nil) < 100 {
					checked++
					if !is || !close2(want, got, 200) {
						t.Fatalf("%v: %v is %.20g at %v, but %v is %.20g", class, e, want, values, s, got)
					}
				}
				continue
			}
			ev, err := NewEvaluator(vars, e, s)
			if err != nil {
				t.Fatal(err)
			}
			for range 100 {
				values := []float64{special[rnd.IntN(len(special))], special[rnd.IntN(len(special))], rnd.NormFloat64()}
				var v [2]float64
				if err := ev.Eval(v[:], values); err != nil {
					t.Fatal(err)
				}
				if math.Float64bits(v[0]) != math.Float64bits(v[1]) && (v[0] == v[0] || v[1] == v[1]) {
					t.Fatalf("%v is %v at %v, but %v is %v", e, v[0], values, s, v[1])
				}
			}
		}
	}
	if simpler[rewrite.Exact] < 1000 || simpler[rewrite.Rounding] < 1500 || checked < 500 {
		t.Error(simpler, checked)
	}
}

func TestSimplifyConcurrent(t *testing.T) {
	e := MustParse("exp(x)*exp(y) + z*sin(x)^4 + 2*z*sin(x)^2*cos(x)^2 + z*cos(x)^4")
	want := Canonical(MustParse("exp(x + y) + z"))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if got, err := Simplify(e); err != nil || got != want {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
	wait.Wait()
}
