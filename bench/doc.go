// Package bench measures this library beside what a user would otherwise pick: plain C with OpenMP, C written by hand up
// to the machine's limit, gonum's floats, and plain Go loops.
//
//	report, err := bench.Run(ctx, bench.Config{})
//
// measures everything and returns tables; the command bench is a command line for this package. docs/BENCHMARKS.md
// describes the method in full. Its core: the sides take turns, launch by launch, in rounds that each begin with another
// side, so that a machine whose speed drifts is as fast or slow for each of them, and a side that waits sleeps. What is
// reported is the median of the rounds, the ratio of two sides' medians, and how far that ratio varies from round to
// round. Before anything is timed, each side's results are compared with values worked out separately.
//
// The symbolic layer is measured beside GiNaC and SymPy, and on the equations of a reaction network beside plain terms,
// which the same code builds and rules simplify.
//
// The e-graph is measured by itself, as an engine, and by what it is for: formulas and the reaction network compiled as
// they are written and as they are optimised.
//
// Functions and expressions are measured beside C with its library's vector functions, NumPy, numexpr and Numba; stencils,
// scans, sparse matrices and the like beside C and the memory's floor; sorting beside the standard library's; random numbers beside C and
// math/rand/v2.
//
// The C sources lie in this package. They are built at run time with the system's C compiler, into programs of their own
// that are driven through pipes, as are the programs for GiNaC (in C++) and SymPy (in Python). Where there is no
// compiler, or it cannot build one of them, that side's column says so and the others are measured.
package bench
