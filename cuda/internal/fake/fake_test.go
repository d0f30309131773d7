//go:build linux && (amd64 || arm64) && !cu

package fake

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/driver"
)

// enter makes a device's primary context the current one of this test's thread.
func enter(t *testing.T, l *Library, ordinal int) driver.Context {
	t.Helper()
	runtime.LockOSThread()
	d := must(l.Device(ordinal))(t)
	c := must(l.RetainPrimary(d))(t)
	check(t, l.SetCurrent(c))
	t.Cleanup(func() {
		check(t, l.ReleasePrimary(d))
		_ = l.SetCurrent(0)
		runtime.UnlockOSThread()
	})
	return c
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		check(t, err)
		return v
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantResult(t *testing.T, err error, r driver.Result) {
	t.Helper()
	var e *driver.Error
	if !errors.As(err, &e) || e.Result != r {
		t.Fatalf("error %v, want result %d", err, r)
	}
}

// wantFault takes the faults so far, which have to be one with that text.
func wantFault(t *testing.T, l *Library, text string) {
	t.Helper()
	f := l.Faults()
	if len(f) != 1 || !strings.Contains(f[0], text) {
		t.Fatalf("faults %q, want one with %q", f, text)
	}
}

func pinned(t *testing.T, l *Library, n int) []byte {
	t.Helper()
	p := must(l.HostAlloc(uint64(n), driver.HostPortable))(t)
	t.Cleanup(func() { check(t, l.HostFree(p)) })
	return unsafe.Slice((*byte)(p), n)
}

func device(t *testing.T, l *Library, n int) driver.Ptr {
	t.Helper()
	p := must(l.Alloc(uint64(n)))(t)
	t.Cleanup(func() { check(t, l.Free(p)) })
	return p
}

func stream(t *testing.T, l *Library) driver.Stream {
	t.Helper()
	s := must(l.NewStream())(t)
	t.Cleanup(func() { check(t, l.DestroyStream(s)) })
	return s
}

func newEvent(t *testing.T, l *Library, flags driver.EventFlags) driver.Event {
	t.Helper()
	e := must(l.NewEvent(flags))(t)
	t.Cleanup(func() { check(t, l.DestroyEvent(e)) })
	return e
}

func at(b []byte) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(b)) }

// toy is a module whose kernels are Go functions; its PTX names them.
type toy map[string]func(l *Launch) error

func (m toy) load(text string) (Module, error) {
	if strings.Contains(text, "garbage") {
		return nil, errors.New("ptxas error   : line 3: garbage")
	}
	return m, nil
}

func (m toy) Entry(name string) (Entry, bool) {
	_, ok := m[name]
	return Entry{Params: []Param{{0, 8}, {8, 4}}, Bytes: 12, Shared: 16}, ok
}

func (m toy) Run(l *Launch) error { return m[l.Entry](l) }

const toyText = "//\n.version 7.0\n.target sm_80\n.entry inc\n"

// increments is a kernel that adds 1 to each of n bytes at p.
func increments(l *Launch) error {
	n := int(binary.LittleEndian.Uint32(l.Params[8:]))
	p, err := l.Memory.At(binary.LittleEndian.Uint64(l.Params), n)
	if err != nil {
		return err
	}
	for i := range unsafe.Slice((*byte)(p), n) {
		unsafe.Slice((*byte)(p), n)[i]++
	}
	return nil
}

func launch(l *Library, f driver.Function, s driver.Stream, p driver.Ptr, n uint32) error {
	params := [2]unsafe.Pointer{unsafe.Pointer(&p), unsafe.Pointer(&n)}
	return l.Launch(f, [3]uint32{1, 1, 1}, [3]uint32{32, 1, 1}, 0, s, &params[0])
}

func function(t *testing.T, l *Library, name string) driver.Function {
	t.Helper()
	m, log, err := l.LoadModule([]byte(toyText))
	if err != nil {
		t.Fatal(err, log)
	}
	t.Cleanup(func() { check(t, l.UnloadModule(m)) })
	return must(l.Function(m, name))(t)
}

func TestDevices(t *testing.T) {
	l := New(t, Config{
		Devices: []Device{{}, {Name: "Two", Memory: 1 << 20, Capability: 90, Attributes: map[driver.Attribute]int{driver.Multiprocessors: 7, driver.MemoryPools: 0}}, {NoPeers: true}},
		Visible: []int{1, 0, 2},
		Version: 12040,
	})
	if n := must(l.DeviceCount())(t); n != 3 {
		t.Fatal(n, "devices")
	}
	if v := must(l.Version())(t); v != 12040 {
		t.Error("version", v)
	}
	d := must(l.Device(0))(t)
	if n := must(l.DeviceName(d))(t); n != "Two" {
		t.Error(n)
	}
	if n := must(l.DeviceMemory(d))(t); n != 1<<20 {
		t.Error(n, "bytes")
	}
	for a, want := range map[driver.Attribute]int{driver.Multiprocessors: 7, driver.CapabilityMajor: 9, driver.CapabilityMinor: 0, driver.WarpSize: 32, driver.MemoryPools: 0} {
		if v := must(l.DeviceAttribute(a, d))(t); v != want {
			t.Errorf("attribute %d is %d, want %d", a, v, want)
		}
	}
	other := must(l.Device(1))(t)
	if n := must(l.DeviceName(other))(t); n != "Fake GPU 0" {
		t.Error(n)
	}
	if u, v := must(l.DeviceUUID(d))(t), must(l.DeviceUUID(other))(t); u == v {
		t.Error("two devices of one UUID")
	}
	if u, v := must(l.DevicePCI(d))(t), must(l.DevicePCI(other))(t); u == v {
		t.Error("two devices at", u)
	}
	_, err := l.Device(3)
	wantResult(t, err, driver.InvalidDevice)
	_, err = l.DeviceAttribute(99, d)
	wantResult(t, err, driver.InvalidValue)
	if can := must(l.CanAccessPeer(d, other))(t); !can {
		t.Error("no access to a peer")
	}
	if can := must(l.CanAccessPeer(d, must(l.Device(2))(t)))(t); can {
		t.Error("access to a peer that has none")
	}
	_, err = l.DefaultPool(d)
	wantResult(t, err, driver.NotSupported)

	none := Load(t, Config{None: true})
	wantResult(t, none.Open(), driver.NoDevice)
}

