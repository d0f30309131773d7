package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

const (
	drawsOneName           = "one core"
	drawsAllName           = "all cores"
	drawsPhiloxName        = "C Philox"
	drawsXoshiroName       = "C xoshiro"
	drawsOpenMPPhiloxName  = "OpenMP Philox"
	drawsOpenMPXoshiroName = "OpenMP xoshiro"
	drawsPCGName           = "Go PCG"
	drawsChaCha8Name       = "Go ChaCha8"

	drawsSeed = 42 // of Philox, here and in C
)

var drawsProgram = program{"montecarlo", []string{"montecarlo.c", "-lm"}, "-O3 -march=native -ffast-math -mprefer-vector-width=512 -fopenmp"}

// The option that is priced: on a share whose price is lognormal at the end.
const (
	optionSpot, optionStrike     = 100.0, 105.0
	optionRate, optionVolatility = 0.03, 0.2
	optionYears                  = 1.5
)

var (
	optionDrift  = (optionRate - optionVolatility*optionVolatility/2) * optionYears
	optionSpread = optionVolatility * math.Sqrt(optionYears)
)

// drawsCase is a sum over random numbers.
type drawsCase struct {
	name   string
	inC    string // its name in the C program
	text   string // of the kernel
	each   int    // draws, points or paths of an element of the kernel
	philox bool   // the C program's Philox draws the same numbers
	what   string
	loop   func(r *rand.Rand, n int) float64
	exact  func() (mean, deviation float64) // of one draw, point or path
}

const (
	pathText  = "max(spot*exp(drift + spread*normal(seed, index(), %d)) - strike, 0)"
	pairsText = ", two an element"
)

var drawsCases = []drawsCase{
	{
		name: "uniform", inC: "uniform", each: 1, text: "s = sum(uniform(seed, index()))",
		loop: uniformLoop, exact: uniformExact,
	},
	{
		name: "uniform" + pairsText, inC: "uniform", each: 2, philox: true,
		text: "s = sum(uniform(seed, index(), 0) + uniform(seed, index(), 1))",
		loop: uniformLoop, exact: uniformExact,
	},
	{
		name: "normal", inC: "normal", each: 1, text: "s = sum(normal(seed, index()))",
		loop: normalLoop, exact: normalExact,
	},
	{
		name: "normal" + pairsText, inC: "normal", each: 2, philox: true,
		text: "s = sum(normal(seed, index(), 0) + normal(seed, index(), 1))",
		loop: normalLoop, exact: normalExact,
	},
	{
		name: "exponential", inC: "exponential", each: 1, text: "s = sum(exponential(seed, index()))",
		loop: exponentialLoop, exact: exponentialExact,
	},
	{
		name: "exponential" + pairsText, inC: "exponential", each: 2, philox: true,
		text: "s = sum(exponential(seed, index(), 0) + exponential(seed, index(), 1))",
		loop: exponentialLoop, exact: exponentialExact,
	},
	{
		name: "pi", inC: "pi", each: 1, philox: true,
		text: "s = sum(select(uniform(seed, index(), 0)^2 + uniform(seed, index(), 1)^2 < 1, 1, 0))",
		what: "how many points of a square, of two uniform draws each, lie in the quarter of a circle",
		loop: func(r *rand.Rand, n int) float64 {
			hits := 0
			for range n {
				if x, y := r.Float64(), r.Float64(); x*x+y*y < 1 {
					hits++
				}
			}
			return float64(hits)
		},
		exact: func() (mean, deviation float64) {
			const p = math.Pi / 4
			return p, math.Sqrt(p * (1 - p))
		},
	},
	{
		name: "option", inC: "option", each: 1, text: "s = sum(" + fmt.Sprintf(pathText, 0) + ")",
		what: "what a European call pays at the end of each path, a path being one normal draw",
		loop: optionLoop, exact: optionExact,
	},
	{
		name: "option" + pairsText, inC: "option", each: 2, philox: true,
		text: "s = sum(" + fmt.Sprintf(pathText, 0) + " + " + fmt.Sprintf(pathText, 1) + ")",
		loop: optionLoop, exact: optionExact,
	},
}

func uniformLoop(r *rand.Rand, n int) (s float64) {
	for range n {
		s += r.Float64()
	}
	return s
}

func uniformExact() (mean, deviation float64) { return 0.5, math.Sqrt(1.0 / 12) }

func normalLoop(r *rand.Rand, n int) (s float64) {
	for range n {
		s += r.NormFloat64()
	}
	return s
}

func normalExact() (mean, deviation float64) { return 0, 1 }

func exponentialLoop(r *rand.Rand, n int) (s float64) {
	for range n {
		s += r.ExpFloat64()
	}
	return s
}

func exponentialExact() (mean, deviation float64) { return 1, 1 }

