package bigmath

import (
	"math/big"
	"sync"
)

var bernoulliKnown struct {
	mu      sync.Mutex
	numbers []*big.Rat
}

// bernoulli is the numbers B(2), B(4), … B(2n), to be read only. They come from
// the tangent numbers (Brent and Harvey, "Fast computation of Bernoulli, Tangent
// and Secant numbers", 2011, algorithm 2).
func bernoulli(n int) []*big.Rat {
	b := &bernoulliKnown
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.numbers) < n {
		b.numbers = bernoulliNumbers(n + n/2 + 16)
	}
	return b.numbers
}

func bernoulliNumbers(n int) []*big.Rat {
	t := make([]*big.Int, n+1) // tangent numbers, from 1
	t[1] = big.NewInt(1)
	for k := 2; k <= n; k++ {
		t[k] = new(big.Int).Mul(t[k-1], big.NewInt(int64(k-1)))
	}
	u := new(big.Int)
	for k := 2; k <= n; k++ {
		for j := k; j <= n; j++ {
			u.Mul(t[j-1], big.NewInt(int64(j-k)))
			t[j].Mul(t[j], big.NewInt(int64(j-k+2)))
			t[j].Add(t[j], u)
		}
	}
	numbers := make([]*big.Rat, n)
	for k := 1; k <= n; k++ {
		// B(2k) = (-1)^(k-1) * 2k * T(k) / (4^k * (4^k - 1))
		p := new(big.Int).Lsh(big.NewInt(1), uint(2*k))
		p.Mul(p, u.Sub(p, big.NewInt(1)))
		num := new(big.Int).Mul(t[k], big.NewInt(int64(2*k)))
		if k%2 == 0 {
			num.Neg(num)
		}
		numbers[k-1] = new(big.Rat).SetFrac(num, p)
	}
	return numbers
}
