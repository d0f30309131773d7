package runtime

import "sync/atomic"

// deal hands out the elements [0,n) of a launch to its workers, in multiples of
// unit from a multiple of unit.
type deal struct {
	n, unit  int
	workers  int
	schedule Schedule
	chunk    int // a multiple of unit; unused if static

	_      [128]byte // the cursor is alone on its cache lines
	cursor atomic.Int64
	_      [128]byte
}

// newDeal deals with at most that many workers: fewer where there is not a unit
// or chunk for each.
func newDeal(n, unit, workers int, plan Plan) *deal {
	d := &deal{n: n, unit: unit, schedule: plan.Schedule}
	share := unit
	if plan.Schedule != ScheduleStatic {
		d.chunk = roundUp(min(plan.Chunk, n), unit)
		share = max(d.chunk, unit)
	}
	shares := n / share
	if n%share != 0 {
		shares++
	}
	d.workers = max(1, min(workers, shares))
	return d
}

// roundUp rounds to a multiple of unit, or down where that would overflow.
func roundUp(n, unit int) int {
	if r := n % unit; r != 0 {
		n -= r
		if up := n + unit; up > 0 {
			return up
		}
	}
	return n
}

// reset prepares for the next launch.
func (d *deal) reset() {
	if d.schedule != ScheduleStatic {
		d.cursor.Store(0)
	}
}

// next returns the elements that a worker takes next, turn counting what it has
// taken in this launch; ok is false when nothing is left for it.
func (d *deal) next(worker, turn int) (lo, hi int, ok bool) {
	if d.schedule == ScheduleStatic {
		if turn > 0 {
			return 0, 0, false
		}
		lo, hi = staticRange(d.n, d.unit, d.workers, worker)
		return lo, hi, lo < hi
	}
	for {
		at := d.cursor.Load()
		left := d.n - int(at)
		if left <= 0 {
			return 0, 0, false
		}
		take := d.chunk
		if d.schedule == ScheduleGuided {
			// Half an even share: late workers still find something to do.
			take = max(take, roundUp(left/(2*d.workers), d.unit))
		}
		take = min(take, left)
		if d.cursor.CompareAndSwap(at, at+int64(take)) {
			return int(at), int(at) + take, true
		}
	}
}
