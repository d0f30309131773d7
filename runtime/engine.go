package runtime

import (
	"context"
	"fmt"
	"slices"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// engine is what this package's executors do for launches that are more than one
// range of elements: a sweep over the rows of a grid, a scan, a compaction.
type engine interface {
	Name() string

	Target() Target

	// size is how many workers there are.
	size() int

	// code is the tier of its code.
	code() simd.Tier

	// rates says how fast views compute, for the length of pieces.
	rates() rates

	// view makes what runs the program over a frame. Options but the tier are the
	// caller's.
	view(p *kernels.Program, f *kernels.Frame, o simd.Options) (view, error)

	// team runs the parts of a task on that many workers at once, on one of them
	// if a loop has the crew, and returns when all are done. The error is ErrClosed.
	team(labels context.Context, t *teamwork, workers int) error
}

// newPhased prepares the launches of what is more than one range of elements.
func newPhased(e engine, b *Binding, plan Plan) (*Call, error) {
	call, err := newPhases(e, b, plan)
	if err != nil {
		return nil, err
	}
	call.info.Bytes = b.moved()
	return call.of(e, plan), nil
}

// moved is the number of bytes of all arrays that are read, and of all that are written: what neighbours
// or columns take besides stays in cache.
func (b *Binding) moved() (bytes int64) {
	for _, p := range b.Kernel.Params() {
		if p.Kind != kernels.ArrayParam {
			continue
		}
		a := b.arrays[p.Slot]
		n := int64(1)
		for axis := range a.axes {
			n *= int64(a.shape[axis])
		}
		if p.In {
			bytes += n * int64(a.elem.Size())
		}
		if p.Out {
			bytes += n * int64(a.elem.Size())
		}
	}
	return bytes
}

// of notes what a call was bound by.
func (c *Call) of(e engine, plan Plan) *Call {
	c.engine, c.plan = e, plan
	return c
}

func newPhases(e engine, b *Binding, plan Plan) (*Call, error) {
	columns := b.Kernel.Columns()
	others := slices.DeleteFunc(slices.Clone(columns), func(c kernels.Column) bool { return c.Output.Collect == kernels.Along })
	switch {
	case len(others) == 0:
		return newSweep(e, b, plan)
	case len(others) < len(columns):
		return nil, &ArgError{Kernel: b.Kernel.Name(), Name: others[0].Output.Name, Reason: ArgShape,
			Detail: fmt.Sprintf("a %s beside a fold along an axis", others[0])}
	case !b.plain:
		return nil, &ArgError{Kernel: b.Kernel.Name(), Name: columns[0].Output.Name, Reason: ArgShape,
			Detail: columns[0].String() + " needs arrays of which all elements follow each other, and no neighbours"}
	}
	return newCollected(e, b, plan)
}

// view runs a program over a frame of its owner, who may point it at other arrays,
// of another length, between a Run and the next if Reload comes first.
type view interface {
	Reload()
	Repoint() // Reload for other arrays and another length alone
	Run(lo, hi int)

	// RunUnordered is Run, but that others may see its stores only after Publish.
	RunUnordered(lo, hi int)
	Publish()

	// RunRows is RunUnordered for rows one after the other: strides are the bytes from
	// a row to the next, by array.
	RunRows(lo, hi, rows int, strides []int)
}

// teamwork is a task of which each worker does a part: part is called once for each
// of the workers 0 … workers-1, at the same time, and may not panic.
type teamwork struct {
	part    func(worker, workers int)
	workers int // of the launch at hand
}

func (t *teamwork) do(worker int) { t.part(worker, t.workers) }

// alone has the caller do the whole task.
func (t *teamwork) alone() {
	t.workers = 1
	t.part(0, 1)
}

// codeView compiles for a tier.
func codeView(p *kernels.Program, f *kernels.Frame, o simd.Options, tier simd.Tier) (view, error) {
	o.Tier = tier
	code, err := simd.Compile(p, o)
	if err != nil {
		return nil, err
	}
	return code.NewRunner(f), nil
}

// interpreted is a view of an interpreter, which looks at its frame anew in every
// Run.
type interpreted struct {
	*kernels.Interpreter
	frame *kernels.Frame
}

func (interpreted) Reload()                   {}
func (interpreted) Repoint()                  {}
func (interpreted) Publish()                  {}
func (i interpreted) RunUnordered(lo, hi int) { i.Run(lo, hi) }

func (i interpreted) RunRows(lo, hi, rows int, strides []int) {
	move := func(rows int) {
		for slot, s := range strides {
			i.frame.Arrays[slot] = unsafe.Add(i.frame.Arrays[slot], s*rows)
		}
	}
	for row := range rows {
		if row > 0 {
			move(1)
		}
		i.Run(lo, hi)
	}
	move(1 - max(rows, 1))
}

// tierOf says what code a view runs, and why it is portable though better was asked for.
func tierOf(v view) (simd.Tier, error) {
	if r, ok := v.(*simd.Runner); ok {
		return r.Code().Tier(), r.Code().Fallback()
	}
	return simd.Portable, nil
}

func (s *sequential) size() int       { return 1 }
func (s *sequential) code() simd.Tier { return simd.Portable }
func (s *sequential) rates() rates    { return interpreting }

func (s *sequential) view(p *kernels.Program, f *kernels.Frame, _ simd.Options) (view, error) {
	return interpreted{p.NewInterpreter(f), f}, nil
}

func (s *simdExec) size() int       { return 1 }
func (s *simdExec) code() simd.Tier { return s.tier }
func (s *simdExec) rates() rates    { return slow(s.tier) }

func (s *simdExec) view(p *kernels.Program, f *kernels.Frame, o simd.Options) (view, error) {
	return codeView(p, f, o, s.tier)
}

func (s *single) team(_ context.Context, t *teamwork, _ int) error {
	if !s.gate.enter() {
		return ErrClosed
	}
	defer s.gate.leave()
	t.alone()
	return nil
}

func (p *pool) size() int       { return p.workers }
func (p *pool) code() simd.Tier { return p.tier }
func (p *pool) rates() rates    { return slow(p.tier) }

func (p *pool) view(prog *kernels.Program, f *kernels.Frame, o simd.Options) (view, error) {
	return codeView(prog, f, o, p.tier)
}

func (p *pool) team(labels context.Context, t *teamwork, workers int) error {
	if !p.gate.enter() {
		return ErrClosed
	}
	defer p.gate.leave()
	if workers == 1 && !p.crew.bound() || !p.turn.take(false) {
		t.alone()
		return nil
	}
	defer p.turn.give()
	t.workers = workers
	p.crew.run(t, workers, labels)
	return nil
}
