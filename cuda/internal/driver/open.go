package driver

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"sync"
)

// LibraryVariable is the environment variable that names the driver library to load, in place
// of the one that the system has. A program built with the tag cu has the one that it is linked with.
const LibraryVariable = "TRIAD_CUDA_LIBRARY"

// Oldest is the oldest version of the driver that Open accepts, as cuDriverGetVersion counts: that of
// CUDA 11.0.
const Oldest = 11000

// Open gives the driver of this machine, initialized. It is loaded once: every call gives the same
// driver, or the same error: a [*LoadError], an [*InitError] or a [*VersionError].
func Open() (Driver, error) { return opened() }

var opened = sync.OnceValues(open)

// LoadError says that there is no driver library to load.
type LoadError struct {
	Reason string    // why this program cannot load one at all; empty if it can
	Tried  []Attempt // the files tried, in order
}

// Attempt is a library that did not load.
type Attempt struct {
	Path string
	Err  error // fs.ErrNotExist where there is no such file
}

func (e *LoadError) Error() string {
	if e.Reason != "" {
		return "cuda driver: " + e.Reason
	}
	var b strings.Builder
	b.WriteString("cuda driver: no library: ")
	absent := 0
	for _, a := range e.Tried {
		if errors.Is(a.Err, fs.ErrNotExist) && len(e.Tried) > 1 {
			absent++
			continue
		}
		if text := a.Err.Error(); strings.Contains(text, a.Path) {
			fmt.Fprintf(&b, "%s; ", text)
		} else {
			fmt.Fprintf(&b, "%s: %s; ", a.Path, text)
		}
	}
	if absent > 0 {
		b.WriteString("nor is there ")
		for _, a := range e.Tried {
			if errors.Is(a.Err, fs.ErrNotExist) {
				if absent--; absent > 0 {
					b.WriteString(a.Path + ", ")
				} else {
					b.WriteString(a.Path + "; ")
				}
			}
		}
	}
	if os.Getenv(LibraryVariable) != "" && len(e.Tried) == 1 {
		b.WriteString("set " + LibraryVariable + " to the driver's libcuda.so.1, or unset it")
	} else {
		b.WriteString("install NVIDIA's driver (in a container: start it with its GPUs), or set " + LibraryVariable + " to the driver's libcuda.so.1")
	}
	return b.String()
}

// Unwrap gives the attempts' errors.
func (e *LoadError) Unwrap() []error {
	var errs []error
	for _, a := range e.Tried {
		errs = append(errs, a.Err)
	}
	return errs
}

// VersionError says that the driver is too old.
type VersionError struct {
	Path    string
	Version int    // of CUDA, that the driver is for: 1000*major + 10*minor; 0 if it does not say
	Need    int    // the least that will do
	Missing string // the function that it lacks, if that is how it shows
}

func (e *VersionError) Error() string {
	has := "of an unknown version"
	if e.Version != 0 {
		has = "for CUDA " + release(e.Version)
	}
	if e.Missing != "" {
		has += " and lacks " + e.Missing
	}
	return fmt.Sprintf("cuda driver: %s is %s; a driver for CUDA %s or newer is needed: update NVIDIA's driver", e.Path, has, release(e.Need))
}

func release(version int) string { return fmt.Sprintf("%d.%d", version/1000, version%1000/10) }

// InitError says that the driver library is there and does not start.
type InitError struct {
	Path    string
	Visible string // CUDA_VISIBLE_DEVICES
	Set     bool   // whether CUDA_VISIBLE_DEVICES is set
	Err     *Error // what cuInit gave
}

func initError(path string, err *Error) *InitError {
	e := &InitError{Path: path, Err: err}
	e.Visible, e.Set = os.LookupEnv("CUDA_VISIBLE_DEVICES")
	return e
}

func (e *InitError) Error() string { return e.Err.Error() + " (" + e.Path + "): " + e.advice() }

// Unwrap gives the driver's error.
func (e *InitError) Unwrap() error { return e.Err }

func (e *InitError) advice() string {
	switch e.Err.Result {
	case NoDevice, InvalidDevice:
		if e.Set {
			return fmt.Sprintf("CUDA_VISIBLE_DEVICES is %q: it may hide the GPUs there are; see nvidia-smi -L", e.Visible)
		}
		return "this machine shows no NVIDIA GPU; see nvidia-smi -L, and start a container with its GPUs"
	case StubLibrary:
		return "this is the toolkit's stub, which is there to link with: take its directory out of LD_LIBRARY_PATH, and install NVIDIA's driver"
	case SystemMismatch:
		return "the library and the kernel's module are of different versions: restart the machine after an update of the driver"
	case CompatNotSupported:
		return "this library is a forward-compatibility package, which this GPU does not support: take its directory out of LD_LIBRARY_PATH"
	case SystemNotReady:
		return "the system is not ready: where GPUs are joined by NVSwitch, nvidia-fabricmanager has to run"
	case NotPermitted, operatingSystem:
		return "this user may not use the GPU: check the rights on /dev/nvidia*"
	case deviceUnavailable:
		return "the GPU is taken: another process has it for itself (nvidia-smi -q -d COMPUTE)"
	case OutOfMemory:
		return "too little memory to start: check the limits of this process"
	case Unknown:
		return "often the kernel's module is not loaded or /dev/nvidia-uvm is missing: see nvidia-smi, and run nvidia-modprobe -u -c 0"
	}
	return "see nvidia-smi for the state of the driver"
}

// Results that only advice tells apart.
const (
	deviceUnavailable  Result = 46
	operatingSystem    Result = 304
	peerAlreadyEnabled Result = 704
)

// platform says why a program built like this has no driver.
func platform() *LoadError {
	if runtime.GOOS == "linux" && (runtime.GOARCH == "amd64" || runtime.GOARCH == "arm64") {
		return &LoadError{Reason: "the build tag cu needs cgo: build with CGO_ENABLED=1, or without the tag"}
	}
	return &LoadError{Reason: fmt.Sprintf("CUDA is for linux/amd64 and linux/arm64; this program was built for %s/%s", runtime.GOOS, runtime.GOARCH)}
}

// wrong gives an error of a call that was not made as its arguments could not be right.
func wrong(call string) error {
	name, text := staticName(InvalidValue)
	return &Error{Call: call, Result: InvalidValue, Name: name, Text: text}
}

// lacking gives the error of a call that the library has no function for.
func lacking(call string) error {
	name, _ := staticName(NotSupported)
	return &Error{Call: call, Result: NotSupported, Name: name, Text: "this driver is too old to have it"}
}

// newError is the error of a call, with the names that the static table has.
func newError(call string, r Result, name, text string) *Error {
	if name == "" {
		name, text = staticName(r)
	}
	return &Error{Call: call, Result: r, Name: name, Text: text}
}

// asError is err as the [*Error] that it is.
func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Result: Unknown, Text: err.Error()}
}
