package simd

import (
	"fmt"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// Truth values are bits of mask registers with AVX-512, one a lane. With AVX2 they
// are masks in vectors, of ones and zeros, as wide as what was compared: where one of
// another width is wanted, it is made narrower or wider.

// predicate is the immediate of VCMP: quiet, and false where a value is NaN,
// but for ne. With 4 more it is the negation. The lowest bits are those of VPCMP.
var predicate = [...]uint8{kernels.OpLt: 0x11, kernels.OpLe: 0x12, kernels.OpEq: 0x00, kernels.OpNe: 0x04}

// truth is a truth value with AVX2 as a mask of lanes of that many bytes: itself,
// or what a scrap register gets.
func (a *allocator) truth(v kernels.Value, r x.Vec, size int) x.Vec {
	if a.g.size(v) == size || a.part == single {
		return r
	}
	t := a.scrap()
	a.g.widen(t, r, size)
	return t
}

// widen makes of a mask in r, of the other width, one of lanes of size bytes.
func (g *gen) widen(dst, r x.Vec, size int) {
	if size == 8 {
		g.asm.V(x.VPMOVSXDQ, g.w, dst, 0, x.R(r), x.Mods{})
	} else {
		g.narrow(dst, r)
	}
}

// narrow takes the lower halves of the elements of r, with AVX2.
func (g *gen) narrow(dst, r x.Vec) {
	g.asm.V(x.VEXTRACTF128, x.Y, dst, 0, x.R(r), x.Mods{Imm: 1})
	g.asm.V(x.VSHUFPS, x.X, dst, r, x.R(dst), x.Mods{Imm: 0x88})
}

// compare generates a comparison.
func (a *allocator) compare(s *step, in [3]x.Vec, m x.Operand) {
	g := a.g
	size := s.from.Size()
	w := a.width(size)
	p := predicate[s.instr.Op]
	if s.not {
		p ^= 4
	}
	if g.wide {
		if s.test {
			op := pick(size, x.VPTESTMQ, x.VPTESTMD)
			if (s.instr.Op == kernels.OpEq) != s.not {
				op = pick(size, x.VPTESTNMQ, x.VPTESTNMD)
			}
			g.asm.VCmp(op, w, x.Mask(a.result(s)), in[0], s.last(1, in, m), 0, x.Mods{})
			return
		}
		op := pick(size, x.VCMPPD, x.VCMPPS)
		if s.from.IsInt() {
			p &= 7
			op = pick(size, x.VPCMPUQ, x.VPCMPUD)
			if s.from.IsSigned() {
				op = pick(size, x.VPCMPQ, x.VPCMPD)
			}
		}
		g.asm.VCmp(op, w, x.Mask(a.result(s)), in[0], s.last(1, in, m), p, x.Mods{})
		return
	}
	if s.from.IsFloat() {
		g.asm.V(pick(size, x.VCMPPD, x.VCMPPS), w, a.result(s), in[0], s.last(1, in, m), x.Mods{Imm: p})
		return
	}
	y, z := in[0], in[1]
	not := s.not
	greater, equal := pick(size, x.VPCMPGTQ, x.VPCMPGTD), pick(size, x.VPCMPEQQ, x.VPCMPEQD)
	dst := a.apart(s)
	switch s.instr.Op {
	case kernels.OpEq:
		g.asm.V(equal, w, dst, y, x.R(z), x.Mods{})
	case kernels.OpNe:
		g.asm.V(equal, w, dst, y, x.R(z), x.Mods{})
		not = !not
	default:
		if !s.from.IsSigned() {
			y, z = a.biased(y, size), a.biased(z, size)
		}
		if s.instr.Op == kernels.OpLt {
			y, z = z, y // y < z is z > y
		} else {
			not = !not // y <= z is not y > z
		}
		g.asm.V(greater, w, dst, y, x.R(z), x.Mods{})
	}
	if not {
		g.asm.V(x.VXORPD, w, dst, dst, g.word(^uint64(0), size), x.Mods{})
	}
}

// biased is a vector of unsigned integers less half their range: as signed
// ones they are in the same order.
func (a *allocator) biased(r x.Vec, size int) x.Vec {
	t := a.scrap()
	a.g.asm.V(pick(size, x.VXORPD, x.VXORPS), a.width(size), t, r, a.g.word(signBit(size), size), x.Mods{})
	return t
}

// logic generates an operation on truth values.
func (a *allocator) logic(s *step, in [3]x.Vec) {
	g := a.g
	op := s.instr.Op
	if g.wide {
		k := x.Mask(a.result(s))
		p, q := x.Mask(in[0]), x.Mask(in[1])
		type three = func(d, s1, s2 x.Mask)
		bytes, words := three(nil), three(nil)
		switch op {
		case kernels.OpAnd:
			bytes, words = g.asm.KAndB, g.asm.KAndW
		case kernels.OpOr:
			bytes, words = g.asm.KOrB, g.asm.KOrW
		case kernels.OpXor:
			bytes, words = g.asm.KXorB, g.asm.KXorW
		case kernels.OpNot:
			bytes = func(d, s1, _ x.Mask) { g.asm.KNotB(d, s1) }
			words = func(d, s1, _ x.Mask) { g.asm.KNotW(d, s1) }
		}
		if g.lanes == 8 {
			bytes(k, p, q)
		} else {
			words(k, p, q)
		}
		return
	}
	size := g.size(s.value)
	w := a.width(size)
	p := a.truth(s.args[0], in[0], size)
	var q x.Operand
	if op == kernels.OpNot {
		q = g.word(^uint64(0), size)
	} else {
		q = x.R(a.truth(s.args[1], in[1], size))
	}
	dst := a.result(s)
	switch op {
	case kernels.OpAnd:
		g.asm.V(pick(size, x.VANDPD, x.VANDPS), w, dst, p, q, x.Mods{})
	case kernels.OpOr:
		g.asm.V(pick(size, x.VORPD, x.VORPS), w, dst, p, q, x.Mods{})
	case kernels.OpXor, kernels.OpNot:
		g.asm.V(pick(size, x.VXORPD, x.VXORPS), w, dst, p, q, x.Mods{})
	default:
		panic(fmt.Sprintf("simd: no code for %v of truth values", op))
	}
}

// choose generates cond ? y : z.
func (a *allocator) choose(s *step, in [3]x.Vec, m x.Operand) {
	g := a.g
	size := s.instr.Type.Size()
	c := in[0]
	if g.wide {
		k := x.Mask(c)
		if s.instr.Type == kernels.Bool {
			dst := x.Mask(a.apart(s))
			and, andNot, or := g.asm.KAndW, g.asm.KAndNW, g.asm.KOrW
			if g.lanes == 8 {
				and, andNot, or = g.asm.KAndB, g.asm.KAndNB, g.asm.KOrB
			}
			andNot(dst, k, x.Mask(in[2]))
			and(maskTemp, k, x.Mask(in[1]))
			or(dst, dst, maskTemp)
			return
		}
		z, y := in[2], x.R(in[1])
		if s.folded {
			z, y = in[1], m
		}
		g.asm.V(pick(size, x.VBLENDMPD, x.VBLENDMPS), a.width(size), a.result(s), z, y, x.Mods{K: k})
		return
	}
	if s.instr.Type == kernels.Bool {
		size = g.size(s.value)
		c = a.truth(s.args[0], c, size)
		y, z := a.truth(s.args[1], in[1], size), a.truth(s.args[2], in[2], size)
		g.asm.VBlendV(pick(size, x.VBLENDVPD, x.VBLENDVPS), a.width(size), a.result(s), z, x.R(y), c)
		return
	}
	z, y := in[2], x.R(in[1])
	if s.folded {
		z, y = in[1], m
	}
	c = a.truth(s.args[0], c, size)
	g.asm.VBlendV(pick(size, x.VBLENDVPD, x.VBLENDVPS), a.width(size), a.result(s), z, y, c)
}

// trap notes, in the word of a trap, the first element for which its condition
// holds.
func (a *allocator) trap(s *step) {
	g := a.g
	c := a.fetch(s.value)
	a.anyOf(s.value, c)
	none, less := g.asm.NewLabel(), g.asm.NewLabel()
	g.asm.Jcc(x.E, none)
	g.asm.MovMR(g.frame(frameSave), regEnd)
	if g.wide {
		k := x.Mask(c)
		if a.part == masked {
			g.asm.KAndW(maskTemp, k, maskTail)
			k = maskTemp
		}
		g.asm.KMovRKW(regEnd, k)
	} else {
		size := g.size(s.value)
		g.asm.VToReg(pick(size, x.VMOVMSKPD, x.VMOVMSKPS), g.width(size), regEnd, c)
		// Elements that are not there come after those that are.
	}
	g.asm.Tzcnt(regEnd, regEnd)
	g.asm.MovRR(regTemp, regAt)
	g.asm.ShrRI(regTemp, g.unitShift())
	g.asm.AddRR(regEnd, regTemp)
	if a.at != 0 {
		g.asm.AddRI(regEnd, int32(a.at))
	}
	word := g.frame(frameArrays + len(g.p.Arrays) + len(g.p.Reductions) + int(s.index))
	g.asm.CmpRM(regEnd, word)
	g.asm.Jcc(x.GE, less)
	g.asm.MovMR(word, regEnd)
	g.asm.Bind(less)
	g.asm.MovRM(regEnd, g.frame(frameSave))
	g.asm.Bind(none)
	a.used(s.value)
}
