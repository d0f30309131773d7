//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"context"
	"testing"

	"github.com/triad-go/triad/cuda/internal/fake"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// recorded is a module of kernels that do nothing, of which the launches are noted.
type recorded struct {
	fake.Module
	launches *[]fake.Launch
}

func (m recorded) Run(l *fake.Launch) error {
	*m.launches = append(*m.launches, *l)
	return nil
}

// TestBrief: threads that wait for memory take one turn each, and those that compute loop where there is work for many grids.
func TestBrief(t *testing.T) {
	const n = 1 << 21
	var launches []fake.Launch
	l := fake.New(t, fake.Config{Loader: func(text string) (fake.Module, error) {
		m, err := fake.Inert(text)
		return recorded{m, &launches}, err
	}})
	ex, err := openFake(l, "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	x, err := runtime.NewBuffer[float64](ex, n)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	y, err := runtime.NewBuffer[float64](ex, n)
	if err != nil {
		t.Fatal(err)
	}
	defer y.Close()
	var sum float64
	most := ex.(*executor).gpu.props.sms * waves * 2048 / 256
	for _, c := range []struct {
		text string
		args runtime.Args
		work int // elements of a block; 0 where the grid is bounded
	}{
		{"y = 2*x", nil, 256 * 8},
		{"s = sum(x)", runtime.Args{"s": &sum}, 8 * 1024},
		{"y = gamma(x)", nil, 0},
	} {
		k := kernels.Must(kernels.Parse("k", c.text))
		args := runtime.Args{"x": x}
		if c.args == nil {
			args["y"] = y
		}
		for name, v := range c.args {
			args[name] = v
		}
		launches = launches[:0]
		call, err := ex.Bind(k, args)
		if err != nil {
			t.Fatalf("%s: %v", c.text, err)
		}
		if err := call.Run(context.Background()); err != nil {
			t.Fatalf("%s: %v", c.text, err)
		}
		grid, block := int(launches[0].Grid[0]), int(launches[0].Block[0])
		switch {
		case block != 256:
			t.Errorf("%s: blocks of %d threads, want 256", c.text, block)
		case c.work > 0 && grid != n/c.work:
			t.Errorf("%s: %d blocks, want %d", c.text, grid, n/c.work)
		case c.work == 0 && grid > most:
			t.Errorf("%s: %d blocks, want no more than %d", c.text, grid, most)
		}
	}
}

// TestRows: the threads of a grid take several elements of a row each, and of short rows there are no more than elements. Blocks of
// large grids take several rows.
func TestRows(t *testing.T) {
	var launches []fake.Launch
	l := fake.New(t, fake.Config{Loader: func(text string) (fake.Module, error) {
		m, err := fake.Inert(text)
		return recorded{m, &launches}, err
	}})
	ex, err := openFake(l, "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	k := kernels.Must(kernels.Parse("k", "y = at(x, -1, 0) + at(x, 0, 1)", kernels.Edges(kernels.Edge{Kind: kernels.Clamp}, "x")))
	for _, c := range []struct{ rows, row, across, down, threads uint32 }{
		{5, 4096, 4, 5, 256}, {5, 512, 1, 5, 128}, {5, 128, 1, 5, 32}, {5, 100, 1, 5, 128}, {5, 3, 1, 5, 32}, {1001, 4096, 4, 126, 256},
	} {
		x, err := runtime.NewBuffer[float64](ex, int(c.rows*c.row))
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		y, err := runtime.NewBuffer[float64](ex, int(c.rows*c.row))
		if err != nil {
			t.Fatal(err)
		}
		defer y.Close()
		call, err := ex.Bind(k, runtime.Args{"x": runtime.GridOf(x, int(c.rows), int(c.row)), "y": runtime.GridOf(y, int(c.rows), int(c.row))})
		if err != nil {
			t.Fatal(err)
		}
		launches = launches[:0]
		if err := call.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if grid, block := launches[0].Grid, launches[0].Block; grid != [3]uint32{c.across, c.down, 1} || block[0] != c.threads {
			t.Errorf("%d rows of %d: a grid %v of %d threads, want %d blocks by %d, of %d", c.rows, c.row, grid, block[0], c.across, c.down, c.threads)
		}
	}
}
