package column

import (
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// Stream is copy, for a dst in memory that is not to be read before it is written: whole
// lines go past the caches, if code of the tier can. Others may see them when it returns.
func Stream[T kernels.Number](tier simd.Tier, dst, src []T) {
	if !streamCode(tier, dst, src) {
		copy(dst, src)
	}
}
