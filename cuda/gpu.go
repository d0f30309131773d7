package cuda

import (
	goruntime "runtime"
	"sync"
	"sync/atomic"

	"github.com/triad-go/triad/cuda/internal/driver"
)

// gpu is a device in use: what executors, buffers and calls on it share, in the device's primary context, which other CUDA
// code of the process may use too. It is there from the first acquire to the last release.
type gpu struct {
	drv     driver.Driver
	ordinal int
	dev     driver.Device
	ctx     driver.Context
	props   properties

	pool   driver.Pool   // of which memory comes; 0 where the device has none
	stream driver.Stream // in which buffers are made, copied and freed

	modules modules
	words   slab
	ring    ring

	near sync.Map // *gpu whose memory was made this one's to reach, where it can

	refs int // guarded by gpus
	lost atomic.Pointer[LostError]
}

// gpus has the devices in use, by driver and ordinal.
var gpus = struct {
	sync.Mutex
	open map[gpuKey]*gpu
}{open: map[gpuKey]*gpu{}}

type gpuKey struct {
	drv     driver.Driver
	ordinal int
}

// acquire returns the device of that ordinal until it is released.
func acquire(drv driver.Driver, ordinal int) (*gpu, error) {
	gpus.Lock()
	defer gpus.Unlock()
	key := gpuKey{drv, ordinal}
	if g := gpus.open[key]; g != nil && g.lost.Load() == nil {
		g.refs++
		return g, nil
	}
	g, err := newGPU(drv, ordinal)
	if err != nil {
		return nil, err
	}
	g.refs = 1
	gpus.open[key] = g
	return g, nil
}

// hold is acquire for one who has the device already.
func (g *gpu) hold() {
	gpus.Lock()
	defer gpus.Unlock()
	g.refs++
}

// release lets go of the device. The last one gives back everything on it.
func (g *gpu) release() error {
	gpus.Lock()
	defer gpus.Unlock()
	if g.refs--; g.refs > 0 {
		return nil
	}
	if key := (gpuKey{g.drv, g.ordinal}); gpus.open[key] == g {
		delete(gpus.open, key)
	}
	return g.destroy()
}

func newGPU(drv driver.Driver, ordinal int) (_ *gpu, err error) {
	g := &gpu{drv: drv, ordinal: ordinal}
	if g.dev, err = findDevice(drv, ordinal); err != nil {
		return nil, err
	}
	if g.props, err = readProperties(drv, g.dev, ordinal); err != nil {
		return nil, err
	}
	if g.ctx, err = drv.RetainPrimary(g.dev); err != nil {
		return nil, err
	}
	g.words.gpu, g.ring.gpu, g.modules.gpu = g, g, g
	before, err := g.enter()
	if err == nil {
		defer g.leave(before)
		if g.stream, err = drv.NewStream(); err == nil && g.props.pools {
			if g.pool, err = drv.NewPool(g.dev); err == nil {
				// Memory that is freed stays for the next buffer, until the device is released.
				err = drv.PoolThreshold(g.pool, 1<<63)
			}
		}
	}
	if err != nil {
		_ = g.destroy()
		return nil, g.fault(err)
	}
	return g, nil
}

// destroy gives back what the device was acquired for. On a device that is lost the driver
// answers every call with its error, and gives it all back with the context.
func (g *gpu) destroy() error {
	if before, err := g.current(); err == nil {
		if g.lost.Load() == nil && g.stream != 0 {
			_ = g.fault(g.drv.SyncStream(g.stream))
		}
		g.ring.free()
		g.words.free()
		g.modules.unload()
		if g.stream != 0 {
			_ = g.drv.DestroyStream(g.stream)
		}
		if g.pool != 0 {
			_ = g.drv.DestroyPool(g.pool)
		}
		g.leave(before)
	}
	err := g.drv.ReleasePrimary(g.dev)
	if g.lost.Load() != nil {
		return nil // which was reported where it happened
	}
	return err
}

// enter makes the device's context the current one of the calling goroutine's thread, to which
// the goroutine is bound, until leave is given what enter returned. It fails at once if the device is lost.
func (g *gpu) enter() (before driver.Context, err error) {
	if lost := g.lost.Load(); lost != nil {
		return 0, lost
	}
	return g.current()
}

func (g *gpu) current() (before driver.Context, err error) {
	goruntime.LockOSThread()
	if before, err = g.drv.Current(); err == nil && before != g.ctx {
		err = g.drv.SetCurrent(g.ctx)
	}
	if err != nil {
		goruntime.UnlockOSThread()
		return 0, g.fault(err)
	}
	return before, nil
}

// leave gives the thread back the context that it had.
func (g *gpu) leave(before driver.Context) {
	if before != g.ctx {
		_ = g.drv.SetCurrent(before)
	}
	goruntime.UnlockOSThread()
}

// fault notes if an error says that the device is lost, and returns what callers are told.
func (g *gpu) fault(err error) error {
	e, ok := err.(*driver.Error)
	if !ok || !e.Result.Sticky() {
		return err
	}
	lost := &LostError{Device: g.ordinal, Name: g.props.name, Err: e}
	if !g.lost.CompareAndSwap(nil, lost) {
		lost = g.lost.Load()
	}
	return lost
}
