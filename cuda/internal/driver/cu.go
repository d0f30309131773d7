//go:build cu && cgo && linux && (amd64 || arm64)

package driver

/*
#include <cuda.h>
#include <stdlib.h>

// What a driver older than the headers may lack.
#pragma weak cuMemAllocAsync
#pragma weak cuMemFreeAsync
#pragma weak cuDeviceGetDefaultMemPool
#pragma weak cuMemPoolCreate
#pragma weak cuMemPoolDestroy
#pragma weak cuMemAllocFromPoolAsync
#pragma weak cuMemPoolSetAttribute
#pragma weak cuMemPoolTrimTo
#pragma weak cuMemPoolSetAccess
#pragma weak cuGraphInstantiateWithFlags

#define LACKING(f) if (!f) return (CUresult)-1

// What is given by value costs Go no memory.
struct address { CUresult result; CUdeviceptr p; };

// The parameters lie in Go's memory and point to Go's memory, which the driver reads before it returns: as a number
// they pass cgo's check, which knows no such case.
static CUresult launch(uintptr_t f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, uintptr_t s, uintptr_t params) {
	return cuLaunchKernel((CUfunction)f, gx, gy, gz, bx, by, bz, shared, (CUstream)s, (void **)params, NULL);
}

static CUresult streamQuery(uintptr_t s) { return cuStreamQuery((CUstream)s); }
static CUresult eventQuery(uintptr_t e)  { return cuEventQuery((CUevent)e); }

static struct address allocAsync(size_t bytes, uintptr_t s) {
	struct address a = { (CUresult)-1, 0 };
	if (cuMemAllocAsync)
		a.result = cuMemAllocAsync(&a.p, bytes, (CUstream)s);
	return a;
}

static struct address allocFromPool(size_t bytes, uintptr_t pool, uintptr_t s) {
	struct address a = { (CUresult)-1, 0 };
	if (cuMemAllocFromPoolAsync)
		a.result = cuMemAllocFromPoolAsync(&a.p, bytes, (CUmemoryPool)pool, (CUstream)s);
	return a;
}

static CUresult freeAsync(CUdeviceptr p, uintptr_t s) {
	LACKING(cuMemFreeAsync);
	return cuMemFreeAsync(p, (CUstream)s);
}

static CUresult defaultPool(uintptr_t *pool, CUdevice d) {
	LACKING(cuDeviceGetDefaultMemPool);
	return cuDeviceGetDefaultMemPool((CUmemoryPool *)pool, d);
}

static CUresult newPool(uintptr_t *pool, CUdevice d) {
	LACKING(cuMemPoolCreate);
	CUmemPoolProps props = { 0 };
	props.allocType = CU_MEM_ALLOCATION_TYPE_PINNED;
	props.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
	props.location.id = d;
	return cuMemPoolCreate((CUmemoryPool *)pool, &props);
}

static CUresult destroyPool(uintptr_t pool) {
	LACKING(cuMemPoolDestroy);
	return cuMemPoolDestroy((CUmemoryPool)pool);
}

static CUresult poolThreshold(uintptr_t pool, cuuint64_t keep) {
	LACKING(cuMemPoolSetAttribute);
	return cuMemPoolSetAttribute((CUmemoryPool)pool, CU_MEMPOOL_ATTR_RELEASE_THRESHOLD, &keep);
}

static CUresult trimPool(uintptr_t pool, size_t keep) {
	LACKING(cuMemPoolTrimTo);
	return cuMemPoolTrimTo((CUmemoryPool)pool, keep);
}

static CUresult sharePool(uintptr_t pool, CUdevice with) {
	LACKING(cuMemPoolSetAccess);
	CUmemAccessDesc access = { 0 };
	access.location.type = CU_MEM_LOCATION_TYPE_DEVICE;
	access.location.id = with;
	access.flags = CU_MEM_ACCESS_FLAGS_PROT_READWRITE;
	return cuMemPoolSetAccess((CUmemoryPool)pool, &access, 1);
}

static CUresult beginCapture(uintptr_t s) {
	return cuStreamBeginCapture((CUstream)s, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL);
}

static CUresult endCapture(uintptr_t s, uintptr_t *graph) {
	return cuStreamEndCapture((CUstream)s, (CUgraph *)graph);
}

static CUresult instantiate(uintptr_t *exec, uintptr_t graph) {
	LACKING(cuGraphInstantiateWithFlags);
	return cuGraphInstantiateWithFlags((CUgraphExec *)exec, (CUgraph)graph, 0);
}

static CUresult launchGraph(uintptr_t exec, uintptr_t s) { return cuGraphLaunch((CUgraphExec)exec, (CUstream)s); }
static CUresult destroyGraph(uintptr_t graph) { return cuGraphDestroy((CUgraph)graph); }
static CUresult destroyGraphExec(uintptr_t exec) { return cuGraphExecDestroy((CUgraphExec)exec); }

static CUresult occupancy(int *grid, int *block, uintptr_t f, size_t shared, int most) {
	return cuOccupancyMaxPotentialBlockSize(grid, block, (CUfunction)f, NULL, shared, most);
}

// The options of an assembly, and where its log goes.
struct jit {
	CUjit_option options[5];
	void *values[5];
	char info[8 << 10], errors[8 << 10];
};

static struct jit *newJIT(void) {
	struct jit *j = calloc(1, sizeof *j);
	if (!j)
		return j;
	j->options[0] = CU_JIT_INFO_LOG_BUFFER;
	j->values[0] = j->info;
	j->options[1] = CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES;
	j->values[1] = (void *)sizeof j->info;
	j->options[2] = CU_JIT_ERROR_LOG_BUFFER;
	j->values[2] = j->errors;
	j->options[3] = CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES;
	j->values[3] = (void *)sizeof j->errors;
	j->options[4] = CU_JIT_LOG_VERBOSE;
	j->values[4] = (void *)1;
	return j;
}

static CUresult loadModule(uintptr_t *m, const void *image, struct jit *j) {
	return cuModuleLoadDataEx((CUmodule *)m, image, 5, j->options, j->values);
}

static CUresult linkCreate(uintptr_t *state, struct jit *j) {
	return cuLinkCreate(5, j->options, j->values, (CUlinkState *)state);
}

static CUresult linkAdd(uintptr_t state, void *ptx, size_t size) {
	return cuLinkAddData((CUlinkState)state, CU_JIT_INPUT_PTX, ptx, size, NULL, 0, NULL, NULL);
}

static CUresult linkComplete(uintptr_t state, uintptr_t *cubin, size_t *size) {
	return cuLinkComplete((CUlinkState)state, (void **)cubin, size);
}

static void *at(uintptr_t p) { return (void *)p; }

static CUresult linkDestroy(uintptr_t state) { return cuLinkDestroy((CUlinkState)state); }
*/
import "C"

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"unsafe"

	"gorgonia.org/cu"
)

