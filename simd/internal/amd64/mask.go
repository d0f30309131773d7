package amd64

// Instructions on opmask registers. The suffix is the number of mask bits: B 8 (AVX512DQ), W 16 (AVX512F), D 32 and
// Q 64 (AVX512BW); writing fewer than 64 bits zeroes the others. Operands: destination first.

// kop encodes VEX.L.pp.0F.W op with the given ModRM fields, all registers.
func (a *Asm) kop(inst string, pp, w, l, op uint8, reg, v, rm uint8) {
	a.vex(m0F, pp, w, l, reg, v, 0, rm>>3)
	a.emit(op, 0xc0|reg&7<<3|rm&7)
}

func (a *Asm) masks(inst string, k ...Mask) bool {
	for _, k := range k {
		if k > K7 {
			a.fail(inst, "no such mask register: k%d", k)
			return false
		}
	}
	return true
}

// k3 is d = s1 op s2 on masks: W0 for B and W, W1 for D and Q; 66 for B and D.
func (a *Asm) k3(inst string, pp, w, op uint8, d, s1, s2 Mask) {
	if a.masks(inst, d, s1, s2) {
		a.kop(inst, pp, w, 1, op, uint8(d), uint8(s1), uint8(s2))
	}
}

// k2 is an instruction of two masks, such as d = op s.
func (a *Asm) k2(inst string, pp, w, op uint8, d, s Mask) {
	if a.masks(inst, d, s) {
		a.kop(inst, pp, w, 0, op, uint8(d), 0, uint8(s))
	}
}

func (a *Asm) kFromR(inst string, pp, w uint8, d Mask, s Reg) {
	if a.masks(inst, d) && a.regs(inst, s) {
		a.kop(inst, pp, w, 0, 0x92, uint8(d), 0, uint8(s))
	}
}

func (a *Asm) rFromK(inst string, pp, w uint8, d Reg, s Mask) {
	if a.masks(inst, s) && a.regs(inst, d) {
		a.kop(inst, pp, w, 0, 0x93, uint8(d), 0, uint8(s))
	}
}

func (a *Asm) kMem(inst string, pp, w, op uint8, k Mask, m Mem) {
	if a.masks(inst, k) && a.mem(inst, &m) {
		x, b := m.ext()
		a.vex(m0F, pp, w, 0, uint8(k), 0, x, b)
		a.emit(op)
		a.modRM(uint8(k), &m, 1, 0)
	}
}

// KMovBR sets d to the low 8 bits of s.
func (a *Asm) KMovBR(d Mask, s Reg) { a.kFromR("KMOVB", p66, 0, d, s) }

// KMovWR sets d to the low 16 bits of s.
func (a *Asm) KMovWR(d Mask, s Reg) { a.kFromR("KMOVW", pNone, 0, d, s) }

// KMovDR sets d to the low 32 bits of s.
func (a *Asm) KMovDR(d Mask, s Reg) { a.kFromR("KMOVD", pF2, 0, d, s) }

// KMovQR sets d to the 64 bits of s.
func (a *Asm) KMovQR(d Mask, s Reg) { a.kFromR("KMOVQ", pF2, 1, d, s) }

// KMovRKB sets d to the low 8 bits of s, zero-extended.
func (a *Asm) KMovRKB(d Reg, s Mask) { a.rFromK("KMOVB", p66, 0, d, s) }

// KMovRKW sets d to the low 16 bits of s, zero-extended.
func (a *Asm) KMovRKW(d Reg, s Mask) { a.rFromK("KMOVW", pNone, 0, d, s) }

// KMovRKD sets d to the low 32 bits of s, zero-extended.
func (a *Asm) KMovRKD(d Reg, s Mask) { a.rFromK("KMOVD", pF2, 0, d, s) }

// KMovRKQ sets d to the 64 bits of s.
func (a *Asm) KMovRKQ(d Reg, s Mask) { a.rFromK("KMOVQ", pF2, 1, d, s) }

// KMovB copies 8 bits of a mask.
func (a *Asm) KMovB(d, s Mask) { a.k2("KMOVB", p66, 0, 0x90, d, s) }

// KMovW copies 16 bits of a mask.
func (a *Asm) KMovW(d, s Mask) { a.k2("KMOVW", pNone, 0, 0x90, d, s) }

