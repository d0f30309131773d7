package symbolic_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	. "github.com/triad-go/triad/symbolic"
)

func TestParse(t *testing.T) {
	a, b, c, x := Var("a"), Var("b"), Var("c"), Var("x")
	for _, tt := range []struct {
		text string
		want Expr
		back string // what it is printed as; as it was written if ""
	}{
		{"x", x, ""},
		{" \t\r\n\u00a0x\u2003", x, "x"},
		{"a+b-c", a.Add(b).Sub(c), "a + b - c"},
		{"a - (b - c)", a.Sub(b.Sub(c)), ""},
		{"a/b*c", a.Div(b).Mul(c), ""},
		{"a/(b*c)", a.Div(b.Mul(c)), ""},
		{"a + b*c", a.Add(b.Mul(c)), ""},
		{"(a + b)*c", a.Add(b).Mul(c), ""},
		{"((a))", a, "a"},
		{"-a*b", a.Neg().Mul(b), ""},
		{"-(a*b)", a.Mul(b).Neg(), ""},
		{"a*-b", a.Mul(b.Neg()), "a*(-b)"},
		{"a - -b", a.Sub(b.Neg()), ""},
		{"--a", a.Neg().Neg(), "-(-a)"},
		{"-a - b", a.Neg().Sub(b), ""},
		{"x^2", x.Pow(2), ""},
		{"x**2", x.Pow(2), "x^2"},
		{"x ^ - 2", x.Pow(-2), "x^-2"},
		{"x^(-2)", x.Pow(-2), "x^-2"},
		{"x^( + 2 )", x.Pow(2), "x^2"},
		{"x^0x10", x.Pow(16), "x^16"},
		{"x^+2", x.Pow(2), "x^2"},
		{"x^(1 - 3)", x.Pow(-2), "x^-2"},
		{"x^-(1 + 2)*-x^2", x.Pow(-3).Mul(x.Pow(2).Neg()), "x^-3*(-x^2)"},
		{"x^0", x.Pow(0), ""},
		{"-x^2", x.Pow(2).Neg(), ""},
		{"(-x)^2", x.Neg().Pow(2), ""},
		{"(x^2)^3", x.Pow(2).Pow(3), ""},
		{"a*x^2/b", a.Mul(x.Pow(2)).Div(b), ""},
		{"a**2*b**3", a.Pow(2).Mul(b.Pow(3)), "a^2*b^3"},
		{"sqrt(x)^2", x.Sqrt().Pow(2), ""},
		{"7", Int(7), ""},
		{"007", Int(7), "7"},
		{"-7", Int(-7), ""},
		{"-9223372036854775808", Int(math.MinInt64), ""},
		{"x - 9223372036854775808", x.Sub(Int(math.MinInt64).Neg()), ""},
		{"0xfF", Int(255), "255"},
		{"1/3", Rat(1, 3), ""},
		{"-1/3", Rat(-1, 3), ""},
		{"1/3*x", Rat(1, 3).Mul(x), ""},
		{"x*(1/3)", x.Mul(Rat(1, 3)), ""},
		{"x*1/3", x.Mul(Int(1)).Div(Int(3)), ""},
		{"x/(1/3)", x.Div(Rat(1, 3)), ""},
		{"(1/3)^5000", Rat(1, 3).Pow(5000), ""},
		{"(-3)^5000", Int(-3).Pow(5000), ""},
		{"-3^5000", Int(3).Pow(5000).Neg(), ""},
		{"-3^2", Int(-9), "-9"},
		{"(-3)^2", Int(9), "9"},
		{"2^-2", Rat(1, 4), "1/4"},
		{"0^0", Int(1), "1"},
		{"0^-1", Int(0).Pow(-1), ""},
		{"-0", Int(0), "0"},
		{"0/0", Int(0).Div(Int(0)), ""},
		{"1/(2 - 2)", Int(1).Div(Int(0)), "1/0"},
		{"3.0", Const(3), ""},
		{"3.", Const(3), "3.0"},
		{".5", Const(.5), "0.5"},
		{"1e5", Const(1e5), "100000.0"},
		{"1E+5", Const(1e5), "100000.0"},
		{"1e22", Const(1e22), "1e+22"},
		{"1e-400", Const(0), "0.0"},
		{"0.1000000000000000055511151231257827", Const(.1), "0.1"},
		{"0x1.8p1", Const(3), "3.0"},
		{"0X1P-2", Const(.25), "0.25"},
		{"0x.8p0", Const(.5), "0.5"},
		{"-2.0", Const(-2), ""},
		{"- 2.0", Const(-2), "-2.0"},
		{"-(2.0)", Const(2).Neg(), ""},
		{"-(-2.0)", Const(-2).Neg(), ""},
		{"--2.0", Const(-2).Neg(), "-(-2.0)"},
		{"-2.0^2", Const(2).Pow(2).Neg(), ""},
		{"-2.0 ** 2", Const(2).Pow(2).Neg(), "-2.0^2"},
		{"(-2.0)^2", Const(-2).Pow(2), ""},
		{"-2.0*x", Const(-2).Mul(x), ""},
		{"x*(-2.0)", x.Mul(Const(-2)), ""},
		{"x - 2.0", x.Sub(Const(2)), ""},
		{"x - -2.0", x.Sub(Const(-2)), ""},
		{"-0.0", Const(math.Copysign(0, -1)), ""},
		{"0.0", Const(0), ""},
		{"inf - -inf", Const(math.Inf(1)).Sub(Const(math.Inf(-1))), ""},
		{"-(inf)", Const(math.Inf(1)).Neg(), ""},
		{"nan", Const(math.NaN()), ""},
		{"-nan", Const(math.NaN()), "nan"},
		{"-(nan)", Const(math.NaN()).Neg(), ""},
		{"nano + inf1", Var("nano").Add(Var("inf1")), ""},
		{"sqrt(abs(x))", x.Abs().Sqrt(), ""},
		{"sqrt ( x )", x.Sqrt(), "sqrt(x)"},
		{"sqrt + abs", Var("sqrt").Add(Var("abs")), ""},
		{"min(a, max(b, c))", Min(a, Max(b, c)), ""},
		{"fma(a + b, -b, c)", FMA(a.Add(b), b.Neg(), c), ""},
		{"select(a < b, a, b)", Select(Lt(a, b), a, b), ""},
		{"a<=b", Le(a, b), "a <= b"},
		{"a > b", Gt(a, b), ""},
		{"a >= b", Ge(a, b), ""},
		{"a == b", Eq(a, b), ""},
		{"a != b", Ne(a, b), ""},
		{"(a < b) < c", Lt(Lt(a, b), c), ""},
		{"a < (b < c)", Lt(a, Lt(b, c)), ""},
		{"a + b < -c", Lt(a.Add(b), c.Neg()), ""},
		{"a || b && c", Or(a, And(b, c)), ""},
		{"(a || b) && c", And(Or(a, b), c), ""},
		{"a && b && c", And(And(a, b), c), ""},
		{"a && (b && c)", And(a, And(b, c)), ""},
		{"a < b && b < c", And(Lt(a, b), Lt(b, c)), ""},
		{"!a < b", Lt(Not(a), b), ""},
		{"!(a < b)", Not(Lt(a, b)), ""},
		{"!!a", Not(Not(a)), "!(!a)"},
		{"a!=!b", Ne(a, Not(b)), "a != !b"},
		{"Δx*变量", Var("Δx").Mul(Var("变量")), ""},
	} {
		got, err := Parse(tt.text)
		if err != nil {
			t.Error(err)
			continue
		}
		if got != tt.want {
			t.Errorf("Parse(%q) = %v, want %v", tt.text, got, tt.want)
		}
		if tt.back == "" {
			tt.back = tt.text
		}
		if s := got.String(); s != tt.back {
			t.Errorf("%q is printed as %q, want %q", tt.text, s, tt.back)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, tt := range []struct {
		text   string
		offset int
		msg    string
	}{
		{"", 0, `expected an operand, found the end`},
		{"  ", 2, `expected an operand, found the end`},
		{"a +", 3, `expected an operand, found the end`},
		{"a + *b", 4, `expected an operand, found "*"`},
		{"+a", 0, `expected an operand, found "+"`},
		{"()", 1, `expected an operand, found ")"`},
		{"-", 1, `expected an operand, found the end`},
		{"a b", 2, `expected an operator, found "b"`},
		{"2x", 1, `expected an operator, found "x"`},
		{"x(2)", 0, `expected the name of a function, found "x"`},
		{"1.5 2.5e3", 4, `expected an operator, found "2.5e3"`},
		{"1.2.3", 3, `expected an operator, found ".3"`},
		{"1e", 1, `expected an operator, found "e"`},
		{"1e+", 1, `expected an operator, found "e"`},
		{"0x", 1, `expected an operator, found "x"`},
		{"0x.p1", 1, `expected an operator, found "x.p1"`},
		{"0x1.8", 3, `expected an operator, found ".8"`},
		{"0x.8", 1, `expected an operator, found "x.8"`},
		{".", 0, `expected an operand, found "."`},
		{"2 + 1e400", 4, `expected a number in the range of float64, found "1e400"`},
		{"-1e999", 1, `expected a number in the range of float64, found "1e999"`},
		{"a = b", 2, `expected an operator, found "="`},
		{"a & b", 2, `expected an operator, found "&"`},
		{"a ? b : c", 2, `expected an operator, found "?"`},
		{"é + \xff", 5, `expected an operand, found "\xff"`},
		{"a\x00", 1, `expected an operator, found "\x00"`},
		{"a; b", 1, `expected an operator, found ";"`},
		{"(a", 2, `expected ")" for the "(" 2 bytes before, found the end`},
		{"sqrt(a + (b)", 12, `expected ")" for the "(" 8 bytes before, found the end`},
		{"a)", 1, `expected an operator or the end, found ")"`},
		{"(a))", 3, `expected an operator or the end, found ")"`},
		{"a, b", 1, `expected an operator, found ","`},
		{"sqrt((a, b))", 7, `expected an operator, found ","`},
		{"min(a,)", 6, `expected an operand, found ")"`},
		{"sqrt()", 5, `expected 1 argument(s) of sqrt, found 0`},
		{"sqrt(a, b)", 9, `expected 1 argument(s) of sqrt, found 2`},
		{"1 + min(a)", 9, `expected 2 argument(s) of min, found 1`},
		{"fma(a, b)", 8, `expected 3 argument(s) of fma, found 2`},
		{"sine(a)", 0, `expected the name of a function, found "sine"`},
		{"1 + sin(a, b)", 12, `expected 1 argument(s) of sin, found 2`},
		{"pi(a)", 4, `expected 0 argument(s) of pi, found 1`},
		{"sin()", 4, `expected 1 argument(s) of sin, found 0`},
		{"canonical(a, b)", 14, `expected 1 argument of canonical, found 2`},
		{"nan(a)", 3, `expected an operator, found "("`},
		{"a < b < c", 6, `expected && or ||, found "<": comparisons do not chain`},
		{"a < b + 1 == c", 10, `expected && or ||, found "==": comparisons do not chain`},
		{"x^2^3", 3, `expected an operator other than ^, which does not chain, found "^"`},
		{"x^", 2, `expected an exponent, found the end`},
		{"x^*2", 2, `expected an exponent, found "*"`},
		{"x^--2", 3, `expected an exponent, found "-"`},
		{"x^!2", 2, `expected an exponent, found "!"`},
		{"x^-2^2", 4, `expected an operator other than ^, which does not chain, found "^"`},
		{"x^(2)**2", 5, `expected an operator other than ^, which does not chain, found "*"`},
		{"x^(2 + )", 7, `expected an operand, found ")"`},
		{"x^(2", 4, `expected ")" for the "(" 2 bytes before, found the end`},
		{"x^1e400", 2, `expected a number in the range of float64, found "1e400"`},
		{"a " + strings.Repeat("b", 100), 2, `expected an operator, found "` + strings.Repeat("b", 41) + `"`},
	} {
		e, err := Parse(tt.text)
		var syntax *SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("Parse(%q) = %v, %v", tt.text, e, err)
			continue
		}
		if e != (Expr{}) || syntax.Text != tt.text || syntax.Offset != tt.offset || syntax.Msg != tt.msg {
			t.Errorf("Parse(%q): at %d: %s\nwant: at %d: %s", tt.text, syntax.Offset, syntax.Msg, tt.offset, tt.msg)
		}
	}
	// The message of an error in a long text shows the place alone.
	long := strings.Repeat("é + ", 1000)
	_, err := Parse(long + "+" + long)
	if msg := err.Error(); len(msg) > 200 || !strings.Contains(msg, "offset 5000 ") || !strings.Contains(msg, "é + +é") {
		t.Error(msg)
	}
}

// Parse after String is the identity.
func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	leaves := leaves()
	n := 20_000
	if testing.Short() || slow {
		n = 2000
	}
	for i := range n {
		e := random(r, leaves, 1+i%5)
		text := e.String()
		f, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if f != e {
			t.Fatalf("%.2000s is read as %.2000v", text, f)
		}
	}
}

