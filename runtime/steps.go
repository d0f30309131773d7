package runtime

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// Steps runs a call's kernel again and again, the outputs of one step being inputs
// of the next: a simulation. It is safe for concurrent use; its runs go one after the
// other, and not while the call itself runs.
//
// Where it pays, several steps are taken with each pass through the arrays: while a row
// is in cache, the next step is taken for the rows before it, whose neighbours are then known. That
// changes no bit of any result.
type Steps struct {
	call  *Call
	sweep *sweep
	fed   []Fed
	skew  *skew // nil if one step is taken at a time

	stepper Stepper // of an executor that takes steps itself
}

// Fed is an output that is an input of the next step, by the slots of the kernel's parameters.
type Fed struct{ Out, In int }

// Stepper is a Launcher that also runs a kernel again and again.
type Stepper interface {
	// Step takes n steps, at least one, as Steps.Run says; errors and what else holds are those of Launch. Faults are those
	// of the least step that had any, after which no step need follow.
	Step(ctx, labels context.Context, b *Binding, feeds []Fed, n int) error
}

// Steps prepares for steps in which, for each output and input that next names, the output is the input
// of the next step:
//
//	steps, err := call.Steps(map[string]string{"v": "u"})
//	err = steps.Run(ctx, 1000)
//
// Both must be arrays of one shape, with the same strides; an input can be fed by one
// output only. Errors are *ArgError, and *UnsupportedError for a call of an executor that
// cannot: its Launcher is no [Stepper].
func (c *Call) Steps(next map[string]string) (*Steps, error) {
	b := c.binding
	fail := func(name, other, format string, args ...any) error {
		return &ArgError{Kernel: b.Kernel.Name(), Name: name, Other: other, Reason: ArgShape, Detail: fmt.Sprintf(format, args...)}
	}
	stepper, _ := c.launcher.(Stepper)
	if c.engine == nil && stepper == nil {
		return nil, &UnsupportedError{Executor: c.info.Executor, Feature: "steps"}
	}
	if cols := b.Kernel.Columns(); len(cols) > 0 {
		return nil, fail(cols[0].Output.Name, "", "a %s cannot be taken step by step", cols[0])
	}
	slots := map[string]kernels.Param{}
	for _, p := range b.Kernel.Params() {
		slots[p.Name] = p
	}
	if len(next) == 0 {
		return nil, &ValueError{Name: "Steps", Value: next, Want: "outputs that are inputs of the next step"}
	}
	s := &Steps{call: c, stepper: stepper}
	taken := map[string]bool{}
	for _, out := range slices.Sorted(maps.Keys(next)) {
		in := next[out]
		o, i := slots[out], slots[in]
		switch {
		case o.Kind != kernels.ArrayParam || !o.Out || o.OwnLength:
			return nil, fail(out, "", "no output array of the kernel")
		case i.Kind != kernels.ArrayParam || i.Out || i.OwnLength:
			return nil, fail(in, "", "no input array of the kernel, or an output as well")
		case taken[in]:
			return nil, fail(out, in, "an input of which another output is the next already")
		}
		taken[in] = true
		a, d := b.arrays[o.Slot], b.arrays[i.Slot]
		if a.elem != d.elem || a.axes != d.axes || a.shape != d.shape || a.strides != d.strides {
			return nil, fail(out, in, "an output that is the next input has its type, shape and strides")
		}
		s.fed = append(s.fed, Fed{o.Slot, i.Slot})
	}
	if stepper != nil {
		return s, nil
	}
	// A sweep of its own, which may exchange arrays.
	own, err := newSweep(c.engine, b, c.plan)
	if err != nil {
		return nil, err
	}
	s.sweep = own.launcher.(*sweep)
	s.skew = newSkew(s.sweep, s.fed)
	return s, nil
}

// Run takes n steps, at least 0. Then both the outputs and the inputs that they feed hold the
// newest state, other outputs and results what the last step gave; nothing is
// written if n is 0. Errors are those of Call.Run; where there is one, arrays hold states
// of some steps between.
func (s *Steps) Run(ctx context.Context, n int) error {
	if n < 0 {
		return &ValueError{Name: "Steps.Run", Value: n, Want: "at least 0"}
	}
	c := s.call
	if e := c.started.Load(); e != nil {
		<-e.done
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.launch(ctx, func(labels context.Context) error {
		b := c.binding
		if s.stepper != nil {
			if n == 0 {
				return nil
			}
			if err := s.stepper.Step(ctx, labels, b, s.fed, n); err != nil {
				return err
			}
			if err := b.fault(); err != nil {
				return err
			}
			b.setResults()
			return nil
		}
		flipped := false
		defer func() {
			if flipped {
				s.flip()
			}
		}()
		for left := n; left > 0; {
			took, err := s.pass(ctx, labels, left)
			if err != nil {
				return err
			}
			if left -= took; left > 0 {
				s.flip()
				flipped = !flipped
			}
			if err := b.fault(); err != nil {
				return err
			}
		}
		if n == 0 {
			return nil
		}
		// The newest state is where outputs are now: it goes to the other arrays too.
		for _, f := range s.fed {
			s.copyState(f)
		}
		b.setResults()
		return nil
	})
}

// pass takes one or several steps, and says how many.
func (s *Steps) pass(ctx, labels context.Context, left int) (int, error) {
	if k := s.skew; k != nil && left > 1 {
		took := min(left, k.most)
		return took, k.launch(ctx, labels, took)
	}
	return 1, s.sweep.Launch(ctx, labels, s.call.binding)
}

// flip makes inputs of the outputs and the reverse.
func (s *Steps) flip() {
	for _, f := range s.fed {
		var in, out unsafe.Pointer
		for i := range s.sweep.sources {
			switch src := &s.sweep.sources[i]; src.array {
			case f.In:
				in = src.data
			case f.Out:
				out = src.data
			}
		}
		for i := range s.sweep.sources {
			switch src := &s.sweep.sources[i]; src.array {
			case f.In:
				src.data = out
			case f.Out:
				src.data = in
			}
		}
	}
}

// copyState copies what the output of a pair holds to its input.
func (s *Steps) copyState(f Fed) {
	var to, from unsafe.Pointer
	var o *source
	for i := range s.sweep.sources {
		switch src := &s.sweep.sources[i]; src.array {
		case f.In:
			to = src.data
		case f.Out:
			from, o = src.data, src
		}
	}
	if to == nil || o == nil { // the kernel does not read it
		a := s.call.binding.arrays[f.In]
		if to = a.data; o == nil {
			return
		}
	}
	shape := s.sweep.shape
	for z := range shape[0] {
		for y := range shape[1] {
			at := (z*o.strides[0] + y*o.strides[1]) * o.size
			if o.strides[2] == 1 {
				n := shape[2] * o.size
				copy(unsafe.Slice((*byte)(unsafe.Add(to, at)), n), unsafe.Slice((*byte)(unsafe.Add(from, at)), n))
				continue
			}
			for x := range shape[2] {
				d := at + x*o.strides[2]*o.size
				copy(unsafe.Slice((*byte)(unsafe.Add(to, d)), o.size), unsafe.Slice((*byte)(unsafe.Add(from, d)), o.size))
			}
		}
	}
}
