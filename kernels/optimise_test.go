package kernels_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// scalarsOf are the names of a kernel's scalars.
func scalarsOf(k *kernels.Kernel) kernels.Option {
	var names []string
	for _, p := range k.Params() {
		if p.Kind == kernels.ScalarParam {
			names = append(names, p.Name)
		}
	}
	return kernels.Scalars(names...)
}

// remake is the kernel with other options.
func remake(t *testing.T, k *kernels.Kernel, opts ...kernels.Option) *kernels.Kernel {
	t.Helper()
	again, err := kernels.New(k.Name(), k.Outputs(), append(opts, scalarsOf(k))...)
	if err != nil {
		t.Fatalf("%v: %v", k, err)
	}
	return again
}

func class(c rewrite.Class) kernels.Option {
	return kernels.Optimize(egraph.Optimizer{Class: c, Nodes: 200})
}

// launch interprets a program on awkward numbers, which depend on the seed
// alone, and returns the bits of all arrays and results, one for every NaN.
func launch[T kernels.Float](p *kernels.Program, n int, seed uint64) []uint64 {
	r := rand.New(rand.NewPCG(seed, 0))
	f := p.NewFrame(n)
	for i := range f.Scalars {
		f.Scalars[i] = p.Scalars[i].Bits(randkernel.Number(r))
	}
	var arrays [][]T
	for s := range f.Arrays {
		a := make([]T, n)
		for i := range a {
			a[i] = T(randkernel.Number(r))
		}
		arrays = append(arrays, a)
		f.Arrays[s] = unsafe.Pointer(&a[0])
	}
	p.EvalUniforms(f)
	p.Interpret(f, 0, n)
	p.Combine(f)
	var bits []uint64
	add := func(x float64) {
		if x != x {
			x = math.NaN()
		}
		bits = append(bits, math.Float64bits(x))
	}
	for _, a := range arrays {
		for _, x := range a {
			add(float64(x))
		}
	}
	for _, x := range f.Results {
		add(x)
	}
	return bits
}

// TestExactKeepsBits: optimised in class Exact, kernels compute to the bit what
// is written, for both types and all kinds of numbers.
func TestExactKeepsBits(t *testing.T) {
	kernelsToTry := 400
	if testing.Short() {
		kernelsToTry = 100
	}
	r := rand.New(rand.NewPCG(41, 42))
	changed := 0
	for i := range kernelsToTry {
		k := randkernel.New(r, randkernel.Small)
		exact := remake(t, k, class(rewrite.Exact))
		if !slices.Equal(exact.Optimized(), k.Optimized()) {
			changed++
		}
		if exact.String() != k.String() || !slices.Equal(exact.Params(), k.Params()) {
			t.Fatalf("%v has become %v", k, exact)
		}
		const n = 40
		if a, b := launch[float64](k.Program(kernels.Float64), n, uint64(i)), launch[float64](exact.Program(kernels.Float64), n, uint64(i)); !slices.Equal(a, b) {
			t.Fatalf("float64: %v\nis not, bit for bit,\n%v", exact.Optimized(), k)
		}
		if a, b := launch[float32](k.Program(kernels.Float32), n, uint64(i)), launch[float32](exact.Program(kernels.Float32), n, uint64(i)); !slices.Equal(a, b) {
			t.Fatalf("float32: %v\nis not, bit for bit,\n%v", exact.Optimized(), k)
		}
	}
	if changed < kernelsToTry/20 {
		t.Errorf("of %d kernels, %d were changed", kernelsToTry, changed)
	}
}

// estimate is what outputs cost by the default model.
func estimate(k *kernels.Kernel, outputs []kernels.Output) egraph.Estimate {
	var scalars, exprs []symbolic.Expr
	for _, p := range k.Params() {
		if p.Kind == kernels.ScalarParam {
			scalars = append(scalars, symbolic.Var(p.Name))
		}
	}
	for _, o := range outputs {
		exprs = append(exprs, o.Expr)
	}
	return egraph.EstimateOf(cost.AVX512(cost.Float64), scalars, exprs...)
}

