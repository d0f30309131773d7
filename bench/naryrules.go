package bench

import (
	"context"
	"math"
	"math/big"

	"github.com/triad-go/triad/symbolic/rewrite"
)

// naryTerms is how package rewrite sees plain terms.
type naryTerms struct{}

var naryHeads = [...]string{naryNumber: "", narySymbol: "", naryPlus: "+", naryTimes: "*", naryPower: "^"}

func (naryTerms) Head(t *nary) string       { return naryHeads[t.kind] }
func (naryTerms) NumArgs(t *nary) int       { return len(t.args) }
func (naryTerms) Arg(t *nary, i int) *nary  { return t.args[i] }
func (naryTerms) Equal(a, b *nary) bool     { return a.equal(b) }
func (naryTerms) FromSymbol(n string) *nary { return naryAlgebra{}.Var(n) }

func (naryTerms) Make(_ *nary, head string, args []*nary) *nary {
	switch head {
	case "+":
		return flatten(naryPlus, args)
	case "*":
		return flatten(naryTimes, args)
	}
	return &nary{kind: naryPower, args: append([]*nary(nil), args...)}
}

func (naryTerms) Number(t *nary, v *big.Rat) bool {
	if t.kind != naryNumber {
		return false
	}
	if t.rat != nil {
		v.Set(t.rat)
	} else {
		v.SetInt64(t.value)
	}
	return true
}

func (naryTerms) FromNumber(v *big.Rat) *nary { return naryRat(new(big.Rat).Set(v)) }

// matchedAlgebra builds plain terms, too, and simplifies them by rules that are
// texts, which a matcher modulo associativity and commutativity interprets.
type matchedAlgebra struct{ naryAlgebra }

func (matchedAlgebra) Simplify(t *nary) *nary {
	limits := rewrite.Limits{Firings: math.MaxInt32, Steps: math.MaxInt32}
	u, err := rewrite.Run(context.Background(), naryTerms{}, matchedRules, t, limits)
	if err != nil {
		panic("bench: " + err.Error()) // these rules end
	}
	return u
}

var matchedRules = rewrite.Fixpoint(rewrite.Postwalk(rewrite.RestartedChain[*nary](
	rewrite.Func[*nary](func(_ *rewrite.State[*nary], t *nary) (*nary, bool, error) {
		if t.kind != naryPlus && t.kind != naryTimes {
			return t, false, nil
		}
		u := sortArgs(t)
		if u == nil {
			return t, false, nil
		}
		return u, true, nil
	}),
	matchedRule("?a:number + ?b:number", func(b *rewrite.Bindings[*nary]) *nary {
		return addNumbers(b.Get("a"), b.Get("b"))
	}),
	matchedRule("?!a:number*?x + ?!b:number*?x", func(b *rewrite.Bindings[*nary]) *nary {
		return b.Make("*", addNumbers(b.Get("a"), b.Get("b")), b.Get("x"))
	}),
	rewrite.MustParse(naryTerms{}, "0 + ?x => ?x"),
	matchedRule("?a:number * ?b:number", func(b *rewrite.Bindings[*nary]) *nary {
		return multiplyNumbers(b.Get("a"), b.Get("b"))
	}),
	matchedRule("?x:symbol^?!a:number * ?x:symbol^?!b:number", func(b *rewrite.Bindings[*nary]) *nary {
		return b.Make("^", b.Get("x"), addNumbers(b.Get("a"), b.Get("b")))
	}),
	rewrite.MustParse(naryTerms{}, "1 * ?x => ?x"),
	rewrite.MustParse(naryTerms{}, "0 * ?x => 0"),
)))

func matchedRule(left string, right func(b *rewrite.Bindings[*nary]) *nary) *rewrite.Rule[*nary] {
	pattern := rewrite.MustPattern(left)
	rule, err := rewrite.NewFunc(naryTerms{}, pattern, func(b *rewrite.Bindings[*nary]) (*nary, bool) { return right(b), true })
	if err != nil {
		panic(err)
	}
	return rule
}
