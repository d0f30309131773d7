package executortest

import (
	"context"
	"errors"
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

// typed is an array of any element type with what lies before and behind it.
type typed struct {
	name    string
	t       kernels.Type
	n, from int      // the array is elements from up to from+n
	words   []uint64 // all
	before  []uint64 // all, at first
	after   []uint64 // as a launch must leave it
}

func newTyped(r *rand.Rand, name string, t kernels.Type, n int) *typed {
	m := &typed{name: name, t: t, n: n, from: guard + r.IntN(16)}
	count := m.from + n + guard
	m.words, m.before, m.after = make([]uint64, count), make([]uint64, count), make([]uint64, count)
	for i := range count {
		put(m.before, t, i, randkernel.Bits(r, t))
	}
	copy(m.words, m.before)
	copy(m.after, m.before)
	return m
}

// put and get take words as elements of type t.
func put(words []uint64, t kernels.Type, i int, bits uint64) {
	if t.Size() == 8 {
		words[i] = bits
	} else {
		narrow(words)[i] = uint32(bits)
	}
}

func get(words []uint64, t kernels.Type, i int) uint64 {
	if t.Size() == 8 {
		return words[i]
	}
	return uint64(narrow(words)[i])
}

func narrow(words []uint64) []uint32 {
	return unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(words))), len(words))
}

// slice is the array as an argument.
func (m *typed) slice() any {
	p := unsafe.Pointer(unsafe.SliceData(m.words))
	switch m.t {
	case kernels.Float64:
		return unsafe.Slice((*float64)(p), len(m.words))[m.from:][:m.n:m.n]
	case kernels.Float32:
		return unsafe.Slice((*float32)(p), len(m.words))[m.from:][:m.n:m.n]
	case kernels.Int64:
		return unsafe.Slice((*int64)(p), len(m.words))[m.from:][:m.n:m.n]
	case kernels.Int32:
		return unsafe.Slice((*int32)(p), len(m.words))[m.from:][:m.n:m.n]
	case kernels.Uint64:
		return unsafe.Slice((*uint64)(p), len(m.words))[m.from:][:m.n:m.n]
	}
	return unsafe.Slice((*uint32)(p), len(m.words))[m.from:][:m.n:m.n]
}

// same compares elements, but for the payloads of NaNs.
func (m *typed) same(i int) bool {
	x, y := get(m.words, m.t, i), get(m.after, m.t, i)
	if x == y || !m.t.IsFloat() {
		return x == y
	}
	return math.IsNaN(m.t.Float(x)) && math.IsNaN(m.t.Float(y))
}

// scalarOf is a scalar's argument of these bits.
func scalarOf(t kernels.Type, bits uint64) any {
	switch t {
	case kernels.Float64:
		return math.Float64frombits(bits)
	case kernels.Float32:
		return math.Float32frombits(uint32(bits))
	case kernels.Int64:
		return int64(bits)
	case kernels.Int32:
		return int32(bits)
	case kernels.Uint64:
		return bits
	}
	return uint32(bits)
}

// testTypes runs random kernels of all types, with their divisions by zero, and
// some with functions.
func testTypes(tb testing.TB, ex runtime.Executor) {
	r := rand.New(rand.NewPCG(15, 16))
	for round := range 150 {
		o := randkernel.AllTypes
		o.Functions = round%4 == 0
		g := randkernel.NewTyped(r, o)
		k, err := kernels.New(fmt.Sprintf("typed%d", round), g.Outputs, append(g.Options, kernels.Unoptimized())...)
		if err != nil {
			tb.Fatal(err)
		}
		n := []int{r.IntN(70), r.IntN(300), 2049}[round%3]
		for _, own := range []kernels.Type{kernels.Float64, kernels.Float32} {
			if !runTyped(tb, ex, r, k, own, n, policySets(n)[round%5]) {
				return
			}
		}
	}
}

