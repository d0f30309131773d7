package runtime_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

var edgeKinds = []kernels.EdgeKind{kernels.Periodic, kernels.Clamp, kernels.Mirror, kernels.Reflect, kernels.Constant}

// refEdge is what lies at i of an axis of n elements, by the words of kernels.EdgeKind.
func refEdge(i, n int, low, high kernels.Edge) (int, float64, bool) {
	if i >= 0 && i < n {
		return i, 0, true
	}
	e := low
	if i >= n {
		e = high
	}
	switch e.Kind {
	case kernels.Periodic:
		return (i + n) % n, 0, true
	case kernels.Clamp:
		return min(max(i, 0), n-1), 0, true
	case kernels.Mirror:
		if i < 0 {
			return -i - 1, 0, true
		}
		return 2*n - 1 - i, 0, true
	case kernels.Reflect:
		if i < 0 {
			return -i, 0, true
		}
		return 2*n - 2 - i, 0, true
	}
	return 0, e.Value, false
}

// stencil is a random kernel: the sum of neighbours, each times a number of its own.
type stencil struct {
	axes    int
	offsets [][]int
	edges   [3][2]kernels.Edge
	kernel  *kernels.Kernel
}

func randomStencil(r *rand.Rand, axes int) stencil {
	s := stencil{axes: axes}
	text := "v = 0.5*u"
	for i := range 1 + r.IntN(6) {
		off, args := make([]int, axes), ""
		for a := range off {
			off[a] = r.IntN(7) - 3
			if r.IntN(2) == 0 {
				off[a] = 0
			}
			args += fmt.Sprintf(", %d", off[a])
		}
		s.offsets = append(s.offsets, off)
		text += fmt.Sprintf(" + %d*at(u%s)", i+1, args)
	}
	opts := []kernels.Option{kernels.Unoptimized()}
	for a := range axes {
		for side := range 2 {
			e := kernels.Edge{Kind: edgeKinds[r.IntN(len(edgeKinds))], Value: float64(r.IntN(9))}
			if e.Kind != kernels.Constant {
				e.Value = 0
			}
			s.edges[a][side] = e
			opts = append(opts, kernels.EdgeAt("u", a, kernels.Side(side), e))
		}
	}
	s.kernel = kernels.Must(kernels.Parse("stencil", text+"; w = v0 - u; t = sum(u*u)", opts...))
	return s
}

// value is what the kernel has for v at an element, in the order of its text.
func (s stencil) value(u func(index []int) float64, shape, index []int) float64 {
	acc := 0.5 * u(index)
	for i, off := range s.offsets {
		at := make([]int, s.axes)
		v, ok := 0.0, true
		for a := range at {
			var in bool
			if at[a], v, in = refEdge(index[a]+off[a], shape[a], s.edges[a][0], s.edges[a][1]); !in {
				ok = false
				break
			}
		}
		if ok {
			v = u(at)
		}
		acc += float64(i+1) * v
	}
	return acc
}

// TestSweep compares random stencils over spaces of 1 to 3 axes, of all short extents, with and without
// gaps between rows and elements, with loops over the documented meaning.
func TestSweep(t *testing.T) {
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		r := rand.New(rand.NewPCG(7, 7))
		programs := 60
		if testing.Short() {
			programs = 15
		}
		for range programs {
			s := randomStencil(r, 1+r.IntN(3))
			for range 3 {
				shape := make([]int, s.axes)
				n := 1
				for a := range shape {
					shape[a] = 4 + r.IntN(12)
					if a == s.axes-1 && r.IntN(3) == 0 {
						shape[a] = []int{33, 100, 1030, 2500, 17000}[r.IntN(5-2*(s.axes-1))]
					}
					n *= shape[a]
				}
				grid := func() runtime.Grid[float64] {
					g := runtime.Grid[float64]{Shape: shape, Strides: make([]int, s.axes)}
					step := 1 + r.IntN(2)*r.IntN(3)
					for a := s.axes - 1; a >= 0; a-- {
						g.Strides[a] = step
						step = step*shape[a] + r.IntN(2)*r.IntN(5)
					}
					g.Data = make([]float64, step+1)
					for i := range g.Data {
						g.Data[i] = float64(r.IntN(1000)) / 8
					}
					return g
				}
				u, v0, v, w := grid(), grid(), grid(), grid()
				if r.IntN(3) == 0 {
					w = v0 // in place
				}
				before := append([]float64(nil), v0.Data...)
				around := append([]float64(nil), v.Data...)
				var sum float64
				call, err := ex.Bind(s.kernel, runtime.Args{"u": u, "v0": v0, "v": v, "w": w, "t": &sum})
				if err != nil {
					t.Fatal(s.kernel, shape, err)
				}
				if want := int64(8 * n * 4); call.Info().Bytes != want { // u and v0, v and w
					t.Fatalf("%d bytes, want %d", call.Info().Bytes, want)
				}
				if err := call.Run(context.Background()); err != nil {
					t.Fatal(err)
				}
				index := make([]int, s.axes)
				squares := 0.0
				for range n {
					want := s.value(func(at []int) float64 { return u.Data[u.At(at...)] }, shape, index)
					if got := v.Data[v.At(index...)]; math.Float64bits(got) != math.Float64bits(want) {
						t.Fatalf("%v of %v (strides %v, %v, edges %v): %v, want %v\n%v", index, shape, u.Strides, v.Strides, s.edges, got, want, s.kernel)
					}
					around[v.At(index...)] = v.Data[v.At(index...)]
					if got, want := w.Data[w.At(index...)], before[v0.At(index...)]-u.Data[u.At(index...)]; got != want {
						t.Fatalf("w%v of %v: %v, want %v", index, shape, got, want)
					}
					squares += u.Data[u.At(index...)] * u.Data[u.At(index...)]
					for a := s.axes - 1; a >= 0; a-- {
						if index[a]++; index[a] < shape[a] {
							break
						}
						index[a] = 0
					}
				}
				if sum != squares { // all are multiples of 1/64
					t.Fatalf("sum %v, want %v", sum, squares)
				}
				for i := range around {
					if v.Data[i] != around[i] {
						t.Fatalf("element %d between the rows was written", i)
					}
				}
			}
		}
	})
}

