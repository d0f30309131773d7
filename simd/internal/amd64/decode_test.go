package amd64

import (
	"encoding/binary"
	"fmt"
	"testing"
)

// decoded are the fields of a VEX or EVEX instruction, read back from its bytes by the layout in the SDM (volume 2A,
// figures 2-9 and 2-10), which this decoder knows and nothing of the table.
type decoded struct {
	evex         bool
	opmap, pp, w uint8
	length       uint8
	reg, v       uint8
	k            uint8
	zero, bcast  bool
	opcode       uint8
	isReg        bool
	rm           uint8 // register
	base, index  Reg
	scale        uint8
	dispSize     int // 0, 1 or 4
	disp         int32
	size         int // bytes before an immediate
	reserved     bool
	ripRelative  bool
}

func decode(b []byte) (d decoded, err error) {
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("% x ends early", b)
		}
	}()
	var r, x, bb, r2, v2 uint8
	i := 0
	switch b[0] {
	case 0xc5:
		r, d.opmap = ^b[1]>>7&1, 1
		d.v, d.length, d.pp = ^b[1]>>3&15, b[1]>>2&1, b[1]&3
		i = 2
	case 0xc4:
		r, x, bb, d.opmap = ^b[1]>>7&1, ^b[1]>>6&1, ^b[1]>>5&1, b[1]&31
		d.w, d.v, d.length, d.pp = b[2]>>7, ^b[2]>>3&15, b[2]>>2&1, b[2]&3
		i = 3
	case 0x62:
		d.evex = true
		r, x, bb, r2, d.opmap = ^b[1]>>7&1, ^b[1]>>6&1, ^b[1]>>5&1, ^b[1]>>4&1, b[1]&7
		d.w, d.v, d.pp = b[2]>>7, ^b[2]>>3&15, b[2]&3
		d.zero, d.length, d.bcast, v2, d.k = b[3]>>7 == 1, b[3]>>5&3, b[3]>>4&1 == 1, ^b[3]>>3&1, b[3]&7
		d.reserved = b[1]>>3&1 != 0 || b[2]>>2&1 != 1
		i = 4
	default:
		return d, fmt.Errorf("% x has no VEX or EVEX prefix", b)
	}
	d.v |= v2 << 4
	d.opcode = b[i]
	i++
	modrm := b[i]
	d.reg = r2<<4 | r<<3 | modrm>>3&7
	if modrm>>6 == 3 {
		d.isReg = true
		d.rm = bb<<3 | modrm&7
		if d.evex {
			d.rm |= x << 4
		}
		d.size = i + 1
		return d, nil
	}
	n, disp := modRMLen(b[i:])
	d.dispSize = disp
	d.base, d.index = Reg(bb<<3|modrm&7), NoReg
	if modrm&7 == 4 {
		sib := b[i+1]
		d.base, d.scale = Reg(bb<<3|sib&7), 1<<(sib>>6)
		if idx := Reg(x<<3 | sib>>3&7); idx != RSP {
			d.index = idx
		}
	} else if modrm>>6 == 0 && modrm&7 == 5 {
		d.base, d.ripRelative = NoReg, true
	}
	switch disp {
	case 1:
		d.disp = int32(int8(b[i+n-1]))
	case 4:
		d.disp = int32(binary.LittleEndian.Uint32(b[i+n-4:]))
	}
	d.size = i + n
	return d, nil
}

// modRMLen is the length of a ModRM byte with its SIB byte and displacement, and of the displacement alone.
func modRMLen(b []byte) (n, disp int) {
	mod, rm := b[0]>>6, b[0]&7
	n = 1
	base := rm
	if mod != 3 && rm == 4 {
		n++
		base = b[1] & 7
	}
	switch {
	case mod == 1:
		disp = 1
	case mod == 2, mod == 0 && base == 5:
		disp = 4
	}
	return n + disp, disp
}

