package cuda

import (
	"context"
	"unsafe"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/cuda/internal/ptx"
	"github.com/triad-go/triad/kernels"
)

// found is what a launch leaves for the binding: its frame's, or a part's own.
type found struct {
	faults   []int64
	partials [][]uint64
}

// result is where the result of a reduction goes: to memory of the host where nothing else comes back, as a copy takes as long as a small
// kernel. With unified addressing the device reaches what is pinned by its address.
func (l *launch) result(r int) driver.Ptr {
	if l.direct {
		return driver.Ptr(uintptr(unsafe.Pointer(&l.words.host[r])))
	}
	return l.words.device + driver.Ptr(8*(l.faults+r))
}

// folded is how many partials a fold leaves of n.
func folded(n int) int { return (n + ptx.FoldPartials - 1) / ptx.FoldPartials }

// sendFaults forgets faults.
func (l *launch) sendFaults(s driver.Stream) error {
	clean := l.clean
	l.clean = false // until what comes of this launch is seen
	if l.faults == 0 || clean {
		return nil
	}
	for i := range l.faults {
		l.words.host[i] = kernels.NoFault
	}
	return l.ex.gpu.drv.CopyToDevice(l.words.device, unsafe.Pointer(unsafe.SliceData(l.words.host)), uint64(8*l.faults), s)
}

// comingBack is how many words are copied to the host after a launch.
func (l *launch) comingBack() int {
	if l.direct {
		return 0
	}
	return l.faults + l.results + l.extra
}

// fetchWords brings faults and results to the host.
func (l *launch) fetchWords(s driver.Stream) error {
	n := l.comingBack()
	if n == 0 {
		return nil
	}
	return l.ex.gpu.drv.CopyToHost(unsafe.Pointer(unsafe.SliceData(l.words.host)), l.words.device, uint64(8*n), s)
}

// fold folds the partials of all blocks.
func (l *launch) fold(s driver.Stream) error {
	if l.results == 0 || l.stride <= 1 || l.raw {
		return nil
	}
	d := l.ex.gpu.drv
	for r := range l.results {
		in, n := l.partials+driver.Ptr(8*r*l.stride), l.stride
		for level := 0; n > 1; level++ {
			out := l.result(r)
			if level < len(l.levels) {
				out = l.levels[level]
			}
			l.foldBlock = [3]uint64{uint64(in), uint64(n), uint64(out)}
			if err := d.Launch(l.folds[r].handle, [3]uint32{uint32(folded(n)), 1, 1}, [3]uint32{ptx.FoldThreads, 1, 1}, 0, s, &l.foldParam[0]); err != nil {
				return err
			}
			in, n = out, folded(n)
		}
	}
	return nil
}

// takeOutcome takes faults and results out of the words that came back.
func (l *launch) takeOutcome() error {
	l.clean = true
	for i := range l.faults {
		l.found.faults[i] = int64(l.words.host[i])
		l.clean = l.clean && l.found.faults[i] == kernels.NoFault
	}
	for r, parts := range l.found.partials {
		switch {
		case len(parts) == 0:
		case l.raw:
			bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(parts))), 8*len(parts))
			if err := l.ex.gpu.ring.copyOut(context.Background(), bytes, l.partials+driver.Ptr(8*r*l.stride)); err != nil {
				return l.failed(err)
			}
		default:
			parts[0] = l.words.host[l.faults+r]
		}
	}
	for _, c := range l.columns {
		if err := c.outcome(l); err != nil {
			return err
		}
	}
	return nil
}
