package num_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/triad-go/triad/internal/ieee"
	"github.com/triad-go/triad/symbolic"
	. "github.com/triad-go/triad/symbolic/num"
)

var specials = []float64{
	0, math.Copysign(0, -1), 1, -1, 2, -3, 0.1, -0.3, 1.5, 1e-5, 1e30, -1e-30, 1e-40, 1e-300, 1e308,
	math.MaxFloat32, math.SmallestNonzeroFloat32, math.SmallestNonzeroFloat64, -math.MaxFloat64,
	1 + 1.0/(1<<24), 1 + 3.0/(1<<24), math.Pi, math.Inf(1), math.Inf(-1), math.NaN(),
}

type float interface{ float32 | float64 }

func same[T float](a, b T) bool { return a != a && b != b || ieee.Bits(a) == ieee.Bits(b) }

// operation is one operation of Num with what it is on floats.
type operation[T float] struct {
	name string
	num  func(a, b, c Num[T]) Num[T]
	go_  func(a, b, c T) T
}

func choose[T any](cond bool, a, b T) T {
	if cond {
		return a
	}
	return b
}

func operations[T float]() []operation[T] {
	ops := []operation[T]{
		{"add", func(a, b, _ Num[T]) Num[T] { return a.Add(b) }, func(a, b, _ T) T { return a + b }},
		{"sub", func(a, b, _ Num[T]) Num[T] { return a.Sub(b) }, func(a, b, _ T) T { return a - b }},
		{"mul", func(a, b, _ Num[T]) Num[T] { return a.Mul(b) }, func(a, b, _ T) T { return a * b }},
		{"div", func(a, b, _ Num[T]) Num[T] { return a.Div(b) }, func(a, b, _ T) T { return a / b }},
		{"neg", func(a, _, _ Num[T]) Num[T] { return a.Neg() }, func(a, _, _ T) T { return -a }},
		{"abs", func(a, _, _ Num[T]) Num[T] { return a.Abs() }, func(a, _, _ T) T { return T(math.Abs(float64(a))) }},
		{"sqrt", func(a, _, _ Num[T]) Num[T] { return a.Sqrt() }, func(a, _, _ T) T { return T(math.Sqrt(float64(a))) }},
		{"fma", FMA[T], ieee.FMA[T]},
		{"min", func(a, b, _ Num[T]) Num[T] { return Min(a, b) }, func(a, b, _ T) T { return choose(a < b, a, b) }},
		{"max", func(a, b, _ Num[T]) Num[T] { return Max(a, b) }, func(a, b, _ T) T { return choose(a > b, a, b) }},
		{"unfused", func(a, b, c Num[T]) Num[T] { return a.Mul(b).Add(c) }, func(a, b, c T) T { return T(a*b) + c }},
		{"horner", func(a, b, c Num[T]) Num[T] { return a.Mul(b).Sub(c.Mul(a)).Div(c) }, func(a, b, c T) T { return (T(a*b) - T(c*a)) / c }},
		{"lt", func(a, b, c Num[T]) Num[T] { return Select(Lt(a, b), b, c) }, func(a, b, c T) T { return choose(a < b, b, c) }},
		{"le", func(a, b, c Num[T]) Num[T] { return Select(Le(a, b), b, c) }, func(a, b, c T) T { return choose(a <= b, b, c) }},
		{"gt", func(a, b, c Num[T]) Num[T] { return Select(Gt(a, b), b, c) }, func(a, b, c T) T { return choose(a > b, b, c) }},
		{"ge", func(a, b, c Num[T]) Num[T] { return Select(Ge(a, b), b, c) }, func(a, b, c T) T { return choose(a >= b, b, c) }},
		{"eq", func(a, b, c Num[T]) Num[T] { return Select(Eq(a, b), b, c) }, func(a, b, c T) T { return choose(a == b, b, c) }},
		{"ne", func(a, b, c Num[T]) Num[T] { return Select(Ne(a, b), b, c) }, func(a, b, c T) T { return choose(a != b, b, c) }},
		{"logic", func(a, b, c Num[T]) Num[T] {
			return Select(Or(And(Lt(a, b), Lt(b, c)), Not(Le(a, c))), a, b)
		}, func(a, b, c T) T { return choose(a < b && b < c || !(a <= c), a, b) }},
		{"false", func(a, b, _ Num[T]) Num[T] { return Select(Cond[T]{}, a, b) }, func(_, b, _ T) T { return b }},
		{"const", func(a, _, _ Num[T]) Num[T] { return Const[T](0.1).Sub(Const[T](math.Copysign(0, -1)).Add(a)) },
			func(a, _, _ T) T { z := T(math.Copysign(0, -1)); return T(0.1) - (z + a) }},
	}
	for _, v := range specials {
		ops = append(ops, operation[T]{fmt.Sprint("const ", v), func(_, _, _ Num[T]) Num[T] { return Const[T](v) }, func(_, _, _ T) T { return T(v) }})
	}
	for _, n := range []int{0, 1, -1, 2, 3, -3, 7, 10, 1000, math.MaxInt, math.MinInt} {
		ops = append(ops, operation[T]{fmt.Sprint("pow ", n), func(a, _, _ Num[T]) Num[T] { return a.Pow(n) }, func(a, _, _ T) T { return pow(a, n) }})
	}
	return ops
}

