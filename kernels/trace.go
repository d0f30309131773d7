package kernels

import (
	"fmt"
	"slices"

	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/num"
)

// Trace makes a kernel of a Go function over numbers: out = f(in). What is written
// in the kernel are the operations that f does, in their order. With [Unoptimized],
// or optimised in class Exact, it computes for each element the bits that f
// computes on float64, and those that it computes on float32 (payloads and signs
// of NaNs excepted); by default the last bits may differ.
//
// f is an instance of a generic function for expressions, lorenz[num.Term], as
// [num.Trace] takes it. in names its arguments: arrays, or scalars if
// [Scalars] says so. out names its results, each an array, which may be one of
// in too. A slice among the parameters or results takes as many names as there
// are. An argument on which no result depends is no parameter of the kernel.
//
// Errors are of type *Error: those of New, a number of names that does not fit
// f, a name twice in in, and whatever num.Trace has against f (a *num.Error in
// it), f's own panic among them. For reductions, trace with num.Trace and give
// New what it returns.
func Trace(name string, f any, in, out []string, opts ...Option) (*Kernel, error) {
	fail := func(err error, format string, a ...any) (*Kernel, error) {
		return nil, &Error{Kernel: name, Reason: fmt.Sprintf(format, a...), Err: err}
	}
	args := make([]symbolic.Expr, len(in))
	for i, v := range in {
		if !symbolic.IsName(v) {
			return fail(nil, "input %d: %q is not a name", i, v)
		}
		if slices.Contains(in[:i], v) {
			return fail(nil, "two inputs of the name %s", v)
		}
		args[i] = symbolic.Var(v)
	}
	results, err := num.Trace(f, args...)
	if err != nil {
		return fail(err, "cannot be traced")
	}
	if len(results) != len(out) {
		return fail(nil, "%d results, and names for %d", len(results), len(out))
	}
	outputs := make([]Output, len(out))
	for i, o := range out {
		outputs[i] = Assign(o, results[i])
	}
	return New(name, outputs, opts...)
}
