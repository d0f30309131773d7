package simd

import (
	"unsafe"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// Code for rows has words of the frame after the arrays' addresses: how many rows
// are left after the one at hand, where each begins and ends, and for each array how many
// bytes it is from a row to the next.
const (
	rowsLeft = iota
	rowLo    // in units
	rowHi
	rowStrides
)

// frameRow is such a word.
func frameRow(p *kernels.Program, word int) int { return frameArrays + len(p.Arrays) + word }

// nextRow goes back to the code of a row while some are left.
func (g *gen) nextRow(row x.Label) {
	a := &g.asm
	end := a.NewLabel()
	a.MovRM(regTemp, g.frame(frameRow(g.p, rowsLeft)))
	a.SubRI(regTemp, 1)
	a.Jcc(x.L, end)
	a.MovMR(g.frame(frameRow(g.p, rowsLeft)), regTemp)
	for slot := range g.p.Arrays {
		stride := g.frame(frameRow(g.p, rowStrides+slot))
		if g.inRegister(slot) {
			a.AddRM(regArrays[slot], stride)
			continue
		}
		a.MovRM(regTemp, g.frame(frameArrays+slot))
		a.AddRM(regTemp, stride)
		a.MovMR(g.frame(frameArrays+slot), regTemp)
	}
	a.MovRM(regAt, g.frame(frameRow(g.p, rowLo)))
	a.MovRM(regEnd, g.frame(frameRow(g.p, rowHi)))
	a.Jmp(row)
	a.Bind(end)
}

// RunRows is RunUnordered for that many rows one after the other: strides says, by array, how many bytes it is from
// a row to the next. The frame's pointers, which are those of the first row, stay as they are.
// Code of [Options.Rows] computes all rows in one call, which is to be as short as that of Run.
func (r *Runner) RunRows(lo, hi, rows int, strides []int) {
	if rows <= 0 {
		return
	}
	if rows == 1 || r.run == nil || !r.code.opts.Rows || !r.alike(strides) {
		r.rowByRow(lo, hi, rows, strides)
		return
	}
	r.check(lo, hi)
	words := r.words[frameRow(r.code.prog, 0):]
	for slot, s := range strides {
		words[rowStrides+slot] = uint64(s)
	}
	head := lo
	if hi-lo > r.splitFrom {
		if m := (r.alignBase + lo) & r.alignMask; m != 0 {
			head = min(lo+r.alignMask+1-m, hi)
		}
	}
	for _, part := range [2][2]int{{lo, head}, {head, hi}} {
		if part[0] < part[1] {
			words[rowsLeft] = uint64(rows - 1)
			r.call(part[0], part[1])
			r.readdress()
		}
	}
	words[rowsLeft] = 0
}

// readdress takes up where the arrays are, which code for rows changes.
func (r *Runner) readdress() {
	for i, p := range r.frame.Arrays {
		r.words[frameArrays+i] = address(p)
	}
}

// alike reports whether the rows of what streams lie alike, so that one head serves all.
func (r *Runner) alike(strides []int) bool {
	if !r.code.NonTemporal() {
		return true
	}
	for _, s := range r.code.prog.Stores {
		if r.code.streams(s.Slot) && strides[s.Slot]%r.code.tier.VectorBytes() != 0 {
			return false
		}
	}
	return true
}

func (r *Runner) rowByRow(lo, hi, rows int, strides []int) {
	for row := range rows {
		if row > 0 {
			r.move(strides, 1)
			r.Repoint()
		}
		r.RunUnordered(lo, hi)
	}
	if rows > 1 {
		r.move(strides, 1-rows)
		r.Repoint()
	}
}

// move moves the frame's pointers by rows.
func (r *Runner) move(strides []int, rows int) {
	for slot, s := range strides {
		r.frame.Arrays[slot] = unsafe.Add(r.frame.Arrays[slot], s*rows)
	}
}
