// Package driver is the part of NVIDIA's CUDA driver API that package cuda uses, as
// an interface with typed values, and the ways to it: [Open] loads libcuda.so.1 without cgo
// on linux/amd64 and linux/arm64; under the build tag cu it goes through gorgonia.org/cu; everywhere else
// it says why there is none.
//
// Every method is the function of the driver API that its comment names, with the meaning that
// the CUDA Driver API reference gives it. Errors are of type [*Error]. A method that works in "the
// current context" works in that of the calling thread: callers lock their goroutine to it
// and call SetCurrent first.
//
// A call that succeeds leaves no garbage, unless it gives a string or bytes. A pointer that is passed has to stay good for
// as long as the driver uses it, which for a copy is until its stream has come to it; what it points to lies in the heap,
// as a call takes its address.
//
// # Without cgo
//
// The library is loaded when Open is first called, with the system's dlopen (by github.com/ebitengine/purego). For this a
// program without cgo, too, is linked dynamically: on linux it needs glibc, even where it never calls Open, and does not
// start on a system without, such as Alpine or an empty container. A call costs some 0.1 µs more than in C.
//
// # The build tag cu
//
// With the tag cu the driver is gorgonia.org/cu, by its direct calls. A call costs some 0.04 µs more than in C. This is
// the price:
//
//   - To build takes cgo, and cuda.h of CUDA 11.4 to 12 (in 13, five functions that gorgonia.org/cu calls have changed)
//     where the compiler looks, or named by CGO_CFLAGS=-I…; to link takes libcuda.so, the driver's or the toolkit's stub,
//     where the linker looks, or named by CGO_LDFLAGS=-L….
//   - The package calls cuInit as a program starts, prints to the standard output if that fails, and ends the process:
//     where there is no GPU or no driver, the program does not run at all, and Open has no error to give but for a driver
//     that is too old.
//   - Graphs take a driver of CUDA 11.4 or newer.
//
// Launches, modules with a log, linking, pinned memory, pools, captures and graphs are calls of our own there:
// gorgonia.org/cu has none, or takes too little (its Launch copies eight bytes a parameter).
package driver

import "unsafe"

// Handles of the driver. The zero Stream is the context's default stream; the zero
// of all others but Device is none.
type (
	Device    int32
	Context   uintptr
	Module    uintptr
	Function  uintptr
	Stream    uintptr
	Event     uintptr
	Pool      uintptr
	Graph     uintptr
	GraphExec uintptr
)

// Ptr is an address in a device's memory.
type Ptr uint64

