package main

import (
	"io"

	"github.com/google/pprof/profile"

	"github.com/triad-go/triad/stream"
)

// writeProfile writes the counted launches as a profile, gzipped, for go tool
// pprof. A sample is a kernel on an executor; its stack is the kernel, called
// by the executor, called by "stream", and its values are sums over launches.
func writeProfile(w io.Writer, r *stream.Report) error {
	return newProfile(r).Write(w)
}

func newProfile(r *stream.Report) *profile.Profile {
	p := &profile.Profile{
		SampleType: []*profile.ValueType{
			{Type: "launches", Unit: "count"},
			{Type: "time", Unit: "nanoseconds"},
			{Type: "bytes", Unit: "bytes"},
			{Type: "flops", Unit: "count"},
		},
		DefaultSampleType: "time",
		TimeNanos:         r.Time.UnixNano(),
	}
	// The names are complete: no tool need look for a program to find them in.
	m := &profile.Mapping{ID: 1, File: "stream", HasFunctions: true, HasFilenames: true, HasLineNumbers: true, HasInlineFrames: true}
	p.Mapping = append(p.Mapping, m)
	locations := map[string]*profile.Location{}
	// at returns the one location of a function. Addresses mean nothing here,
	// but tools tell locations apart by them.
	at := func(name, text string) *profile.Location {
		if l := locations[name]; l != nil {
			return l
		}
		id := uint64(len(p.Location) + 1)
		f := &profile.Function{ID: id, Name: name, SystemName: name, Filename: text}
		l := &profile.Location{ID: id, Mapping: m, Address: id, Line: []profile.Line{{Function: f, Line: 1}}}
		p.Function = append(p.Function, f)
		p.Location = append(p.Location, l)
		locations[name] = l
		return l
	}
	root := at("stream", "")
	for _, ex := range r.Executors {
		for _, res := range ex.Results {
			var seconds float64
			for _, s := range res.Seconds {
				seconds += s
			}
			launches := int64(len(res.Seconds))
			nanos := int64(seconds * 1e9)
			p.DurationNanos += nanos
			p.Sample = append(p.Sample, &profile.Sample{
				Location: []*profile.Location{at(res.Kernel, res.Text), at(ex.Name, ""), root},
				Value:    []int64{launches, nanos, launches * res.Bytes, launches * res.Flops},
				Label: map[string][]string{
					"executor": {ex.Name},
					"kernel":   {res.Kernel},
					"target":   {ex.Target},
					"tier":     {ex.Tier},
					"type":     {r.Type},
				},
			})
		}
	}
	return p
}
