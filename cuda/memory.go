package cuda

import (
	"context"
	"errors"
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/driver"
)

// alloc returns memory on the device for at least one byte, after all that the device's stream has to do. The context
// is current. Errors are *MemoryError and *LostError.
func (g *gpu) alloc(bytes int64) (p driver.Ptr, err error) {
	get := func() (driver.Ptr, error) {
		if g.pool != 0 {
			return g.drv.AllocFromPool(uint64(bytes), g.pool, g.stream)
		}
		return g.drv.Alloc(uint64(bytes))
	}
	if p, err = get(); isOutOfMemory(err) && g.trim() {
		p, err = get()
	}
	if err == nil {
		return p, nil
	}
	if err = g.fault(err); !isOutOfMemory(err) {
		return 0, err
	}
	free, _, _ := g.drv.MemInfo()
	return 0, &MemoryError{Device: g.ordinal, Bytes: bytes, Free: int64(free), Err: err}
}

// trim gives the driver what the pool keeps for later, which may be in pieces that are too small, or be wanted for other things than
// buffers. It reports false if there is no pool, or if that fails. The context is current.
func (g *gpu) trim() bool {
	return g.pool != 0 && errors.Join(g.drv.SyncStream(g.stream), g.drv.TrimPool(g.pool, 0)) == nil
}

// unalloc gives memory back that nothing uses any more but what the device's stream has to do. The context is current.
func (g *gpu) unalloc(p driver.Ptr) error {
	if g.pool != 0 {
		return g.fault(g.drv.FreeAsync(p, g.stream))
	}
	return g.fault(g.drv.Free(p))
}

// pin returns pinned memory of the host.
func (g *gpu) pin(bytes int64) (unsafe.Pointer, error) {
	p, err := g.drv.HostAlloc(uint64(bytes), driver.HostPortable)
	if err == nil {
		return p, nil
	}
	if err = g.fault(err); isOutOfMemory(err) {
		err = &MemoryError{Device: g.ordinal, Pinned: true, Bytes: bytes, Err: err}
	}
	return nil, err
}

func isOutOfMemory(err error) bool {
	e, ok := err.(*driver.Error)
	return ok && e.Result == driver.OutOfMemory
}

// pointer is an address as unsafe.Pointer, which keeps nothing alive: it is none of Go's memory.
func pointer(p driver.Ptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

// deviceMemory is what a Buffer on a device lies in. It implements runtime.Memory.
type deviceMemory struct {
	gpu   *gpu
	ptr   driver.Ptr
	bytes int
}

// newDeviceMemory returns zeros.
func newDeviceMemory(g *gpu, bytes int) (*deviceMemory, error) {
	before, err := g.enter()
	if err != nil {
		return nil, err
	}
	defer g.leave(before)
	room := (int64(bytes) + 3) &^ 3
	p, err := g.alloc(room)
	if err != nil {
		return nil, err
	}
	// Other streams use it next, so it must be there.
	if err := firstOf(g.drv.Fill32(p, 0, uint64(room/4), g.stream), g.drv.SyncStream(g.stream)); err != nil {
		_ = g.unalloc(p)
		return nil, g.fault(err)
	}
	g.hold()
	return &deviceMemory{g, p, bytes}, nil
}

// firstOf is the first error that is one.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (m *deviceMemory) Address() unsafe.Pointer { return pointer(m.ptr) }
func (m *deviceMemory) Bytes() int              { return m.bytes }
func (m *deviceMemory) Host() bool              { return false }

func (m *deviceMemory) CopyIn(ctx context.Context, from []byte) error {
	return m.gpu.ring.copyIn(ctx, m.ptr, from)
}

func (m *deviceMemory) CopyOut(ctx context.Context, to []byte) error {
	return m.gpu.ring.copyOut(ctx, to, m.ptr)
}

// Free implements runtime.Memory. On a device that is lost there is nothing to give back.
func (m *deviceMemory) Free() error {
	var err error
	if before, e := m.gpu.enter(); e == nil {
		err = m.gpu.unalloc(m.ptr)
		m.gpu.leave(before)
	}
	return firstOf(err, m.gpu.release())
}

// pinnedMemory is memory of the host that a device copies from and to without staging. It implements runtime.Memory.
type pinnedMemory struct {
	gpu   *gpu
	ptr   unsafe.Pointer
	bytes int
}

func newPinnedMemory(g *gpu, bytes int) (*pinnedMemory, error) {
	before, err := g.enter()
	if err != nil {
		return nil, err
	}
	defer g.leave(before)
	p, err := g.pin(int64(bytes))
	if err != nil {
		return nil, err
	}
	clear(unsafe.Slice((*byte)(p), bytes))
	g.hold()
	return &pinnedMemory{g, p, bytes}, nil
}

func (m *pinnedMemory) Address() unsafe.Pointer { return m.ptr }
func (m *pinnedMemory) Bytes() int              { return m.bytes }
func (m *pinnedMemory) Host() bool              { return true }

// The program reaches the memory itself, so these are not called by Buffers.
func (m *pinnedMemory) CopyIn(_ context.Context, from []byte) error {
	copy(unsafe.Slice((*byte)(m.ptr), m.bytes), from)
	return nil
}

func (m *pinnedMemory) CopyOut(_ context.Context, to []byte) error {
	copy(to, unsafe.Slice((*byte)(m.ptr), m.bytes))
	return nil
}

// Free implements runtime.Memory. Pinned memory is given back of a lost device, too: it is the process's own.
func (m *pinnedMemory) Free() error {
	var err error
	if before, e := m.gpu.current(); e == nil {
		err = m.gpu.drv.HostFree(m.ptr)
		m.gpu.leave(before)
	}
	if m.gpu.lost.Load() != nil {
		err = nil
	}
	return firstOf(err, m.gpu.release())
}
