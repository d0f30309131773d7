package runtime

import "sync"

// turn is the right to use a crew, one at a time. Waiters are let go without it
// when a loop has it: they may be what the loop's body waits for.
type turn struct {
	mu      sync.Mutex
	changed sync.Cond
	taken   bool
	loop    bool // by a loop
}

func newTurn() *turn {
	t := &turn{}
	t.changed.L = &t.mu
	return t
}

// take waits for the right and reports whether it has it. It does not if a loop
// has it.
func (t *turn) take(loop bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.taken {
		if t.loop {
			return false
		}
		t.changed.Wait()
	}
	t.taken, t.loop = true, loop
	if loop {
		t.changed.Broadcast()
	}
	return true
}

func (t *turn) give() {
	t.mu.Lock()
	t.taken, t.loop = false, false
	t.mu.Unlock()
	t.changed.Signal()
}
