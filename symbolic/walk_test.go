package symbolic_test

import (
	"slices"
	"testing"

	. "github.com/triad-go/triad/symbolic"
)

func TestPostorder(t *testing.T) {
	// 2^100 paths lead to x, through 101 terms.
	e := Var("x")
	for range 100 {
		e = e.Mul(e)
	}
	var order []Expr
	at := map[Expr]int{}
	for f := range Postorder(e, Var("x"), e.Neg(), e) {
		if _, twice := at[f]; twice {
			t.Fatalf("a term is visited twice: term %d", at[f])
		}
		for i := range f.NumArgs() {
			if _, ok := at[f.Arg(i)]; !ok {
				t.Fatalf("term %d comes before its argument", len(order))
			}
		}
		at[f] = len(order)
		order = append(order, f)
	}
	if len(order) != 102 || order[0] != Var("x") || order[100] != e || order[101] != e.Neg() {
		t.Fatalf("%d terms", len(order))
	}

	visited := 0
	for range Postorder(e) {
		if visited++; visited == 7 {
			break
		}
	}
	if visited != 7 {
		t.Errorf("stopped after %d terms", visited)
	}
	for range Postorder() {
		t.Error("no roots, and yet a term")
	}
	if got := slices.Collect(Postorder(Int(0), Int(0).Sqrt())); !slices.Equal(got, []Expr{Int(0), Int(0).Sqrt()}) {
		t.Errorf("with the zero Expr: %v", got)
	}
}

func TestVars(t *testing.T) {
	got := Vars(MustParse("select(z < a, 2*b^2, fma(a, c, z))"), MustParse("d + a"))
	want := []Expr{Var("z"), Var("a"), Var("b"), Var("c"), Var("d")}
	if !slices.Equal(got, want) {
		t.Errorf("Vars: %v, want %v", got, want)
	}
	if got := Vars(Int(2)); len(got) != 0 {
		t.Errorf("Vars(2): %v", got)
	}
}

// Canonical terms are walked part by part; their text tells the order.
func TestVarsOfCanonicalTerms(t *testing.T) {
	for text, want := range map[string]string{
		"z*y + x":                   "y z x",
		"y/x + 2*z":                 "z y x",
		"x^n*y - 3*sin(z)":          "x n y z",
		"1/x + w":                   "w x",
		"2*x[1,2]*y":                "x[1,2] y",
		"(y + x)^-1*z":              "z x y",
		"1/3":                       "",
		"2^x*3^y":                   "x y",
		"sqrt(y)*x^(-1/2)":          "y x",
		"c*faithful(b*a) + d*(e+f)": "c b a d e f",
	} {
		e, err := ParseCanonical(text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for i, v := range Vars(e) {
			if i > 0 {
				got += " "
			}
			got += v.Name()
		}
		if got != want {
			t.Errorf("Vars(%s): %s, want %s", text, got, want)
		}
		// The order in which the text, read, has them.
		f := Vars(Faithful(e))
		if !slices.Equal(Vars(e), f) {
			t.Errorf("Vars(%s): %v, and of the text %v", text, Vars(e), f)
		}
	}
	x, y := Var("x"), Var("y")
	p, err := Expand(Power(Plus(x, Times(y, Sin(x)), Int(1)), Int(9)))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Vars(p), Vars(Faithful(p)); !slices.Equal(got, want) {
		t.Errorf("Vars of a polynomial: %v, want %v", got, want)
	}
	deep := x
	for range 100_000 {
		deep = Sin(Plus(deep, y))
	}
	if got := Vars(deep); len(got) != 2 {
		t.Errorf("Vars of a deep term: %v", got)
	}
}

func TestSizeOfTerms(t *testing.T) {
	x := Var("x")
	for _, c := range []struct {
		e    []Expr
		want int
	}{
		{nil, 0},
		{[]Expr{x}, 1},
		{[]Expr{x.Mul(x).Add(x.Mul(x)), x}, 3},
		{[]Expr{Plus(Times(Int(2), x), Int(1))}, 5}, // the sum, 2*x, 2, x and 1
	} {
		if got := Size(c.e...); got != c.want {
			t.Errorf("Size(%v): %d, want %d", c.e, got, c.want)
		}
	}
}
