package bench

import (
	"context"
	"errors"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// Every side sorts every input, of both types, as the others do.
func TestSortSides(t *testing.T) {
	for _, elem := range []kernels.Type{kernels.Float64, kernels.Float32} {
		c, err := tiny(elem).complete()
		if err != nil {
			t.Fatal(err)
		}
		c.fewExpressions, c.Elements = false, []int{5, 1000, 40_000}
		targets, _ := runtime.Targets()
		s := &session{Config: c, target: targets[0], workers: 2, tools: compilerOrSkip(t)}
		sections, err := s.sort(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if rows := len(sections[0].Rows); rows != 3*len(sortInputs) {
			t.Errorf("%v: %d rows", elem, rows)
		}
	}
}

// unsorted leaves everything as it is.
func unsorted(x *sortArrays[float64]) column {
	return column{Side{Name: "unsorted"}, &sortSide[float64]{
		sortArrays: x,
		sort:       func(context.Context, []float64) error { return nil },
		closing:    func() error { return nil },
	}}
}

func TestSortWrong(t *testing.T) {
	s := &session{Config: tiny(kernels.Float64), workers: 1, tools: &toolchain{err: errNoCompiler}}
	columns, err := sortColumns[float64](t.Context(), s, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(columns)
	x := &sortArrays[float64]{from: make([]float64, 100), x: make([]float64, 100)}
	jobs := []job{{label: "uniform 100", name: "uniform", n: 100, launches: 1, repetitions: 1}}
	var wrong *WrongError
	if err := verifySorts(t.Context(), append(columns, unsorted(x)), jobs); !errors.As(err, &wrong) || wrong.Side != "unsorted" {
		t.Errorf("the error is %v", err)
	}
}
