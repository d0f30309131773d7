package exec

import (
	"encoding/binary"
	goruntime "runtime"
	"slices"
	"sync"
	"testing"
	"unsafe"
)

// add1 adds 1 to the word at the first argument; ret returns; inc does both.
var (
	add1 = map[string][]byte{
		"amd64": {0x48, 0xff, 0x00}, // incq (%rax)
		"arm64": words(0xf9400003, // ldr x3, [x0]
			0x91000463,  // add x3, x3, #1
			0xf9000003), // str x3, [x0]
	}[goruntime.GOARCH]
	ret = map[string][]byte{"amd64": {0xc3}, "arm64": words(0xd65f03c0)}[goruntime.GOARCH]
	inc = slices.Concat(add1, ret)
)

func words(ws ...uint32) (b []byte) {
	for _, w := range ws {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

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

// TestFresh: code runs as it was written, though other code has run at the same
// address before.
func TestFresh(t *testing.T) {
	mapOrSkip(t).Unmap()
	again := map[uintptr]bool{}
	repeated := 0
	for i := range 300 {
		m, err := Map(slices.Concat(slices.Repeat(add1, 1+i%2), ret))
		if err != nil {
			t.Fatal(err)
		}
		if again[*m.entry] {
			repeated++
		}
		again[*m.entry] = true
		n := new(uint64)
		m.Func()(unsafe.Pointer(n), 0, 0)
		if *n != uint64(1+i%2) {
			t.Fatalf("code %d added %d, want %d", i, *n, 1+i%2)
		}
		m.Unmap()
	}
	t.Logf("%d of 300 at an address that was used before", repeated)
}

// TestABI calls code that changes every register that it may, at a depth of
// stack where Go has little left, with values of Go's alive across the call.
func TestABI(t *testing.T) {
	mapOrSkip(t).Unmap()
	m, err := Map(clobber[goruntime.GOARCH]())
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

// clobber makes code that does as inc and then changes every register that it may.
var clobber = map[string]func() []byte{
	"amd64": func() (code []byte) {
		code = append(code, add1...)
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
		return append(code, ret...)
	},
	"arm64": func() (code []byte) {
		code = append(code, add1...)
		for r := range uint32(28) {
			if r != 18 {
				code = append(code, words(0x92800000|r)...) // movn xr, #0
			}
		}
		for r := range uint32(32) {
			code = append(code, words(0x6f07e7e0|r)...) // movi vr.2d, #-1
		}
		return append(code, ret...)
	},
}

func BenchmarkCall(b *testing.B) {
	m := mapOrSkip(b)
	defer m.Unmap()
	n, f := new(uint64), m.Func()
	for b.Loop() {
		f(unsafe.Pointer(n), 0, 0)
	}
}
