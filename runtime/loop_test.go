package runtime

import (
	"context"
	"errors"
	"testing"
)

func TestLoopUnsupported(t *testing.T) {
	ran := false
	for name, err := range map[string]error{
		"For":      For(context.Background(), &custom{}, 3, func(int) { ran = true }),
		"ForRange": ForRange(context.Background(), &custom{}, 3, func(lo, hi int) { ran = true }),
	} {
		var unsupported *UnsupportedError
		if !errors.As(err, &unsupported) || unsupported.Executor != "custom" || ran {
			t.Errorf("%s: the error is %v, the body ran: %v; want an *UnsupportedError", name, err, ran)
		}
	}
}

// A loop gives each worker the elements that a kernel gives it.
func TestLoopRangesAreKernels(t *testing.T) {
	const workers = 3
	for _, n := range []int{10_000, 100_000, 300_001} {
		l, err := newLoop(context.Background(), n, func(lo, hi int) {}, workers, DefaultPlan())
		if err != nil {
			t.Fatal(err)
		}
		kernel := newDeal(n, staticUnit, workers, DefaultPlan())
		for w := range workers {
			lo, hi, _ := l.deal.next(w, 0)
			if klo, khi, _ := kernel.next(w, 0); lo != klo || hi != khi {
				t.Errorf("%d elements, worker %d: a loop has [%d,%d), a kernel [%d,%d)", n, w, lo, hi, klo, khi)
			}
		}
	}
}

// The shortest loop is shared out, unless a policy says otherwise.
func TestLoopShort(t *testing.T) {
	ex := openTest(t, "pool", Workers(2))
	meet := make(chan struct{})
	err := ForRange(context.Background(), ex, 2, func(lo, hi int) {
		// Neither goes on without the other.
		if lo == 0 {
			meet <- struct{}{}
		} else {
			<-meet
		}
	})
	if err != nil {
		t.Error(err)
	}
	order := []int{}
	err = For(context.Background(), ex, 5, func(i int) { order = append(order, i) }, InlineBelow(6))
	if err != nil || len(order) != 5 {
		t.Errorf("inline: %v, %v", order, err)
	}
}
