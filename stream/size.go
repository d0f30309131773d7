package stream

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// sizing is how many elements arrays have on one target.
type sizing struct {
	n, probeN int    // of a kernel's arrays, and of a probe's
	why       string // how n came about
}

// size decides how many elements an array has on each target, by its name, and
// how many one of the probes: what is asked for may be too large to have two of,
// and the default is large enough to find the limit. host is the memory of the
// processor that is available, 0 if that is unknown: an array of a GPU is
// copied to it to be checked. Contenders that were not asked for by name are left
// out where the arrays do not fit, if others stay.
func size(cfg Config, ks []*kernels.Kernel, all []contender, host int64, report *Report) ([]contender, error) {
	_, arrays := arraysOf(ks)
	probing, err := Select(probes)
	if err != nil {
		return nil, err
	}
	_, probeArrays := arraysOf(probing)
	var cache int64
	known := true
	for _, c := range all {
		bytes, k := c.target.LastLevelCache()
		cache, known = max(cache, bytes), known && k
	}
	type place struct {
		sizing
		err error
	}
	places := map[string]place{}
	var chosen []contender
	var left []LeftOut
	var first error
	for _, c := range all {
		t := c.target
		p, done := places[t.Name]
		if !done {
			p.n, p.why = cfg.N, "as asked"
			if cfg.N == 0 {
				p.n, p.why = defaultSize(cache, known, t.AvailableBytes, arrays, report.SizeOf)
			}
			own, k := t.LastLevelCache()
			enough, _ := defaultSize(own, k, t.AvailableBytes, probeArrays, report.SizeOf)
			p.err = fits(p.n, arrays, report.SizeOf, t.AvailableBytes)
			if t.Kind == runtime.GPU {
				if most := host / 2 / int64(report.SizeOf); cfg.N == 0 && host > 0 && int64(p.n) > most {
					p.n, p.why = max(int(most), 1), p.why+"; bounded by half of the processor's available memory, where they are checked"
				}
				var bad *SizeError
				if errors.As(p.err, &bad) {
					bad.Target = t.Name
				} else {
					p.err = fits(p.n, 1, report.SizeOf, host)
				}
			}
			p.probeN = min(p.n, enough)
			if p.err == nil && k && int64(p.n)*int64(report.SizeOf)*int64(arrays) <= own {
				note := "the arrays fit the last-level cache: the figures are about the cache, not the memory"
				if t.Kind == runtime.GPU {
					note = "the arrays fit the cache of " + t.Name + ": its figures are about the cache, not the memory"
				}
				report.note(note)
			}
			places[t.Name] = p
		}
		c.sizing = p.sizing
		switch {
		case p.err == nil:
			chosen = append(chosen, c)
		case c.asked:
			return nil, p.err
		default:
			first = cmp.Or(first, p.err)
			left = append(left, LeftOut{c.Name(), strings.TrimPrefix(p.err.Error(), "stream: ")})
		}
	}
	if len(chosen) == 0 {
		return nil, first
	}
	report.LeftOut = append(report.LeftOut, left...)
	for _, c := range chosen {
		if c.n > report.N {
			report.N, report.SizeWhy = c.n, c.why
		}
	}
	return chosen, nil
}

const (
	unknownCacheElements = 1 << 25 // BabelStream's default
	fewestElements       = 1 << 20 // below it a launch is too short to time well
)

// defaultSize is the number of elements where Config leaves it open: arrays of
// at least four times the last-level cache, as McCalpin's rule for STREAM asks
// (https://www.cs.virginia.edu/stream/ref.html), so that a launch finds little
// of the previous one there. All arrays together take at most half of the
// available memory, of which 0 is unknown. A cache that is not known counts as
// far as it is.
func defaultSize(lastLevelCache int64, known bool, available int64, arrays, size int) (n int, why string) {
	n = int((4*lastLevelCache + int64(size) - 1) / int64(size))
	why = "four times the last-level cache"
	if !known && n < unknownCacheElements {
		n, why = unknownCacheElements, "the last-level cache is unknown"
	}
	if n < fewestElements {
		n, why = fewestElements, fmt.Sprintf("at least %d elements", fewestElements)
	}
	if most := available / 2 / int64(arrays*size); available > 0 && int64(n) > most {
		n = max(int(most), 1)
		why += "; bounded by half of the available memory"
	}
	return n, why
}

// SizeError is an array size whose arrays would not fit the machine's memory.
type SizeError struct {
	N         int
	Arrays    int
	SizeOf    int    // of an element
	Available int64  // bytes; 0 is unknown
	Target    string // the name of the one whose memory it is, empty for the processor's
	Err       error  // of the allocation, if it was tried
}

func (e *SizeError) Error() string {
	s := fmt.Sprintf("stream: %s of %s of %d bytes", count(e.Arrays, "array"), count(e.N, "element"), e.SizeOf)
	if e.Err != nil {
		return s + ": " + e.Err.Error()
	}
	s += fmt.Sprintf(": more than the %d bytes of memory that are available", e.Available)
	if e.Target != "" {
		s += " on " + e.Target
	}
	return s
}

func (e *SizeError) Unwrap() error { return e.Err }

// fits reports whether arrays of n elements fit the available memory, as far
// as that is known. It asks because a system that overcommits grants any size
// and kills the process later.
func fits(n, arrays, size int, available int64) error {
	// Divide: the product of a silly n overflows.
	if n > math.MaxInt/(arrays*size) || available > 0 && int64(n) > available/int64(arrays*size) {
		return &SizeError{N: n, Arrays: arrays, SizeOf: size, Available: available}
	}
	return nil
}
