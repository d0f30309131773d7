// Package aot writes kernels ahead of time: as Go source, and as assembly for the
// Go assembler, for programs that must not make code at run time, or do without
// this library altogether.
//
// [Generate] writes the files of one function. For the kernel y = a*x + y they are
//
//	axpy.go                       the function, what it computes as its comment, and the loop in Go
//	axpy_amd64.go, axpy_arm64.go  the declarations of the vector code, and the choice of one
//	axpy_amd64.s, axpy_arm64.s    the vector code: the instructions that package simd makes, as text
//	axpy_other.go                 what stands in for both elsewhere
//
// All give the same bits, those that kernels.Program.Interpret defines (NaN
// payloads excepted); the Go loop keeps each operation apart, so that no compiler
// fuses two. Which vector code runs is settled when the program starts, by what
// the processor has. The build tag purego leaves the assembly out. The output
// needs the standard library and, with assembly for amd64,
// golang.org/x/sys/cpu. What Go's assembler has no name for, as most of NEON, stands
// there by its bits, beside its text.
//
// # The function
//
// Its parameters are those of the kernel: a slice for each array, then a number
// for each scalar, both in the kernel's order. It returns the values of the
// reductions, and an error if the kernel has operations that can fail, such as a
// division of integers: that names the first element that did. Slices of
// different lengths are a programmer error and panic. An output may be the same
// slice as an input; other overlaps give undefined results. It is safe for
// concurrent use, allocates nothing but its error, and calls vector code for some
// thousand elements at a time, since Go cannot preempt it.
//
// The command triad generate is this package for the command line, and for go
// generate:
//
//	//go:generate go run github.com/triad-go/triad/cmd/triad generate -o axpy.go -func Axpy -scalars a "y = a*x + y"
package aot
