package symbolic

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Quotients have the value of the term, are in lowest terms, and are the same
// for terms that are equal.
func TestFraction(t *testing.T) {
	rnd := rand.New(rand.NewPCG(31, 32))
	checked, quotients := 0, 0
	for range 2000 {
		e := randomAlgebra(rnd, 1+rnd.IntN(12))
		if Canonical(e).n.flag(hasPole) {
			continue
		}
		num, den, err := Fraction(e)
		if err != nil {
			t.Fatal(err)
		}
		q := Times(num, Power(den, Int(-1)))
		if n, d, err := Fraction(q); n != num || d != den || err != nil {
			if num != Canonical(e) { // which has a denominator that is 0
				t.Fatalf("%v is %v / %v, and of that %v / %v", e, Faithful(num), Faithful(den), Faithful(n), Faithful(d))
			}
			continue
		}
		if got, err := Cancel(e); got != q || err != nil {
			t.Fatalf("%v: %v, want %v", e, Faithful(got), Faithful(q))
		}
		if den != Int(1) {
			quotients++
			if den.n.flag(hasContent) || isNumber(den.n) || den.n.isScaled() {
				t.Fatalf("%v: the denominator %v", e, Faithful(den))
			}
		}
		// The same number in another form.
		by := Plus(Var("a"), Times(Var("b"), Var("c")), Int(1))
		other := Times(Power(by, Int(-1)), mustExpand(t, Times(by, Canonical(e))))
		if n, d, err := Fraction(other); n != num || d != den || err != nil {
			t.Fatalf("%v is %v / %v, and %v is %v / %v", e, Faithful(num), Faithful(den), Faithful(other), Faithful(n), Faithful(d))
		}
		if zero, err := IsZero(Plus(other, Times(Int(-1), Canonical(e)))); !zero || err != nil {
			t.Fatalf("%v: a difference is not 0", e)
		}
		env := randomEnv(rnd)
		v, ok := exactValue(e, env)
		if !ok {
			continue
		}
		got, ok := exactValue(Faithful(q), env)
		if !ok || got.Cmp(v) != 0 {
			t.Fatalf("%v is %v at %v, %v is %v", e, v, env, Faithful(q), got)
		}
		checked++
	}
	if checked < 500 || quotients < 250 {
		t.Errorf("only %d values, %d quotients", checked, quotients)
	}
}

func TestCancelForms(t *testing.T) {
	x, y := Var("x"), Var("y")
	over := func(a, b Expr) Expr { return Times(a, Power(b, Int(-1))) }
	x1 := Plus(x, Int(1))
	for _, c := range []struct {
		e    Expr
		want string
	}{
		{over(Plus(Power(x, Int(2)), Int(-1)), Plus(x, Int(-1))), "x + 1"},
		{Plus(over(Int(1), Plus(x, Int(-1))), Times(Int(-2), over(Int(1), Plus(Power(x, Int(2)), Int(-1))))), "(x + 1)^-1"},
		{Plus(x, over(Int(1), x)), "(x^2 + 1)/x"},
		{Plus(over(y, Times(Int(2), x)), Rat(1, 3)), "(2*x + 3*y)/(6*x)"},
		{Sin(over(Times(x, x1), Plus(Times(x, y), y))), "sin(x/y)"},
		{over(Plus(Times(Const(0.5), x), Int(1)), Plus(Times(Const(0.5), x), Int(1))), "1"},
		{Plus(over(Sqrt(x), x1), over(Int(1), x1)), "(sqrt(x) + 1)/(x + 1)"},
		{over(Plus(Times(x, Sin(x1)), Sin(x1)), Plus(Power(x, Int(2)), x)), "sin(x + 1)/x"},
		{over(Int(1), Plus(Power(x, Times(Int(-1), y)), Int(1))), "x^y/(x^y + 1)"},
		{Plus(over(Int(1), x), Times(Int(-1), over(Int(1), x))), "0"},
		{Plus(x, y), "x + y"},
	} {
		got, err := Cancel(c.e)
		if s := Faithful(got).String(); s != c.want || err != nil {
			t.Errorf("%v: %s, %v, want %s", Faithful(c.e), s, err, c.want)
		}
	}
	// Denominators that are 0.
	zero := Plus(Times(x, x1), Times(Int(-1), Power(x, Int(2))), Times(Int(-1), x))
	for _, e := range []Expr{over(y, zero), Sin(over(y, zero)), Plus(Power(x1, Int(2)), over(y, Plus(over(zero, x1))))} {
		if got, err := Cancel(e); got != Canonical(e) || err != nil {
			t.Errorf("%v: %v, %v", Faithful(e), Faithful(got), err)
		}
	}
	if zero, err := IsZero(zero); !zero || err != nil {
		t.Error("not 0", err)
	}
	if zero, err := IsZero(Plus(Power(Sin(x), Int(2)), Power(Cos(x), Int(2)), Int(-1))); zero || err != nil {
		t.Error("this is not known here", err)
	}
}

// With roots, calls and floats.
func TestFractionTerms(t *testing.T) {
	rnd := rand.New(rand.NewPCG(33, 34))
	for range 3000 {
		e := randomTerm(rnd, 1+rnd.IntN(10))
		if e.n.flag(hasPole) {
			continue
		}
		q, err := Cancel(e)
		if err != nil {
			t.Fatal(err)
		}
		if !q.IsCanonical() {
			t.Fatalf("%v is not canonical", Faithful(q))
		}
		if again, err := Cancel(q); again != q || err != nil {
			t.Fatalf("%v: %v, and again %v, %v", Faithful(e), Faithful(q), Faithful(again), err)
		}
	}
}

func ExampleCancel() {
	x := Var("x")
	a := Power(Plus(x, Int(-1)), Int(-1))
	b := Power(Plus(Power(x, Int(2)), Int(-1)), Int(-1))
	e, err := Cancel(Plus(a, Times(Int(2), b)))
	fmt.Println(Faithful(e), err)
	// Output: (x + 3)/(x^2 - 1) <nil>
}

func BenchmarkCancel(b *testing.B) {
	x, y, z := Var("x"), Var("y"), Var("z")
	var terms []Expr
	for i := range int64(6) {
		terms = append(terms, Times(Plus(x, Int(i)), Power(Plus(Times(x, y), Times(Int(i+1), z)), Int(-1))))
	}
	e := Plus(terms...)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Cancel(e); err != nil {
			b.Fatal(err)
		}
	}
}
