// Package cost says what operations cost, so that of two forms of an
// expression the one that runs faster can be told before any code is written.
//
// A [Model] gives the cycles of one operation by its name; a [Table] is a Model
// that is a list. There are fixed tables for AVX2, AVX-512, the portable
// interpreter of package simd and an NVIDIA data-centre GPU, and one of
// latencies for chains in which each operation waits for the one before. They
// are the same on every machine, so that what is chosen by them is too. A table
// measured on a machine (package simd/calibrate) can be written to a file and
// read back; nothing loads one by itself.
//
// # What the numbers mean
//
// A price is what one operation on one vector adds to a loop whose operations
// do not wait for each other, in cycles of the core's clock: the reciprocal
// throughput. [Table.Lanes] is how many elements a vector has. That of a whole
// expression is the sum, which is exact where one kind of unit is the
// bottleneck, and too high where adds, multiplications and loads keep different
// units busy at the same time. Loads and stores are priced as hits of the
// first-level cache; constants and scalars, which sit in registers, at what they
// take away from the rest.
//
// # Functions
//
// The prices of exp, sin and the rest are estimates: how many operations of the
// cost of a fused multiply-add, divisions and square roots a good vector
// implementation takes without its rare paths (see [Derive]).
package cost
