package topology

import (
	"io/fs"
	goruntime "runtime"
	"slices"
	"sync"

	"github.com/klauspost/cpuid/v2"
)

// hardware keeps what Host read last: on a machine with hundreds of CPUs the caches alone are thousands of files.
var hardware struct {
	sync.Mutex
	machine Machine
}

// Host reads this machine, as it is now. The caller owns the result. There is always at least one CPU; where the system
// does not number its CPUs, they are 0, 1, 2 … as many as Go's runtime counts.
func Host() Machine {
	src := Source{FS: hostFS(), Affinity: affinity(), CPUID: hostCPUID()}
	cpus := readCPUs(src)
	if len(cpus) == 0 {
		for c := range goruntime.NumCPU() {
			cpus = append(cpus, c)
		}
	}
	m := hostHardware(src, cpus)
	addLimits(&m, src.FS)
	return m
}

// HostMemory is the part of [Host] that an allocation asks for.
func HostMemory() Memory {
	fsys := hostFS()
	return readMemory(fsys, readCgroups(fsys))
}

func hostHardware(src Source, cpus []int) Machine {
	hardware.Lock()
	defer hardware.Unlock()
	if !slices.Equal(hardware.machine.CPUs, cpus) {
		hardware.machine = readHardware(src, cpus)
	}
	return hardware.machine.clone()
}

// clone copies m deeply.
func (m Machine) clone() Machine {
	m.CPUs = slices.Clone(m.CPUs)
	m.Nodes = slices.Clone(m.Nodes)
	for i := range m.Nodes {
		m.Nodes[i].CPUs = slices.Clone(m.Nodes[i].CPUs)
	}
	m.Caches = slices.Clone(m.Caches)
	for i := range m.Caches {
		m.Caches[i].SharedBy = slices.Clone(m.Caches[i].SharedBy)
	}
	return m
}

func hostCPUID() CPUID {
	c := &cpuid.CPU
	return CPUID{
		Brand:    c.BrandName,
		L1DBytes: c.Cache.L1D,
		L1IBytes: c.Cache.L1I,
		L2Bytes:  c.Cache.L2,
		L3Bytes:  c.Cache.L3,
	}
}

// noFS is the file tree of a system that describes itself in no files.
type noFS struct{}

func (noFS) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}
