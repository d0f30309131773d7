package kernels

import (
	"fmt"
	"slices"
	"strings"

	"github.com/triad-go/triad/symbolic"
)

// The rules of the optimiser are of real arithmetic: they must not touch
// integers, nor move anything across a conversion. So the terms of a kernel that
// has types are cut into regions, of float and truth values, in which variables of
// their own stand for what conversions and comparisons of integers give. What the
// regions are needed for, outputs and the arguments of what is outside, is
// optimised together; then all is put together again.
type regions struct {
	ty      *typing
	prefix  string                          // of the names of new variables
	inside  map[symbolic.Expr]symbolic.Expr // a term of a region, with variables for what is outside
	outside map[symbolic.Expr]symbolic.Expr // by new variable: the term for which it stands
	mixed   map[symbolic.Expr]bool          // truth values that rest on floats
	uniform map[symbolic.Expr]bool          // by term
	scalars []symbolic.Expr                 // new variables that are the same for all elements

	roots []symbolic.Expr       // what is to be optimised, as in inside
	place map[symbolic.Expr]int // in roots, by the term as it is written
	found []symbolic.Expr       // the roots, optimised
}

// newRegions cuts the terms of a kernel; truths are those of its traps.
func newRegions(ty *typing, outputs []Output, params []Param) *regions {
	r := &regions{
		ty: ty, prefix: "v_",
		inside:  map[symbolic.Expr]symbolic.Expr{},
		outside: map[symbolic.Expr]symbolic.Expr{},
		mixed:   map[symbolic.Expr]bool{},
		uniform: map[symbolic.Expr]bool{},
		place:   map[symbolic.Expr]int{},
	}
	scalar := map[string]bool{}
	for _, p := range params {
		scalar[p.Name] = p.Kind == ScalarParam
		for strings.HasPrefix(p.Name, r.prefix) {
			r.prefix += "_"
		}
	}
	for _, e := range ty.order {
		u := (e.Op() != symbolic.OpVar || scalar[e.Name()]) && !isIndex(e)
		for a := range e.Args() {
			u = u && r.uniform[a]
		}
		r.uniform[e] = u
		if t := ty.own[e]; t != Bool && !t.isReal() {
			continue
		}
		if r.isBorder(e) {
			r.inside[e] = r.variable(e)
			continue
		}
		r.inside[e] = rebuild(e, func(i int) symbolic.Expr { return r.inside[e.Arg(i)] })
		if e.Bool() {
			for a := range e.Args() {
				r.mixed[e] = r.mixed[e] || !a.Bool() || r.mixed[a]
			}
		}
	}
	// What is needed of the regions?
	todo := r.parts(append(exprsOf(outputs), ty.truths...), false)
	seen := map[part]bool{}
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[p] {
			continue
		}
		seen[p] = true
		e := p.e
		switch {
		case p.region:
			todo = append(todo, r.parts(slices.Collect(e.Args()), !r.isBorder(e))...)
		case r.isRoot(e):
			r.place[e] = len(r.roots)
			root := r.inside[e]
			if e.Bool() { // the optimiser is given numbers
				root = symbolic.Select(root, symbolic.Int(1), symbolic.Int(0))
			}
			r.roots = append(r.roots, root)
			todo = append(todo, part{e, true})
		case !ty.own[e].isOpen():
			todo = append(todo, r.parts(slices.Collect(e.Args()), false)...)
		}
	}
	return r
}

// parts are terms in one of the two forms, the last first.
func (r *regions) parts(terms []symbolic.Expr, region bool) []part {
	parts := make([]part, 0, len(terms))
	for _, e := range slices.Backward(terms) {
		parts = append(parts, part{e, region})
	}
	return parts
}

// isBorder reports whether a term of a region is made of what is outside of it: a
// conversion, or a comparison of integers.
func (r *regions) isBorder(e symbolic.Expr) bool {
	switch op := e.Op(); op {
	case symbolic.OpCall:
		_, ok := typedFunctions[e.Func()]
		return ok
	case symbolic.OpLt, symbolic.OpLe, symbolic.OpGt, symbolic.OpGe, symbolic.OpEq, symbolic.OpNe:
		t, _ := join(r.ty.own[e.Arg(0)], r.ty.own[e.Arg(1)])
		return t.IsInt()
	}
	return false
}

// isRoot reports whether a term that is needed outside, or as an output, is to be
// optimised: floats are that are more than a leaf, and truth values of floats.
func (r *regions) isRoot(e symbolic.Expr) bool {
	switch t := r.ty.own[e]; {
	case t == Bool:
		return r.mixed[e]
	case t == ownFloat || t.IsFloat():
		return e.NumArgs() > 0 && !r.isBorder(e)
	}
	return false
}

// variable stands for e in regions. Of a truth value it is a number that is not 0
// where that holds.
func (r *regions) variable(e symbolic.Expr) symbolic.Expr {
	v := symbolic.Var(fmt.Sprintf("%s%d", r.prefix, len(r.outside)))
	r.outside[v] = e
	if r.uniform[e] {
		r.scalars = append(r.scalars, v)
	}
	if e.Bool() {
		return symbolic.Ne(v, symbolic.Int(0))
	}
	return v
}

// rebuild is e with other arguments.
func rebuild(e symbolic.Expr, arg func(i int) symbolic.Expr) symbolic.Expr {
	args := make([]symbolic.Expr, e.NumArgs())
	same := true
	for i := range args {
		args[i] = arg(i)
		same = same && args[i] == e.Arg(i)
	}
	switch {
	case same:
		return e
	case e.Op() == symbolic.OpCall:
		return symbolic.Call(e.Func(), args...)
	case e.Op() == symbolic.OpPow:
		return symbolic.Terms.Make(e, "^", append(args, symbolic.Int(e.Exponent())))
	}
	return symbolic.Terms.Make(e, symbolic.Terms.Head(e), args)
}

