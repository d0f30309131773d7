package bench

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
	"github.com/triad-go/triad/simd/calibrate"
	"github.com/triad-go/triad/symbolic"
)

// formulaSize is how many elements the arrays of a formula have: few enough that
// all ten arrays of the largest lie in the first level of cache.
const formulaSize = 512

// Forms of a formula: as written, and as optimised.
const (
	written = iota
	optimised
)

// forms are both forms of a formula.
type forms struct {
	formula
	elements int
	run      [2]func() error // one evaluation of all elements
	exprs    [2][]symbolic.Expr
	stores   int

	optimizer egraph.Optimizer

	times [2][]float64 // ns an element, by round
	took  []float64    // µs that the optimiser takes, by round
}

// optimise times formulas as they are written and as the optimiser makes them,
// compiled for one core, and compares predictions with times.
func (s *session) optimise(ctx context.Context) ([]Section, error) {
	tier := tiers()[0]
	model := modelOf(tier)
	var all []*forms
	for _, f := range formulas {
		if s.fewFormulas && len(all) == 5 {
			break
		}
		x, err := compiledForms(f, tier, model)
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", f.name, err)
		}
		all = append(all, x)
	}
	repetitions := calibrate.DefaultRepetitions
	if s.fewFormulas {
		repetitions = 3
	}
	calibrated, err := calibrate.Measure(ctx, kernels.Float64, calibrate.Tier(tier), calibrate.Repetitions(repetitions))
	if err != nil {
		return nil, err
	}
	for r := range s.Rounds {
		s.round("optimise")(r)
		for i, x := range all {
			for turn := range x.run {
				if ctx.Err() != nil {
					return nil, context.Cause(ctx)
				}
				v := (r + i + turn) % len(x.run)
				ns, err := timeForm(x.run[v], s.work/(5*formulaSize))
				if err != nil {
					return nil, err
				}
				x.times[v] = append(x.times[v], ns/float64(x.elements))
			}
			ns, err := timeOnce(func() error {
				_, err := x.optimizer.Optimize(ctx, x.exprs[written]...)
				return err
			})
			if err != nil {
				return nil, err
			}
			x.took = append(x.took, ns/1e3)
		}
	}
	first := formSection("optimise", fmt.Sprintf("kernels as written and as optimised, float64, %s, one core, median of %d rounds", tier, s.Rounds), all, model)
	first.Notes = append(first.Notes,
		fmt.Sprintf("Nanoseconds are an element's, of compiled code called for %d elements that lie in the first level of cache; cycles are a vector's, by the table %s, with loads and stores.", formulaSize, model.Name()),
		"Common subexpressions are shared and integer powers are taken by squaring in both forms.",
		slowerNote(all),
		fmt.Sprintf("Spearman's rho of predicted cycles and measured times over these %d forms: %.3f; of cycles by a table that was measured on this machine before (triad calibrate): %.3f.", 2*len(all), rank(all, model), rank(all, calibrated)))
	return []Section{first}, nil
}

// modelOf is the cost table of a tier.
func modelOf(t simd.Tier) *cost.Table {
	switch t.String() {
	case "avx512":
		return cost.AVX512(cost.Float64)
	case "avx2":
		return cost.AVX2(cost.Float64)
	}
	return cost.Portable(cost.Float64)
}

// compiledForms makes both forms of a kernel, and checks that they agree. Both
// work on the same arrays.
func compiledForms(f formula, tier simd.Tier, model *cost.Table) (*forms, error) {
	x := &forms{formula: f, elements: formulaSize, optimizer: egraph.Optimizer{Costs: model}}
	for _, s := range f.scalars {
		x.optimizer.Scalars = append(x.optimizer.Scalars, symbolic.Var(s))
	}
	var args runtime.Args
	var results [2]map[string][]float64
	for v, opt := range []kernels.Option{kernels.Unoptimized(), kernels.Optimize(egraph.Optimizer{Costs: model})} {
		k, err := kernels.Parse("formula", f.text, kernels.Scalars(f.scalars...), opt)
		if err != nil {
			return nil, err
		}
		if args == nil {
			args = paddedArgs(k, formulaSize, 0.5, 1.5)
		}
		binding, err := runtime.Check(k, args)
		if err != nil {
			return nil, err
		}
		code, err := simd.Compile(binding.Program, simd.Options{Tier: tier})
		if err != nil {
			return nil, err
		}
		runner := code.NewRunner(binding.Frame)
		x.run[v] = func() error {
			runner.Run(0, formulaSize)
			return nil
		}
		x.run[v]()
		results[v] = takeResults(k, args)
		var exprs []symbolic.Expr
		for _, o := range k.Optimized() {
			exprs = append(exprs, o.Expr)
		}
		x.exprs[v], x.stores = exprs, len(exprs)
	}
	return x, agree(f.name, results[written], results[optimised], 1e-9)
}

// takeResults copies the arrays that a kernel has written, and clears them.
func takeResults(k *kernels.Kernel, args runtime.Args) map[string][]float64 {
	results := map[string][]float64{}
	for _, p := range k.Params() {
		if p.Out && p.Kind == kernels.ArrayParam {
			a := args[p.Name].([]float64)
			results[p.Name] = slices.Clone(a)
			clear(a)
		}
	}
	return results
}

