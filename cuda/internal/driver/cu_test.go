//go:build cu && cgo && linux && (amd64 || arm64)

package driver

import (
	"testing"
	"unsafe"

	"github.com/ebitengine/purego"
)

// openStub opens the driver that the program is linked with, if that is the stub: TestTagCu runs these tests with it.
func openStub(t testing.TB) (Driver, *stub) {
	t.Helper()
	handle, err := purego.Dlopen("libcuda.so.1", purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		t.Skip(err)
	}
	at, err := purego.Dlsym(handle, "stub")
	if err != nil {
		t.Skip("the driver is not the stub")
	}
	d, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return d, *(**stub)(unsafe.Pointer(&at))
}

func TestMethods(t *testing.T) {
	d, s := openStub(t)
	testMethods(t, d, s)
}

func TestAllocations(t *testing.T) {
	d, s := openStub(t)
	testAllocations(t, d, s, "Alloc", "Elapsed", "MemInfo", "Current") // gorgonia's
}

func BenchmarkLaunch(b *testing.B) {
	d, s := openStub(b)
	benchmarkLaunch(b, d, s)
}
