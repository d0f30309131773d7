//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"context"
	"fmt"
	"testing"

	"github.com/triad-go/triad/cuda/internal/fake"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// Collectives whose bounds or positions are wrong, and those whose output is their input, give what they give on the processor.
func TestColumnsAsOnProcessor(t *testing.T) {
	device, err := openFake(fake.New(t, fake.Config{}), "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	processor, err := runtime.Open("sequential")
	if err != nil {
		t.Fatal(err)
	}
	defer processor.Close()
	values := func(n int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64((i*37)%11) - 3.25
		}
		return x
	}
	for _, c := range []struct {
		text   string
		x, s   int // elements; x is s where it is -1
		second any
	}{
		{"s = segments(sum, x, b)", 5, 2, []int64{0, 5}},
		{"s = segments(sum, x, b)", 5, 1, []int64{1, 5}},
		{"s = segments(sum, x, b)", 5, 2, []int64{0, 3, 2}},
		{"s = segments(sum, x, b)", 5, 2, []int64{0, 3, 4}},
		{"s = segments(sum, x, b)", 5, 0, []int64{0}},
		{"s = segscan(sum, x, b)", 5, 5, []int64{0}},
		{"s = segscan(sum, x, b)", 5, 5, []int64{}},
		{"s = segscan(sum, x, b)", 5, 5, []float64{0, 5}},
		{"s = segscan(sum, x, b)", -1, 5000, []int64{0, 2, 5000}},
		{"s = scatter(x, b)", -1, 5, []int64{1, 2, 3, 4, 0}},
		{"s = scatteradd(x, b)", 6, 5, []int64{1, 2, 2, 4, 7, -1}},
		{"s = scan(sum, x)", -1, 5000, nil},
		{"s = keep(x, x > 0)", -1, 5000, nil},
		{"s = keep(x, x > 0)", 5000, 50, nil},
	} {
		opts := []kernels.Option{kernels.Unoptimized()}
		if _, ok := c.second.([]int64); ok {
			opts = append(opts, kernels.Typed(kernels.Int64, "b"))
		}
		k, err := kernels.Parse("k", c.text, opts...)
		if err != nil {
			t.Fatal(err)
		}
		var got [2]string
		for i, ex := range []runtime.Executor{processor, device} {
			s := values(c.s)
			args := runtime.Args{"x": s, "s": s}
			if c.x >= 0 {
				args["x"] = values(c.x)
			}
			if c.second != nil {
				args["b"] = c.second
			}
			call, err := ex.Bind(k, args)
			if err == nil {
				err = call.Run(context.Background())
			}
			if got[i] = fmt.Sprintf("%T: %v", err, err); err == nil {
				got[i] = fmt.Sprint(s)
			}
		}
		if got[0] != got[1] {
			t.Errorf("%s of %d: on the device %s, want %s", c.text, c.s, got[1], got[0])
		}
	}
}
