package stream

import (
	"math"
	"slices"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// The recurrences say again what the suite's expressions say; the interpreter,
// on arrays of one element, is to agree with them bit for bit.
func TestStepIsSuite(t *testing.T) {
	testStepIsSuite[float64](t)
	testStepIsSuite[float32](t)
}

func testStepIsSuite[T Element](t *testing.T) {
	s := session[T]{}
	const n = 1
	for _, k := range kernels.Suite() {
		e := newExpected[T](n)
		// Values other than the initial ones, of which c is 0.
		e.v = [4]T{1.1, 2.3, 5.7, 11.9}
		before := e.v
		p := k.Program(s.elem())
		f := p.NewFrame(n)
		after := before
		for _, param := range k.Params() {
			switch param.Kind {
			case kernels.ArrayParam:
				f.Arrays[param.Slot] = unsafe.Pointer(&after[slices.Index(arrayNames[:], param.Name)])
			case kernels.ScalarParam:
				f.Scalars[param.Slot] = scalar
			}
		}
		p.EvalUniforms(f)
		p.Interpret(f, 0, n)
		p.Combine(f)
		if !e.step(k.Name()) {
			t.Errorf("%s has no recurrence", k.Name())
		}
		if e.v != after {
			t.Errorf("%s of %T: recurrence gives %v, interpreter %v", k.Name(), e.v[0], e.v, after)
		}
		if len(f.Results) != len(e.sums) {
			t.Errorf("%s: recurrence gives %d results, interpreter %d", k.Name(), len(e.sums), len(f.Results))
		} else if len(f.Results) == 1 && e.sums[k.Name()] != f.Results[0] {
			t.Errorf("%s: recurrence gives %v, interpreter %v", k.Name(), e.sums[k.Name()], f.Results[0])
		}
	}
	if newExpected[T](1).step("quadrad") {
		t.Error("quadrad has a recurrence")
	}
}

// BabelStream's own selections must keep its values: no array may be set back
// within its default of 100 launches.
func TestClassicNeverDrifts(t *testing.T) {
	e := newExpected[float32](1)
	for round := range 100 {
		if arrays := e.drifted(); arrays != nil {
			t.Fatalf("round %d sets arrays %v back", round, arrays)
		}
		for _, name := range Names()[:classic] {
			e.step(name)
		}
	}
	// A round multiplies a by s + s(1+s) = 0.96.
	if want := 0.1 * math.Pow(0.96, 100); math.Abs(float64(e.v[0])-want) > 1e-5*want {
		t.Errorf("a = %v after 100 rounds, want %v", e.v[0], want)
	}
}

func TestDriftStaysInRange(t *testing.T) {
	for _, selection := range [][]string{{"update"}, Names()[:6], {"copy", "add", "mul", "nstream", "dot"}, {"all"}} {
		ks, err := Select(selection)
		if err != nil {
			t.Fatal(err)
		}
		e := newExpected[float32](1 << 30)
		reset := false
		for range 1000 {
			reset = e.drifted() != nil || reset
			for _, k := range ks {
				e.step(k.Name())
			}
			for i, v := range e.v {
				if a := math.Abs(float64(v)); a != 0 && a < 0x1p-126 || a > math.MaxFloat32 {
					t.Fatalf("%v: %s became %v", selection, arrayNames[i], v)
				}
			}
			if s := e.sums["dot"]; math.Abs(s) > math.MaxFloat32 {
				t.Fatalf("%v: dot became %v", selection, s)
			}
		}
		if wild := len(selection) == 6 || selection[0] == "update"; wild && !reset {
			t.Errorf("%v: 1000 rounds without setting an array back", selection)
		}
	}
}
