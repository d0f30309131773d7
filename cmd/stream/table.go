package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/triad-go/triad/stream"
)

// writeTable prints the report for people.
func writeTable(w io.Writer, r *stream.Report, u unit) error {
	var b strings.Builder
	head := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-10s %s\n", name, fmt.Sprintf(format, args...))
	}
	for _, t := range r.Machine.Targets {
		text := t.Description
		if t.AvailableBytes > 0 {
			text += ", " + binarySize(t.AvailableBytes) + " available"
		}
		head("Target", "%s", text)
	}
	head("Program", "%s %s/%s", r.Machine.GoVersion, r.Machine.OS, r.Machine.Arch)
	head("Arrays", "%s of %s, %s each: %s", count(r.N, "element"), r.Type, u.size(r.ArrayBytes()), r.SizeWhy)
	head("Order", "%s", r.Order)
	for _, l := range r.Limits {
		var probes []string
		size := ""
		if l.N != r.N {
			size = " of " + count(l.N, "element")
		}
		for _, p := range l.Probes {
			probes = append(probes, fmt.Sprintf("%s %s (%s)", p.Kernel, u.rate(p.Rate), u.rate(p.MedianRate)))
		}
		text := fmt.Sprintf("%s: %s %s, reached by %s; probes%s, best (median): %s", l.Target, u.rate(l.Rate), u.tableName, l.By, size, strings.Join(probes, ", "))
		if l.Copy > 0 {
			text += "; the driver's copy: " + u.rate(l.Copy)
		}
		head("Limit", "%s", text)
	}
	if len(r.Limits) > 0 {
		head("", "the best rate that any launch reached in this run, probes included")
	}
	digits := timeDigits(r)
	said := map[string]string{} // stores: the executor they were said of
	for _, ex := range r.Executors {
		fmt.Fprintf(&b, "\n%s on %s: %s, %s, %s of arrays%s\n", ex.Name, ex.Target, ex.Tier, workers(r, ex), u.size(ex.Memory), memory(r, ex, u))
		t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprintf(t, "kernel\tbest %s\tmedian %s\tof limit\tmin (s)\tavg (s)\tmax (s)\tlaunches\t\n", u.tableName, u.tableName)
		for _, res := range ex.Results {
			fmt.Fprintf(t, "%s\t%s\t%s\t%.1f%%\t%.*f\t%.*f\t%.*f\t%d\t\n", res.Kernel, u.rate(res.BestRate), u.rate(res.MedianRate),
				100*res.Fraction, digits, res.Best, digits, res.Average, digits, res.Max, res.NumTimes)
		}
		t.Flush()
		if stores := stores(ex); said[stores] == "" {
			said[stores] = ex.Name
			b.WriteString(stores)
		} else {
			fmt.Fprintf(&b, "  stores: as on %s\n", said[stores])
		}
	}
	if rest := remarks(r); len(rest) > 0 {
		b.WriteString("\n")
		for _, line := range rest {
			b.WriteString(line + "\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// timeDigits is how many decimals show three digits of each time, as far as the
// clock tells them.
func timeDigits(r *stream.Report) int {
	digits := 6
	for _, ex := range r.Executors {
		for _, res := range ex.Results {
			if res.Best > 0 {
				digits = max(digits, 2-int(math.Floor(math.Log10(res.Best))))
			}
		}
	}
	return min(digits, 9)
}

// workers says how many took part, and why not all.
func workers(r *stream.Report, ex stream.ExecutorReport) string {
	if r.Device(ex.Target) != nil {
		return count(ex.Workers, "multiprocessor")
	}
	if ex.WorkersWhy == "" {
		return count(ex.Workers, "worker")
	}
	return fmt.Sprintf("%d of %s (%s)", ex.Workers, count(ex.MaxWorkers, "worker"), ex.WorkersWhy)
}

// memory says what there is to say of an executor's arrays.
func memory(r *stream.Report, ex stream.ExecutorReport, u unit) string {
	text := ""
	if ex.N != 0 {
		text = fmt.Sprintf(" of %s: %s", count(ex.N, "element"), ex.SizeWhy)
	}
	if r.Device(ex.Target) != nil {
		return text
	}
	return text + ", huge pages: " + hugePages(ex, u)
}

// hugePages says how much of an executor's arrays lies on them.
func hugePages(ex stream.ExecutorReport, u unit) string {
	switch {
	case !ex.HugePagesKnown:
		return "unknown"
	case ex.HugePages >= ex.Memory:
		return "all"
	case ex.HugePages == 0:
		return "none"
	}
	return u.size(ex.HugePages)
}

// stores says which kernels used non-temporal stores, which did not, and why, a
// line for each reason.
func stores(ex stream.ExecutorReport) string {
	var lines []string
	kernels := map[string][]string{}
	for _, res := range ex.Results {
		line := "plain stores"
		if res.NonTemporal {
			line = "non-temporal stores"
		}
		if res.Why != "" {
			line += ": " + res.Why
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
		kernels[line] = append(kernels[line], res.Kernel)
	}
	var b strings.Builder
	for _, line := range lines {
		fmt.Fprintf(&b, "  %s: %s\n", strings.Join(kernels[line], ", "), line)
	}
	return b.String()
}

// remarks are the sentences that belong to the figures.
func remarks(r *stream.Report) (lines []string) {
	for _, l := range r.LeftOut {
		lines = append(lines, fmt.Sprintf("Left out: %s: %s; -executor %s asks for it.", l.Executor, l.Reason, l.Executor))
	}
	for _, note := range r.Notes {
		lines = append(lines, "Note: "+note)
	}
	return lines
}

func writeRemarks(w io.Writer, r *stream.Report) {
	for _, line := range remarks(r) {
		fmt.Fprintln(w, "stream: "+line)
	}
}