func TestContexts(t *testing.T) {
	l := New(t, Config{})
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	_, err := l.Alloc(8)
	wantResult(t, err, driver.InvalidContext)
	d := must(l.Device(0))(t)
	c := must(l.RetainPrimary(d))(t)
	if again := must(l.RetainPrimary(d))(t); again != c {
		t.Error("two primary contexts of one device")
	}
	check(t, l.SetCurrent(c))
	if now := must(l.Current())(t); now != c {
		t.Error("not current")
	}
	p := must(l.Alloc(8))(t)
	// A context is one thread's.
	done := make(chan error)
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends
		_, err := l.Alloc(8)
		done <- err
	}()
	wantResult(t, <-done, driver.InvalidContext)
	check(t, l.Free(p))
	check(t, l.ReleasePrimary(d))
	check(t, l.Synchronize())
	check(t, l.ReleasePrimary(d))
	wantResult(t, l.Synchronize(), driver.InvalidContext)
	wantResult(t, l.SetCurrent(c), driver.InvalidContext)
	wantFault(t, l, "destroyed before")
	wantResult(t, l.ReleasePrimary(d), driver.InvalidContext)
	wantFault(t, l, "not retained")
}

func TestLeaks(t *testing.T) {
	l := New(t, Config{Lenient: true})
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	d := must(l.Device(0))(t)
	check(t, l.SetCurrent(must(l.RetainPrimary(d))(t)))
	must(l.Alloc(100))(t)
	must(l.HostAlloc(10, 0))(t)
	must(l.NewStream())(t)
	must(l.NewEvent(0))(t)
	must(l.NewPool(d))(t)
	got := strings.Join(l.Leaks(), "\n")
	for _, want := range []string{"allocation of 100 bytes", "pinned memory of 10 bytes", "stream of call", "event of call", "pool of call", "primary context of device 0, retained 1"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q among\n%s", want, got)
		}
	}
	v := l.Live()
	if v.Allocations != 1 || v.Pinned != 1 || v.Streams != 1 || v.Events != 1 || v.Pools != 1 || v.Contexts != 1 || v.Registered != 0 {
		t.Errorf("%+v", v)
	}
	check(t, l.ReleasePrimary(d))
	if f := l.Faults(); len(f) != 4 {
		t.Errorf("%d faults: %q", len(f), f)
	}
	if f := l.Leaks(); len(f) != 1 { // the pool, which is no context's
		t.Errorf("left: %q", f)
	}
}

// What is asynchronous is as late as can be.
func TestLazyCopies(t *testing.T) {
	l := New(t, Config{})
	enter(t, l, 0)
	s, p := stream(t, l), device(t, l, 4)
	host, back, pageable := pinned(t, l, 4), pinned(t, l, 4), []byte{1, 2, 3, 4}

	copy(host, "old!")
	check(t, l.CopyToDevice(p, at(host), 4, s))
	copy(host, "new!") // too early: the copy has not begun
	check(t, l.SyncStream(s))
	if got := string(l.Memory(p, 4)); got != "new!" {
		t.Errorf("the device has %q", got)
	}
	copy(back, "none")
	check(t, l.CopyToHost(at(back), p, 4, s))
	if string(back) != "none" {
		t.Error("a copy to pinned memory came without a wait")
	}
	check(t, l.Synchronize())
	if string(back) != "new!" {
		t.Errorf("%q came back", back)
	}

	// Memory that is not pinned is read before the call returns, and written before it returns.
	check(t, l.CopyToDevice(p, at(pageable), 4, s))
	pageable[0] = 9
	got := make([]byte, 4)
	check(t, l.CopyToHost(at(got), p, 4, s))
	if !slices.Equal(got, []byte{1, 2, 3, 4}) {
		t.Error(got)
	}
	if n := l.Stats(); n.Pageable != 2 || n.ToDevice != 8 || n.ToHost != 8 {
		t.Errorf("%+v", n)
	}

	// Registered memory is pinned.
	reg := make([]byte, 64)
	check(t, l.HostRegister(at(reg), 64))
	check(t, l.CopyToHost(at(reg), p, 4, s))
	if reg[0] != 0 {
		t.Error("a copy to registered memory came without a wait")
	}
	check(t, l.SyncStream(s))
	if reg[0] != 1 {
		t.Error(reg)
	}
	check(t, l.HostUnregister(at(reg)))

	check(t, l.Fill32(p, 0x01020304, 1, s))
	if l.Memory(p, 1)[0] != 1 {
		t.Error("a fill came without a wait")
	}
	idle := l.Stats().IdleSyncs
	check(t, l.SyncStream(s))
	check(t, l.SyncStream(s))
	if l.Memory(p, 1)[0] != 4 {
		t.Error("no fill")
	}
	if n := l.Stats().IdleSyncs - idle; n != 1 {
		t.Error(n, "needless waits")
	}
}

