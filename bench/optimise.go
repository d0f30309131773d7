package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// formulaSize is how many elements the arrays of a formula have: few enough for
// the first two levels of cache.
const formulaSize = 1024

// forms are a formula as written and as optimised.
type forms struct {
	formula
	run      [2]func() error // one evaluation of all elements
	estimate [2]egraph.Estimate
	cycles   [2]float64 // predicted, stores included
	optimise []float64  // µs, by round
	times    [2][]float64
	elements int
}

// optimise times formulas as they are written and as the optimiser makes them,
// compiled for one core, and compares predictions with times.
func (s *session) optimise(ctx context.Context) (_ []Section, err error) {
	tier := tiers()[0]
	ex, err := s.open("simd", tier)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ex.Close()) }()
	model := modelOf(tier)
	var compiled, evaluated []*forms
	for _, f := range formulas {
		if s.fewFormulas && len(compiled) == 5 {
			break
		}
		x, err := compiledForms(ctx, f, ex, model)
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
		for _, x := range all {
			for v := range x.run {
				if ctx.Err() != nil {
					return nil, context.Cause(ctx)
				}
				ns, err := timeForm(x.run[v], s.work)
				if err != nil {
					return nil, err
				}
				x.times[v] = append(x.times[v], ns/float64(x.elements))
			}
			start := time.Now()
			if err := x.again(ctx); err != nil {
				return nil, err
			}
			x.optimise = append(x.optimise, float64(time.Since(start).Nanoseconds())/1e3)
		}
	}
	first := formSection("optimise", fmt.Sprintf("kernels as written and as optimised, %s, one core, %d elements, median of %d rounds", tier, formulaSize, s.Rounds), compiled)
	first.Notes = append(first.Notes,
		fmt.Sprintf("Cycles are predicted by the table %s for a vector, with loads and stores; nanoseconds are for an element.", model.Name()),
		rankNote(compiled))
	second := formSection("optimise functions", fmt.Sprintf("expressions with functions, symbolic.Evaluator, one core, median of %d rounds", s.Rounds), evaluated)
	second.Notes = append(second.Notes, "Functions have no machine code yet; cycles are those of the scalar table. Most of the time is in the functions of package math.")
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

// compiledForms makes both forms of a kernel, and checks that they agree.
func compiledForms(ctx context.Context, f formula, ex runtime.Executor, model *cost.Table) (*forms, error) {
	x := &forms{formula: f, elements: formulaSize}
	var results [2]runtime.Args
	for v, opt := range []kernels.Option{kernels.Unoptimized(), kernels.Optimize(egraph.Optimizer{})} {
		k, err := kernels.Parse("formula", f.text, kernels.Scalars(f.scalars...), opt)
		if err != nil {
			return nil, err
		}
		args := formulaArgs(k, formulaSize)
		call, err := ex.Bind(k, args)
		if err != nil {
			return nil, err
		}
		x.run[v] = func() error { return call.Run(ctx) }
		if err := x.run[v](); err != nil {
			return nil, err
		}
		var exprs, scalars []symbolic.Expr
		for _, o := range k.Optimized() {
			exprs = append(exprs, o.Expr)
		}
		for _, s := range f.scalars {
			scalars = append(scalars, symbolic.Var(s))
		}
		x.estimate[v] = egraph.EstimateOf(model, scalars, exprs...)
		store, _ := model.Cycles("store")
		x.cycles[v] = x.estimate[v].Cycles + store*float64(len(exprs))
		results[v] = args
	}
	return x, agree(results[0], results[1])
}

// formulaArgs are arrays of numbers between 1/2 and 3/2, the same for both forms,
// in one allocation.
func formulaArgs(k *kernels.Kernel, n int) runtime.Args {
	args := paddedArgs(k, n)
	for _, p := range k.Params() {
		seed := uint64(0)
		for _, c := range p.Name {
			seed = seed*31 + uint64(c)
		}
		r := rand.New(rand.NewPCG(seed, 7))
		if p.Kind == kernels.ScalarParam {
			args[p.Name] = 0.5 + r.Float64()
			continue
		}
		a := args[p.Name].([]float64)
		for i := range a {
			if a[i] = 0; p.In {
				a[i] = 0.5 + r.Float64()
			}
		}
	}
	return args
}

