package vecmath

import (
	"math"
	"math/big"
	"testing"
)

var floatTypes = []Type{Float64, Float32}

// sameFloat reports whether two are the same number, zeros of the same sign, or NaN both.
func sameFloat(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

// rounded is x as a t.
func rounded(t Type, x float64) float64 {
	if t == Float32 {
		return float64(float32(x))
	}
	return x
}

// checkExact compares a function with one of package math's kind, which must be
// exact or, for float32, rounded right when it is rounded twice.
func checkExact(t *testing.T, typ Type, name string, xs []float64, want func(x float64) float64) {
	t.Helper()
	f := Lookup(name, 1)
	for _, x := range xs {
		if got, want := eval1(f, typ, x), rounded(typ, want(x)); !sameFloat(got, want) {
			t.Fatalf("%s %s(%x = %v) = %v, want %v", typeName(typ), name, x, x, got, want)
		}
	}
}

func checkExact2(t *testing.T, typ Type, name string, xs [][2]float64, want func(x, y float64) float64) {
	t.Helper()
	f := Lookup(name, 2)
	for _, x := range xs {
		if got, want := eval(f, typ, x[0], x[1]), rounded(typ, want(x[0], x[1])); !sameFloat(got, want) {
			t.Fatalf("%s %s(%x = %v) = %x = %v, want %x", typeName(typ), name, x, x, got, got, want)
		}
	}
}

func TestRounding(t *testing.T) {
	for _, typ := range floatTypes {
		mantissa, _, _ := extent(typ)
		in := newInputs(typ, 20).any(20000).powers(20000, -3, mantissa+1, true).near(0.5, 1.5, 2.5, -0.5, -2.5, math.Ldexp(1, mantissa-1), math.Ldexp(1, mantissa-2), math.Ldexp(1, mantissa))
		for range 5000 { // halves
			in.add(math.Trunc(in.rng.NormFloat64()*1000)+0.5, math.Trunc(math.Ldexp(in.rng.Float64(), mantissa-1))+0.5)
		}
		for name, want := range map[string]func(float64) float64{
			"floor": math.Floor, "ceil": math.Ceil, "trunc": math.Trunc, "round": math.Round, "roundeven": math.RoundToEven,
			"mantissa": func(x float64) float64 { m, _ := math.Frexp(x); return m },
			"exponent": func(x float64) float64 { _, n := math.Frexp(x); return float64(n) },
			"sign": func(x float64) float64 {
				if x != x || x == 0 {
					return x
				}
				return math.Copysign(1, x)
			},
		} {
			checkExact(t, typ, name, in.x, want)
		}
		checkExact2(t, typ, "copysign", in.pairs(in), func(x, y float64) float64 {
			if y != y {
				y = 1 // see TestCopysignOfNaN
			}
			return math.Copysign(x, y)
		})
	}
}

// ldexp rounds once, into subnormals too, for any n.
func TestLdexp(t *testing.T) {
	for _, typ := range floatTypes {
		_, least, most := extent(typ)
		ns := []float64{0, 1, -1, 0.7, -1.9, math.Inf(1), math.Inf(-1), math.NaN(), 1e300, -1e300, math.Copysign(0, -1)}
		for _, n := range []int{most, -most, most - least, least - most, least, 3 * most, 3 * least} {
			for d := -3; d <= 3; d++ {
				ns = append(ns, float64(n+d))
			}
		}
		in := newInputs(typ, 21).any(300).powers(300, least, -1, true)
		var xs [][2]float64
		for _, x := range in.x {
			for _, n := range ns {
				xs = append(xs, [2]float64{x, n})
			}
			for range 60 { // results about the least subnormals, and anywhere
				_, e := math.Frexp(x)
				xs = append(xs, [2]float64{x, float64(least - e + in.rng.IntN(60) - 3)}, [2]float64{x, float64(in.rng.IntN(2*(most-least)) - most + least)})
			}
		}
		// Halfway between two subnormals, and beside that.
		tiny := math.Ldexp(1, least)
		for k := 1.0; k < 40; k++ {
			for _, d := range []float64{-1, 0, 1} {
				x := (k + 0.5) * (1 + d*math.Ldexp(1, -20))
				for n := range 3 {
					xs = append(xs, [2]float64{math.Ldexp(x, n*(most/3)), float64(least - n*(most/3))})
				}
			}
		}
		checkExact2(t, typ, "ldexp", xs, func(x, n float64) float64 {
			switch {
			case x != x || n != n:
				return math.NaN()
			case x == 0 || math.IsInf(x, 0):
				return x
			}
			k := int(max(-5000, min(n, 5000)))
			v := new(big.Float).SetMantExp(big.NewFloat(x), k)
			if typ == Float32 {
				r, _ := v.Float32()
				return float64(r)
			}
			r, _ := v.Float64()
			return r
		})
		if got := eval(Lookup("ldexp", 2), typ, 3, math.Log2(tiny)-1); got != 2*tiny {
			t.Errorf("%s: 3*2^%v = %v", typeName(typ), math.Log2(tiny)-1, got)
		}
	}
}

// divisions are pairs with quotients of all sizes, among them integers and halves, and
// those beside these.
func divisions(typ Type, seed uint64, n int) [][2]float64 {
	mantissa, least, most := extent(typ)
	in := newInputs(typ, seed).any(n)
	xs := in.pairs(newInputs(typ, seed+1).any(n))
	pair := func(x, y float64) {
		x, y = rounded(typ, x), rounded(typ, y)
		if in.rng.IntN(2) == 0 {
			x = -x
		}
		if in.rng.IntN(2) == 0 {
			y = -y
		}
		xs = append(xs, [2]float64{x, y})
	}
	for range n {
		y := in.rng.Float64() + 0.5
		if in.rng.IntN(2) == 0 { // few bits
			y = float64(in.rng.IntN(1000) + 1)
		}
		for _, bits := range []int{4, mantissa - 2, mantissa, mantissa + 2} {
			q := math.Trunc(math.Ldexp(in.rng.Float64(), bits)) / 2
			x := rounded(typ, q*y)
			pair(x, y)
			pair(in.next(x, math.Inf(1)), y)
			pair(in.next(x, math.Inf(-1)), y)
			down := math.Ldexp(1, least+mantissa) // subnormal remainders
			pair(x*down, y*down)
		}
		pair(math.Ldexp(in.rng.Float64()+0.5, most-1), math.Ldexp(float64(in.rng.IntN(9)+1), least))
		pair(math.Ldexp(in.rng.Float64()+0.5, most-1), math.Ldexp(in.rng.Float64()+0.5, least+in.rng.IntN(most-least)))
	}
	return xs
}

func TestModRemainder(t *testing.T) {
	for _, typ := range floatTypes {
		xs := divisions(typ, 22, 1000)
		checkExact2(t, typ, "mod", xs, func(x, y float64) float64 {
			if x != x || y != y || math.IsInf(x, 0) || y == 0 || math.IsInf(y, 0) || x == 0 {
				return math.Mod(x, y)
			}
			return math.Copysign(exactMod(math.Abs(x), math.Abs(y), false), x)
		})
		checkExact2(t, typ, "remainder", xs, func(x, y float64) float64 {
			if x != x || y != y || math.IsInf(x, 0) || y == 0 || math.IsInf(y, 0) || x == 0 {
				return math.Remainder(x, y)
			}
			r := exactMod(math.Abs(x), math.Abs(y), true)
			if math.Signbit(x) {
				return -r
			}
			return r
		})
	}
}

// exactMod is x mod y, or the remainder to the nearest quotient, in integers.
func exactMod(x, y float64, nearest bool) float64 {
	const unit = 1074
	a, _ := new(big.Float).SetMantExp(big.NewFloat(x), unit).Int(nil)
	b, _ := new(big.Float).SetMantExp(big.NewFloat(y), unit).Int(nil)
	q, r := new(big.Int).QuoRem(a, b, new(big.Int))
	if nearest {
		twice := new(big.Int).Lsh(r, 1)
		if c := twice.Cmp(b); c > 0 || c == 0 && q.Bit(0) == 1 {
			r.Sub(r, b)
		}
	}
	v, _ := new(big.Float).SetMantExp(new(big.Float).SetInt(r), -unit).Float64()
	return v
}

// TestCopysignOfNaN: whatever sign a NaN has.
func TestCopysignOfNaN(t *testing.T) {
	for _, nan := range []float64{math.NaN(), math.Copysign(math.NaN(), -1)} {
		if y := eval(functions["copysign"], Float64, -2, nan); y != 2 {
			t.Errorf("copysign(-2, %v) = %v", nan, y)
		}
	}
}
