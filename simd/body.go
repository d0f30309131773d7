package simd

import (
	"fmt"

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

	disp   int32 // of the vector from the current element
	masked bool
}

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
func (a *allocator) reset(pl *plan, disp int32, masked bool) {
	a.pl, a.disp, a.masked = pl, disp, masked
	for v := range a.reg {
		a.reg[v], a.slot[v], a.next[v] = none, none, 0
	}
	a.clear()
	a.freeSlots = a.freeSlots[:0]
	for s := a.g.slots - 1; s >= 0; s-- {
		a.freeSlots = append(a.freeSlots, int32(s))
	}
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
			if u := a.nextUse(a.holds[r]); u > furthest {
				victim, furthest = r, u
			}
		}
	}
	if furthest < 0 {
		panic("simd: no register to give: fewer than minPool in the pool")
	}
	v := a.holds[victim]
	if a.slot[v] == none && !a.rereadable(v, furthest) {
		if len(a.freeSlots) == 0 {
			a.freeSlots = append(a.freeSlots, int32(a.g.slots))
			a.g.slots++
		}
		a.slot[v] = a.freeSlots[len(a.freeSlots)-1]
		a.freeSlots = a.freeSlots[:len(a.freeSlots)-1]
		a.g.asm.VStore(a.g.pick(x.VMOVAPD, x.VMOVAPS), a.g.w, a.g.spillSlot(a.slot[v]), victim, x.Mods{})
	}
	a.reg[v] = none
	a.busy &^= 1 << victim
}

// rereadable reports whether v can be dropped and read again at its next use:
// no store may have come in between, since it could have been to that array.
func (a *allocator) rereadable(v kernels.Value, use int32) bool {
	if a.g.p.IsUniform(v) {
		return true
	}
	return a.g.p.Instr(v).Op == kernels.OpLoad && int(use) <= a.pl.firstStore
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
	switch {
	case g.p.IsUniform(v):
		g.broadcast(r, v)
	case a.slot[v] != none:
		g.asm.V(g.pick(x.VMOVAPD, x.VMOVAPS), g.w, r, 0, x.M(g.spillSlot(a.slot[v])), x.Mods{})
	default:
		a.load(r, int(g.p.Instr(v).Imm))
	}
	return r
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
	case !a.masked:
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
	case !a.masked && g.opts.NonTemporal && !g.p.Arrays[slot].Read:
		g.asm.VStore(g.pick(x.VMOVNTPD, x.VMOVNTPS), g.w, m, src, x.Mods{})
	case !a.masked:
		g.asm.VStore(op, g.w, m, src, x.Mods{})
	case g.wide:
		g.asm.VStore(op, g.w, m, src, x.Mods{K: maskTail})
	default:
		g.asm.VMaskStore(g.pick(x.VMASKMOVPD, x.VMASKMOVPS), g.w, m, g.mask, src)
	}
}

// spillSlot is the memory of a spill slot.
func (g *gen) spillSlot(s int32) x.Mem {
	return x.At(regScratch, (int32(g.accSlots)+s)*g.vl)
}

const (
	lineBytes     = 64   // a cache line
	prefetchAhead = 2048 // bytes; found by measurement, flat from 1024 to 4096
)

// prefetch asks for a line of each array that is read. Arrays whose addresses
// are in no register go without.
func (g *gen) prefetch(disp int32) {
	for slot, arr := range g.p.Arrays[:min(len(g.p.Arrays), len(regArrays))] {
		if arr.Read {
			g.asm.PrefetchNTA(g.element(slot, disp+prefetchAhead))
		}
	}
}