// check encodes v and reads the bytes back: every operand must be where the SDM puts it. It reports whether v was
// accepted.
func (v vsample) check() (bool, error) {
	var a Asm
	pool := a.NewLabel()
	v.emit(&a, pool)
	if a.Err() != nil {
		if a.Len() != 0 {
			return false, fmt.Errorf("%v: refused, but %d bytes emitted", a.Err(), a.Len())
		}
		return false, nil
	}
	b := a.buf
	d, err := decode(b)
	if err != nil {
		return true, err
	}
	r := &table[v.op]
	fail := func(what string, got, want any) error {
		return fmt.Errorf("%v, % x: %s is %v, want %v", v.op, b, what, got, want)
	}
	tail := 0
	if r.form&imm != 0 || v.kind == kBlendV {
		tail = 1
		want := v.mods.Imm
		if v.kind == kBlendV {
			want = v.mask << 4
		}
		if b[len(b)-1] != want {
			return true, fail("immediate", b[len(b)-1], want)
		}
	}
	if len(b) != d.size+tail || len(b) > 15 || d.reserved {
		return true, fail("length", len(b), d.size+tail)
	}
	if d.opmap != r.opmap || d.pp != r.pp || d.opcode != r.opcode && d.opcode != r.ext {
		return true, fail("opcode", fmt.Sprintf("map %d pp %d %#x", d.opmap, d.pp, d.opcode), *r)
	}
	length := uint8(v.w)
	if widthsScalar(v.op) {
		length = 0
	}
	if d.length != length {
		return true, fail("length", d.length, length)
	}
	bcast := v.src2.isMem && v.src2.mem.Bcast && v.kind < kFromMask // the others have no src2
	high := v.dst > 15 || !v.src2.isMem && v.src2.vec > 15
	if d.k != uint8(v.mods.K) || d.zero != v.mods.Z || d.bcast != bcast {
		return true, fail("mask or broadcast", d, v.mods)
	}
	if !d.evex && (v.w == Z && !widthsScalar(v.op) || high && v.kind == kV || v.mods.K != 0 || bcast || v.kind == kCmp) {
		return true, fail("prefix", "VEX", "EVEX")
	}

	// Where the operands should be.
	reg, vvvv, rm := v.dst, uint8(0), v.src2
	switch v.kind {
	case kV, kCmp, kStore:
		switch r.form & roles {
		case rvm, rvmOrLoad:
			if v.kind != kStore && !(r.form&roles == rvmOrLoad && v.src2.isMem) {
				vvvv = v.src1
			}
		case mr:
			if v.kind == kV {
				reg, rm = uint8(v.src2.vec), R(Vec(v.dst))
			}
		case vm:
			reg, vvvv = r.ext, v.dst
		}
	case kBlendV, kMaskLoad, kMaskStore:
		vvvv = v.src1
	case kFromMask, kToMask, kFromReg:
		rm = R(Vec(v.src1))
	case kToReg:
		rm = R(Vec(v.src1))
		if v.op == VMOVQ || v.op == VMOVD {
			reg, rm = v.src1, R(Vec(v.dst))
		}
	}
	if d.reg != reg || d.v != vvvv || d.isReg == rm.isMem {
		return true, fail("registers", fmt.Sprint(d.reg, d.v, d.isReg), fmt.Sprint(reg, vvvv, !rm.isMem))
	}
	if !rm.isMem {
		if d.rm != uint8(rm.vec) {
			return true, fail("r/m", d.rm, rm.vec)
		}
		return true, nil
	}
	m := rm.mem
	if m.Base == NoReg {
		if !d.ripRelative {
			return true, fail("r/m", d.base, "rip")
		}
		return true, nil
	}
	n := int32(1)
	if d.evex && d.dispSize == 1 {
		n = r.tuple.disp8(Width(length), bcast)
	}
	if d.base != m.Base || d.index != m.Index || m.Index != NoReg && d.scale != m.Scale || d.disp*n != m.Disp || d.ripRelative {
		return true, fail("memory", fmt.Sprint(d.base, d.index, d.scale, d.disp*n), m)
	}
	return true, nil
}

