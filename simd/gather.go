package simd

import (
	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// place generates an index of elements along an axis.
func (a *allocator) place(s *step) {
	g := a.g
	axis := int(s.instr.Imm)
	dst := a.apart(s)
	first := g.frame(frameIndex + axis)
	if axis != max(g.p.Axes, 1)-1 {
		g.asm.V(x.VBROADCASTSD, g.w, dst, 0, x.M(first), x.Mods{})
		return
	}
	g.asm.MovRR(regTemp, regAt)
	g.asm.ShrRI(regTemp, g.unitShift())
	g.asm.AddRM(regTemp, first)
	g.asm.MovMR(g.frame(framePlace), regTemp)
	g.asm.V(x.VBROADCASTSD, g.w, dst, 0, x.M(g.frame(framePlace)), x.Mods{})
	lanes := make([]uint64, g.lanes)
	for j := range lanes {
		lanes[j] = uint64(a.at + j)
	}
	g.asm.V(x.VPADDQ, g.w, dst, dst, x.M(x.AtLabel(g.consts.at(entries(lanes, 8)), 0)), x.Mods{})
}

// gather generates a read of elements at positions, where the mask holds. The
// instructions use up the mask.
func (a *allocator) gather(s *step, position, mask x.Vec) {
	g := a.g
	size := s.instr.Type.Size()
	w := g.width(size)
	dst := a.apart(s)
	g.asm.V(x.VXORPS, w, dst, dst, x.R(dst), x.Mods{})
	op := pick(size, x.VGATHERQPD, x.VGATHERQPS)
	if g.wide {
		k := x.Mask(mask)
		g.asm.KMovW(maskTemp, k)
		g.asm.VGather(op, g.w, dst, g.addressOf(int(s.instr.Imm)), position, uint8(size), 0, maskTemp)
		return
	}
	t := a.scrap()
	if g.size(s.args[1]) == size {
		g.move(size, t, x.R(mask))
	} else {
		g.widen(t, mask, size)
	}
	g.asm.VGatherMask(op, g.w, dst, g.addressOf(int(s.instr.Imm)), position, uint8(size), 0, t)
}

// addressOf is the register of an array's address: regTemp, if it has none of its own.
func (g *gen) addressOf(slot int) x.Reg {
	if g.inRegister(slot) {
		return regArrays[slot]
	}
	g.asm.MovRM(regTemp, g.frame(frameArrays+slot))
	return regTemp
}

// place generates an index of elements along an axis.
func (n *neon) place(s *neonStep, axis int) {
	a := &n.asm
	d := n.take(s.value)
	n.word(neonTemp2, frameIndex+axis)
	if axis != max(n.p.Axes, 1)-1 {
		a.DupR(fullLanes(8), d, neonTemp2)
		return
	}
	a.Lsr(neonTemp, neonAt8, 3)
	a.Add(neonTemp, neonTemp, neonTemp2)
	a.DupR(fullLanes(8), d, neonTemp)
	for lane := 1; lane < n.scalars(); lane++ {
		a.AddImm(neonTemp, neonTemp, 1)
		a.InsR(laneSize(8), d, lane, neonTemp)
	}
}

// gather generates a read of elements at positions, lane by lane.
func (n *neon) gather(s *neonStep, in *kernels.Instr) {
	a := &n.asm
	d, args := n.apart(s)
	a.Zero(d)
	size := laneSize(in.Type.Size())
	width := n.width(s.args[1])
	if n.plan.width[s.args[1]] == 0 {
		width = 4 // the same in all lanes
	}
	for lane := range n.scalars() {
		none := a.NewLabel()
		a.Umov(laneSize(width), neonTemp, args[1], lane)
		a.Cbz(neonTemp, none)
		a.Umov(laneSize(8), neonTemp2, args[0], lane)
		base, _ := n.address(int(in.Imm))
		a.AddShift(neonTemp2, base, neonTemp2, uint(size))
		a.LoadLane(size, d, lane, neonTemp2)
		a.Bind(none)
	}
}
