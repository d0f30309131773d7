package vecmath_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/kernels/internal/vecmath"
)

// What the other tests here evaluate gives the bits that the interpreter gives.
func TestMeaning(t *testing.T) {
	for _, f := range vecmath.Functions() {
		text := "y = " + f.Name + "(" + strings.Join([]string{"x", "z"}[:f.Arity], ", ") + ")"
		k, err := kernels.Parse("k", text, kernels.Unoptimized())
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		compare(t, k, f, kernels.Float64, math.Float64bits, math.Float64frombits)
		compare(t, k, f, kernels.Float32, math.Float32bits, math.Float32frombits)
	}
}

func compare[T kernels.Float, B uint64 | uint32](t *testing.T, k *kernels.Kernel, f *vecmath.Func, typ kernels.Type, bits func(T) B, from func(B) T) {
	const n = 200
	x, y, z := make([]T, n), make([]T, n), make([]T, n)
	state := uint64(88172645463325252)
	random := func() T {
		state ^= state << 13
		state ^= state >> 7
		state ^= state << 17
		if state%3 == 0 {
			return from(B(state >> 1))
		}
		return T(int64(state>>8)%20000) / 1000 * T(1-int(state&2))
	}
	for i := range n {
		x[i], z[i] = random(), random()
	}
	for i, v := range []float64{0, math.Copysign(0, -1), 1, -1, math.Inf(1), math.Inf(-1), math.NaN(), 0.5, 2, -2} {
		x[i], z[n-1-i] = T(v), T(v)
	}
	p := k.Program(typ)
	fr := p.NewFrame(n)
	for i, v := range [][]T{y, x, z}[:f.Arity+1] {
		fr.Arrays[i] = unsafe.Pointer(&v[0])
	}
	p.EvalUniforms(fr)
	p.Interpret(fr, 0, n)
	for i := range n {
		args := []float64{float64(x[i]), float64(z[i])}[:f.Arity]
		want := T(vecmath.Eval(f, vecmath.Type(typ), args...))
		if bits(y[i]) != bits(want) && (y[i] == y[i] || want == want) {
			t.Errorf("%s %s(%v): %v, and here %v", fmt.Sprintf("%T", x[0]), f.Name, args, y[i], want)
			return
		}
	}
}
