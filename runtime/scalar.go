package runtime

import (
	"fmt"
	"math"

	"github.com/triad-go/triad/kernels"
)

// scalarBits is an argument for a scalar as the bits of its type.
func scalarBits(arg any, t kernels.Type) (bits uint64, reason ArgReason, detail string) {
	switch v := plain(arg).(type) {
	case float64:
		return floatScalar(v, t)
	case float32:
		return floatScalar(float64(v), t)
	case int64:
		if v >= 0 {
			return integerScalar(uint64(v), false, t)
		}
		return integerScalar(-uint64(v), true, t)
	case uint64:
		return integerScalar(v, false, t)
	}
	return 0, ArgType, fmt.Sprintf("a scalar is float64, float32 or an integer, not %T", arg)
}

func floatScalar(v float64, t kernels.Type) (uint64, ArgReason, string) {
	if t.IsFloat() {
		return t.Bits(v), 0, ""
	}
	if m := math.Abs(v); m == math.Trunc(m) && m < 1<<64 {
		return integerScalar(uint64(m), v < 0, t)
	}
	return 0, ArgValue, fmt.Sprintf("%v is no %v", v, t)
}

// integerScalar is a magnitude with a sign as the bits of a type.
func integerScalar(m uint64, negative bool, t kernels.Type) (uint64, ArgReason, string) {
	sign := ""
	if negative {
		sign = "-"
	}
	if t.IsFloat() {
		// 2^64 is a float64 but no uint64, and what converting it gives is the
		// machine's choice.
		f := float64(m)
		if f >= 1<<64 || uint64(f) != m {
			return 0, ArgValue, fmt.Sprintf("no float64 equals the integer %s%d", sign, m)
		}
		if negative {
			f = -f
		}
		return t.Bits(f), 0, ""
	}
	most := uint64(math.MaxUint64) >> (64 - 8*t.Size())
	switch {
	case negative && t.IsSigned():
		most = most/2 + 1
	case negative:
		most = 0
	case t.IsSigned():
		most /= 2
	}
	if m > most {
		return 0, ArgValue, fmt.Sprintf("%s%d is no %v", sign, m, t)
	}
	if negative {
		m = -m & (math.MaxUint64 >> (64 - 8*t.Size()))
	}
	return m, 0, ""
}
