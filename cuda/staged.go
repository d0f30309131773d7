package cuda

import (
	"context"
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/runtime"
)

// staged is how arrays in the host's memory go to a launch and back.
type staged struct {
	active  bool
	chunk   int   // elements of a chunk: whole reduction blocks
	bytes   int   // of a slot
	chunked []int // slots of the parameters
	whole   []int
}

// prepareStaging divides a slot of the ring among the arrays that go through it.
func (l *launch) prepareStaging() error {
	s := &l.staged
	perElement, regions := 0, 0
	for slot, a := range l.arrays {
		switch a.place {
		case chunked:
			s.chunked = append(s.chunked, slot)
			perElement += a.size
			regions++
		case whole:
			s.whole = append(s.whole, slot)
		}
	}
	s.active = len(s.chunked)+len(s.whole) > 0
	if len(s.chunked) == 0 {
		s.bytes = slotLeast
		for _, slot := range s.whole {
			s.bytes = max(s.bytes, l.arrays[slot].bytes)
		}
		s.bytes = min(s.bytes, int(l.ex.settings.staging/ringSlots))
		return nil
	}
	unit := l.binding.Program.BlockLen()
	most := int(min(l.ex.settings.staging/ringSlots, slotBytes)) - regions*regionAlign
	s.chunk = max(1, most/perElement/unit) * unit
	fair := max(l.n/leastChunks, chunkBytes/perElement, 1)
	s.chunk = min(s.chunk, (min(l.n, fair)+unit-1)/unit*unit)
	for _, slot := range s.chunked {
		l.arrays[slot].device = driver.Ptr(s.bytes)
		s.bytes += (s.chunk*l.arrays[slot].size + regionAlign - 1) &^ (regionAlign - 1)
	}
	return nil
}

// Arrays of middle size go in leastChunks chunks or more, for copies both ways and kernels to overlap, unless chunks would be of less
// than chunkBytes: then what it takes to send one off would count.
const (
	leastChunks = 2 * ringSlots
	chunkBytes  = 1 << 20
)

// regionAlign is what the regions of a slot are aligned to.
const regionAlign = 256

// runStaged launches where arrays are in the host's memory.
func (l *launch) runStaged(ctx context.Context) error {
	g := l.ex.gpu
	r := &g.ring
	if err := r.begin(max(l.staged.bytes, 1)); err != nil {
		return err
	}
	err := l.pipeline(ctx, r)
	err = g.finish(l.ex.stream, g.fault(err))
	return r.end(err)
}

// pipeline has the ring.
func (l *launch) pipeline(ctx context.Context, r *ring) error {
	g, s := l.ex.gpu, l.ex.stream
	for _, slot := range l.staged.whole {
		a := &l.arrays[slot]
		if a.bytes > 0 && (a.In || l.keepsOld(slot)) {
			if err := r.send(ctx, a); err != nil {
				return err
			}
		}
	}
	if len(l.staged.whole) > 0 {
		if err := r.settle(); err != nil {
			return err
		}
	}
	if len(l.staged.chunked) == 0 {
		if err := l.runResident(ctx); err != nil {
			return err
		}
	} else if err := l.chunks(ctx, r); err != nil {
		return err
	}
	if err := g.sync(s); err != nil {
		return err
	}
	for _, slot := range l.staged.whole {
		if a := &l.arrays[slot]; a.Out && a.bytes > 0 {
			if err := r.fetch(a); err != nil {
				return err
			}
		}
	}
	return nil
}

// send puts a whole array on its way to the device, and fetch one to the host, by one who has the ring.
func (r *ring) send(ctx context.Context, a *placed) error {
	if a.pinned {
		return r.gpu.fault(r.gpu.drv.CopyToDevice(a.device, a.Data, uint64(a.bytes), r.in))
	}
	return r.sendAll(ctx, a.device, hostBytes(a))
}

func (r *ring) fetch(a *placed) error {
	if a.pinned && dense(a.Array) {
		return r.gpu.fault(r.gpu.drv.CopyToHost(a.Data, a.device, uint64(a.bytes), r.out))
	}
	return r.fetchAll(context.Background(), a.bytes, a.device, func(lo int, piece []byte) { r.unpack(a, lo, piece) })
}

// hostBytes is the memory of an array of the host.
func hostBytes(a *placed) []byte { return unsafe.Slice((*byte)(a.Data), a.bytes) }

// chunks runs chunk after chunk: what goes in of one, what is computed of another and what comes out of a third go at once.
func (l *launch) chunks(ctx context.Context, r *ring) error {
	g, s := l.ex.gpu, l.ex.stream
	if err := g.fault(l.sendFaults(s)); err != nil {
		return err
	}
	n := (l.n + l.staged.chunk - 1) / l.staged.chunk
	for i := range r.slots {
		r.slots[i].lo, r.slots[i].hi = 0, 0
	}
	for i := range n {
		if ctx.Err() != nil {
			return firstOf(l.drain(r, i), context.Cause(ctx))
		}
		slot, err := r.take(i)
		if err != nil {
			return err
		}
		lo, hi := i*l.staged.chunk, min((i+1)*l.staged.chunk, l.n)
		if err := g.fault(l.chunk(r, slot, lo, hi)); err != nil {
			return err
		}
	}
	if err := g.fault(firstOf(l.fold(s), l.fetchWords(s))); err != nil {
		return err
	}
	if err := l.drain(r, n); err != nil {
		return err
	}
	return g.sync(s)
}