// pow is binary powering as the documentation tells it, by the bits in text.
func pow[T float](a T, n int) T {
	if n < 0 {
		bits := fmt.Sprintf("%b", n)[1:]
		return 1 / powBits(a, bits)
	}
	if n == 0 {
		return 1
	}
	return powBits(a, fmt.Sprintf("%b", n))
}

func powBits[T float](a T, bits string) T {
	r := a
	for _, b := range bits[1:] {
		r = T(r * r)
		if b == '1' {
			r = T(r * a)
		}
	}
	return r
}

func TestOperations(t *testing.T) {
	t.Run("float64", testOperations[float64])
	t.Run("float32", testOperations[float32])
}

func testOperations[T float](t *testing.T) {
	for _, op := range operations[T]() {
		for _, a := range specials {
			for _, b := range specials {
				for _, c := range []float64{a, b, 0.7, -1e-9, math.NaN()} {
					x, y, z := T(a), T(b), T(c)
					if got, want := op.num(Of(x), Of(y), Of(z)).Value(), op.go_(x, y, z); !same(got, want) {
						t.Fatalf("%s of %v, %v, %v: %v, want %v", op.name, x, y, z, got, want)
					}
				}
			}
		}
	}
}

// functions are the elementary functions by their names in expressions.
func functions[T Real]() map[string]func(x, y Num[T]) Num[T] {
	one := func(f func(Num[T]) Num[T]) func(x, y Num[T]) Num[T] {
		return func(x, _ Num[T]) Num[T] { return f(x) }
	}
	return map[string]func(x, y Num[T]) Num[T]{
		"sin": one(Sin[T]), "cos": one(Cos[T]), "tan": one(Tan[T]),
		"asin": one(Asin[T]), "acos": one(Acos[T]), "atan": one(Atan[T]),
		"sinh": one(Sinh[T]), "cosh": one(Cosh[T]), "tanh": one(Tanh[T]),
		"asinh": one(Asinh[T]), "acosh": one(Acosh[T]), "atanh": one(Atanh[T]),
		"exp": one(Exp[T]), "exp2": one(Exp2[T]), "expm1": one(Expm1[T]),
		"log": one(Log[T]), "log2": one(Log2[T]), "log10": one(Log10[T]), "log1p": one(Log1p[T]),
		"cbrt": one(Cbrt[T]), "erf": one(Erf[T]), "erfc": one(Erfc[T]), "gamma": one(Gamma[T]),
		"floor": one(Floor[T]), "ceil": one(Ceil[T]), "trunc": one(Trunc[T]), "round": one(Round[T]), "roundeven": one(RoundEven[T]),
		"atan2": Atan2[T], "hypot": Hypot[T], "mod": Mod[T], "copysign": Copysign[T],
		"remainder": Remainder[T], "minimum": Minimum[T], "maximum": Maximum[T],
	}
}

func TestFunctions(t *testing.T) {
	f32, terms := functions[float32](), functions[Term]()
	x, y := symbolic.Var("x"), symbolic.Var("y")
	for name, f := range functions[float64]() {
		fn, vars := symbolic.LookupFunction(name, 1), []symbolic.Expr{x}
		if fn == nil {
			fn, vars = symbolic.LookupFunction(name, 2), []symbolic.Expr{x, y}
		}
		if got, want := terms[name](FromExpr(x), FromExpr(y)).Value().Expr(), symbolic.Call(fn, vars...); got != want {
			t.Errorf("%s: traced %v, want %v", name, got, want)
		}
		for _, a := range specials {
			for _, b := range specials {
				want := fn.Eval([]float64{a, b}[:fn.Arity])
				if got := f(Of(a), Of(b)).Value(); !same(got, want) {
					t.Errorf("%s of %v, %v: %v, want %v", name, a, b, got, want)
				}
				a32, b32 := float32(a), float32(b)
				want32 := float32(fn.Eval([]float64{float64(a32), float64(b32)}[:fn.Arity]))
				if got := f32[name](Of(a32), Of(b32)).Value(); !same(got, want32) {
					t.Errorf("%s of float32 %v, %v: %v, want %v", name, a32, b32, got, want32)
				}
			}
		}
	}
	if got, want := Pow(FromExpr(x), FromExpr(y)).Value().Expr(), x.PowExpr(y); got != want {
		t.Errorf("pow: traced %v, want %v", got, want)
	}
	for _, a := range specials {
		for _, b := range specials {
			if got, want := Pow(Of(a), Of(b)).Value(), math.Pow(a, b); !same(got, want) {
				t.Errorf("pow of %v, %v: %v, want %v", a, b, got, want)
			}
			if got, want := Pow(Of(float32(a)), Of(float32(b))).Value(), float32(math.Pow(float64(float32(a)), float64(float32(b)))); !same(got, want) {
				t.Errorf("pow of float32 %v, %v: %v, want %v", a, b, got, want)
			}
		}
	}
}

