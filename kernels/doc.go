// Package kernels turns expressions into programs, and says what a program
// means.
//
// A [Kernel] is a computation over n elements, written as mathematics: named
// outputs as expressions of named arrays and scalars.
//
//	triad, err := kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s"))
//
// An output is an array, or a reduction of an expression's values over all
// elements: sum, min or max. A kernel may have several of both. It works on
// float64 and on float32 arrays alike. Package runtime runs it.
//
// # Optimising
//
// A kernel computes the cheapest equal form of what is written that package egraph
// finds, all outputs together as one system of terms ([Kernel.Optimized] tells it).
// The default is class Rounding: what is equal in real arithmetic may be taken for
// equal, so that a sum may be taken in another order, a product fused with a sum
// (b + s*c becomes fma(s, c, b), rounded once), a division by a constant become a
// multiplication. The last bits of results may then differ from those of the
// operations as they are written, for the better or the worse, and so may the point
// where an intermediate result overflows; [Kernel.Explain] measures by how much.
// The same text gives the same form, and so the same bits, on every machine, in
// every run and on every backend: it is chosen by fixed costs and within a budget of
// steps, not of time.
//
//	kernels.Parse("k", text, kernels.Unoptimized())    // computes exactly what is written
//	kernels.Parse("k", text, kernels.Optimize(egraph.Optimizer{Class: rewrite.Exact}))
//
// Optimised in class Exact, a kernel has the bits of what is written; in class
// Domain, x/x may become 1.
//
// # Meaning
//
// For each element type the optimised form is lowered to a [Program]: straight-line
// code over one index, in which each shared subterm stands once. [Program.Interpret]
// defines what a program computes, to the last bit, and every backend gives the
// same bits (the payloads of NaNs excepted):
//
//   - Every operation is one IEEE 754 operation of the element type, rounded to
//     nearest even; fma is rounded once. Nothing is contracted, reassociated or
//     flushed to zero any more.
//   - An exact number is rounded to the element type once; a float64 constant
//     and a scalar are rounded to float32 in a float32 program.
//   - min(a,b) is a < b ? a : b, and max(a,b) is a > b ? a : b. Comparisons
//     with NaN are false, but for !=.
//   - x^n is left-to-right binary powering; x^0 is 1; x^-n is 1/(x^n).
//   - An array that is both input and output is read before it is written, and
//     so is an output array that a caller passes as an input too.
//
// # Reductions
//
// The order in which values are folded depends on n alone, never on workers,
// instruction set or device. A row is 256 bytes of elements: 32 lanes of
// float64 or 64 of float32; a block is 32 rows. Lane j of a block takes its
// elements j, j+lanes, j+2*lanes … in turn; the lanes are folded in halves; the
// blocks' values are folded in pairs of neighbours, level by level. A sum starts
// from 0, min from +Inf and max from -Inf, which is also what they are where n
// is 0; min and max pass over NaNs.
package kernels
