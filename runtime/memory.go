package runtime

import (
	"context"
	"unsafe"

	"github.com/triad-go/triad/runtime/internal/mem"
)

// Memory is what an executor of another package gives to Buffers: memory of a device, or memory of the
// host that a device reaches quickly. CopyIn, CopyOut and Free are for launches that are not under way.
type Memory interface {
	// Address is that of the first byte. Addresses of a device are none of the host's: those
	// who have one and may not reach it copy.
	Address() unsafe.Pointer

	Bytes() int

	// Host reports whether the program may use the memory at its address.
	Host() bool

	// CopyIn and CopyOut copy all bytes from or to the host, of which they are given as many.
	CopyIn(ctx context.Context, from []byte) error
	CopyOut(ctx context.Context, to []byte) error

	// Free gives the memory back; it is called once.
	Free() error
}

// Allocator is an executor that has memory of its own for Buffers.
type Allocator interface {
	// Allocate returns that many bytes, at least one, all zero.
	Allocate(bytes int) (Memory, error)
}

// BufferOf returns a Buffer of all whole elements of m, which it will free. An executor's package makes
// Buffers so of memory that is not what Allocate gives.
func BufferOf[T Element](m Memory, t Target) *Buffer[T] {
	var p unsafe.Pointer
	if m.Host() {
		p = m.Address()
	}
	return newBuffer[T](&foreign{Memory: m}, p, m.Bytes()/int(unsafe.Sizeof(T(0))), t)
}

// storage is what a Buffer lies in: see mem.Mapping.
type storage interface {
	Acquire() bool
	Release()
	Close() error
	Closed() bool
	HugePages() (bytes int64, known bool)
}

// foreign is a Memory as storage.
type foreign struct {
	Memory
	holders mem.Holders
}

func (f *foreign) Acquire() bool { return f.holders.Acquire() }
func (f *foreign) Closed() bool  { return f.holders.Closed() }

func (f *foreign) Release() {
	if f.holders.Release() {
		_ = f.Free() // nobody is left to tell
	}
}

func (f *foreign) Close() error {
	if !f.holders.Close() {
		return nil
	}
	return f.Free()
}

func (f *foreign) HugePages() (int64, bool) { return 0, false }
