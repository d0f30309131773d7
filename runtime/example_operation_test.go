package runtime_test

import (
	"context"
	"fmt"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// A running log-sum-exp, as a whole and segment by segment, with an operation of one's own: the logarithm of the sum of
// exponentials of numbers of which the exponentials themselves would overflow.
func Example_operation() {
	lse, err := kernels.ParseOperation("lse", "a", "b", "select(a == b, a + log(2), max(a, b) + log1p(exp(-abs(a - b))))", "-inf")
	if err != nil {
		fmt.Println(err)
		return
	}
	k, err := kernels.Parse("k", "y = scan(lse, x); p = segscan(lse, x, rows); s = segments(lse, x, rows); r = fold(lse, x)",
		kernels.Operations(lse), kernels.Typed(kernels.Int32, "rows"))
	if err != nil {
		fmt.Println(err)
		return
	}
	ex, err := runtime.Default()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer ex.Close()
	x, rows := []float64{1000, 1000, 1001, 1002, 2000}, []int32{0, 3, 3, 5}
	y, p, s := make([]float64, 5), make([]float64, 5), make([]float64, 3)
	var r float64
	call, err := ex.Bind(k, runtime.Args{"x": x, "rows": rows, "y": y, "p": p, "s": s, "r": &r})
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := call.Run(context.Background()); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n%.3f\n%.3f\n%.3f\n", y, p, s, r)
	// Output:
	// [1000.000 1000.693 1001.551 1002.494 2000.000]
	// [1000.000 1000.693 1001.551 1002.000 2000.000]
	// [1001.551 -Inf 2000.000]
	// 2000.000
}
