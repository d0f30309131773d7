package bench

import (
	"context"
	"errors"
	"testing"

	"github.com/triad-go/triad/kernels"
)

// Every side is there where there is a compiler, and computes what the others do.
func TestArraysSides(t *testing.T) {
	for _, workers := range []int{1, 3} {
		s := &session{Config: tiny(kernels.Float32), workers: workers, tools: compilerOrSkip(t)} // the type is not asked for
		sections, err := s.arrays(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, sec := range sections {
			if len(sec.Rows) != len(arraysCases) {
				t.Errorf("%d workers: %d rows", workers, len(sec.Rows))
			}
		}
	}
}

// Lists that take several chunks of all threads, and one that is not whole.
func TestArraysChunks(t *testing.T) {
	s := &session{Config: tiny(kernels.Float64), workers: 3, tools: compilerOrSkip(t)}
	const n = 500_001
	v := newArrayValues(n, n)
	columns, err := s.arraysColumns(t.Context(), v)
	defer closeAll(columns)
	if err != nil {
		t.Fatal(err)
	}
	var jobs []job
	for _, c := range arraysCases {
		if c.axes == 0 {
			j := job{label: c.name, name: c.name, n: n, launches: 1, repetitions: 1}
			if c.square {
				j.n = 700 * 700
			}
			jobs = append(jobs, j)
		}
	}
	if err := s.verifyElementwise(t.Context(), "arrays", columns, jobs); err != nil {
		t.Error(err)
	}
}

// idler does nothing.
type idler struct{ *arrayValues }

func (s idler) run(_ context.Context, j job) ([]float64, error) {
	s.prepare(j)
	return []float64{1}, nil
}

func (idler) close() error { return nil }

func TestArraysWrong(t *testing.T) {
	s := &session{Config: tiny(kernels.Float64), workers: 1}
	const n = 9 * 9
	v := newArrayValues(9*n, 9*n)
	for _, c := range arraysCases {
		size := n
		if c.axes == 3 {
			size = 9 * n
		}
		columns := []column{{Side{Name: "Go"}, arraysGo{v}}, {Side{Name: "idler"}, idler{v}}}
		jobs := []job{{label: c.name, name: c.name, n: size, launches: 1, repetitions: 1}}
		var wrong *WrongError
		if err := s.verifyElementwise(t.Context(), "arrays", columns, jobs); !errors.As(err, &wrong) || wrong.Side != "idler" {
			t.Errorf("%s: the error is %v", c.name, err)
		}
	}
}
