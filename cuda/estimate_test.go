//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"errors"
	"testing"
	"time"

	"github.com/triad-go/triad/cuda/internal/fake"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// TestEstimate: what is predicted has copies of what lies on the host alone, and is measured once a device.
func TestEstimate(t *testing.T) {
	defer func(n int) { figuresBytes = n }(figuresBytes)
	figuresBytes = 32 << 10
	lib := fake.New(t, fake.Config{Devices: []fake.Device{{}, {}}})
	ex, err := openFake(lib, "0", "")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	other, err := openFake(lib, "1", "")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	const n = 1000
	buffer := func(ex runtime.Executor) *runtime.Buffer[float64] {
		b, err := runtime.NewBuffer[float64](ex, n)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close() })
		return b
	}
	pinned, err := NewPinned[float64](ex, n)
	if err != nil {
		t.Fatal(err)
	}
	defer pinned.Close()
	mine, theirs, host := buffer(ex), buffer(other), make([]float64, n)
	grid := kernels.Must(kernels.Parse("grid", "a = b + at(b, 1)", kernels.Edges(kernels.Edge{Kind: kernels.Clamp}, "b")))
	for _, v := range []struct {
		name    string
		kernel  *kernels.Kernel
		args    runtime.Args
		in, out int64
	}{
		{"device", measureCopy(), runtime.Args{"a": mine, "b": mine}, 0, 0},
		{"slices", measureCopy(), runtime.Args{"a": make([]float64, n), "b": host}, 8 * n, 8 * n},
		{"a slice in", measureCopy(), runtime.Args{"a": mine, "b": host}, 8 * n, 0},
		{"pinned out", measureCopy(), runtime.Args{"a": pinned, "b": mine}, 0, 8 * n},
		{"neighbours", grid, runtime.Args{"a": make([]float64, n), "b": host}, 8 * n, 8 * n},
	} {
		_, c, err := runtime.Choose(v.kernel, v.args, ex)
		if err != nil {
			t.Errorf("%s: %v", v.name, err)
			continue
		}
		e := c.Candidates[0].Estimate
		if e.BytesIn != v.in || e.BytesOut != v.out || e.Launch <= 0 || e.Memory <= 0 || e.Compute <= 0 || e.Total < e.Launch || (e.CopyIn > 0) != (v.in > 0) || (e.CopyOut > 0) != (v.out > 0) {
			t.Errorf("%s: %+v", v.name, e)
		}
	}
	before := lib.Stats()
	if _, _, err := runtime.Choose(measureCopy(), runtime.Args{"a": make([]float64, n), "b": host}, ex); err != nil || lib.Stats() != before {
		t.Errorf("%v; it was measured again", err)
	}
	chosen, c, err := runtime.Choose(measureCopy(), runtime.Args{"a": theirs, "b": host}, ex, other)
	var arg *runtime.ArgError
	if err != nil || chosen != other || !errors.As(c.Candidates[0].Err, &arg) || arg.Reason != runtime.ArgTarget || arg.Name != "a" {
		t.Errorf("a buffer on another device: %v\n%v", err, c)
	}
}

func TestEstimateAssumed(t *testing.T) {
	lib := fake.New(t, fake.Config{})
	c := runtime.Config{}
	if err := runtime.Assume(runtime.Rates{Launch: time.Second, Link: true, CopyIn: 1e9})(&c); err != nil {
		t.Fatal(err)
	}
	if err := CacheDir("")(&c); err != nil {
		t.Fatal(err)
	}
	ex, err := open(lib.Driver, c)
	if err != nil {
		t.Fatal(err)
	}
	b, err := runtime.Check(measureCopy(), runtime.Args{"a": make([]float64, 1000), "b": make([]float64, 1000)})
	if err != nil {
		t.Fatal(err)
	}
	e, err := ex.(runtime.Estimator).Estimate(b)
	if err != nil || e.Total != time.Second+8*time.Microsecond || lib.Stats().Launches != 0 {
		t.Errorf("%+v, %v", e, err)
	}
	if err := ex.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := ex.(runtime.Estimator).Estimate(b); !errors.Is(err, runtime.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}
