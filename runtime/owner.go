package runtime

import (
	"cmp"
	"slices"
	"sync"
	"unsafe"
)

// owners finds the Buffer that a slice lies in, so that a call bound to a
// Buffer's Slice keeps the Buffer as one bound to the Buffer itself does.
var owners struct {
	sync.RWMutex
	list []owner // by address
}

// owner is a Buffer that is open.
type owner struct {
	from, to uintptr
	memory   storage
	buffer   func() anyBuffer // nil if it is garbage
}

func (o owner) compare(address uintptr) int { return cmp.Compare(o.from, address) }

// own enters a Buffer, disown takes it out before its memory goes. A Buffer may
// be closed twice, and its address may be another's by then: hence the memory.
func own(o owner) {
	owners.Lock()
	defer owners.Unlock()
	i, _ := slices.BinarySearchFunc(owners.list, o.from, owner.compare)
	owners.list = slices.Insert(owners.list, i, o)
}

func disown(from uintptr, memory storage) {
	owners.Lock()
	defer owners.Unlock()
	if i, found := slices.BinarySearchFunc(owners.list, from, owner.compare); found && owners.list[i].memory == memory {
		owners.list = slices.Delete(owners.list, i, i+1)
	}
}

// ownerOf returns the Buffer that the memory at p is in, or nil.
func ownerOf(p unsafe.Pointer) anyBuffer {
	owners.RLock()
	defer owners.RUnlock()
	i, found := slices.BinarySearchFunc(owners.list, uintptr(p), owner.compare)
	if !found {
		i--
	}
	if i < 0 || uintptr(p) >= owners.list[i].to {
		return nil
	}
	return owners.list[i].buffer()
}
