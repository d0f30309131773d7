//go:build linux && (amd64 || arm64) && !cu

package fake

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/triad-go/triad/cuda/internal/driver"
)

//go:embed libcuda/fake.c
var source []byte

// compiled is the library, compiled once a process and kept in memory: where tests run and what they leave
// behind is their own affair.
var compiled = sync.OnceValues(compile)

var errNoCompiler = errors.New("no C compiler (cc, gcc or clang) to compile the fake driver with")

func compile() ([]byte, error) {
	var compiler string
	for _, name := range []string{os.Getenv("CC"), "cc", "gcc", "clang"} {
		if name == "" {
			continue
		}
		if path, err := exec.LookPath(name); err == nil {
			compiler = path
			break
		}
	}
	if compiler == "" {
		return nil, errNoCompiler
	}
	dir, err := os.MkdirTemp("", "fakecuda")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	in, out := filepath.Join(dir, "fake.c"), filepath.Join(dir, "libcuda.so.1")
	if err := os.WriteFile(in, source, 0o644); err != nil {
		return nil, err
	}
	text, err := exec.Command(compiler, "-shared", "-fPIC", "-O1", "-std=gnu11", "-fvisibility=hidden", "-o", out, in, "-lpthread").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", compiler, err, text)
	}
	return os.ReadFile(out)
}

// Path writes the library to a file of the test's own, for a subprocess that runs with
// TRIAD_CUDA_LIBRARY=path. That process sets the number of devices by TRIAD_FAKE_DEVICES (1 without) and shows
// them by CUDA_VISIBLE_DEVICES; modules do not load there, as it has nothing to run kernels with. It skips a test
// where there is no C compiler.
func Path(tb testing.TB) string {
	tb.Helper()
	library, err := compiled()
	if errors.Is(err, errNoCompiler) {
		tb.Skip(err)
	}
	if err != nil {
		tb.Fatal(err)
	}
	path := filepath.Join(tb.TempDir(), "libcuda.so.1")
	if err := os.WriteFile(path, library, 0o755); err != nil {
		tb.Fatal(err)
	}
	return path
}

// Config is a machine. The zero Config is one device.
type Config struct {
	Devices []Device // nil: one standard device
	None    bool     // no device at all
	Visible []int    // the ordinals shown, in order; nil: all, or CUDA_VISIBLE_DEVICES
	Version int      // of the driver, as cuDriverGetVersion tells; 0: 12000
	Loader  Loader   // what modules are made of PTX with; nil: package ptxsim
	Queue   int      // operations that a stream takes before a caller has to wait for the first; 0: 1024
	Turn    int      // operations that a query runs of the stream that it asks about; 0: 1
	Idle    bool     // kernels do nothing, and modules are not told of launches: for tests of what a launch costs
	Lenient bool     // leave it to the test to look at Faults and Leaks
}

// Device is a device; what is zero is standard: "Fake GPU 0", 1 GiB, compute capability 8.0, 4 multiprocessors.
type Device struct {
	Name       string
	Memory     uint64
	Capability int // 70, 80, 90 …
	Attributes map[driver.Attribute]int
	NoPeers    bool // no other device can access its memory, nor it theirs
}

// Library is a loaded fake: a driver and the means to set it and to ask it. Every Library has a state of its own.
type Library struct {
	driver.Driver        // nil until Open
	File          string // the library's

	tb      testing.TB
	config  Config
	handle  uintptr
	user    uintptr
	at      map[string]uintptr
	mu      sync.Mutex
	modules map[uintptr]Module
	last    uintptr
}

// New loads a fresh fake and opens it. When the test ends, faults and leaks fail it. It skips a test
// where there is no C compiler.
func New(tb testing.TB, c Config) *Library {
	tb.Helper()
	l := Load(tb, c)
	if err := l.Open(); err != nil {
		tb.Fatal(err)
	}
	return l
}

