package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	goruntime "runtime"
	"strconv"
	"time"
)

// An algebraCase is one thing that all sides of a section on computer algebra
// do alike.
type algebraCase struct {
	name, label string
	minutes     bool // for SymPy
	want        result
	tolerance   float64 // of the value, relative; 0 of one that is exact
}

// result is what a case comes to.
type result struct {
	terms int     // of a sum; 0 where sides may differ in it
	value float64 // at some point, or whatever a case has instead
}

// ResultError says that a case came to something else than it should.
type ResultError struct {
	Case, Side, What string
	Got, Want        float64
}

func (e *ResultError) Error() string {
	digits := func(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
	return fmt.Sprintf("bench: %s: %s: %s is %s, not %s", e.Case, e.Side, e.What, digits(e.Got), digits(e.Want))
}

// A verifier is a runner that can run a case for its result.
type verifier interface {
	verify(ctx context.Context, c algebraCase) (result, error)
}

// verifyCases runs each case once on every side and compares what came.
func verifyCases(ctx context.Context, columns []column, cases []algebraCase) error {
	for _, c := range cases {
		for _, col := range columns {
			side, ok := col.impl.(verifier)
			if !ok {
				continue
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			got, err := side.verify(ctx, c)
			switch {
			case errors.Is(err, errNoKernel):
				continue
			case err != nil && ctx.Err() != nil:
				return context.Cause(ctx)
			case err != nil:
				return err
			case got.terms != 0 && c.want.terms != 0 && got.terms != c.want.terms:
				return &ResultError{c.name, col.Name, "the number of terms", float64(got.terms), float64(c.want.terms)}
			case !(math.Abs(got.value-c.want.value) <= c.tolerance*math.Abs(c.want.value)):
				return &ResultError{c.name, col.Name, "the value", got.value, c.want.value}
			}
		}
	}
	return nil
}

func jobsOf(cases []algebraCase) []job {
	jobs := make([]job, len(cases))
	for i, c := range cases {
		jobs[i] = job{label: c.label, name: c.name}
	}
	return jobs
}

// spending limits how long a side takes part in a case's rounds, so that one
// that needs seconds does not make them last for hours.
type spending struct {
	took, spent map[string]float64 // nanoseconds by case: of the verified run, and of all
	turns       map[string]int
}

const (
	mostSpent  = 10e9 // nanoseconds
	leastTurns = 3    // all the same, if one takes less than
	minute     = 60e9

	long = 1e9
)

var spendingNote = fmt.Sprintf("A side takes part in a case until that has taken it %.0f s, but at least %d times.", mostSpent/1e9, leastTurns)

// verified says how long the verified run of a case took.
func (s *spending) verified(name string, ns float64) {
	if s.took == nil {
		s.took, s.spent, s.turns = map[string]float64{}, map[string]float64{}, map[string]int{}
	}
	s.took[name] = ns
}

// spend calls run for a turn of a case, if there is time for it. A run that took
// long is not repeated only to have been verified before the rounds: it is the
// first turn.
func (s *spending) spend(name string, run func(repetitions int) ([]float64, error)) ([]float64, error) {
	took, ok := s.took[name]
	if !ok || s.spent[name] >= mostSpent && (s.turns[name] >= leastTurns || took > minute) {
		return nil, errNoKernel
	}
	s.turns[name]++
	if s.turns[name] == 1 && took > long {
		s.spent[name] = took
		return []float64{took}, nil
	}
	repetitions := 4
	if took > 50e6 {
		repetitions = 1
	}
	ns, err := run(repetitions)
	for _, t := range ns {
		s.spent[name] += t
	}
	return ns, err
}

// A preparation builds what is there before the clock starts. It returns what is
// timed, and what that came to.
type preparation func() (work func() error, came func() (result, error))

// goSide is code in this process.
type goSide struct {
	cases map[string]preparation
	bytes map[string]float64 // that the verified run of each case allocated
	spending
}

func (g *goSide) close() error { return nil }

func (g *goSide) verify(_ context.Context, c algebraCase) (result, error) {
	prepare, ok := g.cases[c.name]
	if !ok {
		return result{}, errNoKernel
	}
	work, came := prepare()
	var before, after goruntime.MemStats
	goruntime.ReadMemStats(&before)
	ns, err := timeAfterGC(work)
	if err != nil {
		return result{}, err
	}
	goruntime.ReadMemStats(&after)
	if g.bytes == nil {
		g.bytes = map[string]float64{}
	}
	g.bytes[c.name] = float64(after.TotalAlloc - before.TotalAlloc)
	g.verified(c.name, ns)
	return came()
}

func (g *goSide) run(ctx context.Context, j job) ([]float64, error) {
	return g.spend(j.name, func(repetitions int) ([]float64, error) {
		ns := make([]float64, repetitions)
		for r := range ns {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			work, _ := g.cases[j.name]()
			var err error
			if j.name == "sum-print" { // makes no terms; as warm as the peers, which repeat it too
				if err = work(); err == nil {
					ns[r], err = timeOnce(work)
				}
			} else {
				ns[r], err = timeAfterGC(work)
			}
			if err != nil {
				return nil, err
			}
		}
		return ns, nil
	})
}

// timeAfterGC collects garbage first: terms that an earlier run made are gone,
// and have to be made anew.
func timeAfterGC(work func() error) (ns float64, err error) {
	goruntime.GC()
	settle()
	return timeOnce(work)
}

func timeOnce(work func() error) (ns float64, err error) {
	start := time.Now()
	err = work()
	return float64(time.Since(start).Nanoseconds()), err
}

// allocations is a section that tells what the verified run of each case
// allocated on the sides in this process.
func allocations(name string, columns []column, jobs []job) Section {
	sec := Section{Name: name, Title: "megabytes that one run allocates", Unit: "MB"}
	for _, j := range jobs {
		sec.Rows = append(sec.Rows, Row{Label: j.label})
	}
	for _, col := range columns {
		side, ok := col.impl.(*goSide)
		if !ok {
			continue
		}
		sec.Sides = append(sec.Sides, col.Side)
		for i, j := range jobs {
			var cell *Stats
			if b, ok := side.bytes[j.name]; ok {
				stats := summarize([]float64{b / 1e6})
				cell = &stats
			}
			sec.Rows[i].Cells = append(sec.Rows[i].Cells, cell)
		}
	}
	return sec
}