// Every sample that the oracles see is also read back by the decoder, on every machine.
func TestDecode(t *testing.T) {
	accepted, refused := vectorSamples()
	for _, v := range accepted {
		if ok, err := v.check(); !ok || err != nil {
			t.Fatalf("%s: accepted %v, %v", v.sample().att, ok, err)
		}
	}
	for _, v := range refused {
		if ok, err := v.check(); ok || err != nil {
			t.Fatalf("%s: accepted %v, %v", v.sample().att, ok, err)
		}
	}
	t.Logf("%d accepted, %d refused", len(accepted), len(refused))
}

// Whatever is asked, the encoder does not panic, emits nothing with an error, and otherwise puts each operand in its
// place.
func FuzzV(f *testing.F) {
	f.Add(uint16(VADDPD), uint8(0), uint8(2), uint8(1), uint8(2), uint8(3), uint8(0), uint8(0), uint8(0), uint8(0), int32(0))
	f.Add(uint16(VFMADD231PD), uint8(0), uint8(2), uint8(31), uint8(17), uint8(3), uint8(0x93), uint8(6), uint8(7), uint8(3), int32(-512))
	f.Add(uint16(VMOVNTPS), uint8(1), uint8(1), uint8(9), uint8(0), uint8(0), uint8(0x10), uint8(4), uint8(0xff), uint8(0), int32(64))
	f.Add(uint16(VCMPPD), uint8(2), uint8(2), uint8(1), uint8(2), uint8(3), uint8(0x15), uint8(5), uint8(12), uint8(1), int32(127))
	f.Fuzz(func(t *testing.T, op uint16, kd, w, dst, src1, src2, flags, base, index, scale uint8, disp int32) {
		v := vsample{kind: kind(kd % 10), op: Op(op), w: Width(w), dst: dst, src1: src1, src2: R(Vec(src2)), mask: src2 >> 3}
		v.mods = Mods{K: Mask(flags & 7), Z: flags&8 != 0, Imm: src2}
		if int(op) < len(table) && table[op].form&imm == 0 && flags&64 == 0 {
			v.mods.Imm = 0
		}
		if mem := (Mem{Base: Reg(base), Index: Reg(index), Scale: scale, Disp: disp}); flags&16 != 0 || v.kind == kStore ||
			v.kind == kMaskLoad || v.kind == kMaskStore {
			mem.Bcast = flags&128 != 0
			v.src2 = M(mem)
		}
		switch v.kind { // methods without these arguments
		case kBlendV, kMaskLoad, kMaskStore, kFromMask, kToMask, kToReg:
			v.mods = Mods{}
		}
		if _, err := v.check(); err != nil {
			t.Error(err)
		}
	})
}

// TestRandom is FuzzV's check on requests drawn at random, most of them sound.
func TestRandom(t *testing.T) {
	var x mixer
	n := 0
	for range 50000 {
		op := Op(1 + x.next(len(table)-1))
		if kindsOf(op) == nil { // gathers
			continue
		}
		v := vsample{kind: kV, op: op, w: Width(x.next(3)), dst: uint8(x.next(32)), src1: uint8(x.next(32)), src2: R(Vec(x.next(32)))}
		ks := kindsOf(op)
		v.kind = ks[x.next(len(ks))]
		if x.next(2) == 0 || v.kind == kStore || v.kind == kMaskLoad || v.kind == kMaskStore {
			m := x.indexed(Reg(x.next(16)), int32(x.next(1<<14)-1<<13))
			m.Bcast = x.next(4) == 0
			v.src2 = M(m)
		}
		if v.kind <= kCmp && x.next(2) == 0 {
			v.mods.K = Mask(x.next(8))
			v.mods.Z = v.mods.K != 0 && x.next(2) == 0
		}
		if v.kind == kCmp || v.kind == kToMask {
			v.dst &= 7
		}
		if v.kind == kFromMask {
			v.src1 &= 7
		}
		if table[op].form&imm != 0 {
			v.mods.Imm = uint8(x.next(256))
		}
		ok, err := v.check()
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			n++
		}
	}
	if n < 10000 {
		t.Errorf("only %d of the requests were sound", n)
	}
}
