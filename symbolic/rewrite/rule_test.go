package rewrite

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
)

func apply(t *testing.T, r Rewriter[*Tree], text string, opts ...RunOption) string {
	t.Helper()
	u, err := Run(context.Background(), Trees, r, MustTree(text), opts...)
	if err != nil {
		t.Fatal(err)
	}
	return u.String()
}

func TestRules(t *testing.T) {
	for _, tt := range []struct {
		rule, term, want string // want is "" where the rule does not apply
	}{
		{"?x => f(?x)", "a + b", "(f (+ a b))"},
		{"a => b", "a", "b"},
		{"a => b", "c", ""},
		{"x[1,-2] => b", "x[1,-2]", "b"},
		{"2 => b", "2", "b"},
		{"-1/2 => b", "-1/2", "b"},
		{"sin(0) => 0", "sin(0)", "0"},
		{"sin(0) => 0", "sin(1)", ""},
		{"f(?x, ?x) => ?x", "f(g(a), g(a))", "(g a)"},
		{"f(?x, ?x) => ?x", "f(g(a), g(b))", ""},
		{"f(?x, g(?y)) => h(?y, ?x)", "f(a, g(b))", "(h b a)"},
		{"f(?x, g(?y)) => h(?y, ?x)", "f(a, b)", ""},
		{"f(?x) => ?x", "f(a, b)", ""},
		{"f() => a", "f()", "a"},
		{"?a - ?b => ?a + -1*?b", "x - y", "(+ x (* -1 y))"},
		{"-?a => -1*?a", "-x", "(* -1 x)"},
		{"!(?a < ?b) => ?a >= ?b", "!(x < y)", "(>= x y)"},

		// Predicates.
		{"f(?x:number) => ?x", "f(3)", "3"},
		{"f(?x:number) => ?x", "f(a)", ""},
		{"f(?x:even) => ?x", "f(4)", "4"},
		{"f(?x:even) => ?x", "f(3)", ""},
		{"f(?x:even) => ?x", "f(1/2)", ""},
		{"f(?x:odd) => ?x", "f(-3)", "-3"},
		{"f(?x:integer) => ?x", "f(1/2)", ""},
		{"f(?x:positive) => ?x", "f(1/2)", "1/2"},
		{"f(?x:positive) => ?x", "f(0)", ""},
		{"f(?x:negative) => ?x", "f(-1/2)", "-1/2"},
		{"f(?x:nonzero) => ?x", "f(0)", ""},
		{"f(?x:symbol) => ?x", "f(a)", "a"},
		{"f(?x:symbol) => ?x", "f(1)", ""},
		{"f(?x:symbol) => ?x", "f(g(a))", ""},
		{"f(?x:call) => ?x", "f(g(a))", "(g a)"},
		{"f(?x:leaf) => ?x", "f(g(a))", ""},
		{"f(?x:short) => ?x", "f(abc)", ""},
		{"f(?x:short) => ?x", "f(ab)", "ab"},
		{"?x:number => a", "1", "a"},

		// Segments.
		{"f(??x) => g(??x, 1, ??x)", "f(a, b)", "(g a b 1 a b)"},
		{"f(??x) => g(??x)", "f()", "(g)"},
		{"f(a, ??x) => g(??x)", "f(a, b, c)", "(g b c)"},
		{"f(a, ??x) => g(??x)", "f()", ""},
		{"f(??x, a, ??y) => g(??y, ??x)", "f(b, c, a, d, a)", "(g d a b c)"},
		{"f(??x, ?y, ?y, ??z) => g(?y)", "f(a, b, c, c, b, b)", "(g c)"},
		{"f(??x, ??x) => g(??x)", "f(a, b, a, b)", "(g a b)"},
		{"f(??x, ??x) => g(??x)", "f(a, b, a)", ""},
		{"f(??x:number, ??y) => g(??y, ??x)", "f(1, 2, a, 3)", "(g 1 2 a 3)"},
		{"f(??x:number, a) => g(??x)", "f(1, b, a)", ""},
		{"f(??x, g(??x)) => ok", "f(a, b, g(a, b))", "ok"},
		{"f(??x, g(??x)) => ok", "f(a, b, g(b, a))", ""},
		{"?y + ??x => g(?y, ??x)", "a + b + c", "(g a b c)"},
		{"??x:number + ??y => g(f(??x), f(??y))", "a + 1 + b + 2", "(g (f 1 2) (f a b))"},
		{"a*??x => h(??x)", "b*a*c", "(h b c)"},
		{"f(??x) => a + ??x", "f()", "a"},
		{"f(??x) => 0*??x", "f(a)", "(* 0 a)"},
		{"f(??x) => ??x + ??x", "f()", "0"},

		// Sums and products.
		{"?x + 0 => ?x", "0 + a", "a"},
		{"?x + 0 => ?x", "a + 0 + b", "(+ a b)"},
		{"?x + 0 => ?x", "a + b", ""},
		{"?x + ?x => 2*?x", "a + b + a", "(+ (* 2 a) b)"},
		{"sin(?x)^2 + cos(?x)^2 => 1", "a + cos(b)^2 + c + sin(b)^2", "(+ a 1 c)"},
		{"sin(?x)^2 + cos(?x)^2 => 1", "sin(a)^2 + cos(b)^2 + sin(b)^2", "(+ (^ (sin a) 2) 1)"},
		{"sin(?x)^2 + cos(?x)^2 => 1", "sin(a)^2 + cos(b)^2", ""},
		{"?a + f(?b) + g(?a, ?b) => h(?a, ?b)", "g(x, y) + (f(x) + f(y)) + (z + x)", "(+ (h x y) (f x) z)"},
		{"exp(?x)*exp(?y) => exp(?x + ?y)", "exp(a)*b*exp(c)", "(* (exp (+ a c)) b)"},
		{"sqrt(?a*?b) => sqrt(?a)*sqrt(?b)", "sqrt(x*y*z)", "(* (sqrt x) (sqrt (* y z)))"},
		{"sqrt(?a*?b) => sqrt(?a)*sqrt(?b)", "sqrt(x)", ""},
		{"f(?a:number*?b) => g(?a, ?b)", "f(x*y*2)", "(g 2 (* x y))"},
		{"f(a*?b, ?b) => ?b", "f(x*a*y, x*y)", "(* x y)"},
		{"f(?b, a*?b) => ?b", "f(x*y, x*(a*y))", "(* x y)"},
		{"?b*c + ?b => g(?b)", "a + b + (a + b)*c", "(g (+ a b))"},
		{"(?a + ?b)*?c => ?a*?c + ?b*?c", "x*(y + z)*w", "(* (+ (* y x) (* z x)) w)"},

		// Defaults.
		{"?!c*?x:symbol => g(?c, ?x)", "a", "(g 1 a)"},
		{"?!c*?x:symbol => g(?c, ?x)", "3*a", "(g 3 a)"},
		{"?!c:number*?x => g(?c, ?x)", "a*3", "(g 3 a)"},
		{"?!c + f(?x) => g(?c, ?x)", "f(a)", "(g 0 a)"},
		{"?!c + f(?x) => g(?c, ?x)", "h(a)", ""},
		{"?x:symbol^?!n => g(?x, ?n)", "a", "(g a 1)"},
		{"?x^?!n => g(?x, ?n)", "a^3", "(g a 3)"},
		{"?!c:number*?x + ?!d:number*?x => (?c + ?d)*?x", "a + 3*a", "(* (+ 1 3) a)"},
		{"?!c:number*?x + ?!d:number*?x => (?c + ?d)*?x", "a*2 + b + a", "(+ (* (+ 2 1) a) b)"},
		{"?x^?!m*?x^?!n => ?x^(?m + ?n)", "x*x^3", "(^ x (+ 1 3))"},
		{"?x^?!m*?x^?!n => ?x^(?m + ?n)", "x*y*x", "(* (^ x (+ 1 1)) y)"},
		{"f(?!c*x, ?!c*y) => ?c", "f(x, y)", "1"},
		{"f(?!c*x, ?!c*y) => ?c", "f(3*x, y*3)", "3"},
		{"f(?!c*x, ?!c*y) => ?c", "f(x, 3*y)", ""},

		// Conditions.
		{"f(?x) => ?x if ?x > 0", "f(1/2)", "1/2"},
		{"f(?x) => ?x if ?x > 0", "f(0)", ""},
		{"f(?x) => ?x if ?x > 0", "f(a)", ""},
		{"f(?x) => ?x if !(?x > 0)", "f(a)", "a"},
		{"f(?x, ?y) => ?x if ?x != ?y", "f(a, a)", ""},
		{"f(?x, ?y) => ?x if ?x != ?y", "f(a, b)", "a"},
		{"f(?x, ?y) => ?x if ?x == ?y", "f(g(a), g(a))", "(g a)"},
		{"f(?x, ?y) => ?x if ?x^2 + 2*?y/3 - 1 <= -?y || symbol(?x)", "f(1/2, 1/4)", "1/2"},
		{"f(?x, ?y) => ?x if ?x/?y > 1", "f(1, 0)", ""},
		{"f(?x, ?y) => ?x if ?x^?y >= 1/4", "f(1/2, 2)", "1/2"},
		{"f(?x, ?y) => ?x if ?x^?y >= 0", "f(2, 1000000)", ""},
		{"f(?x, ??y) => ?x if integer(?x) && number(??y)", "f(1, 2, 3)", "1"},
		{"f(?x, ??y) => ?x if integer(?x) && number(??y)", "f(1, 2, a)", ""},
		{"f(?x) => ?x if short(?x)", "f(abc)", ""},
		{"f(??x, ?y, ??z) => ?y if ?y > 2", "f(1, 2, 3, 4)", "3"},
		{"?x + ?y => f(?x) if ?x > 2", "1 + 2 + 3", "(+ (f 3) 2)"},
		{"if => if if a < b", "if", ""},

		// What makes the same term does not apply, and another match is looked for.
		{"?x + ?y => ?y + ?x", "a + a", ""},
		{"f(??x, ?y, ??z) => f(a, b, ?y)", "f(a, b, c)", "(f a b a)"},
	} {
		short := Predicate("short", func(t *Tree) bool { return len(t.Name) < 3 })
		r, err := Parse(Trees, tt.rule, short)
		if err != nil {
			t.Error(err)
			continue
		}
		want := tt.want
		if want == "" {
			want = MustTree(tt.term).String()
		}
		if got := apply(t, r, tt.term); got != want {
			t.Errorf("%s at %s: %s\nwant %s", tt.rule, tt.term, got, want)
		}
	}
}

