// Package simd compiles programs to vector machine code, at run time and by
// itself: no assembler, compiler or cgo takes part.
//
// [Compile] makes the [Code] of a kernels.Program for a [Tier]: AVX2, AVX512,
// or Portable, which is an interpreter that works through strips of elements
// and runs everywhere. A [Runner] runs it over the memory of a launch. Every
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
// A program of many arrays, as the right-hand sides of a large system of
// equations are, reads all of them first. Its results are then computed in an
// order in which what they share is alive for a short time, several at once, so
// that the processor need not wait for one chain of sums to end; and a single
// element has code of its own.
//
// # Choosing a tier
//
// [Best] is the widest tier that the processor and the system can run. The
// environment variable TRIAD_SIMD (avx512, avx2 or portable) masks the tiers
// above the one it names, and [Options] asks for one. Machine code needs linux
// on amd64; elsewhere, and where the system refuses executable memory, the
// portable tier runs instead, and [Code.Fallback] says why.
package simd
