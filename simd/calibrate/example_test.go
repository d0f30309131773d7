package calibrate_test

import (
	"context"
	"fmt"

	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
	"github.com/triad-go/triad/simd/calibrate"
)

// A table of this machine's portable tier; one repetition is for the example.
func ExampleMeasure() {
	table, err := calibrate.Measure(context.Background(), kernels.Float64,
		calibrate.Tier(simd.Portable), calibrate.Repetitions(1))
	if err != nil {
		fmt.Println(err)
		return
	}
	var model cost.Model = table
	_, known := model.Cycles("fma")
	fmt.Println(model.Name(), known)
	// Output: measured-portable-float64 true
}
