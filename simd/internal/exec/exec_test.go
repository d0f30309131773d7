package exec

import (
	goruntime "runtime"
	"sync"
	"testing"
	"unsafe"
)

// inc is: incq (%rax); ret.
var inc = []byte{0x48, 0xff, 0x00, 0xc3}

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
			n, f := new(uint64), m.Func()
			for range 10000 {
				f(unsafe.Pointer(n), 0, 0)
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

// TestABI calls code that changes every register that it may, at a depth of
// stack where Go has little left, with values of Go's alive across the call.
func TestABI(t *testing.T) {
	mapOrSkip(t).Unmap()
	var code []byte
	code = append(code, 0x48, 0xff, 0x00)        // incq (%rax)
	for _, r := range []byte{0, 1, 2, 3, 6, 7} { // mov $-1, each of the low registers but rsp and rbp
		code = append(code, 0x48, 0xc7, 0xc0|r, 0xff, 0xff, 0xff, 0xff)
	}
	for _, r := range []byte{0, 1, 2, 3, 4, 5, 7} { // r8 to r15 but r14
		code = append(code, 0x49, 0xc7, 0xc0|r, 0xff, 0xff, 0xff, 0xff)
	}
	for r := byte(0); r < 15; r++ { // pcmpeqd xmm0 to xmm14
		if r < 8 {
			code = append(code, 0x66, 0x0f, 0x76, 0xc0|r<<3|r)
		} else {
			code = append(code, 0x66, 0x45, 0x0f, 0x76, 0xc0|(r-8)<<3|(r-8))
		}
	}
	m, err := Map(append(code, 0xc3))
	if err != nil {
		t.Fatal(err)
	}
	defer m.Unmap()
	f := m.Func()
	var deep func(n int, x, y float64) float64
	deep = func(n int, x, y float64) float64 {
		if n == 0 {
			return 0
		}
		count := new(uint64)
		f(unsafe.Pointer(count), 0, 0)
		var zero [16]byte // written with X15
		below := deep(n-1, x+1, y)
		if *count != 1 || zero != [16]byte{} {
			t.Errorf("count %d, zeros %v", *count, zero)
		}
		return below + x*y
	}
	done := make(chan float64)
	go func() { done <- deep(1000, 1, 2) }()
	if got := <-done; got != 1000*1001 {
		t.Errorf("got %v, want %v: a value did not outlive the call", got, 1000*1001)
	}
}

func BenchmarkCall(b *testing.B) {
	m := mapOrSkip(b)
	defer m.Unmap()
	n, f := new(uint64), m.Func()
	for b.Loop() {
		f(unsafe.Pointer(n), 0, 0)
	}
}
