//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"strings"
	"testing"

	"github.com/triad-go/triad/cuda/internal/driver"
	"github.com/triad-go/triad/cuda/internal/fake"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/runtime/executortest"
)

// What every executor has to do, with the PTX of kernels interpreted: on a device of today, and on the oldest
// that there may be, without memory pools, with as little staging as there may be.
func TestConformance(t *testing.T) {
	old := fake.Device{Capability: 70, Attributes: map[driver.Attribute]int{driver.MemoryPools: 0, driver.Multiprocessors: 1}}
	for _, c := range []struct {
		name    string
		config  fake.Config
		staging int64
	}{
		{"new", fake.Config{}, stagingMost},
		{"old", fake.Config{Devices: []fake.Device{old}, Version: 11000}, stagingLeast},
	} {
		t.Run(c.name, func(t *testing.T) {
			if testing.Short() && c.name == "old" {
				t.Skip("the same again")
			}
			executortest.Run(t, func(tb testing.TB) runtime.Executor {
				config := c.config
				config.Idle = strings.HasSuffix(tb.Name(), "/allocations") // the interpreter makes garbage
				ex, err := openFake(fake.New(tb, config), "", "")
				if err != nil {
					tb.Fatal(err)
				}
				ex.(*executor).settings.staging = c.staging
				return ex
			})
		})
	}
}
