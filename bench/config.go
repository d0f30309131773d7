package bench

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/triad-go/triad/kernels"
)

// Config says what to measure. The zero value of a field is a choice of the
// package's own.
type Config struct {
	Only      []string     // the benchmarks to run, of Benchmarks; none: all
	Kernels   []string     // the kernels of kernels.Suite for stream and cache; none: all for stream, triad and dot for cache
	Cases     []string     // the cases of symbolic; none: all
	Slow      bool         // also the cases of symbolic that take SymPy minutes
	Rounds    int          // 0: 25
	ArraySize int          // elements of an array of stream and gc; 0: 640 MB, or less where memory is short
	Elem      kernels.Type // of stream, cache, functions, expressions and sort; 0: float64
	Elements  []int        // of the arrays of functions, expressions and sort; none: 1000, and larger ones for the latter two
	CC        string       // the C compiler; "": $CC, cc, gcc or clang, whichever is found first
	Pin       bool         // bind the threads of this library and of OpenMP to one CPU each; by default neither does
	Keep      bool         // leave the C programs where they were built; the report says where

	// Progress, if it is not nil, is told in a line what goes on.
	Progress func(string)

	// Tests shorten these.
	gcTime, idleTime time.Duration
	cacheSizes       []int
	fewExpressions   bool
	work             int // elements that one time of a launch in cache is for, about
	reactions        int // of the network; 0: all
	iterations       int // of the graph that grows most; 0: all whose counts are known
	fewFormulas      bool
}

const (
	defaultRounds = 25
	defaultBytes  = 640e6 // of an array
	mostRounds    = 100000
)

// ValueError is a field of Config, or a flag, that cannot be what it is.
type ValueError struct {
	Name  string
	Value any
	Want  string
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("bench: %s: %v is not %s", e.Name, e.Value, e.Want)
}

// Benchmarks lists the names that Config.Only knows, in the order in which they
// run.
func Benchmarks() []string {
	names := make([]string, len(benchmarks))
	for i, b := range benchmarks {
		names[i] = b.name
	}
	return names
}

// complete checks c and fills in what it leaves open, but for ArraySize, whose
// choice depends on the machine.
func (c Config) complete() (Config, error) {
	for _, name := range c.Only {
		if !slices.Contains(Benchmarks(), name) {
			return c, &ValueError{"only", name, "one of " + strings.Join(Benchmarks(), ", ")}
		}
	}
	for _, name := range c.Kernels {
		if _, ok := kernels.Lookup(name); !ok {
			var known []string
			for _, k := range kernels.Suite() {
				known = append(known, k.Name())
			}
			return c, &ValueError{"kernels", name, "one of " + strings.Join(known, ", ")}
		}
	}
	for _, name := range c.Cases {
		if !slices.Contains(caseNames(), name) {
			return c, &ValueError{"cases", name, "one of " + strings.Join(caseNames(), ", ")}
		}
	}
	if c.Rounds == 0 {
		c.Rounds = defaultRounds
	}
	if c.Rounds < 1 || c.Rounds > mostRounds {
		return c, &ValueError{"rounds", c.Rounds, fmt.Sprintf("from 1 to %d", mostRounds)}
	}
	if c.ArraySize < 0 || c.ArraySize%sizeUnit != 0 {
		return c, &ValueError{"arraysize", c.ArraySize, fmt.Sprintf("a multiple of %d", sizeUnit)}
	}
	switch c.Elem {
	case 0:
		c.Elem = kernels.Float64
	case kernels.Float64, kernels.Float32:
	default:
		return c, &ValueError{"elem", c.Elem, "float64 or float32"}
	}
	for _, n := range c.Elements {
		if n < 5 || n > 1<<28 {
			return c, &ValueError{"elements", n, fmt.Sprintf("from 5 to %d", 1<<28)}
		}
	}
	if c.gcTime == 0 {
		c.gcTime = 5 * time.Second
	}
	if c.idleTime == 0 {
		c.idleTime = time.Second
	}
	if c.work == 0 {
		c.work = 10_000_000 // about a millisecond
	}
	if c.cacheSizes == nil {
		c.cacheSizes = []int{256, 1024, 4096, 16384, 100000}
	}
	return c, nil
}

// suite returns the kernels to run: those asked for, or else.
func (c Config) suite(otherwise ...string) []*kernels.Kernel {
	names := c.Kernels
	if len(names) == 0 {
		names = otherwise
	}
	var ks []*kernels.Kernel
	for _, k := range kernels.Suite() {
		if len(names) == 0 || slices.Contains(names, k.Name()) {
			ks = append(ks, k)
		}
	}
	return ks
}

func (c Config) wants(name string) bool { return len(c.Only) == 0 || slices.Contains(c.Only, name) }
