package amd64

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
)

// A sample is one instruction three times: as a call of this package, as text for the GNU assembler (AT&T syntax) and
// as text for the Go assembler ("": that one cannot say it).
type sample struct {
	att, goasm string
	emit       func(a *Asm, pool Label)
	other      func(a *Asm) // if not nil: an encoding of the same instruction that is as good
}

// pool is the label that RIP-relative samples mean: bound behind the last sample.
const poolName = "pool"

var (
	gasNames = [16]string{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
		"r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15"}
	gas32Names = [16]string{"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi",
		"r8d", "r9d", "r10d", "r11d", "r12d", "r13d", "r14d", "r15d"}
	goNames = [16]string{"AX", "CX", "DX", "BX", "SP", "BP", "SI", "DI",
		"R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15"}
)

// goSkip marks a sample's Go text as one that the Go assembler cannot say.
const goSkip = "\x00"

func attMem(m Mem) string {
	if m.Base == NoReg {
		return fmt.Sprintf("%s%+d(%%rip)", poolName, m.Disp)
	}
	s := ""
	if m.Disp != 0 {
		s = fmt.Sprint(m.Disp)
	}
	if m.Index == NoReg {
		return fmt.Sprintf("%s(%%%s)", s, gasNames[m.Base])
	}
	return fmt.Sprintf("%s(%%%s,%%%s,%d)", s, gasNames[m.Base], gasNames[m.Index], m.Scale)
}

func goMem(m Mem) string {
	if m.Base == NoReg {
		return goSkip // it has no RIP-relative operands without a symbol to relocate
	}
	s := ""
	if m.Disp != 0 {
		s = fmt.Sprint(m.Disp)
	}
	s += "(" + goNames[m.Base] + ")"
	if m.Index != NoReg {
		s += fmt.Sprintf("(%s*%d)", goNames[m.Index], m.Scale)
	}
	return s
}

// disps has the ends of every 8-bit displacement, plain and scaled by 4, 8, 16, 32 and 64, and values that no scale
// divides.
var disps = []int32{0, 1, -1, 4, 8, -8, 16, 32, -32, 64, 127, 128, -128, -129, 508, 512, -512, -516, 1016, 1024, -1024,
	-1032, 2032, 2048, -2048, -2064, 4064, 4096, -4096, -4128, 8128, 8192, -8192, -8256, 8127, 0x12345678, -0x12345678,
	math.MaxInt32, math.MinInt32}

// a mixer hands out registers, modes and displacements in changing combinations, the same ones on every run.
type mixer struct{ n uint64 }

func (x *mixer) next(n int) int {
	x.n = x.n*6364136223846793005 + 1442695040888963407
	return int((x.n >> 33) % uint64(n))
}

// mems gives one address for each displacement, over all bases, indexes and scales, and every base with the
// displacement 0, in which RSP, RBP, R12 and R13 are special.
func (x *mixer) mems(pool Label) []Mem {
	var ms []Mem
	for _, d := range disps {
		base := Reg(x.next(16))
		if x.next(3) == 0 {
			ms = append(ms, x.indexed(base, d))
		} else {
			ms = append(ms, At(base, d))
		}
	}
	for b := RAX; b <= R15; b++ {
		ms = append(ms, At(b, 0))
	}
	for _, b := range []Reg{RSP, RBP, R12, R13, RAX, R8} {
		ms = append(ms, x.indexed(b, 0), x.indexed(b, disps[x.next(len(disps))]))
	}
	return append(ms, AtLabel(pool, 0), AtLabel(pool, 4096))
}

func (x *mixer) indexed(base Reg, disp int32) Mem {
	idx := Reg(x.next(16))
	if idx == RSP {
		idx = R12
	}
	return AtIndex(base, idx, 1<<x.next(4), disp)
}

// kind is the method of Asm that a vector sample calls.
type kind int

const (
	kV kind = iota
	kStore
	kCmp
	kBlendV
	kMaskLoad
	kMaskStore
	kFromMask
	kToMask
	kFromReg
	kToReg
)

// vsample is one vector instruction: the arguments of one of Asm's methods. Registers of other files stand as numbers.
type vsample struct {
	kind      kind
	op        Op
	w         Width
	dst, src1 uint8
	src2      Operand
	mods      Mods
	mask      uint8 // the mask vector of VBlendV
}