// part is a term in one of two forms: as it was written, or of an optimised
// region.
type part struct {
	e      symbolic.Expr
	region bool
}

// together puts optimised regions and what is outside of them together, for the
// terms given. It fails if a region came to need what needs its own result, which
// no rule is known to do.
func (r *regions) together(terms []symbolic.Expr) (whole []symbolic.Expr, ok bool) {
	const open, ready = 1, 2
	state := map[part]int{}
	made := map[part]symbolic.Expr{}
	// needs are the parts that a part is made of: nil if it stays as it is.
	needs := func(p part) (parts []part, same bool) {
		e := p.e
		if p.region {
			if o, ok := r.truth(e); ok {
				return []part{{o, false}}, false
			}
			if o, ok := r.outside[e]; ok {
				return []part{{o, false}}, false
			}
		} else {
			if i, ok := r.place[e]; ok {
				return []part{{r.found[i], true}}, false
			}
			if r.ty.own[e].isOpen() {
				return nil, true
			}
		}
		for a := range e.Args() {
			parts = append(parts, part{a, p.region})
		}
		return parts, len(parts) == 0
	}
	todo := r.parts(terms, false)
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		if state[p] == ready {
			todo = todo[:len(todo)-1]
			continue
		}
		parts, same := needs(p)
		if same {
			made[p], state[p] = p.e, ready
			continue
		}
		if state[p] == 0 {
			state[p] = open
			for _, q := range slices.Backward(parts) {
				if state[q] == open {
					return nil, false
				}
				if state[q] == 0 {
					todo = append(todo, q)
				}
			}
			continue
		}
		for _, q := range parts {
			if state[q] != ready {
				return nil, false
			}
		}
		made[p], state[p] = r.make(p, func(i int) symbolic.Expr { return made[parts[i]] }), ready
	}
	for _, e := range terms {
		whole = append(whole, made[part{e, false}])
	}
	return whole, true
}

// make is a part of which the parts are made.
func (r *regions) make(p part, arg func(i int) symbolic.Expr) symbolic.Expr {
	e := p.e
	if !p.region {
		if _, ok := r.place[e]; ok {
			return arg(0)
		}
		return rebuild(e, arg)
	}
	if _, ok := r.truth(e); ok {
		if e.Op() == symbolic.OpEq {
			return symbolic.Not(arg(0))
		}
		return arg(0)
	}
	if o, ok := r.outside[e]; ok {
		if o.Bool() {
			return symbolic.Select(arg(0), symbolic.Int(1), symbolic.Int(0))
		}
		return arg(0)
	}
	if e.Op() == symbolic.OpSelect && arg(0).Op() == symbolic.OpNot {
		return symbolic.Select(arg(0).Arg(0), arg(2), arg(1))
	}
	return rebuild(e, arg)
}

// truth is the truth value outside that a term of a region compares with 0.
func (r *regions) truth(e symbolic.Expr) (o symbolic.Expr, ok bool) {
	if e.Op() != symbolic.OpNe && e.Op() != symbolic.OpEq {
		return o, false
	}
	for i := range 2 {
		n := integerOf(e.Arg(1 - i))
		if o, ok = r.outside[e.Arg(i)]; ok && o.Bool() && n != nil && n.Sign() == 0 {
			return o, true
		}
	}
	return o, false
}

// optimiseTyped optimises a kernel that has types: what is in its regions, as made
// says. Without that it stays as it is written.
func (k *Kernel) optimiseTyped(made *optimised, shareable bool) error {
	ty := k.types
	var springs []symbolic.Expr
	ty.kinds = nil
	if k.divisions, springs = ty.traps(k.outputs); springs != nil {
		if err := ty.infer(k.outputs, springs); err != nil {
			return err
		}
	}
	if made.asWritten {
		return nil
	}
	made.given, made.exprs = nil, nil
	if !slices.ContainsFunc(ty.order, func(e symbolic.Expr) bool { return e.NumArgs() > 0 && ty.own[e].isReal() }) {
		return nil // no operations on floats
	}
	r := newRegions(ty, k.outputs, k.params)
	made.given = r.roots
	made.by.Scalars = append(made.by.Scalars, r.scalars...)
	if len(r.roots) == 0 {
		return nil
	}
	if shareable {
		var err error
		if made, err = shared(made, func() error { return made.find(k.name) }); err != nil {
			return err
		}
	} else if err := made.find(k.name); err != nil {
		return err
	}
	k.best = made
	r.found = slices.Clone(made.exprs)
	for e, i := range r.place {
		if e.Bool() {
			r.found[i] = truthOf(r.found[i])
		}
	}
	whole, ok := r.together(append(k.exprs(), ty.truths...))
	if ok {
		exprs := whole[:len(k.outputs)]
		if err := k.check(k.with(exprs)); err != nil {
			return err
		}
		types := &typing{kernel: k.name, types: ty.types, results: ty.results, gathers: ty.gathers, axes: ty.axes, kinds: ty.kinds}
		if types.infer(k.with(exprs), whole[len(k.outputs):]) == nil {
			k.types, k.computed = types, exprs
			return nil
		}
	}
	// A caller's rules made of it what does not fit together.
	k.best = &optimised{by: made.by, asWritten: true, given: k.exprs(), exprs: k.exprs()}
	return nil
}

// truthOf is where a number is not 0 that is 1 or 0.
func truthOf(e symbolic.Expr) symbolic.Expr {
	if e.Op() == symbolic.OpSelect && e.Arg(2) == symbolic.Int(0) && e.Arg(1) == symbolic.Int(1) {
		return e.Arg(0)
	}
	return symbolic.Ne(e, symbolic.Int(0))
}
