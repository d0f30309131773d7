package symbolic_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	. "github.com/triad-go/triad/symbolic"
)

// shortLeaves are the leaves without the numbers of thousands of digits, which
// canonical sums and products multiply.
func shortLeaves() []Expr {
	return slices.DeleteFunc(leaves(), func(e Expr) bool { return len(e.String()) > 30 })
}

func roundTrip(t *testing.T, e Expr) {
	t.Helper()
	parse := Parse
	if e.IsCanonical() {
		parse = ParseCanonical
	}
	text := e.String()
	if f, err := parse(text); err != nil || f != e {
		t.Fatalf("%.2000s is read as %.2000v, %v", text, f, err)
	}
	text = SExpr(e)
	if f, err := ParseSExpr(text); err != nil || f != e {
		t.Fatalf("%.2000s is read as %.2000v, %v", text, SExpr(f), err)
	}
	text = Let(e)
	if f, err := ParseLet(text); err != nil || len(f) != 1 || f[0] != e {
		t.Fatalf("%.2000s is read as %.2000v, %v", text, Let(f...), err)
	}
	if c := Canonical(e); c != e {
		if f, err := ParseCanonical(c.String()); err != nil || f != c {
			t.Fatalf("canonical %.2000s is read as %.2000v, %v", c, f, err)
		}
		if text, faithful := c.String(), Faithful(c).String(); text != faithful && !strings.Contains(text, "sqrt") {
			t.Fatalf("%.2000s is written, and faithful %.2000s", text, faithful)
		}
	}
}

// Terms of either form, and of both, are read back.
func TestRoundTripMixed(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 8))
	leaves, long := shortLeaves(), leaves()
	n := 20_000
	if testing.Short() || slow {
		n = 2000
	}
	for i := range n {
		roundTrip(t, randomMixed(r, leaves, 1+i%4))
	}
	leaves = long
	for i := range n / 10 {
		if e := randomMixed(r, leaves, 1+i%3); len(Brief(e, 20_000)) < 20_000 {
			roundTrip(t, e)
		}
	}
}

func TestLet(t *testing.T) {
	x, y := Var("x"), Var("y")
	s := x.Add(y)
	shared := s.Mul(s)
	for _, tt := range []struct {
		exprs []Expr
		want  string
	}{
		{[]Expr{x}, "x"},
		{[]Expr{shared.Add(s)}, "t1 = x + y;\nt1*t1 + t1"},
		{[]Expr{shared, shared}, "t1 = x + y;\nt2 = t1*t1;\nt2;\nt2"},
		{[]Expr{s.Mul(Var("t1")), s}, "t2 = x + y;\nt2*t1;\nt2"},
		{[]Expr{s.Mul(Var("t1")).Sub(s)}, "t2 = x + y;\nt2*t1 - t2"},
		{[]Expr{Plus(Times(Int(2), x, y), Sin(Times(x, y)))}, "t1 = canonical(x*y);\ncanonical(2*t1 + sin(t1))"},
	} {
		got := Let(tt.exprs...)
		if got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
		if back, err := ParseLet(got); err != nil || !slices.Equal(back, tt.exprs) {
			t.Errorf("%q is read as %v, %v", got, back, err)
		}
	}

	// A term of 2^100 leaves.
	e := s
	for range 100 {
		e = e.Mul(e)
	}
	text := Let(e)
	if len(text) > 2000 {
		t.Errorf("%d bytes", len(text))
	}
	if back, err := ParseLet(text); err != nil || back[0] != e {
		t.Error(err)
	}
	if b := Brief(e, 50); len(b) > 60 || !strings.HasSuffix(b, "…") {
		t.Errorf("brief: %q", b)
	}
	for text, offset := range map[string]int{"a = ; a": 4, "a = b": 5, "": 0, "a = b; ": 7, "a = b; c d": 9, "x == y; +": 8} {
		if _, err := ParseLet(text); err == nil {
			t.Errorf("%q is read", text)
		} else if got := err.(*SyntaxError).Offset; got != offset {
			t.Errorf("%q: offset %d, want %d (%v)", text, got, offset, err)
		}
	}
}

func TestDeepText(t *testing.T) {
	n := 1_000_000
	if testing.Short() || slow {
		n = 100_000
	}
	e := Var("x")
	for range n {
		e = e.Neg()
	}
	for _, text := range []string{e.String(), Let(e)} {
		if back, err := Parse(text); err != nil || back != e {
			t.Error(err)
		}
	}
	if back, err := ParseSExpr(SExpr(e)); err != nil || back != e {
		t.Error(err)
	}
	if len(Brief(e, 100)) > 110 {
		t.Error("not brief")
	}
}

// ParseCanonical is Canonical of Parse.
func TestParseCanonical(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 8))
	leaves := slices.DeleteFunc(shortLeaves(), func(e Expr) bool { return e.Op() == OpFloat })
	for i := range 5000 {
		e := random(r, leaves, 1+i%4)
		text := e.String()
		f, err := Parse(text)
		if err != nil {
			continue // canonical and not to be read by Parse
		}
		if c, err := ParseCanonical(text); err != nil || c != Canonical(f) {
			t.Fatalf("%s: %v, want %v, %v", text, c, Canonical(f), err)
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, s := range []string{"x + 2*y", "canonical(2*x^(1/2)/y^3 - 1) + u[1,-2]", "sin(x)^-1", "t1*t1 + select(x < y, 1.5, nan)", "pi()^x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			return
		}
		for _, parse := range []func(string) (Expr, error){Parse, ParseCanonical, ParseSExpr} {
			if e, err := parse(text); err == nil {
				roundTrip(t, e)
			}
		}
		if es, err := ParseLet(text); err == nil {
			if back, err := ParseLet(Let(es...)); err != nil || !slices.Equal(back, es) {
				t.Fatalf("%q, %v", Let(es...), err)
			}
		}
	})
}
