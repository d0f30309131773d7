package amd64

// Op names a vector instruction, as Intel does.
type Op uint16

// String gives Intel's mnemonic.
func (op Op) String() string {
	if int(op) < len(table) && op != 0 {
		return table[op].name
	}
	return "Op?"
}

// row is the encoding of one instruction, as the SDM's page for it says (volume 2, "Opcode/Instruction").
type row struct {
	name   string
	form   form  // what the operands are and what is not allowed
	pp     uint8 // mandatory prefix
	opmap  uint8 // opcode map
	opcode uint8
	ext    uint8 // opcode of the store form or of the way back; for shifts ModRM.reg
	vex    spec  // W and lengths of the VEX form
	evex   spec  // W and lengths of the EVEX form
	tuple  tuple // EVEX: size of the memory operand, thus N of disp8*N and the broadcast element
}

// The mandatory prefixes, as VEX.pp and EVEX.pp encode them.
const (
	pNone uint8 = iota
	p66
	pF3
	pF2
)

// The opcode maps, as VEX.mmmmm and EVEX.mmm encode them.
const (
	m0F uint8 = iota + 1
	m0F38
	m0F3A
)

// form is a role of operands, and flags.
type form uint16

const (
	rvm       form = iota // reg = op(vvvv, r/m)
	rm                    // reg = op(r/m)
	mr                    // r/m = op(reg)
	vm                    // vvvv = op(r/m), opcode extension in reg
	rvmOrLoad             // rvm between registers, rm from memory
	storeOnly             // r/m, memory, = reg
	roles     form = 7
)

const (
	imm     form = 8 << iota // an immediate byte follows
	kdst                     // the EVEX form writes a mask register
	memOnly                  // r/m is memory
	regOnly                  // r/m is a register
	noMask                   // the EVEX form takes no write mask
)

// Instructions that a method other than V, VStore and VCmp encodes.
const (
	blendV  form = (iota + 1) << 8 // a fourth register in the last byte
	maskMov                        // the mask is a vector register, in vvvv
	toK                            // reg is a mask register
	fromK                          // r/m is a mask register
	toGP                           // reg is a general-purpose register
	fromGP                         // r/m is a general-purpose register
	gpBoth                         // fromGP, and the other way with opcode ext
	gather                         // memory at a vector of indexes; VEX: the mask is a vector register, in vvvv
	special form = 15 << 8
)

// spec is a W bit and a set of vector lengths.
type spec uint8

const (
	none spec = 0 // no such form
	x    spec = 1 << X
	y    spec = 1 << Y
	z    spec = 1 << Z
	xy        = x | y
	yz        = y | z
	xyz       = x | y | z
	lig  spec = 1<<3 | x // scalar: the length is ignored
	w0   spec = 0
	w1   spec = 1 << 4
	wig       = w0 // ignored
)

func (s spec) scalar() bool { return s&(1<<3) != 0 }

// tuple is the SDM's "EVEX tuple type" (volume 2A, section 2.7.5), with the element size.
type tuple uint8

const (
	noTuple tuple = iota // no memory operand in the EVEX form
	full64               // Full: the vector, or one float64 to broadcast
	full32               // Full: the vector, or one float32 to broadcast
	half32               // Half: half the vector, or one float32 to broadcast
	fullMem              // Full Mem: the vector
	halfMem              // Half Mem: half the vector
	one64                // Tuple1 Scalar, 8 bytes
	one32                // Tuple1 Scalar, 4 bytes
	fixed16              // Tuple2 of 8 or Tuple4 of 4 bytes
	fixed32              // Tuple4 of 8 or Tuple8 of 4 bytes
	dup64                // MOVDDUP: 8 bytes for 128 bits, else the vector
)

// element is the size of the element that a broadcast reads; 0: the instruction has no broadcast.
func (t tuple) element() int32 {
	switch t {
	case full64:
		return 8
	case full32, half32:
		return 4
	}
	return 0
}

// disp8 is N of disp8*N: the bytes that an 8-bit displacement counts in.
func (t tuple) disp8(w Width, bcast bool) int32 {
	n := int32(w.Bytes())
	switch {
	case bcast:
		return t.element()
	case t == half32 || t == halfMem:
		return n / 2
	case t == one64, t == dup64 && w == X:
		return 8
	case t == one32:
		return 4
	case t == fixed16:
		return 16
	case t == fixed32:
		return 32
	}
	return n
}

