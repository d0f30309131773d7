package bigmath

import (
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

var goFunctions = map[string]func(float64) float64{
	"exp": math.Exp, "exp2": math.Exp2, "expm1": math.Expm1, "log": math.Log, "log2": math.Log2, "log10": math.Log10, "log1p": math.Log1p,
	"sin": math.Sin, "cos": math.Cos, "tan": math.Tan, "asin": math.Asin, "acos": math.Acos, "atan": math.Atan,
	"sinh": math.Sinh, "cosh": math.Cosh, "tanh": math.Tanh, "asinh": math.Asinh, "acosh": math.Acosh, "atanh": math.Atanh,
	"cbrt": math.Cbrt, "sqrt": math.Sqrt, "erf": math.Erf, "erfc": math.Erfc, "gamma": math.Gamma,
	"lgamma": func(x float64) float64 { v, _ := math.Lgamma(x); return v },
}

func specials() []float64 {
	v := []float64{0, 1, 2, 0.5, 0.25, 3, 10, 100, math.Inf(1), math.MaxFloat64, 0x1p-30, 0x1p-1022, 1e5, 1e15, 1e22,
		math.Pi, math.Pi / 2, 170.5, 1.5, 710, 745.5}
	for _, x := range v {
		v = append(v, -x)
	}
	v[len(v)/2] = math.Copysign(0, -1)
	return v
}

// check compares a result with that of package math: the same special cases, and
// few units in the last place elsewhere.
func check(t *testing.T, name string, got *big.Float, ok bool, want float64, ulps float64, args ...float64) {
	t.Helper()
	if !ok || want != want {
		if ok || want == want {
			t.Errorf("%s(%v): %v %v, want %v", name, args, got, ok, want)
		}
		return
	}
	v, _ := got.Float64()
	if v == want && math.Signbit(v) == math.Signbit(want) {
		return
	}
	if math.Abs(v-want) <= ulps*max(math.Abs(want)*0x1p-52, math.SmallestNonzeroFloat64) && v != 0 && want != 0 {
		return
	}
	t.Errorf("%s(%v): %v, want %v", name, args, v, want)
}

func TestSpecialValues(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range slices.Sorted(maps.Keys(goFunctions)) {
		f := goFunctions[name]
		args := specials()
		for range 100 {
			args = append(args, r.NormFloat64()*math.Exp2(float64(r.IntN(12)-6)))
		}
		for _, x := range args {
			ulps := 4.0
			switch {
			case name == "sin" || name == "cos" || name == "tan" || name == "sinh" || name == "cosh" || name == "exp2":
				ulps = 256
			case name == "gamma" || name == "tanh":
				ulps = 64
			case name == "log2" || name == "log10": // math's lose digits beside 1
				ulps = 1024
			case name == "lgamma":
				// math.Lgamma loses digits beside its zeros below 0.
				if ulps = 64; x < 0 && x > -100 {
					ulps = 1 << 20
				}
			}
			got, ok := unaries[name](53, big.NewFloat(x))
			check(t, name, got, ok, f(x), ulps, x)
		}
	}
	two := map[string]func(x, y float64) float64{"atan2": math.Atan2, "hypot": math.Hypot, "pow": math.Pow}
	for name, f := range two {
		for _, x := range specials() {
			for _, y := range specials() {
				if name == "atan2" && x != 0 && x/y == 0 {
					continue // there math.Atan2 looks at the quotient, which is 0
				}
				got, ok := binaries[name](53, big.NewFloat(x), big.NewFloat(y))
				check(t, name, got, ok, f(x, y), 1<<30, x, y) // math.Pow loses digits of huge powers
			}
		}
	}
}

// Exponents at which a naive formula would write out a thousand million digits,
// or lose all of them.
func TestExtremeExponents(t *testing.T) {
	at := func(e int) *big.Float { return shift(number(60).SetInt64(1<<59+1), e-60) }
	for name, f := range unaries {
		for _, e := range []int{1 << 30, 1 << 20, 2000, 400, 60, -60, -400, -2000, -1 << 20, -1 << 30, math.MinInt32 + 100, math.MaxInt32 - 100} {
			for _, x := range []*big.Float{at(e), number(60).Neg(at(e))} {
				v, ok := f(60, x)
				switch name {
				case "sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh", "expm1", "log1p":
					if e < -60 && (!ok || v.Sign() != x.Sign() || exponent(v) != e) {
						t.Errorf("%s(2^%d): %v %v", name, e, v, ok)
					}
				case "exp", "exp2", "cos", "cosh":
					if e < -60 && v.Cmp(integer(1)) != 0 {
						t.Errorf("%s(2^%d): %v %v", name, e, v, ok)
					}
				}
			}
		}
	}
	for _, f := range binaries {
		for _, e := range []int{1 << 30, 1 << 20, 400, 0, -400, -1 << 20, -1 << 30} {
			for _, d := range []int{1 << 30, 1 << 20, 400, 0, -400, -1 << 20, -1 << 30} {
				f(60, at(e), at(d))
			}
		}
	}
	// What is left of x when the rest is far below its last place.
	x := number(60).SetInt64(1<<59 + 1)
	shift(x, -1000)
	for name, up := range map[string]bool{"sin": false, "tan": true, "asin": true, "atan": false, "sinh": true, "tanh": false, "asinh": false, "atanh": true,
		"expm1": true, "log1p": false} {
		// x is in the middle of two numbers of 59 bits.
		got, _ := unaries[name](59, x)
		if got.Cmp(x) > 0 != up {
			t.Errorf("%s is rounded to the wrong side", name)
		}
		got, _ = unaries[name](59, number(60).Neg(x))
		if got.Neg(got).Cmp(x) > 0 != up && name != "expm1" && name != "log1p" {
			t.Errorf("%s of -x is rounded to the wrong side", name)
		}
	}
	sum, _ := Add(53, integer(1), at(-1<<30))
	if sum.Cmp(integer(1)) != 0 {
		t.Errorf("1 + tiny: %v", sum)
	}
	tie, tiny := number(54).SetInt64(1<<53+1), at(-1<<30)
	sum, _ = Add(53, tie, tiny)
	if v, _ := sum.Int64(); v != 1<<53+2 {
		t.Errorf("a tie and a tiny bit more: %v", v)
	}
	sum, _ = FMA(53, tiny, integer(-1), tie)
	if v, _ := sum.Int64(); v != 1<<53 {
		t.Errorf("a tie and a tiny bit less: %v", v)
	}
}

func TestDomains(t *testing.T) {
	inf, minusInf := big.NewFloat(math.Inf(1)), big.NewFloat(math.Inf(-1))
	for i, ok := range []bool{
		second(Add(53, inf, minusInf)), second(FMA(53, inf, new(big.Float), inf)), second(FMA(53, inf, integer(1), minusInf)),
		second(Polygamma(53, -1, integer(1))), second(Polygamma(53, 2, integer(-3))), second(Digamma(53, new(big.Float))),
		second(Polygamma(53, 1, minusInf)), second(Sin(53, shift(integer(1), maxAngle+1))), second(Cos(53, inf)),
	} {
		if ok {
			t.Errorf("case %d has a value", i)
		}
	}
}

func second(_ *big.Float, ok bool) bool { return ok }
