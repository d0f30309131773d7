package executortest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// float is an element type.
type float interface{ float32 | float64 }

func elemOf[T float]() kernels.Type {
	if unsafe.Sizeof(T(0)) == 4 {
		return kernels.Float32
	}
	return kernels.Float64
}

// trial is a kernel with arguments and what a launch must make of them.
type trial[T float] struct {
	kernel  *kernels.Kernel
	args    runtime.Args
	arrays  []*memory[T]
	results map[string]*float64
	want    map[string]float64
}

// memory is an array with what lies before and behind it.
type memory[T float] struct {
	name          string
	all           []T
	from          int // the array is all[from:from+n]
	before, after []T // all, at first and as a launch must leave it
}

// guard is the number of elements around an array that nothing may touch.
const guard = 80

func newMemory[T float](r *rand.Rand, name string, n, shift int) *memory[T] {
	m := &memory[T]{name: name, all: make([]T, guard+shift+n+guard), from: guard + shift}
	for i := range m.all {
		m.all[i] = T(randkernel.Number(r))
	}
	m.before = slices.Clone(m.all)
	m.after = slices.Clone(m.all)
	return m
}

// newTrial draws arguments of n elements, each array shifted by some elements.
// The arrays named in same lie in one memory. A kernel without arrays is told n.
func newTrial[T float](r *rand.Rand, k *kernels.Kernel, n int, same ...string) *trial[T] {
	t := &trial[T]{kernel: k, args: runtime.Args{}, results: map[string]*float64{}, want: map[string]float64{}}
	p := k.Program(elemOf[T]())
	if len(p.Arrays) == 0 {
		t.args["index"] = runtime.Shape{n}
	}
	f := p.NewFrame(n)
	var shared *memory[T]
	for _, param := range k.Params() {
		switch param.Kind {
		case kernels.ArrayParam:
			m := shared
			if m == nil || !slices.Contains(same, param.Name) {
				m = newMemory[T](r, param.Name, n, r.IntN(16))
				t.arrays = append(t.arrays, m)
			}
			if slices.Contains(same, param.Name) {
				shared = m
			}
			t.args[param.Name] = m.all[m.from : m.from+n : m.from+n]
			f.Arrays[param.Slot] = unsafe.Pointer(unsafe.SliceData(m.after[m.from:]))
		case kernels.ScalarParam:
			v := randkernel.Number(r)
			t.args[param.Name] = v
			f.Scalars[param.Slot] = p.Scalars[param.Slot].Bits(v)
		case kernels.ResultParam:
			t.results[param.Name] = new(float64)
			t.args[param.Name] = t.results[param.Name]
		}
	}
	p.EvalUniforms(f)
	p.Interpret(f, 0, n)
	p.Combine(f)
	for _, param := range k.Params() {
		if param.Kind == kernels.ResultParam {
			t.want[param.Name] = f.Results[param.Slot]
		}
	}
	return t
}

// reset makes the arguments what they were before any launch.
func (t *trial[T]) reset() {
	for _, m := range t.arrays {
		copy(m.all, m.before)
	}
	for _, v := range t.results {
		*v = -12345
	}
}

// run launches the trial and compares; false if it failed.
func (t *trial[T]) run(tb testing.TB, ex runtime.Executor, policies ...runtime.Policy) bool {
	tb.Helper()
	t.reset()
	call, err := ex.Bind(t.kernel, t.args, policies...)
	if err != nil {
		tb.Errorf("bind %s: %v", t.kernel, err)
		return false
	}
	if err := call.Run(context.Background()); err != nil {
		tb.Errorf("run %s: %v", t.kernel, err)
		return false
	}
	return t.compare(tb, call.Info())
}

// compare tells the first difference in each array and result.
func (t *trial[T]) compare(tb testing.TB, info runtime.LaunchInfo) bool {
	tb.Helper()
	ok := true
	where := fmt.Sprintf("%s of %s, n = %d, %d workers, %v", t.kernel, elemOf[T](), info.N, info.Workers, info.Schedule)
	for _, m := range t.arrays {
		for i := range m.all {
			if sameBits(m.all[i], m.after[i]) {
				continue
			}
			ok = false
			if e := i - m.from; e < 0 || e >= info.N {
				tb.Errorf("%s: memory outside of %s, at element %d, is changed", where, m.name, e)
			} else {
				tb.Errorf("%s: %s[%d] is %v, want %v", where, m.name, e, m.all[i], m.after[i])
			}
			break
		}
	}
	for name, v := range t.results {
		if !sameBits(*v, t.want[name]) {
			ok = false
			tb.Errorf("%s: %s is %v, want %v", where, name, *v, t.want[name])
		}
	}
	return ok
}

// sameBits compares bits, but for the payload of NaNs.
func sameBits[T float](x, y T) bool {
	return x == y && math.Signbit(float64(x)) == math.Signbit(float64(y)) || x != x && y != y
}

// policySets are the ways that launches are dealt out.
func policySets(n int) [][]runtime.Policy {
	return [][]runtime.Policy{
		nil,
		{runtime.InlineBelow(0)},
		{runtime.InlineBelow(0), runtime.Dynamic(n/7 + 1)},
		{runtime.InlineBelow(0), runtime.Guided(1)},
		{runtime.NonTemporal(runtime.NTOn), runtime.InlineBelow(0)},
	}
}