// Depth costs memory and nothing else.
func TestDeep(t *testing.T) {
	n, million := 100_000, 1_000_000
	if testing.Short() || slow {
		n, million = 10_000, 100_000
	}
	x, y := Var("x"), Var("y")
	deep := func(n int, level func(Expr) Expr) {
		e := x
		for range n {
			e = level(e)
		}
		text := e.String()
		f, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if f != e {
			t.Fatalf("%.40s… is read as another term", text)
		}
		terms := 0
		for range Postorder(e) {
			terms++
		}
		if want := n + len(Vars(e)); terms != want {
			t.Errorf("%.40s…: %d terms, want %d", text, terms, want)
		}
	}
	deep(million, func(e Expr) Expr { return y.Sub(e) })
	deep(n, func(e Expr) Expr { return e.Sub(y) })
	deep(n, func(e Expr) Expr { return e.Neg() })
	deep(n, func(e Expr) Expr { return e.Pow(2) })
	deep(n, func(e Expr) Expr { return Min(y, e) })

	for _, text := range []string{
		strings.Repeat("(", n), strings.Repeat("-", n), strings.Repeat("sqrt(", n), strings.Repeat("!", n),
		strings.Repeat("x+", n), strings.Repeat("x^2", n), strings.Repeat("min(x,", n), strings.Repeat("x", n) + " x",
	} {
		if _, err := Parse(text); err == nil {
			t.Errorf("no error for %.20q…", text)
		}
	}
	nested := strings.Repeat("(", million) + "x" + strings.Repeat(")", million)
	if e, err := Parse(nested); e != x || err != nil {
		t.Errorf("nested parentheses: %v, %v", e, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"b + s*c", "-x^2/(1/3) - -2.0**-3", "select(!(a <= b) && c != d || e, fma(a, b, c), min(nan, -inf))", "0x1.8p-3 + 1e5 + 12345678901234567890/7",
		"sqrt((a), b)", "a < b < c", "x^(-2)^3", "((", "é\xff", "2^4000*3^4000", "-(-(2.0))", "1.2.3", "x^9223372036854775808",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(text)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Offset < 0 || syntax.Offset > len(text) || syntax.Text != text || syntax.Msg == "" {
				t.Fatalf("%#v", err)
			}
			_ = err.Error()
			return
		}
		back := e.String()
		f, err := Parse(back)
		if err != nil {
			t.Fatal(err)
		}
		if f != e {
			t.Fatalf("%q is printed as %q, which is read as %q", text, back, f)
		}
		if again := f.String(); again != back {
			t.Fatalf("%q is printed as %q and as %q", text, back, again)
		}
	})
}

