package runtime

import (
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// extreme finds where a value is least or greatest. Blocks are folded by machine code,
// and only in a block that betters what was found before is the place looked for.
type extreme[T kernels.Number] struct {
	slot   int
	op     kernels.Reduction
	result *int
	found  []place[T] // by worker: in its chunks
	folds  []*blockFold[T]
}

// place is a value and where it is; at is -1 for none.
type place[T kernels.Number] struct {
	value T
	at    int
}

func newExtreme[T kernels.Number](e engine, b *Binding, col kernels.Column, workers int) (*extreme[T], error) {
	x := &extreme[T]{slot: col.Value, op: kernels.Min, found: make([]place[T], workers), result: b.results[b.Kernel.Params()[col.Param].Slot].index}
	if col.Output.Collect == kernels.ArgMax {
		x.op = kernels.Max
	}
	for range workers {
		f, err := newBlockFold[T](e, x.op)
		if err != nil {
			return nil, err
		}
		x.folds = append(x.folds, f)
	}
	return x, nil
}

func (x *extreme[T]) begin() {
	for i := range x.found {
		x.found[i].at = -1
	}
}

// beats reports whether v is less than w, or greater.
func (x *extreme[T]) beats(v, w T) bool {
	if x.op == kernels.Min {
		return v < w
	}
	return v > w
}

func (x *extreme[T]) local(w *collecting, c chunk) {
	v := columnOf[T](w, x.slot, c)
	best := &x.found[w.worker]
	for b, m := range x.folds[w.worker].fold(v) {
		if best.at >= 0 && !x.beats(m, best.value) {
			continue
		}
		lo := b * foldBlock
		for i, u := range v[lo:min(lo+foldBlock, len(v))] {
			if u == m { // none is if all are NaN
				*best = place[T]{m, c.lo + lo + i}
				break
			}
		}
	}
}

func (x *extreme[T]) hand(*collecting, chunk)   {}
func (x *extreme[T]) finish(*collecting, chunk) {}

func (x *extreme[T]) end() error {
	best := place[T]{at: -1}
	for _, p := range x.found {
		if p.at >= 0 && (best.at < 0 || x.beats(p.value, best.value) || p.value == best.value && p.at < best.at) {
			best = p
		}
	}
	*x.result = best.at
	return nil
}

// foldBlock is the number of elements of a block of a blockFold: of a reduction's block,
// whichever size its lanes have.
const foldBlock = 2048

// blockFold folds blocks of a column with the code of an executor.
type blockFold[T kernels.Number] struct {
	op     kernels.Reduction
	prog   *kernels.Program // nil where programs do not reduce this type
	frame  *kernels.Frame
	view   view
	values []T
}

var foldKernels = map[kernels.Reduction]*kernels.Kernel{
	kernels.Sum: kernels.Must(kernels.Parse("sum", "r = sum(x)", kernels.Unoptimized())),
	kernels.Min: kernels.Must(kernels.Parse("min", "r = min(x)", kernels.Unoptimized())),
	kernels.Max: kernels.Must(kernels.Parse("max", "r = max(x)", kernels.Unoptimized())),
}

func newBlockFold[T kernels.Number](e engine, op kernels.Reduction) (*blockFold[T], error) {
	f := &blockFold[T]{op: op, values: make([]T, collectChunk/foldBlock)}
	switch t := elementType[T](); t {
	case kernels.Float64, kernels.Float32:
		f.prog = foldKernels[op].Program(t)
		f.frame = f.prog.NewFrame(collectChunk)
		v, err := e.view(f.prog, f.frame, simd.Options{})
		f.view = v
		return f, err
	}
	return f, nil
}

// fold returns the fold of each block of x.
func (f *blockFold[T]) fold(x []T) []T {
	blocks := f.values[:(len(x)+foldBlock-1)/foldBlock]
	if f.prog == nil || len(x) == 0 {
		for b := range blocks {
			acc := kernels.Identity[T](f.op)
			for _, v := range x[b*foldBlock : min((b+1)*foldBlock, len(x))] {
				acc = kernels.Fold(f.op, acc, v)
			}
			blocks[b] = acc
		}
		return blocks
	}
	f.frame.N, f.frame.Arrays[0] = len(x), unsafe.Pointer(unsafe.SliceData(x))
	f.view.Reload()
	f.view.Run(0, len(x))
	parts := f.frame.Partials[0][:f.prog.Blocks(len(x))]
	per := foldBlock / f.prog.BlockLen()
	for b := range blocks {
		acc := kernels.Identity[T](f.op)
		for _, bits := range parts[b*per : min((b+1)*per, len(parts))] {
			acc = kernels.Fold(f.op, acc, fromBits[T](bits))
		}
		blocks[b] = acc
	}
	return blocks
}

// fromBits is a value of its bits, which lie in the low end.
func fromBits[T kernels.Number](bits uint64) T {
	if unsafe.Sizeof(T(0)) == 8 {
		return *(*T)(unsafe.Pointer(&bits))
	}
	low := uint32(bits)
	return *(*T)(unsafe.Pointer(&low))
}
