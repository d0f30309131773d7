package symbolic_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"

	. "github.com/triad-go/triad/symbolic"
)

func evalAt(t *testing.T, text string, x, y float64) float64 {
	t.Helper()
	v, err := Eval(MustParse(text), map[Expr]float64{Var("x"): x, Var("y"): y})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return v
}

func TestIEEEFunctions(t *testing.T) {
	inf, nan, minus := math.Inf(1), math.NaN(), math.Copysign(0, -1)
	for _, c := range []struct {
		text       string
		x, y, want float64
	}{
		{"exp10(x)", 22, 0, 1e22}, {"exp10(x)", 0, 0, 1}, {"exp10(x)", -inf, 0, 0}, {"exp10(x)", inf, 0, inf}, {"exp10(x)", 400, 0, inf},
		{"exp10(x)", -400, 0, 0}, {"exp10(x)", nan, 0, nan},
		{"sinpi(x)", 1, 0, 0}, {"sinpi(x)", -1, 0, minus}, {"sinpi(x)", minus, 0, minus}, {"sinpi(x)", 2.5, 0, 1}, {"sinpi(x)", -0.5, 0, -1},
		{"sinpi(x)", 1e300, 0, 0}, {"sinpi(x)", inf, 0, nan}, {"sinpi(x)", nan, 0, nan}, {"sinpi(x)", 0x1p-1060, 0, math.Pi * 0x1p-1060},
		{"cospi(x)", 0.5, 0, 0}, {"cospi(x)", -1.5, 0, 0}, {"cospi(x)", 1, 0, -1}, {"cospi(x)", -2, 0, 1}, {"cospi(x)", -inf, 0, nan},
		{"roundeven(x)", 2.5, 0, 2}, {"roundeven(x)", 3.5, 0, 4}, {"roundeven(x)", -0.5, 0, minus}, {"roundeven(x)", inf, 0, inf},
		{"remainder(x, y)", 5, 3, -1}, {"remainder(x, y)", -5, 2, -1}, {"remainder(x, y)", 6, -4, -2}, {"remainder(x, y)", 2, 0, nan},
		{"ldexp(x, y)", 3, 4, 48}, {"ldexp(x, y)", 3, 4.9, 48}, {"ldexp(x, y)", 3, -1e9, 0}, {"ldexp(x, y)", -3, inf, -inf}, {"ldexp(x, y)", 1, nan, nan},
		{"ldexp(x, y)", 3, -1075, 0x1p-1073}, {"ldexp(x, y)", 0, inf, 0},
		{"mantissa(x)", 12, 0, 0.75}, {"mantissa(x)", -0x1p-1074, 0, -0.5}, {"mantissa(x)", minus, 0, minus}, {"mantissa(x)", -inf, 0, -inf}, {"mantissa(x)", nan, 0, nan},
		{"exponent(x)", 12, 0, 4}, {"exponent(x)", -0x1p-1074, 0, -1073}, {"exponent(x)", 0, 0, 0}, {"exponent(x)", inf, 0, 0}, {"exponent(x)", nan, 0, 0},
		{"minimum(x, y)", 1, nan, nan}, {"minimum(x, y)", nan, -inf, nan}, {"minimum(x, y)", 0, minus, minus}, {"minimum(x, y)", minus, 0, minus}, {"minimum(x, y)", 1, 2, 1},
		{"maximum(x, y)", 1, nan, nan}, {"maximum(x, y)", nan, inf, nan}, {"maximum(x, y)", minus, 0, 0}, {"maximum(x, y)", 0, minus, 0}, {"maximum(x, y)", 1, 2, 2},
		{"minimumnumber(x, y)", 1, nan, 1}, {"minimumnumber(x, y)", nan, 2, 2}, {"minimumnumber(x, y)", nan, nan, nan}, {"minimumnumber(x, y)", 0, minus, minus},
		{"maximumnumber(x, y)", 1, nan, 1}, {"maximumnumber(x, y)", nan, 2, 2}, {"maximumnumber(x, y)", minus, 0, 0},
	} {
		got := evalAt(t, c.text, c.x, c.y)
		if math.Float64bits(got) != math.Float64bits(c.want) && (got == got || c.want == c.want) {
			t.Errorf("%s at %v, %v = %v, want %v", c.text, c.x, c.y, got, c.want)
		}
		if c.want != c.want || math.IsInf(c.want, 0) || math.IsInf(c.x, 0) || math.IsInf(c.y, 0) || c.x != c.x || c.y != c.y {
			continue
		}
		v, err := EvalBig(MustParse(c.text), 53, map[Expr]*big.Float{Var("x"): big.NewFloat(c.x), Var("y"): big.NewFloat(c.y)})
		if err != nil {
			t.Errorf("%s at %v, %v: %v", c.text, c.x, c.y, err)
		} else if f, _ := v.Float64(); f != got || math.Signbit(f) != math.Signbit(got) {
			t.Errorf("%s at %v, %v = %v in big.Float", c.text, c.x, c.y, f)
		}
	}
}

