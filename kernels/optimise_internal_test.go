package kernels

import (
	"math"
	"math/big"
	goruntime "runtime"
	"testing"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// TestFoundIsShared: equal kernels are optimised once, those that differ in
// anything that matters are not, and what no kernel has is forgotten.
func TestFoundIsShared(t *testing.T) {
	const text = "y = a/17.25 + a*b"
	of := func(text string, opts ...Option) *optimised { return Must(Parse("k", text, opts...)).best }
	first := of(text)
	if of(text) != first || of("z = a/17.25 + a*b") != first {
		t.Error("an equal kernel was optimised again")
	}
	if of(text, Optimize(egraph.Optimizer{Costs: cost.AVX512(cost.Float64), Class: rewrite.Rounding})) != first {
		t.Error("the defaults, said aloud, are something else")
	}
	for name, other := range map[string]*optimised{
		"a scalar":    of(text, Scalars("b")),
		"a class":     of(text, Optimize(egraph.Optimizer{Class: rewrite.Exact})),
		"a budget":    of(text, Optimize(egraph.Optimizer{Nodes: 50})),
		"costs":       of(text, Optimize(egraph.Optimizer{Costs: cost.AVX2(cost.Float64)})),
		"rules":       of(text, Optimize(egraph.Optimizer{Rules: egraph.DefaultRules()[:1]})),
		"nothing":     of(text, Unoptimized()),
		"expressions": of("y = a/17.25 + b*a"),
	} {
		if other == first {
			t.Errorf("another kernel in %s is not optimised again", name)
		}
	}
	goruntime.KeepAlive(first)
	for range 100 {
		goruntime.GC()
		found.Lock()
		left := 0
		for _, w := range found.m {
			if o := w.Value(); o != nil && len(o.given) == 1 && o.given[0].String() == "a/17.25 + a*b" {
				left++
			}
		}
		found.Unlock()
		if left == 0 {
			return
		}
	}
	t.Error("what no kernel has was not forgotten")
}

func TestDistance(t *testing.T) {
	exactly := func(x float64) *big.Float { return big.NewFloat(x).SetPrec(referencePrec) }
	third := new(big.Float).SetPrec(referencePrec).Quo(exactly(1), exactly(3))
	huge := new(big.Float).SetMantExp(exactly(1), 2000)
	inf, nan := math.Inf(1), math.NaN()
	for _, c := range []struct {
		got            float64
		want           *big.Float
		ulps, relative float64
	}{
		{1, exactly(1), 0, 0},
		{1 + 0x1p-52, exactly(1), 1, 0x1p-52},
		{2 - 0x1p-51, exactly(2 - 0x1p-52), 1, 0x1p-52 / (2 - 0x1p-52)},
		{0.5, exactly(1), 0x1p51, 0.5},
		{1.0 / 3, third, 1.0 / 3, 0}, // of 2^-54
		{-1, exactly(1), 0x1p53, 2},
		{5e-324, exactly(0), 1, inf},
		{0, exactly(0), 0, 0},
		{0, exactly(5e-324), 1, 1},
		{inf, huge, 0, 0},
		{-inf, huge, inf, inf},
		{math.MaxFloat64, huge, inf, inf},
		{inf, exactly(1), inf, inf},
		{nan, exactly(1), inf, inf},
	} {
		ulps, relative := distance(c.got, c.want)
		if math.Abs(ulps-c.ulps) > 1e-3 || ulps != c.ulps && c.want != third || c.relative != 0 && relative != c.relative {
			t.Errorf("%v is %v ulps and %v from %v, want %v and %v", c.got, ulps, relative, c.want, c.ulps, c.relative)
		}
	}
	if ulps, _ := distance(float32(1+0x1p-23), exactly(1)); ulps != 1 {
		t.Errorf("float32: %v ulps", ulps)
	}
	if ulps, _ := distance(float32(math.Inf(1)), exactly(1e39)); ulps != 0 {
		t.Errorf("float32 overflows: %v ulps", ulps)
	}
	if ulps, _ := distance(float32(0), exactly(1e-45)); ulps < 0.7 || ulps > 0.72 {
		t.Errorf("float32 underflows: %v ulps", ulps)
	}
}