func TestCall(t *testing.T) {
	digamma, hypot := symbolic.LookupFunction("digamma", 1), symbolic.LookupFunction("hypot", 2)
	if got, want := Call(digamma, Of(1.5)).Value(), digamma.Eval([]float64{1.5}); got != want {
		t.Errorf("digamma(1.5) = %v, want %v", got, want)
	}
	if got := Call(hypot, Of[float32](3), Of[float32](4)).Value(); got != 5 {
		t.Errorf("hypot(3, 4) = %v", got)
	}
	x := symbolic.Var("x")
	if got, want := Call(digamma, FromExpr(x)).Value().Expr(), symbolic.Digamma(x); got != want {
		t.Errorf("traced %v, want %v", got, want)
	}
	defer func() {
		if recover() == nil {
			t.Error("a call with the wrong number of arguments")
		}
	}()
	Call(hypot, Of(1.0))
}

// A traced constant must not be computed with, as exact numbers are: rounding is
// the function's meaning.
func TestConstantsStay(t *testing.T) {
	c, x := Const[Term], FromExpr(symbolic.Var("x"))
	var zero Num[Term]
	for _, test := range []struct {
		n    Num[Term]
		want string
	}{
		{c(1).Div(c(3)).Mul(c(3)), "1.0/3.0*3.0"},
		{zero, "0.0"},
		{zero.Neg(), "-0.0"}, // not the exact 0
		{zero.Add(x), "0.0 + x"},
		{zero.Mul(zero), "0.0*0.0"},
		{c(math.Copysign(0, -1)), "-0.0"},
		{x.Sub(x), "x - x"},
		{Select(Cond[Term]{}, x, zero), "select(0.0 < 0.0, x, 0.0)"},
		{Select(And(Lt(x, zero), Not(Cond[Term]{})), x, c(2)), "select(x < 0.0 && !(0.0 < 0.0), x, 2.0)"},
		{FMA(x, x, c(1)).Pow(-3), "fma(x, x, 1.0)^-3"},
		{Max(Min(x.Abs(), c(1)), x.Sqrt()), "max(min(abs(x), 1.0), sqrt(x))"},
		{FromExpr(symbolic.Rat(1, 3)).Add(x), "1/3 + x"},
	} {
		want, err := symbolic.Parse(test.want)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(test.want, "-0") { // of which there are two: a constant and a negation
			if got := test.n.String(); got != test.want && got != "-(0.0)" {
				t.Errorf("traced %s, want %s", got, test.want)
			}
			continue
		}
		if got := test.n.Value().Expr(); got != want {
			t.Errorf("traced %v, want %v", got, want)
		}
	}
	if zero.Neg().Value().Expr() != symbolic.Const(0).Neg() {
		t.Error("the negation of the zero Num")
	}
}

// Generic code cannot compare Nums with ==: the type set of Real has a type that
// is not comparable.
func TestNotComparable(t *testing.T) {
	if reflect.TypeFor[Num[Term]]().Comparable() {
		t.Error("Num[Term] is comparable")
	}
}

func TestLayout(t *testing.T) {
	for _, test := range []struct{ num, plain reflect.Type }{
		{reflect.TypeFor[Num[float64]](), reflect.TypeFor[float64]()},
		{reflect.TypeFor[Num[float32]](), reflect.TypeFor[float32]()},
		{reflect.TypeFor[Num[Term]](), reflect.TypeFor[Term]()},
	} {
		if test.num.Size() != test.plain.Size() || test.num.Align() != test.plain.Align() {
			t.Errorf("%v: %d bytes, %v: %d", test.num, test.num.Size(), test.plain, test.plain.Size())
		}
	}
	v := make([]float32, 2, 5)
	x := Slice(v)
	x[1] = Const[float32](7)
	if len(x) != 2 || cap(x) != 5 || v[1] != 7 {
		t.Errorf("Slice: len %d, cap %d, %v", len(x), cap(x), v)
	}
	if w := Values(x); len(w) != 2 || cap(w) != 5 || &w[0] != &v[0] {
		t.Errorf("Values: len %d, cap %d", len(w), cap(w))
	}
	if Slice[float64](nil) != nil || Values[float64](nil) != nil || len(Slice([]float64{})) != 0 {
		t.Error("empty slices")
	}
}

