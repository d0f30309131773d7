package executortest

import (
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/runtime"
)

// TestPrograms runs random programs, more than ten thousand in all, on pools of
// 1 to 64 workers that share even the smallest launch, and a sum of rounding
// errors that gives every worker something to do.
func TestPrograms(t *testing.T) {
	kernelsEach := 80
	if testing.Short() {
		kernelsEach = 8
	}
	r := rand.New(rand.NewPCG(15, 16))
	for workers := 1; workers <= 64; workers++ {
		ex, err := runtime.Open("pool", runtime.Workers(workers), runtime.Policies(runtime.InlineBelow(0)))
		if err != nil {
			t.Fatal(err)
		}
		for i := range kernelsEach {
			k := randkernel.New(r, randkernel.Small)
			n := r.IntN(301)
			if i%16 == 0 {
				n = r.IntN(10_000)
			}
			policies := policySets(n)[i%5]
			both(t,
				func() bool { return newTrial[float64](r, k, n).run(t, ex, policies...) },
				func() bool { return newTrial[float32](r, k, n).run(t, ex, policies...) })
		}
		n := 2048*workers + r.IntN(2048)
		both(t,
			func() bool { return newTrial[float64](r, dot, n).run(t, ex) },
			func() bool { return newTrial[float32](r, dot, n).run(t, ex) })
		if err := ex.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
