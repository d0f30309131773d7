//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"context"
	"testing"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/cuda/internal/fake"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/stream"
)

// TestStream runs the STREAM suite on buffers of the fake's device, and has it check the arrays.
func TestStream(t *testing.T) {
	l := fake.New(t, fake.Config{Devices: make([]fake.Device, 2)})
	t.Setenv("TRIAD_CUDA_CACHE", "off")
	openDriver = func() (driver.Driver, error) { return l.Driver, nil }
	defer func() { openDriver = driver.Open }()
	targets, err := runtime.Targets()
	if err != nil || len(targets) != 3 || targets[1].Kind != runtime.GPU || targets[1].Name != "cuda:0" || targets[1].Device.BytesPerSecond <= 0 {
		t.Fatalf("targets %v, %v", targets, err)
	}
	for _, elem := range []kernels.Type{kernels.Float64, kernels.Float32} {
		report, err := stream.Run(context.Background(), stream.Config{Executors: []string{"cuda"}, N: 3001, Times: 2, Type: elem})
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Executors) != 2 || len(report.Executors[0].Results) < 6 || len(report.Failures) > 0 {
			t.Errorf("the report is %+v", report)
		}
	}
	if s := l.Stats(); s.Launches == 0 {
		t.Error("no kernel was launched")
	}
}