// KMovD copies 32 bits of a mask.
func (a *Asm) KMovD(d, s Mask) { a.k2("KMOVD", p66, 1, 0x90, d, s) }

// KMovQ copies a mask.
func (a *Asm) KMovQ(d, s Mask) { a.k2("KMOVQ", pNone, 1, 0x90, d, s) }

// KMovBM loads 8 bits of mask.
func (a *Asm) KMovBM(d Mask, m Mem) { a.kMem("KMOVB", p66, 0, 0x90, d, m) }

// KMovWM loads 16 bits of mask.
func (a *Asm) KMovWM(d Mask, m Mem) { a.kMem("KMOVW", pNone, 0, 0x90, d, m) }

// KMovDM loads 32 bits of mask.
func (a *Asm) KMovDM(d Mask, m Mem) { a.kMem("KMOVD", p66, 1, 0x90, d, m) }

// KMovQM loads 64 bits of mask.
func (a *Asm) KMovQM(d Mask, m Mem) { a.kMem("KMOVQ", pNone, 1, 0x90, d, m) }

// KMovMB stores 8 bits of mask.
func (a *Asm) KMovMB(m Mem, s Mask) { a.kMem("KMOVB", p66, 0, 0x91, s, m) }

// KMovMW stores 16 bits of mask.
func (a *Asm) KMovMW(m Mem, s Mask) { a.kMem("KMOVW", pNone, 0, 0x91, s, m) }

// KMovMD stores 32 bits of mask.
func (a *Asm) KMovMD(m Mem, s Mask) { a.kMem("KMOVD", p66, 1, 0x91, s, m) }

// KMovMQ stores 64 bits of mask.
func (a *Asm) KMovMQ(m Mem, s Mask) { a.kMem("KMOVQ", pNone, 1, 0x91, s, m) }

// KAndB sets d = s1 & s2, 8 bits.
func (a *Asm) KAndB(d, s1, s2 Mask) { a.k3("KANDB", p66, 0, 0x41, d, s1, s2) }

// KAndW sets d = s1 & s2, 16 bits.
func (a *Asm) KAndW(d, s1, s2 Mask) { a.k3("KANDW", pNone, 0, 0x41, d, s1, s2) }

// KAndD sets d = s1 & s2, 32 bits.
func (a *Asm) KAndD(d, s1, s2 Mask) { a.k3("KANDD", p66, 1, 0x41, d, s1, s2) }

// KAndQ sets d = s1 & s2, 64 bits.
func (a *Asm) KAndQ(d, s1, s2 Mask) { a.k3("KANDQ", pNone, 1, 0x41, d, s1, s2) }

// KAndNB sets d = ^s1 & s2, 8 bits.
func (a *Asm) KAndNB(d, s1, s2 Mask) { a.k3("KANDNB", p66, 0, 0x42, d, s1, s2) }

// KAndNW sets d = ^s1 & s2, 16 bits.
func (a *Asm) KAndNW(d, s1, s2 Mask) { a.k3("KANDNW", pNone, 0, 0x42, d, s1, s2) }

// KAndND sets d = ^s1 & s2, 32 bits.
func (a *Asm) KAndND(d, s1, s2 Mask) { a.k3("KANDND", p66, 1, 0x42, d, s1, s2) }

// KAndNQ sets d = ^s1 & s2, 64 bits.
func (a *Asm) KAndNQ(d, s1, s2 Mask) { a.k3("KANDNQ", pNone, 1, 0x42, d, s1, s2) }

// KOrB sets d = s1 | s2, 8 bits.
func (a *Asm) KOrB(d, s1, s2 Mask) { a.k3("KORB", p66, 0, 0x45, d, s1, s2) }

// KOrW sets d = s1 | s2, 16 bits.
func (a *Asm) KOrW(d, s1, s2 Mask) { a.k3("KORW", pNone, 0, 0x45, d, s1, s2) }

// KOrD sets d = s1 | s2, 32 bits.
func (a *Asm) KOrD(d, s1, s2 Mask) { a.k3("KORD", p66, 1, 0x45, d, s1, s2) }

