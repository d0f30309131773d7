package runtime

import (
	"context"
	"fmt"
	"unsafe"

	"github.com/triad-go/triad/runtime/internal/mem"
)

// Sort sorts x in rising order on all workers of an executor that is a [Looper]. NaNs
// come first, as in [slices.Sort], and -0 before +0. The result is the same to the
// last bit for any executor and number of workers.
//
// Sort takes memory for as many elements as x has while it runs. It is a radix sort:
// its time grows with the length of x, and the distributions of numbers that are hardest
// for it take two to three times as long as evenly spread ones. An array that is sorted
// already, in either direction, is only looked through (and reversed).
//
// Errors are those of [ForRange], and [*AllocError] if there is no memory. When there
// is one, context.Cause(ctx) among them, x holds all its elements in some order.
func Sort[T Element](ctx context.Context, ex Executor, x []T) error {
	if unsafe.Sizeof(T(0)) == 8 {
		return sortWords[uint64, struct{}](ctx, ex, wordsOf[uint64](x), nil, orderOf[T, uint64]())
	}
	return sortWords[uint32, struct{}](ctx, ex, wordsOf[uint32](x), nil, orderOf[T, uint32]())
}

// SortBy sorts keys in the order of [Sort] and moves values with them. It is stable:
// values of equal keys keep their order. NaNs are equal to each other; -0 comes before
// +0. The result is the same to the last bit for any executor and number of workers.
// Values of 0, 1, 2 … become the order's permutation.
//
// SortBy takes memory for as many keys and values as there are while it runs. Errors
// are those of [Sort], and [*ArgError] for keys and values of different lengths, or
// that share memory. When there is one, keys and values hold all their elements, each
// value still beside its key.
func SortBy[K, V Element](ctx context.Context, ex Executor, keys []K, values []V) error {
	if len(keys) != len(values) {
		return &ArgError{Kernel: "SortBy", Name: "values", Other: "keys", Reason: ArgLength, Detail: fmt.Sprintf("%d and %d elements", len(values), len(keys))}
	}
	if overlap(keys, values) {
		return &ArgError{Kernel: "SortBy", Name: "values", Other: "keys", Reason: ArgOverlap, Detail: "they share memory"}
	}
	wide := unsafe.Sizeof(V(0)) == 8
	if unsafe.Sizeof(K(0)) == 8 {
		k, o := wordsOf[uint64](keys), orderOf[K, uint64]()
		if wide {
			return sortWords(ctx, ex, k, wordsOf[uint64](values), o)
		}
		return sortWords(ctx, ex, k, wordsOf[uint32](values), o)
	}
	k, o := wordsOf[uint32](keys), orderOf[K, uint32]()
	if wide {
		return sortWords(ctx, ex, k, wordsOf[uint64](values), o)
	}
	return sortWords(ctx, ex, k, wordsOf[uint32](values), o)
}

