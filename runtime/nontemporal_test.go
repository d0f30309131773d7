package runtime

import (
	"fmt"
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

// Many outputs that begin at the same line of a page are written past the caches
// as soon as they outgrow the second level.
func TestNonTemporalCrowd(t *testing.T) {
	const n = pageBytes / 8 // one page an array
	caches := func(second int64) Target {
		one := []int{0}
		return Target{CPUs: one, Caches: []Cache{
			{Level: 2, Type: InstructionCache, Bytes: 1 << 29, SharedBy: one},
			{Level: 2, Type: UnifiedCache, Bytes: second, SharedBy: one},
			{Level: 3, Type: UnifiedCache, Bytes: 1 << 30, SharedBy: one},
		}}
	}
	onlyLast := caches(0)
	onlyLast.Caches = onlyLast.Caches[2:]
	pages := func(count int64) int64 { return count * pageBytes }

	same := func(int) int { return 0 }
	spread := func(i int) int { return i * lineBytes }
	most := func(i int) int { return i % 3 / 2 * lineBytes } // two of three at the same line
	halves := func(i int) int { return i % 2 * lineBytes }
	within := func(i int) int { return i % 2 * 8 } // at different elements of one line

	for _, test := range []struct {
		name            string
		outputs, inputs int
		at              func(i int) int // bytes from the beginning of a page, of outputs
		inputsAt        func(i int) int
		inPlace         int // so many outputs are inputs too
		mode            NTMode
		target          Target
		want            bool
		why             string
	}{
		{"as few as it takes", 32, 2, same, same, 0, NTAuto, caches(pages(32) - 1), true, "32 outputs begin at the same line"},
		{"a line of which is enough", 32, 2, within, same, 0, NTAuto, caches(pages(32) - 1), true, "same line"},
		{"inputs elsewhere", 100, 100, same, spread, 0, NTAuto, caches(pages(50)), true, "same line"},
		{"most of them", 96, 1, most, same, 0, NTAuto, caches(pages(50)), true, "64 outputs begin"},
		{"too few", 31, 2, same, same, 0, NTAuto, caches(1), false, "fit into"},
		{"outputs fit", 32, 32, same, same, 0, NTAuto, caches(pages(32)), false, "fit into"},
		{"spread", 100, 2, spread, same, 0, NTAuto, caches(1), false, "fit into"},
		{"inputs at the same line", 100, 100, spread, same, 0, NTAuto, caches(1), false, "fit into"},
		{"half of them", 100, 2, halves, same, 0, NTAuto, caches(1), false, "fit into"},
		{"inputs too", 40, 9, same, same, 9, NTAuto, caches(1), false, "fit into"},
		{"some inputs too", 40, 8, same, same, 8, NTAuto, caches(1), true, "32 outputs begin"},
		{"all inputs too", 40, 40, same, same, 40, NTAuto, caches(1), false, "an input too"},
		{"second level unknown", 100, 2, same, same, 0, NTAuto, onlyLast, false, "fit into"},
		{"nothing known", 100, 2, same, same, 0, NTAuto, Target{}, false, "assumed"},
		{"not wanted", 100, 2, same, same, 0, NTOff, caches(1), false, "asked not to"},
	} {
		var text strings.Builder
		args := Args{}
		block := make([]float64, 2*n*(test.outputs+test.inputs))
		array := func(i, at int) []float64 {
			from := 2*n*i + at%pageBytes/8 // every other page, so that shifted arrays do not overlap
			return block[from : from+n]
		}
		for i := range test.inputs {
			args[fmt.Sprint("x", i)] = array(test.outputs+i, test.inputsAt(i))
		}
		for i := range test.outputs {
			fmt.Fprintf(&text, "y%d = x%d + %d\n", i, i%test.inputs, i+1)
			if i < test.inPlace {
				args[fmt.Sprint("y", i)] = args[fmt.Sprint("x", i)]
			} else {
				args[fmt.Sprint("y", i)] = array(i, test.at(i))
			}
		}
		k := kernels.Must(kernels.Parse("k", text.String(), kernels.Unoptimized()))
		bound, err := Check(k, args)
		if err != nil {
			t.Fatal(test.name, err)
		}
		on, why := nonTemporal(bound, test.mode, test.target)
		if on != test.want || !strings.Contains(why, test.why) {
			t.Errorf("%s: %v, since %s; want %v, since … %s …", test.name, on, why, test.want, test.why)
		}
	}
}
