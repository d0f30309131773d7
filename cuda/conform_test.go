//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"strings"
	"testing"

	"github.com/triad-go/triad/cuda/internal/fake"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/runtime/executortest"
)

// What every executor has to do, with the PTX of kernels interpreted.
func TestConformance(t *testing.T) {
	executortest.Run(t, func(tb testing.TB) runtime.Executor {
		// The interpreter makes garbage.
		idle := strings.HasSuffix(tb.Name(), "/allocations")
		ex, err := openFake(fake.New(tb, fake.Config{Idle: idle}), "", "")
		if err != nil {
			tb.Fatal(err)
		}
		return ex
	})
}
