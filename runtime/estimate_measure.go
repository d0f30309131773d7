package runtime

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// figures are the rates of an executor of this package: those that it was told to take, or those that are measured
// once for all of a process that are similar.
type figures struct {
	told  Rates
	given bool
}

func figuresOf(c Config) (f figures) {
	f.told, f.given = c.Assumed()
	return f
}

// similar is what executors have in common of which one measurement does for all.
type similar struct {
	name    string
	tier    simd.Tier
	workers int
	bound   bool
	plan    Plan
}

var measured = struct {
	sync.Mutex
	rates map[similar]Rates
}{rates: map[similar]Rates{}}

// measuredOf returns the rates of an executor, which it measures unless it did for a similar one.
func measuredOf(of similar, e engineExecutor) (Rates, error) {
	// One measurement at a time, as two would disturb each other.
	measured.Lock()
	defer measured.Unlock()
	if r, ok := measured.rates[of]; ok {
		return r, nil
	}
	r, err := measure(e)
	if err != nil {
		return Rates{}, err
	}
	measured.rates[of] = r
	return r, nil
}

// engineExecutor is an executor of this package.
type engineExecutor interface {
	engine
	Executor
}

const (
	// Arrays that are to lie in memory are together twice as large as the last-level cache, within these bounds. Where that cache is
	// larger than the bound, some of them stay in it.
	measureLeast = 48 << 20
	measureMost  = 192 << 20

	// measureSlow is what they have for an interpreter, which is far slower than any memory.
	measureSlow = 768 << 10

	measureTimes = 5 // the best counts: what disturbs makes times longer
)

