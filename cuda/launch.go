package cuda

import (
	"context"
	"fmt"
	"math"
	goruntime "runtime"
	"runtime/trace"
	"time"
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/cuda/internal/ptx"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// launch is the launches of one call: a runtime.Launcher.
type launch struct {
	ex      *executor
	binding *runtime.Binding
	plan    runtime.Plan
	held    *held
	base, n int   // the first element, and how many
	found   found // where faults and partials go
	raw     bool

	module         *ptx.Module
	scalar, vector function
	folds          []function // by reduction
	streams        bool       // arrays outgrow the cache

	arrays []placed // by slot of the parameters
	staged staged
	grid   bool // rows and planes matter
	shape  [3]int

	args      ptx.Launch
	moved     []uint64 // args.Arrays, from the element on that a piece begins with
	block     []uint64 // the arguments, as the entry takes them
	indirect  words    // the block, where it is too large for an entry's parameters
	params    [1]unsafe.Pointer
	foldBlock [3]uint64
	foldParam [1]unsafe.Pointer

	words    words // faults, then results of reductions, then those of collectives
	clean    bool  // the device's words of faults have none
	direct   bool  // results need no copy: blocks write into the host's words, or the ring brings them
	faults   int
	results  int
	extra    int          // words of collectives
	partials driver.Ptr   // by reduction, stride words each
	stride   int          // blocks
	levels   []driver.Ptr // what comes out of folds that are not the last
	columns  []*column
	stepping *stepping // of Steps, once there were some

	start, stop driver.Event
	took        time.Duration // of the last launch, on the device; -1 if that was not measured
	usual       time.Duration // took of the last that was measured
}

// part says what of a binding a launch is for.
type part struct {
	steps  bool // again and again: arrays of the host are on the device as a whole
	lo, hi int  // elements, from a whole reduction block on
	raw    bool // results are left as what blocks come to, for one who has those of other parts
}

// newLaunch prepares the launches of a binding.
func newLaunch(e *executor, b *runtime.Binding, plan runtime.Plan, args runtime.Args, p part) (l *launch, err error) {
	g := e.gpu
	before, err := g.enter()
	if err != nil {
		return nil, err
	}
	defer g.leave(before)
	l = &launch{ex: e, binding: b, plan: plan, base: p.lo, n: p.hi - p.lo, raw: p.raw, held: newHeld(e), took: -1}
	mine := l.held // what returns an error makes l nil
	defer func() {
		if err != nil {
			mine.release()
		}
	}()
	l.faults, l.results = len(b.Program.Traps), len(b.Program.Reductions)
	l.found = found{b.Frame.Faults, b.Frame.Partials}
	if l.raw {
		l.found = found{make([]int64, l.faults), make([][]uint64, l.results)}
	}
	l.placeArrays(p)
	if err := l.prepareColumns(args); err != nil {
		return nil, err
	}
	if err := l.generate(plan); err != nil {
		return nil, err
	}
	if err := l.load(); err != nil {
		return nil, err
	}
	if err := l.allocate(); err != nil {
		return nil, err
	}
	if err := l.prepareStaging(); err != nil {
		return nil, err
	}
	if l.start, err = l.held.event(0); err != nil { // nobody waits for it, and a blocking one would interrupt the host
		return nil, err
	}
	if l.stop, err = l.held.event(driver.EventBlocking); err != nil {
		return nil, err
	}
	l.params[0] = unsafe.Pointer(unsafe.SliceData(l.block))
	l.foldParam[0] = unsafe.Pointer(&l.foldBlock)
	if l.module.Indirect {
		l.params[0] = unsafe.Pointer(&l.indirect.device)
	}
	// Memory was had in the order of the device's stream.
	if err := g.finish(g.stream, nil); err != nil {
		return nil, err
	}
	goruntime.AddCleanup(l, (*held).release, l.held)
	return l, nil
}

// blocks is the number of reduction blocks.
func (l *launch) blocks() int {
	p := l.binding.Program
	if l.grid {
		return l.shape[0] * l.shape[1] * p.Blocks(l.shape[2])
	}
	return p.Blocks(l.n)
}

// allocate gets the memory that a call needs besides its arrays.
func (l *launch) allocate() (err error) {
	h := l.held
	for i := range l.arrays {
		if a := &l.arrays[i]; a.place == whole && a.bytes > 0 {
			if a.device, err = h.alloc(int64(a.bytes)); err != nil {
				return err
			}
		}
	}
	if err := l.allocateColumns(); err != nil {
		return err
	}
	l.pointArrays()
	l.block, l.moved = make([]uint64, l.module.Words), make([]uint64, len(l.args.Arrays))
	if l.module.Indirect {
		if l.indirect, err = h.someWords(l.module.Words); err != nil {
			return err
		}
		l.block = l.indirect.host[:l.module.Words]
	}
	if n := l.faults + l.results + l.extra; n > 0 {
		if l.words, err = h.someWords(n); err != nil {
			return err
		}
		l.args.Faults = uint64(l.words.device)
	}
	l.direct = l.faults+l.extra == 0 && (l.raw || l.ex.gpu.props.unified)
	for r := range l.found.partials { // of all blocks, one comes back
		l.found.partials[r] = make([]uint64, min(1, l.blocks()))
		if l.raw {
			l.found.partials[r] = make([]uint64, l.blocks())
		}
	}
	if l.results == 0 || l.blocks() == 0 {
		return nil
	}
	l.stride = l.blocks()
	if l.stride == 1 && !l.raw { // what the kernel writes is the result
		l.partials = l.result(0)
	} else {
		if l.partials, err = h.alloc(8 * int64(l.stride) * int64(l.results)); err != nil {
			return err
		}
		for n := folded(l.stride); n > 1; n = folded(n) {
			level, err := h.alloc(8 * int64(n))
			if err != nil {
				return err
			}
			l.levels = append(l.levels, level)
		}
	}
	l.args.Partials, l.args.PartialStride = uint64(l.partials), l.stride
	return nil
}

// info says how the call runs.
func (l *launch) info(plan runtime.Plan) runtime.LaunchInfo {
	g := l.ex.gpu
	info := runtime.LaunchInfo{Executor: l.ex.name, Code: fmt.Sprintf("ptx sm_%d", g.props.capability), Workers: max(1, g.props.sms), Schedule: plan.Schedule,
		NonTemporal: l.streams}
	switch {
	case plan.NonTemporal != runtime.NTAuto:
		info.NonTemporalWhy = "as asked"
	case l.streams:
		info.NonTemporalWhy = "the arrays are larger than the L2 cache"
	default:
		info.NonTemporalWhy = "the arrays fit the L2 cache"
	}
	return info
}

// Launch implements runtime.Launcher. Execution traces have how long kernels ran on the device in their log.
func (l *launch) Launch(ctx, _ context.Context, b *runtime.Binding) error {
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
	l.took = -1
	if l.n == 0 && len(l.columns) == 0 {
		for i := range l.found.faults {
			l.found.faults[i] = kernels.NoFault
		}
		return nil
	}
	if l.staged.active {
		err = l.runStaged(ctx)
	} else {
		err = l.runResident(ctx)
	}
	if err != nil {
		if ctx.Err() != nil && err == context.Cause(ctx) {
			return err
		}
		return l.failed(err)
	}
	if trace.IsEnabled() && l.took >= 0 {
		trace.Logf(ctx, l.ex.name, "%s: %v on the device", l.binding.Kernel.Name(), l.took)
	}
	return l.takeOutcome()
}

// failed names the kernel where an error of the driver does not.
func (l *launch) failed(err error) error {
	switch err.(type) {
	case *driver.Error, *LostError:
		return &LaunchError{Kernel: l.binding.Kernel.Name(), Device: l.ex.gpu.ordinal, Err: err}
	}
	return err
}

// DeviceTime implements runtime.DeviceTimer.
func (l *launch) DeviceTime() (time.Duration, bool) { return l.took, l.took >= 0 }

// pieceElements is how many elements one launch of the driver's has at the most, so that a context can stop what is long.
const pieceElements = min(1<<32, math.MaxInt/2+1)

// runResident launches where everything is on the device.
func (l *launch) runResident(ctx context.Context) error {
	g, s := l.ex.gpu, l.ex.stream
	for lo := 0; ; lo += pieceElements {
		hi := l.n
		if !l.grid && hi-lo > pieceElements {
			hi = lo + pieceElements
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		first, last := lo == 0, hi == l.n
		l.ex.queue.Lock()
		err := l.enqueue(lo, hi, first, last)
		l.ex.queue.Unlock()
		if err != nil {
			return g.finish(s, g.fault(err))
		}
		expected := l.usual
		if !first || !last {
			expected = 0 // which was that of all pieces
		}
		if err := g.waitAbout(l.stop, expected); err != nil {
			return g.finish(s, err)
		}
		if last {
			break
		}
	}
	if ms, err := g.drv.Elapsed(l.start, l.stop); err == nil {
		l.took = time.Duration(float64(ms) * 1e6)
		l.usual = l.took
	}
	if l.comingBack() > 0 {
		return g.finish(s, nil)
	}
	return nil
}

// enqueue puts a launch of elements lo … hi-1 into the stream, with what belongs before the first piece and after the last.
func (l *launch) enqueue(lo, hi int, first, last bool) error {
	d, s := l.ex.gpu.drv, l.ex.stream
	if first {
		if err := l.sendFaults(s); err != nil {
			return err
		}
		if err := d.RecordEvent(l.start, s); err != nil {
			return err
		}
		for _, c := range l.columns {
			if err := c.before(l, s); err != nil {
				return err
			}
		}
	}
	if hi > lo {
		if err := l.kernel(lo, hi, l.from(lo), s); err != nil {
			return err
		}
	}
	if last {
		if err := l.fold(s); err != nil {
			return err
		}
		for _, c := range l.columns {
			if err := c.run(l, s); err != nil {
				return err
			}
		}
	}
	if err := d.RecordEvent(l.stop, s); err != nil {
		return err
	}
	if last {
		return l.fetchWords(s)
	}
	return nil
}

// from is the addresses of element lo of all arrays that lie on the device.
func (l *launch) from(lo int) []uint64 {
	if lo == 0 {
		return l.args.Arrays
	}
	copy(l.moved, l.args.Arrays)
	for slot, a := range l.binding.Program.Arrays {
		if !a.Gathered && slot < len(l.moved) {
			l.moved[slot] += uint64(lo * a.Type.Size())
		}
	}
	return l.moved
}

// kernel launches the program over elements lo … hi-1. Arrays are where element lo is, or element 0 if they are l.args.Arrays.
func (l *launch) kernel(lo, hi int, arrays []uint64, s driver.Stream) error {
	d := l.ex.gpu.drv
	a := l.args
	a.Arrays = arrays
	f, aligned := l.scalar, l.module.Vector != ""
	if !l.grid {
		a.N, a.Index = hi-lo, int64(l.base+lo)
		if l.results > 0 {
			a.Partials += uint64(8 * (lo / l.binding.Program.BlockLen()))
		}
		for slot, arr := range l.binding.Program.Arrays {
			aligned = aligned && ((!arr.Read && !arr.Written) || arrays[slot]%16 == 0)
		}
	}
	var over [3]uint32 // a grid
	var overThreads int
	if l.grid {
		over, overThreads, a.Rows = l.overRows(f)
	}
	l.module.Arguments(l.block, &a)
	if l.module.Indirect {
		if err := d.CopyToDevice(l.indirect.device, unsafe.Pointer(unsafe.SliceData(l.indirect.host)), uint64(8*l.module.Words), s); err != nil {
			return err
		}
	}
	grid, threads := [3]uint32{1, 1, 1}, f.threads
	switch {
	case l.module.Warp:
		blocks := l.binding.Program.Blocks(a.N)
		if l.grid {
			blocks = l.blocks()
		}
		grid[0] = f.blocks(blocks, threads/32)
	case l.grid:
		grid, threads = over, overThreads
	case aligned:
		f = l.vector
		threads = f.threads
		grid[0] = f.blocks(a.N, threads*l.module.VectorElements)
	default:
		grid[0] = f.blocks(a.N, threads*l.module.ScalarElements)
	}
	return d.Launch(f.handle, grid, [3]uint32{uint32(threads), 1, 1}, 0, s, &l.params[0])
}

// mostRows is how many rows that follow each other a block takes at the most, where there is enough for other blocks.
const mostRows = 8

// overRows is how the space of a grid is divided: threads go along rows, and a block takes some rows.
func (l *launch) overRows(f function) (grid [3]uint32, threads, rows int) {
	each := l.module.ScalarElements
	threads = f.threads
	for threads > 32 && (threads/2 >= l.shape[2] || each > 1 && threads*each > l.shape[2] && 32*each <= l.shape[2]) {
		threads /= 2
	}
	grid[0] = f.blocks(l.shape[2], threads*each)
	// Blocks are as many threads as f.most counts, or fewer.
	most := f.most * (f.threads / threads)
	rows = max(1, min(int(grid[0])*l.shape[1]*l.shape[0]/most, mostRows))
	grid[1] = uint32(max(1, min((l.shape[1]+rows-1)/rows, 65535)))
	grid[2] = uint32(max(1, min(l.shape[0], 65535)))
	return grid, threads, rows
}
