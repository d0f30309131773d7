package stream

import (
	"errors"
	"math"
	"testing"

	"github.com/triad-go/triad/runtime"
)

func TestDefaultSize(t *testing.T) {
	const MiB = 1 << 20
	for _, c := range []struct {
		cache, available int64 // a cache of less than 0 is a lower bound
		arrays, size     int
		want             int
		why              string
	}{
		{32 * MiB, 0, 4, 8, 16 * MiB, "four times the last-level cache"},
		{32 * MiB, 0, 4, 4, 32 * MiB, "four times the last-level cache"},
		{1*MiB + 1, 0, 4, 8, 1 << 20, "at least 1048576 elements"},
		{33*MiB + 1, 0, 3, 8, (4*(33*MiB+1) + 7) / 8, "four times the last-level cache"},
		{-16 * MiB, 0, 4, 8, 1 << 25, "the last-level cache is unknown"},
		{-128 * MiB, 0, 4, 8, 1 << 26, "four times the last-level cache"},
		{0, 0, 4, 8, 1 << 25, "the last-level cache is unknown"},
		{0, 256 * MiB, 4, 8, 4 * MiB, "the last-level cache is unknown; bounded by half of the available memory"},
		{32 * MiB, 64 * MiB, 4, 8, 1 * MiB, "four times the last-level cache; bounded by half of the available memory"},
		{32 * MiB, 1, 4, 8, 1, "four times the last-level cache; bounded by half of the available memory"},
		{32 * MiB, 1 << 40, 4, 8, 16 * MiB, "four times the last-level cache"},
	} {
		n, why := defaultSize(max(c.cache, -c.cache), c.cache > 0, c.available, c.arrays, c.size)
		if n != c.want || why != c.why {
			t.Errorf("defaultSize(%d, %d, %d, %d) = %d, %q; want %d, %q", c.cache, c.available, c.arrays, c.size, n, why, c.want, c.why)
		}
	}
}

func TestFits(t *testing.T) {
	for _, c := range []struct {
		n         int
		available int64
		ok        bool
	}{
		{1000, 32000, true},
		{1001, 32000, false},
		{1000, 0, true},
		{math.MaxInt, 0, false},
		{math.MaxInt, math.MaxInt64, false},
		{math.MaxInt / 8, 1 << 40, false},
	} {
		err := fits(c.n, 4, 8, c.available)
		var size *SizeError
		if c.ok != (err == nil) || err != nil && !errors.As(err, &size) {
			t.Errorf("fits(%d, 4, 8, %d) = %v", c.n, c.available, err)
		}
	}
}

// machine is an executor that does nothing but have a target.
type machine struct {
	runtime.Executor
	target runtime.Target
}

func (m machine) Target() runtime.Target { return m.target }

// The probes need no more than is sensible, however large the arrays of the
// run are.
func TestProbeSize(t *testing.T) {
	const MiB = 1 << 20
	m := machine{target: runtime.Target{
		CPUs:           []int{0},
		Caches:         []runtime.Cache{{Level: 3, Type: runtime.UnifiedCache, Bytes: 32 * MiB, SharedBy: []int{0}}},
		AvailableBytes: 1100 * MiB,
	}}
	ks, err := Select([]string{"sum"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		n, want int
		ok      bool
	}{
		{128 * MiB, 16 * MiB, true}, // one array of 1 GiB fits, two would not
		{1000, 1000, true},
		{0, 16 * MiB, true},
		{138 * MiB, 0, false},
	} {
		report := &Report{SizeOf: 8}
		got, err := size(Config{N: c.n}, ks, []contender{{Executor: m, target: m.target, asked: true}}, 0, report)
		if (err == nil) != c.ok || c.ok && got[0].probeN != c.want {
			t.Errorf("%d elements: probes of %v, %v; want %d", c.n, got, err, c.want)
		}
	}
}

// An error says where it comes from once.
func TestDuring(t *testing.T) {
	size := &SizeError{N: 1, Arrays: 1, SizeOf: 8, Available: 7}
	if got := join(during("measuring", join(nil, size)), nil); got != error(size) ||
		got.Error() != "stream: 1 array of 1 element of 8 bytes: more than the 7 bytes of memory that are available" {
		t.Errorf("%v", got)
	}
	if got := during("measuring", errors.New("no")).Error(); got != "stream: measuring: no" {
		t.Error(got)
	}
}
