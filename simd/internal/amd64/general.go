package amd64

import "math"

// regs reports whether all are registers, and fails inst if not.
func (a *Asm) regs(inst string, r ...Reg) bool {
	for _, r := range r {
		if r > R15 {
			a.fail(inst, "no such register: %v", r)
			return false
		}
	}
	return true
}

// mem reports whether m can be the operand of a general-purpose instruction, and fails inst if not.
func (a *Asm) mem(inst string, m *Mem) bool {
	why := a.memFault(m)
	if why == "" && m.Bcast {
		why = "broadcast exists in EVEX vector instructions only"
	}
	if why != "" {
		a.fail(inst, "%s", why)
		return false
	}
	return true
}

// rex appends a REX prefix, unless it would say nothing.
func (a *Asm) rex(w bool, r, x, b uint8) {
	p := r>>3<<2 | x<<1 | b
	if w {
		p |= 8
	}
	if p != 0 {
		a.emit(0x40 | p)
	}
}

// opcodes of two bytes, 0F xx, are written 0x0Fxx.
func (a *Asm) opcode(op uint16) {
	if op > 0xff {
		a.emit(uint8(op >> 8))
	}
	a.emit(uint8(op))
}

// rr encodes op with registers in ModRM: reg in its reg field and rm in its r/m field.
func (a *Asm) rr(inst string, wide bool, op uint16, reg, rm Reg) {
	if !a.regs(inst, reg, rm) {
		return
	}
	a.rex(wide, uint8(reg), 0, uint8(rm)>>3)
	a.opcode(op)
	a.emit(0xc0 | uint8(reg)&7<<3 | uint8(rm)&7)
}

// rm encodes op with reg (or an opcode extension) in ModRM's reg field and memory in r/m.
func (a *Asm) rm(inst string, wide bool, op uint16, reg Reg, m Mem, tail int) bool {
	if !a.regs(inst, reg) || !a.mem(inst, &m) {
		return false
	}
	x, b := m.ext()
	a.rex(wide, uint8(reg), x, b)
	a.opcode(op)
	a.modRM(uint8(reg), &m, 1, tail)
	return true
}

// ri encodes the arithmetic instruction /digit with an immediate, in the shortest of its three forms.
func (a *Asm) ri(inst string, digit Reg, d Reg, imm int32) {
	switch {
	case !a.regs(inst, d):
	case imm >= math.MinInt8 && imm <= math.MaxInt8:
		a.rr(inst, true, 0x83, digit, d)
		a.emit(uint8(imm))
	case d == RAX:
		a.rex(true, 0, 0, 0)
		a.emit(uint8(digit)<<3 | 5)
		a.emit32(imm)
	default:
		a.rr(inst, true, 0x81, digit, d)
		a.emit32(imm)
	}
}

// shift encodes a shift by an immediate; by one has a form of its own.
func (a *Asm) shift(inst string, digit Reg, d Reg, n uint8) {
	switch {
	case !a.regs(inst, d):
	case n > 63:
		a.fail(inst, "shift count %d is more than 63", n)
	case n == 1:
		a.rr(inst, true, 0xd1, digit, d)
	default:
		a.rr(inst, true, 0xc1, digit, d)
		a.emit(n)
	}
}

// MovRR sets d = s.
func (a *Asm) MovRR(d, s Reg) { a.rr("MOV", true, 0x89, s, d) }

// MovRR32 sets d = the low 32 bits of s, zero-extended.
func (a *Asm) MovRR32(d, s Reg) { a.rr("MOV", false, 0x89, s, d) }

// MovRI sets d = imm, in the shortest of the forms that leave the flags alone.
func (a *Asm) MovRI(d Reg, imm int64) {
	if !a.regs("MOV", d) {
		return
	}
	b := uint8(d) >> 3
	switch {
	case imm >= 0 && imm <= math.MaxUint32: // mov r32, imm32 zero-extends
		a.rex(false, 0, 0, b)
		a.emit(0xb8 | uint8(d)&7)
		a.emit32(int32(uint32(imm)))
	case imm >= math.MinInt32 && imm < 0: // mov r64, imm32 sign-extends
		a.rr("MOV", true, 0xc7, 0, d)
		a.emit32(int32(imm))
	default:
		a.rex(true, 0, 0, b)
		a.emit(0xb8 | uint8(d)&7)
		a.emit64(uint64(imm))
	}
}

// MovRM loads 64 bits: d = [m].
func (a *Asm) MovRM(d Reg, m Mem) { a.rm("MOV", true, 0x8b, d, m, 0) }

