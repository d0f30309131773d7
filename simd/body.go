package simd

import (
	"fmt"
	"slices"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// allocator hands the pool's registers to the values of one vector of elements.
// When none is free, the value whose next use is furthest gives way (Belady's
// rule, which needs the fewest reloads in straight-line code): a uniform or a
// load is just read again, anything else is spilled to scratch.
type allocator struct {
	g    *gen
	pl   *plan
	reg  []int16 // by value: its register, or none
	slot []int32 // by value: its spill slot, or none
	next []int32 // by value: how many of its uses are done

	holds     [32]kernels.Value // by register, where inPool and not free
	busy      uint32            // registers of the pool that hold a value
	pinned    uint32            // registers of the current step's arguments
	pool      uint32
	freeSlots []int32
	slots     int32 // that were ever used in this vector

	now       int32 // the current step
	disp      int32 // of the vector from the current element
	part      part
	w         x.Width // of the vectors
	slotBytes int32   // of a spill slot

	// For tests: how many values were spilled, read again by an instruction of
	// its own, and read again as an operand.
	spills, reloads, folds int
}

// part is how much of a vector there is to compute.
type part uint8

const (
	whole  part = iota // all elements
	masked             // those under the mask
	single             // one, with scalar instructions
)

const none = -1

func (a *allocator) init(g *gen) {
	n := len(g.p.Uniform) + len(g.p.Body)
	a.g = g
	a.reg, a.slot, a.next = make([]int16, n), make([]int32, n), make([]int32, n)
	for _, r := range g.pool {
		a.pool |= 1 << r
	}
}

// reset forgets all values: a new vector begins.
func (a *allocator) reset(pl *plan, disp int32, pt part) {
	a.pl, a.disp, a.part = pl, disp, pt
	a.w, a.slotBytes = a.g.w, a.g.vl
	if pt == single {
		a.w, a.slotBytes = x.X, int32(a.g.p.Elem.Size())
	}
	for v := range a.reg {
		a.reg[v], a.slot[v], a.next[v] = none, none, 0
	}
	a.clear()
	a.freeSlots, a.slots = a.freeSlots[:0], 0
}

// clear frees the pool for scrap registers, between vectors.
func (a *allocator) clear() { a.busy, a.pinned = 0, 0 }

// nextUse is the step where v is used next, past the last one if it is not.
func (a *allocator) nextUse(v kernels.Value) int32 {
	if u := a.pl.uses[v]; int(a.next[v]) < len(u) {
		return u[a.next[v]]
	}
	return int32(len(a.pl.steps))
}

func lowest(set uint32) x.Vec {
	for r := x.Vec(0); ; r++ {
		if set>>r&1 != 0 {
			return r
		}
	}
}

// take returns a register of the pool for v, and makes room if it must.
func (a *allocator) take(v kernels.Value) x.Vec {
	free := a.pool &^ a.busy &^ a.pinned
	if free == 0 {
		a.evict()
		free = a.pool &^ a.busy &^ a.pinned
	}
	return a.hold(lowest(free), v)
}

func (a *allocator) hold(r x.Vec, v kernels.Value) x.Vec {
	a.busy |= 1 << r
	a.holds[r] = v
	a.reg[v] = int16(r)
	return r
}

// scrap returns a register for use within the current step.
func (a *allocator) scrap() x.Vec {
	if a.pool&^a.busy&^a.pinned == 0 {
		a.evict()
	}
	r := lowest(a.pool &^ a.busy &^ a.pinned)
	a.pinned |= 1 << r
	return r
}

func (a *allocator) evict() {
	var victim x.Vec
	furthest := int32(-1)
	for r, set := x.Vec(0), a.busy&^a.pinned; set>>r != 0; r++ {
		if set>>r&1 != 0 {
			u := a.nextUse(a.holds[r]) - a.now
			if a.slot[a.holds[r]] != none || a.rereadable(a.holds[r], u+a.now) {
				u *= 4 // nothing need be written
			}
			if u > furthest {
				victim, furthest = r, u
			}
		}
	}
	if furthest < 0 {
		panic("simd: no register to give: fewer than minPool in the pool")
	}
	v := a.holds[victim]
	if a.slot[v] == none && !a.rereadable(v, a.nextUse(v)) {
		if len(a.freeSlots) == 0 {
			a.freeSlots = append(a.freeSlots, a.slots)
			a.slots++
			a.g.spill = max(a.g.spill, int(a.slots*a.slotBytes))
		}
		a.slot[v] = a.freeSlots[len(a.freeSlots)-1]
		a.freeSlots = a.freeSlots[:len(a.freeSlots)-1]
		a.spills++
		a.write(a.g.spillSlot(a.slot[v], a.slotBytes), victim)
	}
	a.reg[v] = none
	a.busy &^= 1 << victim
}

// left is the number of uses of v that are to come.
func (a *allocator) left(v kernels.Value) int { return len(a.pl.uses[v]) - int(a.next[v]) }

// rereadable reports whether v, which is used next by the given step, is better
// dropped and read again than spilled. An array can be read again if no store
// may have come in between, since it could have been to that array; that costs
// an instruction for each use where the array's address must be loaded, or
// where a mask keeps the read from being an operand. So does a scalar for all
// lanes without AVX-512.
func (a *allocator) rereadable(v kernels.Value, use int32) bool {
	g := a.g
	if g.p.IsUniform(v) {
		return g.wide || a.part == single || a.left(v) == 1
	}
	in := g.p.Instr(v)
	return in.Op == kernels.OpLoad && int(use) <= a.pl.firstStore && !g.staged &&
		(a.left(v) == 1 || a.part == whole && g.inRegister(int(in.Imm)))
}

// foldable reports whether v, which is in no register, can be an instruction's
// memory operand.
func (a *allocator) foldable(v kernels.Value) bool {
	switch {
	case a.slot[v] != none:
		return true
	case a.g.p.IsUniform(v):
		return a.g.wide || a.part == single
	}
	return a.part != masked
}

// operand is the memory of v, which is foldable. It may use regTemp.
func (a *allocator) operand(v kernels.Value) x.Mem {
	g := a.g
	switch {
	case a.slot[v] != none:
		return g.spillSlot(a.slot[v], a.slotBytes)
	case g.p.IsUniform(v):
		m := g.uniform(v)
		if a.part != single {
			m = m.Broadcast()
		}
		return m
	}
	return g.element(int(g.p.Instr(v).Imm), a.disp)
}

// fetch brings v into a register, which stays for the current step.
func (a *allocator) fetch(v kernels.Value) x.Vec {
	g := a.g
	if r, ok := g.resident[v]; ok {
		return r
	}
	if r := a.reg[v]; r != none {
		a.pinned |= 1 << r
		return x.Vec(r)
	}
	r := a.take(v)
	a.pinned |= 1 << r
	a.reloads++
	switch {
	case a.slot[v] != none:
		a.read(r, g.spillSlot(a.slot[v], a.slotBytes))
	case g.p.IsUniform(v):
		if a.part == single {
			a.read(r, g.uniform(v))
		} else {
			g.broadcast(r, v)
		}
	default:
		a.load(r, int(g.p.Instr(v).Imm))
	}
	return r
}

// memoryArg returns which argument of a step is to be its memory operand, by
// place, or none: of those that are in no register the one that is used again
// the latest. An operand costs nothing but the bytes of its address; to read it
// into a register for a later use, too, would be an instruction more.
func (a *allocator) memoryArg(s *step) int {
	lo, hi, ok := memoryArgs(s.instr.Op)
	if !ok || s.folded || s.cmp != 0 {
		return none
	}
	if s.instr.Type == kernels.Bool && a.part == single {
		return none // on truth values there are only vector instructions
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
			after = a.pl.uses[v][a.next[v]+1]
		}
		if after > furthest {
			best, furthest = j, after
		}
	}
	return best
}

