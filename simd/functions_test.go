package simd

import (
	"flag"
	"maps"
	"math"
	"slices"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

var exhaustive = flag.Bool("exhaustive", false, "take every float32 as an argument, and not one of 4096 of them")

// promised are the functions of one argument, and how many units in the last place
// a float32 result may be off.
var promised = map[string]float64{
	"exp": 1, "exp2": 1, "exp10": 1, "expm1": 1, "log": 1, "log2": 1, "log10": 1, "log1p": 1, "cbrt": 1,
	"sin": 1, "cos": 1, "tan": 1, "sinpi": 1, "cospi": 1, "asin": 1, "acos": 1, "atan": 1,
	"sinh": 1, "cosh": 1, "tanh": 1, "asinh": 1, "acosh": 1, "atanh": 1, "erf": 1, "erfc": 2, "gamma": 2, "lgamma": 2,
	"floor": 0.5, "ceil": 0.5, "trunc": 0.5, "round": 0.5, "roundeven": 0.5, "sign": 0.5, "mantissa": 0.5, "exponent": 0.5,
}

// unary runs a function of one argument over arrays.
type unary1[T kernels.Float] struct {
	x, y   []T
	runner *Runner
}

func newUnary[T kernels.Float](t *testing.T, name string, tier Tier, n int) *unary1[T] {
	k, err := kernels.Parse(name, "y = "+name+"(x)", kernels.Unoptimized())
	if err != nil {
		t.Fatal(err)
	}
	u := &unary1[T]{x: make([]T, n), y: make([]T, n)}
	p := k.Program(kernels.Float64)
	if unsafe.Sizeof(u.x[0]) == 4 {
		p = k.Program(kernels.Float32)
	}
	c, err := Compile(p, Options{Tier: tier})
	if err != nil {
		t.Fatal(err)
	}
	f := p.NewFrame(n)
	f.Arrays[0], f.Arrays[1] = unsafe.Pointer(&u.y[0]), unsafe.Pointer(&u.x[0])
	p.EvalUniforms(f)
	u.runner = c.NewRunner(f)
	return u
}

// errorOf is by how many units in the last place of float32 got misses want, of
// which the error is far below one. A wrong kind of result is infinitely off.
func errorOf(got float32, want float64) float64 {
	g := float64(got)
	switch {
	case want != want || g != g:
		if want != want && g != g {
			return 0
		}
		return math.Inf(1)
	case want == 0:
		if g == 0 && math.Signbit(g) == math.Signbit(want) {
			return 0
		}
		return math.Abs(g) / 0x1p-149 // a zero of the wrong sign is found below
	case math.Abs(want) >= 0x1.ffffffp127: // the middle of the greatest number and what would follow: rounds to infinity
		if math.IsInf(g, 0) && (g > 0) == (want > 0) {
			return 0
		}
		want = math.Copysign(0x1p128, want)
	case math.IsInf(g, 0):
		g = math.Copysign(0x1p128, g)
	}
	e := max(math.Ilogb(want), -126)
	return math.Abs(g-want) / math.Ldexp(1, e-23)
}

// TestFloat32Functions compares the float32 form of each function with its float64
// form, which the tests of package vecmath compare with big-float arithmetic. With
// -exhaustive it takes all arguments; docs/FUNCTIONS.md has the results.
func TestFloat32Functions(t *testing.T) {
	const chunk = 1 << 16
	step := uint64(4096)
	if *exhaustive {
		step = 1
	}
	for _, name := range slices.Sorted(maps.Keys(promised)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tier := Best()
			narrow, wide := newUnary[float32](t, name, tier, chunk), newUnary[float64](t, name, tier, chunk)
			worst, at, count, wrong := 0.0, float32(0), 0, 0
			for from := uint64(0); from < 1<<32; from += chunk * step {
				for i := range uint64(chunk) {
					// Over all chunks a stride that is odd meets every low bit.
					x := math.Float32frombits(uint32(from + i*step + (i*2654435761>>7)%step))
					narrow.x[i], wide.x[i] = x, float64(x)
				}
				narrow.runner.Run(0, chunk)
				wide.runner.Run(0, chunk)
				for i, y := range narrow.y {
					e := errorOf(y, wide.y[i])
					if y == 0 && wide.y[i] == 0 && math.Signbit(float64(y)) != math.Signbit(wide.y[i]) {
						e = math.Inf(1)
					}
					if e > worst {
						worst, at = e, narrow.x[i]
					}
					if e > promised[name] {
						if wrong++; wrong <= 3 {
							t.Errorf("%s(%v) = %v, want %v", name, narrow.x[i], y, wide.y[i])
						}
					}
					count++
				}
			}
			t.Logf("%s: %d arguments, at most %.3f units off, at %x", name, count, worst, at)
		})
	}
}