// binding is the driver by gorgonia.org/cu: by its direct calls, and by calls of our own where it has none, has one
// that takes too little, or makes garbage where a launch would.
type binding struct{}

func open() (Driver, error) {
	b := binding{} // the package's init has called cuInit
	version, err := b.Version()
	if err == nil && version < Oldest {
		return nil, &VersionError{Path: b.Path(), Version: version, Need: Oldest}
	}
	return b, nil
}

// OpenPath loads and initializes the driver library of this path, each time anew. It is there
// for tests: programs call [Open]. With the build tag cu a program is bound to one library.
func OpenPath(path string) (Driver, error) {
	return nil, &LoadError{Reason: "built with the tag cu, a program has the library that it is linked with, not " + path}
}

// check is the error of a call of our own.
func check(call string, r C.CUresult) error {
	switch {
	case r == 0:
		return nil
	case int32(r) == -1:
		return lacking(call)
	}
	return failed(call, Result(int32(r)))
}

func failed(call string, r Result) error {
	var name, text *C.char
	if C.cuGetErrorName(C.CUresult(r), &name) != 0 {
		name = nil
	}
	if C.cuGetErrorString(C.CUresult(r), &text) != 0 {
		text = nil
	}
	return newError(call, r, C.GoString(name), C.GoString(text))
}

// checkCu is the error of a call of gorgonia's, whose errors are a result that is an int.
func checkCu(call string, err error) error {
	if err == nil {
		return nil
	}
	for e := err; e != nil; e = errors.Unwrap(e) {
		if v := reflect.ValueOf(e); v.Kind() == reflect.Int {
			return failed(call, Result(v.Int()))
		}
	}
	return &Error{Call: call, Result: Unknown, Text: err.Error()}
}

