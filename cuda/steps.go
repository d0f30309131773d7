package cuda

import (
	"context"
	"slices"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// stepping is what a call has for steps: a launch whose arrays are all on the device, with the arguments of even and
// of odd steps, and a graph of some pairs of them.
type stepping struct {
	launch *launch
	arrays [2][]uint64 // of even steps, and of odd ones, in which what is fed and what feeds it change places
	graph  driver.GraphExec
	blocks [2][]uint64     // the arguments that the graph was made with
	ends   [2]driver.Event // of batches, in turn
}

const (
	graphPairs = 16  // pairs of steps in a graph: enough that launching it costs little a step
	batchSteps = 512 // steps after which a context is asked, when those before are done: the device has the next ones meanwhile
)

// Step implements runtime.Stepper.
func (l *launch) Step(ctx, _ context.Context, b *runtime.Binding, feeds []runtime.Fed, n int) error {
	e := l.ex
	if !e.begin() {
		return runtime.ErrClosed
	}
	defer e.end()
	g := e.gpu
	before, err := g.enter()
	if err != nil {
		return l.failed(err)
	}
	defer g.leave(before)
	if err := l.prepareSteps(b, feeds); err != nil {
		return l.failed(err)
	}
	s := l.stepping
	if err := g.ring.begin(s.launch.staged.bytes); err != nil {
		return l.failed(err)
	}
	err = s.run(ctx, feeds, n)
	if err = g.ring.end(g.finish(e.stream, g.fault(err))); err != nil {
		if ctx.Err() != nil && err == context.Cause(ctx) {
			return err
		}
		return l.failed(err)
	}
	return s.launch.takeOutcome()
}

func (l *launch) prepareSteps(b *runtime.Binding, feeds []runtime.Fed) error {
	if l.stepping != nil {
		return nil
	}
	own, err := newLaunch(l.ex, b, l.plan, nil, part{steps: true, hi: b.Frame.N})
	if err != nil {
		return err
	}
	for _, f := range feeds {
		if a := own.arrays[f.Out]; a.place == resident && !dense(a.Array) {
			own.held.release()
			return &runtime.UnsupportedError{Executor: l.ex.name, Feature: "steps over buffers whose rows are apart"}
		}
	}
	s := &stepping{launch: own}
	for i := range s.ends {
		if s.ends[i], err = own.held.event(driver.EventBlocking | driver.EventUntimed); err != nil {
			own.held.release()
			return err
		}
	}
	s.arrays[0] = own.args.Arrays
	s.arrays[1] = slices.Clone(own.args.Arrays)
	for _, f := range feeds {
		in, out := uint64(own.arrays[f.In].device), uint64(own.arrays[f.Out].device)
		for i, a := range s.arrays[0] { // neighbours' slots of plain launches, too
			switch a {
			case in:
				s.arrays[1][i] = out
			case out:
				s.arrays[1][i] = in
			}
		}
	}
	l.stepping = s
	return nil
}

// run takes n steps. It has the ring.
func (s *stepping) run(ctx context.Context, feeds []runtime.Fed, n int) error {
	l := s.launch
	g, stream, r := l.ex.gpu, l.ex.stream, &l.ex.gpu.ring
	d := g.drv
	for _, slot := range l.staged.whole {
		if a := &l.arrays[slot]; a.In && a.bytes > 0 {
			if err := r.send(ctx, a); err != nil {
				return err
			}
		}
	}
	if err := r.settle(); err != nil {
		return err
	}
	if err := l.sendFaults(stream); err != nil {
		return err
	}
	taken, err := s.take(ctx, n)
	if err != nil {
		return err
	}
	if err := firstOf(l.fold(stream), l.fetchWords(stream)); err != nil {
		return err
	}
	// What is newest is in the outputs after an odd number of steps, and in what they feed after an even one.
	for _, f := range feeds {
		to, from := &l.arrays[f.In], &l.arrays[f.Out]
		if taken%2 == 0 {
			to, from = from, to
		}
		if to.bytes > 0 {
			if err := d.CopyOnDevice(to.device, from.device, uint64(to.bytes), stream); err != nil {
				return err
			}
		}
	}
	if err := g.sync(stream); err != nil {
		return err
	}
	for _, slot := range l.staged.whole {
		a := &l.arrays[slot]
		fed := slices.ContainsFunc(feeds, func(f runtime.Fed) bool { return f.In == slot })
		if (a.Out || fed) && a.bytes > 0 {
			if err := r.fetch(a); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle waits for what was sent, and frees all slots.
func (r *ring) settle() error {
	err := r.gpu.sync(r.in)
	for i := range r.slots {
		r.slots[i].used = false
	}
	return err
}

// take takes n steps, by a graph of many where that pays, and says how many it took: fewer if there was a fault.
func (s *stepping) take(ctx context.Context, n int) (taken int, err error) {
	l := s.launch
	d, stream := l.ex.gpu.drv, l.ex.stream
	oneByOne := l.faults > 0 || l.module.Indirect
	graphs := false
	asked, batches := 0, 0
	for taken < n {
		if ctx.Err() != nil {
			return taken, context.Cause(ctx)
		}
		if taken == 2 && !oneByOne && n >= 4*graphPairs {
			// Not before: a driver that loads lazily may load a kernel when it is first launched, and that is not for captures.
			if err := s.capture(); err != nil {
				return taken, err
			}
			graphs = s.graph != 0
		}
		if graphs && taken%2 == 0 && n-taken >= 2*graphPairs {
			if err := d.LaunchGraph(s.graph, stream); err != nil {
				return taken, err
			}
			taken += 2 * graphPairs
		} else {
			if err := l.kernel(0, l.n, s.arrays[taken%2], stream); err != nil {
				return taken, err
			}
			taken++
		}
		if oneByOne {
			if err := firstOf(l.fetchWords(stream), d.SyncStream(stream)); err != nil {
				return taken, err
			}
			for i := range l.faults {
				if int64(l.words.host[i]) != kernels.NoFault {
					return taken, nil
				}
			}
		} else if taken-asked >= batchSteps {
			asked = taken
			if err := d.RecordEvent(s.ends[batches%2], stream); err != nil {
				return taken, err
			}
			if batches++; batches > 1 {
				if err := l.ex.gpu.wait(s.ends[batches%2]); err != nil {
					return taken, err
				}
			}
		}
	}
	return taken, nil
}

// capture makes the graph, if there is none for the arguments as they are.
func (s *stepping) capture() error {
	l := s.launch
	d := l.ex.gpu.drv
	var now [2][]uint64
	for i := range now {
		a := l.args
		a.Arrays = s.arrays[i]
		now[i] = make([]uint64, l.module.Words)
		l.module.Arguments(now[i], &a)
	}
	if s.graph != 0 && slices.Equal(now[0], s.blocks[0]) && slices.Equal(now[1], s.blocks[1]) {
		return nil
	}
	// In a stream of its own: what others put into the executor's meanwhile is not to be part of the graph, and nobody may wait for a
	// stream that is captured.
	own, err := d.NewStream()
	if err != nil {
		return err
	}
	defer d.DestroyStream(own)
	if err := d.BeginCapture(own); err != nil {
		if isUnsupported(err) {
			return nil // steps are launched one by one
		}
		return err
	}
	var failed error
	for range graphPairs {
		for i := range 2 {
			if failed == nil {
				failed = l.kernel(0, l.n, s.arrays[i], own)
			}
		}
	}
	graph, err := d.EndCapture(own)
	if err = firstOf(failed, err); err != nil {
		if graph != 0 {
			_ = d.DestroyGraph(graph)
		}
		return err
	}
	exec, err := d.Instantiate(graph)
	if err == nil {
		l.held.setGraph(exec)
		s.graph, s.blocks = exec, now
	}
	return firstOf(err, d.DestroyGraph(graph))
}

func isUnsupported(err error) bool {
	e, ok := err.(*driver.Error)
	return ok && e.Result == driver.NotSupported
}
