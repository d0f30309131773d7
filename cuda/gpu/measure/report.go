package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/triad-go/triad/runtime"
)

// report is the outcome. Times are nanoseconds, rates bytes a second.
type report struct {
	Date      time.Time `json:"date"`
	Executor  string    `json:"executor"`
	Target    target    `json:"target"`
	GoVersion string    `json:"go_version"`
	Seed      uint64    `json:"seed"`

	Bits    []comparison `json:"bits,omitempty"`
	Launch  []launched   `json:"launch,omitempty"`
	Latency []latency    `json:"latency,omitempty"`
	Host    []streamed   `json:"host,omitempty"`
	Errors  []string     `json:"errors,omitempty"`
}

// target is where the executor works.
type target struct {
	Name       string `json:"name"`
	Model      string `json:"model"`
	Capability string `json:"compute_capability,omitempty"`
	Driver     string `json:"driver,omitempty"`
	UUID       string `json:"uuid,omitempty"`
}

func describe(t runtime.Target) target {
	d := target{Name: t.Name, Model: t.Model}
	if t.Device != nil {
		d.Capability, d.Driver, d.UUID = t.Device.Capability, t.Device.Driver, t.Device.UUID
	}
	return d
}

// markdown prints a table of each section.
func (r *report) markdown(w io.Writer) error {
	var b strings.Builder
	where := r.Target.Model
	if r.Target.Capability != "" {
		where += ", compute capability " + r.Target.Capability + ", driver API " + r.Target.Driver
	}
	fmt.Fprintf(&b, "## %s on %s\n\n%s, %s\n", r.Executor, where, r.Date.Format(time.DateOnly), r.GoVersion)
	table := func(title string, rows int, head ...string) bool {
		if rows == 0 {
			return false
		}
		fmt.Fprintf(&b, "\n### %s\n\n| %s |\n|%s\n", title, strings.Join(head, " | "), strings.Repeat("---|", len(head)))
		return true
	}
	row := func(cells ...any) {
		for _, c := range cells {
			fmt.Fprintf(&b, "| %v ", c)
		}
		b.WriteString("|\n")
	}
	if table("Bits", len(r.Bits), "what", "against", "kernels", "values", "different", "seconds") {
		for _, c := range r.Bits {
			row(c.What, c.Against, c.Kernels, c.Values, c.Different, fmt.Sprintf("%.1f", c.Seconds))
		}
	}
	if table("A launch of buffers", len(r.Launch), "kernel", "elements", "median µs", "best µs", "on the device µs", "bytes of garbage") {
		for _, l := range r.Launch {
			device := "-"
			if l.Device > 0 {
				device = micros(l.Device)
			}
			row(l.Kernel, l.Elements, micros(l.Median), micros(l.Best), device, l.Garbage)
		}
	}
	if table("The first kernel of a process", len(r.Latency), "compiled code", "open and buffers ms", "first launch ms", "second launch µs") {
		for _, l := range r.Latency {
			row(l.Cache, millis(l.Open), millis(l.First), micros(l.Second))
		}
	}
	if table("Arrays in the host's memory", len(r.Host), "kernel", "copied", "MB", "best GB/s", "median GB/s", "link GB/s", "of the link") {
		for _, h := range r.Host {
			link, of := "-", "-"
			if h.Link > 0 {
				link, of = giga(h.Link), fmt.Sprintf("%.0f%%", 100*h.Best/h.Link)
			}
			row(h.Kernel, h.Copied, h.Bytes/1e6, giga(h.Best), giga(h.Median), link, of)
		}
	}
	for _, e := range r.Errors {
		fmt.Fprintf(&b, "\n**FAILED** %s\n", e)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func micros(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/1e3) }
func millis(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/1e6) }
func giga(rate float64) string      { return fmt.Sprintf("%.2f", rate/1e9) }

// median is the middle one, of an even number the lower of the two.
func median(d []time.Duration) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[(len(d)-1)/2]
}
