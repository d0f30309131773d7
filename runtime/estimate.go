package runtime

import (
	"fmt"
	"math"
	"time"
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// Estimator is an executor that predicts how long its launches take, for [Choose]. This package's executors
// do.
type Estimator interface {
	// Estimate predicts a launch of b, which a Bind by this executor need not have made: its arrays may lie where the
	// executor does not reach, for which the error is an [*ArgError] with ArgTarget. Other errors say, too, why
	// the executor cannot launch it. Estimate may measure what it needs to know once, the
	// first time that it is called.
	Estimate(b *Binding) (Estimate, error)
}

// Estimate is how long a launch takes, as predicted. Predictions are good enough to tell executors apart that are far from
// each other, and no better: they take the machine for idle, and all memory and all operations for alike.
type Estimate struct {
	Launch  time.Duration // before and after the elements
	Memory  time.Duration // for arrays to go between memory and what computes
	Compute time.Duration // for operations; it overlaps Memory
	CopyIn  time.Duration // of arrays from the host to a device
	CopyOut time.Duration // and back

	// Total is the time of the launch. It may be less than the sum of the others, where they overlap.
	Total time.Duration

	Bytes             int64 // that Memory is for
	Operations        int64 // that Compute is for, a division counted as what it is worth
	BytesIn, BytesOut int64 // that are copied
}

// Rates is how fast an executor is. A rate that is 0 is taken for boundless: what it is for takes no time.
type Rates struct {
	// Launch is what a launch takes besides its elements.
	Launch time.Duration

	// Bytes are those that move between arrays and what computes in a second, as STREAM counts them. Cached is the
	// same for arrays that together have no more bytes than Cache.
	Bytes, Cached float64
	Cache         int64

	// Operations64 and Operations32 are instructions of a program, loads apart, that are done in a second on elements of
	// float64 and of float32: additions, comparisons, conversions and the like alike. A division, remainder or square
	// root counts as Divide of them; 0 is 1.
	Operations64, Operations32 float64
	Divide                     float64

	// Link says that slices of the host are copied to a device and back: that takes Copy if there are any, and besides what
	// the rates say, in bytes a second. CopyBoth is for both directions at once, their bytes added up; if it is 0, the
	// directions take turns.
	Link                      bool
	Copy                      time.Duration
	CopyIn, CopyOut, CopyBoth float64

	// Overlap says that copying and computing go on at the same time.
	Overlap bool
}

// Estimate predicts a launch, for Estimators. An array whose memory is near takes no copy; near may be nil where there is no such
// memory. Any other array must be in the host's memory: the error is an [*ArgError] if one is not.
func (r Rates) Estimate(b *Binding, near func(Memory) bool) (Estimate, error) {
	e := Estimate{Bytes: b.moved()}
	type bounds struct {
		bytes        int64
		in, out, far bool
	}
	arrays := map[unsafe.Pointer]bounds{} // the same memory may be several arguments
	for _, a := range b.Arrays() {
		m := a.Memory
		far := m == nil || near == nil || !near(m)
		if far && m != nil && !m.Host() {
			return Estimate{}, &ArgError{Kernel: b.Kernel.Name(), Name: a.Name, Reason: ArgTarget, Detail: "the buffer lies on a device, which this executor does not reach"}
		}
		have := arrays[a.Data]
		arrays[a.Data] = bounds{max(have.bytes, int64(a.Len)*int64(a.Elem.Size())), have.in || a.In, have.out || a.Out, far}
	}
	distinct := int64(0)
	for _, a := range arrays {
		distinct += a.bytes
		if r.Link && a.far && a.in {
			e.BytesIn += a.bytes
		}
		if r.Link && a.far && a.out {
			e.BytesOut += a.bytes
		}
	}

	bytes, operations := r.Bytes, r.Operations64
	if r.Cached > 0 && distinct <= r.Cache {
		bytes = r.Cached
	}
	if b.Program.Elem == kernels.Float32 {
		operations = r.Operations32
	}
	n := b.Frame.N
	e.Operations = int64(operationsOf(b.Program, r.Divide) * float64(n))
	memory, compute := seconds(e.Bytes, bytes), seconds(e.Operations, operations)
	in, out := seconds(e.BytesIn, r.CopyIn), seconds(e.BytesOut, r.CopyOut)
	link := in + out
	if r.CopyBoth > 0 {
		link = max(in, out, seconds(e.BytesIn+e.BytesOut, r.CopyBoth))
	}
	work := max(memory, compute)
	total := work + link
	if r.Overlap {
		total = max(work, link)
	}
	e.Launch, e.Memory, e.Compute = r.Launch, duration(memory), duration(compute)
	e.CopyIn, e.CopyOut = duration(in), duration(out)
	if e.BytesIn+e.BytesOut > 0 {
		e.Launch += r.Copy
	}
	e.Total = duration(e.Launch.Seconds() + total)
	return e, nil
}

// operationsOf counts the operations on one element, without what guards let be skipped.
func operationsOf(p *kernels.Program, divide float64) float64 {
	divide = max(divide, 1)
	ops := float64(len(p.Stores) + len(p.Reductions))
	guards := p.Guards
	for i, in := range p.Body {
		if len(guards) > 0 && i >= guards[0].Lo {
			if i < guards[0].Hi {
				continue
			}
			guards = guards[1:]
		}
		switch in.Op {
		case kernels.OpLoad:
		case kernels.OpDiv, kernels.OpRem, kernels.OpSqrt:
			ops += divide
		default:
			ops++
		}
	}
	return ops
}

// seconds is what an amount takes at a rate.
func seconds(amount int64, rate float64) float64 {
	if rate <= 0 {
		return 0
	}
	return float64(amount) / rate
}

// duration is a time in seconds; what is longer than Durations go is the longest.
func duration(seconds float64) time.Duration {
	ns := math.Round(seconds * 1e9)
	if ns >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(ns)
}

// ratesKey is what Assume asks for under.
type ratesKey struct{}

// Assume has an executor take these rates for its own when it predicts launches, for [Choose], rather than measure them.
// The executor's launches do not change.
func Assume(r Rates) Option {
	for _, v := range []struct {
		name  string
		value float64
	}{
		{"Launch", float64(r.Launch)}, {"Bytes", r.Bytes}, {"Cached", r.Cached}, {"Cache", float64(r.Cache)},
		{"Operations64", r.Operations64}, {"Operations32", r.Operations32}, {"Divide", r.Divide},
		{"Copy", float64(r.Copy)}, {"CopyIn", r.CopyIn}, {"CopyOut", r.CopyOut}, {"CopyBoth", r.CopyBoth},
	} {
		if !(v.value >= 0) || math.IsInf(v.value, 0) {
			return func(*Config) error {
				return &ValueError{Name: "Assume", Value: fmt.Sprint(v.name, ": ", v.value), Want: "finite rates, none below 0"}
			}
		}
	}
	return With(ratesKey{}, r)
}

// Assumed returns what [Assume] asks for, for the executors of other packages.
func (c Config) Assumed() (r Rates, ok bool) {
	r, ok = c.Values[ratesKey{}].(Rates)
	return r, ok
}
