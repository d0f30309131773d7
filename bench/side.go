package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/triad-go/triad/kernels"
)

// job is one thing to time: some launches of a kernel over n elements, or a case
// that goes by its name.
type job struct {
	label       string
	name        string
	kernel      *kernels.Kernel
	n           int
	launches    int // that one time is for
	repetitions int // times to take; of several the first warms up and is not counted
}

// runner is one implementation that takes its turn.
type runner interface {
	run(ctx context.Context, j job) ([]float64, error) // nanoseconds for each repetition
	close() error
}

// side is a runner of kernels.
type side interface {
	runner
	init() error // sets the arrays to their first values
	check() (state, error)
}

// errNoKernel is returned by a side that has no such kernel or case, or no more
// time for it.
var errNoKernel = errors.New("no such kernel")

// column is a side and what the table says of it; impl is nil where it is
// absent.
type column struct {
	Side
	impl runner
}

func closeAll(columns []column) error {
	var errs []error
	for _, c := range columns {
		if c.impl != nil {
			errs = append(errs, c.impl.close())
		}
	}
	return errors.Join(errs...)
}

func describe(columns []column) []Side {
	sides := make([]Side, len(columns))
	for i, c := range columns {
		sides[i] = c.Side
	}
	return sides
}

// The arrays' first values and the scalar are BabelStream's. update multiplies
// by -1, so that no number of launches leaves denormal numbers or infinities.
const (
	firstA, firstB, firstC, firstD = 0.1, 0.2, 0.0, 0.3
	scalar, updateScalar           = 0.4, -1.0
)

func scalarOf(kernel string) float64 {
	if kernel == "update" {
		return updateScalar
	}
	return scalar
}

// state is what the arrays and results hold: all elements of an array are alike.
type state struct {
	least, greatest [4]float64 // of a, b, c and d
	dot, sum        float64
}

// expect returns the state after one launch of each job, in order, over whole
// arrays of n elements.
func expect(jobs []job, n int) state {
	a, b, c, d := firstA, firstB, firstC, firstD
	const s = scalar
	var dot, sum float64
	for _, j := range jobs {
		switch j.kernel.Name() {
		case "copy":
			c = a
		case "mul":
			b = s * c
		case "add":
			c = a + b
		case "triad":
			a = b + s*c
		case "dot":
			dot = a * b * float64(n)
		case "nstream":
			a += b + s*c
		case "fill":
			a = s
		case "sum":
			sum = a * float64(n)
		case "update":
			a = updateScalar * a
		case "daxpy":
			a += s * b
		case "schoenauer":
			a = b + c*d
		}
	}
	v := [4]float64{a, b, c, d}
	return state{v, v, dot, sum}
}

// WrongError says that a side computed something else than it should.
type WrongError struct {
	Benchmark, Side, What string
	Got, Want             float64
}

func (e *WrongError) Error() string {
	return fmt.Sprintf("bench: %s: %s: after one launch of each kernel %s is %v, not %v", e.Benchmark, e.Side, e.What, e.Got, e.Want)
}

// compare says where a state is not the one wanted. A sum of float32 by a plain
// loop is wrong by more the longer it gets, through no fault of its author:
// those of long arrays are not compared.
func (s state) compare(want state, elem kernels.Type, n int) (what string, got, wanted float64) {
	tolerance, ofSums := 1e-12, 1e-8
	if elem == kernels.Float32 {
		tolerance, ofSums = 1e-5, 1e-3
		if n > 1<<16 {
			ofSums = math.Inf(1)
		}
	}
	off := func(got, want, tolerance float64) bool { return !(math.Abs(got-want) <= tolerance*math.Abs(want)) }
	for i, name := range []string{"the least of a", "the least of b", "the least of c", "the least of d"} {
		if off(s.least[i], want.least[i], tolerance) {
			return name, s.least[i], want.least[i]
		}
	}
	for i, name := range []string{"the greatest of a", "the greatest of b", "the greatest of c", "the greatest of d"} {
		if off(s.greatest[i], want.greatest[i], tolerance) {
			return name, s.greatest[i], want.greatest[i]
		}
	}
	if off(s.dot, want.dot, ofSums) {
		return "dot", s.dot, want.dot
	}
	if off(s.sum, want.sum, ofSums) {
		return "sum", s.sum, want.sum
	}
	return "", 0, 0
}

// verify launches each kernel of the jobs once over whole arrays of n elements,
// side by side, and compares what they computed. It also warms everything up.
// Kernels that a side does not have are left out of what is expected of it.
func verify(ctx context.Context, name string, columns []column, jobs []job, elem kernels.Type, n int) error {
	for _, c := range columns {
		impl, ok := c.impl.(side)
		if !ok {
			continue
		}
		if err := impl.init(); err != nil {
			return err
		}
		var did []job
		seen := map[string]bool{}
		for _, j := range jobs {
			if seen[j.kernel.Name()] {
				continue
			}
			seen[j.kernel.Name()] = true
			j.n, j.launches, j.repetitions = n, 1, 1
			switch _, err := impl.run(ctx, j); {
			case errors.Is(err, errNoKernel):
			case err != nil:
				return err
			default:
				did = append(did, j)
			}
		}
		got, err := impl.check()
		if err != nil {
			return err
		}
		if what, g, w := got.compare(expect(did, n), elem, n); what != "" {
			return &WrongError{name, c.Name, what, g, w}
		}
	}
	return nil
}

// takeTurns times every job on every side in rounds. Each job begins with
// another side than the one before it, and than in the round before.
func takeTurns(ctx context.Context, columns []column, jobs []job, rounds int, progress func(round int)) (samples, error) {
	times := make(samples, len(columns))
	for s := range times {
		times[s] = make([][]float64, len(jobs))
	}
	for r := range rounds {
		progress(r)
		for i, j := range jobs {
			for turn := range columns {
				s := (r + i + turn) % len(columns)
				if r%2 == 1 { // so that no side always follows the same one
					s = len(columns) - 1 - s
				}
				c := columns[s]
				if c.impl == nil {
					continue
				}
				if err := ctx.Err(); err != nil {
					return nil, context.Cause(ctx)
				}
				ns, err := c.impl.run(ctx, j)
				if errors.Is(err, errNoKernel) {
					continue
				}
				if err != nil {
					return nil, err
				}
				if len(ns) > 1 {
					ns = ns[1:]
				}
				times[s][i] = append(times[s][i], median(ns))
			}
		}
	}
	return times, nil
}

// timed takes the times of a job in this process, and returns when the process
// sleeps: workers that wait for more work spin for a moment.
//
// A side writes the loop of its launches itself, since in cache even the call of a
// function value for each of them would show.
func timed(j job, launches func() error) ([]float64, error) {
	defer settle()
	ns := make([]float64, j.repetitions)
	for r := range ns {
		start := time.Now()
		if err := launches(); err != nil {
			return nil, err
		}
		ns[r] = float64(time.Since(start).Nanoseconds())
	}
	return ns, nil
}

// settle returns when this process used less than a tenth of one processor over
// two milliseconds, or after half a second; where the system does not tell,
// after 20 ms.
func settle() {
	const pause = 2 * time.Millisecond
	if _, known := cpuTime(); !known {
		time.Sleep(10 * pause)
		return
	}
	for range 250 {
		start, used := time.Now(), mustCPUTime()
		time.Sleep(pause)
		if (mustCPUTime()-used)*10 < time.Since(start) {
			return
		}
	}
}

func mustCPUTime() time.Duration {
	d, _ := cpuTime()
	return d
}
