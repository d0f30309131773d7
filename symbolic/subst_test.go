package symbolic

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"
)

func TestSubst(t *testing.T) {
	x, y, z := Var("x"), Var("y"), Var("z")
	for _, tt := range []struct {
		e    Expr
		to   map[Expr]Expr
		want Expr
	}{
		{MustParse("x + y*x"), map[Expr]Expr{x: y, y: x}, MustParse("y + x*y")},
		{MustParse("x + 0"), map[Expr]Expr{x: Int(3)}, Int(3)}, // exact numbers fold
		{MustParse("sin(x) + x"), map[Expr]Expr{Sin(x): y}, MustParse("y + x")},
		{MustParse("(x + y)*(x + y)"), map[Expr]Expr{MustParse("x + y"): z}, MustParse("z*z")},
		{x, map[Expr]Expr{x: z}, z},
		{Expr{}, map[Expr]Expr{{}: z}, z},
		{x, nil, x},
		{Plus(x, y), map[Expr]Expr{x: y}, Times(Int(2), y)},
		{Plus(x, y), map[Expr]Expr{x: Times(Int(-1), y)}, Expr{}},
		{Plus(Times(Int(2), x, y), z), map[Expr]Expr{Times(x, y): z}, Times(Int(3), z)},
		{Times(x, Power(y, Int(-1))), map[Expr]Expr{y: Int(0)}, Power(Int(0), Int(-1))},
		{Power(x, y), map[Expr]Expr{y: Int(2)}, Power(x, Int(2))},
		{Plus(Power(x, y), Times(z, Power(x, Int(2)))), map[Expr]Expr{y: Int(2), z: Int(-1)}, Expr{}},
		{Plus(Sin(x), z), map[Expr]Expr{x: Int(0)}, z},
		{Plus(Power(x, Int(3)), Times(Int(2), x), y), map[Expr]Expr{x: Const(0.5)}, Plus(Const(1.125), y)},
		{Plus(Power(x, Int(100)), y), map[Expr]Expr{x: Int(7)}, Plus(Power(Int(7), Int(100)), y)},
		{Times(z, Plus(x, y)), map[Expr]Expr{x: Times(Int(2), z), y: Times(Int(2), z)}, Times(Int(4), z, z)},
		{MustParse("min(x, y)"), map[Expr]Expr{x: y}, Min(y, y)},
	} {
		if got := Subst(tt.e, tt.to); got != tt.want {
			t.Errorf("%v with %v is %v, want %v", tt.e, tt.to, got, tt.want)
		}
	}
}

// Values may be put in before or after.
func TestSubstValue(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	for range 3000 {
		e := randomAlgebra(rnd, 1+rnd.IntN(14))
		if rnd.IntN(2) == 0 {
			e = Canonical(e)
		}
		to := map[Expr]Expr{
			Var("a"): randomAlgebra(rnd, 1+rnd.IntN(4)),
			Var("b"): Canonical(randomAlgebra(rnd, 1+rnd.IntN(4))),
			Var("c"): Int(rnd.Int64N(5) - 2),
		}
		env, inner := map[Expr]*big.Rat{}, map[Expr]*big.Rat{}
		for _, v := range []string{"a", "b", "c", "d"} {
			env[Var(v)] = big.NewRat(rnd.Int64N(39)-19, 1+rnd.Int64N(7))
		}
		ok := true
		for _, v := range []string{"a", "b", "c", "d"} {
			inner[Var(v)] = env[Var(v)]
			if by, found := to[Var(v)]; found {
				value, defined := exactValue(Faithful(by), env)
				inner[Var(v)], ok = value, ok && defined
			}
		}
		if !ok {
			continue
		}
		want, ok := exactValue(Faithful(e), inner)
		if !ok {
			continue
		}
		s := Subst(e, to)
		if got, ok := exactValue(Faithful(s), env); !ok || got.Cmp(want) != 0 {
			t.Fatalf("%v with %v is %v, of value %v, want %v", e, to, s, got, want)
		}
	}
}

func TestSubstAll(t *testing.T) {
	a, b, c, d := Var("a"), Var("b"), Var("c"), Var("d")
	defs := map[Expr]Expr{a: MustParse("b*c"), b: MustParse("c + d"), c: MustParse("2*d"), d: d}
	got, err := SubstAll(MustParse("a + b"), defs)
	if want := MustParse("((2*d) + d)*(2*d) + ((2*d) + d)"); err != nil || got != want {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	defs[d] = MustParse("1/b")
	_, err = SubstAll(a, defs)
	var cycle *CycleError
	if !errors.As(err, &cycle) || err.Error() != "symbolic: substitution: a cycle: b -> c -> d -> b" {
		t.Error(err)
	}
	if _, err = SubstAll(a, map[Expr]Expr{a: a.Add(b)}); !errors.As(err, &cycle) || len(cycle.Cycle) != 1 {
		t.Error(err)
	}

	// A long chain of definitions.
	const n = 20_000
	chain := map[Expr]Expr{}
	for i := range n {
		chain[Index("v", i)] = Index("v", i+1).Add(Int(1))
	}
	if got, err := SubstAll(Index("v", 0), chain); err != nil || len(Vars(got)) != 1 {
		t.Error(err)
	}
}

func TestSubstDeep(t *testing.T) {
	n := 1_000_000
	if testing.Short() {
		n = 50_000
	}
	x, y := Var("x"), Var("y")
	e, want := x, y
	for range n {
		e, want = e.Neg().Add(x), want.Neg().Add(y)
	}
	if Subst(e, map[Expr]Expr{x: y}) != want {
		t.Error("another term")
	}
	// A term of 2^60 leaves and 60 nodes.
	e, want = x, y
	for range 60 {
		e, want = e.Mul(e), want.Mul(want)
	}
	if Subst(e, map[Expr]Expr{x: y}) != want {
		t.Error("another shared term")
	}
}

func BenchmarkSubstFloat(b *testing.B) {
	x := Var("x")
	e, _ := ParseCanonical("x^24 + 34*x^12 + 45*x^3 + 9*x^18 + 34*x^10 + 32*x^21")
	rnd := rand.New(rand.NewPCG(1, 2))
	b.ReportAllocs()
	for b.Loop() {
		sinkExpr = Subst(e, map[Expr]Expr{x: Const(rnd.Float64())})
	}
}

var sinkExpr Expr
