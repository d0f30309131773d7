package stream

import (
	"math"
	"strings"
	"testing"
)

func TestCheckArray(t *testing.T) {
	testCheckArray[float64](t, 0x1p-52)
	testCheckArray[float32](t, 0x1p-23)
}

func testCheckArray[T Element](t *testing.T, eps float64) {
	const want = 0.7
	fresh := func() []T {
		a := make([]T, 1000)
		for i := range a {
			a[i] = want
		}
		return a
	}
	if f, ok := checkArray("a", fresh(), want); !ok {
		t.Errorf("equal elements fail: %v", f)
	}
	for name, bad := range map[string]T{
		"NaN":       T(math.NaN()),
		"+Inf":      T(math.Inf(1)),
		"-Inf":      T(math.Inf(-1)),
		"zero":      0,
		"negated":   -want,
		"too large": T(want * (1 + 110*eps)),
		"too small": T(want * (1 - 110*eps)),
	} {
		for _, at := range []int{0, 499, 999} {
			a := fresh()
			a[at] = bad
			f, ok := checkArray("b", a, want)
			if ok {
				t.Errorf("%T: %s at %d passes", a[0], name, at)
				continue
			}
			if f.Index != at || f.Count != 1 || f.What != "b" {
				t.Errorf("%T: %s at %d is reported as %+v", a[0], name, at, f)
			}
		}
	}
	near := fresh()
	near[3] = T(want * (1 + 90*eps))
	near[4] = T(want * (1 - 90*eps))
	if f, ok := checkArray("a", near, want); !ok {
		t.Errorf("%T: 90 epsilon away fails: %v", near[0], f)
	}
	// An expectation that is no number is nothing to pass by.
	for _, want := range []float64{math.NaN(), math.Inf(1)} {
		if _, ok := checkArray("a", []T{1}, T(want)); ok {
			t.Errorf("1 passes for %v", want)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if _, ok := checkArray("a", []T{T(v)}, T(v)); ok {
			t.Errorf("%v passes for %v", v, v)
		}
	}
}

func TestCheckSum(t *testing.T) {
	for _, c := range []struct {
		got, want float64
		ok        bool
	}{
		{100, 100, true},
		{100 * (1 + 1e-9), 100, true},
		{100 * (1 + 1e-8), 100, false},
		{100 * (1 - 1e-8), 100, false},
		{-100, 100, false},
		{0, 100, false},
		{math.NaN(), 100, false},
		{100, math.NaN(), false},
		{math.Inf(1), 100, false},
		{math.Inf(1), math.Inf(1), false},
	} {
		if f, ok := checkSum("dot", c.got, c.want); ok != c.ok {
			t.Errorf("sum of %v for %v: %v", c.got, c.want, f)
		}
	}
	for got, ok := range map[float32]bool{100: true, 100.0005: true, 100.01: false, 200: false, float32(math.NaN()): false} {
		if f, is := checkSum("dot", got, 100); is != ok {
			t.Errorf("float32 sum of %v for 100: %v", got, f)
		}
	}
}

func TestValidationErrorSaysWhat(t *testing.T) {
	err := &ValidationError{[]Failure{
		{Executor: "pool", What: "a", Index: 7, Count: 3, Got: Float(math.NaN()), Want: 0.5},
		{Executor: "simd", What: "dot", Index: -1, Count: 1, Got: 1, Want: 2},
	}}
	for _, want := range []string{"pool", "a[7] is NaN", "0.5", "3 elements", "simd", "result of dot"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}