var measureTriad = sync.OnceValue(func() *kernels.Kernel {
	return kernels.Must(kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s")))
})

// measureHorner is a polynomial: operations that wait for each other, and next to no memory.
var measureHorner = sync.OnceValue(func() *kernels.Kernel {
	const degree = 32
	return kernels.Must(kernels.Parse("horner", "a = "+strings.Repeat("(", degree)+"b"+strings.Repeat("*c + 0.5)", degree)))
})

// measure measures an executor: some 0.1 s, most of which is for memory to be there.
func measure(e engineExecutor) (r Rates, err error) {
	t, workers := e.Target(), int64(e.size())
	compiled := e.rates() != interpreting
	r.Divide = e.rates().divide / e.rates().op

	large := int64(measureSlow)
	if compiled {
		cache, _ := cacheBytes(t)
		second := max(secondCache(t), 1<<20)
		r.Cache = min(cache, workers*second)
		large = min(max(2*cache, measureLeast), measureMost)
		if t.AvailableBytes > 0 {
			large = max(min(large, t.AvailableBytes/4), r.Cache)
		}
	}
	if r.Launch, err = measureLaunch(e); err != nil {
		return Rates{}, err
	}
	if r.Bytes, err = measureBytes(e, large, measureTimes, r.Launch); err != nil {
		return Rates{}, err
	}
	if compiled {
		if r.Cached, err = measureBytes(e, r.Cache/2, 4*measureTimes, r.Launch); err != nil {
			return Rates{}, err
		}
		r.Cached = max(r.Cached, r.Bytes)
	}
	if r.Operations64, err = measureOperations[float64](e, r.Launch); err != nil {
		return Rates{}, err
	}
	r.Operations32, err = measureOperations[float32](e, r.Launch)
	return r, err
}

// measureBytes returns the bytes a second of triads over arrays that have so many together.
func measureBytes(e engineExecutor, bytes int64, times int, launch time.Duration) (float64, error) {
	n := max(int(bytes/24), 1)
	b, err := NewBuffer[float64](e, 3*n)
	if err != nil {
		return 0, err
	}
	defer b.Close()
	s := b.Slice()
	best, err := timed(e, measureTriad(), Args{"a": s[:n:n], "b": s[n : 2*n : 2*n], "c": s[2*n:], "s": 3}, times, slices.Min)
	return float64(24*n) / beside(launch, best).Seconds(), err
}

// measureLaunch returns the time of a launch of next to no elements that all workers take part in.
func measureLaunch(e engineExecutor) (time.Duration, error) {
	n := 1
	if workers := e.size(); workers > 1 {
		n = workers * staticUnit
	}
	a := make([]float64, 3*n)
	// Most launches are not the best: of these the one in the middle.
	return timed(e, measureTriad(), Args{"a": a[:n:n], "b": a[n : 2*n : 2*n], "c": a[2*n:], "s": 3}, 101, func(d []time.Duration) time.Duration {
		slices.Sort(d)
		return d[len(d)/2]
	})
}

// measureOperations returns the operations a second on elements in cache.
func measureOperations[T float32 | float64](e engineExecutor, launch time.Duration) (float64, error) {
	k := measureHorner()
	n := 512
	if e.rates() != interpreting {
		n = e.size() * (8 << 10)
	}
	a := make([]T, 3*n)
	args := Args{"a": a[:n:n], "b": a[n : 2*n : 2*n], "c": a[2*n:]}
	best, err := timed(e, k, args, 2*measureTimes, slices.Min)
	if err != nil {
		return 0, err
	}
	b, err := Check(k, args)
	if err != nil {
		return 0, err
	}
	return operationsOf(b.Program, 1) * float64(n) / beside(launch, best).Seconds(), nil
}

// beside is what a launch takes for its elements.
func beside(launch, all time.Duration) time.Duration { return max(all-launch, all/2, 1) }

// timed launches a kernel on all workers, and so many times again, of which of makes one time of at least a nanosecond.
func timed(e Executor, k *kernels.Kernel, args Args, times int, of func([]time.Duration) time.Duration) (time.Duration, error) {
	ctx := context.Background()
	call, err := e.Bind(k, args, InlineBelow(0))
	if err != nil {
		return 1, err
	}
	if err := call.Run(ctx); err != nil {
		return 1, err
	}
	took := make([]time.Duration, times)
	for i := range took {
		start := time.Now()
		if err := call.Run(ctx); err != nil {
			return 1, err
		}
		took[i] = time.Since(start)
	}
	return max(of(took), 1), nil
}

// Estimate implements Estimator.
func (s *sequential) Estimate(b *Binding) (Estimate, error) {
	return s.estimate(b, similar{name: s.name, workers: 1}, s)
}

// Estimate implements Estimator.
func (s *simdExec) Estimate(b *Binding) (Estimate, error) {
	return s.estimate(b, similar{name: s.name, tier: s.tier, workers: 1, plan: Plan{NonTemporal: s.plan.NonTemporal}}, s)
}

func (s *single) estimate(b *Binding, of similar, e engineExecutor) (Estimate, error) {
	if s.gate.closed() {
		return Estimate{}, ErrClosed
	}
	return s.figures.estimate(b, of, e)
}

func (f figures) estimate(b *Binding, of similar, e engineExecutor) (Estimate, error) {
	r := f.told
	if _, err := r.Estimate(b, nil); err != nil { // before anything is measured
		return Estimate{}, err
	}
	if !f.given {
		var err error
		if r, err = measuredOf(of, e); err != nil {
			return Estimate{}, err
		}
	}
	return r.Estimate(b, nil)
}

// Estimate implements Estimator. Launches that are left to the caller are predicted as those of one worker.
func (p *pool) Estimate(b *Binding) (Estimate, error) {
	if p.gate.closed() {
		return Estimate{}, ErrClosed
	}
	of := similar{name: p.Name(), tier: p.tier, workers: p.workers, bound: p.crew.bound(), plan: p.plan}
	phased := !b.plain || len(b.Kernel.Columns()) > 0
	if !p.figures.given && !phased && p.alone(b.Frame.N, p.below(b, p.plan), p.workers) {
		one := &simdExec{newSingle("simd", Config{Plan: p.plan}), p.tier}
		defer one.Close()
		return one.Estimate(b)
	}
	return p.figures.estimate(b, of, p)
}
