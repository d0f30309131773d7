package runtime

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestGate(t *testing.T) {
	g := newGate()
	var inside, entered atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for g.enter() {
				entered.Add(1)
				inside.Add(1)
				inside.Add(-1)
				g.leave()
			}
		})
	}
	for entered.Load() < 1000 {
		time.Sleep(time.Microsecond)
	}
	first := 0
	for range 3 { // several may close at once
		wg.Go(func() {
			if g.close() {
				first++ // only one is first
			}
			if n := inside.Load(); n != 0 {
				t.Errorf("%d inside after close", n)
			}
		})
	}
	wg.Wait()
	if first != 1 {
		t.Errorf("%d calls shut the gate", first)
	}
	if g.enter() || !g.closed() {
		t.Error("the gate is open after close")
	}
}
