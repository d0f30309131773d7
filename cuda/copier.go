package cuda

import (
	goruntime "runtime"
	"sync/atomic"
	"time"
)

// copier copies memory of the host with several goroutines: one alone does not keep up with a fast link. It is
// for one user at a time.
type copier struct {
	wake    chan *copies
	more    int       // goroutines besides the caller
	have    []*copies // of which those that nobody works on any more are used again
	pending *copies   // what was added
}

// copies is what is copied at once, in pieces that whoever is awake takes one after the other: nobody waits for one who wakes late.
type copies struct {
	pieces   []copyPiece
	next     atomic.Int32 // the piece to take next
	finished atomic.Int32 // pieces
	sent     int32        // to goroutines
	returned atomic.Int32 // by them
}

type copyPiece struct{ dst, src []byte }

const (
	copyBytes = 256 << 10 // of a piece: worth another goroutine, and copied in the time that it takes to wake one
	copiers   = 8         // at the most
)

func (c *copier) start() {
	if c.wake != nil {
		return
	}
	c.more = min(copiers, goruntime.GOMAXPROCS(0)) - 1
	c.wake = make(chan *copies, c.more)
	for range c.more {
		go func(wake chan *copies) {
			for b := range wake {
				b.work()
				b.returned.Add(1)
			}
		}(c.wake)
	}
}

func (c *copier) stop() {
	if c.wake != nil {
		close(c.wake)
		c.wake = nil
	}
}

// add has flush copy src to dst, of the same length. What is added is not to depend on the order.
func (c *copier) add(dst, src []byte) {
	if c.pending == nil {
		c.pending = c.idle()
	}
	for len(src) > 0 {
		n := min(len(src), copyBytes)
		c.pending.pieces = append(c.pending.pieces, copyPiece{dst[:n], src[:n]})
		dst, src = dst[n:], src[n:]
	}
}

// flush copies what was added.
func (c *copier) flush() {
	b := c.pending
	if b == nil {
		return
	}
	c.pending = nil
	n := int32(len(b.pieces))
	for i := int32(1); i < n && i <= int32(c.more); i++ {
		select {
		case c.wake <- b:
			b.sent++
		default: // all are called already
		}
	}
	b.work()
	// What is left is with others who are awake: shorter than to sleep, for one who is bound to a thread.
	for begin := time.Now(); b.finished.Load() < n; {
		if time.Since(begin) > spinFor {
			goruntime.Gosched()
		}
	}
	clear(b.pieces)
}

// copy copies src to dst, of the same length.
func (c *copier) copy(dst, src []byte) {
	c.add(dst, src)
	c.flush()
}

// idle returns copies to add to.
func (c *copier) idle() *copies {
	for _, b := range c.have {
		if b.returned.Load() == b.sent {
			b.pieces, b.sent = b.pieces[:0], 0
			b.next.Store(0)
			b.finished.Store(0)
			b.returned.Store(0)
			return b
		}
	}
	b := &copies{}
	c.have = append(c.have, b)
	return b
}

func (b *copies) work() {
	for {
		i := int(b.next.Add(1)) - 1
		if i >= len(b.pieces) {
			return
		}
		copy(b.pieces[i].dst, b.pieces[i].src)
		b.finished.Add(1)
	}
}
