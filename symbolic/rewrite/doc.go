// Package rewrite changes terms by rules, whatever the terms are made of.
//
//	rule := rewrite.MustParse(rewrite.Trees, "sin(?x)^2 + cos(?x)^2 => 1")
//	term := rewrite.MustTree("a + cos(b)^2 + sin(b)^2")
//	term, err := rewrite.Run(ctx, rewrite.Trees, rule, term)   // (+ a 1)
//
// There are three ideas.
//
// [Terms] is how the package sees terms of a type T: is it a call, of what head,
// with which arguments; make one like it. Package symbolic has it for its
// expressions (symbolic.Terms), this one for plain trees ([Trees]), and users
// write it for types of their own.
//
// A [Rule] has a left side with slots, and a right side. It is made from text by
// [Parse], where all that a rule can be is told; from patterns by [New]; with a
// Go function for a right side by [NewFunc]. Options give it a name, a
// floating-point [Class], a [Matching], predicates and conditions. It is
// compiled once and shared by all goroutines.
//
// A [Rewriter] is a rule, or made of others: [Chain], [RestartedChain], [If],
// [IfElse], [Fixpoint], [Limit], [Accept], [PassThrough], and the walks that go through a
// whole term: [Postwalk], [Prewalk], [ParallelPostwalk], [ParallelPrewalk]; or a
// function, [Func]. [Run] applies one to a term:
//
//	simplify := rewrite.Fixpoint(rewrite.Postwalk(rewrite.Rules(rules...)))
//	term, err := rewrite.Run(ctx, terms, simplify, term)
//
// What comes out depends on the term and the rules alone: matches are looked for
// in a fixed order, and work is bounded in steps, not in time ([Limits]). A
// rewriting that does not end is an error, a *[BudgetError], which names the
// rules that kept it going. [Trace] tells of each rule that fires.
//
// Nothing recurses over terms, and a walk visits a subterm once, however often
// it occurs. A term in which nothing changes stays the same term.
package rewrite
