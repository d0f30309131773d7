package runtime_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// A kernel of integers: they wrap, and a division by zero is an error that names
// the element.
func Example_integers() {
	ctx := context.Background()
	ex, err := runtime.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer ex.Close()

	k, err := kernels.Parse("share", "each = total/people; rest = rem(total, people)", kernels.Typed(kernels.Int32, "each", "rest", "total", "people"))
	if err != nil {
		fmt.Println(err)
		return
	}
	each, rest := make([]int32, 3), make([]int32, 3)
	total, people := []int32{17, -17, 5}, []int32{5, 5, 1}
	call, err := ex.Bind(k, runtime.Args{"each": each, "rest": rest, "total": total, "people": people})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(call.Run(ctx), each, rest)

	people[1] = 0
	err = call.Run(ctx)
	var divide *runtime.DivideError
	fmt.Println(errors.As(err, &divide), divide.Index)
	// Output:
	// <nil> [3 -3 5] [2 -2 0]
	// true 1
}

// A mask of integers of where floats pass a threshold.
func Example_mask() {
	ex, err := runtime.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer ex.Close()

	k, err := kernels.Parse("above", "mask = select(x > limit, 1, 0)", kernels.Scalars("limit"), kernels.Typed(kernels.Int32, "mask"))
	if err != nil {
		fmt.Println(err)
		return
	}
	mask := make([]int32, 5)
	call, err := ex.Bind(k, runtime.Args{"mask": mask, "x": []float32{0.5, 2, 1, -7, 1.5}, "limit": 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(call.Run(context.Background()), mask)
	// Output:
	// <nil> [0 1 0 0 1]
}

// Conversions are written: a float becomes an integer by being cut off, and the
// nearest one there is where it does not fit; NaN becomes 0.
func Example_conversion() {
	ex, err := runtime.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer ex.Close()

	k, err := kernels.Parse("quantise", "q = int32(x*scale)", kernels.Scalars("scale"), kernels.Typed(kernels.Int32, "q"))
	if err != nil {
		fmt.Println(err)
		return
	}
	q := make([]int32, 4)
	call, err := ex.Bind(k, runtime.Args{"q": q, "x": []float64{0.125, -3.1469, 1e12, -1e300}, "scale": 1000})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(call.Run(context.Background()), q)
	// Output:
	// <nil> [125 -3146 2147483647 -2147483648]
}
