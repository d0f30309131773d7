package topology

import (
	"slices"

	"golang.org/x/sys/unix"
)

// Pin lets the calling thread run on the given CPUs only, until undo gives it back the mask that it had. The caller has
// locked its goroutine to the thread ([runtime.LockOSThread]) and unlocks after undo; undo may be called from any
// goroutine while the thread lives. The error is a [*PinError]; CPUs beside others that this process may not use are
// ignored, as the system does.
func Pin(cpus []int) (undo func() error, err error) {
	if err := checkCPUs(cpus); err != nil {
		return nil, &PinError{CPUs: slices.Clone(cpus), Err: err}
	}
	tid := unix.Gettid()
	old, err := threadAffinity(tid)
	if err == nil {
		err = setAffinity(tid, cpus)
	}
	if err != nil {
		return nil, &PinError{CPUs: slices.Clone(cpus), Err: err}
	}
	return func() error {
		if err := setAffinity(tid, old); err != nil {
			return &PinError{CPUs: old, Err: err}
		}
		return nil
	}, nil
}

func setAffinity(tid int, cpus []int) error {
	set := unix.NewCPUSet(slices.Max(cpus) + 1)
	for _, c := range cpus {
		set.Set(c)
	}
	return unix.SchedSetaffinityDynamic(tid, set)
}
