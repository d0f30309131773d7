package runtime

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	goruntime "runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/triad-go/triad/runtime/internal/topology"
)

// Kind says what sort of thing a target is.
type Kind uint8

const (
	CPU Kind = iota + 1 // the processor that the program itself runs on
	GPU
)

func (k Kind) String() string {
	switch k {
	case CPU:
		return "CPU"
	case GPU:
		return "GPU"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Target is a place where memory lies and work runs, as the machine describes
// it. What the machine does not tell has the zero value; nothing is guessed. A
// Target is a description: changing it changes nothing else.
type Target struct {
	Name  string // "cpu" for the processor; no two targets of a program share one
	Kind  Kind
	Model string // the processor's or device's own name

	// CPUs are those that this process may use, ascending: its affinity mask.
	// Where the system does not number them they are 0, 1, 2 …
	CPUs []int

	// Quota is how many CPUs' worth of time the process may use, where its
	// control groups bound that: 1.5 is 150 ms in 100 ms. 0 is no bound or
	// unknown.
	Quota float64

	Nodes  []Node  // NUMA nodes by ID
	Caches []Cache // those that the usable CPUs reach, each once, by level

	MemoryBytes    int64 // all memory, or the limit of the process's control group where that is less
	AvailableBytes int64 // what of it could be had when the target was described

	Device *Device // what only a GPU has; nil for a processor
}

// Device is what a target tells of itself that is a GPU.
type Device struct {
	Index           int    // among those of its driver that this process may see
	Capability      string // the compute capability, "9.0"
	Multiprocessors int
	Driver          string  // the version of the API that the driver has, "12.4"
	UUID            string  // "GPU-…", as nvidia-smi writes it
	BytesPerSecond  float64 // as a copy within its memory was measured, bytes read and written; 0 is unknown
}

// Node is a NUMA node: memory, and the CPUs that are near to it.
type Node struct {
	ID          int
	CPUs        []int // those that this process may use, which can be none
	MemoryBytes int64 // 0 is unknown
}

// CacheType says what a cache holds. The empty string is unknown.
type CacheType string

const (
	DataCache        CacheType = topology.Data
	InstructionCache CacheType = topology.Instruction
	UnifiedCache     CacheType = topology.Unified // both
)

// Cache is one cache of a processor.
type Cache struct {
	Level int // 1 is the nearest to the core
	Type  CacheType
	Bytes int64 // 0 is unknown

	// SharedBy are the CPUs that share the cache, usable or not. Where it is nil
	// nobody told, and the entry may stand for several equal caches.
	SharedBy []int
}

// LastLevelCache returns the size of the last level of cache that the usable
// CPUs reach: all caches of the highest level that holds data together, on a
// machine of two sockets those of both. Data that is to pass the caches by must
// be larger. If it is not known, bytes is what of it is: a lower bound, 0 if
// nothing was told.
func (t Target) LastLevelCache() (bytes int64, known bool) {
	level := 0
	for _, c := range t.Caches {
		if c.Type != InstructionCache {
			level = max(level, c.Level)
		}
	}
	known = level > 0
	covered := map[int]bool{} // CPUs of which the machine told at least one cache
	for _, c := range t.Caches {
		if c.Type == InstructionCache {
			continue
		}
		for _, cpu := range c.SharedBy {
			covered[cpu] = true
		}
		if c.Level != level {
			continue
		}
		bytes += c.Bytes
		if c.Type == "" || c.Bytes == 0 || c.SharedBy == nil && len(t.CPUs) != 1 && t.Kind != GPU {
			known = false
		}
	}
	if len(t.CPUs) > 1 {
		for _, cpu := range t.CPUs {
			known = known && covered[cpu]
		}
	}
	return bytes, known
}

// Workers returns how many workers keep the target busy: one for each usable
// CPU, but no more than the quota, rounded up, and than GOMAXPROCS. It is at
// least 1.
func (t Target) Workers() int {
	n := min(len(t.CPUs), goruntime.GOMAXPROCS(0))
	if t.Quota > 0 {
		n = int(min(float64(n), math.Ceil(t.Quota)))
	}
	return max(n, 1)
}

// String describes the target in a line for people; its form may change.
func (t Target) String() string {
	parts := []string{t.Name + ": " + orUnknown(t.Model, "model")}
	if t.Kind == CPU {
		parts = append(parts, plural(len(t.CPUs), "CPU")+" ("+topology.FormatList(t.CPUs)+")")
		if t.Quota > 0 {
			parts = append(parts, "quota "+strconv.FormatFloat(t.Quota, 'g', 4, 64))
		}
		nodes := ""
		if len(t.Nodes) > 0 {
			nodes = plural(len(t.Nodes), "NUMA node")
		}
		parts = append(parts, orUnknown(nodes, "NUMA nodes"), orUnknown(describeCaches(t.Caches), "caches"))
	}
	if d := t.Device; d != nil {
		parts = append(parts, "compute capability "+cmp.Or(d.Capability, "unknown"), plural(d.Multiprocessors, "multiprocessor"))
		if len(t.Caches) > 0 {
			parts = append(parts, describeCaches(t.Caches))
		}
		if d.BytesPerSecond > 0 {
			parts = append(parts, strconv.FormatFloat(d.BytesPerSecond/1e9, 'f', 0, 64)+" GB/s")
		}
	}
	memory := ""
	if t.MemoryBytes > 0 {
		memory = formatBytes(t.MemoryBytes) + " of memory"
	}
	return strings.Join(append(parts, orUnknown(memory, "memory")), ", ")
}

// describeCaches puts equal caches together: "L2 8 × 1 MiB".
func describeCaches(caches []Cache) string {
	var parts []string
	for i := 0; i < len(caches); {
		c, n := caches[i], 1
		for i+n < len(caches) && caches[i+n].Level == c.Level && caches[i+n].Type == c.Type && caches[i+n].Bytes == c.Bytes {
			n++
		}
		i += n
		s := "L" + strconv.Itoa(c.Level)
		if c.Type == DataCache || c.Type == InstructionCache {
			s += string(c.Type[:1])
		}
		if n > 1 {
			s += " " + strconv.Itoa(n) + " ×"
		}
		size := "of unknown size"
		if c.Bytes > 0 {
			size = formatBytes(c.Bytes)
		}
		parts = append(parts, s+" "+size)
	}
	return strings.Join(parts, ", ")
}

func orUnknown(s, what string) string {
	if s == "" {
		return what + " unknown"
	}
	return s
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// formatBytes writes a size in the largest binary unit that it fills, with one
// decimal at most.
func formatBytes(n int64) string {
	units := []string{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	v, u := float64(n), 0
	for v >= 1024 && u < len(units)-1 {
		v, u = v/1024, u+1
	}
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0") + " " + units[u]
}

// hostTarget describes the processor.
func hostTarget() Target { return cpuTarget(topology.Host()) }

func cpuTarget(m topology.Machine) Target {
	t := Target{
		Name:           "cpu",
		Kind:           CPU,
		Model:          m.Model,
		CPUs:           m.CPUs,
		Quota:          m.Quota,
		MemoryBytes:    m.Memory.Total,
		AvailableBytes: m.Memory.Available,
	}
	for _, n := range m.Nodes {
		t.Nodes = append(t.Nodes, Node(n))
	}
	for _, c := range m.Caches {
		t.Caches = append(t.Caches, Cache{Level: c.Level, Type: CacheType(c.Type), Bytes: c.Bytes, SharedBy: c.SharedBy})
	}
	return t
}

var targetSources = struct {
	sync.RWMutex
	list map[string]func() ([]Target, error)
}{list: map[string]func() ([]Target, error){}}

// RegisterTargets makes the targets of another package known to [Targets]. A
// package that has some calls it from an init function, with its own name. A
// list without targets and without an error says that this machine has none. If
// RegisterTargets is called twice with the same name or if list is nil, it
// panics.
func RegisterTargets(name string, list func() ([]Target, error)) {
	targetSources.Lock()
	defer targetSources.Unlock()
	if list == nil {
		panic("runtime: RegisterTargets with a nil list for " + name)
	}
	if _, dup := targetSources.list[name]; dup {
		panic("runtime: RegisterTargets called twice for " + name)
	}
	targetSources.list[name] = list
}

// TargetError says that a registered package could not list its targets.
type TargetError struct {
	Source string // the name that it registered
	Err    error
}

func (e *TargetError) Error() string {
	return fmt.Sprintf("runtime: the targets of %s: %v", e.Source, e.Err)
}

func (e *TargetError) Unwrap() error { return e.Err }

// Targets describes the targets of this machine as they are now: the processor
// first, then those of registered packages, by the packages' names. An error
// does not keep back what was found: the targets are returned beside it, the
// processor always. It holds one [*TargetError] for each package that failed.
func Targets() ([]Target, error) {
	targets := []Target{hostTarget()}
	targetSources.RLock()
	sources := maps.Clone(targetSources.list)
	targetSources.RUnlock()
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		more, err := sources[name]()
		targets = append(targets, more...)
		if err != nil {
			errs = append(errs, &TargetError{Source: name, Err: err})
		}
	}
	return targets, errors.Join(errs...)
}
