package mem

import "sync/atomic"

// Holders counts those who use something that one of them may close meanwhile. The zero value has
// none and is open. It is safe for concurrent use.
type Holders struct{ state atomic.Int64 } // holders, and closed

// closed is the bit of Holders.state that says that no more holders are let in.
const closed = 1 << 62

// Acquire lets one more in, until Release. It reports false after Close; then Release must not follow.
func (h *Holders) Acquire() bool {
	for {
		s := h.state.Load()
		if s&closed != 0 {
			return false
		}
		if h.state.CompareAndSwap(s, s+1) {
			return true
		}
	}
}

// Release ends what Acquire began. It reports whether it was the last after Close, who
// is to free what was held.
func (h *Holders) Release() (last bool) {
	s := h.state.Add(-1)
	if s < 0 {
		panic("mem: Release without Acquire")
	}
	return s == closed
}

// Close lets no more in. It reports whether the caller is to free what was held: nobody holds it, nor has closed it before.
func (h *Holders) Close() (free bool) { return h.state.Or(closed) == 0 }

// Closed reports whether Close has been called.
func (h *Holders) Closed() bool { return h.state.Load()&closed != 0 }
