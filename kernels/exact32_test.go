package kernels_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// A kernel has one optimised form for both element types, so that class Exact has
// to hold in both, whatever float32 makes of constants.
func TestExactInBothFormats(t *testing.T) {
	awkward := []symbolic.Expr{
		symbolic.Const(-6e-79), symbolic.Const(2.2250738585072014e-308), symbolic.Const(math.MaxFloat64), symbolic.Const(0.1),
		symbolic.Const(math.Copysign(0, -1)), symbolic.Const(1e-45), symbolic.Rat(1, 3), symbolic.Int(16777217), symbolic.Int(0), symbolic.Int(1), symbolic.Int(2),
	}
	r := rand.New(rand.NewPCG(32, 64))
	vars := []symbolic.Expr{symbolic.Var("x"), symbolic.Var("y")}
	tried := 0
	for i := range 1500 {
		terms := append([]symbolic.Expr{}, vars...)
		arg := func() symbolic.Expr {
			if r.IntN(2) == 0 {
				return awkward[r.IntN(len(awkward))]
			}
			return terms[r.IntN(len(terms))]
		}
		for range 6 {
			a, b := arg(), arg()
			terms = append(terms, []symbolic.Expr{
				a.Add(b), a.Sub(b), a.Mul(b), a.Div(b), a.Neg(), a.Abs(), symbolic.Min(a, b), symbolic.Max(a, b),
				symbolic.Select(symbolic.Lt(a, b), b, a), a.Abs().Sqrt(), symbolic.FMA(a, b, arg()),
			}[r.IntN(11)])
		}
		e := terms[len(terms)-1].Add(vars[0]).Add(vars[1])
		outputs := []kernels.Output{kernels.Assign("out", e)}
		written, err := kernels.New("written", outputs, kernels.Unoptimized())
		if err != nil {
			t.Fatal(err)
		}
		exact, err := kernels.New("exact", outputs, kernels.Optimize(egraph.Optimizer{Class: rewrite.Exact}))
		if err != nil {
			t.Fatal(err)
		}
		if written.Program(kernels.Float32) == exact.Program(kernels.Float32) && written.Program(kernels.Float64) == exact.Program(kernels.Float64) {
			continue
		}
		tried++
		x := []float64{0, math.Copysign(0, -1), 1, -2.5, math.NaN(), math.Inf(1), 1e-40, 3e38, r.NormFloat64()}
		y := []float64{-1e-79, 1, 0, 7, 1, -1, 1e-45, -1, r.NormFloat64()}
		sameBits[float64](t, i, written, exact, x, y)
		sameBits[float32](t, i, written, exact, x, y)
	}
	if tried < 100 {
		t.Errorf("only %d kernels were changed", tried)
	}
}

func sameBits[T kernels.Float](t *testing.T, i int, written, exact *kernels.Kernel, x, y []float64) {
	t.Helper()
	run := func(k *kernels.Kernel) []T {
		in := map[string][]T{"x": make([]T, len(x)), "y": make([]T, len(x)), "out": make([]T, len(x))}
		for j := range x {
			in["x"][j], in["y"][j] = T(x[j]), T(y[j])
		}
		interpret(t, k, in)
		return in["out"]
	}
	a, b := run(written), run(exact)
	for j := range a {
		if a[j] != a[j] && b[j] != b[j] {
			continue
		}
		if a[j] != b[j] || math.Signbit(float64(a[j])) != math.Signbit(float64(b[j])) {
			t.Fatalf("%d: %T: %v gives %v, %v gives %v (x = %v, y = %v)", i, a[j], written, a[j], exact.Optimized(), b[j], x[j], y[j])
		}
	}
}

// interpret runs a kernel of arrays alone.
func interpret[T kernels.Float](t *testing.T, k *kernels.Kernel, arrays map[string][]T) {
	t.Helper()
	elem := kernels.Float64
	if unsafe.Sizeof(T(0)) == 4 {
		elem = kernels.Float32
	}
	p := k.Program(elem)
	n := len(arrays["out"])
	f := p.NewFrame(n)
	for _, param := range k.Params() {
		f.Arrays[param.Slot] = unsafe.Pointer(unsafe.SliceData(arrays[param.Name]))
	}
	p.EvalUniforms(f)
	p.Interpret(f, 0, n)
}
