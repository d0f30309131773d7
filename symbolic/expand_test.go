package symbolic

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/symbolic/internal/poly"
)

// naiveExpand multiplies out term by term, until nothing is left to do.
func naiveExpand(e Expr) Expr {
	e = Canonical(e)
	for e.n.flag(expandable) {
		p := pass{
			skip: func(n *node) bool { return !n.flag(expandable) },
			kids: kids,
		}
		p.make = func(n *node) *node {
			n = rebuild(n, p.get)
			if n == nil || !isAlgebraic(n) || n.op == OpSum {
				return n
			}
			rest, c := n.coefficient()
			product := c.expr()
			if rest != one {
				var buf [1]pair
				for _, f := range rest.factors(&buf) {
					if !isExpandable(f.n, f.c) {
						product = naiveProduct(product, Expr{power(f.n, f.c)})
						continue
					}
					for range f.c.v {
						product = naiveProduct(product, Expr{f.n})
					}
				}
			}
			return product.n
		}
		e = Expr{p.run(e.n)}
	}
	return e
}

func naiveProduct(a, b Expr) Expr {
	var terms []Expr
	for _, s := range addendsOf(a) {
		for _, t := range addendsOf(b) {
			terms = append(terms, Times(s, t))
		}
	}
	return Plus(terms...)
}

func addendsOf(e Expr) []Expr {
	if e.Op() != OpSum {
		return []Expr{e}
	}
	var terms []Expr
	for t := range e.Args() {
		terms = append(terms, t)
	}
	return terms
}

func mustExpand(t testing.TB, e Expr) Expr {
	t.Helper()
	x, err := Expand(e)
	if err != nil {
		t.Fatalf("%v: %v", e, err)
	}
	return x
}

func randomEnv(rnd *rand.Rand) map[Expr]*big.Rat {
	env := map[Expr]*big.Rat{}
	for _, v := range []string{"a", "b", "c", "d"} {
		env[Var(v)] = big.NewRat(rnd.Int64N(39)-19, 1+rnd.Int64N(7))
	}
	return env
}

// Expansions have the value of the term, are their own, and are what comes of
// multiplying term by term.
func TestExpandValue(t *testing.T) {
	rnd := rand.New(rand.NewPCG(21, 22))
	checked, opened := 0, 0
	for range 5_000 {
		e := randomAlgebra(rnd, 1+rnd.IntN(16))
		c := Canonical(e)
		if c.n.flag(hasPole) {
			if got := mustExpand(t, e); got != c {
				t.Fatalf("%v with a division by 0 is expanded to %v", e, Faithful(got))
			}
			continue
		}
		x := mustExpand(t, e)
		if !x.IsCanonical() {
			t.Fatalf("%v: %v is not canonical", e, Faithful(x))
		}
		if got := Canonical(Faithful(x)); got != x {
			t.Fatalf("%v: %v in canonical form is %v", e, Faithful(x), Faithful(got))
		}
		if got := mustExpand(t, x); got != x {
			t.Fatalf("%v: %v, and expanded again %v", e, Faithful(x), Faithful(got))
		}
		want := naiveExpand(e)
		if want.n.flag(hasPole) {
			if x != c {
				t.Fatalf("%v with a division by 0 is expanded to %v", e, Faithful(x))
			}
			continue
		}
		if x != want {
			t.Fatalf("%v: %v, want %v", e, Faithful(x), Faithful(want))
		}
		if c != x {
			opened++
		}
		env := randomEnv(rnd)
		v, ok := exactValue(e, env)
		if !ok {
			continue
		}
		checked++
		if got, ok := exactValue(Faithful(x), env); !ok || got.Cmp(v) != 0 {
			t.Fatalf("%v is %v at %v, expanded %v it is %v", e, v, env, Faithful(x), got)
		}
	}
	if checked < 2000 || opened < 500 {
		t.Errorf("only %d values, %d expansions", checked, opened)
	}
}

