package simd

import (
	"math/bits"
	"slices"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// mostPermutes is how many registers the entries of a table may fill for look-ups
// by permutations: with AVX-512 of up to two registers at once, whose results are
// joined by bits of the index.
const mostPermutes = 8

// table generates a look-up: the entries lie with the code, and are read as whole
// vectors that are permuted if they are few, and one by one otherwise.
func (a *allocator) table(s *step, index x.Vec) {
	g := a.g
	size, isize := s.instr.Type.Size(), s.from.Size()
	w := g.width(size)
	t := g.p.Tables[s.instr.Imm]
	perVector := w.Bytes() / size
	n := len(t)
	if g.wide && w > x.X && n <= mostPermutes*perVector || !g.wide && size == 4 && w == x.Y && n <= 2*perVector {
		if n < perVector {
			t = slices.Repeat(t, perVector/n)
			n = perVector
		}
		at := g.consts.at(entries(t, size))
		if isize != size { // the index in elements of the table's size
			r := a.scrap()
			switch {
			case size == 8:
				g.asm.V(x.VPMOVZXDQ, g.w, r, 0, x.R(index), x.Mods{})
			case g.wide:
				g.asm.V(x.VPMOVQD, g.w, r, 0, x.R(index), x.Mods{})
			default:
				g.narrow(r, index)
			}
			index = r
		}
		a.permuted(a.apart(s), index, at, 0, n, size)
		return
	}
	at := g.consts.at(entries(t, size))
	bounded := a.scrap()
	and, _ := g.integerOp(kernels.OpAnd, s.from)
	g.asm.V(and, g.width(isize), bounded, index, g.word(uint64(n-1), isize), x.Mods{})
	op := pick(isize, pick(size, x.VGATHERQPD, x.VGATHERQPS), pick(size, x.VGATHERDPD, x.VGATHERDPS))
	dst := a.apart(s)
	g.asm.Lea(regTemp, x.AtLabel(at, 0))
	g.asm.V(x.VXORPS, w, dst, dst, x.R(dst), x.Mods{})
	long := g.width(max(size, isize))
	if g.wide {
		g.asm.KXnorW(maskTemp, maskTemp, maskTemp)
		g.asm.VGather(op, long, dst, regTemp, bounded, uint8(size), 0, maskTemp)
		return
	}
	ones := a.scrap()
	g.asm.V(x.VPCMPEQD, w, ones, ones, x.R(ones), x.Mods{})
	g.asm.VGatherMask(op, long, dst, regTemp, bounded, uint8(size), 0, ones)
}

// permuted looks up among n entries from number first on of a table, which fill one
// register or more. Bits of the index above those that tell the entries apart do not
// matter.
func (a *allocator) permuted(dst, index x.Vec, at x.Label, first, n, size int) {
	g := a.g
	w := g.width(size)
	memory := func(entry int) x.Operand { return x.M(x.AtLabel(at, int32(entry*size))) }
	switch perVector := w.Bytes() / size; {
	case n == perVector:
		g.asm.V(pick(size, x.VPERMPDV, x.VPERMPS), w, dst, index, memory(first), x.Mods{})
	case g.wide && n == 2*perVector:
		g.asm.V(pick(size, x.VMOVUPD, x.VMOVUPS), w, dst, 0, memory(first), x.Mods{})
		g.asm.V(pick(size, x.VPERMT2PD, x.VPERMT2PS), w, dst, index, memory(first+perVector), x.Mods{})
	default:
		a.permuted(dst, index, at, first, n/2, size)
		upper := a.scrap()
		a.permuted(upper, index, at, first+n/2, n/2, size)
		if g.wide {
			g.asm.VCmp(pick(size, x.VPTESTMQ, x.VPTESTMD), w, maskTemp, index, g.word(uint64(n/2), size), 0, x.Mods{})
			g.asm.V(pick(size, x.VBLENDMPD, x.VBLENDMPS), w, dst, dst, x.R(upper), x.Mods{K: maskTemp})
		} else {
			bit := a.scrap()
			g.asm.V(x.VPSLLD, w, bit, 0, x.R(index), x.Mods{Imm: uint8(32 - bits.TrailingZeros(uint(n)))})
			g.asm.VBlendV(x.VBLENDVPS, w, dst, dst, x.R(upper), bit)
			a.drop(bit)
		}
		a.drop(upper)
	}
}
