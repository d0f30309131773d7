package topology

import (
	"io/fs"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

func hostFS() fs.FS { return os.DirFS("/") }

// affinity returns the CPUs that any thread of this process may use; nil if the system does not say. The calling
// thread's mask alone would not do: it may be a pinned one.
func affinity() []int {
	var all []int
	tasks, err := os.ReadDir("/proc/self/task")
	if err == nil {
		for _, t := range tasks {
			if tid, err := strconv.Atoi(t.Name()); err == nil {
				if mask, err := threadAffinity(tid); err == nil { // the thread may have ended meanwhile
					all = append(all, mask...)
				}
			}
		}
	}
	if len(all) == 0 {
		all, _ = threadAffinity(0)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// threadAffinity returns the CPUs that a thread may use, 0 for the calling one.
func threadAffinity(tid int) ([]int, error) {
	// The kernel refuses a mask shorter than its own with EINVAL, so try longer ones.
	for size := 1024; ; size *= 2 {
		set := unix.NewCPUSet(size)
		err := unix.SchedGetaffinityDynamic(tid, set)
		if err == unix.EINVAL && size <= maxCPU {
			continue
		}
		if err != nil {
			return nil, err
		}
		var cpus []int
		for c := range size {
			if set.IsSet(c) {
				cpus = append(cpus, c)
			}
		}
		return cpus, nil
	}
}
