package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

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
	tier := tiers()[0]
	ex, err := s.open("simd", tier)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, ex.Close()) }()
	jobs := []job{
		{label: "one state", n: 1, launches: max(s.work/100_000, 1)},
		{label: fmt.Sprintf("ensemble of %d, for a state", ensemble), n: ensemble, launches: 2},
	}

	outputs, scalars := rightHandKernel(net)
	sides := []Side{
		written:   {Name: "as written", What: "sums of products as they follow from the reactions, common subexpressions shared, by the same code generator"},
		optimised: {Name: "optimised", What: "after the e-graph, within class Rounding, as kernels are by default"},
	}
	cost := Section{
		Name: "system, made", Title: "what making the kernel takes, once", Sides: sides,
		Notes: []string{fmt.Sprintf("%d species and %d reactions, one kernel with an array for each species and each derivative; rate constants are scalars. Building the expressions is not counted.", len(net.Species), len(net.Reactions))},
	}
	rows := []string{"operations for a state", "expressions to program, ms", "program to machine code, ms", "machine code, kB"}
	for _, l := range rows {
		cost.Rows = append(cost.Rows, Row{Label: l, Cells: make([]*Stats, len(sides))})
	}
	calls := make([][]*runtime.Call, len(sides))
	results := make([]map[string][]float64, len(sides))
	for v, opt := range []kernels.Option{written: kernels.Unoptimized(), optimised: kernels.Optimize(egraph.Optimizer{})} {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		k, values, err := makeNetwork(outputs, scalars, opt, tier)
		if err != nil {
			return nil, err
		}
		for i, value := range values {
			stats := summarize([]float64{value})
			cost.Rows[i].Cells[v] = &stats
		}
		for _, j := range jobs {
			args := paddedArgs(k, j.n, 0, 1)
			call, err := ex.Bind(k, args)
			if err != nil {
				return nil, err
			}
			calls[v] = append(calls[v], call)
			if err := call.Run(ctx); err != nil {
				return nil, err
			}
			if j.n == ensemble {
				results[v] = takeResults(k, args)
			}
		}
	}
	if err := agree("system", results[written], results[optimised], 1e-12); err != nil {
		return nil, err
	}
	cost.Notes = append(cost.Notes, fmt.Sprintf("The derivatives of both, for %d random states, differ by %.1g of the largest at most.", ensemble, distance(results[written], results[optimised])))

	times := make(samples, len(sides))
	for v := range times {
		times[v] = make([][]float64, len(jobs))
	}
	for r := range s.Rounds {
		s.round("system")(r)
		for i, j := range jobs {
			for turn := range sides {
				if ctx.Err() != nil {
					return nil, context.Cause(ctx)
				}
				v := (r + i + turn) % len(sides)
				ns, err := timeForm(func() error { return calls[v][i].Run(ctx) }, j.launches)
				if err != nil {
					return nil, err
				}
				times[v][i] = append(times[v][i], ns/float64(j.n))
			}
		}
	}
	sec := Section{
		Name: "system", Title: fmt.Sprintf("microseconds for all right-hand sides, float64, %s, one core, median of %d rounds", tier, s.Rounds),
		Unit: "µs", Sides: sides,
		Notes: []string{"Launches on the simd executor. In an ensemble the lanes of a vector are different states; the arrays are of one allocation, a cache line further apart than they are long."},
	}
	sec.fill(jobs, times, func(_ job, ns float64) float64 { return ns / 1e3 }, [][2]string{{sides[optimised].Name, sides[written].Name}})
	return []Section{cost, sec}, nil
}

// makeNetwork makes a kernel and code for it, and returns what of it there is to
// report.
func makeNetwork(outputs []kernels.Output, scalars []string, opt kernels.Option, tier simd.Tier) (*kernels.Kernel, []float64, error) {
	var k *kernels.Kernel
	var p *kernels.Program
	made, err := timeOnce(func() (err error) {
		if k, err = kernels.New("network", outputs, kernels.Scalars(scalars...), opt); err == nil {
			p = k.Program(kernels.Float64)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	var code *simd.Code
	compiled, err := timeOnce(func() (err error) {
		code, err = simd.Compile(p, simd.Options{Tier: tier})
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	var exprs, uniform []symbolic.Expr
	for _, o := range k.Optimized() {
		exprs = append(exprs, o.Expr)
	}
	for _, name := range scalars {
		uniform = append(uniform, symbolic.Var(name))
	}
	ops := egraph.EstimateOf(modelOf(tier), uniform, exprs...).Ops
	return k, []float64{float64(ops), made / 1e6, compiled / 1e6, float64(len(code.Bytes())) / 1e3}, nil
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

// paddedArgs are arrays of n random numbers from lo to hi, and scalars likewise.
// The arrays are of one allocation, a cache line further apart than they are
// long: addresses that differ by a power of two would share few lines of a cache.
func paddedArgs(k *kernels.Kernel, n int, lo, hi float64) runtime.Args {
	params := k.Params()
	stride := (n+7)&^7 + 8
	all := make([]float64, stride*len(params))
	args := runtime.Args{}
	r := rand.New(rand.NewPCG(3, 4))
	for i, p := range params {
		if p.Kind == kernels.ScalarParam {
			args[p.Name] = lo + (hi-lo)*r.Float64()
			continue
		}
		a := all[i*stride : i*stride+n : i*stride+n]
		if p.In {
			for j := range a {
				a[j] = lo + (hi-lo)*r.Float64()
			}
		}
		args[p.Name] = a
	}
	return args
}
