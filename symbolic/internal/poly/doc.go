// Package poly holds sparse polynomials in many variables with exact rational coefficients.
//
// A polynomial is a list of terms in graded lexicographic order. The exponents of a term are packed into machine
// words with the total degree in front, so that comparing words compares monomials and adding words multiplies them.
// Coefficients are integers over one denominator, held as int64 while all of them fit, then as 128-bit integers, then
// as big.Int. Before an operation starts, the widths of its exponents and of its coefficients are bounded, and a loop
// that cannot overflow is chosen.
//
// Products are accumulated in a dense array or in a hash table, whichever the sizes favour, a stretch of descending
// monomials at a time, so that both stay in the cache. Quotients come from a heap (Monagan and Pearce, "Sparse polynomial
// division using a heap", 2011). Powers of sums whose monomials are
// independent, such as (x+y+z)^50, come straight from the multinomial theorem.
//
// Operations that can grow without bound take a [Limit] and return a [*LimitError] when the result does not fit it;
// where the size of the result is known beforehand nothing is computed.
package poly
