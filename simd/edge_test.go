package simd

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	goruntime "runtime"
	"sync"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd/internal/exec"
	"github.com/triad-go/triad/symbolic"
)

// compareOn runs a program on every tier over launches that make gives, in two
// pieces as compare2 does, and compares with the interpreter.
func compareOn(t *testing.T, p *kernels.Program, newLaunch func() *launch) {
	t.Helper()
	want := newLaunch()
	n := want.f.N
	p.Interpret(want.f, 0, n)
	p.Combine(want.f)
	for _, o := range variants() {
		c, err := Compile(p, o)
		if err != nil {
			t.Fatalf("%+v: %v", o, err)
		}
		got := newLaunch()
		r := c.NewRunner(got.f)
		cut := n / 2 / p.BlockLen() * p.BlockLen()
		r.Run(cut, n)
		r.Run(0, cut)
		p.Combine(got.f)
		if err := want.equal(got); err != nil {
			if len(p.Body) < 100 {
				t.Logf("%v", p)
			}
			t.Fatalf("%+v: %v", o, err)
		}
	}
}

// alias passes each output array as one of the inputs too, where one is left,
// and says whether it did so at all.
func (l *launch) alias(seed uint64) bool {
	r := rand.New(rand.NewPCG(seed, 2))
	var inputs []int
	for s, a := range l.p.Arrays {
		if a.Read && !a.Written {
			inputs = append(inputs, s)
		}
	}
	r.Shuffle(len(inputs), func(i, j int) { inputs[i], inputs[j] = inputs[j], inputs[i] })
	any := false
	for s, a := range l.p.Arrays {
		if a.Written && len(inputs) > 0 {
			l.memory[s], l.f.Arrays[s] = l.memory[inputs[0]], l.f.Arrays[inputs[0]]
			inputs = inputs[1:]
			any = true
		}
	}
	return any
}

// TestAliased: outputs may be exactly inputs, under one name or because a
// caller passes the same memory twice, whatever the code's order of loads and
// stores.
func TestAliased(t *testing.T) {
	for _, text := range []string{
		"a = b; b = a",
		"a = b; b = c; c = a",
		"y = u + 1; z = v*2; w = u*v + x; r = sum(u - v)",
		"y = min(u, v); z = max(v, u)",
		"y = select(u < v, v, u); z = select(v < u, v, u)",
		"z = select(u < v, w*w, u); y = w*w; x = w*w", // u < v moves to the select
		"y = fma(u, v, w); z = fma(v, w, u); x = fma(w, u, v)",
		"y = v; z = u; m = min(u); h = max(v)",
		"y = 1; z = 2; r = sum(u*v)",
	} {
		k := kernels.Must(kernels.Parse("k", text, kernels.Unoptimized()))
		for _, typ := range types() {
			p := k.Program(typ)
			for _, n := range []int{0, 1, 31, 100, 2100} {
				for seed := range uint64(2) {
					compareOn(t, p, func() *launch {
						l := newLaunch(p, n, seed, func(int) int { return int(seed) })
						l.alias(seed)
						return l
					})
				}
			}
		}
	}
	r := rand.New(rand.NewPCG(31, 32))
	small := randkernel.Small
	small.Arrays, small.Ops = 8, 30
	big := randkernel.Options{Arrays: 40, Scalars: 20, Ops: 150, Outputs: 20, Reductions: 2, InPlace: true}
	programs, aliased := 200, 0
	if testing.Short() {
		programs = 50
	}
	for i := range programs {
		o := small
		if i%10 == 0 {
			o = big
		}
		k := randkernel.New(r, o)
		for _, typ := range types() {
			p, n, seed := k.Program(typ), r.IntN(300), r.Uint64()
			if len(p.Reductions) > 0 {
				n = r.IntN(1500)
			}
			compareOn(t, p, func() *launch {
				l := newLaunch(p, n, seed, func(slot int) int { return int(seed>>(slot%16*4)) & 15 })
				if l.alias(seed) {
					aliased++
				}
				return l
			})
		}
	}
	if aliased == 0 {
		t.Error("no random kernel had an input and an output")
	}
}

