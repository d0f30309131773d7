package poly

import (
	"math/big"
)

// Arithmetic modulo a prime whose products fit a word, to bound the degrees of greatest common divisors.
const prime = 1<<31 - 1

func powMod(x uint64, k int) uint64 {
	r := uint64(1)
	for ; k > 0; k >>= 1 {
		if k&1 != 0 {
			r = r * x % prime
		}
		x = x * x % prime
	}
	return r
}

func invMod(x uint64) uint64 { return powMod(x, prime-2) }

// mod is x modulo the prime.
func (x integer) mod() uint64 {
	if x.b == nil && x.v.isInt64() {
		r := int64(x.v.lo) % prime
		if r < 0 {
			r += prime
		}
		return uint64(r)
	}
	return new(big.Int).Mod(x.big(), big.NewInt(prime)).Uint64()
}

const (
	maxImageDegree = 1 << 12
	imageTries     = 3
)

// gcdDegrees returns upper bounds of the degrees of the greatest common divisor of integer polynomials whose degrees are
// phi and qhi. They are those of univariate images modulo a prime; the bounds hold because the image of p in each
// variable keeps its degree.
func gcdDegrees(p, q *Poly, phi, qhi []int) []int {
	top := make([]int, p.n)
	at := make([]uint64, p.n)
	seed := uint64(1)
	for i := range top {
		top[i] = min(phi[i], qhi[i])
		if max(phi[i], qhi[i]) > maxImageDegree {
			continue
		}
		for range imageTries {
			for j := range at {
				seed = seed*6364136223846793005 + 1442695040888963407
				at[j] = 1 + seed>>33%(prime-1)
			}
			a, b := p.image(i, at, phi[i]), q.image(i, at, qhi[i])
			if a[phi[i]] == 0 {
				continue
			}
			top[i] = min(top[i], gcdMod(a, b))
			break
		}
	}
	return top
}

// image returns the coefficients of p, by ascending powers of variable i up to deg, at a point modulo the prime.
func (p *Poly) image(i int, at []uint64, deg int) []uint64 {
	out := make([]uint64, deg+1)
	e := make([]int, p.n)
	for t := range p.Len() {
		c := p.num.at(t).mod()
		for j, k := range p.Exponents(t, e) {
			if j != i && k != 0 {
				c = c * powMod(at[j], k) % prime
			}
		}
		out[e[i]] = (out[e[i]] + c) % prime
	}
	return out
}

// gcdMod returns the degree of the greatest common divisor of polynomials modulo the prime, not both 0. It overwrites
// them.
func gcdMod(a, b []uint64) int {
	trim := func(a []uint64) []uint64 {
		for len(a) > 0 && a[len(a)-1] == 0 {
			a = a[:len(a)-1]
		}
		return a
	}
	a, b = trim(a), trim(b)
	for len(b) > 0 {
		inv := invMod(b[len(b)-1])
		for len(a) >= len(b) {
			f := prime - a[len(a)-1]*inv%prime
			shift := len(a) - len(b)
			for i, x := range b {
				a[shift+i] = (a[shift+i] + f*x) % prime
			}
			a = trim(a)
		}
		a, b = b, a
	}
	return len(a) - 1
}
