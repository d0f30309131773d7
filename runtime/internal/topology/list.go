package topology

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxCPU bounds the CPU numbers that are believed: well above Linux's own limit (8192), and low enough that a file of
// garbage such as "0-999999999" costs nothing.
const maxCPU = 1<<16 - 1

// ParseList parses a list of CPUs as Linux writes it: "0-3,8". The result is ascending and without repeats; the empty
// text is the empty list.
func ParseList(text string) ([]int, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	var cpus []int
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		lo, err := parseCPU(first)
		if err != nil {
			return nil, err
		}
		hi := lo
		if isRange {
			if hi, err = parseCPU(last); err != nil {
				return nil, err
			}
		}
		if hi < lo {
			return nil, fmt.Errorf("topology: CPU range %q runs backwards", part)
		}
		for c := lo; c <= hi; c++ {
			cpus = append(cpus, c)
		}
		if len(cpus) > 4*(maxCPU+1) {
			return nil, fmt.Errorf("topology: CPU list names more CPUs than there can be")
		}
	}
	slices.Sort(cpus)
	return slices.Compact(cpus), nil
}

func parseCPU(s string) (int, error) {
	c, err := strconv.ParseUint(s, 10, 32)
	if err != nil || c > maxCPU {
		return 0, fmt.Errorf("topology: %q is not a CPU number", s)
	}
	return int(c), nil
}

// FormatList is the inverse of [ParseList] for ascending lists.
func FormatList(cpus []int) string {
	var b strings.Builder
	for i := 0; i < len(cpus); {
		j := i
		for j+1 < len(cpus) && cpus[j+1] == cpus[j]+1 {
			j++
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(cpus[i]))
		if j > i {
			b.WriteByte('-')
			b.WriteString(strconv.Itoa(cpus[j]))
		}
		i = j + 1
	}
	return b.String()
}