func (v vsample) emit(a *Asm, pool Label) {
	o := v.src2
	if o.isMem && o.mem.Base == NoReg {
		o.mem.Label = pool
	}
	switch v.kind {
	case kV:
		a.V(v.op, v.w, Vec(v.dst), Vec(v.src1), o, v.mods)
	case kStore:
		a.VStore(v.op, v.w, o.mem, Vec(v.dst), v.mods)
	case kCmp:
		m := v.mods
		m.Imm = 0
		a.VCmp(v.op, v.w, Mask(v.dst), Vec(v.src1), o, v.mods.Imm, m)
	case kBlendV:
		a.VBlendV(v.op, v.w, Vec(v.dst), Vec(v.src1), o, Vec(v.mask))
	case kMaskLoad:
		a.VMaskLoad(v.op, v.w, Vec(v.dst), Vec(v.src1), o.mem)
	case kMaskStore:
		a.VMaskStore(v.op, v.w, o.mem, Vec(v.src1), Vec(v.dst))
	case kFromMask:
		a.VFromMask(v.op, v.w, Vec(v.dst), Mask(v.src1))
	case kToMask:
		a.VToMask(v.op, v.w, Mask(v.dst), Vec(v.src1))
	case kFromReg:
		a.VFromReg(v.op, v.w, Vec(v.dst), Reg(v.src1), v.mods)
	case kToReg:
		a.VToReg(v.op, v.w, Reg(v.dst), Vec(v.src1))
	}
}

func half(w Width) Width {
	if w == Z {
		return Y
	}
	return X
}

// widths are the lengths under which the operands of op are written. It repeats what Intel's pages say rather than
// reading the table, since the table is under test.
func widths(op Op, w Width) (dst, src1, src2 Width) {
	name := op.String()
	switch {
	case strings.HasSuffix(name, "SD") && name != "VPABSD" && !isPackedInt(name),
		strings.HasSuffix(name, "SS") && !strings.HasPrefix(name, "VFPCLASS"):
		if strings.HasPrefix(name, "VBROADCAST") {
			return w, w, X
		}
		return X, X, X
	case name == "VPBROADCASTQ", name == "VPBROADCASTD":
		return w, w, X
	case strings.HasPrefix(name, "VEXTRACTF"):
		return lane(name), w, w
	case strings.HasPrefix(name, "VINSERTF"):
		return w, w, lane(name)
	case name == "VCVTPS2PD", name == "VCVTDQ2PD", name == "VPMOVSXDQ", name == "VPMOVZXDQ",
		name == "VCVTUDQ2PD", name == "VCVTTPS2QQ", name == "VCVTTPS2UQQ":
		return w, w, half(w)
	case name == "VCVTPD2PS", name == "VCVTPD2DQ", name == "VCVTTPD2DQ", name == "VPMOVQD",
		name == "VCVTQQ2PS", name == "VCVTUQQ2PS", name == "VCVTTPD2UDQ":
		return half(w), w, w
	}
	return w, w, w
}

// isPackedInt: VPMINSD and VPMAXSD compare signed doublewords; their SD is not "scalar double".
func isPackedInt(name string) bool { return name == "VPMINSD" || name == "VPMAXSD" }

func lane(name string) Width {
	if strings.HasSuffix(name, "64X4") || strings.HasSuffix(name, "32X8") {
		return Y
	}
	return X
}

// bcastElem is the vector length over the number of elements that a broadcast fills: the size of the longer side's
// elements, which the name gives.
func bcastElem(op Op) int {
	name := op.String()
	switch {
	case name == "VPUNPCKLDQ", name == "VPUNPCKHDQ",
		strings.HasPrefix(name, "VP") && strings.HasSuffix(name, "D") && !strings.HasPrefix(name, "VPERM"):
		return 4
	case name == "VCVTDQ2PS", name == "VCVTPS2DQ", name == "VCVTTPS2DQ", name == "VCVTUDQ2PS", name == "VCVTTPS2UDQ":
		return 4
	case strings.HasPrefix(name, "VCVT"):
		return 8
	case strings.HasSuffix(name, "PD"), strings.HasSuffix(name, "Q"), strings.HasSuffix(name, "SD"),
		strings.HasSuffix(name, "64X2"), strings.HasSuffix(name, "64X4"):
		return 8
	}
	return 4
}