// wordsOf returns the same memory as words, which must have the size of T: so there is
// one sort for all types of a size, and bits of NaNs are left alone.
func wordsOf[W keyWord, T Element](x []T) []W {
	return unsafe.Slice((*W)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// overlap reports whether two slices share memory.
func overlap[K, V Element](x []K, y []V) bool {
	p, q := uintptr(unsafe.Pointer(unsafe.SliceData(x))), uintptr(unsafe.Pointer(unsafe.SliceData(y)))
	return len(x) > 0 && len(y) > 0 &&
		p < q+uintptr(len(y))*unsafe.Sizeof(y[0]) && q < p+uintptr(len(x))*unsafe.Sizeof(x[0])
}

const (
	// sortAlone is how many elements the caller sorts alone: it takes some 150 µs.
	sortAlone = 1 << 15
	// sortMerged is how many are sorted by merging.
	sortMerged = 64
	// sortOnStack is for how many there is scratch on the stack.
	sortOnStack = 256
)

// sorter is one Sort: its array and its scratch memory.
type sorter[K keyWord, V payload] struct {
	ctx  context.Context
	ex   Executor
	keys [2][]K // the array and scratch
	vals [2][]V
	keyOrder[K]
	mapped []*mem.Mapping // scratch

	parts []sortPart // yet to be divided
	tasks []sortTask
}

func sortWords[K keyWord, V payload](ctx context.Context, ex Executor, keys []K, vals []V, o keyOrder[K]) error {
	n := len(keys)
	if vals == nil {
		vals = make([]V, n) // of nothing, unless n is 0
	}
	s := &sorter[K, V]{ctx: ctx, ex: ex, keyOrder: o}
	s.keys[0], s.vals[0] = keys, vals
	if n <= sortAlone {
		return onCaller(ctx, ex, s.alone)
	}
	defer s.free()
	err := s.run()
	if err != nil {
		s.restore()
	}
	return err
}

// onCaller calls f on the caller's goroutine, for an executor that is open. It costs less
// than a loop of one element.
func onCaller(ctx context.Context, ex Executor, f func()) error {
	var g *gate
	switch ex := ex.(type) {
	case *pool:
		g = ex.gate
	case *simdExec:
		g = ex.gate
	case *sequential:
		g = ex.gate
	default:
		return ForRange(ctx, ex, 1, func(int, int) { f() }, InlineBelow(2))
	}
	if !g.enter() {
		return ErrClosed
	}
	defer g.leave()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f()
	return nil
}

// alone sorts a few elements on one core.
func (s *sorter[K, V]) alone() {
	keys, vals := s.keys[0], s.vals[0]
	if len(keys) < 2 {
		return
	}
	if len(keys) <= fewKeys {
		s.few()
		return
	}
	r := s.scan(keys)
	if r.rising {
		return
	}
	if r.falling {
		reverseBoth(keys, vals, 0, len(keys)/2)
		return
	}
	if len(keys) <= sortOnStack {
		var b [sortOnStack]K
		var vb [sortOnStack]V
		s.sortWith(b[:], vb[:], r)
		return
	}
	s.sortWith(make([]K, len(keys)), make([]V, len(keys)), r)
}

// sortWith sorts on one core, with b and vb for scratch.
func (s *sorter[K, V]) sortWith(b []K, vb []V, r wordRange[K]) {
	a, va := s.keys[0], s.vals[0]
	if r.nan {
		nans := s.nansFirst(a, b, va, vb)
		a, va = a[nans:], va[nans:]
	}
	b, vb = b[:len(a)], vb[:len(a)]
	for i, k := range a {
		a[i] = s.word(k)
	}
	w := radixSort[K, V]{s.keyOrder, digitCountsPool.Get().(*digitCounts)}
	switch least := r.least + s.nans; {
	case len(a) <= sortMerged:
		w.merge(a, b, va, vb, true)
	case least == r.most:
		w.finish(a, b, va, vb, true)
	default:
		w.spread(a, b, va, vb, least, r.most, true)
	}
	digitCountsPool.Put(w.digitCounts)
}

// few sorts by insertion without scratch.
func (s *sorter[K, V]) few() {
	keys, vals := s.keys[0], s.vals[0]
	floor := max(s.nans, 1) - 1
	for i := 1; i < len(keys); i++ {
		k, v := keys[i], vals[i]
		w := max(s.word(k), floor)
		j := i
		for j > 0 && max(s.word(keys[j-1]), floor) > w {
			keys[j], vals[j] = keys[j-1], vals[j-1]
			j--
		}
		keys[j], vals[j] = k, v
	}
}

// nansFirst moves NaNs to the beginning, everything else staying in order, and
// returns how many there are.
func (s *sorter[K, V]) nansFirst(a, b []K, va, vb []V) int {
	nans, rest := 0, 0
	for i, k := range a { // without a branch that cannot be foreseen
		v, nan := va[i], 0
		if s.word(k) < s.nans {
			nan = 1
		}
		a[nans], va[nans] = k, v
		b[rest], vb[rest] = k, v
		nans += nan
		rest += 1 - nan
	}
	copy(a[nans:], b[:rest])
	copy(va[nans:], vb[:rest])
	return nans
}

// reverseBoth changes elements lo … hi-1 for those as far from the end.
func reverseBoth[K keyWord, V payload](keys []K, vals []V, lo, hi int) {
	n := len(keys)
	swapReversed(keys[lo:hi], keys[n-hi:n-lo])
	swapReversed(vals[lo:hi], vals[n-hi:n-lo])
}

// swapReversed changes the elements of a for those of b in the opposite order.
func swapReversed[T payload](a, b []T) {
	b = b[:len(a)]
	for i, v := range a {
		j := len(b) - 1 - i
		a[i], b[j] = b[j], v
	}
}
