package runtime

import (
	"context"
	"math/bits"
	"unsafe"

	"github.com/triad-go/triad/runtime/internal/mem"
)

const (
	// sortApart is how many elements are sorted by one worker, in its cache.
	sortApart = 1 << 17
	// sortTogether is how many a worker takes at least to sort, for which parts are
	// put together.
	sortTogether = 1 << 12
	// sortMapped is how many bytes of scratch lie outside the Go heap.
	sortMapped = 1 << 20
)

// sortPart is elements that stand in the range where they do in the result, but not
// yet in order there. Unless they are raw, as the caller gave them, they are words, of
// numbers alone.
type sortPart struct {
	lo, hi int
	at     int // in the array (0) or in scratch (1)
	raw    bool
}

// sortTask is parts for one worker.
type sortTask struct {
	parts  []sortPart
	sorted bool // they have only to be brought home
	done   bool
}

// run sorts on all workers. Parts too long for a worker's cache are divided by all of
// them together; then each takes parts and sorts them. As the order of equal elements
// is that in which they were, how the work is cut shows nowhere in the result.
func (s *sorter[K, V]) run() error {
	n := len(s.keys[0])
	s.parts = append(s.parts, sortPart{hi: n, raw: true})
	apart := max(min(n/16, sortApart), sortAlone)
	for len(s.parts) > 0 {
		if err := s.divide(s.parts[len(s.parts)-1], apart); err != nil {
			return err
		}
	}
	return ForRange(s.ctx, s.ex, len(s.tasks), func(lo, hi int) {
		w := radixSort[K, V]{s.keyOrder, digitCountsPool.Get().(*digitCounts)}
		for i := range s.tasks[lo:hi] {
			t := &s.tasks[lo+i]
			for _, p := range t.parts {
				if t.sorted {
					s.home(p)
					continue
				}
				a, b := s.keys[p.at], s.keys[1-p.at]
				va, vb := s.vals[p.at], s.vals[1-p.at]
				w.sort(a[p.lo:p.hi], b[p.lo:p.hi], va[p.lo:p.hi], vb[p.lo:p.hi], p.at == 0)
			}
			t.done = true
		}
		digitCountsPool.Put(w.digitCounts)
	}, Dynamic(1))
}

// home makes bits of the words of a part, in the array.
func (s *sorter[K, V]) home(p sortPart) {
	if !p.raw {
		finishWords(s.keyOrder, s.keys[p.at][p.lo:p.hi], s.keys[0][p.lo:p.hi], s.vals[p.at][p.lo:p.hi], s.vals[0][p.lo:p.hi], p.at == 0)
	}
}

// restore brings home what was not sorted, so that nothing is lost.
func (s *sorter[K, V]) restore() {
	for _, p := range s.parts {
		s.home(p)
	}
	for _, t := range s.tasks {
		if !t.done {
			for _, p := range t.parts {
				s.home(p)
			}
		}
	}
}

// divide replaces the last part, p, by parts of it, of which those longer than apart
// are to be divided again, and the others are tasks. Until it has, p is where it was.
func (s *sorter[K, V]) divide(p sortPart, apart int) error {
	var o keyOrder[K] // of words
	if p.raw {
		o = s.keyOrder
	}
	m := p.hi - p.lo
	c := chunksOf(m)
	each := func(body func(i, lo, hi int)) error {
		return c.each(s.ctx, s.ex, func(i, lo, hi int) { body(i, p.lo+lo, p.lo+hi) })
	}
	a, va := s.keys[p.at], s.vals[p.at]

	ranges := make([]wordRange[K], c.count)
	err := each(func(i, lo, hi int) { ranges[i] = o.scan(a[lo:hi]) })
	if err != nil {
		return err
	}
	r := ranges[0]
	for _, next := range ranges[1:] {
		r = o.join(r, next)
	}
	rest := s.parts[:len(s.parts)-1]
	switch {
	case r.rising || r.most < o.nans: // NaNs alone are equal
		s.parts = rest
		if !p.raw {
			s.bring(p)
		}
		return nil
	case r.falling && p.raw:
		s.parts = rest
		return ForRange(context.WithoutCancel(s.ctx), s.ex, m/2, func(lo, hi int) { reverseBoth(a, va, lo, hi) })
	}
	if err := s.scratch(); err != nil {
		return err
	}

	// Place 0 is for NaNs, the others are for as many ranges of words, which are a
	// power of two long.
	least := r.least + o.nans
	wanted := min(max(bits.Len(uint(m))-10, 6), digitBits)
	shift := uint(max(bits.Len64(uint64(r.most-least))-wanted, 0))
	places := int((r.most-least)>>shift) + 2
	at := make([]int, c.count*places) // by chunk and place: counts, then where the next element goes
	err = each(func(i, lo, hi int) { o.countPlaces(a[lo:hi], least, shift, at[i*places:(i+1)*places]) })
	if err != nil {
		return err
	}
	bounds := make([]int, places+1)
	sum := p.lo
	for d := range places {
		bounds[d] = sum
		for i := d; i < len(at); i += places {
			sum, at[i] = sum+at[i], sum
		}
	}
	bounds[places] = sum
	b, vb := s.keys[1-p.at], s.vals[1-p.at]
	err = each(func(i, lo, hi int) {
		movePlaces(o, a[lo:hi], b, va[lo:hi], vb, least, shift, at[i*places:(i+1)*places])
	})
	if err != nil {
		return err
	}
	s.parts = rest
	s.bring(sortPart{lo: bounds[0], hi: bounds[1], at: 1 - p.at})
	s.deal(bounds[1:], 1-p.at, apart)
	return nil
}

