package runtime

import (
	"context"
	"fmt"
	"math"
	goruntime "runtime"
	"unsafe"
	"weak"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/mem"
)

// Element is the types of which arrays are.
type Element interface {
	float64 | float32 | int64 | int32 | uint64 | uint32
}

// elementType is T as kernels name it.
func elementType[T Element]() kernels.Type {
	switch any(T(0)).(type) {
	case float64:
		return kernels.Float64
	case float32:
		return kernels.Float32
	case int64:
		return kernels.Int64
	case int32:
		return kernels.Int32
	case uint64:
		return kernels.Uint64
	}
	return kernels.Uint32
}

// Buffer is an array of floats or integers on a target. On a processor its memory lies outside
// the Go heap, on huge pages where the system grants them, and each part of it
// near the worker that works on it; on a device it is the device's own, which the program reaches by
// CopyFrom and CopyTo alone. A launch takes a Buffer wherever it takes a
// slice, if its executor works where the Buffer lies.
//
// Close gives the memory back. A Buffer that is dropped without Close is closed
// when a garbage collection finds it, so whoever uses its Slice must keep the
// Buffer too: a deferred Close does, and so does a Call bound to the slice. All methods may be called concurrently.
// NewBuffer makes Buffers; the zero Buffer is a closed one.
type Buffer[T Element] struct {
	memory storage
	data   []T // the same as elements; nil on a device
	n      int
	target Target
}

// AllocError says that memory for a Buffer could not be had.
type AllocError struct {
	Len   int   // elements asked for
	Bytes int64 // their size; 0 if Len is negative or the size exceeds any address space
	Err   error // why
}

func (e *AllocError) Error() string {
	return fmt.Sprintf("runtime: cannot allocate a buffer of %d elements: %v", e.Len, e.Err)
}

// Unwrap returns e.Err.
func (e *AllocError) Unwrap() error { return e.Err }

// NewBuffer returns a Buffer of n zeros on the target of ex. If ex is an
// [Allocator], it gives the memory. If ex is a
// [Looper], its workers touch the memory first, each the part that ex gives it
// in a launch over n elements with [Static] ranges, and so the system places
// each part near them; else the calling goroutine does.
//
// The error is an [*AllocError] if n is negative, if there cannot be so much
// memory, or if it would exceed, with the Buffers that are there, the memory of
// the machine or of the process's control group: systems that overcommit would
// grant it and kill the process later. An executor that is nil gives a
// [*ValueError]; other errors are those of ex.Range, such as [ErrClosed].
func NewBuffer[T Element](ex Executor, n int) (*Buffer[T], error) {
	if ex == nil {
		return nil, &ValueError{Name: "NewBuffer", Value: nil, Want: "an executor"}
	}
	size := int(unsafe.Sizeof(T(0)))
	switch {
	case n < 0:
		return nil, &AllocError{Len: n, Err: mem.ErrNegative}
	case n > math.MaxInt/size:
		return nil, &AllocError{Len: n, Err: mem.ErrTooLarge}
	}
	if a, ok := ex.(Allocator); ok && n > 0 {
		m, err := a.Allocate(n * size)
		if err != nil {
			return nil, &AllocError{Len: n, Bytes: int64(n) * int64(size), Err: err}
		}
		return BufferOf[T](m, ex.Target()), nil
	}
	mapping, err := mem.Map(n * size)
	if err != nil {
		return nil, &AllocError{Len: n, Bytes: int64(n) * int64(size), Err: err}
	}
	b := newBuffer[T](mapping, unsafe.Pointer(unsafe.SliceData(mapping.Bytes())), n, ex.Target())
	if err := b.touch(ex); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// newBuffer is the Buffer of n elements of memory that the program reaches at p, or does not if p is nil.
func newBuffer[T Element](memory storage, p unsafe.Pointer, n int, t Target) *Buffer[T] {
	b := &Buffer[T]{memory: memory, n: n, target: t}
	if p != nil {
		b.data = unsafe.Slice((*T)(p), n)
	}
	if p != nil && n > 0 {
		self := weak.Make(b)
		own(owner{b.from(), b.from() + uintptr(n)*unsafe.Sizeof(T(0)), memory, func() anyBuffer {
			if b := self.Value(); b != nil {
				return b
			}
			return nil
		}})
	}
	from := b.from()
	goruntime.AddCleanup(b, func(m storage) {
		disown(from, m)
		_ = m.Close()
	}, memory)
	return b
}

// touch writes to each page.
func (b *Buffer[T]) touch(ex Executor) error {
	page := 4096 / int(unsafe.Sizeof(T(0))) // elements of the smallest page there is
	s := b.data
	body := func(lo, hi int) {
		// A page goes to the range that its first element is in. The zero was
		// there before; writing it makes the page be.
		for i := (lo + page - 1) / page * page; i < hi; i += page {
			s[i] = 0
		}
	}
	if l, ok := ex.(Looper); ok {
		return l.Range(context.Background(), len(s), body, Static())
	}
	body(0, len(s))
	return nil
}

// Slice returns the elements, nil after Close and for a Buffer on a device. The slice is not to be used
// after Close, nor when the Buffer is gone: its memory is not there any more.
func (b *Buffer[T]) Slice() []T {
	if b.memory == nil || b.memory.Closed() {
		return nil
	}
	return b.data
}

// Len returns the number of elements, after Close too.
func (b *Buffer[T]) Len() int { return b.n }

// Target returns the target that the Buffer was made on.
func (b *Buffer[T]) Target() Target { return b.target }

// HugePages returns how many bytes of the Buffer lie on huge pages now. It is
// not known where the system does not tell, and after Close.
func (b *Buffer[T]) HugePages() (bytes int64, known bool) {
	if b.memory == nil {
		return 0, false
	}
	return b.memory.HugePages()
}

// Close gives the memory back: at once, or, if launches use it, when the last
// of them ends; Close does not wait for that. Launches that begin later return
// [ErrClosed]. A second Close does nothing and returns nil. An error says that
// the system would not take the memory back.
func (b *Buffer[T]) Close() error {
	if b.memory == nil {
		return nil
	}
	disown(b.from(), b.memory)
	return b.memory.Close()
}

// from is the address of the first element.
func (b *Buffer[T]) from() uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b.data))) }

