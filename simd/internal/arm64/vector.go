package arm64

// Op is a vector instruction; see [Asm.V].
type Op uint8

// The vector instructions, by their names in Arm's manual. A suffix 0 compares with zero; an R is an operand in a
// general-purpose register.
const (
	_ Op = iota
	// d = n op m, lane by lane.
	FADD
	FSUB
	FMUL
	FDIV
	FCMEQ
	FCMGE
	FCMGT
	ADD
	SUB
	MUL
	CMGT
	CMGE
	CMHI
	CMHS
	CMEQ
	SSHL // by the signed low byte of each lane of m, to the right if it is negative
	USHL
	SMAX
	SMIN
	UMAX
	UMIN
	UMAXP // of neighbours, those of n and then those of m
	AND
	BIC // n and not m
	ORR
	ORN // n or not m
	EOR
	// The same, but the result depends on d too.
	FMLA // d + n*m, rounded once
	FMLS // d - n*m
	BSL  // d ? n : m, bit by bit
	BIT  // m ? n : d
	BIF  // m ? d : n
	// d = op n.
	FNEG
	FABS
	FSQRT
	FRINTN // to the nearest integer, of two the even one
	FRINTM // down
	FRINTP // up
	FRINTZ // towards zero
	FCVTZS // to integers, towards zero; saturates, NaN gives 0
	FCVTZU
	SCVTF // from integers
	UCVTF
	NEG
	ABS
	NOT
	CMEQ0
	REV64  // the lanes of each 64 bits in reverse order
	UADDLP // lanes of twice the width: sums of neighbours. The lanes named are n's.
	// From lanes of 64 bits to lanes of 32, in the low half of d, and back. The lanes named are D2.
	XTN
	SQXTN
	UQXTN
	FCVTN
	FCVTL
	// d + n*m, lanes of 64 bits from the low lanes of 32. The lanes named are D2.
	UMLAL

	numOps
)

// What an instruction's lanes can be, and how they are encoded.
type lanesKind uint8

const (
	floats   lanesKind = iota // S2 S4 D2; bit 22 is the size
	ints                      // S2 S4 D2; bits 22 and 23 are the size
	ints32                    // S2 S4
	bits                      // B8 B16; bits 22 and 23 belong to the instruction
	narrowed                  // D2; bits 22 and 23 are the size of the narrow lanes
	halved                    // D2; bit 22 is set: floats of 64 bits from or to 32
)

type row struct {
	name  string
	word  uint32 // with all operands zero
	lanes lanesKind
	args  uint8 // registers read as n and m: 1 or 2
}