// randomTerm has roots, general powers, calls and floats in it, those with few
// bits.
func randomTerm(rnd *rand.Rand, size int) Expr {
	if size <= 1 {
		switch rnd.IntN(9) {
		case 0:
			return Rat(rnd.Int64N(9)-4, 1<<rnd.IntN(3))
		case 1:
			return Const(float64(rnd.IntN(9)-4) / 4)
		case 2:
			return Power(Int(2), Rat(1, 2+rnd.Int64N(2)))
		}
		return Var(string(rune('a' + rnd.IntN(3))))
	}
	left := 1 + rnd.IntN(size-1)
	a, b := randomTerm(rnd, left), randomTerm(rnd, size-left)
	switch rnd.IntN(12) {
	case 0, 1, 2, 3:
		return Plus(a, b)
	case 4, 5, 6:
		return Times(a, b)
	case 7:
		return Power(a, Int(rnd.Int64N(6)-2))
	case 8:
		if a.Op() == OpProduct || a.Op() == OpFloat {
			return a // products of roots of products depend on grouping
		}
		return Power(a, Rat(1+rnd.Int64N(3), 2+rnd.Int64N(2)))
	case 9:
		return Apply(LookupFunction("sin", 1), a)
	case 10:
		return Power(Var(string(rune('a'+rnd.IntN(3)))), Times(Int(rnd.Int64N(5)-2), a))
	}
	return Select(Lt(a, b), a, b)
}

func TestExpandTerms(t *testing.T) {
	rnd := rand.New(rand.NewPCG(23, 24))
	opened, long := 0, 0
	for range 15_000 {
		e := randomTerm(rnd, 1+rnd.IntN(14))
		if e.n.flag(hasPole) {
			continue
		}
		want := naiveExpand(e)
		if want.n.flag(hasPole) {
			continue
		}
		x := mustExpand(t, e)
		if x != want && mustExpand(t, dropZeros(x)) != dropZeros(want) {
			t.Fatalf("%v: %v, want %v", Faithful(e), Faithful(x), Faithful(want))
		}
		if x != e {
			opened++
		}
		if x.Op() == OpSum && x.NumArgs() > 4 {
			long++
			terms := sortTerms(append([]pair(nil), x.n.pairs()...))
			if (makeSum(terms)) != x.n {
				t.Fatalf("%v: the terms are not in order", Faithful(x))
			}
		}
	}
	if opened < 1000 || long < 500 {
		t.Errorf("only %d expansions, %d long ones", opened, long)
	}
}

// dropZeros takes out what has the coefficient 0.0: floats that cancel leave it
// when they are added one by one.
func dropZeros(e Expr) Expr {
	p := pass{kids: kids}
	p.make = func(n *node) *node {
		n = rebuild(n, p.get)
		if n == nil {
			return nil
		}
		if n.op == OpSum {
			var terms []pair
			for _, t := range n.pairs() {
				if !(t.c.float() && t.c.floatValue() == 0) {
					terms = append(terms, t)
				}
			}
			return makeSum(terms)
		}
		if _, c := n.coefficient(); c.float() && c.floatValue() == 0 {
			return nil
		}
		return n
	}
	return Expr{p.run(e.n)}
}

