package cuda

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// all is the executor "cuda:all": it splits launches over arrays of the host among all devices, each of which takes a range
// that is as long as it is fast. The ranges are whole reduction blocks, so that results have the bits of one device's. What is gathered
// from is copied to each. What cannot be split (neighbours, collectives, arrays on a device) runs on the device that is fastest.
type all struct {
	name    string
	plan    runtime.Plan
	devices []*executor
	fastest int

	state  sync.RWMutex
	closed bool
}

func openAll(drv driver.Driver, c runtime.Config) (_ runtime.Executor, err error) {
	n, err := drv.DeviceCount()
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, &DeviceError{Device: "all", Count: 0}
	}
	a := &all{name: "cuda:all", plan: c.Plan}
	best := 0.0
	defer func() {
		if err != nil {
			a.closeAll()
		}
	}()
	for i := range n {
		c.Device = strconv.Itoa(i)
		e, err := openDevice(drv, c, i)
		var old *CapabilityError
		if errors.As(err, &old) && n > 1 {
			continue // one that none of this package's code runs on takes no part
		}
		if err != nil {
			return nil, err
		}
		a.devices = append(a.devices, e)
		speed, err := e.speed()
		if err != nil {
			return nil, err
		}
		if speed > best {
			a.fastest, best = len(a.devices)-1, speed
		}
	}
	if len(a.devices) == 0 {
		return nil, &DeviceError{Device: "all", Count: 0}
	}
	return a, nil
}

// speed is how many bytes of arrays of the host a device takes in a second: its link's rate, or its memory's if that is less.
func (e *executor) speed() (float64, error) {
	r := e.settings.assumed
	if !e.settings.told {
		f, err := e.figures()
		if err != nil {
			return 0, err
		}
		r = f.staged
	}
	s := r.CopyBoth
	if s == 0 {
		s = r.CopyIn
	}
	if s == 0 || r.Bytes > 0 && r.Bytes < s {
		s = r.Bytes
	}
	return max(s, 1), nil
}

func (a *all) Name() string           { return a.name }
func (a *all) Target() runtime.Target { return a.devices[a.fastest].Target() }

// Close implements runtime.Executor.
func (a *all) Close() error {
	a.state.Lock()
	defer a.state.Unlock()
	if a.closed {
		return nil
	}
	a.closed = true
	return a.closeAll()
}

func (a *all) closeAll() error {
	var errs []error
	for _, e := range a.devices {
		errs = append(errs, e.Close())
	}
	return errors.Join(errs...)
}

// Allocate implements runtime.Allocator: on the device that is fastest.
func (a *all) Allocate(bytes int) (runtime.Memory, error) {
	return a.devices[a.fastest].Allocate(bytes)
}

// Bind implements runtime.Executor.
func (a *all) Bind(k *kernels.Kernel, args runtime.Args, policies ...runtime.Policy) (*runtime.Call, error) {
	a.state.RLock()
	defer a.state.RUnlock()
	if a.closed {
		return nil, runtime.ErrClosed
	}
	plan, err := a.plan.With(policies...)
	if err != nil {
		return nil, err
	}
	first := a.devices[a.fastest]
	b, err := runtime.CheckOn(first.reach, k, args)
	if err != nil {
		return nil, err
	}
	bounds, err := a.divide(b)
	if err != nil {
		return nil, err
	}
	if bounds == nil {
		l, err := newLaunch(first, b, plan, args, part{hi: b.Frame.N})
		if err != nil {
			return nil, err
		}
		info := l.info(plan)
		info.Executor = a.name
		return runtime.NewCall(b, info, &onlyOne{a, l}), nil
	}
	s := &split{all: a, bounds: bounds}
	for i, e := range a.devices {
		l, err := newLaunch(e, b, plan, nil, part{lo: bounds[i], hi: bounds[i+1], raw: true})
		if err != nil {
			s.release()
			return nil, err
		}
		s.parts = append(s.parts, l)
	}
	info := s.parts[0].info(plan)
	info.Executor, info.Workers = a.name, 0
	for _, p := range s.parts {
		info.Workers += p.ex.gpu.props.sms
	}
	return runtime.NewCall(b, info, s), nil
}

// divide is where the ranges of the devices begin, and where the last ends: by how fast each is predicted to be at this launch. It is nil if
// the launch is one device's.
func (a *all) divide(b *runtime.Binding) ([]int, error) {
	if len(a.devices) == 1 || !b.Plain() || len(b.Kernel.Columns()) > 0 {
		return nil, nil
	}
	if slices.ContainsFunc(b.Arrays(), func(a runtime.Array) bool { return a.Memory != nil && !a.Memory.Host() }) {
		return nil, nil
	}
	var speeds []float64
	sum := 0.0
	for _, e := range a.devices {
		t, err := e.Estimate(b)
		if err != nil {
			return nil, err
		}
		s := 1 / float64(max(t.Total, 1))
		speeds = append(speeds, s)
		sum += s
	}
	n, unit := b.Frame.N, b.Program.BlockLen()
	bounds, share := []int{0}, 0.0
	for _, s := range speeds[:len(speeds)-1] {
		share += s
		bounds = append(bounds, max(bounds[len(bounds)-1], min(n, int(share/sum*float64(n))/unit*unit)))
	}
	return append(bounds, n), nil
}

// onlyOne is the launches of a call that one device does.
type onlyOne struct {
	all *all
	*launch
}

func (o *onlyOne) Launch(ctx, labels context.Context, b *runtime.Binding) error {
	o.all.state.RLock()
	defer o.all.state.RUnlock()
	if o.all.closed {
		return runtime.ErrClosed
	}
	return o.launch.Launch(ctx, labels, b)
}

// split is the launches of a call that all devices share.
type split struct {
	all    *all
	bounds []int
	parts  []*launch
	errs   []error
}

func (s *split) release() {
	for _, p := range s.parts {
		p.held.release()
	}
}

// Launch implements runtime.Launcher.
func (s *split) Launch(ctx, labels context.Context, b *runtime.Binding) error {
	s.all.state.RLock()
	defer s.all.state.RUnlock()
	if s.all.closed {
		return runtime.ErrClosed
	}
	s.errs = make([]error, len(s.parts))
	var left sync.WaitGroup
	for i, p := range s.parts {
		left.Add(1)
		go func() {
			defer left.Done()
			s.errs[i] = p.Launch(ctx, labels, b)
		}()
	}
	left.Wait()
	if err := firstOf(s.errs...); err != nil {
		return err
	}
	return s.gather(b)
}

// gather folds what the devices have found: faults by the least element, partials in the one order of blocks.
func (s *split) gather(b *runtime.Binding) error {
	for i := range b.Frame.Faults {
		for _, p := range s.parts {
			b.Frame.Faults[i] = min(b.Frame.Faults[i], p.found.faults[i])
		}
	}
	for r := range b.Frame.Partials {
		b.Frame.Partials[r] = b.Frame.Partials[r][:0]
		for _, p := range s.parts {
			b.Frame.Partials[r] = append(b.Frame.Partials[r], p.found.partials[r]...)
		}
	}
	return nil
}