// In float64 these are good to a unit or two in the last place.
func TestIEEEAccuracy(t *testing.T) {
	r := rand.New(rand.NewPCG(71, 72))
	for range 2000 {
		for text, x := range map[string]float64{"exp10(x)": r.Float64()*600 - 300, "sinpi(x)": r.NormFloat64() * 10, "cospi(x)": r.NormFloat64() * 10} {
			v, err := EvalBig(MustParse(text), 53, map[Expr]*big.Float{Var("x"): big.NewFloat(x)})
			if err != nil {
				t.Fatal(err)
			}
			want, _ := v.Float64()
			if got := evalAt(t, text, x, 0); math.Abs(got-want) > 0x1p-51*math.Abs(want) {
				t.Errorf("%s at %v = %v, want %v", text, x, got, want)
			}
		}
	}
	for n := 0; n <= 22; n++ {
		want, _ := strconv.ParseFloat("1e"+strconv.Itoa(n), 64)
		if got := evalAt(t, "exp10(x)", float64(n), 0); got != want {
			t.Errorf("exp10(%d) = %v", n, got)
		}
	}
}

func TestConversions(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		text       string
		x, y, want float64
	}{
		{"int32(x)", 1e10, 0, math.MaxInt32}, {"int32(x)", -1e10, 0, math.MinInt32}, {"int32(x)", -2.9, 0, -2}, {"int32(x)", nan, 0, 0},
		{"uint32(x)", -1, 0, 0}, {"uint32(x)", 1e10, 0, math.MaxUint32}, {"uint32(x)", -0.5, 0, 0},
		{"int64(x)", 1e30, 0, math.MaxInt64}, {"int64(x)", -1e30, 0, math.MinInt64}, {"uint64(x)", math.Inf(1), 0, math.MaxUint64},
		{"float32(x)", 0.1, 0, float64(float32(0.1))}, {"float32(x)", 1e300, 0, math.Inf(1)}, {"float64(x)", 0.1, 0, 0.1}, {"float(x)", 0.1, 0, 0.1},
		{"rem(x, y)", -7, 3, -1}, {"rem(x, y)", 7.9, -3.9, 1}, {"rem(x, y)", 7, 0.5, nan},
		{"band(x, y)", 12, 10, 8}, {"bor(x, y)", 12, 10, 14}, {"bxor(x, y)", 12, 10, 6}, {"bxor(x, y)", -1, 1, -2}, {"bnot(x)", 0, 0, -1},
		{"bor(x, y)", 0x1p63, 0, 0x1p63}, {"shl(x, y)", 3, 4, 48}, {"shl(x, y)", 3, 64, 0}, {"shl(x, y)", 1, -1, 0}, {"shr(x, y)", -8, 1, -4},
		{"shr(x, y)", -8, 100, -1}, {"shr(x, y)", 0x1p63, 63, 1},
		{"float64bits(x)", 1, 0, 0x3ff0000000000000}, {"float32bits(x)", 1, 0, 0x3f800000}, {"float64frombits(x)", 0x3ff0000000000000, 0, 1},
		{"float32frombits(x)", 0x3f800000, 0, 1},
	} {
		got := evalAt(t, c.text, c.x, c.y)
		if math.Float64bits(got) != math.Float64bits(c.want) && (got == got || c.want == c.want) {
			t.Errorf("%s at %v, %v = %v, want %v", c.text, c.x, c.y, got, c.want)
		}
	}
	// In big.Float integers are exact.
	for text, want := range map[string]string{
		"uint64(2^70)": "18446744073709551615", "int64(2^70)": "9223372036854775807", "bnot(2^63)": "9223372036854775807",
		"bxor(2^63, 1)": "9223372036854775809", "float64bits(float64frombits(2^62 + 1))": "4611686018427387905",
	} {
		v, err := EvalBig(MustParse(text), 100, nil)
		if err != nil || v.Text('f', 0) != want {
			t.Errorf("%s = %v %v, want %s", text, v, err, want)
		}
	}
}

