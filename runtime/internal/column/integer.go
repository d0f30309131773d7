package column

import "github.com/triad-go/triad/kernels"

// FoldIntegers is the fold of the identity and of integers, whose order does not matter. It
// keeps four at a time, which do not wait for each other.
func FoldIntegers[T kernels.Number](r kernels.Reduction, x []T) T {
	a := kernels.Identity[T](r)
	b, c, d := a, a, a
	switch r {
	case kernels.Sum:
		for ; len(x) >= 4; x = x[4:] {
			a, b, c, d = a+x[0], b+x[1], c+x[2], d+x[3]
		}
	case kernels.Prod:
		for ; len(x) >= 4; x = x[4:] {
			a, b, c, d = a*x[0], b*x[1], c*x[2], d*x[3]
		}
	case kernels.Min:
		for ; len(x) >= 4; x = x[4:] {
			a, b, c, d = min(a, x[0]), min(b, x[1]), min(c, x[2]), min(d, x[3])
		}
	case kernels.Max:
		for ; len(x) >= 4; x = x[4:] {
			a, b, c, d = max(a, x[0]), max(b, x[1]), max(c, x[2]), max(d, x[3])
		}
	}
	for _, v := range x {
		a = kernels.Fold(r, a, v)
	}
	return kernels.Fold(r, kernels.Fold(r, a, b), kernels.Fold(r, c, d))
}
