// Package minimax fits polynomials to functions and writes them as Go source.
package minimax

import (
	"errors"
	"fmt"
	"math"
	"math/big"
)

// Function is a function of a real number; it must not change or keep x.
type Function = func(x *big.Float) *big.Float

const (
	perExtremum = 48 // points of the grid for each extremum of the error
	rounds      = 60 // of exchanges, before Fit takes the best so far

	// settled is how far above the best possible error, which every exchange tells,
	// the best so far may be. Where leading coefficients are fixed to rounded values
	// the exchange may go round between a few nearly equal ones.
	settled = 1.1
)

// ErrNoFit says that the exchange did not settle: that the powers do not make
// a Chebyshev system on the interval (x^2 alone on both sides of 0, say), or
// that f is such a polynomial itself.
var ErrNoFit = errors.New("minimax: no fit")

// Fit returns the coefficients c of p(x) = sum of c[i]*x^powers[i] that minimise
// the largest |p(x) - f(x)|*weight(x) on [lo, hi], and that largest value. It
// computes with prec bits, to which f and weight should be exact; weight
// must be positive.
//
// The method is the exchange of Remez (Cheney, "Introduction to Approximation
// Theory", 1966, chapter 3), all extrema at once, on a fixed grid that is as dense
// at the ends as Chebyshev points are: between two points of it the error is
// less than a thousandth above what it is at them.
func Fit(f, weight Function, lo, hi *big.Float, powers []int, prec uint) (c []*big.Float, max float64, err error) {
	g, err := newGrid(f, weight, lo, hi, len(powers), prec)
	if err != nil {
		return nil, 0, err
	}
	return g.fit(powers)
}

// FitRounded does the same for a p in which coefficient i has bits[i] bits at
// most, or, for 106 and 48 bits, is the sum of two of half as many. It rounds the
// first one, fits the rest anew to what is then left of f, and so on, so powers
// are best given in ascending order. 0 bits leave a coefficient as it is.
func FitRounded(f, weight Function, lo, hi *big.Float, powers []int, bits []int, prec uint) (c []*big.Float, max float64, err error) {
	if len(bits) != len(powers) {
		return nil, 0, fmt.Errorf("minimax: %d powers, but bits for %d", len(powers), len(bits))
	}
	g, err := newGrid(f, weight, lo, hi, len(powers), prec)
	if err != nil {
		return nil, 0, err
	}
	var free []*big.Float
	for i := range powers {
		// Where what rounding left is no better fitted, the last fit stays.
		switch again, _, err := g.fit(powers[i:]); {
		case err == nil:
			free = again
		case i == 0:
			return nil, 0, err
		default:
			free = free[1:]
		}
		v := free[0]
		if bits[i] != 0 {
			v = sum(prec, Parts(v, bits[i]))
		}
		c = append(c, v)
		g.subtract(v, powers[i])
	}
	return c, g.largest(nil, nil), nil
}

// grid is the points that errors are looked at, and what is to be approximated there.
type grid struct {
	prec    uint
	x, f, w []*big.Float
	odd     bool // errors count with the sign of x
}

// without0 is the grid without the point 0.
func (g *grid) without0(odd bool) *grid {
	h := &grid{prec: g.prec, odd: odd}
	for i, x := range g.x {
		if x.Sign() != 0 {
			h.x, h.f, h.w = append(h.x, x), append(h.f, g.f[i]), append(h.w, g.w[i])
		}
	}
	return h
}

// sign is that with which the error at point i counts.
func (g *grid) sign(i int) int64 {
	if g.odd && g.x[i].Sign() < 0 {
		return -1
	}
	return 1
}