// MovRM32 loads 32 bits, zero-extended: d = [m].
func (a *Asm) MovRM32(d Reg, m Mem) { a.rm("MOV", false, 0x8b, d, m, 0) }

// MovMR stores 64 bits: [m] = s.
func (a *Asm) MovMR(m Mem, s Reg) { a.rm("MOV", true, 0x89, s, m, 0) }

// MovMR32 stores the low 32 bits: [m] = s.
func (a *Asm) MovMR32(m Mem, s Reg) { a.rm("MOV", false, 0x89, s, m, 0) }

// MovMI stores imm, sign-extended to 64 bits: [m] = imm.
func (a *Asm) MovMI(m Mem, imm int32) {
	if a.rm("MOV", true, 0xc7, 0, m, 4) {
		a.emit32(imm)
	}
}

// Lea sets d to the address of m.
func (a *Asm) Lea(d Reg, m Mem) { a.rm("LEA", true, 0x8d, d, m, 0) }

// AddRR sets d += s.
func (a *Asm) AddRR(d, s Reg) { a.rr("ADD", true, 0x01, s, d) }

// AddRI sets d += imm.
func (a *Asm) AddRI(d Reg, imm int32) { a.ri("ADD", 0, d, imm) }

// AddRM sets d += [m].
func (a *Asm) AddRM(d Reg, m Mem) { a.rm("ADD", true, 0x03, d, m, 0) }

// SubRR sets d -= s.
func (a *Asm) SubRR(d, s Reg) { a.rr("SUB", true, 0x29, s, d) }

// SubRI sets d -= imm.
func (a *Asm) SubRI(d Reg, imm int32) { a.ri("SUB", 5, d, imm) }

// SubRM sets d -= [m].
func (a *Asm) SubRM(d Reg, m Mem) { a.rm("SUB", true, 0x2b, d, m, 0) }

// AndRR sets d &= s.
func (a *Asm) AndRR(d, s Reg) { a.rr("AND", true, 0x21, s, d) }

// AndRI sets d &= imm, sign-extended.
func (a *Asm) AndRI(d Reg, imm int32) { a.ri("AND", 4, d, imm) }

// OrRR sets d |= s.
func (a *Asm) OrRR(d, s Reg) { a.rr("OR", true, 0x09, s, d) }

// XorRR sets d ^= s.
func (a *Asm) XorRR(d, s Reg) { a.rr("XOR", true, 0x31, s, d) }

// XorRR32 sets d to the low 32 bits of d ^ s. XorRR32(d, d) is the shortest way to zero; it changes the flags.
func (a *Asm) XorRR32(d, s Reg) { a.rr("XOR", false, 0x31, s, d) }

// CmpRR compares d with s.
func (a *Asm) CmpRR(d, s Reg) { a.rr("CMP", true, 0x39, s, d) }

// CmpRI compares d with imm, sign-extended.
func (a *Asm) CmpRI(d Reg, imm int32) { a.ri("CMP", 7, d, imm) }

// CmpRM compares d with [m].
func (a *Asm) CmpRM(d Reg, m Mem) { a.rm("CMP", true, 0x3b, d, m, 0) }

// CmpMR compares [m] with s.
func (a *Asm) CmpMR(m Mem, s Reg) { a.rm("CMP", true, 0x39, s, m, 0) }

// TestRR sets the flags of d & s.
func (a *Asm) TestRR(d, s Reg) { a.rr("TEST", true, 0x85, s, d) }

// ShlRI sets d <<= n, n < 64.
func (a *Asm) ShlRI(d Reg, n uint8) { a.shift("SHL", 4, d, n) }

// ShrRI sets d >>= n, unsigned, n < 64.
func (a *Asm) ShrRI(d Reg, n uint8) { a.shift("SHR", 5, d, n) }

// SarRI sets d >>= n, signed, n < 64.
func (a *Asm) SarRI(d Reg, n uint8) { a.shift("SAR", 7, d, n) }

// Neg sets d = -d.
func (a *Asm) Neg(d Reg) { a.rr("NEG", true, 0xf7, 3, d) }

// Imul sets d *= s (the low 64 bits).
func (a *Asm) Imul(d, s Reg) { a.rr("IMUL", true, 0x0faf, d, s) }

// Cqo sets RDX to copies of the sign of RAX.
func (a *Asm) Cqo() { a.emit(0x48, 0x99) }

// Idiv divides RDX:RAX by s, signed: RAX becomes the quotient, RDX the rest. It traps where the quotient does not fit.
func (a *Asm) Idiv(s Reg) { a.rr("IDIV", true, 0xf7, 7, s) }

