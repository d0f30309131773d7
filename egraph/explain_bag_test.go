package egraph

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/symbolic/rewrite"
)

var bagRules = MustRules(
	"(* ?a (+ ?b ?c)) <=> (+ (* ?a ?b) (* ?a ?c))",
	"(^ ?x ?n:integer) => (* ?x (^ ?x (+ ?n -1))) if ?n > 1",
	"(^ ?x 1) => ?x",
	"(+ ?x (* -1 ?x)) => 0",
	"(* ?x 0) => 0",
	"(sqrt (* ?a ?b)) => (* (sqrt ?a) (sqrt ?b))",
	"(exp (+ ?a ?b)) => (* (exp ?a) (exp ?b))",
	"(+ (^ (sin ?x) 2) (^ (cos ?x) 2)) => 1",
)

func randomBagTerm(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(6) == 0 {
		return []string{"x", "y", "z", "u", "0", "1", "2", "-1", "1/2"}[r.IntN(9)]
	}
	a := func() string { return randomBagTerm(r, depth-1) }
	switch r.IntN(8) {
	case 0, 1, 2:
		s := "(" + []string{"+", "*"}[r.IntN(2)]
		for range 2 + r.IntN(3) {
			s += " " + a()
		}
		return s + ")"
	case 3:
		return "(^ " + a() + " 2)"
	case 4:
		return "(sqrt " + a() + ")"
	case 5:
		return "(exp " + a() + ")"
	case 6:
		x := a()
		return "(+ (^ (sin " + x + ") 2) " + a() + " (^ (cos " + x + ") 2))"
	}
	x := a()
	return "(+ " + x + " (* -1 " + x + "))"
}

// Everything that rules and the graph itself do with multisets is explained.
func TestExplainMultisets(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 18))
	proofs := 0
	for i := range 60 {
		opts := []Option{Explained(), Multiset("+", "*")}
		if i%2 == 0 {
			opts = append(opts, Folding(rewrite.Rounding))
		}
		g := New(opts...)
		text := randomBagTerm(r, 3)
		if _, err := g.AddSExpr(text); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Run(context.Background(), bagRules, Iterations(3), Nodes(300)); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for _, p := range checkAll(t, g, bagRules) {
			if a := p.Assumptions(); a != nil {
				t.Fatalf("%s: assumptions %q\n%v", text, a, p)
			}
			proofs++
		}
	}
	if proofs < 500 {
		t.Errorf("only %d proofs", proofs)
	}
}

// subterms are the texts of the calls in a term.
func subterms(text string) (all []string) {
	var open []int
	for i, c := range text {
		switch c {
		case '(':
			open = append(open, i)
		case ')':
			all = append(all, text[open[len(open)-1]:i+1])
			open = open[:len(open)-1]
		}
	}
	return all
}

// A graph that explains finds the same terms to be equal, with multisets, as one
// that does not, when both are saturated. (The nodes need not be the same:
// numbers in multisets are added up as soon as they are known, which is earlier
// if each match is followed by congruence.)
func TestExplainedMultisetsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(19, 20))
	compared, equal := 0, 0
	for range 200 {
		text := randomBagTerm(r, 3)
		all := subterms(text)
		var ids [2][]ID
		saturated := true
		for i, opts := range [][]Option{{Multiset("+", "*")}, {Multiset("+", "*"), Explained()}} {
			g := New(append(opts, Folding(rewrite.Rounding))...)
			for _, s := range all {
				id, err := g.AddSExpr(s)
				if err != nil {
					t.Fatal(err)
				}
				ids[i] = append(ids[i], id)
			}
			report, err := g.Run(context.Background(), bagRules, Iterations(8), Nodes(300))
			if err != nil {
				t.Fatal(err)
			}
			saturated = saturated && report.Reason == Saturated
			for j, id := range ids[i] {
				ids[i][j] = g.Find(id)
			}
		}
		if !saturated {
			continue
		}
		for i := range all {
			for j := range i {
				a, b := ids[0][i] == ids[0][j], ids[1][i] == ids[1][j]
				if a != b {
					t.Errorf("%s: %s = %s is %v, explained %v", text, all[i], all[j], a, b)
				}
				compared++
				if a {
					equal++
				}
			}
		}
	}
	if compared < 500 || equal < 50 {
		t.Errorf("only %d pairs, of which %d are equal", compared, equal)
	}
}
