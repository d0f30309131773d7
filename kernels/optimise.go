package kernels

import (
	"context"
	"hash/maphash"
	goruntime "runtime"
	"slices"
	"sync"
	"weak"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/kernels/internal/vecmath"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// Optimize says how the expressions of a kernel are optimised: how far rewriting
// may go (Class), under which budget (Nodes), by which rules and costs; what is
// left at zero is the default. The kernel's scalars are added to o.Scalars.
// Without this option a kernel is optimised as by Optimize(egraph.Optimizer{}):
// in class Rounding.
func Optimize(o egraph.Optimizer) Option {
	o.Rules, o.Scalars = slices.Clone(o.Rules), slices.Clone(o.Scalars)
	return func(opts *options) { opts.optimizer, opts.unoptimized = o, false }
}

// Unoptimized says that the kernel is to compute exactly what is written, each
// operation in its place.
func Unoptimized() Option { return func(o *options) { o.unoptimized = true } }

// instructions is a cost model that knows only operations for which programs
// have instructions, so that no other comes into a kernel.
type instructions struct{ cost.Model }

func (m instructions) Cycles(op string) (float64, bool) {
	if !hasInstruction[op] && vecmath.Lookup(op, 1) == nil && vecmath.Lookup(op, 2) == nil {
		return 0, false
	}
	return m.Model.Cycles(op)
}

// hasInstruction has the names that cost models give to instructions, and to the
// sine and cosine of one argument, which share most of theirs. A backend
// takes a negation into the fused operation that uses it.
var hasInstruction = func() map[string]bool {
	has := map[string]bool{"store": true, "fnma": true, "fms": true, "fnms": true, "sincos": true}
	for _, o := range opInfo[1:] {
		has[o.name] = true
	}
	return has
}()

// optimised is what the optimiser made of the expressions of a kernel. It is
// immutable, and kernels of the same expressions and options share it.
type optimised struct {
	by            *egraph.Optimizer // what it was made by, or would have been
	asWritten     bool              // nothing was to be changed
	given, exprs  []symbolic.Expr
	before, after egraph.Estimate // of what was changed
}

// optimise finds the cheapest form of the kernel's outputs.
func (k *Kernel) optimise(o options) error {
	by := o.optimizer
	if by.Class > rewrite.Domain {
		return &Error{Kernel: k.name, Reason: "cannot be optimised in the unknown class " + by.Class.String()}
	}
	if by.Class == 0 {
		by.Class = rewrite.Rounding
	}
	if by.Costs == nil {
		by.Costs = cost.AVX512(cost.Float64)
	}
	_, shareable := by.Costs.(*cost.Table) // other models may not be comparable
	by.Costs = instructions{by.Costs}
	scalar := map[string]bool{}
	for _, p := range k.params {
		scalar[p.Name] = p.Kind == ScalarParam
	}
	by.Scalars = slices.Clone(by.Scalars) // the option may be used again
	for _, v := range symbolic.Vars(k.exprs()...) {
		if scalar[v.Name()] && !slices.Contains(by.Scalars, v) {
			by.Scalars = append(by.Scalars, v)
		}
	}
	made := &optimised{by: &by, given: k.exprs()}
	if o.unoptimized {
		made.asWritten = true
		made.exprs = made.given
	}
	k.best, k.computed = made, made.exprs
	switch {
	case k.types != nil:
		k.computed = made.given
		return k.optimiseTyped(made, shareable)
	case o.unoptimized:
		return nil
	}
	var err error
	if shareable {
		k.best, err = shared(made, func() error { return made.run(k) })
	} else {
		err = made.run(k)
	}
	if err == nil {
		k.computed = k.best.exprs
	}
	return err
}

// run has the optimiser do its work for the kernel.
func (o *optimised) run(k *Kernel) error {
	if err := o.find(k.name); err != nil {
		return err
	}
	// Rules may be a caller's, and make of a term what is none of a kernel.
	if err := k.check(k.with(o.exprs)); err != nil {
		return err
	}
	if k.converts {
		return &Error{Kernel: k.name, Reason: "the rules made a conversion or an operation on integers, which the kernel has not"}
	}
	return nil
}

// find has the optimiser do its work.
func (o *optimised) find(kernel string) error {
	res, err := o.by.Optimize(context.Background(), o.given...)
	if err != nil {
		return &Error{Kernel: kernel, Reason: "cannot be optimised", Err: err}
	}
	o.exprs, o.before, o.after = res.Exprs, res.Before, res.After
	return nil
}

// with are the outputs with other expressions.
func (k *Kernel) with(exprs []symbolic.Expr) []Output {
	outs := slices.Clone(k.outputs)
	for i, e := range exprs {
		outs[i].Expr = e
	}
	return outs
}

// found holds what the optimiser has found, as long as a kernel has it, by a hash
// of what was given: the same kernel made again is not optimised again.
var found = struct {
	sync.Mutex
	seed maphash.Seed
	m    map[uint64]weak.Pointer[optimised]
}{seed: maphash.MakeSeed(), m: map[uint64]weak.Pointer[optimised]{}}

// shared returns what was made of the same expressions in the same way before,
// or o once run has filled it.
func shared(o *optimised, run func() error) (*optimised, error) {
	var h maphash.Hash
	h.SetSeed(found.seed)
	maphash.WriteComparable(&h, o.by.Class)
	maphash.WriteComparable(&h, o.by.Nodes)
	for _, e := range o.given {
		maphash.WriteComparable(&h, e)
	}
	key := h.Sum64()
	look := func() *optimised {
		if have := found.m[key].Value(); have != nil && have.same(o) {
			return have
		}
		return nil
	}
	found.Lock()
	have := look()
	found.Unlock()
	if have != nil {
		return have, nil
	}
	if err := run(); err != nil {
		return nil, err
	}
	found.Lock()
	defer found.Unlock()
	if have := look(); have != nil {
		return have, nil
	}
	w := weak.Make(o)
	found.m[key] = w
	goruntime.AddCleanup(o, func(key uint64) {
		found.Lock()
		defer found.Unlock()
		// Another may have taken the place already.
		if found.m[key] == w {
			delete(found.m, key)
		}
	}, key)
	return o, nil
}

// same reports whether two are made of the same in the same way. Their costs are
// tables.
func (o *optimised) same(p *optimised) bool {
	a, b := o.by, p.by
	return a.Class == b.Class && a.Nodes == b.Nodes && a.Costs == b.Costs &&
		(a.Rules == nil) == (b.Rules == nil) && slices.Equal(a.Rules, b.Rules) &&
		slices.Equal(a.Scalars, b.Scalars) && slices.Equal(o.given, p.given)
}
