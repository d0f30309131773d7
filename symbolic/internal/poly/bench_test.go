package poly

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// The second expansion of the project's comparison: (x+y+z+w)^15 * ((x+y+z+w)^15 + w).
func BenchmarkExpandProduct(b *testing.B) {
	for b.Loop() {
		f := pow(b, sumOf(4, 0), 15)
		p := mul(b, f, f.Add(Var(4, 3)))
		if p.Len() != 6272 {
			b.Fatal(p.Len())
		}
	}
}

func BenchmarkPow(b *testing.B) {
	for _, n := range []int{8, 16, 24, 32} {
		b.Run(fmt.Sprintf("4vars/%d", n), func(b *testing.B) {
			p := sumOf(4, 0)
			for b.Loop() {
				pow(b, p, n)
			}
		})
	}
	b.Run("3vars/50", func(b *testing.B) {
		p := sumOf(3, 0)
		for b.Loop() {
			pow(b, p, 50)
		}
	})
	b.Run("1+4vars/30", func(b *testing.B) {
		p := sumOf(4, 1)
		for b.Loop() {
			pow(b, p, 30)
		}
	})
	b.Run("1+x/10000", func(b *testing.B) {
		p := sumOf(1, 1)
		for b.Loop() {
			pow(b, p, 10000)
		}
	})
	b.Run("4vars/64", func(b *testing.B) {
		p := sumOf(4, 0)
		for b.Loop() {
			pow(b, p, 64)
		}
	})
	b.Run("dependent/20", func(b *testing.B) {
		p := sumOf(3, 1)
		p = p.Add(mul(b, Var(3, 0), Var(3, 1)))
		for b.Loop() {
			pow(b, p, 20)
		}
	})
}

func benchMul(b *testing.B, p, q *Poly) {
	n := 0
	for b.Loop() {
		n = mul(b, p, q).Len()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(p.Len())/float64(q.Len()), "ns/product")
	b.ReportMetric(float64(n), "terms")
}

func BenchmarkMul(b *testing.B) {
	f := pow(b, sumOf(4, 1), 20)
	b.Run("fateman20", func(b *testing.B) { benchMul(b, f, f.Add(Int(4, 1))) })
	g := pow(b, sumOf(3, 1), 50)
	b.Run("128bit", func(b *testing.B) { benchMul(b, g, pow(b, sumOf(3, 1), 5)) })
	b.Run("big", func(b *testing.B) { benchMul(b, g, pow(b, sumOf(3, 1), 20)) })
	u := pow(b, sumOf(1, 1), 60)
	b.Run("univariate", func(b *testing.B) { benchMul(b, u, u) })
	r := rand.New(rand.NewPCG(1, 1))
	for _, s := range []shape{{n: 5, terms: 10, degree: 3}, {n: 5, terms: 100, degree: 200}, {n: 5, terms: 1000, degree: 200}, {n: 5, terms: 3000, degree: 200},
		{n: 30, terms: 300, degree: 1}, {n: 10, terms: 1000, degree: 5}} {
		p, q := s.random(r), s.random(r)
		b.Run(fmt.Sprintf("sparse/%dvars/%dterms", s.n, s.terms), func(b *testing.B) { benchMul(b, p, q) })
	}
	p, q := shape{n: 5, terms: 20000, degree: 200}.random(r), shape{n: 5, terms: 30, degree: 200}.random(r)
	b.Run("sparse/unbalanced", func(b *testing.B) { benchMul(b, p, q) })
}

func BenchmarkSmall(b *testing.B) {
	p := sumOf(4, 1)
	q := p.Add(p).Sub(Var(4, 0))
	b.Run("add", func(b *testing.B) {
		for b.Loop() {
			p.Add(q)
		}
	})
	b.Run("mul", func(b *testing.B) {
		for b.Loop() {
			mul(b, p, q)
		}
	})
	b.Run("square", func(b *testing.B) {
		for b.Loop() {
			pow(b, p, 2)
		}
	})
}

func BenchmarkDivExact(b *testing.B) {
	p := pow(b, sumOf(4, 1), 10)
	q := pow(b, sumOf(4, -2), 8)
	pq := mul(b, p, q)
	b.Run("dense", func(b *testing.B) {
		for b.Loop() {
			div(b, pq, q)
		}
	})
	l := sumOf(4, -2)
	pl := mul(b, p, l)
	b.Run("linear", func(b *testing.B) {
		for b.Loop() {
			div(b, pl, l)
		}
	})
}

// The determinant of a 5x5 matrix of symbols by expansion along rows, sharing minors.
func BenchmarkDet5(b *testing.B) {
	for b.Loop() {
		n := 5
		v := func(i, j int) *Poly { return Var(n*n, i*n+j) }
		minors := map[uint]*Poly{0: Int(n*n, 1)}
		for row := n - 1; row >= 0; row-- {
			next := map[uint]*Poly{}
			for cols := uint(0); cols < 1<<n; cols++ {
				sum, sign := Zero(n*n), 0
				for j := range n {
					if cols>>j&1 == 0 {
						continue
					}
					if m := minors[cols&^(1<<j)]; m != nil {
						t := mul(b, v(row, j), m)
						if sign%2 == 0 {
							sum = sum.Add(t)
						} else {
							sum = sum.Sub(t)
						}
					}
					sign++
				}
				if sign == n-row {
					next[cols] = sum
				}
			}
			minors = next
		}
		if p := minors[1<<n-1]; p.Len() != 120 {
			b.Fatal(p.Len())
		}
	}
}

func BenchmarkGCD(b *testing.B) {
	f := pow(b, sumOf(3, 1), 5)
	p, q := mul(b, f, pow(b, sumOf(3, 2), 5)), mul(b, f, pow(b, sumOf(3, 3), 5))
	b.Run("3vars", func(b *testing.B) {
		for b.Loop() {
			gcd(b, p, q)
		}
	})
	x := sumOf(1, 1)
	g := pow(b, x, 20)
	u, v := mul(b, g, pow(b, x.Add(Int(1, 1)), 20)), mul(b, g, pow(b, x.Add(x), 20).Add(x))
	b.Run("1var", func(b *testing.B) {
		for b.Loop() {
			gcd(b, u, v)
		}
	})
	r := rand.New(rand.NewPCG(1, 2))
	s := shape{n: 6, terms: 10, degree: 3}
	c := s.random(r)
	m, n := mul(b, c, s.random(r)), mul(b, c, s.random(r))
	b.Run("6vars", func(b *testing.B) {
		for b.Loop() {
			gcd(b, m, n)
		}
	})
}
