package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// compile times the way from a text to code that runs. A constant that no text
// before had makes each program a new one.
func (s *session) compile(ctx context.Context) ([]Section, error) {
	ts := tiers()
	sec := Section{
		Name: "compile",
		Unit: "µs",
		Notes: []string{
			"The text is triad with a constant that no text before had: a = b + 0.4000001*c. All of them were compiled in one process, one after the other.",
			"A cache hit is the same text once more.",
		},
	}
	stages := []string{"text to code", "  parse, optimise and lower", "  machine code", "cache hit"}
	rows := make([]Row, len(stages))
	for i, name := range stages {
		rows[i] = Row{Label: name, Cells: make([]*Stats, len(ts))}
	}
	count := 20 * s.Rounds
	sec.Title = fmt.Sprintf("microseconds, median of %d programs", count)
	for i, t := range ts {
		sec.Sides = append(sec.Sides, Side{Name: t.String(), What: "this library, compiling for " + t.String()})
		took := make([][]float64, len(stages))
		for c := range count {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			text := fmt.Sprintf("a = b + 0.%d*c", 4000001+i*count+c)
			parse, machine, err := compileText(text, t)
			if err != nil {
				return nil, err
			}
			again, hit, err := compileText(text, t)
			if err != nil {
				return nil, err
			}
			for stage, d := range []time.Duration{parse + machine, parse, machine, again + hit} {
				took[stage] = append(took[stage], float64(d.Nanoseconds())/1e3)
			}
		}
		for stage := range stages {
			stats := summarize(took[stage])
			rows[stage].Cells[i] = &stats
		}
	}
	sec.Rows = rows
	return []Section{sec}, nil
}

func compileText(text string, t simd.Tier) (parse, machine time.Duration, err error) {
	start := time.Now()
	k, err := kernels.Parse("triad", text)
	if err != nil {
		return 0, 0, err
	}
	p := k.Program(kernels.Float64)
	parsed := time.Now()
	_, err = simd.Compile(p, simd.Options{Tier: t})
	return parsed.Sub(start), time.Since(parsed), err
}