func TestExpandForms(t *testing.T) {
	x, y, z := Var("x"), Var("y"), Var("z")
	x1 := Plus(x, Int(1))
	for _, c := range []struct {
		e    Expr
		want string
	}{
		{Power(x1, Int(2)), "x^2 + 2*x + 1"},
		{Times(Rat(1, 2), x1, Plus(x, y)), "x^2/2 + x*y/2 + x/2 + y/2"},
		{Power(x1, Int(-2)), "(x + 1)^-2"},
		{Times(y, x1, Power(Plus(x, y), Int(-1))), "x*y/(x + y) + y/(x + y)"},
		{Power(Plus(Times(x, x1), Int(1)), Int(-1)), "(x^2 + x + 1)^-1"},
		{Power(Plus(x, y), z), "(x + y)^z"},
		{Power(Plus(x, y), Plus(z, Int(2))), "(x + y)^(z + 2)"},
		{Power(Times(x, y), z), "(x*y)^z"},
		{Power(x, Plus(y, z)), "x^(y + z)"},
		{Power(x, Times(y, Plus(z, Int(1)))), "x^(y*z + y)"},
		{Sqrt(Power(x1, Int(2))), "sqrt(x^2 + 2*x + 1)"},
		{Power(Plus(Sqrt(x1), y), Int(2)), "y^2 + 2*y*sqrt(x + 1) + x + 1"},
		{Power(Plus(Sqrt(Int(2)), Int(1)), Int(10)), "2378*sqrt(2) + 3363"},
		{Sin(Power(x1, Int(2))), "sin(x^2 + 2*x + 1)"},
		{Power(Plus(Times(Const(0.5), x), y), Int(2)), "0.25*x^2 + 1.0*x*y + y^2"},
		{Times(Plus(Times(Const(0.5), x), x), x1), "x^2 + 0.5*x^2 + x + 0.5*x"},
		{Power(Plus(Power(x, Const(0)), Int(1)), Int(3)), "7*x^0.0 + 1"},
		{Power(Plus(x, Power(x, Int(-1))), Int(3)), "x^3 + 3*x + 3/x + 1/x^3"},
		{Times(Power(x, y), Plus(Power(x, y), x)), "x^(2*y) + x^(y + 1)"},
		{Times(Power(x, y), Plus(Power(x, Times(Int(-1), y)), z)), "x^y*z + 1"},
		{Power(Plus(Times(x, x1), Times(Int(-1), Power(x, Int(2)))), Int(9)), "x^9"},
		{Power(Plus(Power(x1, Int(2)), Times(Int(-1), Power(x, Int(2))), Times(Int(-2), x)), Int(1<<30)), "1"},
		{Power(Plus(Power(x, Int(20_000)), Int(1)), Int(2)), "x^40000 + 2*x^20000 + 1"},
		{Power(Plus(Power(x, Int(1<<40)), y), Int(2)), "x^2199023255552 + 2*x^1099511627776*y + y^2"},
	} {
		if got := Faithful(mustExpand(t, c.e)).String(); got != c.want {
			t.Errorf("%v: %s, want %s", Faithful(c.e), got, c.want)
		}
	}
	// A denominator that is 0.
	e := Plus(Power(x1, Int(2)), Power(Plus(Times(x, x1), Times(Int(-1), Power(x, Int(2))), Times(Int(-1), x)), Int(-1)))
	if got := mustExpand(t, e); got != e {
		t.Errorf("%v", Faithful(got))
	}
}

// Floats are rounded once, whatever the order of the factors.
func TestExpandFloats(t *testing.T) {
	rnd := rand.New(rand.NewPCG(25, 26))
	x := Var("x")
	product := Int(1)
	exact := Int(1)
	for range 30 {
		r := rnd.Float64()
		product = Times(product, Plus(x, Const(r)))
		exact = Times(exact, Plus(x, Exact(new(big.Rat).SetFloat64(r))))
	}
	got, err := Coefficients(product, x)
	if err != nil || len(got) != 31 {
		t.Fatal(len(got), err)
	}
	want, err := Coefficients(exact, x)
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range got[:30] {
		r, _ := want[i].Rat()
		v, _ := r.Float64()
		if f, ok := c.Float64(); !ok || f != v {
			t.Errorf("coefficient %d is %v, want %v", i, c, v)
		}
	}
	if got[30] != Int(1) {
		t.Errorf("the first coefficient is %v", got[30])
	}
}

