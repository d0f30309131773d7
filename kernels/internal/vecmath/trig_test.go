package vecmath

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/internal/bigmath"
)

func TestTrigAccuracy(t *testing.T) {
	for _, typ := range []Type{Float64, Float32} {
		for i, name := range []string{"sin", "cos", "tan"} {
			in := newInputs(typ, uint64(i)).any(2000).uniform(4000, -2*math.Pi, 2*math.Pi).uniform(2000, -0.8, 0.8).uniform(2000, 0.7, 0.9).uniform(2000, -1e5, 1e5).
				powers(2000, -30, 60, true)
			in.add(1e22, -1e22, 0x1p120, 0x1.fffffep127, 0x1p1023)
			for k := 1.0; k < 40; k++ {
				in.near(k*math.Pi/4, -k*math.Pi/4)
			}
			checkULP(t, typ, name, in.x)
			checkBoth(t, typ, name, in.x)
		}
		for i, name := range []string{"sinpi", "cospi"} {
			in := newInputs(typ, uint64(i)).any(2000).uniform(6000, -2, 2).uniform(2000, -1e5, 1e5).powers(2000, -30, 60, true)
			for k := 1.0; k < 12; k++ {
				in.near(k/4, -k/4)
			}
			checkULP(t, typ, name, in.x)
		}
	}
}

// checkBoth is checkULP for what LookupBoth has, where it is another function.
func checkBoth(t *testing.T, typ Type, name string, xs []float64) {
	t.Helper()
	f := LookupBoth(name)
	if f == nil || f == Lookup(name, 1) {
		return
	}
	check(t, typ, f, len(xs), func(i int) ([]float64, *big.Float) {
		if xs[i] == xs[i] {
			if v, ok := exact1[name](resultBits, exactFloat(xs[i])); ok {
				return xs[i : i+1], v
			}
		}
		return xs[i : i+1], nil
	})
}

// hardest returns, of the numbers with mantissa bits and each exponent from lo
// to hi, some that are nearest to multiples of pi/2: m*2^e for the denominators m of
// convergents of 2^e*(2/pi), and multiples of such that are large enough.
func hardest(mantissa, lo, hi int) []float64 {
	var xs []float64
	const prec = 1400
	q := new(big.Float).SetPrec(prec).Quo(big.NewFloat(2), bigmath.Pi(prec))
	least, most := big.NewInt(1), big.NewInt(1)
	least.Lsh(least, uint(mantissa-1))
	most.Lsh(most, uint(mantissa))
	for e := lo - mantissa + 1; e <= hi-mantissa+1; e++ {
		a, _ := new(big.Float).SetMantExp(q, e+1200).Int(nil)
		b := new(big.Int).Lsh(big.NewInt(1), 1200)
		a.Mod(a, b)
		// The denominators are 1, k1, k2*k1+1, …
		before, m := big.NewInt(0), big.NewInt(1)
		for a.Sign() > 0 && m.Cmp(most) < 0 {
			k := new(big.Int).Add(least, new(big.Int).Sub(m, big.NewInt(1)))
			k.Mul(k.Quo(k, m), m)
			if k.Cmp(most) < 0 && m.BitLen() > mantissa-12 {
				x, _ := new(big.Float).SetMantExp(new(big.Float).SetInt(k), e).Float64()
				xs = append(xs, x, -x)
			}
			k.QuoRem(b, a, b) // b/a = k, and b is what is left
			a, b = b, a
			before, m = m, k.Add(k.Mul(k, m), before)
		}
	}
	return xs
}

// Arguments that come as near to multiples of pi/2 as any.
func TestTrigHardest(t *testing.T) {
	for _, typ := range []Type{Float64, Float32} {
		mantissa, _, most := extent(typ)
		xs := hardest(mantissa, 0, most-1)
		if typ == Float64 {
			worst := 6381956970095103 * 0x1p797
			xs = append(xs, worst, -worst)
			c, _ := bigmath.Cos(100, exactFloat(worst))
			if e := c.MantExp(nil); e != -60 {
				t.Errorf("the cosine of the worst case is about 2^%d", e)
			}
		}
		if len(xs) < 2*most {
			t.Fatalf("%d arguments", len(xs))
		}
		for _, name := range []string{"sin", "cos", "tan"} {
			checkULP(t, typ, name, xs)
			checkBoth(t, typ, name, xs)
		}
	}
}