// as is a handle as a type of gorgonia's: all of them are structures of one pointer.
func as[T cu.Stream | cu.Event | cu.Module | cu.Function | cu.CUContext](h uintptr) T {
	return *(*T)(unsafe.Pointer(&h))
}

func word[T cu.Stream | cu.Event | cu.Module | cu.Function | cu.CUContext](v T) uintptr {
	return *(*uintptr)(unsafe.Pointer(&v))
}

func stream(s Stream) cu.Stream      { return as[cu.Stream](uintptr(s)) }
func event(e Event) cu.Event         { return as[cu.Event](uintptr(e)) }
func context(c Context) cu.CUContext { return as[cu.CUContext](uintptr(c)) }
func function(f Function) cu.Function {
	return as[cu.Function](uintptr(f))
}

func (binding) Path() string { return "gorgonia.org/cu" }

func (binding) Version() (int, error) {
	var v C.int
	err := check("cuDriverGetVersion", C.cuDriverGetVersion(&v))
	return int(v), err
}

func (binding) DeviceCount() (int, error) {
	n, err := cu.NumDevices()
	return n, checkCu("cuDeviceGetCount", err)
}

func (binding) Device(ordinal int) (Device, error) {
	d, err := cu.GetDevice(ordinal)
	return Device(d), checkCu("cuDeviceGet", err)
}

func (binding) DeviceName(d Device) (string, error) {
	name, err := cu.Device(d).Name()
	return name, checkCu("cuDeviceGetName", err)
}

func (binding) DeviceUUID(d Device) ([16]byte, error) {
	id, err := cu.Device(d).UUID()
	return id, checkCu("cuDeviceGetUuid", err)
}

func (binding) DevicePCI(d Device) (string, error) {
	var id [64]C.char
	if err := check("cuDeviceGetPCIBusId", C.cuDeviceGetPCIBusId(&id[0], C.int(len(id)), C.CUdevice(d))); err != nil {
		return "", err
	}
	return C.GoString(&id[0]), nil
}

func (binding) DeviceMemory(d Device) (uint64, error) {
	n, err := cu.Device(d).TotalMem()
	return uint64(n), checkCu("cuDeviceTotalMem", err)
}

func (binding) DeviceAttribute(a Attribute, d Device) (int, error) {
	v, err := cu.Device(d).Attribute(cu.DeviceAttribute(a))
	return v, checkCu("cuDeviceGetAttribute", err)
}

func (binding) RetainPrimary(d Device) (Context, error) {
	c, err := cu.Device(d).RetainPrimaryCtx()
	return Context(word(c)), checkCu("cuDevicePrimaryCtxRetain", err)
}

func (binding) ReleasePrimary(d Device) error {
	return checkCu("cuDevicePrimaryCtxRelease", cu.Device(d).ReleasePrimaryCtx())
}

func (binding) SetCurrent(c Context) error {
	return checkCu("cuCtxSetCurrent", cu.SetCurrentContext(context(c)))
}

func (binding) Current() (Context, error) {
	c, err := cu.CurrentContext()
	return Context(word(c)), checkCu("cuCtxGetCurrent", err)
}

func (binding) Synchronize() error { return checkCu("cuCtxSynchronize", cu.Synchronize()) }

func (binding) MemInfo() (free, total uint64, err error) {
	f, n, err := cu.MemInfo()
	return uint64(f), uint64(n), checkCu("cuMemGetInfo", err)
}

func logOf(j *C.struct_jit) string {
	return joinLogs(C.GoString(&j.info[0]), C.GoString(&j.errors[0]))
}

func (binding) LoadModule(image []byte) (m Module, log string, err error) {
	if len(image) == 0 {
		return 0, "", wrong("cuModuleLoadDataEx")
	}
	image = zeroEnded(image)
	j := C.newJIT()
	if j == nil {
		return 0, "", newError("cuModuleLoadDataEx", OutOfMemory, "", "")
	}
	defer C.free(unsafe.Pointer(j))
	var h C.uintptr_t
	err = check("cuModuleLoadDataEx", C.loadModule(&h, unsafe.Pointer(&image[0]), j))
	if err == nil {
		m = Module(h)
	}
	return m, logOf(j), err
}

func (binding) UnloadModule(m Module) error {
	return checkCu("cuModuleUnload", as[cu.Module](uintptr(m)).Unload())
}

