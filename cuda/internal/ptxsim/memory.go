package ptxsim

import (
	"fmt"
	"math"
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

// Add lets launches reach bytes at p, of which none may be in the regions yet.
func (r *Regions) Add(p unsafe.Pointer, bytes int) error {
	at := uint64(uintptr(p))
	if bytes < 1 || at > math.MaxUint64-uint64(bytes) {
		return fmt.Errorf("ptxsim: a region of %d bytes at %#x", bytes, at)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	i := r.after(at)
	if i > 0 && r.list[i-1].to > at || i < len(r.list) && r.list[i].from < at+uint64(bytes) {
		return fmt.Errorf("ptxsim: the region of %d bytes at %#x is in another in part", bytes, at)
	}
	r.list = slices.Insert(r.list, i, region{at, at + uint64(bytes), p})
	return nil
}

// after is how many regions begin at or before an address.
func (r *Regions) after(address uint64) int {
	lo, hi := 0, len(r.list)
	for lo < hi {
		if mid := (lo + hi) / 2; r.list[mid].from <= address {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
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
	if i := r.after(address); i > 0 && bytes >= 0 {
		if e := r.list[i-1]; address <= e.to && uint64(bytes) <= e.to-address {
			return unsafe.Add(e.keep, address-e.from), nil
		}
	}
	return nil, fmt.Errorf("address %#x of %d bytes is in no memory", address, bytes)
}
