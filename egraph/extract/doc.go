// Package extract chooses, from classes of equal terms, the cheapest term: one
// node of each class that is needed.
//
// A [Problem] has classes and nodes. A node stands in one class, has a cost, and
// asks for other classes, its children. It need not come from this project's
// e-graphs: [ReadJSON] and [Problem.WriteJSON] speak the form of the
// extraction-gym benchmark. In the following, class 0 is a*2 or a+a, class 1 is
// a, and class 2 is the number 2:
//
//	p := &extract.Problem{
//		Classes: 3,
//		Nodes: []extract.Node{
//			{Op: "*", Class: 0, Children: []int32{1, 2}, Cost: 4},
//			{Op: "+", Class: 0, Children: []int32{1, 1}, Cost: 4},
//			{Op: "a", Class: 1, Cost: 1},
//			{Op: "2", Class: 2, Cost: 1},
//		},
//		Roots: []int32{0},
//	}
//	s, err := extract.Greedy(ctx, p, extract.Options{})   // s.Choice is {1, 2, -1}, s.Cost is 5
//
// There are two costs. The tree cost of a term counts what occurs twice twice;
// the DAG cost counts each class once, over all roots together, as a program does
// that keeps its values ([Problem.TreeCost], [Problem.DAGCost]). Three functions
// give a [Solution], each with a DAG cost of at most the one before:
//
//   - [Tree] has the least tree cost, for each root, in nearly linear time.
//   - [Greedy] starts there and looks for what can be shared.
//   - [Exact] goes on until it has proved that there is nothing cheaper.
//
// The two last stop when they have done [Options.Steps] of work. Steps are
// counted, not timed, so that the same problem has the same solution everywhere.
// A solution never has a cycle: classes may need each other (x = x+0), but the
// nodes chosen do not.
package extract
