package runtime

import (
	"context"
	"errors"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// device is an executor whose buffers lie where the program may not reach them, as far as it goes.
type device struct {
	placer
	freed  int
	failed error
}

// deviceMemory is memory of the Go heap that it keeps to itself.
type deviceMemory struct {
	of    *device
	bytes []byte
}

func (d *device) Allocate(bytes int) (Memory, error) {
	if d.failed != nil {
		return nil, d.failed
	}
	return &deviceMemory{d, make([]byte, bytes)}, nil
}

func (m *deviceMemory) Address() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(m.bytes)) }
func (m *deviceMemory) Bytes() int              { return len(m.bytes) }
func (m *deviceMemory) Host() bool              { return false }
func (m *deviceMemory) Free() error             { m.of.freed++; return nil }

func (m *deviceMemory) CopyIn(_ context.Context, from []byte) error {
	copy(m.bytes, from)
	return nil
}

func (m *deviceMemory) CopyOut(_ context.Context, to []byte) error {
	copy(to, m.bytes)
	return nil
}

var axpyDevice = kernels.Must(kernels.Parse("axpy", "y = s*x", kernels.Scalars("s")))

func TestDeviceBuffer(t *testing.T) {
	ctx := context.Background()
	d := &device{}
	b, err := NewBuffer[float32](d, 5)
	if err != nil {
		t.Fatal(err)
	}
	if b.Slice() != nil || b.Len() != 5 {
		t.Errorf("a slice of %d elements of a device's memory, and a length of %d", len(b.Slice()), b.Len())
	}
	in, out := []float32{1, 2, 3, 4, 5}, make([]float32, 5)
	if err := errors.Join(b.CopyFrom(ctx, in), b.CopyTo(ctx, out)); err != nil || [5]float32(out) != [5]float32(in) {
		t.Errorf("copied %v, %v", out, err)
	}
	clear(out)
	if err := b.StartCopyFrom(ctx, in).Wait(); err != nil {
		t.Error(err)
	}
	if e := b.StartCopyTo(ctx, out); e.Wait() != nil || out[4] != 5 {
		t.Errorf("copied %v, %v", out, e.Err())
	} else if _, timed := e.DeviceTime(); timed {
		t.Error("a device has timed a copy")
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if err := b.CopyFrom(done, in); err != context.Canceled {
		t.Errorf("a cancelled copy: %v", err)
	}

	// Executors of processors refuse it, and those that reach it are given it.
	for _, name := range []string{"sequential", "simd", "pool"} {
		ex, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ex.Bind(axpyDevice, Args{"x": b, "y": make([]float32, 5), "s": 2})
		var arg *ArgError
		if !errors.As(err, &arg) || arg.Name != "x" || arg.Reason != ArgTarget {
			t.Errorf("%s takes a buffer on a device: %v", name, err)
		}
		ex.Close()
	}
	binding, err := CheckOn(func(Memory) string { return "" }, axpyDevice, Args{"x": b, "y": make([]float32, 5), "s": 2})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range binding.Arrays() {
		if (a.Memory != nil) != (a.Name == "x") || a.Len != 5 || a.Out != (a.Name == "y") {
			t.Errorf("an argument is %+v", a)
		}
	}

	// Memory that is held is freed when it is let go.
	if !b.acquire() {
		t.Fatal("an open buffer is not to be had")
	}
	if err := b.Close(); err != nil || d.freed != 0 {
		t.Errorf("%v; freed %d times while held", err, d.freed)
	}
	b.release()
	if b.Close(); d.freed != 1 {
		t.Errorf("freed %d times", d.freed)
	}
	d.failed = errors.New("none left")
	var alloc *AllocError
	if _, err := NewBuffer[float32](d, 5); !errors.As(err, &alloc) || !errors.Is(err, d.failed) || alloc.Bytes != 20 {
		t.Errorf("an allocation that fails: %v", err)
	}
}

// TestGridOfBuffer: a grid may lie in a buffer, and says what is wrong as one of a slice does.
func TestGridOfBuffer(t *testing.T) {
	ex, err := Open("pool")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	b, err := NewBuffer[float64](ex, 12)
	if err != nil {
		t.Fatal(err)
	}
	for i := range b.Slice() {
		b.Slice()[i] = float64(i)
	}
	k := kernels.Must(kernels.Parse("k", "y = x + at(x, 0, 1)", kernels.Edges(kernels.Edge{Kind: kernels.Periodic}, "x")))
	y := make([]float64, 12)
	call, err := ex.Bind(k, Args{"x": GridOf(b, 3, 4), "y": NewGrid(y, 3, 4)})
	if err != nil {
		t.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil || y[3] != 3+0 || y[4] != 4+5 {
		t.Errorf("%v, %v", y, err)
	}
	var arg *ArgError
	both := GridOf(b, 3, 4)
	both.Data = y
	for _, g := range []Grid[float64]{GridOf(b, 5, 4), both} {
		if _, err := ex.Bind(k, Args{"x": g, "y": NewGrid(make([]float64, 20), 5, 4)}); !errors.As(err, &arg) || arg.Reason != ArgShape || arg.Name != "x" {
			t.Errorf("a wrong grid of a buffer: %v", err)
		}
	}
	b.Close()
	if err := call.Run(context.Background()); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if _, err := ex.Bind(k, Args{"x": GridOf(b, 3, 4), "y": NewGrid(y, 3, 4)}); !errors.Is(err, ErrClosed) {
		t.Errorf("bound after Close: %v", err)
	}
}

func TestHold(t *testing.T) {
	d := &device{}
	b, err := NewBuffer[float64](d, 3)
	if err != nil {
		t.Fatal(err)
	}
	release, err := b.Hold()
	if err != nil {
		t.Fatal(err)
	}
	if b.Close(); d.freed != 0 {
		t.Error("memory was freed while it was held")
	}
	if release(); d.freed != 1 {
		t.Errorf("memory was freed %d times", d.freed)
	}
	if _, err := b.Hold(); err != ErrClosed {
		t.Errorf("Hold after Close: %v", err)
	}
}
