package bench

import (
	"context"
	"errors"
	"testing"

	"github.com/triad-go/triad/kernels"
)

// Every side draws numbers of the distributions asked for, and those that count as Philox does draw the same.
func TestDrawsSides(t *testing.T) {
	for _, workers := range []int{1, 3} {
		s := &session{Config: tiny(kernels.Float64), workers: workers, tools: compilerOrSkip(t)}
		sections, err := s.montecarlo(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if len(sections) != 1 || len(sections[0].Rows) != len(drawsCases) {
			t.Errorf("%d workers: %+v", workers, sections)
		}
	}
}

// drawer does nothing, and says that it found what it is told to say.
type drawer struct{ sum float64 }

func (drawer) run(context.Context, job) ([]float64, error) { return []float64{1}, nil }
func (d drawer) sample() ([]float64, error)                { return []float64{d.sum}, nil }
func (drawer) close() error                                { return nil }

func TestDrawsWrong(t *testing.T) {
	const n = 5000
	for _, c := range drawsCases {
		jobs := []job{{label: c.name, name: c.name, n: n, launches: 1, repetitions: 1}}
		mean, deviation := c.exact()
		for _, errors5 := range []struct {
			of float64
			ok bool
		}{{0, true}, {4.9, true}, {-4.9, true}, {5.1, false}, {-5.1, false}} {
			columns := []column{{Side{Name: "drawer"}, drawer{n*mean + errors5.of*deviation*70.710678118654752}}}
			var wrong *WrongError
			if err := verifyDraws(t.Context(), columns, jobs); errors5.ok != (err == nil) || !errors5.ok && (!errors.As(err, &wrong) || wrong.Side != "drawer") {
				t.Errorf("%s, %v standard errors off: %v", c.name, errors5.of, err)
			}
		}
	}
}