// FuzzBuild makes a term by a program for a stack machine, so that the fuzzer
// reaches what no text would.
func FuzzBuild(f *testing.F) {
	f.Add([]byte{17, 18, 200, 3, 204, 5, 205})
	f.Add([]byte{24, 204, 25, 204, 203, 7, 205, 11, 206})
	leaves := leaves()
	f.Fuzz(func(t *testing.T, program []byte) {
		stack := []Expr{Var("x"), Int(-3), Const(-2), Rat(-1, 3)}
		pop := func() Expr {
			e := stack[0]
			if n := len(stack); n > 1 {
				e, stack = stack[n-1], stack[:n-1]
			}
			return e
		}
		for _, b := range program[:min(len(program), 200)] {
			var e Expr
			switch b {
			case 200:
				e = pop().Add(pop())
			case 201:
				e = pop().Sub(pop())
			case 202:
				e = pop().Mul(pop())
			case 203:
				e = pop().Div(pop())
			case 204:
				e = pop().Neg()
			case 205:
				e = pop().Pow(2)
			case 206:
				e = pop().Pow(-5001)
			case 207:
				e = Select(Not(pop()), pop(), FMA(pop(), pop(), pop()))
			case 208:
				e = Or(And(Lt(pop(), pop()), pop()), Ne(pop(), pop()))
			default:
				e = leaves[int(b)%len(leaves)]
			}
			stack = append(stack, e)
		}
		for _, e := range stack {
			text := e.String()
			if f, err := Parse(text); err != nil || f != e {
				t.Fatalf("%q is read as %q, %v", text, f, err)
			}
		}
	})
}
