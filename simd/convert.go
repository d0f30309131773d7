package simd

import (
	"math"

	"github.com/triad-go/triad/kernels"
	x "github.com/triad-go/triad/simd/internal/amd64"
)

// Conversions with AVX-512 are instructions, with a correction where a float
// becomes an integer: what does not fit gives a fixed pattern, not the nearest
// integer. AVX2 has few of them; the others rest on the layout of a float64: the
// low 52 bits of 2^52 + n are n.
const (
	magic52  = 0x4330000000000000 // 2^52
	magic84  = 0x4530000000000000 // 2^84
	magic52h = 0x4338000000000000 // 1.5 * 2^52, for signed integers
)

// convert generates a conversion.
func (a *allocator) convert(s *step, r x.Vec) {
	switch from, to := s.from, s.instr.Type; {
	case from.IsFloat() && to.IsFloat():
		op := x.VCVTPS2PD
		if to == kernels.Float32 {
			op = x.VCVTPD2PS
		}
		a.g.asm.V(op, a.g.w, a.result(s), 0, x.R(r), x.Mods{})
	case from.IsFloat():
		if a.g.wide {
			a.fromFloat(s, r)
		} else {
			a.fromFloat256(s, r)
		}
	case to.IsFloat():
		if a.g.wide {
			a.g.asm.V(toFloats[from][to/kernels.Float32], a.g.convertWidth(from, to), a.result(s), 0, x.R(r), x.Mods{})
		} else {
			a.toFloat256(s, r)
		}
	case to.Size() == 8:
		op := x.VPMOVZXDQ
		if from.IsSigned() {
			op = x.VPMOVSXDQ
		}
		a.g.asm.V(op, a.g.w, a.result(s), 0, x.R(r), x.Mods{})
	case a.g.wide:
		a.g.asm.V(x.VPMOVQD, a.g.w, a.result(s), 0, x.R(r), x.Mods{})
	default:
		a.g.narrow(a.apart(s), r)
	}
}

// convertWidth is the length that a conversion's instruction is given: of the
// longer side.
func (g *gen) convertWidth(from, to kernels.Type) x.Width {
	return g.width(max(from.Size(), to.Size()))
}

// toFloats are the instructions of AVX-512 by integer type, to float64 and to
// float32.
var toFloats = [...][2]x.Op{
	kernels.Int64:  {x.VCVTQQ2PD, x.VCVTQQ2PS},
	kernels.Uint64: {x.VCVTUQQ2PD, x.VCVTUQQ2PS},
	kernels.Int32:  {x.VCVTDQ2PD, x.VCVTDQ2PS},
	kernels.Uint32: {x.VCVTUDQ2PD, x.VCVTUDQ2PS},
}

// fromFloats are the instructions of AVX-512 by integer type, from float64 and
// from float32.
var fromFloats = [...][2]x.Op{
	kernels.Int64:  {x.VCVTTPD2QQ, x.VCVTTPS2QQ},
	kernels.Uint64: {x.VCVTTPD2UQQ, x.VCVTTPS2UQQ},
	kernels.Int32:  {x.VCVTTPD2DQ, x.VCVTTPS2DQ},
	kernels.Uint32: {x.VCVTTPD2UDQ, x.VCVTTPS2UDQ},
}

// floatBits is x as a float of that many bytes.
func floatBits(f float64, size int) uint64 {
	if size == 4 {
		return uint64(math.Float32bits(float32(f)))
	}
	return math.Float64bits(f)
}