// memoryArgs are the arguments of an operation, first and last, that may be a
// memory operand, where the exchange of arguments that commute is counted in.
func memoryArgs(op kernels.Op) (first, last int, ok bool) {
	switch op {
	case kernels.OpFMA:
		return 0, 2, true
	case kernels.OpSelect, kernels.OpAbs, kernels.OpNeg, kernels.OpNot:
		return 0, 0, false
	}
	if op.Commutes() {
		return 0, 1, true
	}
	last = op.NumArgs() - 1
	return last, last, last >= 0
}

// used notes one use of v; after the last, its register and slot are free.
func (a *allocator) used(v kernels.Value) {
	a.next[v]++
	if int(a.next[v]) < len(a.pl.uses[v]) {
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

func (a *allocator) isFree(r x.Vec) bool { return a.pool>>r&1 != 0 && a.busy>>r&1 == 0 }

// load reads the current vector of an array.
func (a *allocator) load(dst x.Vec, slot int) {
	g := a.g
	m := g.element(slot, a.disp)
	switch op := g.pick(x.VMOVUPD, x.VMOVUPS); {
	case a.part == single:
		a.read(dst, m)
	case a.part == whole:
		g.asm.V(op, g.w, dst, 0, x.M(m), x.Mods{})
	case g.wide:
		g.asm.V(op, g.w, dst, 0, x.M(m), x.Mods{K: maskTail, Z: true})
	default:
		g.asm.VMaskLoad(g.pick(x.VMASKMOVPD, x.VMASKMOVPS), g.w, dst, g.mask, m)
	}
}

func (a *allocator) store(slot int, src x.Vec) {
	g := a.g
	m := g.element(slot, a.disp)
	switch op := g.pick(x.VMOVUPD, x.VMOVUPS); {
	case a.part == single:
		a.write(m, src)
	case a.part == whole && g.opts.NonTemporal && !g.p.Arrays[slot].Read:
		g.asm.VStore(g.pick(x.VMOVNTPD, x.VMOVNTPS), g.w, m, src, x.Mods{})
	case a.part == whole:
		g.asm.VStore(op, g.w, m, src, x.Mods{})
	case g.wide:
		g.asm.VStore(op, g.w, m, src, x.Mods{K: maskTail})
	default:
		g.asm.VMaskStore(g.pick(x.VMASKMOVPD, x.VMASKMOVPS), g.w, m, g.mask, src)
	}
}

// read reads a spill slot, or what is of its size.
func (a *allocator) read(dst x.Vec, m x.Mem) {
	g := a.g
	if a.part == single {
		g.asm.V(g.pick(x.VMOVSD, x.VMOVSS), a.w, dst, 0, x.M(m), x.Mods{})
	} else {
		g.asm.V(g.pick(x.VMOVAPD, x.VMOVAPS), a.w, dst, 0, x.M(m), x.Mods{})
	}
}

// write writes a spill slot, or what is of its size.
func (a *allocator) write(m x.Mem, src x.Vec) {
	g := a.g
	if a.part == single {
		g.asm.VStore(g.pick(x.VMOVSD, x.VMOVSS), a.w, m, src, x.Mods{})
	} else {
		g.asm.VStore(g.pick(x.VMOVAPD, x.VMOVAPS), a.w, m, src, x.Mods{})
	}
}

// spillSlot is the memory of a spill slot.
func (g *gen) spillSlot(s, slotBytes int32) x.Mem {
	if k := int(s / windowSlots); g.wide && g.staged && k < len(regArrays) {
		return x.At(regArrays[k], (s%windowSlots-windowSlots/2)*slotBytes)
	}
	return x.At(regScratch, int32(g.accSlots)*g.vl+s*slotBytes)
}

const (
	storeAhead    = 16   // stores; found by measurement
	lineBytes     = 64   // a cache line
	prefetchAhead = 2048 // bytes; found by measurement, flat from 1024 to 4096
)

// prefetch asks for a line of each array that is read. Arrays whose addresses
// are in no register go without.
func (g *gen) prefetch(disp int32) {
	for slot, arr := range g.p.Arrays[:min(len(g.p.Arrays), len(regArrays))] {
		if arr.Read && !g.staged {
			g.asm.PrefetchNTA(g.element(slot, disp+prefetchAhead))
		}
	}
}

// emit generates the steps of a plan for the vector, or its part, disp bytes
// past the current element. Reductions go to the accumulators of the given vector of the group.
func (g *gen) emit(pl *plan, disp int32, group int, pt part) {
	a := &g.alloc
	a.reset(pl, disp, pt)
	if g.opts.Prefetch && pt == whole && disp%lineBytes == 0 {
		g.prefetch(disp)
	}
	stored := 0
	for i := range pl.steps {
		s := &pl.steps[i]
		a.pinned, a.now = 0, int32(i)
		switch s.kind {
		case store:
			a.store(s.index, a.fetch(s.value))
			if stored++; g.staged && pt == whole && !g.opts.NonTemporal && stored+storeAhead < len(pl.stores) {
				g.asm.PrefetchW(g.element(pl.stores[stored+storeAhead], disp))
			}
			a.used(s.value)
		case reduce:
			if s.folded {
				a.reduce(s, 0, group)
			} else {
				a.reduce(s, a.fetch(s.value), group)
				a.used(s.value)
			}
		case compute:
			if s.instr.Op == kernels.OpLoad {
				a.load(a.take(s.value), int(s.instr.Imm))
				continue
			}
			a.step(*s)
		}
	}
}

// step generates one operation and its arguments.
func (a *allocator) step(s step) {
	g := a.g
	folded := a.memoryArg(&s)
	if folded != none {
		s.fold, s.folded = s.args[folded], true
		copy(s.args[folded:], s.args[folded+1:])
		s.nargs--
		if folded == 0 && s.nargs > 0 {
			s.instr.Args[0], s.instr.Args[1] = s.instr.Args[1], s.instr.Args[0]
		}
	}
	var in [4]x.Vec
	for j, v := range s.args[:s.nargs] {
		in[j] = a.fetch(v)
	}
	// The result may take the place of an argument used up here.
	for _, v := range s.args[:s.nargs] {
		a.used(v)
	}
	var m x.Operand
	switch {
	case folded != none:
		a.folds++
		m = x.M(a.operand(s.fold))
	case s.folded:
		m = x.M(g.element(int(g.p.Instr(s.fold).Imm), a.disp))
	}
	a.compute(&s, in, m)
	if folded != none {
		a.used(s.fold) // only now, so that nothing is spilled to where it is read
	}
}

// An opset is an operation on vectors and on single elements of both types.
type opset struct{ pd, ps, sd, ss x.Op }

// op picks from a set.
func (a *allocator) op(o opset) x.Op {
	if a.part == single {
		return a.g.pick(o.sd, o.ss)
	}
	return a.g.pick(o.pd, o.ps)
}

var (
	binaries = [...]opset{
		kernels.OpAdd: {x.VADDPD, x.VADDPS, x.VADDSD, x.VADDSS},
		kernels.OpSub: {x.VSUBPD, x.VSUBPS, x.VSUBSD, x.VSUBSS},
		kernels.OpMul: {x.VMULPD, x.VMULPS, x.VMULSD, x.VMULSS},
		kernels.OpDiv: {x.VDIVPD, x.VDIVPS, x.VDIVSD, x.VDIVSS},
		kernels.OpMin: {x.VMINPD, x.VMINPS, x.VMINSD, x.VMINSS},
		kernels.OpMax: {x.VMAXPD, x.VMAXPS, x.VMAXSD, x.VMAXSS},
	}
	squareRoot = opset{x.VSQRTPD, x.VSQRTPS, x.VSQRTSD, x.VSQRTSS}
)

// compute generates one operation. Arguments are in registers but for the
// folded one, which is m.
func (a *allocator) compute(s *step, in [4]x.Vec, m x.Operand) {
	g := a.g
	var mods x.Mods
	// last is the last operand: the folded one or the n-th argument.
	last := func(n int) x.Operand {
		if s.folded {
			return m
		}
		return x.R(in[n])
	}
	switch op := s.instr.Op; op {
	case kernels.OpAdd, kernels.OpSub, kernels.OpMul, kernels.OpDiv, kernels.OpMin, kernels.OpMax:
		// VMIN and VMAX are x < y ? x : y and x > y ? x : y to the last bit.
		g.asm.V(a.op(binaries[op]), a.w, a.take(s.value), in[0], last(1), mods)
	case kernels.OpSqrt:
		dst := a.take(s.value)
		g.asm.V(a.op(squareRoot), a.w, dst, dst, last(0), mods)
	case kernels.OpNeg:
		g.asm.V(g.pick(x.VXORPD, x.VXORPS), a.w, a.take(s.value), in[0], g.constant(g.signMask), mods)
	case kernels.OpAbs:
		g.asm.V(g.pick(x.VANDPD, x.VANDPS), a.w, a.take(s.value), in[0], g.constant(g.absMask), mods)
	case kernels.OpFMA:
		a.fma(s, in, m)
	case kernels.OpLt, kernels.OpLe, kernels.OpEq, kernels.OpNe:
		cmp := g.pick(x.VCMPPD, x.VCMPPS)
		dst := a.take(s.value)
		if g.wide {
			g.asm.VCmp(cmp, a.w, maskTemp, in[0], last(1), predicate[op], mods)
			g.asm.VFromMask(g.pick(x.VPMOVM2Q, x.VPMOVM2D), a.w, dst, maskTemp)
		} else {
			g.asm.V(cmp, a.w, dst, in[0], last(1), x.Mods{Imm: predicate[op]})
		}
	case kernels.OpAnd:
		g.asm.V(g.pick(x.VANDPD, x.VANDPS), a.w, a.take(s.value), in[0], last(1), mods)
	case kernels.OpOr:
		g.asm.V(g.pick(x.VORPD, x.VORPS), a.w, a.take(s.value), in[0], last(1), mods)
	case kernels.OpNot:
		g.asm.V(g.pick(x.VXORPD, x.VXORPS), a.w, a.take(s.value), in[0], g.constant(g.ones), mods)
	case kernels.OpSelect:
		a.choose(s, in, m)
	default:
		panic(fmt.Sprintf("simd: no code for %v", op))
	}
}

// predicate is the immediate of VCMP: quiet, and false where a value is NaN,
// but for ne.
var predicate = [...]uint8{kernels.OpLt: 0x11, kernels.OpLe: 0x12, kernels.OpEq: 0x00, kernels.OpNe: 0x04}

// choose generates cond ? y : z.
func (a *allocator) choose(s *step, in [4]x.Vec, m x.Operand) {
	g := a.g
	if !g.wide {
		g.asm.VBlendV(g.pick(x.VBLENDVPD, x.VBLENDVPS), a.w, a.take(s.value), in[2], x.R(in[1]), in[0])
		return
	}
	y, z := in[1], in[2]
	switch {
	case s.cmp == 0:
		g.asm.VToMask(g.pick(x.VPMOVQ2M, x.VPMOVD2M), a.w, maskTemp, in[0])
	case s.folded: // the comparison's second value
		g.asm.VCmp(g.pick(x.VCMPPD, x.VCMPPS), a.w, maskTemp, in[0], m, predicate[s.cmp], x.Mods{})
	default:
		y, z = in[2], in[3]
		g.asm.VCmp(g.pick(x.VCMPPD, x.VCMPPS), a.w, maskTemp, in[0], x.R(in[1]), predicate[s.cmp], x.Mods{})
	}
	g.asm.V(g.pick(x.VBLENDMPD, x.VBLENDMPS), a.w, a.take(s.value), z, x.R(y), x.Mods{K: maskTemp})
}

// fused are the multiply-adds by the sign of the product (negated: 1), the sign
// of the addend, and the order of the operands.
var fused = [2][2][3]opset{
	{
		{{x.VFMADD132PD, x.VFMADD132PS, x.VFMADD132SD, x.VFMADD132SS},
			{x.VFMADD213PD, x.VFMADD213PS, x.VFMADD213SD, x.VFMADD213SS},
			{x.VFMADD231PD, x.VFMADD231PS, x.VFMADD231SD, x.VFMADD231SS}},
		{{x.VFMSUB132PD, x.VFMSUB132PS, x.VFMSUB132SD, x.VFMSUB132SS},
			{x.VFMSUB213PD, x.VFMSUB213PS, x.VFMSUB213SD, x.VFMSUB213SS},
			{x.VFMSUB231PD, x.VFMSUB231PS, x.VFMSUB231SD, x.VFMSUB231SS}},
	},
	{
		{{x.VFNMADD132PD, x.VFNMADD132PS, x.VFNMADD132SD, x.VFNMADD132SS},
			{x.VFNMADD213PD, x.VFNMADD213PS, x.VFNMADD213SD, x.VFNMADD213SS},
			{x.VFNMADD231PD, x.VFNMADD231PS, x.VFNMADD231SD, x.VFNMADD231SS}},
		{{x.VFNMSUB132PD, x.VFNMSUB132PS, x.VFNMSUB132SD, x.VFNMSUB132SS},
			{x.VFNMSUB213PD, x.VFNMSUB213PS, x.VFNMSUB213SD, x.VFNMSUB213SS},
			{x.VFNMSUB231PD, x.VFNMSUB231PS, x.VFNMSUB231SD, x.VFNMSUB231SS}},
	},
}

// fma generates ±x*y ± z. The instruction overwrites one of its registers: an
// argument that is used up if there is one, else a copy of the addend.
func (a *allocator) fma(s *step, in [4]x.Vec, m x.Operand) {
	g := a.g
	set := &fused[b2i(s.negProduct)][b2i(s.negAddend)]
	f132, f213, f231 := a.op(set[0]), a.op(set[1]), a.op(set[2])
	move := func(src x.Vec) x.Vec {
		dst := a.take(s.value)
		g.asm.V(g.pick(x.VMOVAPD, x.VMOVAPS), a.w, dst, 0, x.R(src), x.Mods{})
		return dst
	}
	if s.folded && s.fold == s.instr.Args[2] { // x*y + memory
		p, q := in[0], in[1]
		if !a.isFree(p) && a.isFree(q) {
			p, q = q, p
		}
		if a.isFree(p) {
			a.hold(p, s.value)
		} else {
			p = move(p)
		}
		g.asm.V(f213, a.w, p, q, m, x.Mods{})
		return
	}
	if s.folded { // x*memory + z
		p, z := in[0], in[1]
		switch {
		case a.isFree(z):
			g.asm.V(f231, a.w, a.hold(z, s.value), p, m, x.Mods{})
		case a.isFree(p):
			g.asm.V(f132, a.w, a.hold(p, s.value), z, m, x.Mods{})
		default:
			g.asm.V(f231, a.w, move(z), p, m, x.Mods{})
		}
		return
	}
	p, q, z := in[0], in[1], in[2]
	switch {
	case a.isFree(z):
		g.asm.V(f231, a.w, a.hold(z, s.value), p, x.R(q), x.Mods{})
	case a.isFree(p):
		g.asm.V(f213, a.w, a.hold(p, s.value), q, x.R(z), x.Mods{})
	case a.isFree(q):
		g.asm.V(f213, a.w, a.hold(q, s.value), p, x.R(z), x.Mods{})
	default:
		g.asm.V(f231, a.w, move(z), p, x.R(q), x.Mods{})
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
