package simd_test

import (
	"fmt"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// What an executor does with a program: compile it, bind memory, run a range.
func Example() {
	p := kernels.Must(kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s"))).Program(kernels.Float64)
	code, err := simd.Compile(p, simd.Options{Tier: simd.Best()})
	if err != nil {
		fmt.Println(err)
		return
	}
	a, b, c := make([]float64, 3), []float64{1, 2, 3}, []float64{10, 20, 30}
	f := p.NewFrame(3)
	for slot, s := range [][]float64{a, b, c} { // the order of the kernel's parameters
		f.Arrays[slot] = unsafe.Pointer(&s[0])
	}
	f.Scalars[0] = kernels.Float64.Bits(0.5)
	p.EvalUniforms(f)
	code.NewRunner(f).Run(0, 3)
	fmt.Println(a)
	// Output: [6 12 18]
}

func ExampleParseTier() {
	fmt.Println(simd.ParseTier("avx2"))
	fmt.Println(simd.ParseTier("mmx"))
	// Output:
	// avx2 <nil>
	// portable simd: unknown tier "mmx"; the tiers are portable, avx2, avx512, neon
}
