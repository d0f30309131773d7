// Package simd compiles programs to vector machine code, at run time and by
// itself: no assembler, compiler or cgo takes part.
//
// [Compile] makes the [Code] of a kernels.Program for a [Tier]: AVX2, AVX512,
// NEON, or Portable, which is an interpreter that works through strips of
// elements and runs everywhere. A [Runner] runs it over the memory of a launch. Every
// tier gives the bits that kernels.Program.Interpret defines. Most users meet
// this package through runtime, whose executors do all of that.
//
// # What the code looks like
//
// A program without reductions becomes a loop over several vectors, a loop over
// one, and a rest under a mask. One that reduces becomes loops over the blocks
// and rows that package kernels lays down. A load that is used once is a memory
// operand, a negation vanishes into a fused multiply-add that uses it, scalars
// and constants sit in registers, and where a program has more values alive than
// there are registers, the value whose next use is furthest is spilled and comes
// back as a memory operand. The code calls nothing, uses no stack, and is mapped
// writable first and executable then, never both.
//
// Values of 4 bytes beside others of 8 take half a register, so that each vector
// has as many lanes. Truth values are masks: in mask registers with AVX-512, in
// vectors with AVX2. Small tables are permuted, larger ones gathered. What
// a guard of the program makes rare lies behind all other code; one test and a
// branch that is not taken lead past it.
//
// Where the steps of one vector wait for each other, the main loop computes several
// vectors at once: as many as a model of latencies asks for. Their steps are then
// in an order in which few wait for one right before.
//
// A program of many arrays, as the right-hand sides of a large system of
// equations are, reads all of them first. Its results are then computed in an
// order in which what they share is alive for a short time, several at once, so
// that the processor need not wait for one chain of sums to end; and a single
// element has code of its own.
//
// That is the code for amd64. The code for NEON is a loop over several vectors,
// one over one, and one over single elements; it has no non-temporal stores, and
// takes results in the order of the program.
//
// # Choosing a tier
//
// [Best] is the widest tier that the processor and the system can run. The
// environment variable TRIAD_SIMD (avx512, avx2, neon or portable) masks the
// tiers above the one it names, and [Options] asks for one. Machine code needs
// linux on amd64 or arm64; elsewhere, and where the system refuses executable
// memory, the portable tier runs instead, and [Code.Fallback] says why.
package simd
