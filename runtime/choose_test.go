package runtime

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// gpu is a device that predicts by rates.
type gpu struct {
	device
	name  string
	rates Rates
}

func newGPU(name string, r Rates) *gpu {
	return &gpu{device: device{placer: placer{target: Target{Name: name, Kind: GPU}}}, name: name, rates: r}
}

func (g *gpu) Name() string                          { return g.name }
func (g *gpu) Estimate(b *Binding) (Estimate, error) { return g.rates.Estimate(b, g.near) }
func (g *gpu) Allocate(bytes int) (Memory, error)    { return g.device.Allocate(bytes) }
func openAssuming(t *testing.T, name string, r Rates) Executor {
	t.Helper()
	ex, err := Open(name, Assume(r))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ex.Close() })
	return ex
}

var (
	oneCore = Rates{Launch: 100 * time.Nanosecond, Bytes: 2e10, Operations64: 3e10, Operations32: 6e10}
	cores   = Rates{Launch: 5 * time.Microsecond, Bytes: 2e11, Operations64: 1e12, Operations32: 2e12}
	card    = Rates{Launch: 10 * time.Microsecond, Bytes: 2e12, Operations64: 1e13, Operations32: 2e13,
		Link: true, Copy: 10 * time.Microsecond, CopyIn: 2.5e10, CopyOut: 2.5e10, CopyBoth: 4e10, Overlap: true}
)

func triadArgs(n int) Args {
	a := make([]float64, 3*n)
	return Args{"a": a[:n:n], "b": a[n : 2*n : 2*n], "c": a[2*n:], "s": 3}
}

func deviceArgs(t *testing.T, on Executor, n int) Args {
	t.Helper()
	args := Args{"s": 3}
	for _, name := range []string{"a", "b", "c"} {
		b, err := NewBuffer[float64](on, n)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close() })
		args[name] = b
	}
	return args
}

func TestChoose(t *testing.T) {
	simd, pool := openAssuming(t, "simd", oneCore), openAssuming(t, "pool", cores)
	cuda, other := newGPU("cuda:0", card), newGPU("cuda:1", card)
	mixed := deviceArgs(t, cuda, 1<<16)
	mixed["c"] = make([]float64, 1<<16)
	two := deviceArgs(t, cuda, 1<<16)
	two["c"] = deviceArgs(t, other, 1<<16)["c"]
	all := []Executor{simd, pool, cuda, other}
	for _, v := range []struct {
		name string
		args Args
		from []Executor
		want Executor
	}{
		{"a small launch", triadArgs(100), all, simd},
		{"a large one over slices", triadArgs(1 << 20), all, pool},
		{"a large one without the cores", triadArgs(1 << 20), []Executor{simd, cuda}, cuda},
		{"buffers on a device", deviceArgs(t, cuda, 1<<20), all, cuda},
		{"buffers on the other", deviceArgs(t, other, 1<<20), all, other},
		{"a small launch on a device", deviceArgs(t, cuda, 1), all, cuda},
		{"a slice and buffers", mixed, all, cuda},
		{"buffers of two", two, all, nil},
		{"none but host's", deviceArgs(t, cuda, 10), []Executor{simd, pool}, nil},
		{"equals", triadArgs(1 << 20), []Executor{other, cuda}, other},
	} {
		ex, c, err := Choose(measureTriad(), v.args, v.from...)
		if v.want == nil {
			var none *NoChoiceError
			var arg *ArgError
			if !errors.As(err, &none) || none.Choice != c || c.Winner != -1 || ex != nil || !errors.As(err, &arg) || arg.Reason != ArgTarget {
				t.Errorf("%s: %v, %v\n%v", v.name, ex, err, c)
			}
			continue
		}
		if err != nil || ex != v.want || len(c.Candidates) != len(v.from) || v.from[c.Winner] != ex {
			t.Errorf("%s: %v, want %s\n%v", v.name, err, v.want.Name(), c)
		}
	}
}

