package runtime_test

import (
	"context"
	"fmt"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// A plain sum beside one as if in twice the precision, and one without errors.
func Example_exactSum() {
	ex, err := runtime.Default()
	if err != nil {
		panic(err)
	}
	defer ex.Close()
	k := kernels.Must(kernels.Parse("sums", "s = sum(x); c = compsum(x); e = exactsum(x)"))
	for _, x := range [][]float64{{1e16, 1, 1, -1e16}, {1e100, 1e50, -1e100, 1, -1e50}} {
		var s, c, e float64
		call, err := ex.Bind(k, runtime.Args{"x": x, "s": &s, "c": &c, "e": &e})
		if err != nil {
			panic(err)
		}
		if err := call.Run(context.Background()); err != nil {
			panic(err)
		}
		fmt.Println(s, c, e)
	}
	// Output:
	// 0 2 2
	// 1e+50 0 1
}
