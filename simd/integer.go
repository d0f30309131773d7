package simd

import (
	"fmt"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// integerOp is the one instruction for an operation on integers, if there is one.
func (g *gen) integerOp(op kernels.Op, t kernels.Type) (in x.Op, ok bool) {
	size := t.Size()
	need := func(of8, of4 x.Op) (x.Op, bool) { return pick(size, of8, of4), g.wide || size == 4 }
	bitwise := func(of8, of4, vex x.Op) (x.Op, bool) {
		if g.wide {
			return pick(size, of8, of4), true
		}
		return vex, true
	}
	switch op {
	case kernels.OpAdd:
		return pick(size, x.VPADDQ, x.VPADDD), true
	case kernels.OpSub:
		return pick(size, x.VPSUBQ, x.VPSUBD), true
	case kernels.OpMul:
		return need(x.VPMULLQ, x.VPMULLD)
	case kernels.OpMin:
		if t.IsSigned() {
			return need(x.VPMINSQ, x.VPMINSD)
		}
		return need(x.VPMINUQ, x.VPMINUD)
	case kernels.OpMax:
		if t.IsSigned() {
			return need(x.VPMAXSQ, x.VPMAXSD)
		}
		return need(x.VPMAXUQ, x.VPMAXUD)
	case kernels.OpAnd:
		return bitwise(x.VPANDQ, x.VPANDD, x.VPAND)
	case kernels.OpOr:
		return bitwise(x.VPORQ, x.VPORD, x.VPOR)
	case kernels.OpXor:
		return bitwise(x.VPXORQ, x.VPXORD, x.VPXOR)
	case kernels.OpShl:
		return pick(size, x.VPSLLVQ, x.VPSLLVD), true
	case kernels.OpShr:
		if t.IsSigned() {
			return need(x.VPSRAVQ, x.VPSRAVD)
		}
		return pick(size, x.VPSRLVQ, x.VPSRLVD), true
	}
	return 0, false
}

// integer generates an operation on integers.
func (a *allocator) integer(s *step, in [3]x.Vec, m x.Operand) {
	g := a.g
	t := s.from
	size := t.Size()
	w := a.width(size)
	v := func(op x.Op, dst, src1 x.Vec, src2 x.Operand) { g.asm.V(op, w, dst, src1, src2, x.Mods{}) }
	if s.byConst {
		a.shift(s, in[0])
		return
	}
	if s.ternary {
		a.ternary(s, in, m)
		return
	}
	if s.narrow {
		v(x.VPMULUDQ, a.result(s), in[0], s.last(1, in, m))
		return
	}
	if op, ok := g.integerOp(s.instr.Op, t); ok {
		v(op, a.result(s), in[0], s.last(1, in, m))
		return
	}
	xor, _ := g.integerOp(kernels.OpXor, t)
	sub, _ := g.integerOp(kernels.OpSub, t)
	switch op := s.instr.Op; op {
	case kernels.OpNot:
		v(xor, a.result(s), in[0], g.word(^uint64(0), size))
	case kernels.OpNeg:
		dst := a.apart(s)
		v(x.VXORPS, dst, dst, x.R(dst))
		v(sub, dst, dst, x.R(in[0]))
	case kernels.OpAbs:
		if g.wide || size == 4 {
			v(pick(size, x.VPABSQ, x.VPABSD), a.result(s), 0, x.R(in[0]))
			return
		}
		sign, dst := a.signs(in[0]), a.apart(s)
		v(xor, dst, in[0], x.R(sign))
		v(sub, dst, dst, x.R(sign))
	case kernels.OpMin, kernels.OpMax: // of 64 bits, with AVX2
		p, q := in[0], in[1]
		if !t.IsSigned() {
			p, q = a.biased(p, size), a.biased(q, size)
		}
		if op == kernels.OpMin {
			p, q = q, p
		}
		dst := a.apart(s)
		v(x.VPCMPGTQ, dst, p, x.R(q))
		g.asm.VBlendV(x.VBLENDVPD, w, dst, in[1], x.R(in[0]), dst)
	case kernels.OpMul: // of 64 bits, with AVX2
		a.multiply(a.apart(s), in[0], in[1])
	case kernels.OpShr: // of 64 bits with sign, with AVX2
		sign, dst := a.signs(in[0]), a.apart(s)
		v(xor, dst, in[0], x.R(sign))
		v(x.VPSRLVQ, dst, dst, x.R(in[1]))
		v(xor, dst, dst, x.R(sign))
	case kernels.OpDiv, kernels.OpRem:
		if size == 4 {
			a.divide32(s, in[0], in[1])
		} else {
			a.divide64(s, in[0], in[1])
		}
	default:
		panic(fmt.Sprintf("simd: no code for %v of %v", op, t))
	}
}

// ternary generates an operation on three integers bit by bit, which overwrites the
// first one, or a copy.
func (a *allocator) ternary(s *step, in [3]x.Vec, m x.Operand) {
	g := a.g
	size := s.from.Size()
	w := g.width(size)
	last := s.last(2, in, m)
	p, q, table := in[0], in[1], s.table
	a.release(s)
	switch {
	case a.isFree(p):
		a.hold(p, s.value)
	case a.isFree(q): // changes places with the first, and so do entries of the table
		p, q = q, p
		table = table&0xc3 | table&0x0c<<2 | table&0x30>>2
		a.hold(p, s.value)
	case !s.folded && a.isFree(in[2]):
		p, last = in[2], x.R(p)
		table = table&0xa5 | table&0x0a<<3 | table&0x50>>3
		a.hold(p, s.value)
	default:
		dst := a.take(s.value)
		g.move(size, dst, x.R(p))
		p = dst
	}
	g.asm.V(pick(size, x.VPTERNLOGQ, x.VPTERNLOGD), w, p, q, last, x.Mods{Imm: table})
}

// signs is a vector of the signs of integers of 64 bits, as masks, with AVX2.
func (a *allocator) signs(r x.Vec) x.Vec {
	t := a.scrap()
	a.g.asm.V(x.VXORPS, x.Y, t, t, x.R(t), x.Mods{})
	a.g.asm.V(x.VPCMPGTQ, x.Y, t, t, x.R(r), x.Mods{})
	return t
}

// multiply generates a product of 64 bits from those of 32, with AVX2.
func (a *allocator) multiply(dst, p, q x.Vec) {
	v := func(op x.Op, dst, src1, src2 x.Vec, imm uint8) {
		a.g.asm.V(op, x.Y, dst, src1, x.R(src2), x.Mods{Imm: imm})
	}
	t := a.scrap()
	v(x.VPSHUFD, t, 0, q, 0xb1) // low and high halves exchanged
	v(x.VPMULLD, t, t, p, 0)
	v(x.VPSRLQ, dst, 0, t, 32)
	v(x.VPADDD, t, t, dst, 0) // the low halves: the sum of both mixed products
	v(x.VPSLLQ, t, 0, t, 32)
	v(x.VPMULUDQ, dst, p, q, 0)
	v(x.VPADDQ, dst, dst, t, 0)
	a.drop(t)
}

// shift generates a shift by a constant.
func (a *allocator) shift(s *step, r x.Vec) {
	g := a.g
	size := s.from.Size()
	w := a.width(size)
	count := uint8(min(s.instr.Imm, 255))
	op := pick(size, x.VPSRLQ, x.VPSRLD)
	switch {
	case s.instr.Op == kernels.OpShl:
		op = pick(size, x.VPSLLQ, x.VPSLLD)
	case s.from.IsSigned() && (g.wide || size == 4):
		op = pick(size, x.VPSRAQ, x.VPSRAD)
	case s.from.IsSigned():
		count = min(count, 63)
		sign := g.word(1<<(63-count), size) // where it comes to be
		dst := a.result(s)
		g.asm.V(op, w, dst, 0, x.R(r), x.Mods{Imm: count})
		g.asm.V(x.VPXOR, w, dst, dst, sign, x.Mods{})
		g.asm.V(x.VPSUBQ, w, dst, dst, sign, x.Mods{})
		return
	}
	g.asm.V(op, w, a.result(s), 0, x.R(r), x.Mods{Imm: count})
}

// divide32 divides integers of 32 bits as float64: their quotient is rounded at a
// bit so low that it stays on its side of every integer but one that it equals.
func (a *allocator) divide32(s *step, p, q x.Vec) {
	g := a.g
	w := g.width(4)
	signed := s.from.IsSigned()
	dst, xd, yd := a.apart(s), a.scrap(), a.scrap()
	part := func(dst, p, q x.Vec) { // of half a vector
		a.toFloat64(xd, p, signed)
		a.toFloat64(yd, q, signed)
		g.asm.V(x.VDIVPD, g.w, xd, xd, x.R(yd), x.Mods{})
		switch {
		case signed:
			g.asm.V(x.VCVTTPD2DQ, g.w, dst, 0, x.R(xd), x.Mods{})
		case g.wide:
			g.asm.V(x.VCVTTPD2UDQ, g.w, dst, 0, x.R(xd), x.Mods{})
		default:
			g.asm.V(x.VROUNDPD, g.w, xd, 0, x.R(xd), x.Mods{Imm: roundings[kernels.OpTrunc]})
			g.asm.V(x.VADDPD, g.w, xd, xd, g.word(magic52, 8), x.Mods{})
			g.narrow(dst, xd)
		}
	}
	if g.lane == 8 {
		part(dst, p, q)
	} else {
		extract, insert := x.VEXTRACTF128, x.VINSERTF128
		if g.wide {
			extract, insert = x.VEXTRACTF64X4, x.VINSERTF64X4
		}
		upper, t := a.scrap(), a.scrap()
		g.asm.V(extract, g.w, upper, 0, x.R(p), x.Mods{Imm: 1})
		g.asm.V(extract, g.w, t, 0, x.R(q), x.Mods{Imm: 1})
		part(upper, upper, t)
		part(dst, p, q)
		g.asm.V(insert, g.w, dst, dst, x.R(upper), x.Mods{Imm: 1})
	}
	if s.instr.Op == kernels.OpRem {
		g.asm.V(x.VPMULLD, w, dst, dst, x.R(q), x.Mods{})
		g.asm.V(x.VPSUBD, w, dst, p, x.R(dst), x.Mods{})
	}
	if g.wide {
		g.asm.VCmp(x.VPTESTMD, w, maskTemp, q, x.R(q), 0, x.Mods{})
		g.asm.V(x.VMOVDQA32, w, dst, 0, x.R(dst), x.Mods{K: maskTemp, Z: true})
		return
	}
	g.asm.V(x.VXORPS, w, xd, xd, x.R(xd), x.Mods{})
	g.asm.V(x.VPCMPEQD, w, xd, xd, x.R(q), x.Mods{})
	g.asm.V(x.VPANDN, w, dst, xd, x.R(dst), x.Mods{})
}

// divide64 divides integers of 64 bits one after the other, in scratch memory.
func (a *allocator) divide64(s *step, p, q x.Vec) {
	g := a.g
	asm := &g.asm
	at := int32(g.accSlots-2) * g.vl
	g.keep(8, x.At(regScratch, at), p)
	g.keep(8, x.At(regScratch, at+g.vl), q)
	rax, rcx, rdx := x.RAX, x.RCX, x.RDX
	saved := []x.Reg{rax, rcx, rdx}
	for i, r := range saved {
		asm.MovMR(g.frame(frameSave+i), r)
	}
	end := regUniform
	asm.Lea(regTemp, x.At(regScratch, at))
	asm.Lea(end, x.At(regTemp, g.vl))
	loop, divide, done := asm.NewLabel(), asm.NewLabel(), asm.NewLabel()
	asm.Bind(loop)
	asm.MovRM(rax, x.At(regTemp, 0))
	asm.MovRM(rcx, x.At(regTemp, g.vl))
	if s.from.IsSigned() {
		// By 0 and -1 it is a product, and no rest.
		asm.Lea(rdx, x.At(rcx, 1))
		asm.CmpRI(rdx, 1)
		asm.Jcc(x.A, divide)
		asm.Imul(rax, rcx)
		asm.XorRR32(rdx, rdx)
		asm.Jmp(done)
		asm.Bind(divide)
		asm.Cqo()
		asm.Idiv(rcx)
	} else {
		asm.XorRR32(rdx, rdx)
		asm.TestRR(rcx, rcx)
		asm.Jcc(x.NE, divide)
		asm.MovRR(rax, rcx)
		asm.Jmp(done)
		asm.Bind(divide)
		asm.Div(rcx)
	}
	asm.Bind(done)
	result := rax
	if s.instr.Op == kernels.OpRem {
		result = rdx
	}
	asm.MovMR(x.At(regTemp, 0), result)
	asm.AddRI(regTemp, 8)
	asm.CmpRR(regTemp, end)
	asm.Jcc(x.B, loop)
	for i, r := range saved {
		asm.MovRM(r, g.frame(frameSave+i))
	}
	asm.MovRM(regUniform, g.frame(frameUniforms))
	g.move(8, a.result(s), x.M(x.At(regScratch, at)))
}
