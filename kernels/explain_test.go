package kernels_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// What the optimiser does to a polynomial in naive form, and what it costs.
func ExampleKernel_Explain() {
	k, err := kernels.Parse("cubic", "y = 1 - x/3 + x^2/5 - x^3/7")
	if err != nil {
		fmt.Println(err)
		return
	}
	x, err := k.Explain(context.Background(), kernels.Range("x", 0, 1))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(x.Before.Outputs, x.Before.Estimate)
	fmt.Println(x.After.Outputs, x.After.Estimate)
	// All of it, with the points at which errors are largest, is printed by
	// fmt.Print(x).
	fmt.Printf("at most %.2f ulp before, %.2f after\n", x.Before.Errors[0].Max, x.After.Errors[0].Max)
	// Output:
	// [y = 1 - x/3 + x^2/5 - x^3/7] 9 operations (3 div, 3 mul, 2 sub, 1 add), 27.7 cycles
	// [y = fma(x, fma(x, fma(-x, 1/7, 1/5), -1/3), 1)] 3 operations (3 fma), 2.2 cycles
	// at most 1.61 ulp before, 0.82 after
}

func explain(t *testing.T, k *kernels.Kernel, opts ...kernels.ExplainOption) *kernels.Explanation {
	t.Helper()
	x, err := k.Explain(t.Context(), opts...)
	if err != nil {
		t.Fatalf("%v: %v", k, err)
	}
	return x
}

