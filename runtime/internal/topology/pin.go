package topology

import (
	"errors"
	"fmt"
)

// PinError says why a thread could not be pinned. Err is errors.ErrUnsupported where the system has no such thing.
type PinError struct {
	CPUs []int
	Err  error
}

func (e *PinError) Error() string {
	return fmt.Sprintf("topology: cannot pin a thread to CPUs %v: %v", e.CPUs, e.Err)
}

func (e *PinError) Unwrap() error { return e.Err }

var (
	errNoCPUs = errors.New("no CPUs given")
	errNotCPU = errors.New("not a CPU number")
)

// checkCPUs refuses lists that make no mask.
func checkCPUs(cpus []int) error {
	if len(cpus) == 0 {
		return errNoCPUs
	}
	for _, c := range cpus {
		if c < 0 || c > maxCPU {
			return fmt.Errorf("%d: %w", c, errNotCPU)
		}
	}
	return nil
}
