//go:build !amd64

package column

import (
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

func scanCode[T kernels.Number](simd.Tier, []T, []T, T, bool, Memory) (total T, done int) {
	return 0, 0
}

func keepCode[T kernels.Number, K float64 | float32](simd.Tier, []T, []T, []K, int) (kept, done int) {
	return 0, 0
}

func sumsCode[T kernels.Number](simd.Tier, []T, []T, int, []int64, int, int) bool { return false }

func stepsCode(simd.Tier, []int64) (most int64, falls, ok bool) { return 0, false, false }

func streamCode[T kernels.Number](simd.Tier, []T, []T) bool { return false }

// Fence lets others see what was streamed.
func Fence() {}
