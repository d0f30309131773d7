package bench

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/internal/bionet"
	"github.com/triad-go/triad/internal/bionet/bcr"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

func TestSpearman(t *testing.T) {
	for _, test := range []struct {
		a, b []float64
		want float64
	}{
		{[]float64{1, 2, 3}, []float64{10, 20, 300}, 1},
		{[]float64{1, 2, 3}, []float64{3, 2, 1}, -1},
		{[]float64{86, 97, 99, 100, 101, 103, 106, 110, 112, 113}, []float64{2, 20, 28, 27, 50, 29, 7, 17, 6, 12}, -29.0 / 165},
		{[]float64{1, 1, 2}, []float64{1, 2, 3}, math.Sqrt(3) / 2}, // ties have the mean of their ranks
	} {
		if got := spearman(test.a, test.b); math.Abs(got-test.want) > 1e-15 {
			t.Errorf("spearman(%v, %v) = %v, want %v", test.a, test.b, got, test.want)
		}
	}
}

// Forms that differ by a little, or in where there is no number, are not taken
// for equal.
func TestAgree(t *testing.T) {
	want := map[string][]float64{"a": {1, 1000}, "b": {math.NaN(), 2}}
	for _, test := range []struct {
		a, b []float64
		what string // that differs
	}{
		{[]float64{1, 1000}, []float64{math.NaN(), 2}, ""},
		{[]float64{1 + 0.9e-6, 1000}, []float64{math.NaN(), 2}, ""}, // by the largest of all
		{[]float64{1 + 1.1e-6, 1000}, []float64{math.NaN(), 2}, "a[0]"},
		{[]float64{1, math.NaN()}, []float64{math.NaN(), 2}, "a[1]"},
		{[]float64{1, 1000}, []float64{0, 2}, "b[0]"},
		{[]float64{1, 1000}, []float64{math.NaN(), math.Inf(1)}, "b[1]"},
	} {
		err := agree("planted", want, map[string][]float64{"a": test.a, "b": test.b}, 1e-9)
		var wrong *ResultError
		switch errors.As(err, &wrong); {
		case test.what == "" && err != nil:
			t.Errorf("%v %v: %v", test.a, test.b, err)
		case test.what != "" && (wrong == nil || wrong.What != test.what):
			t.Errorf("%v %v: %v, not an error about %s", test.a, test.b, err, test.what)
		}
	}
	if d := distance(map[string][]float64{"a": {1, -4}}, map[string][]float64{"a": {1.5, -4}}); d != 0.125 {
		t.Errorf("distance %v, want 0.125", d)
	}
}

// Both forms of every formula are made and compared, and the one that was chosen
// costs no more.
func TestFormulas(t *testing.T) {
	if len(formulas) < 30 {
		t.Errorf("%d formulas", len(formulas))
	}
	tier := tiers()[0]
	model := modelOf(tier)
	seen := map[string]bool{}
	check := func(x *forms, err error, model cost.Model) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if seen[x.name] {
			t.Errorf("there are two of %s", x.name)
		}
		seen[x.name] = true
		_, before := x.predict(written, model)
		_, after := x.predict(optimised, model)
		if after > before {
			t.Errorf("%s: %v cycles as optimised, %v as written", x.name, after, before)
		}
	}
	for _, f := range formulas {
		x, err := compiledForms(f, tier, model)
		check(x, err, model)
	}
}

func TestSlowerNote(t *testing.T) {
	form := func(name string, before, after float64) *forms {
		return &forms{formula: formula{name: name}, times: [2][]float64{{before}, {after}}}
	}
	note := slowerNote([]*forms{form("half", 2, 1), form("same", 0.97, 1), form("worse", 1, 2)})
	if !strings.Contains(note, "worse (0.50)") || strings.Contains(note, "same") || strings.Contains(note, "half") || !strings.Contains(note, "0.99") {
		t.Error(note)
	}
	if note := slowerNote([]*forms{form("half", 2, 1)}); !strings.Contains(note, "none") {
		t.Error(note)
	}
}

// The kernel of the network computes, as written and as optimised, what one gets
// by going through the reactions.
func TestRightHandKernel(t *testing.T) {
	net, err := bionet.Parse(bcr.Text)
	if err != nil {
		t.Fatal(err)
	}
	net.Reactions = net.Reactions[:500]
	outputs, scalars := rightHandKernel(net)
	var ops [2]float64
	for v, opt := range []kernels.Option{kernels.Unoptimized(), kernels.Optimize(egraph.Optimizer{})} {
		k, values, err := makeNetwork(outputs, scalars, opt, tiers()[0])
		if err != nil {
			t.Fatal(err)
		}
		ops[v] = values[0]
		const n = 9
		args := paddedArgs(k, n, 0, 1)
		ex, err := runtime.Open("simd")
		if err != nil {
			t.Fatal(err)
		}
		defer ex.Close()
		call, err := ex.Bind(k, args)
		if err != nil {
			t.Fatal(err)
		}
		if err := call.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		got := takeResults(k, args)
		want := map[string][]float64{}
		for name := range got {
			want[name] = make([]float64, n)
		}
		for i := range n {
			for _, r := range net.Reactions {
				rate, err := strconv.ParseFloat(net.Rates[r.Rate].Factor, 64)
				if err != nil {
					t.Fatal(err)
				}
				for _, name := range net.Rates[r.Rate].Names {
					rate *= args[name].(float64)
				}
				for _, s := range r.Reactants {
					rate *= args[speciesName(s)].([]float64)[i]
				}
				for _, s := range r.Reactants {
					want["d"+speciesName(s)][i] -= rate
				}
				for _, s := range r.Products {
					want["d"+speciesName(s)][i] += rate
				}
			}
		}
		if err := agree("network", want, got, 1e-13); err != nil {
			t.Error(err)
		}
	}
	if !(ops[optimised] < ops[written]) {
		t.Errorf("%v operations optimised, %v written", ops[optimised], ops[written])
	}
}
