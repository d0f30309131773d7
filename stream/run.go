package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	goruntime "runtime"
	"slices"
	"strings"
	"time"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

func sizeOf[T Element]() int { return int(unsafe.Sizeof(T(0))) }

// Run measures what the Config asks for. Errors are *ConfigError, *SizeError,
// those of runtime.Open and of launches (the context's, if it was cancelled),
// and *ValidationError; only with the last is there a report too.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	cfg, err := cfg.check()
	if err != nil {
		return nil, err
	}
	ks, err := Select(cfg.Kernels)
	if err != nil {
		return nil, err
	}
	if cfg.Type == kernels.Float32 {
		return run[float32](ctx, cfg, ks)
	}
	return run[float64](ctx, cfg, ks)
}

// contender is an executor that is to run.
type contender struct {
	runtime.Executor
	sizing
	target runtime.Target // as Targets lists it: a GPU's has more than the executor's own
	asked  bool           // for by name
	round  time.Duration  // what a round of all kernels is estimated to take
}

func run[T Element](ctx context.Context, cfg Config, ks []*kernels.Kernel) (_ *Report, err error) {
	report := &Report{
		Time:   time.Now(),
		Type:   cfg.Type.String(),
		SizeOf: sizeOf[T](),
		Order:  cfg.Order,
		Machine: Machine{
			GoVersion: goruntime.Version(),
			OS:        goruntime.GOOS,
			Arch:      goruntime.GOARCH,
		},
	}
	targets, err := runtime.Targets()
	listing := err // of other targets than the processors: no reason to stop
	for _, t := range targets {
		report.Machine.Targets = append(report.Machine.Targets, describe(t))
	}

	all, err := open(cfg, targets, report)
	defer func() {
		for _, c := range all {
			err = join(err, c.Close())
		}
	}()
	if err != nil {
		return nil, err
	}

	if listing != nil && !slices.ContainsFunc(report.LeftOut, func(l LeftOut) bool { return strings.HasSuffix(listing.Error(), l.Reason) }) {
		report.note(listing.Error())
	}
	chosen, err := size(cfg, ks, all, targets[0].AvailableBytes, report)
	if err != nil {
		return nil, err
	}
	chosen, err = chooseExecutors[T](ctx, cfg, ks, chosen, report)
	if err != nil {
		return nil, err
	}
	if err := probe[T](ctx, chosen, report); err != nil {
		return nil, err
	}
	budget := cfg.Budget
	for i, c := range chosen {
		start := time.Now()
		if err := runExecutor[T](ctx, cfg, ks, c, budget/time.Duration(len(chosen)-i), report); err != nil {
			return nil, during("executor "+c.Name(), err)
		}
		budget = max(0, budget-time.Since(start))
	}
	report.finish()
	if len(report.Failures) > 0 {
		return report, &ValidationError{report.Failures}
	}
	return report, nil
}

// join is errors.Join, but leaves an error that is alone as it is.
func join(a, b error) error {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return errors.Join(a, b)
}

// during says what an error happened in. A *SizeError is left as it is: it says
// what is wrong wherever it comes from.
func during(what string, err error) error {
	if _, ok := err.(*SizeError); ok {
		return err
	}
	return fmt.Errorf("stream: %s: %w", what, err)
}

// open opens the executors that the Config names, or all. What was opened is
// returned with an error too.
func open(cfg Config, targets []runtime.Target, report *Report) (all []contender, err error) {
	names := cfg.Executors
	if len(names) == 0 {
		names = runtime.Executors()
	}
	names = devices(names, targets)
	var elsewhere []string // targets of executors that are not to run
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			continue
		}
		if cfg.Target != "" && name != cfg.Target && slices.ContainsFunc(targets, func(t runtime.Target) bool { return t.Name == name }) {
			elsewhere = append(elsewhere, name) // a device, which takes a while to open
			continue
		}
		asked := len(cfg.Executors) > 0
		ex, err := runtime.Open(name, cfg.Options...)
		if err != nil {
			if asked {
				return all, err
			}
			if cfg.Absent == nil || !cfg.Absent(err) {
				report.LeftOut = append(report.LeftOut, LeftOut{name, err.Error()})
			}
			continue
		}
		target := ex.Target()
		if cfg.Target != "" && target.Name != cfg.Target {
			if !slices.Contains(elsewhere, target.Name) {
				elsewhere = append(elsewhere, target.Name)
			}
			if err := ex.Close(); err != nil {
				return all, err
			}
			continue
		}
		if target.Kind == runtime.GPU {
			if i := slices.IndexFunc(targets, func(t runtime.Target) bool { return t.Name == target.Name }); i >= 0 {
				target = targets[i]
			}
		}
		all = append(all, contender{Executor: ex, target: target, asked: asked})
	}
	if len(all) == 0 {
		if len(elsewhere) == 0 { // all failed to open: the first cause will do
			_, err := runtime.Open(names[0], cfg.Options...)
			return nil, err
		}
		return nil, &ConfigError{Field: "Target", Value: cfg.Target, Reason: "none of the executors runs there", Accepted: elsewhere}
	}
	return all, nil
}

// devices puts the devices that are listed in the place of an executor that has some.
func devices(names []string, targets []runtime.Target) (all []string) {
	for _, name := range names {
		n := len(all)
		for _, t := range targets {
			if strings.HasPrefix(t.Name, name+":") {
				all = append(all, t.Name)
			}
		}
		if len(all) == n {
			all = append(all, name)
		}
	}
	return all
}

