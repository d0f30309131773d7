package poly

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

func mul(t testing.TB, p, q *Poly) *Poly {
	t.Helper()
	r, err := p.Mul(q, Limit{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func pow(t testing.TB, p *Poly, k int) *Poly {
	t.Helper()
	r, err := p.Pow(k, Limit{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func div(t testing.TB, p, q *Poly) *Poly {
	t.Helper()
	r, ok, err := p.DivExact(q, Limit{})
	if err != nil || !ok {
		t.Fatalf("quotient: %v %v", ok, err)
	}
	return r
}

// sumOf returns a sum of variables and a constant.
func sumOf(n int, c int64) *Poly {
	p := Int(n, c)
	for i := range n {
		p = p.Add(Var(n, i))
	}
	return p
}

// each runs f over random pairs of all shapes and kinds of coefficients.
func each(t *testing.T, rounds int, f func(t *testing.T, s shape, p, q *Poly, r *rand.Rand)) {
	for _, s := range shapes {
		for kind, k := range coefKinds {
			t.Run(fmt.Sprintf("%dvars/degree%d/%s", s.n, s.degree, k.name), func(t *testing.T) {
				r := rand.New(rand.NewPCG(uint64(kind), uint64(s.n*1000+s.degree)))
				for range rounds {
					s.coef = kind
					p := s.random(r)
					if r.IntN(2) == 0 {
						s.coef = r.IntN(len(coefKinds))
					}
					f(t, s, p, s.random(r), r)
				}
			})
		}
	}
}

func TestArithmeticAgainstReference(t *testing.T) {
	each(t, 4, func(t *testing.T, s shape, p, q *Poly, r *rand.Rand) {
		rp, rq := toRef(p), toRef(q)
		check(t, "p", p, rp)
		check(t, "sum", p.Add(q), rp.plus(rq, 1))
		check(t, "difference", p.Sub(q), rp.plus(rq, -1))
		check(t, "p-p", p.Sub(p), ref{})
		check(t, "negation", p.Neg(), ref{}.plus(rp, -1))
		check(t, "product", mul(t, p, q), rp.times(rq, s.n))
		c := big.NewRat(r.Int64N(100)-50, 1+r.Int64N(30))
		check(t, "scaled", p.Scale(c), rp.times(toRef(Const(s.n, c)), s.n))
		if s.n > 0 {
			i := r.IntN(s.n)
			check(t, "derivative", p.Diff(i), rp.diff(i, s.n))
		}
	})
}

func TestLaws(t *testing.T) {
	each(t, 2, func(t *testing.T, s shape, p, q *Poly, r *rand.Rand) {
		u := s.random(r)
		equal := func(what string, a, b *Poly) {
			t.Helper()
			valid(t, what, a)
			if !a.Equal(b) || !b.Equal(a) {
				t.Fatalf("%s: not equal", what)
			}
		}
		equal("commutative sum", p.Add(q), q.Add(p))
		equal("associative sum", p.Add(q).Add(u), p.Add(q.Add(u)))
		equal("commutative product", mul(t, p, q), mul(t, q, p))
		equal("associative product", mul(t, mul(t, p, q), u), mul(t, p, mul(t, q, u)))
		equal("distributive", mul(t, p, q.Add(u)), mul(t, p, q).Add(mul(t, p, u)))
		equal("sum", Sum(s.n, p, q, u), p.Add(q).Add(u))
		if p.Add(Int(s.n, 1)).Equal(p) {
			t.Fatal("p+1 equals p")
		}
		if s.n > 0 {
			i := r.IntN(s.n)
			equal("product rule", mul(t, p, q).Diff(i), mul(t, p.Diff(i), q).Add(mul(t, p, q.Diff(i))))
			back := Zero(s.n)
			for _, c := range p.Collect(i) {
				equal("coefficient", c.Coef, p.Coeff(i, c.Power))
				if c.Coef.Degree(i) != 0 {
					t.Fatal("coefficient holds the variable")
				}
				back = back.Add(mul(t, c.Coef, pow(t, Var(s.n, i), c.Power)))
			}
			equal("collected", back, p)
		}
		if !p.IsZero() {
			equal("content", p.Primitive().Scale(p.Content()).Scale(big.NewRat(int64(p.Coef(0).Sign()), 1)), p)
		}
	})
}

func TestDivExact(t *testing.T) {
	each(t, 3, func(t *testing.T, s shape, p, q *Poly, r *rand.Rand) {
		if p.IsZero() || q.IsZero() {
			return
		}
		pq := mul(t, p, q)
		d := div(t, pq, q)
		valid(t, "quotient", d)
		if !d.Equal(p) || !div(t, pq, p).Equal(q) {
			t.Fatal("p*q/q is not p")
		}
		if q.TotalDegree() > 0 && s.degree < 1000 {
			if _, ok, err := pq.Add(Int(s.n, 1)).DivExact(q, Limit{Terms: 10000}); ok {
				t.Fatal("p*q+1 is divided by q")
			} else if err != nil {
				t.Log(err)
			}
		}
	})
}

func TestPow(t *testing.T) {
	each(t, 1, func(t *testing.T, s shape, p, q *Poly, r *rand.Rand) {
		if s.degree > 1<<20 || p.Len() > 12 {
			return
		}
		want := Int(s.n, 1)
		for k := range 5 {
			if got := pow(t, p, k); !got.Equal(want) {
				t.Fatalf("power %d is wrong", k)
			}
			valid(t, "power", want)
			want = mul(t, want, p)
		}
	})
}

// Powers of few terms, dependent and independent, against repeated products by one term at a time.
func TestPowOfFewTerms(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, s := range []shape{{n: 1, terms: 2, degree: 3}, {n: 1, terms: 3, degree: 4}, {n: 3, terms: 3, degree: 2},
		{n: 3, terms: 4, degree: 1}, {n: 4, terms: 5, degree: 2}, {n: 30, terms: 3, degree: 20}, {n: 2, terms: 2, degree: 1 << 20}} {
		for kind := range coefKinds {
			s.coef = kind
			p := s.random(r)
			want := Int(s.n, 1)
			for k := range 14 {
				got := pow(t, p, k)
				valid(t, "power", got)
				if !got.Equal(want) {
					t.Fatalf("%v: power %d of %d terms is wrong", s, k, p.Len())
				}
				want = mul(t, want, p)
			}
		}
	}
}

func TestMultinomial(t *testing.T) {
	for _, c := range []int64{0, 1, -1, 3, 1 << 40} {
		for n := 1; n <= 4; n++ {
			p := sumOf(n, c)
			want := p
			for k := 2; k <= 40; k++ {
				want = mul(t, want, p)
				if k%7 != 0 && k > 5 {
					continue
				}
				got := pow(t, p, k)
				valid(t, "power", got)
				if !got.Equal(want) {
					t.Fatalf("power %d of %d variables and %d is wrong", k, n, c)
				}
			}
		}
	}
	// Sums of distinct powers do not come out in order.
	x, y := Var(2, 0), Var(2, 1)
	p := mul(t, x, x).Add(y).Add(Int(2, 2))
	if want := mul(t, mul(t, mul(t, mul(t, p, p), p), p), p); !pow(t, p, 5).Equal(want) {
		t.Fatal("(x^2+y+2)^5 is wrong")
	}
}

func TestDensePowers(t *testing.T) {
	x, y := Var(2, 0), Var(2, 1)
	p := Int(2, 1).Add(x).Add(y).Add(mul(t, x, y)).Add(mul(t, x, x))
	want := Int(2, 1)
	for range 30 {
		want = mul(t, want, p)
	}
	got := pow(t, p, 30)
	valid(t, "power", got)
	if !got.Equal(want) {
		t.Fatal("dense power is wrong")
	}
	if v, err := got.Eval([]*big.Rat{big.NewRat(1, 1), big.NewRat(1, 1)}, Limit{}); err != nil || v.Cmp(new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(5), big.NewInt(30), nil))) != 0 {
		t.Fatal(v, err)
	}
}

// Every method of multiplication gives the same product.
func TestMethodsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 9))
	for _, s := range []shape{{n: 1, terms: 60, degree: 100}, {n: 2, terms: 80, degree: 12}, {n: 3, terms: 100, degree: 8},
		{n: 4, terms: 200, degree: 5}, {n: 5, terms: 150, degree: 4}, {n: 3, terms: 40, degree: 1000}} {
		for kind := range 5 {
			s.coef = kind
			p, q := s.random(r), s.random(r)
			if p.Len() > q.Len() {
				p, q = q, p
			}
			lay := layoutFor(s.n, p.TotalDegree()+q.TotalDegree())
			x := product{lay: lay, a: operand{p.lay.repack(p.exps, lay), &p.num}, b: operand{q.lay.repack(q.exps, lay), &q.num}, limit: &Limit{}}
			x.bits = productBits(p.num.norms(), q.num.norms(), p.Len(), q.Len())
			var all []*Poly
			keep := func(e []uint64, c coefs, err error) {
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, &Poly{n: s.n, lay: lay, exps: e, num: c})
			}
			keep(x.hash())
			if x.bits < 127 {
				if d, ok := x.planDense(1 << 40); ok {
					keep(d.run())
				}
			}
			keep(func() ([]uint64, coefs, error) { y := x; y.bits = 1000; return y.hash() }())
			check(t, "hash", all[0], toRef(p).times(toRef(q), s.n))
			for i, z := range all {
				valid(t, "product", z)
				if !z.Equal(all[0]) {
					t.Fatalf("%v: method %d differs", s, i)
				}
			}
		}
	}
}

