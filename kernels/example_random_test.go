package kernels_test

import (
	"fmt"
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// Random numbers are functions of a seed and an index: the same element has the same
// numbers, in whatever order elements are computed. The streams 0 and 1 are two halves of one
// block, and independent.
func Example_randomNumbers() {
	p := kernels.Must(kernels.Parse("draws", `
		u = uniform(seed, index(), 0)
		v = uniform(seed, index(), 1)
		z = normal(seed, index(), 2)`, kernels.Scalars("seed"), kernels.Typed(kernels.Int64, "seed"))).Program(kernels.Float64)
	u, v, z := make([]float64, 4), make([]float64, 4), make([]float64, 4)
	f := p.NewFrame(4)
	for slot, s := range [][]float64{u, v, z} {
		f.Arrays[slot] = unsafe.Pointer(&s[0])
	}
	f.Scalars[0] = 42
	p.EvalUniforms(f)
	p.Interpret(f, 2, 4)
	p.Interpret(f, 0, 2)
	fmt.Printf("%.4f\n%.4f\n%.4f\n", u, v, z)
	// Output:
	// [0.4686 0.3271 0.6583 0.6706]
	// [0.3409 0.4543 0.7736 0.3791]
	// [1.2551 -0.0992 -0.9893 -0.8730]
}
