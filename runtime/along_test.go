package runtime_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// TestAlong folds along each axis of spaces of two and three, with values that add up exactly.
func TestAlong(t *testing.T) {
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		r := rand.New(rand.NewPCG(4, 2))
		for range 30 {
			axes := 2 + r.IntN(2)
			shape, n := make([]int, axes), 1
			for a := range shape {
				if shape[a] = r.IntN(20); r.IntN(6) == 0 {
					shape[a] = 300
				}
				n *= shape[a]
			}
			u := make([]float64, n)
			for i := range u {
				u[i] = float64(r.IntN(64)) / 4
			}
			axis := r.IntN(axes)
			var rest []int
			m := 1
			for a, e := range shape {
				if a != axis {
					rest = append(rest, e)
					m *= e
				}
			}
			text := []string{"s = along(sum, 2*u, 0); m = along(max, u, 0); v = u + 1",
				"s = along(sum, 2*u, 1); m = along(max, u, 1); v = u + 1", "s = along(sum, 2*u, 2); m = along(max, u, 2); v = u + 1"}[axis]
			// A kernel of as many axes as the space has.
			opts := []kernels.Option{kernels.Edges(kernels.Edge{Kind: kernels.Clamp}, "u")}
			last := " + at(u" + []string{"", "", ", 0, 0", ", 0, 0, 0"}[axes] + ")"
			switch r.IntN(3) {
			case 0: // of as many as it folds along
				opts, last = nil, " + u"
			case 1: // of as many as indices name
				opts, last = nil, []string{"", "", " + u + float(0*index(1))", " + u + float(0*index(2))"}[axes]
			}
			k := kernels.Must(kernels.Parse("along", text+last, opts...))
			s, most, v := make([]float64, m), make([]float64, m), make([]float64, n)
			call, err := ex.Bind(k, runtime.Args{"u": runtime.NewGrid(u, shape...), "v": runtime.NewGrid(v, shape...),
				"s": runtime.NewGrid(s, rest...), "m": runtime.NewGrid(most, rest...)})
			if err != nil {
				t.Fatal(k, shape, err)
			}
			for range 2 {
				if err := call.Run(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			ws, wm := make([]float64, m), make([]float64, m)
			for i := range wm {
				wm[i] = kernels.Identity[float64](kernels.Max)
			}
			inner := 1
			for _, e := range shape[axis+1:] {
				inner *= e
			}
			for i, x := range u {
				at := i/(inner*shape[axis])*inner + i%inner
				ws[at] += 2 * x
				wm[at] = max(wm[at], x)
				if v[i] != 2*x+1 {
					t.Fatalf("v[%d] is %v", i, v[i])
				}
			}
			if !sameFloats(s, ws) || !sameFloats(most, wm) {
				t.Fatalf("%v along %d: %v, want %v; %v, want %v", shape, axis, head(s), head(ws), head(most), head(wm))
			}
		}
	})
}

func TestAlongFaults(t *testing.T) {
	ex, err := runtime.Open("simd")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	k := kernels.Must(kernels.Parse("k", "s = along(sum, u, 1)"))
	indexed := kernels.Must(kernels.Parse("k", "s = along(sum, u + float(index()), 0)"))
	u := make([]float64, 12)
	for name, args := range map[string]runtime.Args{
		"one axis":    {"u": u, "s": u[:0]},
		"other shape": {"u": runtime.NewGrid(u, 3, 4), "s": make([]float64, 4)},
		"three axes":  {"u": runtime.NewGrid(u, 3, 2, 2), "s": make([]float64, 3)},
	} {
		var arg *runtime.ArgError
		if _, err := ex.Bind(k, args); !errors.As(err, &arg) || arg.Reason != runtime.ArgShape {
			t.Errorf("%s: %v", name, err)
		}
	}
	var arg *runtime.ArgError
	if _, err := ex.Bind(indexed, runtime.Args{"u": runtime.NewGrid(u, 3, 4), "s": make([]float64, 4)}); !errors.As(err, &arg) || arg.Reason != runtime.ArgShape {
		t.Errorf("indices of one axis in a space of two: %v", err)
	}
	if _, err := kernels.Parse("k", "s = along(sum, u, 3)"); err == nil {
		t.Error("a fourth axis")
	}
}