// agree compares the results of both forms. Where a root or a logarithm is of a
// negative number both have none.
func agree(a, b runtime.Args) error {
	for name, v := range a {
		x, ok := v.([]float64)
		if !ok {
			continue
		}
		y := b[name].([]float64)
		for i := range x {
			if d := math.Abs(x[i] - y[i]); d > 1e-6*(1+math.Abs(x[i])) || math.IsNaN(x[i]) != math.IsNaN(y[i]) {
				return fmt.Errorf("the optimised form gives %s[%d] = %v, what is written %v", name, i, y[i], x[i])
			}
		}
	}
	return nil
}

// evaluatedForms makes both forms of an expression for symbolic's evaluator.
func evaluatedForms(ctx context.Context, f formula) (*forms, error) {
	e, err := symbolic.Parse(f.text)
	if err != nil {
		return nil, err
	}
	x := &forms{formula: f, elements: 1}
	model := cost.Scalar(cost.Float64)
	var scalars []symbolic.Expr
	for _, s := range f.scalars {
		scalars = append(scalars, symbolic.Var(s))
	}
	res, err := (&egraph.Optimizer{Class: rewrite.Domain, Costs: model}).Optimize(ctx, e)
	if err != nil {
		return nil, err
	}
	vars := symbolic.Vars(e)
	values := make([]float64, len(vars))
	r := rand.New(rand.NewPCG(1, 7))
	for i := range values {
		values[i] = 0.5 + r.Float64()
	}
	var results [2]float64
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
		results[v] = dst[0]
		x.estimate[v] = egraph.EstimateOf(model, nil, form)
		x.cycles[v] = x.estimate[v].Cycles
	}
	return x, agree(runtime.Args{"y": results[:1]}, runtime.Args{"y": results[1:]})
}

// again optimises the formula once more, as if it were new.
func (x *forms) again(ctx context.Context) error {
	var exprs, scalars []symbolic.Expr
	for _, s := range x.scalars {
		scalars = append(scalars, symbolic.Var(s))
	}
	o := egraph.Optimizer{Scalars: scalars}
	if x.elements == 1 {
		e, err := symbolic.Parse(x.text)
		if err != nil {
			return err
		}
		exprs = append(exprs, e)
	} else {
		k, err := kernels.Parse("formula", x.text, kernels.Scalars(x.scalars...), kernels.Unoptimized())
		if err != nil {
			return err
		}
		for _, out := range k.Outputs() {
			exprs = append(exprs, out.Expr)
		}
	}
	_, err := o.Optimize(ctx, exprs...)
	return err
}

// timeForm is the time of one run in nanoseconds, over some hundred thousand
// elements.
func timeForm(run func() error, work int) (float64, error) {
	times := max(work/(20*formulaSize), 2)
	if err := run(); err != nil {
		return 0, err
	}
	start := time.Now()
	for range times {
		if err := run(); err != nil {
			return 0, err
		}
	}
	return float64(time.Since(start).Nanoseconds()) / float64(times), nil
}

// formSection is the table of formulas.
func formSection(name, title string, all []*forms) Section {
	sec := Section{Name: name, Title: title, Unit: "", Sides: []Side{
		{Name: "operations", What: "of what is written"}, {Name: "optimised", What: "operations of the form that was chosen; a fused one is one"},
		{Name: "cycles", What: "predicted, as written"}, {Name: "cycles, optimised", What: "predicted"},
		{Name: "ns", What: "measured, as written"}, {Name: "ns, optimised", What: "measured"},
		{Name: "times as fast", What: "the ratio of the medians"},
		{Name: "µs to optimise", What: "the time that the optimiser takes, reading the text included"},
	}}
	one := func(v float64) *Stats {
		st := summarize([]float64{v})
		return &st
	}
	for _, x := range all {
		before, after, took := summarize(x.times[0]), summarize(x.times[1]), summarize(x.optimise)
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
