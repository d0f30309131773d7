// Package runtime runs kernels and Go functions on what the machine has: one
// core's vector unit, or all cores.
//
// # From a kernel to a launch
//
// A kernel says what is computed, an [Executor] where. [Executor.Bind] checks a
// kernel's arguments and gives a [Call], which runs as often as wanted:
//
//	triad, err := kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s"))
//	ex, err := runtime.Default()
//	defer ex.Close()
//	call, err := ex.Bind(triad, runtime.Args{"a": a, "b": b, "c": c, "s": 3.0})
//	err = call.Run(ctx)
//
// Arguments are ordinary slices of floats or integers, used without a copy, or a
// [Buffer]: memory outside the Go heap, on huge pages where the system grants them,
// near the workers that use it. A [Shape] tells the index space where no array does, as for numbers drawn at
// random. A [Grid] has several axes, with strides, and matrices and vectors of
// gonum are grids too. Whatever does not fit is refused by Bind with an
// [*ArgError]; after that, Run allocates nothing. [Call.Start] does not wait
// and returns an [Event]. A context cancels a launch between pieces of some
// 100 µs. A launch that divides an integer by zero says so with a [*DivideError].
//
// # Executors
//
// [Open] knows these by name, and others that packages [Register]:
//
//   - sequential is the reference: kernels' interpreter, on the caller's
//     goroutine. It is slow.
//   - simd is machine code on the caller's goroutine.
//   - pool, which [Default] opens, is machine code on all cores: a team of
//     goroutines that stay, look out for the next launch for some 100 µs after
//     each, and then sleep. The caller of a launch is one of the team. Launches
//     so small that one core ends them within some microseconds run on the
//     caller alone.
//
// All give the same bits for the same kernel and arguments, however many
// workers there are and whatever the [Policy] (NaN payloads excepted): package
// kernels says which bits. Policies say how elements are dealt out to workers,
// and whether outputs are written past the caches; [Call.Info] says what came
// of it. Packages that have executors of their own test them with executortest.
//
// [Choose] takes the one of several executors, of devices among them, that is predicted to launch a kernel
// the fastest, copies of the arrays included, and says in words why. It goes by what each
// measures of itself once, or is told with [Assume].
//
// # Grids and steps
//
// A kernel over a space of two or three axes, or with neighbours, goes row by row; rows and
// planes that neighbours share stay in cache. [Call.Steps] runs a kernel whose outputs are the
// next step's inputs, several steps in one pass through the arrays where that pays.
//
// # Collectives and sorting
//
// Scans, compactions, histograms and the other collectives of package kernels are outputs among others:
// each array is read and written once. [Sort], [SortBy], [Unique] and [RunLengths] work on
// slices of numbers, on all workers.
//
// # Loops
//
// [For] and [ForRange] run ordinary Go functions on the same workers. A range
// is dealt out as a kernel's elements are, so that memory which a loop touches
// first lies where kernels want it.
//
// # In a host program
//
// Executors are safe for concurrent use; a pool serves one launch at a time.
// No goroutine outlives Close. One call into machine code is short, so that
// garbage collections do not wait for it. While a launch runs, the pprof labels
// "executor" and "kernel" are set on the goroutines that work for it.
//
// The package shares its name with Go's own, for which files that need both
// write goruntime "runtime".
//
// No function of this package panics but [Register] and [RegisterTargets];
// contexts may not be nil.
package runtime