// sample renders v.
func (v vsample) sample() sample {
	r := &table[v.op]
	dw, s1w, s2w := widths(v.op, v.w)
	bcast := v.src2.isMem && v.src2.mem.Bcast

	// Operands in AT&T's and Go's order: sources reversed, then the destination.
	var att, gos []string
	vec := func(w Width, n uint8) {
		att = append(att, fmt.Sprintf("%%%s%d", w, n))
		gos = append(gos, fmt.Sprintf("%c%d", "XYZ"[w], n))
	}
	gp := func(wide bool, n uint8) {
		names := &gasNames
		if !wide {
			names = &gas32Names
		}
		att = append(att, "%"+names[n])
		gos = append(gos, goNames[n])
	}
	k := func(n uint8) {
		att = append(att, fmt.Sprintf("%%k%d", n))
		gos = append(gos, fmt.Sprintf("K%d", n))
	}
	mem := func() {
		s := attMem(v.src2.mem)
		if bcast {
			s += fmt.Sprintf("{1to%d}", v.w.Bytes()/bcastElem(v.op))
		}
		att = append(att, s)
		gos = append(gos, goMem(v.src2.mem))
	}
	src2 := func() {
		if v.src2.isMem {
			mem()
		} else {
			vec(s2w, uint8(v.src2.vec))
		}
	}
	if r.form&imm != 0 {
		att = append(att, fmt.Sprintf("$%d", v.mods.Imm))
		gos = append(gos, fmt.Sprintf("$%d", v.mods.Imm))
	}
	switch v.kind {
	case kV, kCmp:
		src2()
		if r.form&roles == rvm || r.form&roles == rvmOrLoad && !v.src2.isMem {
			vec(s1w, v.src1)
		}
		if v.kind == kCmp {
			k(v.dst)
		} else {
			vec(dw, v.dst)
		}
	case kStore:
		vec(s2w, v.dst)
		mem()
	case kBlendV:
		vec(v.w, v.mask)
		src2()
		vec(v.w, v.src1)
		vec(v.w, v.dst)
	case kMaskLoad:
		mem()
		vec(v.w, v.src1)
		vec(v.w, v.dst)
	case kMaskStore:
		vec(v.w, v.dst)
		vec(v.w, v.src1)
		mem()
	case kFromMask:
		k(v.src1)
		vec(v.w, v.dst)
	case kToMask:
		vec(v.w, v.src1)
		k(v.dst)
	case kFromReg:
		gp(strings.HasSuffix(r.name, "Q"), v.src1)
		vec(v.w, v.dst)
	case kToReg:
		vec(v.w, v.src1)
		gp(v.op == VMOVQ, v.dst)
	}

	name, goName := strings.ToLower(r.name), r.name
	if m := r.name; strings.HasPrefix(m, "VFPCLASS") || strings.HasSuffix(m, "PD2PS") || strings.HasSuffix(m, "PD2DQ") ||
		strings.HasSuffix(m, "PD2UDQ") || strings.HasSuffix(m, "QQ2PS") {
		// The length does not follow from the operands, at least not with a memory operand: it is a suffix.
		if v.w != Z || strings.HasPrefix(m, "VFPCLASS") {
			if v.src2.isMem {
				name += "xyz"[v.w : v.w+1]
			}
			goName += "XYZ"[v.w : v.w+1]
		}
	}
	last := len(att) - 1
	if v.mods.K != 0 {
		att[last] += fmt.Sprintf("{%%k%d}", v.mods.K)
		gos = slices.Insert(gos, last, fmt.Sprintf("K%d", v.mods.K))
	}
	if bcast {
		goName += ".BCST"
	}
	if v.mods.Z {
		att[last] += "{z}"
		goName += ".Z"
	}
	s := sample{att: name + " " + strings.Join(att, ","), goasm: goName + " " + strings.Join(gos, ", "), emit: v.emit}
	if roles := r.form & roles; v.kind == kV && !v.src2.isMem && r.ext != 0 && (roles == rm || roles == rvmOrLoad) {
		// A copy between registers is encoded as a load here, and as a store by the Go assembler.
		i := vinst{row: r, op: r.ext, w: v.w, reg: uint8(v.src2.vec), rm: R(Vec(v.dst)), mods: v.mods}
		if roles == rvmOrLoad {
			i.v = v.src1
		}
		s.other = func(a *Asm) { a.encode(&i) }
	}
	if !v.src2.isMem {
		// Without {load} the GNU assembler exchanges operands where that saves a byte.
		s.att = "{load} " + s.att
	}
	if strings.Contains(s.goasm, goSkip) {
		s.goasm = ""
	}
	return s
}

// kindsOf are the methods that encode op.
func kindsOf(op Op) []kind {
	r := &table[op]
	switch r.form & special {
	case blendV:
		return []kind{kBlendV}
	case maskMov:
		return []kind{kMaskLoad, kMaskStore}
	case toK:
		return []kind{kToMask}
	case fromK:
		return []kind{kFromMask}
	case toGP:
		return []kind{kToReg}
	case fromGP:
		return []kind{kFromReg}
	case gpBoth:
		return []kind{kFromReg, kToReg}
	case gather:
		return nil // see gatherSamples
	}
	ks := []kind{kV, kStore}
	if r.form&kdst != 0 {
		ks = append(ks, kCmp)
	}
	return ks
}

var maskMods = []Mods{{}, {K: 1}, {K: 7, Z: true}}

