package runtime

import (
	"context"
	"time"
)

// Event is an asynchronous launch, or copy. It is safe for concurrent use.
type Event struct {
	done chan struct{}
	err  error // set before done is closed

	device time.Duration // as Call.device, set before done is closed
}

// Start begins a launch as Run would do and returns at once. The launches of
// one call take place in the order of their Starts and Runs, and SetScalar
// between two Starts holds for the second; those of different calls may take
// place in any order or at once, so that one which needs another's results must
// wait for its event. An executor that is closed before the launch begins makes
// its error ErrClosed.
func (c *Call) Start(ctx context.Context) *Event {
	e := &Event{done: make(chan struct{})}
	before := c.started.Swap(e)
	go func() {
		if before != nil {
			<-before.done
		}
		c.mu.Lock()
		e.err, e.device = c.run(ctx), c.device
		c.mu.Unlock()
		close(e.done)
		c.started.CompareAndSwap(e, nil)
	}()
	return e
}

// started does f on another goroutine.
func started(f func() error) *Event {
	e := &Event{done: make(chan struct{}), device: -1}
	go func() {
		e.err = f()
		close(e.done)
	}()
	return e
}

// Done is closed when the launch has ended.
func (e *Event) Done() <-chan struct{} { return e.done }

// Wait waits until the launch has ended and returns what Run would have
// returned.
func (e *Event) Wait() error {
	<-e.done
	return e.err
}

// Err returns nil while the launch runs, and what Wait returns afterwards.
func (e *Event) Err() error {
	select {
	case <-e.done:
		return e.err
	default:
		return nil
	}
}

// DeviceTime waits until the launch has ended and returns how long its kernels ran on the device: see [Call.DeviceTime].
func (e *Event) DeviceTime() (d time.Duration, ok bool) {
	<-e.done
	return max(e.device, 0), e.device >= 0
}
