package cuda

import (
	"context"
	"fmt"
	goruntime "runtime"
	"slices"
	"time"
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/runtime"
)

// HostMemory is what memory of the host copies go from and to.
type HostMemory uint8

const (
	// Pinned is memory that [NewPinned] gives: the device copies from and to it by itself.
	Pinned HostMemory = iota + 1

	// Staged is ordinary memory, copied by way of pinned memory as this package does it for slices and for Buffers' CopyFrom
	// and CopyTo.
	Staged

	// Pageable is ordinary memory, given to the driver as it is.
	Pageable
)

func (m HostMemory) String() string {
	switch m {
	case Pinned:
		return "pinned"
	case Staged:
		return "staged"
	case Pageable:
		return "pageable"
	}
	return fmt.Sprintf("HostMemory(%d)", uint8(m))
}

// Transfer is how fast copies of one size between the host and a device were: the best of some rounds.
type Transfer struct {
	Bytes  int // of one copy
	Memory HostMemory

	// Bytes a second, of copies one after the other. Both is for copies both ways at once, the bytes of both added
	// up; it is 0 for Staged, where copies take turns.
	ToDevice, ToHost, Both float64

	// One copy alone by the host's clock: from the call until the host knows that it is done.
	ToDeviceTime, ToHostTime time.Duration
}

// TransferSizes are those that [Transfers] takes for its own: from one that shows what any copy takes to one that shows what the link
// can do.
func TransferSizes() []int { return []int{4, 4 << 10, 64 << 10, 1 << 20, 16 << 20, 64 << 20} }

const (
	transferRounds = 5
	transferBatch  = 16 << 20 // bytes that are copied between two looks at the clock, by more copies of smaller sizes
	transferCopies = 32       // of them, at the most
	transferMost   = 1 << 30  // of a size
)

// Transfers measures copies of these sizes in bytes, or of TransferSizes if there are none, between the host and a device: for each
// size, in this order, from pinned memory, staged and pageable. Pinned copies are timed by the device's events, the others by the host's
// clock, as much of their work is the host's. Nothing else should use the device and the host meanwhile.
//
// It takes twice the largest size of the device's memory, of pinned and of ordinary memory. Errors are those of opening an executor of the
// device, a *[MemoryError], a *runtime.ValueError for a size below 1 byte or above 1 GiB, and context.Cause(ctx).
func Transfers(ctx context.Context, device int, sizes []int) ([]Transfer, error) {
	drv, err := openDriver()
	if err != nil {
		return nil, err
	}
	return transfers(ctx, drv, device, sizes)
}

func transfers(ctx context.Context, drv driver.Driver, device int, sizes []int) (list []Transfer, err error) {
	if len(sizes) == 0 {
		sizes = TransferSizes()
	}
	for _, size := range sizes {
		if size < 1 || size > transferMost {
			return nil, &runtime.ValueError{Name: "cuda.Transfers", Value: size, Want: "sizes from 1 byte to 1 GiB"}
		}
	}
	g, err := acquire(drv, device)
	if err != nil {
		return nil, err
	}
	defer func() { err = firstOf(err, g.release()) }()
	return g.transfers(ctx, sizes, []HostMemory{Pinned, Staged, Pageable})
}

// transfers measures copies of all sizes from all memories: all of one size, then of the next.
func (g *gpu) transfers(ctx context.Context, sizes []int, memories []HostMemory) (list []Transfer, err error) {
	before, err := g.enter()
	if err != nil {
		return nil, err
	}
	defer g.leave(before)
	p := &transferrer{ctx: ctx, gpu: g}
	defer p.free()
	if err := p.ready(slices.Max(sizes)); err != nil {
		return nil, err
	}
	for _, size := range sizes {
		for _, m := range memories {
			t, err := p.measure(size, m)
			if err != nil {
				return nil, err
			}
			list = append(list, t)
		}
	}
	return list, nil
}

// transferrer has what measurements need.
type transferrer struct {
	ctx context.Context
	gpu *gpu

	device   [2]driver.Ptr
	pinned   [2]unsafe.Pointer
	pageable [2][]byte
	streams  [2]driver.Stream // one for each direction
	begin    driver.Event
	done     [2]driver.Event // by stream
}

// Directions, by which the arrays and streams are told apart.
const (
	toDevice = iota
	toHost
)

// ready gets memory for copies of so many bytes. The context is current.
func (p *transferrer) ready(bytes int) (err error) {
	g := p.gpu
	for i := range p.device {
		if p.device[i], err = g.alloc(int64(bytes)); err != nil {
			return err
		}
		if p.pinned[i], err = g.pin(int64(bytes)); err != nil {
			return err
		}
		p.pageable[i] = make([]byte, bytes)
		for _, host := range [][]byte{p.pageable[i], unsafe.Slice((*byte)(p.pinned[i]), bytes)} {
			for j := range host {
				host[j] = byte(j) // so that every page is there
			}
		}
		if p.streams[i], err = g.drv.NewStream(); err != nil {
			return g.fault(err)
		}
	}
	for _, e := range []*driver.Event{&p.begin, &p.done[0], &p.done[1]} {
		if *e, err = g.drv.NewEvent(driver.EventBlocking); err != nil {
			return g.fault(err)
		}
	}
	return g.fault(g.drv.SyncStream(g.stream)) // the memory comes in its order
}

