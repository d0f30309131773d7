package cuda_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/triad-go/triad/cuda"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// A program runs on the GPU where there is one, and on the processor elsewhere: the bits are the same.
func Example() {
	ctx := context.Background()
	ex, err := runtime.Open("cuda")
	if err != nil { // a *cuda.LoadError where there is no NVIDIA driver, for one
		ex, err = runtime.Default()
	}
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()

	const n = 1000
	b, err := runtime.NewBuffer[float64](ex, n) // in the device's memory
	if err != nil {
		log.Fatal(err)
	}
	defer b.Close()
	c, a := make([]float64, n), make([]float64, n) // slices go there and back with each launch
	for i := range c {
		c[i] = float64(i)
	}
	if err := b.CopyFrom(ctx, c); err != nil {
		log.Fatal(err)
	}
	triad := kernels.Must(kernels.Parse("triad", "a = b + s*c; sum = sum(a0)", kernels.Scalars("s")))
	var sum float64
	call, err := ex.Bind(triad, runtime.Args{"a": a, "b": b, "c": c, "a0": c, "s": 3.0, "sum": &sum})
	if err != nil {
		log.Fatal(err)
	}
	if err := call.Run(ctx); err != nil {
		log.Fatal(err)
	}
	fmt.Println(a[0], a[1], a[999], sum)
	// Output: 0 4 3996 499500
}

// What keeps a program from the GPU comes as an error that says what to do.
func Example_errors() {
	_, err := runtime.Open("cuda:7")
	var (
		load   *cuda.LoadError
		init   *cuda.InitError
		device *cuda.DeviceError
	)
	switch {
	case errors.As(err, &load), errors.As(err, &init):
		fmt.Println("no GPU")
	case errors.As(err, &device):
		fmt.Println("fewer than eight GPUs")
	case err == nil:
		fmt.Println("eight GPUs")
	}
}
