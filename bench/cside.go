package bench

import (
	"context"
	"fmt"
	"strconv"

	"github.com/triad-go/triad/kernels"
)

// cSide is a C program. request writes a job in the program's terms, or "" if it
// has none.
type cSide struct {
	*server
	request func(j job) string
}

// startC builds and starts a program and returns its column. The name stays in
// the table when that fails; an error is one of the machinery.
func (s *session) startC(ctx context.Context, p program, name, what string, elem kernels.Type, n int, request func(j job) string) (column, error) {
	col := column{Side: Side{Name: name, What: fmt.Sprintf("%s, %s", what, p.flags)}}
	path, err := s.tools.build(ctx, p, elem)
	if err != nil {
		if ctx.Err() != nil {
			return col, context.Cause(ctx)
		}
		col.Absent = err.Error()
		return col, nil
	}
	srv, err := startServer(ctx, name, path, environment(s.workers, s.pin), strconv.Itoa(n))
	if err != nil {
		if ctx.Err() != nil {
			return col, context.Cause(ctx)
		}
		return col, err
	}
	col.What += "; " + srv.ready
	col.impl = cSide{srv, request}
	return col, nil
}

func (c cSide) init() error {
	_, err := c.ask("init")
	return err
}

func (c cSide) run(_ context.Context, j job) ([]float64, error) {
	request := c.request(j)
	if request == "" {
		return nil, errNoKernel
	}
	ns, err := c.ask(request)
	if err == nil && len(ns) != j.repetitions {
		err = &ServerError{c.name, request, fmt.Errorf("%d times instead of %d", len(ns), j.repetitions)}
	}
	return ns, err
}

func (c cSide) check() (state, error) {
	var s state
	v, err := c.ask("check")
	if err != nil {
		return s, err
	}
	if len(v) != 10 {
		return s, &ServerError{c.name, "check", fmt.Errorf("%d values instead of 10", len(v))}
	}
	for i := range s.least {
		s.least[i], s.greatest[i] = v[2*i], v[2*i+1]
	}
	s.dot, s.sum = v[8], v[9]
	return s, nil
}

// launchRequest is a job for openmp.c and limit.c, whose arrays have n elements.
func launchRequest(n int) func(j job) string {
	return func(j job) string {
		if j.n != n {
			return ""
		}
		return fmt.Sprintf("run %s %d %d", j.kernel.Name(), j.repetitions, j.launches)
	}
}

// callRequest is a job for cache.c.
func callRequest(j job) string {
	return fmt.Sprintf("run %s %d %d %d", j.kernel.Name(), j.repetitions, j.n, j.launches)
}
