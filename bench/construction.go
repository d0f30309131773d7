package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/triad-go/triad/symbolic"
)

// The terms of one run, shared out over the goroutines.
const constructed = 400_000

// construction times making terms on one goroutine and on two: terms that are
// new, and terms that are there already.
func (s *session) construction(ctx context.Context) (_ []Section, err error) {
	cases := []algebraCase{
		{name: "new", label: "new terms"},
		{name: "again", label: "terms that are there"},
	}
	var columns []column
	for _, goroutines := range []int{1, 2} {
		name := goroutinesName(goroutines)
		columns = append(columns, column{
			Side{Name: name, What: fmt.Sprintf("%d terms by %s, each with an operand that is there", constructed, name)},
			&goSide{cases: map[string]preparation{"new": newTerms(goroutines), "again": sameTerms(goroutines)}},
		})
	}
	defer func() { err = errors.Join(err, closeAll(columns)) }()
	if err := verifyCases(ctx, columns, cases); err != nil {
		return nil, err
	}
	jobs := jobsOf(cases)
	times, err := takeTurns(ctx, columns, jobs, s.Rounds, s.round("construction"))
	if err != nil {
		return nil, err
	}
	sec := Section{
		Name:  "symbolic",
		Title: fmt.Sprintf("nanoseconds for each term made, median of %d rounds", s.Rounds),
		Unit:  "ns",
		Sides: describe(columns),
	}
	sec.fill(jobs, times, func(_ job, ns float64) float64 { return ns / constructed }, [][2]string{{goroutinesName(2), goroutinesName(1)}})
	memory := allocations("symbolic", columns, jobs)
	return []Section{sec, memory}, nil
}

func goroutinesName(n int) string {
	if n == 1 {
		return "1 goroutine"
	}
	return fmt.Sprintf("%d goroutines", n)
}

// serial makes names of variables that no term had before.
var serial atomic.Int64

// newTerms has the goroutines build chains of products, each from a variable of
// its own.
func newTerms(goroutines int) preparation {
	return func() (func() error, func() (result, error)) {
		const length = 100
		chains := make([]symbolic.Expr, constructed/length)
		for i := range chains {
			chains[i] = symbolic.Var(fmt.Sprintf("new%d", serial.Add(1)))
		}
		return onGoroutines(goroutines, func(g int) {
			for i := g; i < len(chains); i += goroutines {
				for range length {
					chains[i] = chains[i].Mul(x)
				}
			}
		})
	}
}

// sameTerms has the goroutines make the same thousand terms over and over.
func sameTerms(goroutines int) preparation {
	return func() (func() error, func() (result, error)) {
		const count = 1000
		vars := make([]symbolic.Expr, count)
		terms := make([]symbolic.Expr, count)
		for i := range vars {
			vars[i] = symbolic.Var(fmt.Sprintf("v%d", i))
			terms[i] = vars[i].Mul(x)
		}
		return onGoroutines(goroutines, func(int) {
			for i := range constructed / goroutines {
				if i %= count; vars[i].Mul(x) != terms[i] {
					panic("bench: a term that was there is another one now")
				}
			}
		})
	}
}

func onGoroutines(goroutines int, f func(g int)) (func() error, func() (result, error)) {
	return func() error {
			var wg sync.WaitGroup
			for g := range goroutines {
				wg.Go(func() { f(g) })
			}
			wg.Wait()
			return nil
		}, func() (result, error) {
			return result{}, nil
		}
}
