package bench

import (
	"context"
	"fmt"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// sizeUnit is what the number of elements is a multiple of: the C programs
// leave out the code for the odd elements at the end.
const sizeUnit = 1024

// MemoryError says that the arrays would not fit.
type MemoryError struct {
	Elements  int
	Needed    float64 // bytes, of all sides
	Available int64
}

func (e *MemoryError) Error() string {
	return fmt.Sprintf("bench: arrays of %d elements need %.1f GB for all sides, and %.1f GB are available", e.Elements, e.Needed/1e9, float64(e.Available)/1e9)
}

// elements is the length of arrays of that type, of which there are so many.
// Where the user did not say, they are shortened to what fits into the memory.
func (s *session) elements(arrays int, elem kernels.Type) (int, error) {
	available := s.target.AvailableBytes / 10 * 8 // page tables and the rest of the world
	size := int64(elem.Size())
	n := s.ArraySize
	if n == 0 {
		n = int(defaultBytes / size / sizeUnit * sizeUnit)
		if most := available / size / int64(arrays); available > 0 && int64(n) > most {
			n = max(int(most)/sizeUnit, 1) * sizeUnit
		}
	}
	if each := size * int64(arrays); available > 0 && int64(n) > available/each { // n may be so large that a product overflows
		return 0, &MemoryError{n, float64(n) * float64(each), s.target.AvailableBytes}
	}
	return n, nil
}

// stream times every kernel on arrays that no cache holds.
func (s *session) stream(ctx context.Context) (_ []Section, err error) {
	const sets = 4 // OpenMP, the limit, this library's buffers, Go slices
	n, err := s.elements(4*sets, s.Elem)
	if err != nil {
		return nil, err
	}
	columns, err := columnsFor(s,
		func() ([]column, error) { return streamColumns[float64](ctx, s, n) },
		func() ([]column, error) { return streamColumns[float32](ctx, s, n) })
	defer func() {
		if closed := closeAll(columns); err == nil {
			err = closed
		}
	}()
	if err != nil {
		return nil, err
	}
	var jobs []job
	for _, k := range s.suite() {
		jobs = append(jobs, job{label: k.Name(), kernel: k, n: n, launches: 1, repetitions: 3})
	}
	if err := verify(ctx, "stream", columns, jobs, s.Elem, n); err != nil {
		return nil, err
	}
	times, err := takeTurns(ctx, columns, jobs, s.Rounds, s.round("stream"))
	if err != nil {
		return nil, err
	}
	sec := Section{
		Name:  "stream",
		Title: fmt.Sprintf("GB/s, %v, arrays of %d elements (%.0f MB), %d threads, median of %d rounds", s.Elem, n, float64(n)*float64(s.Elem.Size())/1e6, s.workers, s.Rounds),
		Unit:  "GB/s",
		Sides: describe(columns),
		Notes: []string{
			"A byte counts once for each array that a kernel reads and each that it writes, as in STREAM; what a plain store reads besides is not counted.",
			"Threads of OpenMP, of the limit and of the pool are " + s.pinned() + ".",
		},
	}
	var pairs [][2]string
	for _, t := range tiers() {
		pairs = append(pairs, [2]string{poolName(t), openmpName}, [2]string{poolName(t), limitName})
	}
	sec.fill(jobs, times, func(j job, ns float64) float64 {
		return float64(j.kernel.Program(s.Elem).Cost().Bytes()) * float64(j.n) / ns
	}, pairs)
	return []Section{sec}, nil
}

const (
	openmpName = "OpenMP"
	limitName  = "limit"
)

func poolName(t fmt.Stringer) string { return "pool " + t.String() }

// streamColumns opens all sides. Columns that are there are returned beside an
// error, to be closed.
func streamColumns[T float](ctx context.Context, s *session, n int) (columns []column, err error) {
	for _, c := range []struct {
		p          program
		name, what string
	}{
		{openmpProgram, openmpName, "plain loops in C with OpenMP, memory from malloc"},
		{limitProgram, limitName, "C by hand with intrinsics, non-temporal stores, huge pages"},
	} {
		col, err := s.startC(ctx, c.p, c.name, c.what, s.Elem, n, launchRequest(n))
		if err != nil {
			return columns, err
		}
		columns = append(columns, col)
	}

	// All tiers share the arrays, as do the sides in plain Go: one at a time works
	// on them, and what they hold when they are timed is of no account.
	var shared *values[T]
	for _, t := range tiers() {
		ex, err := s.open("pool", t)
		if err != nil {
			return columns, err
		}
		side := newCallSide(shared, ex)
		columns = append(columns, column{Side{Name: poolName(t), What: "this library, all cores, " + t.String() + ", its own buffers"}, side})
		if shared == nil {
			v, closeBuffers, err := makeBuffers[T](ex, n)
			side.closing = append(closeBuffers, side.closing...)
			if err != nil {
				return columns, err
			}
			shared, side.values = v, v
		}
	}

	v := makeValues[T](n)
	if g, ok := any(v).(*values[float64]); ok {
		columns = append(columns, column{Side{Name: "gonum", What: "gonum's floats, one goroutine, ordinary slices; two passes for nstream and schoenauer"}, gonumSide{g}})
	}
	columns = append(columns, column{Side{Name: "Go loop", What: "a plain Go loop, one goroutine, ordinary slices"}, loopSide[T]{v, 1}})
	if s.workers > 1 {
		name := fmt.Sprintf("Go loops ×%d", s.workers)
		columns = append(columns, column{Side{Name: name, What: fmt.Sprintf("a plain Go loop split over %d goroutines, ordinary slices", s.workers)}, loopSide[T]{v, s.workers}})
	}
	return columns, nil
}

// makeBuffers makes arrays in buffers of an executor. What is there is to be
// closed, also after an error.
func makeBuffers[T float](ex runtime.Executor, n int) (v *values[T], closing []func() error, err error) {
	v = &values[T]{}
	for _, to := range []*[]T{&v.a, &v.b, &v.c, &v.d} {
		b, err := runtime.NewBuffer[T](ex, n)
		if err != nil {
			return nil, closing, err
		}
		closing = append(closing, b.Close) // which also keeps the buffer alive
		*to = b.Slice()
	}
	return v, closing, nil
}
