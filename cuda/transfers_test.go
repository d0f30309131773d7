//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/cuda/internal/fake"
	"github.com/triad-go/triad/runtime"
)

func TestTransfers(t *testing.T) {
	lib := fake.New(t, fake.Config{Devices: []fake.Device{{}, {}}})
	sizes := []int{4, 1 << 20, 20 << 20}
	list, err := transfers(context.Background(), lib.Driver, 1, sizes)
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 3*len(sizes) {
		t.Fatalf("%d transfers", len(list))
	}
	for i, v := range list {
		if v.Bytes != sizes[i/3] || v.Memory != []HostMemory{Pinned, Staged, Pageable}[i%3] {
			t.Errorf("transfer %d is of %d bytes, %v", i, v.Bytes, v.Memory)
		}
		if !(v.ToDevice > 0) || !(v.ToHost > 0) || v.ToDeviceTime <= 0 || v.ToHostTime <= 0 || (v.Both > 0) == (v.Memory == Staged) {
			t.Errorf("%+v", v)
		}
		for _, rate := range []float64{v.ToDevice, v.ToHost, v.Both} {
			if math.IsInf(rate, 0) {
				t.Errorf("%+v", v)
			}
		}
		if v.Memory == Pinned {
			// The fake's devices take 1 µs for an operation and 1 ns for 25 bytes.
			copies := min(max(transferBatch/v.Bytes, 1), transferCopies)
			took := float64(copies+1)*1000 + float64(copies)*float64(v.Bytes/25)
			want := float64(copies*v.Bytes) / (took / 1e9)
			for _, rate := range []float64{v.ToDevice, v.ToHost} {
				if math.Abs(rate/want-1) > 0.01 {
					t.Errorf("%d bytes: %v bytes a second, want %v", v.Bytes, rate, want)
				}
			}
		}
	}
	s := lib.Stats()
	if s.ToDevice != s.ToHost || s.Pageable == 0 || s.Pageable >= s.ToDevice+s.ToHost || s.Launches != 0 {
		t.Errorf("%+v", s)
	}
}

func TestTransferErrors(t *testing.T) {
	ctx := context.Background()
	lib := fake.New(t, fake.Config{})
	var value *runtime.ValueError
	for _, size := range []int{-1, 0, transferMost + 1} {
		if _, err := transfers(ctx, lib.Driver, 0, []int{64, size}); !errors.As(err, &value) || value.Value != size {
			t.Errorf("a size of %d: %v", size, err)
		}
	}
	var device *DeviceError
	if _, err := transfers(ctx, lib.Driver, 1, nil); !errors.As(err, &device) {
		t.Errorf("a device that is not there: %v", err)
	}
	done, cancel := context.WithCancelCause(ctx)
	why := errors.New("enough")
	cancel(why)
	if _, err := transfers(done, lib.Driver, 0, []int{64}); err != why {
		t.Errorf("cancelled: %v", err)
	}
	var memory *MemoryError
	small := fake.New(t, fake.Config{Devices: []fake.Device{{Memory: 64 << 20}}})
	if _, err := transfers(ctx, small.Driver, 0, []int{64 << 20}); !errors.As(err, &memory) || memory.Pinned {
		t.Errorf("too little memory: %v", err)
	}
}

// TestTransferFailures makes each call fail in turn: nothing is left behind, and the error says if the device is lost.
func TestTransferFailures(t *testing.T) {
	measure := func(lib *fake.Library) error {
		_, err := transfers(context.Background(), lib.Driver, 0, []int{1 << 10})
		return err
	}
	lib := fake.New(t, fake.Config{})
	if err := measure(lib); err != nil {
		t.Fatal(err)
	}
	for _, call := range slices.Compact(slices.Sorted(slices.Values(lib.Calls()))) {
		for _, r := range []driver.Result{driver.OutOfMemory, driver.LaunchFailed} {
			for _, nth := range []int{1, 2, 3} {
				lib := fake.New(t, fake.Config{})
				lib.Fail(call, nth, r)
				err := measure(lib)
				inContext := strings.HasPrefix(call, "cuMem") || strings.HasPrefix(call, "cuEvent") || strings.HasPrefix(call, "cuStream")
				var lost *LostError
				if err != nil && r.Sticky() && inContext && !errors.As(err, &lost) {
					t.Errorf("%s, call %d gives %d: %v", call, nth, r, err)
				}
				lib.Release()
				lib.Check()
			}
		}
	}
}
