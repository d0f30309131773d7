package column

import "github.com/triad-go/triad/kernels"

// ScanSegments writes to dst, for each element of x, the fold of the identity and of the elements up to
// it, from left to right, and begins anew at each of the heads, places in x that do not fall. It returns the fold
// of what is after the last head. Dst may be x.
func ScanSegments[T kernels.Number](r kernels.Reduction, dst, x []T, heads []int32) T {
	id := kernels.Identity[T](r)
	for lo, s := 0, 0; ; s++ {
		hi := len(x)
		if s < len(heads) {
			hi = int(heads[s])
		}
		from, to, a := x[lo:hi], dst[lo:hi], id
		switch r {
		case kernels.Sum:
			for i, v := range from {
				a += v
				to[i] = a
			}
		case kernels.Prod:
			for i, v := range from {
				a *= v
				to[i] = a
			}
		case kernels.Min:
			for i, v := range from {
				if v < a {
					a = v
				}
				to[i] = a
			}
		default:
			for i, v := range from {
				if v > a {
					a = v
				}
				to[i] = a
			}
		}
		if lo = hi; s == len(heads) {
			return a
		}
	}
}
