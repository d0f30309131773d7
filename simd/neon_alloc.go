package simd

import (
	"math/bits"

	"github.com/triad-go/triad/kernels"
	arm "github.com/triad-go/triad/simd/internal/arm64"
)

// neonMinPool is the number of registers that any step needs.
const neonMinPool = 6

// neonState hands the pool's registers to the values of one vector of elements.
// When none is free, the value whose next use is furthest gives way (Belady's
// rule, which needs the fewest reloads in straight-line code). What has a slot in
// scratch, as uniforms do from the start, is just read again, and so is an array
// as long as no store comes in between; anything else is spilled.
type neonState struct {
	reg       []int8  // by value: its register, or none
	slot      []int32 // by value: its slot in scratch, or none
	next      []int32 // by value: the step that uses it next, or never
	holds     [32]kernels.Value
	busy      uint32 // registers of the pool that hold a value
	pinned    uint32 // registers of the current step's arguments
	freeSlots []int32
	slots     int32 // that were ever used in this vector

	saved  neonSaved // at the start of the current guard
	spills int       // for tests: how many values were spilled
}

// neonSaved is what registers held where a guard begins.
type neonSaved struct {
	holds   [32]kernels.Value
	busy    uint32
	slotted uint32 // of those, the ones whose value has a slot too
	end     arm.Label
}

func (s *neonState) init(values int) {
	s.reg, s.slot, s.next = make([]int8, values), make([]int32, values), make([]int32, values)
	for v := range s.slot {
		s.slot[v] = none
	}
}

// reset forgets all values: a new vector begins.
func (n *neon) reset() {
	nu := len(n.p.Uniform)
	copy(n.next, n.plan.first)
	for v := range n.reg {
		n.reg[v] = none
		if v >= nu {
			n.slot[v] = none
		}
	}
	n.busy, n.pinned = 0, 0
	n.freeSlots, n.slots = n.freeSlots[:0], 0
}

// take returns a register of the pool for v, and makes room if it must.
func (n *neon) take(v kernels.Value) arm.Vec {
	if n.pool&^n.busy&^n.pinned == 0 {
		n.evict()
	}
	return n.hold(lowestVec(n.pool&^n.busy&^n.pinned), v)
}

// takeLike is take, but prefers the register r.
func (n *neon) takeLike(v kernels.Value, r arm.Vec) arm.Vec {
	if n.isFree(r) {
		return n.hold(r, v)
	}
	return n.take(v)
}

func lowestVec(set uint32) arm.Vec { return arm.Vec(bits.TrailingZeros32(set)) }

func (n *neon) hold(r arm.Vec, v kernels.Value) arm.Vec {
	n.busy |= 1 << r
	n.pinned |= 1 << r
	n.holds[r] = v
	n.reg[v] = int8(r)
	return r
}

func (n *neon) isFree(r arm.Vec) bool { return (n.pool&^n.busy)>>r&1 != 0 }

// evict frees a register.
func (n *neon) evict() {
	victim, furthest := arm.Vec(0), int64(-1)
	for set := n.busy &^ n.pinned; set != 0; set &= set - 1 {
		r := lowestVec(set)
		v := n.holds[r]
		u := int64(n.next[v] - n.now)
		if n.slot[v] != none || n.rereadable(v) {
			u *= 4 // nothing need be written
		}
		if u > furthest {
			victim, furthest = r, u
		}
	}
	if furthest < 0 {
		panic("simd: no register to give: fewer than neonMinPool in the pool")
	}
	v := n.holds[victim]
	if !n.rereadable(v) {
		n.spill(v)
	}
	n.drop(v)
}

// spill gives v, which is in a register, a slot too.
func (n *neon) spill(v kernels.Value) {
	if n.slot[v] != none {
		return
	}
	if len(n.freeSlots) == 0 {
		n.freeSlots = append(n.freeSlots, n.slots)
		n.slots++
		n.spilled = max(n.spilled, int(n.slots))
	}
	k := len(n.freeSlots) - 1
	n.slot[v] = int32(n.fixed) + n.freeSlots[k]
	n.freeSlots = n.freeSlots[:k]
	n.spills++
	n.storeSlot(n.slot[v], arm.Vec(n.reg[v]))
}

