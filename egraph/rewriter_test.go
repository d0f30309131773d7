package egraph_test

import (
	"context"
	"fmt"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

// The same rules drive a classical rewriter and the e-graph: which simplifies is
// one argument. Both factor; the e-graph also knows what the processor does with
// the result.
func ExampleOptimizer_Rewriter() {
	var rules []*rewrite.Rule[symbolic.Expr]
	for _, text := range []string{
		"?a*?b + ?a*?c => ?a*(?b + ?c)",
		"?a^2 - ?b^2 => (?a - ?b)*(?a + ?b)",
		"(?a*?b)/?c => ?a*(?b/?c)",
	} {
		rules = append(rules, rewrite.MustParse(symbolic.Terms, text, rewrite.Rounding))
	}
	classical := rewrite.Fixpoint(rewrite.Postwalk(rewrite.Rules(rules...)))
	saturation := (&egraph.Optimizer{Rules: rules}).Rewriter()

	e := symbolic.MustParse("x*y + x*z + (x*w)/2")
	for _, simplifier := range []rewrite.Rewriter[symbolic.Expr]{classical, saturation} {
		u, err := rewrite.Run(context.Background(), symbolic.Terms, simplifier, e)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(u)
	}
	// Output:
	// x*(y + z + w/2)
	// x*fma(w, 1/2, y + z)
}
