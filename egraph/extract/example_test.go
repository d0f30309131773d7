package extract_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/triad-go/triad/egraph/extract"
)

// Twice a number: which of the two ways is cheaper?
func Example() {
	p := &extract.Problem{
		Classes: 3,
		Nodes: []extract.Node{
			{Op: "*", Class: 0, Children: []int32{1, 2}, Cost: 4},
			{Op: "+", Class: 0, Children: []int32{1, 1}, Cost: 4},
			{Op: "a", Class: 1, Cost: 1},
			{Op: "2", Class: 2, Cost: 1},
		},
		Roots: []int32{0},
	}
	s, err := extract.Greedy(context.Background(), p, extract.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(s.Choice, s.Cost, p.Nodes[s.Choice[0]].Op)
	// Output: [1 2 -1] 5 +
}

// shared is a problem in JSON. Each of the two roots has a term of its own that costs 3;
// both can be made from one that costs 4.
const shared = `{
  "nodes": {
    "u":  {"op": "u", "children": [], "eclass": "left", "cost": 3},
    "u2": {"op": "re", "children": ["w"], "eclass": "left", "cost": 0},
    "v":  {"op": "v", "children": [], "eclass": "right", "cost": 3},
    "v2": {"op": "im", "children": ["w"], "eclass": "right", "cost": 0},
    "w":  {"op": "w", "children": [], "eclass": "both", "cost": 4}
  },
  "root_eclasses": ["left", "right"]
}`

// What is best for each root alone is not what is best for all.
func ExampleExact() {
	p, err := extract.ReadJSON(strings.NewReader(shared))
	if err != nil {
		fmt.Println(err)
		return
	}
	tree, err := extract.Tree(p)
	if err != nil {
		fmt.Println(err)
		return
	}
	exact, err := extract.Exact(context.Background(), p, extract.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("each for itself:", tree.Cost)
	fmt.Println("together:", exact.Cost, "optimal:", exact.Optimal)
	for c, n := range exact.Choice {
		fmt.Println(p.ClassNames[c], "is made by", p.NodeNames[n])
	}
	// Output:
	// each for itself: 6
	// together: 4 optimal: true
	// left is made by u2
	// right is made by v2
	// both is made by w
}

func ExampleProblem_WriteJSON() {
	p := &extract.Problem{
		Classes: 2,
		Nodes: []extract.Node{
			{Op: "sqrt", Class: 0, Children: []int32{1}, Cost: 18},
			{Op: "x", Class: 1, Cost: 0.5},
		},
		Roots: []int32{0},
	}
	if err := p.WriteJSON(os.Stdout); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "nodes": {
	//     "0.0": {"op": "sqrt", "children": ["1.0"], "eclass": "0", "cost": 18},
	//     "1.0": {"op": "x", "children": [], "eclass": "1", "cost": 0.5}
	//   },
	//   "root_eclasses": ["0"]
	// }
}

// A choice can be checked and priced apart from how it was made.
func ExampleProblem_DAGCost() {
	p := &extract.Problem{
		Classes: 2,
		Nodes: []extract.Node{
			{Op: "+0", Class: 0, Children: []int32{1}, Cost: 1},
			{Op: "+0", Class: 1, Children: []int32{0}, Cost: 1},
			{Op: "x", Class: 1, Cost: 5},
		},
		Roots: []int32{0},
	}
	fmt.Println(p.DAGCost([]int32{0, 2}))
	fmt.Println(p.DAGCost([]int32{0, 1}))
	// Output:
	// 6 <nil>
	// 0 extract: the choice for root 0 is cyclic: 0 -> 1 -> 0
}
