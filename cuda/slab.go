package cuda

import (
	"math/bits"
	"sync"
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/driver"
)

// words is some words of eight bytes that a call has both on the host, pinned, and on the device: what goes there with a
// launch and what comes back.
type words struct {
	host   []uint64
	device driver.Ptr
}

// slab divides pairs of a page of pinned memory and one of the device's among calls, since
// either comes by the page and takes long to get.
type slab struct {
	gpu *gpu

	mu    sync.Mutex
	pages []words
	used  int             // words of the last page
	idle  map[int][]words // by size, a power of two
}

const slabWords = 8192

// get returns n words. The context is current.
func (s *slab) get(n int) (words, error) {
	size := 1 << bits.Len(uint(max(n, 4)-1))
	s.mu.Lock()
	defer s.mu.Unlock()
	if have := s.idle[size]; len(have) > 0 {
		s.idle[size] = have[:len(have)-1]
		return have[len(have)-1], nil
	}
	if len(s.pages) == 0 || s.used+size > len(s.pages[len(s.pages)-1].host) {
		page, err := s.page(max(size, slabWords))
		if err != nil {
			return words{}, err
		}
		s.pages, s.used = append(s.pages, page), 0
	}
	page := s.pages[len(s.pages)-1]
	w := words{page.host[s.used : s.used+size : s.used+size], page.device + driver.Ptr(8*s.used)}
	s.used += size
	return w, nil
}

func (s *slab) page(n int) (words, error) {
	host, err := s.gpu.pin(int64(8 * n))
	if err != nil {
		return words{}, err
	}
	device, err := s.gpu.alloc(int64(8 * n))
	if err == nil {
		// It comes in the order of the device's stream, and calls have streams of their own.
		if err = s.gpu.fault(s.gpu.drv.SyncStream(s.gpu.stream)); err != nil {
			_ = s.gpu.unalloc(device)
		}
	}
	if err != nil {
		_ = s.gpu.drv.HostFree(host)
		return words{}, err
	}
	return words{unsafe.Slice((*uint64)(host), n), device}, nil
}

// put takes words back that nothing uses any more.
func (s *slab) put(w words) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.idle == nil {
		s.idle = map[int][]words{}
	}
	s.idle[len(w.host)] = append(s.idle[len(w.host)], w)
}

// free gives everything back. The context is current.
func (s *slab) free() {
	for _, p := range s.pages {
		_ = s.gpu.drv.HostFree(unsafe.Pointer(unsafe.SliceData(p.host)))
		_ = s.gpu.unalloc(p.device)
	}
	s.pages, s.idle = nil, nil
}