// fromFloat generates a conversion to an integer with AVX-512. What does not fit
// becomes the lowest signed integer, which is right below, or the greatest
// unsigned one, which is right above.
func (a *allocator) fromFloat(s *step, r x.Vec) {
	g := a.g
	from, to := s.from, s.instr.Type
	size := from.Size()
	dst := a.apart(s)
	cmp := pick(size, x.VCMPPD, x.VCMPPS)
	op, w := fromFloats[to][from/kernels.Float32], g.convertWidth(from, to)
	const ordered, atLeast = 0x07, 0x1d
	if !to.IsSigned() {
		g.asm.VCmp(cmp, g.width(size), maskTemp, r, g.word(0, size), atLeast, x.Mods{})
		g.asm.V(op, w, dst, 0, x.R(r), x.Mods{K: maskTemp, Z: true})
		return
	}
	bits := 8*to.Size() - 1
	g.asm.VCmp(cmp, g.width(size), maskTemp, r, x.R(r), ordered, x.Mods{})
	g.asm.V(op, w, dst, 0, x.R(r), x.Mods{K: maskTemp, Z: true})
	g.asm.VCmp(cmp, g.width(size), maskTemp, r, g.word(floatBits(math.Ldexp(1, bits), size), size), atLeast, x.Mods{})
	g.asm.V(pick(to.Size(), x.VPBLENDMQ, x.VPBLENDMD), g.width(to.Size()), dst, dst, g.word(1<<bits-1, to.Size()), x.Mods{K: maskTemp})
}

// toFloat64 makes float64 of half a vector of integers of 32 bits.
func (a *allocator) toFloat64(dst, r x.Vec, signed bool) {
	g := a.g
	switch {
	case signed:
		g.asm.V(x.VCVTDQ2PD, g.w, dst, 0, x.R(r), x.Mods{})
	case g.wide:
		g.asm.V(x.VCVTUDQ2PD, g.w, dst, 0, x.R(r), x.Mods{})
	default:
		g.asm.V(x.VPMOVZXDQ, g.w, dst, 0, x.R(r), x.Mods{})
		g.asm.V(x.VORPD, g.w, dst, dst, g.word(magic52, 8), x.Mods{})
		g.asm.V(x.VSUBPD, g.w, dst, dst, g.word(magic52, 8), x.Mods{})
	}
}

// toFloat256 generates a conversion of integers to floats with AVX2.
func (a *allocator) toFloat256(s *step, r x.Vec) {
	g := a.g
	from, to := s.from, s.instr.Type
	dst := a.apart(s)
	switch {
	case from.Size() == 4 && to == kernels.Float64:
		a.toFloat64(dst, r, from.IsSigned())
	case from == kernels.Int32:
		g.asm.V(x.VCVTDQ2PS, g.width(4), dst, 0, x.R(r), x.Mods{})
	case from == kernels.Uint32:
		// Both halves are exact, and so is the upper one's multiple: the sum alone is
		// rounded.
		w, t := g.width(4), a.scrap()
		v := func(op x.Op, dst, src1 x.Vec, src2 x.Operand, imm uint8) {
			g.asm.V(op, w, dst, src1, src2, x.Mods{Imm: imm})
		}
		v(x.VPSRLD, t, 0, x.R(r), 16)
		v(x.VCVTDQ2PS, t, 0, x.R(t), 0)
		v(x.VPAND, dst, r, g.word(0xffff, 4), 0)
		v(x.VCVTDQ2PS, dst, 0, x.R(dst), 0)
		v(x.VFMADD231PS, dst, t, g.word(floatBits(0x1p16, 4), 4), 0)
	default:
		a.quadToFloat64(dst, a.sticky(r, from, to), from.IsSigned())
		if to == kernels.Float32 {
			g.asm.V(x.VCVTPD2PS, g.w, dst, 0, x.R(dst), x.Mods{})
		}
	}
}