func TestExpandLimits(t *testing.T) {
	x := Var("x")
	vars := Plus(Array("v", 40)...)
	x1 := Plus(x, Int(1))
	for _, c := range []struct {
		e    Expr
		what string
	}{
		{Power(x1, Int(1_000_000)), "words"},
		{Power(x1, Int(1<<62)), "degree"},
		{Power(x1, Exact(new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 200)))), "degree"},
		{Power(Power(Plus(x1, Times(x, x1)), Int(1000)), Int(100_000_000)), "degree"},
		{Power(vars, Int(50)), "terms"},
		{Times(Power(vars, Int(8)), x1), "terms"},
		{Sin(Power(vars, Int(50))), "terms"},
		{Power(Plus(Times(Int(3), x1, Plus(x, Int(2))), Times(Int(-3), Power(x, Int(2))), Times(Int(-9), x)), Int(2_000_000)), "bits"},
	} {
		w := newWork(context.Background(), Limits{})
		_, err := Expand(c.e)
		var limit *LimitError
		if !errors.As(err, &limit) || limit.What != c.what || limit.Term == (Expr{}) || limit.Need <= limit.Max {
			t.Errorf("%v, want %s", err, c.what)
		}
		e := expander{work: w}
		if _, err := e.expand(c.e.n); err == nil || w.steps > 1<<16 {
			t.Errorf("%v after %d steps", err, w.steps)
		}
		if _, _, err := Fraction(c.e); !errors.As(err, &limit) {
			t.Errorf("a fraction: %v", err)
		}
	}

	p := Power(Plus(x, Var("y")), Int(100))
	for _, c := range []struct {
		limits Limits
		ok     bool
	}{
		{Limits{Terms: 101}, true},
		{Limits{Terms: 100}, false},
		{Limits{Bits: 97}, true},
		{Limits{Bits: 90}, false},
		{Limits{Words: 202}, true},
		{Limits{Words: 101}, false},
		{Limits{Steps: 10_000}, true},
		{Limits{Steps: 10}, false},
		{Limits{Terms: -1, Bits: -1, Words: -1, Steps: -1}, true},
	} {
		_, err := c.limits.Expand(context.Background(), p)
		if (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.limits, err)
		}
	}
}

// done is a context that ends after so many questions.
type done struct {
	context.Context
	after int
}

func (d *done) Err() error {
	if d.after--; d.after < 0 {
		return context.Canceled
	}
	return nil
}

func (d *done) Value(any) any { return nil }

func TestExpandCancelled(t *testing.T) {
	v := Array("v", 12)
	p := Power(Plus(v...), Int(5))
	e := Times(p, Plus(p, Int(1)))
	for _, after := range []int{0, 1, 2, 5} {
		ctx := &done{context.Background(), after}
		if _, err := (Limits{}).Expand(ctx, e); !errors.Is(err, context.Canceled) {
			t.Errorf("after %d: %v", after, err)
		}
		if ctx.after < -2 {
			t.Errorf("went on for %d questions", -ctx.after)
		}
		ctx.after = after
		q := Plus(Power(e, Int(-1)), Power(Plus(p, Int(2)), Int(-1)))
		if _, _, err := (Limits{}).Fraction(ctx, q); !errors.Is(err, context.Canceled) {
			t.Errorf("fraction after %d: %v", after, err)
		}
	}
}

