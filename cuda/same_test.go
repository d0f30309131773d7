//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/triad-go/triad/cuda/internal/fake"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

var sameRounds = flag.Int("rounds", 150, "how many random launches TestSameBits runs")

// TestSameBits runs random stencils, collectives, gathers and reductions on the interpreter of programs and on a device
// whose PTX is interpreted: with arrays in the host's memory, staged in one chunk or several, and on the device.
func TestSameBits(t *testing.T) {
	rounds := *sameRounds
	if testing.Short() {
		rounds = min(rounds, 40)
	}
	want, err := runtime.Open("sequential")
	if err != nil {
		t.Fatal(err)
	}
	defer want.Close()
	l := fake.New(t, fake.Config{Devices: []fake.Device{{}, {Capability: 90}}})
	var others []runtime.Executor
	for i, device := range []string{"0", "1"} {
		ex, err := openFake(l, device, "")
		if err != nil {
			t.Fatal(err)
		}
		defer ex.Close()
		if i == 1 {
			ex.(*executor).settings.staging = stagingLeast
		}
		others = append(others, ex)
	}
	for i := range rounds {
		r := rand.New(rand.NewPCG(uint64(i), 7))
		kernel, args := randomStencil, runtime.Args(nil)
		if r.IntN(3) > 0 {
			kernel = randomCollect
		}
		k, fresh := kernel(r)
		ex := others[r.IntN(len(others))]
		a, b := fresh(), fresh()
		args = b
		var back []func() error
		if r.IntN(2) == 0 {
			if args, back, err = onDevice(ex, b); err != nil {
				t.Fatal(err)
			}
		}
		first, second := runOn(want, k, a), runOn(ex, k, args)
		if first != nil || second != nil {
			t.Fatalf("round %d: %v and %v\n%v", i, first, second, k)
		}
		for _, f := range back {
			if err := f(); err != nil {
				t.Fatal(err)
			}
		}
		for name := range a {
			if x, y := text(a[name]), text(b[name]); x != y {
				t.Errorf("round %d: %s differs (on the device: %v)\n%v\n%.300s\n%.300s", i, name, back != nil, k, x, y)
			}
		}
		if t.Failed() {
			return
		}
	}
	if n := l.Stats().Launches; n < uint64(rounds) {
		t.Errorf("%d launches in %d rounds", n, rounds)
	} else {
		t.Logf("%d launches in %d rounds", n, rounds)
	}
}

func runOn(ex runtime.Executor, k *kernels.Kernel, args runtime.Args) error {
	call, err := ex.Bind(k, args)
	if err != nil {
		return err
	}
	return call.Run(context.Background())
}

// onDevice copies arguments that are slices to Buffers, and gives what copies them back and closes them.
func onDevice(ex runtime.Executor, args runtime.Args) (_ runtime.Args, back []func() error, err error) {
	moved := runtime.Args{}
	for name, arg := range args {
		moved[name] = arg
		var f func() error
		switch s := arg.(type) {
		case []float64:
			moved[name], f, err = toBuffer(ex, s)
		case []int32:
			moved[name], f, err = toBuffer(ex, s)
		case []int64:
			moved[name], f, err = toBuffer(ex, s)
		}
		if err != nil {
			return nil, nil, err
		}
		if f != nil {
			back = append(back, f)
		}
	}
	return moved, back, nil
}

func toBuffer[T runtime.Element](ex runtime.Executor, s []T) (any, func() error, error) {
	if len(s) == 0 {
		return s, nil, nil
	}
	ctx := context.Background()
	b, err := runtime.NewBuffer[T](ex, len(s))
	if err == nil {
		err = b.CopyFrom(ctx, s)
	}
	return b, func() error {
		err := b.CopyTo(ctx, s)
		closing(&err, b.Close)
		return err
	}, err
}

// text writes an argument so that all numbers are told apart, but NaNs.
func text(arg any) string {
	if r := reflect.ValueOf(arg); r.Kind() == reflect.Pointer {
		arg = r.Elem().Interface()
	}
	return fmt.Sprint(arg)
}

// awkward is numbers that round, with some that are special.
func awkward(r *rand.Rand, n int, specials bool) []float64 {
	x := make([]float64, n)
	special := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), 5e-324, -5e-324, math.MaxFloat64}
	for i := range x {
		x[i] = r.NormFloat64() * 100
		if specials && r.IntN(50) == 0 {
			x[i] = special[r.IntN(len(special))]
		}
	}
	return x
}

