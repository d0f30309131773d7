package cuda

import (
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/runtime"
)

// place says how a launch reaches an array.
type place uint8

const (
	resident place = iota // it lies on the device
	chunked               // in the host's memory: piece by piece through the ring
	whole                 // in the host's memory: all of it is copied to the device, and back
)

// placed is an array as a launch has it.
type placed struct {
	runtime.Array
	place  place
	pinned bool       // of the host, and the device copies it without staging
	device driver.Ptr // of element 0; of chunked arrays, as bytes from the beginning of a slot
	size   int        // of an element
	bytes  int        // from element 0 to past the last
}

// placeArrays decides how arrays are reached.
func (l *launch) placeArrays(part part) {
	b := l.binding
	gathered := map[int]bool{}
	for _, g := range b.Kernel.Gathers() {
		gathered[g.Of] = true
	}
	for slot, a := range b.Arrays() {
		p := placed{Array: a, place: whole, size: a.Elem.Size()}
		p.bytes = p.size * span(a)
		switch m := a.Memory.(type) {
		case *deviceMemory:
			p.place, p.device = resident, driver.Ptr(uintptr(a.Data))
		case *pinnedMemory:
			p.pinned = m.gpu != nil
		}
		if p.place == whole && !part.steps && b.Plain() && !a.Own && !gathered[slot] && len(b.Kernel.Columns()) == 0 {
			p.place = chunked
			p.Data, p.bytes = unsafe.Add(p.Data, l.base*p.size), l.n*p.size
		}
		l.arrays = append(l.arrays, p)
	}
}

// span is the number of elements from the first of an array to past the last.
func span(a runtime.Array) int {
	last := 0
	for axis := range a.Axes {
		if a.Shape[axis] == 0 {
			return 0
		}
		last += (a.Shape[axis] - 1) * a.Strides[axis]
	}
	return last + 1
}

// pointArrays tells the arguments where arrays are, but for those that are staged.
func (l *launch) pointArrays() {
	for slot := range l.arrays {
		a := &l.arrays[slot]
		if slot < len(l.args.Arrays) && a.place != chunked {
			l.args.Arrays[slot] = uint64(a.device)
		}
	}
	if !l.grid {
		for _, gt := range l.binding.Kernel.Gathers() {
			l.args.Arrays[gt.Array] = uint64(l.arrays[gt.Of].device)
		}
	}
	for _, c := range l.columns {
		c.point(l)
	}
}
