//go:build (amd64 || arm64) && !cu

package driver

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// places are where the library may lie that the loader's path does not reach, after the loader's own.
var places = []string{
	"/usr/lib/wsl/lib",
	"/usr/local/nvidia/lib64",
	"/usr/local/nvidia/lib",
	"/run/opengl-driver/lib", // NixOS
	"/usr/lib/x86_64-linux-gnu",
	"/usr/lib/aarch64-linux-gnu",
	"/usr/lib64",
	"/usr/lib/nvidia",
	"/usr/lib",
}

const soname = "libcuda.so.1"

func open() (Driver, error) {
	if path := os.Getenv(LibraryVariable); path != "" {
		return OpenPath(path)
	}
	paths := []string{soname}
	for _, p := range places {
		paths = append(paths, p+"/"+soname)
	}
	var tried LoadError
	for _, path := range paths {
		l, err := load(path)
		if err == nil {
			return l.init()
		}
		tried.Tried = append(tried.Tried, Attempt{path, err})
	}
	return nil, &tried
}

// OpenPath loads and initializes the driver library of this path, each time anew. It is there
// for tests: programs call [Open].
func OpenPath(path string) (Driver, error) {
	l, err := load(path)
	if err != nil {
		return nil, &LoadError{Tried: []Attempt{{path, err}}}
	}
	return l.init()
}

// library is the driver as a shared library, called without cgo.
type library struct {
	path   string
	handle uintptr
	at     [symbols]uintptr // 0 where the library has none

	assembler sync.Once
}

// load loads a library that is a driver, whatever its version.
func load(path string) (*library, error) {
	if strings.Contains(path, "/") {
		if _, err := os.Stat(path); err != nil {
			return nil, err.(*fs.PathError).Err
		}
	}
	runtime.LockOSThread() // dlerror is the thread's
	defer runtime.UnlockOSThread()
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, err
	}
	l := &library{path: path, handle: handle}
	for s, name := range names {
		l.at[s], err = purego.Dlsym(handle, name)
		if err != nil && symbol(s) == cuInit {
			purego.Dlclose(handle)
			return nil, &notDriver{path}
		}
	}
	return l, nil
}

// loadAssembler loads the assembler of PTX from where the driver's library was found. The driver loads it by its name alone when
// it first needs it, which finds nothing where the loader's path does not lead, but does find what is loaded already.
func (l *library) loadAssembler() {
	l.assembler.Do(func() {
		if !strings.Contains(l.path, "/") {
			return
		}
		dirs := []string{filepath.Dir(l.path)}
		if real, err := filepath.EvalSymlinks(l.path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
		for _, dir := range dirs {
			path := filepath.Join(dir, "libnvidia-ptxjitcompiler.so.1")
			if _, err := os.Stat(path); err != nil {
				continue
			}
			if _, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL); err == nil {
				return
			}
		}
	})
}

// notDriver is the error of a library that is no driver.
type notDriver struct{ path string }

func (e *notDriver) Error() string {
	return e.path + ": this library is not NVIDIA's driver: it has no cuInit"
}

// init checks that the library is new enough, and initializes it.
func (l *library) init() (Driver, error) {
	version, err := l.Version()
	if err == nil && version < Oldest {
		purego.Dlclose(l.handle)
		return nil, &VersionError{Path: l.path, Version: version, Need: Oldest}
	}
	for s := range required {
		if l.at[s] == 0 {
			purego.Dlclose(l.handle)
			return nil, &VersionError{Path: l.path, Version: version, Need: Oldest, Missing: names[s]}
		}
	}
	// From here on the library stays: it may have started threads.
	if err := l.call1(cuInit, 0); err != nil {
		return nil, initError(l.path, asError(err))
	}
	return l, nil
}

// run calls a function. What it returns is 0, or the driver's error; a function that the library lacks is not
// supported.
func (l *library) run(s symbol, n int, a *frame) Result {
	at := l.at[s]
	if at == 0 {
		frames.Put(a)
		return absent
	}
	r, _, _ := purego.SyscallN(at, a[:n]...)
	frames.Put(a)
	return Result(int32(r))
}

// absent is the result of a call of a function that the library lacks.
const absent Result = -1

