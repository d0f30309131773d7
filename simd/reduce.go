package simd

import (
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
	const blockBytes = kernels.RowBytes * kernels.BlockRows
	passes := kernels.RowBytes / (g.group * int(g.vl))
	block, pass, row, rows, lanes := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()

	a.MovMR(g.frame(frameHi), argHi)
	a.Bind(block)
	a.MovMR(g.frame(frameBlock), regAt)
	a.MovRM(regEnd, g.frame(frameHi))
	a.SubRR(regEnd, regAt)
	a.MovRI(regTemp, blockBytes)
	a.CmpRR(regEnd, regTemp)
	a.CmovRR(x.G, regEnd, regTemp)
	a.MovRR(regTemp, regEnd)
	a.AndRI(regTemp, kernels.RowBytes-1)
	a.MovMR(g.frame(framePart), regTemp)
	a.AndRI(regEnd, -kernels.RowBytes)
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
	for j := range g.group {
		g.emit(g.body, int32(j)*g.vl, j, whole)
	}
	a.AddRI(regAt, kernels.RowBytes)
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
		g.emit(g.tail, int32(j)*g.vl, j, masked)
		if j+1 < g.group {
			a.MovRM(regTemp, g.frame(frameLeft))
			a.SubRI(regTemp, g.vl)
		}
	}
	a.Bind(lanes)
	if passes > 1 {
		g.saveLanes()
		a.MovRM(regTemp, g.frame(framePass))
		a.AddRI(regTemp, int32(g.group)*g.vl)
		a.MovMR(g.frame(framePass), regTemp)
		a.CmpRI(regTemp, kernels.RowBytes)
		a.Jcc(x.L, pass)
	}
	for r := range g.p.Reductions {
		g.foldLanes(r)
	}
	a.MovRM(regAt, g.frame(frameBlock))
	a.AddRI(regAt, blockBytes)
	a.CmpRM(regAt, g.frame(frameHi))
	a.Jcc(x.L, block)
}

// lanes is the memory of the scratch vectors that hold the lanes of reduction
// r, from vector j on of the current pass. It uses regTemp.
func (g *gen) lanes(r, j int) x.Mem {
	g.asm.MovRM(regTemp, g.frame(framePass))
	return x.AtIndex(regScratch, regTemp, 1, int32(r*kernels.RowBytes)+int32(j)*g.vl)
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
	g.asm.VStore(g.pick(x.VMOVAPD, x.VMOVAPS), g.w, g.lanes(r, j), v, x.Mods{})
}

func (g *gen) identity(dst x.Vec, r int) {
	switch g.p.Reductions[r].Op {
	case kernels.Min:
		g.asm.V(g.pick(x.VMOVAPD, x.VMOVAPS), g.w, dst, 0, g.constant(g.posInf), x.Mods{})
	case kernels.Max:
		g.asm.V(g.pick(x.VMOVAPD, x.VMOVAPS), g.w, dst, 0, g.constant(g.negInf), x.Mods{})
	default:
		g.asm.V(g.pick(x.VXORPD, x.VXORPS), g.w, dst, dst, x.R(dst), x.Mods{})
	}
}

// fold generates acc = fold(acc, v) as kernels.Fold defines it; for min, VMIN
// of v and acc is v < acc ? v : acc.
func (g *gen) fold(r int, w x.Width, acc x.Vec, v x.Vec, mods x.Mods) {
	switch g.p.Reductions[r].Op {
	case kernels.Min:
		g.asm.V(g.pick(x.VMINPD, x.VMINPS), w, acc, v, x.R(acc), mods)
	case kernels.Max:
		g.asm.V(g.pick(x.VMAXPD, x.VMAXPS), w, acc, v, x.R(acc), mods)
	default:
		g.asm.V(g.pick(x.VADDPD, x.VADDPS), w, acc, acc, x.R(v), mods)
	}
}