func TestIEEECanonical(t *testing.T) {
	x := Var("x")
	for text, want := range map[string]Expr{
		"sinpi(3/2)": Int(-1), "sinpi(-1/2)": Int(-1), "sinpi(7)": Int(0), "cospi(1)": Int(-1), "cospi(5/2)": Int(0), "exp10(1)": Int(10),
		"roundeven(5/2)": Int(2), "roundeven(-7/2)": Int(-4), "roundeven(8/3)": Int(3), "cospi(-x)": Cospi(x), "exponent(-x)": Exponent(x),
		"sinpi(-x)": Times(Int(-1), Sinpi(x)), "float32(-x)": Times(Int(-1), ToFloat32(x)), "int64(x) + int64(x)": Times(Int(2), ToInt64(x)),
	} {
		if got := Canonical(MustParse(text)); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

func TestIEEEDerivatives(t *testing.T) {
	r := rand.New(rand.NewPCG(73, 74))
	x := Var("x")
	for _, text := range []string{
		"exp10(x)", "sinpi(x)", "cospi(x)", "roundeven(x)", "mantissa(x)", "exponent(x)", "remainder(x, 3)", "remainder(3, x)", "ldexp(x, 3)",
		"minimum(x, 1-x)", "maximum(x, 1-x)", "minimumnumber(2*x, x^2)", "maximumnumber(2*x, x^2)", "float64(x^2)", "float(x)", "int64(x)", "rem(x, 3)",
	} {
		e := MustParse(text)
		d, err := Diff(e, x)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		for range 20 {
			at := r.Float64()*4 - 2
			const h = 1e-6
			want := (evalAt(t, text, at+h, 0) - evalAt(t, text, at-h, 0)) / (2 * h)
			got, err := Eval(d, map[Expr]float64{x: at})
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got-want) > 1e-4*(1+math.Abs(want)) && math.Abs(want) < 1e5 { // but for jumps
				t.Errorf("%s at %v: slope %v, want %v", text, at, got, want)
			}
		}
	}
	if _, err := Diff(MustParse("band(x, 3)"), x); err == nil {
		t.Error("bits have a derivative")
	}
}

func TestIEEEText(t *testing.T) {
	for text, want := range map[string]string{
		"exp10(x)":     `10^{x}`,
		"roundeven(x)": `\operatorname{roundeven}\left(x\right)`,
	} {
		if got := LaTeX(MustParse(text)); got != want {
			t.Errorf("%s in LaTeX: %s", text, got)
		}
	}
	source, err := CFunc(Func{}, MustParse("nearbyint + roundeven(x) + ldexp(x, 2) + minimumnumber(x, y) + float32(x)"))
	want := "double f(double nearbyint_, double x, double y)\n{\n#pragma STDC FP_CONTRACT OFF\n\treturn nearbyint_ + nearbyint(x) + ldexp(x, 2.0) + fmin(x, y) + (double)(float)(x);\n}\n"
	if err != nil || source != want {
		t.Errorf("in C: %v\n%s", err, source)
	}
	source, err = GoFunc(Func{}, MustParse("min + minimum(x, y) + int32(x) + remainder(x, y)"))
	want = "func f(min_, x, y float64) float64 {\n\treturn min_ + float64(min(x, y)) + float64(asInt32(x)) + float64(math.Remainder(x, y))\n}\n"
	if err != nil || source != want {
		t.Errorf("in Go: %v\n%s", err, source)
	}
}
