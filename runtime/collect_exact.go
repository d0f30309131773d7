package runtime

import (
	"math"
	"math/bits"
	"sync"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime/internal/column"
	"github.com/triad-go/triad/simd"
)

// exactSum makes an exactly rounded sum: each worker adds its chunks without an error, so that
// it does not matter who had which, nor how it was done.
type exactSum[T kernels.Number] struct {
	slot   int
	result result
	work   []*exactWork // by worker
}

// exactWork is what a worker adds with. Where there is machine code, values are first split: with s = 1.5*2^52*g,
// (x + s) - s is x rounded to a multiple of g, what remains is known without an error, and if no x
// is above 2^43*g, a block of 1024 such multiples adds up without one, in any order. What remains after two
// splits is nought, but for values less than 2^-34 of the greatest of a chunk. (Rump, Ogita and Oishi, Accurate
// floating-point summation part I: faithful rounding, SIAM J. Sci. Comput. 31, 2008.)
type exactWork struct {
	sum         column.Exact
	peak, split *columnRun // nil where values are added one by one
	parts       []float64
}

// columnRun runs a kernel of one array over columns.
type columnRun struct {
	prog  *kernels.Program
	frame *kernels.Frame
	view  view
}

func newColumnRun(e engine, p *kernels.Program) (*columnRun, error) {
	r := &columnRun{prog: p, frame: p.NewFrame(collectChunk)}
	var err error
	r.view, err = e.view(p, r.frame, simd.Options{})
	return r, err
}

// runColumn runs it over x; reductions leave their blocks' values in the frame's partials.
func runColumn[T kernels.Number](r *columnRun, x []T) {
	r.prog.EvalUniforms(r.frame)
	r.frame.N, r.frame.Arrays[0] = len(x), unsafe.Pointer(unsafe.SliceData(x))
	r.view.Reload()
	r.view.Run(0, len(x))
}

var exactPeak = sync.OnceValue(func() *kernels.Kernel {
	return kernels.Must(kernels.Parse("peak", "m = max(abs(x))", kernels.Unoptimized()))
})

// exactSplit sums the multiples of two splits, and has what remains at the most.
var exactSplit = sync.OnceValue(func() map[kernels.Type]*kernels.Kernel {
	return map[kernels.Type]*kernels.Kernel{
		kernels.Float64: exactSplitOf("x"),
		kernels.Float32: exactSplitOf("float64(x)", kernels.Typed(kernels.Float32, "x"), kernels.Typed(kernels.Float64, "s", "t")),
	}
})

func exactSplitOf(x string, opts ...kernels.Option) *kernels.Kernel {
	first := "((" + x + " + s) - s)"
	rest := "(" + x + " - " + first + ")"
	second := "((" + rest + " + t) - t)"
	text := "p = sum(" + first + "); q = sum(" + second + "); r = max(abs(" + rest + " - " + second + "))"
	return kernels.Must(kernels.Parse("split", text, append(opts, kernels.Scalars("s", "t"), kernels.Unoptimized())...))
}

func newExactSum[T kernels.Number](e engine, b *Binding, col kernels.Column, workers int) (*exactSum[T], error) {
	s := &exactSum[T]{slot: col.Value, result: b.results[b.Kernel.Params()[col.Param].Slot]}
	t := elementType[T]()
	for range workers {
		w := &exactWork{}
		s.work = append(s.work, w)
		peak, err := newColumnRun(e, exactPeak().Program(t))
		if err != nil {
			return nil, err
		}
		if tier, _ := tierOf(peak.view); tier == simd.Portable {
			continue // one by one is faster, and gives the same
		}
		split, err := newColumnRun(e, exactSplit()[t].Program(kernels.Float64))
		if err != nil {
			return nil, err
		}
		w.peak, w.split = peak, split
		w.parts = make([]float64, 0, 2*split.prog.Blocks(collectChunk))
	}
	return s, nil
}

func (s *exactSum[T]) begin() {
	for _, w := range s.work {
		w.sum.Reset()
	}
}

func (s *exactSum[T]) local(w *collecting, c chunk) {
	x := columnOf[T](w, s.slot, c)
	k := s.work[w.worker]
	if k.split == nil || !addSplit(k, x) {
		column.AddExact(&k.sum, x)
	}
}

// addSplit adds x split, but what cannot be. It reports false if nothing can.
func addSplit[T kernels.Number](w *exactWork, x []T) bool {
	runColumn(w.peak, x)
	m := 0.0 // NaNs are passed over, and make a part NaN
	for _, v := range w.peak.frame.Partials[0][:w.peak.prog.Blocks(len(x))] {
		m = max(m, float64(fromBits[T](v)))
	}
	f, p := w.split.frame, w.split.prog
	room := 53 - bits.Len(uint(p.BlockLen()-1)) // of the exponents of a value and of g
	_, above := math.Frexp(m)                   // no value is 2^above
	g := above - room                           // its exponent; where it is below -1074, nothing is rounded
	if math.IsInf(m, 0) || 52+g > 1023 {
		return false
	}
	f.Scalars[0] = math.Float64bits(math.Ldexp(1.5, 52+g))
	f.Scalars[1] = math.Float64bits(math.Ldexp(1.5, 52+g-room-1))
	runColumn(w.split, x)
	w.parts = w.parts[:0]
	for b := range p.Blocks(len(x)) {
		first, second := math.Float64frombits(f.Partials[0][b]), math.Float64frombits(f.Partials[1][b])
		if math.Float64frombits(f.Partials[2][b]) > 0 {
			lo := b * p.BlockLen()
			column.AddExact(&w.sum, x[lo:min(lo+p.BlockLen(), len(x))])
			continue
		}
		w.parts = append(w.parts, first, second)
	}
	column.AddExact(&w.sum, w.parts)
	return true
}

func (s *exactSum[T]) hand(*collecting, chunk)   {}
func (s *exactSum[T]) finish(*collecting, chunk) {}

func (s *exactSum[T]) end() error {
	all := &s.work[0].sum
	for _, w := range s.work[1:] {
		all.Join(&w.sum)
	}
	if unsafe.Sizeof(T(0)) == 4 {
		s.result.set(float64(all.Float32()))
	} else {
		s.result.set(all.Float64())
	}
	return nil
}
