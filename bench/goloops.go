package bench

import (
	"context"
	"sync"
)

// loop runs a kernel as a plain Go loop over elements lo … hi-1, and returns the
// sum if it is a reduction.
func loop[T float](kernel string, v *values[T], lo, hi int) (sum T) {
	a, b, c, d := v.a[lo:hi], v.b[lo:hi], v.c[lo:hi], v.d[lo:hi]
	s := T(scalarOf(kernel))
	switch kernel {
	case "copy":
		copy(c, a)
	case "mul":
		for i := range b {
			b[i] = s * c[i]
		}
	case "add":
		for i := range c {
			c[i] = a[i] + b[i]
		}
	case "triad":
		for i := range a {
			a[i] = b[i] + s*c[i]
		}
	case "dot":
		for i := range a {
			sum += a[i] * b[i]
		}
	case "nstream":
		for i := range a {
			a[i] += b[i] + s*c[i]
		}
	case "fill":
		for i := range a {
			a[i] = s
		}
	case "sum":
		for i := range a {
			sum += a[i]
		}
	case "update":
		for i := range a {
			a[i] = s * a[i]
		}
	case "daxpy":
		for i := range a {
			a[i] += s * b[i]
		}
	case "schoenauer":
		for i := range a {
			a[i] = b[i] + c[i]*d[i]
		}
	}
	return sum
}

// loopSide is plain Go loops, split over some goroutines.
type loopSide[T float] struct {
	*values[T]
	goroutines int
}

func (s loopSide[T]) run(_ context.Context, j job) ([]float64, error) {
	name := j.kernel.Name()
	partial := make([]T, s.goroutines)
	return timed(j, func() error {
		for range j.launches {
			s.launch(name, j.n, partial)
		}
		if name == "dot" || name == "sum" {
			var total T
			for _, p := range partial {
				total += p
			}
			*s.result(name) = total
		}
		return nil
	})
}

func (s loopSide[T]) launch(kernel string, n int, partial []T) {
	if s.goroutines == 1 {
		partial[0] = loop(kernel, s.values, 0, n)
		return
	}
	var wg sync.WaitGroup
	for g := range s.goroutines {
		wg.Go(func() {
			partial[g] = loop(kernel, s.values, n*g/s.goroutines, n*(g+1)/s.goroutines)
		})
	}
	wg.Wait()
}

func (loopSide[T]) close() error { return nil }
