package kernels_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/triad-go/triad/kernels"
)

func ExampleKernel_Describe() {
	k := kernels.Must(kernels.Parse("k", "y = s*x^3 + 1", kernels.Scalars("s"), kernels.Unoptimized()))
	for v, text := range k.Describe(kernels.Float64) {
		fmt.Printf("v%d: %s\n", v, text)
	}
	// Output:
	// v0: s
	// v1: 1
	// v2: x
	// v3: x^3
	// v4: x^3
	// v5: s*x^3
	// v6: s*x^3 + 1
}

// There is a text for every value of both programs, whatever was dropped and
// moved.
func TestDescribe(t *testing.T) {
	for _, text := range []string{
		"y = x^0 + z", "y = select(x > 0, sqrt(x), s); z = y*y + x", "r = sum(x*s*s); y = min(x, s)", "y = s*s + 0*x",
	} {
		for _, opts := range [][]kernels.Option{nil, {kernels.Unoptimized()}} {
			k, err := kernels.Parse("k", text, opts...)
			if err != nil {
				t.Fatal(err)
			}
			for _, typ := range []kernels.Type{kernels.Float64, kernels.Float32} {
				p := k.Program(typ)
				got := k.Describe(typ)
				if len(got) != len(p.Uniform)+len(p.Body) || slices.Contains(got, "") {
					t.Errorf("%s: %d texts of %d values: %q", text, len(got), len(p.Uniform)+len(p.Body), got)
				}
			}
		}
	}
}