// agree compares what two forms of a kernel give, with the largest number among
// it. Where one has no number the other may have none either.
func agree(name string, want, got map[string][]float64, tolerance float64) error {
	bound := tolerance * largest(want)
	for _, array := range slices.Sorted(maps.Keys(want)) {
		for i, w := range want[array] {
			g := got[array][i]
			if !(math.Abs(w-g) <= bound) && !(math.IsNaN(w) && math.IsNaN(g)) {
				return &ResultError{Case: name, Side: "the optimised form", What: fmt.Sprintf("%s[%d]", array, i), Got: g, Want: w}
			}
		}
	}
	return nil
}

// distance is the largest difference, measured by the largest number.
func distance(a, b map[string][]float64) float64 {
	d := 0.0
	for array, x := range a {
		for i, v := range x {
			d = max(d, math.Abs(v-b[array][i]))
		}
	}
	return d / largest(a)
}

func largest(arrays map[string][]float64) float64 {
	m := 0.0
	for _, a := range arrays {
		for _, v := range a {
			if v = math.Abs(v); v > m { // so that NaN is passed over
				m = v
			}
		}
	}
	return m
}

// timeForm is the time of one run in nanoseconds.
func timeForm(run func() error, times int) (float64, error) {
	if err := run(); err != nil {
		return 0, err
	}
	times = max(times, 2)
	ns, err := timeOnce(func() error {
		for range times {
			if err := run(); err != nil {
				return err
			}
		}
		return nil
	})
	return ns / float64(times), err
}

// predict is what a form costs.
func (x *forms) predict(form int, model cost.Model) (operations int, cycles float64) {
	e := egraph.EstimateOf(model, x.optimizer.Scalars, x.exprs[form]...)
	store, _ := model.Cycles("store")
	return e.Ops, e.Cycles + store*float64(x.stores)
}

// faster is how many times as fast the optimised form is.
func (x *forms) faster() float64 { return median(x.times[written]) / median(x.times[optimised]) }

// formSection is the table of formulas.
func formSection(name, title string, all []*forms, model cost.Model) Section {
	sec := Section{Name: name, Title: title, Sides: []Side{
		{Name: "operations", What: "of what is written"},
		{Name: "optimised", What: "operations of the form that was chosen; a fused one is one"},
		{Name: "cycles", What: "predicted, as written"},
		{Name: "cycles, optimised", What: "predicted"},
		{Name: "ns", What: "measured, as written"},
		{Name: "ns, optimised", What: "measured"},
		{Name: "times as fast", What: "the ratio of the medians"},
		{Name: "µs to optimise", What: "what the optimiser takes, from expressions to expressions"},
	}}
	for _, x := range all {
		before, cyclesBefore := x.predict(written, model)
		after, cyclesAfter := x.predict(optimised, model)
		row := Row{Label: x.name}
		for _, values := range [][]float64{
			{float64(before)}, {float64(after)}, {cyclesBefore}, {cyclesAfter},
			x.times[written], x.times[optimised], {x.faster()}, x.took,
		} {
			stats := summarize(values)
			row.Cells = append(row.Cells, &stats)
		}
		sec.Rows = append(sec.Rows, row)
	}
	return sec
}

// slowerNote tells what optimising gains on the whole, and where it loses.
func slowerNote(all []*forms) string {
	total := 0.0
	var slower []string
	for _, x := range all {
		r := x.faster()
		total += math.Log(r)
		if r < 0.95 {
			slower = append(slower, fmt.Sprintf("%s (%.2f)", x.name, r))
		}
	}
	if slower == nil {
		slower = []string{"none"}
	}
	return fmt.Sprintf("Geometric mean of the speed-ups: %.2f. Slower by more than a twentieth: %s.", math.Exp(total/float64(len(all))), strings.Join(slower, ", "))
}

// rank tells how well predictions rank times.
func rank(all []*forms, model cost.Model) float64 {
	var predicted, measured []float64
	for _, x := range all {
		for v := range x.times {
			_, cycles := x.predict(v, model)
			predicted = append(predicted, cycles)
			measured = append(measured, median(x.times[v]))
		}
	}
	return spearman(predicted, measured)
}

// spearman is the rank correlation of two lists; equal values have the mean of
// their ranks.
func spearman(a, b []float64) float64 {
	x, y := ranks(a), ranks(b)
	var mx, my float64
	for i := range x {
		mx += x[i] / float64(len(x))
		my += y[i] / float64(len(y))
	}
	var xy, xx, yy float64
	for i := range x {
		xy += (x[i] - mx) * (y[i] - my)
		xx += (x[i] - mx) * (x[i] - mx)
		yy += (y[i] - my) * (y[i] - my)
	}
	return xy / math.Sqrt(xx*yy)
}

func ranks(v []float64) []float64 {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return cmp.Compare(v[i], v[j]) })
	r := make([]float64, len(v))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && v[order[j]] == v[order[i]] {
			j++
		}
		for k := i; k < j; k++ {
			r[order[k]] = float64(i+j-1) / 2
		}
		i = j
	}
	return r
}
