package bench

import (
	"context"
	"errors"
	"fmt"
	goruntime "runtime"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
)

// benchmarks are what there is to measure, in the order in which it is.
var benchmarks []benchmark

type benchmark struct {
	name string
	what string
	run  func(*session, context.Context) ([]Section, error)
}

func init() { // not an initializer, since the benchmarks refer to it
	benchmarks = []benchmark{
		{"stream", "bandwidth from memory, all cores", (*session).stream},
		{"cache", "time of a call in cache, one core", (*session).cache},
		{"launch", "what a launch costs", (*session).launch},
		{"compile", "from text to machine code", (*session).compile},
		{"gc", "how long the garbage collector waits", (*session).gc},
		{"idle", "processor time of an executor without work", (*session).idle},
		{"symbolic", "computer algebra, one core", (*session).symbolic},
		{"network", "a reaction network's equations, one core", (*session).network},
		{"egraph", "equality saturation, one core", (*session).egraph},
		{"optimise", "kernels as written and as optimised, one core", (*session).optimise},
		{"system", "a reaction network as one kernel, one core", (*session).system},
		{"functions", "elementary functions, one core", (*session).functions},
		{"expressions", "expressions with functions, one core and all", (*session).expressions},
		{"sort", "sorting numbers, one core and all", (*session).sort},
		{"arrays", "stencils, scans, sparse matrices and the like", (*session).arrays},
		{"montecarlo", "random numbers, one core and all", (*session).montecarlo},
	}
}

// session is one run of the package.
type session struct {
	Config
	target  runtime.Target
	workers int
	pin     bool // whether threads are bound
	tools   *toolchain
}

// Run measures what the configuration asks for. Errors are *ValueError for a
// bad field, *WrongError for a side that computes something else than it
// should, *MemoryError, *ServerError for a C program that fails, those of
// package runtime, and context.Cause(ctx).
func Run(ctx context.Context, c Config) (report *Report, err error) {
	c, err = c.complete()
	if err != nil {
		return nil, err
	}
	targets, _ := runtime.Targets() // errors are about other targets than the first
	s := &session{Config: c, target: targets[0], workers: targets[0].Workers()}
	if s.pin, err = canPin(c); err != nil {
		return nil, err
	}
	if s.tools, err = newToolchain(ctx, c.CC); err != nil {
		return nil, err
	}
	if !c.Keep {
		defer func() { err = errors.Join(err, s.tools.close()) }()
	}
	report = &Report{
		Machine:  s.target.String(),
		Go:       goruntime.Version(),
		Compiler: s.tools.version,
	}
	if s.tools.err != nil {
		report.Compiler = s.tools.err.Error()
	}
	if c.Keep {
		report.Programs = s.tools.dir
	}
	for _, b := range benchmarks {
		if !c.wants(b.name) {
			continue
		}
		s.say("%s: %s", b.name, b.what)
		sections, err := b.run(s, ctx)
		if err != nil {
			return nil, err
		}
		report.Sections = append(report.Sections, sections...)
		goruntime.GC() // what this one used is not to be the next one's burden
	}
	return report, nil
}

func (s *session) say(format string, args ...any) {
	if s.Progress != nil {
		s.Progress(fmt.Sprintf(format, args...))
	}
}

func (s *session) round(name string) func(int) {
	return func(r int) { s.say("%s: round %d of %d", name, r+1, s.Rounds) }
}

// canPin tells whether to bind threads: where it was asked for and the system
// can.
func canPin(c Config) (bool, error) {
	if !c.Pin {
		return false, nil
	}
	ex, err := runtime.Open("pool", runtime.Pin(true))
	var cannot *runtime.UnsupportedError
	if errors.As(err, &cannot) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, ex.Close()
}

func (s *session) pinned() string {
	if s.pin {
		return "bound to one CPU each"
	}
	return "not bound to CPUs"
}

// open opens an executor with the session's choices.
func (s *session) open(name string, tier simd.Tier) (runtime.Executor, error) {
	return runtime.Open(name, runtime.Workers(s.workers), runtime.Pin(s.pin), runtime.Tier(tier))
}

// tiers are those to measure: the interpreter only where there is nothing else.
func tiers() []simd.Tier {
	t := simd.Tiers()
	if len(t) > 1 {
		t = t[:len(t)-1]
	}
	return t
}

// columnsFor calls f for the element type of the session.
func columnsFor(s *session, f64, f32 func() ([]column, error)) ([]column, error) {
	if s.Elem == kernels.Float32 {
		return f32()
	}
	return f64()
}
