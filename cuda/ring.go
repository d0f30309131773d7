package cuda

import (
	"context"
	"sync"
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/driver"
)

// ring is the way of host memory that is not pinned to a device and back: slots of pinned memory, each with as much of
// the device's, that are used in turn, so that copies both ways, kernels and what the processor does overlap. One
// user has it at a time.
type ring struct {
	gpu *gpu

	mu      sync.Mutex
	in, out driver.Stream
	slots   [ringSlots]slot
	bytes   int // of a slot
	copier  copier
}

const (
	ringSlots = 4

	// slotBytes is what a slot has at the most, unless one block of elements of all arrays of a kernel has more: enough for copies to run at the
	// link's speed. slotLeast is the least.
	slotBytes = 8 << 20
	slotLeast = 64 << 10
)

// slot is a piece of the ring.
type slot struct {
	host   []byte
	device driver.Ptr
	here   driver.Event // what was copied in is on the device
	ran    driver.Event // the kernel has run
	done   driver.Event // what was copied out is in host memory, or the slot is free
	used   bool         // done is to be waited for
	lo, hi int          // the elements that are on their way out
}

// ensure makes the slots that large, or larger. The context is current, and the ring the caller's.
func (r *ring) ensure(bytes int) (err error) {
	d := r.gpu.drv
	if r.bytes >= bytes && r.in != 0 {
		return nil
	}
	r.clear()
	size := slotLeast
	for size < bytes {
		size *= 2
	}
	if size > slotBytes {
		size = (max(bytes, slotBytes) + 4095) &^ 4095
	}
	defer func() {
		if err != nil {
			r.clear()
		}
	}()
	if r.in, err = d.NewStream(); err != nil {
		return r.gpu.fault(err)
	}
	if r.out, err = d.NewStream(); err != nil {
		return r.gpu.fault(err)
	}
	for i := range r.slots {
		s := &r.slots[i]
		p, err := r.gpu.pin(int64(size))
		if err != nil {
			return err
		}
		s.host = unsafe.Slice((*byte)(p), size)
		if s.device, err = r.gpu.alloc(int64(size)); err != nil {
			return err
		}
		for _, e := range []*driver.Event{&s.here, &s.ran, &s.done} {
			flags := driver.EventUntimed
			if e == &s.done { // the only one that the host waits for
				flags |= driver.EventBlocking
			}
			if *e, err = d.NewEvent(flags); err != nil {
				return r.gpu.fault(err)
			}
		}
	}
	if err := r.gpu.fault(d.SyncStream(r.gpu.stream)); err != nil { // the memory comes in its order
		return err
	}
	r.bytes = size
	r.copier.start()
	return nil
}

// clear gives everything back.
func (r *ring) clear() {
	d := r.gpu.drv
	for i := range r.slots {
		s := &r.slots[i]
		if s.host != nil {
			_ = d.HostFree(unsafe.Pointer(unsafe.SliceData(s.host)))
		}
		if s.device != 0 {
			_ = r.gpu.unalloc(s.device)
		}
		for _, e := range []driver.Event{s.here, s.ran, s.done} {
			if e != 0 {
				_ = d.DestroyEvent(e)
			}
		}
		*s = slot{}
	}
	for _, s := range []driver.Stream{r.in, r.out} {
		if s != 0 {
			_ = d.DestroyStream(s)
		}
	}
	r.in, r.out, r.bytes = 0, 0, 0
}

func (r *ring) free() {
	r.clear()
	r.copier.stop()
}

// begin makes the ring the caller's, with slots of at least so many bytes, until end. The context is current.
func (r *ring) begin(bytes int) error {
	r.mu.Lock()
	if err := r.ensure(bytes); err != nil {
		r.mu.Unlock()
		return err
	}
	return nil
}

// end waits for what is under way: memory is used until then.
func (r *ring) end(err error) error {
	for i := range r.slots {
		r.slots[i].used = false
	}
	err = r.gpu.finish(r.in, err)
	err = r.gpu.finish(r.out, err)
	r.mu.Unlock()
	return err
}

// take returns the slot of that turn, when it is free.
func (r *ring) take(turn int) (*slot, error) {
	s := &r.slots[turn%ringSlots]
	if !s.used {
		return s, nil
	}
	s.used = false
	return s, r.gpu.wait(s.done)
}

// mark records that the slot is free when the stream has done what it has to do now.
func (r *ring) mark(s *slot, stream driver.Stream) error {
	s.used = true
	return r.gpu.fault(r.gpu.drv.RecordEvent(s.done, stream))
}

// copyIn copies from host memory to the device, and returns when it is there.
func (r *ring) copyIn(ctx context.Context, dst driver.Ptr, from []byte) error {
	before, err := r.gpu.enter()
	if err != nil {
		return err
	}
	defer r.gpu.leave(before)
	if len(from) == 0 {
		return nil
	}
	if err := r.begin(min(len(from), slotBytes)); err != nil {
		return err
	}
	return r.end(r.sendAll(ctx, dst, from))
}

// sendAll is copyIn by one who has the ring, but for the wait at the end.
func (r *ring) sendAll(ctx context.Context, dst driver.Ptr, from []byte) error {
	for turn := 0; len(from) > 0; turn++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		s, err := r.take(turn)
		if err != nil {
			return err
		}
		n := min(len(from), r.bytes)
		r.copier.copy(s.host[:n], from[:n])
		if err := r.gpu.fault(r.gpu.drv.CopyToDevice(dst, unsafe.Pointer(unsafe.SliceData(s.host)), uint64(n), r.in)); err != nil {
			return err
		}
		if err := r.mark(s, r.in); err != nil {
			return err
		}
		dst, from = dst+driver.Ptr(n), from[n:]
	}
	return nil
}

// copyOut copies from the device to host memory.
func (r *ring) copyOut(ctx context.Context, to []byte, src driver.Ptr) error {
	before, err := r.gpu.enter()
	if err != nil {
		return err
	}
	defer r.gpu.leave(before)
	if len(to) == 0 {
		return nil
	}
	if err := r.begin(min(len(to), slotBytes)); err != nil {
		return err
	}
	return r.end(r.fetchAll(ctx, len(to), src, func(lo int, piece []byte) { r.copier.copy(to[lo:lo+len(piece)], piece) }))
}

// fetchAll brings n bytes to the host by one who has the ring, and hands them to take piece by piece.
func (r *ring) fetchAll(ctx context.Context, n int, src driver.Ptr, take func(lo int, piece []byte)) error {
	pieces := (n + r.bytes - 1) / r.bytes
	for turn := range pieces + ringSlots - 1 {
		if out := turn - (ringSlots - 1); out >= 0 { // this slot is asked for again right after
			s, err := r.take(out)
			if err != nil {
				return err
			}
			lo := out * r.bytes
			take(lo, s.host[:min(r.bytes, n-lo)])
		}
		if turn >= pieces {
			continue
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		s, lo := &r.slots[turn%ringSlots], turn*r.bytes
		if err := r.gpu.fault(r.gpu.drv.CopyToHost(unsafe.Pointer(unsafe.SliceData(s.host)), src+driver.Ptr(lo), uint64(min(r.bytes, n-lo)), r.out)); err != nil {
			return err
		}
		if err := r.mark(s, r.out); err != nil {
			return err
		}
	}
	return nil
}