func (binding) Function(m Module, name string) (Function, error) {
	if strings.IndexByte(name, 0) >= 0 {
		return 0, wrong("cuModuleGetFunction")
	}
	f, err := as[cu.Module](uintptr(m)).Function(name)
	return Function(word(f)), checkCu("cuModuleGetFunction", err)
}

func (binding) FunctionAttribute(a FunctionAttribute, f Function) (int, error) {
	v, err := function(f).Attribute(cu.FunctionAttribute(a))
	return v, checkCu("cuFuncGetAttribute", err)
}

func (binding) Link(ptx []byte) (cubin []byte, log string, err error) {
	if len(ptx) == 0 {
		return nil, "", wrong("cuLinkAddData")
	}
	ptx = zeroEnded(ptx)
	j := C.newJIT()
	if j == nil {
		return nil, "", newError("cuLinkCreate", OutOfMemory, "", "")
	}
	defer C.free(unsafe.Pointer(j))
	var state C.uintptr_t
	if err = check("cuLinkCreate", C.linkCreate(&state, j)); err != nil {
		return nil, "", err
	}
	// The linker may hold on to what it was given until it completes: that lies outside Go's memory.
	text := C.CBytes(ptx)
	defer C.free(text)
	err = check("cuLinkAddData", C.linkAdd(state, text, C.size_t(len(ptx))))
	if err == nil {
		var image C.uintptr_t
		var size C.size_t
		err = check("cuLinkComplete", C.linkComplete(state, &image, &size))
		if err == nil { // the state owns the image
			cubin = bytes.Clone(unsafe.Slice((*byte)(C.at(image)), int(size)))
		}
	}
	if e := check("cuLinkDestroy", C.linkDestroy(state)); err == nil {
		err = e
	}
	if err != nil {
		cubin = nil
	}
	return cubin, logOf(j), err
}

func (binding) Occupancy(f Function, shared uint64, most int) (grid, block int, err error) {
	var g, b C.int
	err = check("cuOccupancyMaxPotentialBlockSize", C.occupancy(&g, &b, C.uintptr_t(f), C.size_t(shared), C.int(most)))
	return int(g), int(b), err
}

func (binding) ActiveBlocks(f Function, block int, shared uint64) (int, error) {
	n, err := function(f).MaxActiveBlocksPerMultiProcessor(block, int64(shared))
	return n, checkCu("cuOccupancyMaxActiveBlocksPerMultiprocessor", err)
}

func (binding) Launch(f Function, grid, block [3]uint32, shared uint32, s Stream, params *unsafe.Pointer) error {
	return check("cuLaunchKernel", launch(f, grid, block, shared, s, uintptr(unsafe.Pointer(params))))
}

// launch has the pragma put what params points to into the heap, where it does not move, and keep it alive.
//
//go:uintptrescapes
func launch(f Function, grid, block [3]uint32, shared uint32, s Stream, params uintptr) C.CUresult {
	return C.launch(C.uintptr_t(f), C.uint(grid[0]), C.uint(grid[1]), C.uint(grid[2]),
		C.uint(block[0]), C.uint(block[1]), C.uint(block[2]), C.uint(shared), C.uintptr_t(s), C.uintptr_t(params))
}

func (binding) Alloc(bytes uint64) (Ptr, error) {
	p, err := cu.MemAlloc(int64(bytes))
	return Ptr(p), checkCu("cuMemAlloc", err)
}

func (binding) Free(p Ptr) error { return checkCu("cuMemFree", cu.MemFree(cu.DevicePtr(p))) }

func (binding) AllocAsync(bytes uint64, s Stream) (Ptr, error) {
	a := C.allocAsync(C.size_t(bytes), C.uintptr_t(s))
	return Ptr(a.p), check("cuMemAllocAsync", a.result)
}

func (binding) FreeAsync(p Ptr, s Stream) error {
	return check("cuMemFreeAsync", C.freeAsync(C.CUdeviceptr(p), C.uintptr_t(s)))
}

func (binding) DefaultPool(d Device) (Pool, error) {
	var p C.uintptr_t
	err := check("cuDeviceGetDefaultMemPool", C.defaultPool(&p, C.CUdevice(d)))
	return Pool(p), err
}

