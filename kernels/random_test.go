package kernels_test

import (
	"math"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
)

// drawn runs a kernel of one output y over n elements by the interpreter; T is the type of y.
func drawn[T any](t *testing.T, text string, n int, elem kernels.Type, opts ...kernels.Option) []T {
	t.Helper()
	k, err := kernels.Parse("k", text, opts...)
	if err != nil {
		t.Fatal(err)
	}
	p := k.Program(elem)
	f := p.NewFrame(n)
	y := make([]T, n)
	f.Arrays[0] = unsafe.Pointer(&y[0])
	p.EvalUniforms(f)
	p.Interpret(f, 0, n)
	return y
}

// The known answers of Random123 for philox4x32 with 10 rounds, as far as a stream reaches them:
// its lowest bit is none of the counter's.
func TestRandomKnownAnswers(t *testing.T) {
	for text, want := range map[string]uint64{
		"random(0, 0 + index()*0)": 0xe169c58d6627e8d5,
		"random(0, index()*0, 1)":  0x9b00dbd8bc57ac4c,
		"random(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x6e0e6882633145c)": 0x94fdccebd16cfe09,
		"random(0x299f31d0a4093822, 0x85a308d3243f6a88, 0x6e0e6882633145d)": 0x24126ea15001e420,
		"random(-1, -1)":                 0,
		"random(0xffffffffffffffff, -1)": 0,
	} {
		got := drawn[uint64](t, "y = "+text, 3, kernels.Float64, kernels.Typed(kernels.Uint64, "y"))
		if want == 0 { // as in Go
			want = philox(math.MaxUint64, math.MaxUint64, 0)[0]
		}
		for _, v := range got {
			if v != want {
				t.Errorf("%s is %x, want %x", text, v, want)
			}
		}
	}
}

// philox is the two halves of a block.
func philox(seed, index, upper uint64) [2]uint64 {
	c := [4]uint32{uint32(index), uint32(index >> 32), uint32(upper), uint32(upper >> 32)}
	k := [2]uint32{uint32(seed), uint32(seed >> 32)}
	for range 10 {
		p, q := 0xd2511f53*uint64(c[0]), 0xcd9e8d57*uint64(c[2])
		c = [4]uint32{uint32(q>>32) ^ c[1] ^ k[0], uint32(q), uint32(p>>32) ^ c[3] ^ k[1], uint32(p)}
		k = [2]uint32{k[0] + 0x9e3779b9, k[1] + 0xbb67ae85}
	}
	return [2]uint64{uint64(c[0]) | uint64(c[1])<<32, uint64(c[2]) | uint64(c[3])<<32}
}

// A stream has the same numbers whether it is known when the kernel is made or not, and whatever the types are.
func TestRandomStreams(t *testing.T) {
	const n = 40
	mixed := drawn[uint64](t, "y = random(5, index() - 3, index() - 20)", n, kernels.Float64, kernels.Typed(kernels.Uint64, "y"))
	narrow := drawn[uint64](t, "y = random(int32(5), int32(index()) - 3, int32(index()) - 20)", n, kernels.Float64, kernels.Typed(kernels.Uint64, "y"))
	unsigned := drawn[uint64](t, "y = random(uint32(5), uint64(index()) - 3, uint64(index()) - 20)", n, kernels.Float64, kernels.Typed(kernels.Uint64, "y"))
	for i := range n {
		stream := uint64(int64(i - 20))
		want := philox(5, uint64(int64(i-3)), stream>>1)[stream&1]
		if mixed[i] != want || narrow[i] != want || unsigned[i] != want {
			t.Errorf("element %d: %x, %x and %x, want %x", i, mixed[i], narrow[i], unsigned[i], want)
		}
	}
	known := drawn[uint64](t, "y = random(5, index() - 3, -20)", n, kernels.Float64, kernels.Typed(kernels.Uint64, "y"))
	if known[0] != mixed[0] {
		t.Errorf("stream -20: %x, want %x", known[0], mixed[0])
	}
}

