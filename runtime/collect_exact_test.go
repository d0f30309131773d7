package runtime_test

import (
	"context"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/symbolic"
)

// sumsOf draws values for sums of float64, each kind by turns.
var sumsOf = []func(r *rand.Rand, x []float64){
	func(r *rand.Rand, x []float64) { // of like size
		for i := range x {
			x[i] = r.NormFloat64()
		}
	},
	func(r *rand.Rand, x []float64) { // most of it cancels
		for i := range x {
			if x[i] = math.Ldexp(r.NormFloat64(), r.IntN(400)-200); i%3 == 2 {
				x[i] = -x[i-1]
			}
		}
	},
	func(r *rand.Rand, x []float64) { // of few bits, from 2^-90 to 1: at the ends of what two splits take
		for i := range x {
			x[i] = math.Ldexp(float64(1+r.IntN(3)-4*r.IntN(2)), -r.IntN(90))
		}
	},
	func(r *rand.Rand, x []float64) { // of all bits, from 2^-36 to 1
		for i := range x {
			x[i] = math.Ldexp(1+r.Float64(), -r.IntN(37)) * float64(1-2*r.IntN(2))
		}
	},
	func(r *rand.Rand, x []float64) { // subnormal, and some beside it
		for i := range x {
			x[i] = math.Float64frombits(r.Uint64N(1<<54) | r.Uint64()&(1<<63))
		}
	},
	func(r *rand.Rand, x []float64) { // huge, overflowing on the way
		least := 1000 + r.IntN(23)
		for i := range x {
			if x[i] = math.Ldexp(1+r.Float64(), least+r.IntN(1024-least)); i%2 == 1 {
				x[i] = -x[i-1]
			}
		}
		r.Shuffle(len(x), func(i, j int) { x[i], x[j] = x[j], x[i] })
	},
	func(r *rand.Rand, x []float64) { // what the first half is, the other takes away
		half := len(x) / 2
		for i := range half {
			x[i] = 1 - r.Float64()*0x1p-20
		}
		for i, j := range r.Perm(half) {
			x[half+i] = -x[j]
		}
	},
	func(r *rand.Rand, x []float64) { // a lone value among small ones
		for i := range x {
			x[i] = r.Float64()
		}
		if len(x) > 0 {
			x[r.IntN(len(x))] = math.Ldexp(1, r.IntN(2000)-1000)
		}
	},
	func(r *rand.Rand, x []float64) { // all one power of 2, at the most
		v := math.Ldexp(1, r.IntN(2040)-1020)
		for i := range x {
			x[i] = v
		}
	},
	func(r *rand.Rand, x []float64) { // nought
		for i := range x {
			x[i] = math.Copysign(0, -1)
		}
	},
}

// exactCase is values and what they sum to.
type exactCase struct {
	x      []float64
	narrow []float32
	sum    *big.Float
	want   float64
	want32 float32
}

func exactCases() (cases []exactCase) {
	r := rand.New(rand.NewPCG(6, 12))
	add := func(n, kind int) {
		c := exactCase{x: make([]float64, n), narrow: make([]float32, n), sum: new(big.Float).SetPrec(2300)}
		sumsOf[kind](r, c.x)
		sum32 := new(big.Float).SetPrec(2300)
		v := new(big.Float)
		for i, w := range c.x {
			c.sum.Add(c.sum, v.SetFloat64(w))
			frac, exp := math.Frexp(w)
			c.narrow[i] = float32(math.Ldexp(frac, exp/8)) // within its range
			sum32.Add(sum32, v.SetFloat64(float64(c.narrow[i])))
		}
		c.want, _ = c.sum.Float64()
		c.want32, _ = sum32.Float32()
		c.want, c.want32 = c.want+0, c.want32+0 // never -0
		cases = append(cases, c)
	}
	for n := range 301 {
		add(n, n%len(sumsOf))
	}
	for i, n := range collectLengths(false) {
		for kind := range sumsOf {
			if n <= 1025 || (i+kind)%3 == 0 {
				add(n, kind)
			}
		}
	}
	return cases
}

// TestExactSum compares exact sums, of elements and of what a map makes of them, beside a plain sum, with
// package math/big.
func TestExactSum(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "e = exactsum(x); d = exactsum(x/2); s = sum(x)", kernels.Unoptimized()))
	cases := exactCases()
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		for _, c := range cases {
			var e, d, s float64
			launchTwice(t, ex, k, runtime.Args{"x": c.x, "e": &e, "d": &d, "s": &s})
			if math.Float64bits(e) != math.Float64bits(c.want) {
				t.Fatalf("n=%d: %v, want %v; %v …", len(c.x), e, c.want, head(c.x))
			}
			// Halves of small values may be rounded.
			if half, _ := new(big.Float).SetMantExp(c.sum, -1).Float64(); d != half && math.Abs(half) > 1e-290 {
				t.Fatalf("n=%d: %v of halves, want %v; %v …", len(c.x), d, half, head(c.x))
			}
			var e32, d32, s32 float32
			launchTwice(t, ex, k, runtime.Args{"x": c.narrow, "e": &e32, "d": &d32, "s": &s32})
			if math.Float32bits(e32) != math.Float32bits(c.want32) {
				t.Fatalf("n=%d, float32: %v, want %v; %v …", len(c.x), e32, c.want32, head(c.x))
			}
		}
	})
}

// TestExactSumSpecial puts infinities and NaNs anywhere.
func TestExactSumSpecial(t *testing.T) {
	k := kernels.Must(kernels.New("k", []kernels.Output{kernels.ExactSumOf("e", symbolic.Var("x"))}))
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		r := rand.New(rand.NewPCG(6, 13))
		inf, nan := math.Inf(1), math.NaN()
		for _, n := range []int{2, 9, 1025, 16385, 40000} {
			for _, special := range [][2]float64{{inf, inf}, {-inf, -inf}, {inf, -inf}, {nan, nan}, {inf, nan}, {math.MaxFloat64, inf}} {
				x, narrow := make([]float64, n), make([]float32, n)
				sumsOf[[]int{0, 2, 3}[r.IntN(3)]](r, x)
				i := r.IntN(n)
				x[i], x[(i+1+r.IntN(n-1))%n] = special[0], special[1]
				for i := range x {
					narrow[i] = float32(x[i])
				}
				want := special[0] + special[1]
				var e float64
				launchTwice(t, ex, k, runtime.Args{"x": x, "e": &e})
				var e32 float32
				launchTwice(t, ex, k, runtime.Args{"x": narrow, "e": &e32})
				if !sameFloats([]float64{e, float64(e32)}, []float64{want, want}) {
					t.Fatalf("n=%d with %v: %v and %v, want %v", n, special, e, e32, want)
				}
			}
		}
	})
}

// launchTwice launches twice, without an error and without an allocation.
func launchTwice(t *testing.T, ex runtime.Executor, k *kernels.Kernel, args runtime.Args) {
	t.Helper()
	call, err := ex.Bind(k, args)
	if err != nil {
		t.Fatal(err)
	}
	run := func() {
		if err := call.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if allocs := testing.AllocsPerRun(1, run); allocs > 0 {
		t.Fatalf("%v allocations a launch", allocs)
	}
}
