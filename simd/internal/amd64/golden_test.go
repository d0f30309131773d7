package amd64

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata/golden.txt; the tests against the assemblers must pass too")

const goldenFile = "testdata/golden.txt"

// A few instructions of each op against bytes that the GNU assembler has confirmed (TestAgainstGNUAssembler includes
// them), so that machines without an assembler test the whole table too.
func TestGolden(t *testing.T) {
	var b strings.Builder
	for _, v := range goldenSamples() {
		var a Asm
		v.emit(&a, 0)
		if err := a.Link(); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%-32x %s\n", a.Bytes(), v.sample().att)
	}
	got := b.String()
	if *update {
		if err := os.WriteFile(goldenFile, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(goldenFile)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(strings.ReplaceAll(string(data), "\r\n", "\n"), "\n")
	for i, l := range strings.Split(got, "\n") {
		if i >= len(want) || l != want[i] {
			w := "the end of the file"
			if i < len(want) {
				w = want[i]
			}
			t.Fatalf("%s:%d:\ngot  %s\nwant %s", goldenFile, i+1, l, w)
		}
	}
}

// Every op has a row, a name of its own kind, and appears among the golden samples.
func TestTable(t *testing.T) {
	seen := map[Op]bool{}
	for _, v := range goldenSamples() {
		seen[v.op] = true
	}
	for op := Op(1); int(op) < len(table); op++ {
		seen[op] = seen[op] || table[op].form&special == gather // see gatherSamples
		if op.String() == "" || !seen[op] {
			t.Errorf("op %d (%q): no row, or nothing that it encodes", op, op)
		}
	}
	if Op(0).String() != "Op?" || Op(60000).String() != "Op?" {
		t.Error("names of ops that do not exist")
	}
}

// Bytes worked out by hand from the SDM's tables.
func TestHandChecked(t *testing.T) {
	m := Mods{}
	for _, c := range []struct {
		want string
		emit func(a *Asm)
	}{
		{"c3", func(a *Asm) { a.Ret() }},
		{"c5f877", func(a *Asm) { a.Vzeroupper() }},
		{"0faef8", func(a *Asm) { a.Sfence() }},
		{"0f0b", func(a *Asm) { a.Ud2() }},
		// REX.W 89 /r, ModRM 11 reg=rdi rm=rax
		{"4889f8", func(a *Asm) { a.MovRR(RAX, RDI) }},
		{"31c0", func(a *Asm) { a.XorRR32(RAX, RAX) }},
		{"4531ff", func(a *Asm) { a.XorRR32(R15, R15) }},
		{"41b801000000", func(a *Asm) { a.MovRI(R8, 1) }},
		{"b8ffffffff", func(a *Asm) { a.MovRI(RAX, 0xffffffff) }},
		{"48c7c0ffffffff", func(a *Asm) { a.MovRI(RAX, -1) }},
		{"49bf0000000001000000", func(a *Asm) { a.MovRI(R15, 1<<32) }},
		{"4883c408", func(a *Asm) { a.AddRI(RSP, 8) }},
		{"482d00100000", func(a *Asm) { a.SubRI(RAX, 4096) }},
		{"4881f900100000", func(a *Asm) { a.CmpRI(RCX, 4096) }},
		{"48d1e0", func(a *Asm) { a.ShlRI(RAX, 1) }},
		{"49c1fd3f", func(a *Asm) { a.SarRI(R13, 63) }},
		// the bases that need a displacement or a SIB byte
		{"488d00", func(a *Asm) { a.Lea(RAX, At(RAX, 0)) }},
		{"488d4500", func(a *Asm) { a.Lea(RAX, At(RBP, 0)) }},
		{"498d4500", func(a *Asm) { a.Lea(RAX, At(R13, 0)) }},
		{"488d0424", func(a *Asm) { a.Lea(RAX, At(RSP, 0)) }},
		{"498d0424", func(a *Asm) { a.Lea(RAX, At(R12, 0)) }},
		{"488d4440f8", func(a *Asm) { a.Lea(RAX, AtIndex(RAX, RAX, 2, -8)) }},
		{"4a8d04e0", func(a *Asm) { a.Lea(RAX, AtIndex(RAX, R12, 8, 0)) }},
		{"0f0d8e00020000", func(a *Asm) { a.PrefetchW(At(RSI, 512)) }},
		{"480f4fc1", func(a *Asm) { a.CmovRR(G, RAX, RCX) }},
		{"c4e2e8f5c1", func(a *Asm) { a.Bzhi(RAX, RCX, RDX) }},
		{"c5f892c8", func(a *Asm) { a.KMovWR(K1, RAX) }},
		{"c4e1fb92c8", func(a *Asm) { a.KMovQR(K1, RAX) }},
		{"c5f446c9", func(a *Asm) { a.KXnorW(K1, K1, K1) }},
		// VEX.NDS.256.66.0F.WIG 58 /r: C5, R̄=1 v̄=1101 L=1 pp=01
		{"c5ed58cb", func(a *Asm) { a.V(VADDPD, Y, 1, 2, R(3), m) }},
		// rm past 7 needs B and so the long form; reg past 7 does not
		{"c4c16d58c9", func(a *Asm) { a.V(VADDPD, Y, 1, 2, R(9), m) }},
		{"c56d58cb", func(a *Asm) { a.V(VADDPD, Y, 9, 2, R(3), m) }},
		{"c4e2f5b8c2", func(a *Asm) { a.V(VFMADD231PD, Y, 0, 1, R(2), m) }},
		{"c5fb58c1", func(a *Asm) { a.V(VADDSD, Z, 0, 0, R(1), m) }},
		// EVEX.NDS.512.66.0F.W1 58 /r
		{"62f1f54858c2", func(a *Asm) { a.V(VADDPD, Z, 0, 1, R(2), m) }},
		{"6281f54058c7", func(a *Asm) { a.V(VADDPD, Z, 16, 17, R(31), m) }},
		// disp8*N: 64 is one vector, 8 one broadcast element, 63 neither
		{"62f1f5c9584001", func(a *Asm) { a.V(VADDPD, Z, 0, 1, M(At(RAX, 64)), Mods{K: K1, Z: true}) }},
		{"62f1f558584001", func(a *Asm) { a.V(VADDPD, Z, 0, 1, M(At(RAX, 8).Broadcast()), m) }},
		{"62f1f54858803f000000", func(a *Asm) { a.V(VADDPD, Z, 0, 1, M(At(RAX, 63)), m) }},
		{"c5fd2b07", func(a *Asm) { a.VStore(VMOVNTPD, Y, At(RDI, 0), 0, m) }},
		{"62f1fd482b07", func(a *Asm) { a.VStore(VMOVNTPD, Z, At(RDI, 0), 0, m) }},
		{"62f1fd48c2c901", func(a *Asm) { a.VCmp(VCMPPD, Z, K1, 0, R(1), 1, m) }},
		{"c4e37d19c101", func(a *Asm) { a.V(VEXTRACTF128, Y, 1, 0, R(0), Mods{Imm: 1}) }},
		{"62f3fd481bc101", func(a *Asm) { a.V(VEXTRACTF64X4, Z, 1, 0, R(0), Mods{Imm: 1}) }},
		{"c4e3754bc230", func(a *Asm) { a.VBlendV(VBLENDVPD, Y, 0, 1, R(2), 3) }},
		{"c4e2752f07", func(a *Asm) { a.VMaskStore(VMASKMOVPD, Y, At(RDI, 0), 1, 0) }},
		{"c4e2752d07", func(a *Asm) { a.VMaskLoad(VMASKMOVPD, Y, 0, 1, At(RDI, 0)) }},
		{"c5f573f234", func(a *Asm) { a.V(VPSLLQ, Y, 1, 0, R(2), Mods{Imm: 52}) }},
		{"62f2fd481906", func(a *Asm) { a.V(VBROADCASTSD, Z, 0, 0, M(At(RSI, 0)), m) }},
		{"c4e1f96ec8", func(a *Asm) { a.VFromReg(VMOVQ, X, 1, RAX, m) }},
		{"c4e1f97ec8", func(a *Asm) { a.VToReg(VMOVQ, X, RAX, 1) }},
		{"62f2fe4839c8", func(a *Asm) { a.VToMask(VPMOVQ2M, Z, K1, 0) }},
	} {
		var a Asm
		c.emit(&a)
		if err := a.Link(); err != nil {
			t.Errorf("%s: %v", c.want, err)
		} else if got := hex.EncodeToString(a.Bytes()); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}
