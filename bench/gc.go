package bench

import (
	"context"
	"fmt"
	"math"
	goruntime "runtime"
	"runtime/metrics"
	"sync"
	"time"

	"github.com/triad-go/triad/kernels"
)

// stopping is how long it takes, each time the garbage collector stops the
// world, until all goroutines have stopped: machine code keeps it waiting.
const stopping = "/sched/pauses/stopping/gc:seconds"

// gc looks at that time while collections follow one upon another and different
// things run beside them.
func (s *session) gc(ctx context.Context) (_ []Section, err error) {
	const arrays = 4
	n, err := s.elements(arrays, kernels.Float64)
	if err != nil {
		return nil, err
	}
	triad, _ := kernels.Lookup("triad")
	j := job{kernel: triad, n: n, launches: 1, repetitions: 1}
	ex, err := s.open("pool", tiers()[0])
	if err != nil {
		return nil, err
	}
	pool := newCallSide[float64](nil, ex)
	defer func() {
		if closed := pool.close(); err == nil {
			err = closed
		}
	}()
	v, closing, err := makeBuffers[float64](ex, n)
	pool.closing = append(closing, pool.closing...)
	if err != nil {
		return nil, err
	}
	pool.values = v
	call, err := pool.call(j)
	if err != nil {
		return nil, err
	}

	sec := Section{
		Name:  "gc",
		Title: fmt.Sprintf("how long stopping the world takes while arrays of %.0f MB are worked on, %v each", float64(n)*8/1e6, s.gcTime),
		Unit:  "µs",
		Sides: []Side{
			{Name: "nothing", What: "collections alone"},
			{Name: "pool", What: "this library's pool runs triad without pause"},
			{Name: "Go loops", What: fmt.Sprintf("plain Go loops for triad on %d goroutines without pause", s.workers)},
		},
		Rows:  []Row{{Label: "median"}, {Label: "99th percentile"}, {Label: "longest"}},
		Notes: []string{"From runtime/metrics, " + stopping + ": upper bounds of its buckets. Another goroutine allocates and forces collections all the time."},
	}
	for side, work := range []func(context.Context) error{
		func(ctx context.Context) error {
			<-ctx.Done()
			return nil
		},
		call.Run,
		func(context.Context) error {
			var wg sync.WaitGroup
			for g := range s.workers {
				wg.Go(func() { loop("triad", v, n*g/s.workers, n*(g+1)/s.workers) })
			}
			wg.Wait()
			return nil
		},
	} {
		h, err := stoppingWhile(ctx, s.gcTime, work)
		if err != nil {
			return nil, err
		}
		for i, q := range []float64{0.5, 0.99, 1} {
			stats := summarize([]float64{h.quantile(q) * 1e6})
			sec.Rows[i].Cells = append(sec.Rows[i].Cells, &stats)
		}
		what := &sec.Sides[side].What
		*what = fmt.Sprintf("%s; the world was stopped %d times", *what, h.count())
	}
	return []Section{sec}, nil
}

// stoppingWhile runs work over and over for some time, and collections beside
// it, and returns how long stopping took. The end of the time ends work, too.
func stoppingWhile(ctx context.Context, d time.Duration, work func(context.Context) error) (histogram, error) {
	limited, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	before := readStopping()
	var wg sync.WaitGroup
	wg.Go(func() {
		var ring [16][]byte
		for i := 0; limited.Err() == nil; i++ {
			ring[i%len(ring)] = make([]byte, 1<<20)
			goruntime.GC()
		}
	})
	var err error
	for err == nil && limited.Err() == nil {
		err = work(limited)
	}
	wg.Wait()
	if ctx.Err() != nil {
		return histogram{}, context.Cause(ctx)
	}
	if err != nil && limited.Err() == nil {
		return histogram{}, err
	}
	return readStopping().minus(before), nil
}

// histogram counts values by bucket: those up to bounds[i+1].
type histogram struct {
	counts []uint64
	bounds []float64
}

func readStopping() histogram {
	sample := []metrics.Sample{{Name: stopping}}
	metrics.Read(sample)
	h := sample[0].Value.Float64Histogram()
	return histogram{append([]uint64(nil), h.Counts...), h.Buckets}
}

func (h histogram) minus(before histogram) histogram {
	for i := range h.counts {
		h.counts[i] -= before.counts[i]
	}
	return h
}

func (h histogram) count() (n uint64) {
	for _, c := range h.counts {
		n += c
	}
	return n
}

// quantile returns a bound that this share of the values does not exceed, or 0
// if there are no values. Of the last bucket, which has no bound, it is the
// lower one.
func (h histogram) quantile(q float64) float64 {
	want := max(uint64(math.Ceil(q*float64(h.count()))), 1)
	var sum uint64
	for i, c := range h.counts {
		if sum += c; sum >= want {
			if math.IsInf(h.bounds[i+1], 1) {
				return h.bounds[i]
			}
			return h.bounds[i+1]
		}
	}
	return 0
}
