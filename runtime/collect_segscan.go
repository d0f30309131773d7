package runtime

import (
	"fmt"
	"sort"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
)

// heads finds where segments begin and end in chunks, and checks the bounds: that each chunk goes on where the one
// before it stopped, and none falls.
type heads struct {
	kernel, name string
	n            int
	rows         bounds
	next         int // the first segment that ends beyond the chunks handed on
	bad          bool
	work         []headsWork // by worker
}

// headsWork is what a worker knows of the segments of its chunk.
type headsWork struct {
	first  int     // the first that ends in the chunk
	within []int32 // where it begins, if that is in the chunk, and where those end that do so
	fresh  bool    // it begins in the chunk
	bad    bool
}

func newHeads(b *Binding, col kernels.Column, workers int) (*heads, error) {
	h := &heads{kernel: b.Kernel.Name(), name: col.Output.By.Name(), n: b.Frame.N, work: make([]headsWork, workers)}
	rows := b.arrays[col.Rows]
	fail := func(reason ArgReason, format string, args ...any) error {
		return &ArgError{Kernel: h.kernel, Name: h.name, Other: col.Output.Name, Reason: reason, Detail: fmt.Sprintf(format, args...)}
	}
	out := b.arrays[b.Kernel.Params()[col.Param].Slot].n
	switch {
	case !rows.elem.IsInt():
		return nil, fail(ArgElement, "segments are given by integers, not %v", rows.elem)
	case rows.n == 0:
		return nil, fail(ArgLength, "segments have a bound at least, the number of elements")
	case col.Output.Collect == kernels.Segments && out+1 != rows.n:
		return nil, fail(ArgLength, "%d segments have %d bounds, not %d", out, out+1, rows.n)
	}
	h.rows = boundsOf(rows)
	for w := range h.work {
		h.work[w].within = make([]int32, 0, rows.n)
	}
	return h, nil
}

func (h *heads) begin() { h.next, h.bad = 0, h.rows.at(0) != 0 }

// find finds the segments of a worker's chunk. If the bounds do not rise, it finds others, but none beyond the chunk.
func (h *heads) find(worker int, c chunk) {
	k := &h.work[worker]
	m := h.rows.n - 1
	k.first, k.bad = 0, false
	if c.lo > 0 {
		k.first = sort.Search(m, func(i int) bool { return h.rows.at(i+1) > int64(c.lo) })
	}
	at := h.rows.at(k.first)
	k.fresh = at >= int64(c.lo) && at <= int64(c.hi)
	before := int64(c.lo)
	if k.fresh {
		before = at
	}
	k.within = append(k.within[:0], int32(before-int64(c.lo)))
	for i := k.first + 1; i <= m; i++ {
		at := h.rows.at(i)
		if at > int64(c.hi) {
			break
		}
		if at < before {
			k.bad = true
			break
		}
		k.within = append(k.within, int32(at-int64(c.lo)))
		before = at
	}
}

// hand notes that the chunk of a worker is the next one.
func (h *heads) hand(worker int) {
	k := &h.work[worker]
	h.bad = h.bad || k.bad || k.first != h.next
	h.next = k.first + len(k.within) - 1
}

// of are the places in the chunk where segments begin, in order; some may be its end.
func (h *heads) of(worker int) []int32 {
	k := &h.work[worker]
	if !k.fresh {
		return k.within[1:]
	}
	return k.within
}

// ending tells of the segments that end in the chunk: which is the first, and where it begins in the chunk and
// they all end.
func (h *heads) ending(worker int) (first int, bounds []int32) {
	return h.work[worker].first, h.work[worker].within
}

// end returns an error for the least bound that is wrong.
func (h *heads) end() error {
	m := h.rows.n - 1
	if !h.bad && h.next == m && h.rows.at(m) == int64(h.n) {
		return nil
	}
	before := int64(0)
	for i := range h.rows.n {
		at := h.rows.at(i)
		want := ""
		switch {
		case i == 0 && at != 0:
			want = "0"
		case at < before || at > int64(h.n):
			want = fmt.Sprintf("%d to %d", before, h.n)
		case i == m && at != int64(h.n):
			want = fmt.Sprintf("%d, the number of elements", h.n)
		}
		if want != "" {
			return &SegmentError{Kernel: h.kernel, Rows: h.name, At: i, Bound: at, Want: want}
		}
		before = at
	}
	return nil
}

