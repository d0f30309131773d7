package poly

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"
)

func gcd(t testing.TB, p, q *Poly) *Poly {
	t.Helper()
	r, err := p.GCD(q, Limit{})
	if err != nil {
		t.Fatal(err)
	}
	valid(t, "gcd", r)
	return r
}

func TestGCD(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for _, s := range []shape{{n: 1, terms: 3, degree: 4}, {n: 2, terms: 3, degree: 3}, {n: 3, terms: 3, degree: 2}, {n: 4, terms: 3, degree: 2},
		{n: 25, terms: 2, degree: 1}, {n: 3, terms: 1, degree: 5}} {
		for kind := range coefKinds {
			s.coef = kind
			for range 3 {
				a, b, c := s.random(r), s.random(r), s.random(r)
				if a.IsZero() || b.IsZero() || c.IsZero() {
					continue
				}
				p, q := mul(t, a, c), mul(t, b, c)
				d := gcd(t, p, q)
				if !d.Equal(d.Primitive()) || d.Coef(0).Sign() <= 0 {
					t.Fatal("gcd is not primitive")
				}
				div(t, d, c)
				u, v := div(t, p, d), div(t, q, d)
				if rest := gcd(t, u, v); rest.TotalDegree() != 0 {
					t.Fatal("cofactors have a common divisor")
				}
				if !gcd(t, q, p).Equal(d) {
					t.Fatal("gcd is not symmetric")
				}
			}
		}
	}
}

// The remainder sequence gives what the heuristic gives.
func TestRemaindersAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for _, s := range []shape{{n: 1, terms: 4, degree: 5}, {n: 2, terms: 4, degree: 3}, {n: 3, terms: 3, degree: 2}} {
		for range 8 {
			a, b, c := s.random(r), s.random(r), s.random(r)
			p, q := mul(t, a, c).Primitive(), mul(t, b, c).Primitive()
			if p.Degree(0) < 1 || q.Degree(0) < 1 {
				continue
			}
			var g gcder
			got, err := g.remainders(p, q, 0)
			if err != nil {
				t.Fatal(err)
			}
			if want := gcd(t, p, q); !got.Primitive().Equal(want) {
				t.Fatalf("%d terms, want %d", got.Len(), want.Len())
			}
		}
	}
}

func TestGCDOfSpecialCases(t *testing.T) {
	x, y := Var(2, 0), Var(2, 1)
	p := mul(t, x.Add(y), x).Scale(big.NewRat(-4, 3))
	cases := []struct{ a, b, want *Poly }{
		{Zero(2), Zero(2), Zero(2)},
		{Zero(2), p, mul(t, x.Add(y), x)},
		{p, Int(2, 6), Int(2, 1)},
		{p, x, x},
		{p, y, Int(2, 1)},
		{p, mul(t, y, x.Add(y)), x.Add(y)},
		{pow(t, x, 1000).Sub(Int(2, 1)), pow(t, x, 600).Sub(Int(2, 1)), pow(t, x, 200).Sub(Int(2, 1))},
	}
	for i, c := range cases {
		if got := gcd(t, c.a, c.b); !got.Equal(c.want) {
			t.Errorf("case %d: %d terms, want %d", i, got.Len(), c.want.Len())
		}
	}
	stop := errors.New("stop")
	f := pow(t, sumOf(3, 1), 6)
	if _, err := mul(t, f, sumOf(3, 2)).GCD(mul(t, f, sumOf(3, 3)), Limit{Check: func() error { return stop }}); err != stop {
		t.Errorf("got %v, want the error of Check", err)
	}
}
