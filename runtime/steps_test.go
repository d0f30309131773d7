package runtime_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// TestSteps compares steps with launches of the call and copies between.
func TestSteps(t *testing.T) {
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		r := rand.New(rand.NewPCG(8, 8))
		rounds := 24
		if testing.Short() {
			rounds = 8
		}
		for round := range rounds {
			// Two fields, one of which is fed by each, and coefficients.
			kinds := edgeKinds
			if round%2 == 0 {
				kinds = edgeKinds[:1] // periodic alone, and then the others
			} else {
				kinds = edgeKinds[1:]
			}
			var opts []kernels.Option
			for _, name := range []string{"u", "c", "p"} {
				for axis := range 2 {
					for side := range 2 {
						opts = append(opts, kernels.EdgeAt(name, axis, kernels.Side(side), kernels.Edge{Kind: kinds[r.IntN(len(kinds))], Value: 2}))
					}
				}
			}
			k := kernels.Must(kernels.Parse("steps", `
				v = 0.25*(at(u,-1,0) + at(u,1,0) + at(u,0,-1) + at(u,0,2))*at(c,1,1) + 0.125*p
				q = 0.5*at(p,2,0) + 0.25*at(p,0,-1) + 0.125*u
				d = u - p`, append(opts, kernels.Unoptimized())...))
			ny, nx := 3+r.IntN(120), 3+r.IntN(60)
			n := ny * nx
			fill := func() []float64 {
				x := make([]float64, n)
				for i := range x {
					x[i] = r.Float64()
				}
				return x
			}
			u, v, p, q, c, d := fill(), fill(), fill(), fill(), fill(), fill()
			u2, p2 := append([]float64(nil), u...), append([]float64(nil), p...)
			v2, q2, d2 := make([]float64, n), make([]float64, n), make([]float64, n)
			g := func(x []float64) runtime.Grid[float64] { return runtime.NewGrid(x, ny, nx) }
			call, err := ex.Bind(k, runtime.Args{"u": g(u), "v": g(v), "p": g(p), "q": g(q), "c": g(c), "d": g(d)})
			if err != nil {
				t.Fatal(err)
			}
			plain, err := ex.Bind(k, runtime.Args{"u": g(u2), "v": g(v2), "p": g(p2), "q": g(q2), "c": g(c), "d": g(d2)})
			if err != nil {
				t.Fatal(err)
			}
			steps, err := call.Steps(map[string]string{"v": "u", "q": "p"})
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				count := r.IntN(25)
				if err := steps.Run(context.Background(), count); err != nil {
					t.Fatal(err)
				}
				for range count {
					if err := plain.Run(context.Background()); err != nil {
						t.Fatal(err)
					}
					copy(u2, v2)
					copy(p2, q2)
				}
				if count > 0 && (!sameFloats(u, u2) || !sameFloats(v, u2) || !sameFloats(p, p2) || !sameFloats(q, p2) || !sameFloats(d, d2)) {
					t.Fatalf("%d steps of %d by %d differ", count, ny, nx)
				}
			}
		}
	})
}

func TestStepsFaults(t *testing.T) {
	ex, err := runtime.Open("pool")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	k := kernels.Must(kernels.Parse("k", "v = u + 1; w = x; s = sum(u)"))
	a := func() []float64 { return make([]float64, 10) }
	var sum float64
	u := a()
	call, err := ex.Bind(k, runtime.Args{"u": u, "v": a(), "w": a(), "x": a(), "s": &sum})
	if err != nil {
		t.Fatal(err)
	}
	for _, next := range []map[string]string{nil, {"u": "v"}, {"v": "w"}, {"v": "nothing"}, {"s": "u"}, {"v": "u", "w": "u"}} {
		var arg *runtime.ArgError
		var value *runtime.ValueError
		if _, err := call.Steps(next); !errors.As(err, &arg) && !errors.As(err, &value) {
			t.Errorf("%v: %v", next, err)
		}
	}
	steps, err := call.Steps(map[string]string{"v": "u"})
	if err != nil {
		t.Fatal(err)
	}
	if err := steps.Run(context.Background(), -1); err == nil {
		t.Error("-1 steps")
	}
	if err := steps.Run(context.Background(), 5); err != nil || u[3] != 5 || sum != 40 {
		t.Errorf("%v: u is %v, the sum of the last step %v", err, u[3], sum)
	}
	if n := testing.AllocsPerRun(5, func() { steps.Run(context.Background(), 3) }); n > 4 {
		t.Errorf("%v allocations", n)
	}
	if math.IsNaN(sum) {
		t.Error(sum)
	}
}
