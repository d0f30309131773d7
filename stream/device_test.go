package stream_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/internal/fakedevice"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/stream"
)

// devices has memory that programs do not reach. There are none but in tests of this file.
var devices = fakedevice.Register("device")

func names(r *stream.Report) (names []string) {
	for _, ex := range r.Executors {
		names = append(names, ex.Name)
	}
	return names
}

func TestDevices(t *testing.T) {
	defer devices.Set()
	devices.Set(fakedevice.Device{Cache: 1 << 20, Memory: 1 << 30, BytesPerSecond: 1e15}, fakedevice.Device{Memory: 1 << 30})
	for _, typ := range []kernels.Type{kernels.Float64, kernels.Float32} {
		r, err := stream.Run(context.Background(), stream.Config{N: 3001, Times: 3, Type: typ, Executors: []string{"simd", "device"}})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(names(r), []string{"simd", "device:0", "device:1"}) {
			t.Errorf("ran %v", names(r))
		}
		for i, ex := range r.Executors[1:] {
			if ex.Target != ex.Name || ex.Tier != fakedevice.Code || ex.Workers != 132 || ex.HugePagesKnown || r.Elements(ex) != 3001 || ex.N != 0 {
				t.Errorf("%+v", ex)
			}
			target := r.Machine.Targets[i+1]
			if target.Name != ex.Name || target.Device == nil || target.Device.Capability != "9.0" || r.Device(ex.Target) != target.Device {
				t.Errorf("target %+v", target)
			}
			limit, ok := r.Limit(ex.Name)
			if !ok || len(limit.Probes) != 3 || len(ex.Results) != len(stream.Names()) {
				t.Fatalf("limit %+v", limit)
			}
			for _, res := range ex.Results {
				if res.Fraction != res.BestRate/limit.Rate {
					t.Errorf("%s: %v of %v", res.Kernel, res.Fraction, limit.Rate)
				}
			}
		}
		// A device's limit is no less than what its driver's copies move, and is no other target's.
		if l, _ := r.Limit("device:0"); l.Rate != 1e15 || l.Copy != 1e15 || l.By != "the driver's copy" {
			t.Errorf("limit %+v", l)
		}
		for _, name := range []string{"cpu", "device:1"} {
			if l, _ := r.Limit(name); l.Rate >= 1e15 || l.Copy != 0 || strings.Contains(l.By, "device:0") {
				t.Errorf("limit %+v", l)
			}
		}
		if r.Device("cpu") != nil || !slices.Contains(r.Notes, "the arrays fit the cache of device:0: its figures are about the cache, not the memory") {
			t.Errorf("notes %q", r.Notes)
		}
	}
	if n := devices.Live.Load(); n != 0 {
		t.Errorf("%d bytes are left", n)
	}
}

func TestDefaultHasDevices(t *testing.T) {
	cfg := stream.Config{N: 1000, Times: 2, Kernels: []string{"copy"}, Absent: func(err error) bool { return errors.Is(err, fakedevice.ErrAbsent) }}
	before, err := stream.Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if len(before.Machine.Targets) != 1 || slices.ContainsFunc(before.LeftOut, func(l stream.LeftOut) bool { return l.Executor == "device" }) {
		t.Errorf("without devices: %+v", before)
	}
	defer devices.Set()
	devices.Set(fakedevice.Device{})
	r, err := stream.Run(context.Background(), cfg)
	if err != nil || !slices.Equal(names(r), append(names(before), "device:0")) || len(r.LeftOut) != len(before.LeftOut) {
		t.Errorf("ran %v, left out %v, %v", names(r), r.LeftOut, err)
	}
	// What is there but does not work is told, once.
	broken := errors.New("the device is upside down")
	devices.Fail(broken)
	r, err = stream.Run(context.Background(), cfg)
	if err != nil || !slices.Contains(r.LeftOut, stream.LeftOut{Executor: "device", Reason: broken.Error()}) || slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, broken.Error()) }) {
		t.Errorf("left out %v, notes %q, %v", r.LeftOut, r.Notes, err)
	}
	cfg.Executors = []string{"device"}
	if _, err := stream.Run(context.Background(), cfg); !errors.Is(err, broken) {
		t.Errorf("asked for: %v", err)
	}
	devices.Set()
	if _, err := stream.Run(context.Background(), cfg); !errors.Is(err, fakedevice.ErrAbsent) {
		t.Errorf("asked for without devices: %v", err)
	}
}

