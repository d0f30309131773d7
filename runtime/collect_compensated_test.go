package runtime_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/symbolic"
)

// illConditioned fills x with values the sum of whose magnitudes is some 2^bits times their sum.
func illConditioned(r *rand.Rand, x []float64, bits int) {
	for i := range x {
		x[i] = math.Ldexp(r.NormFloat64(), -r.IntN(1+bits))
	}
	for i := len(x) / 2; i < len(x); i++ { // what is left are the errors of these differences
		x[i] = -x[i-len(x)/2] * (1 + math.Ldexp(r.NormFloat64(), -bits))
	}
	r.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
}

// TestCompensatedSum compares with package math/big, and the bits with those of the first executor.
func TestCompensatedSum(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "c = compsum(x); d = compsum(x + 0*x); s = sum(x)", kernels.Unoptimized()))
	type sums struct {
		x          []float64
		narrow     []float32
		sum, sum32 *big.Float
		size       float64 // of the magnitudes
		size32     float64
		first      float64 // of the first executor
		first32    float32
		done       bool
	}
	var cases []*sums
	r := rand.New(rand.NewPCG(6, 15))
	add := func(n, bits int) {
		c := &sums{x: make([]float64, n), narrow: make([]float32, n), sum: new(big.Float).SetPrec(2300), sum32: new(big.Float).SetPrec(2300)}
		illConditioned(r, c.x, bits)
		y := make([]float64, n)
		illConditioned(r, y, bits/2)
		v := new(big.Float)
		for i, w := range c.x {
			c.narrow[i] = float32(y[i])
			c.sum.Add(c.sum, v.SetFloat64(w))
			c.sum32.Add(c.sum32, v.SetFloat64(float64(c.narrow[i])))
			c.size += math.Abs(w)
			c.size32 += math.Abs(float64(c.narrow[i]))
		}
		cases = append(cases, c)
	}
	for n := range 301 {
		add(n, n%54)
	}
	for _, n := range append(collectLengths(false), 2047, 2049, 16391, 32768+255, 100003) {
		add(n, r.IntN(20))
		add(n, 53)
	}
	// off is how far a result is from the sum.
	off := func(got float64, sum *big.Float) float64 {
		d, _ := new(big.Float).Sub(new(big.Float).SetFloat64(got), sum).Float64()
		return math.Abs(d)
	}
	worse := 0
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		for _, c := range cases {
			var got, mapped, s float64
			launchTwice(t, ex, k, runtime.Args{"x": c.x, "c": &got, "d": &mapped, "s": &s})
			var got32, mapped32, s32 float32
			launchTwice(t, ex, k, runtime.Args{"x": c.narrow, "c": &got32, "d": &mapped32, "s": &s32})
			n := len(c.x)
			if !c.done {
				c.done, c.first, c.first32 = true, got, got32
				exact, _ := c.sum.Float64()
				exact32, _ := c.sum32.Float64()
				if e, bound := off(got, c.sum), math.Abs(exact)*0x1p-52+16*c.size*0x1p-106; e > bound {
					t.Fatalf("n=%d: %v is %v off, which may be %v; condition %.2g", n, got, e, bound, c.size/math.Abs(exact))
				}
				if e, bound := off(float64(got32), c.sum32), math.Abs(exact32)*0x1p-23+16*c.size32*0x1p-48; e > bound {
					t.Fatalf("n=%d, float32: %v is %v off, which may be %v; condition %.2g", n, got32, e, bound, c.size32/math.Abs(exact32))
				}
				if off(s, c.sum) > 1000*off(got, c.sum) && off(s, c.sum) > math.Abs(exact)*1e-3 {
					worse++
				}
			}
			if math.Float64bits(got) != math.Float64bits(c.first) || math.Float32bits(got32) != math.Float32bits(c.first32) || mapped != got || mapped32 != got32 {
				t.Fatalf("n=%d: %v, %v, %v, %v; another executor has %v, %v", n, got, mapped, got32, mapped32, c.first, c.first32)
			}
		}
	})
	if worse < 20 {
		t.Errorf("no condition that a plain sum cannot bear, but for %d", worse)
	}
}

// TestCompensatedSumSpecial has infinities and NaNs, of which errors are NaN.
func TestCompensatedSumSpecial(t *testing.T) {
	k := kernels.Must(kernels.New("k", []kernels.Output{kernels.CompensatedSumOf("c", symbolic.Var("x"))}))
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		r := rand.New(rand.NewPCG(6, 16))
		inf, nan := math.Inf(1), math.NaN()
		for _, n := range []int{2, 9, 255, 256, 1025, 16385, 40000} {
			for _, c := range []struct{ a, b, want float64 }{
				{inf, 1, inf}, {inf, inf, inf}, {-inf, -inf, -inf}, {inf, -inf, nan}, {nan, 1, nan}, {nan, inf, nan},
				{math.MaxFloat64, math.MaxFloat64, inf}, {0, math.Copysign(0, -1), 0}, {math.Copysign(0, -1), math.Copysign(0, -1), 0},
			} {
				x := make([]float64, n)
				for i := range x {
					if x[i] = r.NormFloat64(); c.want == 0 {
						x[i] = math.Copysign(0, -1)
					}
				}
				i := r.IntN(n)
				x[i], x[(i+1+r.IntN(n-1))%n] = c.a, c.b
				var got float64
				launchTwice(t, ex, k, runtime.Args{"x": x, "c": &got})
				if !sameFloats([]float64{got}, []float64{c.want}) {
					t.Fatalf("n=%d with %v and %v: %v, want %v", n, c.a, c.b, got, c.want)
				}
			}
		}
	})
}