// Load is New without opening the driver: for a test that makes that fail, or leaves it to what it tests.
func Load(tb testing.TB, c Config) *Library {
	tb.Helper()
	l := &Library{File: Path(tb), tb: tb, config: c, at: map[string]uintptr{}, modules: map[uintptr]Module{}}
	handle, err := purego.Dlopen(l.File, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		tb.Fatal(err)
	}
	l.handle = handle
	l.hook()
	l.setup()
	tb.Cleanup(l.end)
	return l
}

// Open opens the driver anew.
func (l *Library) Open() error {
	d, err := driver.OpenPath(l.File)
	if err == nil {
		l.Driver = d
	}
	return err
}

func (l *Library) setup() {
	c := &l.config
	if c.Devices == nil && !c.None {
		c.Devices = []Device{{}}
	}
	or := func(v, otherwise int) uintptr {
		if v == 0 {
			v = otherwise
		}
		return uintptr(v)
	}
	l.call("fakeSetup", uintptr(len(c.Devices)), or(c.Version, 12000), or(c.Queue, 1024), or(c.Turn, 1))
	for i, d := range c.Devices {
		name := cstring(d.Name)
		l.call("fakeDevice", uintptr(i), uintptr(unsafe.Pointer(&name[0])), uintptr(d.Memory))
		attribute := func(a driver.Attribute, v int) {
			l.call("fakeAttribute", uintptr(i), uintptr(a), uintptr(v))
		}
		if d.Capability != 0 {
			attribute(driver.CapabilityMajor, d.Capability/10)
			attribute(driver.CapabilityMinor, d.Capability%10)
		}
		for a, v := range d.Attributes {
			attribute(a, v)
		}
		for j, e := range c.Devices {
			if d.NoPeers || e.NoPeers {
				l.call("fakePeer", uintptr(i), uintptr(j), 0)
			}
		}
	}
	if c.Visible != nil || c.None {
		which := make([]int32, len(c.Visible)+1)
		for i, v := range c.Visible {
			which[i] = int32(v)
		}
		l.call("fakeVisible", uintptr(len(c.Visible)), uintptr(unsafe.Pointer(&which[0])))
	}
}

func (l *Library) end() {
	l.Release()
	if !l.config.Lenient {
		l.Check()
	}
	l.unhook()
}

// Check fails the test for what faults and leaks there are now, and forgets the faults.
func (l *Library) Check() {
	l.tb.Helper()
	for _, f := range l.Faults() {
		l.tb.Errorf("fake driver: %s", f)
	}
	for _, f := range l.Leaks() {
		l.tb.Errorf("fake driver: left behind: %s", f)
	}
}

// Forgive drops the faults so far, and the test does not fail for what is left at its end.
func (l *Library) Forgive() {
	l.Faults()
	l.config.Lenient = true
}

// Faults gives what has been done that must not be, and forgets it.
func (l *Library) Faults() []string { return l.lines("fakeFaults", 1<<20) }

// Leaks gives what has not been given back. Memory that is freed in a stream's order is.
func (l *Library) Leaks() []string { return l.lines("fakeLeaks", 1<<16) }

func (l *Library) lines(ask string, room int) []string {
	b := make([]byte, room)
	n := l.call(ask, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	if n == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(b[:n]), "\n"), "\n")
}

// Fail makes the nth call from now of a function (1 is the next) fail with r. The function is named as the library
// exports it, "cuMemAlloc_v2"; "" is any. A result that is sticky makes the calling thread's context lost.
// Functions that release or wait do their work all the same.
func (l *Library) Fail(call string, nth int, r driver.Result) { l.rule(call, nth, r, 0, 0) }

// FailFrom is Fail for the nth call from now and all later ones.
func (l *Library) FailFrom(call string, nth int, r driver.Result) { l.rule(call, nth, r, 1, 0) }

// LoseAt makes the nth call from now find its thread's device lost, or the first where the thread has none: it and
// whatever asks that device for anything later gives r, which has to be sticky.
func (l *Library) LoseAt(nth int, r driver.Result) { l.rule("", nth, r, 0, 1) }

func (l *Library) rule(call string, nth int, r driver.Result, forever, loses uintptr) {
	l.tb.Helper()
	name := cstring(call)
	if nth < 1 || l.call("fakeRule", uintptr(unsafe.Pointer(&name[0])), uintptr(nth), uintptr(r), forever, loses) == 0 {
		l.tb.Fatalf("fake driver: no rule for call %d of %q", nth, call)
	}
}

