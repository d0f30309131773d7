package stream_test

import (
	"context"
	"fmt"

	"github.com/triad-go/triad/stream"
)

// A run of two kernels on one executor. Left to itself (stream.Config{}), Run
// measures all of them everywhere.
func ExampleRun() {
	report, err := stream.Run(context.Background(), stream.Config{
		N:         1_000_000,
		Times:     3,
		Kernels:   []string{"triad", "dot"},
		Executors: []string{"pool"},
	})
	if err != nil { // wrong results are an error too
		fmt.Println(err)
		return
	}
	for _, r := range report.Executors[0].Results {
		fmt.Printf("%-6s %s: %d MB a launch, %d timings, reached a part of the limit: %v\n",
			r.Kernel, r.Text, r.Bytes/1e6, len(r.Seconds), r.Fraction > 0 && r.Fraction <= 1)
	}
	// Output:
	// triad  a = b + s*c: 24 MB a launch, 2 timings, reached a part of the limit: true
	// dot    sum = sum(a*b): 16 MB a launch, 2 timings, reached a part of the limit: true
}

func ExampleSummarize() {
	fmt.Printf("%+v\n", stream.Summarize([]float64{0.5, 0.25, 1, 0.25}))
	// Output: {Best:0.25 Median:0.375 Average:0.5 Max:1}
}
