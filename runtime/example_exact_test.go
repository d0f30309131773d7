package runtime_test

import (
	"context"
	"fmt"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// A sum without errors beside a plain one.
func Example_exactSum() {
	ex, err := runtime.Default()
	if err != nil {
		panic(err)
	}
	defer ex.Close()
	k := kernels.Must(kernels.Parse("sums", "s = sum(x); e = exactsum(x)"))
	var s, e float64
	call, err := ex.Bind(k, runtime.Args{"x": []float64{1e100, 1, 1, -1e100}, "s": &s, "e": &e})
	if err != nil {
		panic(err)
	}
	if err := call.Run(context.Background()); err != nil {
		panic(err)
	}
	fmt.Println(s, e)
	// Output: 0 2
}