var table = [numOps]row{
	FADD:  {"fadd", 0x0e20d400, floats, 2},
	FSUB:  {"fsub", 0x0ea0d400, floats, 2},
	FMUL:  {"fmul", 0x2e20dc00, floats, 2},
	FDIV:  {"fdiv", 0x2e20fc00, floats, 2},
	FCMEQ: {"fcmeq", 0x0e20e400, floats, 2},
	FCMGE: {"fcmge", 0x2e20e400, floats, 2},
	FCMGT: {"fcmgt", 0x2ea0e400, floats, 2},
	ADD:   {"add", 0x0e208400, ints, 2},
	SUB:   {"sub", 0x2e208400, ints, 2},
	MUL:   {"mul", 0x0e209c00, ints32, 2},
	CMGT:  {"cmgt", 0x0e203400, ints, 2},
	CMGE:  {"cmge", 0x0e203c00, ints, 2},
	CMHI:  {"cmhi", 0x2e203400, ints, 2},
	CMHS:  {"cmhs", 0x2e203c00, ints, 2},
	CMEQ:  {"cmeq", 0x2e208c00, ints, 2},
	SSHL:  {"sshl", 0x0e204400, ints, 2},
	USHL:  {"ushl", 0x2e204400, ints, 2},
	SMAX:  {"smax", 0x0e206400, ints32, 2},
	SMIN:  {"smin", 0x0e206c00, ints32, 2},
	UMAX:  {"umax", 0x2e206400, ints32, 2},
	UMIN:  {"umin", 0x2e206c00, ints32, 2},
	UMAXP: {"umaxp", 0x2e20a400, ints32, 2},
	AND:   {"and", 0x0e201c00, bits, 2},
	BIC:   {"bic", 0x0e601c00, bits, 2},
	ORR:   {"orr", 0x0ea01c00, bits, 2},
	ORN:   {"orn", 0x0ee01c00, bits, 2},
	EOR:   {"eor", 0x2e201c00, bits, 2},

	FMLA: {"fmla", 0x0e20cc00, floats, 2},
	FMLS: {"fmls", 0x0ea0cc00, floats, 2},
	BSL:  {"bsl", 0x2e601c00, bits, 2},
	BIT:  {"bit", 0x2ea01c00, bits, 2},
	BIF:  {"bif", 0x2ee01c00, bits, 2},

	FNEG:   {"fneg", 0x2ea0f800, floats, 1},
	FABS:   {"fabs", 0x0ea0f800, floats, 1},
	FSQRT:  {"fsqrt", 0x2ea1f800, floats, 1},
	FRINTN: {"frintn", 0x0e218800, floats, 1},
	FRINTM: {"frintm", 0x0e219800, floats, 1},
	FRINTP: {"frintp", 0x0ea18800, floats, 1},
	FRINTZ: {"frintz", 0x0ea19800, floats, 1},
	FCVTZS: {"fcvtzs", 0x0ea1b800, floats, 1},
	FCVTZU: {"fcvtzu", 0x2ea1b800, floats, 1},
	SCVTF:  {"scvtf", 0x0e21d800, floats, 1},
	UCVTF:  {"ucvtf", 0x2e21d800, floats, 1},
	NEG:    {"neg", 0x2e20b800, ints, 1},
	ABS:    {"abs", 0x0e20b800, ints, 1},
	NOT:    {"not", 0x2e205800, bits, 1},
	CMEQ0:  {"cmeq", 0x0e209800, ints, 1},
	REV64:  {"rev64", 0x0e200800, ints32, 1},
	UADDLP: {"uaddlp", 0x2e202800, ints32, 1},

	XTN:   {"xtn", 0x0e212800, narrowed, 1},
	SQXTN: {"sqxtn", 0x0e214800, narrowed, 1},
	UQXTN: {"uqxtn", 0x2e214800, narrowed, 1},
	FCVTN: {"fcvtn", 0x0e216800, halved, 1},
	FCVTL: {"fcvtl", 0x0e217800, halved, 1},

	UMLAL: {"umlal", 0x2e208000, narrowed, 2},
}

func (o Op) String() string {
	if o > 0 && o < numOps {
		return table[o].name
	}
	return "Op?"
}

// V encodes a vector instruction: d = n op m, with the lanes given. Instructions of one operand take it as n, and
// then m must be 0; CMEQ0 compares it with zero.
func (a *Asm) V(op Op, l Lanes, d, n, m Vec) {
	if op == 0 || op >= numOps {
		a.fail("Op?", "no such instruction: %d", op)
		return
	}
	r := &table[op]
	if l > D2 {
		a.fail(r.name, "no such lanes: %d", l)
		return
	}
	w := r.word
	ok := false
	switch r.lanes {
	case floats:
		ok = l >= S2
		w |= l.full()<<30 | l.size()&1<<22
	case ints:
		ok = l >= S2
		w |= l.full()<<30 | l.size()<<22
	case ints32:
		ok = l == S2 || l == S4
		w |= l.full()<<30 | l.size()<<22
	case bits:
		ok = l == B8 || l == B16
		w |= l.full() << 30
	case narrowed:
		ok = l == D2
		w |= 2 << 22
	case halved:
		ok = l == D2
		w |= 1 << 22
	}
	if !ok {
		a.fail(r.name, "it has no lanes %v", l)
		return
	}
	if r.args == 1 && m != 0 {
		a.fail(r.name, "it takes one operand")
		return
	}
	if a.vecs(r.name, d, n, m) {
		a.word(w | uint32(m)<<16 | uint32(n)<<5 | uint32(d))
	}
}

func (a *Asm) vecs(inst string, vs ...Vec) bool {
	for _, v := range vs {
		if v > 31 {
			a.fail(inst, "no such vector register: %d", v)
			return false
		}
	}
	return true
}

// MovV is d = n, all 128 bits.
func (a *Asm) MovV(d, n Vec) { a.V(ORR, B16, d, n, n) }

// Zero clears d.
func (a *Asm) Zero(d Vec) {
	if a.vecs("movi", d) {
		a.word(0x6f00e400 | uint32(d))
	}
}

