// Package fake is a driver library without a GPU, for tests: libcuda in C (libcuda/fake.c), which the
// test's C compiler makes a shared library of, and what a test needs to set it and to ask it.
//
// Its devices are memory of the process. Its streams are lazy: an operation runs when something waits for it (or a query
// gives its stream a turn), so that a synchronisation that is missing shows as wrong data on every run. It keeps
// a record of what a caller must not do (faults) and of what it has not given back (leaks); either fails the test
// that [New] was called with. Any call can be made to fail, a device to be lost, a launch never to end.
//
// It differs from a driver where that makes it stricter or simpler:
//
//   - Streams, events, modules and memory have to belong to the current context, but for events that are waited for.
//   - To free memory, or to unload a module, that queued work uses is a fault; the fake then waits first.
//   - To destroy what belongs to a lost context gives the context's error and destroys it nonetheless. Functions that
//     release or wait do their work even where a test makes them fail.
//   - A context that goes with the last release of a primary context may be nobody's current one: its calls give
//     CUDA_ERROR_INVALID_CONTEXT. What a lost context takes with it is no leak.
//   - To capture a launch of what was not launched before is a fault: a driver may load lazily, which a capture need not stand.
//   - Streams are non-blocking. Graphs hold no allocations, and run as one sequence.
//   - Addresses are never used again, so that a stale one is always found.
package fake