// KOrQ sets d = s1 | s2, 64 bits.
func (a *Asm) KOrQ(d, s1, s2 Mask) { a.k3("KORQ", pNone, 1, 0x45, d, s1, s2) }

// KXnorB sets d = ^(s1 ^ s2), 8 bits; of equal sources, all ones.
func (a *Asm) KXnorB(d, s1, s2 Mask) { a.k3("KXNORB", p66, 0, 0x46, d, s1, s2) }

// KXnorW sets d = ^(s1 ^ s2), 16 bits; of equal sources, all ones.
func (a *Asm) KXnorW(d, s1, s2 Mask) { a.k3("KXNORW", pNone, 0, 0x46, d, s1, s2) }

// KXnorD sets d = ^(s1 ^ s2), 32 bits; of equal sources, all ones.
func (a *Asm) KXnorD(d, s1, s2 Mask) { a.k3("KXNORD", p66, 1, 0x46, d, s1, s2) }

// KXnorQ sets d = ^(s1 ^ s2), 64 bits; of equal sources, all ones.
func (a *Asm) KXnorQ(d, s1, s2 Mask) { a.k3("KXNORQ", pNone, 1, 0x46, d, s1, s2) }

// KXorB sets d = s1 ^ s2, 8 bits.
func (a *Asm) KXorB(d, s1, s2 Mask) { a.k3("KXORB", p66, 0, 0x47, d, s1, s2) }

// KXorW sets d = s1 ^ s2, 16 bits.
func (a *Asm) KXorW(d, s1, s2 Mask) { a.k3("KXORW", pNone, 0, 0x47, d, s1, s2) }

// KXorD sets d = s1 ^ s2, 32 bits.
func (a *Asm) KXorD(d, s1, s2 Mask) { a.k3("KXORD", p66, 1, 0x47, d, s1, s2) }

// KXorQ sets d = s1 ^ s2, 64 bits.
func (a *Asm) KXorQ(d, s1, s2 Mask) { a.k3("KXORQ", pNone, 1, 0x47, d, s1, s2) }

// KNotB sets d = ^s, 8 bits.
func (a *Asm) KNotB(d, s Mask) { a.k2("KNOTB", p66, 0, 0x44, d, s) }

// KNotW sets d = ^s, 16 bits.
func (a *Asm) KNotW(d, s Mask) { a.k2("KNOTW", pNone, 0, 0x44, d, s) }

// KNotD sets d = ^s, 32 bits.
func (a *Asm) KNotD(d, s Mask) { a.k2("KNOTD", p66, 1, 0x44, d, s) }

// KNotQ sets d = ^s, 64 bits.
func (a *Asm) KNotQ(d, s Mask) { a.k2("KNOTQ", pNone, 1, 0x44, d, s) }

// KOrTestB sets E if s1 | s2 is zero and B (carry) if it is all ones, 8 bits.
func (a *Asm) KOrTestB(s1, s2 Mask) { a.k2("KORTESTB", p66, 0, 0x98, s1, s2) }

// KOrTestW sets E if s1 | s2 is zero and B (carry) if it is all ones, 16 bits.
func (a *Asm) KOrTestW(s1, s2 Mask) { a.k2("KORTESTW", pNone, 0, 0x98, s1, s2) }

// KOrTestD sets E if s1 | s2 is zero and B (carry) if it is all ones, 32 bits.
func (a *Asm) KOrTestD(s1, s2 Mask) { a.k2("KORTESTD", p66, 1, 0x98, s1, s2) }

// KOrTestQ sets E if s1 | s2 is zero and B (carry) if it is all ones, 64 bits.
func (a *Asm) KOrTestQ(s1, s2 Mask) { a.k2("KORTESTQ", pNone, 1, 0x98, s1, s2) }

// KTestB sets E if s1 & s2 is zero and B (carry) if ^s1 & s2 is zero, 8 bits.
func (a *Asm) KTestB(s1, s2 Mask) { a.k2("KTESTB", p66, 0, 0x99, s1, s2) }

// KTestW sets E if s1 & s2 is zero and B (carry) if ^s1 & s2 is zero, 16 bits.
func (a *Asm) KTestW(s1, s2 Mask) { a.k2("KTESTW", pNone, 0, 0x99, s1, s2) }
