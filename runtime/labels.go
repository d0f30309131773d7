package runtime

import (
	"context"
	"runtime/pprof"
	"unsafe"
)

// labels makes the contexts whose pprof labels name a launch. It remembers the
// last one, so that launches again and again under one context allocate
// nothing.
type labels struct {
	set  pprof.LabelSet
	base context.Context // the labels alone
	last context.Context // the last context that had labels of its own
	with context.Context // last and the labels
}

func newLabels(executor, kernel string) labels {
	set := pprof.Labels("executor", executor, "kernel", kernel)
	return labels{set: set, base: pprof.WithLabels(context.Background(), set)}
}

// of returns a context with ctx's labels and the launch's. It is good for
// pprof.SetGoroutineLabels alone: it may know nothing else of ctx.
func (l *labels) of(ctx context.Context) context.Context {
	if !hasLabels(ctx) {
		return l.base
	}
	if !same(l.last, ctx) {
		l.last, l.with = ctx, pprof.WithLabels(ctx, l.set)
	}
	return l.with
}

func hasLabels(ctx context.Context) (found bool) {
	pprof.ForLabels(ctx, func(string, string) bool {
		found = true
		return false
	})
	return found
}

// same reports whether two interface values are the same words. Unlike ==, it
// neither panics for types that cannot be compared nor looks into values.
func same(a, b context.Context) bool {
	return *(*[2]uintptr)(unsafe.Pointer(&a)) == *(*[2]uintptr)(unsafe.Pointer(&b))
}