// frame is the arguments of a call. A slice of them that is passed on as it is costs no memory; the compiler would
// put that of arguments that are listed into the heap.
type frame [11]uintptr

var frames = sync.Pool{New: func() any { return new(frame) }}

// These call a function of so many arguments. Pointers are converted in the arguments of the call itself: then what
// they point to lies in the heap, where it does not move, and lives until the call returns.

//go:uintptrescapes
func (l *library) result1(s symbol, a uintptr) Result {
	f := frames.Get().(*frame)
	f[0] = a
	return l.run(s, 1, f)
}

//go:uintptrescapes
func (l *library) call1(s symbol, a uintptr) error {
	return l.check(s, l.result1(s, a))
}

//go:uintptrescapes
func (l *library) call2(s symbol, a, b uintptr) error {
	f := frames.Get().(*frame)
	f[0], f[1] = a, b
	return l.check(s, l.run(s, 2, f))
}

//go:uintptrescapes
func (l *library) call3(s symbol, a, b, c uintptr) error {
	f := frames.Get().(*frame)
	f[0], f[1], f[2] = a, b, c
	return l.check(s, l.run(s, 3, f))
}

//go:uintptrescapes
func (l *library) call4(s symbol, a, b, c, d uintptr) error {
	f := frames.Get().(*frame)
	f[0], f[1], f[2], f[3] = a, b, c, d
	return l.check(s, l.run(s, 4, f))
}

//go:uintptrescapes
func (l *library) call6(s symbol, a, b, c, d, e, g uintptr) error {
	f := frames.Get().(*frame)
	f[0], f[1], f[2], f[3], f[4], f[5] = a, b, c, d, e, g
	return l.check(s, l.run(s, 6, f))
}

//go:uintptrescapes
func (l *library) call11(s symbol, a, b, c, d, e, g, h, i, j, k, m uintptr) error {
	f := frames.Get().(*frame)
	*f = frame{a, b, c, d, e, g, h, i, j, k, m}
	return l.check(s, l.run(s, 11, f))
}

func (l *library) check(s symbol, r Result) error {
	switch r {
	case 0:
		return nil
	case absent:
		return lacking(base(s))
	}
	return l.failed(s, r)
}

// base is the name of a function in the reference: without a version.
func base(s symbol) string { return strings.TrimSuffix(names[s], "_v2") }

// failed is the error of a call, in the driver's words.
func (l *library) failed(s symbol, r Result) error {
	return newError(base(s), r, l.text(cuGetErrorName, r), l.text(cuGetErrorString, r))
}

func (l *library) text(s symbol, r Result) string {
	o := getOut()
	defer outs.Put(o)
	if x, _, _ := purego.SyscallN(l.at[s], uintptr(r), uintptr(unsafe.Pointer(o))); int32(x) != 0 {
		return ""
	}
	return text(*(*unsafe.Pointer)(unsafe.Pointer(o)))
}

// text is the C string at p.
func text(p unsafe.Pointer) string {
	if p == nil {
		return ""
	}
	n := 0
	for *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(p), n))
}

// out is what a call writes its results to. They are pooled: a call of this package that succeeds allocates nothing,
// unless it gives a string or bytes.
type out [2]uint64

var outs = sync.Pool{New: func() any { return new(out) }}

func getOut() *out {
	o := outs.Get().(*out)
	*o = out{}
	return o
}

// get calls a function of up to three arguments after the first, which is where it writes its result.
func (l *library) get(s symbol, a, b, c uintptr) (uint64, error) {
	o := getOut()
	err := l.call4(s, uintptr(unsafe.Pointer(o)), a, b, c)
	v := o[0]
	outs.Put(o)
	if err != nil {
		v = 0
	}
	return v, err
}

// done calls a query.
func (l *library) done(s symbol, a uintptr) (bool, error) {
	r := l.result1(s, a)
	if r == NotReady {
		return false, nil
	}
	return r == 0, l.check(s, r)
}

func (l *library) Path() string { return l.path }

func (l *library) Version() (int, error) {
	v, err := l.get(cuDriverGetVersion, 0, 0, 0)
	return int(int32(v)), err
}

func (l *library) DeviceCount() (int, error) {
	v, err := l.get(cuDeviceGetCount, 0, 0, 0)
	return int(int32(v)), err
}

