package bigmath

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
)

// What package math rounds exactly, the functions here do too.
func TestRemainderAgainstMath(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	args := append(specials(), 2.5, 3.5, 0.75, 1e-300, -7.5, 0x1p52+0.5, 0x1p53-1, 5e-324, 1e300)
	for range 60 {
		args = append(args, math.Ldexp(float64(r.IntN(64)-32), r.IntN(8)-5))
	}
	for _, x := range args {
		got, ok := RoundEven(53, big.NewFloat(x))
		check(t, "roundeven", got, ok, math.RoundToEven(x), 0, x)
		for _, y := range args {
			got, ok := Remainder(53, big.NewFloat(x), big.NewFloat(y))
			check(t, "remainder", got, ok, math.Remainder(x, y), 0, x, y)
		}
	}
	// A result of more bits than asked for is rounded.
	x, _ := new(big.Float).SetPrec(200).SetString("0x1.23456789abcdef0123456789p+0")
	if got, ok := Remainder(20, x, big.NewFloat(16)); !ok || got.Prec() != 20 || got.Cmp(new(big.Float).SetPrec(20).Set(x)) != 0 {
		t.Errorf("a long remainder: %v %v", got, ok)
	}
}

// Functions of pi*x against those of the product, and where they are exact.
func TestPiMultiples(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const p = 120
	pi := Pi(400)
	for range 300 {
		x := number(60).SetFloat64(r.NormFloat64() * math.Exp2(float64(r.IntN(40)-25)))
		y := number(460).Mul(pi, x)
		for name, f := range map[string][2]func(uint, *big.Float) (*big.Float, bool){"sin": {Sinpi, Sin}, "cos": {Cospi, Cos}} {
			got, ok := f[0](p, x)
			want, _ := f[1](p, y)
			if !ok || got.Cmp(want) != 0 {
				t.Errorf("%spi(%v) = %v %v, want %v", name, x, got, ok, want)
			}
		}
	}
	zero, minus := 0.0, math.Copysign(0, -1)
	for _, c := range []struct{ x, sin, cos float64 }{
		{0, 0, 1}, {minus, minus, 1}, {0.5, 1, zero}, {-0.5, -1, zero}, {1, zero, -1}, {-1, minus, -1}, {1.5, -1, zero},
		{2.5, 1, zero}, {-2.5, -1, zero}, {3, zero, -1}, {1e300, zero, 1}, {-0x1p53, minus, 1}, {0x1p52 + 1, zero, -1},
		{math.Inf(1), math.NaN(), math.NaN()}, {math.Inf(-1), math.NaN(), math.NaN()},
	} {
		got, ok := Sinpi(53, big.NewFloat(c.x))
		check(t, "sinpi", got, ok, c.sin, 0, c.x)
		got, ok = Cospi(53, big.NewFloat(c.x))
		check(t, "cospi", got, ok, c.cos, 0, c.x)
	}
}

func TestExp10(t *testing.T) {
	for _, x := range specials() {
		got, ok := Exp10(53, big.NewFloat(x))
		want := math.Pow(10, x)
		if math.Abs(x) > 1e6 && !math.IsInf(x, 0) {
			continue // no float64, but a big.Float
		}
		if v, _ := got.Float64(); ok && v != want && math.Abs(v-want) > 1e-12*want {
			t.Errorf("exp10(%v) = %v, want %v", x, v, want)
		}
	}
	for n := -300; n <= 300; n += 7 {
		got, ok := Exp10(53, integer(int64(n)))
		want, _ := strconv.ParseFloat("1e"+strconv.Itoa(n), 64)
		check(t, "exp10", got, ok, want, 0, float64(n))
	}
}