func TestDeviceByName(t *testing.T) {
	defer devices.Set()
	devices.Set(fakedevice.Device{}, fakedevice.Device{})
	for _, cfg := range []stream.Config{
		{Executors: []string{"device:1", "device:1"}},
		{Target: "device:1"},
		{Executors: []string{"device", "simd"}, Target: "device:1"},
	} {
		cfg.N, cfg.Times, cfg.Kernels = 100, 2, []string{"dot"}
		if r, err := stream.Run(context.Background(), cfg); err != nil || !slices.Equal(names(r), []string{"device:1"}) {
			t.Errorf("%+v: %v", cfg, err)
		}
	}
	var c *stream.ConfigError
	for _, name := range []string{"device:", "pool:0", "abacus:1", ":"} {
		if err := stream.CheckExecutors([]string{"simd", name}); !errors.As(err, &c) || c.Value != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := stream.Run(context.Background(), stream.Config{N: 9, Times: 2, Executors: []string{"device"}, Target: "cpu"})
	if !errors.As(err, &c) || !slices.Equal(c.Accepted, []string{"device:0", "device:1"}) {
		t.Errorf("cpu: %v", err)
	}
}

// What memory a device has bounds its own arrays.
func TestDeviceMemory(t *testing.T) {
	defer devices.Set()
	devices.Set(fakedevice.Device{Memory: 64 << 10})
	executors := []string{"simd", "device"}
	r, err := stream.Run(context.Background(), stream.Config{Times: 2, Kernels: []string{"copy"}, Executors: executors})
	if err != nil {
		t.Fatal(err)
	}
	ex := r.Executors[1]
	if ex.N != 2<<10 || ex.Memory != 32<<10 || !strings.Contains(ex.SizeWhy, "half of the available memory") || ex.Results[0].Bytes != 32<<10 {
		t.Errorf("%+v", ex)
	}
	if r.N < 1<<20 || r.Executors[0].N != 0 || r.Executors[0].Results[0].Bytes != 16*int64(r.N) {
		t.Errorf("%d elements on the processor: %+v", r.N, r.Executors[0])
	}
	cfg := stream.Config{N: 1 << 20, Times: 2, Kernels: []string{"copy"}, Executors: executors}
	var size *stream.SizeError
	if _, err := stream.Run(context.Background(), cfg); !errors.As(err, &size) || size.Target != "device:0" || !strings.HasSuffix(err.Error(), "65536 bytes of memory that are available on device:0") {
		t.Errorf("asked for: %v", err)
	}
	cfg.Executors = nil
	r, err = stream.Run(context.Background(), cfg)
	if err != nil || slices.Contains(names(r), "device:0") || !slices.Contains(names(r), "simd") {
		t.Fatalf("%v, %v", names(r), err)
	}
	if !slices.ContainsFunc(r.LeftOut, func(l stream.LeftOut) bool {
		return l.Executor == "device:0" && strings.HasPrefix(l.Reason, "2 arrays of 1048576 elements")
	}) {
		t.Errorf("left out %v", r.LeftOut)
	}
}

func TestDeviceValidation(t *testing.T) {
	defer devices.Set()
	devices.Set(fakedevice.Device{})
	devices.Wrong.Store(true)
	defer devices.Wrong.Store(false)
	_, err := stream.Run(context.Background(), stream.Config{N: 500, Times: 2, Kernels: []string{"copy"}, Executors: []string{"device"}})
	var v *stream.ValidationError
	if !errors.As(err, &v) || len(v.Failures) != 1 || v.Failures[0].Executor != "device:0" || v.Failures[0].What != "c" || v.Failures[0].Count != 500 {
		t.Errorf("%v", err)
	}
	if n := devices.Live.Load(); n != 0 {
		t.Errorf("%d bytes are left", n)
	}
}
