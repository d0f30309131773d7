package vecmath

import (
	"maps"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/triad-go/triad/internal/bigmath"
)

func sortedFunctions() []*Func {
	fs := make([]*Func, 0, len(functions))
	for _, name := range slices.Sorted(maps.Keys(functions)) {
		fs = append(fs, functions[name])
	}
	return fs
}

// exact1 and exact2 are what the functions should be; each family may add to them.
// ok is false where the result is NaN.
var exact1 = map[string]func(prec uint, x *big.Float) (*big.Float, bool){
	"exp": bigmath.Exp, "exp2": bigmath.Exp2, "exp10": bigmath.Exp10, "expm1": bigmath.Expm1,
	"log": bigmath.Log, "log2": bigmath.Log2, "log10": bigmath.Log10, "log1p": bigmath.Log1p,
	"sinh": bigmath.Sinh, "cosh": bigmath.Cosh, "tanh": bigmath.Tanh,
	"asinh": bigmath.Asinh, "acosh": bigmath.Acosh, "atanh": bigmath.Atanh,
	"sin": bigmath.Sin, "cos": bigmath.Cos, "tan": bigmath.Tan, "sinpi": bigmath.Sinpi, "cospi": bigmath.Cospi,
	"asin": bigmath.Asin, "acos": bigmath.Acos, "atan": bigmath.Atan,
	"erf": bigmath.Erf, "erfc": bigmath.Erfc, "gamma": bigmath.Gamma, "lgamma": bigmath.Lgamma,
	"cbrt": bigmath.Cbrt,
}

var exact2 = map[string]func(prec uint, x, y *big.Float) (*big.Float, bool){
	"pow": bigmath.Pow, "atan2": bigmath.Atan2, "hypot": bigmath.Hypot, "remainder": bigmath.Remainder,
}

// extent is the bits of a mantissa of t, the exponent of its least subnormal, and
// that of the first power of two above all its numbers.
func extent(t Type) (mantissa, least, most int) {
	if t == Float32 {
		return 24, -149, 128
	}
	return 53, -1074, 1024
}

// ulps is |got - want| in units in the last place of want, as a t: of the
// least subnormal where it is below normal numbers, and of the largest number where
// it is above. Inf counts as the first power of two that does not fit, and is
// right where want is above the middle of that and the largest number. want
// of nil is NaN. The sign of a zero matters only where want is 0.
func ulps(got float64, want *big.Float, t Type) float64 {
	mantissa, least, most := extent(t)
	switch {
	case want == nil && got != got:
		return 0
	case want == nil || got != got:
		return math.Inf(1)
	case want.Sign() == 0:
		if got == 0 && math.Signbit(got) == want.Signbit() {
			return 0
		}
		return math.Inf(1)
	case want.IsInf():
		if math.IsInf(got, 0) && (got < 0) == want.Signbit() {
			return 0
		}
		return math.Inf(1)
	}
	e := min(max(want.MantExp(nil)-mantissa, least), most-mantissa)
	d := new(big.Float).SetPrec(200)
	if math.IsInf(got, 0) {
		top := d.SetMantExp(big.NewFloat(2-math.Ldexp(1, -mantissa)), most-1) // the middle
		if (got < 0) == want.Signbit() && new(big.Float).Abs(want).Cmp(top) >= 0 {
			return 0
		}
		d.SetMantExp(big.NewFloat(math.Copysign(1, got)), most)
	} else {
		d.SetFloat64(got)
	}
	d.Sub(d, want)
	v, _ := d.SetMantExp(d, -e).Float64()
	return math.Abs(v)
}

