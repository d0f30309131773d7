package bench

import (
	"fmt"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/runtime"
	"github.com/triad-go/triad/simd"
)

// BenchmarkFloats has this library beside gonum's floats in cache, for benchstat:
//
//	go test -run '^$' -bench Floats -count 10 ./bench > new.txt
//	benchstat -col /side new.txt
func BenchmarkFloats(b *testing.B) {
	v := makeValues[float64](100000)
	ex, err := runtime.Open("simd")
	if err != nil {
		b.Fatal(err)
	}
	defer ex.Close()
	launches := newCallSide(v, ex)
	code := &codeSide[float64]{values: v, tier: simd.Best()}
	for _, k := range kernels.Suite() {
		for _, n := range []int{256, 1024, 4096, 16384, 100000} {
			j := job{kernel: k, n: n}
			bytes := int64(n * k.Program(kernels.Float64).Cost().Bytes())
			run := func(side string, body func(b *testing.B)) {
				b.Run(fmt.Sprintf("kernel=%s/n=%d/side=%s", k.Name(), n, side), func(b *testing.B) {
					if err := v.init(); err != nil {
						b.Fatal(err)
					}
					b.SetBytes(bytes)
					b.ReportAllocs()
					body(b)
				})
			}
			if launch := gonumKernel(v, k.Name(), n); launch != nil {
				run("gonum", func(b *testing.B) {
					for b.Loop() {
						launch()
					}
				})
			}
			run("launch", func(b *testing.B) {
				call, err := launches.call(j)
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					if err := call.Run(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
			run("code", func(b *testing.B) {
				bound, err := code.bind(j)
				if err != nil {
					b.Fatal(err)
				}
				for b.Loop() {
					bound.runner.Run(0, n)
				}
			})
		}
	}
}
