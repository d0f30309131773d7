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

// TestRows: the threads of a grid take several elements of a row each, and of short rows there are no more than elements.
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
	for _, c := range []struct{ row, blocks, threads uint32 }{{4096, 4, 256}, {512, 1, 128}, {128, 1, 32}, {100, 1, 128}, {3, 1, 32}} {
		const rows = 5
		x, err := runtime.NewBuffer[float64](ex, int(rows*c.row))
		if err != nil {
			t.Fatal(err)
		}
		defer x.Close()
		y, err := runtime.NewBuffer[float64](ex, int(rows*c.row))
		if err != nil {
			t.Fatal(err)
		}
		defer y.Close()
		call, err := ex.Bind(k, runtime.Args{"x": runtime.GridOf(x, rows, int(c.row)), "y": runtime.GridOf(y, rows, int(c.row))})
		if err != nil {
			t.Fatal(err)
		}
		launches = launches[:0]
		if err := call.Run(context.Background()); err != nil {
			t.Fatal(err)
		}
		if grid, block := launches[0].Grid, launches[0].Block; grid != [3]uint32{c.blocks, rows, 1} || block[0] != c.threads {
			t.Errorf("rows of %d: a grid %v of %d threads, want %d blocks a row, of %d", c.row, grid, block[0], c.blocks, c.threads)
		}
	}
}
