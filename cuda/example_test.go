package cuda_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

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

// A simulation whose fields stay in the device's memory: many steps are one graph of launches there, and what is copied
// back is the result.
func Example_steps() {
	ctx := context.Background()
	ex, err := runtime.Open("cuda")
	if err != nil {
		ex, err = runtime.Default()
	}
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()

	heat := kernels.Must(kernels.Parse("heat", "v = u + k*(at(u,-1,0) + at(u,1,0) + at(u,0,-1) + at(u,0,1) - 4*u)",
		kernels.Scalars("k"), kernels.Edges(kernels.Edge{Kind: kernels.Periodic}, "u")))
	const side = 4
	fields := make(map[string]*runtime.Buffer[float64])
	for _, name := range []string{"u", "v"} {
		if fields[name], err = runtime.NewBuffer[float64](ex, side*side); err != nil {
			log.Fatal(err)
		}
		defer fields[name].Close()
	}
	field := make([]float64, side*side)
	field[0] = 256
	if err := fields["u"].CopyFrom(ctx, field); err != nil {
		log.Fatal(err)
	}
	call, err := ex.Bind(heat, runtime.Args{"u": runtime.GridOf(fields["u"], side, side), "v": runtime.GridOf(fields["v"], side, side), "k": 0.25})
	if err != nil {
		log.Fatal(err)
	}
	steps, err := call.Steps(map[string]string{"v": "u"})
	if err != nil {
		log.Fatal(err)
	}
	if err := steps.Run(ctx, 4); err != nil {
		log.Fatal(err)
	}
	if err := fields["u"].CopyTo(ctx, field); err != nil {
		log.Fatal(err)
	}
	for row := range side {
		fmt.Println(field[row*side : (row+1)*side])
	}
	// Output:
	// [40 0 32 0]
	// [0 32 0 32]
	// [32 0 24 0]
	// [0 32 0 32]
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

// The code of a kernel can be read without a GPU.
func ExamplePTX() {
	triad := kernels.Must(kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s")))
	x := make([]float64, 3000)
	texts, err := cuda.PTX(triad, runtime.Args{"a": x[:1000], "b": x[1000:2000], "c": x[2000:], "s": 3.0}, "9.0")
	if err != nil {
		log.Fatal(err)
	}
	for line := range strings.Lines(texts[0]) {
		if strings.Contains(line, ".entry") || strings.Contains(line, ".target") {
			fmt.Print(line)
		}
	}
	// Output:
	// .target sm_80
	// .visible .entry triad_triad_scalar(
	// .visible .entry triad_triad_vector(
}

// How fast the link to the first GPU is.
func ExampleTransfers() {
	list, err := cuda.Transfers(context.Background(), 0, []int{64 << 20})
	if err != nil {
		log.Fatal(err)
	}
	for _, t := range list {
		fmt.Printf("%v: %.1f GB/s there, %.1f GB/s back\n", t.Memory, t.ToDevice/1e9, t.ToHost/1e9)
	}
}

// Pinned memory is a slice to the program, and what launches copy from without a detour.
func ExampleNewPinned() {
	ex, err := runtime.Open("cuda", cuda.Staging(256<<20), cuda.CacheDir("/var/cache/triad"))
	if err != nil {
		log.Fatal(err)
	}
	defer ex.Close()
	x, err := cuda.NewPinned[float64](ex, 1<<20)
	if err != nil {
		log.Fatal(err)
	}
	defer x.Close()
	for i := range x.Slice() {
		x.Slice()[i] = float64(i)
	}
	var sum float64
	call, err := ex.Bind(kernels.Must(kernels.Parse("sum", "s = sum(x)")), runtime.Args{"x": x, "s": &sum})
	if err != nil {
		log.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil {
		log.Fatal(err)
	}
	fmt.Println(sum)
}