// bring makes tasks of bringing home a part that is in order.
func (s *sorter[K, V]) bring(p sortPart) {
	for lo := p.lo; lo < p.hi; lo += sortApart {
		piece := sortPart{lo: lo, hi: min(lo+sortApart, p.hi), at: p.at}
		s.tasks = append(s.tasks, sortTask{parts: []sortPart{piece}, sorted: true})
	}
}

// deal makes parts between the bounds, and tasks of those that are not longer than apart.
func (s *sorter[K, V]) deal(bounds []int, at, apart int) {
	parts := make([]sortPart, 0, len(bounds))
	size := 0
	give := func() {
		if len(parts) > 0 {
			s.tasks = append(s.tasks, sortTask{parts: parts})
			parts, size = parts[len(parts):], 0
		}
	}
	for i, hi := range bounds[1:] {
		part := sortPart{lo: bounds[i], hi: hi, at: at}
		switch n := part.hi - part.lo; {
		case n > apart:
			s.parts = append(s.parts, part)
		case n > 0:
			parts = append(parts, part)
			if size += n; size >= sortTogether {
				give()
			}
		}
	}
	give()
}

// countPlaces counts the elements of each place.
func (o keyOrder[K]) countPlaces(a []K, least K, shift uint, count []int) {
	shift &= topBit[K]()
	for _, b := range a {
		k := o.word(b)
		d := int((k-least)>>shift) + 1
		if k < least {
			d = 0
		}
		count[d]++
	}
}

// movePlaces moves words and values from a to b, each to the next place of its kind.
func movePlaces[K keyWord, V payload](o keyOrder[K], a, b []K, va, vb []V, least K, shift uint, at []int) {
	shift &= topBit[K]()
	va, vb = va[:len(a)], vb[:len(b)]
	for i, bits := range a {
		k := o.word(bits)
		d := int((k-least)>>shift) + 1
		if k < least {
			d = 0
		}
		p := at[d]
		at[d] = p + 1
		b[p], vb[p] = k, va[i]
	}
}

// scratch makes the other arrays, once, outside the Go heap where they are large: on huge
// pages, which makes moving much faster, and given back at once.
func (s *sorter[K, V]) scratch() (err error) {
	if s.keys[1] != nil {
		return nil
	}
	if s.keys[1], err = scratchOf[K](s, len(s.keys[0])); err == nil {
		s.vals[1], err = scratchOf[V](s, len(s.keys[0]))
	}
	return err
}

func scratchOf[T payload, K keyWord, V payload](s *sorter[K, V], n int) ([]T, error) {
	size := int(unsafe.Sizeof(*new(T)))
	if n*size < sortMapped {
		return make([]T, n), nil
	}
	m, err := mem.Map(n * size)
	if err != nil {
		return nil, &AllocError{Len: n, Bytes: int64(n) * int64(size), Err: err}
	}
	s.mapped = append(s.mapped, m)
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(m.Bytes()))), n), nil
}

func (s *sorter[K, V]) free() {
	for _, m := range s.mapped {
		_ = m.Close() // what the system does not take back, nobody can
	}
}
