package simd

import (
	"math"
	"math/bits"

	"github.com/triad-go/triad/kernels"
	arm "github.com/triad-go/triad/simd/internal/arm64"
)

func (n *neon) reducedSize(r int) int { return n.p.TypeOf(n.p.Reductions[r].Value).Size() }

// blocks generates the loops of a program that reduces, over the blocks that
// kernels.Reduction describes. The lanes of a row lie in scratch: a row has so
// many that each is read again long after it was written. Those of a short
// program with one reduction are in registers as long as rows are whole.
func (n *neon) blocks() {
	a := &n.asm
	block := a.NewLabel()
	a.Bind(block)
	a.Mov(neonBlock, neonAt)
	for r := range n.p.Reductions {
		n.startLanes(r)
	}
	a.AddImm(neonStop, neonAt, n.p.BlockLen())
	a.Cmp(neonStop, neonHi)
	a.Csel(neonStop, neonStop, neonHi, arm.LT)
	switch u := n.unroll(); {
	case n.acc != nil:
		n.rows()
	case u > 1:
		a.Mov(neonEnd, neonStop)
		n.vectors(u)
	}
	a.Mov(neonEnd, neonStop)
	n.vectors(1)
	n.singles(neonStop)
	for r := range n.p.Reductions {
		n.foldLanes(r)
	}
	a.Cmp(neonAt, neonHi)
	n.branch(arm.LT, block)
}

// rows generates the loop over the whole rows of a block with its lanes in
// registers.
func (n *neon) rows() {
	n.lanesInRegisters(n.asm.Load)
	n.inRow = true
	n.asm.Mov(neonEnd, neonStop)
	n.vectors(len(n.acc))
	n.inRow = false
	n.lanesInRegisters(n.asm.Store)
}

// lanesInRegisters loads or stores the accumulators.
func (n *neon) lanesInRegisters(move func(s arm.Size, v arm.Vec, at arm.Reg, offset int)) {
	n.single = false
	s := n.operandSize(n.reducedSize(0))
	for j, v := range n.acc {
		move(s, v, neonScratch, n.lanesOffset(0)+j*s.Bytes())
	}
}

// rowBytes is the size of a row of reduction r.
func (n *neon) rowBytes(r int) int { return n.p.Lanes() * n.reducedSize(r) }

// lanesOffset is where the lanes of reduction r begin in scratch, in bytes.
func (n *neon) lanesOffset(r int) int { return n.laneSlot*neonVL + r*kernels.RowBytes }

// startLanes sets the lanes to the reduction's identity.
func (n *neon) startLanes(r int) {
	switch sign := n.p.Reductions[r].Op; sign {
	case kernels.Min, kernels.Max, kernels.Prod:
		first := math.Inf(1)
		switch sign {
		case kernels.Max:
			first = math.Inf(-1)
		case kernels.Prod:
			first = 1
		}
		t := n.p.TypeOf(n.p.Reductions[r].Value)
		n.asm.MovImm(neonTemp, int64(t.Bits(first)))
		n.asm.DupR(fullLanes(t.Size()), neonV1, neonTemp)
	default:
		n.asm.Zero(neonV1)
	}
	for at := 0; at < n.rowBytes(r); at += neonVL {
		n.storeSlot(int32((n.lanesOffset(r)+at)/neonVL), neonV1)
	}
}

// fullLanes are the lanes of a full register of values of that many bytes.
func fullLanes(size int) arm.Lanes {
	if size == 8 {
		return arm.D2
	}
	return arm.S4
}

// fold generates the fold of acc and v as kernels.Fold defines it and returns
// the register of the result: acc, or neonV2.
func (n *neon) fold(r int, acc, v arm.Vec) arm.Vec {
	l := fullLanes(n.reducedSize(r))
	switch n.p.Reductions[r].Op {
	case kernels.Min:
		n.asm.V(arm.FCMGT, l, neonV2, acc, v)
	case kernels.Max:
		n.asm.V(arm.FCMGT, l, neonV2, v, acc)
	case kernels.Prod:
		n.asm.V(arm.FMUL, l, acc, acc, v)
		return acc
	default:
		n.asm.V(arm.FADD, l, acc, acc, v)
		return acc
	}
	n.asm.V(arm.BSL, arm.B16, neonV2, v, acc)
	return neonV2
}

// reduce takes the values in v into their lanes.
func (n *neon) reduce(r int, v arm.Vec) {
	a := &n.asm
	if n.inRow {
		acc := n.acc[n.copyNo]
		if out := n.fold(r, acc, v); out != acc {
			a.MovV(acc, out)
		}
		return
	}
	size := n.reducedSize(r)
	place := neonAt8
	if size == 4 {
		place = neonAt4
	}
	a.AndLow(neonTemp, place, uint(bits.TrailingZeros(uint(n.rowBytes(r)))))
	a.Add(neonTemp, neonTemp, neonScratch)
	s, at := n.operandSize(size), n.lanesOffset(r)
	if at >= 1<<12*s.Bytes() {
		a.AddImm(neonTemp, neonTemp, at)
		at = 0
	}
	a.Load(s, neonV1, neonTemp, at)
	a.Store(s, n.fold(r, neonV1, v), neonTemp, at)
}

// foldLanes folds the lanes of a block in halves and writes the block's value
// to the partials of reduction r.
func (n *neon) foldLanes(r int) {
	a := &n.asm
	acc := lowestVec(n.pool)
	v := lowestVec(n.pool &^ (1 << acc))
	a.AddImm(neonTemp, neonScratch, n.lanesOffset(r))
	out := acc
	for h := n.rowBytes(r) / 2; h >= n.reducedSize(r); h /= 2 {
		s := arm.Q
		switch h {
		case 8:
			s = arm.D
		case 4:
			s = arm.S
		}
		for at := 0; at < h; at += s.Bytes() {
			a.Load(s, acc, neonTemp, at)
			a.Load(s, v, neonTemp, at+h)
			out = n.fold(r, acc, v)
			a.Store(s, out, neonTemp, at)
		}
	}
	n.word(neonTemp2, frameArrays+len(n.p.Arrays)+r)
	a.Lsr(neonTemp, neonBlock, uint(bits.TrailingZeros(uint(n.p.BlockLen()))))
	a.AddShift(neonTemp2, neonTemp2, neonTemp, 3)
	a.Store(arm.D, out, neonTemp2, 0) // above a float32 there are zeros
}
