package main

import (
	"fmt"
	"math"
	"math/big"

	"github.com/triad-go/triad/internal/bigmath"
	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

func init() { families["trig"] = trig }

// trig is for sin, cos and what is made of them. The angles left by the reduction
// are up to pi/4 in size and a little more, since n is that of x*(2/pi) in rounded
// arithmetic.
func trig() []minimax.Set {
	const most = 0.792 // pi/4 * 1.008
	top := mul(float(most), float(most))
	least := float(0x1p-24) // the weights are 0 at 0

	sinc := func(z *big.Float) *big.Float { return quo(call(bigmath.Sin, root(z)), root(z)) }
	tanc := func(z *big.Float) *big.Float {
		return quo(call(bigmath.Tan, quo(root(z), float(2))), quo(root(z), float(2)))
	}
	cos := func(z *big.Float) *big.Float { return call(bigmath.Cos, root(z)) }

	var sets []minimax.Set
	for _, f := range []struct {
		suffix        string
		bits          int
		sin, cos, tan int // numbers of coefficients
	}{{"64", 53, 6, 6, 0}, {"32", 24, 3, 3, 4}} {
		sets = append(sets,
			fit("sinC"+f.suffix, fmt.Sprintf("(1 - sin(r)/r)/r^2 in powers of r^2, for |r| <= %g; the error is relative, of sin(r)", most),
				func(z *big.Float) *big.Float { return quo(sub(float(1), sinc(z)), z) },
				func(z *big.Float) *big.Float { return quo(z, sinc(z)) },
				least, top, upTo(0, 1, f.sin), same(f.bits, f.sin)),
			fit("cosC"+f.suffix, fmt.Sprintf("(cos(r) - 1 + r^2/2)/r^4 in powers of r^2, for |r| <= %g; the error is absolute, of cos(r)", most),
				func(z *big.Float) *big.Float {
					return quo(add(sub(cos(z), float(1)), quo(z, float(2))), mul(z, z))
				},
				func(z *big.Float) *big.Float { return mul(z, z) },
				least, top, upTo(0, 1, f.cos), same(f.bits, f.cos)))
		if f.tan > 0 {
			sets = append(sets, fit("tanC"+f.suffix, fmt.Sprintf("(1 - 2*tan(r/2)/r)/r^2 in powers of r^2, for |r| <= %g; the error is relative, of tan(r/2)", most),
				func(z *big.Float) *big.Float { return quo(sub(float(1), tanc(z)), z) },
				func(z *big.Float) *big.Float { return quo(z, tanc(z)) },
				least, top, upTo(0, 1, f.tan), same(f.bits, f.tan)))
		}

		pi := bigmath.Pi(prec)
		half := quo(pi, float(2))
		var names []string
		for _, name := range []string{"twoOverPi", "halfPiHi", "halfPiLo", "piHi", "piLo", "eighthHi", "eighthLo"} {
			names = append(names, name+f.suffix)
		}
		values := minimax.Split(quo(float(1), half), f.bits)
		values = append(values, parts(half, f.bits)...)
		values = append(values, parts(pi, f.bits)...)
		values = append(values, minimax.Split(quo(pi, float(4)), f.bits-2, f.bits)...)
		sets = append(sets, constants("Parts of the circle, and the inverse of its quarter. Three times eighthHi is exact.", names, values))
	}
	sets = append(sets, tangent(least, top)...)
	const wide = 1.577 // pi/2 * 1.004
	sets = append(sets, fit("sincC64", fmt.Sprintf("sin(r)/r - 3/4 in powers of r^2 - 3/2, for |r| <= %g; the error is relative, of sin(r)", wide),
		func(y *big.Float) *big.Float { return sub(sinc(add(y, float(1.5))), float(0.75)) },
		func(y *big.Float) *big.Float { return quo(float(1), sinc(add(y, float(1.5)))) },
		sub(least, float(1.5)), sub(mul(float(wide), float(wide)), float(1.5)), upTo(0, 1, 9), same(53, 9)))
	sets = append(sets, inversePi("64", 16, 64, [][2]int{{54, 6}, {6, -42}, {-42, -90}, {-90, -143}})...)
	return append(sets, inversePi("32", 4, 32, [][2]int{{25, 2}, {2, -21}, {-21, -44}, {-44, -68}})...)
}

// tangentShare is about what (tan(r)/r - 1)/r^2 is where r is largest, in few bits.
const tangentShare = 0.4375

// tangent is (tan(r)/r - 1)/r^2 and (1/r - 1/tan(r))/r, each less tangentShare, as quotients
// of cubic polynomials of z = r^2.
func tangent(least, top *big.Float) []minimax.Set {
	tan := func(z *big.Float) *big.Float { return call(bigmath.Tan, root(z)) }
	share := float(tangentShare)
	sets := cubics("tan", "(tan(r)/r - 1)/r^2", "tan(r)", least, top, func(z *big.Float) *big.Float {
		return sub(quo(sub(quo(tan(z), root(z)), float(1)), z), share)
	}, func(z *big.Float) *big.Float { return quo(mul(z, root(z)), tan(z)) })
	sets = append(sets, cubics("cot", "(1/r - 1/tan(r))/r", "1/tan(r)", least, top, func(z *big.Float) *big.Float {
		return sub(quo(sub(quo(float(1), root(z)), quo(float(1), tan(z))), root(z)), share)
	}, func(z *big.Float) *big.Float { return mul(root(z), tan(z)) })...)
	return append(sets, constants("What is taken from both.", []string{"tanShare64"}, []*big.Float{share}))
}

// cubics is f as a quotient of cubic polynomials, the divisor's last coefficient 1. The divisor
// is that of the quotient which is right at seven points, those of Chebyshev, which
// is almost as good as any; the dividend is fitted to what it is.
func cubics(name, what, of string, least, top *big.Float, f, weight minimax.Function) []minimax.Set {
	// f*(q0 + q1*z + q2*z^2) - (p0 + … + p3*z^3) = -f*z^3
	const degree, n = 3, 7
	var rows [n][n + 1]*big.Float
	for i := range rows {
		z := mul(top, float((1-math.Cos(math.Pi*(float64(i)+0.5)/n))/2))
		y, power := f(z), float(1)
		for k := range degree {
			rows[i][k] = mul(y, power)
			rows[i][degree+k] = new(big.Float).Neg(power)
			power = mul(power, z)
		}
		rows[i][n-1] = new(big.Float).Neg(power)
		rows[i][n] = new(big.Float).Neg(mul(y, power))
	}
	for k := range n { // all that is not on the diagonal is eliminated
		for i := range n {
			if i == k {
				continue
			}
			by := quo(rows[i][k], rows[k][k])
			for j := k; j <= n; j++ {
				rows[i][j] = sub(rows[i][j], mul(by, rows[k][j]))
			}
		}
	}
	var c []*big.Float
	for k := range degree {
		c = append(c, minimax.Split(quo(rows[k][n], rows[k][k]), 53)[0])
	}
	divisor := func(z *big.Float) *big.Float {
		v := float(1)
		for i := len(c) - 1; i >= 0; i-- {
			v = add(mul(v, z), c[i])
		}
		return v
	}
	doc := fmt.Sprintf("%s - %v times the divisor, in powers of r^2; the error is relative, of %s", what, tangentShare, of)
	return []minimax.Set{
		{Name: name + "Q64", Doc: name + "Q64: the divisor in powers of r^2, of which the last, of r^6, is not here: it is 1.", C: c},
		fit(name+"P64", doc, func(z *big.Float) *big.Float { return mul(f(z), divisor(z)) },
			func(z *big.Float) *big.Float {
				w := quo(weight(z), divisor(z))
				return w.Abs(w)
			}, least, top, upTo(0, 1, degree+1), same(53, degree+1)),
	}
}

// parts is x > 0 as a sum of two, neither of them negative: the zeros that come of
// 0 times the second have the sign that tan counts on.
func parts(x *big.Float, bits int) []*big.Float {
	hi := new(big.Float).SetMode(big.ToZero).SetPrec(uint(bits)).Set(x)
	return []*big.Float{hi, new(big.Float).SetPrec(uint(bits)).Sub(x, hi)}
}

// inversePi is the windows of the bits of 2/pi that reduceHuge multiplies by: entry
// j of the tables together is (2/pi)*2^(step*j), from below the first bit to the last.
func inversePi(suffix string, step, n int, windows [][2]int) []minimax.Set {
	const fraction = 1300 // bits after the point, of 2/pi
	q := new(big.Float).SetPrec(fraction+100).Quo(big.NewFloat(2), bigmath.Pi(fraction+100))
	all, _ := q.SetMantExp(q, fraction).Int(nil)

	sets := make([]minimax.Set, len(windows))
	for i, window := range windows {
		top, low := window[0], window[1]
		s := minimax.Set{Name: fmt.Sprintf("inversePi%d_%s", i, suffix), Kind: minimax.Table, Doc: fmt.Sprintf(
			"inversePi%d_%s has the bits of (2/pi)*2^(%d*j) below 2^%d and not below 2^%d, for j from 0.", i, suffix, step, top, low)}
		for j := range n {
			b := new(big.Int).Rsh(all, uint(fraction+low-step*j))
			b.And(b, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(top-low)), big.NewInt(1)))
			v := new(big.Float).SetPrec(53).SetInt(b)
			s.C = append(s.C, v.SetMantExp(v, low))
			if suffix == "32" {
				s.Bits = append(s.Bits, 24)
			}
		}
		sets[i] = s
	}
	return sets
}