// reduce takes a value, or the folded load, into an accumulator.
func (a *allocator) reduce(s *step, v x.Vec, j int) {
	g := a.g
	r := s.index
	acc := x.Vec(0)
	if g.acc[r] != nil {
		acc = g.acc[r][j]
	} else {
		acc = a.scrap()
		g.asm.V(g.pick(x.VMOVAPD, x.VMOVAPS), g.w, acc, 0, x.M(g.lanes(r, j)), x.Mods{})
	}
	var mods x.Mods
	switch {
	case s.folded: // a sum
		m := g.element(int(g.p.Instr(s.fold).Imm), a.disp)
		g.asm.V(g.pick(x.VADDPD, x.VADDPS), g.w, acc, acc, x.M(m), mods)
	case a.part == whole:
		g.fold(r, g.w, acc, v, mods)
	case g.wide:
		mods.K = maskTail
		g.fold(r, g.w, acc, v, mods)
	default:
		// Elements that are not there become the identity, which changes no
		// accumulator: one of a sum is never -0, since it starts from +0.
		t := a.scrap()
		if g.p.Reductions[r].Op == kernels.Sum {
			g.asm.V(g.pick(x.VANDPD, x.VANDPS), g.w, t, v, x.R(g.mask), mods)
		} else {
			g.identity(t, r)
			g.asm.VBlendV(g.pick(x.VBLENDVPD, x.VBLENDVPS), g.w, t, t, x.R(v), g.mask)
		}
		g.fold(r, g.w, acc, t, mods)
	}
	if g.acc[r] == nil {
		g.asm.VStore(g.pick(x.VMOVAPD, x.VMOVAPS), g.w, g.lanes(r, j), acc, x.Mods{})
	}
}

// saveLanes writes the accumulators of one pass to scratch.
func (g *gen) saveLanes() {
	for r, acc := range g.acc {
		for j, v := range acc {
			g.asm.VStore(g.pick(x.VMOVAPD, x.VMOVAPS), g.w, g.lanes(r, j), v, x.Mods{})
		}
	}
}

// foldLanes folds the lanes of a block in halves and writes the block's value
// to the partials of reduction r.
func (g *gen) foldLanes(r int) {
	a := &g.asm
	g.alloc.clear()
	v := g.acc[r]
	h := kernels.RowBytes / int(g.vl) / 2
	if g.accSlots > 0 {
		// The first fold reads the lanes from scratch.
		read := func(dst x.Vec, j int) {
			a.V(g.pick(x.VMOVAPD, x.VMOVAPS), g.w, dst, 0, x.M(x.At(regScratch, int32(r*kernels.RowBytes)+int32(j)*g.vl)), x.Mods{})
		}
		v = nil
		t := g.alloc.scrap()
		for j := range h {
			v = append(v, g.alloc.scrap())
			read(v[j], j)
			read(t, j+h)
			g.fold(r, g.w, v[j], t, x.Mods{})
		}
		h /= 2
	}
	for ; h > 0; h /= 2 {
		for j := range h {
			g.fold(r, g.w, v[j], v[j+h], x.Mods{})
		}
	}
	acc, t := v[0], g.alloc.scrap()
	none := x.Mods{}
	half := x.VEXTRACTF128
	if g.wide {
		half = x.VEXTRACTF64X2 // which reaches all registers
		a.V(x.VEXTRACTF64X4, x.Z, t, 0, x.R(acc), x.Mods{Imm: 1})
		g.fold(r, x.Y, acc, t, none)
	}
	a.V(half, x.Y, t, 0, x.R(acc), x.Mods{Imm: 1})
	g.fold(r, x.X, acc, t, none)
	a.V(x.VUNPCKHPD, x.X, t, acc, x.R(acc), none)
	g.fold(r, x.X, acc, t, none)
	if g.f32 {
		a.V(x.VMOVSHDUP, x.X, t, 0, x.R(acc), none)
		g.fold(r, x.X, acc, t, none)
	}
	a.MovRM(regTemp, g.frame(frameArrays+len(g.p.Arrays)+r))
	a.MovRM(regEnd, g.frame(frameBlock))
	// A block has 8192 bytes of elements and 8 of partials.
	a.ShrRI(regEnd, 10)
	a.VStore(g.pick(x.VMOVSD, x.VMOVSS), x.X, x.AtIndex(regTemp, regEnd, 1, 0), acc, none)
}
