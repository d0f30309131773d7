package syntax

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
)

// printer builds S-expressions. f can be called with any number of arguments, g
// with one.
type printer struct{}

func (printer) Number(n int64, b *big.Int) string {
	if b != nil {
		return b.String()
	}
	return fmt.Sprint(n)
}

func (printer) Float(v float64) (string, string) {
	if v == 666 {
		return "", "another float"
	}
	return fmt.Sprintf("%#v.", v), ""
}

func (printer) Variable(name string, index []int) (string, string) {
	if name == "bad" {
		return "", "another name"
	}
	if index == nil {
		return name, ""
	}
	return name + strings.ReplaceAll(fmt.Sprint(index), " ", ","), ""
}

func (printer) Unary(op Operator, a string) string { return fmt.Sprintf("(%v %s)", op, a) }

func (printer) Binary(op Operator, a, b string) string { return fmt.Sprintf("(%v %s %s)", op, a, b) }

func (printer) Power(a, b string) (string, string) {
	if b == "13" {
		return "", "a luckier exponent"
	}
	return fmt.Sprintf("(^ %s %s)", a, b), ""
}

func (printer) Function(name string) string {
	if name == "f" || name == "g" {
		return ""
	}
	return "f or g"
}

func (printer) Call(name string, args []string) (string, string) {
	if name == "g" && len(args) != 1 {
		return "", "1 argument(s) of g"
	}
	return "(" + strings.TrimSpace(name+" "+strings.Join(args, " ")) + ")", ""
}

type slotPrinter struct{ printer }

func (slotPrinter) Slot(_ int, kind SlotKind, name, predicate string) (string, string) {
	if name == "bad" {
		return "", "another slot"
	}
	if predicate != "" {
		predicate = ":" + predicate
	}
	return []string{"?", "??", "?!"}[kind] + name + predicate, ""
}

func (slotPrinter) Predicate(name string) string {
	if name == "what" {
		return "a known predicate"
	}
	return ""
}

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		text, want string // of an error, want starts with the offset
	}{
		{"a + b*-c", "(+ a (* b (neg c)))"},
		{"a^b", "(^ a b)"},
		{"a ** b", "(^ a b)"},
		{"a^-b", "(^ a (neg b))"},
		{"a^ - 2", "(^ a (neg 2))"},
		{"a^+b*c", "(* (^ a b) c)"},
		{"a^-2.5", "(^ a -2.5.)"},
		{"a^f(x, y)^2", `9: expected an operator other than ^, which does not chain, found "^"`},
		{"a^f(x^2, y)", "(^ a (f (^ x 2) y))"},
		{"a^x[1]*2", "(* (^ a x[1]) 2)"},
		{"a^(b + c)", "(^ a (+ b c))"},
		{"a^-(b + c)", "(^ a (neg (+ b c)))"},
		{"a^(-b)", "(^ a (neg b))"},
		{"(a^b)^c", "(^ (^ a b) c)"},
		{"a^(b^c)", "(^ a (^ b c))"},
		{"-a^-b", "(neg (^ a (neg b)))"},
		{"!a^b", "(! (^ a b))"},
		{"g(a)^g(b)", "(^ (g a) (g b))"},
		{"a^b^c", `3: expected an operator other than ^, which does not chain, found "^"`},
		{"a^-b^c", `4: expected an operator other than ^, which does not chain, found "^"`},
		{"a^-2.5^c", `6: expected an operator other than ^, which does not chain, found "^"`},
		{"(a^b)^c^d", `7: expected an operator other than ^, which does not chain, found "^"`},
		{"a^13", `2: expected a luckier exponent, found "13"`},
		{"b*(a^(13))", `5: expected a luckier exponent, found "("`},
		{"a^-", "3: expected an exponent, found the end"},
		{"a^(", "3: expected an operand, found the end"},
		{"x[1]", "x[1]"},
		{"x[1, -2 ,0x10] + x [ 3 ]", "(+ x[1,-2,16] x[3])"},
		{"x[]", `2: expected an integer index, found "]"`},
		{"x[1", `3: expected "," or "]", found the end`},
		{"x[1;2]", `3: expected "," or "]", found ";"`},
		{"x[1.0]", `2: expected an integer index, found "1.0"`},
		{"x[y]", `2: expected an integer index, found "y"`},
		{"x[--1]", `2: expected an integer index, found "-"`},
		{"x[9223372036854775808]", `2: expected an integer index, found "9223372036854775808"`},
		{"x[1][2]", `4: expected an operator, found "["`},
		{"x[1](2)", `4: expected an operator, found "("`},
		{"(x)[1]", `3: expected an operator, found "["`},
		{"f()", "(f)"},
		{"f( ) + 1", "(+ (f) 1)"},
		{"f(a, f(b), c)", "(f a (f b) c)"},
		{"g(a, b)", "6: expected 1 argument(s) of g, found 2"},
		{"g()", "2: expected 1 argument(s) of g, found 0"},
		{"a + h(b)", `4: expected f or g, found "h"`},
		{"a + 666.0", `4: expected another float, found "666.0"`},
		{"a - bad", `4: expected another name, found "bad"`},
		{"?x", `0: expected an operand, found "?"`},
	} {
		check(t, tt.text, tt.want, printer{}, Parse[string])
	}
}

