package topology

import (
	"cmp"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

const cpuRoot = "sys/devices/system/cpu"

// readCaches returns the caches that the CPUs reach, each once: sysfs's, or the processor's own word where sysfs lists
// none.
func readCaches(src Source, cpus []int) []Cache {
	var caches []Cache
	seen := map[string]bool{}
	for _, cpu := range cpus {
		dir := path.Join(cpuRoot, "cpu"+strconv.Itoa(cpu), "cache")
		entries, err := fs.ReadDir(src.FS, dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if _, ok := number(e.Name(), "index"); !ok {
				continue
			}
			c, ok := readCache(src.FS, path.Join(dir, e.Name()), cpu)
			if !ok {
				continue
			}
			// CPUs that share a cache list it in the same words. Without a list of sharers the size stands in: one
			// entry then describes an unknown number of equal caches.
			key := strconv.Itoa(c.Level) + c.Type + ":" + FormatList(c.SharedBy)
			if c.SharedBy == nil {
				key += strconv.FormatInt(c.Bytes, 10)
			}
			if !seen[key] {
				seen[key] = true
				caches = append(caches, c)
			}
		}
	}
	if len(caches) == 0 {
		caches = cpuidCaches(src.CPUID)
	}
	slices.SortStableFunc(caches, func(a, b Cache) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.Type, b.Type), slices.Compare(a.SharedBy, b.SharedBy))
	})
	return caches
}

// readCache reads one index directory of a CPU; false if it does not even tell its level.
func readCache(fsys fs.FS, dir string, cpu int) (Cache, bool) {
	level, err := strconv.Atoi(readText(fsys, dir+"/level"))
	if err != nil || level < 1 || level > 9 {
		return Cache{}, false
	}
	c := Cache{Level: level, Bytes: parseBytes(readText(fsys, dir+"/size"))}
	switch readText(fsys, dir+"/type") {
	case "Data":
		c.Type = Data
	case "Instruction":
		c.Type = Instruction
	case "Unified":
		c.Type = Unified
	}
	shared, err := ParseList(readText(fsys, dir+"/shared_cpu_list"))
	if err == nil && slices.Contains(shared, cpu) { // a list that leaves out its own CPU is garbage
		c.SharedBy = shared
	}
	return c, true
}

func cpuidCaches(id CPUID) []Cache {
	var caches []Cache
	add := func(level int, typ string, bytes int) {
		if bytes > 0 {
			caches = append(caches, Cache{Level: level, Type: typ, Bytes: int64(bytes)})
		}
	}
	add(1, Data, id.L1DBytes)
	add(1, Instruction, id.L1IBytes)
	add(2, Unified, id.L2Bytes)
	add(3, Unified, id.L3Bytes)
	return caches
}

// parseBytes parses a size as sysfs writes it: "48K"; 0 if it is not one.
func parseBytes(s string) int64 {
	shift := 0
	switch {
	case strings.HasSuffix(s, "K"):
		shift = 10
	case strings.HasSuffix(s, "M"):
		shift = 20
	case strings.HasSuffix(s, "G"):
		shift = 30
	}
	if shift > 0 {
		s = s[:len(s)-1]
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || n > math.MaxInt64>>shift {
		return 0
	}
	return n << shift
}

// number returns N of a name that is prefix followed by N in decimal.
func number(name, prefix string) (int, bool) {
	digits, ok := strings.CutPrefix(name, prefix)
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 10, 31)
	return int(n), err == nil
}
