package bigmath

import (
	"math"
	"math/big"
	"sync"
)

// constant is a number that is computed as far as it was asked for.
type constant struct {
	compute func(w uint) *big.Float

	mu    sync.Mutex
	known *big.Float
	bits  uint
}

func (c *constant) to(w uint) *big.Float {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known == nil || c.bits < w+2 {
		c.bits = w + w/4 + 66
		c.known = c.compute(c.bits)
	}
	return number(w + 4).Set(c.known)
}

var piConst = constant{compute: func(w uint) *big.Float { // Machin, 1706
	return combine(w, true, [][2]int64{{16, 5}, {-4, 239}})
}}

var ln2Const = constant{compute: func(w uint) *big.Float {
	return combine(w, false, [][2]int64{{18, 26}, {-2, 4801}, {8, 8749}})
}}

var ln10Const = constant{compute: func(w uint) *big.Float {
	return combine(w, false, [][2]int64{{46, 31}, {34, 49}, {20, 161}})
}}

// Pi is the circle's number.
func Pi(prec uint) *big.Float { return round(prec, piConst.to) }

// combine is the sum of c*atan(1/n), or c*atanh(1/n), over pairs of c and n.
func combine(w uint, alternate bool, pairs [][2]int64) *big.Float {
	sum := number(w + 16)
	for _, p := range pairs {
		t := inverseArc(w+16, p[1], alternate)
		sum.Add(sum, t.Mul(t, integer(p[0])))
	}
	return sum
}

// inverseArc is the series of atan(1/n) or atanh(1/n), summed by binary
// splitting (Brent, "The complexity of multiple-precision arithmetic", 1976).
func inverseArc(w uint, n int64, alternate bool) *big.Float {
	terms := int(float64(w)/(2*math.Log2(float64(n)))) + 2
	square := big.NewInt(n * n)
	// The sum of terms i to j-1, each divided by the first's power of n^2, is
	// t/(b*q); q is that of the terms after it.
	var split func(i, j int) (q, b, t *big.Int)
	split = func(i, j int) (q, b, t *big.Int) {
		if j == i+1 {
			return square, big.NewInt(int64(2*i + 1)), big.NewInt(1)
		}
		m := (i + j) / 2
		q1, b1, t1 := split(i, m)
		q2, b2, t2 := split(m, j)
		// t1/(b1*q1) + t2/(b2*q2)/q1
		t = new(big.Int).Mul(b2, q2)
		t.Mul(t, t1)
		u := new(big.Int).Mul(b1, t2)
		if alternate && (m-i)%2 == 1 {
			u.Neg(u)
		}
		t.Add(t, u)
		return new(big.Int).Mul(q1, q2), new(big.Int).Mul(b1, b2), t
	}
	q, b, t := split(0, terms)
	// With q the last term has been divided once too often: the leaf's 1/q is
	// there for every term, so the sum is n*t/(b*q).
	num := number(w + 8).SetInt(t.Mul(t, big.NewInt(n)))
	return num.Quo(num, number(w+8).SetInt(b.Mul(b, q)))
}
