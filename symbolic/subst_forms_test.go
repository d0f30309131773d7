package symbolic

import (
	"errors"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
)

func parseBoth(t *testing.T, text string) Expr {
	t.Helper()
	if text, ok := strings.CutPrefix(text, "canonical "); ok {
		e, err := ParseCanonical(text)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	return MustParse(text)
}

func TestSubstForms(t *testing.T) {
	for _, c := range []struct{ e, key, value, want string }{
		// Faithful terms stay as they were written …
		{"a + sin(x)", "x", "-y", "a + sin(-y)"},
		{"a + sin(x)", "x", "0", "a + sin(0)"},
		{"a*x^2", "x", "y^3", "a*(y^3)^2"},
		{"a + 2^x", "x", "3", "a + 8"},
		{"x*y", "x", "0", "0*y"},
		{"sqrt(x) + 1", "x", "4", "sqrt(4) + 1"},
		{"x - x", "x", "3", "0"},
		{"select(x < y, x, y)", "x < y", "y < x", "select(y < x, x, y)"},
		{"(x + y) + z", "x + y", "z", "z + z"},
		{"x + (y + z)", "x + y", "z", "x + (y + z)"},
		{"2*x + 3", "3", "x", "2*x + x"},
		{"x + 0", "0", "y", "x + y"},
		// … and canonical ones canonical.
		{"canonical sin(x)", "x", "canonical -y", "canonical -sin(y)"},
		{"canonical sin(x)", "x", "0", "0"},
		{"canonical cos(x)*z", "x", "0", "z"},
		{"canonical x + y + z", "x", "canonical -y", "z"},
		{"canonical x + y + z", "canonical x + y", "z", "canonical x + y + z"},
		{"canonical (x + y)*z", "canonical x + y", "z", "canonical z^2"},
		{"canonical sin(x + y) + x + y", "canonical x + y", "z", "canonical sin(z) + x + y"},
		{"canonical 2*x*y + z", "canonical x*y", "z", "canonical 3*z"},
		{"canonical 2*x*y + z", "canonical 2*x*y", "z", "canonical 2*z"},
		{"canonical 3*x*y + z", "canonical 2*x*y", "z", "canonical 3*x*y + z"},
		{"canonical 2*x*y", "canonical x*y", "z", "canonical 2*z"},
		{"canonical x*y*z", "canonical x*y", "z", "canonical x*y*z"},
		{"canonical x^2*y", "canonical x^2", "z", "canonical y*z"},
		{"canonical 3*x^2*y + x^3", "canonical x^2", "z", "canonical 3*y*z + x^3"},
		{"canonical sqrt(x)*y + sqrt(x)", "sqrt(x)", "y", "canonical y^2 + y"},
		{"canonical x^n*y", "n", "2", "canonical x^2*y"},
		{"canonical x^n*y", "canonical x^n", "y", "canonical y^2"},
		{"canonical x^n + y", "n", "0", "canonical y + 1"},
		{"canonical x^2 + 1/x", "x", "0", "canonical 0^-1"},
		{"canonical (x + y)^2*x", "y", "x", "canonical 4*x^3"},
		{"canonical (x + 1)^-1*y", "x", "-1", "canonical 0^-1"},
		{"canonical x/3 + 0.5*y", "x", "y", "canonical y/3 + 0.5*y"},
		{"canonical x/3 + 0.5*y + 1", "y", "2.5", "canonical x/3 + 1 + 1.25"},
		{"canonical z*(x + y)", "z", "2", "canonical 2*x + 2*y"},
		// A faithful term in a canonical one is an atom.
		{"canonical 2*faithful(x + y)", "x", "y", "canonical 2*faithful(y + y)"},
		{"canonical(x + y) + z", "x", "y", "canonical(2*y) + z"},
	} {
		e, key, value, want := parseBoth(t, c.e), parseBoth(t, c.key), parseBoth(t, c.value), parseBoth(t, c.want)
		if got := Subst(e, map[Expr]Expr{key: value}); got != want {
			t.Errorf("%s with %s for %s is %v, want %v", c.e, c.value, c.key, got, want)
		}
		// A map of many keys is looked up in another way.
		many := map[Expr]Expr{key: value}
		for i := range 10 {
			many[Index("none", i)] = Int(1)
		}
		if got := Subst(e, many); got != want {
			t.Errorf("%s with %s for %s among many is %v, want %v", c.e, c.value, c.key, got, want)
		}
		if got, err := SubstAll(e, map[Expr]Expr{key: value}); err == nil && got != want && Subst(got, map[Expr]Expr{key: value}) != got {
			t.Errorf("%s with %s for %s again and again is %v", c.e, c.value, c.key, got)
		}
	}
}

// A sum of numbers is the same, term by term, as what Plus and Times make.
func TestSubstAgainstRebuild(t *testing.T) {
	rnd := rand.New(rand.NewPCG(21, 22))
	for range 3000 {
		e := Canonical(randomAlgebra(rnd, 1+rnd.IntN(16)))
		to := map[Expr]Expr{
			Var("a"): Canonical(randomAlgebra(rnd, 1+rnd.IntN(3))),
			Var("b"): Rat(rnd.Int64N(7)-3, 1+rnd.Int64N(2)),
		}
		p := pass{kids: kids, skip: isLeaf}
		get := func(n *node) *node {
			if v, ok := to[Expr{n}]; ok {
				return v.n
			}
			return p.get(n)
		}
		p.make = func(n *node) *node { return rebuild(n, get) }
		p.run(e.n)
		want := Expr{get(e.n)}
		if got := Subst(e, to); got != want {
			t.Fatalf("%v with %v is %v, want %v", e, to, got, want)
		}
		if x, err := Expand(e); err == nil { // held as a polynomial
			got := Subst(x, to)
			if zero, err := IsZero(Plus(got, Times(Int(-1), want))); err == nil && !zero && !want.n.flag(hasPole) && !got.n.flag(hasPole) {
				t.Fatalf("%v with %v is %v, want %v", x, to, got, want)
			}
		}
	}
}

func TestSubstEach(t *testing.T) {
	x, y := Var("x"), Var("y")
	got := SubstEach([]Expr{x, Sin(x), x.Add(y), Int(2)}, map[Expr]Expr{x: y})
	if want := []Expr{y, Sin(y), y.Add(y), Int(2)}; len(got) != 4 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestSubstAllTerms(t *testing.T) {
	for _, c := range []struct{ e, defs, want string }{
		{"f + x", "f=sin(a) a=b", "sin(b) + x"},
		{"sin(a) + sin(x)", "sin(x)=1 a=x", "1 + 1"}, // a key that comes about
		{"sin(x)", "sin(x)=x+x^2", "x + x^2"},
		{"sin(x)", "sin(x)=sin(y) sin(y)=cos(x) x=y", "cos(y)"},
		{"x + y", "x=x y=2", "x + 2"},
		{"sin(x) + x", "sin(x)=sin(x) x=2", "sin(x) + 2"}, // left alone
		{"a + b", "a=c b=c c=d d=5", "10"},
		{"x + a", "b=b+1 a=3", "x + 3"}, // a cycle that is not needed
		{"0 - x", "0=y", "y - x"},

		{"x", "x=x+1", "cycle: x -> x"},
		{"a + b", "a=b b=a", "cycle: a -> b -> a"},
		{"z + a", "a=2*b b=sin(c) c=a-1", "cycle: a -> b -> c -> a"},
		{"sin(a)", "sin(a)=cos(sin(b)) b=a", "cycle: sin(a) -> sin(a)"}, // sin(b) becomes sin(a)
		{"0 + x", "0=x x=0+y", "cycle: 0 -> x -> 0"},
	} {
		to := map[Expr]Expr{}
		for _, d := range strings.Fields(c.defs) {
			key, value, _ := strings.Cut(d, "=")
			to[MustParse(key)] = MustParse(value)
		}
		got, err := SubstAll(MustParse(c.e), to)
		if cycle, ok := strings.CutPrefix(c.want, "cycle: "); ok {
			var ce *CycleError
			if !errors.As(err, &ce) || !strings.HasSuffix(err.Error(), ": "+cycle) {
				t.Errorf("%s with %s: %v, %v, want %s", c.e, c.defs, got, err, c.want)
			}
			continue
		}
		if want := MustParse(c.want); err != nil || got != want {
			t.Errorf("%s with %s: %v, %v, want %v", c.e, c.defs, got, err, want)
		}
	}
}

// Many variables, and many definitions.
func TestSubstLarge(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	var sum Accumulator
	to := make(map[Expr]Expr, n)
	for i := range n {
		x := Index("x", i)
		sum.Add(Times(Int(2), x))
		to[x] = Int(int64(i))
	}
	e := sum.Sum()
	if got := Subst(e, to); got != Int(int64(n*(n-1))) {
		t.Errorf("the sum of numbers is %v", got)
	}
	for i := range n {
		to[Index("x", i)] = Index("y", i)
	}
	if got := Subst(e, to); got.NumArgs() != n || Subst(got, map[Expr]Expr{Index("y", 0): Int(0)}).NumArgs() != n-1 {
		t.Error("the sum of other variables")
	}
	chain := map[Expr]Expr{}
	for i := range n {
		chain[Index("v", i)] = Sin(Index("v", i+1))
	}
	got, err := SubstAll(Index("v", 0), chain)
	if v := Vars(got); err != nil || len(v) != 1 || v[0] != Index("v", n) {
		t.Error(err)
	}
	chain[Index("v", n)] = Index("v", 0)
	var cycle *CycleError
	if _, err = SubstAll(Index("v", 0), chain); !errors.As(err, &cycle) || len(cycle.Cycle) != n+1 || len(err.Error()) > 1000 {
		t.Errorf("%d keys", len(cycle.Cycle))
	}
}

func TestSubstConcurrent(t *testing.T) {
	x := Var("x")
	e, err := ParseCanonical("x^3*y + 2*x*sin(x) + x^2 + 1.5*x")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 200 {
				v := Rat(int64(i*4+g), 7)
				want := Plus(Times(Power(v, Int(3)), Var("y")), Times(Int(2), v, Apply(sinFunc, v)), Power(v, Int(2)), Times(Const(1.5), v))
				if got := Subst(e, map[Expr]Expr{x: v}); got != want {
					t.Errorf("%v, want %v", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkSubstMany(b *testing.B) {
	const n = 100_000
	rnd := rand.New(rand.NewPCG(1, 2))
	var sum Accumulator
	to := make(map[Expr]Expr, n)
	for i := range n {
		x := Index("x", i)
		sum.Add(Times(Int(2), x))
		to[x] = Const(rnd.Float64())
	}
	e := sum.Sum()
	for b.Loop() {
		sinkExpr = Subst(e, to)
	}
}
