package aot

import "fmt"

// Error says why a kernel cannot be written.
type Error struct {
	Kernel string
	Reason string
	Err    error // the cause, if there is one
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("aot: %s: %s: %v", e.Kernel, e.Reason, e.Err)
	}
	return fmt.Sprintf("aot: %s: %s", e.Kernel, e.Reason)
}

func (e *Error) Unwrap() error { return e.Err }