func (binding) NewPool(d Device) (Pool, error) {
	var p C.uintptr_t
	err := check("cuMemPoolCreate", C.newPool(&p, C.CUdevice(d)))
	return Pool(p), err
}

func (binding) DestroyPool(p Pool) error {
	return check("cuMemPoolDestroy", C.destroyPool(C.uintptr_t(p)))
}

func (binding) AllocFromPool(bytes uint64, p Pool, s Stream) (Ptr, error) {
	a := C.allocFromPool(C.size_t(bytes), C.uintptr_t(p), C.uintptr_t(s))
	return Ptr(a.p), check("cuMemAllocFromPoolAsync", a.result)
}

func (binding) PoolThreshold(p Pool, keep uint64) error {
	return check("cuMemPoolSetAttribute", C.poolThreshold(C.uintptr_t(p), C.cuuint64_t(keep)))
}

func (binding) TrimPool(p Pool, keep uint64) error {
	return check("cuMemPoolTrimTo", C.trimPool(C.uintptr_t(p), C.size_t(keep)))
}

func (binding) SharePool(p Pool, with Device) error {
	return check("cuMemPoolSetAccess", C.sharePool(C.uintptr_t(p), C.CUdevice(with)))
}

func (binding) HostAlloc(bytes uint64, flags HostFlags) (unsafe.Pointer, error) {
	var p unsafe.Pointer
	if err := check("cuMemHostAlloc", C.cuMemHostAlloc(&p, C.size_t(bytes), C.uint(flags))); err != nil {
		return nil, err
	}
	return p, nil
}

func (binding) HostFree(p unsafe.Pointer) error {
	return checkCu("cuMemFreeHost", cu.MemFreeHost(p))
}

func (binding) HostRegister(p unsafe.Pointer, bytes uint64) error {
	return check("cuMemHostRegister", C.cuMemHostRegister(p, C.size_t(bytes), C.CU_MEMHOSTREGISTER_PORTABLE))
}

func (binding) HostUnregister(p unsafe.Pointer) error {
	return check("cuMemHostUnregister", C.cuMemHostUnregister(p))
}

func (binding) CopyToDevice(dst Ptr, src unsafe.Pointer, bytes uint64, s Stream) error {
	return checkCu("cuMemcpyHtoDAsync", cu.MemcpyHtoDAsync(cu.DevicePtr(dst), src, int64(bytes), stream(s)))
}

func (binding) CopyToHost(dst unsafe.Pointer, src Ptr, bytes uint64, s Stream) error {
	return checkCu("cuMemcpyDtoHAsync", cu.MemcpyDtoHAsync(dst, cu.DevicePtr(src), int64(bytes), stream(s)))
}

func (binding) CopyOnDevice(dst, src Ptr, bytes uint64, s Stream) error {
	return checkCu("cuMemcpyDtoDAsync", cu.MemcpyDtoDAsync(cu.DevicePtr(dst), cu.DevicePtr(src), int64(bytes), stream(s)))
}

func (binding) CopyPeer(dst Ptr, to Context, src Ptr, from Context, bytes uint64, s Stream) error {
	return checkCu("cuMemcpyPeerAsync", cu.MemcpyPeerAsync(cu.DevicePtr(dst), context(to), cu.DevicePtr(src), context(from), int64(bytes), stream(s)))
}

func (binding) CanAccessPeer(d, peer Device) (bool, error) {
	can, err := cu.Device(d).CanAccessPeer(cu.Device(peer))
	return can != 0, checkCu("cuDeviceCanAccessPeer", err)
}

func (binding) EnablePeer(peer Context) error {
	err := context(peer).EnablePeerAccess(0)
	if err == cu.PeerAccessAlreadyEnabled {
		return nil
	}
	return checkCu("cuCtxEnablePeerAccess", err)
}

func (binding) Fill32(dst Ptr, value uint32, count uint64, s Stream) error {
	return checkCu("cuMemsetD32Async", cu.MemsetD32Async(cu.DevicePtr(dst), uint(value), int64(count), stream(s)))
}

func (binding) NewStream() (Stream, error) {
	s, err := cu.MakeStream(cu.NonBlocking)
	return Stream(word(s)), checkCu("cuStreamCreate", err)
}

func (binding) DestroyStream(s Stream) error {
	h := stream(s)
	return checkCu("cuStreamDestroy", h.Destroy())
}