// The text of these grows by a factor with each level; the work must not.
func TestExpandShared(t *testing.T) {
	x, x1 := Var("x"), Plus(Var("x"), Int(1))
	chain := func(levels int) Expr {
		e := Var("y")
		for range levels {
			// This is e + 1.
			e = Plus(Times(Plus(e, Int(1)), x1), Times(Int(-1), x, e), Times(Int(-1), x))
		}
		return e
	}
	nested := func(levels int) Expr {
		e := Var("y")
		for range levels {
			e = Plus(Sin(Times(e, x1)), e)
		}
		return e
	}
	if got, want := mustExpand(t, chain(50)), Plus(Var("y"), Int(50)); got != want {
		t.Fatalf("%v, want %v", Faithful(got), Faithful(want))
	}
	steps := func(e Expr) int64 {
		x := expander{work: newWork(context.Background(), Limits{})}
		if _, err := x.expand(e.n); err != nil {
			t.Fatal(err)
		}
		return x.steps
	}
	if a, b := steps(chain(1000)), steps(chain(10_000)); b > 11*a {
		t.Errorf("%d steps, and of ten times as deep a term %d", a, b)
	}
	if a, b := steps(nested(20)), steps(nested(40)); b > 5*a {
		t.Errorf("%d steps, and of twice as deep a term %d", a, b)
	}
	if num, _, err := Fraction(Plus(chain(1000), Times(Int(-1), Var("y")))); err != nil || num != Int(1000) {
		t.Errorf("%v, %v", num, err)
	}
}

func TestExpandDeep(t *testing.T) {
	const levels = 30_000
	x, x1 := Var("x"), Plus(Var("x"), Int(1))
	e := x
	for range levels {
		e = Sin(Times(e, x1))
	}
	got := mustExpand(t, e)
	n := 0
	for e = got; e.Op() == OpCall; n++ {
		s := e.Arg(0)
		if s.NumArgs() != 2 {
			t.Fatalf("level %d: %d terms", n, s.NumArgs())
		}
		e = s.Arg(0)
		if e.Op() == OpProduct {
			e = e.Arg(1) // x*sin(…)
		}
	}
	if n != levels {
		t.Errorf("%d levels", n)
	}
	if _, err := Cancel(e); err != nil {
		t.Error(err)
	}
	if _, err := Collect(e, x); err != nil {
		t.Error(err)
	}
}

