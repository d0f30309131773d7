package simd

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	goruntime "runtime"
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd/internal/exec"
)

// launch is one program with memory of its own, for comparing ways to run it.
type launch struct {
	p      *kernels.Program
	f      *kernels.Frame
	memory [][]byte // by array slot, with a guard before and after
}

const guard = 64

// newLaunch fills the arrays of a launch of n elements with awkward numbers;
// element 0 of slot s lies shift[s] elements past a multiple of 64 bytes.
func newLaunch(p *kernels.Program, n int, seed uint64, shift func(slot int) int) *launch {
	r := rand.New(rand.NewPCG(seed, 1))
	l := &launch{p: p, f: p.NewFrame(n)}
	for i, t := range p.Scalars {
		l.f.Scalars[i] = randkernel.Bits(r, t)
	}
	for s, array := range p.Arrays {
		size := array.Type.Size()
		b := make([]byte, max(n, randkernel.GatherLen)*size+2*guard+128)
		for i := range b {
			b[i] = 0xa5
		}
		off := guard
		for (uintptr(unsafe.Pointer(&b[off]))-uintptr(shift(s)*size))%64 != 0 {
			off++
		}
		l.memory = append(l.memory, b)
		l.f.Arrays[s] = unsafe.Pointer(&b[off])
		for i := range n {
			v := randkernel.Bits(r, array.Type)
			if size == 4 {
				unsafe.Slice((*uint32)(l.f.Arrays[s]), n)[i] = uint32(v)
			} else {
				unsafe.Slice((*uint64)(l.f.Arrays[s]), n)[i] = v
			}
		}
	}
	for range p.Axes {
		l.f.Index = append(l.f.Index, int64(r.IntN(1000)))
	}
	p.EvalUniforms(l.f)
	return l
}

// equal compares two launches of one program bit for bit, NaNs being all alike,
// with the guards around the arrays.
func (l *launch) equal(m *launch) error {
	for s, array := range l.p.Arrays {
		size := array.Type.Size()
		start := func(l *launch) int {
			return int(uintptr(l.f.Arrays[s]) - uintptr(unsafe.Pointer(&l.memory[s][0])))
		}
		a, b := l.memory[s], m.memory[s]
		oa, ob := start(l), start(m)
		if end := l.f.N*size + guard; bytes.Equal(a[oa-guard:oa+end], b[ob-guard:ob+end]) {
			continue // as a rule; else look element by element, for NaNs may differ
		}
		for i := -guard; i < l.f.N*size+guard; i++ {
			if i >= 0 && i < l.f.N*size {
				continue
			}
			if a[oa+i] != b[ob+i] {
				return fmt.Errorf("array %d: a byte %d from its start was written", s, i)
			}
		}
		for i := range l.f.N {
			var x, y uint64
			if size == 8 {
				x, y = *(*uint64)(unsafe.Pointer(&a[oa+i*8])), *(*uint64)(unsafe.Pointer(&b[ob+i*8]))
			} else {
				x, y = uint64(*(*uint32)(unsafe.Pointer(&a[oa+i*4]))), uint64(*(*uint32)(unsafe.Pointer(&b[ob+i*4])))
			}
			if f, g := array.Type.Float(x), array.Type.Float(y); x != y && !(array.Type.IsFloat() && sameBits(f, g)) {
				return fmt.Errorf("array %d of %v, element %d of %d: %v (%x), want %v (%x)", s, array.Type, i, l.f.N, g, y, f, x)
			}
		}
	}
	for i, x := range l.f.Faults {
		if y := m.f.Faults[i]; x != y {
			return fmt.Errorf("trap %d: element %d, want %d", i, y, x)
		}
	}
	for i, x := range l.f.Results {
		if y := m.f.Results[i]; !sameBits(x, y) {
			return fmt.Errorf("reduction %d of %d elements: %v (%x), want %v (%x)", i, l.f.N, y, math.Float64bits(y), x, math.Float64bits(x))
		}
	}
	return nil
}

func sameBits(x, y float64) bool {
	return math.Float64bits(x) == math.Float64bits(y) || x != x && y != y
}

// variants are all the ways that this machine can run a program.
func variants() []Options {
	var os []Options
	for _, t := range Tiers() {
		os = append(os, Options{Tier: t})
		if t.Streams() {
			os = append(os, Options{Tier: t, NonTemporal: true}, Options{Tier: t, Prefetch: true})
		}
	}
	return os
}

