package amd64

// vex appends a VEX prefix. reg and v are register numbers 0 to 15, x and b single bits. The two-byte form says R, vvvv,
// L and pp only; the rest must be at its default.
func (a *Asm) vex(m, pp, w, l uint8, reg, v, x, b uint8) {
	r := ^reg >> 3 & 1
	low := ^v&15<<3 | l<<2 | pp
	if m == m0F && w == 0 && x == 0 && b == 0 {
		a.emit(0xc5, r<<7|low)
		return
	}
	a.emit(0xc4, r<<7|(x^1)<<6|(b^1)<<5|m, w<<7|low)
}

// vinst is one vector instruction on its way to the bytes.
type vinst struct {
	row     *row
	op      uint8   // opcode: the row's, or its store form's
	w       Width   // vector length
	reg     uint8   // ModRM.reg: a register of any file, or an opcode extension
	v       uint8   // vvvv; 0 (all ones when inverted) when the instruction has none
	rm      Operand // ModRM.r/m; a general or mask register stands here as a Vec
	mods    Mods
	is4     bool // mods.Imm is not an operand but the register that VBLENDV carries in its last byte
	toMask  bool // the destination is a mask register
	toMem   bool // the destination is memory
	useEVEX bool // the form asked for exists in EVEX only
}

// encode checks i against its row, chooses between VEX and EVEX and appends the instruction.
func (a *Asm) encode(i *vinst) {
	r, m := i.row, &i.mods
	switch {
	case i.w > Z:
		a.fail(r.name, "no such vector length: %v", i.w)
		return
	case i.reg > 31 || i.v > 31 || !i.rm.isMem && i.rm.vec > 31:
		a.fail(r.name, "a register number is more than 31")
		return
	case m.K > K7:
		a.fail(r.name, "no such mask register: k%d", m.K)
		return
	case m.Imm != 0 && r.form&imm == 0 && !i.is4:
		a.fail(r.name, "takes no immediate")
		return
	case i.rm.isMem && r.form&regOnly != 0:
		a.fail(r.name, "takes no memory operand")
		return
	case !i.rm.isMem && r.form&memOnly != 0:
		a.fail(r.name, "needs a memory operand")
		return
	}
	bcast := i.rm.isMem && i.rm.mem.Bcast
	if i.rm.isMem {
		if why := a.memFault(&i.rm.mem); why != "" {
			a.fail(r.name, "%s", why)
			return
		}
	}

	// Scalar instructions ignore the vector length, and are written with the shortest.
	length := uint8(i.w)
	has := func(s spec) bool { return s&(x<<length) != 0 }
	if (r.vex | r.evex).scalar() {
		length = 0
	}

	why := "" // what is asked that VEX cannot say
	switch {
	case i.useEVEX:
		why = "memory or a mask register"
	case length == uint8(Z):
		why = "512-bit vectors"
	case i.reg > 15 || i.v > 15 || !i.rm.isMem && i.rm.vec > 15:
		why = "vector registers past 15"
	case m.K != 0 || m.Z:
		why = "a write mask"
	case bcast:
		why = "broadcast"
	}
	tail := 0
	if r.form&imm != 0 || i.is4 {
		tail = 1
	}
	switch {
	case why == "" && has(r.vex) && !i.toMask:
		a.encodeVEX(i, length, tail)
	case r.evex == 0:
		if why == "" {
			why = "this vector length"
		}
		a.fail(r.name, "%s asked for, but it has a VEX form only", why)
	case !has(r.evex):
		a.fail(r.name, "has no form of length %v", i.w)
	case r.form&kdst != 0 && !i.toMask:
		a.fail(r.name, "the EVEX form writes a mask register: use VCmp")
	case m.Z && m.K == 0:
		a.fail(r.name, "zeroing without a mask")
	case m.Z && (i.toMem || i.toMask):
		a.fail(r.name, "zeroing needs a vector destination")
	case m.K != 0 && r.form&noMask != 0:
		a.fail(r.name, "takes no write mask")
	case bcast && (i.toMem || r.tuple.element() == 0):
		a.fail(r.name, "takes no broadcast")
	default:
		a.encodeEVEX(i, length, tail, bcast)
	}
}

