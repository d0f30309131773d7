package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
)

// The flags of the C sides. gcc prefers vectors of 256 bits on some processors
// that have longer ones.
const (
	ofast    = "-Ofast -march=native"
	ofast512 = ofast + " -mprefer-vector-width=512"
)

// functions times elementary functions beside libmvec and package math.
func (s *session) functions(ctx context.Context) ([]Section, error) {
	sizes := s.Elements
	if sizes == nil {
		sizes = []int{1000}
	}
	list := functions()
	if s.fewExpressions {
		list = list[:3]
	}
	sec, err := s.elementwise(ctx, "functions", list, sizes, false)
	if err != nil {
		return nil, err
	}
	sec.Notes = append(sec.Notes,
		"C is compiled with the C library's vector functions, which may be wrong by 4 units in the last place; those of this library by 1 (pow, gamma, lgamma, erfc: 2). Functions that libmvec does not have are called one element at a time.",
		"sinpi and cospi are sin and cos of a product in C and Go, exp10 is math.Pow(10, x) in Go.")
	return []Section{sec}, nil
}

// expressions times expressions beside C, NumPy, numexpr and Numba.
func (s *session) expressions(ctx context.Context) ([]Section, error) {
	sizes := s.Elements
	if sizes == nil {
		sizes = []int{1000, 16000, 10_000_000}
	}
	list := expressions()
	if s.fewExpressions {
		list, sizes = list[:2], []int{1000}
	}
	sec, err := s.elementwise(ctx, "expressions", list, sizes, true)
	if err != nil {
		return nil, err
	}
	sec.Notes = append(sec.Notes, "The kernels are optimised in class Rounding, as by default. NumPy works on blocks of 16384 elements.")
	return []Section{sec}, nil
}

// elementwise measures a list of expressions; in the second list of peers are
// Python's systems and all cores, otherwise a loop over package math.
func (s *session) elementwise(ctx context.Context, name string, list []*elementwise, sizes []int, python bool) (sec Section, err error) {
	most := 0
	for _, n := range sizes {
		most = max(most, n)
	}
	var columns []column
	defer func() { err = errors.Join(err, closeAll(columns)) }()
	if s.Elem == kernels.Float32 {
		columns, err = elementwiseColumns[float32](ctx, s, name, list, most, python)
	} else {
		columns, err = elementwiseColumns[float64](ctx, s, name, list, most, python)
	}
	if err != nil {
		return sec, err
	}
	var jobs []job
	for _, e := range list {
		for _, n := range sizes {
			jobs = append(jobs, elementwiseJob(e, n, s.work/25))
		}
	}
	if err := s.verifyElementwise(ctx, name, columns, jobs); err != nil {
		return sec, err
	}
	times, err := takeTurns(ctx, columns, jobs, s.Rounds, s.round(name))
	if err != nil {
		return sec, err
	}
	sec = Section{
		Name:  name,
		Title: fmt.Sprintf("nanoseconds an element, %v, median of %d rounds", s.Elem, s.Rounds),
		Unit:  "ns",
		Sides: describe(columns),
		Notes: []string{"A row's number is that of the elements: 1000 are in the first level of cache, 16000 in the second, 10000000 in memory."},
	}
	var pairs [][2]string
	for i, t := range tiers() {
		if t == simd.AVX2 && sec.side(cAVX2Name) >= 0 {
			pairs = append(pairs, [2]string{t.String(), cAVX2Name})
			continue
		}
		pairs = append(pairs, [2]string{t.String(), cName})
		if i == 0 {
			pairs = append(pairs, [2]string{t.String(), c512Name}, [2]string{t.String(), mathName}, [2]string{t.String(), numpyName}, [2]string{t.String(), numexprName}, [2]string{t.String(), numbaName})
		}
	}
	sec.fill(jobs, times, func(j job, ns float64) float64 { return ns / float64(j.launches) / float64(j.n) }, pairs)
	return sec, nil
}