func optionLoop(r *rand.Rand, n int) (s float64) {
	for range n {
		s += max(optionSpot*math.Exp(optionDrift+optionSpread*r.NormFloat64())-optionStrike, 0)
	}
	return s
}

// optionExact is by the formula of Black and Scholes, and the same for the square.
func optionExact() (mean, deviation float64) {
	share := func(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }
	d := (math.Log(optionSpot/optionStrike) + optionDrift) / optionSpread
	// The share's price and its square, where it is above the strike.
	first := optionSpot * math.Exp(optionDrift+optionSpread*optionSpread/2) * share(d+optionSpread)
	second := optionSpot * optionSpot * math.Exp(2*optionDrift+2*optionSpread*optionSpread) * share(d+2*optionSpread)
	mean = first - optionStrike*share(d)
	return mean, math.Sqrt(second - 2*optionStrike*first + optionStrike*optionStrike*share(d) - mean*mean)
}

func drawsCaseOf(j job) *drawsCase {
	for i := range drawsCases {
		if drawsCases[i].name == j.name {
			return &drawsCases[i]
		}
	}
	panic("bench: no case " + j.name)
}

// montecarlo times random numbers, and what is made of them where they are drawn, beside C and Go.
func (s *session) montecarlo(ctx context.Context) (_ []Section, err error) {
	n := 1 << 20
	if s.fewExpressions {
		n = 5000
	}
	var jobs []job
	for _, c := range drawsCases {
		jobs = append(jobs, job{label: c.name, name: c.name, n: n, launches: max(1, s.work/n), repetitions: 2})
	}
	columns, err := s.drawsColumns(ctx)
	defer func() { err = errors.Join(err, closeAll(columns)) }()
	if err != nil {
		return nil, err
	}
	if err := verifyDraws(ctx, columns, jobs); err != nil {
		return nil, err
	}
	times, err := takeTurns(ctx, columns, jobs, s.Rounds, s.round("montecarlo"))
	if err != nil {
		return nil, err
	}
	sec := Section{
		Name:  "montecarlo",
		Title: fmt.Sprintf("millions of draws, points or paths a second, float64, median of %d rounds", s.Rounds),
		Unit:  "10⁶/s",
		Sides: describe(columns),
		Notes: []string{fmt.Sprintf("Each launch adds up %d of them, and no side writes any to memory but for a buffer in cache. C and Go have no elements: their rows with two are those with one.", n)},
	}
	for _, c := range drawsCases {
		if c.what != "" {
			sec.Notes = append(sec.Notes, c.name+": "+c.what)
		}
	}
	sec.fill(jobs, times, func(j job, ns float64) float64 { return float64(j.n) * float64(j.launches) / max(ns, 1) * 1e3 }, [][2]string{
		{drawsOneName, drawsPhiloxName}, {drawsOneName, drawsXoshiroName}, {drawsOneName, drawsPCGName}, {drawsOneName, drawsChaCha8Name},
		{drawsAllName, drawsOpenMPPhiloxName}, {drawsAllName, drawsOpenMPXoshiroName},
	})
	return []Section{sec}, nil
}

func (s *session) drawsColumns(ctx context.Context) (columns []column, err error) {
	for _, c := range []struct{ name, executor, what string }{
		{drawsOneName, "simd", "this library, one core"},
		{drawsAllName, "pool", fmt.Sprintf("this library, %d workers, %s", s.workers, s.pinned())},
	} {
		ex, err := s.open(c.executor, tiers()[0])
		if err != nil {
			return columns, err
		}
		columns = append(columns, column{Side{Name: c.name, What: c.what}, &drawsLaunch{ex: ex, calls: map[string]*runtime.Call{}}})
	}
	for _, c := range []struct {
		name, generator string
		threads         int
		what            string
	}{
		{drawsPhiloxName, "philox", 1, "Philox 4x32-10, loops in C with the C library's vector functions"},
		{drawsXoshiroName, "xoshiro", 1, "xoshiro256++ in the same loops"},
		{drawsOpenMPPhiloxName, "philox", s.workers, "the same program"},
		{drawsOpenMPXoshiroName, "xoshiro", s.workers, "the same program"},
	} {
		col, err := s.startDrawsC(ctx, c.name, c.generator, c.threads, c.what)
		if err != nil {
			return columns, err
		}
		columns = append(columns, col)
	}
	for _, c := range []struct {
		name, what string
		source     rand.Source
	}{
		{drawsPCGName, "loops over math/rand/v2 with PCG, one core", rand.NewPCG(drawsSeed, 0)},
		{drawsChaCha8Name, "the same with ChaCha8", rand.NewChaCha8([32]byte{drawsSeed})},
	} {
		columns = append(columns, column{Side{Name: c.name, What: c.what}, &drawsGo{r: rand.New(c.source)}})
	}
	return columns, nil
}

