package cuda

import (
	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/cuda/internal/ptx"
	"github.com/triad-go/triad/runtime"
)

// function is an entry that is loaded, with the sizes that it is launched with.
type function struct {
	handle  driver.Function
	threads int // of a block
	most    int // blocks that a grid has at the most along its first axis
}

// waves is how many times over a grid may fill the device: some, so that multiprocessors which are done early find more to do.
// What ptx.Module calls brief is not bounded so: blocks that follow each other keep to one window of memory, and none is left with a turn more
// than others.
const waves = 8

// entry finds an entry of a module and how it fills the device. The context is current.
func (g *gpu) entry(m *module, name string, brief bool) (function, error) {
	h, err := g.drv.Function(m.handle, name)
	if err != nil {
		return function{}, g.fault(err)
	}
	f := function{handle: h}
	_, threads, err := g.drv.Occupancy(h, 0, min(ptx.MaxThreads, g.props.threads))
	if err != nil {
		return f, g.fault(err)
	}
	f.threads = max(32, threads/32*32)
	active, err := g.drv.ActiveBlocks(h, f.threads, 0)
	if err != nil {
		return f, g.fault(err)
	}
	f.most = max(1, active) * g.props.sms * waves
	if brief {
		f.most = max(1, g.props.gridX)
	}
	return f, nil
}

// blocks is how many blocks a launch has for so many units of work, of which a block has some.
func (f function) blocks(units, each int) uint32 {
	n := units / each
	if units%each != 0 {
		n++
	}
	return uint32(max(1, min(n, f.most)))
}

// codeKey says which code of a program is kept with it: that of launches whose elements follow each other.
type codeKey struct {
	name            string
	sm              int
	aliased, stream bool
}

// generate makes the program's code. It asks no driver.
func (l *launch) generate(plan runtime.Plan) error {
	b, g := l.binding, l.ex.gpu
	p := b.Program
	o := ptx.Options{Name: b.Kernel.Name(), SM: g.props.capability}
	for i, a := range l.arrays {
		for _, c := range l.arrays[:i] {
			o.Aliased = o.Aliased || a.place == resident && a.Data == c.Data && (a.Out || c.Out)
		}
	}
	moved := int64(0)
	for _, a := range l.arrays {
		moved += int64(a.bytes)
	}
	l.streams = plan.NonTemporal == runtime.NTOn || plan.NonTemporal == runtime.NTAuto && moved > g.props.l2
	o.Stream = l.streams
	l.args.Uniforms = b.Frame.Uniforms
	l.shape = [3]int{1, 1, l.n}
	if !b.Plain() {
		if err := l.generateGrid(&o); err != nil {
			return err
		}
	} else {
		l.args.N = l.n
		l.args.Arrays = make([]uint64, len(p.Arrays))
		for _, gt := range b.Kernel.Gathers() {
			l.args.Arrays[gt.Array] = uint64(l.arrays[gt.Of].device)
		}
	}
	generate := func() any {
		o.Labels = b.Kernel.Describe(p.Elem)
		return ptx.Generate(p, o)
	}
	if o.Sources == nil {
		l.module = p.Memo(codeKey{o.Name, o.SM, o.Aliased, o.Stream}, generate).(*ptx.Module)
	} else {
		l.module = generate().(*ptx.Module)
	}
	return nil
}

// load gives the code to the driver.
func (l *launch) load() error {
	g := l.ex.gpu
	m, err := l.held.module(l.binding.Kernel.Name(), l.module.Text)
	if err != nil {
		return err
	}
	if l.scalar, err = g.entry(m, l.module.Scalar, l.module.Brief); err != nil {
		return err
	}
	if l.module.Vector != "" {
		if l.vector, err = g.entry(m, l.module.Vector, l.module.Brief); err != nil {
			return err
		}
	}
	for _, name := range l.module.Folds {
		h, err := g.drv.Function(m.handle, name)
		if err != nil {
			return g.fault(err)
		}
		l.folds = append(l.folds, function{handle: h, threads: ptx.FoldThreads})
	}
	return nil
}

// generateGrid says what slots are on a grid: the arguments are the kernel's arrays by slot, then columns.
func (l *launch) generateGrid(o *ptx.Options) error {
	b := l.binding
	sources, err := b.Sources()
	if err != nil {
		return err
	}
	axes, shape := b.Space()
	l.grid, l.shape = true, [3]int{1, 1, 1}
	copy(l.shape[3-axes:], shape[:axes])
	arguments := len(l.arrays)
	o.Sources = make([]ptx.Source, len(b.Program.Arrays))
	for slot := range o.Sources {
		if slot >= len(l.arrays) { // until something below says otherwise, an argument of its own
			o.Sources[slot].Of = slot
			arguments = max(arguments, slot+1)
		} else {
			o.Sources[slot].Of = slot
		}
	}
	l.args.Arrays = make([]uint64, arguments)
	l.args.Strides, l.args.Extents = make([][3]int, arguments), make([][3]int, arguments)
	for i := range arguments { // columns: all elements of the space, one after the other
		l.args.Strides[i] = [3]int{l.shape[1] * l.shape[2], l.shape[2], 1}
		l.args.Extents[i] = l.shape
	}
	for _, s := range sources {
		o.Sources[s.Slot] = ptx.Source{Of: s.Of, Offset: s.Offset, Edges: s.Edges}
		l.args.Strides[s.Of], l.args.Extents[s.Of] = s.Strides, s.Extents
	}
	for _, gt := range b.Kernel.Gathers() {
		o.Sources[gt.Array].Of = gt.Of
	}
	for slot := range o.Sources {
		s := &o.Sources[slot]
		s.Dense = l.args.Strides[s.Of][2] == 1
	}
	l.args.Shape, l.args.N = l.shape, l.shape[2]
	return nil
}