// TestUniform: the upper bits of random, in both float types.
func TestUniform(t *testing.T) {
	const n = 1000
	bits := drawn[uint64](t, "y = random(9, index(), 3)", n, kernels.Float64, kernels.Typed(kernels.Uint64, "y"))
	wide := drawn[float64](t, "y = uniform(9, index(), 3)", n, kernels.Float64)
	narrow := drawn[float32](t, "y = uniform(9, index(), 3)", n, kernels.Float32)
	for i, b := range bits {
		if want := float64(b>>11) / (1 << 53); wide[i] != want {
			t.Errorf("element %d: %v, want %v", i, wide[i], want)
		}
		if want := float32(b>>40) / (1 << 24); narrow[i] != want {
			t.Errorf("element %d: %v in float32, want %v", i, narrow[i], want)
		}
	}
}

// TestDrawsShareBlocks: streams 2k and 2k+1, and all functions, share the rounds.
func TestDrawsShareBlocks(t *testing.T) {
	size := func(text string) int {
		k, err := kernels.Parse("k", text)
		if err != nil {
			t.Fatal(err)
		}
		return len(k.Program(kernels.Float64).Body)
	}
	one := size("y = uniform(1, index())")
	for text, more := range map[string]int{
		"y = uniform(1, index(), 0) + uniform(1, index(), 1)": 16,
		"y = uniform(1, index(), 6) + uniform(1, index(), 7)": 16,
		"y = uniform(1, index()) + normal(1, index())":        60,
		"y = normal(1, index(), 0) + normal(1, index(), 1)":   75,
	} {
		if n := size(text); n > one+more {
			t.Errorf("%s: %d instructions, %d for one uniform", text, n, one)
		}
	}
	if n := size("y = uniform(1, index(), 1) + uniform(1, index(), 2)"); n < 2*one-10 {
		t.Errorf("two blocks in %d instructions", n)
	}
}

