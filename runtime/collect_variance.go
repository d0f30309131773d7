package runtime

import (
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// varying makes a variance: see kernels.VarianceOf. Its blocks are those of a
// blockFold, joined in pairs of neighbours as those of reductions are.
type varying[T kernels.Number] struct {
	slot   int
	n      int
	result result
	blocks []moments
	work   []varyingWork[T] // by worker
}

// moments are the number of some elements, their mean, and the sum of the squares of their distances from it.
type moments struct{ n, mean, squares float64 }

// join is the moments of the elements of both.
func (a moments) join(b moments) moments {
	n := a.n + b.n
	d := b.mean - a.mean
	return moments{n, a.mean + float64(d*(b.n/n)), a.squares + b.squares + float64(float64(d*d)*float64(a.n*(b.n/n)))}
}

// varyingWork is what a worker computes moments with.
type varyingWork[T kernels.Number] struct {
	sums  *blockFold[T]
	prog  *kernels.Program // sums the squares of the distances from a mean
	frame *kernels.Frame
	view  view
}

var distances = kernels.Must(kernels.Parse("distances", "q = sum((x - m)*(x - m))", kernels.Scalars("m"), kernels.Unoptimized()))

func newVariance[T kernels.Number](e engine, b *Binding, col kernels.Column, workers int) (*varying[T], error) {
	v := &varying[T]{slot: col.Value, n: b.Frame.N, result: b.results[b.Kernel.Params()[col.Param].Slot]}
	v.blocks = make([]moments, (v.n+foldBlock-1)/foldBlock)
	for range workers {
		sums, err := newBlockFold[T](e, kernels.Sum)
		if err != nil {
			return nil, err
		}
		p := distances.Program(elementType[T]())
		f := p.NewFrame(foldBlock)
		view, err := e.view(p, f, simd.Options{})
		if err != nil {
			return nil, err
		}
		v.work = append(v.work, varyingWork[T]{sums, p, f, view})
	}
	return v, nil
}

func (v *varying[T]) begin() {}

func (v *varying[T]) local(w *collecting, c chunk) {
	x := columnOf[T](w, v.slot, c)
	k := &v.work[w.worker]
	for b, sum := range k.sums.fold(x) {
		part := x[b*foldBlock : min((b+1)*foldBlock, len(x))]
		mean := T(float64(sum) / float64(len(part)))
		k.frame.Scalars[0] = bitsOf(mean)
		k.prog.EvalUniforms(k.frame)
		k.frame.N, k.frame.Arrays[0] = len(part), unsafe.Pointer(unsafe.SliceData(part))
		k.view.Reload()
		k.view.Run(0, len(part))
		squares := 0.0
		for _, bits := range k.frame.Partials[0][:k.prog.Blocks(len(part))] {
			squares += float64(fromBits[T](bits))
		}
		v.blocks[c.lo/foldBlock+b] = moments{float64(len(part)), float64(mean), squares}
	}
}

// bitsOf is the bits of a value, in the low end.
func bitsOf[T kernels.Number](v T) uint64 {
	if unsafe.Sizeof(v) == 8 {
		return *(*uint64)(unsafe.Pointer(&v))
	}
	return uint64(*(*uint32)(unsafe.Pointer(&v)))
}

func (v *varying[T]) hand(*collecting, chunk)   {}
func (v *varying[T]) finish(*collecting, chunk) {}

func (v *varying[T]) end() error {
	var all moments
	m := v.blocks
	for n := len(m); n > 0; n = (n + 1) / 2 {
		if n == 1 {
			all = m[0]
			break
		}
		for i := range n / 2 {
			m[i] = m[2*i].join(m[2*i+1])
		}
		if n%2 == 1 {
			m[n/2] = m[n-1]
		}
	}
	v.result.set(all.squares / all.n)
	return nil
}