func TestULPs(t *testing.T) {
	third, _ := new(big.Float).SetPrec(100).SetString("0.333333333333333333333333333333333333")
	for _, x := range []struct {
		got  float64
		want *big.Float
		t    Type
		ulps float64
	}{
		{1, big.NewFloat(1), Float64, 0}, {1 + 0x1p-52, big.NewFloat(1), Float64, 1}, {1 - 0x1p-53, big.NewFloat(1), Float64, 0.5},
		{1 + 0x1p-23, big.NewFloat(1), Float32, 1}, {1.0 / 3, third, Float64, 1.0 / 3},
		{0, big.NewFloat(0x1p-1074), Float64, 1}, {0, big.NewFloat(0x1p-149), Float32, 1}, {0x1p-1060, big.NewFloat(0x1.8p-1060), Float64, 0x1p13},
		{math.Inf(1), big.NewFloat(math.MaxFloat64), Float64, 1}, {math.Inf(1), new(big.Float).SetMantExp(big.NewFloat(1), 1024), Float64, 0},
		{math.MaxFloat64, new(big.Float).SetMantExp(big.NewFloat(1), 1024), Float64, 1},
		{math.Inf(-1), new(big.Float).SetMantExp(big.NewFloat(1), 1024), Float64, 0x1p54},
		{math.NaN(), nil, Float64, 0}, {1, nil, Float64, math.Inf(1)}, {math.NaN(), big.NewFloat(1), Float64, math.Inf(1)},
		{math.Copysign(0, -1), new(big.Float), Float64, math.Inf(1)},
	} {
		if u := ulps(x.got, x.want, x.t); math.Abs(u-x.ulps) > 1e-9*x.ulps {
			t.Errorf("%v of %v: %v ulps, want %v", x.got, x.want, u, x.ulps)
		}
	}
}

// inputs makes arguments: specials, numbers of all exponents, and of the ranges
// and near the points that are asked for.
type inputs struct {
	t   Type
	rng *rand.Rand
	x   []float64
}

func newInputs(t Type, seed uint64) *inputs {
	in := &inputs{t: t, rng: rand.New(rand.NewPCG(seed, 5))}
	mantissa, least, most := extent(t)
	tiny, huge := math.Ldexp(1, least), math.Ldexp(2-math.Ldexp(1, 1-mantissa), most-1)
	normal := math.Ldexp(1, least+mantissa-1)
	for _, v := range []float64{0, tiny, 2 * tiny, normal - tiny, normal, normal + tiny, 0.5, 1, 2, 3, 10, math.Pi, math.E, huge, math.Inf(1)} {
		in.add(v, -v)
	}
	in.add(math.NaN())
	return in
}

func (in *inputs) add(x ...float64) {
	for _, v := range x {
		if in.t == Float32 {
			v = float64(float32(v))
		}
		in.x = append(in.x, v)
	}
}

// any adds n numbers of all signs, exponents and lengths.
func (in *inputs) any(n int) *inputs {
	for range n {
		b := in.rng.Uint64()
		if in.t == Float32 {
			in.add(float64(math.Float32frombits(uint32(b))))
		} else {
			in.add(math.Float64frombits(b))
		}
	}
	return in
}

// uniform adds n numbers from lo to hi.
func (in *inputs) uniform(n int, lo, hi float64) *inputs {
	in.near(lo, hi)
	for range n {
		in.add(lo + (hi-lo)*in.rng.Float64())
	}
	return in
}

// powers adds n numbers whose logarithms are uniform, of exponents from lo to hi, of
// both signs if signed.
func (in *inputs) powers(n int, lo, hi int, signed bool) *inputs {
	for range n {
		v := math.Ldexp(1+in.rng.Float64(), lo+in.rng.IntN(hi-lo+1))
		if signed && in.rng.IntN(2) == 0 {
			v = -v
		}
		in.add(v)
	}
	return in
}

// near adds numbers beside points: the nearest ones, and some at all distances.
func (in *inputs) near(points ...float64) *inputs {
	mantissa, _, _ := extent(in.t)
	for _, p := range points {
		if in.t == Float32 {
			p = float64(float32(p))
		}
		up, down := p, p
		in.add(p)
		for range 20 {
			up, down = in.next(up, math.Inf(1)), in.next(down, math.Inf(-1))
			in.add(up, down)
		}
		for k := 1; k < mantissa; k++ {
			d := math.Ldexp(1+in.rng.Float64(), -k)
			if p != 0 {
				d *= p
			}
			in.add(p+d, p-d)
		}
	}
	return in
}

