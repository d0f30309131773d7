package amd64

import (
	"encoding/binary"
	"fmt"
	"sync"
)

// Inst is one machine instruction, read back from its bytes.
type Inst struct {
	At, Len int    // its place and its length in the code, in bytes
	Name    string // Intel's mnemonic, in capitals
	Args    []Arg  // in Intel's order, destination first
	K       Mask   // write mask; K0: none
	Z       bool   // it zeroes what K masks off
	goName  string // the Go assembler's mnemonic; empty: it has none
	elem    int32  // bytes of the element that a broadcast reads
	width   Width  // of a vector instruction
	sized   bool   // the operands do not tell the width where one is memory
}

// ArgKind says what an operand is.
type ArgKind uint8

// The kinds of operands.
const (
	GeneralArg ArgKind = iota // the register Reg, of Size bytes
	VecArg                    // the vector register Vec, Width wide
	MaskArg                   // the register Mask
	MemArg                    // the memory Mem, of Size bytes or 0 if that is unknown; at Place where Mem has no base
	ImmArg                    // the number Imm
	PlaceArg                  // a place in the code to jump to, Place
)

// Arg is an operand of an Inst.
type Arg struct {
	Kind  ArgKind
	Reg   Reg
	Vec   Vec
	Mask  Mask
	Width Width
	Mem   Mem
	Size  int
	Imm   int64
	Place int
	// VecIndex says that the index of Mem is a vector register, Width wide: Mem.Index
	// is its number.
	VecIndex bool
}

// DecodeError says that bytes are no instruction that this package encodes.
type DecodeError struct {
	At    int
	Bytes []byte // from there on, some of them
}

func (e *DecodeError) Error() string {
	return fmt.Sprintf("amd64: no known instruction at offset %d: % x", e.At, e.Bytes)
}

// Decode reads the instruction at an offset of the code. It knows the
// instructions that an Asm writes, and the error of others is a *DecodeError.
func Decode(code []byte, at int) (in Inst, err error) {
	d := decoder{b: code, at: at, i: at}
	defer func() {
		if r := recover(); r != nil {
			if r != errBytes {
				panic(r)
			}
			in, err = Inst{}, &DecodeError{at, code[min(max(at, 0), len(code)):min(max(at, 0)+8, len(code))]}
		}
	}()
	d.in.At = at
	d.instruction()
	d.in.Len = d.i - at
	return d.in, nil
}

// errBytes unwinds a decoder.
var errBytes = new(int)

// decoder reads one instruction. It gives up with a panic of errBytes.
type decoder struct {
	b      []byte
	at, i  int
	in     Inst
	places []int // arguments whose places count from the end of the instruction

	// Prefixes and ModRM.
	evex         bool
	w            bool
	r, x, bb     uint8 // the high bits of reg, index and base
	r2, v        uint8
	length       uint8
	opmap, pp, k uint8
	zero, bcast  bool
	vsib         bool // the index is a vector register
}

func (d *decoder) fail() { panic(errBytes) }

func (d *decoder) byte() uint8 {
	if d.i < 0 || d.i >= len(d.b) {
		d.fail()
	}
	d.i++
	return d.b[d.i-1]
}

func (d *decoder) int32() int32 {
	if d.i+4 > len(d.b) {
		d.fail()
	}
	d.i += 4
	return int32(binary.LittleEndian.Uint32(d.b[d.i-4:]))
}

func (d *decoder) name(intel, goName string) { d.in.Name, d.in.goName = intel, goName }

func (d *decoder) arg(a Arg) { d.in.Args = append(d.in.Args, a) }

func (d *decoder) imm(v int64) { d.arg(Arg{Kind: ImmArg, Imm: v}) }

// size is that of a general operand.
func (d *decoder) size() int {
	if d.w {
		return 8
	}
	return 4
}

func (d *decoder) general(r uint8) { d.arg(Arg{Kind: GeneralArg, Reg: Reg(r), Size: d.size()}) }

