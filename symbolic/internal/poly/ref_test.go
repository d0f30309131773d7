package poly

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// ref is a plain polynomial to compare with: coefficients by exponents as text.
type ref map[string]*big.Rat

func refKey(e []int) string { return strings.Trim(fmt.Sprint(e), "[]") }

func refExps(key string, n int) []int {
	e := make([]int, n)
	for i, f := range strings.Fields(key) {
		e[i], _ = strconv.Atoi(f)
	}
	return e
}

func (r ref) add(key string, c *big.Rat) {
	if old, ok := r[key]; ok {
		c = new(big.Rat).Add(old, c)
	}
	if c.Sign() == 0 {
		delete(r, key)
	} else {
		r[key] = c
	}
}

func toRef(p *Poly) ref {
	r := ref{}
	for e, c := range p.Terms() {
		r.add(refKey(e), c.Rat())
	}
	return r
}

func (r ref) plus(s ref, sign int64) ref {
	out := ref{}
	for k, c := range r {
		out.add(k, c)
	}
	for k, c := range s {
		out.add(k, new(big.Rat).Mul(c, big.NewRat(sign, 1)))
	}
	return out
}

func (r ref) times(s ref, n int) ref {
	out := ref{}
	for k, c := range r {
		e := refExps(k, n)
		for l, d := range s {
			f := refExps(l, n)
			for i := range f {
				f[i] += e[i]
			}
			out.add(refKey(f), new(big.Rat).Mul(c, d))
		}
	}
	return out
}

func (r ref) diff(i, n int) ref {
	out := ref{}
	for k, c := range r {
		e := refExps(k, n)
		if e[i] == 0 {
			continue
		}
		d := new(big.Rat).Mul(c, big.NewRat(int64(e[i]), 1))
		e[i]--
		out.add(refKey(e), d)
	}
	return out
}

// check compares p with r and checks what holds of every polynomial: order, lowest terms, narrow coefficients.
func check(t testing.TB, what string, p *Poly, r ref) {
	t.Helper()
	valid(t, what, p)
	got := toRef(p)
	if len(got) != len(r) || p.Len() != len(r) {
		t.Fatalf("%s: %d terms, want %d", what, p.Len(), len(r))
	}
	for k, c := range r {
		if got[k] == nil || got[k].Cmp(c) != 0 {
			t.Fatalf("%s: coefficient of %q is %v, want %v", what, k, got[k], c)
		}
	}
}

func valid(t testing.TB, what string, p *Poly) {
	t.Helper()
	var last []int
	for e := range p.Terms() {
		if last != nil && graded(last, e) <= 0 {
			t.Fatalf("%s: term %v before %v", what, last, e)
		}
		last = slices.Clone(e)
	}
	used := 0
	for _, n := range []int{len(p.num.s), len(p.num.m), len(p.num.b)} {
		if n > 0 {
			used++
		}
	}
	if used > 1 || len(p.exps) != p.Len()*p.lay.words {
		t.Fatalf("%s: malformed", what)
	}
	width := p.num.bitLen()
	if p.num.b != nil && width < 128 || p.num.m != nil && shrunk(p.num.m).s != nil {
		t.Fatalf("%s: coefficients of %d bits are held too wide", what, width)
	}
	for i := range p.Len() {
		if p.num.at(i).isZero() {
			t.Fatalf("%s: zero coefficient", what)
		}
	}
	if p.den != nil {
		if p.den.Cmp(one) <= 0 || !p.num.content().gcd(fromBig(new(big.Int).Set(p.den))).isOne() {
			t.Fatalf("%s: not in lowest terms", what)
		}
	}
}

func graded(a, b []int) int {
	da, db := 0, 0
	for i := range a {
		da += a[i]
		db += b[i]
	}
	if da != db {
		return da - db
	}
	return slices.Compare(a, b)
}

// shape describes random polynomials.
type shape struct {
	n, terms, degree int
	coef             int // index of coefKinds
}

var coefKinds = []struct {
	name string
	make func(r *rand.Rand) *big.Rat
}{
	{"small", func(r *rand.Rand) *big.Rat { return big.NewRat(r.Int64N(21)-10, 1) }},
	{"unit", func(r *rand.Rand) *big.Rat { return big.NewRat(1-2*r.Int64N(2), 1) }},
	{"int64", func(r *rand.Rand) *big.Rat { return big.NewRat(int64(r.Uint64()), 1) }},
	{"edge64", func(r *rand.Rand) *big.Rat { return nearPower(r, 63) }},
	{"edge32", func(r *rand.Rand) *big.Rat { return nearPower(r, 31) }},
	{"edge127", func(r *rand.Rand) *big.Rat { return nearPower(r, 127) }},
	{"edge128", func(r *rand.Rand) *big.Rat { return nearPower(r, 128) }},
	{"huge", func(r *rand.Rand) *big.Rat { return nearPower(r, 100+r.IntN(400)) }},
	{"mixed", func(r *rand.Rand) *big.Rat { return nearPower(r, r.IntN(140)) }},
	{"fraction", func(r *rand.Rand) *big.Rat { return big.NewRat(r.Int64N(41)-20, 1+r.Int64N(12)) }},
	{"huge fraction", func(r *rand.Rand) *big.Rat {
		return new(big.Rat).Quo(nearPower(r, r.IntN(140)), new(big.Rat).Add(nearPower(r, 70), big.NewRat(17, 1)))
	}},
}

// nearPower is a power of two, give or take one, of either sign.
func nearPower(r *rand.Rand, k int) *big.Rat {
	x := new(big.Int).Lsh(one, uint(k))
	x.Add(x, big.NewInt(r.Int64N(3)-1))
	if r.IntN(2) == 0 {
		x.Neg(x)
	}
	return new(big.Rat).SetInt(x)
}

func (s shape) random(r *rand.Rand) *Poly {
	b := NewBuilder(s.n)
	e := make([]int, s.n)
	for range s.terms {
		for i := range e {
			e[i] = 0
			if s.n < 6 || r.IntN(s.n) < 4 {
				e[i] = r.IntN(s.degree + 1)
			}
		}
		if err := b.AddRat(e, coefKinds[s.coef].make(r)); err != nil {
			panic(err)
		}
	}
	return b.Poly()
}

var shapes = []shape{
	{n: 0, terms: 1}, {n: 1, terms: 1, degree: 3}, {n: 1, terms: 6, degree: 8}, {n: 1, terms: 5, degree: 1 << 28},
	{n: 2, terms: 12, degree: 4}, {n: 2, terms: 8, degree: 1 << 27}, {n: 3, terms: 20, degree: 3},
	{n: 3, terms: 10, degree: 400000}, {n: 4, terms: 20, degree: 5}, {n: 5, terms: 9, degree: 1000},
	{n: 9, terms: 12, degree: 50}, {n: 25, terms: 12, degree: 1}, {n: 30, terms: 10, degree: 40}, {n: 64, terms: 8, degree: 1},
	{n: 70, terms: 8, degree: 9}, {n: 200, terms: 6, degree: 3}, {n: 20, terms: 8, degree: 100000},
}