// randomStencil is a kernel with neighbours over a grid of one to three axes, and what makes its arguments.
func randomStencil(r *rand.Rand) (*kernels.Kernel, func() runtime.Args) {
	axes := 1 + r.IntN(3)
	text := "v = 0.5*u"
	for i := range 1 + r.IntN(5) {
		text += fmt.Sprintf(" + %d*at(u", i+1)
		for range axes {
			text += fmt.Sprintf(", %d", (r.IntN(7)-3)*r.IntN(2))
		}
		text += ")"
	}
	opts := []kernels.Option{kernels.Unoptimized()}
	for a := range axes {
		for side := range 2 {
			e := kernels.Edge{Kind: []kernels.EdgeKind{kernels.Periodic, kernels.Clamp, kernels.Mirror, kernels.Reflect, kernels.Constant}[r.IntN(5)]}
			if e.Kind == kernels.Constant {
				e.Value = float64(r.IntN(9))
			}
			opts = append(opts, kernels.EdgeAt("u", a, kernels.Side(side), e))
		}
	}
	shape, n := make([]int, axes), 1
	for a := range shape {
		if shape[a] = 4 + r.IntN(12); a == axes-1 && r.IntN(4) == 0 {
			shape[a] = 4 + r.IntN(1500)
		}
		n *= shape[a]
	}
	seed := r.Uint64()
	return kernels.Must(kernels.Parse("stencil", text+"; w = v0 - u; t = sum(u*u)", opts...)), func() runtime.Args {
		r := rand.New(rand.NewPCG(seed, 1))
		g := func() runtime.Grid[float64] { return runtime.NewGrid(awkward(r, n, true), shape...) }
		return runtime.Args{"u": g(), "v0": g(), "v": g(), "w": g(), "t": new(float64)}
	}
}

// randomCollect is a kernel with some collective outputs, and what makes its arguments.
func randomCollect(r *rand.Rand) (*kernels.Kernel, func() runtime.Args) {
	op := []string{"sum", "prod", "min", "max"}[r.IntN(4)]
	e := []string{"x", "x*y", "x - gather(y, k)", "x*float(index())", "max(x, y)*gather(x, k)"}[r.IntN(5)]
	c := []string{"x > y", "x < 0", "y == 0", "x > 1e300"}[r.IntN(4)]
	texts := []string{
		fmt.Sprintf("a = scan(%s, %s)", op, e), fmt.Sprintf("b = scanbefore(%s, %s)", op, e), fmt.Sprintf("p = keep(%s, %s)", e, c),
		fmt.Sprintf("q = scatter(%s, k)", e), fmt.Sprintf("s = scatteradd(%s, k)", e), "h = histogram(k)", fmt.Sprintf("g = segments(%s, %s, rows)", op, e),
		fmt.Sprintf("i = argmin(%s)", e), fmt.Sprintf("j = argmax(%s)", e), fmt.Sprintf("m = mean(%s)", e), fmt.Sprintf("v = variance(%s)", e),
		fmt.Sprintf("t = %s(%s)", op, e), fmt.Sprintf("z = %s", e), fmt.Sprintf("n = count(%s)", c),
		fmt.Sprintf("c = segscan(%s, %s, rows)", op, e), fmt.Sprintf("o = exactsum(%s)", e), fmt.Sprintf("r = compsum(%s)", e), fmt.Sprintf("u = %s(k*k - 7)", op),
	}
	r.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	text, uses := "f = x + y + float(k)", map[string]bool{"f": true, "x": true, "y": true, "k": true}
	opts := []kernels.Option{kernels.Typed(kernels.Int32, "k"), kernels.Unoptimized()}
	for _, s := range texts[:r.IntN(5)] {
		text += "; " + s
		uses[s[:1]] = true
		if strings.HasSuffix(s, "rows)") && !uses["rows"] {
			uses["rows"] = true
			opts = append(opts, kernels.Typed(kernels.Int64, "rows"))
		}
	}
	n := 1 + r.IntN(200)
	switch r.IntN(10) {
	case 0:
		n = 1 + r.IntN(12000)
	case 1, 2:
		n = 1 + r.IntN(3000)
	}
	seed := r.Uint64()
	return kernels.Must(kernels.Parse("collect", text, opts...)), func() runtime.Args {
		r := rand.New(rand.NewPCG(seed, 2))
		at, rows := make([]int32, n), []int64{0}
		for i := range at {
			at[i] = int32(r.IntN(min(n, 50)))
		}
		for last := 0; last < n; {
			last = min(last+r.IntN(40), n)
			rows = append(rows, int64(last))
		}
		f := func(n int) []float64 { return make([]float64, n) }
		all := runtime.Args{"x": awkward(r, n, r.IntN(2) == 0), "y": awkward(r, n, false), "k": at, "rows": rows, "f": f(n),
			"a": f(n), "b": f(n), "p": f(n), "q": f(50), "s": f(50), "h": f(50), "g": f(len(rows) - 1), "i": new(int), "j": new(int), "m": new(float64),
			"v": new(float64), "t": new(float64), "z": f(n), "n": new(int), "c": f(n), "o": new(float64), "r": new(float64), "u": new(int32)}
		args := runtime.Args{}
		for name := range uses {
			args[name] = all[name]
		}
		return args
	}
}
