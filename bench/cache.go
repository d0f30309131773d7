package bench

import (
	"context"
	"fmt"

	"github.com/triad-go/triad/simd"
)

// cache times calls on arrays that a cache holds, on one core.
func (s *session) cache(ctx context.Context) (_ []Section, err error) {
	most := 0
	for _, n := range s.cacheSizes {
		most = max(most, n)
	}
	columns, err := columnsFor(s,
		func() ([]column, error) { return cacheColumns[float64](ctx, s, most) },
		func() ([]column, error) { return cacheColumns[float32](ctx, s, most) })
	defer func() {
		if closed := closeAll(columns); err == nil {
			err = closed
		}
	}()
	if err != nil {
		return nil, err
	}
	var jobs []job
	for _, k := range s.suite("triad", "dot") {
		for _, n := range s.cacheSizes {
			// The other sides have emptied the caches before: one time warms up.
			jobs = append(jobs, job{label: fmt.Sprintf("%s %d", k.Name(), n), kernel: k, n: n, launches: max(s.work/n, 1), repetitions: 4})
		}
	}
	if err := verify(ctx, "cache", columns, jobs, s.Elem, most); err != nil {
		return nil, err
	}
	times, err := takeTurns(ctx, columns, jobs, s.Rounds, s.round("cache"))
	if err != nil {
		return nil, err
	}
	sec := Section{
		Name:  "cache",
		Title: fmt.Sprintf("nanoseconds a call, %v, one core, median of %d rounds", s.Elem, s.Rounds),
		Unit:  "ns",
		Sides: describe(columns),
		Notes: []string{"All arrays begin at page boundaries. A launch is Call.Run on the simd executor; code is the compiled code alone."},
	}
	var pairs [][2]string
	for _, t := range tiers() {
		peer := cName
		if t == simd.AVX2 && sec.side(cAVX2Name) >= 0 {
			peer = cAVX2Name
		}
		pairs = append(pairs, [2]string{"launch " + t.String(), peer}, [2]string{"code " + t.String(), peer})
	}
	sec.fill(jobs, times, perLaunch, pairs)
	return []Section{sec}, nil
}

const cName, cAVX2Name = "C", "C avx2"

func perLaunch(j job, ns float64) float64 { return ns / float64(j.launches) }

func cacheColumns[T float](ctx context.Context, s *session, most int) (columns []column, err error) {
	col, err := s.startC(ctx, cacheProgram, cName, "plain loops in C", s.Elem, most, callRequest)
	if err != nil {
		return nil, err
	}
	columns = append(columns, col)
	if t := tiers(); t[0] == simd.AVX512 { // a peer for AVX2 that does not use more either
		col, err := s.startC(ctx, cacheAVX2Program, cAVX2Name, "plain loops in C", s.Elem, most, callRequest)
		if err != nil {
			return columns, err
		}
		columns = append(columns, col)
	}
	v := makeValues[T](most)
	for _, t := range tiers() {
		ex, err := s.open("simd", t)
		if err != nil {
			return columns, err
		}
		columns = append(columns,
			column{Side{Name: "launch " + t.String(), What: "this library, a launch on one core, " + t.String()}, newCallSide(v, ex)},
			column{Side{Name: "code " + t.String(), What: "this library's compiled code alone, " + t.String()}, &codeSide[T]{values: v, tier: t}})
	}
	if g, ok := any(v).(*values[float64]); ok {
		columns = append(columns, column{Side{Name: "gonum", What: "gonum's floats"}, gonumSide{g}})
	}
	columns = append(columns, column{Side{Name: "Go loop", What: "a plain Go loop"}, loopSide[T]{v, 1}})
	return columns, nil
}
