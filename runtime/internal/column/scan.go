package column

import "github.com/triad-go/triad/kernels"

// ScanBlock is the number of elements that a scan takes from left to right; the
// values of such blocks are chained.
const ScanBlock = 1024

// Scan writes to dst, for each element of each block of ScanBlock of x, the last of which may be
// shorter, the fold of the identity and of the elements of the block up to it, from
// left to right; where before is true, without the element itself. Totals has the fold of
// each block. Dst may be x.
func Scan[T kernels.Number](r kernels.Reduction, dst, x, totals []T, before bool) {
	b := 0
	if r == kernels.Sum {
		// Four blocks at once, since each addition waits for the one before it.
		for ; len(x) >= 4*ScanBlock; x, dst, b = x[4*ScanBlock:], dst[4*ScanBlock:], b+4 {
			t := (*[4]T)(totals[b:])
			if before {
				sumBefore((*[4 * ScanBlock]T)(dst), (*[4 * ScanBlock]T)(x), t)
			} else {
				sum((*[4 * ScanBlock]T)(dst), (*[4 * ScanBlock]T)(x), t)
			}
		}
	}
	for ; len(x) > 0; b++ {
		n := min(len(x), ScanBlock)
		a := kernels.Identity[T](r)
		for i, v := range x[:n] {
			next := kernels.Fold(r, a, v)
			if dst[i] = next; before {
				dst[i] = a
			}
			a = next
		}
		totals[b], x, dst = a, x[n:], dst[n:]
	}
}

func sum[T kernels.Number](dst, x *[4 * ScanBlock]T, totals *[4]T) {
	var c, d, e, f T
	for i := range ScanBlock {
		c += x[i]
		d += x[i+ScanBlock]
		e += x[i+2*ScanBlock]
		f += x[i+3*ScanBlock]
		dst[i], dst[i+ScanBlock], dst[i+2*ScanBlock], dst[i+3*ScanBlock] = c, d, e, f
	}
	*totals = [4]T{c, d, e, f}
}

func sumBefore[T kernels.Number](dst, x *[4 * ScanBlock]T, totals *[4]T) {
	var c, d, e, f T
	for i := range ScanBlock {
		p, q, r, s := x[i], x[i+ScanBlock], x[i+2*ScanBlock], x[i+3*ScanBlock]
		dst[i], dst[i+ScanBlock], dst[i+2*ScanBlock], dst[i+3*ScanBlock] = c, d, e, f
		c += p
		d += q
		e += r
		f += s
	}
	*totals = [4]T{c, d, e, f}
}