// TestUnalignedElements: arrays may lie at addresses that are no multiple of an
// element's size, inputs and outputs alike.
func TestUnalignedElements(t *testing.T) {
	for _, text := range []string{"y = x + 3*z", "y = x + 3*z; w = x; r = sum(x); m = max(z)", "x = x*x"} {
		k := kernels.Must(kernels.Parse("k", text, kernels.Unoptimized()))
		for _, typ := range types() {
			p := k.Program(typ)
			for _, n := range []int{0, 1, 2, 7, 16, 65, 200, 2100} {
				for off := range uintptr(typ.Size()) {
					compareOn(t, p, func() *launch {
						l := newLaunch(p, n, uint64(n), func(slot int) int { return slot })
						for s := range l.f.Arrays {
							o := off * uintptr(s*2+1) % uintptr(typ.Size())
							// The numbers move with the array, so that none becomes a
							// bit pattern that differs between launches.
							start := int(uintptr(l.f.Arrays[s]) - uintptr(unsafe.Pointer(&l.memory[s][0])))
							b := l.memory[s][start:]
							copy(b[o:], bytes.Clone(b[:n*typ.Size()]))
							for i := range o {
								b[i] = 0xa5
							}
							l.f.Arrays[s] = unsafe.Add(l.f.Arrays[s], o)
						}
						return l
					})
				}
			}
		}
	}
}

// TestDeterministic: a program and a tier give the same bytes each time. The
// generator runs on every machine.
func TestDeterministic(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	for i := range 40 {
		o := randkernel.Small
		if i%4 == 0 {
			o = randkernel.Options{Arrays: 24, Scalars: 40, Ops: 300, Outputs: 12, Reductions: 6, InPlace: true}
		}
		k := randkernel.New(r, o)
		for _, typ := range types() {
			p := k.Program(typ)
			for _, tier := range []Tier{AVX2, AVX512} {
				var first []byte
				for j := range 5 {
					g, err := generate(p, Options{Tier: tier, NonTemporal: i%2 == 0, Prefetch: i%3 == 0})
					if err != nil {
						t.Fatal(err)
					}
					if j == 0 {
						first = bytes.Clone(g.asm.Bytes())
					} else if !bytes.Equal(first, g.asm.Bytes()) {
						t.Fatalf("%v: the code differs from time to time\n%v", tier, p)
					}
				}
			}
		}
	}
}

// wide makes a kernel of many arrays and scalars, all of them alive at once
// twice over: products are formed in one order and used in the other.
func wide(arrays, scalars, outputs, reductions, ops int) *kernels.Kernel {
	var names []string
	var values []symbolic.Expr
	for i := range scalars {
		names = append(names, fmt.Sprintf("s%d", i))
		values = append(values, symbolic.Var(names[i]))
	}
	for i := range arrays {
		values = append(values, symbolic.Var(fmt.Sprintf("x%d", i)))
	}
	inputs := len(values)
	n := len(values)
	for i := n; i < ops; i++ {
		a, b := values[len(values)-n], values[(i*7919)%n]
		switch i % 5 {
		case 0:
			values = append(values, a.Mul(b))
		case 1:
			values = append(values, a.Sub(b))
		case 2:
			values = append(values, symbolic.FMA(a, b, values[len(values)-1]))
		case 3:
			values = append(values, symbolic.Max(b, a))
		default:
			values = append(values, symbolic.Select(symbolic.Lt(a, b), b, values[len(values)-1].Neg()))
		}
	}
	sum := symbolic.Int(0)
	for _, v := range values[:inputs] { // so that no scalar is unused
		sum = sum.Add(v)
	}
	var outs []kernels.Output
	for i := range outputs {
		outs = append(outs, kernels.Assign(fmt.Sprintf("y%d", i), values[len(values)-1-i]))
	}
	makes := []func(string, symbolic.Expr) kernels.Output{kernels.SumOf, kernels.MinOf, kernels.MaxOf}
	for i := range reductions {
		outs = append(outs, makes[i%3](fmt.Sprintf("r%d", i), values[len(values)-1-i*3]))
	}
	outs = append(outs, kernels.Assign("all", sum))
	return kernels.Must(kernels.New("wide", outs, kernels.Scalars(names...), kernels.Unoptimized()))
}

