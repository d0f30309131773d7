//go:build !linux

package runtime

// threadCPUs returns the CPUs that the calling thread may use.
func threadCPUs() ([]int, bool) { return nil, false }

func allThreadsFree([]int) bool { return true }
