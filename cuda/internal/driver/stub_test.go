//go:build linux && (amd64 || arm64)

package driver

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"
	"unsafe"
)

// raceEnabled says that the race detector is on, under which sync.Pool drops things at random.
var raceEnabled bool

// The stub is a library in C of all functions that are used, which do nothing but note how they were called and write
// what a test told them to. Each takes as many 8-byte arguments as its prototype has in cuda.h: so they lie in
// registers and on the stack as arguments of any types of no floating point do.

const stubFunctions = 80

// stub is the state of the library, shared with it.
type stub struct {
	Calls  int64
	Log    [16]stubCall
	Result [stubFunctions]int32
	Write  [stubFunctions][2]stubWrite
	Peek   [stubFunctions][2]stubPeek
	Info   [64]byte // what the assembler notes
	Error  [64]byte // what it complains of
}

// stubCall is a call: the function, its arguments, and what some of them pointed to.
type stubCall struct {
	Function, N int32
	Args        [11]uint64
	Seen        [2][96]byte
}

// stubWrite is what a function writes to what an argument, counted from 1, points to.
type stubWrite struct {
	Arg, Size int32
	Data      [40]byte
}

// stubPeek is what to note of what an argument, counted from 1, points to.
type stubPeek struct{ Arg, Size int32 }

const stubHead = `#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FUNCTIONS = %d };
struct call  { int32_t function, n; uint64_t args[11]; unsigned char seen[2][96]; };
struct write { int32_t arg, size; unsigned char data[40]; };
struct peek  { int32_t arg, size; };
struct {
	int64_t calls;
	struct call log[16];
	int32_t result[FUNCTIONS];
	struct write write[FUNCTIONS][2];
	struct peek peek[FUNCTIONS][2];
	char info[64], error[64];
} stub;

static int number(const char *variable, int otherwise) {
	const char *s = getenv(variable);
	return s ? atoi(s) : otherwise;
}

static uint64_t *logs; // of the last assembly: its option values

static int called(int function, int n, const uint64_t *args) {
	struct call *c = &stub.log[stub.calls++ %% 16];
	c->function = function;
	c->n = n;
	memcpy(c->args, args, n * 8);
	for (int i = 0; i < 2; i++) {
		struct peek *p = &stub.peek[function][i];
		if (p->arg)
			memcpy(c->seen[i], (void *)args[p->arg - 1], p->size);
		struct write *w = &stub.write[function][i];
		if (w->arg)
			memcpy((void *)args[w->arg - 1], w->data, w->size);
	}
	return stub.result[function];
}

static void note(void) {
	strncpy((char *)logs[0], stub.info, logs[1]);
	strncpy((char *)logs[2], stub.error, logs[3]);
}

static int says(uint64_t result, uint64_t text, const char *what) {
	static char texts[16][40];
	static unsigned next;
	char *t = texts[next++ %% 16];
	strcpy(t, what);
	size_t n = strlen(t);
	for (int d = 1000; d; d /= 10)
		t[n++] = '0' + (uint32_t)result / d %% 10;
	t[n] = 0;
	*(const char **)text = t;
	return 0;
}
`

// stubSource is the source of a stub without the functions named.
func stubSource(without ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, stubHead, stubFunctions)
	for i, name := range stubNames {
		if slices.Contains(without, name) {
			continue
		}
		n := prototypes[name]
		var params, args []string
		for j := range n {
			params = append(params, fmt.Sprintf("uint64_t a%d", j))
			args = append(args, fmt.Sprintf("a%d", j))
		}
		if n == 0 {
			params, args = []string{"void"}, []string{"0"}
		}
		before, after := "", ""
		switch name {
		case "cuInit":
			before = `if (getenv("STUB_INIT")) return number("STUB_INIT", 0); `
		case "cuDriverGetVersion":
			before = `*(int *)a0 = number("STUB_VERSION", 12020); if (number("STUB_VERSION_RESULT", 0)) return number("STUB_VERSION_RESULT", 0); `
		case "cuGetErrorName", "cuGetErrorString":
			fmt.Fprintf(&b, "int %s(uint64_t a0, uint64_t a1) { return (int)a0 < 0 || (int)a0 == 999 ? 1 : says(a0, a1, %q); }\n", name, strings.TrimPrefix(name, "cuGetError")+" of ")
			continue
		case "cuModuleLoadDataEx":
			after = "logs = (uint64_t *)a4; note(); "
		case "cuLinkCreate_v2":
			after = "logs = (uint64_t *)a2; "
		case "cuLinkDestroy": // the logs have to live until now
			after = "note(); "
		}
		fmt.Fprintf(&b, "int %s(%s) { %suint64_t args[] = {%s}; int r = called(%d, %d, args); %sreturn r; }\n",
			name, strings.Join(params, ", "), before, strings.Join(args, ", "), i, n, after)
	}
	return b.String()
}

