//go:build linux && (amd64 || arm64) && !cu

package fake

import (
	"errors"
	"fmt"
	"sort"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"

	"github.com/triad-go/triad/cuda/internal/driver"
)

// Loader makes a module of PTX; its error is the assembler's log.
type Loader func(text string) (Module, error)

// Module is a module that has been loaded.
type Module interface {
	// Entry tells of a kernel; false where there is none of this name.
	Entry(name string) (Entry, bool)
	// Run runs a launch to its end. An error that is, or wraps, a [*driver.Error] gives the context's result; an
	// [*AddressError] CUDA_ERROR_ILLEGAL_ADDRESS; any other CUDA_ERROR_LAUNCH_FAILED.
	Run(l *Launch) error
}

// Entry is what is to be known of a kernel.
type Entry struct {
	Params     []Param
	Bytes      int // of the block of parameters
	Shared     int // bytes of static shared memory
	MaxThreads int // a block; 0: 1024
	Registers  int // a thread; 0: 32
}

// Param is a parameter: where it lies in the block.
type Param struct{ Offset, Bytes int }

// Launch is one run of a kernel.
type Launch struct {
	Entry       string
	Grid, Block [3]uint32
	Shared      uint32 // bytes of dynamic shared memory
	Params      []byte
	Memory      *Memory
}

// Memory is what a launch can reach: the live allocations of its context and of its peers, and pinned memory.
type Memory struct{ ranges []span }

// span is range in fake.c.
type span struct {
	address, bytes uint64
	at             unsafe.Pointer
}

// AddressError is an access that lies in no live allocation.
type AddressError struct {
	Address uint64
	Bytes   int
	Near    uint64 // the allocation before it; 0 if there is none
	Size    uint64 // of that
}

func (e *AddressError) Error() string {
	s := fmt.Sprintf("%d bytes at %#x are in no allocation", e.Bytes, e.Address)
	if e.Near != 0 {
		s += fmt.Sprintf(" (%d bytes are allocated at %#x)", e.Size, e.Near)
	}
	return s
}

// At gives the memory behind an address, or an [*AddressError].
func (m *Memory) At(address uint64, bytes int) (unsafe.Pointer, error) {
	i := sort.Search(len(m.ranges), func(i int) bool { return m.ranges[i].address > address }) - 1
	if i < 0 {
		return nil, &AddressError{Address: address, Bytes: bytes}
	}
	r := &m.ranges[i]
	if off := address - r.address; off < r.bytes && uint64(bytes) <= r.bytes-off {
		return unsafe.Add(r.at, off), nil
	}
	return nil, &AddressError{address, bytes, r.address, r.bytes}
}

// The hooks are made once a process, as they cannot be given back. The first argument of each is the library's number.
var hooks struct {
	once                        sync.Once
	load, unload, entry, launch uintptr

	mu        sync.Mutex
	libraries map[uintptr]*Library
	last      uintptr
}

func (l *Library) hook() {
	hooks.once.Do(func() {
		hooks.libraries = map[uintptr]*Library{}
		hooks.load = purego.NewCallback(hookLoad)
		hooks.unload = purego.NewCallback(hookUnload)
		hooks.entry = purego.NewCallback(hookEntry)
		hooks.launch = purego.NewCallback(hookLaunch)
	})
	hooks.mu.Lock()
	hooks.last++
	l.user = hooks.last
	hooks.libraries[l.user] = l
	hooks.mu.Unlock()
	launch := hooks.launch
	if l.config.Idle {
		launch = 0
	}
	l.call("fakeHooks", l.user, hooks.load, hooks.unload, hooks.entry, launch)
}

// unhook lets go of the Go side. The library itself stays: a driver cannot be closed.
func (l *Library) unhook() {
	hooks.mu.Lock()
	delete(hooks.libraries, l.user)
	hooks.mu.Unlock()
}

func libraryOf(user uintptr) *Library {
	hooks.mu.Lock()
	defer hooks.mu.Unlock()
	return hooks.libraries[user]
}

func (l *Library) module(id uintptr) Module {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.modules[id]
}

// tell writes a text for C to p.
func tell(p unsafe.Pointer, room uintptr, text string) {
	if p == nil || room == 0 {
		return
	}
	b := unsafe.Slice((*byte)(p), room)
	n := copy(b[:room-1], text)
	b[n] = 0
}

func hookLoad(user uintptr, text unsafe.Pointer, n uintptr, log unsafe.Pointer, room uintptr) (id uintptr) {
	l := libraryOf(user)
	if l == nil {
		tell(log, room, "the test is over")
		return 0
	}
	defer func() {
		if r := recover(); r != nil {
			tell(log, room, fmt.Sprint(r))
			id = 0
		}
	}()
	loader := l.config.Loader
	if loader == nil {
		loader = load
	}
	m, err := loader(string(unsafe.Slice((*byte)(text), n)))
	if err != nil {
		tell(log, room, err.Error())
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	l.modules[l.last] = m
	return l.last
}

func hookUnload(user, id uintptr) uintptr {
	if l := libraryOf(user); l != nil {
		l.mu.Lock()
		delete(l.modules, id)
		l.mu.Unlock()
	}
	return 0
}

// entryInfo is entry in fake.c.
type entryInfo struct {
	count, bytes, shared, threads, registers, local uint32
	offsets, sizes                                  [128]uint32
}

func hookEntry(user, id uintptr, name, out unsafe.Pointer) uintptr {
	m := libraryOf(user).module(id)
	if m == nil {
		return 1
	}
	e, ok := m.Entry(text(name))
	if !ok || len(e.Params) > 128 {
		return 1
	}
	i := (*entryInfo)(out)
	*i = entryInfo{count: uint32(len(e.Params)), bytes: uint32(e.Bytes), shared: uint32(e.Shared), threads: 1024, registers: 32}
	if e.MaxThreads != 0 {
		i.threads = uint32(e.MaxThreads)
	}
	if e.Registers != 0 {
		i.registers = uint32(e.Registers)
	}
	for j, p := range e.Params {
		i.offsets[j], i.sizes[j] = uint32(p.Offset), uint32(p.Bytes)
	}
	return 0
}

// request is request in fake.c.
type request struct {
	module         uint64
	entry          unsafe.Pointer
	grid, block    [3]uint32
	shared, bytes  uint32
	params, ranges unsafe.Pointer
	count          uint64
	error          unsafe.Pointer
	errorSize      uint64
}

func hookLaunch(user uintptr, p unsafe.Pointer) (result uintptr) {
	q := (*request)(p)
	fail := func(text string, r driver.Result) uintptr {
		tell(q.error, uintptr(q.errorSize), text)
		return uintptr(r)
	}
	m := libraryOf(user).module(uintptr(q.module))
	if m == nil {
		return fail("its module is gone", driver.LaunchFailed)
	}
	defer func() {
		if r := recover(); r != nil {
			result = fail(fmt.Sprint("panic: ", r), driver.LaunchFailed)
		}
	}()
	err := m.Run(&Launch{
		Entry: text(q.entry), Grid: q.grid, Block: q.block, Shared: q.shared,
		Params: unsafe.Slice((*byte)(q.params), q.bytes),
		Memory: &Memory{unsafe.Slice((*span)(q.ranges), q.count)},
	})
	var is *driver.Error
	var address *AddressError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &is):
		return fail(err.Error(), is.Result)
	case errors.As(err, &address):
		return fail(err.Error(), driver.IllegalAddress)
	}
	return fail(err.Error(), driver.LaunchFailed)
}

// text is the Go string of a C string.
func text(p unsafe.Pointer) string {
	n := 0
	for *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(p), n))
}