func TestMatching(t *testing.T) {
	for _, tt := range []struct {
		rule, term string
		opt        Option
		want       string
	}{
		{"?x + 0 => ?x", "0 + a", Exact, "a"},
		{"?x + 0 => ?x", "0 + a", Ordered, ""},
		{"?x + 0 => ?x", "a + 0", Ordered, "a"},
		{"?x + 0 => ?x", "a + b + 0", Ordered, "(+ a b)"},
		{"?x + ?x => 2*?x", "a + b + a", Exact, ""},
		{"?x + ?x => 2*?x", "a + b + a", Rounding, "(+ (* 2 a) b)"},
		{"a + b + ?x => ?x", "c + (b + a)", Exact, "c"},
		{"a + b + ?x => ?x", "b + (c + a)", Exact, ""},
		{"?!c*x => ?c", "x", Exact, "1"},
		{"?!c*x => ?c", "x*2", Exact, "2"},
		{"?!c*x => ?c", "x", Ordered, "1"},
		{"?!c*x => ?c", "2*x", Ordered, "2"},
		{"?!c*x => ?c", "x*2", Ordered, ""},
		{"?!c*?x => f(?c, ?x)", "x*2", Commutative, "(f x 2)"},
		{"?!c:number*?x => f(?c, ?x)", "x*y", Commutative, "(f 1 (* x y))"},
		{"?!c:number*?x => f(?c, ?x)", "x*y", Ordered, "(f 1 (* x y))"},
		{"??a + b => f(??a)", "a + b", Ordered, "(f a)"},
	} {
		want := tt.want
		if want == "" {
			want = MustTree(tt.term).String()
		}
		if got := apply(t, MustParse(Trees, tt.rule, tt.opt), tt.term); got != want {
			t.Errorf("%s at %s, %v: %s\nwant %s", tt.rule, tt.term, tt.opt, got, want)
		}
	}
	r := MustParse(Trees, "?x + 0 => ?x", Exact)
	wide := Trees.Make(nil, "+", []*Tree{MustTree("a"), MustTree("0"), MustTree("b")})
	if u, err := Run(context.Background(), Trees, r, wide); u != wide || err != nil {
		t.Errorf("an exact rule reassociates: %v, %v", u, err)
	}
}