func (l *library) Device(ordinal int) (Device, error) {
	v, err := l.get(cuDeviceGet, uintptr(ordinal), 0, 0)
	return Device(int32(v)), err
}

func (l *library) DeviceName(d Device) (string, error) {
	var name [256]byte
	err := l.call3(cuDeviceGetName, uintptr(unsafe.Pointer(&name)), uintptr(len(name)), uintptr(d))
	return cut(name[:]), err
}

// cut is the string up to the first zero byte.
func cut(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}

func (l *library) DeviceUUID(d Device) (id [16]byte, err error) {
	o := getOut()
	err = l.call2(cuDeviceGetUuid, uintptr(unsafe.Pointer(o)), uintptr(d))
	id = *(*[16]byte)(unsafe.Pointer(o))
	outs.Put(o)
	return id, err
}

func (l *library) DevicePCI(d Device) (string, error) {
	var id [64]byte
	err := l.call3(cuDeviceGetPCIBusId, uintptr(unsafe.Pointer(&id)), uintptr(len(id)), uintptr(d))
	return cut(id[:]), err
}

func (l *library) DeviceMemory(d Device) (uint64, error) {
	return l.get(cuDeviceTotalMem, uintptr(d), 0, 0)
}

func (l *library) DeviceAttribute(a Attribute, d Device) (int, error) {
	v, err := l.get(cuDeviceGetAttribute, uintptr(a), uintptr(d), 0)
	return int(int32(v)), err
}

func (l *library) RetainPrimary(d Device) (Context, error) {
	v, err := l.get(cuDevicePrimaryCtxRetain, uintptr(d), 0, 0)
	return Context(v), err
}

func (l *library) ReleasePrimary(d Device) error {
	return l.call1(cuDevicePrimaryCtxRelease, uintptr(d))
}

func (l *library) SetCurrent(c Context) error { return l.call1(cuCtxSetCurrent, uintptr(c)) }

func (l *library) Current() (Context, error) {
	v, err := l.get(cuCtxGetCurrent, 0, 0, 0)
	return Context(v), err
}

func (l *library) Synchronize() error { return l.call1(cuCtxSynchronize, 0) }

func (l *library) MemInfo() (free, total uint64, err error) {
	o := getOut()
	err = l.call2(cuMemGetInfo, uintptr(unsafe.Pointer(&o[0])), uintptr(unsafe.Pointer(&o[1])))
	free, total = o[0], o[1]
	outs.Put(o)
	return free, total, err
}

// jit is the options of an assembly, and where its log goes. It is one piece of the heap, so that
// its addresses within itself hold, as long as it is kept alive.
type jit struct {
	options [5]int32
	values  [5]uintptr
	info    [8 << 10]byte
	errors  [8 << 10]byte
}

func newJIT() *jit {
	j := new(jit)
	j.options = [...]int32{jitInfoLog, jitInfoLogBytes, jitErrorLog, jitErrorLogBytes, jitLogVerbose}
	j.values = [...]uintptr{
		uintptr(unsafe.Pointer(&j.info)), uintptr(len(j.info)),
		uintptr(unsafe.Pointer(&j.errors)), uintptr(len(j.errors)), 1,
	}
	return j
}

// CUjit_option.
const (
	jitInfoLog       = 3
	jitInfoLogBytes  = 4
	jitErrorLog      = 5
	jitErrorLogBytes = 6
	jitLogVerbose    = 12
	jitInputPTX      = 1 // CUjitInputType
)

func (j *jit) log() string { return joinLogs(cut(j.info[:]), cut(j.errors[:])) }

func (l *library) LoadModule(image []byte) (m Module, log string, err error) {
	if len(image) == 0 {
		return 0, "", wrong("cuModuleLoadDataEx")
	}
	image = zeroEnded(image)
	if image[0] != 0x7f { // ELF
		l.loadAssembler()
	}
	j, o := newJIT(), getOut()
	err = l.call6(cuModuleLoadDataEx, uintptr(unsafe.Pointer(o)), uintptr(unsafe.Pointer(&image[0])),
		uintptr(len(j.options)), uintptr(unsafe.Pointer(&j.options)), uintptr(unsafe.Pointer(&j.values)), 0)
	m = Module(o[0])
	outs.Put(o)
	log = j.log()
	runtime.KeepAlive(j)
	if err != nil {
		m = 0
	}
	return m, log, err
}