// vectorSamples gives every op, at every length, with every combination of register classes (0-7, 8-15, 16-31), with
// every kind of operand and address, unmasked, masked and zeroing. What the encoder accepts and what it refuses come
// apart; refused ones are cut down to one of each sort.
var vectorSamples = sync.OnceValues(func() (accepted, refused []vsample) {
	var x mixer
	var a Asm
	imms := []uint8{0, 1, 5, 27}
	seen := map[string]bool{}
	add := func(v vsample) {
		if table[v.op].form&imm != 0 {
			v.mods.Imm = imms[x.next(len(imms))]
		}
		a.Reset()
		v.emit(&a, a.NewLabel())
		if a.Err() == nil {
			accepted = append(accepted, v)
			return
		}
		key := fmt.Sprint(v.kind, v.op, v.w, v.src2.isMem, v.src2.isMem && v.src2.mem.Bcast, v.mods.K != 0, v.mods.Z,
			v.dst > 15, v.src1 > 15, v.src2.vec > 15, v.mask > 15)
		if !seen[key] {
			seen[key] = true
			refused = append(refused, v)
		}
	}
	// reg draws a register of a class; file gives the number of classes that the operand's register file has.
	reg := func(class int) uint8 { return []uint8{0, 8, 16}[class] + uint8(x.next([]int{8, 8, 16}[class])) }
	for op := Op(1); int(op) < len(table); op++ {
		for _, kd := range kindsOf(op) {
			for w := X; w <= Z; w++ {
				if w != X && widthsScalar(op) {
					continue
				}
				dstClasses, src1Classes := 3, 3
				switch kd {
				case kToReg:
					dstClasses = 2
				case kToMask, kCmp:
					dstClasses = 1
				case kFromMask:
					src1Classes = 1
				case kFromReg:
					src1Classes = 2
				}
				masks := append(slices.Clone(maskMods), Mods{Z: true})
				if kd == kBlendV || kd == kMaskLoad || kd == kMaskStore || kd == kFromMask || kd == kToMask || kd == kToReg {
					masks = masks[:1] // the method has no such argument
				}
				// Registers.
				if kd != kStore && kd != kMaskLoad && kd != kMaskStore {
					for c := range 27 {
						if c/3%3 >= src1Classes || c/9 >= dstClasses {
							continue
						}
						for i, m := range masks {
							if i > 0 && (c/9+c/3+c+i)%3 != 0 {
								continue // a Latin square: each pair of classes still meets each mode
							}
							add(vsample{kind: kd, op: op, w: w, dst: reg(c / 9), src1: reg(c / 3 % 3), src2: R(Vec(reg(c % 3))),
								mods: m, mask: reg(x.next(3))})
						}
					}
				}
				// Memory and broadcast.
				if kd == kFromMask || kd == kToMask || kd == kFromReg || kd == kToReg {
					continue
				}
				for b := range 2 {
					phase := x.next(4)
					for j, mem := range x.mems(0) {
						if j%4 != phase && w != Z && !widthsScalar(op) {
							continue // the shorter lengths share all but the length with the longest
						}
						if b == 1 {
							if kd == kMaskLoad || kd == kMaskStore || kd == kBlendV {
								continue
							}
							mem = mem.Broadcast()
						}
						add(vsample{kind: kd, op: op, w: w, dst: reg(x.next(dstClasses)), src1: reg(x.next(3)), src2: M(mem),
							mods: masks[x.next(len(masks))], mask: reg(x.next(3))})
						// The mixture above seldom has only low registers and no mask, which is what VEX needs.
						add(vsample{kind: kd, op: op, w: w, dst: reg(x.next(min(dstClasses, 2))), src1: reg(x.next(2)), src2: M(mem),
							mask: reg(x.next(2))})
					}
				}
			}
		}
	}
	return accepted, refused
})

// all gives every sample that the oracles are asked about.
func all() []sample {
	out := append(generalSamples(), gatherSamples()...)
	for _, g := range goldenSamples() {
		out = append(out, g.sample())
	}
	accepted, _ := vectorSamples()
	for _, v := range accepted {
		out = append(out, v.sample())
	}
	return out
}

