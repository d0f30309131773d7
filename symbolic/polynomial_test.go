package symbolic

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestCollect(t *testing.T) {
	a, b, x, y := Var("a"), Var("b"), Var("x"), Var("y")
	for _, c := range []struct {
		e, x Expr
		want string
	}{
		{Plus(Times(a, Power(x, Int(2))), Times(x, Plus(b, x))), x, "x^2*(a + 1) + b*x"},
		{Power(Plus(x, y, Int(1)), Int(2)), x, "x^2 + 2*x*(y + 1) + y^2 + 2*y + 1"},
		{Plus(Times(x, y), Times(Int(2), x)), y, "x*y + 2*x"},
		{Times(Plus(Power(x, Int(2)), y), Plus(Sin(x), Int(1))), x, "x^2*(sin(x) + 1) + y*sin(x) + y"},
		{Times(Plus(Sin(x), a), Plus(Sin(x), x)), Sin(x), "a*x + sin(x)^2 + sin(x)*(a + x)"},
		{Plus(Power(x, Int(-1)), Times(y, Power(x, Int(-1))), x), x, "x + (y + 1)/x"},
		{Plus(Times(Const(0.5), x), Times(x, y)), x, "x*(y + 0.5)"},
		{Expr{}, x, "0"},
	} {
		got, err := Collect(c.e, c.x)
		if s := Faithful(got).String(); s != c.want {
			t.Errorf("%v by %v: %s, %v, want %s", Faithful(c.e), c.x, s, err, c.want)
		}
	}
	var bad *PolynomialError
	for _, x := range []Expr{{}, Int(2), Const(1), Plus(x, y), Times(x, y), Power(x, Int(2)), Power(x, y), Sqrt(x)} {
		if _, err := Collect(a, x); !errors.As(err, &bad) || bad.Var != x {
			t.Errorf("Collect by %v: %v", Faithful(x), err)
		}
	}
}

func TestCoefficients(t *testing.T) {
	a, x, y := Var("a"), Var("x"), Var("y")
	for _, c := range []struct {
		e      Expr
		degree int
		want   string
	}{
		{Expr{}, -1, "[]"},
		{Int(3), 0, "[3]"},
		{a, 0, "[a]"},
		{Times(Plus(x, a), Plus(x, Times(Int(-1), a))), 2, "[-a^2 0 1]"},
		{Plus(Power(Plus(x, y), Int(2)), Times(Const(0.5), x)), 2, "[y^2 2*y + 0.5 1]"},
		{Power(Plus(x, y), Int(3)), 3, "[y^3 3*y^2 3*y 1]"},
		{Plus(Power(Plus(x, Int(1)), Int(2)), Times(Int(-1), Power(x, Int(2)))), 1, "[1 2]"},
	} {
		got, err := Coefficients(c.e, x)
		list := make([]Expr, len(got))
		for i := range got {
			list[i] = Faithful(got[i])
		}
		if s := fmt.Sprint(list); s != c.want || err != nil {
			t.Errorf("%v: %s, %v, want %s", Faithful(c.e), s, err, c.want)
		}
		if d, err := Degree(c.e, x); d != c.degree || err != nil {
			t.Errorf("%v: degree %d, %v", Faithful(c.e), d, err)
		}
	}
	for _, e := range []Expr{Power(x, Int(-1)), Sqrt(x), Power(x, y), Power(a, x), Sin(x), Times(x, Sin(Plus(x, y))), Plus(Power(x, Int(2)), Power(Plus(x, y), Int(-1)))} {
		var bad *PolynomialError
		if _, err := Degree(e, x); !errors.As(err, &bad) || bad.Var != x || bad.Term == (Expr{}) {
			t.Errorf("degree of %v: %v", Faithful(e), err)
		}
		if _, err := Coefficients(e, x); !errors.As(err, &bad) {
			t.Errorf("coefficients of %v: %v", Faithful(e), err)
		}
		if _, err := PolynomialOf(e, x); !errors.As(err, &bad) {
			t.Errorf("polynomial %v: %v", Faithful(e), err)
		}
	}
	var limit *LimitError
	if _, err := Coefficients(Power(x, Int(1<<30)), x); !errors.As(err, &limit) {
		t.Error(err)
	}
	if d, err := Degree(Power(x, Int(1<<30)), x); d != 1<<30 || err != nil {
		t.Error(d, err)
	}
	if _, err := Degree(Power(x, Int(1<<40)), x); !errors.As(err, &limit) {
		t.Error(err)
	}
	if _, err := PolynomialOf(Times(Power(x, Int(1<<30)), Power(y, Int(1<<30+5)))); !errors.As(err, &limit) {
		t.Error(err)
	}
}

// randomPolynomial has no quotients.
func randomPolynomial(rnd *rand.Rand, size int) Expr {
	if size <= 1 {
		return randomAlgebra(rnd, 1)
	}
	left := 1 + rnd.IntN(size-1)
	a, b := randomPolynomial(rnd, left), randomPolynomial(rnd, size-left)
	switch rnd.IntN(5) {
	case 0, 1:
		return a.Add(b)
	case 2, 3:
		return a.Mul(b)
	}
	return a.Pow(rnd.IntN(4))
}