func (in *inputs) next(x, to float64) float64 {
	if in.t == Float32 {
		return float64(math.Nextafter32(float32(x), float32(to)))
	}
	return math.Nextafter(x, to)
}

func (in *inputs) positive() *inputs {
	for i, x := range in.x {
		in.x[i] = math.Abs(x)
	}
	return in
}

// pairs are all of x, each with one of another set or, of n specials each, with all.
func (in *inputs) pairs(other *inputs) [][2]float64 {
	const specials = 31
	var p [][2]float64
	for _, x := range in.x[:specials] {
		for _, y := range other.x[:specials] {
			p = append(p, [2]float64{x, y})
		}
	}
	for i, x := range in.x {
		p = append(p, [2]float64{x, other.x[in.rng.IntN(len(other.x))]}, [2]float64{x, other.x[i%len(other.x)]})
	}
	return p
}

const resultBits = 96 // of exact results: 43 more than float64 has

func exactFloat(x float64) *big.Float {
	return new(big.Float).SetPrec(53).SetFloat64(x)
}

// checkULP compares a function with exact arithmetic, and returns the largest error.
func checkULP(t *testing.T, typ Type, name string, xs []float64) float64 {
	t.Helper()
	f := Lookup(name, 1)
	if f == nil {
		t.Fatalf("no function %s", name)
	}
	return check(t, typ, f, len(xs), func(i int) ([]float64, *big.Float) {
		x := xs[i]
		if x != x {
			return xs[i : i+1], nil
		}
		if v, ok := exact1[name](resultBits, exactFloat(x)); ok {
			return xs[i : i+1], v
		}
		return xs[i : i+1], nil
	})
}

// checkULP2 does it for a function of two arguments. Where one is NaN, or where
// skip, if not nil, says so, a pair is passed over: the family checks its specials.
func checkULP2(t *testing.T, typ Type, name string, xs [][2]float64) float64 {
	t.Helper()
	f := Lookup(name, 2)
	if f == nil {
		t.Fatalf("no function %s", name)
	}
	xs = slices.DeleteFunc(slices.Clone(xs), func(x [2]float64) bool { return x[0] != x[0] || x[1] != x[1] })
	return check(t, typ, f, len(xs), func(i int) ([]float64, *big.Float) {
		if v, ok := exact2[name](resultBits, exactFloat(xs[i][0]), exactFloat(xs[i][1])); ok {
			return xs[i][:], v
		}
		return xs[i][:], nil
	})
}

func check(t *testing.T, typ Type, f *Func, n int, at func(i int) ([]float64, *big.Float)) float64 {
	t.Helper()
	limit := f.ULP64
	if typ == Float32 {
		limit = f.ULP32
	}
	most, where, wrong := 0.0, []float64(nil), 0
	for i := range n {
		args, want := at(i)
		got := eval(f, typ, args...)
		u := ulps(got, want, typ)
		if u > most {
			most, where = u, args
		}
		if !(u <= limit) {
			if wrong++; wrong <= 10 {
				var w any = "NaN"
				if want != nil {
					w = want.Text('g', 25)
				}
				t.Errorf("%s %s(%x = %v) = %v, want %v: %.3g ulps", typeName(typ), f.Name, args, args, got, w, u)
			}
		}
	}
	if wrong > 0 {
		t.Errorf("%s %s: wrong for %d of %d arguments", typeName(typ), f.Name, wrong, n)
	}
	t.Logf("%s %-6s at most %.4f ulps (at %x) of %d arguments; promised %v", typeName(typ), f.Name, most, where, n, limit)
	return most
}

// samples is n, or an eighth of it in a short run.
func samples(n int) int {
	if testing.Short() {
		return n / 8
	}
	return n
}
