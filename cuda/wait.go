package cuda

import (
	"time"

	"github.com/triad-go/triad/cuda/internal/driver"
)

// spinFor is how long a waiter asks again and again before it gives its processor away: about what it takes to wake a
// thread by an interrupt of the device, so that a wait takes twice as long as it had to at the most. It does not yield to
// other goroutines meanwhile, since one that is bound to its thread comes back 50 µs later.
const spinFor = 50 * time.Microsecond

// wait waits for an event that was made with driver.EventBlocking. The context is current.
func (g *gpu) wait(e driver.Event) error { return g.waitAbout(e, 0) }

// waitAbout is wait for what is expected to take so long, as it did the last time. The thread sleeps until shortly before, and asks again
// and again until shortly after: being woken by the device would take longer than that, and be seen in each of many launches. Of such a time
// a quarter is spent asking at the most, and seldom more than an eighth.
func (g *gpu) waitAbout(e driver.Event, expected time.Duration) error {
	begin := time.Now()
	margin := min(expected/8, time.Millisecond)
	if sleep := expected - margin - spinFor; sleep >= spinFor {
		nap(sleep)
	}
	for until := max(spinFor, expected+margin); ; {
		done, err := g.drv.EventDone(e)
		if err != nil || done {
			return g.fault(err)
		}
		if time.Since(begin) > until {
			return g.fault(g.drv.SyncEvent(e))
		}
	}
}

// nap puts the thread to sleep; tests have others. Go's timers are too coarse for this: an idle program's are of a millisecond.
var nap = sleepThread

// sync waits for what a stream has to do now, as wait does: the driver's own way may keep a processor busy all the while.
func (g *gpu) sync(s driver.Stream) error {
	e, err := g.drv.NewEvent(driver.EventBlocking | driver.EventUntimed)
	if err != nil {
		return g.fault(err)
	}
	if err = g.fault(g.drv.RecordEvent(e, s)); err == nil {
		err = g.wait(e)
	}
	return firstOf(err, g.fault(g.drv.DestroyEvent(e)))
}

// finish waits until a stream has nothing left to do, whatever went wrong before: memory is used until then.
func (g *gpu) finish(s driver.Stream, err error) error {
	return firstOf(err, g.fault(g.drv.SyncStream(s)))
}