// free gives all back, when nothing uses it any more. The context is current.
func (p *transferrer) free() {
	g := p.gpu
	for _, s := range p.streams {
		if s != 0 {
			_ = g.drv.SyncStream(s)
			_ = g.drv.DestroyStream(s)
		}
	}
	for _, e := range []driver.Event{p.begin, p.done[0], p.done[1]} {
		if e != 0 {
			_ = g.drv.DestroyEvent(e)
		}
	}
	for i := range p.device {
		if p.device[i] != 0 {
			_ = g.unalloc(p.device[i])
		}
		if p.pinned[i] != nil {
			_ = g.drv.HostFree(p.pinned[i])
		}
	}
	goruntime.KeepAlive(p.pageable)
}

// measure measures copies of one size. The context is current.
func (p *transferrer) measure(bytes int, m HostMemory) (t Transfer, err error) {
	t = Transfer{Bytes: bytes, Memory: m}
	copies := min(max(transferBatch/bytes, 1), transferCopies)
	for _, d := range []struct {
		directions []int
		rate       *float64
		alone      *time.Duration
	}{
		{[]int{toDevice}, &t.ToDevice, &t.ToDeviceTime},
		{[]int{toHost}, &t.ToHost, &t.ToHostTime},
		{[]int{toDevice, toHost}, &t.Both, nil},
	} {
		if m == Staged && d.alone == nil {
			continue
		}
		took, err := p.best(copies, bytes, m, d.directions, m == Pinned)
		if err != nil {
			return t, err
		}
		*d.rate = float64(len(d.directions)*copies*bytes) / took.Seconds()
		if d.alone == nil {
			continue
		}
		if *d.alone, err = p.best(1, bytes, m, d.directions, false); err != nil {
			return t, err
		}
	}
	return t, nil
}

// best is the shortest time of some rounds after a first, at least a nanosecond.
func (p *transferrer) best(copies, bytes int, m HostMemory, directions []int, byEvents bool) (best time.Duration, err error) {
	for round := range transferRounds + 1 {
		if p.ctx.Err() != nil {
			return 0, context.Cause(p.ctx)
		}
		start := time.Now()
		if err := p.copyAll(copies, bytes, m, directions); err != nil {
			return 0, p.gpu.fault(err)
		}
		took := time.Since(start)
		if byEvents {
			if took, err = p.elapsed(directions); err != nil {
				return 0, p.gpu.fault(err)
			}
		}
		if round == 1 || round > 1 && took < best {
			best = took
		}
	}
	return max(best, 1), nil
}

// copyAll makes copies in each direction at once, and waits for them.
func (p *transferrer) copyAll(copies, bytes int, m HostMemory, directions []int) error {
	switch m {
	case Staged:
		return p.staged(copies, bytes, directions[0])
	case Pageable:
		return p.paged(copies, bytes, directions)
	}
	d, first := p.gpu.drv, p.streams[directions[0]]
	if err := d.RecordEvent(p.begin, first); err != nil {
		return err
	}
	for _, i := range directions[1:] {
		if err := d.StreamWait(p.streams[i], p.begin); err != nil {
			return p.settle(err)
		}
	}
	for range copies {
		for _, i := range directions {
			if err := p.copy(i, p.pinned[i], bytes); err != nil {
				return p.settle(err)
			}
		}
	}
	for _, i := range directions {
		if err := d.RecordEvent(p.done[i], p.streams[i]); err != nil {
			return p.settle(err)
		}
	}
	for _, i := range directions {
		if err := p.gpu.wait(p.done[i]); err != nil {
			return p.settle(err)
		}
	}
	return nil
}

// settle waits for what is under way when something has failed.
func (p *transferrer) settle(err error) error {
	return firstOf(err, p.gpu.drv.SyncStream(p.streams[toDevice]), p.gpu.drv.SyncStream(p.streams[toHost]))
}

// copy puts a copy into the stream of its direction.
func (p *transferrer) copy(direction int, host unsafe.Pointer, bytes int) error {
	if direction == toDevice {
		return p.gpu.drv.CopyToDevice(p.device[toDevice], host, uint64(bytes), p.streams[toDevice])
	}
	return p.gpu.drv.CopyToHost(host, p.device[toHost], uint64(bytes), p.streams[toHost])
}

// elapsed is the device's time from before the first copy to after the last.
func (p *transferrer) elapsed(directions []int) (took time.Duration, err error) {
	for _, i := range directions {
		ms, err := p.gpu.drv.Elapsed(p.begin, p.done[i])
		if err != nil {
			return 0, err
		}
		took = max(took, time.Duration(float64(ms)*1e6))
	}
	return took, nil
}

// staged copies as Buffers do.
func (p *transferrer) staged(copies, bytes, direction int) error {
	for range copies {
		var err error
		if direction == toDevice {
			err = p.gpu.ring.copyIn(p.ctx, p.device[toDevice], p.pageable[toDevice][:bytes])
		} else {
			err = p.gpu.ring.copyOut(p.ctx, p.pageable[toHost][:bytes], p.device[toHost])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// paged leaves it to the driver how to copy. Its calls may not return before the copy is done, so each direction has a
// thread of its own.
func (p *transferrer) paged(copies, bytes int, directions []int) error {
	one := func(direction int) error {
		for range copies {
			if err := p.copy(direction, unsafe.Pointer(unsafe.SliceData(p.pageable[direction])), bytes); err != nil {
				return firstOf(err, p.gpu.drv.SyncStream(p.streams[direction]))
			}
		}
		return p.gpu.drv.SyncStream(p.streams[direction])
	}
	other := make(chan error, 1)
	if len(directions) > 1 {
		go func() {
			before, err := p.gpu.enter()
			if err == nil {
				err = one(directions[1])
				p.gpu.leave(before)
			}
			other <- err
		}()
	} else {
		other <- nil
	}
	return firstOf(one(directions[0]), <-other)
}
