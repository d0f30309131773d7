package bench

import (
	"context"
	"errors"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
)

// callSide is this library as its users meet it: a kernel bound on an executor.
type callSide[T float] struct {
	*values[T]
	executor func(j job) runtime.Executor
	policies []runtime.Policy
	calls    map[callKey]*runtime.Call
	closing  []func() error
}

type callKey struct {
	kernel string
	n      int
}

// newCallSide is a side that runs every job on one executor, which it closes.
func newCallSide[T float](v *values[T], ex runtime.Executor) *callSide[T] {
	return &callSide[T]{
		values:   v,
		executor: func(job) runtime.Executor { return ex },
		closing:  []func() error{ex.Close},
	}
}

func (s *callSide[T]) call(j job) (*runtime.Call, error) {
	key := callKey{j.kernel.Name(), j.n}
	if c := s.calls[key]; c != nil {
		return c, nil
	}
	c, err := s.executor(j).Bind(j.kernel, s.args(j), s.policies...)
	if err != nil {
		return nil, err
	}
	if s.calls == nil {
		s.calls = map[callKey]*runtime.Call{}
	}
	s.calls[key] = c
	return c, nil
}

func (v *values[T]) args(j job) runtime.Args {
	args := runtime.Args{}
	for _, p := range j.kernel.Params() {
		args[p.Name] = v.arg(j.kernel.Name(), p, j.n)
	}
	return args
}

func (s *callSide[T]) run(ctx context.Context, j job) ([]float64, error) {
	call, err := s.call(j)
	if err != nil {
		return nil, err
	}
	return timed(j, func() error {
		for range j.launches {
			if err := call.Run(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *callSide[T]) close() error {
	var errs []error
	for _, c := range s.closing {
		errs = append(errs, c())
	}
	return errors.Join(errs...)
}

// codeSide is the machine code alone: a call of it, without an executor around.
type codeSide[T float] struct {
	*values[T]
	tier  simd.Tier
	codes map[callKey]*boundCode
}

type boundCode struct {
	frame  *kernels.Frame
	runner *simd.Runner
}

func (s *codeSide[T]) bind(j job) (*boundCode, error) {
	key := callKey{j.kernel.Name(), j.n}
	if b := s.codes[key]; b != nil {
		return b, nil
	}
	binding, err := runtime.Check(j.kernel, s.args(j))
	if err != nil {
		return nil, err
	}
	code, err := simd.Compile(binding.Program, simd.Options{Tier: s.tier})
	if err != nil {
		return nil, err
	}
	b := &boundCode{binding.Frame, code.NewRunner(binding.Frame)}
	if s.codes == nil {
		s.codes = map[callKey]*boundCode{}
	}
	s.codes[key] = b
	return b, nil
}

func (s *codeSide[T]) run(_ context.Context, j job) ([]float64, error) {
	b, err := s.bind(j)
	if err != nil {
		return nil, err
	}
	ns, err := timed(j, func() error {
		for range j.launches {
			b.runner.Run(0, j.n)
		}
		return nil
	})
	if len(b.frame.Results) > 0 {
		j.kernel.Program(elemOf[T]()).Combine(b.frame)
		*s.result(j.kernel.Name()) = T(b.frame.Results[0])
	}
	return ns, err
}

func (*codeSide[T]) close() error { return nil }

func elemOf[T float]() kernels.Type {
	var v T
	if _, ok := any(v).(float32); ok {
		return kernels.Float32
	}
	return kernels.Float64
}
