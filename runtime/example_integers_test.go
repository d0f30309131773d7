package runtime_test

import (
	"context"
	"fmt"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// Reductions of integers have results of their type, and sums wrap around.
func Example_integerReductions() {
	ex, err := runtime.Default()
	if err != nil {
		panic(err)
	}
	defer ex.Close()
	k := kernels.Must(kernels.Parse("integers", "s = sum(i*i); least = min(i); bits = max(band(i, 6))", kernels.Typed(kernels.Int64, "i")))
	var s, least, bits int64
	call, err := ex.Bind(k, runtime.Args{"i": []int64{5, -3, 1 << 40}, "s": &s, "least": &least, "bits": &bits})
	if err != nil {
		panic(err)
	}
	if err := call.Run(context.Background()); err != nil {
		panic(err)
	}
	fmt.Println(s, least, bits)
	// Output: 34 -3 4
}
