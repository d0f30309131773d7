//go:build linux && (amd64 || arm64) && !cu

package fake

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Inert is a Loader of modules whose kernels do nothing: for tests of what lies around kernels.
func Inert(text string) (Module, error) {
	m, err := entries(text)
	return inert(m), err
}

type inert map[string]Entry

func (m inert) Entry(name string) (Entry, bool) {
	e, ok := m[name]
	return e, ok
}

func (m inert) Run(*Launch) error { return nil }

// entries reads what is to be known of the kernels of a text.
func entries(text string) (map[string]Entry, error) {
	m := map[string]Entry{}
	for _, s := range entryHead.FindAllStringSubmatch(text, -1) {
		var e Entry
		for p := range strings.SplitSeq(s[2], ",") {
			if p = strings.TrimSpace(p); p == "" {
				continue
			}
			f := parameter.FindStringSubmatch(p)
			if f == nil {
				return nil, fmt.Errorf("entry %s: a parameter that is not understood: %s", s[1], p)
			}
			bits, _ := strconv.Atoi(f[2])
			size := bits / 8
			align := size
			if f[1] != "" {
				align, _ = strconv.Atoi(f[1])
			}
			if f[3] != "" {
				count, _ := strconv.Atoi(f[3])
				size *= count
			}
			at := (e.Bytes + align - 1) / align * align
			e.Params = append(e.Params, Param{at, size})
			e.Bytes = at + size
		}
		if t := maxThreads.FindStringSubmatch(s[3]); t != nil {
			e.MaxThreads, _ = strconv.Atoi(t[1])
		}
		m[s[1]] = e
	}
	return m, nil
}

var (
	entryHead  = regexp.MustCompile(`\.entry\s+([\w$]+)\s*\(([^)]*)\)([^{]*)\{`)
	parameter  = regexp.MustCompile(`^\.param\s+(?:\.align\s+(\d+)\s+)?\.[busf](8|16|32|64)\s+[\w$]+(?:\[(\d+)\])?$`)
	maxThreads = regexp.MustCompile(`\.maxntid\s+(\d+)`)
)
