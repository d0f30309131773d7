package cuda

import (
	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/cuda/internal/ptx"
)

// function is an entry that is loaded, with the sizes that it is launched with.
type function struct {
	handle  driver.Function
	threads int // of a block
	most    int // blocks that a grid has at the most along its first axis
}

// waves is how many times over a grid may fill the device: some, so that multiprocessors which are done early find more to do.
// What ptx.Module calls brief is not bounded so: blocks that follow each other keep to one window of memory, and none is left with a turn more
// than others.
const waves = 8

// entry finds an entry of a module and how it fills the device. The context is current.
func (g *gpu) entry(m *module, name string, brief bool) (function, error) {
	h, err := g.drv.Function(m.handle, name)
	if err != nil {
		return function{}, g.fault(err)
	}
	f := function{handle: h}
	_, threads, err := g.drv.Occupancy(h, 0, min(ptx.MaxThreads, g.props.threads))
	if err != nil {
		return f, g.fault(err)
	}
	f.threads = max(32, threads/32*32)
	active, err := g.drv.ActiveBlocks(h, f.threads, 0)
	if err != nil {
		return f, g.fault(err)
	}
	f.most = max(1, active) * g.props.sms * waves
	if brief {
		f.most = max(1, g.props.gridX)
	}
	return f, nil
}

// blocks is how many blocks a launch has for so many units of work, of which a block has some.
func (f function) blocks(units, each int) uint32 {
	n := units / each
	if units%each != 0 {
		n++
	}
	return uint32(max(1, min(n, f.most)))
}
