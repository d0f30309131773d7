package runtime

import (
	"errors"
	"math"
	"testing"
	"time"
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// bindingOf is a binding for an executor that reaches all memory.
func bindingOf(t *testing.T, k *kernels.Kernel, args Args) *Binding {
	t.Helper()
	b, err := CheckOn(func(Memory) string { return "" }, k, args)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRatesEstimate(t *testing.T) {
	const n = 1000
	triad := measureTriad()
	x, y, z := make([]float64, n), make([]float64, n), make([]float64, n)
	x32, y32, z32 := make([]float32, n), make([]float32, n), make([]float32, n)
	d := &device{}
	far, err := NewBuffer[float64](d, n)
	if err != nil {
		t.Fatal(err)
	}
	defer far.Close()
	near := func(m Memory) bool { _, ok := m.(*deviceMemory); return ok }
	divide := kernels.Must(kernels.Parse("divide", "a = b / c"))
	update := kernels.Must(kernels.Parse("update", "a = b + c"))

	fast := Rates{Launch: 5 * time.Microsecond, Bytes: 1e9, Operations64: 1e9, Operations32: 2e9}
	link := fast
	link.Link, link.Copy, link.CopyIn, link.CopyOut = true, 7*time.Microsecond, 4e9, 2e9
	both, overlap, cached := link, link, fast
	both.CopyBoth = 5e9
	overlap.Overlap = true
	cached.Cached, cached.Cache, cached.Divide = 24e9, 24*n, 10
	smaller := cached
	smaller.Cache--

	const us = time.Microsecond
	for _, v := range []struct {
		name  string
		rates Rates
		b     *Binding
		want  Estimate
	}{
		{"in memory", fast, bindingOf(t, triad, Args{"a": x, "b": y, "c": z, "s": 3}),
			Estimate{Launch: 5 * us, Memory: 24 * us, Compute: 2 * us, Total: 29 * us, Bytes: 24 * n, Operations: 2 * n}},
		{"float32", fast, bindingOf(t, triad, Args{"a": x32, "b": y32, "c": z32, "s": 3}),
			Estimate{Launch: 5 * us, Memory: 12 * us, Compute: us, Total: 17 * us, Bytes: 12 * n, Operations: 2 * n}},
		{"boundless", Rates{}, bindingOf(t, triad, Args{"a": x, "b": y, "c": z, "s": 3}), Estimate{Bytes: 24 * n, Operations: 2 * n}},
		{"nothing", link, bindingOf(t, triad, Args{"a": x[:0], "b": y[:0], "c": z[:0], "s": 3}), Estimate{Launch: 5 * us, Total: 5 * us}},
		{"in cache", cached, bindingOf(t, triad, Args{"a": x, "b": y, "c": z, "s": 3}),
			Estimate{Launch: 5 * us, Memory: us, Compute: 2 * us, Total: 7 * us, Bytes: 24 * n, Operations: 2 * n}},
		{"not in cache", smaller, bindingOf(t, triad, Args{"a": x, "b": y, "c": z, "s": 3}),
			Estimate{Launch: 5 * us, Memory: 24 * us, Compute: 2 * us, Total: 29 * us, Bytes: 24 * n, Operations: 2 * n}},
		{"in cache, in place", smaller, bindingOf(t, triad, Args{"a": x, "b": x, "c": z, "s": 3}),
			Estimate{Launch: 5 * us, Memory: us, Compute: 2 * us, Total: 7 * us, Bytes: 24 * n, Operations: 2 * n}},
		{"division", cached, bindingOf(t, divide, Args{"a": x, "b": y, "c": z}),
			Estimate{Launch: 5 * us, Memory: us, Compute: 11 * us, Total: 16 * us, Bytes: 24 * n, Operations: 11 * n}},
		{"copies", link, bindingOf(t, triad, Args{"a": x, "b": y, "c": z, "s": 3}),
			Estimate{Launch: 12 * us, Memory: 24 * us, Compute: 2 * us, CopyIn: 4 * us, CopyOut: 4 * us, Total: 44 * us,
				Bytes: 24 * n, Operations: 2 * n, BytesIn: 16 * n, BytesOut: 8 * n}},
		{"copies both ways", both, bindingOf(t, triad, Args{"a": x, "b": y, "c": z, "s": 3}),
			Estimate{Launch: 12 * us, Memory: 24 * us, Compute: 2 * us, CopyIn: 4 * us, CopyOut: 4 * us, Total: 40*us + 800,
				Bytes: 24 * n, Operations: 2 * n, BytesIn: 16 * n, BytesOut: 8 * n}},
		{"overlap", overlap, bindingOf(t, triad, Args{"a": x, "b": y, "c": z, "s": 3}),
			Estimate{Launch: 12 * us, Memory: 24 * us, Compute: 2 * us, CopyIn: 4 * us, CopyOut: 4 * us, Total: 36 * us,
				Bytes: 24 * n, Operations: 2 * n, BytesIn: 16 * n, BytesOut: 8 * n}},
		{"one array there", link, bindingOf(t, triad, Args{"a": x, "b": far, "c": z, "s": 3}),
			Estimate{Launch: 12 * us, Memory: 24 * us, Compute: 2 * us, CopyIn: 2 * us, CopyOut: 4 * us, Total: 42 * us,
				Bytes: 24 * n, Operations: 2 * n, BytesIn: 8 * n, BytesOut: 8 * n}},
		{"all there", link, bindingOf(t, update, Args{"a": far, "b": far, "c": far}),
			Estimate{Launch: 5 * us, Memory: 24 * us, Compute: 2 * us, Total: 29 * us, Bytes: 24 * n, Operations: 2 * n}},
		{"in place", link, bindingOf(t, update, Args{"a": x, "b": x, "c": x}),
			Estimate{Launch: 12 * us, Memory: 24 * us, Compute: 2 * us, CopyIn: 2 * us, CopyOut: 4 * us, Total: 42 * us,
				Bytes: 24 * n, Operations: 2 * n, BytesIn: 8 * n, BytesOut: 8 * n}},
	} {
		got, err := v.rates.Estimate(v.b, near)
		if err != nil || got != v.want {
			t.Errorf("%s: %v\n%+v, want\n%+v", v.name, err, got, v.want)
		}
	}

	var arg *ArgError
	if _, err := link.Estimate(bindingOf(t, update, Args{"a": x, "b": y, "c": far}), nil); !errors.As(err, &arg) || arg.Reason != ArgTarget || arg.Name != "c" {
		t.Errorf("a buffer out of reach: %v", err)
	}
	slow := Rates{Bytes: math.SmallestNonzeroFloat64}
	if e, err := slow.Estimate(bindingOf(t, update, Args{"a": x, "b": y, "c": z}), nil); err != nil || e.Total != math.MaxInt64 {
		t.Errorf("a launch without end: %v, %v", e.Total, err)
	}
}

// TestOperationsOf: what guards let be skipped does not count, nor do loads.
func TestOperationsOf(t *testing.T) {
	for formula, want := range map[string]float64{"a = b": 1, "a = b*b + c": 2, "a = b*b - b*c": 3, "a = b / c": 9, "a = sqrt(b)": 9} {
		k := kernels.Must(kernels.Parse("k", formula))
		if got := operationsOf(k.Program(kernels.Float64), 8); got != want {
			t.Errorf("%s: %v operations, want %v", formula, got, want)
		}
	}
	p := kernels.Must(kernels.Parse("k", "a = sin(b)")).Program(kernels.Float64)
	if got := operationsOf(p, 1); len(p.Guards) > 0 && got >= float64(len(p.Body)) {
		t.Errorf("sin: %v operations of %d, and %d guards", got, len(p.Body), len(p.Guards))
	}
}

func TestAssume(t *testing.T) {
	want := Rates{Launch: time.Second, Bytes: 1e9}
	for _, name := range []string{"sequential", "simd", "pool"} {
		ex, err := Open(name, Assume(want))
		if err != nil {
			t.Fatal(err)
		}
		b := bindingOf(t, measureTriad(), Args{"a": make([]float64, 10), "b": make([]float64, 10), "c": make([]float64, 10), "s": 3})
		e, err := ex.(Estimator).Estimate(b)
		if err != nil || e.Total != time.Second+240 {
			t.Errorf("%s: %+v, %v", name, e, err)
		}
		ex.Close()
		if _, err := ex.(Estimator).Estimate(b); !errors.Is(err, ErrClosed) {
			t.Errorf("%s: closed: %v", name, err)
		}
	}
	if _, ok := (Config{}).Assumed(); ok {
		t.Error("nothing is assumed to be something")
	}
	for _, r := range []Rates{{Launch: -1}, {Bytes: math.NaN()}, {CopyIn: math.Inf(1)}, {Cache: -5}, {Divide: -1}} {
		var value *ValueError
		if _, err := Open("simd", Assume(r)); !errors.As(err, &value) || value.Name != "Assume" {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

// TestMeasured: what is measured makes sense, and is measured once.
func TestMeasured(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a while")
	}
	n := 1 << 16 // more than one worker's, by the estimate of any tier
	a := make([]float64, 3*n)
	args := Args{"a": a[:n], "b": a[n : 2*n], "c": a[2*n:], "s": 3}
	for _, name := range []string{"sequential", "simd", "pool"} {
		ex, err := Open(name, Workers(2))
		if err != nil {
			t.Fatal(err)
		}
		defer ex.Close()
		first, err := ex.(Estimator).Estimate(bindingOf(t, measureTriad(), args))
		if err != nil || first.Launch <= 0 || first.Memory <= 0 || first.Compute <= 0 || first.Total < first.Launch || first.CopyIn != 0 {
			t.Errorf("%s: %+v, %v", name, first, err)
		}
		again, err := ex.(Estimator).Estimate(bindingOf(t, measureTriad(), args))
		if err != nil || again != first {
			t.Errorf("%s: %+v, %v; before %+v", name, again, err, first)
		}
	}
	p, err := Open("pool", Workers(2))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	s, err := Open("simd")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	one := Args{"a": a[:1], "b": a[1:2], "c": a[2:3], "s": 3}
	mine, err := p.(Estimator).Estimate(bindingOf(t, measureTriad(), one))
	if other, e := s.(Estimator).Estimate(bindingOf(t, measureTriad(), one)); err != nil || e != nil || mine != other {
		t.Errorf("a small launch: %+v, %v; by one worker %+v, %v", mine, err, other, e)
	}
	measured.Lock()
	defer measured.Unlock()
	for of, r := range measured.rates {
		if r.Bytes <= 0 || r.Operations32 <= 0 || r.Operations64 <= 0 || r.Launch <= 0 || r.Divide < 1 {
			t.Errorf("%+v: %+v", of, r)
		}
	}
}

// near reports whether memory is this device's.
func (d *device) near(m Memory) bool {
	mine, ok := m.(*deviceMemory)
	return ok && mine.of == d
}

// hostMemory is memory of another executor that the program may use.
type hostMemory struct{ deviceMemory }

func (*hostMemory) Host() bool { return true }

// TestHostMemory: memory that another executor gave, and the program reaches, is copied as a slice is.
func TestHostMemory(t *testing.T) {
	m := &hostMemory{deviceMemory{&device{}, make([]byte, 80)}}
	if uintptr(unsafe.Pointer(unsafe.SliceData(m.bytes)))%8 != 0 {
		t.Skip("the bytes lie where no float64 may")
	}
	b := BufferOf[float64](m, Target{Name: "gpu"})
	defer b.Close()
	k := kernels.Must(kernels.Parse("sum", "s = sum(x)"))
	s := 0.0
	e, err := Rates{Link: true}.Estimate(bindingOf(t, k, Args{"x": b, "s": &s}), func(Memory) bool { return false })
	if err != nil || e.BytesIn != 80 || e.BytesOut != 0 {
		t.Errorf("%+v, %v", e, err)
	}
}
