package stream_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/triad-go/triad/internal/fakedevice"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/stream"
)

var own = []string{"sequential", "simd", "pool"}

// Two executors beside the real ones: one that this machine never has, and one
// that computes triad wrongly, which must be switched on so that runs of all
// executors do without it.
var (
	errUnavailable = errors.New("no such device")
	brokenOn       atomic.Bool
)

func init() {
	runtime.Register("unavailable", func(runtime.Config) (runtime.Executor, error) { return nil, errUnavailable })
	runtime.Register("broken", func(c runtime.Config) (runtime.Executor, error) {
		if !brokenOn.Load() {
			return nil, errUnavailable
		}
		ex, err := runtime.Open("simd")
		return broken{ex}, err
	})
}

type broken struct{ runtime.Executor }

func (broken) Name() string { return "broken" }

var wrong = map[string]string{"triad": "a = b + (s*c + 1e-9)", "sum": "sum = sum(a*1.0001)"}

func (b broken) Bind(k *kernels.Kernel, args runtime.Args, policies ...runtime.Policy) (*runtime.Call, error) {
	if text := wrong[k.Name()]; text != "" {
		var opts []kernels.Option
		if strings.Contains(text, "s*") {
			opts = append(opts, kernels.Scalars("s"))
		}
		k = kernels.Must(kernels.Parse(k.Name(), text, opts...))
	}
	return b.Executor.Bind(k, args, policies...)
}

