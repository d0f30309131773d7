package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/triad-go/triad/kernels"
)

// idle looks at the processor time that the process uses while a pool has no
// work: its workers spin for a moment after a launch and then sleep.
func (s *session) idle(ctx context.Context) (_ []Section, err error) {
	const moment = 20 * time.Millisecond
	sec := Section{
		Name:  "idle",
		Title: fmt.Sprintf("milliseconds of processor time that the process used, %d workers", s.workers),
		Unit:  "ms",
		Sides: []Side{
			{Name: "sleeping", What: "the pool has run nothing for a while"},
			{Name: "after a launch", What: "the pool has just run a launch on all cores"},
		},
		Rows: []Row{
			{Label: fmt.Sprintf("the first %v", moment)},
			{Label: fmt.Sprintf("the next %v", s.idleTime)},
		},
	}
	if _, known := cpuTime(); !known {
		for i := range sec.Sides {
			sec.Sides[i].Absent = "not told by this system"
		}
		for i := range sec.Rows {
			sec.Rows[i].Cells = make([]*Stats, len(sec.Sides))
		}
		return []Section{sec}, nil
	}
	ex, err := s.open("pool", tiers()[0])
	if err != nil {
		return nil, err
	}
	pool := newCallSide(makeValues[float64](1<<20), ex)
	defer func() {
		if closed := pool.close(); err == nil {
			err = closed
		}
	}()
	triad, _ := kernels.Lookup("triad")
	call, err := pool.call(job{kernel: triad, n: 1 << 20})
	if err != nil {
		return nil, err
	}
	for _, launch := range []func(context.Context) error{
		func(context.Context) error { return nil },
		call.Run,
	} {
		var used [2][]float64
		for range min(s.Rounds, 3) {
			if err := launch(ctx); err != nil {
				return nil, err
			}
			for i, d := range []time.Duration{moment, s.idleTime} {
				start := mustCPUTime()
				select {
				case <-time.After(d):
				case <-ctx.Done():
					return nil, context.Cause(ctx)
				}
				used[i] = append(used[i], float64((mustCPUTime()-start).Nanoseconds())/1e6)
			}
		}
		for i := range used {
			stats := summarize(used[i])
			sec.Rows[i].Cells = append(sec.Rows[i].Cells, &stats)
		}
	}
	return []Section{sec}, nil
}
