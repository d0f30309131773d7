package main

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/triad-go/triad/kernels/internal/vecmath/gen/internal/minimax"
)

// What is in the package is what the generator makes: the quickest family, or all
// of them in a long run.
func TestUpToDate(t *testing.T) {
	names := []string{"hyperbolic"}
	if !testing.Short() {
		names = slices.Sorted(maps.Keys(families))
	}
	for _, name := range names {
		want, err := minimax.Source("vecmath", families[name]())
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile("../coeff_" + name + ".go")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("coeff_%s.go is not what is made: run go generate in kernels/internal/vecmath", name)
		}
	}
}
