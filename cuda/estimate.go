package cuda

import (
	"context"
	"sync"
	"time"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/runtime"
)

// Estimate implements runtime.Estimator. The first one for a device measures its memory and its link, which takes some
// tenths of a second.
func (e *executor) Estimate(b *runtime.Binding) (runtime.Estimate, error) {
	if !e.begin() {
		return runtime.Estimate{}, runtime.ErrClosed
	}
	defer e.end()
	r := e.settings.rates
	if r == nil {
		var err error
		if r, err = e.gpu.rates(); err != nil {
			return runtime.Estimate{}, err
		}
	}
	return r.Estimate(b, func(m runtime.Memory) bool {
		d, ok := m.(*deviceMemory)
		return ok && d.gpu == e.gpu
	})
}

// measuredRates has what was measured, by device: once in a process.
var measuredRates sync.Map

const (
	rateBytes = 32 << 20 // of copies that tell the link's rates

	// launchTime is what a launch takes from Run to its return, and copyTime what staging adds, to the order of magnitude: the
	// driver's launch, and a wait on the host.
	launchTime = 15 * time.Microsecond
	copyTime   = 30 * time.Microsecond
)

// rates measures what the device's memory and its link do.
func (g *gpu) rates() (*runtime.Rates, error) {
	key := gpuKey{g.drv, g.ordinal}
	if r, ok := measuredRates.Load(key); ok {
		return r.(*runtime.Rates), nil
	}
	before, err := g.enter()
	if err != nil {
		return nil, err
	}
	bandwidth, err := g.bandwidth()
	clock, _ := g.drv.DeviceAttribute(driver.ClockKHz, g.dev)
	g.leave(before)
	if err != nil {
		return nil, err
	}
	links, err := transfers(context.Background(), g.drv, g.ordinal, []int{rateBytes})
	if err != nil {
		return nil, err
	}
	wide, narrow := perClock(g.props.capability)
	hz := float64(g.props.sms) * float64(clock) * 1e3
	r := &runtime.Rates{Launch: launchTime, Bytes: bandwidth, Operations64: wide * hz, Operations32: narrow * hz, Divide: 16,
		Link: true, Copy: copyTime, Overlap: true}
	for _, t := range links { // slices are staged; where that is no figure, what pinned memory does bounds it
		switch t.Memory {
		case Staged:
			r.CopyIn, r.CopyOut = t.ToDevice, t.ToHost
		case Pinned:
			r.CopyBoth = t.Both
		}
	}
	measuredRates.Store(key, r)
	return r, nil
}

// perClock is how many instructions on float64 and on float32 a multiprocessor does in a cycle, by the table "Throughput of
// Native Arithmetic Instructions" of the CUDA C++ Programming Guide.
func perClock(capability int) (wide, narrow float64) {
	switch {
	case capability == 70, capability == 80:
		return 32, 64
	case capability == 75:
		return 2, 64
	case capability == 90, capability == 100:
		return 64, 128
	}
	return 2, 128
}
