package stream

import (
	"math"
	"slices"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// The recurrences say again what the suite's expressions say; the interpreter,
// on arrays of one element, is to agree with them bit for bit where it computes
// what is written, and to a unit in the last place where a product is fused with a
// sum, as it is in the kernels that run.
func TestStepIsSuite(t *testing.T) {
	testStepIsSuite[float64](t)
	testStepIsSuite[float32](t)
}

func testStepIsSuite[T Element](t *testing.T) {
	s := session[T]{}
	for _, k := range kernels.Suite() {
		var scalars []string
		for _, param := range k.Params() {
			if param.Kind == kernels.ScalarParam {
				scalars = append(scalars, param.Name)
			}
		}
		written := kernels.Must(kernels.New(k.Name(), k.Outputs(), kernels.Scalars(scalars...), kernels.Unoptimized()))
		testStep[T](t, s.elem(), written, 0)
		testStep[T](t, s.elem(), k, 1)
	}
	if newExpected[T](1).step("quadrad") {
		t.Error("quadrad has a recurrence")
	}
}

// testStep compares a kernel with its recurrence, to so many units in the last
// place.
func testStep[T Element](t *testing.T, elem kernels.Type, k *kernels.Kernel, ulps float64) {
	const n = 1
	e := newExpected[T](n)
	// Values other than the initial ones, of which c is 0.
	e.v = [4]T{1.1, 2.3, 5.7, 11.9}
	before := e.v
	p, after := k.Program(elem), before
	f := frame(k, p, &after)
	p.Interpret(f, 0, n)
	p.Combine(f)
	if !e.step(k.Name()) {
		t.Errorf("%s has no recurrence", k.Name())
	}
	for i, want := range e.v {
		if after[i] != want && !near(float64(after[i]), float64(want), ulps*epsilon[T]()) {
			t.Errorf("%s of %T: recurrence gives %v, interpreter %v", k.Name(), e.v[0], e.v, after)
		}
	}
	if len(f.Results) != len(e.sums) {
		t.Errorf("%s: recurrence gives %d results, interpreter %d", k.Name(), len(e.sums), len(f.Results))
	} else if len(f.Results) == 1 && e.sums[k.Name()] != f.Results[0] {
		t.Errorf("%s: recurrence gives %v, interpreter %v", k.Name(), e.sums[k.Name()], f.Results[0])
	}
}

// frame is for arrays of one element.
func frame[T Element](k *kernels.Kernel, p *kernels.Program, v *[4]T) *kernels.Frame {
	f := p.NewFrame(1)
	for _, param := range k.Params() {
		switch param.Kind {
		case kernels.ArrayParam:
			f.Arrays[param.Slot] = unsafe.Pointer(&v[slices.Index(arrayNames[:], param.Name)])
		case kernels.ScalarParam:
			f.Scalars[param.Slot] = p.Scalars[param.Slot].Bits(scalar)
		}
	}
	p.EvalUniforms(f)
	return f
}

// The kernels that run fuse products with sums, and the recurrences do not: far
// less than the tolerance may come of it, in however many rounds.
func TestFusedSuiteStaysValid(t *testing.T) {
	testFusedSuite[float64](t)
	testFusedSuite[float32](t)
}

func testFusedSuite[T Element](t *testing.T) {
	for _, selection := range [][]string{{"classic"}, {"all"}, Names()[:6], {"triad", "daxpy"}, {"nstream", "update"}} {
		ks, err := Select(selection)
		if err != nil {
			t.Fatal(err)
		}
		e := newExpected[T](1)
		got := e.v
		var runs []func()
		for _, k := range ks {
			p := k.Program((&session[T]{}).elem())
			f := frame(k, p, &got)
			runs = append(runs, func() { e.step(k.Name()); p.Interpret(f, 0, 1) })
		}
		for round := range 5000 {
			for _, i := range e.drifted() {
				got[i] = e.v[i]
			}
			for _, run := range runs {
				run()
			}
			for i := range got {
				if !near(float64(got[i]), float64(e.v[i]), arrayTolerance[T]()/4) {
					t.Fatalf("%v, round %d: %v, recurrence %v", selection, round, got, e.v)
				}
			}
		}
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