func compare2(t *testing.T, p *kernels.Program, n int, seed uint64, shift func(int) int) {
	t.Helper()
	want := newLaunch(p, n, seed, shift)
	p.Interpret(want.f, 0, n)
	p.Combine(want.f)
	for _, o := range variants() {
		c, err := Compile(p, o)
		if err != nil {
			t.Fatalf("%+v: %v\n%v", o, err, p)
		}
		got := newLaunch(p, n, seed, shift)
		r := c.NewRunner(got.f)
		// In two pieces, as a launch would cut it.
		cut := n / 2 / p.BlockLen() * p.BlockLen()
		if len(p.Reductions) == 0 {
			cut = n / 3
		}
		r.Run(cut, n)
		r.Run(0, cut)
		p.Combine(got.f)
		if err := want.equal(got); err != nil {
			t.Fatalf("%+v: %v\n%v", o, err, p)
		}
	}
}

func types() []kernels.Type { return []kernels.Type{kernels.Float64, kernels.Float32} }

// TestDifferential runs random programs on every tier and compares the bits
// with the interpreter's.
func TestDifferential(t *testing.T) {
	programs := 5000 // of each type
	if testing.Short() {
		programs = 300
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range programs {
		k := randkernel.New(r, randkernel.Small)
		for _, typ := range types() {
			n := r.IntN(301)
			if r.IntN(20) == 0 {
				n = r.IntN(5000)
			}
			seed := r.Uint64()
			shift := func(slot int) int { return int(seed>>(4*slot)) & 15 }
			if r.IntN(2) == 0 {
				shift = func(slot int) int { return int(seed & 15) } // one misalignment
			}
			compare2(t, k.Program(typ), n, uint64(i), shift)
		}
	}
}

// TestLengthsAndAlignments is exhaustive over lengths and misalignments, for
// one program of each kind.
func TestLengthsAndAlignments(t *testing.T) {
	for _, text := range []string{
		"y = x + s*z",
		"y = x + s*z; r = sum(x*z); m = min(x); h = max(z)",
		"x = x*x - z",
	} {
		k, err := kernels.Parse("k", text, kernels.Scalars("s"), kernels.Unoptimized())
		if err != nil {
			k = kernels.Must(kernels.Parse("k", text, kernels.Unoptimized()))
		}
		for _, typ := range types() {
			p := k.Program(typ)
			for n := range 301 {
				compare2(t, p, n, uint64(n), func(int) int { return 0 })
			}
			for a := range 16 {
				for b := range 16 {
					compare2(t, p, 133, 7, func(slot int) int { return []int{a, b, 3}[slot] })
				}
			}
			for _, n := range []int{1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097, 10000} {
				compare2(t, p, n, uint64(n), func(int) int { return n % 5 })
			}
		}
	}
}

// TestPressure runs programs that need far more registers than there are, with
// many arrays, scalars and reductions, in place and not.
func TestPressure(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	big := randkernel.Options{Arrays: 24, Scalars: 40, Ops: 400, Outputs: 12, Reductions: 3, InPlace: true}
	many := randkernel.Options{Arrays: 10, Scalars: 20, Ops: 60, Outputs: 2, Reductions: 40, InPlace: true}
	for i := range 60 {
		o := big
		if i%2 == 1 {
			o = many
		}
		k := randkernel.New(r, o)
		for _, typ := range types() {
			compare2(t, k.Program(typ), 1+r.IntN(2500), uint64(i), func(slot int) int { return slot * i % 16 })
		}
	}
}

func TestCompileShares(t *testing.T) {
	a := kernels.Must(kernels.Parse("a", "y = x + 17*z"))
	b := kernels.Must(kernels.Parse("b", "out = p + 17*q"))
	o := Options{Tier: Best()}
	ca, err := Compile(a.Program(kernels.Float64), o)
	if err != nil {
		t.Fatal(err)
	}
	cb, err := Compile(b.Program(kernels.Float64), o)
	if err != nil {
		t.Fatal(err)
	}
	if ca != cb {
		t.Error("two kernels of one program were compiled twice")
	}
	f32, err := Compile(b.Program(kernels.Float32), o)
	if err != nil {
		t.Fatal(err)
	}
	if f32 == ca {
		t.Error("float32 shares float64's code")
	}
}

func TestTierRefused(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "y = x"))
	_, err := Compile(k.Program(kernels.Float64), Options{Tier: NEON + 1})
	var te *TierError
	if !errors.As(err, &te) || te.Best != Best() {
		t.Errorf("got %v, want a TierError", err)
	}
}

