package cuda

import (
	"sync"

	"github.com/triad-go/triad/cuda/internal/driver"
)

// held is what a call has of a device, until it is garbage or its executor closes.
type held struct {
	ex *executor

	mu      sync.Mutex
	freed   bool
	modules []*module
	words   []words
	memory  []driver.Ptr
	events  []driver.Event
	graph   driver.GraphExec
}

// newHeld returns one that the executor knows of.
func newHeld(e *executor) *held {
	h := &held{ex: e}
	e.calls.Lock()
	defer e.calls.Unlock()
	if e.calls.have == nil {
		e.calls.have = map[*held]struct{}{}
	}
	e.calls.have[h] = struct{}{}
	return h
}

// calls are what the calls of an executor hold.
type calls struct {
	sync.Mutex
	have map[*held]struct{}
}

// The methods below get something, which free gives back. The context is current.

func (h *held) module(kernel, text string) (*module, error) {
	m, err := h.ex.gpu.modules.load(kernel, text)
	if err == nil {
		h.modules = append(h.modules, m)
	}
	return m, err
}

func (h *held) someWords(n int) (words, error) {
	w, err := h.ex.gpu.words.get(n)
	if err == nil {
		h.words = append(h.words, w)
	}
	return w, err
}

// alloc is for memory that streams other than the device's use, when that one has been waited for.
func (h *held) alloc(bytes int64) (driver.Ptr, error) {
	p, err := h.ex.gpu.alloc(bytes)
	if err == nil {
		h.memory = append(h.memory, p)
	}
	return p, err
}

func (h *held) event(flags driver.EventFlags) (driver.Event, error) {
	e, err := h.ex.gpu.drv.NewEvent(flags)
	if err == nil {
		h.events = append(h.events, e)
	}
	return e, h.ex.gpu.fault(err)
}

// setGraph keeps a graph in the place of the one before, which is not launched any more.
func (h *held) setGraph(e driver.GraphExec) {
	if h.graph != 0 {
		_ = h.ex.gpu.drv.DestroyGraphExec(h.graph)
	}
	h.graph = e
}

// release gives all back, if that has not been done. No launch may be under way.
func (h *held) release() {
	h.free()
	// Not before: an executor that closes waits for those that it still knows of.
	h.ex.calls.Lock()
	defer h.ex.calls.Unlock()
	delete(h.ex.calls.have, h)
}

func (h *held) free() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.freed {
		return
	}
	h.freed = true
	g := h.ex.gpu
	before, err := g.current()
	if err != nil {
		return
	}
	defer g.leave(before)
	if h.graph != 0 {
		_ = g.drv.DestroyGraphExec(h.graph)
	}
	for _, e := range h.events {
		_ = g.drv.DestroyEvent(e)
	}
	for _, p := range h.memory {
		_ = g.unalloc(p)
	}
	for _, w := range h.words {
		g.words.put(w)
	}
	for _, m := range h.modules {
		g.modules.release(m)
	}
}

// releaseAll gives back what all calls hold.
func (c *calls) releaseAll() {
	for {
		c.Lock()
		var one *held
		for h := range c.have {
			one = h
			break
		}
		c.Unlock()
		if one == nil {
			return
		}
		one.release()
	}
}