func TestQueries(t *testing.T) {
	l := New(t, Config{})
	enter(t, l, 0)
	s, p, e := stream(t, l), device(t, l, 4), newEvent(t, l, 0)
	if done := must(l.EventDone(e))(t); !done {
		t.Error("an event that was never recorded is not done")
	}
	for range 3 {
		check(t, l.Fill32(p, 1, 1, s))
	}
	check(t, l.RecordEvent(e, s))
	check(t, l.Fill32(p, 2, 1, s))
	asked := 0
	for ; !must(l.EventDone(e))(t); asked++ {
	}
	if asked == 0 {
		t.Error("done at once")
	}
	if done := must(l.StreamDone(s))(t); !done {
		t.Error("one turn was not enough for one operation")
	}
}

func TestMemoryFaults(t *testing.T) {
	l := New(t, Config{Devices: []Device{{Memory: 1 << 20}, {}}})
	enter(t, l, 0)
	s := stream(t, l)

	_, err := l.Alloc(2 << 20)
	wantResult(t, err, driver.OutOfMemory)
	_, err = l.Alloc(0)
	wantResult(t, err, driver.InvalidValue)

	p := must(l.Alloc(100))(t)
	host := make([]byte, 200)
	wantResult(t, l.CopyToDevice(p, at(host), 101, s), driver.InvalidValue)
	wantFault(t, l, "leave the allocation of 100 bytes")
	wantResult(t, l.CopyToDevice(p+50, at(host), 51, s), driver.InvalidValue)
	wantFault(t, l, "leave the allocation")
	wantResult(t, l.CopyToDevice(p-1, at(host), 1, s), driver.InvalidValue)
	wantFault(t, l, "no address in device memory")
	wantResult(t, l.Fill32(p+2, 0, 1, s), driver.InvalidValue)
	wantFault(t, l, "boundary of 4 bytes")
	wantResult(t, l.CopyToDevice(p, *(*unsafe.Pointer)(unsafe.Pointer(&p)), 1, s), driver.InvalidValue)
	wantFault(t, l, "is not host memory")
	wantResult(t, l.Free(p+1), driver.InvalidValue)
	wantFault(t, l, "no allocation's address")
	wantResult(t, l.HostFree(*(*unsafe.Pointer)(unsafe.Pointer(&p))), driver.InvalidValue)
	wantFault(t, l, "device memory")
	check(t, l.Free(p))
	wantResult(t, l.Free(p), driver.InvalidValue)
	wantFault(t, l, "freed already")
	wantResult(t, l.Fill32(p, 0, 1, s), driver.InvalidValue)
	wantFault(t, l, "is freed")

	h := must(l.HostAlloc(16, 0))(t)
	wantResult(t, l.HostUnregister(h), driver.InvalidValue)
	wantFault(t, l, "allocated, not registered")
	wantResult(t, l.Free(driver.Ptr(uintptr(h))), driver.InvalidValue)
	wantFault(t, l, "pinned host memory")
	p = must(l.Alloc(100))(t)
	wantResult(t, l.CopyToHost(unsafe.Add(h, 8), p, 9, s), driver.InvalidValue)
	wantFault(t, l, "leave the pinned memory")

	// Given back while it is in use.
	check(t, l.CopyToHost(h, p, 16, s))
	check(t, l.Free(p))
	wantFault(t, l, "still queued")
	p = must(l.Alloc(100))(t)
	check(t, l.CopyToHost(h, p, 16, s))
	check(t, l.HostFree(h))
	wantFault(t, l, "still queued")

	// Written beyond.
	q := must(l.Alloc(100))(t)
	past := unsafe.Slice((*byte)(at(l.Memory(q, 100))), 101)
	past[100]++
	check(t, l.Free(q))
	wantFault(t, l, "behind the allocation")

	// Another context's.
	d := must(l.Device(1))(t)
	first := must(l.Current())(t)
	check(t, l.SetCurrent(must(l.RetainPrimary(d))(t)))
	wantResult(t, l.Free(p), driver.InvalidValue)
	wantFault(t, l, "another context's")
	wantResult(t, l.SyncStream(s), 400)
	wantFault(t, l, "another context's")
	q = must(l.Alloc(8))(t)
	check(t, l.SetCurrent(first))
	wantResult(t, l.CopyOnDevice(p, q, 8, s), driver.InvalidValue)
	wantFault(t, l, "another context's")
	check(t, l.CopyPeer(p, first, q, must(l.RetainPrimary(d))(t), 8, s))
	check(t, l.SyncStream(s))
	check(t, l.Free(p))
	check(t, l.SetCurrent(must(l.RetainPrimary(d))(t)))
	check(t, l.Free(q))
	check(t, l.SetCurrent(first))
	for range 3 {
		check(t, l.ReleasePrimary(d))
	}
}