// chunk puts a chunk on its way.
func (l *launch) chunk(r *ring, slot *slot, lo, hi int) error {
	d, s := l.ex.gpu.drv, l.ex.stream
	copy(l.moved, l.from(lo))
	l.takeOut(r, slot)
	for _, i := range l.staged.chunked {
		if a := &l.arrays[i]; a.In && !a.pinned {
			n := (hi - lo) * a.size
			r.copier.add(slot.host[a.device:][:n], unsafe.Slice((*byte)(unsafe.Add(a.Data, lo*a.size)), n))
		}
	}
	r.copier.flush()
	in := false
	for _, i := range l.staged.chunked {
		a := &l.arrays[i]
		l.moved[i] = uint64(slot.device + a.device)
		if !a.In {
			continue
		}
		in = true
		from := unsafe.Add(a.Data, lo*a.size)
		if !a.pinned {
			from = unsafe.Pointer(&slot.host[a.device])
		}
		if err := d.CopyToDevice(slot.device+a.device, from, uint64((hi-lo)*a.size), r.in); err != nil {
			return err
		}
	}
	if in {
		if err := firstOf(d.RecordEvent(slot.here, r.in), d.StreamWait(s, slot.here)); err != nil {
			return err
		}
	}
	if l.module.Indirect && lo > 0 { // the block of arguments is one for all chunks
		if err := l.ex.gpu.sync(s); err != nil {
			return err
		}
	}
	l.ex.queue.Lock()
	err := l.kernel(lo, hi, l.moved, s)
	l.ex.queue.Unlock()
	if err != nil {
		return err
	}
	if err := firstOf(d.RecordEvent(slot.ran, s), d.StreamWait(r.out, slot.ran)); err != nil {
		return err
	}
	for _, i := range l.staged.chunked {
		a := &l.arrays[i]
		if !a.Out {
			continue
		}
		to := unsafe.Add(a.Data, lo*a.size)
		if !a.pinned {
			to = unsafe.Pointer(&slot.host[a.device])
		}
		if err := d.CopyToHost(to, slot.device+a.device, uint64((hi-lo)*a.size), r.out); err != nil {
			return err
		}
	}
	slot.lo, slot.hi = lo, hi
	return r.mark(slot, r.out)
}

// takeOut has the copier copy what has come back to a slot to where it belongs.
func (l *launch) takeOut(r *ring, slot *slot) {
	for _, i := range l.staged.chunked {
		if a := &l.arrays[i]; a.Out && !a.pinned && slot.hi > slot.lo {
			n := (slot.hi - slot.lo) * a.size
			r.copier.add(unsafe.Slice((*byte)(unsafe.Add(a.Data, slot.lo*a.size)), n), slot.host[a.device:][:n])
			if a.In { // what goes in next takes its place
				r.copier.flush()
			}
		}
	}
	slot.lo, slot.hi = 0, 0
}

// drain takes out what the turns before this one have left.
func (l *launch) drain(r *ring, turn int) error {
	for i := max(0, turn-ringSlots); i < turn; i++ {
		slot, err := r.take(i)
		if err != nil {
			return err
		}
		l.takeOut(r, slot)
		r.copier.flush()
	}
	return nil
}

// unpack copies bytes of an output from lo on to the host's array: its elements alone, and not what lies between its rows.
func (r *ring) unpack(a *placed, lo int, piece []byte) {
	hi := lo + len(piece)
	host := hostBytes(a)
	if dense(a.Array) {
		r.copier.copy(host[lo:hi], piece)
		return
	}
	var shape, strides [3]int
	for axis := range shape {
		shape[axis] = 1
	}
	copy(shape[3-a.Axes:], a.Shape[:a.Axes])
	copy(strides[3-a.Axes:], a.Strides[:a.Axes])
	run := a.size // bytes that follow each other
	step := strides[2] * a.size
	count := shape[2]
	if strides[2] == 1 {
		run, step, count = shape[2]*a.size, 0, 1
	}
	for z := range shape[0] {
		for y := range shape[1] {
			row := (z*strides[0] + y*strides[1]) * a.size
			for x := range count {
				from := max(row+x*step, lo)
				to := min(row+x*step+run, hi)
				if from < to {
					copy(host[from:to], piece[from-lo:to-lo])
				}
			}
		}
	}
}

// dense reports whether the elements of an array follow each other.
func dense(a runtime.Array) bool {
	step := 1
	for axis := a.Axes - 1; axis >= 0; axis-- {
		if a.Shape[axis] > 1 && a.Strides[axis] != step {
			return false
		}
		step *= a.Shape[axis]
	}
	return true
}

// keepsOld reports whether elements of an output that is not an input keep what they were: a scatter's.
func (l *launch) keepsOld(slot int) bool {
	for _, c := range l.columns {
		if c.out == slot && c.keepsOld() {
			return true
		}
	}
	return false
}