// modRM reads a ModRM byte. A memory operand is in mem; disp is in units of n
// bytes where it has one byte.
func (d *decoder) modRM(n func() int32) (reg uint8, isMem bool, rm uint8, mem Arg) {
	b := d.byte()
	reg = d.r2<<4 | d.r<<3 | b>>3&7
	mod, low := b>>6, b&7
	if mod == 3 {
		rm = d.bb<<3 | low
		if d.evex {
			rm |= d.x << 4
		}
		return reg, false, rm, Arg{}
	}
	mem = Arg{Kind: MemArg, Mem: Mem{Base: Reg(d.bb<<3 | low), Index: NoReg}}
	m := &mem.Mem
	if low == 4 {
		sib := d.byte()
		m.Base = Reg(d.bb<<3 | sib&7)
		index := Reg(d.x<<3 | sib>>3&7)
		if d.vsib {
			m.Index, m.Scale, mem.VecIndex = index|Reg(d.v&16), 1<<(sib>>6), true
		} else if index != RSP {
			m.Index, m.Scale = index, 1<<(sib>>6)
		}
		if mod == 0 && sib&7 == 5 {
			d.fail() // no base: an Asm never writes it
		}
	} else if mod == 0 && low == 5 {
		m.Base = NoReg
		m.Disp = d.int32()
		return reg, true, 0, mem
	}
	switch mod {
	case 1:
		m.Disp = int32(int8(d.byte())) * n()
	case 2:
		m.Disp = d.int32()
	}
	return reg, true, 0, mem
}

// memory adds a memory operand.
func (d *decoder) memory(m Arg, size int) {
	m.Size = size
	if m.Mem.Base == NoReg {
		d.places = append(d.places, len(d.in.Args))
	}
	d.arg(m)
}

// jump adds the place that is disp bytes behind the end of the instruction.
func (d *decoder) jump(disp int32) {
	d.places = append(d.places, len(d.in.Args))
	d.arg(Arg{Kind: PlaceArg, Mem: Mem{Disp: disp}})
}

func (d *decoder) instruction() {
	switch b := d.byte(); b {
	case 0xc5:
		p := d.byte()
		d.r, d.opmap, d.v, d.length, d.pp = ^p>>7, m0F, ^p>>3&15, p>>2&1, p&3
		d.vector()
	case 0xc4:
		p, q := d.byte(), d.byte()
		d.r, d.x, d.bb, d.opmap = ^p>>7, ^p>>6&1, ^p>>5&1, p&31
		d.w, d.v, d.length, d.pp = q>>7 != 0, ^q>>3&15, q>>2&1, q&3
		d.vector()
	case 0x62:
		p, q, s := d.byte(), d.byte(), d.byte()
		d.evex = true
		d.r, d.x, d.bb, d.r2, d.opmap = ^p>>7, ^p>>6&1, ^p>>5&1, ^p>>4&1, p&7
		d.w, d.pp = q>>7 != 0, q&3
		d.zero, d.length, d.bcast, d.k = s>>7 != 0, s>>5&3, s>>4&1 != 0, s&7
		d.v = (^s>>3&1)<<4 | ^q>>3&15
		d.vector()
	default:
		d.legacy(b)
	}
	for _, i := range d.places {
		a := &d.in.Args[i]
		a.Place = d.i + int(a.Mem.Disp)
		a.Mem.Disp = 0
	}
}

// decodeKey finds what VEX and EVEX instructions there are.
type decodeKey struct{ opmap, pp, opcode uint8 }

// A candidate is a row under one of its opcodes.
type candidate struct {
	op     Op
	second bool // the opcode is the row's ext: its store form, or the way back
}

var candidates = sync.OnceValue(func() map[decodeKey][]candidate {
	m := map[decodeKey][]candidate{}
	add := func(op Op, opcode uint8, second bool) {
		k := decodeKey{table[op].opmap, table[op].pp, opcode}
		m[k] = append(m[k], candidate{op, second})
	}
	for op := Op(1); int(op) < len(table); op++ {
		r := &table[op]
		if r.name == "" {
			continue
		}
		add(op, r.opcode, false)
		if r.ext != 0 && r.form&roles != vm {
			add(op, r.ext, true)
		}
	}
	return m
})

// vector reads what follows a VEX or EVEX prefix.
func (d *decoder) vector() {
	opcode := d.byte()
	if !d.evex && d.other(opcode) {
		return
	}
	if d.i >= len(d.b) {
		d.fail()
	}
	modrm := d.b[d.i]
	isMem := modrm>>6 != 3
	for _, c := range candidates()[decodeKey{d.opmap, d.pp, opcode}] {
		r := &table[c.op]
		s := r.vex
		if d.evex {
			s = r.evex
		}
		switch {
		case s&(xyz|1<<3) == 0,
			!s.scalar() && (d.length > uint8(Z) || s&(x<<d.length) == 0),
			(s&w1 != 0) != d.w,
			isMem && r.form&regOnly != 0 || !isMem && r.form&memOnly != 0,
			r.form&roles == vm && modrm>>3&7 != r.ext,
			r.form&roles == storeOnly && !isMem,
			d.bcast && (!isMem || r.tuple.element() == 0),
			d.zero && d.k == 0:
			continue
		}
		d.row(c.op, r, s, c.second)
		return
	}
	d.fail()
}