func (a *Asm) encodeVEX(i *vinst, length uint8, tail int) {
	r := i.row
	var w uint8
	if r.vex&w1 != 0 {
		w = 1
	}
	var xb, bb uint8
	if i.rm.isMem {
		xb, bb = i.rm.mem.ext()
	} else {
		bb = uint8(i.rm.vec) >> 3
	}
	a.vex(r.opmap, r.pp, w, length, i.reg, i.v, xb, bb)
	a.emit(i.op)
	a.operand(i, 1, tail)
}

// encodeEVEX: 62, then inverted R X B R' and the map, W inverted vvvv 1 pp, z L'L b inverted V' and aaa.
func (a *Asm) encodeEVEX(i *vinst, length uint8, tail int, bcast bool) {
	r := i.row
	xb, bb := uint8(i.rm.vec)>>4, uint8(i.rm.vec)>>3&1
	n := int32(1)
	if i.rm.isMem {
		xb, bb = i.rm.mem.ext()
		n = r.tuple.disp8(Width(length), bcast)
	}
	p0 := ^i.reg>>3&1<<7 | (xb^1)<<6 | (bb^1)<<5 | ^i.reg>>4&1<<4 | r.opmap
	p1 := ^i.v&15<<3 | 1<<2 | r.pp
	if r.evex&w1 != 0 {
		p1 |= 1 << 7
	}
	p2 := length<<5 | ^i.v>>4&1<<3 | uint8(i.mods.K)
	if i.mods.Z {
		p2 |= 1 << 7
	}
	if bcast {
		p2 |= 1 << 4
	}
	a.emit(0x62, p0, p1, p2, i.op)
	a.operand(i, n, tail)
}

func (a *Asm) operand(i *vinst, n int32, tail int) {
	if i.rm.isMem {
		a.modRM(i.reg, &i.rm.mem, n, tail)
	} else {
		a.emit(0xc0 | i.reg&7<<3 | uint8(i.rm.vec)&7)
	}
	if tail != 0 {
		a.emit(i.mods.Imm)
	}
}

// row finds op and checks that it is of the kind that the calling method encodes.
func (a *Asm) row(op Op, kind form) *row {
	if int(op) >= len(table) || op == 0 {
		a.fail("Op", "no such op: %d", op)
		return nil
	}
	r := &table[op]
	if r.form&special != kind {
		a.fail(r.name, "%s", wrongMethod(r.form&special))
		return nil
	}
	return r
}

func wrongMethod(kind form) string {
	switch kind {
	case blendV:
		return "use VBlendV"
	case maskMov:
		return "use VMaskLoad or VMaskStore"
	case toK:
		return "use VToMask"
	case fromK:
		return "use VFromMask"
	case toGP, fromGP, gpBoth:
		return "use VToReg or VFromReg"
	case gather:
		return "use VGather or VGatherMask"
	}
	return "does not fit this method"
}

// V encodes dst = op(src1, src2). Instructions of one source take src2 and ignore src1; of a fused multiply-add dst is
// also a source. Scalar instructions ignore w; conversions between element sizes take the longer of their two lengths.
// Loads are VMOVUPD and the like with a memory operand. The comparisons encoded here are those of VEX, to a vector
// register, with the predicate in m.Imm; see VCmp for those of EVEX. V never exchanges operands, not even where that
// would save a byte: of two NaNs the first one wins, so even VADDPD is not quite commutative.
func (a *Asm) V(op Op, w Width, dst, src1 Vec, src2 Operand, m Mods) {
	r := a.row(op, 0)
	if r == nil {
		return
	}
	i := vinst{row: r, op: r.opcode, w: w, rm: src2, mods: m, reg: uint8(dst)}
	switch r.form & roles {
	case rvm:
		i.v = uint8(src1)
	case rvmOrLoad:
		if !src2.isMem {
			i.v = uint8(src1)
		}
	case mr: // dst is in r/m
		if src2.isMem {
			a.fail(r.name, "cannot read memory")
			return
		}
		i.reg, i.rm = uint8(src2.vec), R(dst)
	case vm: // dst is in vvvv and reg is part of the opcode
		i.reg, i.v = r.ext, uint8(dst)
		i.useEVEX = src2.isMem
	case storeOnly:
		a.fail(r.name, "is a store: use VStore")
		return
	}
	a.encode(&i)
}

