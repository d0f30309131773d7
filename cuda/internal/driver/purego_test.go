//go:build linux && (amd64 || arm64) && !cu

package driver

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unsafe"

	"github.com/ebitengine/purego"
)

// openStub builds and opens a stub.
func openStub(t testing.TB, without ...string) (*library, *stub) {
	t.Helper()
	path := buildStub(t, stubSource(without...))
	d, err := OpenPath(path)
	if err != nil {
		t.Fatal(err)
	}
	l := d.(*library)
	if l.Path() != path {
		t.Errorf("Path is %q, want %q", l.Path(), path)
	}
	at, err := purego.Dlsym(l.handle, "stub")
	if err != nil {
		t.Fatal(err)
	}
	return l, *(**stub)(unsafe.Pointer(&at))
}

func TestMethods(t *testing.T) {
	d, s := openStub(t)
	testMethods(t, d, s)
}

func TestAllocations(t *testing.T) {
	d, s := openStub(t)
	testAllocations(t, d, s)
}

// TestNames: the functions that are looked up are those whose prototypes the stub has.
func TestNames(t *testing.T) {
	got := slices.Sorted(slices.Values(names[:]))
	if want := slices.Sorted(maps.Keys(prototypes)); !slices.Equal(got, want) {
		t.Errorf("looked up: %v\nin the stub: %v", got, want)
	}
	for _, n := range names {
		if n == "" {
			t.Error("a function without a name")
		}
	}
}

// TestPointersStay: what a call is given the address of lies in the heap. A stack moves as it grows, and the driver
// would go on to use the old place.
func TestPointersStay(t *testing.T) {
	d, s := openStub(t) // not a Driver: a call through an interface has everything in the heap
	for name, call := range map[string]func() (before, after uintptr){
		"Launch": func() (before, after uintptr) {
			var params [2]unsafe.Pointer
			before = uintptr(unsafe.Pointer(&params))
			d.Launch(1, [3]uint32{}, [3]uint32{}, 0, 0, &params[0])
			grow(100)
			return before, uintptr(unsafe.Pointer(&params))
		},
		"CopyToDevice": func() (before, after uintptr) {
			var x [8]byte
			before = uintptr(unsafe.Pointer(&x))
			d.CopyToDevice(1, unsafe.Pointer(&x), 8, 0)
			grow(100)
			return before, uintptr(unsafe.Pointer(&x))
		},
		"CopyToHost": func() (before, after uintptr) {
			var x [8]byte
			before = uintptr(unsafe.Pointer(&x))
			d.CopyToHost(unsafe.Pointer(&x), 1, 8, 0)
			grow(100)
			return before, uintptr(unsafe.Pointer(&x))
		},
		"HostRegister": func() (before, after uintptr) {
			var x [8]byte
			before = uintptr(unsafe.Pointer(&x))
			d.HostRegister(unsafe.Pointer(&x), 8)
			grow(100)
			return before, uintptr(unsafe.Pointer(&x))
		},
	} {
		s.reset()
		done := make(chan bool)
		go func() { // on a stack that is still small
			if before, after := call(); before != after {
				t.Errorf("%s: moved from %#x to %#x", name, before, after)
			}
			close(done)
		}()
		<-done
	}
}

//go:noinline
func grow(n int) int {
	var pad [4096]byte
	if n == 0 {
		return int(pad[0])
	}
	return grow(n-1) + int(pad[n])
}

func TestOldDriver(t *testing.T) {
	t.Setenv("STUB_VERSION", "10020")
	_, err := OpenPath(buildStub(t, stubSource()))
	var e *VersionError
	if !errors.As(err, &e) || e.Version != 10020 || e.Need != 11000 || e.Missing != "" {
		t.Fatalf("%#v", err)
	}
	if want := "cuda driver: " + e.Path + " is for CUDA 10.2; a driver for CUDA 11.0 or newer is needed: update NVIDIA's driver"; err.Error() != want {
		t.Errorf("%q\nwant %q", err, want)
	}
}

func TestMissingFunction(t *testing.T) {
	_, err := OpenPath(buildStub(t, stubSource("cuGraphInstantiate_v2")))
	var e *VersionError
	if !errors.As(err, &e) || e.Version != 12020 || e.Missing != "cuGraphInstantiate_v2" {
		t.Fatalf("%#v", err)
	}
}

// TestWithoutNewer: a driver for CUDA 11.0 has neither pools nor the newer cuGraphInstantiate.
func TestWithoutNewer(t *testing.T) {
	t.Setenv("STUB_VERSION", "11000")
	optional := names[required:]
	d, s := openStub(t, optional...)
	for _, m := range methods {
		if !slices.Contains(optional, m.calls[0].symbol) || m.name == "Instantiate" {
			continue
		}
		s.reset()
		_, err := m.do(d)
		var e *Error
		if !errors.As(err, &e) || e.Result != NotSupported || e.Call != m.calls[0].symbol || e.Name != "CUDA_ERROR_NOT_SUPPORTED" {
			t.Errorf("%s: %v", m.name, err)
		}
	}
	m := method{calls: []one{{"cuGraphInstantiate_v2", []expect{pointer, w(hd1), w(0), w(0), w(0)}, []written{{0, le64(hd2)}}, nil}}}
	tell(t, s, m)
	g, err := d.Instantiate(hd1)
	if g != hd2 || err != nil {
		t.Errorf("Instantiate: %#x, %v", g, err)
	}
	checkCalls(t, s, m.calls)
}

func BenchmarkLaunch(b *testing.B) {
	d, s := openStub(b)
	benchmarkLaunch(b, d, s)
}

// TestAssembler: a driver that is in no place of the loader's loads the assembler beside it, by its name alone.
func TestAssembler(t *testing.T) {
	const loads = `
#include <dlfcn.h>
int cuModuleLoadDataEx(uint64_t m) { *(uint64_t *)m = 1; return dlopen("libnvidia-ptxjitcompiler.so.1", RTLD_NOW) ? 0 : 221; }
`
	built := buildStub(t, stubSource("cuModuleLoadDataEx")+loads)
	dir := t.TempDir()
	path := filepath.Join(dir, soname)
	if err := os.Symlink(built, path); err != nil {
		t.Fatal(err)
	}
	load := func(image string) error {
		d, err := OpenPath(path)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = d.LoadModule([]byte(image))
		return err
	}
	var e *Error
	if err := load(".version 7.0"); !errors.As(err, &e) || e.Result != 221 {
		t.Fatalf("without an assembler: %v", err)
	}
	assembler := buildStub(t, "int assembler;", "-Wl,-soname,libnvidia-ptxjitcompiler.so.1")
	if err := os.Rename(assembler, filepath.Join(filepath.Dir(built), "libnvidia-ptxjitcompiler.so.1")); err != nil {
		t.Fatal(err)
	}
	if err := load("\x7fELF"); !errors.As(err, &e) || e.Result != 221 {
		t.Fatalf("the assembler was loaded for an image: %v", err)
	}
	if err := load(".version 7.0"); err != nil {
		t.Error(err)
	}
}
