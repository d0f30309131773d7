package runtime

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/triad-go/triad/kernels"
)

// Executor runs kernels on a target. It is safe for concurrent use. Package
// executortest checks that an implementation keeps what this package promises.
type Executor interface {
	// Name is the name that Open opens the executor by.
	Name() string

	// Target is where the executor's work runs.
	Target() Target

	// Bind checks the arguments of a launch and prepares it. The arguments must
	// stay as they are while a launch of the call runs. Check says what errors
	// Bind returns for arguments; a closed executor gives ErrClosed.
	Bind(k *kernels.Kernel, args Args, policies ...Policy) (*Call, error)

	// Close waits for the launches under way and releases what the executor
	// holds. Later launches and binds return ErrClosed; a second Close returns
	// nil. Close may not be called from a function that the executor runs.
	Close() error
}

// Looper is an executor that also runs Go functions.
type Looper interface {
	// Range calls body for sub-ranges [lo,hi) that together are [0,n), each
	// element once, on all workers at once, and returns when all calls have. On
	// cancellation no more calls begin and context.Cause(ctx) is returned. A
	// panic in body ends the loop early and is returned as *PanicError. Without
	// a policy the ranges are those that the executor gives to kernels, so that
	// memory that body touches first lies where kernels use it.
	Range(ctx context.Context, n int, body func(lo, hi int), policies ...Policy) error
}

// Args are the arguments of a kernel by the names of its parameters: a slice of
// float64, float32, int64, int32, uint64 or uint32, or a *Buffer of one of these, for
// an array; float64, float32 or an integer for a scalar; *float64 or *float32 for
// the result of a reduction. A [Shape] named "index" tells the index space where no array does.
type Args map[string]any

// Opener makes an executor; Open calls it with what its options ask for.
type Opener func(Config) (Executor, error)

var drivers = struct {
	sync.RWMutex
	order []string
	open  map[string]Opener
}{open: map[string]Opener{}}

// Register makes an executor available under a name to Open. It is called from
// init functions, and panics if open is nil or the name is taken, as
// database/sql's does.
func Register(name string, open Opener) {
	drivers.Lock()
	defer drivers.Unlock()
	if open == nil {
		panic("runtime: Register of a nil opener for executor " + name)
	}
	if drivers.open[name] != nil {
		panic("runtime: Register called twice for executor " + name)
	}
	drivers.open[name] = open
	drivers.order = append(drivers.order, name)
}

// Executors lists the names that Open knows: this package's own ("sequential",
// "simd", "pool") first, then the others in the order of the alphabet.
func Executors() []string {
	drivers.RLock()
	defer drivers.RUnlock()
	names := slices.Clone(drivers.order)
	slices.Sort(names[min(ownExecutors, len(names)):])
	return names
}

// ownExecutors is how many init registers before any other package can.
const ownExecutors = 3

func init() {
	Register("sequential", openSequential)
	Register("simd", openSIMD)
	Register("pool", openPool)
}

// Open opens the executor of that name. An executor that may run on one of several devices has the
// device's number behind a colon, as "cuda:1". Errors are *UnknownExecutorError,
// *ValueError for an option out of its range, *UnsupportedError for one that
// this system cannot grant, and what the executor's package documents.
func Open(name string, opts ...Option) (Executor, error) {
	drivers.RLock()
	open := drivers.open[name]
	device := ""
	if before, after, ok := strings.Cut(name, ":"); ok && open == nil && after != "" && !isOwn(before) {
		open, device = drivers.open[before], after
	}
	drivers.RUnlock()
	if open == nil {
		return nil, &UnknownExecutorError{Name: name, Known: Executors()}
	}
	c := Config{Plan: DefaultPlan(), Device: device}
	for _, opt := range opts {
		if opt == nil {
			return nil, &ValueError{Name: "Option", Value: nil, Want: "an option that is not nil"}
		}
		if err := opt(&c); err != nil {
			return nil, err
		}
	}
	return open(c)
}

// isOwn reports whether an executor is this package's: these have no devices.
func isOwn(name string) bool { return name == "sequential" || name == "simd" || name == "pool" }

// Default opens the executor that is best for a machine's processors: the pool
// of all cores.
func Default() (Executor, error) { return Open("pool") }
