package bench

import (
	"math/big"
	"testing"

	"github.com/triad-go/triad/internal/bionet"
	"github.com/triad-go/triad/internal/bionet/bcr"
	"github.com/triad-go/triad/symbolic"
)

// canonical is a plain term as this library's.
func (t *nary) canonical() symbolic.Expr {
	args := make([]symbolic.Expr, len(t.args))
	for i, a := range t.args {
		args[i] = a.canonical()
	}
	switch t.kind {
	case narySymbol:
		return symbolic.Var(t.name)
	case naryPlus:
		return symbolic.Plus(args...)
	case naryTimes:
		return symbolic.Times(args...)
	case naryPower:
		return symbolic.Power(args[0], args[1])
	}
	return symbolic.Exact(t.number())
}

// TestSidesOfTheNetworkAgree compares all right-hand sides.
func TestSidesOfTheNetworkAgree(t *testing.T) {
	net, err := bionet.Parse(bcr.Text)
	if err != nil {
		t.Fatal(err)
	}
	net.Reactions = net.Reactions[:1500]
	net.Rates[0] = bionet.Expression{Text: "0.5*kf1", Product: true, Factor: "0.5", Names: []string{"kf1"}}
	want := massAction[symbolic.Expr](canonicalAlgebra{}, net, atOnce)
	oneByOne := massAction[symbolic.Expr](canonicalAlgebra{}, net, oneByOne)
	compiled := massAction[*nary](naryAlgebra{}, net, atOnce)
	matched := massAction[*nary](matchedAlgebra{}, net, atOnce)
	for i, e := range want {
		if oneByOne[i] != e {
			t.Errorf("S%d: at once %v, one by one %v", i+1, e, oneByOne[i])
		}
		for _, plain := range []*nary{compiled[i], matched[i]} {
			if plain.canonical() != e || plain.terms() != numberOfTerms(e) {
				t.Errorf("S%d: canonical %v (%d terms), plain %v (%d terms)", i+1, e, numberOfTerms(e), plain.canonical(), plain.terms())
			}
		}
	}
}

func TestPlainRules(t *testing.T) {
	var a naryAlgebra
	x, y, half := a.Var("x"), a.Var("y"), a.Number("0.5")
	xy := func(c *nary) *nary { return a.Times(c, y, x) }
	for _, test := range []struct{ term, want *nary }{
		{a.Plus(), a.Plus()},
		{a.Plus(x, a.Int(0)), x},
		{a.Plus(x, x), a.Times(a.Int(2), x)},
		{a.Plus(x, a.Times(half, x)), a.Times(a.Number("1.5"), x)},
		{a.Plus(a.Times(a.Int(-1), x), x), a.Int(0)},
		{a.Plus(xy(a.Int(3)), xy(a.Int(-1)), a.Times(x, y)), a.Times(a.Int(3), x, y)},
		{a.Plus(a.Plus(y, x), a.Plus(x, half), half), a.Plus(a.Int(1), y, a.Times(a.Int(2), x))},
		{a.Times(x, y, x, x), a.Times(y, &nary{kind: naryPower, args: []*nary{x, a.Int(3)}})},
		{a.Times(x, a.Int(2), half), x},
		{a.Times(x, a.Int(0)), a.Int(0)},
		{a.Times(a.Int(1<<40), a.Int(1<<40)), naryRat(new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 80)))},
		{a.Plus(a.Int(1<<62), a.Int(1<<62)), naryRat(new(big.Rat).SetInt(new(big.Int).Lsh(big.NewInt(1), 63)))},
	} {
		for name, got := range map[string]*nary{"compiled": a.Simplify(test.term), "matched": matchedAlgebra{}.Simplify(test.term)} {
			if !got.equal(test.want) {
				t.Errorf("%s: got %v, want %v", name, got.canonical(), test.want.canonical())
			}
		}
	}
}