const (
	c512Name    = "C, 512 bits"
	mathName    = "Go math"
	numpyName   = "NumPy"
	numexprName = "numexpr"
	numbaName   = "Numba"
)

func elementwiseColumns[T float](ctx context.Context, s *session, name string, list []*elementwise, most int, python bool) (columns []column, err error) {
	for _, c := range []struct{ name, program, flags string }{{cName, name, ofast}, {c512Name, name + "-512", ofast512}, {cAVX2Name, name + "-avx2", ofast + " -mno-avx512f"}} {
		if c.name != cName && tiers()[0] != simd.AVX512 {
			continue
		}
		col, err := s.startElementwiseC(ctx, c.name, c.program, list, c.flags, most)
		if err != nil {
			return columns, err
		}
		columns = append(columns, col)
	}
	x := newElementwiseArrays[T](most)
	made := map[string]*kernels.Kernel{}
	in := map[string][][2]float64{}
	for _, e := range list {
		k, err := e.kernel()
		if err != nil {
			return columns, err
		}
		made[e.name], in[e.name] = k, e.ranges
	}
	launch := func(executor, name, what string, tier simd.Tier) error {
		ex, err := s.open(executor, tier)
		if err != nil {
			return err
		}
		columns = append(columns, column{Side{Name: name, What: what}, &elementwiseLaunch[T]{ex: ex, cases: made, in: in, x: x, calls: map[string]*runtime.Call{}}})
		return nil
	}
	for _, t := range tiers() {
		if !python {
			columns = append(columns, column{Side{Name: t.String(), What: "this library's compiled code, one core, " + t.String()},
				&elementwiseCode[T]{tier: t, cases: made, in: in, x: x, runners: map[string]*simd.Runner{}}})
		} else if err := launch("simd", t.String(), "this library, launches on one core, "+t.String(), t); err != nil {
			return columns, err
		}
	}
	if !python {
		if v, ok := any(x).(*elementwiseArrays[float64]); ok {
			columns = append(columns, column{Side{Name: mathName, What: "a loop over package math"}, &elementwiseLoop{cases: list, x: v}})
		}
		return columns, nil
	}
	if s.workers > 1 {
		t := tiers()[0]
		if err := launch("pool", t.String()+", all cores", fmt.Sprintf("this library, %d cores, %v", s.workers, t), t); err != nil {
			return columns, err
		}
	}
	dir, err := os.MkdirTemp("", "triad-bench-")
	if err != nil {
		return columns, fmt.Errorf("bench: %w", err)
	}
	defer os.RemoveAll(dir) // the scripts are read when they start
	for _, c := range []struct{ name, what, module string }{
		{numpyName, "in blocks of 16384 elements", "numpy"},
		{numexprName, "one thread", "numexpr"},
		{numbaName, "njit with fastmath, one thread", "numba"},
	} {
		col, err := s.startElementwisePython(ctx, dir, c.name, c.what, c.module, list, most)
		if err != nil {
			return columns, err
		}
		columns = append(columns, col)
	}
	return columns, nil
}

// verifyElementwise compares five elements of each result between all sides.
func (s *session) verifyElementwise(ctx context.Context, name string, columns []column, jobs []job) error {
	tolerance := 1e-9
	if s.Elem == kernels.Float32 {
		tolerance = 1e-3 // cancellation in the expressions
	}
	for _, j := range jobs {
		j.launches, j.repetitions = 1, 1
		var want []float64
		var by string
		for _, c := range columns {
			side, ok := c.impl.(sampler)
			if !ok {
				continue
			}
			switch _, err := side.run(ctx, j); {
			case errors.Is(err, errNoKernel):
				continue
			case err != nil:
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
			for i := range want {
				if d := math.Abs(got[i] - want[i]); !(d <= tolerance*max(1, math.Abs(want[i]))) {
					return &WrongError{name, c.Name, fmt.Sprintf("%s (beside %s)", j.label, by), got[i], want[i]}
				}
			}
		}
	}
	return nil
}