// emit generates the steps of a plan for the vector disp bytes past the current
// element. Reductions go to the accumulators of the given vector of the group.
func (g *gen) emit(pl *plan, disp int32, group int, masked bool) {
	a := &g.alloc
	a.reset(pl, disp, masked)
	if g.opts.Prefetch && !masked && disp%lineBytes == 0 {
		g.prefetch(disp)
	}
	for i := range pl.steps {
		s := &pl.steps[i]
		a.pinned = 0
		var in [4]x.Vec
		for j, v := range s.args[:s.nargs] {
			in[j] = a.fetch(v)
		}
		switch s.kind {
		case store:
			a.store(s.index, in[0])
			a.used(s.value)
		case reduce:
			a.reduce(s, in[0], group)
			if !s.folded {
				a.used(s.value)
			}
		case compute:
			if s.instr.Op == kernels.OpLoad {
				a.load(a.take(s.value), int(s.instr.Imm))
				continue
			}
			// The result may take the place of an argument used up here.
			for _, v := range s.args[:s.nargs] {
				a.used(v)
			}
			var m x.Operand
			if s.folded {
				m = x.M(g.element(int(g.p.Instr(s.fold).Imm), a.disp))
			}
			a.compute(s, in, m)
		}
	}
}

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
		f64 := [...]x.Op{kernels.OpAdd: x.VADDPD, kernels.OpSub: x.VSUBPD, kernels.OpMul: x.VMULPD, kernels.OpDiv: x.VDIVPD, kernels.OpMin: x.VMINPD, kernels.OpMax: x.VMAXPD}
		f32 := [...]x.Op{kernels.OpAdd: x.VADDPS, kernels.OpSub: x.VSUBPS, kernels.OpMul: x.VMULPS, kernels.OpDiv: x.VDIVPS, kernels.OpMin: x.VMINPS, kernels.OpMax: x.VMAXPS}
		g.asm.V(g.pick(f64[op], f32[op]), g.w, a.take(s.value), in[0], last(1), mods)
	case kernels.OpSqrt:
		g.asm.V(g.pick(x.VSQRTPD, x.VSQRTPS), g.w, a.take(s.value), 0, last(0), mods)
	case kernels.OpNeg:
		g.asm.V(g.pick(x.VXORPD, x.VXORPS), g.w, a.take(s.value), in[0], g.constant(g.signMask), mods)
	case kernels.OpAbs:
		g.asm.V(g.pick(x.VANDPD, x.VANDPS), g.w, a.take(s.value), in[0], g.constant(g.absMask), mods)
	case kernels.OpFMA:
		a.fma(s, in, m)
	case kernels.OpLt, kernels.OpLe, kernels.OpEq, kernels.OpNe:
		cmp := g.pick(x.VCMPPD, x.VCMPPS)
		dst := a.take(s.value)
		if g.wide {
			g.asm.VCmp(cmp, g.w, maskTemp, in[0], last(1), predicate[op], mods)
			g.asm.VFromMask(g.pick(x.VPMOVM2Q, x.VPMOVM2D), g.w, dst, maskTemp)
		} else {
			g.asm.V(cmp, g.w, dst, in[0], last(1), x.Mods{Imm: predicate[op]})
		}
	case kernels.OpAnd:
		g.asm.V(g.pick(x.VANDPD, x.VANDPS), g.w, a.take(s.value), in[0], x.R(in[1]), mods)
	case kernels.OpOr:
		g.asm.V(g.pick(x.VORPD, x.VORPS), g.w, a.take(s.value), in[0], x.R(in[1]), mods)
	case kernels.OpNot:
		g.asm.V(g.pick(x.VXORPD, x.VXORPS), g.w, a.take(s.value), in[0], g.constant(g.ones), mods)
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
		g.asm.VBlendV(g.pick(x.VBLENDVPD, x.VBLENDVPS), g.w, a.take(s.value), in[2], x.R(in[1]), in[0])
		return
	}
	y, z := in[1], in[2]
	switch {
	case s.cmp == 0:
		g.asm.VToMask(g.pick(x.VPMOVQ2M, x.VPMOVD2M), g.w, maskTemp, in[0])
	case s.folded: // the comparison's second value
		g.asm.VCmp(g.pick(x.VCMPPD, x.VCMPPS), g.w, maskTemp, in[0], m, predicate[s.cmp], x.Mods{})
	default:
		y, z = in[2], in[3]
		g.asm.VCmp(g.pick(x.VCMPPD, x.VCMPPS), g.w, maskTemp, in[0], x.R(in[1]), predicate[s.cmp], x.Mods{})
	}
	g.asm.V(g.pick(x.VBLENDMPD, x.VBLENDMPS), g.w, a.take(s.value), z, x.R(y), x.Mods{K: maskTemp})
}

// fma generates x*y + z. The instruction overwrites one of its registers: an
// argument that is used up if there is one, else a copy of the addend.
func (a *allocator) fma(s *step, in [4]x.Vec, m x.Operand) {
	g := a.g
	f132, f213, f231 := g.pick(x.VFMADD132PD, x.VFMADD132PS), g.pick(x.VFMADD213PD, x.VFMADD213PS), g.pick(x.VFMADD231PD, x.VFMADD231PS)
	move := func(src x.Vec) x.Vec {
		dst := a.take(s.value)
		g.asm.V(g.pick(x.VMOVAPD, x.VMOVAPS), g.w, dst, 0, x.R(src), x.Mods{})
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
		g.asm.V(f213, g.w, p, q, m, x.Mods{})
		return
	}
	if s.folded { // x*memory + z
		p, z := in[0], in[1]
		switch {
		case a.isFree(z):
			g.asm.V(f231, g.w, a.hold(z, s.value), p, m, x.Mods{})
		case a.isFree(p):
			g.asm.V(f132, g.w, a.hold(p, s.value), z, m, x.Mods{})
		default:
			g.asm.V(f231, g.w, move(z), p, m, x.Mods{})
		}
		return
	}
	p, q, z := in[0], in[1], in[2]
	switch {
	case a.isFree(z):
		g.asm.V(f231, g.w, a.hold(z, s.value), p, x.R(q), x.Mods{})
	case a.isFree(p):
		g.asm.V(f213, g.w, a.hold(p, s.value), q, x.R(z), x.Mods{})
	case a.isFree(q):
		g.asm.V(f213, g.w, a.hold(q, s.value), p, x.R(z), x.Mods{})
	default:
		g.asm.V(f231, g.w, move(z), p, x.R(q), x.Mods{})
	}
}
