package executortest_test

import (
	"fmt"
	"testing"

	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/runtime/executortest"
	"github.com/triad-go/triad/simd"
)

func opener(name string, opts ...runtime.Option) func(testing.TB) runtime.Executor {
	return func(tb testing.TB) runtime.Executor {
		ex, err := runtime.Open(name, opts...)
		if err != nil {
			tb.Fatal(err)
		}
		return ex
	}
}

func TestSequential(t *testing.T) { executortest.Run(t, opener("sequential")) }

func TestSIMD(t *testing.T) {
	for _, tier := range simd.Tiers() {
		t.Run(tier.String(), func(t *testing.T) { executortest.Run(t, opener("simd", runtime.Tier(tier))) })
	}
}

func TestPool(t *testing.T) {
	for _, workers := range []int{1, 2, 3, 4, 7, 64} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			executortest.Run(t, opener("pool", runtime.Workers(workers)))
		})
	}
	t.Run("portable", func(t *testing.T) {
		executortest.Run(t, opener("pool", runtime.Workers(3), runtime.Tier(simd.Portable), runtime.Policies(runtime.Dynamic(100))))
	})
}