func TestEvalAndSubst(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, s := range []shape{{n: 1, terms: 5, degree: 6}, {n: 3, terms: 9, degree: 4}, {n: 12, terms: 6, degree: 3}} {
		for kind := range coefKinds {
			s.coef = kind
			p := s.random(r)
			at := make([]*big.Rat, s.n)
			for i := range at {
				at[i] = big.NewRat(r.Int64N(20)-10, 1+r.Int64N(5))
			}
			want := new(big.Rat)
			for e, c := range p.Terms() {
				f := c.Rat()
				for i, k := range e {
					for range k {
						f.Mul(f, at[i])
					}
				}
				want.Add(want, f)
			}
			got, err := p.Eval(at, Limit{})
			if err != nil || got.Cmp(want) != 0 {
				t.Fatalf("value %v, want %v (%v)", got, want, err)
			}
			q := shape{n: s.n, terms: 3, degree: 2}.random(r)
			sub, err := p.Subst(0, q, Limit{})
			if err != nil {
				t.Fatal(err)
			}
			valid(t, "substituted", sub)
			got, _ = sub.Eval(at, Limit{})
			moved := slices.Clone(at)
			moved[0], _ = q.Eval(at, Limit{})
			if want, _ = p.Eval(moved, Limit{}); got.Cmp(want) != 0 {
				t.Fatalf("substituted value %v, want %v", got, want)
			}
		}
	}
}