func newGrid(f, weight Function, lo, hi *big.Float, n int, prec uint) (*grid, error) {
	if n == 0 || lo.Cmp(hi) >= 0 {
		return nil, fmt.Errorf("minimax: %d coefficients on [%g, %g]", n, lo, hi)
	}
	g := &grid{prec: prec}
	points := perExtremum*(n+1) + 1
	middle := g.new().Add(lo, hi)
	middle.Quo(middle, g.int(2))
	radius := g.new().Sub(hi, lo)
	radius.Quo(radius, g.int(2))
	for i := range points {
		// float64 cosines do: where the points are exactly does not matter.
		x := g.new().SetFloat64(-math.Cos(math.Pi * float64(i) / float64(points-1)))
		x.Add(x.Mul(x, radius), middle)
		switch i {
		case 0:
			x.Set(lo)
		case points - 1:
			x.Set(hi)
		}
		w := weight(x)
		if w == nil || w.Sign() <= 0 || w.IsInf() {
			return nil, fmt.Errorf("minimax: the weight at %g is not a positive number", x)
		}
		y := f(x)
		if y == nil || y.IsInf() {
			return nil, fmt.Errorf("minimax: the function at %g is not a number", x)
		}
		g.x, g.f, g.w = append(g.x, x), append(g.f, g.new().Set(y)), append(g.w, g.new().Set(w))
	}
	return g, nil
}

func (g *grid) new() *big.Float        { return new(big.Float).SetPrec(g.prec) }
func (g *grid) int(n int64) *big.Float { return g.new().SetInt64(n) }

// power is x^n for n of any sign.
func (g *grid) power(x *big.Float, n int) *big.Float {
	p := g.int(1)
	for range max(n, -n) {
		p.Mul(p, x)
	}
	if n < 0 {
		p.Quo(g.int(1), p)
	}
	return p
}

// subtract takes c*x^n from what is to be approximated.
func (g *grid) subtract(c *big.Float, n int) {
	for i, x := range g.x {
		t := g.power(x, n)
		g.f[i].Sub(g.f[i], t.Mul(t, c))
	}
}

// fit is the exchange. Where the least power is not 0, all of p vanishes at 0: what
// alternates is then the error divided by that power of x, and 0 itself says nothing.
func (g *grid) fit(powers []int) ([]*big.Float, float64, error) {
	if powers[0] != 0 {
		g = g.without0(powers[0]%2 != 0)
	}
	n := len(powers)
	at := make([]int, n+1)
	for i := range at { // the extrema of a Chebyshev polynomial
		at[i] = i * (len(g.x) - 1) / n
	}
	basis := make([][]*big.Float, n)
	for j, p := range powers {
		basis[j] = make([]*big.Float, len(g.x))
		for i, x := range g.x {
			basis[j][i] = g.power(x, p)
		}
	}
	e := make([]*big.Float, len(g.x))
	var best []*big.Float
	ratio := math.Inf(1)
	for range rounds {
		c, level, ok := g.level(basis, at)
		if !ok {
			return nil, 0, ErrNoFit
		}
		for i := range e {
			e[i] = g.residual(c, basis, i)
		}
		top := 0
		for i := range e {
			if cmpAbs(e[i], e[top]) > 0 {
				top = i
			}
		}
		most, _ := g.new().Abs(e[top]).Float64()
		least, _ := level.Float64()
		if most <= least*(1+1e-9) {
			return c, g.largest(c, powers), nil
		}
		if r := most / least; r < ratio {
			best, ratio = c, r
		}
		if at = alternation(e, n+1); at == nil {
			break
		}
	}
	if ratio > settled {
		return nil, 0, ErrNoFit
	}
	return best, g.largest(best, powers), nil
}

// residual is the weighted error of the polynomial at point i.
func (g *grid) residual(c []*big.Float, basis [][]*big.Float, i int) *big.Float {
	e, t := g.new().Neg(g.f[i]), g.new()
	for j := range c {
		e.Add(e, t.Mul(c[j], basis[j][i]))
	}
	if g.sign(i) < 0 {
		e.Neg(e)
	}
	return e.Mul(e, g.w[i])
}