// TestOptimizedIsWhatRuns: the program is that of the expressions that Optimized
// tells, with the parameters of those that were written, and costs no more.
func TestOptimizedIsWhatRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 44))
	checked := 0
	for range 60 {
		k := remake(t, randkernel.New(r, randkernel.Small), class(rewrite.Rounding))
		if before, after := estimate(k, k.Outputs()), estimate(k, k.Optimized()); after.Cycles > before.Cycles {
			t.Errorf("%v: %v, and as written %v", k, after, before)
		}
		// Where no parameter has vanished, the form written out is the same kernel.
		written, err := kernels.New("k", k.Optimized(), scalarsOf(k), kernels.Unoptimized())
		if err != nil || !slices.Equal(written.Params(), k.Params()) {
			continue
		}
		checked++
		for _, typ := range []kernels.Type{kernels.Float64, kernels.Float32} {
			if written.Program(typ) != k.Program(typ) {
				t.Errorf("%v runs\n%vits form is\n%v", k, k.Program(typ), written.Program(typ))
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d kernels kept their parameters", checked)
	}
}

func TestOptimizeOptions(t *testing.T) {
	text := "y = x/3 + x*z/z"
	form := func(opts ...kernels.Option) string {
		k, err := kernels.Parse("k", text, opts...)
		if err != nil {
			t.Fatal(err)
		}
		if k.String() != text {
			t.Errorf("%v was written", k)
		}
		return k.Optimized()[0].Expr.String()
	}
	if got := form(kernels.Unoptimized()); got != "x/3 + x*z/z" {
		t.Errorf("unoptimised: %s", got)
	}
	if got := form(class(rewrite.Domain), kernels.Unoptimized()); got != "x/3 + x*z/z" {
		t.Errorf("unoptimised at last: %s", got)
	}
	if got := form(class(rewrite.Exact)); got != "x/3 + x*z/z" {
		t.Errorf("exact: %s", got)
	}
	if got := form(kernels.Unoptimized(), kernels.Optimize(egraph.Optimizer{})); got != form() || strings.Contains(got, "x/3") {
		t.Errorf("optimised at last: %s, by default: %s", got, form())
	}
	if got := form(class(rewrite.Domain)); strings.Contains(got, "z") {
		t.Errorf("domain: %s", got)
	}
	// No rules: nothing can change but how sums and products are taken.
	text = "y = sqrt(x*x)"
	none := kernels.Optimize(egraph.Optimizer{Rules: []*rewrite.Rule[symbolic.Expr]{}})
	if got := form(none); got != "sqrt(x*x)" {
		t.Errorf("without rules: %s", got)
	}
	// Costs decide: where a fused operation is dear, none comes in.
	text = "y = a*b + c"
	if got := form(); got != "fma(a, b, c)" {
		t.Errorf("by default: %s", got)
	}
	if got := form(kernels.Optimize(egraph.Optimizer{Costs: cost.Portable(cost.Float64)})); got != text[4:] {
		t.Errorf("by the costs of the interpreter: %s", got)
	}
}

// everything is a model that knows every operation, and likes those best that no
// program has.
type everything struct{}

func (everything) Name() string { return "everything" }
func (everything) Cycles(op string) (float64, bool) {
	if op == "polygamma" || op == "digamma" {
		return 0.001, true
	}
	return 1, true
}

// TestOnlyInstructions: rules and costs may be a caller's; a form for which there
// are no instructions never gets into a kernel.
func TestOnlyInstructions(t *testing.T) {
	rules := []*rewrite.Rule[symbolic.Expr]{
		rewrite.MustParse(symbolic.Terms, "sqrt(?a*?a + ?b*?b) => polygamma(?a, ?b)", rewrite.Rounding),
	}
	k, err := kernels.Parse("k", "r = sqrt(x*x + y*y)", kernels.Optimize(egraph.Optimizer{Rules: rules, Costs: everything{}}))
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(k.Optimized()); strings.Contains(s, "polygamma") {
		t.Errorf("%s", s)
	}
	rules = []*rewrite.Rule[symbolic.Expr]{rewrite.MustParse(symbolic.Terms, "?a/?a => unknown", rewrite.Rounding)}
	_, err = kernels.Parse("k", "y = x/x", kernels.Optimize(egraph.Optimizer{Rules: rules}))
	var ke *kernels.Error
	if !errors.As(err, &ke) || ke.Output != "y" || !strings.Contains(err.Error(), "unknown variable: unknown") {
		t.Errorf("a rule that brings in a variable: %v", err)
	}
}

func TestOptimizeErrors(t *testing.T) {
	var ke *kernels.Error
	_, err := kernels.Parse("k", "y = x", kernels.Optimize(egraph.Optimizer{Nodes: -1}))
	var le *egraph.LimitError
	if !errors.As(err, &ke) || ke.Kernel != "k" || !errors.As(err, &le) {
		t.Errorf("a budget below 0: %v", err)
	}
	_, err = kernels.Parse("k", "y = x", kernels.Optimize(egraph.Optimizer{Class: 9}))
	if !errors.As(err, &ke) || !strings.Contains(err.Error(), "unknown class Class(9)") {
		t.Errorf("class 9: %v", err)
	}
	// What is no kernel is refused before anything is optimised.
	for _, text := range []string{"y = x + digamma(x) - digamma(x)", "y = x + (x < z)"} {
		_, err := kernels.Parse("k", text, class(rewrite.Domain))
		if !errors.As(err, &ke) || ke.Output != "y" {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestVanishedInputs: what the optimised form does without stays a parameter that
// nothing reads.
func TestVanishedInputs(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "y = x*s/s + 0*z", kernels.Scalars("s"), class(rewrite.Domain)))
	p := k.Program(kernels.Float64)
	if got := k.Optimized()[0].Expr; got != symbolic.Var("x") {
		t.Fatalf("y = %v", got)
	}
	if want := []kernels.Array{{Type: kernels.Float64, Written: true}, {Type: kernels.Float64, Read: true}, {Type: kernels.Float64}}; !slices.Equal(p.Arrays, want) || len(p.Scalars) != 1 || len(k.Params()) != 4 {
		t.Errorf("arrays %v, %d scalars, params %v", p.Arrays, len(p.Scalars), k.Params())
	}
	y, x, z := []float64{0, 0}, []float64{1, 2}, []float64{math.NaN(), 5}
	run(p, []float64{0}, y, x, z)
	if !slices.Equal(y, x) {
		t.Errorf("y = %v", y)
	}
	if c := k.Cost(kernels.Float64); c != (kernels.Cost{Loads: 1, Stores: 1, ReadBytes: 8, WriteBytes: 8}) {
		t.Errorf("cost %+v", c)
	}
	// An output array of which the old value vanishes.
	k = kernels.Must(kernels.Parse("k", "y = y - y + x", class(rewrite.Domain)))
	if p := k.Program(kernels.Float32); p.Arrays[0].Read || !p.Arrays[0].Written || !k.Params()[0].In {
		t.Errorf("%v\n%v", k.Params(), p)
	}
}

// TestOneSystem: outputs are optimised together.
func TestOneSystem(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "y = x/d; z = w/d; r = sum(v/d)"))
	divisions := 0
	for _, in := range k.Program(kernels.Float64).Body {
		if in.Op == kernels.OpDiv {
			divisions++
		}
	}
	if divisions != 1 {
		t.Errorf("%d divisions in %v", divisions, k.Optimized())
	}
	// Scalars are known to be the same for all elements.
	k = kernels.Must(kernels.Parse("k", "y = x/s", kernels.Scalars("s")))
	for _, in := range k.Program(kernels.Float64).Body {
		if in.Op == kernels.OpDiv {
			t.Errorf("a division by a scalar in %v", k.Optimized())
		}
	}
}