// row reads the operands of a table's instruction.
func (d *decoder) row(op Op, r *row, s spec, second bool) {
	in := &d.in
	d.name(r.name, r.name)
	w := Width(d.length)
	if s.scalar() {
		w = X
	}
	in.width, in.K, in.Z, in.elem = w, Mask(d.k), d.zero, r.tuple.element()
	d.vsib = r.form&special == gather
	reg, isMem, n, mem := d.modRM(func() int32 {
		if !d.evex {
			return 1
		}
		return r.tuple.disp8(w, d.bcast)
	})
	mem.Mem.Bcast = isMem && d.bcast
	dw, s1w, s2w := operandWidths(r.name, w)
	vec := func(n uint8, w Width) { d.arg(Arg{Kind: VecArg, Vec: Vec(n), Width: w}) }
	last := func(w Width) {
		if !isMem {
			vec(n, w)
			return
		}
		size := memBytes(r, s, w)
		if mem.Mem.Bcast {
			size = int(in.elem)
		}
		d.memory(mem, size)
	}
	gpWide := d.w // of VMOVQ
	general := func(n uint8) {
		d.w = gpWide
		d.general(n & 15)
	}
	mask := func(n uint8) { d.arg(Arg{Kind: MaskArg, Mask: Mask(n & 7)}) }
	toMask := d.evex && r.form&kdst != 0

	switch r.form & special {
	case blendV:
		vec(reg, w)
		vec(d.v, w)
		last(w)
		vec(d.byte()>>4, w)
		return
	case maskMov:
		if second {
			last(w)
			vec(d.v, w)
			vec(reg, w)
		} else {
			vec(reg, w)
			vec(d.v, w)
			last(w)
		}
		return
	case gather:
		if !mem.VecIndex {
			d.fail()
		}
		mem.Width = s1w
		vec(reg, dw)
		d.memory(mem, 0)
		if !d.evex {
			vec(d.v, dw)
		}
		return
	case toK:
		mask(reg)
		vec(n, w)
		return
	case fromK:
		vec(reg, w)
		mask(n)
		return
	case toGP:
		d.w = false
		gpWide = false
		general(reg)
		vec(n, w)
		return
	case fromGP, gpBoth:
		if second {
			general(n)
			vec(reg, w)
		} else {
			vec(reg, w)
			general(n)
		}
		return
	}
	switch roles := r.form & roles; {
	case roles == storeOnly || second && isMem:
		last(w)
		vec(reg, w)
	case second && roles == rm: // a copy between registers in its store form
		vec(n, w)
		vec(reg, w)
	case second:
		vec(n, w)
		vec(d.v, w)
		vec(reg, w)
	case roles == mr:
		last(dw)
		vec(reg, s2w)
	case roles == vm:
		vec(d.v, w)
		last(w)
	case roles == rvm, roles == rvmOrLoad && !isMem:
		if toMask {
			mask(reg)
		} else {
			vec(reg, dw)
		}
		vec(d.v, s1w)
		last(s2w)
	default:
		if toMask {
			mask(reg)
		} else {
			vec(reg, dw)
		}
		last(s2w)
	}
	if r.form&imm != 0 {
		d.imm(int64(d.byte()))
	}
	if lengthSuffix(r.name) {
		// The length does not follow from the operands, at least not from memory.
		in.sized = isMem
		if w != Z || r.form&kdst != 0 {
			in.goName += "XYZ"[w : w+1]
		}
	}
}

