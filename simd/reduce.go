package simd

import (
	"math"
	"math/bits"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// genBlocks generates the loops of a program that reduces, over the blocks and
// rows that kernels.Reduction describes. A row is computed in groups of
// vectors: all of it at once where registers allow, else in several passes over
// the block, each with its own lanes. The lanes of a block are then folded and
// its value written to the partials.
func (g *gen) genBlocks() {
	a := &g.asm
	rowUnits, blockUnits := g.units(g.p.Lanes()), g.units(g.p.BlockLen())
	passes := kernels.RowBytes / (g.group * int(g.vl))
	block, pass, row, rows, lanes := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()

	a.MovMR(g.frame(frameHi), argHi)
	a.Bind(block)
	a.MovMR(g.frame(frameBlock), regAt)
	a.MovRM(regEnd, g.frame(frameHi))
	a.SubRR(regEnd, regAt)
	a.MovRI(regTemp, int64(blockUnits))
	a.CmpRR(regEnd, regTemp)
	a.CmovRR(x.G, regEnd, regTemp)
	a.MovRR(regTemp, regEnd)
	a.AndRI(regTemp, rowUnits-1)
	a.MovMR(g.frame(framePart), regTemp)
	a.AndRI(regEnd, -rowUnits)
	a.AddRR(regEnd, regAt)
	if passes > 1 {
		a.MovMR(g.frame(frameRows), regEnd)
		a.MovMI(g.frame(framePass), 0)
		a.Bind(pass)
		a.MovRM(regAt, g.frame(frameBlock))
		a.AddRM(regAt, g.frame(framePass))
		a.MovRM(regEnd, g.frame(frameRows))
		a.AddRM(regEnd, g.frame(framePass))
	}
	for r := range g.p.Reductions {
		for j := range g.group {
			g.startLane(r, j)
		}
	}
	a.CmpRR(regAt, regEnd)
	a.Jcc(x.GE, rows)
	a.Align(32)
	a.Bind(row)
	for j := 0; j < g.group; j += g.several {
		g.emit(g.many, j*g.lanes, j, whole)
	}
	a.AddRI(regAt, rowUnits)
	a.CmpRR(regAt, regEnd)
	a.Jcc(x.L, row)
	a.Bind(rows)

	a.MovRM(regTemp, g.frame(framePart))
	if passes > 1 {
		a.SubRM(regTemp, g.frame(framePass))
	}
	for j := range g.group {
		a.CmpRI(regTemp, 0)
		a.Jcc(x.LE, lanes)
		if j+1 < g.group {
			a.MovMR(g.frame(frameLeft), regTemp)
		}
		a.MovRR(regEnd, regTemp)
		g.setMask(regEnd)
		g.emit(g.tail, j*g.lanes, j, masked)
		if j+1 < g.group {
			a.MovRM(regTemp, g.frame(frameLeft))
			a.SubRI(regTemp, g.units(g.lanes))
		}
	}
	a.Bind(lanes)
	if passes > 1 {
		g.saveLanes()
		a.MovRM(regTemp, g.frame(framePass))
		a.AddRI(regTemp, g.units(g.group*g.lanes))
		a.MovMR(g.frame(framePass), regTemp)
		a.CmpRI(regTemp, rowUnits)
		a.Jcc(x.L, pass)
	}
	for r := range g.p.Reductions {
		g.foldLanes(r)
	}
	a.MovRM(regAt, g.frame(frameBlock))
	a.AddRI(regAt, blockUnits)
	a.CmpRM(regAt, g.frame(frameHi))
	a.Jcc(x.L, block)
}

// inScratch reports whether lanes of reductions lie in scratch between passes, or
// throughout.
func (g *gen) inScratch() bool { return g.acc[0] == nil || g.group < kernels.RowBytes/int(g.vl) }

// lanesOf is the memory of the scratch vectors that hold the lanes of reduction
// r, from vector j on of the current pass. It uses regTemp.
func (g *gen) lanesOf(r, j int) x.Mem {
	g.asm.MovRM(regTemp, g.frame(framePass))
	return x.AtIndex(regScratch, regTemp, uint8(g.lane/g.unit), int32(r*kernels.RowBytes)+int32(j)*g.vl)
}

// reduced is the number of bytes of what reduction r folds, and the width of a
// vector of it.
func (g *gen) reduced(r int) (size int, w x.Width) {
	size = g.p.TypeOf(g.p.Reductions[r].Value).Size()
	return size, g.width(size)
}

// move copies a vector, or reads one that is aligned.
func (g *gen) move(size int, dst x.Vec, src x.Operand) {
	g.asm.V(pick(size, x.VMOVAPD, x.VMOVAPS), g.width(size), dst, 0, src, x.Mods{})
}

// keep writes a vector to memory that is aligned.
func (g *gen) keep(size int, dst x.Mem, src x.Vec) {
	g.asm.VStore(pick(size, x.VMOVAPD, x.VMOVAPS), g.width(size), dst, src, x.Mods{})
}

// startLane sets an accumulator to the reduction's identity.
func (g *gen) startLane(r, j int) {
	if g.acc[r] != nil {
		g.identity(g.acc[r][j], r)
		return
	}
	g.alloc.clear()
	v := g.alloc.scrap()
	g.identity(v, r)
	size, _ := g.reduced(r)
	g.keep(size, g.lanesOf(r, j), v)
}

func (g *gen) identity(dst x.Vec, r int) {
	size, w := g.reduced(r)
	sign := 0
	switch g.p.Reductions[r].Op {
	case kernels.Min:
		sign = 1
	case kernels.Max:
		sign = -1
	case kernels.Prod:
		g.splat(dst, g.p.TypeOf(g.p.Reductions[r].Value).Bits(1), size)
		return
	default:
		g.asm.V(pick(size, x.VXORPD, x.VXORPS), w, dst, dst, x.R(dst), x.Mods{})
		return
	}
	word := math.Float64bits(math.Inf(sign))
	if size == 4 {
		word = uint64(math.Float32bits(float32(math.Inf(sign))))
	}
	g.splat(dst, word, size)
}

// fold generates acc = fold(acc, v) as kernels.Fold defines it; for min, VMIN
// of v and acc is v < acc ? v : acc.
func (g *gen) fold(r int, w x.Width, acc, v x.Vec, mods x.Mods) {
	size, _ := g.reduced(r)
	switch g.p.Reductions[r].Op {
	case kernels.Min:
		g.asm.V(pick(size, x.VMINPD, x.VMINPS), w, acc, v, x.R(acc), mods)
	case kernels.Max:
		g.asm.V(pick(size, x.VMAXPD, x.VMAXPS), w, acc, v, x.R(acc), mods)
	case kernels.Prod:
		g.asm.V(pick(size, x.VMULPD, x.VMULPS), w, acc, acc, x.R(v), mods)
	default:
		g.asm.V(pick(size, x.VADDPD, x.VADDPS), w, acc, acc, x.R(v), mods)
	}
}

// reduce takes a value, or the folded load, into an accumulator.
func (a *allocator) reduce(s *step, v x.Vec, j int) {
	g := a.g
	r := int(s.index)
	size, w := g.reduced(r)
	acc := x.Vec(0)
	if g.acc[r] != nil {
		acc = g.acc[r][j]
	} else {
		acc = a.scrap()
		g.move(size, acc, x.M(g.lanesOf(r, j)))
	}
	var mods x.Mods
	switch {
	case s.folded: // a sum
		m := g.element(int(g.instr(s.fold).Imm), a.at)
		g.asm.V(pick(size, x.VADDPD, x.VADDPS), w, acc, acc, x.M(m), mods)
	case a.part == whole:
		g.fold(r, w, acc, v, mods)
	case g.wide:
		mods.K = maskTail
		g.fold(r, w, acc, v, mods)
	default:
		// Elements that are not there become the identity, which changes no
		// accumulator: one of a sum is never -0, since it starts from +0.
		t := a.scrap()
		if g.p.Reductions[r].Op == kernels.Sum {
			g.asm.V(pick(size, x.VANDPD, x.VANDPS), w, t, v, x.R(g.mask[size/8]), mods)
		} else {
			g.identity(t, r)
			g.asm.VBlendV(pick(size, x.VBLENDVPD, x.VBLENDVPS), w, t, t, x.R(v), g.mask[size/8])
		}
		g.fold(r, w, acc, t, mods)
	}
	if g.acc[r] == nil {
		g.keep(size, g.lanesOf(r, j), acc)
	}
}

// saveLanes writes the accumulators of one pass to scratch.
func (g *gen) saveLanes() {
	for r, acc := range g.acc {
		size, _ := g.reduced(r)
		for j, v := range acc {
			g.keep(size, g.lanesOf(r, j), v)
		}
	}
}

// foldLanes folds the lanes of a block in halves and writes the block's value
// to the partials of reduction r.
func (g *gen) foldLanes(r int) {
	a := &g.asm
	g.alloc.clear()
	size, w := g.reduced(r)
	v := g.acc[r]
	h := kernels.RowBytes / int(g.vl) / 2
	if g.inScratch() {
		// The first fold reads the lanes from scratch.
		read := func(dst x.Vec, j int) {
			g.move(size, dst, x.M(x.At(regScratch, int32(r*kernels.RowBytes)+int32(j)*g.vl)))
		}
		v = nil
		t := g.alloc.scrap()
		for j := range h {
			v = append(v, g.alloc.scrap())
			read(v[j], j)
			read(t, j+h)
			g.fold(r, w, v[j], t, x.Mods{})
		}
		h /= 2
	}
	for ; h > 0; h /= 2 {
		for j := range h {
			g.fold(r, w, v[j], v[j+h], x.Mods{})
		}
	}
	acc, t := v[0], g.alloc.scrap()
	none := x.Mods{}
	half := x.VEXTRACTF128
	if g.wide {
		half = x.VEXTRACTF64X2 // which reaches all registers
	}
	if w == x.Z {
		a.V(x.VEXTRACTF64X4, x.Z, t, 0, x.R(acc), x.Mods{Imm: 1})
		g.fold(r, x.Y, acc, t, none)
	}
	if w >= x.Y {
		a.V(half, x.Y, t, 0, x.R(acc), x.Mods{Imm: 1})
		g.fold(r, x.X, acc, t, none)
	}
	a.V(x.VUNPCKHPD, x.X, t, acc, x.R(acc), none)
	g.fold(r, x.X, acc, t, none)
	if size == 4 {
		a.V(x.VMOVSHDUP, x.X, t, 0, x.R(acc), none)
		g.fold(r, x.X, acc, t, none)
	}
	a.MovRM(regTemp, g.frame(frameArrays+len(g.p.Arrays)+r))
	a.MovRM(regEnd, g.frame(frameBlock))
	// A block has 8 bytes of partials.
	a.ShrRI(regEnd, uint8(bits.TrailingZeros32(uint32(g.units(g.p.BlockLen()))))-3)
	a.VStore(pick(size, x.VMOVSD, x.VMOVSS), x.X, x.AtIndex(regTemp, regEnd, 1, 0), acc, none)
}
