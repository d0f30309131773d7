package runtime

import (
	"fmt"
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

// nonTemporal applies the rule that NTAuto states: whether the outputs of a
// binding are to be written past the target's caches, and why.
func nonTemporal(b *Binding, mode NTMode, t Target) (on bool, why string) {
	read := map[unsafe.Pointer]bool{}
	for slot, a := range b.Program.Arrays {
		p := b.Frame.Arrays[slot]
		read[p] = read[p] || a.Read
	}
	fresh := false // an output that is no input
	for slot, a := range b.Program.Arrays {
		fresh = fresh || a.Written && !read[b.Frame.Arrays[slot]]
	}
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
	case !fresh:
		return false, "every output is an input too"
	case bytes > cache:
		return true, fmt.Sprintf("the arrays, %s, are larger than %s of %s", formatBytes(bytes), formatBytes(cache), level)
	}
	return false, fmt.Sprintf("the arrays, %s, fit into %s of %s", formatBytes(bytes), formatBytes(cache), level)
}