func TestChooseErrors(t *testing.T) {
	simd := openAssuming(t, "simd", oneCore)
	closed := openAssuming(t, "pool", cores)
	closed.Close()
	plain := &custom{&placer{target: Target{Name: "custom"}}}
	ex, c, err := Choose(measureTriad(), triadArgs(10), closed, plain, simd)
	if err != nil || ex != simd || !errors.Is(c.Candidates[0].Err, ErrClosed) {
		t.Errorf("%v\n%v", err, c)
	}
	var unsupported *UnsupportedError
	if !errors.As(c.Candidates[1].Err, &unsupported) {
		t.Errorf("an executor that predicts nothing: %v", c.Candidates[1].Err)
	}
	_, c, err = Choose(measureTriad(), triadArgs(10), closed, plain)
	var none *NoChoiceError
	if !errors.As(err, &none) || !errors.Is(err, ErrClosed) || !errors.As(err, &unsupported) {
		t.Errorf("none that can: %v", err)
	}
	for _, text := range []string{err.Error(), c.String()} {
		for _, want := range []string{"triad", "pool", "closed", "custom", "it predicts no times"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q does not say %q", text, want)
			}
		}
	}
	var value *ValueError
	var arg *ArgError
	for name, candidates := range map[string][]Executor{"none": nil, "nil": {simd, nil}} {
		if _, _, err := Choose(measureTriad(), triadArgs(10), candidates...); !errors.As(err, &value) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := Choose(nil, nil, simd); !errors.As(err, &value) {
		t.Errorf("no kernel: %v", err)
	}
	if _, _, err := Choose(measureTriad(), Args{}, simd); !errors.As(err, &arg) || arg.Reason != ArgMissing {
		t.Errorf("no arguments: %v", err)
	}
}

func TestChoiceString(t *testing.T) {
	simd, pool, cuda := openAssuming(t, "simd", oneCore), openAssuming(t, "pool", cores), newGPU("cuda:0", card)
	other := newGPU("cuda:1", card)
	mixed := deviceArgs(t, cuda, 1<<20)
	mixed["c"] = make([]float64, 1<<20)
	for _, v := range []struct {
		args Args
		from []Executor
		want string
	}{
		{triadArgs(1), []Executor{simd, cuda}, `
triad, 1 element: simd; cuda:0 would take 198 times as long, mostly to launch
           launch  memory  compute  copy in  copy out    total
* simd     100 ns    1 ns        -        -         -   101 ns
  cuda:0  20.0 µs       -        -     1 ns         -  20.0 µs
`},
		{triadArgs(1 << 20), []Executor{simd, cuda, pool}, `
triad, 1048576 elements: pool; cuda:0 would take 5.28 times as long, mostly to copy 16 MiB to the device
           launch   memory  compute  copy in  copy out    total
  simd     100 ns  1.26 ms  69.9 µs        -         -  1.26 ms
  cuda:0  20.0 µs  12.6 µs   210 ns   671 µs    336 µs   691 µs
* pool    5.00 µs   126 µs  2.10 µs        -         -   131 µs
`},
		{mixed, []Executor{simd, cuda, other}, `
triad, 1048576 elements: cuda:0, as no other can be chosen
           launch   memory  compute  copy in  copy out   total
  simd    a: the buffer lies on a device, which this executor does not reach
* cuda:0  20.0 µs  12.6 µs   210 ns   336 µs         -  356 µs
  cuda:1  a: the buffer lies on a device, which this executor does not reach
`},
		{triadArgs(1 << 20), []Executor{other, cuda}, `
triad, 1048576 elements: cuda:1, named before cuda:0, which would take the same time
           launch   memory  compute  copy in  copy out   total
* cuda:1  20.0 µs  12.6 µs   210 ns   671 µs    336 µs  691 µs
  cuda:0  20.0 µs  12.6 µs   210 ns   671 µs    336 µs  691 µs
`},
		{deviceArgs(t, cuda, 3), []Executor{simd}, `
triad, 3 elements: no executor can be chosen
        launch  memory  compute  copy in  copy out  total
  simd  a: the buffer lies on a device, which this executor does not reach
`},
	} {
		_, c, _ := Choose(measureTriad(), v.args, v.from...)
		if got := c.String(); got != v.want[1:] {
			t.Errorf("%q\n%s\nwant\n%s", got, got, v.want[1:])
		}
	}
}

func TestFormatTime(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "-", 1: "1 ns", 999: "999 ns", 1000: "1.00 µs", 9994: "9.99 µs", 9996: "10.0 µs", 99_940: "99.9 µs", 99_960: "100 µs",
		999_400: "999 µs", 999_600: "1.00 ms", 12_340_000: "12.3 ms", 2 * time.Second: "2.00 s", time.Hour: "3600 s",
	} {
		if got := formatTime(d); got != want {
			t.Errorf("%d ns: %s, want %s", d, got, want)
		}
	}
}
