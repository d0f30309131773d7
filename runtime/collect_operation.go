package runtime

import (
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
	"github.com/triad-go/triad/simd"
)

// operating folds with an operation of a user's own, of which there is code that combines many
// pairs of elements at once. A chunk is taken as strips of 64 elements, which lie in rows: row k has
// element k of every strip, so that all strips are scanned at once.
//
// The order: within a strip from left to right, from its first element. Within a block of 64 strips, their folds
// are scanned by doubling: for d = 1, 2, 4 … that of strip s, if s is d or more, becomes those of s-d and s combined
// (Hillis and Steele, Data parallel algorithms, 1986). What is carried into a block, at first the
// identity, is combined with the fold of the block's strips before one, if there are some, and that with the scan
// of the strip; combined with the fold of the whole block it is carried on. Segments go the same way, but that
// nothing is combined with what is right of it if a segment begins there: each value has a flag, 1
// if one begins in what it folds.
type operating[T kernels.Number] struct {
	slot            int
	collect         kernels.Collective
	identity, carry T
	out             []T    // of an array
	result          result // of a fold
	heads           *heads // nil without segments
	work            []operatingWork[T]
}

// operatingWork is what a worker has for the strips of its chunk.
type operatingWork[T kernels.Number] struct {
	*combiner[T]
	rows, flags   []T // row 0 is of what is carried into the strips, row k+1 of their elements k
	totals, marks []T // the scan of the strips' folds, and its flags
	spare, marked []T // … before the last doubling
	carried, next []T // into the block, once for each strip; into the next one
	ignored       []T // flags that matter to nobody
	room          []T // on the way to strips and back
}

const (
	stripBlock  = 64 // strips of a block; chunks are whole blocks
	stripLanes  = collectChunk / column.StripLen
	stripStride = stripLanes + 16 // rows that lie a power of two apart would have the same places of a cache
)

func newOperating[T kernels.Number](e engine, b *Binding, col kernels.Column, workers int) (*operating[T], error) {
	o := &operating[T]{slot: col.Value, collect: col.Output.Collect, identity: T(col.Output.Op.Identity())}
	slot := b.Kernel.Params()[col.Param].Slot
	if o.collect == kernels.Folded {
		o.result = b.results[slot]
	} else {
		o.out = values[T](b, slot)
	}
	if col.Rows >= 0 {
		var err error
		if o.heads, err = newHeads(b, col, workers); err != nil {
			return nil, err
		}
	}
	for range workers {
		c, err := newCombiner[T](e, col.Output.Op, o.heads != nil)
		if err != nil {
			return nil, err
		}
		k := operatingWork[T]{combiner: c}
		k.room = make([]T, column.StripRoom)
		k.rows = make([]T, (1+column.StripLen)*stripStride)
		for _, row := range []*[]T{&k.totals, &k.marks, &k.spare, &k.marked, &k.carried, &k.next, &k.ignored} {
			*row = make([]T, stripStride)
		}
		if o.heads != nil {
			k.flags = make([]T, len(k.rows))
		}
		o.work = append(o.work, k)
	}
	return o, nil
}

func (o *operating[T]) begin() {
	o.carry = o.identity
	if o.heads != nil {
		o.heads.begin()
	}
}

// row is a row of what is in rows, from which lanes are taken; of no rows it is nil.
func row[T any](rows []T, k int) []T {
	if rows == nil {
		return nil
	}
	return rows[k*stripStride:]
}

// longer is the number of strips that have an element k, of a chunk of n elements.
func longer(n, k int) int { return (n - k + column.StripLen - 1) / column.StripLen }

func (o *operating[T]) local(w *collecting, c chunk) {
	k := &o.work[w.worker]
	x := columnOf[T](w, o.slot, c)
	if o.heads != nil {
		o.heads.find(w.worker, c)
	}
	if len(x) == 0 {
		return
	}
	column.ToStrips(row(k.rows, 1), x, stripStride, k.room)
	m := longer(len(x), 0)
	if o.heads != nil {
		for i := range column.StripLen {
			clear(row(k.flags, 1+i)[:m])
		}
		for _, at := range o.heads.of(w.worker) {
			if int(at) < len(x) {
				row(k.flags, 1+int(at)%column.StripLen)[int(at)/column.StripLen] = 1
			}
		}
	}
	for i := 1; i < min(column.StripLen, len(x)); i++ {
		into, flags := row(k.rows, 1+i), row(k.flags, 1+i)
		k.combine(longer(len(x), i), pair[T]{into, flags}, pair[T]{row(k.rows, i), row(k.flags, i)}, pair[T]{into, flags})
	}
	last := (len(x)-1)%column.StripLen + 1
	copy(k.totals[:m-1], row(k.rows, column.StripLen))
	k.totals[m-1] = row(k.rows, last)[m-1]
	if o.heads != nil {
		copy(k.marks[:m-1], row(k.flags, column.StripLen))
		k.marks[m-1] = row(k.flags, last)[m-1]
	}
	for d := 1; d < min(m, stripBlock); d *= 2 {
		k.spare, k.totals, k.marked, k.marks = k.totals, k.spare, k.marks, k.marked
		k.combine(m-d, pair[T]{k.totals[d:], k.marks[d:]}, pair[T]{k.spare, k.marked}, pair[T]{k.spare[d:], k.marked[d:]})
		for s := 0; s < m; s += stripBlock { // which have none d before them
			copy(k.totals[s:s+d], k.spare[s:])
			copy(k.marks[s:s+d], k.marked[s:])
		}
	}
}

