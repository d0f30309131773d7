package simd

import (
	"fmt"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

const (
	storeAhead    = 16   // stores; found by measurement
	lineBytes     = 64   // a cache line
	prefetchAhead = 2048 // bytes; found by measurement, flat from 1024 to 4096
)

// prefetch asks for a line of each array that is read and begins one at the given
// element. Arrays whose addresses are in no register go without.
func (g *gen) prefetch(at int) {
	for slot, arr := range g.p.Arrays[:min(len(g.p.Arrays), len(regArrays))] {
		if size := arr.Type.Size(); arr.Read && !g.staged && at*size%lineBytes == 0 {
			m := g.element(slot, at)
			m.Disp += prefetchAhead
			g.asm.PrefetchNTA(m)
		}
	}
}

// emit generates the steps of a plan for the vector, or its part, that begins that many elements
// past the current one. Reductions go to the accumulators of the given vector of the group.
func (g *gen) emit(pl *plan, at int, group int, pt part) {
	a := &g.alloc
	a.reset(pl, at, pt)
	if g.opts.Prefetch && pt == whole {
		for c := range pl.vectors {
			g.prefetch(at + c*g.lanes)
		}
	}
	stored := 0
	for i := range pl.steps {
		s := &pl.steps[i]
		a.pinned, a.now, a.at = 0, int32(i), at+int(s.ahead)
		g.note(int(s.named))
		switch s.kind {
		case store:
			a.store(int(s.index), a.fetch(s.value))
			if stored++; g.staged && pt == whole && !g.opts.NonTemporal && stored+storeAhead < len(pl.stores) {
				g.asm.PrefetchW(g.element(pl.stores[stored+storeAhead], a.at))
			}
			a.used(s.value)
		case reduce:
			if s.folded {
				a.reduce(s, 0, group+int(s.ahead)/g.lanes)
			} else {
				a.reduce(s, a.fetch(s.value), group+int(s.ahead)/g.lanes)
				a.used(s.value)
			}
		case trap:
			a.trap(s)
		case adopt:
			a.adopt(s)
		case merge:
			a.merge(s)
		case enter:
			a.enter(s)
		case leave:
			a.leave()
		case compute:
			if s.instr.Op == kernels.OpLoad {
				a.load(a.take(s.value), int(s.instr.Imm))
				continue
			}
			a.step(*s)
		}
	}
	g.note(NoValue)
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
	var in [3]x.Vec
	for j, v := range s.args[:s.nargs] {
		in[j] = a.fetch(v)
	}
	var m x.Operand
	switch {
	case folded != none:
		a.folds++
		m = a.operand(s.fold)
	case s.folded:
		m = x.M(g.element(int(g.instr(s.fold).Imm), a.at))
	}
	a.compute(&s, in, m)
	if g.spread[g.base(s.value)] {
		r := x.Vec(a.reg[s.value])
		g.spreadIndex(r, r)
	}
	a.release(&s)
	if folded != none {
		a.used(s.fold) // only now, so that nothing is spilled to where it is read
	}
}

// An opset is an operation on vectors and on single elements of both sizes.
type opset struct{ pd, ps, sd, ss x.Op }

// op picks from a set.
func (a *allocator) op(o opset, size int) x.Op {
	if a.part == single {
		return pick(size, o.sd, o.ss)
	}
	return pick(size, o.pd, o.ps)
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
	round      = opset{x.VROUNDPD, x.VROUNDPS, x.VROUNDSD, x.VROUNDSS}
	scale      = opset{x.VRNDSCALEPD, x.VRNDSCALEPS, x.VRNDSCALESD, x.VRNDSCALESS}

	// roundings are the immediates of VROUND and VRNDSCALE, which raise no flag.
	roundings = [...]uint8{kernels.OpRoundEven: 8, kernels.OpFloor: 9, kernels.OpCeil: 10, kernels.OpTrunc: 11}
)

// compute generates one operation. Arguments are in registers but for the
// folded one, which is m.
func (a *allocator) compute(s *step, in [3]x.Vec, m x.Operand) {
	op := s.instr.Op
	switch {
	case op == kernels.OpSelect:
		a.choose(s, in, m)
	case op == kernels.OpConvert:
		a.convert(s, in[0])
	case op == kernels.OpTable:
		a.table(s, in[0])
	case op == kernels.OpIndex:
		a.place(s)
	case op == kernels.OpGather:
		a.gather(s, in[0], in[1])
	case op.Compares():
		a.compare(s, in, m)
	case s.from.IsFloat():
		a.float(s, in, m)
	case s.from == kernels.Bool:
		a.logic(s, in)
	default:
		a.integer(s, in, m)
	}
}

// last is the last operand of a step: the folded one or the n-th argument.
func (s *step) last(n int, in [3]x.Vec, m x.Operand) x.Operand {
	if s.folded {
		return m
	}
	return x.R(in[n])
}

// float generates an operation on floats.
func (a *allocator) float(s *step, in [3]x.Vec, m x.Operand) {
	g := a.g
	size := s.from.Size()
	w := a.width(size)
	var mods x.Mods
	switch op := s.instr.Op; op {
	case kernels.OpAdd, kernels.OpSub, kernels.OpMul, kernels.OpDiv, kernels.OpMin, kernels.OpMax:
		// VMIN and VMAX are x < y ? x : y and x > y ? x : y to the last bit.
		g.asm.V(a.op(binaries[op], size), w, a.result(s), in[0], s.last(1, in, m), mods)
	case kernels.OpSqrt:
		dst := a.result(s)
		g.asm.V(a.op(squareRoot, size), w, dst, dst, s.last(0, in, m), mods)
	case kernels.OpFloor, kernels.OpCeil, kernels.OpTrunc, kernels.OpRoundEven:
		set := round
		if g.wide {
			set = scale
		}
		dst := a.result(s)
		g.asm.V(a.op(set, size), w, dst, dst, s.last(0, in, m), x.Mods{Imm: roundings[op]})
	case kernels.OpNeg:
		g.asm.V(pick(size, x.VXORPD, x.VXORPS), w, a.result(s), in[0], g.word(signBit(size), size), mods)
	case kernels.OpAbs:
		g.asm.V(pick(size, x.VANDPD, x.VANDPS), w, a.result(s), in[0], g.word(signBit(size)-1, size), mods)
	case kernels.OpFMA:
		a.fma(s, in, m)
	default:
		panic(fmt.Sprintf("simd: no code for %v of %v", op, s.from))
	}
}

// signBit is the highest bit of a number of that many bytes.
func signBit(size int) uint64 { return 1 << (8*size - 1) }

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
func (a *allocator) fma(s *step, in [3]x.Vec, m x.Operand) {
	g := a.g
	size := s.from.Size()
	w := a.width(size)
	set := &fused[b2i(s.negProduct)][b2i(s.negAddend)]
	f132, f213, f231 := a.op(set[0], size), a.op(set[1], size), a.op(set[2], size)
	a.release(s)
	move := func(src x.Vec) x.Vec {
		dst := a.take(s.value)
		g.asm.V(pick(size, x.VMOVAPD, x.VMOVAPS), w, dst, 0, x.R(src), x.Mods{})
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
		g.asm.V(f213, w, p, q, m, x.Mods{})
		return
	}
	if s.folded { // x*memory + z
		p, z := in[0], in[1]
		switch {
		case a.isFree(z):
			g.asm.V(f231, w, a.hold(z, s.value), p, m, x.Mods{})
		case a.isFree(p):
			g.asm.V(f132, w, a.hold(p, s.value), z, m, x.Mods{})
		default:
			g.asm.V(f231, w, move(z), p, m, x.Mods{})
		}
		return
	}
	p, q, z := in[0], in[1], in[2]
	switch {
	case a.isFree(z):
		g.asm.V(f231, w, a.hold(z, s.value), p, x.R(q), x.Mods{})
	case a.isFree(p):
		g.asm.V(f213, w, a.hold(p, s.value), q, x.R(z), x.Mods{})
	case a.isFree(q):
		g.asm.V(f213, w, a.hold(q, s.value), p, x.R(z), x.Mods{})
	default:
		g.asm.V(f231, w, move(z), p, x.R(q), x.Mods{})
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
