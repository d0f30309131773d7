// Package symbolic holds expressions: immutable terms over variables, exact
// numbers and float64 constants; their algebra and calculus; and their way in
// and out.
//
//	x, y := symbolic.Var("x"), symbolic.Var("y")
//	e := x.Mul(x).Add(symbolic.Sin(y))    // or symbolic.MustParse("x*x + sin(y)")
//	d, err := symbolic.Diff(e, x)         // x + x
//	fmt.Println(symbolic.Canonical(d))    // 2*x
//
// # Terms
//
// An [Expr] is a small value, to be copied and compared freely, from any number
// of goroutines. Two expressions are == exactly when they are the same
// operations on the same operands in the same order, however they were made:
// equal terms are one term in memory (hash-consing), so a subterm that occurs
// often is stored once, and an Expr can be the key of a map. Terms that nobody
// holds any more are garbage collected. Everything that walks terms visits a
// shared one once, and recurses on no stack: terms may be millions of levels
// deep.
//
// # Two forms
//
// What the methods of Expr and [Parse] make is faithful: it keeps the operations
// and the order that were written, since a + b + c and a + (b + c) differ in
// floating point. x + 0 stays x + 0. What [Plus], [Times] and [Power] make is
// canonical: sums and products in dictionary form, with like terms collected,
// in one order, so that equal sums of products are == whatever way they were
// written. A term passes from one form to the other only when it is asked to,
// by [Canonical] and [Faithful]; what transforms terms keeps the form that it is
// given. A canonical term is printed, evaluated and compiled as Faithful
// writes it.
//
// # Numbers
//
// Exact numbers are integers and rationals of any size. Arithmetic of exact
// numbers among themselves is done at once and exactly, in both forms, as in
// Go's constant expressions: 1/3 + 1/6 is the number 1/2. A number with a
// decimal point is a float64 constant. Faithful terms compute nothing with
// those; canonical ones do, rounding once for each product. No exact number
// becomes a float unless a float multiplies it: x/3 + 0.5*x stays two terms. A
// division by the exact number 0 stays a term, which no cancellation removes.
//
// # Meaning
//
// What an operation computes in float64 or float32 is defined by package
// kernels, which lowers terms to programs; the doc comments here say what each
// operation means there. [Function] is a named function, built in or registered
// by a user.
package symbolic