func TestDrawErrors(t *testing.T) {
	for text, want := range map[string]string{
		"y = random(x, 1)":             "random takes integers, not the kernel's float type",
		"y = x + uniform(1, 0.5)":      "uniform takes integers, not a number that is no integer",
		"y = x + normal(1, 2^70)":      "does not fit",
		"y = x + exponential(1, 2, x)": "exponential takes integers",
		"y = random(1, 2) + x":         "uint64 and the kernel's float type",
		"y = x + uniform(1)":           "uniform",
	} {
		if _, err := kernels.Parse("k", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}

// The constructors write what texts read.
func TestDrawTexts(t *testing.T) {
	s, i, k := symbolic.Var("s"), symbolic.Var("i"), symbolic.Int(3)
	for text, e := range map[string]symbolic.Expr{
		"random(s, i)": symbolic.Random(s, i), "random(s, i, 3)": symbolic.RandomOf(s, i, k),
		"uniform(s, i)": symbolic.Uniform(s, i), "uniform(s, i, 3)": symbolic.UniformOf(s, i, k),
		"normal(s, i)": symbolic.Normal(s, i), "normal(s, i, 3)": symbolic.NormalOf(s, i, k),
		"exponential(s, i)": symbolic.Exponential(s, i), "exponential(s, i, 3)": symbolic.ExponentialOf(s, i, k),
	} {
		if e != symbolic.MustParse(text) || e.String() != text {
			t.Errorf("%s is read as %v, and %v made", text, symbolic.MustParse(text), e)
		}
	}
}

// A distribution to test: what it is, and its cumulative distribution function.
var distributions = map[string]struct {
	cdf        func(x float64) float64
	moments    [4]float64 // the means of x … x^4
	deviations [4]float64 // the standard deviations of x … x^4
}{
	"uniform": {
		func(x float64) float64 { return x },
		[4]float64{1. / 2, 1. / 3, 1. / 4, 1. / 5},
		[4]float64{math.Sqrt(1. / 12), math.Sqrt(4. / 45), math.Sqrt(9. / 112), math.Sqrt(16. / 225)},
	},
	"normal": {
		func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 },
		[4]float64{0, 1, 0, 3}, [4]float64{1, math.Sqrt2, math.Sqrt(15), math.Sqrt(96)},
	},
	"exponential": {
		func(x float64) float64 { return -math.Expm1(-x) },
		[4]float64{1, 2, 6, 24}, [4]float64{1, math.Sqrt(20), math.Sqrt(684), math.Sqrt(39744)},
	},
}

// TestDistributions: moments within 4.5 standard errors, a chi-square test over cells of equal probability
// and one over the tail, Kolmogorov and Smirnov's statistic, and no correlation of neighbours, of halves of
// a block and of seeds. All is fixed by the seeds, so that it passes always or never.
func TestDistributions(t *testing.T) {
	n := 1 << 16
	if testing.Short() {
		n = 1 << 14
	}
	for name, d := range distributions {
		for _, stream := range []string{"0", "1"} {
			what := name + ", stream " + stream
			x := drawn[float64](t, "y = "+name+"(2024, index(), "+stream+")", n, kernels.Float64)
			other := drawn[float64](t, "y = "+name+"(2025, index(), "+stream+")", n, kernels.Float64)
			half := drawn[float64](t, "y = "+name+"(2024, index(), 1 - "+stream+")", n, kernels.Float64)
			root := math.Sqrt(float64(n))
			for m := range d.moments {
				sum := 0.0
				for _, v := range x {
					sum += math.Pow(v, float64(m+1))
				}
				if z := (sum/float64(n) - d.moments[m]) / d.deviations[m] * root; math.Abs(z) > 4.5 {
					t.Errorf("%s: moment %d is %v standard errors off", what, m+1, z)
				}
			}
			const cells = 256
			var count, tail [cells]float64
			for _, v := range x {
				p := d.cdf(v)
				if !(p >= 0 && p <= 1) {
					t.Fatalf("%s: %v", what, v)
				}
				count[min(int(p*cells), cells-1)]++
				tail[min(int(math.Abs(2*p-1)*cells), cells-1)]++
			}
			chi := func(count []float64) float64 {
				sum, want := 0.0, float64(n)/cells
				for _, c := range count {
					sum += (c - want) * (c - want) / want
				}
				return (sum - (cells - 1)) / math.Sqrt(2*(cells-1))
			}
			if z := chi(count[:]); math.Abs(z) > 4.5 {
				t.Errorf("%s: chi-square is %v standard deviations off", what, z)
			}
			if z := chi(tail[:]); math.Abs(z) > 4.5 {
				t.Errorf("%s: chi-square of |2p-1| is %v standard deviations off", what, z)
			}
			// P(K > 2.2) is 1.3e-4.
			if k := kolmogorov(x, d.cdf) * root; k > 2.2 {
				t.Errorf("%s: Kolmogorov's statistic is %v", what, k)
			}
			correlation := func(y []float64) float64 {
				sum := 0.0
				for i := range y {
					sum += (x[i] - d.moments[0]) * (y[i] - d.moments[0])
				}
				return sum / (d.deviations[0] * d.deviations[0]) / math.Sqrt(float64(len(y)))
			}
			for pair, y := range map[string][]float64{"neighbours": x[1:], "seeds": other, "halves": half} {
				if z := correlation(y); math.Abs(z) > 4.5 {
					t.Errorf("%s: correlation of %s is %v standard errors", what, pair, z)
				}
			}
		}
	}
}

// kolmogorov is the largest distance of the distribution of x from that of which cdf is given.
func kolmogorov(x []float64, cdf func(float64) float64) float64 {
	p := make([]float64, len(x))
	for i, v := range x {
		p[i] = cdf(v)
	}
	slices.Sort(p)
	worst, n := 0.0, float64(len(p))
	for i, v := range p {
		worst = max(worst, v-float64(i)/n, float64(i+1)/n-v)
	}
	return worst
}

// TestNormalTail: of half a million numbers as many lie beyond 3, 4 and 4.5 as should, on both sides.
func TestNormalTail(t *testing.T) {
	n := 1 << 19
	if testing.Short() {
		n = 1 << 16
	}
	x := drawn[float64](t, "y = normal(77, index())", n, kernels.Float64)
	for _, limit := range []float64{3, 4, 4.5} {
		want := float64(n) * math.Erfc(limit/math.Sqrt2) / 2
		above, below := 0.0, 0.0
		for _, v := range x {
			if v > limit {
				above++
			}
			if v < -limit {
				below++
			}
		}
		if slack := 4.5*math.Sqrt(want) + 1; math.Abs(above-want) > slack || math.Abs(below-want) > slack {
			t.Errorf("%v beyond %v and %v beyond %v, want about %.1f", above, limit, below, -limit, want)
		}
	}
}