func TestPools(t *testing.T) {
	l := New(t, Config{Devices: []Device{{Memory: 1 << 20}}})
	enter(t, l, 0)
	d := must(l.Device(0))(t)
	s, other := stream(t, l), stream(t, l)
	pool := must(l.NewPool(d))(t)
	check(t, l.PoolThreshold(pool, 1<<20))
	p := must(l.AllocFromPool(700<<10, pool, s))(t)
	check(t, l.Fill32(p, 7, 4, s))
	check(t, l.FreeAsync(p, s))
	wantResult(t, l.Fill32(p, 7, 4, s), driver.InvalidValue)
	wantFault(t, l, "is freed")
	check(t, l.SyncStream(s))
	if free, _, _ := l.MemInfo(); free != 324<<10 {
		t.Error(free, "bytes free with a pool that keeps what it has")
	}
	must(l.DefaultPool(d))(t)
	p = must(l.AllocAsync(700<<10, s))(t) // takes what the other pool keeps
	check(t, l.FreeAsync(p, s))
	check(t, l.SyncStream(s))
	if free, _, _ := l.MemInfo(); free != 1<<20 {
		t.Error(free, "bytes free with a pool that keeps nothing")
	}
	p = must(l.AllocFromPool(500<<10, pool, s))(t)
	_, err := l.AllocFromPool(600<<10, pool, s)
	wantResult(t, err, driver.OutOfMemory)
	check(t, l.Free(p)) // which waits
	check(t, l.TrimPool(pool, 0))
	if free, _, _ := l.MemInfo(); free != 1<<20 {
		t.Error(free, "bytes free after a trim")
	}
	check(t, l.DestroyPool(pool))
	_, err = l.AllocFromPool(8, pool, s)
	wantResult(t, err, driver.InvalidValue)
	wantFault(t, l, "destroyed before")

	// What comes in one stream's order is not there for another that does not wait.
	lost := New(t, Config{})
	enter(t, lost, 0)
	s, other = must(lost.NewStream())(t), must(lost.NewStream())(t)
	p = must(lost.AllocAsync(64, s))(t)
	check(t, lost.Fill32(p, 1, 1, other))
	wantResult(t, lost.SyncStream(other), driver.IllegalAddress)
	wantFault(t, lost, "out of its stream's order")
	wantResult(t, lost.DestroyStream(s), driver.IllegalAddress)
	wantResult(t, lost.Free(p), driver.IllegalAddress)
	if v := lost.Live(); v.Streams != 1 || v.Allocations != 0 {
		t.Errorf("%+v", v)
	}
}

func TestEvents(t *testing.T) {
	l := New(t, Config{})
	enter(t, l, 0)
	a, b, p := stream(t, l), stream(t, l), device(t, l, 8)
	e, f := newEvent(t, l, 0), newEvent(t, l, 0)
	host := pinned(t, l, 4)

	// A stream that waits for another runs that one first.
	check(t, l.RecordEvent(f, a))
	check(t, l.Fill32(p, 1, 1, a))
	check(t, l.RecordEvent(e, a))
	check(t, l.StreamWait(b, e))
	check(t, l.CopyToHost(at(host), p, 4, b))
	_, err := l.Elapsed(f, e)
	wantResult(t, err, driver.NotReady)
	check(t, l.Fill32(p, 2, 1, a)) // after the event: not waited for
	check(t, l.SyncStream(b))
	if host[0] != 1 {
		t.Error(host)
	}
	if ms := must(l.Elapsed(f, e))(t); ms <= 0 {
		t.Error(ms, "ms")
	}

	// One that does not wait does not.
	check(t, l.SyncStream(a))
	check(t, l.Fill32(p, 3, 1, a))
	check(t, l.CopyToHost(at(host), p, 4, b))
	check(t, l.SyncStream(b))
	if host[0] != 2 {
		t.Error(host)
	}

	// SyncEvent runs what is before the event and no more.
	check(t, l.RecordEvent(e, a))
	check(t, l.Fill32(p, 4, 1, a))
	check(t, l.SyncEvent(e))
	if got := l.Memory(p, 1)[0]; got != 3 {
		t.Error(got)
	}

	// Many waits to and fro.
	for i := range 3000 {
		check(t, l.RecordEvent(e, a))
		check(t, l.StreamWait(b, e))
		check(t, l.Fill32(p, uint32(i), 1, b))
		check(t, l.RecordEvent(f, b))
		check(t, l.StreamWait(a, f))
	}
	check(t, l.SyncStream(a))
	if got := binary.LittleEndian.Uint32(l.Memory(p, 4)); got != 2999 {
		t.Error(got)
	}

	u := newEvent(t, l, driver.EventUntimed)
	check(t, l.RecordEvent(u, a))
	_, err = l.Elapsed(u, e)
	wantResult(t, err, 400)
	wantFault(t, l, "untimed")
	gone := must(l.NewEvent(0))(t)
	check(t, l.DestroyEvent(gone))
	wantResult(t, l.RecordEvent(gone, a), 400)
	wantFault(t, l, "destroyed before")
	check(t, l.Synchronize())
}

