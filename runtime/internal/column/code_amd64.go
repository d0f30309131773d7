package column

import (
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

//go:noescape
func scanFloat64(dst, x *float64, n, ahead int, base float64, before bool) (total float64)

//go:noescape
func streamFloat64(dst, x *float64, n, ahead int, base float64, before bool) (total float64)

//go:noescape
func scanFloat32(dst, x *float32, n, ahead int, base float32, before bool) (total float32)

//go:noescape
func streamFloat32(dst, x *float32, n, ahead int, base float32, before bool) (total float32)

//go:noescape
func scanInt64(dst, x *int64, n, ahead int, base int64, before bool) (total int64)

//go:noescape
func streamInt64(dst, x *int64, n, ahead int, base int64, before bool) (total int64)

//go:noescape
func scanInt32(dst, x *int32, n, ahead int, base int32, before bool) (total int32)

//go:noescape
func streamInt32(dst, x *int32, n, ahead int, base int32, before bool) (total int32)

//go:noescape
func scanFloat64AVX2(dst, x *float64, n, ahead int, base float64, before bool) (total float64)

//go:noescape
func scanInt64AVX2(dst, x *int64, n, ahead int, base int64, before bool) (total int64)

// scanCode is scanSum of the first elements in machine code, as far as there is some.
func scanCode[T kernels.Number](tier simd.Tier, dst, x []T, base T, before bool, o Memory) (total T, done int) {
	if tier != simd.AVX512 && tier != simd.AVX2 || len(x) == 0 {
		return 0, 0
	}
	d, s, b, t := unsafe.Pointer(&dst[:len(x)][0]), unsafe.Pointer(&x[0]), unsafe.Pointer(&base), unsafe.Pointer(&total)
	if tier == simd.AVX2 {
		switch any(total).(type) {
		case float64:
			*(*float64)(t) = scanFloat64AVX2((*float64)(d), (*float64)(s), len(x), o.Ahead, *(*float64)(b), before)
		case int64, uint64:
			*(*int64)(t) = scanInt64AVX2((*int64)(d), (*int64)(s), len(x), o.Ahead, *(*int64)(b), before)
		default:
			return 0, 0
		}
		return total, len(x) &^ 7
	}
	stream := o.Stream && uintptr(d)%rowBytes == 0
	switch any(total).(type) {
	case float64:
		scan := scanFloat64
		if stream {
			scan = streamFloat64
		}
		*(*float64)(t) = scan((*float64)(d), (*float64)(s), len(x), o.Ahead, *(*float64)(b), before)
	case float32:
		scan := scanFloat32
		if stream {
			scan = streamFloat32
		}
		*(*float32)(t) = scan((*float32)(d), (*float32)(s), len(x), o.Ahead, *(*float32)(b), before)
	case int64, uint64:
		scan := scanInt64
		if stream {
			scan = streamInt64
		}
		*(*int64)(t) = scan((*int64)(d), (*int64)(s), len(x), o.Ahead, *(*int64)(b), before)
	default:
		scan := scanInt32
		if stream {
			scan = streamInt32
		}
		*(*int32)(t) = scan((*int32)(d), (*int32)(s), len(x), o.Ahead, *(*int32)(b), before)
	}
	return total, len(x)
}

//go:noescape
func keep8by8AVX2(dst, x, keep unsafe.Pointer, n, ahead int) (kept int)

//go:noescape
func keep8by8(dst, x, keep unsafe.Pointer, n, ahead int) (kept int)

//go:noescape
func keep8by4(dst, x, keep unsafe.Pointer, n, ahead int) (kept int)

//go:noescape
func keep4by8(dst, x, keep unsafe.Pointer, n, ahead int) (kept int)

//go:noescape
func keep4by4(dst, x, keep unsafe.Pointer, n, ahead int) (kept int)

// keepCode is Keep of the first elements in machine code, as far as there is some.
func keepCode[T kernels.Number, K float64 | float32](tier simd.Tier, dst, x []T, keep []K, ahead int) (kept, done int) {
	if tier != simd.AVX512 && tier != simd.AVX2 {
		return 0, 0
	}
	d, s, k := unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(x)), unsafe.Pointer(unsafe.SliceData(keep))
	if tier == simd.AVX2 {
		if unsafe.Sizeof(T(0)) != 8 || unsafe.Sizeof(K(0)) != 8 {
			return 0, 0
		}
		return keep8by8AVX2(d, s, k, len(x), ahead), len(x) &^ 3
	}
	switch {
	case unsafe.Sizeof(T(0)) == 8 && unsafe.Sizeof(K(0)) == 8:
		return keep8by8(d, s, k, len(x), ahead), len(x)
	case unsafe.Sizeof(T(0)) == 8:
		return keep8by4(d, s, k, len(x), ahead), len(x)
	case unsafe.Sizeof(K(0)) == 8:
		return keep4by8(d, s, k, len(x), ahead), len(x)
	}
	return keep4by4(d, s, k, len(x), ahead), len(x)
}

//go:noescape
func sumsFloat64(dst, x *float64, base int, rows *int64, n, ahead, longest int)

//go:noescape
func sumsFloat32(dst, x *float32, base int, rows *int64, n, ahead, longest int)

//go:noescape
func steps(rows *int64, n int) (most int64, falls bool)

// stepsCode is Rising in machine code, if there is some.
func stepsCode(tier simd.Tier, rows []int64) (most int64, falls, ok bool) {
	if tier != simd.AVX512 {
		return 0, false, false
	}
	most, falls = steps(&rows[0], len(rows)-1)
	return most, falls, true
}

//go:noescape
func sumsFloat64AVX2(dst, x *float64, base int, rows *int64, n, ahead int)

// sumsCode is FoldAll of sums in machine code, if there is some.
func sumsCode[T kernels.Number](tier simd.Tier, dst, x []T, base int, rows []int64, longest, ahead int) bool {
	if tier != simd.AVX512 && tier != simd.AVX2 {
		return false
	}
	d, s := unsafe.Pointer(unsafe.SliceData(dst)), unsafe.Pointer(unsafe.SliceData(x))
	if tier == simd.AVX2 {
		if _, ok := any(T(0)).(float64); ok {
			sumsFloat64AVX2((*float64)(d), (*float64)(s), base, &rows[0], len(dst), ahead)
			return true
		}
		return false
	}
	switch any(T(0)).(type) {
	case float64:
		sumsFloat64((*float64)(d), (*float64)(s), base, &rows[0], len(dst), ahead, longest)
		return true
	case float32:
		sumsFloat32((*float32)(d), (*float32)(s), base, &rows[0], len(dst), ahead, longest)
		return true
	}
	return false
}

//go:noescape
func streamBytes(dst, src unsafe.Pointer, n int)

// streamCode is Stream in machine code, if there is some.
func streamCode[T kernels.Number](tier simd.Tier, dst, src []T) bool {
	n := min(len(dst), len(src))
	if tier != simd.AVX512 || n == 0 {
		return false
	}
	streamBytes(unsafe.Pointer(&dst[0]), unsafe.Pointer(&src[0]), n*int(unsafe.Sizeof(src[0])))
	return true
}

//go:noescape
func fence()

// Fence lets others see what was streamed.
func Fence() { fence() }