func (l *library) UnloadModule(m Module) error { return l.call1(cuModuleUnload, uintptr(m)) }

func (l *library) Function(m Module, name string) (Function, error) {
	if strings.IndexByte(name, 0) >= 0 {
		return 0, wrong(base(cuModuleGetFunction))
	}
	c, o := append([]byte(name), 0), getOut()
	err := l.call3(cuModuleGetFunction, uintptr(unsafe.Pointer(o)), uintptr(m), uintptr(unsafe.Pointer(&c[0])))
	f := Function(o[0])
	outs.Put(o)
	return f, err
}

func (l *library) FunctionAttribute(a FunctionAttribute, f Function) (int, error) {
	v, err := l.get(cuFuncGetAttribute, uintptr(a), uintptr(f), 0)
	return int(int32(v)), err
}

func (l *library) Link(ptx []byte) (cubin []byte, log string, err error) {
	if len(ptx) == 0 {
		return nil, "", wrong(base(cuLinkAddData))
	}
	ptx = zeroEnded(ptx)
	l.loadAssembler()
	j, o := newJIT(), getOut()
	defer outs.Put(o)
	err = l.call4(cuLinkCreate, uintptr(len(j.options)), uintptr(unsafe.Pointer(&j.options)), uintptr(unsafe.Pointer(&j.values)), uintptr(unsafe.Pointer(o)))
	if err != nil {
		return nil, "", err
	}
	state := uintptr(o[0])
	err = l.call11(cuLinkAddData, state, jitInputPTX, uintptr(unsafe.Pointer(&ptx[0])), uintptr(len(ptx)), 0, 0, 0, 0, 0, 0, 0)
	if err == nil {
		*o = out{}
		err = l.call3(cuLinkComplete, state, uintptr(unsafe.Pointer(&o[0])), uintptr(unsafe.Pointer(&o[1])))
	}
	if err == nil { // the state owns the cubin
		cubin = bytes.Clone(unsafe.Slice(*(**byte)(unsafe.Pointer(o)), o[1]))
	}
	if e := l.call1(cuLinkDestroy, state); err == nil {
		err = e
	}
	log = j.log()
	runtime.KeepAlive(j) // the driver writes to it until the state is destroyed
	if err != nil {
		cubin = nil
	}
	return cubin, log, err
}

func (l *library) Occupancy(f Function, shared uint64, most int) (grid, block int, err error) {
	o := getOut()
	err = l.call6(cuOccupancyMaxPotentialBlockSize, uintptr(unsafe.Pointer(&o[0])), uintptr(unsafe.Pointer(&o[1])),
		uintptr(f), 0, uintptr(shared), uintptr(most))
	grid, block = int(int32(o[0])), int(int32(o[1]))
	outs.Put(o)
	return grid, block, err
}

func (l *library) ActiveBlocks(f Function, block int, shared uint64) (int, error) {
	v, err := l.get(cuOccupancyMaxActiveBlocksPerMultiprocessor, uintptr(f), uintptr(block), uintptr(shared))
	return int(int32(v)), err
}

func (l *library) Launch(f Function, grid, block [3]uint32, shared uint32, s Stream, params *unsafe.Pointer) error {
	return l.call11(cuLaunchKernel, uintptr(f), uintptr(grid[0]), uintptr(grid[1]), uintptr(grid[2]),
		uintptr(block[0]), uintptr(block[1]), uintptr(block[2]), uintptr(shared), uintptr(s), uintptr(unsafe.Pointer(params)), 0)
}

func (l *library) Alloc(bytes uint64) (Ptr, error) {
	v, err := l.get(cuMemAlloc, uintptr(bytes), 0, 0)
	return Ptr(v), err
}

func (l *library) Free(p Ptr) error { return l.call1(cuMemFree, uintptr(p)) }

func (l *library) AllocAsync(bytes uint64, s Stream) (Ptr, error) {
	v, err := l.get(cuMemAllocAsync, uintptr(bytes), uintptr(s), 0)
	return Ptr(v), err
}

func (l *library) FreeAsync(p Ptr, s Stream) error {
	return l.call2(cuMemFreeAsync, uintptr(p), uintptr(s))
}

