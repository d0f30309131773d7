//go:build !linux

package topology

import (
	"errors"
	"slices"
)

// Pin lets the calling thread run on the given CPUs only, until undo gives it back the mask that it had. This system
// cannot: the error is a [*PinError] that wraps [errors.ErrUnsupported].
func Pin(cpus []int) (undo func() error, err error) {
	if err := checkCPUs(cpus); err != nil {
		return nil, &PinError{CPUs: slices.Clone(cpus), Err: err}
	}
	return nil, &PinError{CPUs: slices.Clone(cpus), Err: errors.ErrUnsupported}
}
