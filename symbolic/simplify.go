package symbolic

import (
	"context"
	"sync"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// Simplifier simplifies terms by the rules that come with the package, see
// [RuleSet], and by others. The zero Simplifier is what [Simplify] uses. It can
// be used by any number of goroutines at once.
type Simplifier struct {
	// Class is how far the result may be from the term in floating point. With
	// Domain, which the zero value stands for, the result is canonical. With
	// Exact and Rounding it is faithful: of a canonical term, what [Faithful]
	// makes of it is simplified. With Exact no term becomes an exact number, since
	// the arithmetic that is then done with it is not rounded.
	Class rewrite.Class

	// Rules are tried before those that come with the package, whether or not
	// they make terms smaller; those of a class above Class are not. For Domain
	// they are to be compiled for [CanonicalTerms], otherwise for [Terms].
	Rules []*rewrite.Rule[Expr]

	// Limits bounds the work.
	Limits rewrite.Limits

	// Trace, if it is not nil, is called for each rule that fires. What fires in
	// a large sum is shown without the terms beside it.
	Trace func(rewrite.Step[Expr])
}

// Simplify is e in a form that is equal to it wherever e is defined, canonical,
// and not larger than Canonical(e): trigonometric and hyperbolic identities,
// exponentials and logarithms, powers of powers, abs, min and max, comparisons,
// truth values, select and floor are simplified. The variables are real numbers,
// so sqrt(x^2) is abs(x).
//
// As the canonical form does, the result may be defined where e is not: x/x is
// 1, sqrt(x)^2 is x, exp(log(x)) is x. It is in the class Domain then, not in
// the last bits equal to e; see [Simplifier] for stricter classes. A comparison
// that always holds is 0 == 0, one that never does 0 != 0.
//
// A rule of the package is applied where it makes a term smaller: one with fewer
// operations and leaves, coefficients aside, and of those with as many the one
// with the lower powers. So nothing is multiplied out or factored (see [Expand]
// and [Together]), and Simplify(Simplify(e)) is Simplify(e). Products of more
// than 256 factors are left as they are. Sums can be of any length.
//
// The error is a *[rewrite.BudgetError].
func Simplify(e Expr) (Expr, error) { return Simplifier{}.Simplify(context.Background(), e) }

// Simplify simplifies e. The error is a *[rewrite.BudgetError], where the Rules
// go on without end; a *[rewrite.PanicError], where a function of theirs panics;
// or that of the context.
func (s Simplifier) Simplify(ctx context.Context, e Expr) (Expr, error) {
	terms, rules := CanonicalTerms, forCanonical()
	if s.Class != 0 && s.Class < rewrite.Domain {
		terms, rules = Terms, forFaithful()
		e = Faithful(e)
	} else {
		e = Canonical(e)
	}
	own := make([]rewrite.Rewriter[Expr], len(s.Rules))
	for i, r := range s.Rules {
		own[i] = r
	}
	m := measure{of: map[*node]extent{}}
	accept := m.smaller
	if s.Class == rewrite.Exact {
		accept = func(before, after Expr) bool { return !isNumber(after.n) && m.smaller(before, after) }
	}
	shipped := rewrite.Accept(accept, rules)
	round := rewrite.Postwalk(rewrite.Chain(rewrite.RestartedChain(own...), shipped))
	if s.Class != 0 {
		round = rewrite.Limit(s.Class, round)
	}
	if len(own) > 0 {
		round = rewrite.Fixpoint(round)
	} else {
		round = m.shrink(round)
	}
	opts := []rewrite.RunOption{s.Limits}
	if s.Trace != nil {
		opts = append(opts, rewrite.Trace(s.Trace))
	}
	u, err := rewrite.Run(ctx, terms, round, e, opts...)
	if err != nil {
		return Expr{}, err
	}
	return u, nil
}

// maxFactors bounds the products that rules are tried on, since they look at all
// pairs of factors.
const maxFactors = 256

// forCanonical is what simplifies one canonical term whose arguments are
// simplified. Rules that are identities of sums are looked up, not matched.
var forCanonical = sync.OnceValue(func() rewrite.Rewriter[Expr] {
	var rules, products []rewrite.Rewriter[Expr]
	ids := &identities{byFunc: map[*Function][]anchor{}, known: map[string]bool{}}
	for _, s := range []RuleSet{PowerRules, ExpRules, TrigRules, HyperbolicRules, AbsRules, MinMaxRules, LogicRules, RoundRules} {
		for _, r := range canonicalRules[s]() {
			switch r.Left().Head {
			case "+":
				ids.add(r)
			case "*":
				products = append(products, r)
			default:
				rules = append(rules, r)
			}
		}
	}
	few := func(e Expr) bool { return e.Op() == OpProduct && e.NumArgs() <= maxFactors }
	return rewrite.RestartedChain(rewrite.RestartedChain(rules...), rewrite.If(few, rewrite.RestartedChain(products...)), ids)
})

var forFaithful = sync.OnceValue(func() rewrite.Rewriter[Expr] {
	var rules []rewrite.Rewriter[Expr]
	for _, s := range []RuleSet{ArithmeticRules, DivisionRules, PowerRules, ExpRules, TrigRules, HyperbolicRules, AbsRules, MinMaxRules, LogicRules, RoundRules} {
		for _, r := range faithfulRules[s]() {
			if r.Class() < rewrite.Domain {
				rules = append(rules, r)
			}
		}
	}
	few := func(e Expr) bool { return e.Op() != OpSum && e.Op() != OpProduct }
	return rewrite.If(few, rewrite.RestartedChain(rules...))
})
