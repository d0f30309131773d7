// Package executortest checks that an executor keeps what package runtime
// promises, as testing/fstest does for file systems. The test of an executor
// calls [Run]:
//
//	func TestExecutor(t *testing.T) {
//		executortest.Run(t, func(tb testing.TB) runtime.Executor {
//			ex, err := mine.Open()
//			if err != nil {
//				tb.Fatal(err)
//			}
//			return ex
//		})
//	}
//
// What an executor computes is compared with the bits of kernels' interpreter:
// every length from 0 to 300 and some large ones, slices of any alignment, both
// element types, random kernels on random numbers and on those that break code
// (NaN, infinities, zeros of both signs, denormals), kernels of integers and of several
// types, kernels without arrays, divisions by zero, reductions, several outputs, outputs in place, all schedules. Memory around the arrays must stay
// as it was. Then come arguments that do not fit, closed executors and buffers,
// cancellation, concurrent launches, events, allocations and, if the executor
// is a runtime.Looper, loops over Go functions and panics in them.
package executortest

import (
	"testing"

	"github.com/triad-go/triad/runtime"
)

// Run tests the executors that open returns, a fresh one for each check. It
// closes them.
func Run(t *testing.T, open func(testing.TB) runtime.Executor) {
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) { c.run(t, open) })
	}
}

// check is one of the checks of Run.
type check struct {
	name string
	test func(testing.TB, runtime.Executor)
}

func (c check) run(tb testing.TB, open func(testing.TB) runtime.Executor) {
	ex := open(tb)
	defer ex.Close()
	c.test(tb, ex)
}

var checks = []check{
	{"lengths", testLengths},
	{"large", testLarge},
	{"inplace", testInPlace},
	{"reductions", testReductions},
	{"types", testTypes},
	{"divisions", testDivisions},
	{"empty", testEmpty},
	{"shapes", testShapes},
	{"scalars", testScalars},
	{"results", testResults},
	{"buffers", testBuffers},
	{"info", testInfo},
	{"arguments", testArguments},
	{"policies", testPolicies},
	{"closed", testClosed},
	{"close waits", testCloseWaits},
	{"cancelled", testCancelled},
	{"concurrent", testConcurrent},
	{"events", testEvents},
	{"allocations", testAllocations},
	{"loops", testLoops},
	{"loop cancelled", testLoopCancelled},
	{"loop panics", testLoopPanics},
	{"loop nested", testLoopNested},
}
