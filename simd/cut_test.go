package simd

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/triad-go/triad/internal/randkernel"
	"github.com/triad-go/triad/kernels"
)

// withCuts cuts programs that are not long.
func withCuts(t *testing.T, from, to int) {
	f, o := cutFrom, cutTo
	cutFrom, cutTo = from, to
	t.Cleanup(func() { cutFrom, cutTo = f, o })
}

// TestCutPrograms: a program in pieces computes what it computes as a whole, on
// every tier, for lengths below, at and above a strip.
func TestCutPrograms(t *testing.T) {
	withCuts(t, 8, 5)
	r := rand.New(rand.NewPCG(21, 4))
	cuts := 0
	for i := range 120 {
		o := randkernel.SmallProgram
		o.Ops, o.Reductions, o.Indices = 60, 0, i%2 == 1
		p := randkernel.Program(r, o)
		if pieces, _ := cut(p); len(pieces) > 1 {
			cuts++
		}
		for _, n := range []int{1, 7, cutStrip - 1, cutStrip, 2*cutStrip + 5} {
			compare2(t, p, n, uint64(i), func(int) int { return i % 3 })
		}
	}
	if cuts < 30 {
		t.Errorf("only %d of 120 programs were cut", cuts)
	}
}

// TestCutInPlace: all results are stored last, so that an output may be an input.
func TestCutInPlace(t *testing.T) {
	withCuts(t, 4, 3)
	text := ""
	for i := range 6 {
		text += fmt.Sprintf("x%d = x%d*x%d + s*x%d - x%d; ", i, (i+1)%6, (i+2)%6, (i+3)%6, i)
	}
	p := kernels.Must(kernels.Parse("k", text, kernels.Scalars("s"), kernels.Unoptimized())).Program(kernels.Float64)
	if pieces, _ := cut(p); len(pieces) < 4 {
		t.Fatalf("%d pieces", len(pieces))
	}
	for n := range 200 {
		compare2(t, p, n, 1, func(int) int { return 0 })
	}
}

// TestLongProgramsAreCut: code of a program that would keep the garbage collector
// waiting comes in pieces, and a piece is not too long itself.
func TestLongProgramsAreCut(t *testing.T) {
	withCuts(t, 2000, 1000)
	a := newAssembler(kernels.Float64, 3, 1, 1, 1)
	v := a.load(1)
	for i := range 5000 {
		v = a.op(kernels.OpFMA, v, a.numbers[0], a.numbers[i%len(a.numbers)])
	}
	a.store(0, v)
	pieces, temps := cut(a.Program)
	if len(pieces) != 5 || temps == 0 {
		t.Errorf("%d pieces, %d temporary arrays", len(pieces), temps)
	}
	for _, pc := range pieces {
		if n := len(pc.prog.Body); n > 1500 {
			t.Errorf("a piece of %d instructions", n)
		}
	}
}
