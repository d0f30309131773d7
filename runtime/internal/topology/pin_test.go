package topology

import (
	"errors"
	goruntime "runtime"
	"testing"
)

func TestPinRefuses(t *testing.T) {
	for _, cpus := range [][]int{nil, {}, {-1}, {0, maxCPU + 1}} {
		undo, err := Pin(cpus)
		if p, ok := errors.AsType[*PinError](err); undo != nil || !ok || len(p.CPUs) != len(cpus) {
			t.Errorf("Pin(%v) = %v", cpus, err)
		}
	}
}

func TestPinUnsupported(t *testing.T) {
	if goruntime.GOOS == "linux" {
		t.Skip("linux can pin")
	}
	if _, err := Pin([]int{0}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Pin: %v", err)
	}
}
