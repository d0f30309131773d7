package egraph

import (
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// Rewriter is the Optimizer as a rewriter of faithful expressions: where
// [rewrite.Run] takes rules that are applied one after the other, it takes this
// one, which applies the same rules all at once and chooses what is cheapest. It
// is for whole expressions, not for walks.
func (o *Optimizer) Rewriter() rewrite.Rewriter[symbolic.Expr] {
	return rewrite.Func[symbolic.Expr](func(s *rewrite.State[symbolic.Expr], e symbolic.Expr) (symbolic.Expr, bool, error) {
		r, err := o.Optimize(s.Context(), e)
		if err != nil {
			return e, false, err
		}
		return r.Exprs[0], r.Exprs[0] != e, nil
	})
}
