//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/triad-go/triad/cuda/internal/fake"
	"github.com/triad-go/triad/runtime"
)

// A launch that takes long is slept through but for its end, if the last one took as long.
func TestWaitAbout(t *testing.T) {
	var naps []time.Duration
	nap = func(d time.Duration) { naps = append(naps, d) }
	defer func() { nap = sleepThread }()
	l := fake.New(t, fake.Config{})
	ex, err := openFake(l, "", "")
	if err != nil {
		t.Fatal(err)
	}
	defer ex.Close()
	x, err := runtime.NewBuffer[float64](ex, 1000)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	call, err := ex.Bind(kernel(t, "b = b + 1"), runtime.Args{"b": x})
	if err != nil {
		t.Fatal(err)
	}
	if err := call.Run(context.Background()); err != nil || len(naps) != 0 {
		t.Fatalf("the first launch: naps of %v, %v", naps, err)
	}
	if took, ok := call.DeviceTime(); !ok || took <= 0 {
		t.Fatal(took, ok)
	}
	if err := call.Run(context.Background()); err != nil || len(naps) != 0 {
		t.Errorf("a short launch: naps of %v, %v", naps, err)
	}

	g := ex.(*executor).gpu
	before, err := g.enter()
	if err != nil {
		t.Fatal(err)
	}
	defer g.leave(before)
	for expected, want := range map[time.Duration]string{0: "[]", 100 * time.Microsecond: "[]", 160 * time.Microsecond: "[90µs]", 1600 * time.Microsecond: "[1.35ms]", time.Second: "[998.95ms]"} {
		e, err := g.drv.NewEvent(0)
		if err != nil {
			t.Fatal(err)
		}
		naps = nil
		if err := firstOf(g.drv.RecordEvent(e, g.stream), g.waitAbout(e, expected), g.drv.DestroyEvent(e)); err != nil || fmt.Sprint(naps) != want {
			t.Errorf("what is expected to take %v: naps of %v, want %s, %v", expected, naps, want, err)
		}
	}
}

func TestNap(t *testing.T) {
	begin := time.Now()
	for range 20 { // which signals may shorten
		sleepThread(time.Millisecond)
	}
	if time.Since(begin) < time.Millisecond {
		t.Error("no time has passed")
	}
}