// goldenSamples gives few instructions for each op and method: the longest of VEX and of EVEX, plain, and with all that
// EVEX can add. They are kept with their bytes in testdata.
func goldenSamples() []vsample {
	var out []vsample
	var a Asm
	mem := AtIndex(R13, R12, 4, 192)
	for op := Op(1); int(op) < len(table); op++ {
		for _, kd := range kindsOf(op) {
			// first adds the first of the operands that the encoder accepts, at the greatest length.
			first := func(v vsample, src2 ...Operand) bool {
				if table[op].form&imm != 0 {
					v.mods.Imm = 3
				}
				for w := Z; w <= Z; w-- {
					if w != X && widthsScalar(op) {
						continue
					}
					for _, o := range src2 {
						v.kind, v.op, v.w, v.src2 = kd, op, w, o
						a.Reset()
						if v.emit(&a, a.NewLabel()); a.Err() == nil {
							out = append(out, v)
							return true
						}
					}
				}
				return false
			}
			low := vsample{dst: 1, src1: 2, mask: 4}
			first(low, R(3))
			if kd == kFromMask || kd == kToMask || kd == kFromReg || kd == kToReg {
				continue // ignore src2, and have no more forms
			}
			for w := Y; w <= Y; w-- { // the VEX forms
				low.w = w
				low.kind, low.op, low.src2 = kd, op, M(mem)
				if table[op].form&imm != 0 {
					low.mods.Imm = 3
				}
				if widthsScalar(op) && w != X {
					continue
				}
				a.Reset()
				if low.emit(&a, a.NewLabel()); a.Err() == nil {
					out = append(out, low)
					break
				}
			}
			high := vsample{dst: 30, src1: 25, mods: Mods{K: 5, Z: true}}
			if kd == kCmp {
				high.dst, high.mods.Z = 6, false
			}
			if kd == kStore {
				high.mods.Z = false
			}
			plain := high
			plain.mods = Mods{}
			_ = first(high, M(mem.Broadcast()), M(mem)) || first(plain, M(mem))
			_ = first(high, R(19)) || first(plain, R(19))
		}
	}
	return out
}

func widthsScalar(op Op) bool {
	d, s1, s2 := widths(op, Z)
	return d == X && s1 == X && s2 == X
}

