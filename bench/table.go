package bench

import (
	"fmt"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// Text writes the report as tables for a terminal.
func (r *Report) Text(w io.Writer) error { return r.write(w, textTable, "") }

// Markdown writes the report as tables in Markdown, as README.md has them.
func (r *Report) Markdown(w io.Writer) error { return r.write(w, markdownTable, "### ") }

func (r *Report) write(w io.Writer, table func([][]string) string, heading string) error {
	var b strings.Builder
	for _, line := range []string{r.Machine, r.Go, r.Compiler} {
		fmt.Fprintf(&b, "%s%s\n", bullet(heading), line)
	}
	if r.Programs != "" {
		fmt.Fprintf(&b, "%sThe C programs: %s\n", bullet(heading), r.Programs)
	}
	for _, sec := range r.Sections {
		fmt.Fprintf(&b, "\n%s%s: %s\n\n", heading, sec.Name, sec.Title)
		b.WriteString(table(sec.values()))
		if len(sec.Ratios) > 0 {
			fmt.Fprintf(&b, "\nTimes as fast: the ratio of the medians (the middle half of the rounds)\n\n")
			b.WriteString(table(sec.ratios()))
		}
		b.WriteByte('\n')
		for _, s := range sec.Sides {
			fmt.Fprintf(&b, "- %s: %s", s.Name, s.What)
			if s.Absent != "" {
				fmt.Fprintf(&b, " (not measured: %s)", s.Absent)
			}
			b.WriteByte('\n')
		}
		for _, n := range sec.Notes {
			fmt.Fprintf(&b, "- %s\n", n)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// bullet makes lines of Markdown that would else run together a list.
func bullet(heading string) string {
	if heading == "" {
		return ""
	}
	return "- "
}

func (sec *Section) values() [][]string {
	head := []string{sec.Unit}
	for _, s := range sec.Sides {
		head = append(head, s.Name)
	}
	lines := [][]string{head}
	for _, row := range sec.Rows {
		line := []string{row.Label}
		for i, c := range row.Cells {
			switch {
			case c != nil:
				line = append(line, number(c.Median))
			case sec.Sides[i].Absent != "":
				line = append(line, sec.Sides[i].Absent)
			default:
				line = append(line, "–")
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func (sec *Section) ratios() [][]string {
	head := []string{""}
	for _, r := range sec.Ratios {
		head = append(head, r.Side+" / "+r.Peer)
	}
	lines := [][]string{head}
	for i, row := range sec.Rows {
		line := []string{row.Label}
		for _, r := range sec.Ratios {
			if c := r.Rows[i]; c != nil {
				line = append(line, fmt.Sprintf("%.2f (%.2f–%.2f)", c.OfMedians, c.OfRounds.Q1, c.OfRounds.Q3))
			} else {
				line = append(line, "–")
			}
		}
		lines = append(lines, line)
	}
	return lines
}

// number writes v with three digits or so; a count of something is whole.
func number(v float64) string {
	switch a := math.Abs(v); {
	case a >= 100 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a >= 0.1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.2g", v)
}

// textTable lays out lines of cells in columns: the first to the left, the
// others to the right.
func textTable(lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, line := range lines {
		for i, cell := range line {
			space := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString(cell + space)
			} else {
				b.WriteString("  " + space + cell)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func markdownTable(lines [][]string) string {
	var b strings.Builder
	for i, line := range lines {
		for _, cell := range line {
			b.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString("|---" + strings.Repeat("|--:", len(line)-1) + "|\n")
		}
	}
	return b.String()
}
