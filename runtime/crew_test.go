package runtime

import (
	"context"
	goruntime "runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// tally counts what each worker does.
type tally struct {
	counts []int // by worker; each writes its own
	quits  atomic.Int32
	quit   int // this worker ends its goroutine
}

func (t *tally) do(worker int) {
	t.counts[worker]++
	if worker == t.quit {
		t.quits.Add(1)
		goruntime.Goexit()
	}
}

// eventually polls for something that happens soon, however slow the machine.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !f(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never happened that %s", what)
		}
	}
}

func newTestCrew(t *testing.T, workers int) *crew {
	t.Helper()
	c, err := newCrew(workers, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	return c
}

// Each worker that a task is for does it once, and the others do not, when
// tasks follow each other at once and when the crew has gone to sleep.
func TestCrewTasks(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 8, 40} {
		c := newTestCrew(t, workers)
		for round := range 400 {
			hands := 1 + round%workers
			ta := &tally{counts: make([]int, workers), quit: -1}
			for range 3 {
				c.run(ta, hands, context.Background())
			}
			for w, n := range ta.counts {
				if want := 3; w < hands && n != want || w >= hands && n != 0 {
					t.Fatalf("%d workers, task for %d: worker %d did it %d times of %d", workers, hands, w, n, want)
				}
			}
			if round%100 == 0 {
				time.Sleep(time.Millisecond)
			}
		}
	}
}

// The tasks of one crew follow each other, but several crews share the
// processors.
func TestCrewsTogether(t *testing.T) {
	var wg sync.WaitGroup
	for range 4 {
		c := newTestCrew(t, 3)
		wg.Go(func() {
			ta := &tally{counts: make([]int, 3), quit: -1}
			for range 500 {
				c.run(ta, 3, context.Background())
				if n := int(spinners.Load()); n > goruntime.GOMAXPROCS(0) {
					t.Errorf("%d spinners", n)
				}
			}
			for w, n := range ta.counts {
				if n != 500 {
					t.Errorf("worker %d did %d of 500", w, n)
				}
			}
		})
	}
	wg.Wait()
}

// A crew that has nothing to do goes to sleep, all of it.
func TestCrewSleeps(t *testing.T) {
	c := newTestCrew(t, 5)
	ta := &tally{counts: make([]int, 5), quit: -1}
	for range 3 {
		c.run(ta, 5, context.Background())
		for _, m := range c.members {
			eventually(t, "a worker slept", m.asleep.Load)
		}
		eventually(t, "no spinners were left", func() bool { return spinners.Load() == 0 })
	}
	for w, n := range ta.counts {
		if n != 3 {
			t.Errorf("worker %d did %d of 3 tasks", w, n)
		}
	}
}

// There are never more spinners than processors.
func TestSpinLimit(t *testing.T) {
	eventually(t, "no spinners were left", func() bool { return spinners.Load() == 0 })
	if !enterSpin(2) || !enterSpin(2) {
		t.Fatal("two spinners may not be")
	}
	if enterSpin(2) || enterSpin(0) {
		t.Error("a third spinner may be")
	}
	leaveSpin()
	if !enterSpin(2) {
		t.Error("after one left there is still no place")
	}
	leaveSpin()
	leaveSpin()
	if n := spinners.Load(); n != 0 {
		t.Errorf("%d spinners when all have left", n)
	}
}

// With one processor nobody can spin, and all ends well.
func TestCrewOneProcessor(t *testing.T) {
	defer goruntime.GOMAXPROCS(goruntime.GOMAXPROCS(1))
	c := newTestCrew(t, 4)
	ta := &tally{counts: make([]int, 4), quit: -1}
	for range 200 {
		c.run(ta, 4, context.Background())
	}
	for w, n := range ta.counts {
		if n != 200 {
			t.Errorf("worker %d did %d of 200 tasks", w, n)
		}
	}
}

// A worker whose task ends its goroutine is replaced.
func TestCrewGoexit(t *testing.T) {
	before := goruntime.NumGoroutine()
	c, err := newCrew(3, nil)
	if err != nil {
		t.Fatal(err)
	}
	for quit := range 3 {
		ta := &tally{counts: make([]int, 3), quit: quit}
		for range 5 {
			var wg sync.WaitGroup
			wg.Go(func() { c.run(ta, 3, context.Background()) })
			wg.Wait()
		}
		for w, n := range ta.counts {
			if n != 5 {
				t.Errorf("worker %d, when %d quits, did %d of 5 tasks", w, quit, n)
			}
		}
		if n := ta.quits.Load(); n != 5 {
			t.Errorf("%d workers quit in 5 tasks", n)
		}
	}
	c.close()
	eventually(t, "the goroutines ended", func() bool { return goruntime.NumGoroutine() <= before })
}

// A spin gives up in the end, and the interval at which it lets others run
// grows where that is in vain and shrinks where it is not.
func TestSpin(t *testing.T) {
	var s spin
	s.begin()
	for s.again(true) {
	}
	if waited := time.Since(spinEpoch) - s.start; waited < spinFor {
		t.Errorf("gave up after %v", waited)
	}
	s = spin{}
	for range 20 {
		before := s.interval
		s.begin()
		s.look(true) // looks at the clock for the first time: no yield yet
		if s.interval < before || s.interval < yieldFirst || s.interval > yieldMost {
			t.Fatalf("the interval went from %v to %v", before, s.interval)
		}
		s.tried = true // as after a yield
		s.look(true)
	}
	if s.interval != yieldMost {
		t.Errorf("yields in vain leave the interval at %v", s.interval)
	}
	s.tried = true
	s.end()
	if s.interval != yieldLeast {
		t.Errorf("a yield that was worth it leaves the interval at %v", s.interval)
	}
	s.begin()
	s.end()
	if s.interval != yieldLeast {
		t.Errorf("a wait without a yield changes the interval to %v", s.interval)
	}
}
