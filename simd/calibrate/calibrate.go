package calibrate

import (
	"context"
	"fmt"
	"slices"

	"github.com/klauspost/cpuid/v2"

	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// Error says what could not be measured.
type Error struct {
	Op     string // the operation concerned, if it is one
	Reason string
	Err    error // the cause, if there is one
}

func (e *Error) Error() string {
	s := "calibrate: "
	if e.Op != "" {
		s += e.Op + ": "
	}
	s += e.Reason
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// Option changes how Measure goes about it.
type Option func(*options)

type options struct {
	tier        simd.Tier
	repetitions int
}

// Tier asks for the code of a tier; without it the best one is measured.
func Tier(t simd.Tier) Option { return func(o *options) { o.tier = t } }

// DefaultRepetitions is how often everything is timed without the option
// Repetitions: half a second in all.
const DefaultRepetitions = 101

// Repetitions says how often everything is timed, at least once.
func Repetitions(n int) Option { return func(o *options) { o.repetitions = n } }

// free is what an operation costs that disappears in the measurement: not
// nothing, so that of two forms the shorter one is cheaper.
const free = 1.0 / 64

// Measure measures the operations on vectors of elem, kernels.Float64 or
// kernels.Float32, and returns them as a table, named for the tier and the type.
// What it does not measure are constants and scalars, which come from the fixed
// table of the tier, and what [cost.Derive] derives.
//
// Comparisons and select are measured in pairs, as they mostly come; where the
// tier (AVX-512) fuses the pair into other instructions than both have alone, it
// is split as the fixed table splits it. Branches of the portable tier are
// measured as its branch predictor finds them on arrays that repeat.
//
// Measure keeps one core busy, and is right only if that core has nothing else to
// do. Errors are those of the context and of [simd.Compile], and of type *Error:
// another type of elements, a number of repetitions below 1, a nil option,
// a kernel that did not compile to what was to be measured.
func Measure(ctx context.Context, elem kernels.Type, opts ...Option) (*cost.Table, error) {
	o := options{tier: simd.Best(), repetitions: DefaultRepetitions}
	for _, opt := range opts {
		if opt == nil {
			return nil, &Error{Reason: "a nil option"}
		}
		opt(&o)
	}
	if elem != kernels.Float64 && elem != kernels.Float32 {
		return nil, &Error{Reason: fmt.Sprintf("no arrays of %s", elem)}
	}
	if o.repetitions < 1 {
		return nil, &Error{Reason: fmt.Sprintf("%d repetitions", o.repetitions)}
	}
	ms, tier, err := prepare(elem, o.tier)
	if err != nil {
		return nil, err
	}
	for range o.repetitions {
		for _, m := range ms {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			m.sample()
		}
	}
	return table(ms, elem, tier)
}

// table makes prices of the samples.
func table(ms []*measurement, elem kernels.Type, tier simd.Tier) (*cost.Table, error) {
	fixed := fixedTable(elem, tier)
	was := func(op string) float64 { c, _ := fixed.Cycles(op); return c }
	got := map[string]float64{}
	for _, m := range ms {
		got[m.op] = m.median()
	}
	cycles := map[string]float64{"const": was("const"), "scalar": was("scalar")}
	set := func(op string, c float64) { cycles[op] = max(c, free) }
	for _, op := range []string{"add", "sub", "mul", "div", "fma", "neg", "abs", "sqrt", "min", "max", "and", "or", "not", "store"} {
		set(op, got[op])
	}
	// The load's kernels have fused multiply-adds in them, which wait for no unit
	// that loads need, but do take their time where a program is interpreted.
	set("load", got["load"])
	if tier == simd.Portable {
		set("load", got["load"]-got["fma"]*fmasOfLoads/loadsOfLoads)
	}
	if tier == simd.AVX512 {
		set("select", got["lt"]*was("select")/(was("lt")+was("select")))
	} else {
		set("select", got["select"])
	}
	for _, op := range []string{"lt", "le", "eq", "ne"} {
		set(op, got[op]-cycles["select"])
	}
	cost.Derive(fixed.Elem(), cycles)
	return cost.NewTable(cost.Spec{
		Name:   "measured-" + fixed.Name(),
		Source: "Measured by package simd/calibrate on " + processor() + "; functions are estimates.",
		Elem:   fixed.Elem(),
		Lanes:  fixed.Lanes(),
		Cycles: cycles,
	})
}

// fixedTable is the table of a tier as it was shipped.
func fixedTable(elem kernels.Type, tier simd.Tier) *cost.Table {
	e := cost.Float64
	if elem == kernels.Float32 {
		e = cost.Float32
	}
	switch tier {
	case simd.AVX512:
		return cost.AVX512(e)
	case simd.AVX2:
		return cost.AVX2(e)
	}
	return cost.Portable(e)
}

func processor() string {
	if name := cpuid.CPU.BrandName; name != "" {
		return fmt.Sprintf("%s (family %d, model %d)", name, cpuid.CPU.Family, cpuid.CPU.Model)
	}
	return "a processor that does not tell its name"
}

// median is that of the samples; 0 where there is none.
func (m *measurement) median() float64 {
	s := slices.Sorted(slices.Values(m.samples))
	if len(s) == 0 {
		return 0
	}
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
