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
	open         column.Segment[T]   // that the chunks handed on have begun
	tail         []column.Segment[T] // by worker: what its chunk begins
	first        []int               // by worker: the first segment that ends in its chunk
	fault        []*SegmentError     // by worker
}

// bounds are the caller's segments, integers of any type.
type bounds struct {
	n  int
	at func(i int) int64
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
	return bounds{len(s), func(i int) int64 { return int64(s[i]) }}
}

func newSegments[T kernels.Number](b *Binding, col kernels.Column, workers int) (*segmenting[T], error) {
	s := &segmenting[T]{
		kernel: b.Kernel.Name(), name: col.Output.By.Name(), slot: col.Value, op: col.Output.Reduce, n: b.Frame.N,
		rows: boundsOf(b.arrays[col.Rows]), out: values[T](b, b.Kernel.Params()[col.Param].Slot),
		tail: make([]column.Segment[T], workers), first: make([]int, workers), fault: make([]*SegmentError, workers),
	}
	switch rows := b.arrays[col.Rows]; {
	case !rows.elem.IsInt():
		return nil, &ArgError{Kernel: s.kernel, Name: s.name, Reason: ArgElement, Detail: fmt.Sprintf("segments are given by integers, not %v", rows.elem)}
	case len(s.out)+1 != rows.n:
		return nil, &ArgError{Kernel: s.kernel, Name: s.name, Other: col.Output.Name, Reason: ArgLength,
			Detail: fmt.Sprintf("%d segments have %d bounds, not %d", len(s.out), len(s.out)+1, rows.n)}
	}
	return s, nil
}

func (s *segmenting[T]) begin() {
	s.open.Start(s.op)
	clear(s.fault)
}

// check looks whether its share of the bounds rises, from 0 to n.
func (s *segmenting[T]) check(w *collecting, c chunk) {
	m := s.rows.n
	share := (m + s.chunks() - 1) / s.chunks()
	before := int64(0)
	lo, hi := min(c.index*share, m), min((c.index+1)*share, m)
	if lo > 0 {
		before = s.rows.at(lo - 1)
	}
	for i := lo; i < hi; i++ {
		at := s.rows.at(i)
		want := ""
		switch {
		case i == 0 && at != 0:
			want = "0"
		case i == m-1 && at != int64(s.n):
			want = fmt.Sprintf("%d, the number of elements", s.n)
		case at < before || at > int64(s.n):
			want = fmt.Sprintf("%d to %d", before, s.n)
		}
		if want != "" {
			if f := s.fault[w.worker]; f == nil || f.At > i {
				s.fault[w.worker] = &SegmentError{Kernel: s.kernel, Rows: s.name, At: i, Bound: at, Want: want}
			}
			return
		}
		before = at
	}
}

func (s *segmenting[T]) chunks() int { return max(1, (s.n+collectChunk-1)/collectChunk) }

// span is the first segment that ends in a chunk, and the first that ends beyond it.
func (s *segmenting[T]) span(c chunk) (first, beyond int) {
	m := s.rows.n - 1
	end := func(past int) int {
		return sort.Search(m, func(i int) bool { return s.rows.at(i+1) > int64(past) })
	}
	if c.lo > 0 {
		first = end(c.lo)
	}
	return first, end(c.hi)
}

func (s *segmenting[T]) local(w *collecting, c chunk) {
	s.check(w, c)
	x := columnOf[T](w, s.slot, c)
	first, beyond := s.span(c)
	s.first[w.worker] = first
	at := c.lo
	for i := first; i < beyond; i++ {
		end := s.rows.at(i + 1)
		if end < int64(at) || end > int64(c.hi) {
			break // not rising: check says so
		}
		if lo := s.rows.at(i); lo >= int64(c.lo) && lo <= end {
			s.out[i] = column.Fold(s.op, x[int(lo)-c.lo:int(end)-c.lo])
		}
		at = int(end)
	}
	t := &s.tail[w.worker]
	t.Start(s.op)
	if beyond > first {
		t.Take(s.op, x[at-c.lo:])
	}
}

func (s *segmenting[T]) hand(w *collecting, c chunk) {
	x := columnOf[T](w, s.slot, c)
	first, beyond := s.first[w.worker], 0
	if _, beyond = s.span(c); beyond <= first {
		s.open.Take(s.op, x) // the open segment goes on beyond the chunk
		return
	}
	if s.rows.at(first) < int64(c.lo) {
		end := min(max(s.rows.at(first+1), int64(c.lo)), int64(c.hi))
		s.open.Take(s.op, x[:int(end)-c.lo])
		s.out[first] = s.open.Value(s.op)
	}
	s.open = s.tail[w.worker]
}

func (s *segmenting[T]) finish(*collecting, chunk) {}

func (s *segmenting[T]) end() error {
	var least *SegmentError
	for _, f := range s.fault {
		if f != nil && (least == nil || f.At < least.At) {
			least = f
		}
	}
	if least != nil {
		return least
	}
	return nil
}
