package bench

import (
	"github.com/triad-go/triad/kernels"
)

type float interface{ float32 | float64 }

// values are the arrays and results of a side in this process.
type values[T float] struct {
	a, b, c, d []T
	dot, sum   T
}

func makeValues[T float](n int) *values[T] {
	return &values[T]{a: make([]T, n), b: make([]T, n), c: make([]T, n), d: make([]T, n)}
}

func (v *values[T]) init() error {
	first := []T{firstA, firstB, firstC, firstD}
	for i, x := range v.arrays() {
		for j := range x {
			x[j] = first[i]
		}
	}
	v.dot, v.sum = 0, 0
	return nil
}

func (v *values[T]) arrays() [4][]T { return [4][]T{v.a, v.b, v.c, v.d} }

// result is where a reduction's value goes.
func (v *values[T]) result(kernel string) *T {
	if kernel == "dot" {
		return &v.dot
	}
	return &v.sum
}

// arg is the argument for a parameter of a kernel over n elements.
func (v *values[T]) arg(kernel string, p kernels.Param, n int) any {
	switch p.Kind {
	case kernels.ScalarParam:
		return T(scalarOf(kernel))
	case kernels.ResultParam:
		return v.result(kernel)
	}
	return v.arrays()[p.Name[0]-'a'][:n]
}

func (v *values[T]) check() (state, error) {
	s := state{dot: float64(v.dot), sum: float64(v.sum)}
	for i, x := range v.arrays() {
		least, greatest := x[0], x[0]
		for _, y := range x {
			if !(y >= least) { // a NaN is kept, too
				least = y
			}
			if !(y <= greatest) {
				greatest = y
			}
		}
		s.least[i], s.greatest[i] = float64(least), float64(greatest)
	}
	return s, nil
}
