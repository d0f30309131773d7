package topology

import (
	"io/fs"
	"math"
	"strconv"
	"strings"
)

// Memory is how much memory there is for this process. In each field 0 is unknown.
type Memory struct {
	Total     int64 // the machine's memory, or the smallest cgroup limit where that is less
	Available int64 // of that, what could be had now without swapping; can be 1 when there is none left
}

// readMemory returns the machine's memory as far as the cgroups let this process use it.
func readMemory(fsys fs.FS, groups cgroups) Memory {
	info := readText(fsys, "proc/meminfo")
	m := Memory{Total: memField(info, "MemTotal"), Available: memField(info, "MemAvailable")}
	for _, g := range groups.memory {
		limit, used := g.memory(fsys)
		if limit <= 0 {
			continue
		}
		m.Total = smaller(m.Total, limit)
		if used >= 0 {
			// At least 1, as 0 would say that nothing is known.
			m.Available = smaller(m.Available, max(limit-used, 1))
		}
	}
	if m.Total > 0 && m.Available > m.Total {
		m.Available = m.Total
	}
	return m
}

// smaller returns the smaller of two values of which 0 is unknown.
func smaller(a, b int64) int64 {
	if a == 0 || (b != 0 && b < a) {
		return b
	}
	return a
}

// memField returns a field of a meminfo file in bytes; 0 if it is not there. A node's file puts "Node 0 " before the
// field's name.
func memField(info, name string) int64 {
	for line := range strings.Lines(info) {
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		if i := strings.LastIndexByte(key, ' '); i >= 0 {
			key = key[i+1:]
		}
		if key != name {
			continue
		}
		digits, ok := strings.CutSuffix(strings.TrimSpace(value), " kB")
		if !ok {
			return 0
		}
		kb, err := strconv.ParseInt(strings.TrimSpace(digits), 10, 64)
		if err != nil || kb <= 0 || kb > math.MaxInt64>>10 {
			return 0
		}
		return kb << 10
	}
	return 0
}