// The vector instructions.
const (
	_ Op = iota

	// Floating-point arithmetic.
	VADDPD
	VADDPS
	VADDSD
	VADDSS
	VSUBPD
	VSUBPS
	VSUBSD
	VSUBSS
	VMULPD
	VMULPS
	VMULSD
	VMULSS
	VDIVPD
	VDIVPS
	VDIVSD
	VDIVSS
	VMINPD
	VMINPS
	VMINSD
	VMINSS
	VMAXPD
	VMAXPS
	VMAXSD
	VMAXSS
	VSQRTPD
	VSQRTPS
	VSQRTSD
	VSQRTSS
	VHADDPD
	VHADDPS

	// Fused multiply-add: 132 is dst*src2 + src1, 213 is src1*dst + src2, 231 is src1*src2 + dst; N negates the
	// product and SUB the addend.
	VFMADD132PD
	VFMADD132PS
	VFMADD132SD
	VFMADD132SS
	VFMADD213PD
	VFMADD213PS
	VFMADD213SD
	VFMADD213SS
	VFMADD231PD
	VFMADD231PS
	VFMADD231SD
	VFMADD231SS
	VFMSUB132PD
	VFMSUB132PS
	VFMSUB132SD
	VFMSUB132SS
	VFMSUB213PD
	VFMSUB213PS
	VFMSUB213SD
	VFMSUB213SS
	VFMSUB231PD
	VFMSUB231PS
	VFMSUB231SD
	VFMSUB231SS
	VFNMADD132PD
	VFNMADD132PS
	VFNMADD132SD
	VFNMADD132SS
	VFNMADD213PD
	VFNMADD213PS
	VFNMADD213SD
	VFNMADD213SS
	VFNMADD231PD
	VFNMADD231PS
	VFNMADD231SD
	VFNMADD231SS
	VFNMSUB132PD
	VFNMSUB132PS
	VFNMSUB132SD
	VFNMSUB132SS
	VFNMSUB213PD
	VFNMSUB213PS
	VFNMSUB213SD
	VFNMSUB213SS
	VFNMSUB231PD
	VFNMSUB231PS
	VFNMSUB231SD
	VFNMSUB231SS

	// Bitwise logic.
	VANDPD
	VANDPS
	VANDNPD
	VANDNPS
	VORPD
	VORPS
	VXORPD
	VXORPS
	VPAND
	VPANDD
	VPANDQ
	VPANDN
	VPANDND
	VPANDNQ
	VPOR
	VPORD
	VPORQ
	VPXOR
	VPXORD
	VPXORQ
	VPTERNLOGD
	VPTERNLOGQ

	// Moves.
	VMOVUPD
	VMOVUPS
	VMOVAPD
	VMOVAPS
	VMOVDQU
	VMOVDQA
	VMOVDQU64
	VMOVDQU32
	VMOVDQA64
	VMOVDQA32
	VMOVNTPD
	VMOVNTPS
	VMOVNTDQ
	VMOVNTDQA
	VMOVSD
	VMOVSS
	VMOVLPD
	VMOVHPD
	VMOVHLPS
	VMOVLHPS
	VMASKMOVPD
	VMASKMOVPS
	VPMASKMOVQ
	VPMASKMOVD
	VCOMPRESSPD
	VCOMPRESSPS
	VEXPANDPD
	VEXPANDPS

	// Between vector registers and general-purpose (VFromReg, VToReg) or mask registers (VFromMask, VToMask).
	// VPBROADCASTQR and DR are Intel's VPBROADCASTQ and D from a general-purpose register.
	VMOVQ
	VMOVD
	VPBROADCASTQR
	VPBROADCASTDR
	VMOVMSKPD
	VMOVMSKPS
	VPMOVMSKB
	VPMOVM2Q
	VPMOVM2D
	VPMOVQ2M
	VPMOVD2M

	// Broadcasts, extractions and insertions.
	VBROADCASTSD
	VBROADCASTSS
	VPBROADCASTQ
	VPBROADCASTD
	VBROADCASTF128
	VBROADCASTF64X2
	VBROADCASTF32X4
	VBROADCASTF64X4
	VBROADCASTF32X8
	VEXTRACTF128
	VEXTRACTF64X2
	VEXTRACTF32X4
	VEXTRACTF64X4
	VEXTRACTF32X8
	VINSERTF128
	VINSERTF64X2
	VINSERTF32X4
	VINSERTF64X4
	VINSERTF32X8

	// Permutations. VPERMILPD, VPERMILPS, VPERMPD and VPERMQ are the forms with an immediate; VPERMPDV and VPERMQV are
	// Intel's VPERMPD and VPERMQ by the elements of src1, and VPERMILPSV is VPERMILPS by those of src2.
	VUNPCKLPD
	VUNPCKHPD
	VSHUFPD
	VUNPCKLPS
	VUNPCKHPS
	VSHUFPS
	VPERMILPD
	VPERMILPS
	VMOVDDUP
	VMOVSHDUP
	VMOVSLDUP
	VPERMPD
	VPERMQ
	VPERMPDV
	VPERMQV
	VPERMILPSV
	VPERMPS
	VPERMD
	VPERM2F128
	VSHUFF64X2
	VSHUFF32X4
	VPERMT2PD
	VPERMT2PS
	VPERMI2PD
	VPERMI2PS
	VALIGNQ
	VALIGND
	VPSHUFD
	VPUNPCKLDQ
	VPUNPCKHDQ
	VPUNPCKLQDQ
	VPUNPCKHQDQ

	// Blends.
	VBLENDPD
	VBLENDPS
	VPBLENDD
	VBLENDVPD
	VBLENDVPS
	VBLENDMPD
	VBLENDMPS
	VPBLENDMQ
	VPBLENDMD

	// Comparisons and tests: VEX to a vector register (V), EVEX to a mask register (VCmp).
	VCMPPD
	VCMPPS
	VCMPSD
	VCMPSS
	VPCMPEQD
	VPCMPEQQ
	VPCMPGTD
	VPCMPGTQ
	VPCMPD
	VPCMPQ
	VPCMPUD
	VPCMPUQ
	VPTESTMD
	VPTESTMQ
	VPTESTNMD
	VPTESTNMQ
	VFPCLASSPD
	VFPCLASSPS
	VUCOMISD
	VUCOMISS
	VTESTPD
	VTESTPS
	VPTEST

	// Integer arithmetic.
	VPADDD
	VPADDQ
	VPSUBD
	VPSUBQ
	VPMULLD
	VPMULLQ
	VPMINSD
	VPMINSQ
	VPMAXSD
	VPMAXSQ
	VPMINUD
	VPMINUQ
	VPMAXUD
	VPMAXUQ
	VPMULUDQ
	VPMULDQ
	VPABSD
	VPABSQ
	VPLZCNTD
	VPLZCNTQ

	// Shifts and rotations by an immediate, and (V) by the elements of src2.
	VPSLLD
	VPSLLQ
	VPSRLD
	VPSRLQ
	VPSRAD
	VPSRAQ
	VPROLD
	VPROLQ
	VPRORD
	VPRORQ
	VPSLLVD
	VPSLLVQ
	VPSRLVD
	VPSRLVQ
	VPSRAVD
	VPSRAVQ

	// Rounding, exponents and significands.
	VROUNDPD
	VROUNDPS
	VROUNDSD
	VROUNDSS
	VRNDSCALEPD
	VRNDSCALEPS
	VRNDSCALESD
	VRNDSCALESS
	VGETEXPPD
	VGETEXPPS
	VGETMANTPD
	VGETMANTPS
	VSCALEFPD
	VSCALEFPS
	VREDUCEPD
	VREDUCEPS
	VRANGEPD
	VRANGEPS
	VFIXUPIMMPD
	VFIXUPIMMPS
	VRCP14PD
	VRCP14PS
	VRSQRT14PD
	VRSQRT14PS

	// Conversions. The vector length is that of the longer side.
	VCVTPS2PD
	VCVTPD2PS
	VCVTSS2SD
	VCVTSD2SS
	VCVTDQ2PD
	VCVTPD2DQ
	VCVTTPD2DQ
	VCVTDQ2PS
	VCVTPS2DQ
	VCVTTPS2DQ
	VCVTQQ2PD
	VCVTUQQ2PD
	VCVTPD2QQ
	VCVTTPD2QQ
	VCVTQQ2PS
	VCVTUQQ2PS
	VCVTUDQ2PD
	VCVTUDQ2PS
	VCVTTPD2UQQ
	VCVTTPD2UDQ
	VCVTTPS2QQ
	VCVTTPS2UQQ
	VCVTTPS2UDQ
	VPMOVSXDQ
	VPMOVZXDQ
	VPMOVQD

	// Gathers (VGather, VGatherMask): of elements of the last size, by indexes of the size before. The length is that of
	// the longer of both vectors.
	VGATHERDPD
	VGATHERQPD
	VGATHERDPS
	VGATHERQPS
)

