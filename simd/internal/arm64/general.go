package arm64

// regs reports whether all are registers, and fails inst if not.
func (a *Asm) regs(inst string, rs ...Reg) bool {
	for _, r := range rs {
		if r > ZR {
			a.fail(inst, "no such register: %d", uint8(r))
			return false
		}
	}
	return true
}

func (a *Asm) rrr(inst string, w uint32, d, n, m Reg) {
	if a.regs(inst, d, n, m) {
		a.word(w | uint32(m)<<16 | uint32(n)<<5 | uint32(d))
	}
}

// Nop does nothing.
func (a *Asm) Nop() { a.word(nop) }

// Ret returns to the caller, to the address in X30.
func (a *Asm) Ret() { a.word(0xd65f03c0) }

// Mov is d = n.
func (a *Asm) Mov(d, n Reg) { a.rrr("mov", 0xaa0003e0, d, 0, n) }

// MovImm is d = imm, in one to four instructions.
func (a *Asm) MovImm(d Reg, imm int64) {
	if !a.regs("mov", d) {
		return
	}
	const movz, movn, movk = 0xd2800000, 0x92800000, 0xf2800000
	zeros, ones := 0, 0
	for i := range 4 {
		switch uint16(imm >> (16 * i)) {
		case 0:
			zeros++
		case 0xffff:
			ones++
		}
	}
	op, skip, flip := uint32(movz), uint16(0), uint32(0)
	if ones > zeros {
		op, skip, flip = movn, 0xffff, 0xffff
	}
	first := true
	for i := range 4 {
		part := uint16(imm >> (16 * i))
		switch {
		case part == skip:
		case first:
			a.word(op | uint32(i)<<21 | (uint32(part)^flip)<<5 | uint32(d))
			first = false
		default:
			a.word(movk | uint32(i)<<21 | uint32(part)<<5 | uint32(d))
		}
	}
	if first {
		a.word(op | uint32(d))
	}
}

// Add is d = n + m.
func (a *Asm) Add(d, n, m Reg) { a.rrr("add", 0x8b000000, d, n, m) }

// AddShift is d = n + m<<shift.
func (a *Asm) AddShift(d, n, m Reg, shift uint) {
	if shift > 63 {
		a.fail("add", "shift by %d", shift)
		return
	}
	a.rrr("add", 0x8b000000|uint32(shift)<<10, d, n, m)
}

// Sub is d = n - m.
func (a *Asm) Sub(d, n, m Reg) { a.rrr("sub", 0xcb000000, d, n, m) }

// And is d = n & m.
func (a *Asm) And(d, n, m Reg) { a.rrr("and", 0x8a000000, d, n, m) }

// Cmp compares n with m.
func (a *Asm) Cmp(n, m Reg) { a.rrr("cmp", 0xeb000000, ZR, n, m) }

// CmpW compares the low halves of n and m.
func (a *Asm) CmpW(n, m Reg) { a.rrr("cmp", 0x6b000000, ZR, n, m) }

// Csel is d = c ? n : m.
func (a *Asm) Csel(d, n, m Reg, c Cond) { a.rrr("csel", 0x9a800000|uint32(c)<<12, d, n, m) }

// Sdiv is d = n / m truncated, and 0 for m = 0; of signed numbers.
func (a *Asm) Sdiv(d, n, m Reg) { a.rrr("sdiv", 0x9ac00c00, d, n, m) }

// Udiv is Sdiv of unsigned numbers.
func (a *Asm) Udiv(d, n, m Reg) { a.rrr("udiv", 0x9ac00800, d, n, m) }

// SdivW is Sdiv of the low halves.
func (a *Asm) SdivW(d, n, m Reg) { a.rrr("sdiv", 0x1ac00c00, d, n, m) }

// UdivW is Udiv of the low halves.
func (a *Asm) UdivW(d, n, m Reg) { a.rrr("udiv", 0x1ac00800, d, n, m) }

// Msub is d = s - n*m.
func (a *Asm) Msub(d, n, m, s Reg) {
	if a.regs("msub", s) {
		a.rrr("msub", 0x9b008000|uint32(s)<<10, d, n, m)
	}
}

// AddImm is d = n + imm, for imm of at most 24 bits or the negative of one; n and d may be 31 for SP in no case that
// takes no instruction.
func (a *Asm) AddImm(d, n Reg, imm int) {
	op, u := uint32(0x91000000), imm
	if imm < 0 {
		op, u = 0xd1000000, -imm
	}
	if !a.regs("add", d, n) {
		return
	}
	if u >= 1<<24 {
		a.fail("add", "%d has more than 24 bits", imm)
		return
	}
	lo, hi := uint32(u)&0xfff, uint32(u)>>12
	if hi != 0 {
		a.word(op | 1<<22 | hi<<10 | uint32(n)<<5 | uint32(d))
		n = d
	}
	if lo != 0 || hi == 0 {
		a.word(op | lo<<10 | uint32(n)<<5 | uint32(d))
	}
}

