package kernels_test

import (
	"errors"
	"fmt"

	"github.com/triad-go/triad/kernels"
)

// Filling gaps is a scan with an operation that does not commute: of two values the right one, unless it is no number.
func ExampleParseOperation() {
	latest, err := kernels.ParseOperation("latest", "a", "b", "select(b == b, b, a)", "nan")
	fmt.Println(latest, err)
	k, err := kernels.Parse("fill", "y = scan(latest, x); r = fold(latest, x)", kernels.Operations(latest))
	fmt.Println(k, err)

	_, err = kernels.ParseOperation("mean", "a", "b", "(a + b)/2", "0")
	var e *kernels.OperationError
	fmt.Println(errors.As(err, &e), err)
	// Output:
	// latest(a, b) = select(b == b, b, a) <nil>
	// y = scan(latest, x); r = fold(latest, x) <nil>
	// true kernels: operation mean: identity∘a = a does not hold: for a = 1 the left side is 0.5, the right side 1
}
