package runtime

import (
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
)

func TestNonTemporalRule(t *testing.T) {
	const n = 1000 // 8000 bytes an array
	a, b, c := make([]float64, n), make([]float64, n), make([]float64, n)
	told := func(bytes int64) Target {
		return Target{CPUs: []int{0}, Caches: []Cache{{Level: 3, Type: UnifiedCache, Bytes: bytes, SharedBy: []int{0}}}}
	}
	add, update, dot := "c = a + b", "a = a*a", "r = sum(a)"
	for _, test := range []struct {
		text   string
		args   Args
		mode   NTMode
		target Target
		want   bool
		why    string
	}{
		{add, Args{"a": a, "b": b, "c": c}, NTAuto, told(24_000), false, "fit into"},
		{add, Args{"a": a, "b": b, "c": c}, NTAuto, told(23_999), true, "larger than"},
		{add, Args{"a": a, "b": a, "c": c}, NTAuto, told(23_999), false, "fit into"}, // two arrays
		{add, Args{"a": a, "b": b, "c": a}, NTAuto, told(100), false, "an input too"},
		{add, Args{"a": a, "b": b, "c": c}, NTAuto, Target{}, false, "assumed"},
		{add, Args{"a": a, "b": b, "c": c}, NTOn, told(1 << 20), true, "asked for"},
		{add, Args{"a": a, "b": b, "c": c}, NTOff, told(100), false, "asked not to"},
		{update, Args{"a": a}, NTAuto, told(100), false, "an input too"},
		{dot, Args{"a": a, "r": new(float64)}, NTOn, told(100), false, "writes no array"},
	} {
		bound, err := Check(kernels.Must(kernels.Parse("k", test.text)), test.args)
		if err != nil {
			t.Fatal(err)
		}
		on, why := nonTemporal(bound, test.mode, test.target)
		if on != test.want || !strings.Contains(why, test.why) {
			t.Errorf("%s, %v, %v: %v, since %s; want %v, since … %s …", test.text, test.mode, test.target.Caches, on, why, test.want, test.why)
		}
	}

	// More than the least that is assumed of caches nobody tells of.
	x := make([]float32, unknownCache/4)
	bound, err := Check(kernels.Must(kernels.Parse("k", "y = x")), Args{"x": x, "y": make([]float32, len(x))})
	if err != nil {
		t.Fatal(err)
	}
	if on, why := nonTemporal(bound, NTAuto, Target{}); !on {
		t.Error(why)
	}
}