// VStore encodes [dst] = src, as VMOVUPD, VMOVNTPD, VEXTRACTF64X4 and others do; m.Z must be false.
func (a *Asm) VStore(op Op, w Width, dst Mem, src Vec, m Mods) {
	r := a.row(op, 0)
	if r == nil {
		return
	}
	i := vinst{row: r, op: r.ext, w: w, reg: uint8(src), rm: M(dst), mods: m, toMem: true}
	switch r.form & roles {
	case mr, storeOnly:
		i.op = r.opcode
	case vm:
		i.op = 0
	}
	if i.op == 0 {
		a.fail(r.name, "has no store form")
		return
	}
	a.encode(&i)
}

// VCmp encodes an EVEX comparison: bit j of dst is the comparison of elements j of src1 and src2. pred is the
// predicate of the ops that have one (VCMPPD, VPCMPQ); bits that m.K masks off become zero.
func (a *Asm) VCmp(op Op, w Width, dst Mask, src1 Vec, src2 Operand, pred uint8, m Mods) {
	r := a.row(op, 0)
	switch {
	case r == nil:
		return
	case r.form&kdst == 0:
		a.fail(r.name, "does not write a mask register")
		return
	case dst > K7:
		a.fail(r.name, "no such mask register: k%d", dst)
		return
	case m.Imm != 0:
		a.fail(r.name, "the predicate is an argument of VCmp, not of Mods")
		return
	}
	m.Imm = pred
	i := vinst{row: r, op: r.opcode, w: w, reg: uint8(dst), rm: src2, mods: m, toMask: true, useEVEX: true}
	if r.form&roles == rvm {
		i.v = uint8(src1)
	}
	a.encode(&i)
}

// VBlendV encodes VBLENDVPD and VBLENDVPS: element j of dst is that of src2 where the sign bit of mask's is set, else
// that of src1.
func (a *Asm) VBlendV(op Op, w Width, dst, src1 Vec, src2 Operand, mask Vec) {
	r := a.row(op, blendV)
	if r == nil {
		return
	}
	if mask > 15 {
		a.fail(r.name, "vector registers past 15 asked for, but it has a VEX form only")
		return
	}
	a.encode(&vinst{row: r, op: r.opcode, w: w, reg: uint8(dst), v: uint8(src1), rm: src2, is4: true,
		mods: Mods{Imm: uint8(mask) << 4}})
}

// VMaskLoad encodes the loads VMASKMOVPD, VMASKMOVPS, VPMASKMOVQ and VPMASKMOVD: elements whose sign bit in mask is set
// are read from src, the others become zero and their memory is not touched.
func (a *Asm) VMaskLoad(op Op, w Width, dst, mask Vec, src Mem) {
	if r := a.row(op, maskMov); r != nil {
		a.encode(&vinst{row: r, op: r.opcode, w: w, reg: uint8(dst), v: uint8(mask), rm: M(src)})
	}
}

// VMaskStore encodes the stores VMASKMOVPD, VMASKMOVPS, VPMASKMOVQ and VPMASKMOVD: elements of src whose sign bit in
// mask is set are written; the memory of the others is not touched.
func (a *Asm) VMaskStore(op Op, w Width, dst Mem, mask, src Vec) {
	if r := a.row(op, maskMov); r != nil {
		a.encode(&vinst{row: r, op: r.ext, w: w, reg: uint8(src), v: uint8(mask), rm: M(dst), toMem: true})
	}
}

// VFromMask encodes VPMOVM2Q and VPMOVM2D: each element of dst becomes all ones or zero, as the bit of src says.
func (a *Asm) VFromMask(op Op, w Width, dst Vec, src Mask) {
	if r := a.row(op, fromK); r != nil && a.masks(r.name, src) {
		a.encode(&vinst{row: r, op: r.opcode, w: w, reg: uint8(dst), rm: R(Vec(src)), useEVEX: true})
	}
}

// VToMask encodes VPMOVQ2M and VPMOVD2M: the bits of dst become the sign bits of src's elements.
func (a *Asm) VToMask(op Op, w Width, dst Mask, src Vec) {
	if r := a.row(op, toK); r != nil && a.masks(r.name, dst) {
		a.encode(&vinst{row: r, op: r.opcode, w: w, reg: uint8(dst), rm: R(src), useEVEX: true, toMask: true})
	}
}