func parse(t *testing.T, text string, opts ...kernels.Option) *kernels.Kernel {
	t.Helper()
	k, err := kernels.Parse("k", text, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestExplainMeasures holds measured errors against what is known of them.
func TestExplainMeasures(t *testing.T) {
	// One rounding is half a unit, two of them in a sum of positive numbers at most
	// one and a half.
	k := parse(t, "a = b + s*c", kernels.Scalars("s"))
	x := explain(t, k, kernels.Range("b", 1, 10), kernels.Range("c", 1, 10), kernels.Range("s", 1, 10))
	before, after := x.Before.Errors[0], x.After.Errors[0]
	if x.Class != rewrite.Rounding || x.Costs != "avx512-float64" || before.Samples != 1000 || after.Samples != 1000 {
		t.Errorf("%+v", x)
	}
	if !(0.5 < before.Max && before.Max <= 1.5) || !(0.4 < after.Max && after.Max <= 0.5) || !(0.2 < after.Median && after.Median < 0.3) || after.Relative > 0x1p-53 {
		t.Errorf("before %+v\nafter %+v", before, after)
	}
	for _, in := range before.At {
		if in.Value < 1 || in.Value > 10 {
			t.Errorf("%v, though it lies between 1 and 10", in)
		}
	}
	// Cancellation is seen.
	x = explain(t, parse(t, "y = sqrt(x*x + 1) - x"), kernels.Range("x", 1e3, 1e4))
	if e := x.After.Errors[0]; e.Max < 1e5 || e.Relative < 1e-11 || e.At[0].Value < 1e3 {
		t.Errorf("%+v", e)
	}
	// So is overflow, and that a type's range is its own.
	k = parse(t, "y = x*x/x", kernels.Unoptimized())
	if e := explain(t, k, kernels.Range("x", 1e100, 1e120)).Before.Errors[0]; e.Max > 1 {
		t.Errorf("%+v", e)
	}
	if e := explain(t, k, kernels.Range("x", 1e200, 1e220)).Before.Errors[0]; !math.IsInf(e.Max, 1) || !math.IsInf(e.Got, 1) || math.IsInf(e.Want, 0) {
		t.Errorf("%+v", e)
	}
	if e := explain(t, k, kernels.Range("x", 1e20, 1e30), kernels.OfType(kernels.Float32)).Before.Errors[0]; !math.IsInf(e.Max, 1) || e.Got == e.Want {
		t.Errorf("%+v", e)
	}
	// Where there is no true value nothing is measured.
	k = parse(t, "y = sqrt(x); z = sqrt(-1 - x*x); w = 1/(x - x)")
	x = explain(t, k, kernels.Samples(200))
	if e := x.Before.Errors; e[0].Samples < 50 || e[0].Samples > 150 || e[1].Samples != 0 || e[2].Samples != 0 || e[1].At != nil {
		t.Errorf("%+v", e)
	}
	if s := x.String(); !strings.Contains(s, "z, 0 of 200 samples: no true value") {
		t.Errorf("%s", s)
	}
	// Reductions and arrays that are inputs too: of an element.
	x = explain(t, parse(t, "a = a + s*b; r = sum(a*b)", kernels.Scalars("s")), kernels.Samples(100))
	for _, e := range append(x.Before.Errors, x.After.Errors...) {
		if e.Samples != 100 || e.Median > 0.5 || len(e.At) != 3 {
			t.Errorf("%+v", e)
		}
	}
}

// TestExplainRepeats: equal kernels and options give equal explanations, another
// seed other points.
func TestExplainRepeats(t *testing.T) {
	const text = "y = a*b + c*d - a/d; z = b*c*d*a"
	a, b := explain(t, parse(t, text), kernels.Samples(50)), explain(t, parse(t, text), kernels.Samples(50), kernels.Seed(1))
	if !reflect.DeepEqual(a, b) || a.String() != b.String() {
		t.Errorf("%v\n%v", a, b)
	}
	c := explain(t, parse(t, text), kernels.Samples(50), kernels.Seed(2))
	if reflect.DeepEqual(a.Before.Errors, c.Before.Errors) {
		t.Error("another seed gives the same points")
	}
	if f := explain(t, parse(t, text), kernels.OfType(kernels.Float32)); f.Type != kernels.Float32 || f.After.Errors[0].Relative < 1e-10 {
		t.Errorf("%+v", f)
	}
}

// TestExplainText: what is told of kernels of all sizes is readable and bounded.
func TestExplainText(t *testing.T) {
	s := explain(t, parse(t, "t1 = (a + b)/c; r = sum((a + b)*c*d + (a + b)*c*e)"), kernels.Samples(20)).String()
	for _, want := range []string{"k: class rounding, costs of avx512-float64\nbefore: ", "\nafter: ", "  t1 = ", "  r = sum(", "t2 = ", "20 of 20 samples", "worst at a = ", "true value"} {
		if !strings.Contains(s, want) {
			t.Errorf("%q is missing from\n%s", want, s)
		}
	}
	if n := strings.Count(s, "  t1 = "); n != 2 { // the output, in both forms
		t.Errorf("%d lines of t1 in\n%s", n, s)
	}
	s = explain(t, parse(t, "y = x + 1", kernels.Unoptimized())).String()
	if !strings.Contains(s, "k: as written, costs of") || !strings.Contains(s, "before and after: ") || !strings.Contains(s, "    both ") {
		t.Errorf("%s", s)
	}
	var outs []kernels.Output
	sum := symbolic.Int(0)
	for i := range 200 {
		v := symbolic.Var(fmt.Sprintf("x%d", i))
		sum = sum.Add(v.Mul(v))
		outs = append(outs, kernels.Assign(fmt.Sprintf("y%d", i), sum.Sqrt()))
	}
	k, err := kernels.New("large", outs)
	if err != nil {
		t.Fatal(err)
	}
	s = explain(t, k, kernels.Samples(3)).String()
	if len(s) > 60_000 || !strings.Contains(s, "lines more") || !strings.Contains(s, "(190 more outputs with smaller errors)") {
		t.Errorf("%d bytes:\n%.3000s", len(s), s)
	}
}

func TestExplainErrors(t *testing.T) {
	k := parse(t, "y = a*s; r = sum(b)", kernels.Scalars("s"))
	for _, c := range []struct {
		opt  kernels.ExplainOption
		want string
	}{
		{nil, "a nil option"},
		{kernels.Samples(0), "0 samples"},
		{kernels.Samples(-1), "-1 samples"},
		{kernels.OfType(kernels.Bool), "no arrays of bool"},
		{kernels.Range("q", 0, 1), "a range for q, which is no input"},
		{kernels.Range("y", 0, 1), "a range for y, which is no input"},
		{kernels.Range("r", 0, 1), "a range for r, which is no input"},
		{kernels.Range("a", 1, 0), "a cannot lie between 1 and 0 in float64"},
		{kernels.Range("a", math.NaN(), 1), "a cannot lie"},
		{kernels.Range("s", 0, math.Inf(1)), "s cannot lie between 0 and +Inf"},
	} {
		x, err := k.Explain(t.Context(), c.opt)
		var ke *kernels.Error
		if x != nil || !errors.As(err, &ke) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, %v: want an Error with %q", x, err, c.want)
		}
	}
	if _, err := k.Explain(t.Context(), kernels.Range("a", 0, 1e39), kernels.OfType(kernels.Float32)); err == nil {
		t.Error("1e39 is a float32")
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	reason := errors.New("enough")
	cancel(reason)
	if x, err := k.Explain(ctx); x != nil || !errors.Is(err, reason) {
		t.Errorf("cancelled: %v, %v", x, err)
	}
}

// TestExplainRanges: a range of one point, of numbers of either sign, of negative
// ones, of all that there are.
func TestExplainRanges(t *testing.T) {
	k := parse(t, "y = x/3")
	for _, r := range [][2]float64{{2, 2}, {-3, -3}, {0, 0}, {-1, 5}, {-1e10, -1e-10}, {1e-300, 1e300}, {-math.MaxFloat64, math.MaxFloat64}, {5e-324, math.MaxFloat64}} {
		e := explain(t, k, kernels.Range("x", r[0], r[1]), kernels.Samples(100)).Before.Errors[0]
		if e.Samples != 100 || e.At[0].Value < r[0] || e.At[0].Value > r[1] || e.Max > 0.5 {
			t.Errorf("between %v and %v: %+v", r[0], r[1], e)
		}
	}
}

// TestExplainClasses: class Domain is told as such, a class that was not asked for
// is none.
func TestExplainClasses(t *testing.T) {
	x := explain(t, parse(t, "y = x*z/z", kernels.Optimize(egraph.Optimizer{Class: rewrite.Domain})))
	if x.Class != rewrite.Domain || x.After.Outputs[0].Expr != symbolic.Var("x") || x.After.Estimate.Ops != 0 {
		t.Errorf("%v", x)
	}
	if x := explain(t, parse(t, "y = x*z/z", kernels.Unoptimized())); x.Class != 0 || !reflect.DeepEqual(x.Before, x.After) {
		t.Errorf("%v", x)
	}
}