// CmpImm compares n with imm, of at most 12 bits.
func (a *Asm) CmpImm(n Reg, imm uint) {
	if imm >= 1<<12 {
		a.fail("cmp", "%d has more than 12 bits", imm)
		return
	}
	if a.regs("cmp", n) {
		a.word(0xf1000000 | uint32(imm)<<10 | uint32(n)<<5 | uint32(ZR))
	}
}

// Lsl is d = n << shift.
func (a *Asm) Lsl(d, n Reg, shift uint) {
	if shift > 63 {
		a.fail("lsl", "shift by %d", shift)
	} else if a.regs("lsl", d, n) {
		a.word(0xd3400000 | uint32(-shift&63)<<16 | uint32(63-shift)<<10 | uint32(n)<<5 | uint32(d))
	}
}

// Lsr is d = n >> shift, with zeros from above.
func (a *Asm) Lsr(d, n Reg, shift uint) {
	if shift > 63 {
		a.fail("lsr", "shift by %d", shift)
	} else if a.regs("lsr", d, n) {
		a.word(0xd340fc00 | uint32(shift)<<16 | uint32(n)<<5 | uint32(d))
	}
}

// AndLow is d = n with all but its low k bits cleared, for k from 1 to 63.
func (a *Asm) AndLow(d, n Reg, k uint) {
	if k < 1 || k > 63 {
		a.fail("and", "a mask of %d bits", k)
	} else if a.regs("and", d, n) {
		a.word(0x92400000 | uint32(k-1)<<10 | uint32(n)<<5 | uint32(d))
	}
}

// AndNotLow is d = n with its low k bits cleared, for k from 1 to 63.
func (a *Asm) AndNotLow(d, n Reg, k uint) {
	if k < 1 || k > 63 {
		a.fail("and", "a mask of %d bits", 64-k)
	} else if a.regs("and", d, n) {
		a.word(0x92400000 | uint32(64-k)<<16 | uint32(63-k)<<10 | uint32(n)<<5 | uint32(d))
	}
}

// LoadReg is d = the 8 bytes at n + offset, a multiple of 8 from 0 to 32760.
func (a *Asm) LoadReg(d, n Reg, offset int) { a.regMem("ldr", 0xf9400000, d, n, offset) }

// StoreReg writes s to the 8 bytes at n + offset, a multiple of 8 from 0 to 32760.
func (a *Asm) StoreReg(s, n Reg, offset int) { a.regMem("str", 0xf9000000, s, n, offset) }

func (a *Asm) regMem(inst string, w uint32, t, n Reg, offset int) {
	if offset < 0 || offset%8 != 0 || offset/8 >= 1<<12 {
		a.fail(inst, "offset %d is not a multiple of 8 from 0 to %d", offset, 8*(1<<12-1))
	} else if a.regs(inst, t, n) {
		a.word(w | uint32(offset/8)<<10 | uint32(n)<<5 | uint32(t))
	}
}

// LoadRegIndex is d = the 8 bytes at n + m.
func (a *Asm) LoadRegIndex(d, n, m Reg) { a.rrr("ldr", 0xf8606800, d, n, m) }

// B jumps.
func (a *Asm) B(l Label) { a.refer("b", 0x14000000, l, branch26) }

// Bcond jumps if c, up to 1 MB far.
func (a *Asm) Bcond(c Cond, l Label) { a.refer("b."+c.String(), 0x54000000|uint32(c), l, branch19) }

// Cbz jumps if t is 0, up to 1 MB far.
func (a *Asm) Cbz(t Reg, l Label) { a.compareBranch("cbz", 0xb4000000, t, l) }

// Cbnz jumps if t is not 0, up to 1 MB far.
func (a *Asm) Cbnz(t Reg, l Label) { a.compareBranch("cbnz", 0xb5000000, t, l) }

func (a *Asm) compareBranch(inst string, w uint32, t Reg, l Label) {
	if a.regs(inst, t) {
		a.refer(inst, w|uint32(t), l, branch19)
	}
}

// Address is d = the address of l, in two instructions. The code must be placed at a page of 4096 bytes.
func (a *Asm) Address(d Reg, l Label) {
	if a.regs("adrp", d) {
		a.refer("adrp", 0x90000000|uint32(d), l, page21)
		a.refer("add", 0x91000000|uint32(d)<<5|uint32(d), l, low12)
	}
}