// What is expanded comes back as it is, unseen: a packed sum is not unpacked.
func TestExpandExpanded(t *testing.T) {
	v := Array("expanded", 3)
	e := mustExpand(t, Power(Plus(v...), Int(40)))
	if packedPoly(e.n) == nil {
		t.Fatal("not packed")
	}
	if got := mustExpand(t, e); got != e {
		t.Error("another term")
	}
	d, ok := packedDiff(e.n, v[0].n)
	if !ok || packedPoly(d) == nil {
		t.Error("the derivative is not packed")
	}
	c, err := Coefficients(e, v[1])
	if err != nil || len(c) != 41 || packedPoly(c[3].n) == nil {
		t.Error(len(c), err)
	}
	if p, err := PolynomialOf(e); err != nil || p.Len() != 861 {
		t.Error(err)
	}
	if e.n.far.packed.terms.Load() != nil {
		t.Error("the terms were made")
	}
	if want := mustExpand(t, Times(Int(40), Power(Plus(v...), Int(39)))); d != want.n {
		t.Error("a wrong derivative")
	}
	if n := testing.AllocsPerRun(10, func() { _, _ = Expand(e) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// Long sums are left as they are, but for what is expanded in them.
func TestExpandLong(t *testing.T) {
	var terms []Expr
	v := Array("long", 3000)
	for i, x := range v {
		terms = append(terms, Times(x, Power(v[(i+7)%len(v)], Int(2)), v[(i*i+1)%len(v)]))
	}
	plain := Plus(terms...)
	e := Plus(plain, Times(v[0], Plus(v[1], v[2])), Power(Plus(v[3], Int(1)), Int(2)))
	want := Plus(plain, Times(v[0], v[1]), Times(v[0], v[2]), Power(v[3], Int(2)), Times(Int(2), v[3]), Int(1))
	if got := mustExpand(t, e); got != want {
		t.Error("a wrong sum")
	}
	want = Plus()
	for _, s := range terms {
		want = Plus(want, Times(s, v[5]))
	}
	if got := mustExpand(t, Times(plain, v[5])); got != want {
		t.Error("a wrong product")
	}
	var products []Expr
	want = Plus()
	for i, x := range v[:1000] {
		products = append(products, Times(x, Plus(v[i+1], v[i+2])))
		want = Plus(want, Times(x, v[i+1]), Times(x, v[i+2]))
	}
	if got := mustExpand(t, Plus(products...)); got != want {
		t.Error("a wrong sum of products")
	}
}

// The way over monomials in order and the one that makes every term alike.
func TestMonomials(t *testing.T) {
	rnd := rand.New(rand.NewPCG(27, 28))
	x, y, z := Var("x"), Var("y"), Var("z")
	gens := []generator{
		{x.n, num{v: 1}}, {y.n, num{x: half}}, {Sin(x).n, num{v: 1}}, {z.n, numOf(y.n)},
		{Plus(x, y).n, num{x: half}}, {Var("w").n, numOf(Plus(x, Int(1)).n)},
	}
	ordered := 0
	for range 2000 {
		r := newWork(context.Background(), Limits{}).newRing()
		for _, i := range rnd.Perm(len(gens))[:1+rnd.IntN(4)] {
			r.add(gens[i])
		}
		r.start()
		n := len(r.gens)
		b := poly.NewBuilder(n)
		exps := make([]int, n)
		for range 1 + rnd.IntN(12) {
			for i := range exps {
				exps[i] = rnd.IntN(4)
			}
			if err := b.Add(exps, rnd.Int64N(9)-4); err != nil {
				t.Fatal(err)
			}
		}
		a := laurent{b.Poly(), nil}
		if rnd.IntN(2) == 0 {
			a.by = make([]int64, n)
			for i := range a.by {
				a.by[i] = rnd.Int64N(5) - 4
			}
		}
		got, err := r.node(a)
		if err != nil {
			t.Fatal(err)
		}
		want := makeSum(sortTerms(r.appendPairs(nil, a, false)))
		if got != want {
			t.Fatalf("%v and %v", Faithful(Expr{got}), Faithful(Expr{want}))
		}
		if (&monomials{ring: r}).prepare(a) {
			ordered++
		}
	}
	if ordered < 500 {
		t.Errorf("only %d in order", ordered)
	}
}

func BenchmarkExpand(b *testing.B) {
	x, y, z, w := Var("x"), Var("y"), Var("z"), Var("w")
	sum := Plus(x, y, z, w)
	p := Power(sum, Int(15))
	powers := Plus(Power(x, y), Power(y, z), Power(z, x))
	for _, c := range []struct {
		name string
		e    Expr
	}{
		{"8", Power(sum, Int(8))},
		{"16", Power(sum, Int(16))},
		{"24", Power(sum, Int(24))},
		{"32", Power(sum, Int(32))},
		{"product", Times(p, Plus(p, w))},
		{"powers", Power(powers, Int(50))},
		{"small", Times(x, Plus(y, z))},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Expand(c.e); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("again", func(b *testing.B) {
		e := mustExpand(b, Power(sum, Int(32)))
		for b.Loop() {
			if got, _ := Expand(e); got != e {
				b.Fatal("another term")
			}
		}
	})
	b.Run("diff32", func(b *testing.B) {
		e := mustExpand(b, Power(sum, Int(32)))
		for b.Loop() {
			if _, ok := packedDiff(e.n, x.n); !ok {
				b.Fatal("not packed")
			}
		}
	})
}

func ExampleExpand() {
	x, y := Var("x"), Var("y")
	e, err := Expand(Times(Plus(x, y), Plus(x, Times(Int(-1), y))))
	fmt.Println(Faithful(e), err)
	_, err = Expand(Power(Plus(x, Int(1)), Int(1_000_000)))
	fmt.Println(err)
	// Output:
	// x^2 - y^2 <nil>
	// symbolic: pow needs at least 15625015625 words, more than the limit of 16777216
}
