package calibrate

import (
	"time"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// arrayBytes is the size of an array: the six that a kernel has at the most fit
// into 32 KiB of first-level cache.
const arrayBytes = 4096

// batch is how long one timing takes at least: long against the clock's grain
// and a call, short against the time between two interruptions.
const batch = 20 * time.Microsecond

// measurement times one operation.
type measurement struct {
	op          string
	short, long *simd.Runner
	more        float64 // how many more vector operations long does in one call
	n, calls    int
	clock       clock
	samples     []float64 // cycles of one operation on one vector
}

// newMeasurement compiles both kernels for the tier. The long one holds more
// operations than the short one, the given number for each element.
func newMeasurement(op string, short, long *kernels.Kernel, more int, elem kernels.Type, tier simd.Tier, fill fill) (*measurement, error) {
	n := arrayBytes / elem.Size()
	m := &measurement{op: op, n: n, more: float64(more) * float64(n/lanes(elem, tier))}
	for _, k := range []struct {
		kernel *kernels.Kernel
		runner **simd.Runner
	}{{short, &m.short}, {long, &m.long}} {
		r, err := newRunner(k.kernel, n, elem, tier, fill)
		if err != nil {
			return nil, err
		}
		*k.runner = r
	}
	for m.calls = 1; ; m.calls *= 2 {
		if elapsed := m.run(m.short); elapsed >= batch || m.calls >= 1<<16 {
			return m, nil
		}
	}
}

// lanes is the number of elements that one operation works on.
func lanes(elem kernels.Type, tier simd.Tier) int {
	return max(1, tier.VectorBytes()/elem.Size())
}

func (m *measurement) run(r *simd.Runner) time.Duration {
	start := time.Now()
	for range m.calls {
		r.Run(0, m.n)
	}
	return time.Since(start)
}

// sample times both kernels once. The clock is read before and after, so that
// a change of frequency half way is half seen.
func (m *measurement) sample() {
	before := m.clock.period()
	short := m.run(m.short)
	long := m.run(m.long)
	period := (before + m.clock.period()) / 2
	m.samples = append(m.samples, float64(long-short)/float64(m.calls)/m.more/period)
}

// fill says what the arrays and scalars hold, as numbers of element i or scalar i.
type fill struct {
	element func(i int) float64
	scalars map[string]float64
}

func newRunner(k *kernels.Kernel, n int, elem kernels.Type, tier simd.Tier, fill fill) (*simd.Runner, error) {
	p := k.Program(elem)
	c, err := simd.Compile(p, simd.Options{Tier: tier})
	if err != nil {
		return nil, err
	}
	if c.Tier() != tier {
		return nil, &Error{Reason: "no memory for machine code", Err: c.Fallback()}
	}
	f := p.NewFrame(n)
	if elem == kernels.Float32 {
		place[float32](f, fill.element)
	} else {
		place[float64](f, fill.element)
	}
	for _, param := range k.Params() {
		if param.Kind == kernels.ScalarParam {
			f.Scalars[param.Slot] = p.Scalars[param.Slot].Bits(fill.scalars[param.Name])
		}
	}
	p.EvalUniforms(f)
	return c.NewRunner(f), nil
}

// place gives a frame arrays that begin cache lines, so that no vector lies
// across two, and no two at the same place in a page: a load would seem to some
// processors to be of what was just stored there to another.
func place[T kernels.Float](f *kernels.Frame, element func(i int) float64) {
	const line = 64
	var zero T
	size := int(unsafe.Sizeof(zero))
	stride := f.N + 5*line/size
	s := make([]T, stride*len(f.Arrays)+line/size)
	for uintptr(unsafe.Pointer(unsafe.SliceData(s)))%line != 0 {
		s = s[1:]
	}
	for i := range s {
		s[i] = T(element(i))
	}
	for slot := range f.Arrays {
		f.Arrays[slot] = unsafe.Pointer(&s[slot*stride])
	}
}
