// Package exec maps machine code and calls it. A mapping is writable first and
// executable then, never both.
package exec

import (
	"errors"
	"sync/atomic"
	"unsafe"
)

// ErrUnsupported says that this build has no way to run machine code.
var ErrUnsupported = errors.New("machine code is not supported on this system")

// Memory is machine code that can be called. Its zero value holds none.
type Memory struct{ b []byte }

// Len is the number of bytes mapped.
func (m *Memory) Len() int { return len(m.b) }

// Pointer is the address of the first byte.
func (m *Memory) Pointer() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(m.b)) }

// Entry is the address of the first byte as Call takes it.
func (m *Memory) Entry() uintptr { return uintptr(m.Pointer()) }

var live atomic.Int64

// Live is the number of bytes mapped now: for tests that nothing leaks.
func Live() int64 { return live.Load() }