func TestRuleErrors(t *testing.T) {
	for _, tt := range []struct {
		text   string
		offset int
		msg    string
	}{
		{"", 0, "expected an operand, found the end"},
		{"?x", 2, `expected "=>" or "<=>", found the end`},
		{"?x = 2", 3, `expected an operator, found "="`},
		{"?x => ", 6, "expected an operand, found the end"},
		{"?x => (?x", 9, `expected ")" for the "(" 3 bytes before, found the end`},
		{"f(?x => ?x)", 5, `expected an operator, found "="`},
		{"?x => ?x => ?x", 9, `expected an operator, found "="`},
		{"?x => ?y", 6, `expected a slot that the left side binds, found "?"`},
		{"f(?x) <=> f(?x, ?y)", 16, "expected a slot that the other side binds, found ?y"},
		{"f(?x, ?y) <=> f(?x)", 6, "expected a slot that the other side binds, found ?y"},
		{"f(??x) => f(?x)", 12, `expected a slot of the kind that it has on the left side, found "?"`},
		{"f(??x, ?x) => 1", 7, "expected one kind of slot in all places, found ?x"},
		{"?x => ?x if ?y > 0", 12, `expected a slot that the left side binds, found "?"`},
		{"f(?x) <=> g(?x) if ?y > 0", 19, `expected a slot that the left side binds, found "?"`},
		{"?x:nmber => 1", 3, `expected a predicate, found "nmber"`},
		{"?x => ?x:number", 9, `expected no predicate right of the arrow, found "number"`},
		{"?x => ?x if nmber(?x)", 12, `expected a predicate, found "nmber"`},
		{"?x => ?x if number(?x, 2)", 24, `expected 1 argument of a predicate, found 2`},
		{"?x => ?x if ?x", 12, "expected a condition, found ?x"},
		{"?x => ?x if ?x + 1", 0, "expected a condition, found (+ ?x 1)"},
		{"?x => ?x if", 11, "expected an operand, found the end"},
		{"?x => ?x if ?x < (?x < 2)", 0, "expected a number, a slot or + - * / ^, found (< ?x 2)"},
		{"f(??x) => 1 if ??x > 0", 15, "expected the segment ??x as an argument of a sum, product or function"},
		{"??x => 1", 0, "expected the segment ??x as an argument of a sum, product or function"},
		{"f(?x - ??y) => 1", 7, "expected the segment ??y as an argument of a sum, product or function"},
		{"f(??x) => ??x", 10, "expected the segment ??x as an argument of a sum, product or function"},
		{"f(?!x) => 1", 2, "expected the default slot ?!x in a sum, in a product or as an exponent"},
		{"?!x^2 => 1", 0, "expected the default slot ?!x in a sum, in a product or as an exponent"},
		{"?x*0.5 => 1", 0, "expected an exact number, since these terms have no floats, found 0.5"},
		{"?x => ?x^?x^?x", 11, `expected an operator other than ^, which does not chain, found "^"`},
		{strings.Repeat("-", 2000) + "?x => ?x", 2000, "expected at most 1000 levels and 10000 terms"},
	} {
		r, err := Parse(Trees, tt.text)
		var re *RuleError
		if !errors.As(err, &re) {
			t.Errorf("%q: %v, %v", tt.text, r, err)
			continue
		}
		if re.Rule != tt.text || re.Offset != tt.offset || re.Msg != tt.msg {
			if len(tt.text) > 1000 && re.Msg == tt.msg {
				continue
			}
			t.Errorf("%.100q: at %d: %s\nwant at %d: %s", tt.text, re.Offset, re.Msg, tt.offset, tt.msg)
		}
		if len(err.Error()) > 400 {
			t.Errorf("long error: %.100q…", err)
		}
	}
	if _, err := Parse(Trees, "?x:p => 1", Predicate("p", func(int) bool { return true })); err == nil {
		t.Error("no error for a predicate of another type")
	}
	if _, err := Parse(Trees, "?x => 1", When(func(*Bindings[int]) bool { return true })); err == nil {
		t.Error("no error for a condition of another type")
	}
	for _, p := range []*Pattern{nil, {Kind: 77}, Call(""), Call("f", nil), Number(nil), Slot(""), Symbol("")} {
		_, err := New(Trees, p, Integer(1))
		_, err2 := New(Trees, Slot("x"), p)
		var re *RuleError
		if !errors.As(err, &re) || re.Offset != -1 || !errors.As(err2, &re) || err.Error() == "" {
			t.Errorf("%v: %v, %v", p, err, err2)
		}
	}
	if _, err := New(Trees, Slot("x"), Slot("y")); err == nil {
		t.Error("no error for an unbound slot")
	}
}

