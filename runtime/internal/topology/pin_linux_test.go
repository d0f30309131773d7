package topology

import (
	"errors"
	goruntime "runtime"
	"slices"
	"testing"
)

func TestPin(t *testing.T) {
	goruntime.LockOSThread()
	defer goruntime.UnlockOSThread()
	before, err := threadAffinity(0)
	if err != nil {
		t.Skip("the system does not tell affinity:", err)
	}
	all := Host().CPUs
	last := before[len(before)-1]
	undo, err := Pin([]int{last})
	if err != nil {
		t.Skip("the system does not let a thread be pinned:", err)
	}
	if got, err := threadAffinity(0); err != nil || !slices.Equal(got, []int{last}) {
		t.Errorf("pinned to %v, %v; want %d", got, err, last)
	}
	if got := Host().CPUs; !slices.Equal(got, all) {
		t.Errorf("from a pinned thread the host has CPUs %v, want %v", got, all)
	}
	// undo works from another thread: Close of a pool does not run on its workers.
	done := make(chan error)
	go func() { done <- undo() }()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got, err := threadAffinity(0); err != nil || !slices.Equal(got, before) {
		t.Errorf("after undo %v, %v; want %v", got, err, before)
	}
	if _, err := Pin([]int{maxCPU}); err == nil {
		t.Error("pinned to a CPU that is not there")
	} else if _, ok := errors.AsType[*PinError](err); !ok {
		t.Errorf("error %T", err)
	}
}
