package bench

import (
	"fmt"
	"math"
	"math/big"

	"github.com/triad-go/triad/symbolic"
)

// prime is what values of polynomials are taken modulo.
const prime = 1<<31 - 1

// modular is the value of a polynomial with integer coefficients at a point,
// modulo the prime.
func modular(e symbolic.Expr, point map[symbolic.Expr]uint64) (float64, error) {
	values := map[symbolic.Expr]uint64{}
	for t := range symbolic.Postorder(e) {
		v := uint64(1)
		switch t.Op() {
		case symbolic.OpNumber:
			r, _ := t.Rat()
			if !r.IsInt() {
				return 0, fmt.Errorf("bench: %v in a polynomial with integer coefficients", r)
			}
			v = new(big.Int).Mod(r.Num(), big.NewInt(prime)).Uint64()
		case symbolic.OpVar:
			v = point[t]
		case symbolic.OpSum:
			v = 0
			for a := range t.Args() {
				v = (v + values[a]) % prime
			}
		case symbolic.OpProduct:
			for a := range t.Args() {
				v = v * values[a] % prime
			}
		case symbolic.OpPow:
			for range t.Exponent() {
				v = v * values[t.Arg(0)] % prime
			}
		default:
			return 0, fmt.Errorf("bench: %v in a polynomial", t.Op())
		}
		values[t] = v
	}
	return float64(values[e]), nil
}

// floating is the value of a canonical term at a point.
func floating(e symbolic.Expr, point map[symbolic.Expr]float64) (float64, error) {
	values := map[symbolic.Expr]float64{}
	for t := range symbolic.Postorder(e) {
		v := 1.0
		switch t.Op() {
		case symbolic.OpNumber:
			r, _ := t.Rat()
			v, _ = r.Float64()
		case symbolic.OpFloat:
			v, _ = t.Float64()
		case symbolic.OpVar:
			v = point[t]
		case symbolic.OpSum:
			v = 0
			for a := range t.Args() {
				v += values[a]
			}
		case symbolic.OpProduct:
			for a := range t.Args() {
				v *= values[a]
			}
		case symbolic.OpPow:
			v = math.Pow(values[t.Arg(0)], float64(t.Exponent()))
		case symbolic.OpPower:
			v = math.Pow(values[t.Arg(0)], values[t.Arg(1)])
		case symbolic.OpCall:
			var args []float64
			for a := range t.Args() {
				args = append(args, values[a])
			}
			v = t.Func().Eval(args)
		default:
			return 0, fmt.Errorf("bench: %v in a canonical term", t.Op())
		}
		values[t] = v
	}
	return values[e], nil
}

// numberOfTerms is that of a canonical sum; any other term is one, but 0.
func numberOfTerms(e symbolic.Expr) int {
	switch {
	case e.Op() == symbolic.OpSum:
		return e.NumArgs()
	case e == symbolic.Expr{}:
		return 0
	}
	return 1
}
