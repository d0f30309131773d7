package stream

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// Order says how the launches of several kernels follow one another.
type Order uint8

const (
	Classic  Order = iota // one launch of each kernel in turn, as often as wanted
	Isolated              // all launches of a kernel, then those of the next
)

func (o Order) String() string {
	if o == Isolated {
		return "Isolated"
	}
	return "Classic"
}

// MarshalText makes reports say the order by its name.
func (o Order) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (o *Order) UnmarshalText(text []byte) (err error) {
	*o, err = ParseOrder(string(text))
	return err
}

// ParseOrder returns the order of that name, upper or lower case. The error is
// a *ConfigError.
func ParseOrder(name string) (Order, error) {
	for _, o := range []Order{Classic, Isolated} {
		if strings.EqualFold(name, o.String()) {
			return o, nil
		}
	}
	return 0, &ConfigError{Field: "Order", Value: name, Accepted: []string{"Classic", "Isolated"}}
}

// DefaultBudget is the time that the launches of a run may take in all where
// Config.Times leaves their number open. Allocation, probes and validation come
// on top; together the run stays under half a minute.
const DefaultBudget = 22 * time.Second

const (
	defaultRounds = 100 // launches of each kernel where the budget allows them, as BabelStream
	fewRounds     = 10  // an executor that cannot do so many in its share of the budget is left out
	minRounds     = 3   // the first is not counted, and a median wants two
)

// MaxTimes is the most that Config.Times may be: a report holds the time of
// each launch.
const MaxTimes = 1_000_000

// Config says what to measure. The zero value is a full run.
type Config struct {
	// N is the number of elements of each array. 0 means at least four times
	// the last-level cache of every target, bounded on each target by the memory
	// that is available there.
	N int
	// Times is how often each kernel is launched, from 2 to MaxTimes: the first
	// launch is not counted. 0 means as often as Budget allows, at most 100 times.
	Times int
	// Type is the arrays' element type; 0 means kernels.Float64.
	Type kernels.Type
	// Kernels are names from Names in upper or lower case, or one of the groups
	// "all" and "classic" (copy, mul, add, triad, dot). Empty means all. They
	// run in the suite's order whatever the order here.
	Kernels []string
	// Executors are names from runtime.Executors, or of one device of such an
	// executor: "cuda:1". One whose devices runtime.Targets lists stands for all
	// of these, each an executor of its own. Empty means all executors: those
	// that this machine cannot open, those whose target has too little memory for
	// N, and those too slow for Budget, are left out and reported as such.
	Executors []string
	// Absent, if not nil, says of an error of runtime.Open that this machine is
	// none that could have the executor. If Executors is empty it is left out then
	// without a word.
	Absent func(error) bool
	// Target, if not empty, is the name of the only target whose executors run.
	Target string
	// Order of the launches.
	Order Order
	// Budget bounds the time of the launches where Times is 0; 0 means
	// DefaultBudget.
	Budget time.Duration
	// Options open the executors: workers, pinning, tier, policies. The probes
	// that measure the limit run without them.
	Options []runtime.Option
	// Progress, if not nil, is called between launches, outside the timings, on
	// the goroutine that called Run.
	Progress func(Progress)
}

// Progress is a launch about to happen.
type Progress struct {
	Executor string
	Kernel   string
	Round    int // of this kernel's launches, from 0
	Rounds   int // how many there will be at the most
}

// ConfigError is a field of Config that cannot be used.
type ConfigError struct {
	Field    string   // of Config
	Value    string   // what it was
	Accepted []string // what would do, where that can be listed
	Reason   string   // why it will not do, where the list does not say it
}

func (e *ConfigError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "stream: %s %q", e.Field, e.Value)
	if e.Reason != "" {
		b.WriteString(": " + e.Reason)
	}
	if len(e.Accepted) > 0 {
		b.WriteString(": accepted are " + strings.Join(e.Accepted, ", "))
	}
	return b.String()
}

// Names returns the names of the suite's kernels in the order they run in.
func Names() []string {
	var names []string
	for _, k := range kernels.Suite() {
		names = append(names, k.Name())
	}
	return names
}

// classic is the number of kernels at the head of the suite that BabelStream
// runs unless it is told otherwise.
const classic = 5

// Select returns the suite's kernels of these names, in the suite's order; see
// Config.Kernels. The error is a *ConfigError.
func Select(names []string) ([]*kernels.Kernel, error) {
	suite := kernels.Suite()
	if len(names) == 0 {
		return suite, nil
	}
	wanted := make([]bool, len(suite))
names:
	for _, name := range names {
		switch strings.ToLower(name) {
		case "all":
			for i := range wanted {
				wanted[i] = true
			}
			continue
		case "classic":
			for i := range classic {
				wanted[i] = true
			}
			continue
		}
		for i, k := range suite {
			if strings.EqualFold(name, k.Name()) {
				wanted[i] = true
				continue names
			}
		}
		return nil, &ConfigError{Field: "Kernels", Value: name, Accepted: append([]string{"all", "classic"}, Names()...)}
	}
	var selected []*kernels.Kernel
	for i, k := range suite {
		if wanted[i] {
			selected = append(selected, k)
		}
	}
	return selected, nil
}

// check returns c with its defaults, or a *ConfigError. N is left to the
// machine.
func (c Config) check() (Config, error) {
	fail := func(field string, value any, reason string) error {
		return &ConfigError{Field: field, Value: fmt.Sprint(value), Reason: reason}
	}
	switch {
	case c.N < 0:
		return c, fail("N", c.N, "an array has at least one element")
	case c.Times < 0 || c.Times == 1:
		return c, fail("Times", c.Times, "at least 2 launches are needed, because the first is not counted")
	case c.Times > MaxTimes:
		return c, fail("Times", c.Times, fmt.Sprintf("more than %d launches", MaxTimes))
	case c.Type != 0 && c.Type != kernels.Float64 && c.Type != kernels.Float32:
		return c, &ConfigError{Field: "Type", Value: c.Type.String(), Accepted: []string{"float64", "float32"}}
	case c.Order != Classic && c.Order != Isolated:
		return c, fail("Order", uint8(c.Order), "neither Classic nor Isolated")
	case c.Budget < 0:
		return c, fail("Budget", c.Budget, "a budget is not negative")
	}
	if c.Type == 0 {
		c.Type = kernels.Float64
	}
	if c.Budget == 0 {
		c.Budget = DefaultBudget
	}
	return c, CheckExecutors(c.Executors)
}

// processors are how many of runtime.Executors, the first, run on the processor: they have no devices.
const processors = 3

// CheckExecutors returns a *ConfigError for a name that Config.Executors does
// not take. What it does take need not be on this machine.
func CheckExecutors(names []string) error {
	known := runtime.Executors()
	for _, name := range names {
		of, device, numbered := strings.Cut(name, ":")
		if !slices.Contains(known, name) && !(numbered && device != "" && slices.Contains(known[processors:], of)) {
			return &ConfigError{Field: "Executors", Value: name, Accepted: known}
		}
	}
	return nil
}