// sticky prepares integers of 64 bits that become float32 by way of float64, with
// AVX2: where float64 would not hold them, their low 11 bits become zeros but for
// bit 11, which is set if one of them was. Then the first rounding is none, and the
// second cannot take for a half what is not (the idea is that of rounding to odd).
func (a *allocator) sticky(r x.Vec, from, to kernels.Type) x.Vec {
	if to != kernels.Float32 {
		return r
	}
	g := a.g
	v := func(op x.Op, dst, src1 x.Vec, src2 x.Operand, imm uint8) {
		g.asm.V(op, g.w, dst, src1, src2, x.Mods{Imm: imm})
	}
	t, small := a.scrap(), a.scrap()
	v(x.VPAND, t, r, g.word(0x7ff, 8), 0)
	v(x.VPADDQ, t, t, g.word(0x7ff, 8), 0) // bit 11 is set if one of the low ones is
	v(x.VPOR, t, t, x.R(r), 0)
	v(x.VPAND, t, t, g.word(^uint64(0x7ff), 8), 0)
	if from.IsSigned() { // |n| < 2^53 leaves nothing above in n + 2^53
		v(x.VPADDQ, small, r, g.word(1<<53, 8), 0)
		v(x.VPSRLQ, small, 0, x.R(small), 54)
	} else {
		v(x.VPSRLQ, small, 0, x.R(r), 53)
	}
	v(x.VPCMPEQQ, small, small, g.word(0, 8), 0)
	g.asm.VBlendV(x.VBLENDVPD, g.w, t, t, x.R(r), small)
	a.drop(small)
	return t
}

// quadToFloat64 makes float64 of integers of 64 bits with AVX2: the halves are the
// low bits of 2^52 and of 2^84, of which the difference is exact, and the last
// addition is the only one to round.
func (a *allocator) quadToFloat64(dst, r x.Vec, signed bool) {
	g := a.g
	v := func(op x.Op, dst, src1 x.Vec, src2 x.Operand, imm uint8) {
		g.asm.V(op, g.w, dst, src1, src2, x.Mods{Imm: imm})
	}
	low := a.scrap()
	v(x.VPBLENDD, low, r, g.word(magic52, 8), 0xaa)
	v(x.VPSRLQ, dst, 0, x.R(r), 32)
	if signed {
		v(x.VPXOR, dst, dst, g.word(magic84|1<<31, 8), 0)
		v(x.VSUBPD, dst, dst, g.word(math.Float64bits(0x1p84+0x1p63+0x1p52), 8), 0)
	} else {
		v(x.VPXOR, dst, dst, g.word(magic84, 8), 0)
		v(x.VSUBPD, dst, dst, g.word(math.Float64bits(0x1p84+0x1p52), 8), 0)
	}
	v(x.VADDPD, dst, dst, x.R(low), 0)
	a.drop(low)
}

