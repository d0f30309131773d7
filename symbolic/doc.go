// Package symbolic holds expressions: immutable terms over variables, exact
// numbers and float64 constants.
//
//	s, b, c := symbolic.Var("s"), symbolic.Var("b"), symbolic.Var("c")
//	e := b.Add(s.Mul(c))                  // or symbolic.MustParse("b + s*c")
//	fmt.Println(e)                        // b + s*c
//
// An [Expr] is a small value, to be copied and compared freely, from any number
// of goroutines. Two expressions are == exactly when they are the same
// operations on the same operands in the same order, however they were made:
// equal terms are one term in memory (hash-consing), so a subterm that occurs
// often is stored once, and an Expr can be the key of a map. Terms that nobody
// holds any more are garbage collected.
//
// Terms are faithful: they keep the operations and the order that were written,
// since a + b + c and a + (b + c) differ in floating point. x + 0 stays x + 0.
// The one exception is arithmetic of exact numbers among themselves, which is
// done at once and exactly, as in Go's constant expressions: 1/3 + 1/6 is the
// number 1/2, whatever its size (see [Exact] for the bound). A number with a
// decimal point is a float64 constant, and nothing is ever computed with those
// here. So 1/3 is a third, 1.0/3.0 is a division that is still to be done.
//
// What a term computes in float64 or float32 is defined by package kernels,
// which lowers terms to programs; the doc comments here say what each operation
// means there.
package symbolic
