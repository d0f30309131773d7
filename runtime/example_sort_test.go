package runtime_test

import (
	"context"
	"fmt"
	"math"

	"github.com/triad-go/triad/runtime"
)

func ExampleSort() {
	ex, err := runtime.Default()
	if err != nil {
		panic(err)
	}
	defer ex.Close()
	x := []float64{3, math.Inf(1), 0, math.NaN(), -2, math.Copysign(0, -1)}
	if err := runtime.Sort(context.Background(), ex, x); err != nil {
		panic(err)
	}
	fmt.Println(x)
	// Output: [NaN -2 -0 0 3 +Inf]
}

// The permutation that sorts, by which other arrays can be gathered.
func ExampleSortBy() {
	ex, err := runtime.Default()
	if err != nil {
		panic(err)
	}
	defer ex.Close()
	keys := []float64{2.5, 1.5, 2.5, 0.5}
	order := []int32{0, 1, 2, 3}
	if err := runtime.SortBy(context.Background(), ex, keys, order); err != nil {
		panic(err)
	}
	fmt.Println(keys, order)
	// Output: [0.5 1.5 2.5 2.5] [3 1 0 2]
}

func ExampleUnique() {
	ex, err := runtime.Default()
	if err != nil {
		panic(err)
	}
	defer ex.Close()
	x := []int64{1, 1, 2, 5, 5, 5}
	n, err := runtime.Unique(context.Background(), ex, x)
	fmt.Println(x[:n], err)
	// Output: [1 2 5] <nil>
}

func ExampleRunLengths() {
	ex, err := runtime.Default()
	if err != nil {
		panic(err)
	}
	defer ex.Close()
	values, lengths, err := runtime.RunLengths(context.Background(), ex, []int64{7, 7, 3, 7, 7, 7})
	fmt.Println(values, lengths, err)
	// Output: [7 3 7] [2 1 3] <nil>
}
