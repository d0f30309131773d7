package kernels

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// Explanation tells what the optimiser did to a kernel: what was gained, and what
// it cost in accuracy. String prints it for people.
type Explanation struct {
	Kernel        string
	Class         rewrite.Class // how far rewriting could go; 0 if the kernel is as it was written
	Costs         string        // the name of the cost model
	Before, After Form
	// Chains tell by which rules each output became what it is. There are none if
	// the kernel is as it was written, or has more than 200 operations.
	Chains []egraph.Chain

	Type    Type // what was measured: programs of this type
	Prec    uint // against floating point of so many bits
	Samples int  // at so many points; 0 if nothing was
}

// Form is a kernel's outputs in one of two forms, written or optimised.
type Form struct {
	Outputs  []Output
	Estimate egraph.Estimate
	Errors   []Accuracy // by output
}

// Accuracy is how far what a program computes for one output is from what was
// written, computed to so many bits that it can be called the true value. For a
// reduction, it is that of the values that are folded.
type Accuracy struct {
	Output string
	// Samples is at how many points there is a true value: not where what was
	// written divides by 0, takes the root of a negative number, or the like.
	Samples int
	// Max and Median are errors in units in the last place (ulp) of the true value
	// in the program's type: 0.5 is what one rounding can cause. They are large
	// where numbers cancel, infinite where the program overflows and the true value
	// does not.
	Max, Median float64
	Relative    float64 // the largest error as a part of the true value
	// At is where Max is, and Got and Want are what was computed there and the
	// true value.
	At        []Input
	Got, Want float64
}

// Input is an input's name and value.
type Input struct {
	Name  string
	Value float64
}

// ExplainOption changes what Explain measures.
type ExplainOption func(*explainOptions)

type explainOptions struct {
	elem    Type
	samples int
	asked   bool // for that number of samples
	seed    uint64
	ranges  map[string][2]float64
	names   []string // of the ranges, in the order they were given
}

// OfType says that programs of type t, Float64 or Float32, are to be measured.
// The default is Float64.
func OfType(t Type) ExplainOption { return func(o *explainOptions) { o.elem = t } }

// Samples says at how many points errors are to be measured. The default is 1000,
// or fewer for large kernels, so that they take no more than some seconds.
func Samples(n int) ExplainOption {
	return func(o *explainOptions) { o.samples, o.asked = n, true }
}

// Seed says which points are drawn; the default is 1. Equal seeds give equal
// points.
func Seed(seed uint64) ExplainOption { return func(o *explainOptions) { o.seed = seed } }

// Range says that an input lies between lo and hi. If 0 is among them, values are
// drawn evenly, and otherwise so that all orders of magnitude are equally likely.
// An input without a range is of either sign and of a magnitude between 2^-10 and
// 2^10, all orders equally likely.
func Range(name string, lo, hi float64) ExplainOption {
	return func(o *explainOptions) {
		o.ranges[name] = [2]float64{lo, hi}
		o.names = append(o.names, name)
	}
}

// defaultMagnitude bounds the magnitudes of inputs without a range: between its
// inverse and itself.
const defaultMagnitude = 1 << 10

// referencePrec is how many bits true values are computed to.
const referencePrec = 256

