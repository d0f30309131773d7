package runtime

import (
	"fmt"
	"sort"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
)

// segmenting folds segments. A chunk writes those that end in it, and hands the beginning of
// the one that does not to the next.
type segmenting[T kernels.Number] struct {
	kernel, name string
	slot         int
	op           kernels.Reduction
	n            int
	rows         bounds
	out          []T
	open         column.Segment[T] // that the chunks handed on have begun
	work         []segmentWork[T]  // by worker
}

// segmentWork is what a worker knows of the segments of its chunk.
type segmentWork[T kernels.Number] struct {
	first, beyond int               // the first that ends in the chunk, and the first that ends beyond it
	within        []int32           // where those begin and end in the chunk
	tail          column.Segment[T] // what the chunk begins and does not end
	fault         *SegmentError
}

// bounds are the caller's segments, integers of any type.
type bounds struct {
	n      int
	at     func(i int) int64
	within func(dst []int32, i, lo, hi int) []int32               // those from i on that are at most hi, less lo, as far as they rise
	falls  func(i, end int, before, most int64) (at int, ok bool) // the first of i … end-1 that is less than the one before, or more than most
}

func boundsOf(a array) bounds {
	switch a.elem {
	case kernels.Int32:
		return boundsIn[int32](a)
	case kernels.Uint32:
		return boundsIn[uint32](a)
	case kernels.Uint64:
		return boundsIn[uint64](a)
	}
	return boundsIn[int64](a)
}

func boundsIn[T int64 | int32 | uint64 | uint32](a array) bounds {
	s := unsafe.Slice((*T)(a.data), a.n)
	return bounds{
		n:  len(s),
		at: func(i int) int64 { return int64(s[i]) },
		within: func(dst []int32, i, lo, hi int) []int32 {
			before := int64(lo)
			for _, v := range s[i:] {
				at := int64(v)
				if at < before || at > int64(hi) {
					break
				}
				dst = append(dst, int32(at-int64(lo)))
				before = at
			}
			return dst
		},
		falls: func(i, end int, before, most int64) (int, bool) {
			for j, v := range s[i:end] {
				at := int64(v)
				if at < before || at > most {
					return i + j, true
				}
				before = at
			}
			return 0, false
		},
	}
}

func newSegments[T kernels.Number](b *Binding, col kernels.Column, workers int) (*segmenting[T], error) {
	s := &segmenting[T]{
		kernel: b.Kernel.Name(), name: col.Output.By.Name(), slot: col.Value, op: col.Output.Reduce, n: b.Frame.N,
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
		s.work[w].within = make([]int32, 0, rows.n)
	}
	return s, nil
}

func (s *segmenting[T]) begin() {
	s.open.Start(s.op)
	for w := range s.work {
		s.work[w].fault = nil
	}
}

// check looks whether its share of the bounds rises, from 0 to n.
func (s *segmenting[T]) check(k *segmentWork[T], c chunk) {
	m := s.rows.n
	chunks := max(1, (s.n+collectChunk-1)/collectChunk)
	share := (m + chunks - 1) / chunks
	lo, hi := min(c.index*share, m), min((c.index+1)*share, m)
	if lo == hi {
		return
	}
	before := int64(0)
	if lo > 0 {
		before = s.rows.at(lo - 1)
	}
	at, bad := s.rows.falls(lo, hi, before, int64(s.n))
	want := ""
	switch {
	case lo == 0 && s.rows.at(0) != 0:
		at, bad, want = 0, true, "0"
	case bad:
		if at > lo {
			before = s.rows.at(at - 1)
		}
		want = fmt.Sprintf("%d to %d", before, s.n)
	case hi == m && s.rows.at(m-1) != int64(s.n):
		at, bad, want = m-1, true, fmt.Sprintf("%d, the number of elements", s.n)
	}
	if f := k.fault; bad && (f == nil || f.At > at) {
		k.fault = &SegmentError{Kernel: s.kernel, Rows: s.name, At: at, Bound: s.rows.at(at), Want: want}
	}
}

func (s *segmenting[T]) local(w *collecting, c chunk) {
	k := &s.work[w.worker]
	s.check(k, c)
	x := columnOf[T](w, s.slot, c)
	m := s.rows.n - 1
	k.first = 0
	if c.lo > 0 {
		k.first = sort.Search(m, func(i int) bool { return s.rows.at(i+1) > int64(c.lo) })
	}
	// The first may have begun before the chunk; that its elements are those of the chunk alone is
	// made good by hand. If the bounds do not rise, check says so, and what is written does not matter.
	k.within = s.rows.within(append(k.within[:0], int32(min(max(s.begins(k.first)-int64(c.lo), 0), int64(len(x))))), k.first+1, c.lo, c.hi)
	k.beyond = k.first + len(k.within) - 1
	column.FoldAll(s.op, s.out[k.first:k.beyond], x, k.within)
	k.tail.Start(s.op)
	if k.beyond > k.first {
		k.tail.Take(s.op, x[k.within[len(k.within)-1]:])
	}
}

// begins is where a segment begins; one past the last begins nowhere.
func (s *segmenting[T]) begins(i int) int64 {
	if i+1 < s.rows.n {
		return s.rows.at(i)
	}
	return int64(s.n)
}

func (s *segmenting[T]) hand(w *collecting, c chunk) {
	k := &s.work[w.worker]
	x := columnOf[T](w, s.slot, c)
	if k.beyond == k.first {
		s.open.Take(s.op, x) // the open segment goes on beyond the chunk
		return
	}
	if s.rows.at(k.first) < int64(c.lo) {
		s.open.Take(s.op, x[:k.within[1]])
		s.out[k.first] = s.open.Value(s.op)
	}
	s.open = k.tail
}

func (s *segmenting[T]) finish(*collecting, chunk) {}

func (s *segmenting[T]) end() error {
	var least *SegmentError
	for w := range s.work {
		f := s.work[w].fault
		if f != nil && (least == nil || f.At < least.At) {
			least = f
		}
	}
	if least != nil {
		return least
	}
	return nil
}