// TestBig: programs of any size are compiled, right, and in proportion.
func TestBig(t *testing.T) {
	chain := symbolic.Var("x")
	for i := range 10000 {
		chain = chain.Mul(symbolic.Var("z")).Add(symbolic.Int(int64(i)))
	}
	for _, c := range []struct {
		name string
		k    *kernels.Kernel
		n    int
	}{
		{"a chain of 20000 operations", kernels.Must(kernels.New("k", []kernels.Output{kernels.Assign("y", chain)}, kernels.Unoptimized())), 41},
		{"150 arrays, 200 scalars, thousands of operations", wide(150, 200, 120, 0, 6000), 45},
		{"150 arrays, 30 reductions", wide(150, 120, 10, 30, 3000), 140},
		{"400 reductions", wide(10, 10, 3, 400, 1500), 1100},
	} {
		for _, typ := range types() {
			p := c.k.Program(typ)
			compareOn(t, p, func() *launch { return newLaunch(p, c.n, 3, func(slot int) int { return slot & 15 }) })
			for _, tier := range []Tier{AVX2, AVX512} {
				g, err := generate(p, Options{Tier: tier})
				if err != nil {
					t.Fatal(err)
				}
				// A vector of the loop takes the steps of the body, one of the rest
				// those of the tail; a reduction adds the folding of its lanes. A step
				// is an instruction, at the worst with a reload and a spill or two.
				steps := len(g.body.steps) + len(g.tail.steps) + 20*len(p.Reductions)
				if g.staged {
					steps += len(g.tail.steps) // for a single element
				}
				vectors := max(g.unroll(), g.group, 1)
				if size := len(g.asm.Bytes()); size > 24*steps*vectors {
					t.Errorf("%s, %v, %v: %d bytes of code for %d steps of %d vectors", c.name, typ, tier, size, steps, vectors)
				}
				if slots, values := g.spill/int(g.vl), len(p.Uniform)+len(p.Body); slots > values {
					t.Errorf("%s, %v, %v: %d spill slots for %d values", c.name, typ, tier, slots, values)
				}
			}
		}
	}
}

// TestPlainRefused: where memory for the code with non-temporal stores was
// granted and that for the one without is refused, outputs that cannot be
// streamed to are still written.
func TestPlainRefused(t *testing.T) {
	if !Best().Streams() {
		t.Skip("no non-temporal stores here")
	}
	for _, typ := range types() {
		p := kernels.Must(kernels.Parse("k", "y = x*91.5 + 1; z = x")).Program(typ)
		c, err := Compile(p, Options{Tier: Best(), NonTemporal: true})
		if err != nil {
			t.Fatal(err)
		}
		if c.Tier() == Portable {
			t.Skip("this system refuses executable memory")
		}
		saved := mapCode
		mapCode = func([]byte) (m exec.Memory, err error) { return m, errors.New("refused") }
		want := newLaunch(p, 100, 1, func(slot int) int { return slot })
		p.Interpret(want.f, 0, 100)
		got := newLaunch(p, 100, 1, func(slot int) int { return slot })
		r := c.NewRunner(got.f)
		mapCode = saved
		if r.NonTemporal() {
			t.Error("outputs misaligned in two ways stream")
		}
		r.Run(0, 100)
		if err := want.equal(got); err != nil {
			t.Error(err)
		}
		// And back: aligned outputs run the code that was granted.
		aligned := newLaunch(p, 100, 1, func(int) int { return 0 })
		copy(got.f.Arrays, aligned.f.Arrays)
		r.Reload()
		if !r.NonTemporal() {
			t.Error("aligned outputs do not stream")
		}
		r.Run(0, 100)
	}
}

// TestReleaseWhileRunning: code that only a Runner holds stays while it runs,
// and other code comes and goes.
func TestReleaseWhileRunning(t *testing.T) {
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 30 {
				p := kernels.Must(kernels.Parse("k", fmt.Sprintf("y = x + %d.25", 1000*w+i))).Program(kernels.Float64)
				c, err := Compile(p, Options{Tier: Best(), NonTemporal: i%2 == 0})
				if err != nil {
					t.Error(err)
					return
				}
				x, y := make([]float64, 3000), make([]float64, 3000)
				f := p.NewFrame(len(x))
				f.Arrays[0], f.Arrays[1] = unsafe.Pointer(&y[0]), unsafe.Pointer(&x[0])
				p.EvalUniforms(f)
				r := c.NewRunner(f)
				if len(c.Bytes()) == 0 && c.Tier() != Portable {
					t.Error("no code")
				}
				p, c = nil, nil
				for j := range 3 {
					if i%5 == 0 && w == 0 {
						goruntime.GC()
					}
					r.Run(j*1000, (j+1)*1000)
				}
				for _, v := range y {
					if v != float64(1000*w+i)+0.25 {
						t.Errorf("%v, want %v", v, float64(1000*w+i)+0.25)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}
