package egraph

import (
	"strings"

	"github.com/triad-go/triad/symbolic"
)

// piece is the largest part of expressions that is optimised by itself.
const piece = 40

// piecewise optimises large expressions a piece at a time, by the same rules and
// costs as small ones. A piece is a term with what it alone is made of, down to
// where something is shared or the piece is large enough; what lies below is a
// variable to it. A piece that becomes cheaper is replaced.
func (s *optimizing) piecewise(t *theory) error {
	exprs := s.result.Exprs
	uses := map[symbolic.Expr]int{}
	for e := range symbolic.Postorder(exprs...) {
		for i := range e.NumArgs() {
			uses[e.Arg(i)]++
		}
	}
	p := &pieces{
		optimizing: s, theory: t,
		root: map[symbolic.Expr]bool{}, uniform: map[symbolic.Expr]bool{}, better: map[symbolic.Expr]symbolic.Expr{},
		name: freshName(exprs),
	}
	for _, e := range exprs {
		p.root[e] = true
	}
	for _, v := range s.Scalars {
		p.uniform[v] = true
	}
	ops := map[symbolic.Expr]int{} // of a term, down to the roots of other pieces
	for e := range symbolic.Postorder(exprs...) {
		if e.NumArgs() == 0 {
			p.uniform[e] = p.uniform[e] || e.Op() != symbolic.OpVar
			continue
		}
		n, uniform := 1, true
		for i := range e.NumArgs() {
			a := e.Arg(i)
			uniform = uniform && p.uniform[a]
			if !p.root[a] {
				n += ops[a]
			}
		}
		ops[e], p.uniform[e] = n, uniform
		if n >= piece || uses[e] > 1 {
			p.root[e] = true
		}
		if p.root[e] && n > 1 {
			if err := p.optimize(e); err != nil {
				return err
			}
		}
	}
	out := make([]symbolic.Expr, len(exprs))
	for i, e := range exprs {
		out[i] = p.made(e)
	}
	s.keep(out)
	return nil
}

// pieces is a way through large expressions.
type pieces struct {
	*optimizing
	theory  *theory
	root    map[symbolic.Expr]bool
	uniform map[symbolic.Expr]bool
	better  map[symbolic.Expr]symbolic.Expr // what roots have become, where they have changed
	name    string                          // that no variable has
}

// freshName is the name of no variable.
func freshName(exprs []symbolic.Expr) string {
	name := "p"
	for _, v := range symbolic.Vars(exprs...) {
		if have, _ := v.Index(); strings.HasPrefix(have, name) {
			name = have + "p"
		}
	}
	return name
}

// made is what a term has become.
func (p *pieces) made(e symbolic.Expr) symbolic.Expr {
	if u, ok := p.better[e]; ok {
		return u
	}
	return e
}

// optimize optimises one piece, and puts what the others have become in place of
// its variables.
func (p *pieces) optimize(e symbolic.Expr) error {
	to := map[symbolic.Expr]symbolic.Expr{} // from a part to its variable
	from := map[symbolic.Expr]symbolic.Expr{}
	var scalars []symbolic.Expr
	changed := false
	cut := p.rebuild(e, func(a symbolic.Expr) (symbolic.Expr, bool) {
		if v, ok := to[a]; ok {
			return v, true
		}
		if a.NumArgs() == 0 {
			if p.uniform[a] && a.Op() == symbolic.OpVar {
				scalars = append(scalars, a)
			}
			return a, true
		}
		if a == e || !p.root[a] {
			return a, false
		}
		v := symbolic.Index(p.name, len(to))
		to[a], from[v] = v, p.made(a)
		changed = changed || from[v] != a
		if p.uniform[a] {
			scalars = append(scalars, v)
		}
		return v, true
	})
	before := EstimateOf(p.model, scalars, cut)
	budget := pieceBudget
	if p.Nodes > 0 {
		budget = min(budget, p.Nodes)
	}
	found, err := p.saturate(p.theory, []symbolic.Expr{cut}, scalars, budget, pieceSteps, nil)
	if err != nil {
		return err
	}
	if EstimateOf(p.model, scalars, found...).Cycles < before.Cycles {
		cut, changed = found[0], true
	}
	if changed {
		p.better[e] = p.rebuild(cut, func(a symbolic.Expr) (symbolic.Expr, bool) {
			u, ok := from[a]
			if !ok {
				u = a
			}
			return u, ok || a.NumArgs() == 0
		})
	}
	return nil
}

// pieceBudget is how many nodes the graph of a piece may have.
const pieceBudget = 300

// pieceSteps bounds the exact choice in a piece, see exactSteps.
const pieceSteps = 20_000

// rebuild makes a term anew from the parts at which f says that they are to be
// taken as they are returned. Pieces are small: it may recurse.
func (p *pieces) rebuild(e symbolic.Expr, f func(symbolic.Expr) (symbolic.Expr, bool)) symbolic.Expr {
	done := map[symbolic.Expr]symbolic.Expr{}
	var walk func(e symbolic.Expr) symbolic.Expr
	walk = func(e symbolic.Expr) symbolic.Expr {
		if u, ok := done[e]; ok {
			return u
		}
		u, ok := f(e)
		if !ok {
			args := make([]symbolic.Expr, symbolic.Terms.NumArgs(e))
			for i := range args {
				args[i] = walk(symbolic.Terms.Arg(e, i))
			}
			u = symbolic.Terms.Make(e, symbolic.Terms.Head(e), args)
		}
		done[e] = u
		return u
	}
	return walk(e)
}