// prototypes are the numbers of arguments of the functions, by cuda.h.
var prototypes = map[string]int{
	"cuInit": 1, "cuDriverGetVersion": 1, "cuGetErrorName": 2, "cuGetErrorString": 2,
	"cuDeviceGetCount": 1, "cuDeviceGet": 2, "cuDeviceGetName": 3, "cuDeviceGetUuid": 2, "cuDeviceGetPCIBusId": 3,
	"cuDeviceTotalMem_v2": 2, "cuDeviceGetAttribute": 3,
	"cuDevicePrimaryCtxRetain": 2, "cuDevicePrimaryCtxRelease_v2": 1, "cuCtxSetCurrent": 1, "cuCtxGetCurrent": 1,
	"cuCtxSynchronize": 0, "cuMemGetInfo_v2": 2,
	"cuModuleLoadDataEx": 5, "cuModuleUnload": 1, "cuModuleGetFunction": 3, "cuFuncGetAttribute": 3,
	"cuLinkCreate_v2": 4, "cuLinkAddData_v2": 8, "cuLinkComplete": 3, "cuLinkDestroy": 1,
	"cuOccupancyMaxPotentialBlockSize": 6, "cuOccupancyMaxActiveBlocksPerMultiprocessor": 4, "cuLaunchKernel": 11,
	"cuMemAlloc_v2": 2, "cuMemFree_v2": 1, "cuMemAllocAsync": 3, "cuMemFreeAsync": 2,
	"cuDeviceGetDefaultMemPool": 2, "cuMemPoolCreate": 2, "cuMemPoolDestroy": 1, "cuMemAllocFromPoolAsync": 4,
	"cuMemPoolSetAttribute": 3, "cuMemPoolTrimTo": 2, "cuMemPoolSetAccess": 3,
	"cuMemHostAlloc": 3, "cuMemFreeHost": 1, "cuMemHostRegister_v2": 3, "cuMemHostUnregister": 1,
	"cuMemcpyHtoDAsync_v2": 4, "cuMemcpyDtoHAsync_v2": 4, "cuMemcpyDtoDAsync_v2": 4, "cuMemcpyPeerAsync": 6,
	"cuDeviceCanAccessPeer": 3, "cuCtxEnablePeerAccess": 2, "cuMemsetD32Async": 4,
	"cuStreamCreate": 2, "cuStreamDestroy_v2": 1, "cuStreamSynchronize": 1, "cuStreamQuery": 1, "cuStreamWaitEvent": 3,
	"cuEventCreate": 2, "cuEventDestroy_v2": 1, "cuEventRecord": 2, "cuEventSynchronize": 1, "cuEventQuery": 1, "cuEventElapsedTime": 3,
	"cuStreamBeginCapture_v2": 2, "cuStreamEndCapture": 2, "cuGraphInstantiateWithFlags": 3, "cuGraphInstantiate_v2": 5,
	"cuGraphLaunch": 2, "cuGraphDestroy": 1, "cuGraphExecDestroy": 1,
}

// stubNames are the functions by their numbers in the stub.
var stubNames = func() []string {
	var names []string
	for name := range prototypes {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}()

func stubIndex(t testing.TB, name string) int {
	i := slices.Index(stubNames, name)
	if i < 0 {
		t.Fatalf("the stub has no %s", name)
	}
	return i
}

// buildStub compiles C source to a shared library.
func buildStub(t testing.TB, source string, flags ...string) string {
	t.Helper()
	cc, err := exec.LookPath("gcc")
	if err != nil {
		if cc, err = exec.LookPath("cc"); err != nil {
			t.Skip("no C compiler to build a stub of the driver with")
		}
	}
	dir := t.TempDir()
	c, so := filepath.Join(dir, "stub.c"), filepath.Join(dir, "libstub.so")
	if err := os.WriteFile(c, []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	flags = append([]string{"-shared", "-fPIC", "-O1", "-w", "-o", so, c}, flags...)
	if out, err := exec.Command(cc, flags...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", cc, err, out)
	}
	return so
}

// reset makes the stub forget calls and what it was told.
func (s *stub) reset() { *s = stub{} }

// write has a function write data to what its argument, counted from 0, points to.
func (s *stub) write(function, slot, arg int, data []byte) {
	w := &s.Write[function][slot]
	w.Arg, w.Size = int32(arg+1), int32(len(data))
	if copy(w.Data[:], data) < len(data) {
		panic("too long for the stub")
	}
}

// peek has a function note size bytes of what its argument, counted from 0, points to.
func (s *stub) peek(function, slot, arg, size int) {
	s.Peek[function][slot] = stubPeek{int32(arg + 1), int32(size)}
}

func le32(v uint32) []byte { b := *(*[4]byte)(unsafe.Pointer(&v)); return b[:] }
func le64(v uint64) []byte { b := *(*[8]byte)(unsafe.Pointer(&v)); return b[:] }
