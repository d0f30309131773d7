package ptxsim

import (
	"fmt"
	"slices"
	"sync"
	"unsafe"
)

// Memory is what addresses of global memory mean. At returns the bytes there, or an error, which the launch ends with.
type Memory interface {
	At(address uint64, bytes int) (unsafe.Pointer, error)
}

// Regions is a Memory of parts of the process's own memory, at their own addresses. The zero value has none. It is safe for
// concurrent use.
type Regions struct {
	mu   sync.RWMutex
	list []region // by address
}

type region struct {
	from, to uint64
	keep     unsafe.Pointer
}

// Add lets launches reach bytes at p.
func (r *Regions) Add(p unsafe.Pointer, bytes int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := uint64(uintptr(p))
	i, _ := slices.BinarySearchFunc(r.list, at, func(e region, at uint64) int {
		if e.from < at {
			return -1
		}
		return 1
	})
	r.list = slices.Insert(r.list, i, region{at, at + uint64(bytes), p})
}

// Remove takes back what Add did for p.
func (r *Regions) Remove(p unsafe.Pointer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = slices.DeleteFunc(r.list, func(e region) bool { return e.keep == p })
}

// At implements Memory.
func (r *Regions) At(address uint64, bytes int) (unsafe.Pointer, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	lo, hi := 0, len(r.list)
	for lo < hi { // the last region that begins at or before the address
		if mid := (lo + hi) / 2; r.list[mid].from <= address {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo > 0 && address+uint64(bytes) <= r.list[lo-1].to {
		return unsafe.Add(r.list[lo-1].keep, address-r.list[lo-1].from), nil
	}
	return nil, fmt.Errorf("address %#x of %d bytes is in no memory", address, bytes)
}
