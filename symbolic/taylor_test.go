package symbolic

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"
)

// The coefficients are the derivatives over the factorials.
func TestTaylorDerivatives(t *testing.T) {
	rnd := rand.New(rand.NewPCG(41, 42))
	x, y := Var("x"), Var("y")
	const order = 5
	texts := append([]string{
		"sin(cos(1 + x))", "exp(sin(x*y))*cos(x)", "(x + y)^4", "(x + y)^(-3)", "(1 + x)^y", "(y + x)^(x*y)", "x^3*exp(x)",
		"sqrt(1 + x + y*x^2)", "exp(x^2 - y)/(1 + x)", "log(exp(x) + y)", "sinh(x + y)*cosh(x)", "tan(sin(x))", "gamma(2 + x)",
		"atan2(x*y, 1 + x^2)", "hypot(sin(x), y)", "asin(x/2)*acos(x/3)", "erf(x)^2", "(x + 2)^1000", "cbrt(y + x)", "abs(x - 3)",
		"min(x, y + 2)*max(x, y + 2)", "select(x < y + 3, sin(x), 1/x)",
	}, differentiable...)
	for _, text := range texts {
		e := read(t, text)
		for _, at := range []Expr{Int(0), Rat(1, 2), Times(Rat(1, 3), y)} {
			env := map[Expr]dual{y: {v: 0.2 + 0.7*rnd.Float64()}}
			env[x] = duals(at, env)
			p, err := Taylor(e, x, at, order)
			if err != nil {
				// Nothing is wrong with most, away from 0.
				if at != Int(0) {
					t.Errorf("%s at %v: %v", text, at, err)
				}
				continue
			}
			if !p.IsCanonical() {
				t.Errorf("%s at %v: not canonical", text, at)
			}
			d, q := Canonical(e), p
			for k := range order + 1 {
				want, got := duals(d, env).v, duals(q, env).v
				if math.IsNaN(want) || math.IsInf(want, 0) {
					break // a removed singularity, or a branch that is not taken
				}
				if math.Abs(got-want) > 1e-8*(1+math.Abs(want)) {
					t.Errorf("%s at %v: derivative %d is %v at %v, want %v", text, at, k, got, env, want)
					break
				}
				if d, err = Diff(d, x); err == nil {
					q, err = Diff(q, x)
				}
				if err != nil {
					t.Fatalf("%s: %v", text, err)
				}
			}
		}
	}
}