// drop takes the register of v, which is elsewhere too.
func (n *neon) drop(v kernels.Value) {
	n.busy &^= 1 << n.reg[v]
	n.reg[v] = none
}

// freeSlot takes the slot of v, unless it is a uniform's.
func (n *neon) freeSlot(v kernels.Value) {
	if n.slot[v] != none && !n.p.IsUniform(v) {
		n.freeSlots = append(n.freeSlots, n.slot[v]-int32(n.fixed))
		n.slot[v] = none
	}
}

// forget drops a value that is needed no more.
func (n *neon) forget(v kernels.Value) {
	if n.reg[v] != none {
		n.pinned &^= 1 << n.reg[v]
		n.drop(v)
	}
	n.freeSlot(v)
}

// rereadable reports whether v is an array's element that can be read again
// whenever it is wanted: all its uses come before any store, which could have
// been to that array.
func (n *neon) rereadable(v kernels.Value) bool {
	return !n.p.IsUniform(v) && n.p.Instr(v).Op == kernels.OpLoad && n.plan.last[v] <= n.plan.firstStore
}

// fetch brings v into a register, which stays for the current step.
func (n *neon) fetch(v kernels.Value) arm.Vec {
	if n.p.IsUniform(v) && n.resident[v] != none {
		return arm.Vec(n.resident[v])
	}
	if r := n.reg[v]; r != none {
		n.pinned |= 1 << r
		return arm.Vec(r)
	}
	r := n.take(v)
	n.reload(r, v)
	return r
}

func (n *neon) reload(r arm.Vec, v kernels.Value) {
	if n.slot[v] != none {
		n.loadSlot(r, n.slot[v])
	} else {
		n.load(r, int(n.p.Instr(v).Imm))
	}
}

// used notes that a step has read its arguments; after the last use, a value's
// register and slot are free.
func (n *neon) used(s *neonStep) {
	for k, v := range s.args[:s.nargs] {
		n.next[v] = s.next[k]
		if s.next[k] == never {
			n.forget(v)
		}
	}
}

// guard generates the jump over a range that no lane needs.
func (n *neon) guard(s *neonStep) {
	mask := n.fetch(s.args[0])
	n.any(mask, n.width(s.args[0]))
	n.used(s)
	n.saved = neonSaved{holds: n.holds, busy: n.busy, end: n.asm.NewLabel()}
	for set := n.busy; set != 0; set &= set - 1 {
		if r := lowestVec(set); n.slot[n.holds[r]] != none {
			n.saved.slotted |= 1 << r
		}
	}
	n.branchZero(neonTemp, n.saved.end)
}

// guardEnd brings every value that was there before the range to where it was,
// so that both ways to here leave it in one place. Of a value made in the range
// the way around it leaves something else there, which nothing depends on.
func (n *neon) guardEnd() {
	sv := &n.saved
	was := func(v kernels.Value) (arm.Vec, bool) {
		for set := sv.busy; set != 0; set &= set - 1 {
			if r := lowestVec(set); sv.holds[r] == v {
				return r, true
			}
		}
		return 0, false
	}
	wanted := uint32(0) // registers whose values are still needed
	for set := sv.busy; set != 0; set &= set - 1 {
		if r := lowestVec(set); n.next[sv.holds[r]] != never {
			wanted |= 1 << r
		}
	}
	for set := n.busy; set != 0; set &= set - 1 {
		r := lowestVec(set)
		v := n.holds[r]
		home, had := was(v)
		switch {
		case had && home == r:
		case had, n.slot[v] != none, n.rereadable(v):
			// It is elsewhere too, and the way around the range knows it there only.
			n.drop(v)
		case wanted>>r&1 != 0:
			n.spill(v)
			n.drop(v)
		}
	}
	for set := wanted; set != 0; set &= set - 1 {
		r := lowestVec(set)
		v := sv.holds[r]
		if n.reg[v] == none {
			n.reload(r, v)
			n.hold(r, v)
		}
		if sv.slotted>>r&1 == 0 {
			n.freeSlot(v) // which only the range itself has written
		}
	}
	n.asm.Bind(sv.end)
}
