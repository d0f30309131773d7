package stream

import (
	"context"
	"fmt"
	"time"

	"github.com/triad-go/triad/runtime"
)

// probes are the kernels that measure the limit: one that only reads, one that
// only writes, and one that does both in equal parts.
var probes = []string{"sum", "fill", "copy"}

// probeBudget is the time for the probes of one target.
const probeBudget = 1500 * time.Millisecond

// probe measures the limit of each target that the executors run on.
func probe[T Element](ctx context.Context, chosen []contender, report *Report) error {
	for _, c := range chosen {
		target := c.target.Name
		if _, done := report.Limit(target); done {
			continue
		}
		limit, err := probeTarget[T](ctx, c)
		if err != nil {
			return during("measuring the limit of "+target, err)
		}
		if d := c.target.Device; d != nil {
			limit.Copy = d.BytesPerSecond
		}
		report.Limits = append(report.Limits, limit)
	}
	return nil
}

func probeTarget[T Element](ctx context.Context, c contender) (limit Limit, err error) {
	// The processors' fastest configuration is the pool with all cores, the best
	// tier and non-temporal stores, whatever the measured executors were told.
	// Any other target is probed by its own executor, a GPU by one without options.
	name, opts := "pool", []runtime.Option{runtime.Policies(runtime.NonTemporal(runtime.NTOn))}
	if c.target.Kind == runtime.GPU {
		name, opts = c.Name(), nil
	}
	ex, err := runtime.Open(name, opts...)
	if err != nil {
		return limit, err
	}
	defer func() { err = join(err, ex.Close()) }()
	target, n, prober := c.target.Name, c.probeN, ex
	if ex.Target().Name != target {
		prober = c.Executor
	}
	ks, err := Select(probes)
	if err != nil {
		return limit, err
	}
	s, err := newSession[T](ctx, prober, ks, n)
	if err != nil {
		return limit, err
	}
	defer func() { err = join(err, s.Close()) }()
	seconds, _, err := s.measure(ctx, schedule{budget: probeBudget})
	if err != nil {
		return limit, err
	}
	limit.Target, limit.N = target, n
	for i, k := range ks {
		bytes := int64(k.Cost(s.elem()).Bytes()) * int64(n)
		stats := Summarize(seconds[i][1:])
		limit.Probes = append(limit.Probes, Probe{k.Name(), rate(bytes, stats.Best), rate(bytes, stats.Median)})
	}
	return limit, nil
}

// finish raises each limit to the best rate of its probes and results, and sets
// the results' fractions of it.
func (r *Report) finish() {
	for i := range r.Limits {
		l := &r.Limits[i]
		raise := func(rate float64, format string, args ...any) {
			if rate > l.Rate {
				l.Rate, l.By = rate, fmt.Sprintf(format, args...)
			}
		}
		for _, p := range l.Probes {
			raise(p.Rate, "probe %s", p.Kernel)
		}
		raise(l.Copy, "the driver's copy")
		for _, ex := range r.Executors {
			for _, res := range ex.Results {
				if ex.Target == l.Target {
					raise(res.BestRate, "%s on %s", res.Kernel, ex.Name)
				}
			}
		}
		for _, ex := range r.Executors {
			for j := range ex.Results {
				if ex.Target == l.Target {
					ex.Results[j].Fraction = ex.Results[j].BestRate / l.Rate
				}
			}
		}
	}
}
