package symbolic

import (
	"context"
	"fmt"
	"math"

	"github.com/triad-go/triad/symbolic/internal/poly"
)

// Limits bounds what is worked out of polynomials, by what it takes and not by
// the time: the same terms are refused on every machine. A field that is 0
// stands for the default, a negative one for no bound.
type Limits struct {
	Terms int   // terms of a polynomial; the default is 1<<20
	Bits  int   // length of an exact coefficient in bits; 1<<20
	Words int   // 64-bit words of a polynomial; 1<<24
	Steps int64 // steps of work in all, a nanosecond or so each; 1<<35
}

// LimitError says that a polynomial would not fit the limits. Where its size is
// known beforehand it has not been worked out.
type LimitError struct {
	Op   string // "pow", "mul", …
	What string // "terms", "bits", "words", "degree", "steps" or "passes"
	Need uint64 // at least, as far as was seen
	Max  uint64
	Term Expr // what was being worked out
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("symbolic: %s needs at least %d %s, more than the limit of %d", e.Op, e.Need, e.What, e.Max)
}

// work is work on polynomials within limits.
type work struct {
	ctx      context.Context
	limit    poly.Limit
	steps    int64
	maxSteps int64
}

func newWork(ctx context.Context, l Limits) *work {
	or := func(v, standard int64) int64 {
		switch {
		case v == 0:
			return standard
		case v < 0:
			return 0
		}
		return v
	}
	w := &work{ctx: ctx, maxSteps: or(l.Steps, 1<<35)}
	w.limit = poly.Limit{
		Terms: int(or(int64(l.Terms), 1<<20)),
		Bits:  int(or(int64(l.Bits), 1<<20)),
		Words: int(or(int64(l.Words), 1<<24)),
	}
	w.limit.Check = func() error { return w.spend(1 << 20) }
	return w
}

// limitFor is the limit of polynomials in n variables, whose monomials take
// memory too.
func (w *work) limitFor(n int) poly.Limit {
	l := w.limit
	if words := (n + 15) / 16; l.Words > 0 && words > 1 {
		most := max(l.Words/words, 1)
		if l.Terms == 0 || l.Terms > most {
			l.Terms = most
		}
	}
	return l
}

// spend counts steps, and looks whether the work is to end.
func (w *work) spend(steps int) error {
	w.steps += int64(steps)
	if w.maxSteps > 0 && w.steps > w.maxSteps {
		return &poly.LimitError{Op: "work", What: "steps", Need: uint64(w.steps), Max: uint64(w.maxSteps)}
	}
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	return nil
}

// errorIn is an error that came while n was worked out.
func errorIn(n *node, err error) error {
	if e, ok := err.(*poly.LimitError); ok {
		return &LimitError{e.Op, e.What, e.Need, e.Max, Expr{n}}
	}
	return err
}

// maxPasses bounds how often a result is worked on again: each time there are
// fewer roots in roots whose powers can be taken.
const maxPasses = 64

// again is an error if there have been too many passes.
func again(passes int, n *node) error {
	if passes < maxPasses {
		return nil
	}
	return &LimitError{"expand", "passes", uint64(passes) + 1, maxPasses, Expr{n}}
}

// tooHigh is the error of an exponent that no polynomial can have.
func tooHigh() error {
	return &poly.LimitError{Op: "pow", What: "degree", Need: math.MaxUint64, Max: poly.MaxDegree}
}
