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
	distinct := map[unsafe.Pointer]bool{}
	for _, p := range b.Frame.Arrays {
		distinct[p] = true
	}
	return int64(len(distinct)) * int64(b.Frame.N) * int64(b.Program.Elem.Size())
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

// Lines of arrays that lie at the same place of a page share a set of the
// first-level cache, which has room for a dozen at most, and often one of the
// next level. A program that writes many such arrays, as it takes one vector
// through all of them, has their lines pushed out between one vector and the
// next: each plain store then fetches its line again. Arrays of whole pages are
// such arrays, however they were allocated.
//
// Measured on one core of Zen 5 with 1 MiB of second-level cache, the launch
// together with a pass over its outputs thereafter: 32 to 1024 outputs at the
// same place, larger in sum than that cache, took 0.25 to 1.0 of the time of
// plain stores when they were written non-temporally, with AVX-512 and AVX2
// alike (24 outputs: up to 1.1; outputs that fit: up to 1.5). Where the outputs
// begin at different places it does not pay before they outgrow the last level:
// 1.1 to 1.8 with AVX-512, 1.5 to 5 with AVX2, which writes half lines.
const (
	pageBytes      = 4096 // what a way of a first-level cache holds, or less
	lineBytes      = 64
	crowdedOutputs = 32
)

// outputs are the distinct arrays that a binding writes and does not read.
func outputs(b *Binding) map[unsafe.Pointer]bool {
	fresh := map[unsafe.Pointer]bool{}
	for slot, a := range b.Program.Arrays {
		if a.Written {
			fresh[b.Frame.Arrays[slot]] = true
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
func crowd(arrays map[unsafe.Pointer]bool) int {
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
		written := int64(len(fresh)) * int64(b.Frame.N) * int64(b.Program.Elem.Size())
		if written > second {
			return true, fmt.Sprintf("%d outputs begin at the same line of a page, so that plain stores push each other out of the caches, and the outputs, %s, are larger than %s of second-level cache; arrays a line further apart would be faster still",
				n, formatBytes(written), formatBytes(second))
		}
	}
	return false, fmt.Sprintf("the arrays, %s, fit into %s of %s", formatBytes(bytes), formatBytes(cache), level)
}
