package cuda

import (
	"fmt"
	"os"

	"github.com/triad-go/triad/cuda/internal/driver"
)

// Errors of the driver and of what leads to it.
type (
	// Error is a call of the driver that failed: Call is its name, Result the number of the driver's
	// answer, Name and Text what the driver calls it.
	Error = driver.Error

	// LoadError says that there is no NVIDIA driver that this process can load, and what was tried.
	LoadError = driver.LoadError

	// InitError says that there is a driver, and that it refuses: because it finds no GPU, for one.
	InitError = driver.InitError

	// VersionError says that the driver is older than this package needs.
	VersionError = driver.VersionError
)

// DeviceError says that there is no device of that number.
type DeviceError struct {
	Device string // as it was asked for
	Count  int    // how many there are: numbers are from 0 to Count-1
}

func (e *DeviceError) Error() string {
	s := fmt.Sprintf("cuda: no device %s: the driver shows %d", e.Device, e.Count)
	if e.Count > 0 {
		s += fmt.Sprintf(", numbers 0 to %d", e.Count-1)
	}
	if v, ok := os.LookupEnv("CUDA_VISIBLE_DEVICES"); ok {
		s += fmt.Sprintf(" (CUDA_VISIBLE_DEVICES is %q)", v)
	}
	return s
}

// LostError says that a device has failed in a way after which the driver answers every call with the
// same error: it can be used again by a new process only. All later calls return the LostError at once.
type LostError struct {
	Device int
	Name   string
	Err    error // what it failed with, an *Error
}

func (e *LostError) Error() string {
	return fmt.Sprintf("cuda: device %d (%s) is lost to this process: %v", e.Device, e.Name, e.Err)
}

func (e *LostError) Unwrap() error { return e.Err }

// MemoryError says that memory could not be had. Nothing is lost by it: what was there before is there, and works.
type MemoryError struct {
	Device int
	Pinned bool  // memory of the host, not of the device
	Bytes  int64 // asked for
	Free   int64 // of the device's memory when it failed; 0 is unknown
	Err    error // an *Error, or what says that a limit of the executor is reached
}

func (e *MemoryError) Error() string {
	if e.Pinned {
		return fmt.Sprintf("cuda: device %d: no %d bytes of pinned host memory: %v", e.Device, e.Bytes, e.Err)
	}
	return fmt.Sprintf("cuda: device %d: no %d bytes of memory (%d free): %v", e.Device, e.Bytes, e.Free, e.Err)
}

func (e *MemoryError) Unwrap() error { return e.Err }

// ModuleError says that the driver did not take the code of a kernel.
type ModuleError struct {
	Kernel string
	Log    string // what the driver's assembler says
	PTX    string // the code
	Err    error  // an *Error
}

func (e *ModuleError) Error() string {
	s := fmt.Sprintf("cuda: %s: the driver rejects its code: %v", e.Kernel, e.Err)
	if e.Log != "" {
		s += "\n" + e.Log
	}
	return s
}

func (e *ModuleError) Unwrap() error { return e.Err }

// LaunchError says that a kernel could not be launched, or failed.
type LaunchError struct {
	Kernel string
	Device int
	Err    error // an *Error or a *LostError
}

func (e *LaunchError) Error() string {
	return fmt.Sprintf("cuda: %s on device %d: %v", e.Kernel, e.Device, e.Err)
}

func (e *LaunchError) Unwrap() error { return e.Err }