// shiftImm encodes a shift of lanes by an immediate; to the left the count is in excess of the width, to the right it
// is taken from twice the width.
func (a *Asm) shiftImm(inst string, w uint32, l Lanes, d, n Vec, count, lo, hi uint, left bool) {
	if l < S2 || l > D2 {
		a.fail(inst, "it has no lanes %v", l)
		return
	}
	if count < lo || count > hi {
		a.fail(inst, "shift of lanes %v by %d", l, count)
		return
	}
	width := uint(8) << l.size()
	imm := 2*width - count
	if left {
		imm = width + count
	}
	if a.vecs(inst, d, n) {
		a.word(w | l.full()<<30 | uint32(imm)<<16 | uint32(n)<<5 | uint32(d))
	}
}

// Shl shifts lanes to the left by less than their width.
func (a *Asm) Shl(l Lanes, d, n Vec, count uint) {
	a.shiftImm("shl", 0x0f005400, l, d, n, count, 0, 8<<l.size()-1, true)
}

// Ushr shifts lanes to the right, with zeros from above, by 1 up to their width.
func (a *Asm) Ushr(l Lanes, d, n Vec, count uint) {
	a.shiftImm("ushr", 0x2f000400, l, d, n, count, 1, 8<<l.size(), false)
}

// Sshr shifts lanes to the right, with copies of the sign from above, by 1 up to their width.
func (a *Asm) Sshr(l Lanes, d, n Vec, count uint) {
	a.shiftImm("sshr", 0x0f000400, l, d, n, count, 1, 8<<l.size(), false)
}

// Sxtl makes lanes of 64 bits from the low two of 32, with their sign.
func (a *Asm) Sxtl(d, n Vec) { a.shiftImm("sshll", 0x0f00a400, S2, d, n, 0, 0, 0, true) }

// Uxtl makes lanes of 64 bits from the low two of 32, with zeros.
func (a *Asm) Uxtl(d, n Vec) { a.shiftImm("ushll", 0x2f00a400, S2, d, n, 0, 0, 0, true) }

// lane encodes an instruction on one lane of 4 or 8 bytes, whose number stands in bits 16 to 20.
func (a *Asm) lane(inst string, w uint32, s Size, lane int, n, d uint8) {
	switch {
	case s != S && s != D:
		a.fail(inst, "lanes of %d bytes", s.Bytes())
	case lane < 0 || lane >= 16>>s:
		a.fail(inst, "lane %d of %d", lane, 16>>s)
	case n > 31 || d > 31:
		a.fail(inst, "no such register: %d, %d", n, d)
	default:
		a.word(w | (uint32(lane)<<1|1)<<(16+s) | uint32(n)<<5 | uint32(d))
	}
}

// Dup copies one lane of n, of the size that l says, to all lanes of d.
func (a *Asm) Dup(l Lanes, d, n Vec, lane int) {
	if l < S2 {
		a.fail("dup", "it has no lanes %v", l)
		return
	}
	a.lane("dup", 0x0e000400|l.full()<<30, Size(l.size()), lane, uint8(n), uint8(d))
}

// DupR copies n, or its low half, to all lanes of d.
func (a *Asm) DupR(l Lanes, d Vec, n Reg) {
	if l < S2 {
		a.fail("dup", "it has no lanes %v", l)
		return
	}
	a.lane("dup", 0x0e000c00|l.full()<<30, Size(l.size()), 0, uint8(n), uint8(d))
}

// Umov is d = a lane of n, with zeros above it.
func (a *Asm) Umov(s Size, d Reg, n Vec, lane int) {
	w := uint32(0x0e003c00)
	if s == D {
		w |= 1 << 30
	}
	a.lane("umov", w, s, lane, uint8(n), uint8(d))
}

// Smov is d = a lane of 4 bytes of n, with copies of its sign above it.
func (a *Asm) Smov(d Reg, n Vec, lane int) { a.lane("smov", 0x4e002c00, S, lane, uint8(n), uint8(d)) }

// InsR writes n, or its low half, to a lane of d and leaves the other lanes.
func (a *Asm) InsR(s Size, d Vec, lane int, n Reg) {
	a.lane("ins", 0x4e001c00, s, lane, uint8(n), uint8(d))
}

// Ins writes lane 0 of n to a lane of d and leaves the other lanes.
func (a *Asm) Ins(s Size, d Vec, lane int, n Vec) {
	a.lane("ins", 0x6e000400, s, lane, uint8(n), uint8(d))
}

