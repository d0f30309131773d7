package simd

import (
	"math/bits"
	"slices"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// allocator hands registers to the values of one vector of elements: those of the
// pool, and with AVX-512 mask registers to truth values. When none is free, the
// value whose next use is furthest gives way (Belady's rule, which needs the
// fewest reloads in straight-line code): a uniform or a load is just read again,
// anything else is spilled to scratch.
type allocator struct {
	g    *gen
	pl   *plan
	reg  []int16 // by value: its register, or none
	slot []int32 // by value: its spill slot, or none
	next []int32 // by value: the place of its next use in the plan's uses

	class []uint8 // by value

	holds     [registers]kernels.Value // by register, where in a pool and not free
	busy      uint64                   // registers that hold a value
	pinned    uint64                   // registers that the current step uses
	pools     [2]uint64                // of vectors, of masks
	freeSlots []int32
	owner     []kernels.Value // by spill slot that was ever used in this vector

	now       int32 // the current step
	at        int   // of the vector: elements from the current one
	part      part
	slotBytes int32 // of a spill slot

	branch branch

	// For tests: how many values were spilled, read again by an instruction of
	// its own, and read again as an operand.
	spills, reloads, folds int
}

// The registers of the allocator are the vectors, by their numbers, and after them
// the masks.
const (
	masks     = 32
	registers = masks + 8
)

// part is how much of a vector there is to compute.
type part uint8

const (
	whole  part = iota // all elements
	masked             // those under the mask
	single             // one, with scalar instructions
)

const none = -1

// The classes of values.
const (
	classMask = 1 << iota // held in mask registers
	classLoad             // read from an array
)

func (a *allocator) init(g *gen) {
	n := len(g.p.Uniform) + g.several*len(g.p.Body)
	a.g = g
	a.reg, a.slot, a.next, a.class = make([]int16, n), make([]int32, n), make([]int32, n), make([]uint8, n)
	for v := range a.class {
		in := g.instr(kernels.Value(v))
		a.class[v] = uint8(b2i(g.wide && in.Type == kernels.Bool))*classMask | uint8(b2i(in.Op == kernels.OpLoad))*classLoad
	}
	for _, r := range g.pool {
		a.pools[0] |= 1 << r
	}
	if g.wide {
		for k := firstMask; k <= x.K7; k++ {
			a.pools[1] |= 1 << (masks + k)
		}
	}
}

// reset forgets all values: a new vector begins.
func (a *allocator) reset(pl *plan, at int, pt part) {
	a.pl, a.at, a.part = pl, at, pt
	a.slotBytes = a.g.vl
	if pt == single {
		a.slotBytes = int32(a.g.lane)
	}
	for v := range a.reg {
		a.reg[v], a.slot[v] = none, none
	}
	copy(a.next, pl.first)
	a.clear()
	a.freeSlots, a.owner = a.freeSlots[:0], a.owner[:0]
}

// clear frees the pools for scrap registers, between vectors.
func (a *allocator) clear() { a.busy, a.pinned = 0, 0 }

// width is that of a vector of values of that many bytes, or of a single one.
func (a *allocator) width(size int) x.Width {
	if a.part == single {
		return x.X
	}
	return a.g.width(size)
}

// nextUse is the step where v is used next, past the last one if it is not.
func (a *allocator) nextUse(v kernels.Value) int32 {
	if n := a.next[v]; n < a.pl.first[v+1] {
		return a.pl.uses[n]
	}
	return int32(len(a.pl.steps))
}

// left is the number of uses of v that are to come.
func (a *allocator) left(v kernels.Value) int { return int(a.pl.first[v+1] - a.next[v]) }

// find returns a free register of a pool, and makes room if it must.
func (a *allocator) find(pool uint64) int {
	free := pool &^ a.busy &^ a.pinned
	if free == 0 {
		a.evict(pool)
		free = pool &^ a.busy &^ a.pinned
	}
	return bits.TrailingZeros64(free)
}

// take returns a register for v.
func (a *allocator) take(v kernels.Value) x.Vec {
	r := a.find(a.pools[a.class[v]&classMask])
	a.put(r, v)
	if r >= masks {
		return x.Vec(r - masks)
	}
	return x.Vec(r)
}

func (a *allocator) put(r int, v kernels.Value) {
	a.busy |= 1 << r
	a.holds[r] = v
	a.reg[v] = int16(r)
}

// hold puts v into a vector register that is free.
func (a *allocator) hold(r x.Vec, v kernels.Value) x.Vec {
	a.put(int(r), v)
	return r
}

// scrap returns a vector register for use within the current step.
func (a *allocator) scrap() x.Vec {
	r := a.find(a.pools[0])
	a.pinned |= 1 << r
	return x.Vec(r)
}

// drop makes a scrap register free before the step ends.
func (a *allocator) drop(r x.Vec) { a.pinned &^= 1 << r }

// result frees the arguments of a step, whose last instruction comes now, and
// returns a register for the result, which may be one of theirs.
func (a *allocator) result(s *step) x.Vec {
	a.release(s)
	return a.take(s.value)
}

// apart returns a register for the result of a step that takes several
// instructions: none of an argument's.
func (a *allocator) apart(s *step) x.Vec {
	r := a.take(s.value)
	a.pinned |= 1 << a.reg[s.value]
	return r
}

// release notes the use of a step's arguments.
func (a *allocator) release(s *step) {
	if s.released {
		return
	}
	s.released = true
	for _, v := range s.args[:s.nargs] {
		a.used(v)
	}
}

func (a *allocator) evict(pool uint64) {
	victim, furthest := none, int32(-1)
	for set := a.busy & pool &^ a.pinned; set != 0; set &= set - 1 {
		r := bits.TrailingZeros64(set)
		u := a.nextUse(a.holds[r]) - a.now
		if a.slot[a.holds[r]] != none || a.rereadable(a.holds[r]) {
			u *= 4 // nothing need be written
		}
		if u > furthest {
			victim, furthest = r, u
		}
	}
	if victim == none {
		panic("simd: no register to give: fewer than minPool in the pool")
	}
	v := a.holds[victim]
	if a.slot[v] == none && !a.rereadable(v) {
		a.spill(v)
	}
	a.reg[v] = none
	a.busy &^= 1 << victim
}

// spill writes v, which is in a register, to a slot of its own.
func (a *allocator) spill(v kernels.Value) {
	if len(a.freeSlots) == 0 {
		a.freeSlots = append(a.freeSlots, int32(len(a.owner)))
		a.owner = append(a.owner, v)
		a.g.spill = max(a.g.spill, len(a.owner)*int(a.slotBytes))
	}
	s := a.freeSlots[len(a.freeSlots)-1]
	a.freeSlots = a.freeSlots[:len(a.freeSlots)-1]
	a.slot[v], a.owner[s] = s, v
	a.spills++
	a.write(v, a.g.spillSlot(s, a.slotBytes), int(a.reg[v]))
}

// rereadable reports whether v is better dropped and read again than spilled: if
// it is now, it stays so. An array can be read again if no store may come before
// the last use, since it could be to that array; that costs
// an instruction for each use where the array's address must be loaded, or
// where a mask keeps the read from being an operand. So does a scalar for all
// lanes without AVX-512.
func (a *allocator) rereadable(v kernels.Value) bool {
	g := a.g
	if g.p.IsUniform(v) {
		return g.wide || a.part == single || a.left(v) == 1 || g.isConst(v)
	}
	if g.staged || a.class[v]&classLoad == 0 {
		return false
	}
	uses := a.pl.usesOf(v)
	return len(uses) > 0 && int(uses[len(uses)-1]) <= a.pl.firstStore &&
		(a.left(v) == 1 || a.part == whole && g.inRegister(int(g.instr(v).Imm)))
}

// isConst reports whether v is a number that lies with the code.
func (g *gen) isConst(v kernels.Value) bool {
	return g.p.IsUniform(v) && g.p.Uniform[v].Op == kernels.OpConst && g.p.Uniform[v].Type != kernels.Bool
}

// foldable reports whether v, which is in no register, can be an instruction's
// memory operand.
func (a *allocator) foldable(v kernels.Value) bool {
	switch {
	case a.slot[v] != none:
		return true
	case a.g.p.IsUniform(v):
		return a.g.wide || a.part == single || a.g.isConst(v)
	}
	return a.part != masked
}

// operand is the memory of v, which is foldable. It may use regTemp.
func (a *allocator) operand(v kernels.Value) x.Operand {
	g := a.g
	switch {
	case a.slot[v] != none:
		return x.M(g.spillSlot(a.slot[v], a.slotBytes))
	case g.p.IsUniform(v):
		switch {
		case a.part == single:
			return x.M(g.uniform(v))
		case !g.wide:
			return g.word(g.p.Uniform[v].Imm, g.size(v))
		}
		return x.M(g.uniform(v).Broadcast())
	}
	return x.M(g.element(int(g.instr(v).Imm), a.at))
}

// fetch brings v into a register, which stays for the current step. The register
// of a mask is its number among masks.
func (a *allocator) fetch(v kernels.Value) x.Vec {
	g := a.g
	if r, ok := g.resident[v]; ok {
		return r
	}
	if a.reg[v] == none {
		a.take(v)
		a.reloads++
		r := int(a.reg[v])
		switch {
		case a.slot[v] != none:
			a.read(v, r, g.spillSlot(a.slot[v], a.slotBytes))
		case g.p.IsUniform(v):
			if a.part == single || r >= masks {
				a.read(v, r, g.uniform(v))
			} else {
				g.broadcast(x.Vec(r), v)
			}
		default:
			a.load(x.Vec(r), int(g.instr(v).Imm))
		}
	}
	r := a.reg[v]
	a.pinned |= 1 << r
	return x.Vec(r % masks)
}

// memoryArg returns which argument of a step is to be its memory operand, by
// place, or none: of those that are in no register the one that is used again
// the latest. An operand costs nothing but the bytes of its address; to read it
// into a register for a later use, too, would be an instruction more.
func (a *allocator) memoryArg(s *step) int {
	lo, hi, ok := memoryArgs(s.instr.Op, s.from, a.g.wide || s.narrow)
	switch {
	case s.folded || s.byConst:
		return none
	case s.ternary:
		lo, hi = 2, 2
	case !ok:
		return none
	}
	if a.part == single && (s.instr.Type == kernels.Bool || s.instr.Op == kernels.OpSelect) {
		return none // for which there are only vector instructions
	}
	best, furthest := none, int32(-1)
	args := s.args[:s.nargs]
	for j := lo; j <= hi; j++ {
		v := args[j]
		if _, ok := a.g.resident[v]; ok || a.reg[v] != none || !a.foldable(v) {
			continue
		}
		if slices.Contains(args[:j], v) || slices.Contains(args[j+1:], v) {
			continue
		}
		after := int32(len(a.pl.steps))
		if a.left(v) > 1 {
			after = a.pl.uses[a.next[v]+1]
		}
		if after > furthest {
			best, furthest = j, after
		}
	}
	return best
}

// used notes one use of v; after the last, its register and slot are free.
func (a *allocator) used(v kernels.Value) {
	a.next[v]++
	if a.left(v) > 0 {
		return
	}
	if r := a.reg[v]; r != none {
		a.busy &^= 1 << r
		a.pinned &^= 1 << r
		a.reg[v] = none
	}
	if s := a.slot[v]; s != none {
		a.freeSlots = append(a.freeSlots, s)
		a.slot[v] = none
	}
}

func (a *allocator) isFree(r x.Vec) bool { return a.pools[0]>>r&1 != 0 && a.busy>>r&1 == 0 }

// load reads the current vector of an array.
func (a *allocator) load(dst x.Vec, slot int) {
	g := a.g
	size := g.p.Arrays[slot].Type.Size()
	w, m := g.width(size), g.element(slot, a.at)
	switch op := pick(size, x.VMOVUPD, x.VMOVUPS); {
	case a.part == single:
		g.asm.V(pick(size, x.VMOVSD, x.VMOVSS), x.X, dst, 0, x.M(m), x.Mods{})
	case a.part == whole:
		g.asm.V(op, w, dst, 0, x.M(m), x.Mods{})
	case g.wide:
		g.asm.V(op, w, dst, 0, x.M(m), x.Mods{K: maskTail, Z: true})
	default:
		g.asm.VMaskLoad(pick(size, x.VMASKMOVPD, x.VMASKMOVPS), w, dst, g.mask[size/8], m)
	}
}

func (a *allocator) store(slot int, src x.Vec) {
	g := a.g
	size := g.p.Arrays[slot].Type.Size()
	w, m := g.width(size), g.element(slot, a.at)
	switch op := pick(size, x.VMOVUPD, x.VMOVUPS); {
	case a.part == single:
		g.asm.VStore(pick(size, x.VMOVSD, x.VMOVSS), x.X, m, src, x.Mods{})
	case a.part == whole && g.opts.NonTemporal && !g.p.Arrays[slot].Read:
		g.asm.VStore(pick(size, x.VMOVNTPD, x.VMOVNTPS), w, m, src, x.Mods{})
	case a.part == whole:
		g.asm.VStore(op, w, m, src, x.Mods{})
	case g.wide:
		g.asm.VStore(op, w, m, src, x.Mods{K: maskTail})
	default:
		g.asm.VMaskStore(pick(size, x.VMASKMOVPD, x.VMASKMOVPS), w, m, g.mask[size/8], src)
	}
}

// read reads v from a spill slot, or from what is of its size.
func (a *allocator) read(v kernels.Value, r int, m x.Mem) {
	g := a.g
	switch size := g.size(v); {
	case r >= masks:
		if g.lanes == 8 {
			g.asm.KMovBM(x.Mask(r-masks), m)
		} else {
			g.asm.KMovWM(x.Mask(r-masks), m)
		}
	case a.part == single:
		g.asm.V(pick(size, x.VMOVSD, x.VMOVSS), x.X, x.Vec(r), 0, x.M(m), x.Mods{})
	default:
		g.move(size, x.Vec(r), x.M(m))
	}
}

// write writes v to a spill slot.
func (a *allocator) write(v kernels.Value, m x.Mem, r int) {
	g := a.g
	switch size := g.size(v); {
	case r >= masks:
		g.asm.KMovMW(m, x.Mask(r-masks))
	case a.part == single:
		g.asm.VStore(pick(size, x.VMOVSD, x.VMOVSS), x.X, m, x.Vec(r), x.Mods{})
	default:
		g.keep(size, m, x.Vec(r))
	}
}

// spillSlot is the memory of a spill slot.
func (g *gen) spillSlot(s, slotBytes int32) x.Mem {
	if k := int(s / windowSlots); g.wide && g.staged && k < len(regArrays) {
		return x.At(regArrays[k], (s%windowSlots-windowSlots/2)*slotBytes)
	}
	return x.At(regScratch, int32(g.accSlots)*g.vl+s*slotBytes)
}
