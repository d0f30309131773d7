package runtime

import (
	"context"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"
)

// Call is a kernel bound to its arguments on an executor, ready to run as often
// as wanted. It is safe for concurrent use; its launches run one after the
// other.
type Call struct {
	mu       sync.Mutex
	binding  *Binding
	launcher Launcher
	timer    DeviceTimer // the launcher, if it is one
	info     LaunchInfo
	labels   labels
	engine   engine // nil for an executor of another package
	plan     Plan
	started  atomic.Pointer[Event] // the launch started last, nil if it has ended
	device   time.Duration         // of the last launch, as a device measured it; -1 if none did
}

// Launcher is the part of a Call that an executor writes.
type Launcher interface {
	// Launch computes all elements of b.Frame, and the partial results of
	// reductions, as b.Program.Interpret does. The Call combines these, calls
	// Launch never twice at once, keeps the memory of buffers from being freed
	// meanwhile, and has set the pprof labels of the goroutine that it calls
	// Launch on; other goroutines that work for the launch give labels to
	// pprof.SetGoroutineLabels, which is all that context is good for.
	//
	// Launch returns ErrClosed if the executor is closed, and
	// context.Cause(ctx) if it left elements out because ctx was done.
	Launch(ctx, labels context.Context, b *Binding) error
}

// DeviceTimer is a Launcher whose work a device times.
type DeviceTimer interface {
	// DeviceTime is how long the kernels of the last launch ran on the device; false if that is not known. It is
	// called after Launch, before the next.
	DeviceTime() (time.Duration, bool)
}

// NewCall returns the call that an executor's Bind returns: info says what the
// executor will do, with its own fields set (Executor and those from Tier to
// Schedule); the others are filled in from the binding.
func NewCall(b *Binding, info LaunchInfo, l Launcher) *Call {
	cost := b.Program.Cost()
	info.Kernel, info.Elem, info.N = b.Kernel.Name(), b.Program.Elem, b.Frame.N
	if info.Code == "" {
		info.Code = info.Tier.String()
	}
	info.Bytes, info.Flops = int64(cost.Bytes())*int64(info.N), int64(cost.Flops)*int64(info.N)
	timer, _ := l.(DeviceTimer)
	return &Call{binding: b, launcher: l, timer: timer, info: info, labels: newLabels(info.Executor, info.Kernel), device: -1}
}

// Run computes the kernel over all its elements and returns when that is done.
// It allocates nothing, unless ctx carries pprof labels other than those of the
// last Run.
//
// A ctx that is done, or gets done while elements are left to compute, ends the
// launch early and makes the error context.Cause(ctx); the arrays then hold
// the new values of some elements and the old ones of others, and results are
// not written. Where it divided an integer by zero the error is a *[DivideError] that
// names the least such element, whatever the executor. Other errors are ErrClosed, and *ArgError (which is ErrClosed
// too) for a buffer that is closed: then nothing was computed.
//
// While the launch runs, the pprof labels "executor" and "kernel" are set on
// the goroutines that work on it. Then those of the caller are again what ctx
// says, as after pprof.Do.
func (c *Call) Run(ctx context.Context) error {
	if e := c.started.Load(); e != nil {
		select {
		case <-e.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.run(ctx)
}

// run launches; c.mu is held.
func (c *Call) run(ctx context.Context) error {
	b := c.binding
	c.device = -1
	return c.launch(ctx, func(labels context.Context) error {
		if err := c.launcher.Launch(ctx, labels, b); err != nil {
			return err
		}
		if c.timer != nil {
			if d, ok := c.timer.DeviceTime(); ok {
				c.device = d
			}
		}
		if err := b.fault(); err != nil {
			return err
		}
		b.setResults()
		return nil
	})
}

// launch calls f, which launches, with buffers held and labels set.
func (c *Call) launch(ctx context.Context, f func(labels context.Context) error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	b := c.binding
	if len(b.buffers) > 0 {
		if err := b.acquire(); err != nil {
			return err
		}
		defer b.release()
	}
	labels := c.labels.of(ctx)
	pprof.SetGoroutineLabels(labels)
	defer pprof.SetGoroutineLabels(ctx)
	b.Frame.ClearFaults()
	return f(labels)
}

// SetScalar changes a scalar for the launches to come, once those that run or
// were started have ended: it waits for them. v is what Args takes for the scalar,
// and errors are those of Check: an *ArgError if the kernel has no scalar of that
// name, or the value does not fit its type.
func (c *Call) SetScalar(name string, v any) error {
	if e := c.started.Load(); e != nil {
		<-e.done
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.binding.setScalar(name, v)
}

// DeviceTime is how long the kernels of the last launch ran on its device, without copies between host and device
// that went before and after, nor what it costs to begin them. It is false for launches that no device timed: those of processors. It waits for
// a launch that runs.
func (c *Call) DeviceTime() (d time.Duration, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return max(c.device, 0), c.device >= 0
}

// Info says how the call runs and what a launch of it costs.
func (c *Call) Info() LaunchInfo { return c.info }