func (binding) SyncStream(s Stream) error {
	return checkCu("cuStreamSynchronize", stream(s).Synchronize())
}

func (binding) StreamDone(s Stream) (bool, error) {
	return done("cuStreamQuery", C.streamQuery(C.uintptr_t(s)))
}

// done is the answer of a query.
func done(call string, r C.CUresult) (bool, error) {
	if Result(r) == NotReady {
		return false, nil
	}
	return r == 0, check(call, r)
}

func (binding) StreamWait(s Stream, e Event) error {
	return checkCu("cuStreamWaitEvent", stream(s).Wait(event(e), 0))
}

func (binding) NewEvent(flags EventFlags) (Event, error) {
	e, err := cu.MakeEvent(cu.EventFlags(flags))
	return Event(word(e)), checkCu("cuEventCreate", err)
}

func (binding) DestroyEvent(e Event) error {
	h := event(e)
	return checkCu("cuEventDestroy", cu.DestroyEvent(&h))
}

func (binding) RecordEvent(e Event, s Stream) error {
	return checkCu("cuEventRecord", event(e).Record(stream(s)))
}

func (binding) SyncEvent(e Event) error {
	return checkCu("cuEventSynchronize", event(e).Synchronize())
}

func (binding) EventDone(e Event) (bool, error) {
	return done("cuEventQuery", C.eventQuery(C.uintptr_t(e)))
}

func (binding) Elapsed(from, to Event) (milliseconds float32, err error) {
	ms, err := event(from).Elapsed(event(to))
	return float32(ms), checkCu("cuEventElapsedTime", err)
}

func (binding) BeginCapture(s Stream) error {
	return check("cuStreamBeginCapture", C.beginCapture(C.uintptr_t(s)))
}

func (binding) EndCapture(s Stream) (Graph, error) {
	var g C.uintptr_t
	err := check("cuStreamEndCapture", C.endCapture(C.uintptr_t(s), &g))
	return Graph(g), err
}

func (binding) Instantiate(g Graph) (GraphExec, error) {
	var e C.uintptr_t
	err := check("cuGraphInstantiateWithFlags", C.instantiate(&e, C.uintptr_t(g)))
	return GraphExec(e), err
}

func (binding) LaunchGraph(g GraphExec, s Stream) error {
	return check("cuGraphLaunch", C.launchGraph(C.uintptr_t(g), C.uintptr_t(s)))
}

func (binding) DestroyGraph(g Graph) error {
	return check("cuGraphDestroy", C.destroyGraph(C.uintptr_t(g)))
}

func (binding) DestroyGraphExec(g GraphExec) error {
	return check("cuGraphExecDestroy", C.destroyGraphExec(C.uintptr_t(g)))
}

