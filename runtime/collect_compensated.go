package runtime

import (
	"fmt"
	"sync"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// compensated makes a compensated sum: see kernels.CompensatedSumOf.
type compensated[T kernels.Number] struct {
	slot   int
	result result
	chunks []withError[T]
	work   []*cascade[T] // by worker
}

// withError is a rounded sum, and the sum of what rounding took from it.
type withError[T kernels.Number] struct{ sum, err T }

// plus is the sum of both.
func (a withError[T]) plus(b withError[T]) withError[T] {
	s := a.sum + b.sum
	part := s - a.sum
	lost := (a.sum - (s - part)) + (b.sum - part) // exactly, with any a and b: Knuth's TwoSum
	return withError[T]{s, a.err + b.err + lost}
}

// value is the sum with its error; where that is not finite, because the sum overflowed or has an
// infinity or a NaN, the sum alone.
func (a withError[T]) value() T {
	if a.err-a.err != 0 {
		return a.sum
	}
	return a.sum + a.err
}

const (
	cascadeWays  = 8  // parts of a level
	cascadeLeast = 64 // elements of the last level
)

// cascadeKernel adds eight arrays and sums up the errors, in pairs of neighbours, pairs of these, and so on.
var cascadeKernel = sync.OnceValue(func() *kernels.Kernel {
	sums, errors := make([]string, cascadeWays), "0"
	for j := range sums {
		sums[j] = fmt.Sprintf("x%d", j)
	}
	for ; len(sums) > 1; sums = sums[:len(sums)/2] {
		for j := range len(sums) / 2 {
			a, b := sums[2*j], sums[2*j+1]
			s := "(" + a + " + " + b + ")"
			part := "(" + s + " - " + a + ")"
			errors += " + ((" + a + " - (" + s + " - " + part + ")) + (" + b + " - " + part + "))"
			sums[j] = s
		}
	}
	return kernels.Must(kernels.Parse("cascade", "y = "+sums[0]+"; e = sum("+errors+")", kernels.Unoptimized()))
})

// cascade is what a worker sums a chunk with.
type cascade[T kernels.Number] struct {
	prog   *kernels.Program
	frame  *kernels.Frame
	view   view
	in     [cascadeWays]int // array slots
	levels [2][]T
	lanes  []T // for what is not machine code
}

func newCascade[T kernels.Number](e engine) (*cascade[T], error) {
	k := cascadeKernel()
	p := k.Program(elementType[T]())
	c := &cascade[T]{prog: p, frame: p.NewFrame(collectChunk / cascadeWays)}
	for _, param := range k.Params() {
		if param.In {
			c.in[param.Name[1]-'0'] = param.Slot
		}
	}
	for l := range c.levels {
		c.levels[l] = make([]T, collectChunk/cascadeWays)
	}
	var err error
	if c.view, err = e.view(p, c.frame, simd.Options{}); err != nil {
		return nil, err
	}
	if tier, _ := tierOf(c.view); tier == simd.Portable {
		c.lanes = make([]T, p.Lanes())
	}
	return c, nil
}

// sum adds up the elements of a chunk.
func (c *cascade[T]) sum(x []T) withError[T] {
	var all withError[T] // from +0
	for level := 0; len(x) >= cascadeLeast; level++ {
		n := len(x) / cascadeWays
		y := c.levels[level%2][:n]
		all.err += c.level(y, x)
		for _, v := range x[n*cascadeWays:] {
			all = all.plus(withError[T]{sum: v})
		}
		x = y
	}
	for _, v := range x {
		all = all.plus(withError[T]{sum: v})
	}
	return all
}

// level makes the sums of one level, and returns the sum of their errors.
func (c *cascade[T]) level(y, x []T) (lost T) {
	n := len(y)
	if c.lanes == nil {
		f := c.frame
		f.N, f.Arrays[0] = n, unsafe.Pointer(unsafe.SliceData(y))
		for j, slot := range c.in {
			f.Arrays[slot] = unsafe.Pointer(unsafe.SliceData(x[j*n:]))
		}
		c.view.Reload()
		c.view.Run(0, n)
		for _, bits := range f.Partials[0][:c.prog.Blocks(n)] {
			lost += fromBits[T](bits)
		}
		return lost
	}
	// The same in Go, since interpreting each operation takes ten times as long.
	block := c.prog.BlockLen()
	for lo := 0; lo < n; lo += block {
		clear(c.lanes)
		for i := lo; i < min(lo+block, n); i++ {
			var v [cascadeWays]T
			for j := range v {
				v[j] = x[j*n+i]
			}
			err := T(0)
			for h := len(v) / 2; h > 0; h /= 2 {
				for j := range h {
					p := withError[T]{v[2*j], err}.plus(withError[T]{sum: v[2*j+1]})
					v[j], err = p.sum, p.err
				}
			}
			y[i] = v[0]
			c.lanes[(i-lo)%len(c.lanes)] += err
		}
		lost += kernels.FoldLanes(kernels.Sum, c.lanes)
	}
	return lost
}

func newCompensated[T kernels.Number](e engine, b *Binding, col kernels.Column, workers int) (*compensated[T], error) {
	s := &compensated[T]{slot: col.Value, result: b.results[b.Kernel.Params()[col.Param].Slot]}
	s.chunks = make([]withError[T], max(1, (b.Frame.N+collectChunk-1)/collectChunk))
	for range workers {
		c, err := newCascade[T](e)
		if err != nil {
			return nil, err
		}
		s.work = append(s.work, c)
	}
	return s, nil
}

func (s *compensated[T]) begin() {}

func (s *compensated[T]) local(w *collecting, c chunk) {
	s.chunks[c.index] = s.work[w.worker].sum(columnOf[T](w, s.slot, c))
}

func (s *compensated[T]) hand(*collecting, chunk)   {}
func (s *compensated[T]) finish(*collecting, chunk) {}

func (s *compensated[T]) end() error {
	m := s.chunks
	for n := len(m); n > 1; n = (n + 1) / 2 {
		for i := range n / 2 {
			m[i] = m[2*i].plus(m[2*i+1])
		}
		if n%2 == 1 {
			m[n/2] = m[n-1]
		}
	}
	s.result.set(float64(m[0].value()))
	return nil
}
