package bigmath

import (
	"math/big"
	"math/rand/v2"
	"sync"
	"testing"
)

// close reports whether a and b agree to so many bits.
func close(a, b *big.Float, bits int) bool {
	d := new(big.Float).SetPrec(64).Sub(a, b)
	return d.Sign() == 0 || exponent(d) <= max(exponent(a), exponent(b))-bits
}

func must(v *big.Float, ok bool) *big.Float {
	if !ok {
		panic("no value")
	}
	return v
}

func TestIdentities(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		p := uint(50 + r.IntN(500))
		q := p + 60
		x := number(p).SetFloat64(r.ExpFloat64() + 0.01)
		one := integer(1)
		for i, c := range []struct{ a, b *big.Float }{
			{x, must(Log(q, must(Exp(q, x))))},
			{x, must(Exp(q, must(Log(q, x))))},
			{x, must(Tan(q, must(Atan(q, x))))},
			{x, must(Sinh(q, must(Asinh(q, x))))},
			{x, must(Expm1(q, must(Log1p(q, x))))},
			{x, must(Exp2(q, must(Log2(q, x))))},
			{must(Tanh(q, x)), number(q).Quo(must(Sinh(q, x)), must(Cosh(q, x)))},
			{one, number(q).Add(square(q, must(Sin(q, x))), square(q, must(Cos(q, x))))},
			{one, number(q).Sub(square(q, must(Cosh(q, x))), square(q, must(Sinh(q, x))))},
			{one, number(q).Add(must(Erf(q, x)), must(Erfc(q, x)))},
			{must(Gamma(q, number(p+8).Add(x, one))), number(q).Mul(x, must(Gamma(q, x)))},
			{must(Digamma(q, number(p+8).Add(x, one))), number(q).Add(must(Digamma(q, x)), number(q).Quo(one, x))},
			{x, must(Pow(q, must(Cbrt(q, x)), integer(3)))},
			{must(Pow(q, x, integer(-7))), number(q).Quo(one, must(Pow(q, x, integer(7))))},
			{must(Hypot(q, x, x)), number(q).Mul(x, must(Sqrt(q, integer(2))))},
		} {
			if !close(c.a, c.b, int(p)) {
				t.Errorf("identity %d at %v with %d bits: %v and %v", i, x, p, c.a, c.b)
			}
		}
	}
}

func square(p uint, x *big.Float) *big.Float { return number(p).Mul(x, x) }

// A result with more bits, rounded, is the result with fewer.
func TestPrecisionsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for name, f := range unaries {
		for range 20 {
			x := big.NewFloat(r.Float64() + 0.001)
			if name == "acosh" {
				x.Add(x, integer(1))
			}
			for _, p := range []uint{1, 2, 10, 53, 64, 200, 700} {
				few, _ := f(p, x)
				many, ok := f(p+150, x)
				if !ok || few.Cmp(number(p).Set(many)) != 0 {
					t.Errorf("%s(%v) with %d bits: %v and %v", name, x, p, few, many)
				}
			}
		}
	}
}

func TestArgumentsAreKept(t *testing.T) {
	x, y := big.NewFloat(-2.5), big.NewFloat(3.25)
	x.SetMode(big.ToZero)
	for _, f := range unaries {
		f(80, x)
		f(80, y)
	}
	for _, f := range binaries {
		f(80, x, y)
		f(80, y, x)
	}
	Add(9, x, y)
	FMA(9, x, y, x)
	if x.Cmp(big.NewFloat(-2.5)) != 0 || y.Cmp(big.NewFloat(3.25)) != 0 || x.Prec() != 53 || y.Prec() != 53 {
		t.Error("an argument was changed")
	}
}

func TestConcurrent(t *testing.T) {
	want := must(Gamma(300, big.NewFloat(0.3)))
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for p := uint(100); p < 400; p += 50 + uint(i) {
				v := must(Gamma(p, big.NewFloat(0.3)))
				if must(Log(p, big.NewFloat(3))); p <= 300 && v.Cmp(number(p).Set(want)) != 0 {
					t.Errorf("gamma(0.3) with %d bits", p)
				}
			}
		})
	}
	wg.Wait()
}
