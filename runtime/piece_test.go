package runtime

import (
	"context"
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
			for tier := simd.Portable; tier <= simd.AVX512; tier++ {
				ns := slow(tier).nanos(p)
				n := pieceLen(p, slow(tier))
				unit := pieceUnit
				if len(p.Reductions) > 0 {
					unit = p.BlockLen()
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