func TestTaylorForms(t *testing.T) {
	for _, c := range []struct{ e, at, want string }{
		{"sin(x)/x", "0", "1 - x^2/6 + x^4/120"},
		{"1/(1 - x)", "0", "1 + x + x^2 + x^3 + x^4 + x^5"},
		{"(1 - cos(x))/x^2", "0", "1/2 - x^2/24 + x^4/720"},
		{"x^2/sin(x)^2", "0", "1 + x^2/3 + x^4/15"},
		{"tan(x)", "0", "x + x^3/3 + 2*x^5/15"},
		{"asin(x)", "0", "x + x^3/6 + 3*x^5/40"},
		{"log(x)", "1", "(x-1) - (x-1)^2/2 + (x-1)^3/3 - (x-1)^4/4 + (x-1)^5/5"},
		{"1/(x - x^2) - 1/x", "0", "1 + x + x^2 + x^3 + x^4 + x^5"},
		{"x^5 - 3*x^7", "0", "x^5"},
		{"x^5", "0", "x^5"},
		{"x^100000000 + x", "0", "x"},
		{"x^-100000000", "0", ""},
		{"x^2", "a", "a^2 + 2*a*(x - a) + (x - a)^2"},
		{"exp(x + y)", "0", "exp(y) + exp(y)*x + exp(y)*x^2/2 + exp(y)*x^3/6 + exp(y)*x^4/24 + exp(y)*x^5/120"},
		{"abs(x - 1)", "0", "1 - x"},
		{"abs(x - 1)", "1", ""},
		{"min(x, 2*x)", "0", "2*x"},
		{"select(x < 1 && !(x < -1), x, 1/x)", "0", "x"},
		{"select(x < y, x, 2)", "0", "select(0 < y, 0, 2) + select(0 < y, 1, 0)*x"},
		{"floor(x)*x", "1/2", "floor(1/2)*1/2 + floor(1/2)*(x - 1/2)"},
		{"y", "0", "y"},
		{"0.5*x", "0", "0.5*x"},
		{"sqrt(x^3)^2", "0", "x^3"},
		{"1/x", "0", ""},
		{"log(x)", "0", ""},
		{"sqrt(x)", "0", ""},
		{"sqrt(x^2)", "0", ""},
		{"x^x", "0", ""},
		{"x^y", "0", ""},
		{"exp(1/x)", "0", ""},
		{"sin(1/x)", "0", ""},
		{"cbrt(x)", "0", ""},
		{"asin(x)", "1", ""},
		{"1/(exp(x) - 1 - x)", "0", ""},
		{"1/(sin(x)^2 + cos(x)^2 - 1)", "0", ""},
		{"x/0", "0", ""},
		{"x", "x + 1", ""},
		{"x < 1", "0", ""},
		{"1/abs(x)", "0", ""},
	} {
		got, err := Taylor(read(t, c.e), Var("x"), read(t, c.at), 5)
		if c.want == "" {
			var e *TaylorError
			if !errors.As(err, &e) || e.Error() == "" {
				t.Errorf("%s at %s: %v, %v", c.e, c.at, Faithful(got), err)
			}
			continue
		}
		if want := Canonical(read(t, c.want)); err != nil || got != want {
			t.Errorf("%s at %s: %v, want %v; %v", c.e, c.at, Faithful(got), Faithful(want), err)
		}
	}
	f, err := Register(Function{Name: "no_taylor", Arity: 1})
	if err != nil {
		t.Fatal(err)
	}
	var d *DiffError
	if _, err := Taylor(Call(f, Var("x")), Var("x"), Int(0), 2); !errors.As(err, &d) || d.Func != f {
		t.Errorf("a function without a derivative: %v", err)
	}
	if p, err := Taylor(Call(f, Var("y")), Var("x"), Int(0), 2); err != nil || p != Call(f, Var("y")) {
		t.Errorf("a constant: %v, %v", p, err)
	}
}

// Functions whose derivatives are made of each other take no exponential time.
func TestTaylorMutual(t *testing.T) {
	for _, text := range []string{"hypot(1 + x, y)", "gamma(1 + x)", "tan(1 + x)", "polygamma(3, x + 1)", "atan2(exp(x), 1 + x)"} {
		if _, err := Taylor(read(t, text), Var("x"), Int(0), 12); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	e := Var("x")
	for range 100_000 {
		e = e.Add(Var("y")).Neg()
	}
	if _, err := Taylor(e, Var("x"), Int(1), 2); err != nil {
		t.Error(err)
	}
}

func TestPiecewise(t *testing.T) {
	x := Var("x")
	f := Piecewise(Int(3), Case{Lt(x, Int(0)), x}, Case{Lt(x, Int(1)), x.Mul(x)})
	if want := read(t, "select(x < 0, x, select(x < 1, x*x, 3))"); f != want {
		t.Errorf("%v, want %v", f, want)
	}
	d, err := Diff(f, x)
	if want := read(t, "select(x < 0, 1, select(x < 1, x + x, 0))"); err != nil || d != want {
		t.Errorf("%v, want %v; %v", d, want, err)
	}
	if Piecewise(x) != x {
		t.Error("without cases")
	}
}

func BenchmarkTaylor(b *testing.B) {
	e := read(b, "sin(cos(1 + x))")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Taylor(e, Var("x"), Int(0), 14); err != nil {
			b.Fatal(err)
		}
	}
}

func TestTaylorOrder(t *testing.T) {
	x := Var("x")
	var bad *TaylorError
	if _, err := Taylor(Power(x, Int(3)), x, Expr{}, 1<<30); !errors.As(err, &bad) {
		t.Error(err)
	}
	if d, err := DiffN(Power(x, Int(3)), x, 1<<30); d != (Expr{}) || err != nil {
		t.Error(d, err)
	}
}