// other reads what has a VEX prefix and no row of the table: instructions on mask
// registers, on general ones, and VZEROUPPER. It reports whether it did.
func (d *decoder) other(opcode uint8) bool {
	if d.opmap == m0F38 && opcode == 0xf5 && d.pp == pNone {
		reg, isMem, rm, _ := d.modRM(func() int32 { return 1 })
		if isMem {
			d.fail()
		}
		d.name("BZHI", "BZHIQ")
		if !d.w {
			d.name("BZHI", "BZHIL")
		}
		d.general(reg)
		d.general(rm)
		d.general(d.v)
		return true
	}
	if d.opmap != m0F {
		return false
	}
	if opcode == 0x77 {
		d.name("VZEROUPPER", "VZEROUPPER")
		return true
	}
	// B is W0 with 66, W is W0 without, D is W1 with 66 and Q W1 without, but for moves
	// from and to general registers.
	size := "W"
	switch {
	case d.w && d.pp == p66:
		size = "D"
	case d.w:
		size = "Q"
	case d.pp == p66:
		size = "B"
	}
	mask := func(n uint8) { d.arg(Arg{Kind: MaskArg, Mask: Mask(n & 7)}) }
	name := map[uint8]string{0x41: "KAND", 0x42: "KANDN", 0x45: "KOR", 0x46: "KXNOR", 0x47: "KXOR", 0x44: "KNOT", 0x98: "KORTEST", 0x99: "KTEST",
		0x90: "KMOV", 0x91: "KMOV", 0x92: "KMOV", 0x93: "KMOV"}[opcode]
	if name == "" {
		return false
	}
	reg, isMem, rm, mem := d.modRM(func() int32 { return 1 })
	bytes := map[string]int{"B": 1, "W": 2, "D": 4, "Q": 8}[size]
	switch opcode {
	case 0x92, 0x93:
		if d.pp == pF2 {
			size = "D"
			if d.w {
				size = "Q"
			}
		}
		if isMem {
			d.fail()
		}
		if opcode == 0x92 {
			mask(reg)
			d.general(rm)
		} else {
			d.general(reg)
			mask(rm)
		}
	case 0x90:
		mask(reg)
		if isMem {
			d.memory(mem, bytes)
		} else {
			mask(rm)
		}
	case 0x91:
		if !isMem {
			d.fail()
		}
		d.memory(mem, bytes)
		mask(reg)
	case 0x44, 0x98, 0x99:
		mask(reg)
		mask(rm)
	default:
		mask(reg)
		mask(d.v)
		mask(rm)
	}
	d.name(name+size, name+size)
	return true
}

// goConds are the Go assembler's names of conditions, by number; empty: it has
// none that the encoder needs.
var (
	condNames = [16]string{"O", "NO", "B", "AE", "E", "NE", "BE", "A", "S", "NS", "P", "NP", "L", "GE", "LE", "G"}
	goConds   = [16]string{"OS", "OC", "CS", "CC", "EQ", "NE", "LS", "HI", "MI", "PL", "PS", "PC", "LT", "GE", "LE", "GT"}
)

// general are the instructions whose operands are a register and a register or
// memory, by opcode: the name, and whether the destination is the register of
// ModRM.reg.
var twoOperands = map[uint16]struct {
	name  string
	toReg bool
}{
	0x01: {"ADD", false}, 0x03: {"ADD", true}, 0x09: {"OR", false}, 0x0b: {"OR", true}, 0x21: {"AND", false}, 0x23: {"AND", true},
	0x29: {"SUB", false}, 0x2b: {"SUB", true}, 0x31: {"XOR", false}, 0x33: {"XOR", true}, 0x39: {"CMP", false}, 0x3b: {"CMP", true},
	0x85: {"TEST", false}, 0x89: {"MOV", false}, 0x8b: {"MOV", true}, 0x8d: {"LEA", true}, 0x0faf: {"IMUL", true},
}

// immediates are the arithmetic instructions with an immediate, by the digit in
// ModRM.reg.
var immediates = [8]string{"ADD", "OR", "ADC", "SBB", "AND", "SUB", "XOR", "CMP"}

