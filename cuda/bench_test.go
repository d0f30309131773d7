//go:build linux && (amd64 || arm64) && !cu

package cuda

import (
	"context"
	"fmt"
	"testing"

	"github.com/triad-go/triad/cuda/internal/fake"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
)

// BenchmarkLaunch is what a launch of buffers costs besides the driver: the fake's kernels do nothing, and its calls take some
// ten nanoseconds each. What the driver takes is the time of the same calls without this package, "calls".
func BenchmarkLaunch(b *testing.B) {
	ctx := context.Background()
	l := fake.New(b, fake.Config{Idle: true})
	ex, err := openFake(l, "", "")
	if err != nil {
		b.Fatal(err)
	}
	defer ex.Close()
	args := runtime.Args{"s": 2.0}
	for _, name := range []string{"a", "b", "c"} {
		buf, err := runtime.NewBuffer[float64](ex, 1000)
		if err != nil {
			b.Fatal(err)
		}
		defer buf.Close()
		args[name] = buf
	}
	k := kernels.Must(kernels.Parse("triad", "a = b + s*c", kernels.Scalars("s")))
	call, err := ex.Bind(k, args)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("run", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := call.Run(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("calls", func(b *testing.B) {
		d := l.Driver
		e := ex.(*executor)
		before, err := e.gpu.enter()
		if err != nil {
			b.Fatal(err)
		}
		defer e.gpu.leave(before)
		start, err := d.NewEvent(1)
		if err != nil {
			b.Fatal(err)
		}
		defer d.DestroyEvent(start)
		for b.Loop() {
			_, _ = d.Current()
			_ = d.RecordEvent(start, e.stream)
			_ = d.RecordEvent(start, e.stream)
			for done := false; !done; done, _ = d.EventDone(start) {
			}
		}
	})
	b.Run("bind", func(b *testing.B) {
		for b.Loop() {
			if _, err := ex.Bind(k, args); err != nil {
				b.Fatal(err)
			}
		}
	})
	// From text to result, for a kernel that was never seen: all but the driver's assembler.
	b.Run("first", func(b *testing.B) {
		i := 0
		for b.Loop() {
			i++
			k, err := kernels.Parse("first", fmt.Sprintf("a = b + s*c + %d", i), kernels.Scalars("s"))
			if err != nil {
				b.Fatal(err)
			}
			call, err := ex.Bind(k, args)
			if err != nil {
				b.Fatal(err)
			}
			if err := call.Run(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
}