func check(t *testing.T, text, want string, b Builder[string], parse func(string, Builder[string]) (string, *Error)) {
	t.Helper()
	got, err := parse(text, b)
	if err != nil {
		if got != "" || err.Text != text {
			t.Errorf("%q: %#v", text, err)
		}
		got = fmt.Sprintf("%d: %s", err.Offset, err.Msg)
	}
	if got != want {
		t.Errorf("%q:\n\t%s\nwant\t%s", text, got, want)
	}
}

func TestSlots(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"?x + ??ys*?!c", "(+ ?x (* ??ys ?!c))"},
		{"?x:number^?!n", "(^ ?x:number ?!n)"},
		{"a^-?n:even", "(^ a (neg ?n:even))"},
		{"f(??a:number, ?b)!=?c", "(!= (f ??a:number ?b) ?c)"},
		{"?x ?y", `3: expected an operator, found "?"`},
		{"?", "1: expected the name of a slot, found the end"},
		{"? x", `1: expected the name of a slot, found " "`},
		{"???x", `2: expected the name of a slot, found "?"`},
		{"??3", `2: expected the name of a slot, found "3"`},
		{"?nan", `1: expected the name of a slot, found "nan"`},
		{"?x:", "3: expected the name of a predicate, found the end"},
		{"a*?x:what", `5: expected a known predicate, found "what"`},
		{"a*?bad", `2: expected another slot, found "?"`},
		{"?x(a)", `2: expected an operator, found "("`},
	} {
		check(t, tt.text, tt.want, slotPrinter{}, Parse[string])
	}
	check(t, "(+ ?x ??y (* ?!z ?w:odd))", "(+ (+ ?x ??y) (* ?!z ?w:odd))", slotPrinter{}, ParseSExpr[string])
	check(t, "(+ ?x ?)", `7: expected the name of a slot, found ")"`, slotPrinter{}, ParseSExpr[string])
}

func TestParseUntil(t *testing.T) {
	for _, tt := range []struct {
		text string
		at   int
		want string
		end  int
	}{
		{"a => b", 0, "a", 2},
		{"a => b", 4, "b", 6},
		{"a <= b <=> c >= d", 0, "(<= a b)", 7},
		{"a>=b=>c", 0, "(>= a b)", 4},
		{"a*(b + c)if d", 0, "(* a (+ b c))", 9},
		{"if if if", 0, "if", 3},
		{"a iffy", 0, `2: expected an operator, found "iffy"`, 0},
		{"f(a => b)", 0, `4: expected an operator, found "="`, 0},
		{"=> b", 0, `0: expected an operand, found "="`, 0},
		{"a == b = c", 0, `7: expected an operator, found "="`, 0},
	} {
		got, end, err := ParseUntil(tt.text, tt.at, printer{}, "<=>", "=>", "if")
		if err != nil {
			got = fmt.Sprintf("%d: %s", err.Offset, err.Msg)
		}
		if got != tt.want || end != tt.end {
			t.Errorf("%q: %s, %d\nwant %s, %d", tt.text, got, end, tt.want, tt.end)
		}
	}
}