// FmovR is the low half of d = n; the rest of d is cleared.
func (a *Asm) FmovR(d Vec, n Reg) {
	if a.regs("fmov", n) && a.vecs("fmov", d) {
		a.word(0x9e670000 | uint32(n)<<5 | uint32(d))
	}
}

// Fmov is d = the low half of n.
func (a *Asm) Fmov(d Reg, n Vec) {
	if a.regs("fmov", d) && a.vecs("fmov", n) {
		a.word(0x9e660000 | uint32(n)<<5 | uint32(d))
	}
}

// ScvtfR is lane 0 of d = n as a float of the size, to nearest even; the rest of d is cleared.
func (a *Asm) ScvtfR(s Size, d Vec, n Reg) { a.cvtf("scvtf", 0x9e220000, s, d, n) }

// UcvtfR is ScvtfR of an unsigned n.
func (a *Asm) UcvtfR(s Size, d Vec, n Reg) { a.cvtf("ucvtf", 0x9e230000, s, d, n) }

func (a *Asm) cvtf(inst string, w uint32, s Size, d Vec, n Reg) {
	if s != S && s != D {
		a.fail(inst, "floats of %d bytes", s.Bytes())
	} else if a.regs(inst, n) && a.vecs(inst, d) {
		a.word(w | uint32(s&1)<<22 | uint32(n)<<5 | uint32(d))
	}
}

// Load is the low end of d = the operand at n + offset, a multiple of its size from 0 to 4095 times that; the rest of d
// is cleared.
func (a *Asm) Load(s Size, d Vec, n Reg, offset int) { a.vecMem("ldr", 1, s, d, n, offset) }

// Store writes the low end of v to n + offset, which is as Load's.
func (a *Asm) Store(s Size, v Vec, n Reg, offset int) { a.vecMem("str", 0, s, v, n, offset) }

// LoadIndex is the low end of d = the operand at n + m; the rest of d is cleared.
func (a *Asm) LoadIndex(s Size, d Vec, n, m Reg) { a.vecIndex("ldr", 1, s, d, n, m) }

// StoreIndex writes the low end of v to n + m.
func (a *Asm) StoreIndex(s Size, v Vec, n, m Reg) { a.vecIndex("str", 0, s, v, n, m) }

// memOp is the word of a load (1) or store (0) of a size, without its operands and the bits that choose the form.
func memOp(load uint32, s Size) uint32 {
	w := 0x3c000000 | load<<22
	switch s {
	case S:
		return w | 2<<30
	case D:
		return w | 3<<30
	}
	return w | 1<<23
}

func (a *Asm) vecMem(inst string, load uint32, s Size, v Vec, n Reg, offset int) {
	switch {
	case s < S || s > Q:
		a.fail(inst, "no such size: %d", s)
	case offset < 0 || offset%s.Bytes() != 0 || offset>>s >= 1<<12:
		a.fail(inst, "offset %d is not a multiple of %d from 0 to %d", offset, s.Bytes(), (1<<12-1)<<s)
	case a.regs(inst, n) && a.vecs(inst, v):
		a.word(memOp(load, s) | 1<<24 | uint32(offset>>s)<<10 | uint32(n)<<5 | uint32(v))
	}
}

func (a *Asm) vecIndex(inst string, load uint32, s Size, v Vec, n, m Reg) {
	switch {
	case s < S || s > Q:
		a.fail(inst, "no such size: %d", s)
	case a.regs(inst, n, m) && a.vecs(inst, v):
		a.word(memOp(load, s) | 0x206800 | uint32(m)<<16 | uint32(n)<<5 | uint32(v))
	}
}

// LoadLane reads a lane of d, of 4 or 8 bytes, from the address in n and leaves the other lanes.
func (a *Asm) LoadLane(s Size, d Vec, lane int, n Reg) {
	switch {
	case s != S && s != D:
		a.fail("ld1", "lanes of %d bytes", s.Bytes())
	case lane < 0 || lane >= 16>>s:
		a.fail("ld1", "lane %d of %d", lane, 16>>s)
	case !a.regs("ld1", n) || !a.vecs("ld1", d):
	case s == D:
		a.word(0x0d408400 | uint32(lane)<<30 | uint32(n)<<5 | uint32(d))
	default:
		a.word(0x0d408000 | uint32(lane>>1)<<30 | uint32(lane&1)<<12 | uint32(n)<<5 | uint32(d))
	}
}