func TestRename(t *testing.T) {
	p := pow(t, sumOf(3, 1), 3).Scale(big.NewRat(2, 3))
	q := p.Rename(70, []int{60, 5, 1})
	valid(t, "renamed", q)
	back := make([]int, 70)
	back[60], back[5], back[1] = 0, 1, 2
	if got := q.Rename(3, back); !got.Equal(p) {
		t.Fatal("renaming there and back")
	}
	x := Var(1, 0)
	want := pow(t, mul(t, x, Int(1, 3)).Add(Int(1, 1)), 3).Scale(big.NewRat(2, 3))
	if got := p.Rename(1, []int{0, 0, 0}); !got.Equal(want) {
		t.Fatal("merged variables")
	}
}

func TestDegrees(t *testing.T) {
	p, err := FromTerms(3, [][]int{{1, 0, 4}, {2, 2, 0}, {0, 0, 0}}, []*big.Rat{big.NewRat(1, 1), big.NewRat(2, 1), big.NewRat(0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	if p.Len() != 2 || p.TotalDegree() != 5 || p.Degree(0) != 2 || p.Degree(1) != 2 || p.Degree(2) != 4 {
		t.Fatal(p.Len(), p.TotalDegree(), p.Degree(0), p.Degree(1), p.Degree(2))
	}
	if z := Zero(3); z.TotalDegree() != -1 || z.Degree(1) != -1 || !z.IsZero() {
		t.Fatal("degree of zero")
	}
	if c, ok := Const(2, big.NewRat(3, 7)).IsConst(); !ok || c.Cmp(big.NewRat(3, 7)) != 0 {
		t.Fatal(c, ok)
	}
	if _, ok := Var(2, 0).IsConst(); ok {
		t.Fatal("a variable is constant")
	}
	if _, err := FromTerms(1, [][]int{{-1}}, []*big.Rat{big.NewRat(1, 1)}); err == nil {
		t.Fatal("negative exponent taken")
	}
}

func TestLimits(t *testing.T) {
	x := Var(1, 0)
	x1 := x.Add(Int(1, 1))
	big4 := pow(t, sumOf(4, 1), 20)
	dependent := x1.Add(mul(t, x, x))
	frac := x1.Scale(big.NewRat(1, 3))
	cases := []struct {
		name string
		what string
		run  func() error
	}{
		{"words of a power", "words", func() error { _, err := x1.Pow(1000000, Limit{Words: 1000000}); return err }},
		{"terms of a power", "terms", func() error { _, err := sumOf(4, 1).Pow(1000, Limit{Terms: 1000000}); return err }},
		{"terms of a dependent power", "terms", func() error { _, err := dependent.Pow(1000000, Limit{Terms: 1000}); return err }},
		{"bits of a dependent power", "bits", func() error { _, err := dependent.Pow(100000, Limit{Bits: 4096}); return err }},
		{"bits of a power", "bits", func() error { _, err := x1.Pow(100000, Limit{Bits: 4096}); return err }},
		{"bits of a constant", "bits", func() error { _, err := Int(2, 3).Pow(1<<30, Limit{Bits: 4096}); return err }},
		{"bits of a fraction", "bits", func() error { _, err := Const(2, big.NewRat(1, 3)).Pow(1<<30, Limit{Bits: 4096}); return err }},
		{"bits of a denominator", "bits", func() error { _, err := frac.Pow(100000, Limit{Bits: 4096}); return err }},
		{"degree of a power", "degree", func() error { _, err := mul(t, x, x).Pow(1<<30, Limit{}); return err }},
		{"degree of a product", "degree", func() error {
			y := pow(t, x, 1<<30)
			_, err := y.Mul(y, Limit{})
			return err
		}},
		{"terms of a dense product", "terms", func() error { _, err := big4.Mul(big4, Limit{Terms: 1000}); return err }},
		{"words of a dense product", "words", func() error { _, err := big4.Mul(big4, Limit{Words: 1000}); return err }},
		{"bits of a product", "bits", func() error { _, err := big4.Mul(big4, Limit{Bits: 30}); return err }},
		{"terms of a quotient", "terms", func() error {
			y, err := pow(t, x, 1000000).Sub(Int(1, 1)).Mul(Int(1, 2), Limit{})
			if err != nil {
				return err
			}
			_, _, err = y.DivExact(x.Sub(Int(1, 1)), Limit{Terms: 1000})
			return err
		}},
		{"substitution", "terms", func() error {
			_, err := pow(t, x, 1000000).Subst(0, x1, Limit{Terms: 100000})
			return err
		}},
		{"evaluation", "bits", func() error {
			_, err := pow(t, x, 1000000).Eval([]*big.Rat{big.NewRat(1, 10)}, Limit{Bits: 100000})
			return err
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := c.run()
			var e *LimitError
			if !errors.As(err, &e) || e.What != c.what || e.Need <= e.Max {
				t.Fatalf("got %v, want too many %s", err, c.what)
			}
			t.Log(err)
		})
	}
	// What fits a limit exactly passes.
	if _, err := x1.Pow(999, Limit{Terms: 1000}); err != nil {
		t.Error(err)
	}
	p := pow(t, sumOf(4, 0), 15)
	if q, err := p.Mul(p, Limit{Terms: 5456, Words: 5456}); err != nil || q.Len() != 5456 {
		t.Error(err)
	}
}

func TestCancel(t *testing.T) {
	stop := errors.New("stop")
	calls := 0
	l := Limit{Check: func() error {
		if calls++; calls == 3 {
			return stop
		}
		return nil
	}}
	p := pow(t, sumOf(4, 1), 16)
	if _, err := p.Mul(p, l); err != stop {
		t.Errorf("got %v, want the error of Check", err)
	}
	calls = 0
	if _, err := sumOf(6, 1).Pow(30, l); err != stop {
		t.Errorf("got %v, want the error of Check", err)
	}
}

func TestModerateLargePower(t *testing.T) {
	p := pow(t, Var(1, 0).Add(Int(1, 1)), 3000)
	if p.Len() != 3001 {
		t.Fatal(p.Len())
	}
	for _, k := range []int{0, 1, 17, 1500, 2999, 3000} {
		want := new(big.Int).Binomial(3000, int64(k))
		if got := p.Coef(k).Rat(); got.Cmp(new(big.Rat).SetInt(want)) != 0 {
			t.Fatalf("coefficient %d is wrong", k)
		}
	}
}

// Division in an array and with a heap agree, on exact and on inexact quotients.
func TestDivisionMethodsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	denseRuns := 0
	for _, s := range []shape{{n: 1, terms: 30, degree: 40}, {n: 2, terms: 40, degree: 8}, {n: 3, terms: 60, degree: 4}, {n: 5, terms: 40, degree: 2}} {
		for kind := range 9 {
			for round := range 4 {
				s.coef = kind
				p, q := s.random(r), s.random(r).Primitive()
				pq := mul(t, p, q)
				if round%2 == 1 {
					pq = pq.Add(shape{n: s.n, terms: 1, degree: s.degree, coef: 0}.random(r))
				}
				if pq.IsZero() || q.IsZero() {
					continue
				}
				_, phi := pq.degrees()
				_, qhi := q.degrees()
				for i := range phi {
					phi[i] -= qhi[i]
				}
				make := func() *division {
					return &division{lay: pq.lay, pe: pq.exps, pn: &pq.num, qe: q.exps, qn: q.num, top: phi, limit: &Limit{}}
				}
				dense, heap, wide := make(), make(), make()
				want, err := heap.run()
				if err != nil || round%2 == 0 && !want {
					t.Fatal(want, err)
				}
				if got, err := wide.runWide(); err != nil || got != want || want && !slices.Equal(wide.exps, heap.exps) {
					t.Fatal("subtraction differs", got, err)
				}
				got, done, err := dense.runDense()
				if err != nil {
					t.Fatal(err)
				}
				if !done {
					continue
				}
				denseRuns++
				if got != want {
					t.Fatalf("array says %v, heap says %v", got, want)
				}
				if want && !(&Poly{n: s.n, lay: pq.lay, exps: dense.exps, num: dense.num}).Equal(&Poly{n: s.n, lay: pq.lay, exps: heap.exps, num: heap.num}) {
					t.Fatal("quotients differ")
				}
			}
		}
	}
	if denseRuns < 40 {
		t.Fatalf("only %d divisions in an array", denseRuns)
	}
}

// Operations on shared operands from several goroutines give one result.
func TestConcurrentUse(t *testing.T) {
	p, q := pow(t, sumOf(4, 1), 6), pow(t, sumOf(4, -3), 5)
	want := mul(t, p, q)
	done := make(chan *Poly)
	for range 4 {
		go func() {
			r, err := p.Mul(q, Limit{})
			if err != nil {
				r = nil
			}
			done <- r
		}()
	}
	for range 4 {
		if r := <-done; r == nil || !r.Equal(want) {
			t.Error("product differs")
		}
	}
}

// Products of so many terms that they are made in several stretches, checked by their values.
func TestSparseProduct(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for _, s := range []shape{{n: 5, terms: 400, degree: 200}, {n: 4, terms: 500, degree: 30}, {n: 40, terms: 200, degree: 30}, {n: 1, terms: 400, degree: 1 << 20}} {
		for _, kind := range []int{0, 2, 5} {
			s.coef = kind
			p, q := s.random(r), s.random(r)
			pq := mul(t, p, q)
			valid(t, "product", pq)
			at := make([]*big.Rat, s.n)
			for i := range at {
				at[i] = big.NewRat(r.Int64N(3)-1, 1)
			}
			a, _ := p.Eval(at, Limit{})
			b, _ := q.Eval(at, Limit{})
			c, err := pq.Eval(at, Limit{})
			if err != nil || c.Cmp(a.Mul(a, b)) != 0 {
				t.Fatalf("value %v, want %v", c, a)
			}
			if d := div(t, pq, p); !d.Equal(q) {
				t.Fatal("p*q/p is not q")
			}
		}
	}
}
