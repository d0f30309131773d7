package column

import "github.com/triad-go/triad/kernels"

// ScanBlock is the number of elements that a scan takes from left to right; the
// values of such blocks are chained.
const ScanBlock = 1024

// Scan replaces the elements of each block of ScanBlock of x, the last of which may be
// shorter, by the fold of the identity and the elements of the block up to each, from
// left to right. Totals has the last of each block.
func Scan[T kernels.Number](r kernels.Reduction, x, totals []T) {
	b := 0
	if r == kernels.Sum {
		// Four blocks at once, since each addition waits for the one before it.
		for ; len(x) >= 4*ScanBlock; x, b = x[4*ScanBlock:], b+4 {
			p, q := (*[ScanBlock]T)(x), (*[ScanBlock]T)(x[ScanBlock:])
			s, t := (*[ScanBlock]T)(x[2*ScanBlock:]), (*[ScanBlock]T)(x[3*ScanBlock:])
			var c, d, e, f T
			for i := range p {
				c += p[i]
				d += q[i]
				e += s[i]
				f += t[i]
				p[i], q[i], s[i], t[i] = c, d, e, f
			}
			totals[b], totals[b+1], totals[b+2], totals[b+3] = c, d, e, f
		}
	}
	for ; len(x) > 0; b++ {
		n := min(len(x), ScanBlock)
		a := kernels.Identity[T](r)
		for i, v := range x[:n] {
			a = kernels.Fold(r, a, v)
			x[i] = a
		}
		totals[b], x = a, x[n:]
	}
}

// Carry writes to each element of dst, by the place in src, the fold of the carry of its
// block and of the element of src that Scan left; where before is true, of the element
// before, and of the identity for the first of a block.
func Carry[T kernels.Number](r kernels.Reduction, dst, src, carries []T, before bool) {
	for b := 0; len(src) > 0; b++ {
		n := min(len(src), ScanBlock)
		c, d, s := carries[b], dst[:n], src[:n]
		if before {
			d[0] = kernels.Fold(r, c, kernels.Identity[T](r))
			d, s = d[1:], s[:n-1]
		}
		if r == kernels.Sum {
			for i := range d {
				d[i] = c + s[i]
			}
		} else {
			for i := range d {
				d[i] = kernels.Fold(r, c, s[i])
			}
		}
		dst, src = dst[n:], src[n:]
	}
}