// pilotElements is the length of the launches that estimate an executor's
// speed: long enough to drown the cost of a launch, short for an interpreter.
// A GPU needs longer ones.
const (
	pilotElements       = 1 << 16
	devicePilotElements = 1 << 23
)

// chooseExecutors leaves out those executors that were not asked for by name
// and cannot do a few rounds in their share of the budget. The fastest stays.
func chooseExecutors[T Element](ctx context.Context, cfg Config, ks []*kernels.Kernel, all []contender, report *Report) ([]contender, error) {
	chosen := slices.Clone(all)
	if len(cfg.Executors) > 0 {
		return chosen, nil
	}
	for i := range chosen {
		c := &chosen[i]
		n := min(c.n, pilotElements)
		if c.target.Kind == runtime.GPU {
			n = min(c.n, devicePilotElements)
		}
		s, err := newSession[T](ctx, c.Executor, ks, n)
		if err != nil {
			return nil, during("executor "+c.Name(), err)
		}
		// The best of a few, so that a pause of the machine does not decide.
		seconds, _, err := s.measure(ctx, schedule{times: minRounds})
		if err = join(err, s.Close()); err != nil {
			return nil, during("executor "+c.Name(), err)
		}
		var round float64
		for _, s := range seconds {
			round += slices.Min(s)
		}
		c.round = time.Duration(round * float64(c.n) / float64(n) * 1e9)
	}
	rounds := fewRounds
	if cfg.Times > 0 {
		rounds = min(rounds, cfg.Times)
	}
	var left []LeftOut
	for len(chosen) > 1 {
		slowest := slices.MaxFunc(chosen, func(a, b contender) int { return cmp.Compare(a.round, b.round) })
		share := cfg.Budget / time.Duration(len(chosen))
		if time.Duration(rounds)*slowest.round <= share {
			break
		}
		left = append(left, LeftOut{slowest.Name(), fmt.Sprintf(
			"%d rounds of %s would take about %v, its share of the time is %v",
			rounds, count(len(ks), "kernel"), roughly(time.Duration(rounds)*slowest.round), roughly(share))})
		chosen = slices.DeleteFunc(chosen, func(c contender) bool { return c.Name() == slowest.Name() })
	}
	report.LeftOut = append(report.LeftOut, left...)
	return chosen, nil
}

// roughly is a duration to two or three digits.
func roughly(d time.Duration) time.Duration {
	switch {
	case d >= 10*time.Second:
		return d.Round(time.Second)
	case d >= time.Second:
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Millisecond)
}

// runExecutor measures and validates one executor and adds it to the report.
func runExecutor[T Element](ctx context.Context, cfg Config, ks []*kernels.Kernel, ex contender, budget time.Duration, report *Report) (err error) {
	s, err := newSession[T](ctx, ex.Executor, ks, ex.n)
	if err != nil {
		return err
	}
	defer func() { err = join(err, s.Close()) }()
	plan := schedule{order: cfg.Order, times: cfg.Times, budget: budget}
	if cfg.Progress != nil {
		plan.progress = func(kernel string, round, rounds int) {
			cfg.Progress(Progress{Executor: ex.Name(), Kernel: kernel, Round: round, Rounds: rounds})
		}
	}
	seconds, expect, err := s.measure(ctx, plan)
	if err != nil {
		return err
	}
	er := ExecutorReport{
		Name:   ex.Name(),
		Target: ex.target.Name,
		Memory: s.memory(),
	}
	if ex.n != report.N {
		er.N, er.SizeWhy = ex.n, ex.why
	}
	er.HugePages, er.HugePagesKnown = s.hugePages()
	inline := true
	for i, k := range ks {
		info := s.calls[i].Info()
		inline = inline && info.Inline
		er.Tier, er.Workers = info.Code, max(er.Workers, info.Workers)
		if info.Fallback != nil {
			report.note(fmt.Sprintf("%s runs portable code: %v", ex.Name(), info.Fallback))
		}
		r := newResult(k, cfg.Type, ex.n, seconds[i])
		r.NonTemporal, r.Why = info.NonTemporal, info.NonTemporalWhy
		er.Results = append(er.Results, r)
	}
	er.MaxWorkers = er.Workers
	if er.Name == "pool" { // the others take no notice of Workers
		er.MaxWorkers, er.WorkersWhy = poolWorkers(cfg.Options, ex.target, er.Workers, inline)
	}
	report.Executors = append(report.Executors, er)
	failures, err := s.validate(ctx, expect)
	if err != nil {
		return err
	}
	for _, f := range failures {
		f.Executor = ex.Name()
		report.Failures = append(report.Failures, f)
	}
	return nil
}

// poolWorkers returns how many workers a pool has, and why no more than that
// many took part in its launches; inline says that these ran on the caller.
func poolWorkers(opts []runtime.Option, t runtime.Target, took int, inline bool) (has int, why string) {
	var c runtime.Config
	for _, opt := range opts {
		if err := opt(&c); err != nil {
			return took, "" // cannot be: the pool is open
		}
	}
	if has = c.Workers; has == 0 {
		has = max(took, t.Workers())
	}
	switch {
	case took >= has:
		return has, ""
	case inline:
		return has, "launches this small run on the caller alone"
	case c.Plan.Schedule == runtime.ScheduleStatic:
		return has, fmt.Sprintf("one for each %d elements at least", staticShare)
	}
	return has, "one for each chunk at least"
}

// staticShare is the least that a pool gives a worker of runtime.Static, as
// TestWorkersWhy checks.
const staticShare = 2048

// count writes a number of things.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