func TestGraphs(t *testing.T) {
	m := toy{"inc": increments}
	l := New(t, Config{Loader: m.load})
	enter(t, l, 0)
	s, side, p := stream(t, l), stream(t, l), device(t, l, 8)
	f := function(t, l, "inc")
	e, back := newEvent(t, l, 0), newEvent(t, l, 0)
	host := pinned(t, l, 8)
	check(t, l.BeginCapture(s))
	check(t, launch(l, f, s, p, 4))
	wantFault(t, l, "before its first launch")
	g := must(l.EndCapture(s))(t)
	check(t, l.DestroyGraph(g))
	check(t, launch(l, f, s, p, 4))
	check(t, l.Fill32(p, 0, 2, s))
	check(t, l.SyncStream(s))
	launches := l.Stats().Launches

	check(t, l.BeginCapture(s))
	check(t, launch(l, f, s, p, 4))
	check(t, l.RecordEvent(e, s))
	check(t, l.StreamWait(side, e))
	check(t, launch(l, f, side, p, 8))
	check(t, l.RecordEvent(back, side))
	check(t, l.StreamWait(s, back))
	check(t, l.CopyToHost(at(host), p, 8, s))
	wantResult(t, l.SyncStream(side), 900) // invalidates
	wantFault(t, l, "is captured")
	_, err := l.EndCapture(s)
	wantResult(t, err, 901)

	capture := func(join bool) (driver.Graph, error) {
		check(t, l.BeginCapture(s))
		check(t, launch(l, f, s, p, 4))
		check(t, l.RecordEvent(e, s))
		check(t, l.StreamWait(side, e))
		check(t, launch(l, f, side, p, 8))
		check(t, l.RecordEvent(back, side))
		if join {
			check(t, l.StreamWait(s, back))
		}
		check(t, l.CopyToHost(at(host), p, 8, s))
		return l.EndCapture(s)
	}
	_, err = capture(false)
	wantResult(t, err, 904)
	g = must(capture(true))(t)
	x := must(l.Instantiate(g))(t)
	check(t, l.DestroyGraph(g))
	check(t, l.Synchronize())
	if l.Memory(p, 1)[0] != 0 || l.Stats().Launches != launches {
		t.Error("a capture ran")
	}
	for i := range byte(3) {
		check(t, l.LaunchGraph(x, s))
		if host[0] == 2*i+2 {
			t.Error("a graph ran without a wait")
		}
		check(t, l.SyncStream(s))
		if host[0] != 2*i+2 || host[7] != i+1 {
			t.Error(i, host)
		}
	}
	check(t, l.DestroyGraphExec(x))
	wantResult(t, l.LaunchGraph(x, s), 400)
	wantFault(t, l, "destroyed before")

	// Not while a stream is captured.
	check(t, l.BeginCapture(s))
	_, err = l.Alloc(8)
	wantResult(t, err, 900)
	wantFault(t, l, "not while a stream is captured")
	_, err = l.EndCapture(s)
	wantResult(t, err, 901)
	_, err = l.EndCapture(s)
	wantResult(t, err, 903)
}

func TestModules(t *testing.T) {
	m := toy{"inc": increments}
	l := New(t, Config{Loader: m.load, Version: 11000})
	enter(t, l, 0)
	for text, want := range map[string]driver.Result{
		"nothing":                              driver.InvalidPTX,
		".version 8.0\n.target sm_80\n":        driver.UnsupportedPTX,
		".version 7.0\n.target sm_90\n":        driver.NoBinaryForGPU,
		".version 7.0\n.target sm_80\ngarbage": driver.InvalidPTX,
	} {
		_, log, err := l.LoadModule([]byte(text))
		wantResult(t, err, want)
		if log == "" {
			t.Errorf("%q: no log", text)
		}
		_, log, err = l.Link([]byte(text))
		wantResult(t, err, want)
		if log == "" {
			t.Errorf("%q: no log of a link", text)
		}
	}
	cubin, _, err := l.Link([]byte(toyText))
	check(t, err)
	mod, _, err := l.LoadModule(cubin)
	check(t, err)
	_, err = l.Function(mod, "none")
	wantResult(t, err, driver.NotFound)
	f := must(l.Function(mod, "inc"))(t)
	if n := must(l.FunctionAttribute(driver.FunctionMaxThreads, f))(t); n != 1024 {
		t.Error(n, "threads")
	}
	if n := must(l.FunctionAttribute(driver.FunctionShared, f))(t); n != 16 {
		t.Error(n, "bytes of shared memory")
	}
	if n := must(l.ActiveBlocks(f, 256, 0))(t); n != 8 {
		t.Error(n, "active blocks")
	}
	if grid, block, err := l.Occupancy(f, 0, 0); err != nil || grid*block != 4*2048 {
		t.Error(grid, block, err)
	}
	if _, block, err := l.Occupancy(f, 0, 128); err != nil || block > 128 {
		t.Error(block, err)
	}

	s, p := stream(t, l), device(t, l, 4)
	check(t, l.Fill32(p, 0, 1, s))
	check(t, launch(l, f, s, p, 3))
	if l.Memory(p, 1)[0] == 1 {
		t.Error("a launch ran without a wait")
	}
	check(t, l.UnloadModule(mod))
	wantFault(t, l, "still queued")
	wantResult(t, launch(l, f, s, p, 3), 400)
	wantFault(t, l, "function of call")
	if got := l.Memory(p, 4); !slices.Equal(got, []byte{1, 1, 1, 0}) {
		t.Error(got)
	}
	f = function(t, l, "inc")
	wantResult(t, l.Launch(f, [3]uint32{1, 1, 0}, [3]uint32{1, 1, 1}, 0, s, nil), driver.InvalidValue)
	wantFault(t, l, "a grid of 1×1×0")
	wantResult(t, l.Launch(f, [3]uint32{1, 1, 1}, [3]uint32{1025, 1, 1}, 0, s, nil), driver.InvalidValue)
	wantFault(t, l, "1025")
}

