package cuda

import (
	"errors"
	"fmt"
	"sync"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/runtime"
)

// openDriver is the way to the driver; tests have others.
var openDriver = driver.Open

func init() {
	runtime.Register("cuda", func(c runtime.Config) (runtime.Executor, error) {
		drv, err := openDriver()
		if err != nil {
			return nil, err
		}
		return open(drv, c)
	})
	runtime.RegisterTargets("cuda", func() ([]runtime.Target, error) {
		drv, err := openDriver()
		if err != nil {
			var load *LoadError
			if errors.As(err, &load) {
				return nil, nil // a machine without such a driver has no such targets
			}
			return nil, err
		}
		return targets(drv)
	})
}

// targets describes all devices, with what their memory was measured to move. A device that
// cannot be used is left out, and its error returned.
func targets(drv driver.Driver) (list []runtime.Target, err error) {
	n, err := drv.DeviceCount()
	if err != nil {
		return nil, err
	}
	var errs []error
	for ordinal := range n {
		t, err := describe(drv, ordinal)
		if err != nil {
			errs = append(errs, fmt.Errorf("device %d: %w", ordinal, err))
			continue
		}
		list = append(list, t)
	}
	return list, errors.Join(errs...)
}

func describe(drv driver.Driver, ordinal int) (t runtime.Target, err error) {
	g, err := acquire(drv, ordinal)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, g.release()) }()
	t = g.props.target(ordinal)
	before, err := g.enter()
	if err != nil {
		return t, err
	}
	defer g.leave(before)
	if free, _, err := drv.MemInfo(); err == nil {
		t.AvailableBytes = int64(free)
	}
	t.Device.BytesPerSecond, err = g.bandwidth()
	return t, err
}

// bandwidths has what was measured, by device: once in a process.
var bandwidths sync.Map

const (
	bandwidthBytes  = 1 << 30 // of each of two arrays, if there is so much: what stays in a cache of 50 MB, and what events take, is little beside it
	bandwidthLeast  = 8 << 20
	bandwidthRounds = 4
)

// bandwidth is what a copy within the device's memory moves in a second, bytes read and written: the best of some.
// It is 0 where there is no room to measure it. The context is current.
func (g *gpu) bandwidth() (float64, error) {
	key := gpuKey{g.drv, g.ordinal}
	if v, ok := bandwidths.Load(key); ok {
		return v.(float64), nil
	}
	size := int64(bandwidthBytes)
	for size > g.props.total/8 {
		size /= 2
	}
	a, err := g.alloc(2 * size)
	var none *MemoryError
	for errors.As(err, &none) && size/2 >= bandwidthLeast {
		size /= 2
		a, err = g.alloc(2 * size)
	}
	if errors.As(err, &none) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer g.trim()
	defer g.unalloc(a)
	from, err := g.drv.NewEvent(driver.EventBlocking)
	if err != nil {
		return 0, g.fault(err)
	}
	defer g.drv.DestroyEvent(from)
	to, err := g.drv.NewEvent(driver.EventBlocking)
	if err != nil {
		return 0, g.fault(err)
	}
	defer g.drv.DestroyEvent(to)
	best := 0.0
	for range bandwidthRounds {
		err := errors.Join(
			g.drv.RecordEvent(from, g.stream),
			g.drv.CopyOnDevice(a+driver.Ptr(size), a, uint64(size), g.stream),
			g.drv.RecordEvent(to, g.stream),
			g.drv.SyncEvent(to))
		if err != nil {
			return 0, g.fault(firstError(err))
		}
		if ms, err := g.drv.Elapsed(from, to); err == nil && ms > 0 {
			best = max(best, 2*float64(size)/(float64(ms)/1e3))
		}
	}
	bandwidths.Store(key, best)
	return best, nil
}

// firstError is the first of joined errors: the others follow from it.
func firstError(err error) error {
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		return j.Unwrap()[0]
	}
	return err
}
