package runtime

import (
	goruntime "runtime"
	"sync/atomic"
	"time"
)

const (
	// spinFor is how long an idle worker stays awake: some times what a wake-up
	// costs, so that a program which launches at shorter intervals never waits
	// for one, and one which does not wastes little.
	spinFor = 100 * time.Microsecond

	// A spinner lets other goroutines run after yieldLeast if that was worth it
	// the last time, since what it waits for then happened, and at longer and
	// longer intervals up to yieldMost if not. The first happens where the
	// system gives the process fewer processors than Go believes: then worker
	// and caller take turns on one, and to spin is to stand in the way.
	yieldLeast = time.Microsecond / 2
	yieldFirst = 5 * time.Microsecond
	yieldMost  = 50 * time.Microsecond
)

// spinners counts the goroutines of all crews that stay awake. There are never
// more than processors.
var spinners atomic.Int32

// enterSpin counts one more spinner, unless there are as many as limit.
func enterSpin(limit int) bool {
	for {
		n := spinners.Load()
		if int(n) >= limit {
			return false
		}
		if spinners.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func leaveSpin() { spinners.Add(-1) }

var spinEpoch = time.Now()

// spin is how one goroutine stays awake while it waits, again and again.
type spin struct {
	turns    uint
	start    time.Duration // of this wait, since spinEpoch; 0 for not yet known
	yielded  time.Duration // when it last was
	interval time.Duration // to the next yield
	tried    bool          // the last turn was a yield
}

// begin is called when a wait begins.
func (s *spin) begin() { s.start, s.tried = 0, false }

// end is called when what was waited for has happened.
func (s *spin) end() {
	if s.tried {
		s.interval = yieldLeast
	}
}

// again is called at each turn of the wait, and returns false when the wait has
// been too long. If yields is true it lets other goroutines run now and then.
func (s *spin) again(yields bool) bool {
	s.turns++
	return s.turns%256 != 0 || s.look(yields)
}

// look looks at the clock.
func (s *spin) look(yields bool) bool {
	now := time.Since(spinEpoch)
	if s.start == 0 {
		s.start, s.yielded = now, now
	}
	if s.interval == 0 {
		s.interval = yieldFirst
	} else if s.tried {
		s.tried, s.interval = false, min(2*s.interval, yieldMost)
	}
	switch {
	case now-s.start > spinFor:
		return false
	case yields && now-s.yielded > s.interval:
		goruntime.Gosched()
		s.tried, s.yielded = true, time.Since(spinEpoch)
	}
	return true
}
