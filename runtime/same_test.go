package runtime_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
)

var sameRounds = flag.Int("rounds", 400, "how many random launches TestSameBits runs")

// TestSameBits runs random stencils, collectives and gathers, over random shapes and numbers of all kinds, on
// the interpreter and on another executor: of any tier, of 1 to 64 workers.
func TestSameBits(t *testing.T) {
	rounds := *sameRounds
	if testing.Short() {
		rounds = min(rounds, 100)
	}
	open := func(name string, opts ...runtime.Option) runtime.Executor {
		ex, err := runtime.Open(name, opts...)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { ex.Close() })
		return ex
	}
	want := open("sequential")
	var others []runtime.Executor
	for _, tier := range simd.Tiers() {
		others = append(others, open("simd", runtime.Tier(tier)))
	}
	for w := 1; w <= 64; w += 1 + w/4 {
		others = append(others, open("pool", runtime.Workers(w)), open("pool", runtime.Workers(w), runtime.Tier(simd.Tiers()[w%len(simd.Tiers())])))
	}
	others = append(others, open("pool", runtime.Workers(64)))
	for i := range rounds {
		r := rand.New(rand.NewPCG(uint64(i), 99))
		k, args := randomLaunch(r)
		ex := others[r.IntN(len(others))]
		a, b := args(), args()
		for j, run := range []struct {
			ex   runtime.Executor
			args runtime.Args
		}{{want, a}, {ex, b}} {
			call, err := run.ex.Bind(k, run.args, runtime.InlineBelow(0))
			if err != nil {
				t.Fatalf("round %d, %d: %v\n%v", i, j, err, k)
			}
			if err := call.Run(context.Background()); err != nil {
				t.Fatalf("round %d, %d: %v\n%v", i, j, err, k)
			}
		}
		for name := range a {
			if x, y := fmt.Sprint(floatsOf(a[name])), fmt.Sprint(floatsOf(b[name])); x != y {
				t.Fatalf("round %d: %s differs on %s with %d workers\n%v\n%.300s\n%.300s", i, name, ex.Name(), ex.Target().Workers(), k, x, y)
			}
		}
	}
}

// floatsOf is what an argument holds, in words that tell all numbers apart but NaNs.
func floatsOf(arg any) any {
	if r := reflect.ValueOf(arg); r.Kind() == reflect.Pointer {
		return r.Elem().Interface()
	}
	return arg
}

// randomLaunch is a random kernel, and what makes the same arguments again and again.
func randomLaunch(r *rand.Rand) (*kernels.Kernel, func() runtime.Args) {
	seed := r.Uint64()
	if r.IntN(2) == 0 {
		s := randomStencil(r, 1+r.IntN(3))
		shape, n := make([]int, s.axes), 1
		for a := range shape {
			if shape[a] = 4 + r.IntN(14); a == s.axes-1 && r.IntN(4) == 0 {
				shape[a] = 4 + r.IntN(3000)
			}
			n *= shape[a]
		}
		return s.kernel, func() runtime.Args {
			r := rand.New(rand.NewPCG(seed, 1))
			g := func() runtime.Grid[float64] { return runtime.NewGrid(awkward(r, n, true), shape...) }
			return runtime.Args{"u": g(), "v0": g(), "v": g(), "w": g(), "t": new(float64)}
		}
	}
	op := []string{"sum", "prod", "min", "max"}[r.IntN(4)]
	e := []string{"x", "x*y", "x - gather(y, k)", "x*float(index())", "max(x, y)*gather(x, k)"}[r.IntN(5)]
	own := []string{"latest", "compound"}[r.IntN(2)]
	c := []string{"x > y", "x < 0", "y == 0", "x > 1e300"}[r.IntN(4)]
	texts := []string{
		fmt.Sprintf("a = scan(%s, %s)", op, e), fmt.Sprintf("b = scanbefore(%s, %s)", op, e), fmt.Sprintf("p = keep(%s, %s)", e, c),
		fmt.Sprintf("q = scatter(%s, k)", e), fmt.Sprintf("s = scatteradd(%s, k)", e), "h = histogram(k)", fmt.Sprintf("g = segments(%s, %s, rows)", op, e),
		fmt.Sprintf("i = argmin(%s)", e), fmt.Sprintf("j = argmax(%s)", e), fmt.Sprintf("m = mean(%s)", e), fmt.Sprintf("v = variance(%s)", e),
		fmt.Sprintf("t = %s(%s)", op, e), fmt.Sprintf("z = %s", e), fmt.Sprintf("n = count(%s)", c),
		fmt.Sprintf("c = segscan(%s, %s, rows)", op, e), fmt.Sprintf("d = fold(%s, %s)", own, e), fmt.Sprintf("e = scan(%s, %s)", own, e),
		fmt.Sprintf("w = segscanbefore(%s, %s, rows)", own, e), fmt.Sprintf("l = segments(%s, %s, rows)", own, e),
		fmt.Sprintf("o = exactsum(%s)", e), fmt.Sprintf("r = compsum(%s)", e), fmt.Sprintf("u = %s(k*k - 7)", op),
	}
	r.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
	text, uses := "f = x + y + float(k)", map[string]bool{"f": true, "x": true, "y": true, "k": true}
	for _, s := range texts[:1+r.IntN(5)] {
		text += "; " + s
		uses[s[:1]] = true
		if strings.HasSuffix(s, "rows)") {
			uses["rows"] = true
		}
	}
	opts := []kernels.Option{kernels.Typed(kernels.Int32, "k"), kernels.Unoptimized(), kernels.Operations(ownOperations...)}
	if uses["rows"] {
		opts = append(opts, kernels.Typed(kernels.Int64, "rows"))
	}
	k := kernels.Must(kernels.Parse("collect", text, opts...))
	n := 1 + r.IntN(200)
	switch r.IntN(12) {
	case 0:
		n = r.IntN(60000)
	case 1, 2:
		n = r.IntN(5000)
	}
	n = max(n, 1)
	return k, func() runtime.Args {
		r := rand.New(rand.NewPCG(seed, 2))
		at, rows := make([]int32, n), []int64{0}
		for i := range at {
			at[i] = int32(r.IntN(min(n, 50)))
		}
		for last := 0; last < n; {
			last = min(last+r.IntN(40), n)
			rows = append(rows, int64(last))
		}
		all := runtime.Args{"x": awkward(r, n, r.IntN(2) == 0), "y": awkward(r, n, false), "k": at, "rows": rows, "f": make([]float64, n),
			"a": make([]float64, n), "b": make([]float64, n), "p": make([]float64, n), "q": make([]float64, 50), "s": make([]float64, 50),
			"h": make([]float64, 50), "g": make([]float64, len(rows)-1), "i": new(int), "j": new(int), "m": new(float64), "v": new(float64),
			"t": new(float64), "z": make([]float64, n), "n": new(int),
			"c": make([]float64, n), "d": new(float64), "e": make([]float64, n), "w": make([]float64, n), "l": make([]float64, len(rows)-1),
			"o": new(float64), "r": new(float64), "u": new(int32)}
		args := runtime.Args{}
		for name := range uses {
			args[name] = all[name]
		}
		return args
	}
}
