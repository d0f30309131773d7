// Package mem maps memory outside the Go heap: zeroed, on huge pages where the system grants them, and given back when
// asked, not when a collection finds out.
//
// Mapped memory is not touched: each page comes to be, on the NUMA node of the CPU that does it, when it is first
// written. Where the system can, a page that may not be accessed lies on either side, so that code that writes past the
// end faults instead of spoiling its neighbour.
package mem

import (
	"errors"
	"fmt"
	"math"
	"sync/atomic"

	"github.com/triad-go/triad/runtime/internal/topology"
)

// HugePage is the size of a huge page, and the alignment of mappings of at least that size where the system has them.
const HugePage = 2 << 20

// slack bounds what a system's way of mapping adds to the bytes asked for.
const slack = 4 * HugePage

var (
	// ErrNegative is the error for a size below 0.
	ErrNegative = errors.New("the size is negative")
	// ErrTooLarge is the error for a size that no process could address.
	ErrTooLarge = errors.New("the size exceeds the address space")
)

// LimitError says that a mapping would exceed the memory that there is. A system that overcommits would grant it, and
// kill the process when it is used.
type LimitError struct {
	Bytes int64 // asked for
	InUse int64 // mapped already
	Limit int64 // the memory of the machine, or the limit of its control group
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("%d bytes, beside %d in use, exceed the %d of this machine or of its control group", e.Bytes, e.InUse, e.Limit)
}

// Mapping is mapped memory, shared as an os.File is: those who use it hold it with Acquire, and Close takes effect when
// the last of them lets go. All methods may be called concurrently.
type Mapping struct {
	Holders
	data   []byte // len as asked for
	region region
}

var inUse atomic.Int64

// InUse returns the bytes that are mapped now, in whole pages.
func InUse() int64 { return inUse.Load() }

// Map maps that many zero bytes, which may be none. Errors are ErrNegative, ErrTooLarge, a [*LimitError], or what the
// system said.
func Map(bytes int) (*Mapping, error) {
	return mapWithin(bytes, topology.HostMemory().Total)
}

// mapWithin is Map where all mappings together may have limit bytes; 0 is no limit.
func mapWithin(bytes int, limit int64) (*Mapping, error) {
	switch {
	case bytes < 0:
		return nil, ErrNegative
	case bytes > math.MaxInt-slack:
		return nil, ErrTooLarge
	case bytes == 0:
		return &Mapping{data: []byte{}}, nil
	}
	size := roundUp(bytes, pageSize)
	used := inUse.Add(int64(size)) - int64(size)
	if limit > 0 && int64(size) > limit-used {
		inUse.Add(-int64(size))
		return nil, &LimitError{Bytes: int64(bytes), InUse: used, Limit: limit}
	}
	r, err := reserve(size)
	if err != nil {
		inUse.Add(-int64(size))
		return nil, err
	}
	return &Mapping{data: r.data[:bytes:bytes], region: r}, nil
}

// Bytes returns the memory; nil after Close, and never nil before. Who uses it after Close faults, but for those that
// Acquired it.
func (m *Mapping) Bytes() []byte {
	if m.Closed() {
		return nil
	}
	return m.data
}

// Release ends what Acquire began. The last one after Close unmaps the memory.
func (m *Mapping) Release() {
	if m.Holders.Release() {
		_ = m.unmap() // nobody is left to tell
	}
}

// Close gives the memory back, at once or when its last holder releases it. It returns what the system says to that, if
// it is at once. A second call does nothing.
func (m *Mapping) Close() error {
	if !m.Holders.Close() {
		return nil
	}
	return m.unmap()
}

// unmap is called once, when nobody holds the memory nor ever will.
func (m *Mapping) unmap() error {
	size := len(m.region.data)
	if size == 0 {
		return nil
	}
	inUse.Add(-int64(size))
	return m.region.free()
}

// HugePages returns how many bytes of the memory lie on huge pages at this moment: pages come with the first write, and
// the system may join or split them later. It is not known where the system does not tell, nor after Close.
func (m *Mapping) HugePages() (bytes int64, known bool) {
	if !m.Acquire() {
		return 0, false
	}
	defer m.Release()
	if len(m.region.data) == 0 {
		return 0, true
	}
	return m.region.hugePages()
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }
