package runtime

import "sync/atomic"

// gate counts those inside an executor, so that Close can wait for them. A
// sync.RWMutex would do, but for loops whose body launches kernels: there a
// waiting writer would lock out the inner reader, and both would wait forever.
type gate struct {
	inside atomic.Int64 // and closedBit
	empty  chan struct{}
}

const closedBit = 1 << 62

func newGate() *gate { return &gate{empty: make(chan struct{}, 1)} }

// enter reports whether the gate was open; leave must follow if it was.
func (g *gate) enter() bool {
	if g.inside.Add(1)&closedBit == 0 {
		return true
	}
	g.leave()
	return false
}

func (g *gate) leave() {
	if g.inside.Add(-1) == closedBit {
		select {
		case g.empty <- struct{}{}:
		default:
		}
	}
}

func (g *gate) closed() bool { return g.inside.Load()&closedBit != 0 }

// close shuts the gate and waits until nobody is inside. It reports whether it
// was this call that shut it.
func (g *gate) close() bool {
	first := g.inside.Or(closedBit)&closedBit == 0
	for g.inside.Load() != closedBit {
		<-g.empty
	}
	// For another Close that waits as well.
	select {
	case g.empty <- struct{}{}:
	default:
	}
	return first
}
