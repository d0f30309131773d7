package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic/rewrite"
)

var explainCommand = command{
	name:     "explain",
	argument: "'a = b + s*c'",
	does:     "tell what the optimiser makes of a kernel, by which rules, and what that costs in accuracy",
	flags:    explainFlags,
}

// maxSamples bounds what -samples takes: some minutes of a small kernel.
const maxSamples = 1_000_000

func explainFlags(fs *flag.FlagSet) func(context.Context, []string, io.Writer) error {
	var (
		scalars    []string
		optimizer  egraph.Optimizer
		off        bool
		elem       = kernels.Float64
		model      string
		file       string
		measure    []kernels.ExplainOption
		modelNames = strings.Join(machines(), ", ")
	)
	set(fs, "scalars", "NAMES", "variables that are the same for all elements, a list with commas", func(text string) error {
		scalars = append(scalars, strings.Split(text, ",")...)
		return nil
	})
	set(fs, "class", "CLASS", "how far rewriting may go: exact keeps every bit, rounding (default) the value in\nreal arithmetic, domain that where it is defined; off leaves all as it is written", func(text string) error {
		off = false
		classes := map[string]rewrite.Class{"exact": rewrite.Exact, "rounding": rewrite.Rounding, "domain": rewrite.Domain, "off": 0}
		err := choice(&optimizer.Class, classes, "exact", "rounding", "domain", "off")(text)
		off = err == nil && optimizer.Class == 0
		return err
	})
	set(fs, "nodes", "NUM", fmt.Sprintf("how many nodes the graph of equal terms may have (default: %d, or more for large\nkernels)", egraph.DefaultBudget), number(&optimizer.Nodes, 1, math.MaxInt32))
	element(fs, &elem)
	set(fs, "model", "MODEL", "what operations cost: "+modelNames+"\n(default: avx512 of float64, whatever the type)", func(text string) error {
		if _, err := cost.Lookup(text + "-float64"); err != nil {
			return accepted(machines()...)
		}
		model = text
		return nil
	})
	set(fs, "costs", "FILE", "what operations cost, as triad calibrate has written it", fileName(&file))
	set(fs, "range", "NAME=LO:HI", "measure errors where this input lies between LO and HI; may be given for each\n(default: magnitudes between 1/1024 and 1024, of either sign)", func(text string) error {
		r, err := parseRange(text)
		if err == nil {
			measure = append(measure, r)
		}
		return err
	})
	set(fs, "samples", "NUM", "measure errors at so many points (default: 1000, or fewer for large kernels)", func(text string) error {
		var n int
		err := number(&n, 1, maxSamples)(text)
		if err == nil {
			measure = append(measure, kernels.Samples(n))
		}
		return err
	})
	set(fs, "seed", "NUM", "draw other points (default: 1)", func(text string) error {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return accepted(fmt.Sprintf("whole numbers from 0 to %d", uint64(math.MaxUint64)))
		}
		measure = append(measure, kernels.Seed(seed))
		return nil
	})
	return func(ctx context.Context, args []string, stdout io.Writer) error {
		switch {
		case len(args) == 0:
			return misused("explain: no kernel, such as 'a = b + s*c'")
		case len(args) > 1:
			return misused("explain: unexpected argument %q; options come before the kernel, and a kernel is one argument, in quotes", args[1])
		case model != "" && file != "":
			return misused("explain: -model and -costs exclude each other")
		case model != "":
			table, err := cost.Lookup(model + "-" + elem.String())
			if err != nil {
				return err
			}
			optimizer.Costs = table
		case file != "":
			table, err := readCosts(file)
			if err != nil {
				return err
			}
			optimizer.Costs = table
		}
		opts := []kernels.Option{kernels.Scalars(scalars...), kernels.Optimize(optimizer)}
		if off {
			opts = append(opts, kernels.Unoptimized())
		}
		k, err := kernels.Parse("kernel", args[0], opts...)
		if err != nil {
			return misuse(err)
		}
		x, err := k.Explain(ctx, append(measure, kernels.OfType(elem))...)
		if err != nil {
			return misuse(err)
		}
		_, err = fmt.Fprint(stdout, x)
		return err
	}
}

// misuse makes an error of a kernel one of the command line, where the kernel
// stands. What went wrong in the optimiser is none.
func misuse(err error) error {
	var ke *kernels.Error
	var contradiction *egraph.ContradictionError
	if errors.As(err, &ke) && !errors.As(err, &contradiction) {
		return &usageError{err}
	}
	return err
}

// machines are the names of the fixed tables, without the types of elements.
func machines() []string {
	var names []string
	for _, name := range cost.Names() {
		if machine, ok := strings.CutSuffix(name, "-float64"); ok {
			names = append(names, machine)
		}
	}
	return names
}

// parseRange reads name=lo:hi.
func parseRange(text string) (kernels.ExplainOption, error) {
	name, values, ok := strings.Cut(text, "=")
	lo, hi, both := strings.Cut(values, ":")
	if !ok || !both {
		return nil, accepted("ranges as x=-1:2.5")
	}
	var at [2]float64
	for i, v := range []string{lo, hi} {
		var err error
		if at[i], err = strconv.ParseFloat(strings.TrimSpace(v), 64); err != nil {
			return nil, accepted("ranges as x=-1:2.5")
		}
	}
	return kernels.Range(strings.TrimSpace(name), at[0], at[1]), nil
}

func readCosts(path string) (_ *cost.Table, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	table, err := cost.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return table, nil
}
