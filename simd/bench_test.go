package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/triad-go/triad/kernels"
)

// BenchmarkCompile goes from an expression's text to runnable code, with a
// constant that was never compiled before.
func BenchmarkCompile(b *testing.B) {
	i := 0
	for b.Loop() {
		i++
		k, err := kernels.Parse("triad", fmt.Sprintf("a = b + %d*c", i))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := Compile(k.Program(kernels.Float64), Options{Tier: Best()}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompileCached compiles a kernel whose program is compiled already.
// BenchmarkMachineCode makes the code of programs of many operations: of one output,
// and of a thousand inputs and outputs.
func BenchmarkMachineCode(b *testing.B) {
	for _, n := range []int{100, 1000, 100_000} {
		p := longProgram(n)
		for _, tier := range Tiers() {
			if tier == Portable {
				continue
			}
			b.Run(fmt.Sprintf("%d/%v", n, tier), func(b *testing.B) {
				for b.Loop() {
					if _, _, err := machineCode(p, Options{Tier: tier}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// longProgram has about n operations: one sum of products from 100 on, or a
// thousand of them over as many inputs.
func longProgram(n int) *kernels.Program {
	r := rand.New(rand.NewPCG(1, 2))
	outputs := max(1, n/100)
	a := newAssembler(kernels.Float64, 2*outputs, outputs, outputs, 50)
	loads := make([]kernels.Value, outputs)
	for s := range loads {
		loads[s] = a.load(outputs + s)
	}
	for s := range outputs {
		near := func() kernels.Value { return loads[(s+r.IntN(40))%outputs] }
		v := near()
		for range 50 {
			x := a.op(kernels.OpMul, near(), kernels.Value(r.IntN(50)))
			v = a.op(kernels.OpFMA, x, near(), v)
		}
		a.store(s, v)
	}
	return a.Program
}

func BenchmarkCompileCached(b *testing.B) {
	k := kernels.Must(kernels.Parse("triad", "a = b + 0.25*c"))
	for b.Loop() {
		if _, err := Compile(k.Program(kernels.Float64), Options{Tier: Best()}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRun times the code alone, in cache.
func BenchmarkRun(b *testing.B) {
	for _, name := range []string{"triad", "dot", "sum", "nstream"} {
		k, _ := kernels.Lookup(name)
		p := k.Program(kernels.Float64)
		for _, tier := range Tiers() {
			c, err := Compile(p, Options{Tier: tier})
			if err != nil {
				b.Fatal(err)
			}
			for _, n := range []int{8, 32, 64, 128, 256, 1000, 4096, 16384, 100000} {
				b.Run(fmt.Sprintf("%s/%s/%d", name, tier, n), func(b *testing.B) {
					f := p.NewFrame(n)
					for s := range f.Arrays {
						f.Arrays[s] = unsafe.Pointer(unsafe.SliceData(make([]float64, n)))
					}
					p.EvalUniforms(f)
					r := c.NewRunner(f)
					b.SetBytes(int64(n * p.Cost().Bytes()))
					for b.Loop() {
						r.Run(0, n)
					}
				})
			}
		}
	}
}