// Div divides RDX:RAX by s, unsigned: RAX becomes the quotient, RDX the rest. It traps where the quotient does not fit.
func (a *Asm) Div(s Reg) { a.rr("DIV", true, 0xf7, 6, s) }

// Tzcnt sets d to the number of zeros below the lowest bit set in s, 64 if none is (BMI1).
func (a *Asm) Tzcnt(d, s Reg) {
	if a.regs("TZCNT", d, s) {
		a.emit(0xf3)
		a.rr("TZCNT", true, 0x0fbc, d, s)
	}
}

// IncR sets d++; it leaves the carry flag alone.
func (a *Asm) IncR(d Reg) { a.rr("INC", true, 0xff, 0, d) }

// DecR sets d--; it leaves the carry flag alone.
func (a *Asm) DecR(d Reg) { a.rr("DEC", true, 0xff, 1, d) }

// CmovRR sets d = s if c holds.
func (a *Asm) CmovRR(c Cond, d, s Reg) {
	if a.cond("CMOVCC", c) {
		a.rr("CMOVCC", true, 0x0f40|uint16(c), d, s)
	}
}

// Bzhi sets d to the low bits of s, as many as the low byte of idx says (BMI2).
func (a *Asm) Bzhi(d, s, idx Reg) { a.bzhi(1, d, s, idx) }

// Bzhi32 is Bzhi on 32 bits; the upper half of d becomes zero.
func (a *Asm) Bzhi32(d, s, idx Reg) { a.bzhi(0, d, s, idx) }

func (a *Asm) bzhi(w uint8, d, s, idx Reg) {
	if a.regs("BZHI", d, s, idx) {
		a.vex(m0F38, pNone, w, 0, uint8(d), uint8(idx), 0, uint8(s)>>3)
		a.emit(0xf5, 0xc0|uint8(d)&7<<3|uint8(s)&7)
	}
}

// Push pushes s.
func (a *Asm) Push(s Reg) { a.pushPop("PUSH", 0x50, s) }

// Pop pops d.
func (a *Asm) Pop(d Reg) { a.pushPop("POP", 0x58, d) }

func (a *Asm) pushPop(inst string, op uint8, r Reg) {
	if a.regs(inst, r) {
		a.rex(false, 0, 0, uint8(r)>>3)
		a.emit(op | uint8(r)&7)
	}
}

func (a *Asm) cond(inst string, c Cond) bool {
	if c > 0xf {
		a.fail(inst, "no such condition: %d", c)
		return false
	}
	return true
}

// Jmp jumps to l.
func (a *Asm) Jmp(l Label) { a.jump("JMP", 0xeb, 0xe9, l) }

// Jcc jumps to l if c holds.
func (a *Asm) Jcc(c Cond, l Label) {
	if a.cond("JCC", c) {
		a.jump("JCC", 0x70|uint8(c), 0x0f80|uint16(c), l)
	}
}

// jump takes the short form for near places that are known already, that is, for jumps back.
func (a *Asm) jump(inst string, short uint8, long uint16, l Label) {
	if !a.known(l) {
		a.fail(inst, "label %d was not made by this Asm", l)
		return
	}
	if to := a.labels[l]; to >= 0 {
		if d := to - (len(a.buf) + 2); d >= math.MinInt8 {
			a.emit(short, uint8(d))
			return
		}
	}
	a.opcode(long)
	at := len(a.buf)
	a.fixups = append(a.fixups, fixup{at: at, end: at + 4, label: l})
	a.emit32(0)
}

// Ret returns to the caller.
func (a *Asm) Ret() { a.emit(0xc3) }

// Sfence orders earlier stores, non-temporal ones included, before later ones.
func (a *Asm) Sfence() { a.emit(0x0f, 0xae, 0xf8) }

// Vzeroupper clears the upper parts of vector registers 0 to 15, as SSE code in the caller needs.
func (a *Asm) Vzeroupper() { a.emit(0xc5, 0xf8, 0x77) }

// Ud2 traps.
func (a *Asm) Ud2() { a.emit(0x0f, 0x0b) }

// PrefetchNTA fetches the line of m with little pollution of the caches.
func (a *Asm) PrefetchNTA(m Mem) { a.rm("PREFETCHNTA", false, 0x0f18, 0, m, 0) }

// PrefetchT0 fetches the line of m into all caches.
func (a *Asm) PrefetchT0(m Mem) { a.rm("PREFETCHT0", false, 0x0f18, 1, m, 0) }

// PrefetchW fetches the line of m to be written.
func (a *Asm) PrefetchW(m Mem) { a.rm("PREFETCHW", false, 0x0f0d, 1, m, 0) }