func TestPolynomial(t *testing.T) {
	rnd := rand.New(rand.NewPCG(41, 42))
	all := []Expr{Var("a"), Var("b"), Var("c"), Var("d")}
	for range 2000 {
		e := randomPolynomial(rnd, 1+rnd.IntN(12))
		vars := slices.Clone(all[:1+rnd.IntN(4)])
		rnd.Shuffle(len(vars), func(i, j int) { vars[i], vars[j] = vars[j], vars[i] })
		p, err := PolynomialOf(e, vars...)
		if err != nil {
			t.Fatal(err)
		}
		x := mustExpand(t, e)
		if got := mustExpand(t, p.Expr()); got != x {
			t.Fatalf("%v: %v, want %v", e, Faithful(got), Faithful(x))
		}
		env := randomEnv(rnd)
		want, _ := exactValue(e, env)
		if got, ok := exactValue(p.Horner(), env); !ok || got.Cmp(want) != 0 {
			t.Fatalf("%v: Horner's form %v", e, p.Horner())
		}
		sum := new(big.Rat)
		degree := -1
		for exps, c := range p.Terms() {
			if p.Coefficient(exps...) != c || c == (Expr{}) {
				t.Fatalf("%v: coefficient %v of %v", e, c, exps)
			}
			term, total := c, 0
			for i, k := range exps {
				term = Times(term, Power(vars[i], Int(int64(k))))
				total += k
			}
			degree = max(degree, total)
			v, _ := exactValue(Faithful(term), env)
			sum.Add(sum, v)
		}
		if sum.Cmp(want) != 0 || p.Degree() != degree {
			t.Fatalf("%v: the terms are %v", e, Faithful(p.Expr()))
		}
		for _, v := range all {
			d, err := Degree(e, v)
			switch {
			case err != nil:
				t.Fatal(err)
			case slices.Contains(vars, v) && p.DegreeIn(v) != d:
				t.Fatalf("%v: degree %d in %v, want %d", e, p.DegreeIn(v), v, d)
			}
			c, err := Coefficients(e, v)
			if err != nil || len(c) != d+1 {
				t.Fatalf("%v: %d coefficients, %v", e, len(c), err)
			}
			back := Expr{}
			for k, c := range c {
				back = Plus(back, Times(c, Power(v, Int(int64(k)))))
			}
			collected, err := Collect(e, v)
			if err != nil || collected != back || mustExpand(t, collected) != x {
				t.Fatalf("%v by %v: %v and %v, %v", e, v, Faithful(collected), Faithful(back), err)
			}
		}
	}
}

func TestPolynomialVars(t *testing.T) {
	x, y := Var("x"), Var("y")
	p, err := PolynomialOf(Times(Plus(x, y), Plus(x, Int(1))))
	if err != nil || !slices.Equal(p.Vars(), []Expr{x, y}) {
		t.Error(p.Vars(), err)
	}
	if p, err := PolynomialOf(Int(7)); err != nil || p.Len() != 1 || p.Degree() != 0 || p.Horner() != Int(7) {
		t.Error(err)
	}
	if p, err := PolynomialOf(Expr{}, x); err != nil || p.Len() != 0 || p.Degree() != -1 || p.Horner() != (Expr{}) || p.Expr() != (Expr{}) {
		t.Error(err)
	}
	var bad *PolynomialError
	if _, err := PolynomialOf(x, x, x); !errors.As(err, &bad) {
		t.Error(err)
	}
	if _, err := PolynomialOf(x, Plus(x, y)); !errors.As(err, &bad) {
		t.Error(err)
	}
	p, err = PolynomialOf(Plus(Times(Sin(x), y), Power(Sin(x), Int(2))), Sin(x))
	if err != nil || p.DegreeIn(Sin(x)) != 2 || p.Coefficient(1) != y || p.Coefficient(5) != (Expr{}) {
		t.Error(err)
	}
}

func ExampleCollect() {
	x, y := Var("x"), Var("y")
	e, err := Collect(Power(Plus(x, y, Int(1)), Int(2)), x)
	fmt.Println(Faithful(e), err)
	// Output: x^2 + 2*x*(y + 1) + y^2 + 2*y + 1 <nil>
}

func ExamplePolynomialOf() {
	x, y := Var("x"), Var("y")
	p, err := PolynomialOf(Times(Plus(Times(Int(3), x), y), x, Plus(x, Int(2))), x)
	if err != nil {
		fmt.Println(err)
		return
	}
	for exps, c := range p.Terms() {
		fmt.Println(exps, Faithful(c))
	}
	fmt.Println(p.Horner())
	// Output:
	// [3] 3
	// [2] y + 6
	// [1] 2*y
	// ((3*x + (y + 6))*x + 2*y)*x
}
