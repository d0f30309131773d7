// Package vecmath writes the elementary functions as straight-line programs of the
// operations that every backend has, so that they give the same bits everywhere
// and no generated code calls anything.
//
// A function is written once, against [Lanes]: package kernels lowers calls with
// it, and the tests evaluate it one element at a time and compare with big-float
// arithmetic. Polynomials have the coefficients of coeff_*.go, which the command
// in ./gen makes (go generate).
package vecmath

//go:generate go run ./gen
