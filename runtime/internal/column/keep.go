package column

import (
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// Keep writes the elements of x for which keep is 1, and not 0, to dst, in their order, and
// returns how many there are. What is beyond them in dst, which is as long as x at least, may be overwritten. No
// branch depends on keep: such branches are mispredicted. Ahead is that of Memory.
func Keep[T kernels.Number, K float64 | float32](tier simd.Tier, dst, x []T, keep []K, ahead int) int {
	keep, dst = keep[:len(x)], dst[:len(x)]
	n, done := keepCode(tier, dst, x, keep, ahead)
	x, dst, keep = x[done:], dst[n:], keep[done:]
	if unsafe.Sizeof(K(0)) == 8 {
		return n + keepBits(dst, x, unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(keep))), len(keep)), 61)
	}
	return n + keepBits(dst, x, unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(keep))), len(keep)), 29)
}

// keepBits is Keep by a bit that is set in 1 and not in 0.
func keepBits[T kernels.Number, K uint64 | uint32](dst, x []T, keep []K, bit uint) int {
	k := 0
	for i, v := range x {
		dst[k] = v
		k += int(keep[i] >> bit & 1)
	}
	return k
}
