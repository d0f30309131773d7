package runtime_test

import (
	"fmt"
	"log"
	"time"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

func ExampleChoose() {
	// Figures of a machine, so that all machines print the same. Without Assume they are measured.
	one, err := runtime.Open("simd", runtime.Assume(runtime.Rates{
		Launch: 80 * time.Nanosecond, Bytes: 20e9, Cached: 100e9, Cache: 1 << 20, Operations64: 30e9,
	}))
	if err != nil {
		log.Fatal(err)
	}
	defer one.Close()
	all, err := runtime.Open("pool", runtime.Assume(runtime.Rates{
		Launch: 4 * time.Microsecond, Bytes: 160e9, Cached: 1600e9, Cache: 16 << 20, Operations64: 480e9,
	}))
	if err != nil {
		log.Fatal(err)
	}
	defer all.Close()

	triad := kernels.Must(kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s")))
	for _, n := range []int{1000, 1_000_000} {
		a := make([]float64, 3*n)
		args := runtime.Args{"a": a[:n:n], "b": a[n : 2*n], "c": a[2*n:], "s": 3}
		ex, choice, err := runtime.Choose(triad, args, one, all)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := ex.Bind(triad, args); err != nil {
			log.Fatal(err)
		}
		fmt.Println(choice)
	}
	// Output:
	// triad, 1000 elements: simd; pool would take 12.5 times as long, mostly to launch
	//          launch  memory  compute  copy in  copy out    total
	// * simd    80 ns  240 ns    67 ns        -         -   320 ns
	//   pool  4.00 µs   15 ns     4 ns        -         -  4.01 µs
	//
	// triad, 1000000 elements: pool; simd would take 7.79 times as long, mostly to move arrays between memory and processor
	//          launch   memory  compute  copy in  copy out    total
	//   simd    80 ns  1.20 ms  66.7 µs        -         -  1.20 ms
	// * pool  4.00 µs   150 µs  4.17 µs        -         -   154 µs
}
