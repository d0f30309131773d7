package amd64

import "strconv"

// Reg is a general-purpose register.
type Reg uint8

// The general-purpose registers, numbered as the hardware does.
const (
	RAX Reg = iota
	RCX
	RDX
	RBX
	RSP
	RBP
	RSI
	RDI
	R8
	R9
	R10
	R11
	R12
	R13
	R14
	R15
	NoReg Reg = 0xff // no register: the absent base or index of a [Mem]
)

var regNames = [16]string{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
	"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"}

// String gives the Intel name of the 64-bit register.
func (r Reg) String() string {
	if int(r) < len(regNames) {
		return regNames[r]
	}
	if r == NoReg {
		return "noreg"
	}
	return "Reg(" + strconv.Itoa(int(r)) + ")"
}

// Vec is a vector register, 0 to 31; 16 and up exist in EVEX forms only.
type Vec uint8

// Mask is an opmask register, K0 to K7. As a write mask, K0 means "not masked".
type Mask uint8

// The opmask registers.
const (
	K0 Mask = iota
	K1
	K2
	K3
	K4
	K5
	K6
	K7
)

// Width is a vector length.
type Width uint8

// The vector lengths.
const (
	X Width = iota // 128 bits
	Y              // 256 bits
	Z              // 512 bits
)

// Bytes is the length in bytes: 16, 32 or 64.
func (w Width) Bytes() int { return 16 << w }

// String gives xmm, ymm or zmm.
func (w Width) String() string {
	switch w {
	case X:
		return "xmm"
	case Y:
		return "ymm"
	case Z:
		return "zmm"
	}
	return "Width(" + strconv.Itoa(int(w)) + ")"
}

// Label is a place in the code of one [Asm], made by [Asm.NewLabel].
type Label int

// Mem is a memory operand: the address Base + Index*Scale + Disp, or, with Base == NoReg, the place of Label + Disp,
// encoded relative to RIP. Make it with [At], [AtIndex] or [AtLabel].
type Mem struct {
	Base  Reg   // NoReg: RIP-relative to Label
	Index Reg   // NoReg: none; RSP cannot be one
	Scale uint8 // of Index: 1, 2, 4 or 8
	Disp  int32
	Label Label // used when Base is NoReg
	Bcast bool  // EVEX embedded broadcast: one element is read and repeated
}

// At is the memory at base + disp.
func At(base Reg, disp int32) Mem { return Mem{Base: base, Index: NoReg, Disp: disp} }

// AtIndex is the memory at base + index*scale + disp.
func AtIndex(base, index Reg, scale uint8, disp int32) Mem {
	return Mem{Base: base, Index: index, Scale: scale, Disp: disp}
}

// AtLabel is the memory disp bytes past the place of l in the code.
func AtLabel(l Label, disp int32) Mem { return Mem{Base: NoReg, Index: NoReg, Disp: disp, Label: l} }

// Broadcast is m read as one element repeated over the vector.
func (m Mem) Broadcast() Mem {
	m.Bcast = true
	return m
}

// Operand is a vector register or a memory operand.
type Operand struct {
	mem   Mem
	vec   Vec
	isMem bool
}

// R is the operand that is the register v.
func R(v Vec) Operand { return Operand{vec: v} }

// M is the operand that is the memory m.
func M(m Mem) Operand { return Operand{mem: m, isMem: true} }

// Mods are the parts of a vector instruction that most leave out.
type Mods struct {
	K   Mask  // write mask; K0: none
	Z   bool  // zero the masked-off elements rather than keep them; needs K
	Imm uint8 // immediate operand, of the instructions that have one
}

// Cond is a condition of [Asm.Jcc] and [Asm.CmovRR].
type Cond uint8

// The conditions, numbered as the hardware does. After a comparison of a with b: B, AE, BE and A read them as unsigned
// numbers, L, GE, LE and G as signed.
const (
	B  Cond = 0x2 // below (carry)
	AE Cond = 0x3 // above or equal (no carry)
	E  Cond = 0x4 // equal (zero)
	NE Cond = 0x5 // not equal (not zero)
	BE Cond = 0x6 // below or equal
	A  Cond = 0x7 // above
	S  Cond = 0x8 // sign
	NS Cond = 0x9 // no sign
	L  Cond = 0xc // less
	GE Cond = 0xd // greater or equal
	LE Cond = 0xe // less or equal
	G  Cond = 0xf // greater
)