func (o *operating[T]) hand(w *collecting, c chunk) {
	if o.heads != nil {
		o.heads.hand(w.worker)
	}
	k := &o.work[w.worker]
	m := longer(c.hi-c.lo, 0)
	for s := 0; s < m; s += stripBlock {
		last := min(s+stripBlock, m) - 1
		k.carried[s] = o.carry
		k.combine(1, pair[T]{k.next, k.ignored}, pair[T]{k.carried[s:], k.ignored}, pair[T]{k.totals[last:], k.marks[last:]})
		o.carry = k.next[0]
	}
}

func (o *operating[T]) finish(w *collecting, c chunk) {
	if o.collect == kernels.Folded {
		return
	}
	k := &o.work[w.worker]
	n := c.hi - c.lo
	if n > 0 {
		m := longer(n, 0)
		into := row(k.rows, 0)
		for s := range m {
			k.carried[s] = k.carried[s/stripBlock*stripBlock]
		}
		k.combine(m-1, pair[T]{into[1:], k.ignored}, pair[T]{k.carried[1:], k.ignored}, pair[T]{k.totals, k.marks})
		for s := 0; s < m; s += stripBlock {
			into[s] = k.carried[s]
		}
		for i := range min(column.StripLen, n) {
			x := row(k.rows, 1+i)
			k.combine(longer(n, i), pair[T]{x, k.ignored}, pair[T]{into, k.ignored}, pair[T]{x, row(k.flags, 1+i)})
		}
	}
	switch o.collect {
	case kernels.Scan, kernels.SegmentScan:
		column.FromStrips(o.out[c.lo:c.hi], row(k.rows, 1), stripStride, k.room)
	case kernels.ScanBefore, kernels.SegmentScanBefore:
		column.FromStrips(o.out[c.lo:c.hi], row(k.rows, 0), stripStride, k.room)
		if o.heads == nil {
			return
		}
		for _, at := range o.heads.of(w.worker) {
			if int(at) < n {
				o.out[c.lo+int(at)] = o.identity
			}
		}
	case kernels.Segments:
		first, bounds := o.heads.ending(w.worker)
		lo := bounds[0]
		for s, hi := range bounds[1:] {
			v := o.identity
			if at := int(hi) - 1; hi > lo {
				v = row(k.rows, 1+at%column.StripLen)[at/column.StripLen]
			}
			o.out[first+s], lo = v, hi
		}
	}
}

func (o *operating[T]) end() error {
	if o.heads != nil {
		return o.heads.end()
	}
	if o.collect == kernels.Folded {
		o.result.set(float64(o.carry))
	}
	return nil
}

// pair is values and, with segments, their flags.
type pair[T any] struct{ values, flags []T }

// combiner runs the code of an operation.
type combiner[T kernels.Number] struct {
	frame *kernels.Frame
	view  view
	slot  struct{ c, a, b, h, e, g int } // of the parameters: see kernels.Operation.SegmentedKernel
	flags bool
}

func newCombiner[T kernels.Number](e engine, op *kernels.Operation, segmented bool) (*combiner[T], error) {
	c := &combiner[T]{flags: segmented}
	k := op.Kernel()
	if segmented {
		k = op.SegmentedKernel()
	}
	for _, p := range k.Params() {
		slots := map[string]*int{"c": &c.slot.c, "a": &c.slot.a, "b": &c.slot.b, "h": &c.slot.h, "e": &c.slot.e, "g": &c.slot.g}
		*slots[p.Name] = p.Slot
	}
	p := k.Program(elementType[T]())
	c.frame = p.NewFrame(stripLanes)
	p.EvalUniforms(c.frame)
	var err error
	c.view, err = e.view(p, c.frame, simd.Options{})
	return c, err
}

// combine combines the first n of a and of b; to may be either.
func (c *combiner[T]) combine(n int, to, a, b pair[T]) {
	at := func(s []T) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(s)) }
	f := c.frame
	f.N = n
	f.Arrays[c.slot.c], f.Arrays[c.slot.a], f.Arrays[c.slot.b] = at(to.values), at(a.values), at(b.values)
	if c.flags {
		f.Arrays[c.slot.h], f.Arrays[c.slot.e], f.Arrays[c.slot.g] = at(to.flags), at(a.flags), at(b.flags)
	}
	c.view.Repoint()
	c.view.Run(0, n)
}