// TestConcurrentOptimizing: kernels made at once, of equal and of different
// expressions, are those made one after the other.
func TestConcurrentOptimizing(t *testing.T) {
	text := func(i int) string { return fmt.Sprintf("y = (a - b)/%d + c*(a - b)*c", 100+i%3) }
	var wg sync.WaitGroup
	made := make([]*kernels.Kernel, 24)
	for i := range made {
		wg.Go(func() { made[i] = kernels.Must(kernels.Parse("k", text(i))) })
	}
	wg.Wait()
	for i, k := range made {
		again := kernels.Must(kernels.Parse("k", text(i)))
		if !slices.Equal(k.Optimized(), again.Optimized()) || k.Program(kernels.Float32) != again.Program(kernels.Float32) {
			t.Errorf("%v: %v and %v", k, k.Optimized(), again.Optimized())
		}
	}
}

// BenchmarkNew makes an everyday kernel of twenty operations, with a constant that
// was never used before.
func BenchmarkNew(b *testing.B) {
	const text = "f = 24*e*(2*(s/r)^12 - (s/r)^6)/r + %d*(x - x0)/r + k*(r - r0)*(x - x0)"
	i := 0
	for b.Loop() {
		i++
		kernels.Must(kernels.Parse("k", fmt.Sprintf(text, 1000+i), kernels.Scalars("e", "k", "r0")))
	}
}

// BenchmarkNewAgain makes a kernel like one that is there.
func BenchmarkNewAgain(b *testing.B) {
	const text = "a = b + s*c"
	k := kernels.Must(kernels.Parse("k", text, kernels.Scalars("s")))
	for b.Loop() {
		kernels.Must(kernels.Parse("k", text, kernels.Scalars("s")))
	}
	_ = k.Name()
}

// TestPowersStay: a power that no multiplications make is one of the forms to
// choose among.
func TestPowersStay(t *testing.T) {
	for _, text := range []string{"y = x^z", "y = x^2.5", "y = 2*x^z + 3*x^z*x^2"} {
		if _, err := kernels.Parse("k", text); err != nil {
			t.Error(err)
		}
	}
}
