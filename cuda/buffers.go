package cuda

import (
	"context"
	"fmt"
	"math"
	"unsafe"

	"github.com/triad-go/triad/runtime"
)

// NewPinned returns a Buffer of n zeros, at least one, in pinned memory of the host, which the device of ex copies from and
// to at the link's speed while the program uses it as a slice. Such memory is the system's to lose: take as much as copies need.
//
// Errors are a *runtime.AllocError, which is a *[MemoryError] where there is no such memory, runtime.ErrClosed, and a
// *runtime.UnsupportedError if ex is no executor of this package.
func NewPinned[T runtime.Element](ex runtime.Executor, n int) (*runtime.Buffer[T], error) {
	e, err := own(ex, "pinned memory")
	if err != nil {
		return nil, err
	}
	size := int(unsafe.Sizeof(T(0)))
	if n < 1 || n > math.MaxInt/size {
		return nil, &runtime.ValueError{Name: "NewPinned", Value: n, Want: "at least 1 element"}
	}
	if !e.begin() {
		return nil, runtime.ErrClosed
	}
	defer e.end()
	m, err := newPinnedMemory(e.gpu, n*size)
	if err != nil {
		return nil, &runtime.AllocError{Len: n, Bytes: int64(n * size), Err: err}
	}
	return runtime.BufferOf[T](m, e.Target()), nil
}

// own is an executor as this package's own.
func own(ex runtime.Executor, feature string) (*executor, error) {
	e, ok := ex.(*executor)
	if !ok {
		name := "<nil>"
		if ex != nil {
			name = ex.Name()
		}
		return nil, &runtime.UnsupportedError{Executor: name, Feature: feature}
	}
	return e, nil
}

// Copy copies all elements of src to dst, of the same length, and returns when that is done: directly where both lie on one device
// or on devices that reach each other, by way of the driver where they do not, and by the host's memory where one of
// them lies there. Errors are a *runtime.ValueError for different lengths, runtime.ErrClosed, the driver's, and
// context.Cause(ctx).
func Copy[T runtime.Element](ctx context.Context, dst, src *runtime.Buffer[T]) error {
	if dst.Len() != src.Len() {
		return &runtime.ValueError{Name: "cuda.Copy", Value: src.Len(), Want: fmt.Sprintf("buffers of one length, and dst has %d elements", dst.Len())}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	for _, b := range []*runtime.Buffer[T]{dst, src} {
		release, err := b.Hold()
		if err != nil {
			return err
		}
		defer release()
	}
	to, toDevice := dst.Memory().(*deviceMemory)
	from, fromDevice := src.Memory().(*deviceMemory)
	bytes := uint64(dst.Len()) * uint64(unsafe.Sizeof(T(0)))
	switch {
	case toDevice && fromDevice:
		return copyPeer(to, from)
	case fromDevice:
		if host := pinnedOf(dst); host != nil {
			return copyPinned(from, host, bytes, false)
		}
		return onHost(ctx, dst, src.CopyTo)
	case toDevice:
		if host := pinnedOf(src); host != nil {
			return copyPinned(to, host, bytes, true)
		}
		return onHost(ctx, src, dst.CopyFrom)
	default:
		return onHost(ctx, src, dst.CopyFrom)
	}
}

// pinnedOf is the elements of a Buffer of pinned memory, or nil.
func pinnedOf[T runtime.Element](b *runtime.Buffer[T]) unsafe.Pointer {
	if _, ok := b.Memory().(*pinnedMemory); ok {
		return unsafe.Pointer(unsafe.SliceData(b.Slice()))
	}
	return nil
}

// copyPinned copies between a device and pinned memory, without staging.
func copyPinned(m *deviceMemory, host unsafe.Pointer, bytes uint64, in bool) error {
	g := m.gpu
	before, err := g.enter()
	if err != nil {
		return err
	}
	defer g.leave(before)
	if in {
		err = g.drv.CopyToDevice(m.ptr, host, bytes, g.stream)
	} else {
		err = g.drv.CopyToHost(host, m.ptr, bytes, g.stream)
	}
	return g.finish(g.stream, g.fault(err))
}

// onHost copies with the elements of a Buffer of the host.
func onHost[T runtime.Element](ctx context.Context, host *runtime.Buffer[T], f func(context.Context, []T) error) error {
	s := host.Slice()
	if s == nil && host.Len() > 0 {
		return runtime.ErrClosed
	}
	return f(ctx, s)
}

// copyPeer copies between devices, or within one.
func copyPeer(to, from *deviceMemory) error {
	g := to.gpu
	before, err := g.enter()
	if err != nil {
		return err
	}
	defer g.leave(before)
	if from.gpu == g {
		err = g.drv.CopyOnDevice(to.ptr, from.ptr, uint64(to.bytes), g.stream)
	} else {
		if lost := from.gpu.lost.Load(); lost != nil {
			return lost
		}
		g.approach(from.gpu)
		err = g.drv.CopyPeer(to.ptr, g.ctx, from.ptr, from.gpu.ctx, uint64(to.bytes), g.stream)
	}
	return g.finish(g.stream, g.fault(err))
}

// approach lets a device reach the memory of another one, if they can: without it the driver copies by the host's memory. The context is
// current.
func (g *gpu) approach(of *gpu) {
	if _, was := g.near.LoadOrStore(of, nil); was {
		return
	}
	if ok, err := g.drv.CanAccessPeer(g.dev, of.dev); err != nil || !ok {
		return
	}
	if of.pool != 0 { // whose memory EnablePeer says nothing of
		_ = g.drv.SharePool(of.pool, g.dev)
	} else {
		_ = g.drv.EnablePeer(of.ctx)
	}
}
