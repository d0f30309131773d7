package simd

import (
	"testing"

	"github.com/triad-go/triad/kernels"
)

// guarded is a program y = x < 0 ? rare(x) : x + 1, and another result of the same
// guard that is computed after it.
func guarded(typ kernels.Type, rare int) *kernels.Program {
	a := newAssembler(typ, 3, 2, 2, 0, 0, 1)
	const zero, one = 0, 1
	v := a.load(2)
	cond := a.op(kernels.OpLt, v, zero)
	sum := a.op(kernels.OpAdd, v, one)
	lo := len(a.Body)
	r := v
	for i := range rare {
		r = a.op(kernels.OpSqrt, a.op(kernels.OpMul, r, r))
		if i%3 == 0 {
			r = a.op(kernels.OpSub, r, sum)
		}
	}
	other := a.op(kernels.OpDiv, r, sum)
	a.Guards = []kernels.Guard{{Cond: cond, Lo: lo, Hi: len(a.Body)}}
	y := a.op(kernels.OpSelect, cond, r, sum)
	late := a.op(kernels.OpMul, y, y) // which no skipped code can have as its result
	a.store(0, y)
	a.store(1, a.op(kernels.OpSelect, cond, other, late))
	return a.Program
}

// TestGuards: what a guard may skip lies behind the code, where only a jump that is
// not taken leads as a rule, and nothing is chosen in the common case where the
// other result is there before.
func TestGuards(t *testing.T) {
	for _, typ := range types() {
		for _, rare := range []int{1, 8, 40} {
			p := guarded(typ, rare)
			g, nu := p.Guards[0], len(p.Uniform)
			for n := range 70 {
				compareOn(t, p, func() *launch { return newLaunch(p, n, uint64(n), func(slot int) int { return slot }) })
			}
			for _, tier := range []Tier{AVX2, AVX512} {
				l, err := List(p, Options{Tier: tier})
				if err != nil {
					t.Fatal(err)
				}
				ret, skipped := 0, 0
				for i := range l.Lines {
					if l.Lines[i].inst.ret {
						ret = l.Lines[i].At
					}
				}
				first := nu + g.Hi // the select that follows the range
				for _, line := range l.Lines {
					inside := line.Value >= nu+g.Lo && line.Value <= first
					if inside && line.At > ret {
						skipped++
					}
					if inside && line.At < ret && line.Value != first {
						t.Errorf("%v %v: an instruction for value %d is in the way", tier, typ, line.Value)
					}
				}
				if skipped == 0 {
					t.Errorf("%v %v: nothing is skipped", tier, typ)
				}
			}
		}
	}
}

// TestNoRangeToSkip: guards whose range is empty, or of which nothing is used, do no harm.
func TestNoRangeToSkip(t *testing.T) {
	p := guarded(kernels.Float64, 3)
	g := p.Guards[0]
	for _, guards := range [][]kernels.Guard{
		{{Cond: g.Cond, Lo: g.Lo, Hi: g.Lo}, g},
		{g, {Cond: g.Cond, Lo: g.Hi, Hi: g.Hi}},
		{{Cond: g.Cond, Lo: g.Lo, Hi: g.Lo + 2}, {Cond: g.Cond, Lo: g.Lo + 2, Hi: g.Hi}},
	} {
		q := &kernels.Program{Elem: p.Elem, Arrays: p.Arrays, Scalars: p.Scalars, Uniform: p.Uniform, Body: p.Body, Stores: p.Stores, Guards: guards}
		for n := range 40 {
			compareOn(t, q, func() *launch { return newLaunch(q, n, 1, func(int) int { return 0 }) })
		}
	}
}
