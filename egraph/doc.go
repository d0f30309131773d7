// Package egraph finds equal forms of terms by equality saturation.
//
//	g := egraph.New()
//	root, err := g.AddSExpr("(/ (* a 2) 2)")
//	rules := egraph.MustRules(
//		"(/ (* ?x ?y) ?z) => (* ?x (/ ?y ?z))",
//		"(/ ?x ?x) => 1",
//		"(* ?x 1) => ?x",
//	)
//	report, err := g.Run(ctx, rules)
//	text, err := g.SExpr(root, g.Smallest()) // a
//
// A [Graph] is an e-graph: classes of equal terms. A class is a set of nodes, a
// node a head with classes as arguments, so that a small graph stands for very
// many terms. A [Rule] says that what its left side finds is equal to its right
// side; nothing is ever replaced, so that the order of rules does not matter and
// no good form is lost to one that was found before it. [Graph.Run] applies
// rules until they find nothing new or a limit is reached, and then a [Choice]
// takes a node from each class that is needed, and so a term ([Term]).
//
// Rules are made from S-expressions ([ParseRule]), from patterns ([NewRule],
// [NewFunc]), or of the rules that the classical rewriters use ([FromRule]). A
// [Theory] is rules that were compiled once for many graphs. Terms of any type
// come in through their rewrite.Terms ([AddTerm]) and go out by [Term].
//
// Heads are ordered by default: sums are what rules make of them. Those that are
// declared [Commutative] keep their two arguments sorted, and patterns match them
// both ways. Those that are declared [Multiset] are associative and commutative
// with any number of arguments, one node for what would be exponentially many.
//
// # How it works
//
// The nodes lie one after the other in one slice of uint32, named by where they
// begin. A hash table finds the node of given arguments, a union-find the class
// that an ID stands for. Merging two classes only notes the parents of the one
// that goes; [Graph.Rebuild] makes them canonical at the end of an iteration, and
// merges what became equal by that (Willsey et al., egg: Fast and Extensible
// Equality Saturation, POPL 2021).
//
// A left side is compiled to a list of atoms, nodes to be found one after the
// other, each in a class that one before it has found; an index of the graph by
// class and op, made for each iteration, has what they look at side by side in
// memory. Every node has a stamp, the iteration in which it last changed, and
// every rule the stamp up to which it has been searched for: of the matches, only
// those are looked for that have something new in them (semi-naive evaluation;
// Zhang et al., Better Together: Unifying Datalog and Equality Saturation, PLDI
// 2023).
//
// All that happens depends on the terms, rules and limits alone: not on time,
// unless a run is given a limit of time, and not on the order of maps.
package egraph
