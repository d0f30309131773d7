package runtime_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"testing"
	"time"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// TestStartOrder: the launches of one call and the changes of its scalars take
// place in the order in which they were asked for.
func TestStartOrder(t *testing.T) {
	ctx := context.Background()
	k := kernels.Must(kernels.Parse("k", "y = 2*y + s", kernels.Scalars("s")))
	for _, name := range runtime.Executors()[:3] {
		for _, n := range []int{1, 20_000} {
			ex, err := runtime.Open(name)
			if err != nil {
				t.Fatal(err)
			}
			defer ex.Close()
			y := make([]float64, n)
			call, err := ex.Bind(k, runtime.Args{"y": y, "s": 0})
			if err != nil {
				t.Fatal(err)
			}
			want := 0.0
			for i := range 20 {
				if err := call.SetScalar("s", float64(i)); err != nil {
					t.Fatal(err)
				}
				want = 2*want + float64(i)
				if i%5 == 4 {
					if err := call.Run(ctx); err != nil {
						t.Fatal(err)
					}
				} else {
					call.Start(ctx)
				}
			}
			if y[0] != want || y[n-1] != want {
				t.Errorf("%s: %v and %v, want %v", name, y[0], y[n-1], want)
			}
		}
	}
}

// TestZeroValues: what was not made as it should be is refused, not a panic.
func TestZeroValues(t *testing.T) {
	ex, err := runtime.Open("simd")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	var value *runtime.ValueError
	for _, k := range []*kernels.Kernel{nil, new(kernels.Kernel)} {
		if _, err := ex.Bind(k, runtime.Args{}); !errors.As(err, &value) {
			t.Errorf("Bind of the kernel %v: %v, want a ValueError", k, err)
		}
	}
	if err := runtime.For(context.Background(), nil, 1, func(int) {}); !errors.As(err, &value) {
		t.Errorf("For on no executor: %v, want a ValueError", err)
	}
	k := kernels.Must(kernels.Parse("k", "y = x"))
	b := new(runtime.Buffer[float64])
	if _, err := ex.Bind(k, runtime.Args{"y": b, "x": b}); !errors.Is(err, runtime.ErrClosed) {
		t.Errorf("Bind of a zero Buffer: %v, want ErrClosed", err)
	}
	if _, known := b.HugePages(); known || b.Slice() != nil || b.Len() != 0 || b.Close() != nil {
		t.Error("the zero Buffer is not a closed one")
	}
}

// TestSliceKeepsBuffer: a call bound to a part of a Buffer's slice keeps the
// Buffer, and is refused once that is closed.
func TestSliceKeepsBuffer(t *testing.T) {
	ctx := context.Background()
	ex, err := runtime.Open("simd")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	k := kernels.Must(kernels.Parse("k", "y = y + 1"))
	bind := func() (*runtime.Call, *runtime.Buffer[float64]) {
		b, err := runtime.NewBuffer[float64](ex, 100_000)
		if err != nil {
			t.Fatal(err)
		}
		call, err := ex.Bind(k, runtime.Args{"y": b.Slice()[1000:90_000]})
		if err != nil {
			t.Fatal(err)
		}
		return call, b
	}
	call, _ := bind()
	for range 5 {
		goruntime.GC()
		time.Sleep(time.Millisecond) // for cleanups
		if err := call.Run(ctx); err != nil {
			t.Fatal(err)
		}
	}
	call, b := bind()
	b.Close()
	if err := call.Run(ctx); !errors.Is(err, runtime.ErrClosed) {
		t.Errorf("after Close: %v, want ErrClosed", err)
	}
}
