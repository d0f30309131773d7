package runtime

import (
	"math"
	"sync"
	"testing"

	"github.com/triad-go/triad/kernels"
)

func TestStaticRange(t *testing.T) {
	for _, n := range []int{0, 1, 2047, 2048, 2049, 10_000, 1 << 20, 1<<20 + 1, math.MaxInt - 1, math.MaxInt} {
		for _, unit := range []int{1, 1024, staticUnit} {
			for _, workers := range []int{1, 2, 3, 7, 64, 4096} {
				at, least, most := 0, math.MaxInt, 0
				for i := range workers {
					lo, hi := staticRange(n, unit, workers, i)
					if lo != at || hi < lo || hi != n && hi%unit != 0 {
						t.Fatalf("n %d, unit %d: range %d of %d is [%d,%d) after %d", n, unit, i, workers, lo, hi, at)
					}
					at, least, most = hi, min(least, hi-lo), max(most, hi-lo)
				}
				if at != n {
					t.Fatalf("n %d, unit %d, %d workers: ranges end at %d", n, unit, workers, at)
				}
				if most-least > 2*unit {
					t.Errorf("n %d, unit %d, %d workers: ranges of %d to %d elements", n, unit, workers, least, most)
				}
			}
		}
	}
}

// Boundaries must fall between reduction blocks of all types.
func TestStaticUnit(t *testing.T) {
	k := kernels.Must(kernels.Parse("sum", "r = sum(x)"))
	for _, elem := range []kernels.Type{kernels.Float64, kernels.Float32} {
		if l := k.Program(elem).BlockLen(); staticUnit%l != 0 {
			t.Errorf("a block of %v, %d elements, does not divide %d", elem, l, staticUnit)
		}
	}
}

func TestDeal(t *testing.T) {
	for _, n := range []int{0, 1, 5, 1023, 1024, 1025, 5000, 30_000} {
		for _, unit := range []int{1, 1024} {
			for _, policy := range []Policy{Static(), Dynamic(1), Dynamic(1500), Dynamic(math.MaxInt), Guided(1), Guided(3000), Guided(math.MaxInt)} {
				plan, err := DefaultPlan().With(policy)
				if err != nil {
					t.Fatal(err)
				}
				if unit == 1 && n > 2000 && plan.Chunk == 1 {
					continue // as many turns
				}
				d := newDeal(n, unit, 5, plan)
				if d.workers < 1 || d.workers > 5 || d.workers > max(n, 1) {
					t.Fatalf("n %d: %d workers", n, d.workers)
				}
				for range 2 { // launches
					d.reset()
					var mu sync.Mutex
					var wg sync.WaitGroup
					seen := make([]int, n)
					for w := range d.workers {
						wg.Go(func() {
							for turn := 0; ; turn++ {
								lo, hi, ok := d.next(w, turn)
								if !ok {
									return
								}
								if lo%unit != 0 || hi%unit != 0 && hi != n || lo >= hi {
									t.Errorf("n %d, unit %d, %v: [%d,%d)", n, unit, plan.Schedule, lo, hi)
									return
								}
								mu.Lock()
								for i := lo; i < hi; i++ {
									seen[i]++
								}
								mu.Unlock()
							}
						})
					}
					wg.Wait()
					for i, s := range seen {
						if s != 1 {
							t.Fatalf("n %d, unit %d, %v %d: element %d is dealt %d times", n, unit, plan.Schedule, plan.Chunk, i, s)
						}
					}
				}
			}
		}
	}
}

// Guided chunks shrink to the least.
func TestDealGuided(t *testing.T) {
	plan, _ := DefaultPlan().With(Guided(10))
	d := newDeal(10_000, 1, 4, plan)
	last := math.MaxInt
	var first int
	for turn := 0; ; turn++ {
		lo, hi, ok := d.next(0, turn)
		if !ok {
			break
		}
		if hi-lo > last {
			t.Fatalf("a chunk of %d after one of %d", hi-lo, last)
		}
		if last = hi - lo; turn == 0 {
			first = last
		}
	}
	if first != 1250 || last > 10 {
		t.Errorf("chunks from %d to %d, want 1250 to 10", first, last)
	}
}

func TestRoundUp(t *testing.T) {
	for _, c := range [][3]int{{0, 5, 0}, {1, 5, 5}, {5, 5, 5}, {6, 5, 10}, {math.MaxInt, 1024, math.MaxInt / 1024 * 1024}} {
		if got := roundUp(c[0], c[1]); got != c[2] {
			t.Errorf("roundUp(%d, %d) is %d, want %d", c[0], c[1], got, c[2])
		}
	}
}