// startDrawsC starts the C program; the column is absent where it does not build.
func (s *session) startDrawsC(ctx context.Context, name, generator string, threads int, what string) (column, error) {
	col := column{Side: Side{Name: name, What: what + ", " + drawsProgram.flags}}
	path, err := s.tools.build(ctx, drawsProgram, kernels.Float64)
	if err != nil {
		if ctx.Err() != nil {
			return col, context.Cause(ctx)
		}
		col.Absent = err.Error()
		return col, nil
	}
	srv, err := startServer(ctx, name, path, environment(threads, s.pin))
	if err != nil {
		if ctx.Err() != nil {
			return col, context.Cause(ctx)
		}
		return col, err
	}
	col.What += "; " + srv.ready
	col.impl = drawsServer{srv, generator}
	return col, nil
}

// verifyDraws compares what all sides make of a launch with what is expected, within five standard errors, and
// what draws the same numbers with each other. It warms everything up.
func verifyDraws(ctx context.Context, columns []column, jobs []job) error {
	for _, j := range jobs {
		j.launches, j.repetitions = 1, 1
		c := drawsCaseOf(j)
		mean, deviation := c.exact()
		var first *float64 // of this library
		for _, col := range columns {
			side, ok := col.impl.(sampler)
			if !ok {
				continue
			}
			if _, err := side.run(ctx, j); err != nil {
				return err
			}
			got, err := side.sample()
			if err != nil {
				return err
			}
			n := float64(j.n)
			if off := math.Abs(got[0] - n*mean); !(off <= 5*deviation*math.Sqrt(n)) {
				return &WrongError{"montecarlo", col.Name, j.label, got[0], n * mean}
			}
			within := -1.0
			switch side := side.(type) {
			case *drawsLaunch:
				if within = 0; first == nil {
					first = &got[0]
				}
			case drawsServer:
				if c.philox && side.generator == "philox" {
					within = 1e-9
				}
			}
			if within >= 0 && !(math.Abs(got[0]-*first) <= within*math.Abs(*first)) {
				return &WrongError{"montecarlo", col.Name, j.label + " (beside this library)", got[0], *first}
			}
		}
	}
	return nil
}

// drawsLaunch launches the kernels on an executor of this library.
type drawsLaunch struct {
	ex    runtime.Executor
	calls map[string]*runtime.Call // by case and elements
	sum   float64
}

func (s *drawsLaunch) bind(j job) (*runtime.Call, error) {
	key := fmt.Sprintf("%s %d", j.name, j.n)
	if call := s.calls[key]; call != nil {
		return call, nil
	}
	c := drawsCaseOf(j)
	args := runtime.Args{"index": runtime.Shape{j.n / c.each}, "s": &s.sum, "seed": drawsSeed}
	scalars := []string{"seed"}
	if c.inC == "option" {
		for name, v := range map[string]float64{"spot": optionSpot, "strike": optionStrike, "drift": optionDrift, "spread": optionSpread} {
			args[name] = v
			scalars = append(scalars, name)
		}
	}
	k, err := kernels.Parse(c.inC, c.text, kernels.Scalars(scalars...), kernels.Typed(kernels.Int64, "seed"))
	if err != nil {
		return nil, err
	}
	s.calls[key], err = s.ex.Bind(k, args)
	return s.calls[key], err
}

func (s *drawsLaunch) run(ctx context.Context, j job) ([]float64, error) {
	call, err := s.bind(j)
	if err != nil {
		return nil, err
	}
	return timed(j, func() error {
		for range j.launches {
			if err := call.Run(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *drawsLaunch) sample() ([]float64, error) { return []float64{s.sum}, nil }
func (s *drawsLaunch) close() error               { return s.ex.Close() }

// drawsServer is the C program.
type drawsServer struct {
	*server
	generator string
}

func (c drawsServer) run(_ context.Context, j job) ([]float64, error) {
	return c.ask(fmt.Sprintf("run %s/%s %d %d %d", c.generator, drawsCaseOf(j).inC, j.repetitions, j.n, j.launches))
}

func (c drawsServer) sample() ([]float64, error) { return c.ask("check") }

// drawsGo is math/rand/v2.
type drawsGo struct {
	r   *rand.Rand
	sum float64
}

func (s *drawsGo) run(_ context.Context, j job) ([]float64, error) {
	loop := drawsCaseOf(j).loop
	return timed(j, func() error {
		for range j.launches {
			s.sum = loop(s.r, j.n)
		}
		return nil
	})
}

func (s *drawsGo) sample() ([]float64, error) { return []float64{s.sum}, nil }
func (s *drawsGo) close() error               { return nil }
