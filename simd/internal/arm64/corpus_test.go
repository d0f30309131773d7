package arm64

import (
	"fmt"
	"strings"
)

// A sample is one request to the encoder and the instructions that it stands for, in the GNU assembler's syntax.
type sample struct {
	gnu  string // instructions apart by ;
	emit func(a *Asm)
}

// vecSets are registers d, n and m that tell the fields apart and reach their ends.
var vecSets = [][3]Vec{{0, 1, 2}, {31, 0, 0}, {0, 31, 0}, {0, 0, 31}, {21, 10, 5}, {7, 7, 7}}

var regSets = [][3]Reg{{0, 1, 2}, {30, 0, 0}, {0, 30, 0}, {0, 0, 30}, {21, 10, 5}, {7, 7, 7}}

func corpus() []sample {
	var out []sample
	add := func(emit func(a *Asm), format string, args ...any) {
		out = append(out, sample{fmt.Sprintf(format, args...), emit})
	}
	for op := Op(1); op < numOps; op++ {
		r := table[op]
		lanes := map[lanesKind][]Lanes{floats: {S2, S4, D2}, ints: {S2, S4, D2}, ints32: {S2, S4}, bits: {B8, B16},
			narrowed: {D2}, halved: {D2}}[r.lanes]
		for _, l := range lanes {
			for _, v := range vecSets {
				m := v[2]
				if r.args == 1 {
					m = 0
				}
				dl, nl := l.String(), l.String()
				switch op {
				case UADDLP:
					dl = map[Lanes]string{S2: "1d", S4: "2d"}[l]
				case XTN, SQXTN, UQXTN, FCVTN:
					dl = "2s"
				case FCVTL, UMLAL:
					nl = "2s"
				}
				text := fmt.Sprintf("%s v%d.%s, v%d.%s", r.name, v[0], dl, v[1], nl)
				switch {
				case op == CMEQ0:
					text += ", #0"
				case r.args == 2:
					text += fmt.Sprintf(", v%d.%s", m, nl)
				}
				add(func(a *Asm) { a.V(op, l, v[0], v[1], m) }, "%s", text)
			}
		}
	}
	for _, v := range vecSets {
		d, n := v[0], v[1]
		for _, l := range []Lanes{S2, S4, D2} {
			width := uint(8) << l.size()
			for _, k := range []uint{1, 2, 7, width / 2, width - 1, width} {
				if k < width {
					add(func(a *Asm) { a.Shl(l, d, n, k-1) }, "shl v%d.%v, v%d.%v, #%d", d, l, n, l, k-1)
				}
				add(func(a *Asm) { a.Ushr(l, d, n, k) }, "ushr v%d.%v, v%d.%v, #%d", d, l, n, l, k)
				add(func(a *Asm) { a.Sshr(l, d, n, k) }, "sshr v%d.%v, v%d.%v, #%d", d, l, n, l, k)
			}
			s := Size(l.size())
			for lane := range 16 >> s {
				add(func(a *Asm) { a.Dup(l, d, n, lane) }, "dup v%d.%v, v%d.%v[%d]", d, l, n, s, lane)
			}
			reg := map[Size]string{S: "w", D: "x"}[s]
			add(func(a *Asm) { a.DupR(l, d, Reg(v[2])) }, "dup v%d.%v, %s", d, l, name(reg, Reg(v[2])))
		}
		add(func(a *Asm) { a.Sxtl(d, n) }, "sshll v%d.2d, v%d.2s, #0", d, n)
		add(func(a *Asm) { a.Uxtl(d, n) }, "ushll v%d.2d, v%d.2s, #0", d, n)
		add(func(a *Asm) { a.MovV(d, n) }, "mov v%d.16b, v%d.16b", d, n)
		add(func(a *Asm) { a.Zero(d) }, "movi v%d.2d, #0", d)
	}
	for _, r := range regSets {
		d, n, m := r[0], r[1], r[2]
		v := Vec(r[1])
		for _, s := range []Size{S, D} {
			reg := map[Size]string{S: "w", D: "x"}[s]
			for lane := range 16 >> s {
				add(func(a *Asm) { a.Umov(s, d, v, lane) }, "umov %s, v%d.%v[%d]", name(reg, d), v, s, lane)
				add(func(a *Asm) { a.InsR(s, Vec(d), lane, n) }, "ins v%d.%v[%d], %s", d, s, lane, name(reg, n))
				add(func(a *Asm) { a.Ins(s, Vec(d), lane, Vec(n)) }, "ins v%d.%v[%d], v%d.%v[0]", d, s, lane, n, s)
				add(func(a *Asm) { a.LoadLane(s, Vec(d), lane, n) }, "ld1 {v%d.%v}[%d], [x%d]", d, s, lane, n)
			}
			add(func(a *Asm) { a.ScvtfR(s, Vec(d), n) }, "scvtf %v%d, x%d", s, d, n)
			add(func(a *Asm) { a.UcvtfR(s, Vec(d), n) }, "ucvtf %v%d, x%d", s, d, n)
		}
		for lane := range 4 {
			add(func(a *Asm) { a.Smov(d, v, lane) }, "smov x%d, v%d.s[%d]", d, v, lane)
		}
		add(func(a *Asm) { a.Fmov(d, v) }, "fmov x%d, d%d", d, v)
		add(func(a *Asm) { a.FmovR(Vec(d), n) }, "fmov d%d, x%d", d, n)
		for _, s := range []Size{S, D, Q} {
			for _, k := range []int{0, 1, 5, 4095} {
				add(func(a *Asm) { a.Load(s, Vec(d), n, k*s.Bytes()) }, "ldr %v%d, [x%d, #%d]", s, d, n, k*s.Bytes())
				add(func(a *Asm) { a.Store(s, Vec(d), n, k*s.Bytes()) }, "str %v%d, [x%d, #%d]", s, d, n, k*s.Bytes())
			}
			add(func(a *Asm) { a.LoadIndex(s, Vec(d), n, m) }, "ldr %v%d, [x%d, x%d]", s, d, n, m)
			add(func(a *Asm) { a.StoreIndex(s, Vec(d), n, m) }, "str %v%d, [x%d, x%d]", s, d, n, m)
		}
		for _, k := range []int{0, 8, 32760} {
			add(func(a *Asm) { a.LoadReg(d, n, k) }, "ldr x%d, [x%d, #%d]", d, n, k)
			add(func(a *Asm) { a.StoreReg(d, n, k) }, "str x%d, [x%d, #%d]", d, n, k)
		}
		add(func(a *Asm) { a.LoadRegIndex(d, n, m) }, "ldr x%d, [x%d, x%d]", d, n, m)
		for _, o := range []struct {
			text string
			emit func(a *Asm, d, n, m Reg)
		}{
			{"add x%d, x%d, x%d", (*Asm).Add}, {"sub x%d, x%d, x%d", (*Asm).Sub}, {"and x%d, x%d, x%d", (*Asm).And},
			{"sdiv x%d, x%d, x%d", (*Asm).Sdiv}, {"udiv x%d, x%d, x%d", (*Asm).Udiv},
			{"sdiv w%d, w%d, w%d", (*Asm).SdivW}, {"udiv w%d, w%d, w%d", (*Asm).UdivW},
		} {
			add(func(a *Asm) { o.emit(a, d, n, m) }, o.text, d, n, m)
		}
		add(func(a *Asm) { a.Mov(d, n) }, "mov x%d, x%d", d, n)
		add(func(a *Asm) { a.Cmp(n, m) }, "cmp x%d, x%d", n, m)
		add(func(a *Asm) { a.CmpW(n, m) }, "cmp w%d, w%d", n, m)
		add(func(a *Asm) { a.Msub(d, n, m, d) }, "msub x%d, x%d, x%d, x%d", d, n, m, d)
		for _, c := range []Cond{EQ, NE, HS, LO, HI, LS, GE, LT, GT, LE} {
			add(func(a *Asm) { a.Csel(d, n, m, c) }, "csel x%d, x%d, x%d, %v", d, n, m, c)
		}
		for _, k := range []uint{0, 1, 33, 63} {
			add(func(a *Asm) { a.AddShift(d, n, m, k) }, "add x%d, x%d, x%d, lsl #%d", d, n, m, k)
			add(func(a *Asm) { a.Lsl(d, n, k) }, "lsl x%d, x%d, #%d", d, n, k)
			add(func(a *Asm) { a.Lsr(d, n, k) }, "lsr x%d, x%d, #%d", d, n, k)
			if k > 0 {
				add(func(a *Asm) { a.AndLow(d, n, k) }, "and x%d, x%d, #%#x", d, n, uint64(1)<<k-1)
				add(func(a *Asm) { a.AndNotLow(d, n, k) }, "and x%d, x%d, #%#x", d, n, ^(uint64(1)<<k - 1))
			}
		}
		for _, k := range []int{0, 1, 4095, -1, -4095} {
			op := "add"
			if k < 0 {
				op = "sub"
			}
			add(func(a *Asm) { a.AddImm(d, n, k) }, "%s x%d, x%d, #%d", op, d, n, max(k, -k))
		}
		add(func(a *Asm) { a.AddImm(d, n, 0x123456) }, "add x%d, x%d, #0x123, lsl #12; add x%d, x%d, #0x456", d, n, d, d)
		add(func(a *Asm) { a.AddImm(d, n, -0x123000) }, "sub x%d, x%d, #0x123, lsl #12", d, n)
		add(func(a *Asm) { a.CmpImm(n, 0) }, "cmp x%d, #0", n)
		add(func(a *Asm) { a.CmpImm(n, 4095) }, "cmp x%d, #4095", n)
	}
	for _, c := range []struct {
		imm  int64
		text string
	}{
		{0, "movz x9, #0"}, {1, "movz x9, #1"}, {-1, "movn x9, #0"}, {-2, "movn x9, #1"}, {0x10000, "movz x9, #1, lsl #16"},
		{0x123456789abcdef0, "movz x9, #0xdef0; movk x9, #0x9abc, lsl #16; movk x9, #0x5678, lsl #32; movk x9, #0x1234, lsl #48"},
		{-0x123456, "movn x9, #0x3455; movk x9, #0xffed, lsl #16"}, {-1 << 63, "movz x9, #0x8000, lsl #48"},
		{-1 ^ 0x1234<<32, "movn x9, #0x1234, lsl #32"},
	} {
		add(func(a *Asm) { a.MovImm(9, c.imm) }, "%s", c.text)
	}
	back := func(emit func(a *Asm, l Label)) func(a *Asm) {
		return func(a *Asm) {
			l := a.NewLabel()
			a.Bind(l)
			a.Nop()
			emit(a, l)
		}
	}
	over := func(emit func(a *Asm, l Label)) func(a *Asm) {
		return func(a *Asm) {
			l := a.NewLabel()
			emit(a, l)
			a.Nop()
			a.Bind(l)
		}
	}
	add(back((*Asm).B), "nop; b .-4")
	add(over((*Asm).B), "b .+8; nop")
	add(back(func(a *Asm, l Label) { a.Bcond(LT, l) }), "nop; b.lt .-4")
	add(over(func(a *Asm, l Label) { a.Bcond(HI, l) }), "b.hi .+8; nop")
	add(over(func(a *Asm, l Label) { a.Cbz(17, l) }), "cbz x17, .+8; nop")
	add(back(func(a *Asm, l Label) { a.Cbnz(3, l) }), "nop; cbnz x3, .-4")
	add(func(a *Asm) { a.Ret() }, "ret")
	return out
}

func name(prefix string, r Reg) string {
	if r == ZR {
		return prefix + "zr"
	}
	return fmt.Sprintf("%s%d", prefix, r)
}

// words is the number of instructions of a sample.
func (s sample) words() int { return strings.Count(s.gnu, ";") + 1 }