// segmentScanning makes a scan of each segment: within a block of elements from left to right, from the identity. What is carried
// into the block is folded with the scans of the segment that goes on in it.
type segmentScanning[T kernels.Number] struct {
	slot   int
	op     kernels.Reduction
	before bool
	heads  *heads
	out    []T
	carry  T
	work   []segmentScanWork[T] // by worker
}

// segmentScanWork is what a worker has of its chunk.
type segmentScanWork[T kernels.Number] struct {
	scans  []T
	blocks [collectChunk / segmentBlock]scannedBlock[T]
}

// segmentBlock is the number of elements of a block; chunks are whole blocks.
const segmentBlock = 4096

// scannedBlock is a block of which each segment is scanned.
type scannedBlock[T kernels.Number] struct {
	heads   []int32 // where segments begin in it
	open    int     // the number of elements before
	carried T
	total   T // of those from the last head on
}

func newSegmentScan[T kernels.Number](b *Binding, col kernels.Column, workers int) (*segmentScanning[T], error) {
	h, err := newHeads(b, col, workers)
	if err != nil {
		return nil, err
	}
	s := &segmentScanning[T]{slot: col.Value, op: col.Output.Reduce, before: col.Output.Collect == kernels.SegmentScanBefore, heads: h,
		out: values[T](b, b.Kernel.Params()[col.Param].Slot), work: make([]segmentScanWork[T], workers)}
	for w := range s.work {
		s.work[w].scans = make([]T, collectChunk)
	}
	return s, nil
}

func (s *segmentScanning[T]) begin() {
	s.carry = kernels.Identity[T](s.op)
	s.heads.begin()
}

func (s *segmentScanning[T]) local(w *collecting, c chunk) {
	k := &s.work[w.worker]
	s.heads.find(w.worker, c)
	x := columnOf[T](w, s.slot, c)
	heads := s.heads.of(w.worker)
	for lo := 0; lo < len(x); lo += segmentBlock {
		b := &k.blocks[lo/segmentBlock]
		x := x[lo:min(lo+segmentBlock, len(x))]
		m := 0
		for ; m < len(heads) && int(heads[m])-lo < len(x); m++ {
			heads[m] -= int32(lo)
		}
		if b.open = len(x); m > 0 {
			b.open = int(heads[0])
		}
		b.heads, heads = heads[:m], heads[m:]
		b.total = column.ScanSegments(s.op, k.scans[lo:], x, b.heads)
	}
}

func (s *segmentScanning[T]) hand(w *collecting, c chunk) {
	s.heads.hand(w.worker)
	k := &s.work[w.worker]
	n := c.hi - c.lo
	for lo := 0; lo < n; lo += segmentBlock {
		b := &k.blocks[lo/segmentBlock]
		b.carried = s.carry
		if s.carry = b.total; b.open == min(segmentBlock, n-lo) { // no segment begins here
			s.carry = kernels.Fold(s.op, b.carried, b.total)
		}
	}
}

func (s *segmentScanning[T]) finish(w *collecting, c chunk) {
	k := &s.work[w.worker]
	out := s.out[c.lo:c.hi]
	for lo := 0; lo < len(out); lo += segmentBlock {
		b := &k.blocks[lo/segmentBlock]
		out, scans := out[lo:min(lo+segmentBlock, len(out))], k.scans[lo:]
		for i, v := range scans[:b.open] {
			scans[i] = kernels.Fold(s.op, b.carried, v)
		}
		if !s.before {
			copy(out, scans)
			continue
		}
		out[0] = b.carried
		copy(out[1:], scans)
		for _, at := range b.heads {
			out[at] = kernels.Identity[T](s.op)
		}
	}
}

func (s *segmentScanning[T]) end() error { return s.heads.end() }
