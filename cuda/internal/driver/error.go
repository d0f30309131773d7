package driver

import "fmt"

// Result is a CUresult.
type Result int32

// Results that callers tell apart.
const (
	InvalidValue       Result = 1
	OutOfMemory        Result = 2
	NotInitialized     Result = 3
	Deinitialized      Result = 4
	StubLibrary        Result = 34
	NoDevice           Result = 100
	InvalidDevice      Result = 101
	InvalidImage       Result = 200
	InvalidContext     Result = 201
	NoBinaryForGPU     Result = 209
	InvalidPTX         Result = 218
	UnsupportedPTX     Result = 222
	NotFound           Result = 500
	NotReady           Result = 600
	IllegalAddress     Result = 700
	LaunchResources    Result = 701
	LaunchTimeout      Result = 702
	AssertFailed       Result = 710
	HardwareStack      Result = 714
	IllegalInstr       Result = 715
	Misaligned         Result = 716
	InvalidSpace       Result = 717
	InvalidPC          Result = 718
	LaunchFailed       Result = 719
	NotPermitted       Result = 800
	NotSupported       Result = 801
	SystemNotReady     Result = 802
	SystemMismatch     Result = 803
	CompatNotSupported Result = 804
	Unknown            Result = 999
)

// Sticky reports whether a context that has given this result gives it from then on: its device, as
// far as this process goes, is lost.
func (r Result) Sticky() bool {
	switch r {
	case IllegalAddress, LaunchTimeout, AssertFailed, HardwareStack, IllegalInstr, Misaligned, InvalidSpace, InvalidPC, LaunchFailed, Unknown:
		return true
	}
	// ECC uncorrectable, NVLink uncorrectable, contained, tensor memory left over, client of MPS terminated, external device
	return r == 214 || r == 220 || r == 226 || r == 721 || r == 810 || r == 911
}

// Error is a call of the driver that failed.
type Error struct {
	Call   string // the function: "cuLaunchKernel"
	Result Result
	Name   string // "CUDA_ERROR_OUT_OF_MEMORY", where the driver says
	Text   string // "out of memory", where the driver says
}

func (e *Error) Error() string {
	name := e.Name
	if name == "" {
		name = fmt.Sprintf("CUresult %d", int32(e.Result))
	}
	if e.Text != "" {
		name += ": " + e.Text
	}
	return "cuda driver: " + e.Call + ": " + name
}
