package runtime

import (
	"os"
	"slices"
	"strings"

	"github.com/triad-go/triad/runtime/internal/topology"
)

// threadCPUs returns the CPUs that the calling thread may use.
func threadCPUs() ([]int, bool) { return allowed("/proc/thread-self/status") }

func allowed(status string) ([]int, bool) {
	b, err := os.ReadFile(status)
	if err != nil {
		return nil, false
	}
	for line := range strings.Lines(string(b)) {
		if list, ok := strings.CutPrefix(line, "Cpus_allowed_list:"); ok {
			cpus, err := topology.ParseList(strings.TrimSpace(list))
			return cpus, err == nil
		}
	}
	return nil, false
}

// allThreadsFree reports whether no thread of this process is bound to fewer
// CPUs.
func allThreadsFree(cpus []int) bool {
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return true
	}
	for _, task := range tasks {
		if on, ok := allowed("/proc/self/task/" + task.Name() + "/status"); ok && !slices.Equal(on, cpus) {
			return false
		}
	}
	return true
}
