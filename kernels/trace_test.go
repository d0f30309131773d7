package kernels_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/internal/ieee"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/symbolic/num"
)

func ExampleTrace() {
	k, err := kernels.Trace("lorenz", lorenz[num.Term], []string{"x", "y", "z"}, []string{"dx", "dy", "dz"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(k)
	// Output:
	// dx = 10.0*(y - x); dy = x*(28.0 - z) - y; dz = x*y - 2.6666666666666665*z
}

// lorenz runs on float64 and float32 as well: lorenz(num.Of(1.0), …).
func lorenz[T num.Real](x, y, z num.Num[T]) (dx, dy, dz num.Num[T]) {
	c := num.Const[T]
	dx = c(10).Mul(y.Sub(x))
	dy = x.Mul(c(28).Sub(z)).Sub(y)
	dz = x.Mul(y).Sub(c(8.0 / 3).Mul(z))
	return
}

// step is one step of a random function.
type step struct {
	op, a, b, c, n int
	k              float64
}

// function is a Go function for a random sequence of steps.
func function[T num.Real](steps []step) func(x []num.Num[T]) []num.Num[T] {
	return func(x []num.Num[T]) []num.Num[T] {
		var conds []num.Cond[T]
		var zero num.Num[T]
		x = append(x, zero)
		conds = append(conds, num.Cond[T]{})
		for _, s := range steps {
			a, b, c := x[s.a%len(x)], x[s.b%len(x)], x[s.c%len(x)]
			p, q := conds[s.a%len(conds)], conds[s.b%len(conds)]
			switch s.op {
			case 0, 1:
				x = append(x, a.Add(b))
			case 2, 3:
				x = append(x, a.Sub(b))
			case 4, 5:
				x = append(x, a.Mul(b))
			case 6:
				x = append(x, a.Div(b))
			case 7:
				x = append(x, a.Neg())
			case 8:
				x = append(x, a.Sqrt())
			case 9:
				x = append(x, a.Abs())
			case 10:
				x = append(x, num.FMA(a, b, c))
			case 11:
				x = append(x, num.Min(a, b))
			case 12:
				x = append(x, num.Max(a, b))
			case 13:
				x = append(x, a.Pow(s.n))
			case 14:
				x = append(x, num.Const[T](s.k))
			case 15:
				x = append(x, num.Select(p, a, b))
			case 16:
				conds = append(conds, num.Lt(a, b), num.Ge(b, c))
			case 17:
				conds = append(conds, num.Le(a, b), num.Gt(b, c))
			case 18:
				conds = append(conds, num.Eq(a, b), num.Ne(b, c))
			case 19:
				conds = append(conds, num.And(p, q), num.Not(p))
			case 20:
				conds = append(conds, num.Or(p, q))
			}
		}
		return x
	}
}

var hard = []float64{
	0, math.Copysign(0, -1), 1, -1, 0.1, -3, 1e-30, -1e-40, 1e38, 1e300, 5e-324, 1 + 0x1p-24,
	math.MaxFloat32, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(),
}

func randomNumber(r *rand.Rand) float64 {
	if r.IntN(3) == 0 {
		return hard[r.IntN(len(hard))]
	}
	return math.Ldexp(r.Float64()*2-1, r.IntN(20)-10)
}

// TestTraceBits: a traced function compiled to a kernel gives the bits that the
// function gives, for random functions on random and special numbers.
func TestTraceBits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1500 {
		in, out := []string{"x", "y", "z", "s"}, []string{}
		steps := make([]step, 1+r.IntN(40))
		for i := range steps {
			steps[i] = step{r.IntN(21), r.IntN(100), r.IntN(100), r.IntN(100), r.IntN(12) - 5, randomNumber(r)}
		}
		for i := range function[float64](steps)(make([]num.Num[float64], len(in))) {
			out = append(out, fmt.Sprint("out", i))
		}
		k, err := kernels.Trace("random", function[num.Term](steps), in, out, kernels.Scalars("s"), kernels.Unoptimized())
		if err != nil {
			t.Fatal(err)
		}
		checkBits(t, k, k.Program(kernels.Float64), function[float64](steps), r)
		checkBits(t, k, k.Program(kernels.Float32), function[float32](steps), r)
	}
}

func checkBits[T kernels.Float](t *testing.T, k *kernels.Kernel, p *kernels.Program, f func([]num.Num[T]) []num.Num[T], r *rand.Rand) {
	const n = 30
	args := map[string][]T{}
	frame := p.NewFrame(n)
	for _, param := range k.Params() {
		if param.Kind == kernels.ScalarParam {
			x := randomNumber(r)
			frame.Scalars[param.Slot] = p.Scalars[param.Slot].Bits(x)
			args[param.Name] = []T{T(x)}
			continue
		}
		a := make([]T, n)
		for i := range a {
			a[i] = T(randomNumber(r))
		}
		args[param.Name] = a
		frame.Arrays[param.Slot] = unsafe.Pointer(&a[0])
	}
	p.EvalUniforms(frame)
	p.Interpret(frame, 0, n)
	for i := range n {
		x := make([]num.Num[T], 4)
		for j, name := range []string{"x", "y", "z", "s"} {
			if a := args[name]; len(a) == 1 {
				x[j] = num.Of(a[0])
			} else if a != nil {
				x[j] = num.Of(a[i])
			}
		}
		for j, want := range num.Values(f(x)) {
			got := args[fmt.Sprint("out", j)][i]
			if ieee.Bits(got) != ieee.Bits(want) && (got == got || want == want) {
				t.Fatalf("%v\noutput %d of %v: %v, the function gives %v", k, j, x, got, want)
			}
		}
	}
}

func TestTraceErrors(t *testing.T) {
	type N = num.Num[num.Term]
	one := func(a N) N { return a }
	for _, c := range []struct {
		f       any
		in, out []string
		want    string
	}{
		{one, []string{"a b"}, []string{"y"}, `input 0: "a b" is not a name`},
		{func(a, b N) N { return a }, []string{"a", "a"}, []string{"y"}, "two inputs of the name a"},
		{one, []string{"a", "b"}, []string{"y"}, "2 arguments"},
		{one, []string{"a"}, []string{"y", "z"}, "1 results, and names for 2"},
		{one, []string{"a"}, []string{"2"}, "not a name"},
		{func(a N) (N, N) { return a, a }, []string{"a"}, []string{"y", "y"}, "two outputs of that name"},
		{func(a N) N { panic("no") }, []string{"a"}, []string{"y"}, "panic: no"},
		{7, nil, nil, "not a function"},
		{func() {}, nil, nil, "no outputs"},
	} {
		k, err := kernels.Trace("k", c.f, c.in, c.out)
		var ke *kernels.Error
		if k != nil || !errors.As(err, &ke) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%T: %v, want an Error with %q", c.f, err, c.want)
		}
	}
	_, err := kernels.Trace("k", 7, nil, nil)
	var ne *num.Error
	if !errors.As(err, &ne) {
		t.Errorf("%v does not hold a *num.Error", err)
	}
	k, err := kernels.Trace("twice", func(a N) N { return a.Add(a) }, []string{"a"}, []string{"a"})
	if err != nil || k.String() != "a = a + a" {
		t.Errorf("in place: %v, %v", k, err)
	}
}
