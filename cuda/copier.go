package cuda

import (
	goruntime "runtime"
	"sync"
)

// copier copies memory of the host with several goroutines: one alone does not keep up with a fast link. It is
// for one user at a time.
type copier struct {
	tasks chan copyTask
	left  sync.WaitGroup
	more  int // goroutines besides the caller
}

type copyTask struct{ dst, src []byte }

const (
	copyShare = 512 << 10 // bytes that are worth another goroutine
	copiers   = 8         // at the most
)

func (c *copier) start() {
	if c.tasks != nil {
		return
	}
	c.more = min(copiers, goruntime.GOMAXPROCS(0)) - 1
	c.tasks = make(chan copyTask)
	for range c.more {
		go func(tasks chan copyTask) {
			for t := range tasks {
				copy(t.dst, t.src)
				c.left.Done()
			}
		}(c.tasks)
	}
}

func (c *copier) stop() {
	if c.tasks != nil {
		close(c.tasks)
		c.tasks = nil
	}
}

// copy copies src to dst, of the same length.
func (c *copier) copy(dst, src []byte) {
	parts := min(len(src)/copyShare+1, c.more+1)
	share := (len(src)/parts + 63) &^ 63
	for range parts - 1 {
		c.left.Add(1)
		c.tasks <- copyTask{dst[:share], src[:share]}
		dst, src = dst[share:], src[share:]
	}
	copy(dst, src)
	c.left.Wait()
}
