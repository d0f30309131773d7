package egraph_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/triad-go/triad/egraph"
	"github.com/triad-go/triad/egraph/extract"
)

func size(egraph.Node) float64 { return 1 }

// A graph goes to JSON and back, and gives the same cheapest term.
func ExampleGraph_Problem() {
	g := egraph.New()
	root, _ := g.AddSExpr("(+ (* x y) (* x z))")
	rules := egraph.MustRules("(+ (* ?a ?b) (* ?a ?c)) => (* ?a (+ ?b ?c))", "(+ ?a ?b) => (+ ?b ?a)")
	if _, err := g.Run(context.Background(), rules); err != nil {
		fmt.Println(err)
		return
	}
	p, _, err := g.Problem(size, root)
	if err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	if err := p.WriteJSON(&file); err != nil {
		fmt.Println(err)
		return
	}

	read, err := extract.ReadJSON(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	h, roots, err := egraph.FromProblem(read)
	if err != nil {
		fmt.Println(err)
		return
	}
	q, nodes, err := h.Problem(size, roots...)
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := extract.Exact(context.Background(), q, extract.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := h.SExpr(roots[0], egraph.Chosen(s, nodes))
	fmt.Println(h.NumNodes() == g.NumNodes(), s.Cost, s.Optimal)
	fmt.Println(text, err)
	// Output:
	// true 5 true
	// (* x (+ y z)) <nil>
}

func TestProblemErrors(t *testing.T) {
	g := egraph.New()
	root, _ := g.AddSExpr("(f x 1)")
	var e *extract.Error
	if _, _, err := g.Problem(size); !errors.As(err, &e) {
		t.Errorf("no roots: %v", err)
	}
	for _, c := range []float64{-1, math.NaN(), math.Inf(1)} {
		if _, _, err := g.Problem(func(egraph.Node) float64 { return c }, root); !errors.As(err, &e) {
			t.Errorf("a price of %v: %v", c, err)
		}
	}
	two := &extract.Problem{
		Classes: 1, Roots: []int32{0},
		Nodes: []extract.Node{{Op: "1"}, {Op: "2"}},
	}
	var contradiction *egraph.ContradictionError
	if _, _, err := egraph.FromProblem(two); !errors.As(err, &contradiction) {
		t.Errorf("two numbers in a class: %v", err)
	}
	cyclic := &extract.Problem{Classes: 1, Roots: []int32{0}, Nodes: []extract.Node{{Op: "f", Children: []int32{0}}}}
	var cycle *extract.CycleError
	if _, _, err := egraph.FromProblem(cyclic); !errors.As(err, &cycle) {
		t.Errorf("a root that needs itself: %v", err)
	}
	// A class may refer to itself if it need not.
	loop := &extract.Problem{
		Classes: 2, Roots: []int32{0},
		Nodes: []extract.Node{{Op: "x"}, {Op: "f", Children: []int32{0, 1}}, {Op: "y", Class: 1}},
	}
	h, roots, err := egraph.FromProblem(loop)
	if err != nil || h.NumNodes() != 3 || h.NumClasses() != 2 || len(roots) != 1 {
		t.Errorf("a graph with a loop: %v nodes, %v classes, %v", h.NumNodes(), h.NumClasses(), err)
	}
}
