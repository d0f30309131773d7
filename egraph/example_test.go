package egraph_test

import (
	"context"
	"fmt"
	"math/big"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/symbolic"
	"github.com/triad-go/triad/symbolic/rewrite"
)

func Example() {
	g := egraph.New()
	root, _ := g.AddSExpr("(/ (* a 2) 2)")
	rules := egraph.MustRules(
		"(/ (* ?x ?y) ?z) => (* ?x (/ ?y ?z))",
		"(/ ?x ?x) => 1 if ?x != 0",
		"(* ?x 1) => ?x",
		"(* ?x 2) <=> (+ ?x ?x)",
	)
	report, _ := g.Run(context.Background(), rules)
	text, _ := g.SExpr(root, g.Smallest())
	fmt.Println(report.Reason, text)
	// Output: saturated a
}

// The rules of the classical rewriters drive the e-graph as well.
func ExampleFromRules() {
	shipped := symbolic.ArithmeticRules.Rules()
	rules, err := egraph.FromRules(shipped...)
	if err != nil {
		fmt.Println(err)
		return
	}
	g := egraph.New(egraph.Commutative("+", "*"))
	root := egraph.AddTerm(g, symbolic.Terms, symbolic.MustParse("a*b - a*c + 0"))
	g.Run(context.Background(), rules, egraph.Nodes(1000))
	best, _ := egraph.Term(g, symbolic.Terms, root, g.Smallest())
	fmt.Println(best)
	// Output: a*(b - c)
}

// A right side can be a Go function, and so can a condition.
func ExampleNewFunc() {
	double, _ := egraph.NewFunc(rewrite.MustPattern("f(?n:integer)"), func(m *egraph.Match) (egraph.ID, bool) {
		n := m.Number("n")
		return m.Graph().Number(new(big.Rat).Add(n, n)), true
	})
	g := egraph.New()
	root, _ := g.AddSExpr("(f 21)")
	g.Run(context.Background(), []*egraph.Rule{double})
	text, _ := g.SExpr(root, g.Smallest())
	fmt.Println(text)
	// Output: 42
}

func ExampleGraph_Dot() {
	g := egraph.New()
	id, _ := g.AddSExpr("(* a 2)")
	g.Union(id, g.Symbol("b"))
	g.Rebuild()
	fmt.Print(g.Dot())
	// Output:
	// digraph egraph {
	// 	compound=true
	// 	clusterrank=local
	// 	node [fontname="Helvetica"]
	// 	subgraph cluster_0 {
	// 		style=dotted
	// 		n1 [label="a"]
	// 	}
	// 	subgraph cluster_1 {
	// 		style=dotted
	// 		n5 [label="2"]
	// 	}
	// 	subgraph cluster_2 {
	// 		style=dotted
	// 		n9 [label="*"]
	// 		n15 [label="b"]
	// 	}
	// 	n9:sw -> n1 [lhead=cluster_0]
	// 	n9:se -> n5 [lhead=cluster_1]
	// }
}