func (l *library) DefaultPool(d Device) (Pool, error) {
	v, err := l.get(cuDeviceGetDefaultMemPool, uintptr(d), 0, 0)
	return Pool(v), err
}

// poolProps is CUmemPoolProps.
type poolProps struct {
	allocation, handles int32
	location            struct{ kind, id int32 }
	security            uintptr
	reserved            [64]byte
}

const (
	poolPinned    = 1 // CU_MEM_ALLOCATION_TYPE_PINNED
	poolOnDevice  = 1 // CU_MEM_LOCATION_TYPE_DEVICE
	poolThreshold = 4 // CU_MEMPOOL_ATTR_RELEASE_THRESHOLD
)

func (l *library) NewPool(d Device) (Pool, error) {
	props := poolProps{allocation: poolPinned}
	props.location.kind, props.location.id = poolOnDevice, int32(d)
	o := getOut()
	err := l.call2(cuMemPoolCreate, uintptr(unsafe.Pointer(o)), uintptr(unsafe.Pointer(&props)))
	p := Pool(o[0])
	outs.Put(o)
	return p, err
}

func (l *library) DestroyPool(p Pool) error { return l.call1(cuMemPoolDestroy, uintptr(p)) }

func (l *library) AllocFromPool(bytes uint64, p Pool, s Stream) (Ptr, error) {
	v, err := l.get(cuMemAllocFromPoolAsync, uintptr(bytes), uintptr(p), uintptr(s))
	return Ptr(v), err
}

func (l *library) PoolThreshold(p Pool, keep uint64) error {
	return l.call3(cuMemPoolSetAttribute, uintptr(p), poolThreshold, uintptr(unsafe.Pointer(&keep)))
}

func (l *library) TrimPool(p Pool, keep uint64) error {
	return l.call2(cuMemPoolTrimTo, uintptr(p), uintptr(keep))
}

// poolAccess is CUmemAccessDesc.
type poolAccess struct {
	location struct{ kind, id int32 }
	flags    int32
}

const poolReadWrite = 3 // CU_MEM_ACCESS_FLAGS_PROT_READWRITE

func (l *library) SharePool(p Pool, with Device) error {
	access := poolAccess{flags: poolReadWrite}
	access.location.kind, access.location.id = poolOnDevice, int32(with)
	return l.call3(cuMemPoolSetAccess, uintptr(p), uintptr(unsafe.Pointer(&access)), 1)
}

func (l *library) HostAlloc(bytes uint64, flags HostFlags) (unsafe.Pointer, error) {
	o := getOut()
	err := l.call3(cuMemHostAlloc, uintptr(unsafe.Pointer(o)), uintptr(bytes), uintptr(flags))
	p := *(*unsafe.Pointer)(unsafe.Pointer(o))
	outs.Put(o)
	if err != nil {
		p = nil
	}
	return p, err
}

func (l *library) HostFree(p unsafe.Pointer) error { return l.call1(cuMemFreeHost, uintptr(p)) }

func (l *library) HostRegister(p unsafe.Pointer, bytes uint64) error {
	return l.call3(cuMemHostRegister, uintptr(p), uintptr(bytes), hostRegisterPortable)
}

const hostRegisterPortable = 1 // CU_MEMHOSTREGISTER_PORTABLE: pinned for all contexts

func (l *library) HostUnregister(p unsafe.Pointer) error {
	return l.call1(cuMemHostUnregister, uintptr(p))
}

func (l *library) CopyToDevice(dst Ptr, src unsafe.Pointer, bytes uint64, s Stream) error {
	return l.call4(cuMemcpyHtoDAsync, uintptr(dst), uintptr(src), uintptr(bytes), uintptr(s))
}

func (l *library) CopyToHost(dst unsafe.Pointer, src Ptr, bytes uint64, s Stream) error {
	return l.call4(cuMemcpyDtoHAsync, uintptr(dst), uintptr(src), uintptr(bytes), uintptr(s))
}

func (l *library) CopyOnDevice(dst, src Ptr, bytes uint64, s Stream) error {
	return l.call4(cuMemcpyDtoDAsync, uintptr(dst), uintptr(src), uintptr(bytes), uintptr(s))
}