// Driver is the driver API. It is safe for concurrent use, as the API is.
type Driver interface {
	// Path is the file of the library, or the binding, that this is.
	Path() string

	Version() (int, error)                              // cuDriverGetVersion: 1000*major + 10*minor
	DeviceCount() (int, error)                          // cuDeviceGetCount
	Device(ordinal int) (Device, error)                 // cuDeviceGet
	DeviceName(d Device) (string, error)                // cuDeviceGetName
	DeviceUUID(d Device) ([16]byte, error)              // cuDeviceGetUuid
	DevicePCI(d Device) (string, error)                 // cuDeviceGetPCIBusId
	DeviceMemory(d Device) (uint64, error)              // cuDeviceTotalMem_v2
	DeviceAttribute(a Attribute, d Device) (int, error) // cuDeviceGetAttribute

	RetainPrimary(d Device) (Context, error) // cuDevicePrimaryCtxRetain
	ReleasePrimary(d Device) error           // cuDevicePrimaryCtxRelease_v2
	SetCurrent(c Context) error              // cuCtxSetCurrent, for the calling thread
	Current() (Context, error)               // cuCtxGetCurrent, of the calling thread

	// In the current context.
	Synchronize() error                                                                              // cuCtxSynchronize
	MemInfo() (free, total uint64, err error)                                                        // cuMemGetInfo_v2
	LoadModule(image []byte) (m Module, log string, err error)                                       // cuModuleLoadDataEx: PTX or a cubin; log is the assembler's, with an error too
	UnloadModule(m Module) error                                                                     // cuModuleUnload
	Function(m Module, name string) (Function, error)                                                // cuModuleGetFunction
	FunctionAttribute(a FunctionAttribute, f Function) (int, error)                                  // cuFuncGetAttribute
	Link(ptx []byte) (cubin []byte, log string, err error)                                           // cuLinkCreate_v2, cuLinkAddData_v2, cuLinkComplete, cuLinkDestroy
	Occupancy(f Function, shared uint64, most int) (grid, block int, err error)                      // cuOccupancyMaxPotentialBlockSize
	ActiveBlocks(f Function, block int, shared uint64) (int, error)                                  // cuOccupancyMaxActiveBlocksPerMultiprocessor
	Launch(f Function, grid, block [3]uint32, shared uint32, s Stream, params *unsafe.Pointer) error // cuLaunchKernel; params is read before it returns

	Alloc(bytes uint64) (Ptr, error)                                 // cuMemAlloc_v2
	Free(p Ptr) error                                                // cuMemFree_v2
	AllocAsync(bytes uint64, s Stream) (Ptr, error)                  // cuMemAllocAsync
	FreeAsync(p Ptr, s Stream) error                                 // cuMemFreeAsync
	DefaultPool(d Device) (Pool, error)                              // cuDeviceGetDefaultMemPool
	NewPool(d Device) (Pool, error)                                  // cuMemPoolCreate: pinned memory type, on the device
	DestroyPool(p Pool) error                                        // cuMemPoolDestroy
	AllocFromPool(bytes uint64, p Pool, s Stream) (Ptr, error)       // cuMemAllocFromPoolAsync
	PoolThreshold(p Pool, keep uint64) error                         // cuMemPoolSetAttribute, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD
	TrimPool(p Pool, keep uint64) error                              // cuMemPoolTrimTo
	SharePool(p Pool, with Device) error                             // cuMemPoolSetAccess, read and write: EnablePeer is not for pools
	HostAlloc(bytes uint64, flags HostFlags) (unsafe.Pointer, error) // cuMemHostAlloc: pinned
	HostFree(p unsafe.Pointer) error                                 // cuMemFreeHost
	HostRegister(p unsafe.Pointer, bytes uint64) error               // cuMemHostRegister_v2
	HostUnregister(p unsafe.Pointer) error                           // cuMemHostUnregister

	CopyToDevice(dst Ptr, src unsafe.Pointer, bytes uint64, s Stream) error            // cuMemcpyHtoDAsync_v2
	CopyToHost(dst unsafe.Pointer, src Ptr, bytes uint64, s Stream) error              // cuMemcpyDtoHAsync_v2
	CopyOnDevice(dst, src Ptr, bytes uint64, s Stream) error                           // cuMemcpyDtoDAsync_v2
	CopyPeer(dst Ptr, to Context, src Ptr, from Context, bytes uint64, s Stream) error // cuMemcpyPeerAsync
	CanAccessPeer(d, peer Device) (bool, error)                                        // cuDeviceCanAccessPeer
	EnablePeer(peer Context) error                                                     // cuCtxEnablePeerAccess; of what is enabled already, nil
	Fill32(dst Ptr, value uint32, count uint64, s Stream) error                        // cuMemsetD32Async

	NewStream() (Stream, error)         // cuStreamCreate, CU_STREAM_NON_BLOCKING
	DestroyStream(s Stream) error       // cuStreamDestroy_v2
	SyncStream(s Stream) error          // cuStreamSynchronize
	StreamDone(s Stream) (bool, error)  // cuStreamQuery: false while work is left
	StreamWait(s Stream, e Event) error // cuStreamWaitEvent

	NewEvent(flags EventFlags) (Event, error)                 // cuEventCreate
	DestroyEvent(e Event) error                               // cuEventDestroy_v2
	RecordEvent(e Event, s Stream) error                      // cuEventRecord
	SyncEvent(e Event) error                                  // cuEventSynchronize
	EventDone(e Event) (bool, error)                          // cuEventQuery: false while work is left
	Elapsed(from, to Event) (milliseconds float32, err error) // cuEventElapsedTime

	BeginCapture(s Stream) error             // cuStreamBeginCapture_v2, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL
	EndCapture(s Stream) (Graph, error)      // cuStreamEndCapture
	Instantiate(g Graph) (GraphExec, error)  // cuGraphInstantiateWithFlags, or cuGraphInstantiate_v2 before CUDA 11.4
	LaunchGraph(g GraphExec, s Stream) error // cuGraphLaunch
	DestroyGraph(g Graph) error              // cuGraphDestroy
	DestroyGraphExec(g GraphExec) error      // cuGraphExecDestroy
}

// Attribute is a CUdevice_attribute.
type Attribute int32

const (
	MaxThreadsPerBlock Attribute = 1
	MaxGridX           Attribute = 5
	SharedPerBlock     Attribute = 8
	WarpSize           Attribute = 10
	ClockKHz           Attribute = 13
	Multiprocessors    Attribute = 16
	Integrated         Attribute = 18
	CanMapHostMemory   Attribute = 19
	ComputeMode        Attribute = 20
	MemoryClockKHz     Attribute = 36
	MemoryBusBits      Attribute = 37
	L2Bytes            Attribute = 38
	ThreadsPerSM       Attribute = 39
	AsyncEngines       Attribute = 40
	UnifiedAddressing  Attribute = 41
	CapabilityMajor    Attribute = 75
	CapabilityMinor    Attribute = 76
	RegistersPerSM     Attribute = 82
	MemoryPools        Attribute = 115
)

// FunctionAttribute is a CUfunction_attribute.
type FunctionAttribute int32

const (
	FunctionMaxThreads FunctionAttribute = 0
	FunctionShared     FunctionAttribute = 1
	FunctionLocal      FunctionAttribute = 3 // bytes of local memory a thread: spills
	FunctionRegisters  FunctionAttribute = 4
)

// HostFlags are the flags of HostAlloc.
type HostFlags uint32

const (
	HostPortable      HostFlags = 1
	HostWriteCombined HostFlags = 4
)

// EventFlags are the flags of NewEvent.
type EventFlags uint32

const (
	EventBlocking EventFlags = 1 // SyncEvent yields the processor
	EventUntimed  EventFlags = 2
)
