package stream

import (
	"errors"
	"math"
	"testing"
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