// TestBroadcast takes rows, columns and planes.
func TestBroadcast(t *testing.T) {
	k := kernels.Must(kernels.Parse("b", "y = x*row + col + plane"))
	everyExecutor(t, func(t *testing.T, ex runtime.Executor) {
		const nz, ny, nx = 3, 5, 70
		x, y := make([]float64, nz*ny*nx), make([]float64, nz*ny*nx)
		row, col, plane := make([]float64, nx), make([]float64, ny), make([]float64, ny*nx)
		for i := range x {
			x[i] = float64(i % 13)
		}
		for i := range plane {
			plane[i] = float64(i)
		}
		for i := range row {
			row[i] = float64(i)
		}
		for i := range col {
			col[i] = 1000 * float64(i)
		}
		call, err := ex.Bind(k, runtime.Args{"x": runtime.NewGrid(x, nz, ny, nx), "y": runtime.NewGrid(y, nz, ny, nx), "row": row,
			"col": runtime.NewGrid(col, ny, 1), "plane": runtime.NewGrid(plane, ny, nx)})
		if err != nil {
			t.Fatal(err)
		}
		if err := call.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		for i := range y {
			if want := x[i]*row[i%nx] + col[i/nx%ny] + plane[i%(ny*nx)]; y[i] != want {
				t.Fatalf("%d: %v, want %v", i, y[i], want)
			}
		}
	})
}

func TestGridFaults(t *testing.T) {
	ex, err := runtime.Open("simd")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	data := make([]float64, 100)
	out := runtime.NewGrid(make([]float64, 100), 10, 10)
	sum := kernels.Must(kernels.Parse("k", "v = u + 1"))
	two := kernels.Must(kernels.Parse("k", "u = 1; v = 2"))
	near := kernels.Must(kernels.Parse("k", "v = at(u, 0, -6)", kernels.Edges(kernels.Edge{Kind: kernels.Periodic}, "u")))
	for name, c := range map[string]struct {
		k      *kernels.Kernel
		u, v   any
		reason runtime.ArgReason
	}{
		"too few elements":   {sum, runtime.NewGrid(data, 11, 10), out, runtime.ArgShape},
		"no axes":            {sum, runtime.NewGrid(data), out, runtime.ArgShape},
		"four axes":          {sum, runtime.NewGrid(data, 1, 1, 1, 1), out, runtime.ArgShape},
		"negative extent":    {sum, runtime.NewGrid(data, -1, 10), out, runtime.ArgShape},
		"negative stride":    {sum, runtime.Grid[float64]{Data: data, Shape: []int{10, 10}, Strides: []int{-10, 1}}, out, runtime.ArgShape},
		"strides of one":     {sum, runtime.Grid[float64]{Data: data, Shape: []int{10, 10}, Strides: []int{1}}, out, runtime.ArgShape},
		"huge extents":       {sum, runtime.NewGrid(data, math.MaxInt/2, 3), out, runtime.ArgShape},
		"huge strides":       {sum, runtime.Grid[float64]{Data: data, Shape: []int{10, 10}, Strides: []int{math.MaxInt, 1}}, out, runtime.ArgShape},
		"other extents":      {sum, runtime.NewGrid(data, 10, 9), out, runtime.ArgLength},
		"extents of outputs": {two, runtime.NewGrid(data[:10], 1, 10), out, runtime.ArgLength},
		"rank of the output": {sum, runtime.NewGrid(data, 10, 10), data[:10], runtime.ArgShape},
		"overlapping output": {sum, runtime.NewGrid(data, 10, 10), runtime.Grid[float64]{Data: make([]float64, 100), Shape: []int{10, 10}, Strides: []int{5, 1}}, runtime.ArgOverlap},
		"in place":           {near, out, out, runtime.ArgOverlap},
		"beyond the domain":  {near, runtime.NewGrid(data, 20, 5), runtime.NewGrid(make([]float64, 100), 20, 5), runtime.ArgShape},
		"broadcast":          {near, runtime.NewGrid(data[:10], 10, 1), out, runtime.ArgShape},
	} {
		_, err := ex.Bind(c.k, runtime.Args{"u": c.u, "v": c.v})
		var arg *runtime.ArgError
		if !errors.As(err, &arg) || arg.Reason != c.reason {
			t.Errorf("%s: %v, want a fault of %v", name, err, c.reason)
		}
	}
	// An axis without elements is no fault.
	call, err := ex.Bind(near, runtime.Args{"u": runtime.NewGrid(data, 0, 10), "v": runtime.NewGrid(data[:0], 0, 10)})
	if err != nil {
		t.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil {
		t.Error(err)
	}
}
