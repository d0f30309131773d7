package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/internal/bionet"
	"github.com/triad-go/triad/internal/bionet/bcr"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
	"github.com/triad-go/triad/symbolic"
)

// ensemble is how many states are computed side by side.
const ensemble = 1024

// system times the right-hand sides of a reaction network as one kernel: without
// the optimiser and with it, for one state and for an ensemble.
func (s *session) system(ctx context.Context) (_ []Section, err error) {
	net, err := bionet.Parse(bcr.Text)
	if err != nil {
		return nil, err
	}
	if s.reactions > 0 {
		net.Reactions = net.Reactions[:s.reactions]
	}
	outputs, scalars := rightHandKernel(net)
	tier := tiers()[0]
	ex, err := s.open("simd", tier)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ex.Close()) }()

	what := [2]string{"as written", "optimised"}
	cost := Section{
		Name: "system, made", Title: "what making the kernel takes",
		Sides: []Side{
			{Name: what[0], What: "canonical sums of products, common subexpressions shared, by the same code generator"},
			{Name: what[1], What: "after the e-graph"},
		},
		Notes: []string{fmt.Sprintf("%d species and %d reactions, one kernel with an array for each species and each derivative; rate constants are scalars.", len(net.Species), len(net.Reactions))},
	}
	labels := []string{"operations", "instructions for an element", "expressions to program, ms", "program to machine code, ms", "machine code, kB"}
	for _, l := range labels {
		cost.Rows = append(cost.Rows, Row{Label: l, Cells: make([]*Stats, 2)})
	}
	var calls [2][2]*runtime.Call
	var results [2]runtime.Args
	for v, opt := range []kernels.Option{kernels.Unoptimized(), kernels.Optimize(egraph.Optimizer{})} {
		start := time.Now()
		k, err := kernels.New("network", outputs, kernels.Scalars(scalars...), opt)
		if err != nil {
			return nil, err
		}
		p := k.Program(kernels.Float64)
		made := time.Since(start)
		start = time.Now()
		code, err := simd.Compile(p, simd.Options{Tier: tier})
		if err != nil {
			return nil, err
		}
		compiled := time.Since(start)
		var exprs, uniform []symbolic.Expr
		for _, o := range k.Optimized() {
			exprs = append(exprs, o.Expr)
		}
		for _, name := range scalars {
			uniform = append(uniform, symbolic.Var(name))
		}
		for i, value := range []float64{
			float64(egraph.EstimateOf(modelOf(tier), uniform, exprs...).Ops), float64(len(p.Body)),
			made.Seconds() * 1e3, compiled.Seconds() * 1e3, float64(len(code.Bytes())) / 1e3,
		} {
			st := summarize([]float64{value})
			cost.Rows[i].Cells[v] = &st
		}
		for q, n := range []int{1, ensemble} {
			args := paddedArgs(k, n)
			if calls[v][q], err = ex.Bind(k, args); err != nil {
				return nil, err
			}
			if err := calls[v][q].Run(ctx); err != nil {
				return nil, err
			}
			if n > 1 {
				results[v] = args
			}
		}
	}
	if err := agreeClosely(results[0], results[1]); err != nil {
		return nil, err
	}
	jobs := []job{{label: "one state", n: 1}, {label: fmt.Sprintf("ensemble of %d, for a state", ensemble), n: ensemble}}
	times := make(samples, 2)
	for v := range times {
		times[v] = make([][]float64, len(jobs))
	}
	for r := range s.Rounds {
		s.round("system")(r)
		for q, j := range jobs {
			for v := range times {
				if ctx.Err() != nil {
					return nil, context.Cause(ctx)
				}
				n := max(100/j.n, 1)
				if err := calls[v][q].Run(ctx); err != nil {
					return nil, err
				}
				start := time.Now()
				for range n {
					if err := calls[v][q].Run(ctx); err != nil {
						return nil, err
					}
				}
				times[v][q] = append(times[v][q], float64(time.Since(start).Nanoseconds())/float64(n*j.n))
			}
		}
	}
	sec := Section{
		Name: "system", Title: fmt.Sprintf("microseconds for all right-hand sides, float64, %s, one core, median of %d rounds", tier, s.Rounds),
		Unit: "µs", Sides: cost.Sides,
		Notes: []string{"In an ensemble the lanes of a vector are different states; the arrays of the species are of one allocation, a cache line apart from a power of two."},
	}
	sec.fill(jobs, times, func(_ job, ns float64) float64 { return ns / 1e3 }, [][2]string{{what[1], what[0]}})
	return []Section{cost, sec}, nil
}

// rightHandKernel is the network as outputs dS1, dS2 … of arrays S1, S2 …, and
// its rate constants.
func rightHandKernel(net *bionet.Network) (outputs []kernels.Output, scalars []string) {
	species := map[string]bool{}
	for i := range net.Species {
		species[speciesName(i)] = true
	}
	sides := massAction[symbolic.Expr](canonicalAlgebra{}, net, atOnce)
	for i, e := range sides {
		outputs = append(outputs, kernels.Assign("d"+speciesName(i), e))
	}
	for _, v := range symbolic.Vars(sides...) {
		if !species[v.Name()] {
			scalars = append(scalars, v.Name())
		}
	}
	return outputs, scalars
}

// paddedArgs are arrays of n elements in one allocation, a cache line further
// apart than they are long: addresses that differ by a power of two would share
// few lines of a cache.
func paddedArgs(k *kernels.Kernel, n int) runtime.Args {
	params := k.Params()
	stride := (n+7)&^7 + 8
	all := make([]float64, stride*len(params))
	args := runtime.Args{}
	r := rand.New(rand.NewPCG(3, 4))
	for i, p := range params {
		if p.Kind == kernels.ScalarParam {
			args[p.Name] = 0.5 + r.Float64()
			continue
		}
		a := all[i*stride : i*stride+n : i*stride+n]
		if p.In {
			for j := range a {
				a[j] = r.Float64()
			}
		}
		args[p.Name] = a
	}
	return args
}

// agreeClosely compares the results of two forms with the size of what is added
// up in them.
func agreeClosely(a, b runtime.Args) error {
	largest := 0.0
	for _, v := range a {
		if x, ok := v.([]float64); ok {
			for _, y := range x {
				largest = max(largest, math.Abs(y))
			}
		}
	}
	for name, v := range a {
		x, ok := v.([]float64)
		if !ok {
			continue
		}
		y := b[name].([]float64)
		for i := range x {
			if d := math.Abs(x[i] - y[i]); !(d <= 1e-12*largest) {
				return fmt.Errorf("bench: system: the optimised form gives %s[%d] = %v, what is written %v", name, i, y[i], x[i])
			}
		}
	}
	return nil
}
