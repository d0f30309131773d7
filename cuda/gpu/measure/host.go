package main

import (
	"context"
	"slices"
	"time"

	"github.com/triad-go/triad/cuda"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// streamed is a kernel over slices, which a device is sent and sends back with each launch.
type streamed struct {
	Kernel string  `json:"kernel"`
	Copied string  `json:"copied"`
	Bytes  int     `json:"bytes"` // of a launch, both ways
	Best   float64 `json:"best_bytes_per_sec"`
	Median float64 `json:"median_bytes_per_sec"`
	Link   float64 `json:"link_bytes_per_sec"` // what copies alone reach from and to pinned memory; 0 is unknown
}

const hostRounds = 7 // the first is not counted

// host measures kernels over slices, beside what the link between host and device does.
func (r *report) host(ctx context.Context, ex runtime.Executor, o options) error {
	var link cuda.Transfer
	if d := ex.Target().Device; d != nil {
		all, err := cuda.Transfers(ctx, d.Index, []int{64 << 20})
		if err != nil {
			return err
		}
		link = all[slices.IndexFunc(all, func(t cuda.Transfer) bool { return t.Memory == cuda.Pinned })]
	}
	n := o.bytes / 8
	from, to := make([]float64, n), make([]float64, n)
	for i := range from {
		from[i], to[i] = float64(i&1023), 1 // so that every page is there
	}
	for _, s := range []struct {
		kernel, copied string
		bytes          int
		link           float64
	}{
		{"sum", "to the device", 8 * n, link.ToDevice},
		{"fill", "to the host", 8 * n, link.ToHost},
		{"copy", "both ways", 16 * n, link.Both},
		{"triad", "two to the device, one to the host", 24 * n, 0},
	} {
		k, _ := kernels.Lookup(s.kernel)
		args := runtime.Args{}
		for _, p := range k.Params() {
			switch {
			case p.Kind == kernels.ScalarParam:
				args[p.Name] = 0.4
			case p.Kind == kernels.ResultParam:
				args[p.Name] = new(float64)
			case p.Out:
				args[p.Name] = to
			default:
				args[p.Name] = from
			}
		}
		call, err := ex.Bind(k, args)
		if err != nil {
			return err
		}
		var took []time.Duration
		for round := range hostRounds {
			start := time.Now()
			if err := call.Run(ctx); err != nil {
				return err
			}
			if round > 0 {
				took = append(took, max(time.Since(start), 1))
			}
		}
		rate := func(d time.Duration) float64 { return float64(s.bytes) / d.Seconds() }
		r.Host = append(r.Host, streamed{s.kernel, s.copied, s.bytes, rate(slices.Min(took)), rate(median(took)), s.link})
	}
	return nil
}
