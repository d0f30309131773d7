package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/triad-go/triad/runtime"
)

const (
	sortOneName    = "one core"
	sortAllName    = "all cores"
	sortSlicesName = "slices.Sort"
	sortRadixName  = "C radix"
	sortQsortName  = "C qsort"
)

var sortProgram = program{"sort", []string{"sort.c"}, "-O3 -march=native -fno-strict-aliasing"}

// sortInputs are what there is to sort.
var sortInputs = []struct {
	name string
	what string
	at   func(k, i, n int) float64 // element i of n, k counting over all arrays of a job
}{
	{"uniform", "evenly spread from 0 to 1", func(k, i, n int) float64 { return unitOf(hashOf(k)) }},
	{"bell", "sums of three such numbers, less 1.5", func(k, i, n int) float64 {
		h := splitMix(uint64(k))
		return unitOf(h) + unitOf(splitMix(h)) + unitOf(splitMix(h+1)) - 1.5
	}},
	{"integers", "whole numbers less than the number of elements", func(k, i, n int) float64 { return float64(hashOf(k) % uint64(n)) }},
	{"sorted", "rising", func(k, i, n int) float64 { return float64(i) }},
	{"reversed", "falling", func(k, i, n int) float64 { return float64(n - i) }},
	{"few", "16 different numbers", func(k, i, n int) float64 { return unitOf(splitMix(hashOf(k) % 16)) }},
	{"NaNs", "one in ten is a NaN", func(k, i, n int) float64 {
		if h := hashOf(k); h%10 != 0 {
			return unitOf(h)
		}
		return math.NaN()
	}},
}