func (l *library) CopyPeer(dst Ptr, to Context, src Ptr, from Context, bytes uint64, s Stream) error {
	return l.call6(cuMemcpyPeerAsync, uintptr(dst), uintptr(to), uintptr(src), uintptr(from), uintptr(bytes), uintptr(s))
}

func (l *library) CanAccessPeer(d, peer Device) (bool, error) {
	v, err := l.get(cuDeviceCanAccessPeer, uintptr(d), uintptr(peer), 0)
	return int32(v) != 0, err
}

func (l *library) EnablePeer(peer Context) error {
	err := l.call2(cuCtxEnablePeerAccess, uintptr(peer), 0)
	if err != nil && asError(err).Result == peerAlreadyEnabled {
		err = nil
	}
	return err
}

func (l *library) Fill32(dst Ptr, value uint32, count uint64, s Stream) error {
	return l.call4(cuMemsetD32Async, uintptr(dst), uintptr(value), uintptr(count), uintptr(s))
}

const streamNonBlocking = 1 // CU_STREAM_NON_BLOCKING

func (l *library) NewStream() (Stream, error) {
	v, err := l.get(cuStreamCreate, streamNonBlocking, 0, 0)
	return Stream(v), err
}

func (l *library) DestroyStream(s Stream) error { return l.call1(cuStreamDestroy, uintptr(s)) }

func (l *library) SyncStream(s Stream) error { return l.call1(cuStreamSynchronize, uintptr(s)) }

func (l *library) StreamDone(s Stream) (bool, error) { return l.done(cuStreamQuery, uintptr(s)) }

func (l *library) StreamWait(s Stream, e Event) error {
	return l.call3(cuStreamWaitEvent, uintptr(s), uintptr(e), 0)
}

func (l *library) NewEvent(flags EventFlags) (Event, error) {
	v, err := l.get(cuEventCreate, uintptr(flags), 0, 0)
	return Event(v), err
}

func (l *library) DestroyEvent(e Event) error { return l.call1(cuEventDestroy, uintptr(e)) }

func (l *library) RecordEvent(e Event, s Stream) error {
	return l.call2(cuEventRecord, uintptr(e), uintptr(s))
}

func (l *library) SyncEvent(e Event) error { return l.call1(cuEventSynchronize, uintptr(e)) }

func (l *library) EventDone(e Event) (bool, error) { return l.done(cuEventQuery, uintptr(e)) }

func (l *library) Elapsed(from, to Event) (milliseconds float32, err error) {
	o := getOut()
	err = l.call3(cuEventElapsedTime, uintptr(unsafe.Pointer(o)), uintptr(from), uintptr(to))
	milliseconds = *(*float32)(unsafe.Pointer(o))
	outs.Put(o)
	return milliseconds, err
}

const captureThreadLocal = 1 // CU_STREAM_CAPTURE_MODE_THREAD_LOCAL

func (l *library) BeginCapture(s Stream) error {
	return l.call2(cuStreamBeginCapture, uintptr(s), captureThreadLocal)
}

func (l *library) EndCapture(s Stream) (Graph, error) {
	o := getOut()
	err := l.call2(cuStreamEndCapture, uintptr(s), uintptr(unsafe.Pointer(o)))
	g := Graph(o[0])
	outs.Put(o)
	return g, err
}

func (l *library) Instantiate(g Graph) (GraphExec, error) {
	o := getOut()
	defer outs.Put(o)
	var err error
	if l.at[cuGraphInstantiateWithFlags] != 0 {
		err = l.call3(cuGraphInstantiateWithFlags, uintptr(unsafe.Pointer(o)), uintptr(g), 0)
	} else {
		err = l.call6(cuGraphInstantiate, uintptr(unsafe.Pointer(o)), uintptr(g), 0, 0, 0, 0)
	}
	return GraphExec(o[0]), err
}

func (l *library) LaunchGraph(g GraphExec, s Stream) error {
	return l.call2(cuGraphLaunch, uintptr(g), uintptr(s))
}

func (l *library) DestroyGraph(g Graph) error { return l.call1(cuGraphDestroy, uintptr(g)) }

func (l *library) DestroyGraphExec(g GraphExec) error {
	return l.call1(cuGraphExecDestroy, uintptr(g))
}
