package column

import (
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// ScanBlock is the number of elements of a block of a scan; the values of blocks are
// chained.
const ScanBlock = 1024

// rowBytes is the size of a row of a scan's block.
const rowBytes = 64

// Memory says how arrays are read and written that lie in memory, not in cache.
type Memory struct {
	Ahead  int  // bytes from what is read to what is fetched into cache meanwhile
	Stream bool // outputs go past the caches, for others to see after Fence
}

// Scan writes to dst, for each element of each block of ScanBlock of x, the last of which may be
// shorter, the fold of the elements of the block up to it; where before is true, without the element
// itself, from the identity. Totals has the fold of each block. Dst may be x. Ahead is that of Memory.
//
// Products, minima and maxima are taken from left to right. Sums are taken row by row, 64 bytes
// a row: within it by Sklansky's tree (Conditional-sum addition logic, 1960), in which of each
// group of two, four, eight … elements those of the upper half are added to the last
// of the lower half; to that, the sum of the rows before is added, which is +0 at the first.
func Scan[T kernels.Number](tier simd.Tier, r kernels.Reduction, dst, x, totals []T, before bool, ahead int) {
	none := -kernels.Identity[T](kernels.Sum) // -0, to which adding changes nothing
	for b := 0; len(x) > 0; b++ {
		n := min(len(x), ScanBlock)
		if r == kernels.Sum {
			totals[b] = scanSum(tier, dst[:n], x[:n], none, before, Memory{Ahead: ahead})
		} else {
			totals[b] = scanFold(r, dst[:n], x[:n], before)
		}
		x, dst = x[n:], dst[n:]
	}
}

// ScanFrom is Scan with the fold of what is before x folded into each element, which carry is for
// the first block; it returns that of what follows x.
func ScanFrom[T kernels.Number](tier simd.Tier, r kernels.Reduction, dst, x []T, carry T, before bool, m Memory) T {
	for len(x) > 0 {
		n := min(len(x), ScanBlock)
		var total T
		if r == kernels.Sum {
			total = scanSum(tier, dst[:n], x[:n], carry, before, m)
		} else {
			total = scanFold(r, dst[:n], x[:n], before)
			for i, v := range dst[:n] {
				dst[i] = kernels.Fold(r, carry, v)
			}
		}
		carry = kernels.Fold(r, carry, total)
		x, dst = x[n:], dst[n:]
	}
	return carry
}

// scanFold scans a block from left to right.
func scanFold[T kernels.Number](r kernels.Reduction, dst, x []T, before bool) T {
	a := kernels.Identity[T](r)
	for i, v := range x {
		next := kernels.Fold(r, a, v)
		if dst[i] = next; before {
			dst[i] = a
		}
		a = next
	}
	return a
}

// scanSum scans a block row by row, and adds base to all.
func scanSum[T kernels.Number](tier simd.Tier, dst, x []T, base T, before bool, m Memory) T {
	carry, done := scanCode(tier, dst, x, base, before, m)
	x, dst = x[done:], dst[done:]
	if unsafe.Sizeof(carry) == 8 && !before {
		for ; len(x) >= 8; x, dst = x[8:], dst[8:] {
			v, d := (*[8]T)(x), (*[8]T)(dst)
			v0, v2, v4, v6 := v[0], v[2], v[4], v[6]
			v1, v3, v5, v7 := v[1]+v0, v[3]+v2, v[5]+v4, v[7]+v6
			v2, v3, v6, v7 = v2+v1, v3+v1, v6+v5, v7+v5
			v4, v5, v6, v7 = v4+v3, v5+v3, v6+v3, v7+v3
			d[0], d[1], d[2], d[3] = base+(carry+v0), base+(carry+v1), base+(carry+v2), base+(carry+v3)
			d[4], d[5], d[6], d[7] = base+(carry+v4), base+(carry+v5), base+(carry+v6), base+(carry+v7)
			carry += v7
		}
	}
	row := rowBytes / int(unsafe.Sizeof(carry))
	for len(x) > 0 {
		n := min(len(x), row)
		var v [rowBytes / 4]T
		copy(v[:], x[:n])
		for half := 1; half < n; half *= 2 {
			for i := half; i < n; i = (i + 1) | half {
				v[i] += v[i&^(2*half-1)+half-1]
			}
		}
		if before {
			dst[0] = base + carry
			for i, u := range v[:n-1] {
				dst[i+1] = base + (carry + u)
			}
		} else {
			for i, u := range v[:n] {
				dst[i] = base + (carry + u)
			}
		}
		carry += v[n-1]
		x, dst = x[n:], dst[n:]
	}
	return carry
}
