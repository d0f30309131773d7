package amd64

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

func linked(t *testing.T, a *Asm) []byte {
	t.Helper()
	if err := a.Link(); err != nil {
		t.Fatal(err)
	}
	return a.Bytes()
}

func TestJumps(t *testing.T) {
	var a Asm
	head, out := a.NewLabel(), a.NewLabel()
	a.Jcc(E, out) // forward: 32 bits
	a.Jmp(out)
	a.Bind(head)
	a.DecR(RAX)
	a.Jcc(NE, head) // back, near: 8 bits
	a.Jmp(head)
	a.Bind(out)
	a.Ret()
	got := hex.EncodeToString(linked(t, &a))
	// 0: je +12 (to 18); 6: jmp +7; 11: dec rax; 14: jne -5; 16: jmp -7; 18: ret
	if want := "0f840c000000" + "e907000000" + "48ffc8" + "75fb" + "ebf9" + "c3"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A jump back takes 8 bits as far as they reach and 32 bits from there.
func TestJumpReach(t *testing.T) {
	for _, c := range []struct {
		fill int
		want string
	}{{126, "eb80"}, {127, "e97cffffff"}, {0, "ebfe"}, {1 << 20, "e9fbffefff"}} {
		var a Asm
		l := a.NewLabel()
		a.Bind(l)
		a.Data(make([]byte, c.fill))
		a.Jmp(l)
		if got := hex.EncodeToString(linked(t, &a)[c.fill:]); got != c.want {
			t.Errorf("after %d bytes: got %s, want %s", c.fill, got, c.want)
		}
	}
	for _, c := range []struct {
		fill int
		want string
	}{{126, "7280"}, {127, "0f827bffffff"}} {
		var a Asm
		l := a.NewLabel()
		a.Bind(l)
		a.Data(make([]byte, c.fill))
		a.Jcc(B, l)
		if got := hex.EncodeToString(linked(t, &a)[c.fill:]); got != c.want {
			t.Errorf("after %d bytes: got %s, want %s", c.fill, got, c.want)
		}
	}
}

// Loops, forward exits and constants, against the GNU assembler's own labels.
func TestLabelsAgainstGNUAssembler(t *testing.T) {
	var a Asm
	var src strings.Builder
	const n = 40
	var labels [n]Label
	for i := range labels {
		labels[i] = a.NewLabel()
	}
	conds := map[Cond]string{B: "b", AE: "ae", E: "e", NE: "ne", BE: "be", A: "a", S: "s", NS: "ns", L: "l", GE: "ge", LE: "le", G: "g"}
	var x mixer
	for i := range n {
		a.Bind(labels[i])
		fmt.Fprintf(&src, "L%d:\n", i)
		for range 8 {
			to := x.next(n)
			prefix := ""
			if to > i {
				prefix = "{disp32} "
			}
			c := Cond(x.next(16))
			switch name, ok := conds[c]; {
			case ok:
				a.Jcc(c, labels[to])
				fmt.Fprintf(&src, "%sj%s L%d\n", prefix, name, to)
			case c&1 == 0:
				a.Jmp(labels[to])
				fmt.Fprintf(&src, "%sjmp L%d\n", prefix, to)
			default:
				a.V(VSHUFPS, Y, 3, 4, M(AtLabel(labels[to], 12)), Mods{Imm: 7})
				fmt.Fprintf(&src, "vshufps $7,L%d+12(%%rip),%%ymm4,%%ymm3\n", to)
			}
		}
	}
	object, msg, err := gnuAs(t, src.String())
	if err != nil {
		t.Fatalf("as: %v\n%s", err, digest(msg))
	}
	if got, want := linked(t, &a), text(t, object); !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}

// A displacement relative to RIP counts from the end of the instruction, behind the immediate.
func TestRIPRelative(t *testing.T) {
	var a Asm
	data := a.NewLabel()
	a.V(VADDPD, Y, 0, 0, M(AtLabel(data, 32)), Mods{})
	a.V(VSHUFPD, Y, 0, 0, M(AtLabel(data, 0)), Mods{Imm: 5})
	a.MovMI(AtLabel(data, 0), 7)
	a.Align(32)
	a.Bind(data)
	a.Data64(1, math.MaxUint64)
	code := linked(t, &a)
	for _, c := range []struct{ at, end, disp int }{{4, 8, 32}, {12, 17, 0}, {20, 28, 0}} {
		if got, want := int(int32(binary.LittleEndian.Uint32(code[c.at:]))), 32+c.disp-c.end; got != want {
			t.Errorf("displacement at %d is %d, want %d", c.at, got, want)
		}
	}
	if got := hex.EncodeToString(code[32:]); got != "0100000000000000ffffffffffffffff" {
		t.Errorf("data %s", got)
	}
}

func TestAlign(t *testing.T) {
	for fill := range 70 {
		var a Asm
		a.Data(make([]byte, fill))
		a.Align(64)
		if a.Len()%64 != 0 || a.Len() >= fill+64 {
			t.Fatalf("after %d bytes: aligned to %d", fill, a.Len())
		}
		// What lies between must be NOPs to its end.
		for pad := linked(t, &a)[fill:]; len(pad) > 0; {
			n := nopLen(pad)
			if n == 0 {
				t.Fatalf("after %d bytes: % x is not a NOP", fill, pad)
			}
			pad = pad[n:]
		}
	}
}

// nopLen decodes 90, 66 90 and [66] 0F 1F /0 with any memory operand.
func nopLen(b []byte) int {
	i := 0
	if b[0] == 0x66 {
		i++
	}
	if b[i] == 0x90 {
		return i + 1
	}
	if b[i] != 0x0f || b[i+1] != 0x1f || b[i+2]>>3&7 != 0 {
		return 0
	}
	n, _ := modRMLen(b[i+2:])
	return i + 2 + n
}

func TestErrors(t *testing.T) {
	m := Mods{}
	bad := At(Reg(16), 0)
	for _, c := range []struct {
		inst, want string
		f          func(a *Asm)
	}{
		{"MOV", "no such register: Reg(16)", func(a *Asm) { a.MovRR(16, RAX) }},
		{"MOV", "no such register: noreg", func(a *Asm) { a.MovRI(NoReg, 0) }},
		{"ADD", "no such register", func(a *Asm) { a.AddRI(16, 1000) }},
		{"SHL", "shift count 64 is more than 63", func(a *Asm) { a.ShlRI(RAX, 64) }},
		{"MOV", "no such base register", func(a *Asm) { a.MovRM(RAX, bad) }},
		{"MOV", "no such base register", func(a *Asm) { a.MovMI(bad, 1) }},
		{"MOV", "no such index register", func(a *Asm) { a.MovRM(RAX, AtIndex(RAX, 16, 1, 0)) }},
		{"LEA", "rsp cannot be an index", func(a *Asm) { a.Lea(RAX, AtIndex(RAX, RSP, 1, 0)) }},
		{"LEA", "scale is not 1, 2, 4 or 8", func(a *Asm) { a.Lea(RAX, AtIndex(RAX, RAX, 3, 0)) }},
		{"LEA", "scale is not", func(a *Asm) { a.Lea(RAX, Mem{Base: RCX}) }},
		{"LEA", "cannot have an index", func(a *Asm) { a.Lea(RAX, AtIndex(NoReg, RAX, 1, 0)) }},
		{"LEA", "not made by this Asm", func(a *Asm) { a.Lea(RAX, AtLabel(5, 0)) }},
		{"MOV", "EVEX vector instructions only", func(a *Asm) { a.MovRM(RAX, At(RAX, 0).Broadcast()) }},
		{"CMOVCC", "no such condition", func(a *Asm) { a.CmovRR(16, RAX, RAX) }},
		{"JCC", "no such condition", func(a *Asm) { a.Jcc(16, a.NewLabel()) }},
		{"JMP", "not made by this Asm", func(a *Asm) { a.Jmp(7) }},
		{"JMP", "not made by this Asm", func(a *Asm) { a.Jmp(-1) }},
		{"label", "not made by this Asm", func(a *Asm) { a.Bind(7) }},
		{"label", "already bound, at offset 2", func(a *Asm) { l := a.NewLabel(); a.Bind(l); a.Bind(l) }},
		{"align", "not a power of two", func(a *Asm) { a.Align(24) }},
		{"align", "not a power of two", func(a *Asm) { a.Align(0) }},
		{"KANDW", "no such mask register: k8", func(a *Asm) { a.KAndW(8, 0, 0) }},
		{"KMOVW", "no such register", func(a *Asm) { a.KMovWR(1, 16) }},
		{"KMOVQ", "rsp cannot be an index", func(a *Asm) { a.KMovQM(1, AtIndex(RAX, RSP, 1, 0)) }},
		{"Op", "no such op", func(a *Asm) { a.V(0, X, 0, 0, R(0), m) }},
		{"Op", "no such op", func(a *Asm) { a.V(60000, X, 0, 0, R(0), m) }},
		{"VADDPD", "more than 31", func(a *Asm) { a.V(VADDPD, Z, 32, 0, R(0), m) }},
		{"VADDPD", "more than 31", func(a *Asm) { a.V(VADDPD, Z, 0, 0, R(32), m) }},
		{"VADDPD", "no such vector length", func(a *Asm) { a.V(VADDPD, 3, 0, 0, R(0), m) }},
		{"VADDPD", "no such mask register", func(a *Asm) { a.V(VADDPD, Z, 0, 0, R(0), Mods{K: 8}) }},
		{"VADDPD", "zeroing without a mask", func(a *Asm) { a.V(VADDPD, Z, 0, 0, R(0), Mods{Z: true}) }},
		{"VADDPD", "takes no immediate", func(a *Asm) { a.V(VADDPD, Z, 0, 0, R(0), Mods{Imm: 1}) }},
		{"VADDPD", "scale is not", func(a *Asm) { a.V(VADDPD, Z, 0, 0, M(AtIndex(RAX, RAX, 0, 0)), m) }},
		{"VADDPD", "has no store form", func(a *Asm) { a.VStore(VADDPD, Z, At(RAX, 0), 0, m) }},
		{"VPSLLQ", "has no store form", func(a *Asm) { a.VStore(VPSLLQ, Z, At(RAX, 0), 0, m) }},
		{"VADDPD", "does not write a mask register", func(a *Asm) { a.VCmp(VADDPD, Z, 1, 0, R(0), 0, m) }},
		{"VADDSD", "takes no broadcast", func(a *Asm) { a.V(VADDSD, X, 0, 0, M(At(RAX, 0).Broadcast()), m) }},
		{"VMOVUPD", "takes no broadcast", func(a *Asm) { a.V(VMOVUPD, X, 0, 0, M(At(RAX, 0).Broadcast()), m) }},
		{"VMOVUPD", "zeroing needs a vector destination", func(a *Asm) { a.VStore(VMOVUPD, Z, At(RAX, 0), 0, Mods{K: 1, Z: true}) }},
		{"VMOVNTPD", "takes no write mask", func(a *Asm) { a.VStore(VMOVNTPD, Z, At(RAX, 0), 0, Mods{K: 1}) }},
		{"VMOVNTPD", "is a store: use VStore", func(a *Asm) { a.V(VMOVNTPD, Z, 0, 0, R(0), m) }},
		{"VMOVHLPS", "takes no memory operand", func(a *Asm) { a.V(VMOVHLPS, X, 0, 0, M(At(RAX, 0)), m) }},
		{"VBROADCASTF128", "needs a memory operand", func(a *Asm) { a.V(VBROADCASTF128, Y, 0, 0, R(0), m) }},
		{"VBROADCASTSD", "has no form of length xmm", func(a *Asm) { a.V(VBROADCASTSD, X, 0, 0, R(0), m) }},
		{"VPXOR", "512-bit vectors asked for, but it has a VEX form only", func(a *Asm) { a.V(VPXOR, Z, 0, 0, R(0), m) }},
		{"VPXOR", "vector registers past 15", func(a *Asm) { a.V(VPXOR, Y, 0, 16, R(0), m) }},
		{"VPXOR", "a write mask", func(a *Asm) { a.V(VPXOR, Y, 0, 0, R(0), Mods{K: 1}) }},
		{"VPXOR", "broadcast", func(a *Asm) { a.V(VPXOR, Y, 0, 0, M(At(RAX, 0).Broadcast()), m) }},
		{"VCMPPD", "use VCmp", func(a *Asm) { a.V(VCMPPD, Z, 0, 0, R(0), Mods{Imm: 1}) }},
		{"VCMPPD", "no such mask register", func(a *Asm) { a.VCmp(VCMPPD, Z, 8, 0, R(0), 0, m) }},
		{"VCMPPD", "argument of VCmp", func(a *Asm) { a.VCmp(VCMPPD, Z, 1, 0, R(0), 0, Mods{Imm: 1}) }},
		{"VCMPPD", "zeroing needs a vector destination", func(a *Asm) { a.VCmp(VCMPPD, Z, 1, 0, R(0), 0, Mods{K: 1, Z: true}) }},
		{"VEXTRACTF128", "cannot read memory", func(a *Asm) { a.V(VEXTRACTF128, Y, 0, 0, M(At(RAX, 0)), m) }},
		{"VBLENDVPD", "past 15", func(a *Asm) { a.VBlendV(VBLENDVPD, Y, 0, 0, R(0), 16) }},
		{"VBLENDVPD", "use VBlendV", func(a *Asm) { a.V(VBLENDVPD, Y, 0, 0, R(0), m) }},
		{"VMASKMOVPD", "use VMaskLoad or VMaskStore", func(a *Asm) { a.VStore(VMASKMOVPD, Y, At(RAX, 0), 0, m) }},
		{"VPMOVM2Q", "use VFromMask", func(a *Asm) { a.V(VPMOVM2Q, Z, 0, 0, R(0), m) }},
		{"VPMOVQ2M", "use VToMask", func(a *Asm) { a.V(VPMOVQ2M, Z, 0, 0, R(0), m) }},
		{"VMOVQ", "use VToReg or VFromReg", func(a *Asm) { a.V(VMOVQ, X, 0, 0, R(0), m) }},
		{"VADDPD", "does not fit this method", func(a *Asm) { a.VMaskLoad(VADDPD, Y, 0, 0, At(RAX, 0)) }},
		{"VPMOVM2Q", "no such mask register", func(a *Asm) { a.VFromMask(VPMOVM2Q, Z, 0, 8) }},
		{"VMOVQ", "no such register", func(a *Asm) { a.VToReg(VMOVQ, X, 16, 0) }},
	} {
		var a Asm
		a.Ud2()
		c.f(&a)
		var e *Error
		if !errors.As(a.Err(), &e) {
			t.Errorf("%s: want the error %q, got %v", c.inst, c.want, a.Err())
			continue
		}
		if e.Inst != c.inst || !strings.Contains(e.Reason, c.want) {
			t.Errorf("got %v, want %s … %s", e, c.inst, c.want)
		}
		if e.Offset != a.Len() || a.Len() != 2 {
			t.Errorf("%v: offset %d, %d bytes emitted", e, e.Offset, a.Len()-2)
		}
		// The first error stays, whatever follows, and keeps the code from being used.
		a.MovRR(17, 17)
		a.Ret()
		if err := a.Link(); err != error(e) || a.Err() != error(e) || a.Bytes() != nil {
			t.Errorf("%v: then %v, Bytes %x", e, err, a.Bytes())
		}
		a.Reset()
		a.Ret()
		if err := a.Link(); err != nil || len(a.Bytes()) != 1 {
			t.Errorf("after Reset: %v, %x", err, a.Bytes())
		}
	}
}

func TestUnboundLabel(t *testing.T) {
	var a Asm
	a.NewLabel() // not used: no error
	l := a.NewLabel()
	a.Ret()
	a.Jmp(l)
	var e *Error
	if err := a.Link(); !errors.As(err, &e) || e.Offset != 2 || !strings.Contains(e.Reason, "label 1 is used but not bound") {
		t.Errorf("got %v", err)
	}
	if a.Bytes() != nil {
		t.Error("code with an open jump was given out")
	}
}

func TestLabelTooFar(t *testing.T) {
	var a Asm
	l := a.NewLabel()
	a.Bind(l)
	a.Lea(RAX, AtLabel(l, math.MinInt32))
	if err := a.Link(); err == nil || !strings.Contains(err.Error(), "more than 32 bits") {
		t.Errorf("got %v", err)
	}
}

// Bytes gives nothing that has not been linked, and Link can follow more code.
func TestLinkAgain(t *testing.T) {
	var a Asm
	l := a.NewLabel()
	a.Bind(l)
	a.Lea(RAX, AtLabel(l, 0))
	first := bytes.Clone(linked(t, &a))
	a.Ret()
	if a.Bytes() != nil {
		t.Error("Bytes before Link")
	}
	if got := linked(t, &a); !bytes.Equal(got, append(first, 0xc3)) {
		t.Errorf("got %x after %x", got, first)
	}
}

// Encoding into an Asm that has its memory does not allocate.
func TestNoAllocation(t *testing.T) {
	var a Asm
	constants := []byte{1, 2, 3}
	run := func() {
		a.Reset()
		loop, end, data := a.NewLabel(), a.NewLabel(), a.NewLabel()
		a.Align(32)
		a.Bind(loop)
		for i := range 100 {
			v := Vec(i & 15)
			a.V(VFMADD231PD, Z, v, v+1, M(AtIndex(RSI, RCX, 8, int32(i*64))), Mods{})
			a.V(VFMADD231PD, Y, v&7, v&7, R(v&7), Mods{})
			a.V(VADDPD, Z, v, v, M(AtLabel(data, 8).Broadcast()), Mods{K: K1, Z: true})
			a.VCmp(VCMPPD, Z, K1, v, R(v), 1, Mods{})
			a.VStore(VMOVNTPD, Z, At(RDI, int32(i)), v, Mods{})
			a.VBlendV(VBLENDVPD, Y, 0, 1, R(2), 3)
			a.VMaskStore(VMASKMOVPD, Y, At(RDI, 0), 1, 2)
			a.KAndQ(K1, K2, K3)
			a.MovRI(RAX, int64(i)<<33)
			a.AddRI(RAX, 1000)
			a.MovRM(RAX, At(RSP, 8))
			a.Jcc(E, end)
			a.Jmp(loop)
		}
		a.Bind(end)
		a.Ret()
		a.Bind(data)
		a.Data(constants)
		a.Data64(1, 2)
		if a.Link() != nil || a.Bytes() == nil {
			panic(a.Err())
		}
	}
	run()
	if n := testing.AllocsPerRun(10, run); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		RAX.String(): "rax", R15.String(): "r15", NoReg.String(): "noreg", Reg(16).String(): "Reg(16)",
		X.String(): "xmm", Y.String(): "ymm", Z.String(): "zmm", Width(3).String(): "Width(3)",
		VFNMSUB231PD.String(): "VFNMSUB231PD", VPBROADCASTQR.String(): "VPBROADCASTQ",
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if X.Bytes() != 16 || Y.Bytes() != 32 || Z.Bytes() != 64 {
		t.Error("lengths of vectors")
	}
}

// TestCutPaste: code that is cut out and pasted later means what it means where it is written at once.
func TestCutPaste(t *testing.T) {
	build := func(aside bool) []byte {
		var a Asm
		loop, rare, end, data := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
		a.Bind(loop)
		a.AddRI(RAX, 1)
		a.Jcc(NE, rare)
		piece := func() {
			inner, done := a.NewLabel(), a.NewLabel()
			a.V(VADDPD, Y, 1, 2, M(AtLabel(data, 32)), Mods{})
			a.Bind(inner)
			a.SubRI(RCX, 1)
			a.Jcc(E, done)
			a.Jmp(inner)
			a.Bind(done)
			a.Jmp(end)
		}
		var p Piece
		if aside {
			from := a.Len()
			piece()
			p = a.Cut(from)
		}
		a.Jmp(loop)
		a.Bind(rare)
		if aside {
			a.Paste(p)
		} else {
			piece()
		}
		a.Bind(end)
		a.Ret()
		a.Align(32)
		a.Bind(data)
		a.Data64(1, 2, 3, 4, 5, 6, 7, 8)
		return linked(t, &a)
	}
	if got, want := build(true), build(false); !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}