func TestParseSExpr(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{" x ", "x"},
		{"-12", "(neg 12)"},
		{"-1/3", "(/ (neg 1) 3)"},
		{"-2.5", "-2.5."},
		{"(+ a (* 2 b))", "(+ a (* 2 b))"},
		{"(+ a b c)", "(+ (+ a b) c)"},
		{"( - ( neg a ) )", "(neg (neg a))"},
		{"(- a b)", "(- a b)"},
		{"(!(f))", "(! (f))"},
		{"(^(f a)(g b))", "(^ (f a) (g b))"},
		{"(&& (<= a x[1,-2]) (!= a b) (> c nan))", "(&& (&& (<= a x[1,-2]) (!= a b)) (> c NaN.))"},
		{"(neg neg)", "(neg neg)"},
		{"", `0: expected a number, a name or "(", found the end`},
		{")", `0: expected a number, a name or "(", found ")"`},
		{"a b", `2: expected the end, found "b"`},
		{"(f a))", `5: expected the end, found ")"`},
		{"()", `1: expected an operator or a function, found ")"`},
		{"((f) a)", `1: expected an operator or a function, found "("`},
		{"(2 a)", `1: expected an operator or a function, found "2"`},
		{"(h a)", `1: expected f or g, found "h"`},
		{"(+ a", `4: expected ")" for the "(" 4 bytes before, found the end`},
		{"(+", `2: expected ")" for the "(" 2 bytes before, found the end`},
		{"(+ a)", "4: expected 2 or more argument(s) of +, found 1"},
		{"(- a b c)", "8: expected 1 or 2 argument(s) of -, found 3"},
		{"(< a b c)", "8: expected 2 argument(s) of <, found 3"},
		{"(neg)", "4: expected 1 argument(s) of neg, found 0"},
		{"(g a b)", "6: expected 1 argument(s) of g, found 2"},
		{"(^ (f) 13)", `7: expected a luckier exponent, found "13"`},
		{"(^ 13 (f 1)", `11: expected ")" for the "(" 11 bytes before, found the end`},
		{"(+a b)", `2: expected white space after the head, found "a"`},
		{"(+ 2x y)", `4: expected white space, found "x"`},
		{"(+ -x y)", `3: expected a number, a name or "(", found "-"`},
		{"(+ 1/x y)", `5: expected an integer, found "x"`},
		{"(+ 1/2.0 y)", `8: expected an integer, found " "`},
		{"(+ x[1 y)", `7: expected "," or "]", found "y"`},
		{"(+ x bad)", `5: expected another name, found "bad"`},
		{"(+ x 666.)", `5: expected another float, found "666."`},
		{"(+ ?x 1)", `3: expected a number, a name or "(", found "?"`},
	} {
		check(t, tt.text, tt.want, printer{}, ParseSExpr[string])
	}
}

// counter counts operations, so that deep terms are cheap.
type counter struct{ printer }

func (counter) Number(int64, *big.Int) string              { return "" }
func (counter) Variable(string, []int) (string, string)    { return "", "" }
func (counter) Unary(Operator, string) string              { return "" }
func (counter) Binary(_ Operator, a, b string) string      { return "" }
func (counter) Power(a, b string) (string, string)         { return "", "" }
func (counter) Call(string, []string) (t, expected string) { return "", "" }

func TestDeep(t *testing.T) {
	const n = 300_000
	for _, s := range [][3]string{
		{"(", "x", ")"}, {"-", "x", ""}, {"f(x,", "x", ")"}, {"x^(", "x", ")"}, {"x^(1-", "x", ")"}, {"", "x", "+x"}, {"x||!(", "x", ")"},
	} {
		text := strings.Repeat(s[0], n) + s[1] + strings.Repeat(s[2], n)
		if _, err := Parse(text, counter{}); err != nil {
			t.Error(err)
		}
	}
	for _, s := range [][3]string{{"(f ", "x", ")"}, {"(+ x ", "x", " x)"}, {"(^ x ", "x", ")"}} {
		text := strings.Repeat(s[0], n) + s[1] + strings.Repeat(s[2], n)
		if _, err := ParseSExpr(text, counter{}); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []string{"(", "x^(", "f(", "(f ", "x[", "?", "x^", "x^-"} {
		text := strings.Repeat(s, n)
		if _, err := Parse(text, counter{}); err == nil {
			t.Errorf("no error for %s…", s)
		}
		if _, err := ParseSExpr(text, counter{}); err == nil {
			t.Errorf("no error for %s…", s)
		}
	}
}

// What is read from a term's S-expression is the term, and every error is a
// place in the text.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"a^-b*c + f(x[1,-2], g(?x:p))", "a^2.5 - -1/3", "(+ a b c)", "(^ (neg 2) 13)", "?!x + ??y", "x[1", "a^b^c", "(f 1/2", "0x1.8p-3 != nan", "-bad + 666.",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, parse := range []func(string, Builder[string]) (string, *Error){Parse[string], ParseSExpr[string]} {
			s, err := parse(text, slotPrinter{})
			if err != nil {
				if err.Offset < 0 || err.Offset > len(text) || err.Text != text || err.Msg == "" || err.Error() == "" {
					t.Fatalf("%#v", err)
				}
				continue
			}
			if strings.Contains(s, ".") { // Go writes floats in another way
				continue
			}
			again, err := ParseSExpr(s, slotPrinter{})
			if err != nil {
				t.Fatal(err)
			}
			if again != s {
				t.Fatalf("%q is read as %s, and that as %s", text, s, again)
			}
		}
	})
}
