package calibrate

import (
	"bytes"
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/egraph/cost"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

// TestMeasure measures little, on every tier. What comes out depends on the
// machine and who else is on it; that it is a table does not.
func TestMeasure(t *testing.T) {
	for _, elem := range []kernels.Type{kernels.Float64, kernels.Float32} {
		for _, tier := range simd.Tiers() {
			tab, err := Measure(t.Context(), elem, Tier(tier), Repetitions(2))
			if err != nil {
				t.Fatalf("%s %s: %v", tier, elem, err)
			}
			if want := "measured-" + tier.String() + "-" + elem.String(); tab.Name() != want {
				t.Errorf("the table of %s", tab.Name())
			}
			if tab.Lanes() != lanes(elem, tier) || tab.Elem().String() != elem.String() || tab.Source() == "" {
				t.Errorf("%s: %d of %s, %q", tab.Name(), tab.Lanes(), tab.Elem(), tab.Source())
			}
			for _, op := range cost.Operations() {
				if c, ok := tab.Cycles(op); !ok || !(c > 0) || math.IsInf(c, 0) {
					t.Errorf("%s: %s costs %v, %v", tab.Name(), op, c, ok)
				}
			}
			var b bytes.Buffer
			if err := tab.Write(&b); err != nil {
				t.Fatal(err)
			}
			back, err := cost.Read(&b)
			if err != nil || back.String() != tab.String() {
				t.Errorf("read %v, %v", back, err)
			}
		}
	}
}

// TestKernels looks at what is timed: the operations asked for are in it, and
// numbers stay what processors are quick with.
func TestKernels(t *testing.T) {
	for _, elem := range []kernels.Type{kernels.Float64, kernels.Float32} {
		for _, p := range probes {
			for _, steps := range []int{shortLine, longLine} {
				k, err := p.kernel(steps)
				if err != nil {
					t.Fatal(err)
				}
				extra := 0 // of the operation, on the way to and from the lines
				switch p.instr {
				case kernels.OpAdd:
					extra = lines - len(inputs)
				case kernels.OpMax:
					extra = lines - 1
				}
				if have := count(k, elem, p.instr); have != lines*steps+extra {
					t.Errorf("%s: %d operations, want %d:\n%s", p.op, have, lines*steps+extra, k)
				}
				out := outputs(t, k, elem, p.fill())
				for i, x := range out {
					if a := math.Abs(x); math.IsNaN(x) || a < 1e-30 || a > 1e31 {
						t.Fatalf("%s: element %d is %v", p.op, i, x)
					}
				}
			}
		}
	}
}

// outputs interprets a kernel of one output array.
func outputs(t *testing.T, k *kernels.Kernel, elem kernels.Type, fill fill) []float64 {
	p := k.Program(elem)
	const n = 97
	f := p.NewFrame(n)
	if elem == kernels.Float32 {
		place[float32](f, fill.element)
	} else {
		place[float64](f, fill.element)
	}
	for _, param := range k.Params() {
		if param.Kind == kernels.ScalarParam {
			f.Scalars[param.Slot] = p.Scalars[param.Slot].Bits(fill.scalars[param.Name])
		}
	}
	p.EvalUniforms(f)
	p.Interpret(f, 0, n)
	out := make([]float64, n)
	for i := range out {
		if elem == kernels.Float32 {
			out[i] = float64(unsafe.Slice((*float32)(f.Arrays[0]), n)[i])
		} else {
			out[i] = unsafe.Slice((*float64)(f.Arrays[0]), n)[i]
		}
	}
	return out
}

func TestLoadsAndStores(t *testing.T) {
	for _, c := range []struct {
		outs                []kernels.Output
		loads, stores, fmas int
	}{
		{loads(false), 1, 0, 0},
		{loads(true), 1 + loadsOfLoads, 0, fmasOfLoads},
		{stores(1), 1, 1, 0},
		{stores(5), 1, 5, 0},
	} {
		k, err := build("test", c.outs)
		if err != nil {
			t.Fatal(err)
		}
		got := k.Cost(kernels.Float64)
		if got.Loads != c.loads || got.Stores != c.stores || count(k, kernels.Float64, kernels.OpFMA) != c.fmas {
			t.Errorf("%s: %+v", k, got)
		}
		if arrays := len(k.Program(kernels.Float64).Arrays); arrays*(arrayBytes+5*64) > 32<<10 {
			t.Errorf("%s: %d arrays do not fit", k, arrays)
		}
	}
}

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		samples []float64
		want    float64
	}{
		{nil, 0},
		{[]float64{3}, 3},
		{[]float64{9, -1, 2}, 2},
		{[]float64{4, 1, 2, 100}, 3},
	} {
		if got := (&measurement{samples: c.samples}).median(); got != c.want {
			t.Errorf("%v: %v, want %v", c.samples, got, c.want)
		}
	}
}

// TestTable makes prices of samples that are given, for each tier.
func TestTable(t *testing.T) {
	var ms []*measurement
	for _, p := range probes {
		ms = append(ms, &measurement{op: p.op, samples: []float64{1}})
	}
	for op, c := range map[string]float64{"lt": 3, "neg": -2, "fma": 0.5, "load": 1.25, "store": 2} {
		found := false
		for _, m := range ms {
			if m.op == op {
				m.samples, found = []float64{c}, true
			}
		}
		if !found {
			ms = append(ms, &measurement{op: op, samples: []float64{c}})
		}
	}
	for tier, load := range map[simd.Tier]float64{simd.Portable: 1, simd.AVX2: 1.25, simd.AVX512: 1.25} {
		tab, err := table(ms, kernels.Float64, tier)
		if err != nil {
			t.Fatal(err)
		}
		c := func(op string) float64 { v, _ := tab.Cycles(op); return v }
		if c("load") != load || c("store") != 2 || c("fnms") != 0.5 || c("neg") != free || c("lt")+c("select") != 3 {
			t.Errorf("%s", tab)
		}
	}
}

func TestErrors(t *testing.T) {
	for why, f := range map[string]func() (*cost.Table, error){
		"no arrays of bool": func() (*cost.Table, error) { return Measure(t.Context(), kernels.Bool) },
		"0 repetitions":     func() (*cost.Table, error) { return Measure(t.Context(), kernels.Float64, Repetitions(0)) },
		"nil option":        func() (*cost.Table, error) { return Measure(t.Context(), kernels.Float64, nil) },
	} {
		tab, err := f()
		var e *Error
		if tab != nil || !errors.As(err, &e) || !strings.Contains(e.Error(), why) {
			t.Errorf("%v, %v, want: %s", tab, err, why)
		}
	}
	var te *simd.TierError
	if _, err := Measure(t.Context(), kernels.Float64, Tier(simd.AVX512+1)); !errors.As(err, &te) {
		t.Errorf("a tier that there is not: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if tab, err := Measure(ctx, kernels.Float64); tab != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, %v", tab, err)
	}
	e := &Error{Op: "add", Reason: "why", Err: context.Canceled}
	if e.Error() != "calibrate: add: why: context canceled" || !errors.Is(e, context.Canceled) {
		t.Error(e)
	}
}