// level solves for the polynomial whose weighted errors at the n+1 points are
// equal and alternate in sign, and for the size of that error.
func (g *grid) level(basis [][]*big.Float, at []int) (c []*big.Float, size *big.Float, ok bool) {
	n := len(basis)
	a := make([][]*big.Float, n+1) // rows: sum of c*x^p +- size/w = f
	for r, i := range at {
		a[r] = make([]*big.Float, n+2)
		for j := range basis {
			a[r][j] = g.new().Set(basis[j][i])
		}
		a[r][n] = g.new().Quo(g.int(int64(1-2*(r&1))*g.sign(i)), g.w[i])
		a[r][n+1] = g.new().Set(g.f[i])
	}
	v, ok := solve(g.prec, a)
	if !ok {
		return nil, nil, false
	}
	return v[:n], v[n].Abs(v[n]), true
}

// solve is Gauss's elimination on rows [A | b].
func solve(prec uint, a [][]*big.Float) ([]*big.Float, bool) {
	n := len(a)
	t := new(big.Float).SetPrec(prec)
	for k := range n {
		p := k
		for r := k; r < n; r++ {
			if cmpAbs(a[r][k], a[p][k]) > 0 {
				p = r
			}
		}
		if a[p][k].Sign() == 0 {
			return nil, false
		}
		a[k], a[p] = a[p], a[k]
		for r := k + 1; r < n; r++ {
			q := new(big.Float).SetPrec(prec).Quo(a[r][k], a[k][k])
			for j := k; j <= n; j++ {
				a[r][j].Sub(a[r][j], t.Mul(q, a[k][j]))
			}
		}
	}
	x := make([]*big.Float, n)
	for k := n - 1; k >= 0; k-- {
		x[k] = new(big.Float).SetPrec(prec).Set(a[k][n])
		for j := k + 1; j < n; j++ {
			x[k].Sub(x[k], t.Mul(a[k][j], x[j]))
		}
		x[k].Quo(x[k], a[k][k])
	}
	return x, true
}

// alternation is n points at which e alternates in sign, among them the largest of
// all, nil where there are not so many.
func alternation(e []*big.Float, n int) []int {
	var peaks []int // the largest of every run of one sign
	for i, v := range e {
		if v.Sign() == 0 {
			continue
		}
		last := len(peaks) - 1
		switch {
		case last < 0 || e[peaks[last]].Sign() != v.Sign():
			peaks = append(peaks, i)
		case cmpAbs(v, e[peaks[last]]) > 0:
			peaks[last] = i
		}
	}
	for len(peaks) > n {
		// One too many goes at an end, two where they are smallest.
		last := len(peaks) - 1
		if len(peaks) == n+1 {
			if cmpAbs(e[peaks[0]], e[peaks[last]]) < 0 {
				peaks = peaks[1:]
			} else {
				peaks = peaks[:last]
			}
			continue
		}
		worst := 0
		for i := range last {
			if larger(e, peaks[i], peaks[i+1]) < larger(e, peaks[worst], peaks[worst+1]) {
				worst = i
			}
		}
		peaks = append(peaks[:worst], peaks[worst+2:]...)
	}
	if len(peaks) < n {
		return nil
	}
	return peaks
}

func larger(e []*big.Float, i, j int) float64 {
	x, _ := e[i].Float64()
	y, _ := e[j].Float64()
	return max(math.Abs(x), math.Abs(y))
}

func cmpAbs(x, y *big.Float) int {
	return new(big.Float).Abs(x).Cmp(new(big.Float).Abs(y))
}

// largest is the largest weighted error on the grid.
func (g *grid) largest(c []*big.Float, powers []int) float64 {
	most := 0.0
	for i, x := range g.x {
		e := g.new().Neg(g.f[i])
		for j := range c {
			t := g.power(x, powers[j])
			e.Add(e, t.Mul(t, c[j]))
		}
		v, _ := e.Mul(e, g.w[i]).Float64()
		most = max(most, math.Abs(v))
	}
	return most
}
