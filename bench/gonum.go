package bench

import (
	"context"

	"gonum.org/v1/gonum/floats"
)

// gonumSide is gonum's floats: one goroutine, and two passes where no one
// function does what the kernel does.
type gonumSide struct{ *values[float64] }

func (s gonumSide) run(_ context.Context, j job) ([]float64, error) {
	launch := gonumKernel(s.values, j.kernel.Name(), j.n)
	if launch == nil {
		return nil, errNoKernel
	}
	return timed(j, func() error {
		for range j.launches {
			launch()
		}
		return nil
	})
}

func (gonumSide) close() error { return nil }

// gonumKernel returns the kernel as calls of package floats, or nil if there are
// none for it.
func gonumKernel(v *values[float64], kernel string, n int) func() {
	a, b, c, d := v.a[:n], v.b[:n], v.c[:n], v.d[:n]
	s := scalarOf(kernel)
	switch kernel {
	case "mul":
		return func() { floats.ScaleTo(b, s, c) }
	case "add":
		return func() { floats.AddTo(c, a, b) }
	case "triad":
		return func() { floats.AddScaledTo(a, b, s, c) }
	case "dot":
		return func() { v.dot = floats.Dot(a, b) }
	case "nstream":
		return func() {
			floats.Add(a, b)
			floats.AddScaled(a, s, c)
		}
	case "sum":
		return func() { v.sum = floats.Sum(a) }
	case "update":
		return func() { floats.Scale(s, a) }
	case "daxpy":
		return func() { floats.AddScaled(a, s, b) }
	case "schoenauer":
		return func() {
			floats.MulTo(a, c, d)
			floats.Add(a, b)
		}
	}
	return nil // copy and fill: Go has copy and a loop
}