// generalSamples gives the instructions on general-purpose and mask registers.
func generalSamples() []sample {
	var out []sample
	var x mixer
	add := func(att, goasm string, emit func(a *Asm, pool Label)) {
		if strings.Contains(goasm, goSkip) {
			goasm = ""
		}
		out = append(out, sample{att: att, goasm: goasm, emit: emit})
	}
	allRegs := func(f func(d, s Reg)) {
		for d := RAX; d <= R15; d++ {
			for s := RAX; s <= R15; s++ {
				f(d, s)
			}
		}
	}
	q, l := &gasNames, &gas32Names
	// rr: text "inst s, d" in both.
	rr := func(att, goName string, names *[16]string, f func(a *Asm, d, s Reg)) {
		allRegs(func(d, s Reg) {
			add(fmt.Sprintf("%s %%%s,%%%s", att, names[s], names[d]), goName+" "+goNames[s]+", "+goNames[d],
				func(a *Asm, _ Label) { f(a, d, s) })
		})
	}
	rr("movq", "MOVQ", q, (*Asm).MovRR)
	rr("movl", "MOVL", l, (*Asm).MovRR32)
	rr("addq", "ADDQ", q, (*Asm).AddRR)
	rr("subq", "SUBQ", q, (*Asm).SubRR)
	rr("andq", "ANDQ", q, (*Asm).AndRR)
	rr("orq", "ORQ", q, (*Asm).OrRR)
	rr("xorq", "XORQ", q, (*Asm).XorRR)
	rr("xorl", "XORL", l, (*Asm).XorRR32)
	rr("testq", "TESTQ", q, (*Asm).TestRR)
	rr("imulq", "IMULQ", q, (*Asm).Imul)
	rr("tzcntq", "TZCNTQ", q, (*Asm).Tzcnt)
	allRegs(func(d, s Reg) {
		// Go writes the operands of CMP the other way round.
		add(fmt.Sprintf("cmpq %%%s,%%%s", q[s], q[d]), "CMPQ "+goNames[d]+", "+goNames[s], func(a *Asm, _ Label) { a.CmpRR(d, s) })
		i := Reg(x.next(16))
		add(fmt.Sprintf("bzhiq %%%s,%%%s,%%%s", q[i], q[s], q[d]), "BZHIQ "+goNames[i]+", "+goNames[s]+", "+goNames[d],
			func(a *Asm, _ Label) { a.Bzhi(d, s, i) })
		add(fmt.Sprintf("bzhil %%%s,%%%s,%%%s", l[i], l[s], l[d]), "BZHIL "+goNames[i]+", "+goNames[s]+", "+goNames[d],
			func(a *Asm, _ Label) { a.Bzhi32(d, s, i) })
	})
	conds := []struct {
		c            Cond
		att, goasmCC string
	}{{B, "b", "CS"}, {AE, "ae", "CC"}, {E, "e", "EQ"}, {NE, "ne", "NE"}, {BE, "be", "LS"}, {A, "a", "HI"}, {S, "s", "MI"},
		{NS, "ns", "PL"}, {L, "l", "LT"}, {GE, "ge", "GE"}, {LE, "le", "LE"}, {G, "g", "GT"}}
	for _, c := range conds {
		rr("cmov"+c.att+"q", "CMOVQ"+c.goasmCC, q, func(a *Asm, d, s Reg) { a.CmovRR(c.c, d, s) })
	}

	imms := []int64{0, 1, -1, 127, 128, -128, -129, 255, 256, 0x12345678, math.MaxInt32, math.MinInt32, math.MaxInt32 + 1,
		math.MaxUint32, math.MaxUint32 + 1, math.MinInt32 - 1, math.MaxInt64, math.MinInt64}
	for d := RAX; d <= R15; d++ {
		for _, v := range imms {
			emit := func(a *Asm, _ Label) { a.MovRI(d, v) }
			switch {
			case v >= 0 && v <= math.MaxUint32:
				add(fmt.Sprintf("movl $%d,%%%s", v, l[d]), fmt.Sprintf("MOVL $%d, %s", v, goNames[d]), emit)
			case v >= math.MinInt32 && v < 0:
				add(fmt.Sprintf("movq $%d,%%%s", v, q[d]), fmt.Sprintf("MOVQ $%d, %s", v, goNames[d]), emit)
			default:
				add(fmt.Sprintf("movabsq $%d,%%%s", v, q[d]), fmt.Sprintf("MOVQ $%d, %s", v, goNames[d]), emit)
			}
			if v != int64(int32(v)) {
				continue
			}
			for _, o := range []struct {
				name string
				f    func(a *Asm, d Reg, v int32)
			}{{"add", (*Asm).AddRI}, {"sub", (*Asm).SubRI}, {"and", (*Asm).AndRI}, {"cmp", (*Asm).CmpRI}} {
				g := fmt.Sprintf("%sQ $%d, %s", strings.ToUpper(o.name), v, goNames[d])
				if o.name == "cmp" {
					g = fmt.Sprintf("CMPQ %s, $%d", goNames[d], v)
				}
				add(fmt.Sprintf("%sq $%d,%%%s", o.name, v, q[d]), g, func(a *Asm, _ Label) { o.f(a, d, int32(v)) })
			}
		}
		for _, n := range []uint8{0, 1, 2, 31, 63} {
			for _, o := range []struct {
				name string
				f    func(a *Asm, d Reg, n uint8)
			}{{"shl", (*Asm).ShlRI}, {"shr", (*Asm).ShrRI}, {"sar", (*Asm).SarRI}} {
				g := fmt.Sprintf("%sQ $%d, %s", strings.ToUpper(o.name), n, goNames[d])
				if n == 0 {
					g = "" // the Go assembler drops it
				}
				add(fmt.Sprintf("%sq $%d,%%%s", o.name, n, q[d]), g, func(a *Asm, _ Label) { o.f(a, d, n) })
			}
		}
		for _, o := range []struct {
			name string
			f    func(a *Asm, d Reg)
		}{{"neg", (*Asm).Neg}, {"inc", (*Asm).IncR}, {"dec", (*Asm).DecR}, {"push", (*Asm).Push}, {"pop", (*Asm).Pop}, {"div", (*Asm).Div}, {"idiv", (*Asm).Idiv}} {
			add(fmt.Sprintf("%sq %%%s", o.name, q[d]), strings.ToUpper(o.name)+"Q "+goNames[d], func(a *Asm, _ Label) { o.f(a, d) })
		}
	}

	// withPool puts the real label into a RIP-relative operand.
	withPool := func(m Mem, pool Label) Mem {
		if m.Base == NoReg {
			m.Label = pool
		}
		return m
	}
	for range 3 {
		for _, m := range x.mems(0) {
			r := Reg(x.next(16))
			k := x.next(8)
			v := []int32{0, -1, 5, math.MinInt32}[x.next(4)]
			load := func(att, goasm string, names *[16]string, f func(a *Asm, d Reg, m Mem)) {
				add(fmt.Sprintf("%s %s,%%%s", att, attMem(m), names[r]), goasm+" "+goMem(m)+", "+goNames[r],
					func(a *Asm, p Label) { f(a, r, withPool(m, p)) })
			}
			store := func(att, goasm string, names *[16]string, f func(a *Asm, m Mem, s Reg)) {
				add(fmt.Sprintf("%s %%%s,%s", att, names[r], attMem(m)), goasm+" "+goNames[r]+", "+goMem(m),
					func(a *Asm, p Label) { f(a, withPool(m, p), r) })
			}
			load("movq", "MOVQ", q, (*Asm).MovRM)
			load("movl", "MOVL", l, (*Asm).MovRM32)
			load("leaq", "LEAQ", q, (*Asm).Lea)
			load("addq", "ADDQ", q, (*Asm).AddRM)
			load("subq", "SUBQ", q, (*Asm).SubRM)
			store("movq", "MOVQ", q, (*Asm).MovMR)
			store("movl", "MOVL", l, (*Asm).MovMR32)
			add(fmt.Sprintf("cmpq %s,%%%s", attMem(m), q[r]), "CMPQ "+goNames[r]+", "+goMem(m),
				func(a *Asm, p Label) { a.CmpRM(r, withPool(m, p)) })
			add(fmt.Sprintf("cmpq %%%s,%s", q[r], attMem(m)), "CMPQ "+goMem(m)+", "+goNames[r],
				func(a *Asm, p Label) { a.CmpMR(withPool(m, p), r) })
			add(fmt.Sprintf("movq $%d,%s", v, attMem(m)), fmt.Sprintf("MOVQ $%d, %s", v, goMem(m)),
				func(a *Asm, p Label) { a.MovMI(withPool(m, p), v) })
			for _, o := range []struct {
				name string
				f    func(a *Asm, m Mem)
			}{{"prefetchnta", (*Asm).PrefetchNTA}, {"prefetcht0", (*Asm).PrefetchT0}, {"prefetchw", (*Asm).PrefetchW}} {
				g := strings.ToUpper(o.name) + " " + goMem(m)
				if o.name == "prefetchw" {
					g = "" // unknown to the Go assembler
				}
				add(o.name+" "+attMem(m), g, func(a *Asm, p Label) { o.f(a, withPool(m, p)) })
			}
			for _, o := range []struct {
				name  string
				load  func(a *Asm, k Mask, m Mem)
				store func(a *Asm, m Mem, k Mask)
			}{{"kmovb", (*Asm).KMovBM, (*Asm).KMovMB}, {"kmovw", (*Asm).KMovWM, (*Asm).KMovMW},
				{"kmovd", (*Asm).KMovDM, (*Asm).KMovMD}, {"kmovq", (*Asm).KMovQM, (*Asm).KMovMQ}} {
				add(fmt.Sprintf("%s %s,%%k%d", o.name, attMem(m), k), fmt.Sprintf("%s %s, K%d", strings.ToUpper(o.name), goMem(m), k),
					func(a *Asm, p Label) { o.load(a, Mask(k), withPool(m, p)) })
				add(fmt.Sprintf("%s %%k%d,%s", o.name, k, attMem(m)), fmt.Sprintf("%s K%d, %s", strings.ToUpper(o.name), k, goMem(m)),
					func(a *Asm, p Label) { o.store(a, withPool(m, p), Mask(k)) })
			}
		}
	}

	for _, o := range []struct {
		name string
		wide bool
		to   func(a *Asm, d Mask, s Reg)
		from func(a *Asm, d Reg, s Mask)
	}{{"kmovb", false, (*Asm).KMovBR, (*Asm).KMovRKB}, {"kmovw", false, (*Asm).KMovWR, (*Asm).KMovRKW},
		{"kmovd", false, (*Asm).KMovDR, (*Asm).KMovRKD}, {"kmovq", true, (*Asm).KMovQR, (*Asm).KMovRKQ}} {
		names := l
		if o.wide {
			names = q
		}
		for r := RAX; r <= R15; r++ {
			for k := K0; k <= K7; k++ {
				add(fmt.Sprintf("%s %%%s,%%k%d", o.name, names[r], k), fmt.Sprintf("%s %s, K%d", strings.ToUpper(o.name), goNames[r], k),
					func(a *Asm, _ Label) { o.to(a, k, r) })
				add(fmt.Sprintf("%s %%k%d,%%%s", o.name, k, names[r]), fmt.Sprintf("%s K%d, %s", strings.ToUpper(o.name), k, goNames[r]),
					func(a *Asm, _ Label) { o.from(a, r, k) })
			}
		}
	}
	for _, o := range []struct {
		name string
		f    func(a *Asm, d, s Mask)
	}{{"kmovb", (*Asm).KMovB}, {"kmovw", (*Asm).KMovW}, {"kmovd", (*Asm).KMovD}, {"kmovq", (*Asm).KMovQ},
		{"knotb", (*Asm).KNotB}, {"knotw", (*Asm).KNotW}, {"knotd", (*Asm).KNotD}, {"knotq", (*Asm).KNotQ},
		{"ktestb", (*Asm).KTestB}, {"ktestw", (*Asm).KTestW}, {"kortestb", (*Asm).KOrTestB}, {"kortestw", (*Asm).KOrTestW}, {"kortestd", (*Asm).KOrTestD}, {"kortestq", (*Asm).KOrTestQ}} {
		for n := range Mask(64) {
			d, s := n>>3, n&7
			add(fmt.Sprintf("%s %%k%d,%%k%d", o.name, s, d), fmt.Sprintf("%s K%d, K%d", strings.ToUpper(o.name), s, d),
				func(a *Asm, _ Label) { o.f(a, d, s) })
		}
	}
	for _, o := range []struct {
		name string
		f    func(a *Asm, d, s1, s2 Mask)
	}{{"kandb", (*Asm).KAndB}, {"kandw", (*Asm).KAndW}, {"kandd", (*Asm).KAndD}, {"kandq", (*Asm).KAndQ},
		{"kandnb", (*Asm).KAndNB}, {"kandnw", (*Asm).KAndNW}, {"kandnd", (*Asm).KAndND}, {"kandnq", (*Asm).KAndNQ},
		{"korb", (*Asm).KOrB}, {"korw", (*Asm).KOrW}, {"kord", (*Asm).KOrD}, {"korq", (*Asm).KOrQ},
		{"kxorb", (*Asm).KXorB}, {"kxorw", (*Asm).KXorW}, {"kxord", (*Asm).KXorD}, {"kxorq", (*Asm).KXorQ},
		{"kxnorb", (*Asm).KXnorB}, {"kxnorw", (*Asm).KXnorW}, {"kxnord", (*Asm).KXnorD}, {"kxnorq", (*Asm).KXnorQ}} {
		for n := range Mask(64) {
			d, s1, s2 := n>>3, n&7, Mask(x.next(8))
			add(fmt.Sprintf("%s %%k%d,%%k%d,%%k%d", o.name, s2, s1, d), fmt.Sprintf("%s K%d, K%d, K%d", strings.ToUpper(o.name), s2, s1, d),
				func(a *Asm, _ Label) { o.f(a, d, s1, s2) })
		}
	}
	for _, o := range []struct {
		att, goasm string
		f          func(a *Asm)
	}{{"ret", "RET", (*Asm).Ret}, {"sfence", "SFENCE", (*Asm).Sfence}, {"vzeroupper", "VZEROUPPER", (*Asm).Vzeroupper},
		{"ud2", "UD2", (*Asm).Ud2}, {"cqto", "CQO", (*Asm).Cqo}} {
		add(o.att, o.goasm, func(a *Asm, _ Label) { o.f(a) })
	}
	return out
}

