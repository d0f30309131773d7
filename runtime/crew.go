package runtime

import (
	"context"
	goruntime "runtime"
	"runtime/pprof"
	"sync"
	"sync/atomic"

	"github.com/triad-go/triad/runtime/internal/topology"
)

// crew is a team of goroutines that run one task after another, each task on
// all of them or the first few at once. To hand out a task costs two transfers
// of a cache line as long as the crew is awake. After a task its members look
// out for the next one for spinFor and then sleep; sleepers cost nothing, and
// are woken one by one.
type crew struct {
	members []*member // with goroutines; members[i] is worker i+first
	first   int       // 0 if workers are all goroutines, 1 if the caller is worker 0
	ended   sync.WaitGroup

	_ [128]byte

	// order tells that there is a new task and how many workers it is for.
	// Members that it is not for look at nothing else, so that the rest may
	// change as soon as those that it is for have arrived.
	order  atomic.Uint64 // number of the task << orderBits | workers
	task   task
	labels context.Context
	target uint32 // what arrived will be when the task is done

	_ [128]byte

	arrived atomic.Uint32 // members that have done their part, counted over all tasks
	waiting atomic.Bool   // the caller sleeps until the last one arrives
	done    chan struct{}

	_ [128]byte

	spin spin // of the caller
}

// task is work for several workers at once. do may end its goroutine, but not
// panic.
type task interface{ do(worker int) }

const (
	orderBits = 16
	orderMask = 1<<orderBits - 1
	orderQuit = orderMask // instead of a number of workers
)

// member is a goroutine of a crew.
type member struct {
	worker int
	cpu    []int  // the CPU that it is bound to, if any
	seen   uint64 // the last order
	awake  bool   // counted in spinners
	spin   spin
	asleep atomic.Bool
	wake   chan struct{}
	_      [128]byte
}

// newCrew starts a crew of that many workers, the caller being one of them if
// cpus is nil. Otherwise workers are goroutines all, and worker i is bound to
// cpus[i mod len(cpus)].
func newCrew(workers int, cpus []int) (*crew, error) {
	c := &crew{first: 1, done: make(chan struct{}, 1)}
	if cpus != nil {
		c.first = 0
	}
	ready := make(chan error)
	for w := c.first; w < workers; w++ {
		m := &member{worker: w, wake: make(chan struct{}, 1)}
		if cpus != nil {
			m.cpu = []int{cpus[w%len(cpus)]}
		}
		c.members = append(c.members, m)
		c.ended.Add(1)
		go c.main(m, ready)
	}
	var err error
	for range c.members {
		if e := <-ready; e != nil {
			err = e
		}
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// bound reports whether the workers are goroutines all, each bound to a CPU.
func (c *crew) bound() bool { return c.first == 0 }

// run runs the task on the first workers and returns when all are done. It must
// not be called by two at once.
func (c *crew) run(t task, workers int, labels context.Context) {
	hands := max(workers-c.first, 0)
	c.task, c.labels = t, labels
	c.target = c.arrived.Load() + uint32(hands)
	c.publish(uint64(workers), hands)
	defer c.join(workers)
	if c.first == 1 {
		t.do(0)
	}
}

// publish gives an order and wakes those of the first hands members that sleep.
func (c *crew) publish(workers uint64, hands int) {
	c.order.Store((c.order.Load()>>orderBits+1)<<orderBits | workers)
	for _, m := range c.members[:hands] {
		// Whoever turns asleep back is the one to act on it: here, by waking;
		// in next, by staying up.
		if m.asleep.Load() && m.asleep.CompareAndSwap(true, false) {
			m.wake <- struct{}{}
		}
	}
}

// join waits for the members to arrive.
func (c *crew) join(workers int) {
	if !c.arrivedSoon(workers) {
		// A member that was last for an earlier task, and slow to look, may take
		// this wait for that one and end it: hence the loop.
		for c.arrived.Load() != c.target {
			c.waiting.Store(true)
			if c.arrived.Load() == c.target && c.waiting.CompareAndSwap(true, false) {
				break
			}
			<-c.done
		}
	}
	c.task, c.labels = nil, nil
}

// arrivedSoon spins until all members have arrived; false if it gave up.
func (c *crew) arrivedSoon(workers int) bool {
	for range 1000 { // less than a microsecond
		if c.arrived.Load() == c.target {
			return true
		}
	}
	// Where the workers need all processors, the caller's is one of them.
	if procs := goruntime.GOMAXPROCS(0); workers > procs || c.first == 0 || !enterSpin(procs) {
		return false
	}
	defer leaveSpin()
	c.spin.begin()
	for c.arrived.Load() != c.target {
		if !c.spin.again(true) {
			return false
		}
	}
	c.spin.end()
	return true
}

// arrive is a member's last word on a task.
func (c *crew) arrive() {
	target := c.target
	if c.arrived.Add(1) == target && c.waiting.Load() && c.waiting.CompareAndSwap(true, false) {
		c.done <- struct{}{}
	}
}

// close ends the goroutines and waits for that. No task may be running.
func (c *crew) close() {
	c.publish(orderQuit, len(c.members))
	c.ended.Wait()
}

// main is the goroutine of a member.
func (c *crew) main(m *member, ready chan<- error) {
	quit := false
	defer func() {
		if !quit {
			// The task has ended this goroutine. Another one takes its place.
			m.rest()
			c.ended.Add(1)
			go c.main(m, nil)
			c.arrive()
		}
		c.ended.Done()
	}()
	pprof.SetGoroutineLabels(context.Background())
	var err error
	if m.cpu != nil {
		goruntime.LockOSThread()
		var undo func() error
		if undo, err = topology.Pin(m.cpu); err == nil {
			// Never unlocked: the thread ends with the goroutine. It is freed
			// first since the main thread cannot end.
			defer undo()
		}
	}
	if ready != nil {
		ready <- err
	}
	for {
		if c.next(m) == orderQuit {
			break
		}
		pprof.SetGoroutineLabels(c.labels)
		c.task.do(m.worker)
		pprof.SetGoroutineLabels(context.Background())
		c.arrive()
	}
	m.rest()
	quit = true
}

// next waits for an order that is for m: it returns the number of workers, or
// orderQuit.
func (c *crew) next(m *member) uint64 {
	m.spin.begin()
	for {
		order := c.order.Load()
		if order != m.seen {
			m.seen = order
			if workers := order & orderMask; workers == orderQuit || uint64(m.worker) < workers {
				m.spin.end()
				return workers
			}
		}
		if m.stayUp() && m.spin.again(m.cpu == nil) {
			continue
		}
		m.rest()
		m.asleep.Store(true)
		// Who gave an order before asleep was set wakes nobody.
		if c.order.Load() == m.seen || !m.asleep.CompareAndSwap(true, false) {
			<-m.wake
		}
		m.spin.begin()
	}
}

// stayUp counts m among the spinners if there may be one more. It stays counted
// while it works, and until it sleeps: a member that works has a processor all
// the more.
func (m *member) stayUp() bool {
	if !m.awake {
		m.awake = enterSpin(goruntime.GOMAXPROCS(0) - 1)
	}
	return m.awake
}

// rest takes m from among the spinners.
func (m *member) rest() {
	if m.awake {
		m.awake = false
		leaveSpin()
	}
}
