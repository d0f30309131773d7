package runtime_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// positions makes an argument of n positions of a type, and what sets one.
func positions(t kernels.Type, n int) (arg any, set func(i, at int)) {
	switch t {
	case kernels.Int32:
		s := make([]int32, n)
		return s, func(i, at int) { s[i] = int32(at) }
	case kernels.Uint64:
		s := make([]uint64, n)
		return s, func(i, at int) { s[i] = uint64(at) }
	case kernels.Uint32:
		s := make([]uint32, n)
		return s, func(i, at int) { s[i] = uint32(at) }
	}
	s := make([]int64, n)
	return s, func(i, at int) { s[i] = int64(at) }
}

// TestGather compares gathers and indices with loops, for positions of all types, arrays of all lengths, and
// elements of 8 and 4 bytes.
func TestGather(t *testing.T) {
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		r := rand.New(rand.NewPCG(3, 9))
		for _, types := range []kernels.Type{kernels.Int64, kernels.Int32, kernels.Uint64, kernels.Uint32} {
			k := kernels.Must(kernels.Parse("gather", "y = x*gather(v, k) + float(index()); z = gather(w, k)*2; f = gather(u, select(k < 5, k, 5))",
				kernels.Typed(types, "k"), kernels.Typed(kernels.Int32, "w", "z"), kernels.Typed(kernels.Float32, "u", "f")))
			for _, n := range collectLengths(false) {
				m := 1 + r.IntN(100)
				v, w, u := make([]float64, m), make([]int32, m), make([]float32, max(m, 6))
				for i := range v {
					v[i], w[i] = float64(r.IntN(1000)), int32(r.IntN(1000))
				}
				for i := range u {
					u[i] = float32(r.IntN(1000))
				}
				x, y, z, f, at := make([]float64, n), make([]float64, n), make([]int32, n), make([]float32, n), make([]int, n)
				for i := range x {
					x[i], at[i] = float64(r.IntN(100)), r.IntN(m)
				}
				arg, set := positions(types, n)
				for i := range at {
					set(i, at[i])
				}
				call, err := ex.Bind(k, runtime.Args{"x": x, "y": y, "z": z, "v": v, "w": w, "u": u, "f": f, "k": arg})
				if err != nil {
					t.Fatal(err)
				}
				check := func() {
					t.Helper()
					for i := range y {
						g, h := 0.0, int32(0)
						if at[i] >= 0 && at[i] < m {
							g, h = v[at[i]], w[at[i]]
						}
						if want := x[i]*g + float64(i); y[i] != want || z[i] != 2*h || at[i] >= 0 && f[i] != u[min(at[i], 5)] {
							t.Fatalf("%v n=%d m=%d element %d at %d: %v, %d, %v, want %v, %d", types, n, m, i, at[i], y[i], z[i], f[i], want, 2*h)
						}
					}
				}
				if err := call.Run(context.Background()); err != nil {
					t.Fatal(err)
				}
				check()
				if n == 0 {
					continue
				}
				bad := r.IntN(n)
				at[bad] = m + r.IntN(1000)
				if r.IntN(2) == 0 {
					at[bad] = -1 - r.IntN(1000) // of an unsigned type, far beyond
				}
				set(bad, at[bad])
				var fault *runtime.IndexError
				if err := call.Run(context.Background()); !errors.As(err, &fault) || fault.Index != bad || fault.Len != m && fault.Array != "u" {
					t.Fatalf("%v n=%d: element %d at %d of %d: %v", types, n, bad, at[bad], m, err)
				}
				check()
			}
		}
	})
}

// TestGatherWhereNeeded: a position that is out of range is no fault on the side of a select that
// is not taken.
func TestGatherWhereNeeded(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "y = select(i >= 0, gather(x, i), -1)", kernels.Typed(kernels.Int64, "i")))
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		y := make([]float64, 3)
		call, err := ex.Bind(k, runtime.Args{"x": []float64{5, 6}, "i": []int64{1, -7, 0}, "y": y})
		if err != nil {
			t.Fatal(err)
		}
		if err := call.Run(context.Background()); err != nil || !sameFloats(y, []float64{6, -1, 5}) {
			t.Errorf("%v, %v", y, err)
		}
		var arg *runtime.ArgError
		x := make([]float64, 3)
		if _, err := ex.Bind(k, runtime.Args{"x": x, "i": []int64{1, -7, 0}, "y": x}); !errors.As(err, &arg) || arg.Reason != runtime.ArgOverlap {
			t.Errorf("a gather from an output: %v", err)
		}
	})
}

// TestIndex takes indices of grids, and an array that is read both in turn and by gather.
func TestIndex(t *testing.T) {
	grid := kernels.Must(kernels.Parse("k", "y = x + 100*float(index(0)) + 10*float(index(1)) + gather(x, index()) + at(x, 0, 1)",
		kernels.Edges(kernels.Edge{Kind: kernels.Periodic}, "x")))
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		for _, nx := range []int{1, 5, 8, 37, 1500} {
			const ny = 3
			x, y := make([]float64, ny*nx), make([]float64, ny*nx)
			for i := range x {
				x[i] = float64(i % 11)
			}
			call, err := ex.Bind(grid, runtime.Args{"x": runtime.NewGrid(x, ny, nx), "y": runtime.NewGrid(y, ny, nx)})
			if err != nil {
				t.Fatal(err)
			}
			if err := call.Run(context.Background()); err != nil {
				t.Fatal(err)
			}
			for i := range y {
				row, col := i/nx, i%nx
				if want := x[i] + 100*float64(row) + 10*float64(col) + x[col] + x[row*nx+(col+1)%nx]; y[i] != want {
					t.Fatalf("element %d, %d of %d: %v, want %v", row, col, nx, y[i], want)
				}
			}
		}
		// Over chunks.
		s := kernels.Must(kernels.Parse("s", "s = scan(sum, x*0 + float(index()))", kernels.Unoptimized()))
		x, y := make([]float64, 40000), make([]float64, 40000)
		call, err := ex.Bind(s, runtime.Args{"x": x, "s": y})
		if err != nil {
			t.Fatal(err)
		}
		if err := call.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		for i := range y {
			if want := float64(i) * float64(i+1) / 2; y[i] != want {
				t.Fatalf("%d: %v, want %v", i, y[i], want)
			}
		}
	})
}