// fromFloat256 generates a conversion of floats to integers with AVX2.
func (a *allocator) fromFloat256(s *step, r x.Vec) {
	g := a.g
	from, to := s.from, s.instr.Type
	const ordered, below, atLeast = 0x07, 0x11, 0x1d
	if from == kernels.Float32 && to.Size() == 4 {
		w, t := g.width(4), a.scrap()
		v := func(op x.Op, dst, src1 x.Vec, src2 x.Operand, imm uint8) {
			g.asm.V(op, w, dst, src1, src2, x.Mods{Imm: imm})
		}
		dst := a.apart(s)
		if to == kernels.Int32 {
			v(x.VCVTTPS2DQ, dst, 0, x.R(r), 0)
			v(x.VCMPPS, t, r, g.word(floatBits(0x1p31, 4), 4), atLeast)
			v(x.VXORPS, dst, dst, x.R(t), 0) // the lowest becomes the greatest
			v(x.VCMPPS, t, r, x.R(r), ordered)
			v(x.VANDPS, dst, dst, x.R(t), 0)
			return
		}
		high := a.scrap()
		v(x.VMAXPS, dst, r, g.word(0, 4), 0) // NaN and what is negative are 0
		v(x.VCMPPS, high, dst, g.word(floatBits(0x1p31, 4), 4), atLeast)
		v(x.VANDPS, t, high, g.word(floatBits(0x1p31, 4), 4), 0)
		v(x.VSUBPS, t, dst, x.R(t), 0)
		v(x.VCVTTPS2DQ, t, 0, x.R(t), 0)
		v(x.VPSLLD, high, 0, x.R(high), 31)
		v(x.VXORPS, t, t, x.R(high), 0)
		v(x.VCMPPS, dst, dst, g.word(floatBits(0x1p32, 4), 4), atLeast)
		v(x.VORPS, dst, dst, x.R(t), 0)
		return
	}
	v := func(op x.Op, dst, src1 x.Vec, src2 x.Operand, imm uint8) {
		g.asm.V(op, g.w, dst, src1, src2, x.Mods{Imm: imm})
	}
	if from == kernels.Float32 {
		t := a.scrap()
		v(x.VCVTPS2PD, t, 0, x.R(r), 0)
		r = t
	}
	dst := a.apart(s)
	switch to {
	case kernels.Int32:
		v(x.VCMPPD, dst, r, x.R(r), ordered)
		v(x.VANDPD, dst, dst, x.R(r), 0) // NaN is 0
		v(x.VMINPD, dst, dst, g.word(math.Float64bits(math.MaxInt32), 8), 0)
		v(x.VCVTTPD2DQ, dst, 0, x.R(dst), 0)
	case kernels.Uint32:
		v(x.VMAXPD, dst, r, g.word(0, 8), 0) // NaN and what is negative are 0
		v(x.VMINPD, dst, dst, g.word(math.Float64bits(math.MaxUint32), 8), 0)
		v(x.VROUNDPD, dst, 0, x.R(dst), roundings[kernels.OpTrunc])
		v(x.VADDPD, dst, dst, g.word(magic52, 8), 0)
		t := a.scrap()
		g.asm.V(x.VEXTRACTF128, x.Y, t, 0, x.R(dst), x.Mods{Imm: 1})
		g.asm.V(x.VSHUFPS, x.X, dst, dst, x.R(t), x.Mods{Imm: 0x88})
	default:
		// The integer is high*2^32 + low, each half from a float64 with 2^52 added.
		t := a.scrap()
		v(x.VROUNDPD, dst, 0, x.R(r), roundings[kernels.OpTrunc])
		v(x.VMULPD, t, dst, g.word(math.Float64bits(0x1p-32), 8), 0)
		v(x.VROUNDPD, t, 0, x.R(t), roundings[kernels.OpFloor])
		v(x.VFNMADD231PD, dst, t, g.word(math.Float64bits(0x1p32), 8), 0)
		high := uint64(magic52)
		if to == kernels.Int64 {
			high = magic52h
		}
		v(x.VADDPD, t, t, g.word(high, 8), 0)
		v(x.VADDPD, dst, dst, g.word(magic52, 8), 0)
		v(x.VPSLLQ, t, 0, x.R(t), 32)
		v(x.VPBLENDD, dst, dst, x.R(t), 0xaa)
		if to == kernels.Uint64 {
			v(x.VCMPPD, t, r, g.word(math.Float64bits(0x1p64), 8), atLeast)
			v(x.VORPD, dst, dst, x.R(t), 0)
			v(x.VCMPPD, t, r, g.word(0, 8), atLeast)
			v(x.VANDPD, dst, dst, x.R(t), 0)
			return
		}
		v(x.VCMPPD, t, r, g.word(math.Float64bits(0x1p63), 8), atLeast)
		g.asm.VBlendV(x.VBLENDVPD, g.w, dst, dst, g.word(math.MaxInt64, 8), t)
		v(x.VCMPPD, t, r, g.word(math.Float64bits(-0x1p63), 8), below)
		g.asm.VBlendV(x.VBLENDVPD, g.w, dst, dst, g.word(1<<63, 8), t)
		v(x.VCMPPD, t, r, x.R(r), ordered)
		v(x.VANDPD, dst, dst, x.R(t), 0)
	}
}
