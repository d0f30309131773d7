package runtime

import (
	"context"
	"math"
	"slices"
	"sync/atomic"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// A launch over an index space of several axes, or with neighbours, goes row by row: a
// row is a range of elements along the last axis, over which the program runs as over
// any, with pointers to the rows that it reads and writes. So a neighbour along another
// axis is another row, and what lies beyond an end is one, too, by the kind of the edge. Along the
// row a neighbour is the same row, some elements on; near its ends alone, values are
// copied to rows of scratch, with those beyond the end beside. The inside runs without
// copies and without checks.

const (
	// segmentMost is the length of row that is run at once: that of a dozen rows fit
	// into a second-level cache.
	segmentMost = 8 << 10

	// endBytes is what is copied at the ends of a row at the least.
	endBytes = 64

	// copiedRow is the length of row up to which all of it is copied, with what lies beyond its
	// ends, where neighbours along it reach beyond; copiedRows that of rows which are run together.
	copiedRow  = 1024
	copiedRows = 64

	// tileBytes is what the rows of a plane that come again with the next plane may be.
	tileBytes = 640 << 10

	// togetherMost is how many elements of rows are run in one call, if they are several
	// rows, and copiedMost how many if all of them are copied before.
	togetherMost = 16 << 10
	copiedMost   = 2 << 10
	rowsMost     = 128

	// tileRows is how many rows of a space of two axes a worker takes at once, at the least.
	tileRows = 64
)

// sweep is the launches of one call.
type sweep struct {
	engine  engine
	binding *Binding
	shape   [3]int // of the space, with axes of extent 1 before it
	sources []source
	alongs  []along
	columns []int   // by along: the slot of the values
	whole   [3]bool // axes along which tiles are whole
	unit    int     // segments are multiples of it, but for the last of a row
	before  int     // how far neighbours reach along a row
	after   int
	above   int // how far across rows
	below   int
	rows    int // that may be run together
	tiles   []tile
	deal    *deal
	workers []*sweeper
	task    teamwork

	ctx     context.Context
	stopped atomic.Bool
}

// source is what a slot of the program reads or writes.
type source struct {
	slot    int
	array   int // the slot of the parameter
	size    int // of an element
	strides [3]int
	offset  [3]int
	edges   [3][2]kernels.Edge
	extent  [3]int // of the array
	written bool
	data    unsafe.Pointer
	elem    kernels.Type

	rowBytes int  // from a row to the next
	group    int  // the first source that is elements of the same row
	reaches  bool // some source of the group is at an offset along the row
}

// tile is a part of the space: its planes, its rows, and a range of these.
type tile struct{ lo, hi [3]int }

// sweeper is what one worker has.
type sweeper struct {
	worker  int
	columns [][]uint64 // by along: the values of a segment
	sweep   *sweep
	frame   *kernels.Frame
	view    view
	piece   int
	rows    []sourceRow // by source: of the row at hand
	strides []int       // by slot: bytes from what is run for a row to that for the next
	scratch [][]uint64  // by source: a row for each that is run together
	width   int         // elements from a row of scratch to the next
}

// sourceRow is the row that a source is for a row of the space: its element 0, or what all its
// elements are.
type sourceRow struct {
	data     unsafe.Pointer
	constant bool
	value    float64
	copied   bool // to scratch, for the segment at hand
}

func newSweep(e engine, b *Binding, plan Plan) (*Call, error) {
	s := &sweep{engine: e, binding: b, shape: [3]int{1, 1, 1}, unit: endBytes / b.Program.LaneSize()}
	s.task.part = s.part
	copy(s.shape[3-b.space.axes:], b.space.shape[:b.space.axes])
	if len(b.Program.Reductions) > 0 {
		s.unit = b.Program.BlockLen()
	}
	if err := s.makeSources(); err != nil {
		return nil, err
	}
	if err := s.makeAlongs(e.size()); err != nil {
		return nil, err
	}
	s.makeTiles()
	workers := e.size()
	if b.Frame.N < plan.InlineBelow || plan.InlineBelow < 0 && float64(b.Frame.N)*e.rates().nanos(b.Program) < inlineNanos*5 {
		workers = 1
	}
	s.deal = newDeal(len(s.tiles), 1, workers, plan)
	rowBlocks := b.Program.Blocks(s.shape[2])
	for r := range b.Frame.Partials {
		b.Frame.Partials[r] = make([]uint64, s.shape[0]*s.shape[1]*rowBlocks)
	}
	stream, why := nonTemporal(b, plan.NonTemporal, e.Target())
	longest := 0
	for _, t := range s.tiles {
		longest = max(longest, t.hi[2]-t.lo[2])
	}
	s.rows = s.together(longest)
	for range s.deal.workers {
		f := *b.Frame
		f.Arrays = make([]unsafe.Pointer, len(b.Frame.Arrays))
		copy(f.Arrays, b.Frame.Arrays)
		f.Faults = make([]int64, len(b.Frame.Faults))
		f.ClearFaults()
		f.Partials = make([][]uint64, len(b.Frame.Partials))
		copy(f.Partials, b.Frame.Partials)
		w := &sweeper{worker: len(s.workers), columns: make([][]uint64, len(s.columns)), sweep: s, frame: &f, piece: pieceLen(b.Program, e.rates()), rows: make([]sourceRow, len(s.sources)), scratch: make([][]uint64, len(s.sources))}
		room := s.scratchLen(longest) // of one row, or of the ends of several
		if s.rows > 1 && s.packs() {
			room *= s.rows
		} else if s.rows > 1 {
			room = max(room, s.rows*s.scratchLen(max(copiedRows, roundTo(s.before, s.unit), s.after+s.unit)))
		}
		for i := range w.scratch {
			w.scratch[i] = make([]uint64, room)
		}
		w.strides = make([]int, len(f.Arrays))
		for i := range w.columns {
			w.columns[i] = make([]uint64, longest)
			f.Arrays[s.columns[i]] = unsafe.Pointer(unsafe.SliceData(w.columns[i]))
		}
		f.N, f.Index = longest, make([]int64, max(1, b.Program.Axes))
		var err error
		if w.view, err = e.view(b.Program, &f, simd.Options{NonTemporal: stream, Prefetch: !stream && outgrows(b, e.Target()), Rows: s.rows > 1}); err != nil {
			return nil, err
		}
		s.workers = append(s.workers, w)
	}
	info := LaunchInfo{Executor: e.Name(), Workers: s.deal.workers, Inline: s.deal.workers == 1, Schedule: plan.Schedule,
		NonTemporal: stream && len(s.workers) > 0, NonTemporalWhy: why}
	info.Tier, info.Fallback = tierOf(s.workers[0].view)
	info.NonTemporal = info.NonTemporal && info.Tier.Streams()
	return NewCall(b, info, s), nil
}

// together is how many rows may be run in one call: more than one only if what is computed
// of an element is told by the arrays alone.
func (s *sweep) together(longest int) int {
	p := s.binding.Program
	index := slices.ContainsFunc(p.Body, func(in kernels.Instr) bool { return in.Op == kernels.OpIndex })
	if index || len(p.Reductions) > 0 || len(p.Traps) > 0 || len(s.alongs) > 0 {
		return 1
	}
	most := togetherMost
	if s.packs() || longest <= copiedRows {
		most = copiedMost
	}
	most = min(most, pieceLen(p, s.engine.rates()))
	return max(1, min(most/max(longest, 1), rowsMost))
}

// packs reports whether some rows have elements that are apart, so that they are always copied.
func (s *sweep) packs() bool {
	return slices.ContainsFunc(s.sources, func(src source) bool { return src.strides[2] != 1 })
}

// scratchLen is how many elements of a row are copied, those beside them included, at the most.
func (s *sweep) scratchLen(n int) int { return roundTo(n+s.before+s.after, 8) }

// makeSources lists the slots that the program uses, and checks how far neighbours reach.
func (s *sweep) makeSources() error {
	b := s.binding
	all, err := b.Sources()
	if err != nil {
		return err
	}
	for _, from := range all {
		arg, a := b.arrays[from.Of], b.Program.Arrays[from.Slot]
		src := source{slot: from.Slot, array: from.Of, size: arg.elem.Size(), written: a.Written, data: arg.data, elem: arg.elem,
			strides: from.Strides, offset: from.Offset, edges: from.Edges, extent: from.Extents}
		s.before, s.after = max(s.before, -src.offset[2]), max(s.after, src.offset[2])
		s.above, s.below = max(s.above, -src.offset[1]), max(s.below, src.offset[1])
		src.rowBytes = src.strides[1] * src.size
		src.group = len(s.sources)
		if !src.written {
			for i, other := range s.sources {
				if other.array == src.array && other.offset[0] == src.offset[0] && other.offset[1] == src.offset[1] && !other.written {
					src.group = i
					break
				}
			}
		}
		s.sources = append(s.sources, src)
		group := &s.sources[src.group]
		group.reaches = group.reaches || src.offset[2] != 0
	}
	return nil
}

// makeTiles cuts the space so that what one row reads is still in cache for the next rows that
// read it.
func (s *sweep) makeTiles() {
	segment := segmentMost / s.unit * s.unit
	if s.shape[2] <= 2*segmentMost {
		segment = s.shape[2]
	}
	rows := s.shape[1]
	if s.shape[0] > 1 {
		lines := map[[2]int]int{} // by array and offset of the plane
		for _, src := range s.sources {
			lines[[2]int{src.array, src.offset[0]}] = src.size
		}
		bytes := 0
		for _, size := range lines {
			bytes += size * min(segment, s.shape[2])
		}
		rows = max(8, tileBytes/max(bytes, 1))
	} else {
		share := (rows + 4*s.engine.size() - 1) / (4 * s.engine.size())
		rows = max(min(tileRows, rows), share)
	}
	if s.whole[2] {
		segment = s.shape[2]
	} else if s.whole[1] && s.shape[0] == 1 { // ranges of rows are all that there is to share
		segment = max(s.unit, min(segment, roundTo(s.shape[2]/(4*s.engine.size())+1, s.unit)))
	}
	if s.whole[1] {
		rows = max(s.shape[1], 1)
	}
	planes := s.shape[0]
	if s.whole[0] {
		planes = max(planes, 1)
	} else if planes > 1 {
		planes = max(min(16, planes), (planes+4*s.engine.size()-1)/(4*s.engine.size()))
	}
	var lo [3]int
	for lo[0] = 0; lo[0] < s.shape[0]; lo[0] += planes {
		for lo[1] = 0; lo[1] < s.shape[1]; lo[1] += rows {
			for lo[2] = 0; lo[2] < s.shape[2]; lo[2] += segment {
				hi := [3]int{min(lo[0]+planes, s.shape[0]), min(lo[1]+rows, s.shape[1]), min(lo[2]+segment, s.shape[2])}
				s.tiles = append(s.tiles, tile{lo, hi})
			}
		}
	}
}

// Launch implements Launcher.
func (s *sweep) Launch(ctx, labels context.Context, b *Binding) error {
	s.ctx = ctx
	s.stopped.Store(false)
	s.deal.reset()
	err := s.engine.team(labels, &s.task, s.deal.workers)
	s.ctx = nil
	if err == nil && s.stopped.Load() {
		err = context.Cause(ctx)
	}
	return err
}

func (s *sweep) part(worker, workers int) {
	if workers < s.deal.workers { // the caller does the work of all
		for w := range s.deal.workers {
			s.work(s.workers[worker], w)
		}
		return
	}
	s.work(s.workers[worker], worker)
}

// work does what the deal gives to a worker.
func (s *sweep) work(w *sweeper, worker int) {
	for turn := 0; ; turn++ {
		lo, hi, ok := s.deal.next(worker, turn)
		if !ok {
			return
		}
		for i := lo; i < hi; i++ {
			if s.ctx.Err() != nil {
				s.stopped.Store(true)
				return
			}
			w.tile(s.tiles[i])
		}
	}
}

// tile computes a tile, some rows at once where no row beyond an end is among those that they
// reach.
func (w *sweeper) tile(t tile) {
	s := w.sweep
	for z := t.lo[0]; z < t.hi[0]; z++ {
		for y := t.lo[1]; y < t.hi[1]; {
			w.pointRows(z, y)
			left := 1
			if y >= s.above && y < s.shape[1]-s.below {
				left = min(t.hi[1], s.shape[1]-s.below) - y
			}
			for left > 0 {
				rows := min(left, s.rows)
				w.run(z*s.shape[1]+y, rows, t.lo[2], t.hi[2])
				y += rows
				if left -= rows; left > 0 {
					w.nextRows(rows)
				}
			}
		}
	}
	w.view.Publish()
}

// nextRows goes on by some rows, which reach beyond no end, as the rows before did not.
func (w *sweeper) nextRows(rows int) {
	for i := range w.rows {
		if row := &w.rows[i]; !row.constant {
			row.data = unsafe.Add(row.data, rows*w.sweep.sources[i].rowBytes)
		}
	}
}

// run computes elements lo … hi-1 of the row that rows are pointed at, and of as many after it as are
// asked for, their ends apart.
func (w *sweeper) run(row, rows, lo, hi int) {
	s := w.sweep
	n := s.shape[2]
	from, to := lo, hi
	if lo < s.before {
		from = min(roundTo(s.before, s.unit), hi)
	}
	if hi > n-s.after {
		to = max(from, (n-s.after-lo)/s.unit*s.unit+lo)
	}
	copied := copiedRow // to copy as much costs less than two runs more
	if rows > 1 {
		copied = copiedRows
	}
	if (from > lo || to < hi) && hi-lo <= copied {
		from, to = hi, hi
	}
	if to > from { // first, since what fetches lines ahead then brings those of the ends
		w.segment(row, rows, from, to)
	}
	if from > lo {
		w.segment(row, rows, lo, from)
	}
	if hi > to {
		w.segment(row, rows, to, hi)
	}
}

func roundTo(n, unit int) int { return (n + unit - 1) / unit * unit }

// pointRows finds the rows that the sources are for a row of the space.
func (w *sweeper) pointRows(z, y int) {
	for i := range w.sweep.sources {
		src, row := &w.sweep.sources[i], &w.rows[i]
		row.constant = false
		atZ, okZ := z, true
		if d := src.offset[0]; d != 0 {
			if atZ += d; uint(atZ) >= uint(src.extent[0]) {
				atZ, okZ = kernels.Resolve(atZ, src.extent[0], src.edges[0][0], src.edges[0][1])
			}
		}
		atY, okY := y, true
		if d := src.offset[1]; d != 0 {
			if atY += d; uint(atY) >= uint(src.extent[1]) {
				atY, okY = kernels.Resolve(atY, src.extent[1], src.edges[1][0], src.edges[1][1])
			}
		}
		switch {
		case !okZ:
			row.constant, row.value = true, src.edge(0, z+src.offset[0]).Value
		case !okY:
			row.constant, row.value = true, src.edge(1, y+src.offset[1]).Value
		default:
			row.data = unsafe.Add(src.data, (atZ*src.strides[0]+atY*src.strides[1])*src.size)
		}
	}
}

// edge is the one beyond which an element of an axis lies.
func (src *source) edge(axis, at int) *kernels.Edge {
	if at < 0 {
		return &src.edges[axis][0]
	}
	return &src.edges[axis][1]
}

// segment runs the program over elements lo … hi-1 of a row, and of the rows after it.
func (w *sweeper) segment(row, rows, lo, hi int) {
	s := w.sweep
	f := w.frame
	f.N = hi - lo
	at := [3]int64{int64(row / s.shape[1]), int64(row % s.shape[1]), int64(lo)}
	copy(f.Index, at[3-len(f.Index):])
	unpack := false
	w.width = s.scratchLen(hi - lo)
	for i := range s.sources {
		src, row := &s.sources[i], &w.rows[i]
		d := src.offset[2]
		if src.strides[2] == 1 && !row.constant && lo+d >= 0 && hi+d <= src.extent[2] {
			f.Arrays[src.slot], w.strides[src.slot] = unsafe.Add(row.data, (lo+d)*src.size), src.rowBytes
			continue
		}
		g := src.group
		if !w.rows[g].copied {
			w.copyRows(g, rows, lo, hi)
			w.rows[g].copied = true
		}
		if w.strides[src.slot] = w.width * src.size; row.constant {
			w.strides[src.slot] = 0
		}
		f.Arrays[src.slot] = unsafe.Add(unsafe.Pointer(unsafe.SliceData(w.scratch[g])), (s.before+d)*src.size)
		unpack = unpack || src.written
	}
	for i := range w.rows {
		w.rows[i].copied = false
	}
	if len(f.Partials) > 0 {
		rowBlocks := s.binding.Program.Blocks(s.shape[2])
		for r, parts := range s.binding.Frame.Partials {
			f.Partials[r] = parts[row*rowBlocks+lo/s.binding.Program.BlockLen():]
		}
	}
	w.view.Repoint()
	for at := 0; at < f.N; at += w.piece {
		w.view.RunRows(at, min(at+w.piece, f.N), rows, w.strides)
	}
	for trap, at := range f.Faults {
		if at != kernels.NoFault {
			s.binding.Frame.Fault(trap, row*s.shape[2]+lo+int(at))
			f.Faults[trap] = kernels.NoFault
		}
	}
	for i, l := range s.alongs {
		l.take(w.worker, int(at[0]), int(at[1]), lo, hi, unsafe.Pointer(unsafe.SliceData(w.columns[i])))
	}
	if unpack {
		for i := range s.sources {
			if src := &s.sources[i]; src.written && src.strides[2] != 1 {
				w.unpack(i, rows, lo, hi)
			}
		}
	}
}

// copyRows copies what a source has for elements lo … hi-1 of rows to scratch, and what there is as
// far beside them as neighbours reach.
func (w *sweeper) copyRows(i, rows, lo, hi int) {
	src, row := &w.sweep.sources[i], &w.rows[i]
	if row.constant {
		w.fill(i, row.value, 0, hi-lo+w.sweep.before+w.sweep.after)
		return
	}
	if src.written && !w.sweep.binding.Program.Arrays[src.slot].Read {
		return
	}
	step := src.strides[2] * src.size
	first, last := lo, hi
	if src.reaches {
		first, last = lo-w.sweep.before, hi+w.sweep.after
	}
	in, out := max(first, 0), min(last, src.extent[2]) // what is within
	if src.strides[2] == 0 {
		in, out = first, last
	}
	scratch := unsafe.Pointer(unsafe.SliceData(w.scratch[i])) // of element lo-before
	to, from := unsafe.Add(scratch, (in-lo+w.sweep.before)*src.size), unsafe.Add(row.data, in*step)
	for r := range rows {
		if r > 0 {
			to, from = unsafe.Add(to, w.width*src.size), unsafe.Add(from, src.rowBytes)
		}
		if src.size == 8 {
			gatherRow[uint64](to, from, step, out-in)
		} else {
			gatherRow[uint32](to, from, step, out-in)
		}
	}
	for x := first; x < in; x++ {
		w.beyond(i, rows, x, x-lo+w.sweep.before)
	}
	for x := out; x < last; x++ {
		w.beyond(i, rows, x, x-lo+w.sweep.before)
	}
}

// beyond writes what element x of rows is, beyond one of their ends, to place at of their scratch.
func (w *sweeper) beyond(i, rows, x, at int) {
	src := &w.sweep.sources[i]
	e := &src.edges[2]
	element, ok := kernels.Resolve(x, src.extent[2], e[0], e[1])
	if !ok {
		for r := range rows {
			w.fill(i, src.edge(2, x).Value, r*w.width+at, r*w.width+at+1)
		}
		return
	}
	to := unsafe.Add(unsafe.Pointer(unsafe.SliceData(w.scratch[i])), at*src.size)
	from := unsafe.Add(w.rows[i].data, element*src.strides[2]*src.size)
	if src.size == 8 {
		gatherColumn[uint64](to, from, w.width, src.rowBytes, rows)
	} else {
		gatherColumn[uint32](to, from, w.width, src.rowBytes, rows)
	}
}

// gatherColumn copies n elements that are step bytes apart to places that are width elements apart.
func gatherColumn[T uint64 | uint32](to, from unsafe.Pointer, width, step, n int) {
	for r := range n {
		*(*T)(unsafe.Add(to, r*width*int(unsafe.Sizeof(T(0))))) = *(*T)(unsafe.Add(from, r*step))
	}
}

// fill writes a number to places lo … hi-1 of scratch.
func (w *sweeper) fill(i int, v float64, lo, hi int) {
	src := &w.sweep.sources[i]
	bits := constantBits(src.elem, v)
	base := unsafe.Pointer(unsafe.SliceData(w.scratch[i]))
	if src.size == 8 {
		dst := unsafe.Slice((*uint64)(base), hi)[lo:]
		for j := range dst {
			dst[j] = bits
		}
		return
	}
	dst := unsafe.Slice((*uint32)(base), hi)[lo:]
	for j := range dst {
		dst[j] = uint32(bits)
	}
}

// constantBits is a number in a type, as a conversion gives it.
func constantBits(t kernels.Type, v float64) uint64 {
	if t == kernels.Float64 {
		return math.Float64bits(v)
	}
	return kernels.Evaluate(kernels.OpConvert, t, kernels.Float64, math.Float64bits(v), 0, 0)
}

// gatherRow copies n elements that are step bytes apart.
func gatherRow[T uint64 | uint32](to, from unsafe.Pointer, step, n int) {
	dst := unsafe.Slice((*T)(to), n)
	if step == int(unsafe.Sizeof(T(0))) {
		copy(dst, unsafe.Slice((*T)(from), n))
		return
	}
	for j := range dst {
		dst[j] = *(*T)(unsafe.Add(from, j*step))
	}
}

// unpack writes rows of scratch to an output of which the elements are apart.
func (w *sweeper) unpack(i, rows, lo, hi int) {
	src := &w.sweep.sources[i]
	step := src.strides[2] * src.size
	scratch := unsafe.Pointer(unsafe.SliceData(w.scratch[i]))
	for r := range rows {
		to := unsafe.Add(w.rows[i].data, r*src.rowBytes+lo*step)
		from := unsafe.Add(scratch, (r*w.width+w.sweep.before)*src.size)
		if src.size == 8 {
			for j, v := range unsafe.Slice((*uint64)(from), hi-lo) {
				*(*uint64)(unsafe.Add(to, j*step)) = v
			}
			continue
		}
		for j, v := range unsafe.Slice((*uint32)(from), hi-lo) {
			*(*uint32)(unsafe.Add(to, j*step)) = v
		}
	}
}