func TestTwoWay(t *testing.T) {
	r := MustParse(Trees, "?a*(?b + ?c) <=> ?a*?b + ?a*?c if ?a != 0", Rounding, Named("distribute"))
	if got := apply(t, r, "x*(y + z)"); got != "(+ (* x y) (* x z))" {
		t.Error(got)
	}
	back := r.Reverse()
	if got := apply(t, back, "x*y + z*x"); got != "(* x (+ y z))" {
		t.Error(got)
	}
	if back.Reverse() != r || back.Class() != Rounding || back.Name() != "distribute (reversed)" || r.Left() != back.Right() || r.Condition() == nil {
		t.Error("the reverse is another rule")
	}
	if MustParse(Trees, "?a => a").Reverse() != nil {
		t.Error("a rule of one way has a reverse")
	}
}

func TestFunc(t *testing.T) {
	fold, err := NewFunc(Trees, MustPattern("?a:number + ?b:number"), func(b *Bindings[*Tree]) (*Tree, bool) {
		sum := new(big.Rat).Add(b.Get("a").Number, b.Get("b").Number)
		return Trees.FromNumber(sum), sum.Sign() > 0
	}, Named("fold"), Rounding)
	if err != nil {
		t.Fatal(err)
	}
	if got := apply(t, Fixpoint[*Tree](fold), "1 + x + 2 + 3"); got != "(+ 6 x)" {
		t.Error(got)
	}
	if got := apply(t, fold, "-2 + x + 3 + -4"); got != "(+ 1 x -4)" {
		t.Error(got)
	}
	if got := apply(t, fold, "x + 1"); got != "(+ x 1)" {
		t.Error(got)
	}
	if !fold.Conditional() || fold.Right() != nil || fold.Name() != "fold" || fmt.Sprint(fold) != "fold" {
		t.Error(fold)
	}
	reverse, err := NewFunc(Trees, MustPattern("f(?x, ??xs)"), func(b *Bindings[*Tree]) (*Tree, bool) {
		return b.Make("g", append(b.Segment("xs"), b.Get("x"))...), len(b.Term().Args) > 1
	}, When(func(b *Bindings[*Tree]) bool { return b.Get("x").Name == "a" }))
	if err != nil {
		t.Fatal(err)
	}
	for term, want := range map[string]string{"f(a, b, c)": "(g b c a)", "f(b, c)": "(f b c)", "f(a)": "(f a)"} {
		if got := apply(t, reverse, term); got != want {
			t.Error(got, want)
		}
	}
}

