package runtime

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/triad-go/triad/kernels"
	"github.com/triad-go/triad/simd"
)

func TestPieceLen(t *testing.T) {
	for _, text := range []string{
		"a = b", "a = 1; r = sum(b)", "r = sum(sqrt(a)/b)", "a = b/c/d/e/f/g/h",
		"a = (b*b*b*b + c*c*c*c)^20; r = max(b)",
	} {
		k := kernels.Must(kernels.Parse("k", text, kernels.Unoptimized()))
		for _, elem := range []kernels.Type{kernels.Float64, kernels.Float32} {
			p := k.Program(elem)
			for tier := simd.Portable; tier <= simd.NEON; tier++ {
				ns := slow(tier).nanos(p)
				n := pieceLen(p, slow(tier))
				unit := pieceUnit
				if len(p.Reductions) > 0 {
					unit = p.BlockLen()
				} else if tier != simd.Portable && pieceUnit*ns > pieceNanos {
					unit = longUnit
				}
				if n < unit || n%unit != 0 {
					t.Errorf("%s, %v, %v: a piece of %d elements, in units of %d", text, elem, tier, n, unit)
				}
				if n > unit && float64(n)*ns > pieceNanos {
					t.Errorf("%s, %v, %v: a piece of %v ns", text, elem, tier, float64(n)*ns)
				}
				if c := fast(tier).nanos(p); c <= 0 || c > ns {
					t.Errorf("%s, %v, %v: %v ns in cache, %v from memory", text, elem, tier, c, ns)
				}
			}
			if n := pieceLen(p, interpreting); n <= 0 {
				t.Errorf("%s, %v: %d elements at once in the interpreter", text, elem, n)
			}
		}
	}
}

// A program of many operations has pieces of a few vectors in machine code, but
// not in Go code, and never less than a block where it reduces.
func TestPieceLenOfLongPrograms(t *testing.T) {
	for _, test := range []struct {
		divisions int
		rates     rates
		want      int
	}{
		{700, slowMachine, 64}, // 1400 ns an element
		{1000, slowMachine, 48},
		{2000, slowMachine, 16},
		{10_000, slowMachine, 16}, // 16 elements are too many too
		{1000, slowPortable, 64},
		{1000, interpreting, 64},
	} {
		k := longKernel(test.divisions)
		for _, elem := range []kernels.Type{kernels.Float64, kernels.Float32} {
			if got := pieceLen(k.Program(elem), test.rates); got != test.want {
				t.Errorf("%d divisions of %v at %+v: a piece of %d elements, want %d", test.divisions, elem, test.rates, got, test.want)
			}
		}
	}
	sum := kernels.Must(kernels.Parse("k", "r = sum(b"+strings.Repeat("/c", 2000)+")", kernels.Unoptimized()))
	for _, elem := range []kernels.Type{kernels.Float64, kernels.Float32} {
		p := sum.Program(elem)
		if got := pieceLen(p, slowMachine); got != p.BlockLen() {
			t.Errorf("a long reduction of %v has pieces of %d elements, want %d", elem, got, p.BlockLen())
		}
	}
}

func longKernel(divisions int) *kernels.Kernel {
	return kernels.Must(kernels.Parse("k", "a = b"+strings.Repeat("/c", divisions), kernels.Unoptimized()))
}

// Short pieces compute what a division after the other does, wherever the output
// lies and however it is written.
func TestShortPieces(t *testing.T) {
	const divisions, behind = 2000, -7
	k := longKernel(divisions)
	b, c, want := make([]float64, 1024+100), make([]float64, 1024+100), make([]float64, 1024+100)
	for i := range want {
		b[i], c[i] = float64(i)-3.5, 1+float64(i%7)/(1<<12)
		want[i] = b[i]
		for range divisions {
			want[i] /= c[i]
		}
	}
	for _, tier := range simd.Tiers() {
		if tier == simd.Portable {
			continue
		}
		ex := openTest(t, "pool", Workers(2), Tier(tier), Policies(Dynamic(1), InlineBelow(0)))
		for _, n := range []int{1, 15, 16, 17, 33, len(want)} {
			for _, shift := range []int{0, 1, 5} {
				for _, mode := range []NTMode{NTOff, NTOn} {
					a := make([]float64, shift+n+1)
					a[shift+n] = behind
					call, err := ex.Bind(k, Args{"a": a[shift : shift+n], "b": b[:n], "c": c[:n]}, NonTemporal(mode))
					if err != nil {
						t.Fatal(err)
					}
					if l := call.launcher.(*poolLaunch); l.piece != longUnit && call.Info().Fallback == nil {
						t.Fatalf("%v: pieces of %d elements", tier, l.piece)
					}
					if err := call.Run(context.Background()); err != nil {
						t.Fatal(err)
					}
					for i, w := range append(slices.Clone(want[:n]), behind) {
						if got := a[shift+i]; math.Float64bits(got) != math.Float64bits(w) {
							t.Fatalf("%v, non-temporal %v, %d elements from %d on: element %d is %v, want %v", tier, mode, n, shift, i, got, w)
						}
					}
				}
			}
		}
	}
}

// pieces records what it is to run.
type pieces [][2]int

func (p *pieces) Run(lo, hi int) { *p = append(*p, [2]int{lo, hi}) }

func TestRunPieces(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	for _, c := range []struct{ lo, hi, want int }{{0, 0, 1}, {0, 1, 1}, {0, 100, 1}, {0, 101, 2}, {100, 350, 3}} {
		var p pieces
		if !runPieces(ctx, &p, c.lo, c.hi, 100) || len(p) != c.want || p[0][0] != c.lo || p[len(p)-1][1] != c.hi {
			t.Errorf("[%d,%d) in pieces of 100: %v", c.lo, c.hi, p)
		}
	}
	cancel()
	var p pieces
	if runPieces(ctx, &p, 0, 500, 100) || len(p) != 1 {
		t.Errorf("cancelled after the first piece: %v", p)
	}
	// What is complete is complete.
	if !runPieces(ctx, &p, 0, 100, 100) {
		t.Error("a single piece is cancelled")
	}
}
