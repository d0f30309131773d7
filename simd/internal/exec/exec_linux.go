//go:build amd64 || arm64

package exec

import (
	"fmt"
	"syscall"
	"unsafe"
)

// Supported reports whether Map can work at all on this system.
const Supported = true

// Map copies code into fresh pages and makes them executable. The code must keep
// to the calling convention above, leave the direction flag and MXCSR, or FPCR, as
// they were, use no stack but its return address, clear the upper halves of
// amd64's vector registers, and return soon: the goroutine cannot be preempted
// meanwhile. Call Unmap when no one can be inside the code any more.
func Map(code []byte) (Memory, error) {
	b, err := syscall.Mmap(-1, 0, len(code), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return Memory{}, fmt.Errorf("mapping %d bytes for code: %w", len(code), err)
	}
	copy(b, code)
	publish(b)
	if err := syscall.Mprotect(b, syscall.PROT_READ|syscall.PROT_EXEC); err != nil {
		syscall.Munmap(b)
		return Memory{}, fmt.Errorf("making code executable: %w", err)
	}
	live.Add(int64(len(b)))
	entry := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return Memory{b, &entry}, nil
}

// Unmap gives the pages back.
func (m Memory) Unmap() {
	if m.b != nil {
		live.Add(-int64(len(m.b)))
		syscall.Munmap(m.b) // fails only for memory that Map did not return
	}
}