// VFromReg encodes VMOVQ and VMOVD (the lowest element of dst becomes src, the rest zero) and VPBROADCASTQR and
// VPBROADCASTDR (every element becomes src).
func (a *Asm) VFromReg(op Op, w Width, dst Vec, src Reg, m Mods) {
	kind := fromGP
	if op == VMOVQ || op == VMOVD {
		kind = gpBoth
	}
	if r := a.row(op, kind); r != nil && a.regs(r.name, src) {
		a.encode(&vinst{row: r, op: r.opcode, w: w, reg: uint8(dst), rm: R(Vec(src)), mods: m})
	}
}

// VToReg encodes VMOVQ and VMOVD (dst becomes the lowest element of src) and VMOVMSKPD, VMOVMSKPS and VPMOVMSKB (the
// bits of dst become the sign bits of src's elements).
func (a *Asm) VToReg(op Op, w Width, dst Reg, src Vec) {
	if op == VMOVQ || op == VMOVD {
		if r := a.row(op, gpBoth); r != nil && a.regs(r.name, dst) {
			a.encode(&vinst{row: r, op: r.ext, w: w, reg: uint8(src), rm: R(Vec(dst))})
		}
		return
	}
	if r := a.row(op, toGP); r != nil && a.regs(r.name, dst) {
		a.encode(&vinst{row: r, op: r.opcode, w: w, reg: uint8(dst), rm: R(src)})
	}
}

// VGather encodes the EVEX gathers: element j of dst becomes [base + scale*index[j] + disp] where bit j of k is set, and
// stays where not. The bits of k become zero; k cannot be K0, nor dst be index.
func (a *Asm) VGather(op Op, w Width, dst Vec, base Reg, index Vec, scale uint8, disp int32, k Mask) {
	r := a.row(op, gather)
	switch {
	case r == nil || !a.masks(r.name, k) || !a.gatherable(r, w, base, scale, dst, index):
	case dst > 31 || index > 31:
		a.fail(r.name, "a register number is more than 31")
	case k == K0:
		a.fail(r.name, "needs a mask register")
	default:
		p0 := ^uint8(dst)>>3&1<<7 | ^uint8(index)>>3&1<<6 | ^uint8(base)>>3&1<<5 | ^uint8(dst)>>4&1<<4 | r.opmap
		p1 := 15<<3 | 1<<2 | r.pp
		if r.evex&w1 != 0 {
			p1 |= 1 << 7
		}
		p2 := uint8(w)<<5 | ^uint8(index)>>4&1<<3 | uint8(k)
		a.emit(0x62, p0, p1, p2, r.opcode)
		m := AtIndex(base, Reg(index&15), scale, disp)
		a.modRM(uint8(dst), &m, r.tuple.disp8(w, false), 0)
	}
}

// VGatherMask encodes the VEX gathers: element j of dst becomes [base + scale*index[j] + disp] where the sign bit of
// mask's is set, and stays where not. The elements of mask become zero; dst, index and mask are three registers.
func (a *Asm) VGatherMask(op Op, w Width, dst Vec, base Reg, index Vec, scale uint8, disp int32, mask Vec) {
	r := a.row(op, gather)
	switch {
	case r == nil || !a.gatherable(r, w, base, scale, dst, index):
	case w == Z:
		a.fail(r.name, "512-bit vectors asked for, but a mask in a vector register is VEX's")
	case dst > 15 || index > 15 || mask > 15:
		a.fail(r.name, "vector registers past 15 asked for, but a mask in a vector register is VEX's")
	case mask == dst || mask == index:
		a.fail(r.name, "the mask is the destination or the index")
	default:
		wb := uint8(0)
		if r.vex&w1 != 0 {
			wb = 1
		}
		a.vex(r.opmap, r.pp, wb, uint8(w), uint8(dst), uint8(mask), uint8(index)>>3, uint8(base)>>3)
		a.emit(r.opcode)
		m := AtIndex(base, Reg(index), scale, disp)
		a.modRM(uint8(dst), &m, 1, 0)
	}
}

func (a *Asm) gatherable(r *row, w Width, base Reg, scale uint8, dst, index Vec) bool {
	switch {
	case w > Z:
		a.fail(r.name, "no such vector length: %v", w)
	case scale != 1 && scale != 2 && scale != 4 && scale != 8:
		a.fail(r.name, "scale is not 1, 2, 4 or 8")
	case dst == index:
		a.fail(r.name, "the destination is the index")
	default:
		return a.regs(r.name, base)
	}
	return false
}
