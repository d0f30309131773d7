package stream

import (
	"context"
	"errors"
	"time"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// session is a set of arrays on an executor with the kernels bound to them.
type session[T Element] struct {
	kernels []*kernels.Kernel
	calls   []*runtime.Call // by kernel
	sums    []T             // by kernel: its result, if it has one
	fills   [4]*runtime.Call
	arrays  [4]*runtime.Buffer[T] // of arrayNames; nil where no kernel uses it
	n       int
}

// arraysOf returns which of arrayNames the kernels use.
func arraysOf(ks []*kernels.Kernel) (used [4]bool, count int) {
	for _, k := range ks {
		for _, p := range k.Params() {
			for i, name := range arrayNames {
				if p.Kind == kernels.ArrayParam && p.Name == name && !used[i] {
					used[i] = true
					count++
				}
			}
		}
	}
	return used, count
}

// newSession allocates arrays of n elements, sets them to their initial values
// and binds the kernels.
func newSession[T Element](ctx context.Context, ex runtime.Executor, ks []*kernels.Kernel, n int) (_ *session[T], err error) {
	s := &session[T]{kernels: ks, sums: make([]T, len(ks)), n: n}
	defer func() {
		if err != nil {
			err = join(err, s.Close())
		}
	}()
	fill, _ := kernels.Lookup("fill")
	used, count := arraysOf(ks)
	args := runtime.Args{}
	for i, name := range arrayNames {
		if !used[i] {
			continue
		}
		if s.arrays[i], err = runtime.NewBuffer[T](ex, n); err != nil {
			return nil, &SizeError{N: n, Arrays: count, SizeOf: sizeOf[T](), Err: err}
		}
		args[name] = s.arrays[i]
		// A kernel sets them, not a loop here: it runs wherever the array lies.
		if s.fills[i], err = ex.Bind(fill, runtime.Args{"a": s.arrays[i], "s": float64(initial[T]()[i])}); err != nil {
			return nil, err
		}
		if err := s.fills[i].Run(ctx); err != nil {
			return nil, err
		}
	}
	for i, k := range ks {
		own := runtime.Args{}
		for _, p := range k.Params() {
			switch p.Kind {
			case kernels.ArrayParam:
				own[p.Name] = args[p.Name]
			case kernels.ScalarParam:
				own[p.Name] = scalar
			case kernels.ResultParam:
				own[p.Name] = &s.sums[i]
			}
		}
		call, err := ex.Bind(k, own)
		if err != nil {
			return nil, err
		}
		s.calls = append(s.calls, call)
	}
	return s, nil
}

// Close gives the arrays back.
func (s *session[T]) Close() error {
	var errs []error
	for _, b := range s.arrays {
		if b != nil {
			errs = append(errs, b.Close())
		}
	}
	return errors.Join(errs...)
}

// memory is the size of all arrays in bytes.
func (s *session[T]) memory() int64 {
	var total int64
	for _, b := range s.arrays {
		if b != nil {
			total += int64(s.n) * int64(sizeOf[T]())
		}
	}
	return total
}

// hugePages is how much of it lies on huge pages, if that is known of all.
func (s *session[T]) hugePages() (total int64, known bool) {
	for _, b := range s.arrays {
		if b == nil {
			continue
		}
		bytes, known := b.HugePages()
		if !known {
			return 0, false
		}
		total += bytes
	}
	return total, true
}

// schedule says how often the kernels of a session are to be launched.
type schedule struct {
	order    Order
	times    int           // 0: as the budget allows
	budget   time.Duration // for all launches, where times is 0
	progress func(kernel string, round, rounds int)
}

// measure launches the kernels and returns the seconds of each launch by
// kernel, and what arrays and sums are to be afterwards.
func (s *session[T]) measure(ctx context.Context, plan schedule) ([][]float64, *expected[T], error) {
	// Classic is one group of all kernels, Isolated a group of each.
	groups := [][]int{nil}
	for i := range s.kernels {
		if last := len(groups) - 1; plan.order == Classic || len(groups[last]) == 0 {
			groups[last] = append(groups[last], i)
		} else {
			groups = append(groups, []int{i})
		}
	}
	rounds := plan.times
	if rounds == 0 {
		rounds = defaultRounds
	}
	seconds := make([][]float64, len(s.kernels))
	expect := newExpected[T](s.n)
	begin := time.Now()
	for g, group := range groups {
		start := time.Now()
		share := (plan.budget - start.Sub(begin)) / time.Duration(len(groups)-g)
		var longest time.Duration
		for round := range rounds {
			roundStart := time.Now()
			if plan.times == 0 && round >= minRounds && roundStart.Sub(start)+longest > share {
				break
			}
			for _, i := range expect.drifted() {
				if s.fills[i] == nil {
					continue
				}
				if err := s.fills[i].Run(ctx); err != nil {
					return nil, nil, err
				}
			}
			for _, i := range group {
				name := s.kernels[i].Name()
				if plan.progress != nil {
					plan.progress(name, round, rounds)
				}
				before := time.Now()
				err := s.calls[i].Run(ctx)
				took := time.Since(before)
				if err != nil {
					return nil, nil, err
				}
				seconds[i] = append(seconds[i], took.Seconds())
				expect.step(name)
			}
			longest = max(longest, time.Since(roundStart))
		}
	}
	return seconds, expect, nil
}

// validate compares arrays and sums with what they are to be. Arrays on a device are
// copied to the host for that, one after the other.
func (s *session[T]) validate(ctx context.Context, expect *expected[T]) (failures []Failure, err error) {
	var host *runtime.Buffer[T]
	defer func() {
		if host != nil {
			err = join(err, host.Close())
		}
	}()
	for i, b := range s.arrays {
		if b == nil {
			continue
		}
		got := b.Slice()
		if got == nil {
			if host == nil {
				if host, err = hostBuffer[T](s.n); err != nil {
					return nil, err
				}
			}
			got = host.Slice()
			if err := b.CopyTo(ctx, got); err != nil {
				return nil, err
			}
		}
		if f, ok := checkArray(arrayNames[i], got, expect.v[i]); !ok {
			failures = append(failures, f)
		}
	}
	for i, k := range s.kernels {
		if want, ok := expect.sums[k.Name()]; ok {
			if f, ok := checkSum(k.Name(), s.sums[i], want); !ok {
				failures = append(failures, f)
			}
		}
	}
	return failures, nil
}

// hostBuffer is an array in the host's memory: a Buffer, as that is asked for before it is taken.
func hostBuffer[T Element](n int) (_ *runtime.Buffer[T], err error) {
	ex, err := runtime.Open("sequential")
	if err != nil {
		return nil, err
	}
	defer func() { err = join(err, ex.Close()) }()
	return runtime.NewBuffer[T](ex, n)
}

// elem is T as a kernels.Type.
func (s *session[T]) elem() kernels.Type {
	if sizeOf[T]() == 4 {
		return kernels.Float32
	}
	return kernels.Float64
}
