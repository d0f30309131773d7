package executortest

import (
	"errors"
	"math"
	"testing"

	"github.com/triad-go/triad/runtime"
)

// wantArg checks that an error is about that argument.
func wantArg(tb testing.TB, err error, name string, reason runtime.ArgReason) {
	tb.Helper()
	var arg *runtime.ArgError
	if !errors.As(err, &arg) {
		tb.Errorf("the error for argument %s is %v, want an *ArgError: %v", name, err, reason)
	} else if arg.Reason != reason || arg.Name != name && arg.Other != name {
		tb.Errorf("the error for argument %s, %v, is about %s and %q: %v", name, reason, arg.Name, arg.Other, arg)
	}
}

// testArguments binds arguments that do not fit.
func testArguments(tb testing.TB, ex runtime.Executor) {
	k := parse("badly", "y = x + s; z = x; r = sum(x)", "s")
	memory := make([]float64, 100)
	good := func() runtime.Args {
		return runtime.Args{"x": memory[:10], "y": memory[10:20], "z": memory[20:30], "s": 1, "r": new(float64)}
	}
	bind(tb, ex, k, good())
	for _, bad := range []struct {
		name   string
		value  any
		reason runtime.ArgReason
	}{
		{"w", 1.0, runtime.ArgUnknown},
		{"Y", memory[:10], runtime.ArgUnknown},
		{"x", nil, runtime.ArgType},
		{"x", 1.0, runtime.ArgType},
		{"x", []int{1}, runtime.ArgType},
		{"x", &memory, runtime.ArgType},
		{"x", make([]float32, 10), runtime.ArgElement},
		{"x", make([]float64, 9), runtime.ArgLength},
		{"y", make([]float64, 11), runtime.ArgLength},
		{"y", memory[1:11], runtime.ArgOverlap},  // with x
		{"y", memory[29:39], runtime.ArgOverlap}, // with z
		{"y", memory[20:30], runtime.ArgOverlap}, // is z
		{"r", &memory[15], runtime.ArgOverlap},   // in y
		{"s", "1", runtime.ArgType},
		{"s", memory[:10], runtime.ArgType},
		{"s", true, runtime.ArgType},
		{"r", 1.0, runtime.ArgType},
		{"r", new(float32), runtime.ArgType},
		{"r", (*float64)(nil), runtime.ArgNil},
		{"x", (*runtime.Buffer[float64])(nil), runtime.ArgNil},
		{"index", 10, runtime.ArgType},
		{"index", runtime.Shape{9}, runtime.ArgLength},
		{"index", runtime.Shape{-1}, runtime.ArgShape},
	} {
		args := good()
		args[bad.name] = bad.value
		call, err := ex.Bind(k, args)
		wantArg(tb, err, bad.name, bad.reason)
		if err != nil && call != nil {
			tb.Errorf("argument %s: a call beside the error %v", bad.name, err)
		}
	}
	if math.MaxInt > 1<<53 {
		args := good()
		args["s"] = math.MaxInt
		_, err := ex.Bind(k, args)
		wantArg(tb, err, "s", runtime.ArgValue)
	}
	for name := range good() {
		args := good()
		delete(args, name)
		_, err := ex.Bind(k, args)
		wantArg(tb, err, name, runtime.ArgMissing)
	}
	_, err := ex.Bind(parse("endless", "r = sum(s)", "s"), runtime.Args{"s": 1, "r": new(float64)})
	wantArg(tb, err, "index", runtime.ArgMissing)
	var value *runtime.ValueError
	if _, err := ex.Bind(nil, good()); !errors.As(err, &value) {
		tb.Errorf("the error for a nil kernel is %v, want a *ValueError", err)
	}
}

// testPolicies binds with policies that cannot be.
func testPolicies(tb testing.TB, ex runtime.Executor) {
	args := runtime.Args{"x": make([]float64, 10), "y": make([]float64, 10), "r": new(float64)}
	for i, policy := range []runtime.Policy{
		nil, runtime.Dynamic(0), runtime.Guided(-1), runtime.InlineBelow(-1), runtime.NonTemporal(9),
	} {
		var value *runtime.ValueError
		if _, err := ex.Bind(dot, args, runtime.Static(), policy); !errors.As(err, &value) {
			tb.Errorf("the error for bad policy %d is %v, want a *ValueError", i, err)
		}
	}
}
