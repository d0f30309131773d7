package runtime

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/triad-go/triad/kernels"
)

// Choose returns the one of the candidates that is predicted to launch a kernel with these arguments the fastest, the time
// included that arrays take to a device and back, and what the choice was made by. Of candidates as fast as each other it is the first.
// The choice depends on the kernel, on where arrays lie and how large they are, and on the candidates' figures alone.
//
// A candidate can not be chosen that does not reach a [Buffer], that is closed, or that is no [Estimator]. If none is left,
// the error is a [*NoChoiceError]. A kernel or arguments that no executor takes give the errors of [Check]; no
// candidate at all, or one that is nil, a [*ValueError].
//
// Executors that have not been told their [Rates] with [Assume] measure them, the first time that one like them is asked: that takes
// some 0.1 s.
func Choose(k *kernels.Kernel, args Args, candidates ...Executor) (Executor, *Choice, error) {
	if len(candidates) == 0 {
		return nil, nil, &ValueError{Name: "Choose", Value: 0, Want: "at least one candidate"}
	}
	for _, ex := range candidates {
		if ex == nil {
			return nil, nil, &ValueError{Name: "Choose", Value: nil, Want: "candidates that are not nil"}
		}
	}
	b, err := CheckOn(func(Memory) string { return "" }, k, args) // whether candidates reach it, they say
	if err != nil {
		return nil, nil, err
	}
	c := &Choice{Kernel: k.Name(), N: b.Frame.N, Winner: -1}
	for i, ex := range candidates {
		candidate := Candidate{Executor: ex.Name(), Target: ex.Target().Name}
		if e, ok := ex.(Estimator); ok {
			candidate.Estimate, candidate.Err = e.Estimate(b)
		} else {
			candidate.Err = &UnsupportedError{Executor: ex.Name(), Feature: "prediction"}
		}
		c.Candidates = append(c.Candidates, candidate)
		if candidate.Err == nil && (c.Winner < 0 || candidate.Estimate.Total < c.Candidates[c.Winner].Estimate.Total) {
			c.Winner = i
		}
	}
	if c.Winner < 0 {
		return nil, c, &NoChoiceError{Choice: c}
	}
	return candidates[c.Winner], c, nil
}

// Choice is what [Choose] chose an executor by.
type Choice struct {
	Kernel     string
	N          int         // elements of a launch
	Candidates []Candidate // as Choose was given them
	Winner     int         // which of them was chosen; -1 if none can launch it
}

// Candidate is an executor among others.
type Candidate struct {
	Executor string // its name
	Target   string // its target's name
	Estimate Estimate
	Err      error // why it cannot be chosen, or nil
}

// NoChoiceError says that none of the candidates can launch a kernel. It unwraps to what keeps each of
// them from it.
type NoChoiceError struct{ Choice *Choice }

func (e *NoChoiceError) Error() string {
	reasons := make([]string, len(e.Choice.Candidates))
	for i, c := range e.Choice.Candidates {
		reasons[i] = c.Executor + ": " + c.why()
	}
	return fmt.Sprintf("runtime: %s: no executor can be chosen: %s", e.Choice.Kernel, strings.Join(reasons, "; "))
}

// Unwrap returns the candidates' errors.
func (e *NoChoiceError) Unwrap() []error {
	errs := make([]error, len(e.Choice.Candidates))
	for i, c := range e.Choice.Candidates {
		errs[i] = c.Err
	}
	return errs
}

// String explains the choice in a sentence and a table. Its form may change.
func (c *Choice) String() string {
	rows := [][]string{{"", "launch", "memory", "compute", "copy in", "copy out", "total"}}
	for i, candidate := range c.Candidates {
		name := "  " + candidate.Executor
		if i == c.Winner {
			name = "* " + candidate.Executor
		}
		if candidate.Err != nil {
			rows = append(rows, []string{name, candidate.why()})
			continue
		}
		row := []string{name}
		for _, p := range candidate.Estimate.parts() {
			row = append(row, formatTime(p.time))
		}
		rows = append(rows, append(row, formatTime(candidate.Estimate.Total)))
	}
	return fmt.Sprintf("%s, %s: %s\n", c.Kernel, plural(c.N, "element"), c.reason()) + formatTable(rows)
}

// reason says in words why the winner is the winner.
func (c *Choice) reason() string {
	if c.Winner < 0 {
		return "no executor can be chosen"
	}
	winner, second := c.Candidates[c.Winner], -1
	for i, candidate := range c.Candidates {
		if i != c.Winner && candidate.Err == nil && (second < 0 || candidate.Estimate.Total < c.Candidates[second].Estimate.Total) {
			second = i
		}
	}
	if second < 0 {
		return winner.Executor + ", as no other can be chosen"
	}
	other := c.Candidates[second]
	if other.Estimate.Total == winner.Estimate.Total {
		return winner.Executor + ", named before " + other.Executor + ", which would take the same time"
	}
	s := fmt.Sprintf("%s; %s would take ", winner.Executor, other.Executor)
	if winner.Estimate.Total > 0 {
		s += strconv.FormatFloat(float64(other.Estimate.Total)/float64(winner.Estimate.Total), 'g', 3, 64) + " times as long"
	} else {
		s += formatTime(other.Estimate.Total)
	}
	// What the other takes longer for the most.
	longest, most := "", time.Duration(0)
	mine := winner.Estimate.parts()
	for i, p := range other.Estimate.parts() {
		if more := p.time - mine[i].time; more > most {
			longest, most = p.what, more
		}
	}
	if longest != "" {
		s += ", mostly " + longest
	}
	return s
}

// part is one of the times that an Estimate is made of.
type part struct {
	what string
	time time.Duration
}

func (e Estimate) parts() [5]part {
	return [5]part{
		{"to launch", e.Launch},
		{"to move arrays between memory and processor", e.Memory},
		{"to compute", e.Compute},
		{"to copy " + formatBytes(e.BytesIn) + " to the device", e.CopyIn},
		{"to copy " + formatBytes(e.BytesOut) + " from the device", e.CopyOut},
	}
}

// why is the candidate's error without what the reader knows.
func (c Candidate) why() string {
	var arg *ArgError
	var unsupported *UnsupportedError
	switch {
	case errors.As(c.Err, &arg):
		return arg.Name + ": " + arg.Detail
	case errors.As(c.Err, &unsupported) && unsupported.Feature == "prediction":
		return "it predicts no times"
	}
	return strings.TrimPrefix(c.Err.Error(), "runtime: ")
}

// formatTime writes a time with three digits.
func formatTime(d time.Duration) string {
	if d <= 0 {
		return "-"
	}
	v, unit := float64(d), "ns"
	for _, larger := range []string{"µs", "ms", "s"} {
		if v < 999.5 {
			break
		}
		v, unit = v/1000, larger
	}
	digits := 2
	switch {
	case unit == "ns" || v >= 99.95:
		digits = 0
	case v >= 9.995:
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64) + " " + unit
}

// formatTable aligns the first column to the left and the others to the right. Rows that are shorter than the first are not
// aligned past their first column.
func formatTable(rows [][]string) string {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			if i == 0 || len(row) == len(widths) {
				widths[i] = max(widths[i], utf8.RuneCountInString(cell))
			}
		}
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row {
			gap := strings.Repeat(" ", max(widths[i]-utf8.RuneCountInString(cell), 0))
			switch {
			case i == 0:
				b.WriteString(cell + gap)
			case len(row) < len(widths):
				b.WriteString("  " + cell)
			default:
				b.WriteString("  " + gap + cell)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