// runTyped compares one launch with the interpreter.
func runTyped(tb testing.TB, ex runtime.Executor, r *rand.Rand, k *kernels.Kernel, own kernels.Type, n int, policies []runtime.Policy) bool {
	args := runtime.Args{}
	var arrays []*typed
	if !slices.ContainsFunc(k.Params(), func(p kernels.Param) bool { return p.Kind == kernels.ArrayParam && p.Type == 0 }) {
		own = kernels.Float64 // no array says otherwise
	}
	p := k.Program(own)
	f := p.NewFrame(n)
	results := make([]float64, len(p.Reductions))
	for _, param := range k.Params() {
		t := param.Type
		if t == 0 {
			t = own
		}
		if param.Kind == kernels.ScalarParam {
			bits := randkernel.Bits(r, t)
			args[param.Name], f.Scalars[param.Slot] = scalarOf(t, bits), bits
			continue
		}
		if param.Kind == kernels.ResultParam {
			results[param.Slot] = -12345
			args[param.Name] = &results[param.Slot]
			continue
		}
		m := newTyped(r, param.Name, t, n)
		arrays = append(arrays, m)
		args[param.Name] = m.slice()
		f.Arrays[param.Slot] = unsafe.Add(unsafe.Pointer(unsafe.SliceData(m.after)), m.from*t.Size())
	}
	p.EvalUniforms(f)
	p.Interpret(f, 0, n)
	fault := int64(kernels.NoFault)
	for _, at := range f.Faults {
		fault = min(fault, at)
	}
	p.Combine(f)
	if fault != kernels.NoFault { // then none is written
		for i := range f.Results {
			f.Results[i] = -12345
		}
	}
	where := fmt.Sprintf("%s of %s, n = %d", k, own, n)
	call, err := ex.Bind(k, args, policies...)
	if err != nil {
		tb.Errorf("bind %s: %v", where, err)
		return false
	}
	err = call.Run(context.Background())
	var divide *runtime.DivideError
	switch {
	case fault == kernels.NoFault && err != nil:
		tb.Errorf("run %s: %v", where, err)
		return false
	case fault != kernels.NoFault && (!errors.As(err, &divide) || int64(divide.Index) != fault):
		tb.Errorf("run %s: %v, want a *DivideError for element %d", where, err, fault)
		return false
	}
	for i, v := range results {
		if !sameBits(v, f.Results[i]) {
			tb.Errorf("%s: reduction %d is %v, want %v\n%s", where, i, v, f.Results[i], p)
			return false
		}
	}
	for _, m := range arrays {
		for i := range len(m.words) {
			if m.same(i) {
				continue
			}
			if e := i - m.from; e < 0 || e >= n {
				tb.Errorf("%s: memory outside of %s, at element %d, is changed", where, m.name, e)
			} else {
				tb.Errorf("%s: %s[%d] is %#x, want %#x\n%s", where, m.name, e, get(m.words, m.t, i), get(m.after, m.t, i), p)
			}
			return false
		}
	}
	return true
}

// testDivisions divides by zero at some elements.
func testDivisions(tb testing.TB, ex runtime.Executor) {
	ctx := context.Background()
	k, err := kernels.Parse("ratio", "q = n/d; s = sum(float(n))", kernels.Typed(kernels.Int32, "q", "n", "d"))
	if err != nil {
		tb.Fatal(err)
	}
	const n = 30_011
	q, num, den, s := make([]int32, n), make([]int32, n), make([]int32, n), -1.0
	for i := range n {
		num[i], den[i] = int32(i), int32(i%7+1)
	}
	for _, policies := range policySets(n) {
		call := bind(tb, ex, k, runtime.Args{"q": q, "n": num, "d": den, "s": &s}, policies...)
		for _, zeros := range [][]int{nil, {0}, {n - 1}, {29_000, 17, 20_000}, {8191, 8192}, nil} {
			for _, i := range zeros {
				den[i] = 0
			}
			s = -1
			launch := call.Run
			if len(zeros)%2 == 1 {
				launch = func(ctx context.Context) error { return call.Start(ctx).Wait() }
			}
			err := launch(ctx)
			var divide *runtime.DivideError
			switch {
			case zeros == nil && (err != nil || s != n*(n-1)/2 || q[20_000] != 20_000/(20_000%7+1)):
				tb.Errorf("divisions by what is not zero: %v, sum %v", err, s)
			case zeros != nil && !errors.As(err, &divide):
				tb.Errorf("divisions by zero at %v: %v, want a *DivideError", zeros, err)
			case zeros != nil:
				least := n
				for _, i := range zeros {
					least = min(least, i)
				}
				if divide.Index != least || divide.Kernel != "ratio" || divide.Term != "n/d" || s != -1 || q[least] != 0 {
					tb.Errorf("divisions by zero at %v: %+v, sum %v, quotient %d", zeros, divide, s, q[least])
				}
			}
			for _, i := range zeros {
				den[i] = int32(i%7 + 1)
			}
		}
	}

	// Where the quotient is not needed, nothing fails.
	k, err = kernels.Parse("guarded", "q = select(d != 0, n/d, -1) + select(n < d, rem(n, d), 0)", kernels.Typed(kernels.Int32, "q", "n", "d"))
	if err != nil {
		tb.Fatal(err)
	}
	den[5] = 0
	call := bind(tb, ex, k, runtime.Args{"q": q, "n": num, "d": den})
	if err := call.Run(ctx); err != nil || q[5] != -1 {
		tb.Errorf("a guarded division: %v, %d", err, q[5])
	}
}
