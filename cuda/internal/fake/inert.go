//go:build linux && (amd64 || arm64) && !cu

package fake

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
)

// Inert is a Loader of modules whose kernels do nothing: for tests of what lies around kernels. It knows entries that
// have one parameter at the most.
func Inert(text string) (Module, error) {
	m := inert{}
	for _, s := range entryLine.FindAllStringSubmatch(text, -1) {
		var e Entry
		if s[2] != "" {
			n := map[string]int{"b8": 1, "u32": 4, "s32": 4, "b32": 4, "f32": 4, "u64": 8, "s64": 8, "b64": 8, "f64": 8}[s[3]]
			if n == 0 {
				return nil, errors.New("a parameter of type ." + s[3])
			}
			if s[4] != "" {
				count, err := strconv.Atoi(s[4])
				if err != nil {
					return nil, err
				}
				n *= count
			}
			e.Params, e.Bytes = []Param{{0, n}}, n
		}
		if t := maxThreads.FindStringSubmatch(s[5]); t != nil {
			e.MaxThreads, _ = strconv.Atoi(t[1])
		}
		m[s[1]] = e
	}
	if len(m) == 0 && strings.Contains(text, ".entry") {
		return nil, errors.New("an entry that is not understood")
	}
	return m, nil
}

var (
	entryLine  = regexp.MustCompile(`\.entry\s+([\w$]+)\s*\(\s*(\.param\s+(?:\.align\s+\d+\s+)?\.(\w+)\s+[\w$]+(?:\[(\d+)\])?)?\s*\)([^{]*)\{`)
	maxThreads = regexp.MustCompile(`\.maxntid\s+(\d+)`)
)

type inert map[string]Entry

func (m inert) Entry(name string) (Entry, bool) {
	e, ok := m[name]
	return e, ok
}

func (m inert) Run(*Launch) error { return nil }
