package cuda

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// Estimate implements runtime.Estimator, by what is measured once in a process of the device and of its link.
func (e *executor) Estimate(b *runtime.Binding) (runtime.Estimate, error) {
	if !e.begin() {
		return runtime.Estimate{}, runtime.ErrClosed
	}
	e.end() // to measure launches is to launch
	pinned := true
	for _, a := range b.Arrays() {
		switch a.Memory.(type) {
		case *deviceMemory, *pinnedMemory:
		default:
			pinned = false
		}
		if a.Memory != nil && !a.Memory.Host() {
			if whyNot := e.reach(a.Memory); whyNot != "" {
				return runtime.Estimate{}, &runtime.ArgError{Kernel: b.Kernel.Name(), Name: a.Name, Reason: runtime.ArgTarget, Detail: whyNot}
			}
		}
	}
	near := func(m runtime.Memory) bool {
		d, ok := m.(*deviceMemory)
		return ok && d.gpu == e.gpu
	}
	if e.settings.told {
		return e.settings.assumed.Estimate(b, near)
	}
	f, err := e.figures()
	if err != nil {
		return runtime.Estimate{}, err
	}
	r := f.staged
	if pinned {
		r = f.pinned
	}
	if !b.Plain() || len(b.Kernel.Columns()) > 0 || len(b.Kernel.Gathers()) > 0 {
		r.Overlap, r.CopyBoth = false, 0 // whole arrays go in, and come out when all is computed
	}
	return r.Estimate(b, near)
}

// figures are how fast a device is.
type figures struct {
	staged, pinned runtime.Rates // that differ in what the host's memory is
}

var measured = struct {
	sync.Mutex
	of map[gpuKey]figures
}{of: map[gpuKey]figures{}}

// figuresBytes is what is copied to measure a link.
var figuresBytes = 16 << 20

func (e *executor) figures() (f figures, err error) {
	measured.Lock() // one measurement at a time, as two would disturb each other
	defer measured.Unlock()
	key := gpuKey{e.gpu.drv, e.gpu.ordinal}
	if f, ok := measured.of[key]; ok {
		return f, nil
	}
	if f, err = e.measure(); err == nil {
		measured.of[key] = f
	}
	return f, err
}

var (
	measureTriad = sync.OnceValue(func() *kernels.Kernel {
		return kernels.Must(kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s")))
	})
	measureCopy = sync.OnceValue(func() *kernels.Kernel { return kernels.Must(kernels.Parse("copy", "a = b")) })
)

func (e *executor) measure() (f figures, err error) {
	r := runtime.Rates{Link: true, Overlap: true, Divide: 10}
	if r.Bytes, r.Operations64, r.Operations32, err = e.device(); err != nil {
		return f, err
	}
	if r.Launch, err = e.measureLaunch(); err != nil {
		return f, err
	}
	list, err := e.gpu.transfers(context.Background(), []int{4, figuresBytes}, []HostMemory{Pinned, Staged})
	if err != nil {
		return f, err
	}
	with := func(small, large Transfer, both float64) runtime.Rates {
		r := r
		r.Copy = small.ToDeviceTime + small.ToHostTime
		r.CopyIn, r.CopyOut, r.CopyBoth = large.ToDevice, large.ToHost, both
		return r
	}
	f.pinned = with(list[0], list[2], list[2].Both)
	f.staged = with(list[1], list[3], 0)
	// What staging comes to in both directions depends on the host's memory as much as on the link.
	n := max(figuresBytes/8, 1)
	took, err := e.timed(measureCopy(), runtime.Args{"a": make([]float64, n), "b": make([]float64, n)}, 5, slices.Min)
	if err != nil {
		return f, err
	}
	f.staged.CopyBoth = float64(16*n) / max(took-r.Launch-f.staged.Copy, took/2, 1).Seconds()
	return f, nil
}

// device is what the device's memory moves in a second, as measured, and the operations that it is built for.
func (e *executor) device() (bytes, ops64, ops32 float64, err error) {
	g := e.gpu
	before, err := g.enter()
	if err != nil {
		return 0, 0, 0, err
	}
	defer g.leave(before)
	if bytes, err = g.bandwidth(); err != nil {
		return 0, 0, 0, err
	}
	kHz, err := g.drv.DeviceAttribute(driver.ClockKHz, g.dev)
	if err != nil {
		return bytes, 0, 0, nil // then operations are not counted with
	}
	l32, l64 := lanes(g.props.capability)
	clocks := float64(kHz) * 1e3 * float64(g.props.sms)
	return bytes, clocks * float64(l64), clocks * float64(l32), nil
}

// lanes is how many operations on float32 and on float64 a multiprocessor begins in a cycle, as the CUDA C++ Programming
// Guide has it by compute capability.
func lanes(capability int) (float32s, float64s int) {
	switch {
	case capability < 75:
		return 64, 32
	case capability < 80:
		return 64, 2
	case capability == 80:
		return 64, 32
	case capability < 90:
		return 128, 2
	case capability == 90 || capability == 100:
		return 128, 64
	}
	return 128, 2
}

// measureLaunch is how long a launch of one element takes whose arrays are on the device: the time in the middle of some.
func (e *executor) measureLaunch() (time.Duration, error) {
	args := runtime.Args{"s": 3}
	for _, name := range []string{"a", "b", "c"} {
		b, err := runtime.NewBuffer[float64](e, 1)
		if err != nil {
			return 0, err
		}
		defer b.Close()
		args[name] = b
	}
	return e.timed(measureTriad(), args, 51, func(d []time.Duration) time.Duration {
		slices.Sort(d)
		return d[len(d)/2]
	})
}

// timed launches a kernel, and so many times again, of which of makes one time of at least a nanosecond.
func (e *executor) timed(k *kernels.Kernel, args runtime.Args, times int, of func([]time.Duration) time.Duration) (time.Duration, error) {
	ctx := context.Background()
	call, err := e.Bind(k, args)
	if err != nil {
		return 0, err
	}
	if err := call.Run(ctx); err != nil {
		return 0, err
	}
	took := make([]time.Duration, times)
	for i := range took {
		start := time.Now()
		if err := call.Run(ctx); err != nil {
			return 0, err
		}
		took[i] = time.Since(start)
	}
	return max(of(took), 1), nil
}