// Explain tells what the optimiser did to the kernel, and measures the errors of
// both forms, as the interpreter runs them, at sampled inputs. Equal kernels and
// options give equal explanations. Of a kernel that has types (see [Typed]) neither
// rules nor errors are told: Chains is nil, as are the Errors of both forms. Errors are of type *Error (a nil option, a
// range that is none or of no input, a type that arrays do not have, no
// samples), and that of the context. It takes some ten times as long as optimising
// did.
func (k *Kernel) Explain(ctx context.Context, opts ...ExplainOption) (*Explanation, error) {
	o := explainOptions{elem: Float64, seed: 1, ranges: map[string][2]float64{}}
	for _, opt := range opts {
		if opt == nil {
			return nil, &Error{Kernel: k.name, Reason: "a nil option"}
		}
		opt(&o)
	}
	if err := k.checkExplain(&o); err != nil {
		return nil, err
	}
	x := &Explanation{
		Kernel: k.name, Costs: k.best.by.Costs.Name(),
		Before: Form{Outputs: slices.Clone(k.outputs), Estimate: k.best.before},
		After:  Form{Outputs: k.with(k.computed), Estimate: k.best.after},
		Type:   o.elem, Prec: referencePrec, Samples: o.samples,
	}
	if k.types != nil {
		x.Samples = 0
		for _, f := range []*Form{&x.Before, &x.After} {
			f.Estimate = egraph.EstimateOf(k.best.by.Costs, k.best.by.Scalars, exprsOf(f.Outputs)...)
		}
		if !k.best.asWritten {
			x.Class = k.best.by.Class
		}
		return x, nil
	}
	var err error
	if best := k.best; best.asWritten {
		x.Before.Estimate = egraph.EstimateOf(best.by.Costs, best.by.Scalars, best.given...)
		x.After.Estimate = x.Before.Estimate
	} else {
		x.Class = best.by.Class
		if best.before.Ops <= chainOps {
			if _, x.Chains, err = best.by.Explain(ctx, best.given...); err != nil {
				return nil, k.notExplained(ctx, err)
			}
		}
	}
	if o.elem == Float32 {
		err = measure[float32](ctx, k, x, &o)
	} else {
		err = measure[float64](ctx, k, x, &o)
	}
	if err != nil {
		return nil, err
	}
	return x, nil
}

// chainOps is how large a kernel is at the most whose rules are told.
const chainOps = 200

// notExplained is what went wrong: an error of the context as it is.
func (k *Kernel) notExplained(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &Error{Kernel: k.name, Reason: "cannot be explained", Err: err}
}

// evaluations bounds the operations in many bits that Explain does if it is not
// told how many samples to take.
const evaluations = 2_000_000

func (k *Kernel) checkExplain(o *explainOptions) error {
	fail := func(format string, args ...any) error {
		return &Error{Kernel: k.name, Reason: fmt.Sprintf(format, args...)}
	}
	if o.elem != Float64 && o.elem != Float32 {
		return fail("no arrays of %s", o.elem)
	}
	switch {
	case o.asked && o.samples < 1:
		return fail("%d samples", o.samples)
	case !o.asked:
		work := 0
		for _, out := range k.outputs {
			work += symbolic.Size(out.Expr)
		}
		o.samples = min(1000, max(10, evaluations/work))
	}
	inputs := map[string]bool{}
	for _, p := range k.params {
		inputs[p.Name] = p.In
	}
	most := math.MaxFloat64
	if o.elem == Float32 {
		most = math.MaxFloat32
	}
	for _, name := range o.names {
		r := o.ranges[name]
		if !inputs[name] {
			return fail("a range for %s, which is no input", name)
		}
		if !(r[0] <= r[1]) || math.Abs(r[0]) > most || math.Abs(r[1]) > most {
			return fail("%s cannot lie between %v and %v in %s", name, r[0], r[1], o.elem)
		}
	}
	return nil
}

// draw returns a value of an input.
func (o *explainOptions) draw(r *rand.Rand, name string) float64 {
	lim, ok := o.ranges[name]
	if !ok {
		v := between(r, 1.0/defaultMagnitude, defaultMagnitude)
		if r.IntN(2) == 0 {
			return -v
		}
		return v
	}
	lo, hi := lim[0], lim[1]
	switch {
	case lo > 0:
		return between(r, lo, hi)
	case hi < 0:
		return -between(r, -hi, -lo)
	}
	v := lo + r.Float64()*(hi/2-lo/2)*2
	return min(max(v, lo), hi)
}

// between draws from positive numbers, all orders of magnitude equally likely.
func between(r *rand.Rand, lo, hi float64) float64 {
	l, h := math.Log2(lo), math.Log2(hi)
	return min(max(math.Exp2(l+r.Float64()*(h-l)), lo), hi)
}