// A panic of the user's is an error that names the rule.
func TestPanics(t *testing.T) {
	boom := errors.New("boom")
	tree := MustTree("f(a)")
	predicate := MustParse(Trees, "f(?x:bad) => ?x", Named("r"), Predicate("bad", func(*Tree) bool { panic(boom) }))
	guard := MustParse(Trees, "f(?x) => ?x", Named("r"), When(func(b *Bindings[*Tree]) bool { b.Get("y"); return true }))
	build, err := NewFunc(Trees, MustPattern("f(?x)"), func(b *Bindings[*Tree]) (*Tree, bool) { return b.Segment("x")[0], true }, Named("r"))
	if err != nil {
		t.Fatal(err)
	}
	where := map[Rewriter[*Tree]]string{predicate: "r", guard: "r", build: "r"}
	for r, name := range where {
		for _, w := range []Rewriter[*Tree]{r, Chain(r), Postwalk(r), ParallelPostwalk(r, 1), ParallelPrewalk(Fixpoint(r), 1)} {
			u, err := Run(context.Background(), Trees, w, tree)
			var p *PanicError
			if !errors.As(err, &p) || p.Where != name || u != tree || len(p.Stack) == 0 {
				t.Errorf("%v, %v", u, err)
			}
		}
	}
	if _, err := Run[*Tree](context.Background(), Trees, predicate, tree); !errors.Is(err, boom) {
		t.Error(err)
	}
	var p *PanicError
	if err := predicate.Matches(tree, func(*Bindings[*Tree]) bool { return true }); !errors.As(err, &p) {
		t.Error(err)
	}
	cond := If(func(*Tree) bool { panic(boom) }, Rewriter[*Tree](guard))
	if _, err := Run(context.Background(), Trees, cond, tree); !errors.As(err, &p) {
		t.Error(err)
	}
	f := Func[*Tree](func(*State[*Tree], *Tree) (*Tree, bool, error) { panic(boom) })
	if _, err := Run(context.Background(), Trees, ParallelPostwalk(f, 1), tree); !errors.As(err, &p) {
		t.Error(err)
	}
}