// CopyFrom sets the elements to those of s, which has as many, and returns when that is done. Launches
// that use the Buffer are not to run meanwhile. Errors are a *[ValueError] for another
// length, [ErrClosed], those of a device, and context.Cause(ctx), when some elements may be new.
func (b *Buffer[T]) CopyFrom(ctx context.Context, s []T) error {
	return b.copy(ctx, "Buffer.CopyFrom", s, func(m Memory, host []byte) error { return m.CopyIn(ctx, host) }, func() { copy(b.data, s) })
}

// CopyTo sets the elements of s, which are as many, to those of the Buffer. It is CopyFrom the other way.
func (b *Buffer[T]) CopyTo(ctx context.Context, s []T) error {
	return b.copy(ctx, "Buffer.CopyTo", s, func(m Memory, host []byte) error { return m.CopyOut(ctx, host) }, func() { copy(s, b.data) })
}

// StartCopyFrom begins what CopyFrom does and returns at once: the slice must stay as it is until the event is done.
func (b *Buffer[T]) StartCopyFrom(ctx context.Context, s []T) *Event {
	return started(func() error { return b.CopyFrom(ctx, s) })
}

// StartCopyTo begins what CopyTo does and returns at once: the slice is not to be used until the event is done.
func (b *Buffer[T]) StartCopyTo(ctx context.Context, s []T) *Event {
	return started(func() error { return b.CopyTo(ctx, s) })
}

func (b *Buffer[T]) copy(ctx context.Context, name string, s []T, device func(Memory, []byte) error, host func()) error {
	if len(s) != b.n {
		return &ValueError{Name: name, Value: len(s), Want: fmt.Sprintf("a slice of %d elements", b.n)}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !b.acquire() {
		return ErrClosed
	}
	defer b.release()
	if m := b.outside(); m != nil && !m.Host() {
		bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*int(unsafe.Sizeof(T(0))))
		return device(m, bytes)
	}
	host()
	return nil
}

// acquire keeps the memory from being given back until release. It reports
// whether the Buffer is open; only then release must follow.
func (b *Buffer[T]) acquire() bool { return b.memory != nil && b.memory.Acquire() }

func (b *Buffer[T]) release() { b.memory.Release() }

// Hold keeps the memory from being given back until release is called, once, as a launch does that uses the Buffer: for packages
// that work on its Memory. The error is [ErrClosed].
func (b *Buffer[T]) Hold() (release func(), err error) {
	if !b.acquire() {
		return nil, ErrClosed
	}
	return b.release, nil
}

// Memory is what the Buffer lies in, if an executor of another package gave it; nil for the host's own.
func (b *Buffer[T]) Memory() Memory { return b.outside() }

// outside is the memory, if an executor gave it; nil for the host's own.
func (b *Buffer[T]) outside() Memory {
	if f, ok := b.memory.(*foreign); ok {
		return f.Memory
	}
	return nil
}
