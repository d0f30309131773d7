package bench

import (
	"context"
	"fmt"
	goruntime "runtime"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// launch times launches of almost no work.
func (s *session) launch(ctx context.Context) (_ []Section, err error) {
	const small = 16
	across := 2048 * s.workers // the least that gives each worker of the pool a share
	triad, _ := kernels.Lookup("triad")
	jobs := []job{
		{label: fmt.Sprintf("one core, n = %d", small), kernel: triad, n: small, launches: max(s.work/1000, 1), repetitions: 4},
		{label: fmt.Sprintf("%d cores, n = %d", s.workers, across), kernel: triad, n: across, launches: max(s.work/5000, 1), repetitions: 4},
	}
	tier := tiers()[0]
	single, err := s.open("simd", tier)
	if err != nil {
		return nil, err
	}
	pool, err := s.open("pool", tier)
	if err != nil {
		return nil, err
	}
	ours := &callSide[float64]{
		values: makeValues[float64](across),
		executor: func(j job) runtime.Executor {
			if j.n == small {
				return single
			}
			return pool
		},
		policies: []runtime.Policy{runtime.InlineBelow(0)},
		closing:  []func() error{single.Close, pool.Close},
	}
	columns := []column{{Side{Name: "Triad", What: "this library, " + tier.String()}, ours}}
	defer func() {
		if closed := closeAll(columns); err == nil {
			err = closed
		}
	}()
	col, err := s.startC(ctx, openmpProgram, openmpName, "a parallel for in C, threads that spin between loops", kernels.Float64, across, launchRequest(across))
	if err != nil {
		return nil, err
	}
	columns = append(columns, col)
	if err := verify(ctx, "launch", columns, jobs[1:], kernels.Float64, across); err != nil {
		return nil, err
	}
	times, err := takeTurns(ctx, columns, jobs, s.Rounds, s.round("launch"))
	if err != nil {
		return nil, err
	}
	cost := Section{
		Name:  "launch",
		Title: fmt.Sprintf("nanoseconds a launch of triad, median of %d rounds", s.Rounds),
		Unit:  "ns",
		Sides: describe(columns),
		Notes: []string{"Threads of both sides are " + s.pinned() + "."},
	}
	cost.fill(jobs, times, perLaunch, [][2]string{{"Triad", openmpName}})

	allocations := Section{
		Name:  "launch allocations",
		Title: "memory allocations a launch",
		Unit:  "allocations",
		Sides: describe(columns[:1]),
	}
	for _, j := range jobs {
		call, err := ours.call(j)
		if err != nil {
			return nil, err
		}
		var counts []float64
		for range min(s.Rounds, 5) {
			n, err := allocationsOf(1000, func() error { return call.Run(ctx) })
			if err != nil {
				return nil, err
			}
			counts = append(counts, n)
		}
		stats := summarize(counts)
		allocations.Rows = append(allocations.Rows, Row{j.label, []*Stats{&stats}})
	}
	return []Section{cost, allocations}, nil
}

// allocationsOf returns the memory allocations of the whole process while f
// runs so many times, for each.
func allocationsOf(times int, f func() error) (float64, error) {
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	for range times {
		if err := f(); err != nil {
			return 0, err
		}
	}
	goruntime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(times), nil
}