// Lose makes a device be lost now: its work is dropped, whoever waits for it goes on, and every call gives r.
func (l *Library) Lose(device int, r driver.Result) {
	l.call("fakeLose", uintptr(device), uintptr(r))
}

// Hold lets so many launches from now pass and none after them begin until Release: they are kernels that do not end.
func (l *Library) Hold(after int) { l.call("fakeHold", uintptr(after)) }

// Release lets the launches go on that Hold held.
func (l *Library) Release() { l.call("fakeRelease") }

// Delay makes every operation take so long.
func (l *Library) Delay(d time.Duration) { l.call("fakeDelay", uintptr(d)) }

// Count tells how often a function was called, whatever came of it.
func (l *Library) Count(call string) int {
	name := cstring(call)
	n := int64(l.call("fakeCount", uintptr(unsafe.Pointer(&name[0]))))
	if n < 0 {
		l.tb.Fatalf("fake driver: there is no %q", call)
	}
	return int(n)
}

// Calls gives the functions called so far, in order, but for those that name errors.
func (l *Library) Calls() []string {
	n := l.call("fakeSequence", 0, 0, 0)
	if n == 0 {
		return nil
	}
	b := make([]byte, n)
	l.call("fakeSequence", uintptr(unsafe.Pointer(&b[0])), 0, n)
	names := make([]string, n)
	for i, c := range b {
		names[i] = l.name(uintptr(c))
	}
	return names
}

func (l *Library) name(call uintptr) string {
	var b [64]byte
	l.call("fakeName", call, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	return string(b[:bytes.IndexByte(b[:], 0)])
}

// Stats is what a fake was asked to do, in bytes but for those that say otherwise.
type Stats struct {
	Launches   uint64 // launches of kernels, those of graphs among them
	ToDevice   uint64
	ToHost     uint64
	OnDevice   uint64
	Peer       uint64
	Filled     uint64
	Pageable   uint64 // copies from and to memory that is not pinned
	IdleSyncs  uint64 // waits that found nothing to wait for
	Operations uint64 // operations of streams that have run
	Near       uint64 // bytes of Peer that the device copied to reached by itself
	_          [6]uint64
}

// Stats gives what was asked so far.
func (l *Library) Stats() (s Stats) {
	l.call("fakeStats", uintptr(unsafe.Pointer(&s)))
	return s
}

// Live is how much there is of what a caller has to give back, and of work that is queued.
type Live struct {
	_                                     uint64
	Streams, Events, Modules, Functions   uint64
	Pools, Graphs, GraphExecs, LinkStates uint64
	Contexts                              uint64
	Allocations, Pinned, Registered       uint64
	Queued                                uint64
	_                                     [2]uint64
}

// Live counts what there is now.
func (l *Library) Live() (v Live) {
	l.call("fakeLive", uintptr(unsafe.Pointer(&v)))
	return v
}

// Memory gives the memory of an allocation from p on, as it is at this moment.
func (l *Library) Memory(p driver.Ptr, bytes int) []byte {
	var at unsafe.Pointer
	l.call("fakeMemory", uintptr(p), uintptr(unsafe.Pointer(&at)))
	if at == nil {
		l.tb.Fatalf("fake driver: %#x is no address in device memory", uint64(p))
	}
	return unsafe.Slice((*byte)(at), bytes)
}

func cstring(s string) []byte { return append([]byte(s), 0) }

// call calls a function that the library has for this package. What is passed as an address stays on the heap for
// the call: its uintptr is made in the call's own expression.
//
//go:uintptrescapes
func (l *Library) call(name string, args ...uintptr) uintptr {
	l.mu.Lock()
	at := l.at[name]
	if at == 0 {
		at, _ = purego.Dlsym(l.handle, name)
		if at == 0 {
			l.mu.Unlock()
			panic("fake: the library has no " + name)
		}
		l.at[name] = at
	}
	l.mu.Unlock()
	r, _, _ := purego.SyscallN(at, args...)
	return r
}
