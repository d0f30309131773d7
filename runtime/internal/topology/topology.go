// Package topology reads what the machine tells about itself: the CPUs that this process may use, its share of them,
// NUMA nodes, caches and memory.
//
// [Host] reads this machine, [Read] any file tree that looks like one, so that tests can describe machines nobody here
// owns. What a machine does not tell is unknown (zero, or nil, as each field says); nothing is guessed.
package topology

import (
	"io/fs"
	"slices"
	"strings"
)

// Machine is what a machine tells about itself.
type Machine struct {
	Model  string  // the processor's name; "" is unknown
	CPUs   []int   // CPUs that this process may use, ascending
	Quota  float64 // CPUs' worth of time granted by the cgroups; 0 is unlimited or unknown
	Nodes  []Node  // NUMA nodes by ID; nil is unknown
	Caches []Cache // caches that the usable CPUs reach, by level, type and first CPU; nil is unknown
	Memory Memory
}

// Node is a NUMA node.
type Node struct {
	ID          int
	CPUs        []int // the usable CPUs of the node; none where it has only memory, or this process may not run there
	MemoryBytes int64 // 0 is unknown
}

// The types of a cache. The empty string is unknown.
const (
	Data        = "data"
	Instruction = "instruction"
	Unified     = "unified"
)

// Cache is one cache.
type Cache struct {
	Level    int
	Type     string
	Bytes    int64 // 0 is unknown
	SharedBy []int // the CPUs that share it, usable or not; nil is unknown, and then how many such caches there are is too
}

// CPUID is what the processor itself tells. A size of 0 or less is unknown.
type CPUID struct {
	Brand                                string
	L1DBytes, L1IBytes, L2Bytes, L3Bytes int
}

// Source is where a machine's description is read from.
type Source struct {
	FS       fs.FS // the file tree, rooted at /
	Affinity []int // the CPUs that the scheduler lets this process use; nil is unknown
	CPUID    CPUID
}

// Read reads a machine's description. Files that are missing or hold something else leave their part unknown.
func Read(src Source) Machine {
	m := readHardware(src, readCPUs(src))
	addLimits(&m, src.FS)
	return m
}

// readCPUs returns the usable CPUs: those of the affinity mask that are online. Either alone serves where the other is
// unknown; nil if both are.
func readCPUs(src Source) []int {
	cpus := slices.Clone(src.Affinity)
	slices.Sort(cpus)
	cpus = slices.Compact(cpus)
	online, err := ParseList(readText(src.FS, cpuRoot+"/online"))
	if err != nil || len(online) == 0 {
		return cpus
	}
	if len(cpus) == 0 {
		return online
	}
	both := intersect(cpus, online)
	if len(both) == 0 {
		return cpus // the two contradict each other; the scheduler decides where we run
	}
	return both
}

// readHardware reads the part that does not change while a process keeps its CPUs.
func readHardware(src Source, cpus []int) Machine {
	return Machine{
		Model:  readModel(src),
		CPUs:   cpus,
		Nodes:  readNodes(src.FS, cpus),
		Caches: readCaches(src, cpus),
	}
}

// addLimits reads the part that can change at any moment.
func addLimits(m *Machine, fsys fs.FS) {
	groups := readCgroups(fsys)
	m.Quota = groups.quota(fsys)
	m.Memory = readMemory(fsys, groups)
}

// readModel returns the processor's name.
func readModel(src Source) string {
	if s := strings.TrimSpace(src.CPUID.Brand); s != "" {
		return s
	}
	for line := range strings.Lines(readText(src.FS, "proc/cpuinfo")) {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		switch strings.TrimSpace(key) {
		case "model name", "cpu model", "cpu": // x86 and arm; mips; power
			if s := strings.TrimSpace(value); s != "" {
				return s
			}
		}
	}
	return ""
}

// readText returns a file's text, trimmed; "" if it cannot be read.
func readText(fsys fs.FS, name string) string {
	if !fs.ValidPath(name) {
		return ""
	}
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

// intersect returns what two ascending lists have in common; nil if nothing.
func intersect(a, b []int) []int {
	var both []int
	for _, v := range a {
		if _, ok := slices.BinarySearch(b, v); ok {
			both = append(both, v)
		}
	}
	return both
}