// Both sides of the condition of the rare path, for multiples of pi/2 of all sizes.
func TestTrigRarely(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	var xs []float64
	for e := 1; e < 50; e++ {
		for range 40 {
			n := math.Floor(math.Ldexp(1+rng.Float64(), e))
			x := n * (math.Pi / 2)
			xs = append(xs, x, x+n*math.Ldexp(rng.Float64()-0.5, -45), x+n*math.Ldexp(rng.Float64()-0.5, -43))
		}
	}
	for _, name := range []string{"sin", "cos", "tan"} {
		checkULP(t, Float64, name, xs)
		p := program(Lookup(name, 1), Float64)
		taken := [2]int{}
		for _, x := range xs {
			p.run(math.Float64bits(x))
			for _, st := range p.code {
				if st.op == rarely {
					taken[p.values[st.args[0]]]++
				}
			}
		}
		if taken[0] < len(xs)/8 || taken[1] < len(xs)/8 {
			t.Errorf("%s: the rare path is not taken by %d of these, and taken by %d", name, taken[0], taken[1])
		}
		// Elsewhere it is rare.
		if taken = [2]int{}; name == "sin" {
			for range 20000 {
				p.run(math.Float64bits((rng.Float64() - 0.5) * 1e6))
				taken[p.values[p.code[p.result].args[0]]]++
			}
			if taken[1] > 1 {
				t.Errorf("the rare path is taken by %d of %d arguments", taken[1], taken[0]+taken[1])
			}
		}
	}
}

// same is whether two numbers are the same but for NaN, of which all are.
func same(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

func TestTrigSpecials(t *testing.T) {
	zero, inf, nan := math.Copysign(0, -1), math.Inf(1), math.NaN()
	for _, typ := range []Type{Float64, Float32} {
		for _, x := range []float64{0, zero, inf, -inf, nan} {
			for name, f := range map[string]func(float64) float64{"sin": math.Sin, "cos": math.Cos, "tan": math.Tan} {
				for _, g := range []*Func{Lookup(name, 1), LookupBoth(name)} {
					if g == nil {
						continue
					}
					if got := eval1(g, typ, x); !same(got, f(x)) {
						t.Errorf("%s %s(%v) = %v, want %v", typeName(typ), name, x, got, f(x))
					}
				}
			}
		}
		large := math.Ldexp(3, 23)
		if typ == Float64 {
			large = math.Ldexp(3, 52)
		}
		for _, c := range []struct{ x, sin, cos float64 }{
			{0, 0, 1}, {zero, zero, 1}, {1, 0, -1}, {-1, zero, -1}, {2, 0, 1}, {-2, zero, 1}, {3, 0, -1}, {-3, zero, -1}, {4, 0, 1},
			{0.5, 1, 0}, {-0.5, -1, 0}, {1.5, -1, 0}, {-1.5, 1, 0}, {2.5, 1, 0}, {-2.5, -1, 0}, {1000001.5, -1, 0},
			{large, 0, 1}, {-large, zero, 1}, {large/2 + 1, 0, -1}, {-large/2 - 1, zero, -1}, {large / 4, 0, 1}, {large/4 + 0.5, 1, 0},
			{0x1p127, 0, 1}, {inf, nan, nan}, {-inf, nan, nan}, {nan, nan, nan},
		} {
			if got := eval1(Lookup("sinpi", 1), typ, c.x); !same(got, c.sin) {
				t.Errorf("%s sinpi(%v) = %v, want %v", typeName(typ), c.x, got, c.sin)
			}
			if got := eval1(Lookup("cospi", 1), typ, c.x); !same(got, c.cos) {
				t.Errorf("%s cospi(%v) = %v, want %v", typeName(typ), c.x, got, c.cos)
			}
		}
	}
}

// The sine and the cosine of one x have most of their operations in common.
func TestSinCosShared(t *testing.T) {
	for _, typ := range []Type{Float64, Float32} {
		sin, cos := LookupBoth("sin"), LookupBoth("cos")
		_, alone, _ := program(Lookup("sin", 1), typ).count()
		_, one, _ := program(sin, typ).count()
		s := new(scalar)
		x := s.arg(typ, 0)
		s.result = s.Add(sin.Write(s, typ, []Value{x}), cos.Write(s, typ, []Value{x}))
		_, both, rare := s.count()
		t.Logf("%s: %d operations for the sine alone, %d for it beside the cosine, %d for both, and %d that are rare",
			typeName(typ), alone, one, both-1, rare)
		if alone > one || float64(both-1) > 1.35*float64(one) {
			t.Errorf("%s: %d operations for the sine alone, %d for it beside the cosine, and %d for both", typeName(typ), alone, one, both-1)
		}
	}
	if LookupBoth("tan") != nil {
		t.Error("a tangent beside the cosine")
	}
}