// splitMix is element i of the generator SplitMix64.
func splitMix(i uint64) uint64 {
	z := (i + 1) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func hashOf(k int) uint64 { return splitMix(uint64(k)) }

func unitOf(h uint64) float64 { return float64(h>>11) * 0x1p-53 }

// sort times sorts of numbers beside the standard libraries' and a radix sort in C.
func (s *session) sort(ctx context.Context) (_ []Section, err error) {
	sizes, inputs := s.Elements, sortInputs
	if s.fewExpressions {
		sizes, inputs = []int{1000}, inputs[len(inputs)-2:]
	}
	var jobs []job
	most := 0
	for _, in := range inputs {
		of := sizes
		if of == nil {
			of = []int{1000, 100_000, 1_000_000, 10_000_000}
		}
		for _, n := range of {
			arrays := max(1, s.work/100/n)
			most = max(most, n*arrays)
			jobs = append(jobs, job{label: fmt.Sprintf("%s %d", in.name, n), name: in.name, n: n, launches: arrays, repetitions: 1})
		}
	}
	columns, err := columnsFor(s,
		func() ([]column, error) { return sortColumns[float64](ctx, s, most) },
		func() ([]column, error) { return sortColumns[float32](ctx, s, most) })
	defer func() { err = errors.Join(err, closeAll(columns)) }()
	if err != nil {
		return nil, err
	}
	if err := verifySorts(ctx, columns, jobs); err != nil {
		return nil, err
	}
	times, err := takeTurns(ctx, columns, jobs, s.Rounds, s.round("sort"))
	if err != nil {
		return nil, err
	}
	sec := Section{
		Name:  "sort",
		Title: fmt.Sprintf("nanoseconds an element, %v, median of %d rounds", s.Elem, s.Rounds),
		Unit:  "ns",
		Sides: describe(columns),
		Notes: []string{"A row's number is that of the elements. Short arrays are many, of different numbers, so that no processor learns them by heart; what they are copied from is copied before the time is taken."},
	}
	for _, in := range inputs {
		sec.Notes = append(sec.Notes, in.name+": "+in.what)
	}
	var pairs [][2]string
	for _, side := range []string{sortOneName, sortAllName} {
		pairs = append(pairs, [2]string{side, sortSlicesName}, [2]string{side, sortRadixName})
	}
	sec.fill(jobs, times, func(j job, ns float64) float64 { return ns / float64(j.launches) / float64(j.n) }, pairs)
	return []Section{sec}, nil
}

func sortColumns[T float](ctx context.Context, s *session, most int) (columns []column, err error) {
	arrays := &sortArrays[T]{from: make([]T, most), x: make([]T, most)}
	for _, c := range []struct{ name, executor, what string }{
		{sortOneName, "simd", "this library's Sort, one core"},
		{sortAllName, "pool", fmt.Sprintf("this library's Sort, %d workers, %s", s.workers, s.pinned())},
	} {
		ex, err := s.open(c.executor, tiers()[0])
		if err != nil {
			return columns, err
		}
		columns = append(columns, column{Side{Name: c.name, What: c.what}, &sortSide[T]{
			sortArrays: arrays,
			sort:       func(ctx context.Context, x []T) error { return runtime.Sort(ctx, ex, x) },
			closing:    ex.Close,
		}})
	}
	columns = append(columns, column{Side{Name: sortSlicesName, What: "of the standard library, one core"}, &sortSide[T]{
		sortArrays: arrays,
		sort:       func(_ context.Context, x []T) error { slices.Sort(x); return nil },
		closing:    func() error { return nil },
	}})
	for _, c := range []struct{ name, method, what string }{
		{sortRadixName, "radix", "a radix sort in C, digits of 11 bits, one core"},
		{sortQsortName, "qsort", "of the C library, one core"},
	} {
		col, err := s.startSortC(ctx, c.name, c.method, c.what, most)
		if err != nil {
			return columns, err
		}
		columns = append(columns, col)
	}
	return columns, nil
}

// startSortC starts the C program; the column is absent where it does not build.
func (s *session) startSortC(ctx context.Context, name, method, what string, most int) (column, error) {
	col := column{Side: Side{Name: name, What: what + ", " + sortProgram.flags}}
	path, err := s.tools.build(ctx, sortProgram, s.Elem)
	if err != nil {
		if ctx.Err() != nil {
			return col, context.Cause(ctx)
		}
		col.Absent = err.Error()
		return col, nil
	}
	srv, err := startServer(ctx, name, path, environment(1, s.pin), strconv.Itoa(most))
	if err != nil {
		if ctx.Err() != nil {
			return col, context.Cause(ctx)
		}
		return col, err
	}
	col.impl = sortServer{srv, method}
	return col, nil
}

// verifySorts compares five elements of each result, and warms everything up.
func verifySorts(ctx context.Context, columns []column, jobs []job) error {
	for _, j := range jobs {
		var want []float64
		var by string
		for _, c := range columns {
			side, ok := c.impl.(sampler)
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
			if want == nil {
				want, by = got, c.Name
				continue
			}
			for i, w := range want {
				if got[i] != w && (got[i] == got[i] || w == w) {
					return &WrongError{"sort", c.Name, fmt.Sprintf("%s (beside %s)", j.label, by), got[i], w}
				}
			}
		}
	}
	return nil
}

// sortServer is the C program.
type sortServer struct {
	*server
	method string
}

func (c sortServer) run(_ context.Context, j job) ([]float64, error) {
	return c.ask(fmt.Sprintf("run %s/%s %d %d %d", c.method, j.name, j.repetitions, j.n, j.launches))
}

func (c sortServer) sample() ([]float64, error) { return c.ask("check") }

// sortArrays are those of all sides in this process.
type sortArrays[T float] struct {
	from, x []T
	label   string // of the job that from is filled for
	n       int
}

// prepare copies the arrays of a job.
func (v *sortArrays[T]) prepare(j job) []T {
	all := j.n * j.launches
	if v.label != j.label {
		for _, in := range sortInputs {
			if in.name == j.name {
				for k := range all {
					v.from[k] = T(in.at(k, k%j.n, j.n))
				}
			}
		}
		v.label = j.label
	}
	v.n = j.n
	copy(v.x[:all], v.from)
	return v.x[:all]
}

func (v *sortArrays[T]) sample() ([]float64, error) {
	s := make([]float64, 5)
	for k := range s {
		s[k] = float64(v.x[(v.n-1)*k/4])
	}
	return s, nil
}

// sortSide sorts in this process.
type sortSide[T float] struct {
	*sortArrays[T]
	sort    func(ctx context.Context, x []T) error
	closing func() error
}

func (s *sortSide[T]) run(ctx context.Context, j job) ([]float64, error) {
	x := s.prepare(j)
	return timed(j, func() error {
		for k := j.launches - 1; k >= 0; k-- { // the first array last: it is the one that is looked at
			if err := s.sort(ctx, x[k*j.n:(k+1)*j.n]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *sortSide[T]) close() error { return s.closing() }
