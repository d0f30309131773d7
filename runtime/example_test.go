package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// From a kernel to a launch.
func Example() {
	triad, err := kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s"))
	if err != nil {
		log.Fatal(err)
	}
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()

	a, b, c := make([]float64, 4), []float64{1, 2, 3, 4}, []float64{10, 20, 30, 40}
	call, err := ex.Bind(triad, runtime.Args{"a": a, "b": b, "c": c, "s": 3.0})
	if err != nil {
		log.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(a)
	// Output: [31 62 93 124]
}

// A kernel may fold values over all elements, several at once, and the result
// does not depend on the number of workers.
func ExampleExecutor_reduction() {
	ex, err := runtime.Open("pool", runtime.Workers(3))
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	k, err := kernels.Parse("moments", "total = sum(x); squares = sum(x*x); largest = max(x)")
	if err != nil {
		log.Fatal(err)
	}
	x := []float32{3, -1, 2}
	var total, squares, largest float64
	call, err := ex.Bind(k, runtime.Args{"x": x, "total": &total, "squares": &squares, "largest": &largest})
	if err != nil {
		log.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(total, squares, largest)
	// Output: 4 14 3
}

func ExampleOpen() {
	ex, err := runtime.Open("simd")
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	fmt.Println(ex.Name())
	_, err = runtime.Open("abacus")
	fmt.Println(err)
	// Output:
	// simd
	// runtime: unknown executor "abacus": this program has sequential, simd, pool
}

// Start does not wait.
func ExampleCall_Start() {
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	x := make([]float64, 100_000)
	call, err := ex.Bind(kernels.Must(kernels.Parse("ones", "x = 1 + 0*x")), runtime.Args{"x": x})
	if err != nil {
		log.Fatal(err)
	}
	event := call.Start(context.Background())
	// … other work …
	if err := event.Wait(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(x[0], x[len(x)-1])
	// Output: 1 1
}

func ExampleCall_SetScalar() {
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	x := []float64{1, 2, 3}
	scale := kernels.Must(kernels.Parse("scale", "x = s*x", kernels.Scalars("s")))
	call, err := ex.Bind(scale, runtime.Args{"x": x, "s": 10})
	if err != nil {
		log.Fatal(err)
	}
	for _, s := range []float64{10, 0.5} {
		if err := call.SetScalar("s", s); err != nil {
			log.Fatal(err)
		}
		if err := call.Run(context.Background()); err != nil {
			log.Fatal(err)
		}
		fmt.Println(x)
	}
	// Output:
	// [10 20 30]
	// [5 10 15]
}

func ExampleCall_Info() {
	ex, err := runtime.Open("pool", runtime.Workers(2))
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	x, y := make([]float64, 1_000_000), make([]float64, 1_000_000)
	call, err := ex.Bind(kernels.Must(kernels.Parse("square", "y = x*x")), runtime.Args{"x": x, "y": y},
		runtime.NonTemporal(runtime.NTOff), runtime.Dynamic(10_000))
	if err != nil {
		log.Fatal(err)
	}
	info := call.Info()
	fmt.Println(info.Kernel, info.Elem, info.N, "elements,", info.Bytes, "bytes,", info.Flops, "flops")
	fmt.Println(info.Workers, "workers,", info.Schedule)
	fmt.Println("non-temporal:", info.NonTemporal, "since", info.NonTemporalWhy)
	// Output:
	// square float64 1000000 elements, 16000000 bytes, 1000000 flops
	// 2 workers, dynamic
	// non-temporal: false since asked not to
}

// Bind says which argument does not fit, and why.
func ExampleArgError() {
	ex, err := runtime.Open("simd")
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	add := kernels.Must(kernels.Parse("add", "c = a + b"))
	_, err = ex.Bind(add, runtime.Args{"a": make([]float64, 10), "b": make([]float64, 12), "c": make([]float64, 10)})
	fmt.Println(err)
	var arg *runtime.ArgError
	fmt.Println(errors.As(err, &arg) && arg.Reason == runtime.ArgLength)
	// Output:
	// runtime: add: arguments c and b: lengths are 10 and 12
	// true
}

// A loop over an ordinary Go function, on all cores.
func ExampleFor() {
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	squares := make([]int, 5)
	err = runtime.For(context.Background(), ex, len(squares), func(i int) {
		squares[i] = i * i
	})
	fmt.Println(squares, err)
	// Output: [0 1 4 9 16] <nil>
}

// A loop over sub-ranges, and what becomes of a panic in it.
func ExampleForRange() {
	ex, err := runtime.Default()
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	x := make([]float64, 100_000)
	err = runtime.ForRange(context.Background(), ex, len(x), func(lo, hi int) {
		part := x[lo:hi]
		for i := range part {
			part[i] = 1
		}
	})
	fmt.Println(x[0], x[99_999], err)
	err = runtime.ForRange(context.Background(), ex, 10, func(lo, hi int) {
		panic("out of ideas")
	})
	fmt.Println(err)
	// Output:
	// 1 1 <nil>
	// runtime: panic in a loop: out of ideas
}