func TestString(t *testing.T) {
	if got := fmt.Sprint(Of(1.5), Of(float32(0.1)), FromExpr(symbolic.Var("x")).Add(Const[Term](1))); got != "1.5 0.1 x + 1.0" {
		t.Error(got)
	}
}

// everything uses each operation on floats.
func everything[T Real](x []Num[T]) (s Num[T]) {
	for i := range x {
		a := x[i]
		c := And(Lt(a, s), Or(Not(Ge(a, s)), Ne(a, s)))
		b := FMA(a, a, Const[T](1)).Sqrt().Div(a.Abs()).Sub(Min(a, s)).Add(Max(a, s.Neg())).Pow(5)
		s = Select(c, a, Sin(b).Mul(Hypot(a, b))).Add(Floor(a))
	}
	return s
}

func TestNoAllocation(t *testing.T) {
	x, y := make([]float64, 100), make([]float32, 100)
	var r Num[float64]
	var q Num[float32]
	if n := testing.AllocsPerRun(10, func() { r = everything(Slice(x)) }); n != 0 {
		t.Errorf("float64: %v allocations", n)
	}
	if n := testing.AllocsPerRun(10, func() { q = everything(Slice(y)) }); n != 0 {
		t.Errorf("float32: %v allocations", n)
	}
	_, _ = r, q
}

func TestTrace(t *testing.T) {
	x, y, z := symbolic.Var("x"), symbolic.Var("y"), symbolic.Var("z")
	type N = Num[Term]
	for _, test := range []struct {
		f    any
		args []symbolic.Expr
		want string
	}{
		{lorenz[Term], []symbolic.Expr{x, y, z}, "[10.0*(y - x) x*(28.0 - z) - y x*y - 2.6666666666666665*z]"},
		{func(x []N) []N { x[0] = x[1].Mul(x[2]); return x }, []symbolic.Expr{x, y, z}, "[y*z y z]"},
		{func(s N, x ...N) (N, []N) { return s.Neg(), x }, []symbolic.Expr{x, y, z}, "[-x y z]"},
		{func(s N, x ...N) (N, []N, error) { return s, x, nil }, []symbolic.Expr{x}, "[x]"},
		{func() N { return Const[Term](2) }, nil, "[2.0]"},
		{func(a N) N { return a.Add(a) }, []symbolic.Expr{x.Mul(y)}, "[x*y + x*y]"},
		{func(a N) {}, []symbolic.Expr{x}, "[]"},
	} {
		got, err := Trace(test.f, test.args...)
		if err != nil || fmt.Sprint(got) != test.want {
			t.Errorf("%T: %v, %v; want %s", test.f, got, err, test.want)
		}
	}
}

func TestTraceErrors(t *testing.T) {
	x := symbolic.Var("x")
	type N = Num[Term]
	cause := errors.New("cause")
	for _, test := range []struct {
		f    any
		want string
		is   error
	}{
		{nil, "not a function", nil},
		{3, "not a function", nil},
		{(func(N) N)(nil), "not a function", nil},
		{func(float64) N { return N{} }, "parameter 0 is float64", nil},
		{func([]N, N) N { return N{} }, "parameter 0 is []num.Num", nil},
		{func(N) float64 { return 0 }, "result 0 is float64", nil},
		{func(N) (error, N) { return nil, N{} }, "result 0 is error", nil},
		{func(N, N) N { return N{} }, "1 arguments", nil},
		{func() N { return N{} }, "1 arguments", nil},
		{func(N, N, ...N) N { return N{} }, "1 arguments", nil},
		{func(N) N { panic("no such thing") }, "panic: no such thing", nil},
		{func(N) N { panic(cause) }, "panic: cause", cause},
		{func(n []N) N { return n[1] }, "panic: runtime error: index out of range [1]", nil},
		{func(N) (N, error) { return N{}, cause }, "cause", cause},
	} {
		got, err := Trace(test.f, x)
		var e *Error
		if got != nil || !errors.As(err, &e) || !strings.Contains(err.Error(), test.want) || test.is != nil && !errors.Is(err, test.is) {
			t.Errorf("%T: %v, %v; want %q", test.f, got, err, test.want)
		}
	}
}
