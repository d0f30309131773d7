package bench

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
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
	estimate [2]egraph.Estimate
	cycles   [2]float64 // predicted, stores included

	optimizer egraph.Optimizer
	exprs     []symbolic.Expr // as written

	times [2][]float64 // ns an element, by round
	took  []float64    // µs that the optimiser takes, by round
}

// optimise times formulas as they are written and as the optimiser makes them,
// compiled for one core, and compares predictions with times.
func (s *session) optimise(ctx context.Context) ([]Section, error) {
	tier := tiers()[0]
	model := modelOf(tier)
	var compiled, evaluated []*forms
	for _, f := range formulas {
		if s.fewFormulas && len(compiled) == 5 {
			break
		}
		x, err := compiledForms(ctx, f, tier, model)
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", f.name, err)
		}
		compiled = append(compiled, x)
	}
	for _, f := range transcendental {
		x, err := evaluatedForms(ctx, f)
		if err != nil {
			return nil, fmt.Errorf("bench: %s: %w", f.name, err)
		}
		evaluated = append(evaluated, x)
	}
	all := append(slices.Clone(compiled), evaluated...)
	for r := range s.Rounds {
		s.round("optimise")(r)
		for i, x := range all {
			for turn := range x.run {
				if ctx.Err() != nil {
					return nil, context.Cause(ctx)
				}
				v := (r + i + turn) % len(x.run)
				ns, err := timeForm(x.run[v], s.work/(20*formulaSize))
				if err != nil {
					return nil, err
				}
				x.times[v] = append(x.times[v], ns/float64(x.elements))
			}
			ns, err := timeOnce(func() error {
				_, err := x.optimizer.Optimize(ctx, x.exprs...)
				return err
			})
			if err != nil {
				return nil, err
			}
			x.took = append(x.took, ns/1e3)
		}
	}
	first := formSection("optimise", fmt.Sprintf("kernels as written and as optimised, float64, %s, one core, median of %d rounds", tier, s.Rounds), compiled)
	first.Notes = append(first.Notes,
		fmt.Sprintf("Nanoseconds are an element's, of compiled code called for %d elements that lie in the first level of cache; cycles are a vector's, by the table %s, with loads and stores.", formulaSize, model.Name()),
		"Common subexpressions are shared and integer powers are taken by squaring in both forms.",
		rankNote(compiled))
	second := formSection("optimise functions", fmt.Sprintf("expressions with functions, symbolic.Evaluator, one core, median of %d rounds", s.Rounds), evaluated)
	second.Notes = append(second.Notes, "Functions have no machine code yet; cycles are those of the scalar table, for one element. Most of the time is in the functions of package math. The class is Domain: formulas with logarithms and roots are meant for where these are defined.")
	return []Section{first, second}, nil
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
func compiledForms(ctx context.Context, f formula, tier simd.Tier, model *cost.Table) (*forms, error) {
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
		if v == written {
			x.exprs = exprs
		}
		x.estimate[v] = egraph.EstimateOf(model, x.optimizer.Scalars, exprs...)
		store, _ := model.Cycles("store")
		x.cycles[v] = x.estimate[v].Cycles + store*float64(len(exprs))
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

// evaluatedForms makes both forms of an expression for symbolic's evaluator.
func evaluatedForms(ctx context.Context, f formula) (*forms, error) {
	e, err := symbolic.Parse(f.text)
	if err != nil {
		return nil, err
	}
	model := cost.Scalar(cost.Float64)
	x := &forms{formula: f, elements: 1, exprs: []symbolic.Expr{e}, optimizer: egraph.Optimizer{Class: rewrite.Domain, Costs: model}}
	res, err := x.optimizer.Optimize(ctx, e)
	if err != nil {
		return nil, err
	}
	vars := symbolic.Vars(e)
	values := make([]float64, len(vars))
	r := rand.New(rand.NewPCG(1, 7))
	for i := range values {
		values[i] = 0.5 + r.Float64()
	}
	var results [2]map[string][]float64
	for v, form := range []symbolic.Expr{e, res.Exprs[0]} {
		ev, err := symbolic.NewEvaluator(vars, form)
		if err != nil {
			return nil, err
		}
		dst := make([]float64, 1)
		x.run[v] = func() error { return ev.Eval(dst, values) }
		if err := x.run[v](); err != nil {
			return nil, err
		}
		results[v] = map[string][]float64{"y": slices.Clone(dst)}
		x.estimate[v] = egraph.EstimateOf(model, nil, form)
		x.cycles[v] = x.estimate[v].Cycles
	}
	return x, agree(f.name, results[written], results[optimised], 1e-12)
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

// formSection is the table of formulas.
func formSection(name, title string, all []*forms) Section {
	sec := Section{Name: name, Title: title, Unit: "", Sides: []Side{
		{Name: "operations", What: "of what is written"}, {Name: "optimised", What: "operations of the form that was chosen; a fused one is one"},
		{Name: "cycles", What: "predicted, as written"}, {Name: "cycles, optimised", What: "predicted"},
		{Name: "ns", What: "measured, as written"}, {Name: "ns, optimised", What: "measured"},
		{Name: "times as fast", What: "the ratio of the medians"},
		{Name: "µs to optimise", What: "what the optimiser takes"},
	}}
	one := func(v float64) *Stats {
		st := summarize([]float64{v})
		return &st
	}
	for _, x := range all {
		before, after, took := summarize(x.times[0]), summarize(x.times[1]), summarize(x.took)
		sec.Rows = append(sec.Rows, Row{Label: x.name, Cells: []*Stats{
			one(float64(x.estimate[0].Ops)), one(float64(x.estimate[1].Ops)), one(x.cycles[0]), one(x.cycles[1]),
			&before, &after, one(before.Median / after.Median), &took,
		}})
	}
	return sec
}

// rankNote tells how well predictions rank times.
func rankNote(all []*forms) string {
	var predicted, measured []float64
	worst, name, total := math.Inf(1), "", 0.0
	for _, x := range all {
		for v := range 2 {
			predicted = append(predicted, x.cycles[v])
			measured = append(measured, median(x.times[v]))
		}
		r := median(x.times[0]) / median(x.times[1])
		total += math.Log(r)
		if r < worst {
			worst, name = r, x.name
		}
	}
	return fmt.Sprintf("Spearman's rho of predicted cycles and measured times over the %d forms: %.3f. Geometric mean of the speed-ups: %.2f; the least, of %s: %.2f.",
		len(predicted), spearman(predicted, measured), math.Exp(total/float64(len(all))), name, worst)
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
	slices.SortFunc(order, func(i, j int) int {
		switch {
		case v[i] < v[j]:
			return -1
		case v[i] > v[j]:
			return 1
		}
		return 0
	})
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
