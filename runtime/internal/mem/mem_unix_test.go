//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package mem

import (
	"runtime/debug"
	"testing"
	"unsafe"
)

func TestHugeAlignment(t *testing.T) {
	var maps []*Mapping
	for i := range 8 {
		m, err := Map(HugePage + i*pageSize)
		if err != nil {
			t.Fatal(err)
		}
		maps = append(maps, m)
		if uintptr(unsafe.Pointer(&m.Bytes()[0]))%HugePage != 0 {
			t.Errorf("mapping of %d bytes is not aligned to a huge page", len(m.Bytes()))
		}
	}
	for _, m := range maps {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestGuards writes to the byte on either side of a mapping, and into a mapping that is gone: each must fault.
func TestGuards(t *testing.T) {
	for _, size := range []int{pageSize, HugePage, HugePage + pageSize} {
		m, err := Map(size)
		if err != nil {
			t.Fatal(err)
		}
		p := unsafe.Pointer(&m.Bytes()[0])
		for name, at := range map[string]unsafe.Pointer{
			"before": unsafe.Add(p, -1),
			"after":  unsafe.Add(p, size),
		} {
			if !faults(at) {
				t.Errorf("writing %s %d bytes does not fault", name, size)
			}
		}
		for _, in := range []int{0, size - 1} {
			if faults(unsafe.Add(p, in)) {
				t.Errorf("writing byte %d of %d faults", in, size)
			}
		}
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// faults writes to an address and reports whether that faulted.
func faults(p unsafe.Pointer) (faulted bool) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { faulted = recover() != nil }()
	*(*byte)(p) = 1
	return false
}
