package runtime

import (
	"fmt"
	"sort"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
	"github.com/triad-go/triad/simd"
)

// segmenting folds segments. A chunk writes those that end in it, and hands the beginning of
// the one that does not to the next.
type segmenting[T kernels.Number] struct {
	tier         simd.Tier
	kernel, name string
	slot         int
	op           kernels.Reduction
	n            int
	rows         bounds
	out          []T
	open         column.Segment[T] // that the chunks handed on have begun
	next         int               // the first segment that those do not end
	broken       bool              // theirs do not follow each other
	work         []segmentWork[T]  // by worker
}

// segmentWork is what a worker knows of the segments of its chunk.
type segmentWork[T kernels.Number] struct {
	first, beyond int               // the first that ends in the chunk, and the first that ends beyond it
	ok            bool              // those are in order
	rows          []int64           // where the segments from first to beyond begin
	copied        []int64           // room for rows of another type
	tail          column.Segment[T] // what the chunk begins and does not end
}

// bounds are the caller's segments, integers of any type: one more than there are segments.
type bounds struct {
	n     int
	at    func(i int) int64
	slice func(room []int64, lo, hi int) []int64 // those from lo to hi-1, which may lie in room
}

func boundsOf(a array) bounds {
	switch a.elem {
	case kernels.Int32:
		return boundsIn[int32](a)
	case kernels.Uint32:
		return boundsIn[uint32](a)
	}
	s := unsafe.Slice((*int64)(a.data), a.n) // of what is beyond int64, none is a bound
	return bounds{
		n:     len(s),
		at:    func(i int) int64 { return s[i] },
		slice: func(_ []int64, lo, hi int) []int64 { return s[lo:hi] },
	}
}

func boundsIn[T int32 | uint32](a array) bounds {
	s := unsafe.Slice((*T)(a.data), a.n)
	return bounds{
		n:  len(s),
		at: func(i int) int64 { return int64(s[i]) },
		slice: func(room []int64, lo, hi int) []int64 {
			room = room[:hi-lo]
			for i, v := range s[lo:hi] {
				room[i] = int64(v)
			}
			return room
		},
	}
}

// after is the first segment from i on that ends beyond an element, if the bounds rise; it is
// thought to be near i.
func (b *bounds) after(i, element int) int {
	step := 1
	for i+step < b.n && b.at(i+step) <= int64(element) {
		i += step
		step *= 2
	}
	return i + sort.Search(min(step, b.n-1-i), func(j int) bool { return b.at(i+j+1) > int64(element) })
}

func newSegments[T kernels.Number](e engine, b *Binding, col kernels.Column, workers int) (*segmenting[T], error) {
	s := &segmenting[T]{
		tier: e.code(), kernel: b.Kernel.Name(), name: col.Output.By.Name(), slot: col.Value, op: col.Output.Reduce, n: b.Frame.N,
		out: values[T](b, b.Kernel.Params()[col.Param].Slot), work: make([]segmentWork[T], workers),
	}
	rows := b.arrays[col.Rows]
	switch {
	case !rows.elem.IsInt():
		return nil, &ArgError{Kernel: s.kernel, Name: s.name, Reason: ArgElement, Detail: fmt.Sprintf("segments are given by integers, not %v", rows.elem)}
	case len(s.out)+1 != rows.n:
		return nil, &ArgError{Kernel: s.kernel, Name: s.name, Other: col.Output.Name, Reason: ArgLength,
			Detail: fmt.Sprintf("%d segments have %d bounds, not %d", len(s.out), len(s.out)+1, rows.n)}
	}
	s.rows = boundsOf(rows)
	for w := range s.work {
		if rows.elem.Size() < 8 {
			s.work[w].copied = make([]int64, rows.n)
		}
	}
	return s, nil
}

func (s *segmenting[T]) begin() {
	s.open.Start(s.op)
	s.next, s.broken = 0, false
	for w := range s.work {
		s.work[w].beyond = 0
	}
}

func (s *segmenting[T]) local(w *collecting, c chunk) {
	k := &s.work[w.worker]
	x := columnOf[T](w, s.slot, c)
	// Chunks are taken in order, so that the search begins where the worker's last chunk ends. Segments that are
	// empty at the beginning of a chunk end in the one before, but for those of the first.
	k.first = 0
	if c.lo > 0 {
		k.first = s.rows.after(k.beyond, c.lo)
	}
	k.beyond = s.rows.after(k.first, c.hi)
	k.tail.Start(s.op)
	if k.ok = true; k.beyond == k.first {
		return
	}
	k.rows = s.rows.slice(k.copied, k.first, k.beyond+1)
	// That no difference is longer than the chunk tells that none has overflowed. Where the first begins, a
	// chunk before this one has seen.
	longest, ok := column.Rising(s.tier, k.rows[1:])
	if k.ok = ok && k.rows[0] <= k.rows[1] && k.rows[1] >= int64(c.lo) && k.rows[len(k.rows)-1] <= int64(c.hi) && longest <= int64(len(x)); !k.ok { // end says where they do not rise
		return
	}
	// The first may have begun before the chunk: hand writes it then.
	if begin := k.rows[0]; begin >= int64(c.lo) {
		s.out[k.first] = column.Fold(s.op, x[begin-int64(c.lo):k.rows[1]-int64(c.lo)])
	}
	column.FoldAll(s.tier, s.op, s.out[k.first+1:k.beyond], x, c.lo, k.rows[1:], int(longest), w.columns[s.slot].ahead)
	k.tail.Take(s.op, x[k.rows[len(k.rows)-1]-int64(c.lo):])
}

func (s *segmenting[T]) hand(w *collecting, c chunk) {
	k := &s.work[w.worker]
	x := columnOf[T](w, s.slot, c)
	s.broken = s.broken || !k.ok || k.first != s.next
	if s.next = k.beyond; s.broken {
		return
	}
	if k.beyond == k.first {
		s.open.Take(s.op, x) // the open segment goes on beyond the chunk
		return
	}
	if k.rows[0] < int64(c.lo) {
		s.open.Take(s.op, x[:k.rows[1]-int64(c.lo)])
		s.out[k.first] = s.open.Value(s.op)
	}
	s.open = k.tail
}

func (s *segmenting[T]) finish(*collecting, chunk) {}

// end looks whether the segments that chunks have ended, one after the other, are all.
func (s *segmenting[T]) end() error {
	m := s.rows.n - 1
	if !s.broken && s.next == m && s.rows.at(0) == 0 && s.rows.at(m) == int64(s.n) {
		return nil
	}
	before := int64(0)
	fault := func(i int, want string) error {
		return &SegmentError{Kernel: s.kernel, Rows: s.name, At: i, Bound: s.rows.at(i), Want: want}
	}
	for i := range m + 1 {
		switch v := s.rows.at(i); {
		case i == 0 && v != 0:
			return fault(i, "0")
		case v < before || v > int64(s.n):
			return fault(i, fmt.Sprintf("%d to %d", before, s.n))
		case i == m && v != int64(s.n):
			return fault(i, fmt.Sprintf("%d, the number of elements", s.n))
		default:
			before = v
		}
	}
	return nil
}
