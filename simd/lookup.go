package simd

import (
	"math/bits"
	"slices"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// mostPermutes is how many registers the entries of a table may fill for look-ups
// by permutations: with AVX-512 of up to two registers at once, whose results are
// joined by bits of the index. With AVX2 a gather of 4 float64 takes 1.1 ns on Zen 5,
// 4 permutations and what joins them .7 ns, and 8 of them 1.4 ns.
func mostPermutes(wide bool) int {
	if wide {
		return 8
	}
	return 4
}

// table generates a look-up: the entries lie with the code, and are read as whole
// vectors that are permuted if they are few, and one by one otherwise.
func (a *allocator) table(s *step, index x.Vec) {
	g := a.g
	size, isize := s.instr.Type.Size(), s.from.Size()
	w := g.width(size)
	t := g.p.Tables[s.instr.Imm]
	perVector := w.Bytes() / size
	n := len(t)
	if g.permutesWords(s) {
		a.words(s, index, t)
		return
	}
	if (g.wide && w > x.X || !g.wide && size == 4 && w == x.Y) && n <= mostPermutes(g.wide)*perVector {
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
			a.blendByBit(dst, upper, index, n/2)
		}
		a.drop(upper)
	}
}

// AVX2 permutes words of 4 bytes by a vector of indices, but not of 8. A look-up of
// 8 bytes is therefore one of the upper words and one of the lower ones, by an index
// that stands in both words of a lane: it is spread. Where the lower words of all
// entries are zero, as are those of numbers of few bits, the upper ones suffice.

// permutesWords reports whether a look-up is by permutations of words.
func (g *gen) permutesWords(s *step) bool {
	if g.wide || s.kind != compute || s.instr.Op != kernels.OpTable || s.instr.Type.Size() != 8 {
		return false
	}
	t := g.p.Tables[s.instr.Imm]
	vectors := max(1, len(t)/wordsOfVector)
	if !onlyUpper(t) {
		vectors *= 2
	}
	return vectors <= mostPermutes(g.wide)
}

// wordsOfVector is the number of words of 4 bytes in a vector of AVX2.
const wordsOfVector = 8

// onlyUpper reports whether the lower words of all entries are zero.
func onlyUpper(entries []uint64) bool {
	return !slices.ContainsFunc(entries, func(e uint64) bool { return uint32(e) != 0 })
}

// findSpread finds the values that are used as the index of look-ups by permutations of
// words and for nothing else: they are spread as soon as they are computed, once for
// all look-ups. What is read may be read again, and what is chosen is not always
// computed (see merge): they are spread for each look-up.
func (g *gen) findSpread() {
	g.spread = make([]bool, len(g.p.Uniform)+len(g.p.Body))
	for i := range g.body.steps {
		s := &g.body.steps[i]
		if s.kind != compute || s.instr.Op == kernels.OpLoad || s.instr.Op == kernels.OpSelect || s.instr.Type.Size() != 8 {
			continue
		}
		uses := g.body.usesOf(s.value)
		g.spread[s.value] = len(uses) > 0 && !slices.ContainsFunc(uses, func(u int32) bool { return !g.permutesWords(&g.body.steps[u]) })
	}
}

// words generates a look-up by permutations of words.
func (a *allocator) words(s *step, index x.Vec, t []uint64) {
	g := a.g
	if len(t) < wordsOfVector {
		t = slices.Repeat(t, wordsOfVector/len(t))
	}
	if !g.spread[g.base(s.args[0])] {
		r := a.scrap()
		if s.from.Size() == 4 {
			g.asm.V(x.VPMOVZXDQ, x.Y, r, 0, x.R(index), x.Mods{})
			index = r
		}
		g.spreadIndex(r, index)
		index = r
	}
	upper := make([]uint64, len(t))
	for i, e := range t {
		upper[i] = e >> 32
	}
	l := words{upper: g.consts.at(entries(upper, 4)), lower: g.consts.at(entries(t, 4)), both: !onlyUpper(t), index: index}
	dst := a.apart(s)
	a.joined(dst, &l, 0, len(t))
	if !l.both {
		g.asm.V(x.VPSLLQ, x.Y, dst, 0, x.R(dst), x.Mods{Imm: 32})
	}
}

// words are what a look-up by permutations of words reads.
type words struct {
	upper, lower x.Label
	both         bool // not the upper words alone
	index        x.Vec
}

// spreadIndex puts the lower word of each lane into both.
func (g *gen) spreadIndex(dst, src x.Vec) {
	g.asm.V(x.VMOVSLDUP, x.Y, dst, 0, x.R(src), x.Mods{})
}

// joined looks up among n entries from number first on. Bits of the index above those that
// tell the entries apart do not matter.
func (a *allocator) joined(dst x.Vec, l *words, first, n int) {
	g := a.g
	if n == wordsOfVector {
		memory := func(at x.Label) x.Operand { return x.M(x.AtLabel(at, int32(first*4))) }
		g.asm.V(x.VPERMPS, x.Y, dst, l.index, memory(l.upper), x.Mods{})
		if l.both {
			t := a.scrap()
			g.asm.V(x.VPERMPS, x.Y, t, l.index, memory(l.lower), x.Mods{})
			g.asm.V(x.VBLENDPS, x.Y, dst, t, x.R(dst), x.Mods{Imm: 0xaa})
			a.drop(t)
		}
		return
	}
	a.joined(dst, l, first, n/2)
	later := a.scrap()
	a.joined(later, l, first+n/2, n/2)
	a.blendByBit(dst, later, l.index, n/2)
	a.drop(later)
}

// blendByBit takes the words of other where the index has the given bit, with AVX2.
func (a *allocator) blendByBit(dst, other, index x.Vec, bit int) {
	g := a.g
	sign := a.scrap()
	g.asm.V(x.VPSLLD, x.Y, sign, 0, x.R(index), x.Mods{Imm: uint8(31 - bits.TrailingZeros(uint(bit)))})
	g.asm.VBlendV(x.VBLENDVPS, x.Y, dst, dst, x.R(other), sign)
	a.drop(sign)
}
