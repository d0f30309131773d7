package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
)

// symbolic times computer algebra, beside GiNaC and SymPy.
func (s *session) symbolic(ctx context.Context) (_ []Section, err error) {
	dir, err := os.MkdirTemp(s.tools.dir, "cas-") // within what Config.Keep keeps, if that is there
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	if !s.Keep || s.tools.dir == "" {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	if err := unpackCAS(dir); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	cases := s.cases()
	ours := &goSide{cases: symbolicWork}
	columns := []column{{Side{Name: triadName, What: "this library, one goroutine; before each repetition garbage is collected (but for printing), so that no term is found that an earlier one made"}, ours}}
	defer func() {
		if closed := closeAll(columns); err == nil {
			err = closed
		}
	}()
	peers, err := s.startCAS(ctx, dir)
	columns = append(columns, peers...)
	if err != nil {
		return nil, err
	}
	if err := verifyCases(ctx, columns, cases); err != nil {
		return nil, err
	}
	jobs := jobsOf(cases)
	times, err := takeTurns(ctx, columns, jobs, s.Rounds, s.round("symbolic"))
	if err != nil {
		return nil, err
	}
	sec := Section{
		Name:  "symbolic",
		Title: fmt.Sprintf("milliseconds, median of %d rounds", s.Rounds),
		Unit:  "ms",
		Sides: describe(columns),
		Notes: []string{
			"Every side's result of each case was compared: the number of terms where systems agree on what that is, and the value at a point, modulo a prime or in float64.",
			spendingNote + " Cases that take SymPy half a minute or more are run only when that is asked for (-slow).",
		},
	}
	sec.fill(jobs, times, func(_ job, ns float64) float64 { return ns / 1e6 }, [][2]string{{triadName, ginacName}, {triadName, sympyName}})
	terms, err := s.construction(ctx)
	return append([]Section{sec, allocations("symbolic", columns[:1], jobs)}, terms...), err
}

const triadName = "Triad"

// cases are those of the configuration.
func (s *session) cases() []algebraCase {
	if len(s.Cases) == 0 {
		return symbolicCases
	}
	var cases []algebraCase
	for _, c := range symbolicCases {
		if slices.Contains(s.Cases, c.name) {
			cases = append(cases, c)
		}
	}
	return cases
}

func caseNames() []string {
	names := make([]string, len(symbolicCases))
	for i, c := range symbolicCases {
		names[i] = c.name
	}
	return names
}