// A launch that fails fails everything that its context is asked for from then on.
func TestLost(t *testing.T) {
	m := toy{"inc": increments, "trap": func(*Launch) error { return errors.New("trap") }}
	l := New(t, Config{Loader: m.load, Devices: []Device{{}, {}}})
	for ordinal, c := range []struct {
		name   string
		p      driver.Ptr
		want   driver.Result
		reason string
	}{{"inc", 16, driver.IllegalAddress, "are in no allocation"}, {"trap", 0, driver.LaunchFailed, "trap"}} {
		runtime.LockOSThread()
		d := must(l.Device(ordinal))(t)
		check(t, l.SetCurrent(must(l.RetainPrimary(d))(t)))
		s, e := must(l.NewStream())(t), must(l.NewEvent(0))(t)
		mod, _, err := l.LoadModule([]byte(toyText))
		check(t, err)
		f := must(l.Function(mod, c.name))(t)
		check(t, launch(l, f, s, c.p, 4))
		check(t, l.RecordEvent(e, s))
		wantResult(t, l.SyncEvent(e), c.want)
		wantFault(t, l, c.reason)
		for _, err := range []error{l.SyncStream(s), launch(l, f, s, c.p, 4), l.Synchronize(), l.RecordEvent(e, s), l.DestroyEvent(e)} {
			wantResult(t, err, c.want)
		}
		_, err = l.Alloc(8)
		wantResult(t, err, c.want)
		check(t, l.ReleasePrimary(d)) // takes the stream and the module with it
		check(t, l.SetCurrent(0))
		runtime.UnlockOSThread()
	}
}

func TestInjection(t *testing.T) {
	l := New(t, Config{})
	c := enter(t, l, 0)
	l.Fail("cuMemAlloc_v2", 2, driver.OutOfMemory)
	p := must(l.Alloc(8))(t)
	_, err := l.Alloc(8)
	wantResult(t, err, driver.OutOfMemory)
	q := must(l.Alloc(8))(t)
	l.Fail("cuMemFree_v2", 1, driver.InvalidValue)
	wantResult(t, l.Free(p), driver.InvalidValue) // and it is freed
	check(t, l.Free(q))
	l.Fail("", 2, driver.NotSupported)
	check(t, l.Synchronize())
	wantResult(t, l.Synchronize(), driver.NotSupported)
	check(t, l.Synchronize())
	l.FailFrom("cuEventCreate", 1, driver.OutOfMemory)
	for range 2 {
		_, err = l.NewEvent(0)
		wantResult(t, err, driver.OutOfMemory)
	}
	if n := l.Count("cuEventCreate"); n != 2 {
		t.Error(n, "calls")
	}
	calls := l.Calls()
	if n := len(calls); calls[n-1] != "cuEventCreate" || calls[n-3] != "cuCtxSynchronize" || !slices.Contains(calls, "cuInit") {
		t.Error(calls)
	}

	l.LoseAt(2, driver.Unknown)
	check(t, l.Synchronize())
	wantResult(t, l.Synchronize(), driver.Unknown)
	wantResult(t, l.Synchronize(), driver.Unknown)
	check(t, l.SetCurrent(c))
	_, err = l.RetainPrimary(must(l.Device(0))(t))
	wantResult(t, err, driver.Unknown)

	// cuInit, too.
	l = Load(t, Config{})
	l.Fail("cuInit", 1, driver.SystemNotReady)
	wantResult(t, l.Open(), driver.SystemNotReady)
	check(t, l.Open())
}

func TestHold(t *testing.T) {
	m := toy{"inc": increments}
	l := New(t, Config{Loader: m.load})
	c := enter(t, l, 0)
	s, other, p := stream(t, l), stream(t, l), device(t, l, 4)
	f := function(t, l, "inc")
	check(t, l.Fill32(p, 0, 1, s))
	l.Hold(1)
	check(t, launch(l, f, s, p, 1))
	check(t, launch(l, f, s, p, 1))
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := l.SetCurrent(c)
		if err == nil {
			err = l.SyncStream(s)
		}
		_ = l.SetCurrent(0)
		done <- err
	}()
	for range 10 {
		if end := must(l.StreamDone(s))(t); end {
			t.Fatal("a launch that is held ended")
		}
	}
	check(t, l.SyncStream(other)) // others go on
	select {
	case err := <-done:
		t.Fatal("the wait for a launch that is held ended:", err)
	default:
	}
	if got := l.Memory(p, 1)[0]; got != 1 {
		t.Error(got, "launches ran")
	}
	l.Release()
	check(t, <-done)
	if got := l.Memory(p, 1)[0]; got != 2 {
		t.Error(got, "launches ran")
	}
}