func TestRun(t *testing.T) {
	for _, typ := range []kernels.Type{kernels.Float64, kernels.Float32} {
		for _, order := range []stream.Order{stream.Classic, stream.Isolated} {
			t.Run(typ.String()+" "+order.String(), func(t *testing.T) {
				cfg := stream.Config{N: 5001, Times: 4, Type: typ, Order: order, Executors: own}
				r, err := stream.Run(context.Background(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				checkReport(t, r, cfg)
			})
		}
	}
}

func checkReport(t *testing.T, r *stream.Report, cfg stream.Config) {
	t.Helper()
	if r.N != cfg.N || r.Type != cfg.Type.String() || r.SizeOf != cfg.Type.Size() || r.Order != cfg.Order {
		t.Errorf("report of %d elements of %s (%d bytes), %v", r.N, r.Type, r.SizeOf, r.Order)
	}
	if len(r.Failures) > 0 || len(r.LeftOut) > 0 {
		t.Errorf("failures %v, left out %v", r.Failures, r.LeftOut)
	}
	var names []string
	best := 0.0
	for _, ex := range r.Executors {
		names = append(names, ex.Name)
		limit, ok := r.Limit(ex.Target)
		if !ok || !(limit.Rate > 0) || limit.By == "" || limit.N != r.N || len(limit.Probes) != 3 {
			t.Errorf("%s: limit %+v of %s", ex.Name, limit, ex.Target)
		}
		if ex.Workers < 1 || ex.Tier == "" || ex.Memory != 4*int64(r.N)*int64(r.SizeOf) {
			t.Errorf("%s: %+v", ex.Name, ex)
		}
		var kernels []string
		for _, res := range ex.Results {
			kernels = append(kernels, res.Kernel)
			if res.NumTimes != cfg.Times || len(res.Seconds) != cfg.Times-1 {
				t.Errorf("%s %s: %d times, %d timings", ex.Name, res.Kernel, res.NumTimes, len(res.Seconds))
			}
			if res.Stats != stream.Summarize(res.Seconds) || res.BestRate < res.MedianRate {
				t.Errorf("%s %s: %+v", ex.Name, res.Kernel, res)
			}
			if !(res.Fraction > 0 && res.Fraction <= 1) || math.Abs(res.Fraction-res.BestRate/limit.Rate) > 1e-12 {
				t.Errorf("%s %s: fraction %v of %v", ex.Name, res.Kernel, res.Fraction, limit.Rate)
			}
			best = max(best, res.BestRate)
		}
		if !slices.Equal(kernels, stream.Names()) {
			t.Errorf("%s ran %v", ex.Name, kernels)
		}
	}
	if !slices.Equal(names, cfg.Executors) {
		t.Errorf("executors %v, want %v", names, cfg.Executors)
	}
	for _, l := range r.Limits {
		for _, p := range l.Probes {
			best = max(best, p.Rate)
		}
	}
	if best != r.Limits[0].Rate {
		t.Errorf("limit %v, best rate of all %v", r.Limits[0].Rate, best)
	}
}

// BabelStream's count: arrays read plus arrays written.
func TestBytes(t *testing.T) {
	arrays := map[string]int64{"copy": 2, "mul": 2, "add": 3, "triad": 3, "dot": 2, "nstream": 4,
		"fill": 1, "sum": 1, "update": 2, "daxpy": 3, "schoenauer": 4}
	flops := map[string]int64{"copy": 0, "mul": 1, "add": 1, "triad": 2, "dot": 2, "nstream": 3,
		"fill": 0, "sum": 1, "update": 1, "daxpy": 2, "schoenauer": 2}
	r, err := stream.Run(context.Background(), stream.Config{N: 1000, Times: 2, Type: kernels.Float32, Executors: own[:1]})
	if err != nil {
		t.Fatal(err)
	}
	for _, res := range r.Executors[0].Results {
		if res.Bytes != arrays[res.Kernel]*4*1000 || res.Flops != flops[res.Kernel]*1000 {
			t.Errorf("%s: %d bytes, %d flops", res.Kernel, res.Bytes, res.Flops)
		}
	}
}

// Values that leave the range of float32 many times over are set back and are
// right all the same.
func TestRunLong(t *testing.T) {
	for _, cfg := range []stream.Config{
		{Kernels: []string{"update", "daxpy"}, Order: stream.Isolated},
		{Kernels: stream.Names()[:6]},
	} {
		cfg.N, cfg.Times, cfg.Type, cfg.Executors = 1000, 400, kernels.Float32, own
		if _, err := stream.Run(context.Background(), cfg); err != nil {
			t.Errorf("%v: %v", cfg.Kernels, err)
		}
	}
}

func TestOnlyNeededArrays(t *testing.T) {
	r, err := stream.Run(context.Background(), stream.Config{N: 1000, Times: 2, Kernels: []string{"dot"}, Executors: own[1:2]})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Executors[0].Memory; got != 2*8*1000 {
		t.Errorf("dot uses %d bytes", got)
	}
}

func TestOrderOfLaunches(t *testing.T) {
	for order, want := range map[stream.Order]string{
		stream.Classic:  "copy 0/2 dot 0/2 copy 1/2 dot 1/2",
		stream.Isolated: "copy 0/2 copy 1/2 dot 0/2 dot 1/2",
	} {
		var got []string
		_, err := stream.Run(context.Background(), stream.Config{
			N: 100, Times: 2, Order: order, Kernels: []string{"dot", "copy"}, Executors: own[:1],
			Progress: func(p stream.Progress) {
				if p.Executor != own[0] {
					t.Errorf("progress of %s", p.Executor)
				}
				got = append(got, p.Kernel+" "+string(rune('0'+p.Round))+"/"+string(rune('0'+p.Rounds)))
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%v: %s, want %s", order, got, want)
		}
	}
}

// A budget that nothing fits leaves out all executors but one, which still does
// what statistics need.
func TestLeftOut(t *testing.T) {
	r, err := stream.Run(context.Background(), stream.Config{N: 100_000, Kernels: []string{"copy"}, Budget: 1})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Executors) != 1 || len(r.LeftOut) != len(runtime.Executors())-1 {
		t.Fatalf("ran %v, left out %v", r.Executors, r.LeftOut)
	}
	if n := r.Executors[0].Results[0].NumTimes; n < 3 {
		t.Errorf("%d launches", n)
	}
	for _, l := range r.LeftOut {
		want := "would take about"
		switch l.Executor {
		case "unavailable", "broken":
			want = errUnavailable.Error()
		case "device":
			want = fakedevice.ErrAbsent.Error()
		}
		if !strings.Contains(l.Reason, want) {
			t.Errorf("%s is left out for %q", l.Executor, l.Reason)
		}
	}
}

func TestAskedForIsNotLeftOut(t *testing.T) {
	r, err := stream.Run(context.Background(), stream.Config{N: 100_000, Kernels: []string{"copy"}, Budget: 1, Executors: []string{"pool", "sequential", "pool"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Executors) != 2 || len(r.LeftOut) != 0 {
		t.Errorf("ran %v, left out %v", r.Executors, r.LeftOut)
	}
	if _, err := stream.Run(context.Background(), stream.Config{N: 10, Times: 2, Executors: []string{"simd", "unavailable"}}); !errors.Is(err, errUnavailable) {
		t.Errorf("unavailable: %v", err)
	}
}

func TestValidationFails(t *testing.T) {
	brokenOn.Store(true)
	defer brokenOn.Store(false)
	r, err := stream.Run(context.Background(), stream.Config{N: 5000, Times: 3, Kernels: []string{"triad", "sum"}, Executors: []string{"simd", "broken"}})
	var v *stream.ValidationError
	if !errors.As(err, &v) {
		t.Fatalf("error %v", err)
	}
	if r == nil || len(r.Executors) != 2 || len(r.Failures) != 2 {
		t.Fatalf("report %+v", r)
	}
	var what []string
	for _, f := range v.Failures {
		what = append(what, f.What)
		if f.Executor != "broken" {
			t.Errorf("%s fails: %v", f.Executor, f)
		}
	}
	if !slices.Equal(what, []string{"a", "sum"}) || v.Failures[0].Count != 5000 || v.Failures[0].Index != 0 {
		t.Errorf("failures %+v", v.Failures)
	}
}

func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if r, err := stream.Run(ctx, stream.Config{N: 100, Times: 2}); r != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before: %v, %v", r, err)
	}
	stop := errors.New("enough")
	ctx2, cancel2 := context.WithCancelCause(context.Background())
	calls := 0
	r, err := stream.Run(ctx2, stream.Config{N: 100, Times: 1000, Executors: own[1:2], Progress: func(p stream.Progress) {
		if calls++; p.Round == 2 {
			cancel2(stop)
		}
	}})
	if r != nil || !errors.Is(err, stop) {
		t.Errorf("cancelled within: %v, %v", r, err)
	}
	if want := 2*len(stream.Names()) + 1; calls != want {
		t.Errorf("%d launches began, want %d", calls, want)
	}
}

func TestTooLarge(t *testing.T) {
	var size *stream.SizeError
	for _, n := range []int{math.MaxInt, math.MaxInt / 8} {
		_, err := stream.Run(context.Background(), stream.Config{N: n, Times: 2, Executors: own[1:2]})
		if !errors.As(err, &size) || size.N != n {
			t.Errorf("%d elements: %v", n, err)
		} else if err != error(size) {
			t.Errorf("%d elements: the only error is wrapped into a %T", n, err)
		}
	}
}

func TestTarget(t *testing.T) {
	r, err := stream.Run(context.Background(), stream.Config{N: 100, Times: 2, Target: "cpu", Executors: own[1:2]})
	if err != nil || r.Executors[0].Target != "cpu" {
		t.Errorf("cpu: %v, %v", r, err)
	}
	var c *stream.ConfigError
	if _, err := stream.Run(context.Background(), stream.Config{N: 100, Times: 2, Target: "moon"}); !errors.As(err, &c) || c.Field != "Target" ||
		!slices.Equal(c.Accepted, []string{"cpu"}) || !strings.HasSuffix(err.Error(), "runs there: accepted are cpu") {
		t.Errorf("moon: %v", err)
	}
}

// The report says why not all workers of a pool took part.
func TestWorkersWhy(t *testing.T) {
	for _, c := range []struct {
		n, workers, want int
		why              string
		policies         []runtime.Policy
	}{
		{100, 3, 1, "launches this small run on the caller alone", nil},
		{20 * 2048, 20, 20, "", nil},
		{20 * 2048, 30, 20, "one for each 2048 elements at least", nil},
		{20*2048 + 1, 30, 21, "one for each 2048 elements at least", nil},
		{20 * 2048, 30, 10, "one for each chunk at least", []runtime.Policy{runtime.Dynamic(4096)}},
	} {
		policies := append(c.policies, runtime.InlineBelow(2048))
		r, err := stream.Run(context.Background(), stream.Config{N: c.n, Times: 2, Kernels: []string{"copy"}, Executors: own[1:],
			Options: []runtime.Option{runtime.Workers(c.workers), runtime.Policies(policies...)}})
		if err != nil {
			t.Fatal(err)
		}
		if ex := r.Executors[0]; ex.Workers != 1 || ex.MaxWorkers != 1 || ex.WorkersWhy != "" {
			t.Errorf("%d elements on %s: %d of %d workers, %q", c.n, ex.Name, ex.Workers, ex.MaxWorkers, ex.WorkersWhy)
		}
		if ex := r.Executors[1]; ex.Workers != c.want || ex.MaxWorkers != c.workers || ex.WorkersWhy != c.why {
			t.Errorf("%d elements: %d of %d workers, %q; want %d, %q", c.n, ex.Workers, ex.MaxWorkers, ex.WorkersWhy, c.want, c.why)
		}
	}
}

func TestOptionsReachExecutors(t *testing.T) {
	r, err := stream.Run(context.Background(), stream.Config{N: 1 << 18, Times: 2, Kernels: []string{"copy"}, Executors: own[2:],
		Options: []runtime.Option{runtime.Workers(3), runtime.Policies(runtime.NonTemporal(runtime.NTOff))}})
	if err != nil {
		t.Fatal(err)
	}
	if ex := r.Executors[0]; ex.Workers != 3 || ex.Results[0].NonTemporal {
		t.Errorf("%+v", ex)
	}
	if _, err := stream.Run(context.Background(), stream.Config{N: 10, Times: 2, Options: []runtime.Option{runtime.Workers(-1)}}); err == nil {
		t.Error("-1 workers run")
	}
}