// gatherSamples gives every gather at every length, with changing registers, scales and displacements.
func gatherSamples() []sample {
	var out []sample
	var x mixer
	for op := VGATHERDPD; op <= VGATHERQPS; op++ {
		for w := X; w <= Z; w++ {
			dw, iw := w, w
			switch op {
			case VGATHERDPD:
				iw = half(w)
			case VGATHERQPS:
				dw = half(w)
			}
			name := op.String()
			for i, d := range disps {
				base, scale := Reg(x.next(16)), 1<<x.next(4)
				address := func(index Vec) (att, goasm string) {
					att, goasm = fmt.Sprintf("(%%%s,%%%s%d,%d)", gasNames[base], iw, index, scale),
						fmt.Sprintf("(%s)(%c%d*%d)", goNames[base], "XYZ"[iw], index, scale)
					if d != 0 {
						att, goasm = fmt.Sprint(d)+att, fmt.Sprint(d)+goasm
					}
					return att, goasm
				}
				dst := Vec(x.next(32))
				index := (dst + 1 + Vec(x.next(31))) & 31
				k := Mask(1 + i%7)
				att, goasm := address(index)
				out = append(out, sample{
					att:   fmt.Sprintf("%s %s,%%%s%d{%%k%d}", strings.ToLower(name), att, dw, dst, k),
					goasm: fmt.Sprintf("%s %s, K%d, %c%d", name, goasm, k, "XYZ"[dw], dst),
					emit:  func(a *Asm, _ Label) { a.VGather(op, w, dst, base, index, uint8(scale), d, k) },
				})
				if w == Z {
					continue
				}
				low := Vec(x.next(16))
				lowIndex := (low + 1 + Vec(x.next(7))) & 15
				mask := (low + 9 + Vec(x.next(6))) & 15
				att, goasm = address(lowIndex)
				out = append(out, sample{
					att:   fmt.Sprintf("%s %%%s%d,%s,%%%s%d", strings.ToLower(name), dw, mask, att, dw, low),
					goasm: fmt.Sprintf("%s %c%d, %s, %c%d", name, "XYZ"[dw], mask, goasm, "XYZ"[dw], low),
					emit:  func(a *Asm, _ Label) { a.VGatherMask(op, w, low, base, lowIndex, uint8(scale), d, mask) },
				})
			}
		}
	}
	return out
}