// Who waits for a device that is lost goes on.
func TestLostInWait(t *testing.T) {
	m := toy{"inc": increments}
	l := New(t, Config{Loader: m.load})
	c := enter(t, l, 0)
	s := must(l.NewStream())(t)
	mod, _, err := l.LoadModule([]byte(toyText))
	check(t, err)
	l.Hold(0)
	check(t, launch(l, must(l.Function(mod, "inc"))(t), s, 0, 0))
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		_ = l.SetCurrent(c)
		err := l.SyncStream(s)
		_ = l.SetCurrent(0)
		done <- err
	}()
	l.Lose(0, driver.LaunchTimeout)
	wantResult(t, <-done, driver.LaunchTimeout)
}

func TestDelay(t *testing.T) {
	l := New(t, Config{})
	enter(t, l, 0)
	s, p := stream(t, l), device(t, l, 4)
	l.Delay(2 * time.Millisecond)
	begin := time.Now()
	for range 5 {
		check(t, l.Fill32(p, 1, 1, s))
	}
	check(t, l.SyncStream(s))
	if took := time.Since(begin); took < 10*time.Millisecond {
		t.Error(took)
	}
}

// Any number of goroutines at once, each with a stream, on two devices.
func TestConcurrent(t *testing.T) {
	m := toy{"inc": increments}
	l := New(t, Config{Loader: m.load, Devices: []Device{{}, {}}, Queue: 16})
	var all sync.WaitGroup
	for g := range 12 {
		all.Add(1)
		go func() {
			defer all.Done()
			if err := work(l, g%2); err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
	if n := l.Stats().Launches; n != 12*40 {
		t.Error(n, "launches")
	}
}

func work(l *Library, ordinal int) (err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	try := func(e error) {
		if err == nil && e != nil {
			err = e
		}
	}
	d, e := l.Device(ordinal)
	try(e)
	c, e := l.RetainPrimary(d)
	try(e)
	try(l.SetCurrent(c))
	s, e := l.NewStream()
	try(e)
	mod, _, e := l.LoadModule([]byte(toyText))
	try(e)
	f, e := l.Function(mod, "inc")
	try(e)
	ev, e := l.NewEvent(driver.EventBlocking | driver.EventUntimed)
	try(e)
	h, e := l.HostAlloc(64, 0)
	try(e)
	for range 10 {
		p, e := l.AllocAsync(64, s)
		try(e)
		try(l.Fill32(p, 0, 16, s))
		for range 4 {
			try(launch(l, f, s, p, 64))
		}
		try(l.CopyToHost(h, p, 64, s))
		try(l.FreeAsync(p, s))
		try(l.RecordEvent(ev, s))
		for range 3 {
			_, e := l.EventDone(ev)
			try(e)
		}
		try(l.SyncEvent(ev))
		if err == nil && *(*byte)(h) != 4 {
			err = fmt.Errorf("device %d: %d", ordinal, *(*byte)(h))
		}
	}
	try(l.HostFree(h))
	try(l.DestroyEvent(ev))
	try(l.UnloadModule(mod))
	try(l.DestroyStream(s))
	try(l.SetCurrent(0))
	try(l.ReleasePrimary(d))
	return err
}

// Two libraries of one process share nothing.
func TestApart(t *testing.T) {
	a, b := New(t, Config{}), New(t, Config{Devices: []Device{{}, {}}})
	if n, m := must(a.DeviceCount())(t), must(b.DeviceCount())(t); n != 1 || m != 2 {
		t.Error(n, m)
	}
	a.Fail("cuDeviceGetCount", 1, driver.Unknown)
	must(b.DeviceCount())(t)
	_, err := a.DeviceCount()
	wantResult(t, err, driver.Unknown)
}

func TestSubprocess(t *testing.T) {
	if os.Getenv("TRIAD_FAKE_DEVICES") != "" {
		d, err := driver.Open()
		if err != nil {
			t.Fatal(err)
		}
		n, err := d.DeviceCount()
		fmt.Println("devices:", n, err)
		return
	}
	exe, err := os.Executable()
	check(t, err)
	cmd := exec.Command(exe, "-test.run=^TestSubprocess$", "-test.v")
	cmd.Env = append(os.Environ(), driver.LibraryVariable+"="+Path(t), "TRIAD_FAKE_DEVICES=3", "CUDA_VISIBLE_DEVICES=2,0")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "devices: 2 <nil>") {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestFailEach(t *testing.T) {
	Path(t) // skips here what would be skipped in each run
	// A careful scenario: what it gets it gives back, whatever fails.
	scenario := func(t *testing.T, l *Library) (err error) {
		if err := l.Open(); err != nil {
			return err
		}
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		also := func(e error) {
			if err == nil {
				err = e
			}
		}
		d, err := l.Device(0)
		if err != nil {
			return err
		}
		c, err := l.RetainPrimary(d)
		if err != nil {
			return err
		}
		defer func() { also(l.ReleasePrimary(d)) }()
		if err := l.SetCurrent(c); err != nil {
			return err
		}
		s, err := l.NewStream()
		if err != nil {
			return err
		}
		defer func() { also(l.DestroyStream(s)) }()
		p, err := l.Alloc(64)
		if err != nil {
			return err
		}
		defer func() { also(l.Free(p)) }()
		if err := l.Fill32(p, 1, 16, s); err != nil {
			return err
		}
		return l.SyncStream(s)
	}
	runs := map[string]int{}
	judge := func(r driver.Result) Judge {
		return func(t *testing.T, l *Library, call string, rest []string, err error) {
			runs[call]++
			if call != "cuDriverGetVersion" { // the driver that does not say is taken for a new one
				wantResult(t, err, r)
			}
		}
	}
	t.Run("Fail", func(t *testing.T) {
		FailEach(t, Config{}, driver.OutOfMemory, scenario, judge(driver.OutOfMemory))
	})
	t.Run("Lose", func(t *testing.T) {
		LoseEach(t, Config{}, driver.LaunchFailed, scenario, judge(driver.LaunchFailed))
	})
	for _, call := range []string{"cuInit", "cuMemAlloc_v2", "cuMemFree_v2", "cuStreamSynchronize", "cuDevicePrimaryCtxRelease_v2"} {
		if runs[call] != 2 {
			t.Errorf("%s failed in %d runs", call, runs[call])
		}
	}
}

func TestInert(t *testing.T) {
	m, err := Inert(".version 7.0\n.visible .entry a_1(\n\t.param .align 8 .b8 args[24]\n) .maxntid 256, 1, 1\n{\n}\n.entry b()\n{\n}\n.entry c(.param .u32 n, .param .u64 p)\n{}")
	check(t, err)
	for name, want := range map[string]Entry{
		"a_1": {Params: []Param{{0, 24}}, Bytes: 24, MaxThreads: 256},
		"b":   {},
		"c":   {Params: []Param{{0, 4}, {8, 8}}, Bytes: 16},
	} {
		if e, ok := m.Entry(name); !ok || fmt.Sprint(e) != fmt.Sprint(want) {
			t.Errorf("%s: %v, %v", name, e, ok)
		}
	}
	if _, err := Inert(".entry d(.param .texref t) {}"); err == nil {
		t.Error("no error for a parameter of another kind")
	}
}

const doubles = `.version 7.0
.target sm_80
.address_size 64

.visible .entry twice(
	.param .align 8 .b8 args[16]
)
{
	.reg .pred %p<2>;
	.reg .b32 %r<5>;
	.reg .b64 %d<5>;
	.reg .f64 %fd<2>;
	ld.param.u64 %d1, [args+0];
	ld.param.u32 %r4, [args+8];
	mov.u32 %r1, %ctaid.x;
	mov.u32 %r2, %ntid.x;
	mov.u32 %r3, %tid.x;
	mad.lo.u32 %r1, %r1, %r2, %r3;
	setp.ge.u32 %p1, %r1, %r4;
	@%p1 bra DONE;
	mul.wide.u32 %d2, %r1, 8;
	add.u64 %d3, %d1, %d2;
	ld.global.f64 %fd1, [%d3];
	add.rn.f64 %fd1, %fd1, %fd1;
	st.global.f64 [%d3], %fd1;
DONE:
	ret;
}
`

// A kernel in PTX, from its text to what comes back; in device memory and in pinned memory.
func TestPTX(t *testing.T) {
	l := New(t, Config{})
	enter(t, l, 0)
	cubin, log, err := l.Link([]byte(doubles))
	if err != nil {
		t.Fatal(err, log)
	}
	m, log, err := l.LoadModule(cubin)
	if err != nil {
		t.Fatal(err, log)
	}
	f := must(l.Function(m, "twice"))(t)
	s := stream(t, l)
	host := unsafe.Slice((*float64)(at(pinned(t, l, 8*100))), 100)
	for i := range host {
		host[i] = float64(i)
	}
	p := device(t, l, 8*100)
	check(t, l.CopyToDevice(p, unsafe.Pointer(&host[0]), 8*100, s))
	for _, q := range []driver.Ptr{p, driver.Ptr(uintptr(unsafe.Pointer(&host[0])))} {
		args := [2]uint64{uint64(q), 100}
		params := [1]unsafe.Pointer{unsafe.Pointer(&args)}
		check(t, l.Launch(f, [3]uint32{2, 1, 1}, [3]uint32{64, 1, 1}, 0, s, &params[0]))
		args = [2]uint64{} // it has been read
	}
	back := make([]float64, 100)
	check(t, l.CopyToHost(unsafe.Pointer(&back[0]), p, 8*100, s))
	for i := range back {
		if back[i] != 2*float64(i) || host[i] != 2*float64(i) {
			t.Fatalf("element %d: %v and %v", i, back[i], host[i])
		}
	}
	check(t, l.UnloadModule(m))
	_, log, err = l.LoadModule([]byte(strings.Replace(doubles, "add.rn.f64", "nonsense", 1)))
	wantResult(t, err, driver.InvalidPTX)
	if !strings.Contains(log, "nonsense") {
		t.Errorf("log %q", log)
	}

	// Beyond its memory it fails, and everything after it.
	lost := New(t, Config{})
	enter(t, lost, 0)
	m, _, err = lost.LoadModule([]byte(doubles))
	check(t, err)
	f = must(lost.Function(m, "twice"))(t)
	s = must(lost.NewStream())(t)
	args := [2]uint64{uint64(must(lost.Alloc(8 * 99))(t)), 100}
	params := [1]unsafe.Pointer{unsafe.Pointer(&args)}
	check(t, lost.Launch(f, [3]uint32{2, 1, 1}, [3]uint32{64, 1, 1}, 0, s, &params[0]))
	wantResult(t, lost.SyncStream(s), driver.IllegalAddress)
	wantFault(t, lost, "are in no allocation")
}
