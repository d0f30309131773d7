package runtime

import (
	"fmt"
	"slices"
	"unsafe"
)

// unknownCache is the least that is assumed of the last-level cache of a target
// that does not tell it.
const unknownCache = 32 << 20

// touched is the number of bytes in the distinct arrays of a binding.
func touched(b *Binding) int64 {
	distinct := map[unsafe.Pointer]int64{}
	for slot, p := range b.Frame.Arrays {
		distinct[p] = max(distinct[p], int64(b.Program.Arrays[slot].Type.Size()))
	}
	bytes := int64(0)
	for _, size := range distinct {
		bytes += size * int64(b.Frame.N)
	}
	return bytes
}

// cacheBytes is the size of the target's last-level cache, and whether the
// target told it.
func cacheBytes(t Target) (bytes int64, told bool) {
	bytes, told = t.LastLevelCache()
	if !told {
		bytes = max(bytes, unknownCache)
	}
	return bytes, told
}

// outgrows reports whether the arrays of a binding are larger than the target's
// last-level cache, so that a launch finds none of them there.
func outgrows(b *Binding, t Target) bool {
	cache, _ := cacheBytes(t)
	return touched(b) > cache
}

// Lines that lie at the same place of different pages share a set of the
// first-level cache, which has room for a dozen at most, and often a set of the
// next. A program that takes one vector through the writing of many such lines
// has them pushed out before it comes back with the next vector, so that each
// plain store fetches its line again. Arrays of whole pages begin at the same
// place, in one block as well as allocated one by one.
//
// Measured on one core of Zen 5 with 1 MiB of second-level cache, the launch
// together with a pass over its outputs afterwards: non-temporal stores to 32 to
// 1024 arrays that begin at the same place and are larger in sum than that cache
// took 0.25 to 1.1 of the time of plain stores, with AVX-512 and with AVX2, and
// 0.35 to 0.7 of it without the pass. It was up to 1.3 for 24 arrays, and up to
// 3 for outputs that fit. Where outputs begin at different places, it does not
// pay before the arrays near the size of the last level: 1.1 to 1.6 with
// AVX-512, 1.2 to 2.5 with AVX2, which writes half lines. Such arrays are the
// faster ones throughout, a network's of 1122 species by a factor of 1.5 to 4:
// a line between arrays of whole pages is worth its memory.
const (
	pageBytes      = 4096 // what a way of a first-level cache holds, or less
	lineBytes      = 64
	crowdedOutputs = 32
)

// outputs are the distinct arrays that a binding writes and does not read, with the
// sizes of their elements.
func outputs(b *Binding) map[unsafe.Pointer]int {
	fresh := map[unsafe.Pointer]int{}
	for slot, a := range b.Program.Arrays {
		if a.Written {
			fresh[b.Frame.Arrays[slot]] = a.Type.Size()
		}
	}
	for slot, a := range b.Program.Arrays {
		if a.Read {
			delete(fresh, b.Frame.Arrays[slot])
		}
	}
	return fresh
}

// crowd is the largest number of arrays that begin at the same line of a page,
// if that is most of them, and 0 otherwise.
func crowd(arrays map[unsafe.Pointer]int) int {
	var at [pageBytes / lineBytes]int
	for p := range arrays {
		at[uintptr(p)%pageBytes/lineBytes]++
	}
	if most := slices.Max(at[:]); most > len(arrays)/2 {
		return most
	}
	return 0
}

// secondCache is the size of the largest second-level cache that the target
// tells of, 0 if it tells of none.
func secondCache(t Target) (bytes int64) {
	for _, c := range t.Caches {
		if c.Level == 2 && c.Type != InstructionCache {
			bytes = max(bytes, c.Bytes)
		}
	}
	return bytes
}

// nonTemporal applies the rule that NTAuto states: whether the outputs of a
// binding are to be written past the target's caches, and why.
func nonTemporal(b *Binding, mode NTMode, t Target) (on bool, why string) {
	fresh := outputs(b)
	bytes := touched(b)
	cache, told := cacheBytes(t)
	level := "last-level cache"
	if !told {
		level = "last-level cache assumed"
	}
	switch {
	case len(b.Program.Stores) == 0:
		return false, "the kernel writes no array"
	case mode == NTOn:
		return true, "asked for"
	case mode == NTOff:
		return false, "asked not to"
	case len(fresh) == 0:
		return false, "every output is an input too"
	case bytes > cache:
		return true, fmt.Sprintf("the arrays, %s, are larger than %s of %s", formatBytes(bytes), formatBytes(cache), level)
	}
	if n, second := crowd(fresh), secondCache(t); n >= crowdedOutputs && second > 0 {
		written := int64(0)
		for _, size := range fresh {
			written += int64(size) * int64(b.Frame.N)
		}
		if written > second {
			return true, fmt.Sprintf("%d outputs begin at the same line of a page, and the outputs, %s, are larger than %s of second-level cache",
				n, formatBytes(written), formatBytes(second))
		}
	}
	return false, fmt.Sprintf("the arrays, %s, fit into %s of %s", formatBytes(bytes), formatBytes(cache), level)
}