var table = [...]row{
	// Floating-point arithmetic.
	VADDPD:  {"VADDPD", rvm, p66, m0F, 0x58, 0, wig | xy, w1 | xyz, full64},
	VADDPS:  {"VADDPS", rvm, pNone, m0F, 0x58, 0, wig | xy, w0 | xyz, full32},
	VADDSD:  {"VADDSD", rvm, pF2, m0F, 0x58, 0, wig | lig, w1 | lig, one64},
	VADDSS:  {"VADDSS", rvm, pF3, m0F, 0x58, 0, wig | lig, w0 | lig, one32},
	VSUBPD:  {"VSUBPD", rvm, p66, m0F, 0x5c, 0, wig | xy, w1 | xyz, full64},
	VSUBPS:  {"VSUBPS", rvm, pNone, m0F, 0x5c, 0, wig | xy, w0 | xyz, full32},
	VSUBSD:  {"VSUBSD", rvm, pF2, m0F, 0x5c, 0, wig | lig, w1 | lig, one64},
	VSUBSS:  {"VSUBSS", rvm, pF3, m0F, 0x5c, 0, wig | lig, w0 | lig, one32},
	VMULPD:  {"VMULPD", rvm, p66, m0F, 0x59, 0, wig | xy, w1 | xyz, full64},
	VMULPS:  {"VMULPS", rvm, pNone, m0F, 0x59, 0, wig | xy, w0 | xyz, full32},
	VMULSD:  {"VMULSD", rvm, pF2, m0F, 0x59, 0, wig | lig, w1 | lig, one64},
	VMULSS:  {"VMULSS", rvm, pF3, m0F, 0x59, 0, wig | lig, w0 | lig, one32},
	VDIVPD:  {"VDIVPD", rvm, p66, m0F, 0x5e, 0, wig | xy, w1 | xyz, full64},
	VDIVPS:  {"VDIVPS", rvm, pNone, m0F, 0x5e, 0, wig | xy, w0 | xyz, full32},
	VDIVSD:  {"VDIVSD", rvm, pF2, m0F, 0x5e, 0, wig | lig, w1 | lig, one64},
	VDIVSS:  {"VDIVSS", rvm, pF3, m0F, 0x5e, 0, wig | lig, w0 | lig, one32},
	VMINPD:  {"VMINPD", rvm, p66, m0F, 0x5d, 0, wig | xy, w1 | xyz, full64},
	VMINPS:  {"VMINPS", rvm, pNone, m0F, 0x5d, 0, wig | xy, w0 | xyz, full32},
	VMINSD:  {"VMINSD", rvm, pF2, m0F, 0x5d, 0, wig | lig, w1 | lig, one64},
	VMINSS:  {"VMINSS", rvm, pF3, m0F, 0x5d, 0, wig | lig, w0 | lig, one32},
	VMAXPD:  {"VMAXPD", rvm, p66, m0F, 0x5f, 0, wig | xy, w1 | xyz, full64},
	VMAXPS:  {"VMAXPS", rvm, pNone, m0F, 0x5f, 0, wig | xy, w0 | xyz, full32},
	VMAXSD:  {"VMAXSD", rvm, pF2, m0F, 0x5f, 0, wig | lig, w1 | lig, one64},
	VMAXSS:  {"VMAXSS", rvm, pF3, m0F, 0x5f, 0, wig | lig, w0 | lig, one32},
	VSQRTPD: {"VSQRTPD", rm, p66, m0F, 0x51, 0, wig | xy, w1 | xyz, full64},
	VSQRTPS: {"VSQRTPS", rm, pNone, m0F, 0x51, 0, wig | xy, w0 | xyz, full32},
	VSQRTSD: {"VSQRTSD", rvm, pF2, m0F, 0x51, 0, wig | lig, w1 | lig, one64},
	VSQRTSS: {"VSQRTSS", rvm, pF3, m0F, 0x51, 0, wig | lig, w0 | lig, one32},
	VHADDPD: {"VHADDPD", rvm, p66, m0F, 0x7c, 0, wig | xy, none, noTuple},
	VHADDPS: {"VHADDPS", rvm, pF2, m0F, 0x7c, 0, wig | xy, none, noTuple},

	// Fused multiply-add: 132 is dst*src2 + src1, 213 is src1*dst + src2, 231 is src1*src2 + dst.
	VFMADD132PD:  {"VFMADD132PD", rvm, p66, m0F38, 0x98, 0, w1 | xy, w1 | xyz, full64},
	VFMADD132PS:  {"VFMADD132PS", rvm, p66, m0F38, 0x98, 0, w0 | xy, w0 | xyz, full32},
	VFMADD132SD:  {"VFMADD132SD", rvm, p66, m0F38, 0x99, 0, w1 | lig, w1 | lig, one64},
	VFMADD132SS:  {"VFMADD132SS", rvm, p66, m0F38, 0x99, 0, w0 | lig, w0 | lig, one32},
	VFMADD213PD:  {"VFMADD213PD", rvm, p66, m0F38, 0xa8, 0, w1 | xy, w1 | xyz, full64},
	VFMADD213PS:  {"VFMADD213PS", rvm, p66, m0F38, 0xa8, 0, w0 | xy, w0 | xyz, full32},
	VFMADD213SD:  {"VFMADD213SD", rvm, p66, m0F38, 0xa9, 0, w1 | lig, w1 | lig, one64},
	VFMADD213SS:  {"VFMADD213SS", rvm, p66, m0F38, 0xa9, 0, w0 | lig, w0 | lig, one32},
	VFMADD231PD:  {"VFMADD231PD", rvm, p66, m0F38, 0xb8, 0, w1 | xy, w1 | xyz, full64},
	VFMADD231PS:  {"VFMADD231PS", rvm, p66, m0F38, 0xb8, 0, w0 | xy, w0 | xyz, full32},
	VFMADD231SD:  {"VFMADD231SD", rvm, p66, m0F38, 0xb9, 0, w1 | lig, w1 | lig, one64},
	VFMADD231SS:  {"VFMADD231SS", rvm, p66, m0F38, 0xb9, 0, w0 | lig, w0 | lig, one32},
	VFMSUB132PD:  {"VFMSUB132PD", rvm, p66, m0F38, 0x9a, 0, w1 | xy, w1 | xyz, full64},
	VFMSUB132PS:  {"VFMSUB132PS", rvm, p66, m0F38, 0x9a, 0, w0 | xy, w0 | xyz, full32},
	VFMSUB132SD:  {"VFMSUB132SD", rvm, p66, m0F38, 0x9b, 0, w1 | lig, w1 | lig, one64},
	VFMSUB132SS:  {"VFMSUB132SS", rvm, p66, m0F38, 0x9b, 0, w0 | lig, w0 | lig, one32},
	VFMSUB213PD:  {"VFMSUB213PD", rvm, p66, m0F38, 0xaa, 0, w1 | xy, w1 | xyz, full64},
	VFMSUB213PS:  {"VFMSUB213PS", rvm, p66, m0F38, 0xaa, 0, w0 | xy, w0 | xyz, full32},
	VFMSUB213SD:  {"VFMSUB213SD", rvm, p66, m0F38, 0xab, 0, w1 | lig, w1 | lig, one64},
	VFMSUB213SS:  {"VFMSUB213SS", rvm, p66, m0F38, 0xab, 0, w0 | lig, w0 | lig, one32},
	VFMSUB231PD:  {"VFMSUB231PD", rvm, p66, m0F38, 0xba, 0, w1 | xy, w1 | xyz, full64},
	VFMSUB231PS:  {"VFMSUB231PS", rvm, p66, m0F38, 0xba, 0, w0 | xy, w0 | xyz, full32},
	VFMSUB231SD:  {"VFMSUB231SD", rvm, p66, m0F38, 0xbb, 0, w1 | lig, w1 | lig, one64},
	VFMSUB231SS:  {"VFMSUB231SS", rvm, p66, m0F38, 0xbb, 0, w0 | lig, w0 | lig, one32},
	VFNMADD132PD: {"VFNMADD132PD", rvm, p66, m0F38, 0x9c, 0, w1 | xy, w1 | xyz, full64},
	VFNMADD132PS: {"VFNMADD132PS", rvm, p66, m0F38, 0x9c, 0, w0 | xy, w0 | xyz, full32},
	VFNMADD132SD: {"VFNMADD132SD", rvm, p66, m0F38, 0x9d, 0, w1 | lig, w1 | lig, one64},
	VFNMADD132SS: {"VFNMADD132SS", rvm, p66, m0F38, 0x9d, 0, w0 | lig, w0 | lig, one32},
	VFNMADD213PD: {"VFNMADD213PD", rvm, p66, m0F38, 0xac, 0, w1 | xy, w1 | xyz, full64},
	VFNMADD213PS: {"VFNMADD213PS", rvm, p66, m0F38, 0xac, 0, w0 | xy, w0 | xyz, full32},
	VFNMADD213SD: {"VFNMADD213SD", rvm, p66, m0F38, 0xad, 0, w1 | lig, w1 | lig, one64},
	VFNMADD213SS: {"VFNMADD213SS", rvm, p66, m0F38, 0xad, 0, w0 | lig, w0 | lig, one32},
	VFNMADD231PD: {"VFNMADD231PD", rvm, p66, m0F38, 0xbc, 0, w1 | xy, w1 | xyz, full64},
	VFNMADD231PS: {"VFNMADD231PS", rvm, p66, m0F38, 0xbc, 0, w0 | xy, w0 | xyz, full32},
	VFNMADD231SD: {"VFNMADD231SD", rvm, p66, m0F38, 0xbd, 0, w1 | lig, w1 | lig, one64},
	VFNMADD231SS: {"VFNMADD231SS", rvm, p66, m0F38, 0xbd, 0, w0 | lig, w0 | lig, one32},
	VFNMSUB132PD: {"VFNMSUB132PD", rvm, p66, m0F38, 0x9e, 0, w1 | xy, w1 | xyz, full64},
	VFNMSUB132PS: {"VFNMSUB132PS", rvm, p66, m0F38, 0x9e, 0, w0 | xy, w0 | xyz, full32},
	VFNMSUB132SD: {"VFNMSUB132SD", rvm, p66, m0F38, 0x9f, 0, w1 | lig, w1 | lig, one64},
	VFNMSUB132SS: {"VFNMSUB132SS", rvm, p66, m0F38, 0x9f, 0, w0 | lig, w0 | lig, one32},
	VFNMSUB213PD: {"VFNMSUB213PD", rvm, p66, m0F38, 0xae, 0, w1 | xy, w1 | xyz, full64},
	VFNMSUB213PS: {"VFNMSUB213PS", rvm, p66, m0F38, 0xae, 0, w0 | xy, w0 | xyz, full32},
	VFNMSUB213SD: {"VFNMSUB213SD", rvm, p66, m0F38, 0xaf, 0, w1 | lig, w1 | lig, one64},
	VFNMSUB213SS: {"VFNMSUB213SS", rvm, p66, m0F38, 0xaf, 0, w0 | lig, w0 | lig, one32},
	VFNMSUB231PD: {"VFNMSUB231PD", rvm, p66, m0F38, 0xbe, 0, w1 | xy, w1 | xyz, full64},
	VFNMSUB231PS: {"VFNMSUB231PS", rvm, p66, m0F38, 0xbe, 0, w0 | xy, w0 | xyz, full32},
	VFNMSUB231SD: {"VFNMSUB231SD", rvm, p66, m0F38, 0xbf, 0, w1 | lig, w1 | lig, one64},
	VFNMSUB231SS: {"VFNMSUB231SS", rvm, p66, m0F38, 0xbf, 0, w0 | lig, w0 | lig, one32},

	// Bitwise logic. The EVEX forms of the floating-point names need AVX512DQ.
	VANDPD:     {"VANDPD", rvm, p66, m0F, 0x54, 0, wig | xy, w1 | xyz, full64},
	VANDPS:     {"VANDPS", rvm, pNone, m0F, 0x54, 0, wig | xy, w0 | xyz, full32},
	VANDNPD:    {"VANDNPD", rvm, p66, m0F, 0x55, 0, wig | xy, w1 | xyz, full64},
	VANDNPS:    {"VANDNPS", rvm, pNone, m0F, 0x55, 0, wig | xy, w0 | xyz, full32},
	VORPD:      {"VORPD", rvm, p66, m0F, 0x56, 0, wig | xy, w1 | xyz, full64},
	VORPS:      {"VORPS", rvm, pNone, m0F, 0x56, 0, wig | xy, w0 | xyz, full32},
	VXORPD:     {"VXORPD", rvm, p66, m0F, 0x57, 0, wig | xy, w1 | xyz, full64},
	VXORPS:     {"VXORPS", rvm, pNone, m0F, 0x57, 0, wig | xy, w0 | xyz, full32},
	VPAND:      {"VPAND", rvm, p66, m0F, 0xdb, 0, wig | xy, none, noTuple},
	VPANDD:     {"VPANDD", rvm, p66, m0F, 0xdb, 0, none, w0 | xyz, full32},
	VPANDQ:     {"VPANDQ", rvm, p66, m0F, 0xdb, 0, none, w1 | xyz, full64},
	VPANDN:     {"VPANDN", rvm, p66, m0F, 0xdf, 0, wig | xy, none, noTuple},
	VPANDND:    {"VPANDND", rvm, p66, m0F, 0xdf, 0, none, w0 | xyz, full32},
	VPANDNQ:    {"VPANDNQ", rvm, p66, m0F, 0xdf, 0, none, w1 | xyz, full64},
	VPOR:       {"VPOR", rvm, p66, m0F, 0xeb, 0, wig | xy, none, noTuple},
	VPORD:      {"VPORD", rvm, p66, m0F, 0xeb, 0, none, w0 | xyz, full32},
	VPORQ:      {"VPORQ", rvm, p66, m0F, 0xeb, 0, none, w1 | xyz, full64},
	VPXOR:      {"VPXOR", rvm, p66, m0F, 0xef, 0, wig | xy, none, noTuple},
	VPXORD:     {"VPXORD", rvm, p66, m0F, 0xef, 0, none, w0 | xyz, full32},
	VPXORQ:     {"VPXORQ", rvm, p66, m0F, 0xef, 0, none, w1 | xyz, full64},
	VPTERNLOGD: {"VPTERNLOGD", rvm | imm, p66, m0F3A, 0x25, 0, none, w0 | xyz, full32},
	VPTERNLOGQ: {"VPTERNLOGQ", rvm | imm, p66, m0F3A, 0x25, 0, none, w1 | xyz, full64},

	// Moves: opcode is the load and the register copy, ext the store.
	VMOVUPD:     {"VMOVUPD", rm, p66, m0F, 0x10, 0x11, wig | xy, w1 | xyz, fullMem},
	VMOVUPS:     {"VMOVUPS", rm, pNone, m0F, 0x10, 0x11, wig | xy, w0 | xyz, fullMem},
	VMOVAPD:     {"VMOVAPD", rm, p66, m0F, 0x28, 0x29, wig | xy, w1 | xyz, fullMem},
	VMOVAPS:     {"VMOVAPS", rm, pNone, m0F, 0x28, 0x29, wig | xy, w0 | xyz, fullMem},
	VMOVDQU:     {"VMOVDQU", rm, pF3, m0F, 0x6f, 0x7f, wig | xy, none, noTuple},
	VMOVDQA:     {"VMOVDQA", rm, p66, m0F, 0x6f, 0x7f, wig | xy, none, noTuple},
	VMOVDQU64:   {"VMOVDQU64", rm, pF3, m0F, 0x6f, 0x7f, none, w1 | xyz, fullMem},
	VMOVDQU32:   {"VMOVDQU32", rm, pF3, m0F, 0x6f, 0x7f, none, w0 | xyz, fullMem},
	VMOVDQA64:   {"VMOVDQA64", rm, p66, m0F, 0x6f, 0x7f, none, w1 | xyz, fullMem},
	VMOVDQA32:   {"VMOVDQA32", rm, p66, m0F, 0x6f, 0x7f, none, w0 | xyz, fullMem},
	VMOVNTPD:    {"VMOVNTPD", storeOnly | noMask, p66, m0F, 0x2b, 0, wig | xy, w1 | xyz, fullMem},
	VMOVNTPS:    {"VMOVNTPS", storeOnly | noMask, pNone, m0F, 0x2b, 0, wig | xy, w0 | xyz, fullMem},
	VMOVNTDQ:    {"VMOVNTDQ", storeOnly | noMask, p66, m0F, 0xe7, 0, wig | xy, w0 | xyz, fullMem},
	VMOVNTDQA:   {"VMOVNTDQA", rm | memOnly | noMask, p66, m0F38, 0x2a, 0, wig | xy, w0 | xyz, fullMem},
	VMOVSD:      {"VMOVSD", rvmOrLoad, pF2, m0F, 0x10, 0x11, wig | lig, w1 | lig, one64},
	VMOVSS:      {"VMOVSS", rvmOrLoad, pF3, m0F, 0x10, 0x11, wig | lig, w0 | lig, one32},
	VMOVLPD:     {"VMOVLPD", rvm | memOnly | noMask, p66, m0F, 0x12, 0x13, wig | x, w1 | x, one64},
	VMOVHPD:     {"VMOVHPD", rvm | memOnly | noMask, p66, m0F, 0x16, 0x17, wig | x, w1 | x, one64},
	VMOVHLPS:    {"VMOVHLPS", rvm | regOnly | noMask, pNone, m0F, 0x12, 0, wig | x, w0 | x, noTuple},
	VMOVLHPS:    {"VMOVLHPS", rvm | regOnly | noMask, pNone, m0F, 0x16, 0, wig | x, w0 | x, noTuple},
	VMASKMOVPD:  {"VMASKMOVPD", rvm | maskMov | memOnly, p66, m0F38, 0x2d, 0x2f, w0 | xy, none, noTuple},
	VMASKMOVPS:  {"VMASKMOVPS", rvm | maskMov | memOnly, p66, m0F38, 0x2c, 0x2e, w0 | xy, none, noTuple},
	VPMASKMOVQ:  {"VPMASKMOVQ", rvm | maskMov | memOnly, p66, m0F38, 0x8c, 0x8e, w1 | xy, none, noTuple},
	VPMASKMOVD:  {"VPMASKMOVD", rvm | maskMov | memOnly, p66, m0F38, 0x8c, 0x8e, w0 | xy, none, noTuple},
	VCOMPRESSPD: {"VCOMPRESSPD", mr, p66, m0F38, 0x8a, 0, none, w1 | xyz, one64},
	VCOMPRESSPS: {"VCOMPRESSPS", mr, p66, m0F38, 0x8a, 0, none, w0 | xyz, one32},
	VEXPANDPD:   {"VEXPANDPD", rm, p66, m0F38, 0x88, 0, none, w1 | xyz, one64},
	VEXPANDPS:   {"VEXPANDPS", rm, p66, m0F38, 0x88, 0, none, w0 | xyz, one32},

	// Between vector registers and general-purpose or mask registers; ext is the way back.
	VMOVQ:         {"VMOVQ", rm | gpBoth | regOnly | noMask, p66, m0F, 0x6e, 0x7e, w1 | x, w1 | x, noTuple},
	VMOVD:         {"VMOVD", rm | gpBoth | regOnly | noMask, p66, m0F, 0x6e, 0x7e, w0 | x, w0 | x, noTuple},
	VPBROADCASTQR: {"VPBROADCASTQ", rm | fromGP | regOnly, p66, m0F38, 0x7c, 0, none, w1 | xyz, noTuple},
	VPBROADCASTDR: {"VPBROADCASTD", rm | fromGP | regOnly, p66, m0F38, 0x7c, 0, none, w0 | xyz, noTuple},
	VMOVMSKPD:     {"VMOVMSKPD", rm | toGP | regOnly, p66, m0F, 0x50, 0, wig | xy, none, noTuple},
	VMOVMSKPS:     {"VMOVMSKPS", rm | toGP | regOnly, pNone, m0F, 0x50, 0, wig | xy, none, noTuple},
	VPMOVMSKB:     {"VPMOVMSKB", rm | toGP | regOnly, p66, m0F, 0xd7, 0, wig | xy, none, noTuple},
	VPMOVM2Q:      {"VPMOVM2Q", rm | fromK | regOnly | noMask, pF3, m0F38, 0x38, 0, none, w1 | xyz, noTuple},
	VPMOVM2D:      {"VPMOVM2D", rm | fromK | regOnly | noMask, pF3, m0F38, 0x38, 0, none, w0 | xyz, noTuple},
	VPMOVQ2M:      {"VPMOVQ2M", rm | toK | regOnly | noMask, pF3, m0F38, 0x39, 0, none, w1 | xyz, noTuple},
	VPMOVD2M:      {"VPMOVD2M", rm | toK | regOnly | noMask, pF3, m0F38, 0x39, 0, none, w0 | xyz, noTuple},

	// Broadcasts, extractions and insertions.
	VBROADCASTSD:    {"VBROADCASTSD", rm, p66, m0F38, 0x19, 0, w0 | y, w1 | yz, one64},
	VBROADCASTSS:    {"VBROADCASTSS", rm, p66, m0F38, 0x18, 0, w0 | xy, w0 | xyz, one32},
	VPBROADCASTQ:    {"VPBROADCASTQ", rm, p66, m0F38, 0x59, 0, w0 | xy, w1 | xyz, one64},
	VPBROADCASTD:    {"VPBROADCASTD", rm, p66, m0F38, 0x58, 0, w0 | xy, w0 | xyz, one32},
	VBROADCASTF128:  {"VBROADCASTF128", rm | memOnly, p66, m0F38, 0x1a, 0, w0 | y, none, noTuple},
	VBROADCASTF64X2: {"VBROADCASTF64X2", rm | memOnly, p66, m0F38, 0x1a, 0, none, w1 | yz, fixed16},
	VBROADCASTF32X4: {"VBROADCASTF32X4", rm | memOnly, p66, m0F38, 0x1a, 0, none, w0 | yz, fixed16},
	VBROADCASTF64X4: {"VBROADCASTF64X4", rm | memOnly, p66, m0F38, 0x1b, 0, none, w1 | z, fixed32},
	VBROADCASTF32X8: {"VBROADCASTF32X8", rm | memOnly, p66, m0F38, 0x1b, 0, none, w0 | z, fixed32},
	VEXTRACTF128:    {"VEXTRACTF128", mr | imm, p66, m0F3A, 0x19, 0, w0 | y, none, noTuple},
	VEXTRACTF64X2:   {"VEXTRACTF64X2", mr | imm, p66, m0F3A, 0x19, 0, none, w1 | yz, fixed16},
	VEXTRACTF32X4:   {"VEXTRACTF32X4", mr | imm, p66, m0F3A, 0x19, 0, none, w0 | yz, fixed16},
	VEXTRACTF64X4:   {"VEXTRACTF64X4", mr | imm, p66, m0F3A, 0x1b, 0, none, w1 | z, fixed32},
	VEXTRACTF32X8:   {"VEXTRACTF32X8", mr | imm, p66, m0F3A, 0x1b, 0, none, w0 | z, fixed32},
	VINSERTF128:     {"VINSERTF128", rvm | imm, p66, m0F3A, 0x18, 0, w0 | y, none, noTuple},
	VINSERTF64X2:    {"VINSERTF64X2", rvm | imm, p66, m0F3A, 0x18, 0, none, w1 | yz, fixed16},
	VINSERTF32X4:    {"VINSERTF32X4", rvm | imm, p66, m0F3A, 0x18, 0, none, w0 | yz, fixed16},
	VINSERTF64X4:    {"VINSERTF64X4", rvm | imm, p66, m0F3A, 0x1a, 0, none, w1 | z, fixed32},
	VINSERTF32X8:    {"VINSERTF32X8", rvm | imm, p66, m0F3A, 0x1a, 0, none, w0 | z, fixed32},

	// Permutations. VPERMILPD, VPERMILPS, VPERMPD and VPERMQ are the forms with an immediate.
	VUNPCKLPD:   {"VUNPCKLPD", rvm, p66, m0F, 0x14, 0, wig | xy, w1 | xyz, full64},
	VUNPCKHPD:   {"VUNPCKHPD", rvm, p66, m0F, 0x15, 0, wig | xy, w1 | xyz, full64},
	VSHUFPD:     {"VSHUFPD", rvm | imm, p66, m0F, 0xc6, 0, wig | xy, w1 | xyz, full64},
	VUNPCKLPS:   {"VUNPCKLPS", rvm, pNone, m0F, 0x14, 0, wig | xy, w0 | xyz, full32},
	VUNPCKHPS:   {"VUNPCKHPS", rvm, pNone, m0F, 0x15, 0, wig | xy, w0 | xyz, full32},
	VSHUFPS:     {"VSHUFPS", rvm | imm, pNone, m0F, 0xc6, 0, wig | xy, w0 | xyz, full32},
	VPERMILPD:   {"VPERMILPD", rm | imm, p66, m0F3A, 0x05, 0, w0 | xy, w1 | xyz, full64},
	VPERMILPS:   {"VPERMILPS", rm | imm, p66, m0F3A, 0x04, 0, w0 | xy, w0 | xyz, full32},
	VMOVDDUP:    {"VMOVDDUP", rm, pF2, m0F, 0x12, 0, wig | xy, w1 | xyz, dup64},
	VMOVSHDUP:   {"VMOVSHDUP", rm, pF3, m0F, 0x16, 0, wig | xy, w0 | xyz, fullMem},
	VMOVSLDUP:   {"VMOVSLDUP", rm, pF3, m0F, 0x12, 0, wig | xy, w0 | xyz, fullMem},
	VPERMPD:     {"VPERMPD", rm | imm, p66, m0F3A, 0x01, 0, w1 | y, w1 | yz, full64},
	VPERMQ:      {"VPERMQ", rm | imm, p66, m0F3A, 0x00, 0, w1 | y, w1 | yz, full64},
	VPERMPDV:    {"VPERMPD", rvm, p66, m0F38, 0x16, 0, none, w1 | yz, full64},
	VPERMQV:     {"VPERMQ", rvm, p66, m0F38, 0x36, 0, none, w1 | yz, full64},
	VPERMILPSV:  {"VPERMILPS", rvm, p66, m0F38, 0x0c, 0, w0 | xy, w0 | xyz, full32},
	VPERMPS:     {"VPERMPS", rvm, p66, m0F38, 0x16, 0, w0 | y, w0 | yz, full32},
	VPERMD:      {"VPERMD", rvm, p66, m0F38, 0x36, 0, w0 | y, w0 | yz, full32},
	VPERM2F128:  {"VPERM2F128", rvm | imm, p66, m0F3A, 0x06, 0, w0 | y, none, noTuple},
	VSHUFF64X2:  {"VSHUFF64X2", rvm | imm, p66, m0F3A, 0x23, 0, none, w1 | yz, full64},
	VSHUFF32X4:  {"VSHUFF32X4", rvm | imm, p66, m0F3A, 0x23, 0, none, w0 | yz, full32},
	VPERMT2PD:   {"VPERMT2PD", rvm, p66, m0F38, 0x7f, 0, none, w1 | xyz, full64},
	VPERMT2PS:   {"VPERMT2PS", rvm, p66, m0F38, 0x7f, 0, none, w0 | xyz, full32},
	VPERMI2PD:   {"VPERMI2PD", rvm, p66, m0F38, 0x77, 0, none, w1 | xyz, full64},
	VPERMI2PS:   {"VPERMI2PS", rvm, p66, m0F38, 0x77, 0, none, w0 | xyz, full32},
	VALIGNQ:     {"VALIGNQ", rvm | imm, p66, m0F3A, 0x03, 0, none, w1 | xyz, full64},
	VALIGND:     {"VALIGND", rvm | imm, p66, m0F3A, 0x03, 0, none, w0 | xyz, full32},
	VPSHUFD:     {"VPSHUFD", rm | imm, p66, m0F, 0x70, 0, wig | xy, w0 | xyz, full32},
	VPUNPCKLDQ:  {"VPUNPCKLDQ", rvm, p66, m0F, 0x62, 0, wig | xy, w0 | xyz, full32},
	VPUNPCKHDQ:  {"VPUNPCKHDQ", rvm, p66, m0F, 0x6a, 0, wig | xy, w0 | xyz, full32},
	VPUNPCKLQDQ: {"VPUNPCKLQDQ", rvm, p66, m0F, 0x6c, 0, wig | xy, w1 | xyz, full64},
	VPUNPCKHQDQ: {"VPUNPCKHQDQ", rvm, p66, m0F, 0x6d, 0, wig | xy, w1 | xyz, full64},

	// Blends.
	VBLENDPD:  {"VBLENDPD", rvm | imm, p66, m0F3A, 0x0d, 0, wig | xy, none, noTuple},
	VBLENDPS:  {"VBLENDPS", rvm | imm, p66, m0F3A, 0x0c, 0, wig | xy, none, noTuple},
	VPBLENDD:  {"VPBLENDD", rvm | imm, p66, m0F3A, 0x02, 0, w0 | xy, none, noTuple},
	VBLENDVPD: {"VBLENDVPD", rvm | blendV, p66, m0F3A, 0x4b, 0, w0 | xy, none, noTuple},
	VBLENDVPS: {"VBLENDVPS", rvm | blendV, p66, m0F3A, 0x4a, 0, w0 | xy, none, noTuple},
	VBLENDMPD: {"VBLENDMPD", rvm, p66, m0F38, 0x65, 0, none, w1 | xyz, full64},
	VBLENDMPS: {"VBLENDMPS", rvm, p66, m0F38, 0x65, 0, none, w0 | xyz, full32},
	VPBLENDMQ: {"VPBLENDMQ", rvm, p66, m0F38, 0x64, 0, none, w1 | xyz, full64},
	VPBLENDMD: {"VPBLENDMD", rvm, p66, m0F38, 0x64, 0, none, w0 | xyz, full32},

	// Comparisons and tests: VEX to a vector register (V), EVEX to a mask register (VCmp).
	VCMPPD:     {"VCMPPD", rvm | imm | kdst, p66, m0F, 0xc2, 0, wig | xy, w1 | xyz, full64},
	VCMPPS:     {"VCMPPS", rvm | imm | kdst, pNone, m0F, 0xc2, 0, wig | xy, w0 | xyz, full32},
	VCMPSD:     {"VCMPSD", rvm | imm | kdst, pF2, m0F, 0xc2, 0, wig | lig, w1 | lig, one64},
	VCMPSS:     {"VCMPSS", rvm | imm | kdst, pF3, m0F, 0xc2, 0, wig | lig, w0 | lig, one32},
	VPCMPEQD:   {"VPCMPEQD", rvm | kdst, p66, m0F, 0x76, 0, wig | xy, w0 | xyz, full32},
	VPCMPEQQ:   {"VPCMPEQQ", rvm | kdst, p66, m0F38, 0x29, 0, wig | xy, w1 | xyz, full64},
	VPCMPGTD:   {"VPCMPGTD", rvm | kdst, p66, m0F, 0x66, 0, wig | xy, w0 | xyz, full32},
	VPCMPGTQ:   {"VPCMPGTQ", rvm | kdst, p66, m0F38, 0x37, 0, wig | xy, w1 | xyz, full64},
	VPCMPD:     {"VPCMPD", rvm | imm | kdst, p66, m0F3A, 0x1f, 0, none, w0 | xyz, full32},
	VPCMPQ:     {"VPCMPQ", rvm | imm | kdst, p66, m0F3A, 0x1f, 0, none, w1 | xyz, full64},
	VPCMPUD:    {"VPCMPUD", rvm | imm | kdst, p66, m0F3A, 0x1e, 0, none, w0 | xyz, full32},
	VPCMPUQ:    {"VPCMPUQ", rvm | imm | kdst, p66, m0F3A, 0x1e, 0, none, w1 | xyz, full64},
	VPTESTMD:   {"VPTESTMD", rvm | kdst, p66, m0F38, 0x27, 0, none, w0 | xyz, full32},
	VPTESTMQ:   {"VPTESTMQ", rvm | kdst, p66, m0F38, 0x27, 0, none, w1 | xyz, full64},
	VPTESTNMD:  {"VPTESTNMD", rvm | kdst, pF3, m0F38, 0x27, 0, none, w0 | xyz, full32},
	VPTESTNMQ:  {"VPTESTNMQ", rvm | kdst, pF3, m0F38, 0x27, 0, none, w1 | xyz, full64},
	VFPCLASSPD: {"VFPCLASSPD", rm | imm | kdst, p66, m0F3A, 0x66, 0, none, w1 | xyz, full64},
	VFPCLASSPS: {"VFPCLASSPS", rm | imm | kdst, p66, m0F3A, 0x66, 0, none, w0 | xyz, full32},
	VUCOMISD:   {"VUCOMISD", rm | noMask, p66, m0F, 0x2e, 0, wig | lig, w1 | lig, one64},
	VUCOMISS:   {"VUCOMISS", rm | noMask, pNone, m0F, 0x2e, 0, wig | lig, w0 | lig, one32},
	VTESTPD:    {"VTESTPD", rm, p66, m0F38, 0x0f, 0, w0 | xy, none, noTuple},
	VTESTPS:    {"VTESTPS", rm, p66, m0F38, 0x0e, 0, w0 | xy, none, noTuple},
	VPTEST:     {"VPTEST", rm, p66, m0F38, 0x17, 0, wig | xy, none, noTuple},

	// Integer arithmetic.
	VPADDD:   {"VPADDD", rvm, p66, m0F, 0xfe, 0, wig | xy, w0 | xyz, full32},
	VPADDQ:   {"VPADDQ", rvm, p66, m0F, 0xd4, 0, wig | xy, w1 | xyz, full64},
	VPSUBD:   {"VPSUBD", rvm, p66, m0F, 0xfa, 0, wig | xy, w0 | xyz, full32},
	VPSUBQ:   {"VPSUBQ", rvm, p66, m0F, 0xfb, 0, wig | xy, w1 | xyz, full64},
	VPMULLD:  {"VPMULLD", rvm, p66, m0F38, 0x40, 0, wig | xy, w0 | xyz, full32},
	VPMULLQ:  {"VPMULLQ", rvm, p66, m0F38, 0x40, 0, none, w1 | xyz, full64},
	VPMINSD:  {"VPMINSD", rvm, p66, m0F38, 0x39, 0, wig | xy, w0 | xyz, full32},
	VPMINSQ:  {"VPMINSQ", rvm, p66, m0F38, 0x39, 0, none, w1 | xyz, full64},
	VPMAXSD:  {"VPMAXSD", rvm, p66, m0F38, 0x3d, 0, wig | xy, w0 | xyz, full32},
	VPMAXSQ:  {"VPMAXSQ", rvm, p66, m0F38, 0x3d, 0, none, w1 | xyz, full64},
	VPMINUD:  {"VPMINUD", rvm, p66, m0F38, 0x3b, 0, wig | xy, w0 | xyz, full32},
	VPMINUQ:  {"VPMINUQ", rvm, p66, m0F38, 0x3b, 0, none, w1 | xyz, full64},
	VPMAXUD:  {"VPMAXUD", rvm, p66, m0F38, 0x3f, 0, wig | xy, w0 | xyz, full32},
	VPMAXUQ:  {"VPMAXUQ", rvm, p66, m0F38, 0x3f, 0, none, w1 | xyz, full64},
	VPMULUDQ: {"VPMULUDQ", rvm, p66, m0F, 0xf4, 0, wig | xy, w1 | xyz, full64},
	VPMULDQ:  {"VPMULDQ", rvm, p66, m0F38, 0x28, 0, wig | xy, w1 | xyz, full64},
	VPABSD:   {"VPABSD", rm, p66, m0F38, 0x1e, 0, wig | xy, w0 | xyz, full32},
	VPABSQ:   {"VPABSQ", rm, p66, m0F38, 0x1f, 0, none, w1 | xyz, full64},
	VPLZCNTD: {"VPLZCNTD", rm, p66, m0F38, 0x44, 0, none, w0 | xyz, full32},
	VPLZCNTQ: {"VPLZCNTQ", rm, p66, m0F38, 0x44, 0, none, w1 | xyz, full64},

	// Shifts: by an immediate (ext is the opcode extension; memory sources are EVEX only), and by elements of src2.
	VPSLLD:  {"VPSLLD", vm | imm, p66, m0F, 0x72, 6, wig | xy, w0 | xyz, full32},
	VPSLLQ:  {"VPSLLQ", vm | imm, p66, m0F, 0x73, 6, wig | xy, w1 | xyz, full64},
	VPSRLD:  {"VPSRLD", vm | imm, p66, m0F, 0x72, 2, wig | xy, w0 | xyz, full32},
	VPSRLQ:  {"VPSRLQ", vm | imm, p66, m0F, 0x73, 2, wig | xy, w1 | xyz, full64},
	VPSRAD:  {"VPSRAD", vm | imm, p66, m0F, 0x72, 4, wig | xy, w0 | xyz, full32},
	VPSRAQ:  {"VPSRAQ", vm | imm, p66, m0F, 0x72, 4, none, w1 | xyz, full64},
	VPROLD:  {"VPROLD", vm | imm, p66, m0F, 0x72, 1, none, w0 | xyz, full32},
	VPROLQ:  {"VPROLQ", vm | imm, p66, m0F, 0x72, 1, none, w1 | xyz, full64},
	VPRORD:  {"VPRORD", vm | imm, p66, m0F, 0x72, 0, none, w0 | xyz, full32},
	VPRORQ:  {"VPRORQ", vm | imm, p66, m0F, 0x72, 0, none, w1 | xyz, full64},
	VPSLLVD: {"VPSLLVD", rvm, p66, m0F38, 0x47, 0, w0 | xy, w0 | xyz, full32},
	VPSLLVQ: {"VPSLLVQ", rvm, p66, m0F38, 0x47, 0, w1 | xy, w1 | xyz, full64},
	VPSRLVD: {"VPSRLVD", rvm, p66, m0F38, 0x45, 0, w0 | xy, w0 | xyz, full32},
	VPSRLVQ: {"VPSRLVQ", rvm, p66, m0F38, 0x45, 0, w1 | xy, w1 | xyz, full64},
	VPSRAVD: {"VPSRAVD", rvm, p66, m0F38, 0x46, 0, w0 | xy, w0 | xyz, full32},
	VPSRAVQ: {"VPSRAVQ", rvm, p66, m0F38, 0x46, 0, none, w1 | xyz, full64},

	// Rounding, exponents and significands.
	VROUNDPD:    {"VROUNDPD", rm | imm, p66, m0F3A, 0x09, 0, wig | xy, none, noTuple},
	VROUNDPS:    {"VROUNDPS", rm | imm, p66, m0F3A, 0x08, 0, wig | xy, none, noTuple},
	VROUNDSD:    {"VROUNDSD", rvm | imm, p66, m0F3A, 0x0b, 0, wig | lig, none, noTuple},
	VROUNDSS:    {"VROUNDSS", rvm | imm, p66, m0F3A, 0x0a, 0, wig | lig, none, noTuple},
	VRNDSCALEPD: {"VRNDSCALEPD", rm | imm, p66, m0F3A, 0x09, 0, none, w1 | xyz, full64},
	VRNDSCALEPS: {"VRNDSCALEPS", rm | imm, p66, m0F3A, 0x08, 0, none, w0 | xyz, full32},
	VRNDSCALESD: {"VRNDSCALESD", rvm | imm, p66, m0F3A, 0x0b, 0, none, w1 | lig, one64},
	VRNDSCALESS: {"VRNDSCALESS", rvm | imm, p66, m0F3A, 0x0a, 0, none, w0 | lig, one32},
	VGETEXPPD:   {"VGETEXPPD", rm, p66, m0F38, 0x42, 0, none, w1 | xyz, full64},
	VGETEXPPS:   {"VGETEXPPS", rm, p66, m0F38, 0x42, 0, none, w0 | xyz, full32},
	VGETMANTPD:  {"VGETMANTPD", rm | imm, p66, m0F3A, 0x26, 0, none, w1 | xyz, full64},
	VGETMANTPS:  {"VGETMANTPS", rm | imm, p66, m0F3A, 0x26, 0, none, w0 | xyz, full32},
	VSCALEFPD:   {"VSCALEFPD", rvm, p66, m0F38, 0x2c, 0, none, w1 | xyz, full64},
	VSCALEFPS:   {"VSCALEFPS", rvm, p66, m0F38, 0x2c, 0, none, w0 | xyz, full32},
	VREDUCEPD:   {"VREDUCEPD", rm | imm, p66, m0F3A, 0x56, 0, none, w1 | xyz, full64},
	VREDUCEPS:   {"VREDUCEPS", rm | imm, p66, m0F3A, 0x56, 0, none, w0 | xyz, full32},
	VRANGEPD:    {"VRANGEPD", rvm | imm, p66, m0F3A, 0x50, 0, none, w1 | xyz, full64},
	VRANGEPS:    {"VRANGEPS", rvm | imm, p66, m0F3A, 0x50, 0, none, w0 | xyz, full32},
	VFIXUPIMMPD: {"VFIXUPIMMPD", rvm | imm, p66, m0F3A, 0x54, 0, none, w1 | xyz, full64},
	VFIXUPIMMPS: {"VFIXUPIMMPS", rvm | imm, p66, m0F3A, 0x54, 0, none, w0 | xyz, full32},
	VRCP14PD:    {"VRCP14PD", rm, p66, m0F38, 0x4c, 0, none, w1 | xyz, full64},
	VRCP14PS:    {"VRCP14PS", rm, p66, m0F38, 0x4c, 0, none, w0 | xyz, full32},
	VRSQRT14PD:  {"VRSQRT14PD", rm, p66, m0F38, 0x4e, 0, none, w1 | xyz, full64},
	VRSQRT14PS:  {"VRSQRT14PS", rm, p66, m0F38, 0x4e, 0, none, w0 | xyz, full32},

	// Conversions. The vector length is that of the longer side.
	VCVTPS2PD:   {"VCVTPS2PD", rm, pNone, m0F, 0x5a, 0, wig | xy, w0 | xyz, half32},
	VCVTPD2PS:   {"VCVTPD2PS", rm, p66, m0F, 0x5a, 0, wig | xy, w1 | xyz, full64},
	VCVTSS2SD:   {"VCVTSS2SD", rvm, pF3, m0F, 0x5a, 0, wig | lig, w0 | lig, one32},
	VCVTSD2SS:   {"VCVTSD2SS", rvm, pF2, m0F, 0x5a, 0, wig | lig, w1 | lig, one64},
	VCVTDQ2PD:   {"VCVTDQ2PD", rm, pF3, m0F, 0xe6, 0, wig | xy, w0 | xyz, half32},
	VCVTPD2DQ:   {"VCVTPD2DQ", rm, pF2, m0F, 0xe6, 0, wig | xy, w1 | xyz, full64},
	VCVTTPD2DQ:  {"VCVTTPD2DQ", rm, p66, m0F, 0xe6, 0, wig | xy, w1 | xyz, full64},
	VCVTDQ2PS:   {"VCVTDQ2PS", rm, pNone, m0F, 0x5b, 0, wig | xy, w0 | xyz, full32},
	VCVTPS2DQ:   {"VCVTPS2DQ", rm, p66, m0F, 0x5b, 0, wig | xy, w0 | xyz, full32},
	VCVTTPS2DQ:  {"VCVTTPS2DQ", rm, pF3, m0F, 0x5b, 0, wig | xy, w0 | xyz, full32},
	VCVTQQ2PD:   {"VCVTQQ2PD", rm, pF3, m0F, 0xe6, 0, none, w1 | xyz, full64},
	VCVTUQQ2PD:  {"VCVTUQQ2PD", rm, pF3, m0F, 0x7a, 0, none, w1 | xyz, full64},
	VCVTPD2QQ:   {"VCVTPD2QQ", rm, p66, m0F, 0x7b, 0, none, w1 | xyz, full64},
	VCVTTPD2QQ:  {"VCVTTPD2QQ", rm, p66, m0F, 0x7a, 0, none, w1 | xyz, full64},
	VCVTQQ2PS:   {"VCVTQQ2PS", rm, pNone, m0F, 0x5b, 0, none, w1 | xyz, full64},
	VCVTUQQ2PS:  {"VCVTUQQ2PS", rm, pF2, m0F, 0x7a, 0, none, w1 | xyz, full64},
	VCVTUDQ2PD:  {"VCVTUDQ2PD", rm, pF3, m0F, 0x7a, 0, none, w0 | xyz, half32},
	VCVTUDQ2PS:  {"VCVTUDQ2PS", rm, pF2, m0F, 0x7a, 0, none, w0 | xyz, full32},
	VCVTTPD2UQQ: {"VCVTTPD2UQQ", rm, p66, m0F, 0x78, 0, none, w1 | xyz, full64},
	VCVTTPD2UDQ: {"VCVTTPD2UDQ", rm, pNone, m0F, 0x78, 0, none, w1 | xyz, full64},
	VCVTTPS2QQ:  {"VCVTTPS2QQ", rm, p66, m0F, 0x7a, 0, none, w0 | xyz, half32},
	VCVTTPS2UQQ: {"VCVTTPS2UQQ", rm, p66, m0F, 0x78, 0, none, w0 | xyz, half32},
	VCVTTPS2UDQ: {"VCVTTPS2UDQ", rm, pNone, m0F, 0x78, 0, none, w0 | xyz, full32},
	VPMOVSXDQ:   {"VPMOVSXDQ", rm, p66, m0F38, 0x25, 0, wig | xy, w0 | xyz, halfMem},
	VPMOVZXDQ:   {"VPMOVZXDQ", rm, p66, m0F38, 0x35, 0, wig | xy, w0 | xyz, halfMem},
	VPMOVQD:     {"VPMOVQD", mr, pF3, m0F38, 0x35, 0, none, w0 | xyz, halfMem},

	VGATHERDPD: {"VGATHERDPD", rm | gather | memOnly, p66, m0F38, 0x92, 0, w1 | xy, w1 | xyz, one64},
	VGATHERQPD: {"VGATHERQPD", rm | gather | memOnly, p66, m0F38, 0x93, 0, w1 | xy, w1 | xyz, one64},
	VGATHERDPS: {"VGATHERDPS", rm | gather | memOnly, p66, m0F38, 0x92, 0, w0 | xy, w0 | xyz, one32},
	VGATHERQPS: {"VGATHERQPS", rm | gather | memOnly, p66, m0F38, 0x93, 0, w0 | xy, w0 | xyz, one32},
}
