package cuda

import (
	"fmt"
	"math"
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/cuda/internal/ptx"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// column is a collective output of a call: the passes that make it of its column of values, which the program has left
// in the device's memory.
type column struct {
	kernels.Column
	out    int // the slot of the parameter that is the output, or -1
	result any // the pointer that the result goes to, or nil

	made    *ptx.Collective
	args    ptx.CollectArgs
	passes  []ptx.Pass
	entries []driver.Function // by pass
	block   []uint64
	param   [1]unsafe.Pointer
	at      int          // of its words, among those of the call
	copies  []columnCopy // columns that the program or an output would overwrite
}

// columnCopy is a column that is copied before the program runs.
type columnCopy struct {
	to, from driver.Ptr
	bytes    int
}

// prepareColumns makes the collectives of a kernel.
func (l *launch) prepareColumns(args runtime.Args) error {
	b := l.binding
	params := b.Kernel.Params()
	for _, col := range b.Kernel.Columns() {
		p := params[col.Param]
		c := &column{Column: col, out: -1}
		spec := ptx.CollectSpec{
			Kind: col.Output.Collect, Reduce: col.Output.Reduce, Op: col.Output.Op,
			Value: b.Program.Arrays[col.Value].Type, SM: l.ex.gpu.props.capability,
		}
		if p.Kind == kernels.ArrayParam {
			c.out = p.Slot
			spec.Out = l.arrays[p.Slot].Elem
		} else {
			c.result = args[p.Name]
		}
		if col.By >= 0 {
			spec.By = b.Program.Arrays[col.By].Type
		}
		if col.Rows >= 0 {
			spec.Rows = l.arrays[col.Rows].Elem
			if err := l.checkRows(c); err != nil {
				return err
			}
		}
		axes, _ := b.Space()
		if col.Output.Collect == kernels.Along {
			spec.Last = col.Axis == axes-1
			if err := l.checkAlong(c, axes); err != nil {
				return err
			}
		} else if !b.Plain() {
			return &runtime.ArgError{Kernel: b.Kernel.Name(), Name: col.Output.Name, Reason: runtime.ArgShape,
				Detail: col.String() + " needs arrays of which all elements follow each other, and no neighbours"}
		}
		var err error
		if c.made, err = ptx.Collect(spec); err != nil {
			return &runtime.UnsupportedError{Executor: l.ex.name, Feature: "a " + col.String(), Err: err}
		}
		c.at = l.faults + l.results + l.extra
		l.extra += c.made.Results()
		l.columns = append(l.columns, c)
	}
	return nil
}

// checkRows checks the array of the bounds of segments, as executors on the processor do.
func (l *launch) checkRows(c *column) error {
	rows, out := l.arrays[c.Rows], l.arrays[c.out].Len
	segments := c.Output.Collect == kernels.Segments
	fail := func(reason runtime.ArgReason, format string, args ...any) error {
		return &runtime.ArgError{Kernel: l.binding.Kernel.Name(), Name: rows.Name, Other: c.Output.Name, Reason: reason, Detail: fmt.Sprintf(format, args...)}
	}
	switch {
	case !rows.Elem.IsInt():
		return fail(runtime.ArgElement, "segments are given by integers, not %v", rows.Elem)
	case rows.Len == 0 && !segments:
		return fail(runtime.ArgLength, "segments have a bound at least, the number of elements")
	case segments && out+1 != rows.Len:
		return fail(runtime.ArgLength, "%d segments have %d bounds, not %d", out, out+1, rows.Len)
	}
	return nil
}

// checkAlong checks the shape of the output of a fold along an axis.
func (l *launch) checkAlong(c *column, axes int) error {
	b := l.binding
	a := l.arrays[c.out]
	_, shape := b.Space()
	fail := func(format string, args ...any) error {
		return &runtime.ArgError{Kernel: b.Kernel.Name(), Name: a.Name, Reason: runtime.ArgShape, Detail: fmt.Sprintf(format, args...)}
	}
	counts := b.Program.Axes > 0 || len(b.Kernel.Neighbours()) > 0
	if have := b.Kernel.Axes(); axes == 1 || axes < have || axes > have && counts {
		return fail("a fold along axis %d of %d in a space of %d", c.Axis, b.Kernel.Axes(), axes)
	}
	var want []int
	shift := 3 - axes
	c.args.Shape, c.args.Axis = [3]int{1, 1, 1}, shift+c.Axis
	for axis := range axes {
		c.args.Shape[shift+axis] = shape[axis]
		if axis == c.Axis {
			continue
		}
		if len(want) < a.Axes {
			c.args.Strides[shift+axis] = a.Strides[len(want)]
		}
		want = append(want, shape[axis])
	}
	if have := a.Shape[:a.Axes]; fmt.Sprint(have) != fmt.Sprint(want) {
		return fail("its shape is %v, and what is left of the space %v", have, want)
	}
	return nil
}

// keepsOld reports whether elements of the output may keep what they were.
func (c *column) keepsOld() bool {
	return c.Output.Collect == kernels.Scatter || c.Output.Collect == kernels.ScatterAdd || c.Output.Collect == kernels.Keep
}

// allocateColumns gets memory for columns and passes, and loads these.
func (l *launch) allocateColumns() error {
	b, h, g := l.binding, l.held, l.ex.gpu
	own := map[int]driver.Ptr{} // columns of the program's own, by slot
	n := l.n
	if l.grid {
		n = l.shape[0] * l.shape[1] * l.shape[2]
	}
	for _, c := range l.columns {
		for _, v := range []struct {
			slot int
			to   *uint64
		}{{c.Value, &c.args.Values}, {c.By, &c.args.By}} {
			if v.slot < 0 {
				continue
			}
			bytes := max(1, n) * b.Program.Arrays[v.slot].Type.Size()
			if v.slot >= len(l.arrays) {
				if own[v.slot] == 0 {
					p, err := h.alloc(int64(bytes))
					if err != nil {
						return err
					}
					own[v.slot] = p
				}
				*v.to = uint64(own[v.slot])
				continue
			}
			a := &l.arrays[v.slot]
			*v.to = uint64(a.device)
			if a.place == resident && l.overwritten(v.slot) || a.place == resident && c.args.Axis > 0 && !dense(a.Array) {
				p, err := h.alloc(int64(bytes))
				if err != nil {
					return err
				}
				c.copies = append(c.copies, columnCopy{p, a.device, n * a.size})
				*v.to = uint64(p)
			}
		}
		c.args.N = n
		if c.Rows >= 0 {
			a := &l.arrays[c.Rows]
			c.args.Rows, c.args.RowsLen = uint64(a.device), a.Len
		}
		if c.out >= 0 {
			a := &l.arrays[c.out]
			c.args.Out, c.args.OutLen = uint64(a.device), a.Len
		}
		if c.made.Most > 0 && (int64(n) > c.made.Most || int64(c.args.OutLen) > c.made.Most) {
			return &runtime.ArgError{Kernel: b.Kernel.Name(), Name: c.Output.Name, Reason: runtime.ArgLength,
				Detail: fmt.Sprintf("a %s has %d elements at the most on a GPU", c.Column, c.made.Most)}
		}
		if bytes := c.made.ScratchBytes(&c.args); bytes > 0 {
			p, err := h.alloc(int64(bytes))
			if err != nil {
				return err
			}
			c.args.Scratch = uint64(p)
		}
		c.passes = c.made.Passes(nil, &c.args)
		m, err := h.module(b.Kernel.Name(), c.made.Text)
		if err != nil {
			return err
		}
		for _, p := range c.passes {
			f, err := g.drv.Function(m.handle, p.Entry)
			if err != nil {
				return g.fault(err)
			}
			c.entries = append(c.entries, f)
		}
	}
	for slot, p := range own {
		if slot < len(l.args.Arrays) {
			l.args.Arrays[slot] = uint64(p)
		}
	}
	return nil
}

// overwritten reports whether an array on the device is the same memory as one that the launch writes.
func (l *launch) overwritten(slot int) bool {
	for i, a := range l.arrays {
		if i != slot && a.Out && a.place == resident && a.Data == l.arrays[slot].Data {
			return true
		}
	}
	return false
}

// point writes the arguments of the passes, when all memory is there.
func (c *column) point(l *launch) {
	c.block = make([]uint64, c.made.Words())
	c.param[0] = unsafe.Pointer(unsafe.SliceData(c.block))
}

// before copies columns that would be overwritten.
func (c *column) before(l *launch, s driver.Stream) error {
	for _, k := range c.copies {
		if k.bytes == 0 {
			continue
		}
		if err := l.ex.gpu.drv.CopyOnDevice(k.to, k.from, uint64(k.bytes), s); err != nil {
			return err
		}
	}
	return nil
}

// run launches the passes.
func (c *column) run(l *launch, s driver.Stream) error {
	if c.made.Results() > 0 {
		c.args.Result = uint64(l.words.device) + uint64(8*c.at)
	}
	c.made.Arguments(c.block, &c.args)
	for i, p := range c.passes {
		if err := l.ex.gpu.drv.Launch(c.entries[i], [3]uint32{uint32(p.Grid), 1, 1}, [3]uint32{uint32(p.Block), 1, 1}, 0, s, &c.param[0]); err != nil {
			return err
		}
	}
	return nil
}

// outcome writes the result, and says what was wrong.
func (c *column) outcome(l *launch) error {
	if c.made.Results() == 0 {
		return nil
	}
	o := c.made.Outcome(l.words.host[c.at : c.at+c.made.Results()])
	kernel, name := l.binding.Kernel.Name(), c.Output.Name
	switch c.Output.Collect {
	case kernels.Scatter, kernels.ScatterAdd:
		if o.FaultAt >= 0 {
			return &runtime.IndexError{Kernel: kernel, Array: name, Index: int(o.FaultAt), Position: o.Fault, Len: c.args.OutLen}
		}
	case kernels.Segments, kernels.SegmentScan, kernels.SegmentScanBefore:
		if o.FaultAt >= 0 {
			return &runtime.SegmentError{Kernel: kernel, Rows: l.arrays[c.Rows].Name, At: int(o.FaultAt), Bound: o.Fault, Want: c.want(o)}
		}
	case kernels.Keep:
		if n := int64(o.Integer); n > int64(c.args.OutLen) {
			return &runtime.ArgError{Kernel: kernel, Name: name, Reason: runtime.ArgLength,
				Detail: fmt.Sprintf("%d values are kept, and there is room for %d", n, c.args.OutLen)}
		}
	default:
		setResult(c.result, o)
	}
	return nil
}

// want is what a bound of segments that is wrong may be.
func (c *column) want(o ptx.Outcome) string {
	switch {
	case o.FaultAt == 0 && o.Fault != 0:
		return "0"
	case o.Fault < o.Before || o.Fault > int64(c.args.N):
		return fmt.Sprintf("%d to %d", o.Before, c.args.N)
	}
	return fmt.Sprintf("%d, the number of elements", c.args.N)
}

// setResult writes a result to where the caller wants it.
func setResult(to any, o ptx.Outcome) {
	switch to := to.(type) {
	case *float64:
		*to = o.Float
	case *float32:
		*to = float32(o.Float)
	case *int:
		*to = int(int64(o.Integer))
	case *int64:
		*to = int64(o.Integer)
	case *uint64:
		*to = o.Integer
	case *int32:
		*to = int32(o.Integer)
	case *uint32:
		*to = uint32(o.Integer & math.MaxUint32)
	}
}
