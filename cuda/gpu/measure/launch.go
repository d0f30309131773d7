package main

import (
	"context"
	goruntime "runtime"
	"slices"
	"time"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// launched is what one launch took: from the call of Run until it returned.
type launched struct {
	Kernel   string        `json:"kernel"`
	Elements int           `json:"elements"`
	Runs     int           `json:"runs"`
	Median   time.Duration `json:"median_ns"`
	Best     time.Duration `json:"best_ns"`
	Device   time.Duration `json:"device_ns"` // of the last, as the device timed it; 0 is unknown
	Garbage  uint64        `json:"garbage_bytes"`
}

// launch measures launches so small that they cost little but the launch.
func (r *report) launch(ctx context.Context, ex runtime.Executor, o options) error {
	for _, name := range []string{"triad", "dot"} {
		for _, n := range []int{1024, 1 << 20} {
			l, err := launchOf(ctx, ex, name, n, o.runs)
			if err != nil {
				return err
			}
			r.Launch = append(r.Launch, l)
		}
	}
	return nil
}

func launchOf(ctx context.Context, ex runtime.Executor, name string, n, runs int) (l launched, err error) {
	call, free, err := bindSuite(ex, name, n)
	defer free()
	if err != nil {
		return l, err
	}
	for range 10 {
		if err := call.Run(ctx); err != nil {
			return l, err
		}
	}
	took := make([]time.Duration, runs)
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	for i := range took {
		start := time.Now()
		if err := call.Run(ctx); err != nil {
			return l, err
		}
		took[i] = time.Since(start)
	}
	goruntime.ReadMemStats(&after)
	l = launched{Kernel: name, Elements: n, Runs: runs, Median: median(took), Best: slices.Min(took),
		Garbage: (after.TotalAlloc - before.TotalAlloc) / uint64(runs)}
	l.Device, _ = call.DeviceTime()
	return l, nil
}

// bindSuite binds a kernel of the suite to Buffers of float64, which free closes.
func bindSuite(ex runtime.Executor, name string, n int) (call *runtime.Call, free func(), err error) {
	k, _ := kernels.Lookup(name)
	args := runtime.Args{}
	var buffers []*runtime.Buffer[float64]
	free = func() {
		for _, b := range buffers {
			b.Close()
		}
	}
	for _, p := range k.Params() {
		switch p.Kind {
		case kernels.ArrayParam:
			b, err := runtime.NewBuffer[float64](ex, n)
			if err != nil {
				return nil, free, err
			}
			buffers = append(buffers, b)
			args[p.Name] = b
		case kernels.ScalarParam:
			args[p.Name] = 0.4
		case kernels.ResultParam:
			args[p.Name] = new(float64)
		}
	}
	call, err = ex.Bind(k, args)
	return call, free, err
}