func TestCanonical(t *testing.T) {
	for text, want := range map[string]string{
		"?a/?b - ?c":         "(+ (* ?a (^ ?b -1)) (* -1 ?c))",
		"-(2*?x - 3)":        "(+ (* -2 ?x) 3)",
		"1/(?a*?b^2*?c^?n)":  "(* (* (^ ?a -1) (^ ?b -2)) (^ ?c (* -1 ?n)))",
		"?x/2":               "(* ?x 1/2)",
		"1/(??a*?b)":         "(^ (* ??a ?b) -1)",
		"-(?!a + ?b)":        "(* -1 (+ ?!a ?b))",
		"f(-?x)/0":           "(* (f (* -1 ?x)) (^ 0 -1))",
		"-?x*3":              "(* (* -1 ?x) 3)",
		"1/?x^(-2)":          "(^ ?x 2)",
		"?x^?!n - ?a < -inf": "(< (+ (^ ?x ?!n) (* -1 ?a)) (* -1 +Inf))",
	} {
		p := MustPattern(text)
		if got := p.Canonical().String(); got != want && !strings.Contains(text, "inf") {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	r := MustParse(Trees, "?a - ?a/?b => ?a - 1", Canonical())
	if got := apply(t, r, "x + -1*(x*y^-1)"); got != "(+ x -1)" {
		t.Error(got)
	}
}

// lisp has floats, and knows its functions.
type lisp struct{ Terms[*Tree] }

func (lisp) Float(t *Tree) (v float64, ok bool) {
	if !strings.HasPrefix(t.Name, "#") {
		return 0, false
	}
	_, err := fmt.Sscan(t.Name[1:], &v)
	return v, err == nil
}

func (lisp) FromFloat(v float64) *Tree { return &Tree{Name: fmt.Sprint("#", v)} }

func (lisp) Check(head string, args int) string {
	switch {
	case head != "car":
		return "a function (car)"
	case args >= 0 && args != 1:
		return "1 argument of car"
	}
	return ""
}

func TestFloatsAndChecker(t *testing.T) {
	terms := lisp{Trees}
	for _, tt := range []struct{ rule, term, want string }{
		{"?x*0.5 => ?x/2", "a*0.5", "(/ a 2)"},
		{"?x*0.5 => ?x/2", "a*(1/2)", "(* a 1/2)"},
		{"?x:float*?y => ?y", "a*0.5", "a"},
		{"?x:exact*?y => ?y", "a*0.5", "(* a #0.5)"},
		{"?x:number*?y:symbol => ?y", "a*0.5", "a"},
		{"?x:positive*?y => ?y", "a*-0.5", "(* a #-0.5)"},
		{"?x:negative*?y => ?y", "a*-0.5", "a"},
		{"?x:nonzero*?y => ?y", "a*0.0", "(* a #0)"},
		{"?x*?y => ?y if ?x == 1/2", "0.5*a", "a"},
		{"?x*?y => ?y if ?x < 0.25", "0.5*a", "(* #0.5 a)"},
		{"?x*?y => ?y if ?x < 1e400", "", `rewrite: rule "?x*?y => ?y if ?x < 1e400": offset 20: expected a number in the range of float64, found "1e400"`},
		{"car(?x) => ?x", "car(a)", "a"},
		{"cdr(?x) => ?x", "", `rewrite: rule "cdr(?x) => ?x": offset 0: expected a function (car), found "cdr"`},
		{"car(?x, ?y) => ?x", "", `rewrite: rule "car(?x, ?y) => ?x": offset 10: expected 1 argument of car, found 2`},
		{"car(?x, ??y) => ?x", "car(a)", "a"},
	} {
		r, err := Parse(terms, tt.rule)
		if err != nil {
			if err.Error() != tt.want {
				t.Error(err)
			}
			continue
		}
		tree, err := ParseTerm(terms, tt.term)
		if err != nil {
			t.Error(err)
			continue
		}
		u, err := Run(context.Background(), terms, r, tree)
		if err != nil || u.String() != tt.want {
			t.Errorf("%s at %v: %v, %v, want %s", tt.rule, tree, u, err, tt.want)
		}
	}
	for _, p := range []*Pattern{Call("cdr", Slot("x")), Call("car", Slot("x"), Slot("x")), Call("-", Slot("x"), Call("cdr"))} {
		if _, err := New[*Tree](terms, p, Slot("x")); err == nil {
			t.Errorf("no error for %v", p)
		}
		if _, err := New[*Tree](terms, Slot("x"), p); err == nil {
			t.Errorf("no error for %v", p)
		}
	}
	if _, err := New[*Tree](terms, Call("car", Segment("x")), Call("neg", Call("f1"))); err == nil {
		t.Error("no error for f1")
	}
	for _, text := range []string{"cdr(a)", "car(a, b)", "car()", "a +"} {
		if _, err := ParseTerm(terms, text); err == nil {
			t.Errorf("no error for %s", text)
		}
	}
	if _, err := ParseTree("0.5"); err == nil || !strings.Contains(err.Error(), "these terms have no floats") {
		t.Error(err)
	}
}