// legacy reads an instruction without VEX or EVEX, whose first byte is b.
func (d *decoder) legacy(b uint8) {
	counts := b == 0xf3 // only TZCNT has it
	if counts {
		b = d.byte()
	}
	prefixed := false
	for b == 0x66 { // only NOPs have it
		prefixed = true
		b = d.byte()
	}
	if b>>4 == 4 {
		d.w, d.r, d.x, d.bb = b>>3&1 != 0, b>>2&1, b>>1&1, b&1
		b = d.byte()
	}
	op := uint16(b)
	if b == 0x0f {
		op = 0x0f00 | uint16(d.byte())
	}
	if prefixed && op != 0x90 && op != 0x0f1f || counts != (op == 0x0fbc) {
		d.fail()
	}
	one := func() int32 { return 1 }
	suffix := func() string {
		if d.w {
			return "Q"
		}
		return "L"
	}
	two, isTwo := twoOperands[op]
	switch {
	case isTwo:
		reg, isMem, rm, mem := d.modRM(one)
		last := func() {
			if isMem {
				d.memory(mem, d.size())
			} else {
				d.general(rm)
			}
		}
		if two.toReg {
			d.general(reg)
			last()
		} else {
			last()
			d.general(reg)
		}
		d.name(two.name, two.name+suffix())
	case op == 0x83, op == 0x81:
		digit, isMem, rm, mem := d.modRM(one)
		digit &= 7
		if isMem {
			d.memory(mem, d.size())
		} else {
			d.general(rm)
		}
		if op == 0x83 {
			d.imm(int64(int8(d.byte())))
		} else {
			d.imm(int64(d.int32()))
		}
		d.name(immediates[digit], immediates[digit]+suffix())
	case op < 0x40 && op&7 == 5:
		d.general(uint8(RAX))
		d.imm(int64(d.int32()))
		d.name(immediates[op>>3], immediates[op>>3]+suffix())
	case op >= 0xb8 && op <= 0xbf:
		d.general(d.bb<<3 | b&7)
		if d.w {
			if d.i+8 > len(d.b) {
				d.fail()
			}
			d.imm(int64(binary.LittleEndian.Uint64(d.b[d.i:])))
			d.i += 8
		} else {
			d.imm(int64(uint32(d.int32())))
		}
		d.name("MOV", "MOV"+suffix())
	case op == 0xc7:
		_, isMem, rm, mem := d.modRM(one)
		if isMem {
			d.memory(mem, d.size())
		} else {
			d.general(rm)
		}
		d.imm(int64(d.int32()))
		d.name("MOV", "MOV"+suffix())
	case op == 0xd1, op == 0xc1, op == 0xf7, op == 0xff:
		digit, isMem, rm, _ := d.modRM(one)
		names := map[uint16][8]string{0xd1: {4: "SHL", 5: "SHR", 7: "SAR"}, 0xf7: {2: "NOT", 3: "NEG", 6: "DIV", 7: "IDIV"}, 0xff: {0: "INC", 1: "DEC"}}
		names[0xc1] = names[0xd1]
		name := names[op][digit&7]
		if isMem || name == "" {
			d.fail()
		}
		d.general(rm)
		switch op {
		case 0xd1:
			d.imm(1)
		case 0xc1:
			d.imm(int64(d.byte()))
		}
		d.name(name, name+suffix())
	case op>>4 == 0x0f4, op == 0x0fbc:
		reg, isMem, rm, _ := d.modRM(one)
		if isMem {
			d.fail()
		}
		d.general(reg)
		d.general(rm)
		if counts {
			d.name("TZCNT", "TZCNT"+suffix())
		} else {
			d.name("CMOV"+condNames[op&15], "CMOV"+suffix()+goConds[op&15])
		}
	case op >= 0x50 && op < 0x60:
		d.w = true
		d.general(d.bb<<3 | b&7)
		name := "PUSH"
		if op >= 0x58 {
			name = "POP"
		}
		d.name(name, name+"Q")
	case op == 0xeb, op>>4 == 7:
		d.jump(int32(int8(d.byte())))
		d.branch(op == 0xeb, uint8(op&15))
	case op == 0xe9, op>>4 == 0x0f8:
		d.jump(d.int32())
		d.branch(op == 0xe9, uint8(op&15))
	case op == 0x99 && d.w:
		d.name("CQO", "CQO")
	case op == 0xc3:
		d.name("RET", "RET")
	case op == 0x90:
		d.name("NOP", "NOP")
	case op == 0x0f1f:
		d.modRM(one)
		d.name("NOP", "NOP")
	case op == 0x0fae:
		if d.byte() != 0xf8 {
			d.fail()
		}
		d.name("SFENCE", "SFENCE")
	case op == 0x0f0b:
		d.name("UD2", "UD2")
	case op == 0x0f18, op == 0x0f0d:
		digit, isMem, _, mem := d.modRM(one)
		if !isMem {
			d.fail()
		}
		switch {
		case op == 0x0f0d && digit&7 == 1:
			d.name("PREFETCHW", "") // unknown to the Go assembler
		case op == 0x0f18 && digit&7 == 0:
			d.name("PREFETCHNTA", "PREFETCHNTA")
		case op == 0x0f18 && digit&7 == 1:
			d.name("PREFETCHT0", "PREFETCHT0")
		default:
			d.fail()
		}
		d.memory(mem, 1)
	default:
		d.fail()
	}
}

func (d *decoder) branch(always bool, c uint8) {
	if always {
		d.name("JMP", "JMP")
	} else {
		d.name("J"+condNames[c], "J"+goConds[c])
	}
}
