package cuda

import (
	"errors"
	"strconv"
	"sync"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// executor runs kernels on one device.
type executor struct {
	name     string
	gpu      *gpu
	plan     runtime.Plan
	settings settings
	stream   driver.Stream

	queue sync.Mutex // held while a launch is put into the stream
	calls calls

	state  sync.RWMutex // held for reading while something runs
	closed bool
}

// open opens the executor of a device.
func open(drv driver.Driver, c runtime.Config) (runtime.Executor, error) {
	if c.Device == "all" {
		return openAll(drv, c)
	}
	ordinal := 0
	if c.Device != "" {
		var err error
		if ordinal, err = strconv.Atoi(c.Device); err != nil || ordinal < 0 {
			n, err := drv.DeviceCount()
			return nil, firstOf(err, &DeviceError{Device: c.Device, Count: n})
		}
	}
	return openDevice(drv, c, ordinal)
}

func openDevice(drv driver.Driver, c runtime.Config, ordinal int) (*executor, error) {
	set, err := settingsOf(c)
	if err != nil {
		return nil, err
	}
	g, err := acquire(drv, ordinal)
	if err != nil {
		return nil, err
	}
	e := &executor{name: "cuda", gpu: g, plan: c.Plan, settings: set}
	if c.Device != "" {
		e.name += ":" + strconv.Itoa(ordinal)
	}
	g.modules.keep(set.cache)
	before, err := g.enter()
	if err == nil {
		e.stream, err = g.drv.NewStream()
		err = g.fault(err)
		g.leave(before)
	}
	if err != nil {
		return nil, firstOf(err, g.release())
	}
	return e, nil
}

func (e *executor) Name() string { return e.name }

// Target describes the device as it is listed, without what has to be measured.
func (e *executor) Target() runtime.Target { return e.gpu.props.target(e.gpu.ordinal) }

// Allocate implements runtime.Allocator.
func (e *executor) Allocate(bytes int) (runtime.Memory, error) {
	if !e.begin() {
		return nil, runtime.ErrClosed
	}
	defer e.end()
	m, err := newDeviceMemory(e.gpu, bytes)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// begin keeps the executor open until end; it reports false if it is closed.
func (e *executor) begin() bool {
	e.state.RLock()
	if e.closed {
		e.state.RUnlock()
		return false
	}
	return true
}

func (e *executor) end() { e.state.RUnlock() }

// Close implements runtime.Executor.
func (e *executor) Close() error {
	e.state.Lock()
	defer e.state.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	e.calls.releaseAll()
	var err error
	if before, entered := e.gpu.enter(); entered == nil {
		err = e.gpu.fault(e.gpu.drv.DestroyStream(e.stream))
		e.gpu.leave(before)
	}
	var lost *LostError
	if errors.As(err, &lost) {
		err = nil // which was reported where it happened
	}
	return firstOf(err, e.gpu.release())
}

// reach says which memory the executor can use: the host's, and its own device's.
func (e *executor) reach(m runtime.Memory) string {
	switch m := m.(type) {
	case *deviceMemory:
		if m.gpu == e.gpu {
			return ""
		}
		return "the buffer lies on cuda:" + strconv.Itoa(m.gpu.ordinal) + ", and the executor works on cuda:" + strconv.Itoa(e.gpu.ordinal) +
			"; cuda.Copy copies from device to device"
	case *pinnedMemory:
		return ""
	}
	return "the buffer lies on a device that is none of CUDA's"
}

// Bind implements runtime.Executor.
func (e *executor) Bind(k *kernels.Kernel, args runtime.Args, policies ...runtime.Policy) (*runtime.Call, error) {
	if !e.begin() {
		return nil, runtime.ErrClosed
	}
	defer e.end()
	plan, err := e.plan.With(policies...)
	if err != nil {
		return nil, err
	}
	b, err := runtime.CheckOn(e.reach, k, args)
	if err != nil {
		return nil, err
	}
	l, err := newLaunch(e, b, plan, args, part{hi: b.Frame.N})
	if err != nil {
		return nil, err
	}
	return runtime.NewCall(b, l.info(plan), l), nil
}