// TestFallback: where memory cannot be made executable, the portable code runs
// and says why.
func TestFallback(t *testing.T) {
	if Best() == Portable {
		t.Skip("no machine code here anyway")
	}
	refusal := errors.New("refused")
	saved := mapCode
	mapCode = func([]byte) (m exec.Memory, err error) { return m, refusal }
	defer func() { mapCode = saved }()
	k := kernels.Must(kernels.Parse("k", "y = x*31.25 + z"))
	p := k.Program(kernels.Float64)
	c, err := Compile(p, Options{Tier: Best(), NonTemporal: true})
	if err != nil {
		t.Fatal(err)
	}
	if c.Tier() != Portable || !errors.Is(c.Fallback(), refusal) || c.NonTemporal() || c.Bytes() != nil {
		t.Errorf("tier %v, non-temporal %v, fallback %v", c.Tier(), c.NonTemporal(), c.Fallback())
	}
	compare2(t, p, 100, 1, func(int) int { return 0 })
}

// TestRelease: machine code goes when its kernel does.
func TestRelease(t *testing.T) {
	if Best() == Portable {
		t.Skip("no machine code here")
	}
	for range 20 { // let go what earlier tests left
		goruntime.GC()
		time.Sleep(time.Millisecond)
	}
	before := exec.Live()
	var held []*kernels.Kernel
	for i := range 100 {
		k := kernels.Must(kernels.Parse("k", fmt.Sprintf("y = x*%d.5", i+1000)))
		held = append(held, k)
		if _, err := Compile(k.Program(kernels.Float64), Options{Tier: Best()}); err != nil {
			t.Fatal(err)
		}
	}
	if exec.Live() <= before {
		t.Fatal("nothing was mapped")
	}
	goruntime.KeepAlive(held)
	for range 200 {
		goruntime.GC()
		if exec.Live() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d bytes of code are still mapped, %d before", exec.Live(), before)
}

// TestConcurrentCompile: all who ask at once get one code.
func TestConcurrentCompile(t *testing.T) {
	p := kernels.Must(kernels.Parse("k", "y = x*77.25 + 1")).Program(kernels.Float32)
	codes := make([]*Code, 16)
	var wg sync.WaitGroup
	for i := range codes {
		wg.Go(func() { codes[i], _ = Compile(p, Options{Tier: Best()}) })
	}
	wg.Wait()
	for _, c := range codes {
		if c == nil || c != codes[0] {
			t.Fatal("the program was compiled more than once")
		}
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	k, _ := kernels.Lookup("triad")
	for _, o := range variants() {
		l := newLaunch(k.Program(kernels.Float64), 1000, 1, func(slot int) int { return slot })
		c, err := Compile(l.p, o)
		if err != nil {
			t.Fatal(err)
		}
		r := c.NewRunner(l.f)
		if n := testing.AllocsPerRun(100, func() { r.Run(0, 1000) }); n != 0 {
			t.Errorf("%+v: %v allocations a run", o, n)
		}
	}
}

// TestReload: a Runner follows a frame whose arrays move, also to places that
// non-temporal stores cannot write.
func TestReload(t *testing.T) {
	k := kernels.Must(kernels.Parse("k", "y = x + 1; z = x + 2"))
	p := k.Program(kernels.Float64)
	for _, o := range variants() {
		l := newLaunch(p, 100, 1, func(int) int { return 0 })
		c, err := Compile(p, o)
		if err != nil {
			t.Fatal(err)
		}
		r := c.NewRunner(l.f)
		if r.NonTemporal() != o.NonTemporal {
			t.Errorf("%+v: aligned arrays stream: %v", o, r.NonTemporal())
		}
		moved := newLaunch(p, 100, 2, func(slot int) int { return slot })
		copy(l.f.Arrays, moved.f.Arrays)
		r.Reload()
		if r.NonTemporal() {
			t.Errorf("%+v: outputs misaligned in two ways stream", o)
		}
		r.Run(0, 100)
		x := unsafe.Slice((*float64)(moved.f.Arrays[2]), 100)
		for slot := range 2 {
			for i, y := range unsafe.Slice((*float64)(moved.f.Arrays[slot]), 100) {
				if !sameBits(y, x[i]+float64(slot+1)) {
					t.Fatalf("%+v: slot %d element %d: %v", o, slot, i, y)
				}
			}
		}
	}
}

// TestInstructions counts the instructions of the main loop, so that a change
// that makes code longer is seen: the triad is a multiplication and an addition
// with memory operands and a store, for each vector.
func TestInstructions(t *testing.T) {
	k, _ := kernels.Lookup("triad")
	pl := newPlan(k.Program(kernels.Float64), shape{wide: true, foldLoads: true})
	if len(pl.steps) != 3 || pl.pressure(true) != 1 {
		t.Errorf("the triad takes %d steps and %d registers, want 3 and 1", len(pl.steps), pl.pressure(true))
	}
	k, _ = kernels.Lookup("sum")
	if pl := newPlan(k.Program(kernels.Float64), shape{wide: true, foldLoads: true}); len(pl.steps) != 1 {
		t.Errorf("the sum takes %d steps, want 1: an addition from memory", len(pl.steps))
	}
}
