package poly

import (
	"math/big"
	"testing"
)

// FuzzArithmetic builds two polynomials from bytes and compares their sum, product and quotient with the reference.
func FuzzArithmetic(f *testing.F) {
	f.Add([]byte{2, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
	f.Add([]byte{3, 255, 255, 63, 1, 0, 128, 127, 9, 64, 2, 2, 2, 2, 200, 100, 50})
	f.Add([]byte{30, 1, 9, 90, 200, 12, 1, 2, 3, 4, 5, 6, 7, 8})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 || len(data) > 200 {
			return
		}
		next := func() int {
			if len(data) == 0 {
				return 0
			}
			x := int(data[0])
			data = data[1:]
			return x
		}
		n := next() % 70
		build := func() *Poly {
			b := NewBuilder(n)
			e := make([]int, n)
			for range next() % 8 {
				clear(e)
				for range next() % 4 {
					if n > 0 {
						e[next()%n] += next() << (next() % 16)
					}
				}
				c := new(big.Int).Lsh(big.NewInt(int64(next())-128), uint(next()))
				c.Add(c, big.NewInt(int64(next()%3-1)))
				if err := b.AddRat(e, new(big.Rat).SetFrac(c, big.NewInt(int64(1+next()%7)))); err != nil {
					t.Fatal(err)
				}
			}
			return b.Poly()
		}
		p, q := build(), build()
		rp, rq := toRef(p), toRef(q)
		check(t, "sum", p.Add(q), rp.plus(rq, 1))
		check(t, "difference", p.Sub(q), rp.plus(rq, -1))
		pq := mul(t, p, q)
		check(t, "product", pq, rp.times(rq, n))
		check(t, "square", pow(t, p, 2), rp.times(rp, n))
		if !q.IsZero() && !div(t, pq, q).Equal(p) {
			t.Fatal("p*q/q is not p")
		}
	})
}