// The numbers that this package gives are those of the header, or this does not compile: a difference is an index out
// of range.
var _ = [...]int{
	[1]int{}[MaxThreadsPerBlock-C.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK],
	[1]int{}[MaxGridX-C.CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X],
	[1]int{}[SharedPerBlock-C.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK],
	[1]int{}[WarpSize-C.CU_DEVICE_ATTRIBUTE_WARP_SIZE],
	[1]int{}[ClockKHz-C.CU_DEVICE_ATTRIBUTE_CLOCK_RATE],
	[1]int{}[Multiprocessors-C.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT],
	[1]int{}[Integrated-C.CU_DEVICE_ATTRIBUTE_INTEGRATED],
	[1]int{}[CanMapHostMemory-C.CU_DEVICE_ATTRIBUTE_CAN_MAP_HOST_MEMORY],
	[1]int{}[ComputeMode-C.CU_DEVICE_ATTRIBUTE_COMPUTE_MODE],
	[1]int{}[MemoryClockKHz-C.CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE],
	[1]int{}[MemoryBusBits-C.CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH],
	[1]int{}[L2Bytes-C.CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE],
	[1]int{}[ThreadsPerSM-C.CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR],
	[1]int{}[AsyncEngines-C.CU_DEVICE_ATTRIBUTE_ASYNC_ENGINE_COUNT],
	[1]int{}[UnifiedAddressing-C.CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING],
	[1]int{}[CapabilityMajor-C.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR],
	[1]int{}[CapabilityMinor-C.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR],
	[1]int{}[RegistersPerSM-C.CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR],
	[1]int{}[MemoryPools-C.CU_DEVICE_ATTRIBUTE_MEMORY_POOLS_SUPPORTED],
	[1]int{}[FunctionMaxThreads-C.CU_FUNC_ATTRIBUTE_MAX_THREADS_PER_BLOCK],
	[1]int{}[FunctionShared-C.CU_FUNC_ATTRIBUTE_SHARED_SIZE_BYTES],
	[1]int{}[FunctionLocal-C.CU_FUNC_ATTRIBUTE_LOCAL_SIZE_BYTES],
	[1]int{}[FunctionRegisters-C.CU_FUNC_ATTRIBUTE_NUM_REGS],
	[1]int{}[HostPortable-C.CU_MEMHOSTALLOC_PORTABLE],
	[1]int{}[HostWriteCombined-C.CU_MEMHOSTALLOC_WRITECOMBINED],
	[1]int{}[EventBlocking-C.CU_EVENT_BLOCKING_SYNC],
	[1]int{}[EventUntimed-C.CU_EVENT_DISABLE_TIMING],
	[1]int{}[InvalidValue-C.CUDA_ERROR_INVALID_VALUE],
	[1]int{}[OutOfMemory-C.CUDA_ERROR_OUT_OF_MEMORY],
	[1]int{}[NotInitialized-C.CUDA_ERROR_NOT_INITIALIZED],
	[1]int{}[Deinitialized-C.CUDA_ERROR_DEINITIALIZED],
	[1]int{}[StubLibrary-C.CUDA_ERROR_STUB_LIBRARY],
	[1]int{}[NoDevice-C.CUDA_ERROR_NO_DEVICE],
	[1]int{}[InvalidDevice-C.CUDA_ERROR_INVALID_DEVICE],
	[1]int{}[InvalidImage-C.CUDA_ERROR_INVALID_IMAGE],
	[1]int{}[InvalidContext-C.CUDA_ERROR_INVALID_CONTEXT],
	[1]int{}[NoBinaryForGPU-C.CUDA_ERROR_NO_BINARY_FOR_GPU],
	[1]int{}[InvalidPTX-C.CUDA_ERROR_INVALID_PTX],
	[1]int{}[UnsupportedPTX-C.CUDA_ERROR_UNSUPPORTED_PTX_VERSION],
	[1]int{}[NotFound-C.CUDA_ERROR_NOT_FOUND],
	[1]int{}[NotReady-C.CUDA_ERROR_NOT_READY],
	[1]int{}[IllegalAddress-C.CUDA_ERROR_ILLEGAL_ADDRESS],
	[1]int{}[LaunchResources-C.CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES],
	[1]int{}[LaunchTimeout-C.CUDA_ERROR_LAUNCH_TIMEOUT],
	[1]int{}[AssertFailed-C.CUDA_ERROR_ASSERT],
	[1]int{}[HardwareStack-C.CUDA_ERROR_HARDWARE_STACK_ERROR],
	[1]int{}[IllegalInstr-C.CUDA_ERROR_ILLEGAL_INSTRUCTION],
	[1]int{}[Misaligned-C.CUDA_ERROR_MISALIGNED_ADDRESS],
	[1]int{}[InvalidSpace-C.CUDA_ERROR_INVALID_ADDRESS_SPACE],
	[1]int{}[InvalidPC-C.CUDA_ERROR_INVALID_PC],
	[1]int{}[LaunchFailed-C.CUDA_ERROR_LAUNCH_FAILED],
	[1]int{}[NotPermitted-C.CUDA_ERROR_NOT_PERMITTED],
	[1]int{}[NotSupported-C.CUDA_ERROR_NOT_SUPPORTED],
	[1]int{}[SystemNotReady-C.CUDA_ERROR_SYSTEM_NOT_READY],
	[1]int{}[SystemMismatch-C.CUDA_ERROR_SYSTEM_DRIVER_MISMATCH],
	[1]int{}[CompatNotSupported-C.CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE],
	[1]int{}[Unknown-C.CUDA_ERROR_UNKNOWN],
	[1]int{}[deviceUnavailable-C.CUDA_ERROR_DEVICE_UNAVAILABLE],
	[1]int{}[operatingSystem-C.CUDA_ERROR_OPERATING_SYSTEM],
	[1]int{}[peerAlreadyEnabled-C.CUDA_ERROR_PEER_ACCESS_ALREADY_ENABLED],
}
