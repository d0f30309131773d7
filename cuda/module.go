package cuda

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"

	"github.com/triad-go/triad/cuda/internal/driver"
)

// modules are the code that a device has loaded, by its text. What no call uses stays, up to
// a number, for calls of the same kernels to come.
type modules struct {
	gpu  *gpu
	disk imageCache

	mu   sync.Mutex
	have map[string]*module
	time int // counts uses
}

// imageCache keeps compiled code from one process to the next: *cache.Cache.
type imageCache interface {
	Get(key string) ([]byte, bool)
	Put(key string, image []byte) error
}

// idleModules is how many modules stay loaded that no call uses.
const idleModules = 256

// module is code that is loaded, or being loaded by who came first.
type module struct {
	key    string
	loaded chan struct{} // closed when handle is there, or failed said
	handle driver.Module
	failed bool
	users  int // guarded by modules.mu, as is what follows
	last   int
}

// load returns the module of a text, until it is released. Texts that differ are compiled at the same time. The context is current.
func (m *modules) load(kernel, text string) (*module, error) {
	sum := sha256.Sum256([]byte(text))
	key := string(sum[:])
	m.mu.Lock()
	for {
		have := m.have[key]
		if have == nil {
			break
		}
		m.time++
		have.users++
		have.last = m.time
		m.mu.Unlock()
		if <-have.loaded; !have.failed {
			return have, nil
		}
		m.mu.Lock() // whose error was another's to tell
	}
	m.time++
	mod := &module{key: key, loaded: make(chan struct{}), users: 1, last: m.time}
	if m.have == nil {
		m.have = map[string]*module{}
	}
	m.have[key] = mod
	disk := m.disk
	m.mu.Unlock()

	handle, err := m.compile(kernel, text, disk)
	mod.handle, mod.failed = handle, err != nil
	if err != nil {
		m.mu.Lock()
		delete(m.have, key)
		m.mu.Unlock()
	}
	close(mod.loaded)
	if err != nil {
		return nil, err
	}
	return mod, nil
}

// compile loads the text, by way of what the disk has for it, or will have.
func (m *modules) compile(kernel, text string, disk imageCache) (driver.Module, error) {
	g := m.gpu
	ptx := append([]byte(text), 0)
	fail := func(log string, err error) (driver.Module, error) {
		if err = g.fault(err); isOutOfMemory(err) {
			return 0, &MemoryError{Device: g.ordinal, Bytes: int64(len(text)), Err: err}
		}
		return 0, &ModuleError{Kernel: kernel, Log: log, PTX: text, Err: err}
	}
	if disk != nil {
		// The image depends on the device and on the driver that made it.
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s\n%s", g.props.driver, g.props.capability, g.props.name, text))
		name := hex.EncodeToString(sum[:])
		if image, ok := disk.Get(name); ok {
			if h, _, err := g.drv.LoadModule(image); err == nil {
				return h, nil
			} // else it is for another driver, whatever its name says
		}
		// What fails here need not fail without an image: CUDA_FORCE_PTX_JIT, for one, has the driver take none.
		if image, _, err := g.drv.Link(ptx); err == nil {
			if h, _, err := g.drv.LoadModule(image); err == nil {
				_ = disk.Put(name, image) // a directory that cannot be written costs time alone
				return h, nil
			}
		}
	}
	h, log, err := g.drv.LoadModule(ptx)
	if isOutOfMemory(err) && g.trim() {
		h, log, err = g.drv.LoadModule(ptx)
	}
	if err != nil {
		return fail(log, err)
	}
	return h, nil
}

// release lets go of a module. The context is current, or the device lost.
func (m *modules) release(mod *module) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if mod.users--; mod.users > 0 {
		return
	}
	idle, oldest := 0, (*module)(nil)
	for _, o := range m.have {
		if o.users == 0 {
			if idle++; oldest == nil || o.last < oldest.last {
				oldest = o
			}
		}
	}
	if idle > idleModules {
		delete(m.have, oldest.key)
		_ = m.gpu.fault(m.gpu.drv.UnloadModule(oldest.handle))
	}
}

// unload unloads all. The context is current.
func (m *modules) unload() {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, mod := range m.have {
		_ = m.gpu.drv.UnloadModule(mod.handle)
	}
	m.have = nil
}

// keep says where compiled code is kept for other processes, unless that was said before.
func (m *modules) keep(disk imageCache) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.disk == nil {
		m.disk = disk
	}
}
