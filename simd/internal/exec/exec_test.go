package exec

import (
	goruntime "runtime"
	"sync"
	"testing"
	"unsafe"
)

// inc is: incq (%rdi); ret.
var inc = []byte{0x48, 0xff, 0x07, 0xc3}

func mapOrSkip(t testing.TB) Memory {
	t.Helper()
	m, err := Map(inc)
	if !Supported {
		if err != ErrUnsupported {
			t.Fatalf("Map: %v, want ErrUnsupported", err)
		}
		t.Skip(err)
	}
	if err != nil {
		t.Skipf("this system refuses executable memory: %v", err)
	}
	return m
}

func TestCall(t *testing.T) {
	m := mapOrSkip(t)
	defer m.Unmap()
	if m.Len() == 0 {
		t.Fatal("nothing mapped")
	}
	// Many goroutines in code while the collector runs.
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			n := new(uint64)
			for range 10000 {
				Call(m.Entry(), unsafe.Pointer(n))
			}
			if *n != 10000 {
				t.Errorf("counted %d calls of 10000", *n)
			}
		})
	}
	for range 5 {
		goruntime.GC()
	}
	wg.Wait()
}

func BenchmarkCall(b *testing.B) {
	m := mapOrSkip(b)
	defer m.Unmap()
	n := new(uint64)
	for b.Loop() {
		Call(m.Entry(), unsafe.Pointer(n))
	}
}
