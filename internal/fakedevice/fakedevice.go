// Package fakedevice is an executor for tests whose memory programs do not reach: its devices have
// Buffers without a Slice, as those of a GPU have none.
package fakedevice

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// Code is what launches say that they run.
const Code = "ptx sm_90"

// ErrAbsent is what a machine without devices answers.
var ErrAbsent = errors.New("fakedevice: this machine has no such devices")

// Machine is the devices that there are.
type Machine struct {
	name string

	mu      sync.Mutex
	targets []runtime.Target
	err     error

	// Wrong makes copies add a little.
	Wrong atomic.Bool

	// Live is how many bytes of Buffers there are.
	Live atomic.Int64
}

// Register makes devices known to package runtime under a name: at first there are none.
func Register(name string) *Machine {
	m := &Machine{name: name, err: ErrAbsent}
	runtime.Register(name, m.open)
	runtime.RegisterTargets(name, func() ([]runtime.Target, error) {
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.err != nil && m.err != ErrAbsent {
			return nil, m.err
		}
		return m.targets, nil
	})
	return m
}

// Set says which devices there are from now on, each with so much cache, memory and bandwidth.
func (m *Machine) Set(devices ...Device) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.targets, m.err = nil, nil
	if len(devices) == 0 {
		m.err = ErrAbsent
	}
	for i, d := range devices {
		t := runtime.Target{
			Name:           m.name + ":" + strconv.Itoa(i),
			Kind:           runtime.GPU,
			Model:          "Abacus X" + strconv.Itoa(100+i),
			MemoryBytes:    d.Memory,
			AvailableBytes: d.Memory,
			Device: &runtime.Device{Index: i, Capability: "9.0", Multiprocessors: 132, Driver: "12.4",
				UUID: "GPU-" + strconv.Itoa(i), BytesPerSecond: d.BytesPerSecond},
		}
		if d.Cache > 0 {
			t.Caches = []runtime.Cache{{Level: 2, Type: runtime.UnifiedCache, Bytes: d.Cache}}
		}
		m.targets = append(m.targets, t)
	}
}

// Fail makes the machine one whose devices cannot be listed nor opened.
func (m *Machine) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.targets, m.err = nil, err
}

// Device is what one is told to have.
type Device struct {
	Cache, Memory  int64
	BytesPerSecond float64
}

func (m *Machine) open(c runtime.Config) (runtime.Executor, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.err != nil {
		return nil, m.err
	}
	name, i := m.name, 0
	if c.Device != "" {
		var err error
		if i, err = strconv.Atoi(c.Device); err != nil || i < 0 || i >= len(m.targets) {
			return nil, errors.New("fakedevice: no device " + c.Device)
		}
		name += ":" + c.Device
	}
	t := m.targets[i]
	device := *t.Device
	device.BytesPerSecond = 0 // an executor does not measure
	t.Device = &device
	return &executor{machine: m, name: name, target: t}, nil
}

type executor struct {
	machine *Machine
	name    string
	target  runtime.Target
	closed  atomic.Bool
}

func (e *executor) Name() string           { return e.name }
func (e *executor) Target() runtime.Target { return e.target }
func (e *executor) Close() error           { e.closed.Store(true); return nil }

// Allocate implements runtime.Allocator.
func (e *executor) Allocate(bytes int) (runtime.Memory, error) {
	if e.closed.Load() {
		return nil, runtime.ErrClosed
	}
	if have := e.target.MemoryBytes; have > 0 && e.machine.Live.Load()+int64(bytes) > have {
		return nil, errors.New("fakedevice: out of memory")
	}
	e.machine.Live.Add(int64(bytes))
	return &memory{e, make([]uint64, (bytes+7)/8), bytes}, nil
}

// Bind implements runtime.Executor.
func (e *executor) Bind(k *kernels.Kernel, args runtime.Args, _ ...runtime.Policy) (*runtime.Call, error) {
	if e.closed.Load() {
		return nil, runtime.ErrClosed
	}
	if e.machine.Wrong.Load() && k.Name() == "copy" {
		k = kernels.Must(kernels.Parse("copy", "c = a + 0.5"))
	}
	b, err := runtime.CheckOn(func(m runtime.Memory) string {
		if own, ok := m.(*memory); ok && own.on.target.Name == e.target.Name {
			return ""
		}
		return "the buffer lies on another device"
	}, k, args)
	if err != nil {
		return nil, err
	}
	info := runtime.LaunchInfo{Executor: e.name, Code: Code, Workers: e.target.Device.Multiprocessors, NonTemporalWhy: "the arrays fit the L2 cache"}
	return runtime.NewCall(b, info, e), nil
}

// Launch implements runtime.Launcher.
func (e *executor) Launch(ctx, _ context.Context, b *runtime.Binding) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	b.Program.Interpret(b.Frame, 0, b.Frame.N)
	return nil
}

// memory is a device's: ordinary memory, which says that it is none of the program's.
type memory struct {
	on    *executor
	words []uint64
	bytes int
}

func (m *memory) Address() unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(m.words)) }
func (m *memory) Bytes() int              { return m.bytes }
func (m *memory) Host() bool              { return false }

func (m *memory) own() []byte { return unsafe.Slice((*byte)(m.Address()), m.bytes) }

func (m *memory) CopyIn(_ context.Context, from []byte) error {
	copy(m.own(), from)
	return nil
}

func (m *memory) CopyOut(_ context.Context, to []byte) error {
	copy(to, m.own())
	return nil
}

func (m *memory) Free() error {
	m.on.machine.Live.Add(-int64(m.bytes))
	return nil
}
