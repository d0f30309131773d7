//go:build linux && (amd64 || arm64) && !cu

package fake

import (
	"fmt"
	"testing"

	"github.com/triad-go/triad/cuda/internal/driver"
)

// Judge is told which call failed in a run, what the scenario calls after that where nothing fails, and
// what it returned.
type Judge func(t *testing.T, l *Library, call string, rest []string, err error)

// FailEach runs a scenario as it is, in which it has to return nil, and then once for every call of the driver that it
// made, with that call failing with r. Every run is a subtest with a fresh library of c, not opened yet, and may leave
// nothing behind and commit no fault. judge, which may be nil, is told what came of each run with a failure.
// So that all runs make the same calls, a query runs all of its stream unless c says otherwise.
func FailEach(t *testing.T, c Config, r driver.Result, scenario func(t *testing.T, l *Library) error, judge Judge) {
	t.Helper()
	each(t, c, scenario, judge, func(l *Library, nth int) { l.Fail("", nth, r) })
}

// LoseEach is FailEach with the device being lost at each call in turn.
func LoseEach(t *testing.T, c Config, r driver.Result, scenario func(t *testing.T, l *Library) error, judge Judge) {
	t.Helper()
	each(t, c, scenario, judge, func(l *Library, nth int) { l.LoseAt(nth, r) })
}

func each(t *testing.T, c Config, scenario func(t *testing.T, l *Library) error, judge Judge, set func(l *Library, nth int)) {
	t.Helper()
	if c.Turn == 0 {
		c.Turn = 1 << 30
	}
	var calls []string
	if !t.Run("none", func(t *testing.T) {
		l := Load(t, c)
		if err := scenario(t, l); err != nil {
			t.Fatal(err)
		}
		calls = l.Calls()
	}) {
		return
	}
	seen := map[string]int{}
	for i, call := range calls {
		seen[call]++
		t.Run(fmt.Sprintf("%s#%d", call, seen[call]), func(t *testing.T) {
			l := Load(t, c)
			set(l, i+1)
			err := scenario(t, l)
			if made := l.Calls(); i < len(made) {
				call = made[i] // what is freed with garbage may come in between
			}
			if judge != nil {
				judge(t, l, call, calls[i+1:], err)
			}
		})
	}
}
